"""What the figures of `erfm.trust.figures` show, in words: a function for each that has numbers."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from erfm.formats import number, p_value, percent
from erfm.logistic import CONSTANT
from erfm.study import Study
from erfm.trust.resampling import INDEXES

COEFFICIENTS = (
    "Histograms of each coefficient in the samples that selected it, with the full model's "
    "coefficient marked; variables that are seldom selected have gaps around zero."
)

DECISION = (
    "Decision curve: net benefit per 100 customers by threshold of P(churned), for the equation "
    "with its 95% interval, for contacting all and for contacting nobody."
)


def inclusion(study: Study, frequencies: pd.DataFrame) -> str:
    """Return the shares of `resampling.inclusion_frequencies`."""
    shares = (f"{study.label(t)} {percent(share)}" for t, share in frequencies["share"].items())
    return f"Bars of how often each variable is selected: {', '.join(shares)}."


def optimism(table: pd.DataFrame) -> str:
    """Return the indexes of `resampling.optimism`: apparent, corrected and in the holdout."""
    shown = (
        f"{INDEXES[i]} {', '.join(map(number, row[['apparent', 'corrected', 'holdout']]))}"
        for i, row in table.iloc[:4].iterrows()
    )
    return f"Apparent, corrected and holdout values: {'; '.join(shown)}."


def splits(place: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Return where the study's own split lies; the table of `resampling.place_among`."""
    shown = (
        f"{label} {number(place.loc[metric, 'own'])} within "
        f"{number(place.loc[metric, 'lower'])} to {number(place.loc[metric, 'upper'])}"
        for metric, label in labels.items()
    )
    return (
        "Histograms over random splits with the study's own split marked: " + "; ".join(shown) + "."
    )


def marked_accuracies(marks: Mapping[str, float]) -> str:
    """Return the accuracies that are marked, by name."""
    shown = ", ".join(f"{name} {percent(value, 2)}" for name, value in marks.items())
    return f"Histogram of accuracy over random splits, with marks: {shown}."


def cutoffs(marked: Mapping[str, float]) -> str:
    """Return the cut-offs that are marked, by name."""
    shown = ", ".join(f"{name} {value:.3f}" for name, value in marked.items())
    return (
        "Accuracy, sensitivity, specificity and the share contacted along all cut-offs; marked: "
        f"{shown}."
    )


def missing_data(study: Study, table: pd.DataFrame, written: Mapping[str, pd.Series]) -> str:
    """Return the coefficients of `imputation.compare_estimates`, written as its `formats` say."""
    shown = (
        f"{study.label(c)} {number(r['listwise_b'], '.5f')} and "
        f"{number(r['imputed_b'], written['imputed_b'][c])}"
        for c, r in table.drop(index=CONSTANT).iterrows()
    )
    return (
        "Coefficients per standard deviation with 95% intervals, complete customers only beside "
        f"multiple imputation: {'; '.join(shown)}."
    )


def curves(study: Study, tests: pd.DataFrame) -> str:
    """Return the p-values of `curves.linearity_tests`."""
    p = tests["p_value"].drop("all")
    shown = ", ".join(f"{study.label(name)} {p_value(value)}" for name, value in p.items())
    return (
        "Partial effect of each continuous variable on the log odds of retention as a spline with "
        f"95% interval and as a straight line; p for a bend: {shown}."
    )


def models(table: pd.DataFrame) -> str:
    """Return the differences of `other_models.compare_models` from the forward search."""
    shown = (
        f"{r.model}, {r.score} {number(r.difference, '+.4f')}" for r in table.dropna().itertuples()
    )
    return f"Differences from the forward search with 95% intervals: {'; '.join(shown)}."

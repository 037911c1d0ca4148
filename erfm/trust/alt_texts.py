"""What the figures of `erfm.trust.figures` show, in words: a function for each that has numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from erfm import ties
from erfm.formats import how_many, number, p_value, percent
from erfm.logistic import CONSTANT
from erfm.study import Study
from erfm.trust.curves import nonlinear
from erfm.trust.other_models import surely_different
from erfm.trust.resampling import INDEXES


def inclusion(study: Study, frequencies: pd.DataFrame) -> str:
    """Return the shares of `resampling.inclusion_frequencies`."""
    shares = (f"{study.label(t)} {percent(share)}" for t, share in frequencies["share"].items())
    return f"Bars of how often each variable is selected: {', '.join(shares)}."


def inclusion_told(frequencies: pd.DataFrame, final: Collection[str]) -> str:
    """Return the caption of inclusion: how often the equation's variables enter, and the others."""
    inside = frequencies.index.isin(list(final))
    share = frequencies["share"]
    said = [
        f"{which} {percent(end)}"
        for which, chosen, end in (
            ("each of the equation in at least", inside, share[inside].min()),
            ("each other in at most", ~inside, share[~inside].max()),
        )
        if chosen.any()
    ]
    return f"Share of the bootstrap samples that select each variable: {', '.join(said)}"


def coefficients(study: Study, bias: pd.DataFrame) -> str:
    """Return how large each coefficient of `resampling.selection_bias` is when it is selected."""
    shown = (
        f"{study.label(column)}, selected in {percent(row['share'], 0)}, {_sizes(row)}"
        for column, row in bias.iterrows()
    )
    return (
        "Histograms of each coefficient in the samples that selected it, in standard errors of the "
        f"full model, whose own is marked. Mean size: {'; '.join(shown)}."
    )


def _sizes(row: pd.Series) -> str:
    if row["share"] == 0:
        return "none"
    selected, full = (number(row[c], ".1f") for c in ("size_when_selected", "full_model_size"))
    return f"{selected} beside {full} in the full model"


def optimism(table: pd.DataFrame) -> str:
    """Return the indexes of `resampling.optimism`: apparent, corrected and in the holdout."""
    shown = (
        f"{INDEXES[i]} {', '.join(map(number, row[['apparent', 'corrected', 'holdout']]))}"
        for i, row in table.iloc[:4].iterrows()
    )
    return (
        "Apparent, corrected and holdout values before the central 95% of random splits: "
        f"{'; '.join(shown)}."
    )


def optimism_told(table: pd.DataFrame, metrics: pd.DataFrame) -> str:
    """Return the caption of optimism: where the holdout lies outside what random splits give."""
    names = list(table.index[:4])
    low, high = metrics[names].quantile(0.025), metrics[names].quantile(0.975)
    holdout = table.loc[names, "holdout"]
    within = ties.at_least(holdout, low) & ties.at_least(high, holdout)
    outside = [INDEXES[name] for name, inside in zip(names, within, strict=True) if not inside]
    where = f"outside for {', '.join(outside)}" if outside else "within for all"
    return (
        "Apparent, corrected and holdout performance before the central 95% of "
        f"{len(metrics):,} random splits: the holdout lies {where}"
    )


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


def reaching(values: pd.Series, claimed: float) -> str:
    """Return how many splits reach a claimed accuracy, a message for their distribution."""
    reached, every = int(ties.at_least(values, claimed).sum()), f"{len(values):,} random splits"
    if reached == len(values):
        return f"All {every} reach the printed accuracy"
    many, verb = "None" if reached == 0 else f"{reached:,}", "reach" if reached > 1 else "reaches"
    return f"{many} of {every} {verb} the printed accuracy"


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


def cutoffs_told(curve: pd.DataFrame, own: float) -> str:
    """Return the caption of the cut-offs: the highest accuracy, and what the study's own contacts.

    `curve` is the table of `decisions.cutoff_curve`.
    """
    accuracy = curve["accuracy"]
    commoner = max(accuracy.iloc[0], accuracy.iloc[-1])
    highest = (
        f"Accuracy is at most {percent(accuracy.max())}, where one answer for all gives "
        f"{percent(commoner)}"
        if accuracy.max() > commoner + ties.TIE
        else f"No cut-off is more accurate than one answer for all, {percent(commoner)}"
    )
    contacted = curve["contacted"].iloc[int(np.abs(curve.index.to_numpy() - own).argmin())]
    return f"{highest}; near {own:g}, {percent(contacted)} of the customers are contacted"


def missing_data_told(study: Study, table: pd.DataFrame) -> str:
    """Return the caption of the estimates: how many are surer, and which moves most.

    `table` is that of `imputation.compare_estimates`.
    """
    rows = table.drop(index=CONSTANT)
    width = {way: rows[f"{way}_upper"] - rows[f"{way}_lower"] for way in ("listwise", "imputed")}
    narrower = int((width["imputed"] < width["listwise"] - ties.TIE).sum())
    size = rows["change_in_se"].abs()
    moved = (
        f"{study.label(ties.largest(size))} moves most, by {size.max():.1f} standard errors"
        if size.max() >= 0.05
        else "no coefficient moves by a tenth of its standard error"
    )
    surer = how_many(narrower, len(rows), "interval")
    verb = "is" if surer in ("no interval", "the one interval") else "are"
    return f"With the incomplete customers {surer} {verb} narrower; {moved}"


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
        "Partial effect of each continuous variable on the log-odds of retention as a spline with "
        f"95% interval and as a straight line; p for a bend: {shown}."
    )


def curves_told(study: Study, tests: pd.DataFrame, level: float) -> str:
    """Return the caption of the curves: which bend, all tests judged at `level` together.

    `tests` is the table of `curves.linearity_tests`.
    """
    bent, together = nonlinear(tests, level), tests.loc["all", "p_value"]
    names = ", ".join(map(study.label, bent)) or "no variable"
    bend = "bend" if len(bent) > 1 else "bends"
    but = ", but together they do" if not len(bent) and together < level else ""
    return f"As a curve and as a straight line: beyond chance, {names} {bend}{but}"


def models_told(table: pd.DataFrame) -> str:
    """Return the caption of the models: in which scores each is surely better, and worse.

    `table` is that of `other_models.compare_models` with the scores' names.
    """
    said = []
    for model in table.dropna(subset=["difference"])["model"].unique():
        better, worse = surely_different(table, model)
        told = [
            f"surely {how} in {', '.join(scores)}"
            for how, scores in (("better", better), ("worse", worse))
            if scores
        ]
        said.append(f"{model} is {' and '.join(told) or 'not surely better or worse'}")
    return f"Against the forward search, {'; '.join(said)}"


def models(table: pd.DataFrame) -> str:
    """Return the differences of `other_models.compare_models` from the forward search."""
    shown = (
        f"{r.model}, {r.score} {number(r.difference, '+.4f')}" for r in table.dropna().itertuples()
    )
    return f"Differences from the forward search with 95% intervals: {'; '.join(shown)}."


def decision(curve: pd.DataFrame) -> str:
    """Return the alternative text of the decision curve of `decisions.decision_curve`."""
    return (
        "Decision curve: net benefit per 100 customers by threshold of P(churned), for the "
        "equation, for contacting all and for contacting nobody; below, the equation's advantage "
        f"over the better of the two, with 95% intervals. {decision_told(curve)}."
    )


def decision_told(curve: pd.DataFrame) -> str:
    """Return the caption of the decision curve: from where to where the equation surely gains."""
    better = (curve["advantage_lower"] > 0).to_numpy()
    # Where a run of thresholds begins, and where it has ended.
    edges = np.flatnonzero(np.diff(np.concatenate([[False], better, [False]]).astype(int)))
    runs = [
        f"{curve.index[first]:.2f} to {curve.index[last - 1]:.2f}"
        for first, last in edges.reshape(-1, 2)
    ]
    named = " and ".join(runs) if len(runs) < 4 else f"{runs[0]}, … and {runs[-1]}"
    where = f"at thresholds from {named}" if runs else "at no threshold"
    return f"The equation is surely worth more than both rules for all {where}"

"""The sentences of page 02: the model with all variables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm import ties
from erfm.escaping import markdown
from erfm.formats import listed, named, number, p_text, percent
from erfm.logistic import CONSTANT, HosmerLemeshow, LogisticFit
from erfm.paper.ledger import printed
from erfm.study import Study, design_matrix

TOO_SMALL = 0.0005
"""A coefficient below this is printed as 0.000."""


def in_short(study: Study, full: LogisticFit, coefficients: pd.DataFrame) -> str:
    """Say which variables are significant and how a coefficient's sign is read."""
    p_values = coefficients["p_value"].drop(CONSTANT)
    n = len(study.predictors)
    enter = f"All {n} variables enter a logistic regression for *retained* at once"
    if n == 1:
        enter = "The study's one variable enters a logistic regression for *retained*"
    return (
        f"**In short.** {enter}, on {full.n:,} customers. Significant at 0.05: "
        f"{listed(study, p_values.index[p_values < 0.05])}; not significant: "
        f"{listed(study, p_values.index[p_values >= 0.05])}. A positive coefficient means *more "
        "retention*, a negative one more churn."
    )


def strongest(study: Study, coefficients: pd.DataFrame, frame: pd.DataFrame) -> str:
    """Say what the variable with the largest Wald statistic does, and which B print as 0."""
    table = coefficients.drop(index=CONSTANT)
    top = ties.largest(table["wald"])
    text = f"**{named(study, top)}** has the largest Wald statistic"
    # A variable with several levels has a row of its own, for all levels jointly.
    if pd.isna(table.loc[top, "b"]):
        levels = table[table.index.str.startswith(f"{top}(")]
        text += f", that of its levels together on {table.loc[top, 'df']} df"
        top = ties.largest(levels["wald"])
    row = table.loc[top]
    text += (
        f". With the other variables held fixed, {_one_more(study, top)} multiplies the odds of "
        f"retention by {row['odds_ratio']:.3f} (95% interval {row['lower']:.3f} to "
        f"{row['upper']:.3f})."
    )
    sd = design_matrix(study, frame).std()
    small = table.index[table["b"].abs() < TOO_SMALL]
    return text + "".join(_small(study, name, table.loc[name, "b"], sd[name]) for name in small)


def _one_more(study: Study, column: str) -> str:
    """Return what a difference of 1 in a design column means."""
    term, level = study.design.columns[column]
    predictor = study.predictors[term]
    if not predictor.categorical:
        return f"one more unit ({markdown(predictor.unit or 'as recorded')})"
    compared = f" rather than {markdown(predictor.reference)}" if len(predictor.levels) > 2 else ""
    return f"being {markdown(level)}{compared}"


def _small(study: Study, name: str, b: float, sd: float) -> str:
    if abs(b * sd) < TOO_SMALL:
        return (
            f" {named(study, name)} prints as {number(b)}, and would per standard deviation: these "
            "customers show no effect of it."
        )
    return (
        f" {named(study, name)} prints as {number(b)} because its unit is small: "
        "compare it per standard deviation, below, and judge it by its p."
    )


def newton(log_likelihoods: pd.Series, slopes: pd.Series, full: LogisticFit) -> str:
    """Say whether Newton's steps by hand reached the maximum that `fit_logistic` reports."""
    reached, steps = log_likelihoods.iloc[-1], len(log_likelihoods) - 1
    same = abs(reached - full.log_likelihood) < 1e-6
    same &= np.allclose(slopes, full.parameters.drop(CONSTANT), rtol=1e-6, atol=0)
    found = "the same log-likelihood and the same B to six digits" if same else "ANOTHER maximum"
    return (
        f"From *b* = 0, which gives every customer the probability 1/2, {steps} steps climb to "
        f"{number(reached)}. `fit_logistic` finds {found}: it is this iteration, with standard "
        "errors and with an error for customers whose likelihood has no maximum."
    )


def printed_coefficients() -> str:
    """Say which printed coefficients cannot be met."""
    return (
        "Frequency's odds ratio and Amount's 0 agree *by construction*. The computed interval of "
        "Frequency is wider than the printed one, and must be: no data with that standard "
        f"deviation give an interval as narrow as {printed('frequency_or_lower')} to "
        f"{printed('frequency_or_upper')}. Nor can the printed odds ratio and p of Has_Child both "
        "be right for an indicator. The proofs are on [page 06](06_published_numbers.ipynb)."
    )


def explained(omnibus: pd.DataFrame, summary: pd.Series, discrimination: float) -> str:
    """Say whether the variables explain more than chance, and how well they tell customers apart.

    `discrimination` is Tjur's coefficient.
    """
    model, r2 = omnibus.loc["Model"], summary["nagelkerke_r2"]
    test = f"(χ² = {model['chi_square']:.3f} on {model['df']:.0f} df, {p_text(model['p_value'])})"
    verdict = "more than chance would" if model["p_value"] < 0.05 else "no more than chance could"
    points = number(100 * discrimination, ".1f")
    return (
        f"Together the variables explain {verdict} {test}. On average, customers who were retained "
        f"are given a probability {points} percentage points higher than those who churned "
        "(Tjur's coefficient of discrimination). A small value, like a small Nagelkerke R² (here "
        f"{r2:.3f}), does not say that causes are missing from the model: where probabilities are "
        "far from 0 and 1, even the true ones leave open how the single customer decides."
    )


def goodness_of_fit(test: HosmerLemeshow) -> str:
    """Say what the Hosmer-Lemeshow test says of the fitted probabilities."""
    statistic = f"Hosmer–Lemeshow χ² = {test.statistic:.3f} on {test.df} df"
    if test.df < 1:
        return (
            f"The fitted probabilities make no more than {len(test.table)} groups: too few for "
            "this test."
        )
    if test.p_value >= 0.05:
        return (
            f"{statistic}, {p_text(test.p_value)}: the observed counts do not stray from the "
            "expected ones more than chance allows."
        )
    return f"{statistic}, {p_text(test.p_value)}: " + (
        "the observed counts stray from the expected ones more than chance allows, so a straight "
        "line on the logit scale is not the whole story. "
        "[Page 08d](08d_curves_and_other_models.ipynb) looks for the curve."
    )


def classification(classified: pd.DataFrame, full: LogisticFit) -> str:
    """Say what is classified correctly, and what naming the commoner outcome would score."""
    base = max(full.outcome.mean(), 1 - full.outcome.mean())
    return (
        f"At the customary cut-off, {classified.loc['total', 'percentage_correct']:.1f}% of the "
        "customers that built the model are classified correctly. Always naming the commoner "
        f"outcome would score {percent(base)}."
    )


def signs(table: pd.DataFrame) -> str:
    """Say how many hypotheses are confirmed, contradicted or left open."""
    counts = table["verdict"].value_counts()
    phrases = {
        "confirmed": "confirmed",
        "opposite sign": "contradicted by a significant coefficient of the opposite sign",
        "not significant": "left open (not significant)",
        "no hypothesis": "without a hypothesis",
    }
    found = [
        f"{counts[verdict]} {phrase}" for verdict, phrase in phrases.items() if verdict in counts
    ]
    return (
        f"Of the coefficients, {', '.join(found)}. A coefficient that is not significant does not "
        "show that the variable has no effect, only that these customers cannot tell."
    )


def common_scale(study: Study, per_unit: pd.DataFrame, per_sd: pd.DataFrame) -> str:
    """Say which odds ratio is furthest from 1, per unit and per standard deviation."""
    furthest = ties.largest(np.log(per_unit["odds_ratio"]).abs())
    largest = ties.largest(np.log(per_sd["odds_ratio"]).abs())
    return (
        f"Per unit, {named(study, furthest)} lies furthest from 1; per standard deviation it is "
        f"**{named(study, largest)}** (odds ratio {per_sd.loc[largest, 'odds_ratio']:.3f})."
    )


def collinearity(study: Study, inflation: pd.DataFrame) -> str:
    """Say whether the largest variance inflation is a concern."""
    worst = ties.largest(inflation["variance_inflation"])
    value = inflation.loc[worst, "variance_inflation"]
    advice = "collinearity is no concern here."
    if value >= 5:
        advice = "read this variable's coefficient together with its neighbours'."
    return f"The largest variance inflation is {value:.2f} ({named(study, worst)}): {advice}"

"""The sentences of page 02: the model with all variables."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm import ties
from erfm.escaping import markdown
from erfm.formats import (
    counted,
    gain_in_accuracy,
    how_many,
    listed,
    named,
    number,
    p_text,
    percent,
)
from erfm.logistic import CONSTANT, HosmerLemeshow, LogisticFit
from erfm.paper.ledger import printed
from erfm.study import Study, design_matrix
from erfm.validation import COMMONER, compare_rules, rules_of

TOO_SMALL = 0.0005
"""A coefficient below this is printed as 0.000."""


def in_short(study: Study, full: LogisticFit, coefficients: pd.DataFrame) -> str:
    """Say which variables are significant and how a coefficient's sign is read."""
    p_values = joint_tests(study, coefficients)["p_value"]
    n = len(study.predictors)
    every = how_many(n, n, "variable")
    enter = f"{every[0].upper()}{every[1:]} enter a logistic regression for *retained* at once"
    if n == 1:
        enter = "The study's one variable enters a logistic regression for *retained*"
    several = any(len(predictor.levels) > 2 for predictor in study.predictors.values())
    return (
        f"**In short.** {enter}, on {full.n:,} customers. Significant at 0.05"
        f"{', the levels of a variable tested together' if several else ''}: "
        f"{listed(study, p_values.index[p_values < 0.05])}; not significant: "
        f"{listed(study, p_values.index[p_values >= 0.05])}. A positive coefficient means *more "
        "retention*, a negative one more churn."
    )


def joint_tests(study: Study, coefficients: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a coefficient table that test whole variables, named by them.

    A variable with several levels has a row of its own, any other the row of its one column.
    """
    groups = study.design.groups
    rows = {term: term if len(columns) > 1 else columns[0] for term, columns in groups.items()}
    found = {term: row for term, row in rows.items() if row in coefficients.index}
    return coefficients.loc[[*found.values()]].set_axis([*found])


def strongest(study: Study, coefficients: pd.DataFrame, frame: pd.DataFrame) -> str:
    """Say what the variable with the smallest p does, and which B print as 0.

    Wald statistics on different df cannot be compared, their p can.
    """
    tests = joint_tests(study, coefficients)
    # Below the smallest float all p are 0; the statistic then decides.
    smallest = tests[tests["p_value"] <= tests["p_value"].min() * (1 + ties.TIE)]
    top = ties.largest(smallest["wald"])
    test, columns = tests.loc[top], study.design.groups[top]
    table = coefficients.drop(index=CONSTANT)
    column = ties.largest(table.loc[[*columns], "wald"])
    row = table.loc[column]
    text = (
        f"**{named(study, top)}** has the smallest p (Wald {number(test['wald'])} on "
        f"{test['df']:.0f} df{', of its levels together' if len(columns) > 1 else ''}, "
        f"{p_text(test['p_value'])}). {_held_fixed(study)}{_one_more(study, column)} multiplies "
        f"the odds of retention by {row['odds_ratio']:.3f} (95% interval {row['lower']:.3f} to "
        f"{row['upper']:.3f})."
    )
    sd = design_matrix(study, frame).std()
    small = table.index[table["b"].abs() < TOO_SMALL]
    return text + "".join(_small(study, name, table.loc[name, "b"], sd[name]) for name in small)


def _held_fixed(study: Study) -> str:
    return (
        "With the other variables held fixed, " if len(study.predictors) > 1 else "In the model, "
    )


def _one_more(study: Study, column: str) -> str:
    """Return what a difference of 1 in a design column means."""
    term, level = study.design.columns[column]
    predictor = study.predictors[term]
    if not predictor.categorical:
        return f"one more unit ({markdown(predictor.unit or 'as recorded')})"
    return f"“{markdown(level)}” rather than “{markdown(predictor.reference)}”"


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
    climb = "step climbs" if steps == 1 else "steps climb"
    return (
        f"From *b* = 0, which gives every customer the probability 1/2, {steps} {climb} to "
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


def goodness_of_fit(study: Study, test: HosmerLemeshow) -> str:
    """Say what the Hosmer-Lemeshow test says of the fitted probabilities."""
    groups = counted(len(test.table), "group")
    if test.df < 1:
        return f"The fitted probabilities make no more than {groups}: too few for this test."
    found = (
        f"In {groups}, Hosmer–Lemeshow χ² = {test.statistic:.3f} on {test.df} df, "
        f"{p_text(test.p_value)}: the observed counts"
    )
    if test.p_value >= 0.05:
        return f"{found} do not stray from the expected ones more than chance allows."
    found += " stray from the expected ones more than chance allows, so"
    if all(predictor.categorical for predictor in study.predictors.values()):
        return f"{found} the effects of the variables do not simply add up on the logit scale."
    return (
        f"{found} a straight line on the logit scale is not the whole story. "
        "[Page 08d](08d_curves_and_other_models.ipynb) looks for the curve."
    )


def classification(full: LogisticFit) -> str:
    """Say what is classified correctly at 0.5, and what naming the commoner outcome would score."""
    rule, commoner = rules_of(full.outcome, full.probabilities, [0.5]).values()
    right, base = (int((predicted == full.outcome).sum()) for predicted in (rule, commoner))
    gain = compare_rules(full.outcome, {"equation": rule, COMMONER: commoner}).iloc[0]
    return (
        f"At the customary cut-off, {right:,} of the {full.n:,} customers that built the model "
        f"({percent(right / full.n)}) are classified correctly. Always naming the commoner outcome "
        f"is right for {base:,} ({percent(base / full.n)}); on the same customers the equation's "
        f"rule is {gain_in_accuracy(gain)}. That flatters an equation which these customers built: "
        "[page 04](04_holdout_validation.ipynb) asks others."
    )


def signs(table: pd.DataFrame) -> str:
    """Say how many hypotheses are confirmed, contradicted or left open."""
    counts = table["verdict"].value_counts()
    phrases = {
        "confirmed": ("is", "are", "confirmed"),
        "opposite sign": ("is", "are", "contradicted by a significant estimate of opposite sign"),
        "not significant": ("is", "are", "left open (not significant)"),
        "no hypothesis": ("has", "have", "no hypothesis"),
    }
    found = [
        f"{counts[verdict]} {one if counts[verdict] == 1 else several} {rest}"
        for verdict, (one, several, rest) in phrases.items()
        if verdict in counts
    ]
    return (
        f"Of {counted(len(table), 'coefficient')}, {', '.join(found)}. A coefficient that is not "
        "significant does not show that the variable has no effect, only that these customers "
        "cannot tell."
    )


def common_scale(study: Study, per_unit: pd.DataFrame, per_sd: pd.DataFrame) -> str:
    """Say which odds ratio is furthest from 1, per unit and per standard deviation."""
    furthest = ties.largest(np.log(per_unit["odds_ratio"]).abs())
    largest = ties.largest(np.log(per_sd["odds_ratio"]).abs())
    ratio = f"(odds ratio {per_sd.loc[largest, 'odds_ratio']:.3f})"
    if furthest == largest:
        return f"Per unit and per standard deviation, **{named(study, largest)}** {ratio} lies " + (
            "furthest from 1."
        )
    return (
        f"Per unit, {named(study, furthest)} lies furthest from 1; per standard deviation it is "
        f"**{named(study, largest)}** {ratio}."
    )


def collinearity(study: Study, inflation: pd.DataFrame) -> str:
    """Say whether the largest variance inflation is a concern."""
    worst = ties.largest(inflation["variance_inflation"])
    value = inflation.loc[worst, "variance_inflation"]
    advice = "collinearity is no concern here."
    if value >= 5:
        advice = "read this variable's coefficient together with its neighbours'."
    return f"The largest variance inflation is {value:.2f} ({named(study, worst)}): {advice}"

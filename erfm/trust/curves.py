"""Is a straight line on the logit scale right? Restricted cubic splines and their tests."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import stats

from erfm.formats import number
from erfm.logistic import LogisticFit, fit_logistic
from erfm.study import Predictor, Study

# Quantiles of the knots, by their number (Harrell, Regression Modeling Strategies, table 2.3).
KNOT_QUANTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
}


def knots(values: pd.Series, number: int = 4) -> np.ndarray:
    """Return Harrell's knots of a variable: fixed quantiles, where ties make them coincide fewer.

    With fewer than three different ones left, there is no curve to fit: the array is empty.
    """
    found = np.unique(np.quantile(values, KNOT_QUANTILES[number]))
    return found if len(found) >= 3 else np.empty(0)


def spline_basis(values: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Return the non-linear columns of a restricted cubic spline, shape (n, knots - 2).

    With u₊ = max(u, 0) and knots t₁ … t_k, column j is
    [(x - t_j)₊³ - (x - t_k₋₁)₊³ (t_k - t_j)/(t_k - t_k₋₁)
    + (x - t_k)₊³ (t_k₋₁ - t_j)/(t_k - t_k₋₁)] / (t_k - t₁)²: cubic between the knots, a straight
    line outside them, in the units of x.
    """
    x = np.asarray(values, dtype=float)[:, None]
    *inner, before, last = knots
    first = np.array(inner)

    def cube(at: np.ndarray | float) -> np.ndarray:
        return np.maximum(x - at, 0) ** 3

    gap = last - before
    columns = (
        cube(first) - cube(before) * (last - first) / gap + cube(last) * (before - first) / gap
    )
    return columns / (last - knots[0]) ** 2


def bend(
    study: Study, frame: pd.DataFrame, bends: dict[str, np.ndarray]
) -> tuple[Study, pd.DataFrame]:
    """Add the non-linear spline columns of some predictors to a study and its customers.

    `bends` gives the knots of each predictor. The columns are named after it with primes, so that
    every function of the analysis applies to the model with curves.
    """
    predictors, columns = dict(study.predictors), {}
    for name, at in bends.items():
        for j, values in enumerate(spline_basis(frame[name], at).T, start=1):
            added = name + "'" * j
            label = study.predictors[name].label + "'" * j
            predictors[added] = Predictor(name=added, column=added, label=label)
            columns[added] = values
    return replace(study, predictors=predictors), frame.assign(**columns)


def bent_terms(name: str, at: np.ndarray) -> list[str]:
    """Return the terms of a predictor's spline: its own and those with primes."""
    return [name + "'" * j for j in range(len(at) - 1)]


@dataclass(frozen=True)
class Curve:
    """One predictor's spline beside the linear model.

    Attributes
    ----------
    knots : ndarray
    fit : LogisticFit
        The model with this predictor bent and all others linear.
    effect : DataFrame
        Index: values of the predictor; log-odds relative to its median with lower, upper, and
        ``linear``, those of the linear model.
    """

    name: str
    knots: np.ndarray
    fit: LogisticFit
    effect: pd.DataFrame


def fit_curves(
    study: Study, frame: pd.DataFrame, terms: list[str] | None = None, number: int = 4
) -> dict[str, Curve]:
    """Fit a model with a spline for each numeric term in turn, the others linear.

    Predictors with too few different values for three knots are left out.
    """
    terms = list(study.predictors) if terms is None else terms
    linear = fit_logistic(study, frame, terms)
    curves = {}
    for name in terms:
        if study.predictors[name].categorical:
            continue
        at = knots(frame[name], number)
        if len(at):
            bent_study, bent_frame = bend(study, frame, {name: at})
            fit = fit_logistic(bent_study, bent_frame, [*terms, *bent_terms(name, at)[1:]])
            lowest, highest = np.quantile(frame[name], [0.01, 0.99])
            values = np.linspace(lowest, highest, 101)
            reference = float(frame[name].median())
            effect = partial_effect(fit, name, at, values, reference)
            effect["linear"] = linear.parameters[name] * (values - reference)
            curves[name] = Curve(name, at, fit, effect)
    return curves


def partial_effect(
    fit: LogisticFit,
    name: str,
    at: np.ndarray,
    values: np.ndarray,
    reference: float,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return log-odds of retention at `values` relative to `reference`, pointwise limits.

    The difference d of the spline's columns at the two values has log-odds d'B and variance
    d'V d, V the covariance of the columns' coefficients; the other variables cancel.
    """

    def columns(x: np.ndarray) -> np.ndarray:
        return np.column_stack([x, spline_basis(x, at)])

    difference = columns(np.asarray(values, dtype=float)) - columns(np.array([reference]))
    terms = bent_terms(name, at)
    log_odds = difference @ fit.parameters[terms].to_numpy()
    covariance = fit.covariance.loc[terms, terms].to_numpy()
    half = stats.norm.ppf((1 + level) / 2) * np.sqrt(
        np.einsum("ij,jk,ik->i", difference, covariance, difference)
    )
    return pd.DataFrame(
        {"log_odds": log_odds, "lower": log_odds - half, "upper": log_odds + half},
        index=pd.Index(values, name=name),
    )


def linearity_tests(
    study: Study, frame: pd.DataFrame, curves: dict[str, Curve], terms: list[str] | None = None
) -> pd.DataFrame:
    """Return the likelihood-ratio test of each curve against the straight line.

    Columns: knots (text), chi_square = the fall in -2 log-likelihood, df, p_value. The last row,
    "all", bends every tested predictor at once: a single answer for the whole equation, which
    asking of one variable after another is not.
    """
    terms = list(study.predictors) if terms is None else terms
    linear = fit_logistic(study, frame, terms)
    rows = {}
    for name, curve in curves.items():
        at = ", ".join(number(knot, ",.6g") for knot in curve.knots)
        rows[name] = {"knots": at, **_likelihood_ratio(linear, curve.fit)}
    if curves:
        bends = {name: curve.knots for name, curve in curves.items()}
        bent_study, bent_frame = bend(study, frame, bends)
        added = [term for name, at in bends.items() for term in bent_terms(name, at)[1:]]
        together = fit_logistic(bent_study, bent_frame, [*terms, *added])
        rows["all"] = {"knots": "", **_likelihood_ratio(linear, together)}
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["knots", "chi_square", "df", "p_value"]
    )


def nonlinear(tests: pd.DataFrame, level: float) -> pd.Index:
    """Return the variables of `linearity_tests` that bend, each judged at its share of `level`."""
    each = tests["p_value"].drop("all")
    return each.index[each < level / len(each)]


def _likelihood_ratio(smaller: LogisticFit, larger: LogisticFit) -> dict[str, float]:
    chi_square = 2 * (larger.log_likelihood - smaller.log_likelihood)
    df = len(larger.parameters) - len(smaller.parameters)
    return {"chi_square": chi_square, "df": df, "p_value": float(stats.chi2.sf(chi_square, df))}

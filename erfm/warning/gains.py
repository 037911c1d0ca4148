"""What calling the first customers of a list reaches, and what it is expected to bring."""

from __future__ import annotations

import numpy as np
import pandas as pd

from erfm import ties


def gains_curve(
    outcome: np.ndarray,
    churn_probability: np.ndarray,
    shares: np.ndarray | None = None,
    level: float = 0.95,
    repetitions: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return how many churned customers calling the first share of the ranked list reaches.

    Within customers of equal probability, whose order is arbitrary, the curve is a straight line.
    Intervals are bootstrap percentiles over the customers, the scores being given; a resample in
    which nobody churned says nothing about gain and lift.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        1 = retained, 0 = churned; both occur.
    churn_probability : ndarray, shape (n,)
    shares : ndarray, optional
        Shares of the list, in (0, 1]; every hundredth by default.
    level, repetitions, seed
        Of the bootstrap.

    Returns
    -------
    DataFrame
        A row for each share: customers and churned among them (in this sample), precision = the
        share of them that churned, gain = the share of all churned that they are, lift = gain /
        share; the last three with ``_lower`` and ``_upper``.
    """
    shares = np.arange(1, 101) / 100 if shares is None else np.asarray(shares, dtype=float)
    order = ties.descending(churn_probability)
    churned = 1.0 - np.asarray(outcome)[order]
    ranked = ties.blocks(churn_probability)[order]
    n = len(ranked)
    ends = np.append(np.flatnonzero(np.diff(ranked)), n - 1)
    reached = _reached(np.ones(n), churned, ends, shares)
    rng = np.random.default_rng(seed)
    draws = np.empty((repetitions, len(shares) + 1))
    for i in range(repetitions):
        weights = np.bincount(rng.integers(n, size=n), minlength=n).astype(float)
        draws[i, :-1] = _reached(weights, churned, ends, shares)
        draws[i, -1] = weights @ churned / n
    table = pd.DataFrame({"share": shares, "customers": shares * n, "churned": reached * n})
    overall, overall_draws = churned.mean(), draws[:, -1:]
    overall_draws[overall_draws == 0] = np.nan
    tails = [(1 - level) / 2, (1 + level) / 2]
    for name, estimate, sample in (
        ("precision", reached / shares, draws[:, :-1] / shares),
        ("gain", reached / overall, draws[:, :-1] / overall_draws),
        ("lift", reached / overall / shares, draws[:, :-1] / overall_draws / shares),
    ):
        table[name] = estimate
        table[f"{name}_lower"], table[f"{name}_upper"] = np.nanquantile(sample, tails, axis=0)
    return table


def _reached(
    weights: np.ndarray, churned: np.ndarray, ends: np.ndarray, shares: np.ndarray
) -> np.ndarray:
    """Return churned customers among the first shares of a weighted ranked list, per customer."""
    listed = np.append(0.0, np.cumsum(weights)[ends]) / weights.sum()
    found = np.append(0.0, np.cumsum(weights * churned)[ends]) / weights.sum()
    return np.interp(shares, listed, found)


def first_fifth(curve: pd.DataFrame) -> pd.Series:
    """Return the row of `gains_curve` in which a fifth of the list is called."""
    return curve.loc[ties.smallest((curve["share"] - 0.2).abs())]


def best_plan(plan: pd.DataFrame) -> pd.Series:
    """Return the row of `expected_gain` in which the gain is highest."""
    return plan.loc[ties.largest(plan["gain"])]


def expected_gain(
    curve: pd.DataFrame, customers: int, cost: float, value: float, success: float
) -> pd.DataFrame:
    """Return what calling the first k of a list of customers is expected to bring.

    k · (success · value · precision - cost), where precision is the share of those called who
    would churn. The interval is that of the precision.

    Parameters
    ----------
    curve : DataFrame
        Of `gains_curve`, on customers like those of the list.
    customers : int
        Length of the list.
    cost : float
        Of one contact.
    value : float
        Of one customer who stays, in the unit of the cost.
    success : float
        The share of contacted would-be leavers who stay because of the contact, 0 to 1.

    Returns
    -------
    DataFrame
        A row for each share of the curve: contacts, leavers_reached, gain, lower, upper.
    """
    contacts = curve["share"] * customers
    table = pd.DataFrame({"contacts": contacts, "leavers_reached": contacts * curve["precision"]})
    for name, precision in (("gain", ""), ("lower", "_lower"), ("upper", "_upper")):
        table[name] = contacts * (success * value * curve[f"precision{precision}"] - cost)
    return table

"""What calling the first customers of a list reaches, and what it is expected to bring."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from erfm import ties
from erfm.formats import percent


def gains_curve(
    outcome: np.ndarray,
    churn_probability: np.ndarray,
    shares: np.ndarray | None = None,
    level: float = 0.95,
    repetitions: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return how many churned customers calling the first share of the ranked list reaches.

    Nobody calls a part of a customer: a share of n customers is the nearest whole number of them,
    at least one, and ``share`` is that number divided by n. Customers of equal probability stand in
    no order: where the calls end among them, the places left are shared in proportion, which is
    what drawing lots gives on average. ``churned`` is then no whole number.

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
        A row for each number of customers: share, customers and churned among them (in this
        sample), precision = churned / customers, gain = the share of all churned that they are,
        lift = gain / share; the last three with ``_lower`` and ``_upper``.
    """
    wanted = np.arange(1, 101) / 100 if shares is None else np.asarray(shares, dtype=float)
    called = np.unique(np.maximum(np.rint(wanted * len(outcome)), 1).astype(int))
    shares = called / len(outcome)
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
    table = pd.DataFrame({"share": shares, "customers": called, "churned": reached * n})
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


def at_shares(curve: pd.DataFrame, shares: Iterable[float]) -> pd.DataFrame:
    """Return the rows of `gains_curve` that come nearest to `shares`, each once."""
    nearest = dict.fromkeys(ties.smallest((curve["share"] - share).abs()) for share in shares)
    return curve.loc[list(nearest)]


def first_fifth(curve: pd.DataFrame) -> pd.Series:
    """Return the row of `gains_curve` in which a fifth of the list is called."""
    return at_shares(curve, [0.2]).iloc[0]


def shared_places(rows: pd.DataFrame) -> pd.Series:
    """Return in which rows of `gains_curve` the calls end among equals who differ in outcome."""
    return (rows["churned"] - rows["churned"].round()).abs() > 1e-6


def count_formats(rows: pd.DataFrame) -> pd.Series:
    """Return how ``churned`` is written in each row of `gains_curve`.

    A whole number has no decimals, another as many as a reader needs to find precision and gain, in
    per cent with one decimal, by division; no more than four.
    """
    shared = shared_places(rows)
    return pd.Series(
        [_count_format(row) if shared[name] else ",.0f" for name, row in rows.iterrows()],
        rows.index,
    )


def _count_format(row: pd.Series) -> str:
    total = row["churned"] / row["gain"]
    for decimals in range(1, 4):
        shown = round(row["churned"], decimals)
        pairs = (shown / row["customers"], row["precision"]), (shown / total, row["gain"])
        if all(percent(found) == percent(told) for found, told in pairs):
            return f",.{decimals}f"
    return ",.4f"


def first_called(churn_probability: np.ndarray, customers: int, *, seed: int) -> np.ndarray:
    """Return who is among the first customers of the ranked list; equals at its end draw lots."""
    probability = np.asarray(churn_probability)
    lots = np.random.default_rng(seed).permutation(len(probability))
    called = np.zeros(len(probability), dtype=bool)
    called[lots[ties.descending(probability[lots])][:customers]] = True
    return called


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
        A row for each share of the curve: contacts (whole), leavers_reached, gain, lower, upper.
    """
    contacts = (curve["share"] * customers).round()
    table = pd.DataFrame({"contacts": contacts, "leavers_reached": contacts * curve["precision"]})
    for name, precision in (("gain", ""), ("lower", "_lower"), ("upper", "_upper")):
        table[name] = contacts * (success * value * curve[f"precision{precision}"] - cost)
    return table

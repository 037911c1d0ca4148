"""Cut-offs and what acting on them is worth.

The event acted on is *churn*: the bank contacts the customers whose P(churned) = 1 - P(retained)
is high. The tables of a cut-off c on P(retained) take retained as the positive class, as everywhere
else: predicted retained at P(retained) >= c, and all others are contacted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats
from sklearn import metrics
from statsmodels.stats.proportion import proportion_confint

from erfm.ties import TIE, at_least, largest, limits_reached, smallest, tied
from erfm.validation import COMMONER, compare_rules, rules_of

THRESHOLDS = np.arange(0.01, 1.0, 0.01).round(2)


def cutoff_curve(
    outcome: np.ndarray, probability: np.ndarray, cutoffs: np.ndarray = THRESHOLDS
) -> pd.DataFrame:
    """Return what each cut-off on P(retained) gives.

    Columns: accuracy, sensitivity (retained found), specificity (churned found),
    positive_predictive_value, negative_predictive_value (missing where nobody is predicted so) and
    ``contacted``, the share of customers predicted to churn.
    """
    outcome, cutoffs = np.asarray(outcome), np.asarray(cutoffs, dtype=float)
    retained, churned = (np.sort(probability[outcome == k], kind="stable") for k in (1, 0))
    # Those who miss a cut-off by their last bits only reach it.
    false_negative = np.searchsorted(retained, cutoffs - TIE, side="left")
    true_negative = np.searchsorted(churned, cutoffs - TIE, side="left")
    true_positive = len(retained) - false_negative
    predicted_churned, n = false_negative + true_negative, len(outcome)
    return pd.DataFrame(
        {
            "accuracy": (true_positive + true_negative) / n,
            "sensitivity": true_positive / len(retained),
            "specificity": true_negative / len(churned),
            "positive_predictive_value": _share(true_positive, n - predicted_churned),
            "negative_predictive_value": _share(true_negative, predicted_churned),
            "contacted": predicted_churned / n,
        },
        index=pd.Index(cutoffs, name="cutoff"),
    )


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def youden_cutoff(outcome: np.ndarray, probability: np.ndarray) -> float:
    """Return the cut-off on P(retained) with the largest sensitivity + specificity - 1.

    Of several, the highest.
    """
    false_positive, true_positive, cutoffs = metrics.roc_curve(outcome, tied(probability))
    index = pd.Series(true_positive - false_positive, index=cutoffs)
    return min(float(largest(index)), 1.0)


def cost_cutoff(missed_leaver: float, needless_contact: float) -> float:
    """Return the cut-off on P(retained) with the least expected cost.

    Contacting a customer who would stay costs `needless_contact`, missing one who leaves costs
    `missed_leaver` (same unit, both positive; right decisions cost nothing). It pays to contact
    when P(churned) missed_leaver >= P(retained) needless_contact, that is below the cut-off
    missed_leaver / (missed_leaver + needless_contact) (Elkan 2001).
    """
    if missed_leaver <= 0 or needless_contact <= 0:
        raise ValueError("Both costs must be positive.")
    return missed_leaver / (missed_leaver + needless_contact)


def implied_cost_ratio(cutoff: float) -> float:
    """Return how many needless contacts one missed leaver must cost for `cutoff` to be right."""
    return cutoff / (1 - cutoff)


def compare_cutoffs(
    outcome: np.ndarray,
    probability: np.ndarray,
    cutoffs: dict[str, float],
    missed_leaver: float,
    needless_contact: float,
) -> pd.DataFrame:
    """Return `cutoff_curve` at named cut-offs, with the mean ``cost`` a customer of its errors.

    ``implied_cost_ratio`` is the ratio of costs for which the cut-off would be the right one;
    missing for a cut-off of 1, which none makes right.
    """
    table = cutoff_curve(outcome, probability, np.array(list(cutoffs.values())))
    rate = np.mean(outcome)
    missed = (1 - rate) * (1 - table["specificity"])
    needless = rate * (1 - table["sensitivity"])
    table["cost"] = missed * missed_leaver + needless * needless_contact
    table = table.reset_index().set_axis(list(cutoffs), axis=0)
    table["implied_cost_ratio"] = implied_cost_ratio(table["cutoff"].where(table["cutoff"] < 1))
    return table


def decision_curve(
    outcome: np.ndarray,
    probability: np.ndarray,
    thresholds: np.ndarray = THRESHOLDS,
    *,
    repetitions: int = 1000,
    seed: int,
    level: float = 0.95,
) -> pd.DataFrame:
    """Return the net benefit of contacting customers with P(churned) >= threshold.

    The advantage over the better of the two rules for all has paired limits: the smaller of the
    limits against each, so that a lower one above 0 is above 0 against both. Contacting by the
    equation differs from a rule for all by the customers whom only one of them contacts; see
    `compare_costs`.

    Net benefit = leavers contacted / n - stayers contacted / n × t / (1 - t) at threshold t
    (Vickers & Elkin 2006): in leavers reached per customer, the stayers contacted in vain set off
    at the exchange rate that the threshold implies. Contacting nobody has net benefit 0.

    Parameters
    ----------
    outcome, probability : array, shape (n,)
        1 = retained, 0 = churned; P(retained).
    thresholds : array
        Increasing thresholds of P(churned), strictly between 0 and 1.
    repetitions, seed : int
        Bootstrap samples of customers behind the percentile limits of the net benefit; the model
        stays as it is.

    Returns
    -------
    DataFrame
        Index threshold; net_benefit, lower, upper; contact_all, contact_none; and the ``advantage``
        over the better of these two with its paired limits advantage_lower, advantage_upper.
    """
    thresholds = np.asarray(thresholds, dtype=float)
    churned, n = 1 - np.asarray(outcome, dtype=int), len(outcome)
    # A customer is contacted at the first `reached` thresholds. Customers with the same outcome and
    # the same number are alike, so that a bootstrap sample is a draw of how many there are of each.
    reached = limits_reached(1 - np.asarray(probability), thresholds)
    counts = np.zeros((2, len(thresholds) + 1), dtype=int)
    np.add.at(counts, (churned, reached), 1)
    draws = np.random.default_rng(seed).multinomial(n, counts.ravel() / n, size=repetitions)
    model, everyone = _net_benefits(counts, thresholds)
    models, _ = _net_benefits(draws.reshape(repetitions, *counts.shape), thresholds)
    limits = np.quantile(models, [(1 - level) / 2, (1 + level) / 2], axis=0)
    contacted = _contacted(counts)
    exchange = thresholds / (1 - thresholds)
    over_none = _paired_limits(contacted[1], contacted[0], n, exchange, level)
    left = counts.sum(axis=-1)[:, None] - contacted
    over_all = -_paired_limits(left[1], left[0], n, exchange, level)[::-1]
    advantage_limits = np.minimum(over_none, over_all)
    return pd.DataFrame(
        {
            "net_benefit": model,
            "lower": limits[0],
            "upper": limits[1],
            "contact_all": everyone,
            "contact_none": 0.0,
            "advantage": model - np.maximum(everyone, 0),
            "advantage_lower": advantage_limits[0],
            "advantage_upper": advantage_limits[1],
        },
        index=pd.Index(thresholds, name="threshold"),
    )


def _net_benefits(counts: np.ndarray, thresholds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the net benefit of the model and of contacting all, shape (…, thresholds).

    `counts` has shape (…, 2, thresholds + 1): stayers then leavers, by thresholds reached.
    """
    contacted = _contacted(counts)
    exchange = thresholds / (1 - thresholds)
    total = counts.sum(axis=-1)
    n = total.sum(axis=-1)[..., None]
    model = (contacted[..., 1, :] - exchange * contacted[..., 0, :]) / n
    everyone = (total[..., 1, None] - exchange * total[..., 0, None]) / n
    return model, everyone


def _contacted(counts: np.ndarray) -> np.ndarray:
    """Return how many are contacted at each threshold, shape (…, 2, thresholds)."""
    return np.cumsum(counts[..., ::-1], axis=-1)[..., -2::-1]


def _paired_limits(
    leavers: np.ndarray | int,
    stayers: np.ndarray | int,
    n: int,
    exchange: np.ndarray | float,
    level: float,
) -> np.ndarray:
    """Return the limits of what contacting some of n customers more is worth, shape (2, …).

    Worth is (leavers - stayers × exchange) / n: the share of leavers whom one rule alone contacts,
    less that of the stayers, weighted. The shares' Wilson limits are combined as Zou & Donner
    (2008) do (MOVER), with the correlation of two shares of the same customers. Wald's interval
    would take a few leavers and no stayer for sure, and so would a bootstrap.
    """
    shares = np.asarray(leavers) / n, np.asarray(stayers) / n
    (low, high), (weighted_low, weighted_high) = (
        proportion_confint(count, n, alpha=1 - level, method="wilson")
        for count in (leavers, stayers)
    )
    worth = shares[0] - exchange * shares[1]
    odds = [share / np.maximum(1 - share, 1 / n) for share in shares]
    correlation = -np.minimum(np.sqrt(odds[0] * odds[1]), 1)

    def combined(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.sqrt(one**2 + other**2 - 2 * correlation * one * other)

    return np.array(
        [
            worth - combined(shares[0] - low, exchange * (weighted_high - shares[1])),
            worth + combined(high - shares[0], exchange * (shares[1] - weighted_low)),
        ]
    )


EVERYONE, NOBODY = "contact everyone", "contact nobody"
"""The two rules that need no equation."""


def compare_costs(
    outcome: np.ndarray,
    probability: np.ndarray,
    cutoffs: Mapping[str, float],
    first: str,
    missed_leaver: float,
    needless_contact: float,
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare the cost of one cut-off with those of the others, of `EVERYONE` and of `NOBODY`.

    Two rules that contact whoever lies below a cut-off differ by the customers between the two, and
    judge the same customers: only those between tell of the difference.

    Parameters
    ----------
    outcome, probability : array, shape (n,)
        1 = retained, 0 = churned; P(retained).
    cutoffs : mapping of str to float
        On P(retained), by name.
    first : str
        The name of the one compared.
    missed_leaver, needless_contact : float
        Costs, as in `cost_cutoff`.
    level : float
        Of the interval: Wilson's of the leavers and the stayers between the two, combined as Zou &
        Donner (2008) do.

    Returns
    -------
    DataFrame
        A row for each other rule: contacts and leavers = how many customers and leavers `first`
        contacts more (less than 0: fewer) than it, difference = the mean cost a customer of `first`
        minus that of the other, with lower and upper, and the p_value of an exact binomial test: if
        the two cost the same, a customer between them leaves with probability needless_contact /
        (missed_leaver + needless_contact), which with equal costs is McNemar's test.
    """
    outcome, n = np.asarray(outcome), len(outcome)
    limits = {**cutoffs, EVERYONE: np.inf, NOBODY: -np.inf}
    contacted = {name: ~at_least(probability, limit) for name, limit in limits.items()}
    break_even = needless_contact / (missed_leaver + needless_contact)
    exchange = needless_contact / missed_leaver
    rows = {}
    for name in limits:
        if name == first:
            continue
        between = contacted[first] != contacted[name]
        sign = 1 if contacted[first].sum() >= contacted[name].sum() else -1
        leavers, stayers = (int((between & (outcome == value)).sum()) for value in (0, 1))
        worth = _paired_limits(leavers, stayers, n, exchange, level)
        lower, upper = np.sort(-sign * missed_leaver * worth, kind="stable")
        test = stats.binomtest(leavers, leavers + stayers, break_even) if between.any() else None
        rows[name] = {
            "contacts": sign * (leavers + stayers),
            "leavers": sign * leavers,
            "difference": sign * (stayers * needless_contact - leavers * missed_leaver) / n,
            "lower": lower,
            "upper": upper,
            "p_value": float(test.pvalue) if test else 1.0,
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def compare_with_commoner(
    outcome: np.ndarray, probability: np.ndarray, cutoffs: Mapping[str, float]
) -> pd.DataFrame:
    """Return `erfm.validation.compare_rules` of each cut-off against always naming `COMMONER`."""
    rules = rules_of(outcome, probability, cutoffs.values())
    commoner = rules[COMMONER]
    rows = [
        compare_rules(outcome, {name: at_least(probability, limit), COMMONER: commoner})
        for name, limit in cutoffs.items()
    ]
    return pd.concat(rows).droplevel("second").rename_axis(None)


def at_threshold(curve: pd.DataFrame, threshold: float) -> pd.Series:
    """Return the row of `decision_curve` whose threshold is nearest; of two, the lower."""
    return curve.loc[smallest(pd.Series(np.abs(curve.index - threshold), curve.index))]


def useful_thresholds(curve: pd.DataFrame) -> list[tuple[float, float]]:
    """Return the unbroken ranges of thresholds, first and last, where the advantage is sure.

    Sure: its lower limit is above 0.
    """
    useful = curve["advantage_lower"] > 0
    runs = curve.index.to_series()[useful].groupby((~useful).cumsum()[useful])
    return [(run.iloc[0], run.iloc[-1]) for _, run in runs]

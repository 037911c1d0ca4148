"""How well probabilities classify, rank and calibrate; the positive class is 1 = retained."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special, stats
from sklearn import metrics
from statsmodels.genmod import families
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.proportion import proportion_confint
from statsmodels.tools import add_constant

from erfm.ties import TIE, at_least, ranks, tied


def classification_table(
    outcome: np.ndarray, probability: np.ndarray, cutoff: float
) -> pd.DataFrame:
    """Return SPSS's *Classification Table*: observed in rows, predicted in columns, % correct.

    A customer is predicted retained when P(retained) >= `cutoff`. The last row holds the column
    totals and the overall percentage correct.
    """
    predicted = at_least(probability, cutoff)
    return classification_of(metrics.confusion_matrix(outcome, predicted, labels=[0, 1]))


def classification_of(counts: np.ndarray) -> pd.DataFrame:
    """Return the classification table of counts: churned and retained, observed by predicted."""
    table = pd.DataFrame(
        counts,
        index=pd.Index(["churned", "retained"], name="observed"),
        columns=["predicted_churned", "predicted_retained"],
    )
    table["percentage_correct"] = 100 * np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
    total = [*counts.sum(axis=0), 100 * np.diag(counts).sum() / counts.sum()]
    table.loc["total"] = total
    return table.astype({"predicted_churned": int, "predicted_retained": int})


def classification_rates(
    outcome: np.ndarray, probability: np.ndarray, cutoff: float, level: float = 0.95
) -> pd.DataFrame:
    """Return accuracy, sensitivity, specificity and predictive values with Wilson intervals.

    Columns: successes, of (the denominator), rate, lower, upper. The positive class is *retained*.
    A rate without cases to judge it by is missing. ``no_information_rate`` is the accuracy of
    always answering the commoner class.
    """
    return classification_rates_of(classification_table(outcome, probability, cutoff), level)


def classification_rates_of(table: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """Return the rates of a classification table; see `classification_rates`."""
    true_negative, false_positive = table.loc["churned"].iloc[:2].astype(int)
    false_negative, true_positive = table.loc["retained"].iloc[:2].astype(int)
    positive, negative = true_positive + false_negative, true_negative + false_positive
    n = positive + negative
    counts = {
        "accuracy": (true_positive + true_negative, n),
        "sensitivity": (true_positive, positive),
        "specificity": (true_negative, negative),
        "positive_predictive_value": (true_positive, true_positive + false_positive),
        "negative_predictive_value": (true_negative, true_negative + false_negative),
        "no_information_rate": (max(positive, negative), n),
    }
    rates = pd.DataFrame.from_dict(counts, orient="index", columns=["successes", "of"])
    rates["rate"] = rates["successes"] / rates["of"].where(rates["of"] > 0)
    limits = [wilson_interval(*pair, level) for pair in counts.values()]
    rates[["lower", "upper"]] = limits
    return rates


COMMONER = "the commoner outcome"
"""The rule that needs no model: everyone is predicted to have the outcome that is commoner."""


def rules_of(
    outcome: np.ndarray, probability: np.ndarray, cutoffs: Iterable[float]
) -> dict[str, np.ndarray]:
    """Return what each cut-off predicts, named "cut-off 0.5", and last what `COMMONER` does."""
    rules = {f"cut-off {cutoff}": at_least(probability, cutoff) for cutoff in cutoffs}
    return rules | {COMMONER: np.full(len(outcome), np.mean(outcome) > 0.5)}


def compare_rules(
    outcome: np.ndarray, rules: Mapping[str, np.ndarray], level: float = 0.95
) -> pd.DataFrame:
    """Compare the accuracies of rules on the same customers, two at a time.

    An interval for one accuracy does not say whether it differs from another on the same customers:
    those whom both rules get right, or both wrong, tell nothing of the difference.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        1 = retained, 0 = churned.
    rules : mapping of str to ndarray, shape (n,)
        What each rule predicts, coded alike.
    level : float
        Of the interval of Agresti & Min (2005): Wald's, after half a customer is added to each of
        the four cells.

    Returns
    -------
    DataFrame
        A row for each pair: first and second rule, only_first and only_second = the customers whom
        that rule alone gets right, difference of the accuracies (first minus second) with lower and
        upper, and the p_value of McNemar's exact test (1 where neither rule is right alone).
    """
    right = {name: np.asarray(rule) == np.asarray(outcome) for name, rule in rules.items()}
    n, rows = len(outcome), []
    for first, second in combinations(right, 2):
        b = int((right[first] & ~right[second]).sum())
        c = int((right[second] & ~right[first]).sum())
        lower, upper = paired_interval(b, c, n, level)
        rows.append(
            {
                "first": first,
                "second": second,
                "only_first": b,
                "only_second": c,
                "difference": (b - c) / n,
                "lower": float(lower),
                "upper": float(upper),
                "p_value": float(stats.binomtest(b, b + c).pvalue) if b + c else 1.0,
            }
        )
    return pd.DataFrame(rows).set_index(["first", "second"])


def paired_interval(
    only_first: ArrayLike, only_second: ArrayLike, n: int, level: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits of differences between two shares of the same n customers.

    `only_first` and `only_second` count those who have it by one rule alone. The interval is that
    of Agresti & Min (2005): Wald's, after half a customer is added to each of the four cells.
    """
    b, c = np.asarray(only_first), np.asarray(only_second)
    centre, z = (b - c) / (n + 2), stats.norm.ppf((1 + level) / 2)
    half = z * np.sqrt(b + c + 1 - (b - c) ** 2 / (n + 2)) / (n + 2)
    return centre - half, centre + half


def wilson_interval(successes: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a proportion; missing if `n` is 0."""
    if n == 0:
        return (np.nan, np.nan)
    lower, upper = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    return float(lower), float(upper)


@dataclass(frozen=True)
class RocCurve:
    """The ROC curve of retained against churned with its area and DeLong's interval.

    Attributes
    ----------
    curve : DataFrame
        cutoff, sensitivity and specificity, one row for each cut-off that changes the curve.
    auc, standard_error, lower, upper : float
        Area under the curve, DeLong's standard error and the confidence limits (clipped to 0–1).
    """

    curve: pd.DataFrame = field(repr=False)
    auc: float
    standard_error: float
    lower: float
    upper: float


def roc(outcome: np.ndarray, probability: np.ndarray, level: float = 0.95) -> RocCurve:
    """Return the ROC curve; the variance is that of DeLong, DeLong & Clarke-Pearson (1988).

    With R ranks among all and r ranks within a class (ties share their mean rank), the placement of
    a retained customer is (R - r) / n_churned and its mean is the area; the variance is the sum of
    the two classes' placement variances over their sizes. What counts as a tie: see `erfm.ties`.
    """
    outcome, probability = np.asarray(outcome), tied(probability)
    false_positive, true_positive, cutoffs = metrics.roc_curve(outcome, probability)
    curve = pd.DataFrame(
        {"cutoff": cutoffs, "sensitivity": true_positive, "specificity": 1 - false_positive}
    )
    auc = float(metrics.roc_auc_score(outcome, probability))
    standard_error = _standard_error(_placements(outcome, probability))
    z = stats.norm.ppf((1 + level) / 2)
    lower, upper = np.clip([auc - z * standard_error, auc + z * standard_error], 0, 1)
    return RocCurve(curve, auc, standard_error, float(lower), float(upper))


def compare_areas(
    outcome: np.ndarray, first: np.ndarray, second: np.ndarray, level: float = 0.95
) -> pd.Series:
    """Compare the areas under the ROC curves of two probabilities of the same customers.

    Intervals for one area each do not say whether the two differ, for the customers are the same.
    The variance is that of the difference of each customer's two placements (DeLong, DeLong &
    Clarke-Pearson 1988); see `roc`.

    Returns
    -------
    Series
        difference (first minus second), lower and upper.
    """
    pairs = [_placements(np.asarray(outcome), tied(p)) for p in (first, second)]
    both = [one - other for one, other in zip(*pairs, strict=True)]
    # A retained customer's mean placement is the area, a churned one's 1 minus it.
    difference, half = both[1].mean(), stats.norm.ppf((1 + level) / 2) * _standard_error(both)
    return pd.Series(
        {"difference": difference, "lower": difference - half, "upper": difference + half}
    )


def _placements(outcome: np.ndarray, probability: np.ndarray) -> list[np.ndarray]:
    """Return the placements of the churned and of the retained customers."""
    rank, classes = ranks(probability), [outcome == value for value in (0, 1)]
    return [(rank[c] - ranks(probability[c])) / (~c).sum() for c in classes]


def _standard_error(placements: list[np.ndarray]) -> float:
    return float(np.sqrt(sum(placement.var(ddof=1) / len(placement) for placement in placements)))


def brier_score(outcome: np.ndarray, probability: np.ndarray) -> pd.Series:
    """Return the Brier score, that of always predicting the base rate, and the skill 1 - ratio."""
    outcome = np.asarray(outcome)
    score = float(metrics.brier_score_loss(outcome, probability))
    reference = float(outcome.mean() * (1 - outcome.mean()))
    return pd.Series({"brier": score, "base_rate_brier": reference, "skill": 1 - score / reference})


def calibration_line(outcome: np.ndarray, probability: np.ndarray) -> pd.DataFrame:
    """Return calibration intercept and slope with standard errors and 95% limits (Cox 1958).

    The slope is that of the outcome's logistic regression on logit p; 1 is perfect, below 1 means
    probabilities too extreme. The intercept is estimated with the slope held at 1; 0 is perfect and
    below 0 means that P(retained) is too high on average. Equal probabilities have no slope.
    """
    logit = special.logit(probability)
    binomial = families.Binomial()
    intercept = GLM(outcome, np.ones(len(logit)), family=binomial, offset=logit).fit()
    table = pd.DataFrame(
        {"estimate": intercept.params, "standard_error": intercept.bse}, index=["intercept"]
    )
    table.loc["slope"] = np.nan
    if np.ptp(logit) > 0:
        slope = GLM(outcome, add_constant(logit), family=binomial).fit()
        table.loc["slope"] = [slope.params[1], slope.bse[1]]
    half = stats.norm.ppf(0.975) * table["standard_error"]
    return table.assign(lower=table["estimate"] - half, upper=table["estimate"] + half)


def calibration_groups(
    outcome: np.ndarray, probability: np.ndarray, groups: int = 10
) -> pd.DataFrame:
    """Return mean predicted and observed retention by quantile group, with Wilson intervals.

    Equal probabilities stay in one group, so there may be fewer than `groups`.
    """
    table = pd.DataFrame({"outcome": np.asarray(outcome), "probability": tied(probability)})
    edges = np.unique(tied(table["probability"].quantile(np.linspace(0, 1, groups + 1))))
    grouped = table.groupby(np.searchsorted(edges[1:-1] + TIE, table["probability"]))
    result = pd.DataFrame(
        {
            "customers": grouped.size(),
            "predicted": grouped["probability"].mean(),
            "observed": grouped["outcome"].mean(),
        }
    )
    limits = [
        wilson_interval(int(retained), int(size))
        for retained, size in zip(grouped["outcome"].sum(), result["customers"], strict=True)
    ]
    result[["lower", "upper"]] = limits
    result.index = pd.RangeIndex(1, len(result) + 1, name="group")
    return result

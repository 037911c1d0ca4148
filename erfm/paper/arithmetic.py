"""Proofs about printed numbers that need no data: sums, shares, classification tables.

Every proof works for any numbers. A number given as printed text ("11.10", "95%") stands for all
values that are printed so, and is refuted only if each of them is; an int or float is exact. Each
``examine_…`` function returns a `Verdict`; the formulas behind it are functions of their own.
Proofs from bounds on moments and on information are in `erfm.paper.bounds`, the argument from a
normal linear predictor in `erfm.paper.normal_predictor`; `erfm.paper.examination` applies all of
them to the claims of a paper's file.

Outcome: 1 = retained (the positive class), 0 = churned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from math import ceil, floor, log
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from erfm.formats import percent
from erfm.paper.printed_numbers import DIFFERS, compared, parse_printed
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, Verdict

Number = str | int | float


class Span(NamedTuple):
    """A number with the least and the largest value that is printed so."""

    lower: float
    value: float
    upper: float

    @property
    def least_size(self) -> float:
        """The least absolute value in the span."""
        return 0.0 if self.lower <= 0 <= self.upper else min(abs(self.lower), abs(self.upper))

    @property
    def largest_size(self) -> float:
        """The largest absolute value in the span."""
        return max(abs(self.lower), abs(self.upper))


def span(number: Number) -> Span:
    """Return the values that a number stands for: all that round to a text, or itself."""
    if not isinstance(number, str):
        return Span(number, number, number)
    as_printed = parse_printed(number)
    return Span(as_printed.lower, as_printed.value, as_printed.upper)


def tex(number: Number) -> str:
    """Write a number for LaTeX: printed text and whole numbers in full, others to 4 digits."""
    if isinstance(number, str | int | np.integer):
        return str(number).replace("%", r"\%")
    mantissa, e, exponent = f"{number:.4g}".partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if e else mantissa


def equal_sign(equal: bool) -> str:
    """Return LaTeX's sign for equal or unequal."""
    return "=" if equal else r"\neq"


def order_sign(left: float, right: float) -> str:
    """Return LaTeX's sign between two numbers: at least, or less than."""
    return r"\ge" if left >= right else "<"


def examine_sum(total: int, *parts: int) -> Verdict:
    """Examine whether counts add up to their total."""
    off = sum(parts) - total
    added = f"{' + '.join(map(str, parts))} = {sum(parts)}"
    return Verdict(
        CONTRADICTS if off else HOLDS,
        f"{added}, but the printed total is {total}." if off else f"{added}, as printed.",
        added + (rf" \neq {total}" if off else ""),
        f"A part or the total is off by {abs(off)}." if off else "",
        {"sum": sum(parts), "total": total},
    )


def examine_share(part: int, whole: int, share: str) -> Verdict:
    """Examine whether a printed share, e.g. "71.8%", is that of a part in a whole."""
    comparison = compared(part / whole, share)
    return Verdict(
        HOLDS if comparison.agrees else CONTRADICTS,
        f"{part} of {whole} is {comparison.computed}; {share} is printed.",
        rf"\frac{{{part}}}{{{whole}}} = {tex(comparison.computed)}"
        + ("" if comparison.agrees else rf" \neq {tex(share)}"),
        "" if comparison.agrees else f"The part would have to be {share} of {whole}.",
        {"share": part / whole},
    )


def examine_ranking(ranking: str, coefficients: Mapping[str, Number]) -> Verdict:
    """Examine whether a ranking "A > B > C" is that of the sizes of printed coefficients."""
    names = ranking.split(" > ")
    spans = {name: span(coefficients[name]) for name in names}
    sizes = {name: abs(number.value) for name, number in spans.items()}
    # Two that are printed alike may be in either order.
    ordered = all(
        larger.largest_size > smaller.least_size for larger, smaller in pairwise(spans.values())
    )
    by_size = " > ".join(sorted(names, key=sizes.__getitem__, reverse=True))
    return Verdict(
        HOLDS if ordered else CONTRADICTS,
        f"By size the printed coefficients rank {by_size}.",
        r",\; ".join(rf"\text{{{name}}}\; {tex(coefficients[name])}" for name in names),
        "" if ordered else f"The ranking would have to be {by_size}.",
        sizes,
    )


def counts_that_print(share: str, whole: int) -> list[int]:
    """Return the counts out of `whole` whose share is printed so, rounded or truncated.

    An empty list refutes a share of a known number of customers (the GRIM test of Brown and
    Heathers 2017).
    """
    number = span(share)
    unit = number.upper - number.lower
    first = max(0, floor((number.lower - unit) * whole))
    last = min(whole, ceil((number.upper + unit) * whole))
    return [count for count in range(first, last + 1) if _prints(count / whole, share)]


def _prints(value: float, text: str) -> bool:
    return not compared(value, text).verdict.startswith(DIFFERS)


@dataclass(frozen=True)
class SolvedTable:
    """A 2×2 classification table found from its margins and errors.

    Attributes
    ----------
    table : DataFrame
        Counts; rows ``actual``, columns ``predicted``, both "positive", "negative".
    margins : Verdict
        Whether the counts of right and wrong predictions add up to the actual classes.
    accuracy, accuracy_lower, accuracy_upper : float
        Share predicted right, with its Wilson interval.
    no_information_rate : float
        The accuracy of always answering with the larger actual class.
    """

    table: pd.DataFrame
    margins: Verdict
    accuracy: float
    accuracy_lower: float
    accuracy_upper: float
    no_information_rate: float

    @property
    def correct(self) -> int:
        """The number of customers classified rightly."""
        return int(np.trace(self.table))

    @property
    def total(self) -> int:
        """The number of customers."""
        return int(self.table.to_numpy().sum())


def solve_classification_table(
    *,
    actual_positive: int,
    actual_negative: int,
    predicted_positive: int,
    predicted_positive_wrong: int,
    predicted_negative: int,
    predicted_negative_wrong: int,
    level: float = 0.95,
) -> SolvedTable:
    """Solve a classification table from its margins and the errors among its predictions.

    The predictions and their errors fix the four cells; the actual classes then test them.

    Parameters
    ----------
    actual_positive, actual_negative : int
        Customers who are positive (1 = retained) and negative (0 = churned).
    predicted_positive, predicted_negative : int
        Customers so predicted, with ``…_wrong`` the errors among them.
    level : float
        Confidence level of the Wilson interval.

    Raises
    ------
    ValueError
        More errors than predictions, or a negative count.
    """
    false_positive, false_negative = predicted_positive_wrong, predicted_negative_wrong
    true_positive = predicted_positive - false_positive
    true_negative = predicted_negative - false_negative
    if min(true_positive, false_positive, false_negative, true_negative) < 0:
        raise ValueError(
            f"{false_positive} errors in {predicted_positive} positive and {false_negative} in "
            f"{predicted_negative} negative predictions: errors are counts from 0 to all of them."
        )
    labels = ["positive", "negative"]
    table = pd.DataFrame(
        [[true_positive, false_negative], [false_positive, true_negative]],
        index=pd.Index(labels, name="actual"),
        columns=pd.Index(labels, name="predicted"),
    )
    positive, negative = table.sum(axis=1)
    closes = (positive, negative) == (actual_positive, actual_negative)
    margins = Verdict(
        HOLDS if closes else CONTRADICTS,
        f"Right and wrong predictions make {positive} and {negative} customers in the actual "
        f"classes; {actual_positive} and {actual_negative} are printed.",
        rf"({true_positive} + {false_negative},\; {false_positive} + {true_negative}) "
        rf"{equal_sign(closes)} ({actual_positive},\; {actual_negative})",
        "" if closes else "One of the six counts would have to be another.",
        {
            "true_positive": true_positive,
            "false_positive": false_positive,
            "false_negative": false_negative,
            "true_negative": true_negative,
        },
    )
    correct, total = true_positive + true_negative, int(positive + negative)
    lower, upper = proportion_confint(correct, total, 1 - level, method="wilson")
    return SolvedTable(
        table=table,
        margins=margins,
        accuracy=correct / total,
        accuracy_lower=float(lower),
        accuracy_upper=float(upper),
        no_information_rate=max(positive, negative) / total,
    )


def examine_accuracy(solved: SolvedTable, accuracy: str) -> Verdict:
    """Examine a printed accuracy against the solved classification table.

    Which margin is called actual and which predicted does not matter: to transpose a table leaves
    its diagonal where it is.
    """
    comparison = compared(solved.accuracy, accuracy)
    needed = span(accuracy).value * solved.total
    possible = counts_that_print(accuracy, solved.total)
    whole = (
        f"{possible[0]}"
        if possible
        else f"{needed:.1f}, but no whole number out of {solved.total} is printed as {accuracy}"
    )
    return Verdict(
        HOLDS if comparison.agrees else CONTRADICTS,
        f"{solved.correct} of {solved.total} predictions are right, which is {comparison.computed} "
        f"({percent(solved.accuracy_lower, 1)} to {percent(solved.accuracy_upper, 1)}); {accuracy} "
        f"is printed. Always answering with the larger class is right in "
        f"{percent(solved.no_information_rate, 2)}.",
        rf"\frac{{{solved.table.iloc[0, 0]} + {solved.table.iloc[1, 1]}}}{{{solved.total}}} = "
        rf"{tex(comparison.computed)}" + ("" if comparison.agrees else rf" \neq {tex(accuracy)}"),
        "" if comparison.agrees else f"Instead of {solved.correct} right predictions, {whole}.",
        {
            "accuracy": solved.accuracy,
            "lower": solved.accuracy_lower,
            "upper": solved.accuracy_upper,
            "no_information_rate": solved.no_information_rate,
            "correct_needed": needed,
        },
    )


def ratio_search(counts: Iterable[int], share: str, terms: int = 3) -> pd.DataFrame:
    """Search for a ratio of simple combinations of counts that is printed as `share`.

    Searched are all ratios a/b of positive combinations a and b; a combination adds or subtracts
    one to `terms` different counts. The more terms, the more ratios agree by chance: compare the
    number of hits with the number searched.

    Returns
    -------
    DataFrame
        One row a hit, rounded or truncated: ``numerator`` and ``denominator`` (the shortest
        combination with that value, as text) and ``ratio``. ``attrs["searched"]`` is the number of
        different ratios.
    """
    combined = _combinations(sorted(set(counts), reverse=True), terms)
    values = np.array(list(combined))
    ratios = values[:, None] / values
    claimed = span(share)
    unit = claimed.upper - claimed.lower
    near = np.argwhere((ratios > claimed.lower - unit) & (ratios < claimed.upper + unit))
    hits = [
        (combined[values[a]], combined[values[b]], ratios[a, b])
        for a, b in near
        if _prints(ratios[a, b], share)
    ]
    found = pd.DataFrame(hits, columns=["numerator", "denominator", "ratio"])
    found.attrs["searched"] = len(np.unique(ratios))
    return found


def ratio_searches(counts: Iterable[int], share: str, most_terms: int) -> pd.DataFrame:
    """Count the hits of `ratio_search` with more and more terms.

    Returns
    -------
    DataFrame
        A row for each number of terms from 1 on; columns ``ratios_searched`` and ``hits``.
    """
    counts = list(counts)
    found = {terms: ratio_search(counts, share, terms) for terms in range(1, most_terms + 1)}
    rows = {
        terms: {"ratios_searched": hits.attrs["searched"], "hits": len(hits)}
        for terms, hits in found.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _combinations(counts: Sequence[int], terms: int) -> dict[int, str]:
    """Return positive sums and differences of up to `terms` counts, each with its first text."""
    combined: dict[int, str] = {}
    for size in range(1, terms + 1):
        for chosen in combinations(counts, size):
            for signs in product((1, -1), repeat=size):
                signed = [sign * count for sign, count in zip(signs, chosen, strict=True)]
                text = " ".join(f"{count:+}" for count in signed).removeprefix("+")
                combined.setdefault(sum(signed), text)
    return {value: text for value, text in combined.items() if value > 0}


def least_deviance(solved: SolvedTable, cutoff: float) -> float:
    """Return the least -2 log-likelihood that the errors of a classification table leave.

    A churned customer above the cut-off c adds at least -2 ln(1 - c), a retained one below it at
    least -2 ln c.
    """
    false_positive = solved.table.loc["negative", "positive"]
    false_negative = solved.table.loc["positive", "negative"]
    return -2 * (false_positive * log(1 - cutoff) + false_negative * log(cutoff))


def chi_square_readings(
    chi_square: Number, *, n: int, solved: SolvedTable, cutoff: Number, df: int = 8
) -> pd.DataFrame:
    """Read "the last step's chi-square is the smallest, so the fit is good" as each statistic.

    Parameters
    ----------
    chi_square : number
        Of the last of several forward steps, none of which removed a variable.
    n : int
        Customers that the model was fitted to.
    solved : SolvedTable
        How the model classifies customers.
    cutoff : number
        Above it, "retained" is predicted.
    df : int
        Of the Hosmer–Lemeshow test: groups - 2.

    Returns
    -------
    DataFrame
        Index ``reading``; columns ``verdict`` (on the sentence as read so) and ``reason``.
    """
    p_value = stats.chi2.sf(span(chi_square).value, df)
    deviance = span(chi_square).value / n
    from_errors = least_deviance(solved, span(cutoff).value) / solved.total
    rows = {
        "Hosmer–Lemeshow": (
            CONTRADICTS if p_value < 0.05 else HOLDS,
            f"p = {p_value:.1g} on {df} degrees of freedom; a small p-value rejects the fit",
        ),
        "Omnibus test of the model": (
            CONTRADICTS,
            "it grows with every variable that enters, so the last step's is the largest",
        ),
        "Omnibus test of the step": (
            CANNOT_BE_JUDGED,
            "it may be the smallest, but then says that the last variable adds least, not that "
            "the model fits",
        ),
        "−2 log-likelihood": (
            CONTRADICTS if deviance < from_errors else CANNOT_BE_JUDGED,
            f"it is the smallest at the last step, {deviance:.3f} per customer; the errors of the "
            f"classification table alone make it at least {from_errors:.3f} per customer there",
        ),
    }
    readings = pd.DataFrame.from_dict(rows, orient="index", columns=["verdict", "reason"])
    return readings.rename_axis("reading")


def examine_chi_square(
    chi_square: Number, *, n: int, solved: SolvedTable, cutoff: Number, df: int = 8
) -> Verdict:
    """Examine the last step's chi-square under every reading; see `chi_square_readings`.

    While one reading is left the number itself cannot be judged.
    """
    readings = chi_square_readings(chi_square, n=n, solved=solved, cutoff=cutoff, df=df)
    p_value = stats.chi2.sf(span(chi_square).value, df)
    return Verdict(
        CONTRADICTS if (readings["verdict"] == CONTRADICTS).all() else CANNOT_BE_JUDGED,
        "Which statistic it is, is not said. "
        + " ".join(f"{reading}: {reason}." for reading, reason in readings["reason"].items()),
        rf"P(\chi^2_{{{df}}} > {tex(chi_square)}) = {tex(p_value)}",
        "The statistic would have to be named and the other steps' values shown.",
        {
            "p_value": p_value,
            "deviance_per_customer": span(chi_square).value / n,
            "least_deviance_per_customer": least_deviance(solved, span(cutoff).value)
            / solved.total,
        },
    )


def examine_cutoff(cutoff: str, *, positive: int, total: int, samples: Sequence[int]) -> Verdict:
    """Examine whether the printed numbers explain a cut-off.

    Parameters
    ----------
    cutoff : str
        As printed; above it the positive class is predicted.
    positive, total : int
        Positive customers among those classified: the base rate.
    samples : sequence of int
        Sizes of the samples whose base rate the cut-off might be.
    """
    c, rate = span(cutoff).value, positive / total
    as_rate = [str(size) for size in samples if counts_that_print(cutoff, size)]
    where = f"only out of {', '.join(as_rate)}" if as_rate else "not in any sample"
    return Verdict(
        CANNOT_BE_JUDGED,
        f"The base rate is {percent(rate, 2)}, and no printed number leads to {cutoff}. As the "
        f"share of a whole number of customers it can occur {where}.",
        rf"\frac{{{positive}}}{{{total}}} = {rate:.4f} {equal_sign(_prints(rate, cutoff))} "
        rf"{tex(cutoff)}",
        f"For example, a customer wrongly called retained costs c/(1 − c) = {c / (1 - c):.2f} "
        "times as much as one wrongly called churned.",
        {"base_rate": rate, "cost_ratio": c / (1 - c)},
    )

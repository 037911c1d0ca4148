"""Proofs about classification tables: from any counts and rates that are printed of one.

A 2×2 table has four counts. Whatever is printed of it, counts of cells or margins, or rates that
are ratios of them, leaves some tables of whole numbers: none, then the printed numbers contradict
each other; one, then everything else about the table follows; or several.

The positive class is 1 = retained in this project's study; in another paper it is the paper's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

import numpy as np
from scipy import stats

from erfm.formats import p_text, percent
from erfm.paper.arithmetic import Number
from erfm.paper.grim import share_ends
from erfm.paper.intervals import (
    SLACK,
    count,
    decimals_of,
    exact_ends,
    figure,
    missing,
    read,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, Verdict

Counts: TypeAlias = np.ndarray  # of whole numbers, one for each table that is still possible

# Which of the cells (true positive, false negative, false positive, true negative) a count adds up.
COUNTS: dict[str, tuple[int, int, int, int]] = {
    "true_positive": (1, 0, 0, 0),
    "false_negative": (0, 1, 0, 0),
    "false_positive": (0, 0, 1, 0),
    "true_negative": (0, 0, 0, 1),
    "actual_positive": (1, 1, 0, 0),
    "actual_negative": (0, 0, 1, 1),
    "predicted_positive": (1, 0, 1, 0),
    "predicted_negative": (0, 1, 0, 1),
    "correct": (1, 0, 0, 1),
    "wrong": (0, 1, 1, 0),
    "total": (1, 1, 1, 1),
}
"""The counts of a table, each with the cells that it adds up."""

# Of each rate the count that it is a share of, and the cells in the numerator.
SHARES: dict[str, tuple[str, str]] = {
    "sensitivity": ("true_positive", "actual_positive"),
    "specificity": ("true_negative", "actual_negative"),
    "accuracy": ("correct", "total"),
    "error_rate": ("wrong", "total"),
    "positive_predictive_value": ("true_positive", "predicted_positive"),
    "negative_predictive_value": ("true_negative", "predicted_negative"),
    "prevalence": ("actual_positive", "total"),
}
"""The rates that are a share: its count and the count of the whole."""

LARGEST_SEARCH = 1_000_000
"""The most tables that are tried."""


@dataclass(frozen=True)
class Tables:
    """The tables that printed numbers leave possible.

    Attributes
    ----------
    cells : ndarray
        A row for each: true positives, false negatives, false positives, true negatives.
    """

    cells: np.ndarray

    def __len__(self) -> int:
        return len(self.cells)

    def counts(self, name: str) -> Counts:
        """Return a count of each table by its name in `COUNTS`."""
        return self.cells @ np.array(COUNTS[name])


def possible_tables(**printed: Number) -> Tables | None:
    """Return the tables of whole numbers with printed counts and rates.

    The counts are linear equations for the four cells. Elimination, in fractions, leaves as many
    cells free as equations are lacking, and all their values are tried; a share of a known count
    leaves few (see `erfm.paper.grim.counts_of_share`).

    Parameters
    ----------
    **printed : number
        Names of `COUNTS`, `SHARES`, or ``kappa``.

    Returns
    -------
    Tables or None
        None if the counts leave too many tables to try.
    """
    counts = {name: count(value) for name, value in printed.items() if name in COUNTS}
    cells = _solve(counts, printed)
    if cells is None:
        return None
    cells = cells[cells.sum(axis=1) > 0]
    for name, value in printed.items():
        if name in SHARES:
            cells = cells[_share_prints(Tables(cells), name, value)]
        elif name == "kappa":
            cells = cells[_kappa_prints(Tables(cells), value)]
        elif name not in COUNTS:
            raise ValueError(f"{name!r} is neither a count nor a rate of a classification table.")
    return Tables(cells)


def _solve(counts: Mapping[str, int], printed: Mapping[str, Number]) -> np.ndarray | None:
    """Return the tables with these counts as rows of cells, None if they are too many."""
    rows = [[Fraction(c) for c in (*COUNTS[name], counts[name])] for name in counts]
    # True positives and negatives last: where cells are free, rates confine these.
    order = (1, 2, 3, 0)
    rows = [[row[i] for i in (*order, 4)] for row in rows]
    pivots = _eliminate(rows)
    if any(row[4] != 0 and not any(row[:4]) for row in rows):
        return np.empty((0, 4), dtype=np.int64)
    free = [i for i in range(4) if i not in pivots]
    limits = [_limits(order[i], counts, printed) for i in free]
    if any(limit is None for limit in limits):
        return None
    sizes = [len(limit) for limit in limits if limit is not None]
    if np.prod(sizes, dtype=float) > LARGEST_SEARCH:
        return None
    grid = np.meshgrid(
        *(np.arange(r.start, r.stop) for r in limits if r is not None), indexing="ij"
    )
    values = [axis.ravel() for axis in grid]
    size = len(values[0]) if values else 1
    cells, possible = np.zeros((size, 4), dtype=np.int64), np.ones(size, dtype=bool)
    for i, axis in zip(free, values, strict=True):
        cells[:, order[i]] = axis
    for pivot, row in zip(pivots, rows, strict=False):
        # Pivots of these matrices are 1 or 2 and everything else is an integer over it.
        scale = np.lcm.reduce([f.denominator for f in row])
        rest = int(row[4] * scale) - sum(
            (int(row[i] * scale) * axis for i, axis in zip(free, values, strict=True)),
            start=np.zeros(size, dtype=np.int64),
        )
        possible &= (rest % scale == 0) & (rest >= 0)
        cells[:, order[pivot]] = rest // scale
    return cells[possible]


def _eliminate(rows: list[list[Fraction]]) -> list[int]:
    """Bring equations to reduced echelon form in place; return the pivots' columns."""
    pivots: list[int] = []
    for column in range(4):
        at = len(pivots)
        found = next((i for i in range(at, len(rows)) if rows[i][column]), None)
        if found is None:
            continue
        rows[at], rows[found] = rows[found], rows[at]
        rows[at] = [value / rows[at][column] for value in rows[at]]
        for i, row in enumerate(rows):
            if i != at and row[column]:
                rows[i] = [a - row[column] * b for a, b in zip(row, rows[at], strict=True)]
        pivots.append(column)
    return pivots


def _limits(cell: int, counts: Mapping[str, int], printed: Mapping[str, Number]) -> range | None:
    """Return the values that a free cell can have: at most each printed count that includes it."""
    above = [n for name, n in counts.items() if COUNTS[name][cell]]
    if not above:
        return None
    first, last = 0, min(above)
    for name, (part, whole) in SHARES.items():
        exactly = [n for c, n in counts.items() if c == whole]
        if name in printed and exactly and COUNTS[part][cell] and sum(COUNTS[part]) == 1:
            low, high = share_ends(printed[name])
            first = max(first, ceil(low * exactly[0]))
            last = min(last, floor(high * exactly[0]))
    return range(first, last + 1)


def _share_prints(tables: Tables, name: str, printed: Number) -> np.ndarray:
    """Return for which tables a share rounds to what is printed; decided in whole numbers.

    A share of no cases is not defined, and nothing that is printed for it is refuted.
    """
    part, whole = (tables.counts(n) for n in SHARES[name])
    lower, upper = share_ends(printed)
    return (part * lower.denominator >= whole * lower.numerator) & (
        part * upper.denominator <= whole * upper.numerator
    )


def kappa(tables: Tables) -> np.ndarray:
    """Return Cohen's kappa of each table: (accuracy - expected) / (1 - expected).

    `expected` is the accuracy of guessing with the table's own margins (Cohen 1960). NaN where all
    cases are of one class and predicted so.
    """
    n = tables.counts("total").astype(float)
    by_chance = sum(
        tables.counts(f"actual_{c}").astype(float) * tables.counts(f"predicted_{c}")
        for c in ("positive", "negative")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return (n * tables.counts("correct") - by_chance) / (n**2 - by_chance)


def _kappa_prints(tables: Tables, printed: Number) -> np.ndarray:
    lower, upper = (float(end) for end in exact_ends(printed))
    with np.errstate(invalid="ignore"):
        return ~((kappa(tables) < lower - SLACK) | (kappa(tables) > upper + SLACK))


def against_majority(tables: Tables) -> dict[str, float]:
    """Compare the first table's predictions with always answering with the larger actual class.

    Both rules judge the same cases, so only cases count that one of them gets right and the other
    wrong: the rule is right for the smaller class where that was predicted, wrong for the larger
    class where the smaller was predicted. Exact McNemar test: the binomial test of ½ on these.
    """
    tp, fn, fp, tn = (int(cell) for cell in tables.cells[0])
    model, rule = (tp, fp) if tp + fn <= fp + tn else (tn, fn)
    larger, n = max(tp + fn, fp + tn), tp + fn + fp + tn
    p = float(stats.binomtest(model, model + rule).pvalue) if model + rule else 1.0
    return {
        "accuracy": (tp + tn) / n,
        "majority": larger / n,
        "only_model": model,
        "only_majority": rule,
        "p_value": p,
    }


def examine_classification(**printed: Number) -> Verdict:
    """Examine all that is printed of one classification table, from any sufficient numbers.

    Proof: the possible tables are all tried (see `possible_tables`). None left: the printed numbers
    cannot all be right, and the verdict names the fewest that exclude each other. One left: all the
    printed numbers are those of that table.

    Parameters
    ----------
    **printed : number
        Counts by their names in `COUNTS`; rates by their names in `SHARES`, or ``kappa``.
    """
    if not printed:
        return missing("the classification table", ["its counts"])
    tables = possible_tables(**printed)
    if tables is None:
        return missing("the classification table", ["more of its counts"])
    if not len(tables):
        return _no_table(printed)
    if len(tables) > 1:
        accuracies = tables.counts("correct") / tables.counts("total")
        return Verdict(
            CANNOT_BE_JUDGED,
            f"{len(tables):,} tables have these counts and rates, with accuracies from "
            f"{percent(accuracies.min(), 2)} to {percent(accuracies.max(), 2)}.",
            what_would_have_to_be_true="Another count of the table would have to be printed.",
            numbers={"tables": len(tables)},
        )
    return _one_table(tables, printed)


def _one_table(tables: Tables, printed: Mapping[str, Number]) -> Verdict:
    tp, fn, fp, tn = (int(cell) for cell in tables.cells[0])
    compared = against_majority(tables)
    # Confirmed is what is printed only if it takes less than that to find the table.
    spare = any(_leaves_one(printed, name) for name in printed)
    return Verdict(
        HOLDS if spare else CANNOT_BE_JUDGED,
        f"One table has these numbers: {tp} and {fn} of the positive, {tn} and {fp} of the "
        f"negative cases are classified rightly and wrongly. {percent(compared['accuracy'], 2)} "
        f"are right; always answering with the larger class is right in "
        f"{percent(compared['majority'], 2)} ({compared['only_model']} cases that only the model "
        f"gets right against {compared['only_majority']} that only this rule does, exact McNemar "
        f"test {p_text(compared['p_value'])})."
        + ("" if spare else " No printed number is left to compare it with."),
        rf"\frac{{{tp} + {tn}}}{{{tp + fn + fp + tn}}} = {compared['accuracy']:.4f}",
        "" if spare else "A further count or rate would have to be printed.",
        {
            "true_positive": tp,
            "false_negative": fn,
            "false_positive": fp,
            "true_negative": tn,
            "sensitivity": tp / (tp + fn) if tp + fn else float("nan"),
            "specificity": tn / (fp + tn) if fp + tn else float("nan"),
            "kappa": float(kappa(tables)[0]),
            **compared,
        },
    )


def _leaves_one(printed: Mapping[str, Number], name: str) -> bool:
    tables = possible_tables(**{k: v for k, v in printed.items() if k != name})
    return tables is not None and len(tables) == 1


def _no_table(printed: Mapping[str, Number]) -> Verdict:
    """Name numbers that exclude each other: drop one after another while none is possible."""
    kept = dict(printed)
    for name in list(printed):
        fewer = {key: value for key, value in kept.items() if key != name}
        tables = possible_tables(**fewer) if fewer else None
        if tables is not None and not len(tables):
            kept = fewer
    listed = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in kept.items())
    return Verdict(
        CONTRADICTS,
        f"No table of whole numbers has all of these: {listed}.",
        r"\nexists\, (\mathrm{TP}, \mathrm{FN}, \mathrm{FP}, \mathrm{TN}) \in \mathbb{N}^4",
        _remedy(printed),
        {name: read(value).value for name, value in kept.items()},
    )


def _remedy(printed: Mapping[str, Number]) -> str:
    """Say which single number would have to be another, and what, where the others fix it."""
    freed = [name for name in printed if _possible(printed, name)]
    if not freed:
        return "At least two of the printed numbers would have to be others."
    if len(freed) > 1:
        names = ", ".join(name.replace("_", " ") for name in freed)
        return f"One of these would have to be another, then all the others agree: {names}."
    [name] = freed
    others = {key: value for key, value in printed.items() if key != name}
    tables = possible_tables(**others)
    title = name.replace("_", " ").capitalize()
    if tables is None or len(tables) != 1:
        return f"{title} would have to be another: without it all the others agree."
    return f"{title} {_value(tables, name, printed[name])}: with it all the others agree."


def _value(tables: Tables, name: str, like: Number) -> str:
    """Return what a count or rate of the only table is, written as another was printed."""
    if name in COUNTS:
        return str(tables.counts(name)[0])
    digits = decimals_of(like)
    if name == "kappa":
        return figure(float(kappa(tables)[0]), digits)
    part, whole = (int(tables.counts(n)[0]) for n in SHARES[name])
    value = part / whole if whole else float("nan")
    if isinstance(like, str) and like.endswith("%"):
        return percent(value, digits - 2)
    return figure(value, digits)


def _possible(printed: Mapping[str, Number], without: str) -> bool:
    tables = possible_tables(**{k: v for k, v in printed.items() if k != without})
    return tables is None or len(tables) > 0


def examine_accuracy_against_majority(
    *, claim: str = "more accurate", **printed: Number
) -> Verdict:
    """Examine whether a table shows its model to be more accurate than the majority rule.

    That is a statement, not a number: it holds if the exact McNemar test (see `against_majority`)
    says so at 5%, and is contradicted if the table itself has the rule right at least as often.

    Parameters
    ----------
    claim : str
        The statement in the paper's words, to be quoted.
    **printed : number
        See `examine_classification`.
    """
    tables = possible_tables(**printed)
    if tables is None or len(tables) != 1:
        return missing("the model against the majority rule", ["counts that fix the table"])
    compared = against_majority(tables)
    gain = compared["accuracy"] - compared["majority"]
    sign = ">" if gain > 0 else r"\le"
    if gain <= 0:
        verdict, needed = CONTRADICTS, "More right predictions than the larger class has cases."
    elif compared["p_value"] < 0.05:
        verdict, needed = HOLDS, ""
    else:
        verdict, needed = CANNOT_BE_JUDGED, "More cases: so few may differ by chance."
    return Verdict(
        verdict,
        f"“{claim}”: {percent(compared['accuracy'], 2)} of the predictions are right, "
        f"{percent(compared['majority'], 2)} with always answering with the larger class; only the "
        f"model is right for {compared['only_model']} cases, only that rule for "
        f"{compared['only_majority']}, exact McNemar test {p_text(compared['p_value'])}.",
        f"{compared['accuracy']:.4f} {sign} {compared['majority']:.4f}",
        needed,
        compared,
    )

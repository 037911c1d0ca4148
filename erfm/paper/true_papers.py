"""Papers that are right, and errors planted in them: whom the examiner acquits, and what it finds.

An examiner is worth something only if it acquits. So data are drawn, summarised and rounded as
papers do, and examined: whatever is refuted then is a false alarm, and there must be none. Then one
printed value is changed as misprints change it, and counted is how often a claim about it is
refuted. Every data set comes from its number alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from math import exp, sqrt
from typing import Any

import numpy as np
import pandas as pd
from scipy import special, stats

from erfm.paper import (
    bounds,
    classification,
    grim,
    printed_logistic,
    recomputed,
    two_groups,
)
from erfm.paper.verdict import Verdict

Draw = np.random.Generator
ATTEMPTS = 50
"""How often data are drawn anew that have no summary, such as a regression that separates."""


@dataclass(frozen=True)
class Claim:
    """A statement about printed values.

    Attributes
    ----------
    examine : callable
        The function that judges it, with keyword arguments.
    values : mapping of str to str or tuple of str
        Its arguments that are printed, by the names of the values.
    options : mapping of str to object
        Its other arguments.
    """

    examine: Callable[..., Verdict]
    values: Mapping[str, str | tuple[str, ...]]
    options: Mapping[str, Any]

    def uses(self, name: str) -> bool:
        """Return whether the claim is about a value."""
        return any(
            name in used if isinstance(used, tuple) else name == used
            for used in self.values.values()
        )

    def judge(self, printed: Mapping[str, str]) -> Verdict:
        """Return the verdict with values as printed."""
        arguments: dict[str, Any] = {
            key: [printed[name] for name in used] if isinstance(used, tuple) else printed[used]
            for key, used in self.values.items()
        }
        if self.examine.__module__ == bounds.__name__:  # older: its n is a number
            arguments["n"] = int(arguments["n"])
        return self.examine(**arguments, **self.options)


@dataclass(frozen=True)
class Summary:
    """What is printed of one data set.

    Attributes
    ----------
    kind : str
        Of data, one of `KINDS`.
    printed : mapping of str to str
        The values in the order of the table, row by row, by their names.
    claims : tuple of Claim
        What is said about them.
    """

    kind: str
    printed: Mapping[str, str]
    claims: tuple[Claim, ...]

    def verdicts(self) -> list[Verdict]:
        """Examine all claims."""
        return [claim.judge(self.printed) for claim in self.claims]


class _Table:
    """A summary that is being written: rounds values as one program, and keeps their order."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.rounding = ROUND_HALF_UP if draw.random() < 0.5 else ROUND_HALF_EVEN
        self.printed: dict[str, str] = {}
        self.claims: list[Claim] = []

    def decimals(self, fewest: int = 0, most: int = 4) -> int:
        return int(self.draw.integers(fewest, most + 1))

    def count(self, name: str, value: float) -> None:
        self.printed[name] = str(int(value))

    def number(self, name: str, value: float, decimals: int) -> None:
        rounded = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), self.rounding)
        text = f"{rounded + 0:f}"
        bare = self.draw.random() < 0.3 and re.fullmatch(r"-?0\.\d+", text)
        self.printed[name] = text.replace("0.", ".", 1) if bare else text

    def share(self, name: str, value: float, decimals: int) -> None:
        if self.draw.random() < 0.7:
            self.number(name, 100 * value, max(0, decimals - 1))
            self.printed[name] += "%"
        else:
            self.number(name, value, decimals + 1)

    def p_value(self, name: str, value: float) -> None:
        if self.draw.random() < 0.3:
            limits = [x for x in ("0.001", ".01", "0.05") if value < float(x)]
            self.printed[name] = f"< {limits[0]}" if limits else "> .05"
        else:
            self.number(name, value, 3)

    def claim(
        self, examine: Callable[..., Verdict], options: Mapping[str, Any] | None = None, /,
        **values: str | tuple[str, ...],
    ) -> None:  # fmt: skip
        self.claims.append(Claim(examine, values, options or {}))

    def summary(self, kind: str) -> Summary:
        return Summary(kind, self.printed, tuple(self.claims))


# --- Kinds of data --------------------------------------------------------------------------------


def _sample(table: _Table) -> bool:
    """One sample of whole numbers: ages, counts, answers on a scale, means of several items."""
    draw = table.draw
    n, items = (
        int(draw.integers(4, 40 if draw.random() < 0.5 else 400)),
        int(draw.choice([1, 1, 1, 2, 5])),
    )
    drawn = [
        draw.poisson(draw.uniform(0.5, 20), (n, items)),
        draw.integers(1, 8, (n, items)),
        np.round(draw.normal(40, 12, (n, items))).astype(int),
        draw.geometric(0.1, (n, items)),
    ]
    x = drawn[draw.integers(4)].mean(axis=1)
    if x.std() == 0:
        return False
    decimals, extremes = table.decimals(), 0 if items == 1 else 2
    sd, z = x.std(ddof=1), (x - x.mean()) / x.std()
    table.count("n", n)
    for name, value in (("min", x.min()), ("max", x.max()), ("range", np.ptp(x))):
        table.number(name, value, extremes)
    table.number("mean", x.mean(), decimals)
    table.number("sd", sd, table.decimals())
    table.number("se", sd / sqrt(n), 3)
    table.number("skewness", (z**3).mean() * sqrt(n * (n - 1)) / (n - 2), 3)
    excess = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * ((z**4).mean() - 3) + 6)
    table.number("kurtosis", excess, 3)
    ends = {"minimum": "min", "maximum": "max"}
    table.claim(grim.examine_possible_mean, {"items": items}, mean="mean", n="n")
    table.claim(grim.examine_possible_sd, {"items": items}, mean="mean", n="n", sd="sd", **ends)
    table.claim(grim.examine_range, range="range", **ends)
    table.claim(grim.examine_mean_in_range, mean="mean", **ends)
    table.claim(grim.examine_sd_and_range, sd="sd", n="n", **ends)
    table.claim(grim.examine_standard_error_of_mean, standard_error="se", sd="sd", n="n")
    moments = {**ends, "mean": "mean", "sd": "sd", "n": "n"}
    table.claim(bounds.examine_mean_and_sd, **moments)
    if read_sd_is_positive(table.printed["sd"]):
        table.claim(bounds.examine_skewness, skewness="skewness", **moments)
        table.claim(bounds.examine_kurtosis, kurtosis="kurtosis", skewness="skewness", **moments)
    return True


def read_sd_is_positive(printed: str) -> bool:
    """Return whether all that a printed standard deviation stands for is above zero."""
    return Decimal(printed) >= Decimal(1).scaleb(-len(printed.partition(".")[2]))


def _two_means(table: _Table) -> bool:
    """Two groups compared by Student's or Welch's t."""
    draw = table.draw
    ns = draw.integers(2, 120, 2)
    spread = draw.uniform(0.5, 15, 2)
    groups = [draw.normal(draw.normal(20, 3), s, n) for s, n in zip(spread, ns, strict=True)]
    pooled = bool(draw.random() < 0.5)
    t, p = stats.ttest_ind(*groups, equal_var=pooled)
    means, sds = [g.mean() for g in groups], [g.std(ddof=1) for g in groups]
    v = [s**2 / n for s, n in zip(sds, ns, strict=True)]
    df = float(ns.sum() - 2)
    if not pooled:
        df = sum(v) ** 2 / (v[0] ** 2 / (ns[0] - 1) + v[1] ** 2 / (ns[1] - 1))
    decimals = table.decimals(0, 3)
    for i in (0, 1):
        table.count(f"n_{i + 1}", ns[i])
        table.number(f"mean_{i + 1}", means[i], decimals)
        table.number(f"sd_{i + 1}", sds[i], decimals)
    table.number("t", t, table.decimals(2, 3))
    if pooled:
        table.count("df", df)
    else:
        table.number("df", df, 1)
    table.p_value("p", float(p))
    both = sqrt(((ns[0] - 1) * sds[0] ** 2 + (ns[1] - 1) * sds[1] ** 2) / (ns.sum() - 2))
    kinds = {
        "pooled": both,
        "glass 1": sds[0],
        "glass 2": sds[1],
        "average": sqrt((sds[0] ** 2 + sds[1] ** 2) / 2),
        "hedges": both / (1 - 3 / (4 * (ns.sum() - 2) - 1)),
    }
    kind = str(draw.choice(list(kinds)))
    table.number("d", (means[0] - means[1]) / kinds[kind], 2)
    six = {f"{what}_{i}": f"{what}_{i}" for i in (1, 2) for what in ("mean", "sd", "n")}
    test = {"test": "pooled" if pooled else "welch"} if draw.random() < 0.5 else {}
    table.claim(two_groups.examine_t_test, test, t="t", df="df", p="p", **six)
    table.claim(recomputed.examine_test, {"statistic": "t"}, value="t", df="df", p="p")
    said = {"kind": kind} if draw.random() < 0.5 else {}
    table.claim(two_groups.examine_effect_size, said, d="d", **six)
    return True


def _two_shares(table: _Table) -> bool:
    """Two groups' events, as counts and shares, compared by χ² or Fisher's test."""
    draw = table.draw
    n = draw.integers(5, 300, 2)
    events = draw.binomial(n, draw.uniform(0.02, 0.98, 2))
    counts = np.array([events, n - events]).T
    tests = two_groups.tests_of_counts(counts)
    if not tests:
        return False
    test = str(draw.choice(list(tests)))
    chi, p = tests[test]
    decimals = table.decimals(1, 3)
    for i in (0, 1):
        table.count(f"events_{i + 1}", events[i])
        table.count(f"others_{i + 1}", n[i] - events[i])
        table.count(f"n_{i + 1}", n[i])
        table.share(f"share_{i + 1}", events[i] / n[i], decimals)
    table.count("all", n.sum())
    if test != "fisher":
        table.number("chi_square", chi, table.decimals(2, 3))
    table.p_value("p", p)
    for group in "12":
        parts = (f"events_{group}", f"others_{group}")
        table.claim(grim.examine_total, total=f"n_{group}", parts=parts)
        table.claim(
            grim.examine_share_of_counts,
            share=f"share_{group}",
            part=f"events_{group}",
            whole=f"n_{group}",
        )
        table.claim(grim.examine_possible_share, share=f"share_{group}", whole=f"n_{group}")
    table.claim(grim.examine_total, total="all", parts=("n_1", "n_2"))
    said = {"test": test} if draw.random() < 0.5 else {}
    outcome = {"p": "p"} | ({} if test == "fisher" else {"chi_square": "chi_square"})
    cells = ("events_1", "others_1", "events_2", "others_2")
    table.claim(two_groups.examine_counts_test, said, counts=cells, **outcome)
    sides = {"events_1": "share_1", "events_2": "share_2", "n_1": "n_1", "n_2": "n_2"}
    table.claim(two_groups.examine_two_shares, said, **sides, **outcome)
    if counts.all():
        a, c, b, d = (int(x) for x in counts.ravel())
        ratio = a * d / (b * c)
        half = stats.norm.isf(0.025) * sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        for name, factor in (
            ("ratio", 1.0),
            ("ratio_lower", exp(-half)),
            ("ratio_upper", exp(half)),
        ):
            table.number(name, ratio * factor, 2)
        exactly = {"events_1": "events_1", "events_2": "events_2", "n_1": "n_1", "n_2": "n_2"}
        table.claim(
            two_groups.examine_ratio_of_counts, {},
            ratio="ratio", lower="ratio_lower", upper="ratio_upper", **exactly,
        )  # fmt: skip
    return True


def _classification(table: _Table) -> bool:
    """A score's classification of cases at a cut-off, and its c statistic."""
    draw = table.draw
    n = int(draw.integers(20, 400))
    actual = draw.random(n) < draw.uniform(0.1, 0.9)
    score = np.round(draw.normal(0, 1, n) + draw.uniform(-0.2, 2.5) * actual, 1)
    predicted = score >= draw.uniform(-1, 2)
    if not (0 < actual.sum() < n and 0 < predicted.sum() < n):
        return False
    tp, fn = int((actual & predicted).sum()), int((actual & ~predicted).sum())
    fp, tn = int((~actual & predicted).sum()), int((~actual & ~predicted).sum())
    one = classification.Tables(np.array([[tp, fn, fp, tn]]))
    counts = list(draw.choice(list(classification.COUNTS), int(draw.integers(3, 7)), replace=False))
    for name in dict.fromkeys(["actual_positive", "actual_negative", *counts]):
        table.count(name, one.counts(name)[0])
    decimals = table.decimals(1, 3)
    rates = ["sensitivity", "specificity", "accuracy", "positive_predictive_value"]
    for name in rates:
        part, whole = classification.SHARES[name]
        table.share(name, one.counts(part)[0] / one.counts(whole)[0], decimals)
    table.number("kappa", classification.kappa(one)[0], 3)
    greater = (score[actual][:, None] > score[~actual]).mean()
    ties = (score[actual][:, None] == score[~actual]).mean()
    table.number("c", greater + ties / 2, table.decimals(2, 3))
    values = {name: name for name in table.printed if name != "c"}
    table.claim(classification.examine_classification, **values)
    few = {name: name for name in ("actual_positive", "actual_negative", *rates[:3])}
    table.claim(classification.examine_classification, **few)
    table.claim(
        printed_logistic.examine_c_statistic,
        c="c",
        sensitivity="sensitivity",
        specificity="specificity",
    )
    return True


def _test(table: _Table) -> bool:
    """One test's statistic, degrees of freedom and p."""
    draw = table.draw
    name = str(draw.choice(["t", "F", "chi2", "z", "r"]))
    df, df1 = int(draw.integers(2, 200)), int(draw.integers(1, 8))
    values = {
        "t": draw.standard_t(df) * 1.5,
        "z": draw.normal() * 1.5,
        "F": draw.f(df1, df) * 1.5,
        "chi2": draw.chisquare(df1) * 1.5,
        "r": draw.uniform(-0.9, 0.9),
    }
    needed = {"t": {"df": df}, "z": {}, "F": {"df1": df1, "df2": df}, "chi2": {"df": df1}}
    degrees = needed.get(name, {"df": df})
    for key, value in degrees.items():
        table.count(key, value)
    table.number("value", values[name], 2)
    table.p_value("p", recomputed.p_of(name, values[name], list(degrees.values())))
    table.claim(
        recomputed.examine_test, {"statistic": name},
        value="value", p="p", **{key: key for key in degrees},
    )  # fmt: skip
    return True


def _logistic(table: _Table) -> bool:
    """A logistic regression's table of coefficients and its fit."""
    draw = table.draw
    n, k = int(draw.integers(40, 400)), int(draw.integers(1, 4))
    x = np.column_stack(
        [draw.normal(0, 1, n) if draw.random() < 0.5 else draw.random(n) < 0.4 for _ in range(k)]
    ).astype(float)
    x *= draw.choice([0.1, 1.0, 10.0], k)
    y = (
        draw.random(n)
        < special.expit(draw.normal(0, 0.7) + x @ (draw.normal(0, 0.7, k) / x.std(axis=0)))
    ) * 1.0
    fit = _fit(np.column_stack([np.ones(n), x]), y)
    if fit is None:
        return False
    b, se, probability = fit
    decimals = table.decimals(1, 4)
    for i in range(k + 1):
        _coefficient(table, f"x{i}" if i else "constant", float(b[i]), float(se[i]), decimals)
    deviance = -2 * float(
        special.xlogy(y, probability).sum() + special.xlogy(1 - y, 1 - probability).sum()
    )
    null = printed_logistic.null_deviance(n, int(y.sum()))
    chi = null - deviance
    cox_snell = 1 - exp(-chi / n)
    table.count("n", n)
    table.count("events", y.sum())
    table.number("deviance", deviance, 3)
    table.number("chi_square", chi, 3)
    table.count("model_df", k)
    table.p_value("model_p", recomputed.upper_chi_square(chi, k))
    table.number("cox_snell", cox_snell, 3)
    table.number("nagelkerke", cox_snell / (1 - exp(-null / n)), 3)
    table.number("mcfadden", chi / null, 3)
    table.claim(
        printed_logistic.examine_fit, n="n", events="events", minus2_log_likelihood="deviance",
        chi_square="chi_square", df="model_df", p="model_p", cox_snell="cox_snell",
        nagelkerke="nagelkerke", mcfadden="mcfadden",
    )  # fmt: skip
    _calibration(table, probability, y)
    return True


def _coefficient(table: _Table, row: str, b: float, se: float, decimals: int) -> None:
    wald, half = (b / se) ** 2, stats.norm.isf(0.025) * se
    columns = {
        "b": b,
        "se": se,
        "wald": wald,
        "or": exp(b),
        "lower": exp(b - half),
        "upper": exp(b + half),
    }
    if max(columns.values()) > 1e6:
        columns |= dict.fromkeys(("or", "lower", "upper"), 1.0)
    for name in ("b", "se", "wald"):
        table.number(f"{row}.{name}", columns[name], decimals)
    table.count(f"{row}.df", 1)
    table.p_value(f"{row}.p", recomputed.upper_chi_square(wald, 1))
    at = {key: f"{row}.{key}" for key in (*columns, "df", "p")}
    table.claim(printed_logistic.examine_wald, b=at["b"], standard_error=at["se"], wald=at["wald"])
    p = {"p": at["p"], "wald": at["wald"], "df": at["df"], "b": at["b"], "standard_error": at["se"]}
    if row == "constant" or columns["or"] == 1.0:
        table.claim(printed_logistic.examine_coefficient_p, **p)
        return
    for name in ("or", "lower", "upper"):
        table.number(f"{row}.{name}", columns[name], decimals)
    ends = {"lower": at["lower"], "upper": at["upper"], "odds_ratio": at["or"]}
    table.claim(printed_logistic.examine_odds_ratio, odds_ratio=at["or"], b=at["b"])
    table.claim(
        printed_logistic.examine_odds_ratio_interval, {},
        b=at["b"], standard_error=at["se"], **ends,
    )  # fmt: skip
    table.claim(printed_logistic.examine_coefficient_p, **p, **ends)


def _calibration(table: _Table, probability: np.ndarray, y: np.ndarray) -> None:
    """Add a Hosmer–Lemeshow test in ten groups of equal size."""
    order = np.argsort(probability, kind="stable")
    groups = [g for g in np.array_split(order, 10) if len(g)]
    expected = np.array([probability[g].sum() for g in groups])
    observed = np.array([y[g].sum() for g in groups])
    sizes = np.array([len(g) for g in groups])
    if (expected < 1e-9).any() or (sizes - expected < 1e-9).any():
        return
    chi = float(((observed - expected) ** 2 / (expected * (1 - expected / sizes))).sum())
    table.number("hl_chi_square", chi, 3)
    table.count("hl_df", len(groups) - 2)
    table.p_value("hl_p", recomputed.upper_chi_square(chi, len(groups) - 2))
    table.claim(
        printed_logistic.examine_hosmer_lemeshow, chi_square="hl_chi_square", df="hl_df", p="hl_p"
    )


def _fit(design: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Fit by Newton's method: coefficients, their standard errors, probabilities; None if apart."""
    b = np.zeros(design.shape[1])
    if not 0 < y.sum() < len(y):
        return None
    for _ in range(30):
        probability = special.expit(design @ b)
        weight = probability * (1 - probability)
        information = design.T @ (design * weight[:, None])
        if not np.isfinite(information).all() or np.linalg.cond(information) > 1e10:
            return None
        step = np.linalg.solve(information, design.T @ (y - probability))
        b = b + step
        if np.abs(step).max() < 1e-12 * max(1.0, np.abs(b).max()):
            return b, np.sqrt(np.diag(np.linalg.inv(information))), probability
    return None


KINDS: dict[str, Callable[[_Table], bool]] = {
    "whole numbers": _sample,
    "two means": _two_means,
    "two shares": _two_shares,
    "classification": _classification,
    "test": _test,
    "logistic regression": _logistic,
}
"""The kinds of data, each with the function that draws and summarises one."""


def summarise(number: int) -> Summary:
    """Return what is printed of the data set with a number; kinds take turns."""
    kind = list(KINDS)[number % len(KINDS)]
    for attempt in range(ATTEMPTS):
        table = _Table(np.random.default_rng([number, attempt]))
        if KINDS[kind](table):
            return table.summary(kind)
    raise ValueError(f"No data with the number {number} have a summary.")


def false_alarms(numbers: Iterable[int]) -> list[str]:
    """Return what is refuted of true data, one line a claim; there must be none."""
    alarms = []
    for number in numbers:
        summary = summarise(number)
        for claim, verdict in zip(summary.claims, summary.verdicts(), strict=True):
            if verdict.refuted:
                alarms.append(f"{number}, {claim.examine.__name__}: {verdict.reason}")
    return alarms


# --- Planted errors -------------------------------------------------------------------------------


def _swap_digits(summary: Summary, name: str, draw: Draw) -> str | None:
    """Swap two neighbouring digits that differ."""
    text = summary.printed[name]
    places = [
        i for i in range(len(text) - 1)
        if text[i].isdigit() and text[i + 1].isdigit() and text[i] != text[i + 1]
    ]  # fmt: skip
    if not places:
        return None
    i = int(draw.choice(places))
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def _change_digit(summary: Summary, name: str, draw: Draw) -> str | None:
    """Replace a digit by another."""
    text = summary.printed[name]
    i = int(draw.choice([i for i, c in enumerate(text) if c.isdigit()]))
    other = int(draw.choice([d for d in range(10) if str(d) != text[i]]))
    return text[:i] + str(other) + text[i + 1 :]


def _miscount(summary: Summary, name: str, draw: Draw) -> str | None:
    """Print a count that is off by one."""
    text = summary.printed[name]
    if not text.isdecimal() or name.endswith("df"):
        return None
    return str(max(0, int(text) + int(draw.choice([-1, 1]))))


def _next_column(summary: Summary, name: str, draw: Draw) -> str | None:
    """Print the value that stands in the next column of the table."""
    names = list(summary.printed)
    beside = names.index(name) + 1
    if beside == len(names) or (
        names[beside].partition(".")[0] != name.partition(".")[0] and "." in name
    ):
        return None
    return summary.printed[names[beside]]


def _other_row(summary: Summary, name: str, draw: Draw) -> str | None:
    """Print the value that stands in another row of the same column."""
    row, _, column = name.rpartition(".")
    rows = [other for other in summary.printed
            if row and other.endswith(f".{column}") and other != name]  # fmt: skip
    rows = rows or [
        n for n in summary.printed if n[:-1] == name[:-1] and n != name and n[-1] in "12"
    ]
    return summary.printed[str(draw.choice(rows))] if rows else None


ERRORS: dict[str, Callable[[Summary, str, Draw], str | None]] = {
    "two digits swapped": _swap_digits,
    "another digit": _change_digit,
    "a count off by one": _miscount,
    "read off the next column": _next_column,
    "read off another row": _other_row,
}
"""The errors that are planted, each with the function that makes it of a value."""


def plant(summary: Summary, error: str, draw: Draw) -> tuple[Summary, str] | None:
    """Return a summary with one error in a value that a claim is about, and the value's name.

    None if no value can have the error. An error that leaves the value as it was is none.
    """
    names = [name for name in summary.printed if any(c.uses(name) for c in summary.claims)]
    for name in draw.permutation(names).tolist():
        text = ERRORS[error](summary, name, draw)
        if text is not None and _differs(text, summary.printed[name]):
            return replace(summary, printed={**summary.printed, name: text}), name
    return None


def _differs(text: str, other: str) -> bool:
    return text.replace("0.", ".").lstrip("-") != other.replace("0.", ".").lstrip("-")


def found(summary: Summary, name: str) -> bool:
    """Return whether an error in a value is found by a claim about it.

    What cannot be read as a number of its kind any more, a share where a count belongs, is found:
    whoever writes the paper's file is told so.
    """
    return any(_notices(claim, summary) for claim in summary.claims if claim.uses(name))


def _notices(claim: Claim, summary: Summary) -> bool:
    try:
        return claim.judge(summary.printed).refuted
    except (ValueError, ZeroDivisionError, OverflowError):
        return True


def detection_rates(numbers: Iterable[int]) -> pd.DataFrame:
    """Plant each error once in each data set that can have it, and count those that are found.

    Returns
    -------
    DataFrame
        Index ``error`` and ``kind``; columns ``planted``, ``found`` and ``rate``.
    """
    rows = []
    for number in numbers:
        summary = summarise(number)
        for i, error in enumerate(ERRORS):
            planted = plant(summary, error, np.random.default_rng([number, i, 1]))
            if planted is not None:
                rows.append((error, summary.kind, found(*planted)))
    frame = pd.DataFrame(rows, columns=["error", "kind", "found"])
    rates = frame.groupby(["error", "kind"], sort=False)["found"].agg(["size", "sum", "mean"])
    return rates.set_axis(["planted", "found", "rate"], axis=1)

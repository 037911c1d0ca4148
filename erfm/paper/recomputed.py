"""Proofs that recompute a p-value from a test statistic and its degrees of freedom.

A statistic and its degrees of freedom fix p. The check is that of statcheck (Nuijten, Hartgerink,
van Assen, Epskamp and Wicherts 2016, "The prevalence of statistical reporting errors in psychology
(1985-2013)", Behavior Research Methods 48, 1205-1226), with the rounding of the statistic taken
into account in the same way: p may be any value that a statistic allows which prints so.

A statistic may be printed with a bound ("F < 1"), and so may p ("p < .05", "< .001").
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import inf, sqrt

import numpy as np
from scipy import special

from erfm.paper.arithmetic import Number, Span, tex
from erfm.paper.intervals import (
    agreement,
    count,
    is_bound,
    judge,
    missing,
    read,
    shown,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, Verdict

STATISTICS = {
    "t": ("t", ("df",), "P(|t_{%s}| \\ge %s)"),
    "z": ("z", (), "P(|z| \\ge %s)"),
    "r": ("r", ("df",), "P(|r|_{df=%s} \\ge %s)"),
    "F": ("F", ("df1", "df2"), "P(F_{%s,\\,%s} \\ge %s)"),
    "chi2": ("χ²", ("df",), "P(\\chi^2_{%s} \\ge %s)"),
}
"""The statistics by name: sign, degrees of freedom that they need, and LaTeX for p."""

NAMES = {"χ²": "chi2", "χ2": "chi2", "x2": "chi2", "chi-square": "chi2", "chi square": "chi2",
         "wald": "chi2", "q": "chi2", "f": "F", "T": "t", "Z": "z", "R": "r"}  # fmt: skip
"""Other names of the statistics."""

TAILS = ("two", "one", "not said")
NEAR = 0.01
"""p-values this close are confined well enough to say that one holds; see `agreement`."""


def two_sided_t(t: float, df: float) -> float:
    """Return the two-sided p of Student's t."""
    return float(2 * special.stdtr(df, -abs(t)))


def two_sided_z(z: float) -> float:
    """Return the two-sided p of a standard normal deviate."""
    return float(2 * special.ndtr(-abs(z)))


def upper_chi_square(chi_square: float, df: float) -> float:
    """Return the p of a χ² statistic."""
    return float(special.chdtrc(df, max(chi_square, 0.0)))


def upper_f(f: float, df1: float, df2: float) -> float:
    """Return the p of an F statistic."""
    return float(special.fdtrc(df1, df2, max(f, 0.0)))


def p_of(statistic: str, value: float, df: Sequence[float]) -> float:
    """Return the p-value of a statistic, two-sided for t, z and r.

    r has t = r √(df / (1 - r²)) with df = n - 2.
    """
    if np.isinf(value):
        return 0.0
    if statistic == "z":
        return two_sided_z(value)
    if statistic == "t":
        return two_sided_t(value, df[0])
    if statistic == "r":
        return 0.0 if abs(value) >= 1 else two_sided_t(value * sqrt(df[0] / (1 - value**2)), df[0])
    return upper_chi_square(value, df[0]) if statistic == "chi2" else upper_f(value, *df)


def possible_p(statistic: str, value: Number, df: Sequence[Number]) -> Span:
    """Return the p-values that a printed statistic and printed degrees of freedom allow.

    p falls with the statistic's size, for fixed degrees of freedom; these are whole if printed so,
    and else an interval whose corners are tried: for t and χ² p is monotone in them too. Where p is
    not, for the second ones of F, points between are tried as well.
    """
    printed = read(value)
    if statistic in ("F", "chi2"):
        printed = Span(*(max(end, 0.0) for end in printed))
    least, largest = printed.least_size, printed.largest_size
    if statistic == "r":
        largest = min(largest, 1.0)
    choices = [_degrees(d) for d in df]
    ps = [
        p_of(statistic, size, chosen) for chosen in product(*choices) for size in (least, largest)
    ]
    middle = p_of(statistic, printed.value, [read(d).value for d in df])
    return Span(min(ps), min(max(middle, min(ps)), max(ps)), max(ps))


def _degrees(df: Number) -> list[float]:
    """Return the degrees of freedom to try: whole ones as printed, others along their interval."""
    if is_bound(df) or read(df).upper <= 0 or read(df).value == 0:
        raise ValueError(f"{df!r} are no degrees of freedom.")
    try:
        return [float(count(df))]
    except ValueError:
        ends = read(df)
        return [float(x) for x in np.linspace(max(ends.lower, 1e-9), ends.upper, 5)]


def examine_test(
    *,
    statistic: str,
    value: Number,
    p: Number | None = None,
    df: Number | None = None,
    df1: Number | None = None,
    df2: Number | None = None,
    tails: str = "not said",
    alpha: Number = "0.05",
) -> Verdict:
    """Examine a printed p-value against its statistic and degrees of freedom.

    Parameters
    ----------
    statistic : str
        "t", "z", "r", "F" or "chi2", or another of `NAMES`.
    value : number
        The statistic, as printed.
    p : number
        The p-value: "0.671", "< .05", ".000".
    df, df1, df2 : number
        Degrees of freedom: `df` of t, r and χ², `df1` and `df2` of F.
    tails : str
        Whether the paper says that t, z or r was tested in both directions ("two") or in one
        ("one"). Where it does not say ("not said") a p that fits one direction only cannot be
        judged: the most favourable reading decides.
    alpha : number
        Level of significance; a contradiction that changes what is significant is said to do so.
    """
    name = NAMES.get(statistic, NAMES.get(statistic.lower(), statistic))
    if name not in STATISTICS:
        raise ValueError(f"{statistic!r} is none of {', '.join(STATISTICS)}.")
    if tails not in TAILS:
        raise ValueError(f"{tails!r} is none of {', '.join(TAILS)}.")
    sign, needed, formula = STATISTICS[name]
    given = {"df": df, "df1": df1, "df2": df2}
    lacking = [need for need in needed if given[need] is None] + ["p"] * (p is None)
    if lacking:
        return missing(f"{sign} = {value}", lacking)
    degrees = [d for need in needed if (d := given[need]) is not None]
    assert p is not None
    two = possible_p(name, value, degrees)
    one = Span(*(end / 2 for end in two))
    by_df = f" on {' and '.join(map(str, degrees))} degrees of freedom" if degrees else ""
    source = f"{sign} {'' if is_bound(value) else '= '}{value}{by_df}"
    written = formula % (*map(str, degrees), tex(str(value).lstrip("<>≤≥= ")))
    directed = name in ("t", "z", "r")
    implied = one if directed and tails == "one" else two
    verdict = judge("p", p, implied, source=source, formula=written, near=NEAR)
    if verdict.verdict != CONTRADICTS:
        return verdict
    if directed and tails == "not said" and agreement(read(p), one, NEAR) != CONTRADICTS:
        return Verdict(
            CANNOT_BE_JUDGED,
            f"From {source}, p is {shown(two)} in both directions; {p} is printed, which is right "
            "only for a test in one direction.",
            verdict.inequality,
            "A test in one direction, which would have to be said.",
            verdict.numbers,
        )
    return Verdict(
        verdict.verdict,
        verdict.reason + _decision(p, implied, alpha),
        verdict.inequality,
        verdict.what_would_have_to_be_true,
        verdict.numbers,
    )


def _decision(p: Number, implied: Span, alpha: Number) -> str:
    """Say whether an error in p changes what is significant."""
    level, claimed = read(alpha).value, read(p)
    if claimed.upper <= level < implied.lower:
        return f" It is called significant at {alpha}, and is not."
    if claimed.lower >= level > implied.upper:
        return f" It is called not significant at {alpha}, and is."
    return ""


def examine_two_p_values(*, p: Number, stated: Number) -> Verdict:
    """Examine a p-value against a bound that is stated elsewhere: ".062" and "P < 0.05"."""
    exactly, bound = read(p), read(stated)
    return judge(
        "p",
        stated,
        exactly,
        source=f"the printed p of {p}",
        formula=f"{tex(p)}",
        near=inf if is_bound(p) else NEAR,
        claimed=bound,
    )

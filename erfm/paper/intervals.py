"""Printed numbers as intervals, and the verdict on one that other printed numbers imply.

A printed number stands for every value that rounds to it. Rounding half up and half to even are
both allowed, so both ends of the interval belong to it. A number that was cut off instead of
rounded is not: SPSS, SAS, Stata and R round what they print. Where cutting off would explain a
number, the verdict's "what would have to be true" says so. A number is taken to have been rounded
once, from what the program computed.

What is computed from intervals is an interval again, at least as wide as the values that are
possible together (Moore, *Interval Analysis*, 1966). A claim is refuted only if that interval and
the printed one have nothing in common, so the most favourable reading decides, and no claim about
true data is refuted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import inf, isfinite, isinf

from erfm.formats import sign
from erfm.paper.arithmetic import Number, Span, span, tex
from erfm.paper.printed_numbers import parse_printed
from erfm.paper.verdict import (
    CANNOT_BE_JUDGED,
    CONTRADICTS,
    FROM_WORST,
    HOLDS,
    IMPOSSIBLE,
    Verdict,
    joined,
)

SLACK = 1e-9
"""By how much, relative to their size, two ends may differ and still count as equal."""

_RELATION = re.compile(r"(?:[A-Za-zχ²]+\s*)?(<=|>=|[<>=≤≥＜＞＝])?\s*(\S.*)")
_UPPER, _LOWER = ("<", "<=", "≤", "＜"), (">", ">=", "≥", "＞")
_GROUPED = re.compile(r"(-?[1-9]\d{0,2}(?:[,\u00a0\u202f ]\d{3})+)(\.\d+)?")


def is_bound(printed: Number) -> bool:
    """Return whether a text prints a bound, such as "< .05", and not a number."""
    return isinstance(printed, str) and _parts(printed)[0] in (*_UPPER, *_LOWER)


def read(printed: Number) -> Span:
    """Return the values that a printed number or bound stands for.

    "< .05" and "p < .05" stand for all values up to .05 itself, "> .05" for all from there on. The
    bound "< .000", a common way to copy SPSS's .000, is read as "< .0005".

    Raises
    ------
    ValueError
        The text is neither.
    """
    if not isinstance(printed, str):
        return span(printed)
    relation, digits = _parts(printed)
    number = span(_ungrouped(digits))
    if relation in _UPPER:
        return Span(-inf, number.value, number.value or number.upper)
    if relation in _LOWER:
        return Span(number.value, number.value, inf)
    return number


def _parts(printed: str) -> tuple[str, str]:
    found = _RELATION.fullmatch(printed.strip())
    if found is None:
        raise ValueError(f"{printed!r} is not a printed number such as 4500, 0.671 or < .05.")
    return found[1] or "", found[2]


def _ungrouped(digits: str) -> str:
    """Return a number without the marks between its thousands: "1,334" is 1334."""
    found = _GROUPED.fullmatch(digits.strip())
    return re.sub(r"[^\d-]", "", found[1]) + (found[2] or "") if found else digits


def exact_ends(printed: Number) -> tuple[Fraction, Fraction]:
    """Return both ends of a printed number as fractions, so that ties are decided exactly."""
    if not isinstance(printed, str):
        return Fraction(printed), Fraction(printed)
    number = parse_printed(_ungrouped(printed))
    half = Fraction(1, 2 * 10**number.decimals)
    scale = 100 if number.percent else 1
    return (Fraction(number.digits) - half) / scale, (Fraction(number.digits) + half) / scale


def count(printed: Number) -> int:
    """Return a printed count: "1334" or "1,334" is that number exactly, no matter of rounding.

    Raises
    ------
    ValueError
        It is not a whole number, or is negative.
    """
    text = _ungrouped(str(printed)).strip()
    if not text.isdecimal():
        raise ValueError(f"{printed!r} is not a count such as 1334.")
    return int(text)


def without_sign(printed: Number) -> bool:
    """Return whether a share is printed as a percentage whose sign is in the table's heading."""
    return not str(printed).strip().endswith("%") and abs(read(printed).value) > 1


def share_span(printed: Number) -> Span:
    """Return a share, printed as "71.8%", as "0.718", or as "71.8" without its percent sign."""
    scale = 100 if without_sign(printed) else 1
    return Span(*(end / scale for end in read(printed)))


def sizes(printed: Span) -> Span:
    """Return the absolute values of a span."""
    return Span(printed.least_size, abs(printed.value), printed.largest_size)


def overlap(one: Span, other: Span) -> bool:
    """Return whether two intervals have a value in common, but for the last digits of floats."""
    return _at_most(one.lower, other.upper) and _at_most(other.lower, one.upper)


def inside(one: Span, other: Span) -> bool:
    """Return whether the first interval lies in the second."""
    return _at_most(other.lower, one.lower) and _at_most(one.upper, other.upper)


def _at_most(left: float, right: float) -> bool:
    if isinf(left) or isinf(right):
        return left <= right
    return left <= right + SLACK * max(abs(left), abs(right), 1e-300)


def meet(spans: Iterable[Span]) -> Span:
    """Return what intervals have in common; lower exceeds upper where that is nothing."""
    spans = list(spans)
    lower, upper = max(s.lower for s in spans), min(s.upper for s in spans)
    return Span(lower, min(max(spans[0].value, lower), upper), upper)


def agreement(claimed: Span, implied: Span, near: float = 0.0) -> str:
    """Return the verdict on a value that other printed numbers confine to an interval.

    Refuted if the intervals have nothing in common. It holds if all that the others allow prints
    so, or if they confine it well: to one sign and a factor of two, or to an interval no longer
    than `near`. Else the other numbers are printed too coarsely to judge it.
    """
    if not overlap(claimed, implied):
        return CONTRADICTS
    smallest, largest = sorted((abs(implied.lower), abs(implied.upper)))
    one_sign = implied.lower > 0 or implied.upper < 0
    confined = one_sign and largest <= 2 * smallest
    if inside(implied, claimed) or confined or implied.upper - implied.lower <= near:
        return HOLDS
    return CANNOT_BE_JUDGED


def shown(implied: Span, decimals: int = 3) -> str:
    """Write an interval for a sentence: one number where both ends are written alike."""
    lower, upper = (figure(end, decimals) for end in (implied.lower, implied.upper))
    if isinf(implied.lower) and isinf(implied.upper):
        return "any value"
    if isinf(implied.lower):
        return f"at most {upper}"
    if isinf(implied.upper):
        return f"at least {lower}"
    return lower if lower == upper else f"{lower} to {upper}"


def figure(value: float, decimals: int = 3) -> str:
    """Write a number to some decimals, a smaller one that is not zero to two digits."""
    if not isfinite(value):
        return sign(f"{value}").replace("inf", "∞")
    if 0 < abs(value) < 10.0**-decimals:
        return sign(f"{value:.2g}")
    return sign(f"{value:.{decimals}f}")


def decimals_of(printed: Number) -> int:
    """Return the decimals with which a number is printed, for a percentage two more."""
    if not isinstance(printed, str):
        return 3
    number = parse_printed(_ungrouped(_parts(printed)[1]))
    return number.decimals + 2 * number.percent


def judge(
    what: str,
    printed: Number,
    implied: Span,
    *,
    source: str,
    formula: str = "",
    needed: str = "",
    near: float = 0.0,
    claimed: Span | None = None,
) -> Verdict:
    """Return the verdict on a printed value that other printed numbers imply.

    Parameters
    ----------
    what : str
        What the value is called, "the odds ratio".
    printed : number
        As printed.
    implied : Span
        All values that the other numbers allow.
    source : str
        The other numbers, all of them, since the verdict names them: "B = .049 and SE = .002".
    formula : str
        LaTeX for what is computed.
    needed : str
        What else would reconcile the numbers, as a sentence.
    near : float
        See `agreement`.
    claimed : Span, optional
        What `printed` stands for, where it is not `read`.
    """
    stands_for = read(printed) if claimed is None else claimed
    verdict = agreement(stands_for, implied, near)
    computed = shown(implied, decimals_of(printed) + 1)
    coarse = " They are printed too coarsely to confirm it." if verdict == CANNOT_BE_JUDGED else ""
    remedy = {
        CONTRADICTS: f"{what[:1].upper()}{what[1:]} would have to be {computed}, or one of the "
        f"other numbers another. {needed}".strip(),
        CANNOT_BE_JUDGED: "More digits would have to be printed.",
    }
    return Verdict(
        verdict,
        f"From {source}, {what} is {computed}; {printed} is printed.{coarse}",
        f"{formula} {_relation(verdict, printed)}" if formula else "",
        remedy.get(verdict, ""),
        {f"{what} (lower)": implied.lower, f"{what} (upper)": implied.upper},
    )


def _relation(verdict: str, printed: Number) -> str:
    """Return LaTeX for a printed number or bound, with the sign that the verdict puts before it."""
    relation, digits = _parts(printed) if isinstance(printed, str) else ("", printed)
    bound = "<" if relation in _UPPER else ">" if relation in _LOWER else ""
    signs = {HOLDS: bound or "=", CONTRADICTS: rf"\not{bound}" if bound else r"\neq"}
    unsure = rf"\overset{{?}}{{{bound or '='}}}"
    return f"{signs.get(verdict, unsure)} {tex(digits)}"


def negative(**printed: Number | None) -> Verdict | None:
    """Return that a number which cannot be below zero is printed so, None if none is."""
    for name, value in printed.items():
        if value is not None and read(value).upper < 0:
            what = name.rstrip("_12").replace("_", " ")
            return Verdict(
                IMPOSSIBLE,
                f"No {what} is negative; {value} is printed.",
                f"{tex(value)} < 0",
                f"{what[:1].upper()}{what[1:]} without its sign, or another number.",
            )
    return None


def missing(what: str, lacking: Sequence[str]) -> Verdict:
    """Return that a claim cannot be judged, and what would have to be printed."""
    return Verdict(
        CANNOT_BE_JUDGED,
        f"To judge {what}, this is missing: {', '.join(lacking)}.",
        what_would_have_to_be_true=f"{', '.join(lacking)} would have to be printed.",
    )


def combined(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the worst of several verdicts, with the reasons and formulas of all that say so.

    Impossible is worse than a contradiction; what holds outweighs what cannot be judged.
    """
    worst = min((verdict.verdict for verdict in verdicts), key=FROM_WORST.index)
    saying = joined([verdict for verdict in verdicts if verdict.verdict == worst], worst)
    numbers = {name: value for verdict in verdicts for name, value in verdict.numbers.items()}
    return replace(saying, numbers=numbers)

"""Proofs from whole numbers: sums of counts, shares, means and standard deviations.

A share of n cases is one of the fractions 0/n, 1/n, …, n/n, and the mean of n whole numbers is a
whole number divided by n: the fewer the cases and the more decimals are printed, the more printed
values no data can have (GRIM: Brown and Heathers 2017, "The GRIM test: a simple technique detects
numerous anomalies in the reporting of results in psychology", Social Psychological and Personality
Science 8, 363-369). Sums of squares of whole numbers are whole, too, which confines standard
deviations (GRIMMER: Anaya 2016, PeerJ Preprints 4:e2400v1, in the form of Allard 2018,
"Analytic-GRIMMER: a new way of testing the possibility of standard deviations").

Numbers are text as printed; counts are exact, everything else stands for what rounds to it (see
`erfm.paper.intervals`). Ties are decided in fractions, without error of arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor, inf, sqrt

from erfm.formats import number
from erfm.paper.arithmetic import Number, Span, equal_sign, tex
from erfm.paper.intervals import (
    count,
    decimals_of,
    exact_ends,
    figure,
    judge,
    negative,
    read,
    share_span,
    shown,
    without_sign,
)
from erfm.paper.printed_numbers import parse_printed
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE, Verdict

SHOWN = 5
"""The most counts that a sentence lists."""


# --- Sums and shares ------------------------------------------------------------------------------


def examine_total(*, total: Number, parts: Sequence[Number]) -> Verdict:
    """Examine whether parts add up to their total: counts exactly, rounded numbers as intervals.

    Proof: rounded parts lie in their intervals, so their sum lies between the sums of the ends.
    """
    values = (total, *parts)
    if all(_is_count(value) for value in values):
        off = sum(map(count, parts)) - count(total)
        sums = Span(*3 * (float(count(total) + off),))
        claimed = Span(*3 * (float(count(total)),))
    else:
        # "100" may be the total of percentages, and "33.3" a part of "100%".
        shares = any(str(value).strip().endswith("%") for value in values)
        ends = [share_ends(part) if shares else exact_ends(part) for part in parts]
        lower, upper = (float(sum(end)) for end in zip(*ends, strict=True))
        sums, claimed = (
            Span(lower, (lower + upper) / 2, upper),
            (share_span if shares else read)(total),
        )
    added = " + ".join(map(str, parts))
    apart = max(sums.lower - claimed.upper, claimed.lower - sums.upper, 0.0)
    holds = apart <= 1e-9 * max(1.0, abs(claimed.value))
    decimals = max(map(decimals_of, values))
    return Verdict(
        HOLDS if holds else CONTRADICTS,
        f"The parts {', '.join(map(str, parts))} add up to {shown(sums, decimals)}; {total} is "
        "printed.",
        f"{tex(added)} = {tex(shown(sums, decimals))}" + ("" if holds else rf" \neq {tex(total)}"),
        "" if holds else f"A part or the total is off by at least {figure(apart, decimals)}.",
        {"sum (lower)": sums.lower, "sum (upper)": sums.upper},
    )


def _is_count(printed: Number) -> bool:
    try:
        count(printed)
    except ValueError:
        return False
    return True


def share_ends(share: Number) -> tuple[Fraction, Fraction]:
    """Return both ends of a share; one above 1 is a percentage whose sign is in the heading."""
    lower, upper = exact_ends(share)
    return (lower / 100, upper / 100) if without_sign(share) else (lower, upper)


def counts_of_share(share: Number, whole: Number) -> range:
    """Return the counts out of `whole` whose share rounds to what is printed.

    k/n lies in the closed interval if and only if k lies between its ends times n. As all such
    counts are neighbours, a range holds them; it is empty where no count prints so.
    """
    n = count(whole)
    lower, upper = share_ends(share)
    return range(max(0, ceil(lower * n)), min(n, floor(upper * n)) + 1)


def examine_possible_share(*, share: Number, whole: Number) -> Verdict:
    """Examine whether a share of a whole number of cases exists (GRIM), and for which counts.

    Proof: k cases out of n have the share k/n, so one of n + 1 fractions must round to it. If none
    does, no data of that size have the share, whatever else is printed.
    """
    n, possible = count(whole), counts_of_share(share, whole)
    if n == 0:
        return no_cases("share")
    near = _neighbours(share, n)
    printed_as = ", ".join(f"{k} prints as {text}" for k, text in near)
    if not possible:
        return Verdict(
            IMPOSSIBLE,
            f"{share} is no share of {n} cases at all: {printed_as}.",
            rf"\frac{{{near[0][0]}}}{{{n}}} = {tex(near[0][1])} {equal_sign(False)} {tex(share)}",
            _cut_off(share, n) or f"Another share, or another number of cases than {n}.",
            {"counts": 0, "nearest": near[0][0]},
        )
    which = _listed(possible)
    return Verdict(
        CANNOT_BE_JUDGED,
        f"{share} of {n} cases is the share of {which}, and of no other count.",
        rf"\frac{{{possible[0]}}}{{{n}}} = {tex(figure(possible[0] / n, decimals_of(share) + 2))}",
        "The count would have to be printed.",
        {"counts": len(possible), "first": possible[0], "last": possible[-1]},
    )


def _neighbours(share: Number, n: int) -> list[tuple[int, str]]:
    """Return the two counts nearest to a share, each with how its share would print."""
    lower, upper = share_ends(share)
    below = min(n, max(0, floor((lower + upper) / 2 * n)))
    return [
        (k, _as_share(Fraction(k, n), share)) for k in dict.fromkeys((below, min(n, below + 1)))
    ]


def _as_share(value: Fraction, like: Number) -> str:
    """Write a share as another one is printed."""
    if not isinstance(like, str):
        return figure(float(value), 4)
    printed = parse_printed(like)
    scale = 100 if printed.percent or without_sign(like) else 1
    digits = floor(value * scale * 10**printed.decimals + Fraction(1, 2))
    text = f"{digits / 10**printed.decimals:.{printed.decimals}f}"
    return text + "%" * printed.percent


def _cut_off(share: Number, n: int) -> str:
    """Say which count the share would be of if its digits had been cut off."""
    lower, upper = share_ends(share)
    first = ceil((lower + upper) / 2 * n)
    if not 0 <= first <= n or Fraction(first, n) >= upper + (upper - lower) / 2:
        return ""
    return f"{first} of {n}, with the digits cut off instead of rounded."


def _listed(counts: range) -> str:
    """Write counts for a sentence: all if few, else the first and the last."""
    if len(counts) <= SHOWN:
        return " or ".join(map(str, counts))
    return f"any of {len(counts)} counts from {counts[0]} to {counts[-1]}"


def examine_share_of_counts(*, share: Number, part: Number, whole: Number) -> Verdict:
    """Examine a printed share against its part and its whole, as GRIM does against the whole alone.

    Impossible if no count out of the whole prints so; a contradiction if another count does.
    """
    n, k = count(whole), count(part)
    if k > n or n == 0:
        return Verdict(
            CONTRADICTS,
            f"{part} is no part of {whole}.",
            f"{k} > {n}",
            f"A part of at most {n}.",
            {"part": k, "whole": n},
        )
    possible = counts_of_share(share, whole)
    if not possible:
        return examine_possible_share(share=share, whole=whole)
    holds = k in possible
    computed = _as_share(Fraction(k, n), share)
    return Verdict(
        HOLDS if holds else CONTRADICTS,
        f"{part} of {whole} is {computed}; {share} is printed, the share of {_listed(possible)}.",
        rf"\frac{{{k}}}{{{n}}} = {tex(computed)}" + ("" if holds else rf" \neq {tex(share)}"),
        "" if holds else f"The part would have to be {_listed(possible)}.",
        {"share": k / n, "first": possible[0], "last": possible[-1]},
    )


def no_cases(what: str) -> Verdict:
    """Return that so few cases have no such value."""
    least = "two cases" if what == "standard deviation" else "one case"
    return Verdict(
        IMPOSSIBLE,
        f"It takes at least {least} to have a {what}.",
        what_would_have_to_be_true=f"At least {least}.",
    )


# --- Means of whole numbers -----------------------------------------------------------------------


def sums_of_mean(mean: Number, n: int, items: int = 1) -> range:
    """Return the sums of n · items whole numbers whose mean rounds to what is printed."""
    lower, upper = exact_ends(mean)
    return range(ceil(lower * n * items), floor(upper * n * items) + 1)


def examine_possible_mean(*, mean: Number, n: Number, items: Number = 1) -> Verdict:
    """Examine whether whole numbers can have a mean (GRIM).

    Proof: their sum S is whole, so one of the fractions S/(n · items) must round to it.

    Parameters
    ----------
    mean, n : number
        The printed mean and the number of cases.
    items : number
        Of how many whole numbers each case's value is the mean, for example the items of a scale.
    """
    size = count(n) * count(items)
    if size == 0:
        return no_cases("mean")
    sums = sums_of_mean(mean, count(n), count(items))
    of = f"{n} whole numbers" if count(items) == 1 else f"{n} means of {items} whole numbers each"
    if not sums:
        below = floor(sum(exact_ends(mean)) / 2 * size)
        near = " and ".join(figure(s / size, decimals_of(mean) + 2) for s in (below, below + 1))
        cut = Fraction(below + 1, size) < sum(exact_ends(mean)) / 2 + (
            exact_ends(mean)[1] - exact_ends(mean)[0]
        )
        return Verdict(
            IMPOSSIBLE,
            f"No {of} have the mean {mean}: the nearest that they can have are {near}.",
            rf"{tex(mean)} \cdot {size} = "
            rf"{tex(figure(float(sum(exact_ends(mean)) / 2 * size), decimals_of(mean)))} "
            r"\notin \mathbb{Z}",
            (f"A sum of {below + 1}, with the mean's digits cut off, or n" if cut else "N")
            + f"ot {n} cases, or values that are not whole numbers.",
            {"sum": float(sum(exact_ends(mean)) / 2 * size)},
        )
    return Verdict(
        CANNOT_BE_JUDGED,
        f"{of[0].upper()}{of[1:]} have the mean {mean} if their sum is {_listed(sums)}.",
        rf"\frac{{{sums[0]}}}{{{size}}} = {figure(sums[0] / size, decimals_of(mean) + 2)}",
        "The sum would have to be printed.",
        {"first": sums[0], "last": sums[-1]},
    )


def sums_of_squares(
    total: int, n: int, minimum: int | None = None, maximum: int | None = None
) -> Span:
    """Return the least and the largest sum of squares of n whole numbers with a sum.

    Least: as equal as possible, because moving two of them that differ by 2 or more towards each
    other by 1 makes it smaller. Largest: all but one at an end of the range, by the same argument;
    infinite without a range.
    """
    base, rest = divmod(total, n)
    least = (n - rest) * base**2 + rest * (base + 1) ** 2
    if minimum is None or maximum is None:
        return Span(least, least, inf)
    if not n * minimum <= total <= n * maximum:
        return Span(inf, inf, -inf)
    if minimum == maximum:
        return Span(least, least, least)
    above, left = divmod(total - n * minimum, maximum - minimum)
    if above == n:
        return Span(least, least, n * maximum**2)
    largest = above * maximum**2 + (minimum + left) ** 2 + (n - above - 1) * minimum**2
    return Span(least, least, largest)


def examine_possible_sd(
    *,
    sd: Number,
    mean: Number,
    n: Number,
    minimum: Number | None = None,
    maximum: Number | None = None,
    items: Number = 1,
) -> Verdict:
    """Examine whether whole numbers can have a standard deviation with a mean and an n (GRIMMER).

    Proof: with S the sum and Q the sum of squares of n whole numbers, (n - 1) s² = Q - S²/n. S and
    Q are whole, and both even or both odd since x² - x = x(x - 1) is even. So for one of the sums S
    whose mean prints so, one Q of the same parity must give an s that prints so; and Q must be one
    that n whole numbers with that sum can have at all (see `sums_of_squares`; within the range
    where one is printed). That is necessary; whether such numbers exist is not decided.

    Parameters
    ----------
    sd, mean, n : number
        sd has divisor n - 1, as in SPSS.
    minimum, maximum : number, optional
        The printed range, or that of the scale, if it is whole.
    items : number
        Of how many whole numbers each case's value is the mean. The cases' sums are whole then.
    """
    size, scale = count(n), count(items)
    if size < 2 or scale < 1:
        return no_cases("standard deviation")
    if refuted := negative(standard_deviation=sd):
        return refuted
    if not sums_of_mean(mean, size, scale):
        return examine_possible_mean(mean=mean, n=n, items=items)
    ends = _whole_range(minimum, maximum, scale)
    reached = next(_squares(sd, mean, size, scale, ends, size - 1), None)
    near = _nearest_sd(sd, mean, size, scale, ends)
    given = f"mean {mean} and n = {n}" + (
        f", between {minimum} and {maximum}" if ends[0] is not None else ""
    )
    if reached is not None:
        total, squares = reached
        return Verdict(
            CANNOT_BE_JUDGED,
            f"Whole numbers with {given} may have the standard deviation {sd}: for example with "
            f"the sum {total} and the sum of squares {squares}.",
            rf"\sqrt{{\frac{{{squares} - {total}^2/{size}}}{{{size - 1}}}}}"
            + (rf" / {scale}" if scale > 1 else "")
            + rf" = {tex(figure(_sd(total, squares, size) / scale, decimals_of(sd) + 2))}",
            "The values would have to be printed.",
            {"sum": total, "sum_of_squares": squares},
        )
    other = next(_squares(sd, mean, size, scale, ends, size), None)
    return Verdict(
        CONTRADICTS,
        f"No whole numbers with {given} have the standard deviation {sd}. "
        + (
            f"The nearest that they may have is {figure(near, decimals_of(sd) + 2)}."
            if near
            else ""
        ),
        rf"(n - 1)\, s^2 = \sum x^2 - \tfrac1n \left(\sum x\right)^2, \quad "
        rf"\textstyle\sum x^2 \equiv \sum x \pmod 2, \quad s \neq {tex(sd)}",
        ("A divisor of n instead of n − 1, o" if other else "O")
        + "ther digits of the mean or the standard deviation, another n, or values that are not "
        "whole numbers.",
        {"nearest": near} if near else {},
    )


def _whole_range(
    minimum: Number | None, maximum: Number | None, items: int
) -> tuple[int | None, int | None]:
    """Return a range in units of the sums of items; (None, None) if none of whole numbers is."""
    if minimum is None or maximum is None:
        return None, None
    low, high = read(minimum).value * items, read(maximum).value * items
    if low != int(low) or high != int(high):
        return None, None
    return int(low), int(high)


def _squares(
    sd: Number, mean: Number, n: int, items: int, ends: tuple[int | None, int | None], divisor: int
) -> Iterator[tuple[int, int]]:
    """Yield the sums and sums of squares that print so, in units of the sums of items."""
    lower, upper = (max(Fraction(0), end) * items for end in exact_ends(sd))
    for total in sums_of_mean(mean, n, items):
        possible = sums_of_squares(total, n, *ends)
        centre = Fraction(total**2, n)
        first = max(ceil(divisor * lower**2 + centre), possible.lower)
        last = min(floor(divisor * upper**2 + centre), possible.upper)
        if first > last:
            continue
        first = int(first) + (int(first) - total) % 2
        if first <= last:
            yield total, first


def _nearest_sd(
    sd: Number, mean: Number, n: int, items: int, ends: tuple[int | None, int | None]
) -> float | None:
    """Return the standard deviation nearest to the printed one that GRIMMER allows."""
    claimed = read(sd).value * items
    found = []
    for total in sums_of_mean(mean, n, items)[:1000]:
        possible = sums_of_squares(total, n, *ends)
        if possible.lower > possible.upper:
            continue
        wanted = (n - 1) * claimed**2 + total**2 / n
        wanted = min(max(wanted, possible.lower), possible.upper)
        for squares in range(int(wanted) - 2, int(wanted) + 4):
            even = (squares - total) % 2 == 0
            if even and possible.lower <= squares <= possible.upper:
                found.append(_sd(total, squares, n))
    return min(found, key=lambda s: abs(s - claimed)) / items if found else None


def _sd(total: int, squares: int, n: int) -> float:
    return sqrt(max(0.0, float(squares - Fraction(total**2, n)) / (n - 1)))


# --- One sample, of any values --------------------------------------------------------------------


def examine_range(*, range: Number, minimum: Number, maximum: Number) -> Verdict:
    """Examine a printed range against the printed extremes: maximum - minimum."""
    low, high = read(minimum), read(maximum)
    return judge(
        "the range",
        range,
        Span(high.lower - low.upper, high.value - low.value, high.upper - low.lower),
        source=f"the minimum {minimum} and the maximum {maximum}",
        formula=f"{tex(maximum)} - {tex(minimum)}",
    )


def examine_mean_in_range(*, mean: Number, minimum: Number, maximum: Number) -> Verdict:
    """Examine whether a mean (or median) lies between the extremes, as every average does."""
    low, high, centre = read(minimum), read(maximum), read(mean)
    outside = centre.upper < low.lower or centre.lower > high.upper
    return Verdict(
        CONTRADICTS if outside else CANNOT_BE_JUDGED,
        f"No value is below {minimum} or above {maximum}, so neither is the mean; {mean} is "
        "printed.",
        rf"{tex(minimum)} \le \bar x \le {tex(maximum)}",
        f"A mean between {minimum} and {maximum}, or a wider range." if outside else "",
        {"mean": centre.value},
    )


def examine_sd_and_range(*, sd: Number, n: Number, minimum: Number, maximum: Number) -> Verdict:
    """Examine a standard deviation against the range, from below and above (Popoviciu).

    Proof: the two extremes alone add at least range²/2 to the sum of squares about any centre, so
    s ≥ range / √(2(n - 1)). The values add at most n · range²/4 about the middle of the range
    (Popoviciu 1935), so s ≤ (range/2) √(n/(n - 1)). With an odd n the two halves differ by a case:
    (n² - 1)/(4n) replaces n/4.
    """
    size, low, high, spread = count(n), read(minimum), read(maximum), read(sd)
    if size < 2:
        return no_cases("standard deviation")
    if high.upper < low.lower:
        return Verdict(
            CONTRADICTS,
            f"The maximum {maximum} is below the minimum {minimum}.",
            f"{tex(maximum)} < {tex(minimum)}",
            "The two would have to be exchanged, or one of them another.",
        )
    widest, narrowest = high.upper - low.lower, max(0.0, high.lower - low.upper)
    largest = widest * sqrt((size**2 - size % 2) / (4 * size * (size - 1)))
    least = narrowest / sqrt(2 * (size - 1))
    above, below = spread.lower > largest * (1 + 1e-9), spread.upper < least * (1 - 1e-9)
    enough = f"at least {_cases_for(spread.upper, narrowest)} cases, " if below else ""
    return Verdict(
        CONTRADICTS if above or below else CANNOT_BE_JUDGED,
        f"{n} values from {minimum} to {maximum} have a standard deviation between "
        f"{number(least, '.3f')} and {number(largest, '.3f')}; {sd} is printed.",
        rf"\frac{{\max - \min}}{{\sqrt{{2(n-1)}}}} = {least:.3f} \le s \le {largest:.3f} = "
        r"\frac{\max - \min}{2}\sqrt{\frac{n}{n-1}}",
        f"A standard deviation between these bounds, {enough}or another range."
        if above or below
        else "",
        {"least_sd": least, "largest_sd": largest},
    )


def _cases_for(sd: float, spread: float) -> str:
    """Return how many cases can have so small an sd with a range: n ≥ 1 + range²/(2s²)."""
    return f"{ceil(1 + spread**2 / (2 * sd**2) - 1e-9):,}" if sd > 0 else "∞"


def examine_standard_error_of_mean(*, standard_error: Number, sd: Number, n: Number) -> Verdict:
    """Examine a standard error of a mean: sd / √n.

    The standard deviation has divisor n - 1; the standard error rises with it.
    """
    if count(n) == 0:
        return no_cases("standard error")
    spread, root = read(sd), sqrt(count(n))
    return judge(
        "the standard error",
        standard_error,
        Span(*(end / root for end in spread)),
        source=f"the standard deviation {sd} and n = {n}",
        formula=rf"\frac{{{tex(sd)}}}{{\sqrt{{{count(n)}}}}}",
    )

"""Proofs about two groups: Student's and Welch's t, χ² and Fisher's test, effect sizes.

Everything is recomputed from means, standard deviations and counts as printed. Where a paper does
not say which of several usual tests it made, the most favourable reading decides: what is printed
is refuted only if it fits none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import exp, inf, log, sqrt

import numpy as np
from scipy import special, stats

from erfm.formats import p_text
from erfm.paper.arithmetic import Number, Span
from erfm.paper.grim import counts_of_share, examine_possible_share, no_cases
from erfm.paper.intervals import (
    combined,
    count,
    is_bound,
    judge,
    missing,
    negative,
    overlap,
    read,
    shown,
    sizes,
)
from erfm.paper.recomputed import NEAR, two_sided_t, upper_chi_square
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, Verdict

T_TESTS = ("pooled", "welch")
CHI_SQUARE_TESTS = ("pearson", "yates", "fisher", "likelihood ratio", "n minus 1")
EFFECT_SIZES = ("pooled", "hedges", "glass 1", "glass 2", "average")
RATIOS = ("odds ratio", "risk ratio", "risk difference")
MOST_TABLES = 4000
"""The most 2×2 tables that are tried where shares are printed instead of counts."""


# --- Means ----------------------------------------------------------------------------------------


def possible_t(
    test: str, means: Sequence[Number], sds: Sequence[Number], ns: Sequence[Number]
) -> tuple[Span, Span]:
    """Return the sizes of t and the degrees of freedom that printed means and sds allow.

    pooled: t = (m₁ - m₂) / (s √(1/n₁ + 1/n₂)), s² = ((n₁ - 1)s₁² + (n₂ - 1)s₂²) / (n₁ + n₂ - 2).
    welch: t = (m₁ - m₂) / √(s₁²/n₁ + s₂²/n₂), with Satterthwaite's degrees of freedom

        df = (r + 1)² / (r²/(n₁ - 1) + 1/(n₂ - 1)),    r = (s₁²/n₁) / (s₂²/n₂),

    which rise in r up to n₁ + n₂ - 2 at r = (n₁ - 1)/(n₂ - 1) and fall from there. The size of t
    rises with the difference of the means and falls with either sd, so its ends are at those of the
    printed numbers.
    """
    m, s, n = [read(x) for x in means], [read(x) for x in sds], [count(x) for x in ns]
    difference = Span(m[0].lower - m[1].upper, m[0].value - m[1].value, m[0].upper - m[1].lower)
    low = [max(0.0, x.lower) for x in s]
    ends = [
        _standard_error(test, pair, n) for pair in (low, [x.value for x in s], [x.upper for x in s])
    ]
    least = difference.least_size / ends[2] if ends[2] else 0.0
    largest = difference.largest_size / ends[0] if ends[0] else inf
    middle = abs(difference.value) / ends[1] if ends[1] else inf
    t = Span(least, middle, largest)
    return t, _degrees_of_freedom(test, low, [x.upper for x in s], n)


def _standard_error(test: str, s: Sequence[float], n: Sequence[int]) -> float:
    if test == "welch":
        return sqrt(s[0] ** 2 / n[0] + s[1] ** 2 / n[1])
    pooled = ((n[0] - 1) * s[0] ** 2 + (n[1] - 1) * s[1] ** 2) / (n[0] + n[1] - 2)
    return sqrt(pooled * (1 / n[0] + 1 / n[1]))


def _degrees_of_freedom(
    test: str, low: Sequence[float], high: Sequence[float], n: Sequence[int]
) -> Span:
    most = float(n[0] + n[1] - 2)
    if test == "pooled":
        return Span(most, most, most)

    def at(r: float) -> float:
        return float(n[0] - 1) if r == inf else (r + 1) ** 2 / (r**2 / (n[0] - 1) + 1 / (n[1] - 1))

    def ratio(one: float, two: float) -> float:
        return one**2 / n[0] / (two**2 / n[1]) if two else inf

    first, last = ratio(low[0], high[1]), ratio(high[0], low[1])
    ends = [at(first), at(last)]
    peak = first <= (n[0] - 1) / (n[1] - 1) <= last
    return Span(min(ends), min(max(ends), most), most if peak else max(ends))


def examine_t_test(
    *,
    mean_1: Number,
    sd_1: Number,
    n_1: Number,
    mean_2: Number,
    sd_2: Number,
    n_2: Number,
    t: Number | None = None,
    df: Number | None = None,
    p: Number | None = None,
    test: str = "not said",
    tails: str = "not said",
) -> Verdict:
    """Examine t, its degrees of freedom and p against two groups' means, sds and ns.

    Proof: see `possible_t`; p falls with the size of t and, for a given t, with the degrees of
    freedom, so its ends are at theirs. The sign of t depends on which group comes first and is not
    judged.

    Parameters
    ----------
    mean_1, sd_1, n_1, mean_2, sd_2, n_2 : number
        The groups; sds have divisor n - 1.
    t, df, p : number, optional
        What is printed of the test: at least one.
    test : str
        "pooled", "welch" or "not said": then it is refuted only if both are.
    tails : str
        "two" or "one" if the paper says so; see `erfm.paper.recomputed.examine_test`.
    """
    printed = {"t": t, "df": df, "p": p}
    given = {name: value for name, value in printed.items() if value is not None}
    if min(count(n_1), count(n_2)) < 2:
        return no_cases("standard deviation")
    if refuted := negative(standard_deviation_1=sd_1, standard_deviation_2=sd_2):
        return refuted
    means, sds, ns = (mean_1, mean_2), (sd_1, sd_2), (n_1, n_2)
    tests = _chosen(test, T_TESTS)
    source = f"{mean_1} ± {sd_1} (n = {n_1}) and {mean_2} ± {sd_2} (n = {n_2})"
    found = {name: _implied_t(name, means, sds, ns, tails) for name in tests}
    if not given:
        told = "; ".join(
            f"{name}: t = {shown(i['t'])}, p = {shown(i['p'])}" for name, i in found.items()
        )
        return Verdict(
            CANNOT_BE_JUDGED,
            f"From {source}, {told}. Nothing of the test is printed.",
            what_would_have_to_be_true="t or p would have to be printed.",
        )
    verdict = _judge_t(given, found, source)
    if verdict.refuted and p is not None and tails == "not said":
        halved = {name: _implied_t(name, means, sds, ns, "one") for name in tests}
        one = _judge_t(given, halved, source)
        if not one.refuted:
            return Verdict(
                CANNOT_BE_JUDGED,
                f"{one.reason} That is for a test in one direction only.",
                one.inequality,
                "A test in one direction, which would have to be said.",
                one.numbers,
            )
    return verdict


def _judge_t(
    given: Mapping[str, Number], found: Mapping[str, Mapping[str, Span]], source: str
) -> Verdict:
    """Judge what is printed of a t-test under each reading of which test it was."""
    readings = {
        name: combined(
            [
                judge(
                    what,
                    value,
                    implied[what],
                    source=f"{source}, {_T_NAMES[name]}",
                    formula=_t_formula(name, what),
                    near=_NEAR[what],
                    claimed=sizes(read(value)) if what == "t" else None,
                )
                for what, value in given.items()
            ]
        )
        for name, implied in found.items()
    }
    return _most_favourable(readings, bounds=all(map(is_bound, given.values())))


_T_NAMES = {"pooled": "Student's t with the pooled standard deviation", "welch": "Welch's t"}
_NEAR = {"t": 0.1, "df": 1.0, "p": NEAR}


def _implied_t(
    test: str,
    means: Sequence[Number],
    sds: Sequence[Number],
    ns: Sequence[Number],
    tails: str,
) -> dict[str, Span]:
    t, df = possible_t(test, means, sds, ns)
    share = 0.5 if tails == "one" else 1.0
    p = [
        share * (two_sided_t(size, degrees) if size < inf else 0.0)
        for size, degrees in ((t.upper, df.upper), (t.value, df.value), (t.lower, df.lower))
    ]
    return {"t": t, "df": _floor(df), "p": Span(p[0], min(max(p[1], p[0]), p[2]), p[2])}


def _floor(df: Span) -> Span:
    """Return degrees of freedom with the whole number below, to which some round them down."""
    return Span(float(np.floor(df.lower)), df.value, df.upper)


def _t_formula(test: str, quantity: str) -> str:
    if quantity == "df":
        return r"\mathrm{df}"
    if quantity == "p":
        return r"P(\lvert t_{\mathrm{df}} \rvert \ge \lvert t \rvert)"
    error = {
        "pooled": r"s\sqrt{1/n_1 + 1/n_2}",
        "welch": r"\sqrt{s_1^2/n_1 + s_2^2/n_2}",
    }[test]
    return rf"\frac{{\lvert \bar x_1 - \bar x_2 \rvert}}{{{error}}}"


def _chosen(test: str, tests: Sequence[str]) -> Sequence[str]:
    if test == "not said":
        return tests
    if test not in tests:
        raise ValueError(f"{test!r} is none of {', '.join(tests)}, not said.")
    return (test,)


def _most_favourable(readings: Mapping[str, Verdict], bounds: bool) -> Verdict:
    """Return the verdict under the most favourable of several readings.

    Refuted only if all are. Where only a bound is printed ("p < .05"), some readings that fit and
    some that do not leave it open: nothing says which was meant. Printed digits say it themselves.
    """
    verdicts = {name: reading.verdict for name, reading in readings.items()}
    refuted = [name for name, reading in readings.items() if reading.refuted]
    if len(refuted) == len(readings):
        return combined(list(readings.values()))
    best = min(
        (reading for reading in readings.values() if not reading.refuted),
        key=lambda reading: reading.verdict != HOLDS,
    )
    if refuted and bounds and HOLDS in verdicts.values():
        others = " ".join(readings[name].reason for name in refuted)
        return Verdict(
            CANNOT_BE_JUDGED,
            f"{best.reason} {others}",
            best.inequality,
            f"Not this: {', '.join(refuted)}. What it was would have to be said.",
            best.numbers,
        )
    not_so = f" It would not fit: {', '.join(refuted)}." if refuted else ""
    return Verdict(
        best.verdict,
        best.reason + not_so,
        best.inequality,
        best.what_would_have_to_be_true,
        best.numbers,
    )


def examine_effect_size(
    *,
    d: Number,
    mean_1: Number | None = None,
    sd_1: Number | None = None,
    n_1: Number | None = None,
    mean_2: Number | None = None,
    sd_2: Number | None = None,
    n_2: Number | None = None,
    t: Number | None = None,
    kind: str = "not said",
) -> Verdict:
    """Examine a standardised difference of two means, from means and sds or from t and the ns.

    d = (m₁ - m₂)/s with the pooled sd (Cohen 1988), that of one group (Glass 1976) or the root mean
    square of both; Hedges' g is d · J with J = Γ(m/2) / (√(m/2) Γ((m - 1)/2)), m = n₁ + n₂ - 2, or
    its approximation 1 - 3/(4m - 1) (Hedges 1981). From a pooled t: d = t √(1/n₁ + 1/n₂). The sign
    is not judged.

    Parameters
    ----------
    d : number
        As printed.
    mean_1, sd_1, n_1, mean_2, sd_2, n_2, t : number, optional
        Means and sds, or t with both ns; pooled and Hedges' d need the ns.
    kind : str
        One of `EFFECT_SIZES`, or "not said": then it is refuted only if all are.
    """
    if any(n is not None and count(n) < 2 for n in (n_1, n_2)):
        return no_cases("standard deviation")
    if refuted := negative(standard_deviation_1=sd_1, standard_deviation_2=sd_2):
        return refuted
    claimed = sizes(read(d))
    found = {}
    if None not in (mean_1, sd_1, mean_2, sd_2):
        found = _effects_of_means((mean_1, mean_2), (sd_1, sd_2), (n_1, n_2))  # type: ignore[arg-type]
        source = f"{mean_1} ± {sd_1} and {mean_2} ± {sd_2}"
    if t is not None and n_1 is not None and n_2 is not None:
        factor = sqrt(1 / count(n_1) + 1 / count(n_2))
        from_t = _scaled(sizes(read(t)), factor)
        found = found or {"pooled": from_t, "hedges": _hedges(from_t, n_1, n_2)}
        source = f"t = {t} with n = {n_1} and n = {n_2}" if len(found) == 2 else source
    chosen = {name: found[name] for name in _chosen(kind, EFFECT_SIZES) if name in found}
    if not chosen:
        return missing(f"d = {d}", ["both means and standard deviations, or t, and both n"])
    readings = {
        name: judge(
            "d",
            d,
            implied,
            source=f"{source} ({name})",
            formula=r"\frac{\lvert \bar x_1 - \bar x_2 \rvert}{s}",
            near=0.1,
            claimed=claimed,
        )
        for name, implied in chosen.items()
    }
    return _most_favourable(readings, bounds=is_bound(d))


def _effects_of_means(
    means: Sequence[Number], sds: Sequence[Number], ns: Sequence[Number | None]
) -> dict[str, Span]:
    m, s = [read(x) for x in means], [read(x) for x in sds]
    size = sizes(Span(m[0].lower - m[1].upper, m[0].value - m[1].value, m[0].upper - m[1].lower))

    def over(spread: Callable[[Sequence[float]], float]) -> Span:
        ends = [
            spread([max(0.0, x) for x in pair])
            for pair in ([x.lower for x in s], [x.value for x in s], [x.upper for x in s])
        ]
        return Span(
            size.lower / ends[2] if ends[2] else 0.0,
            size.value / ends[1] if ends[1] else inf,
            size.upper / ends[0] if ends[0] else inf,
        )

    found = {
        "glass 1": over(lambda pair: pair[0]),
        "glass 2": over(lambda pair: pair[1]),
        "average": over(lambda pair: sqrt((pair[0] ** 2 + pair[1] ** 2) / 2)),
    }
    if None not in ns:
        n = [count(x) for x in ns if x is not None]
        root = sqrt(1 / n[0] + 1 / n[1])
        pooled = over(lambda pair: _standard_error("pooled", pair, n) / root)
        found |= {"pooled": pooled, "hedges": _hedges(pooled, n[0], n[1])}
    return found


def _scaled(span: Span, factor: float) -> Span:
    return Span(*(end * factor for end in span))


def _hedges(d: Span, n_1: Number, n_2: Number) -> Span:
    """Return Hedges' g for a d, wide enough for the exact factor J and its approximation."""
    m = count(n_1) + count(n_2) - 2
    if m < 2:
        return Span(0.0, d.value, d.upper)
    exact = exp(special.gammaln(m / 2) - special.gammaln((m - 1) / 2)) / sqrt(m / 2)
    factors = sorted((exact, 1 - 3 / (4 * m - 1)))
    return Span(d.lower * factors[0], d.value * factors[0], d.upper * factors[1])


# --- Counts ---------------------------------------------------------------------------------------


def tests_of_counts(table: np.ndarray) -> dict[str, tuple[float, float]]:
    """Return statistic and p of the usual tests of a table of counts, by the names of the tests.

    Pearson's χ² and the likelihood ratio for any table; for a 2×2 table with Yates's correction
    and Fisher's exact test (two-sided: all tables no more probable), which has no statistic (NaN),
    and with n - 1 for n, as SPSS's linear-by-linear association (Campbell 2007).
    A table with an empty row or column has no test.
    """
    table = np.asarray(table, dtype=float)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if min(table.shape) < 2 or not rows.all() or not columns.all():
        return {}
    expected = np.outer(rows, columns) / table.sum()
    df = (len(rows) - 1) * (len(columns) - 1)
    off = np.abs(table - expected)
    ratio = 2 * float(special.xlogy(table, table / expected).sum())
    found = {
        "pearson": float((off**2 / expected).sum()),
        "likelihood ratio": max(0.0, ratio),
    }
    if table.shape == (2, 2):
        corrected = np.maximum(0.0, off - 0.5) ** 2 / expected
        found["yates"] = float(corrected.sum())
        found["n minus 1"] = found["pearson"] * (table.sum() - 1) / table.sum()
    tests = {name: (value, upper_chi_square(value, df)) for name, value in found.items()}
    if table.shape == (2, 2):
        tests["fisher"] = (float("nan"), _fisher(table.astype(int)))
    return tests


def _fisher(table: np.ndarray) -> float:
    """Return the two-sided p of Fisher's exact test, as R's and SPSS's."""
    (a, b), (c, d) = table.tolist()
    n, row, column = a + b + c + d, a + b, a + c
    possible = np.arange(max(0, row + column - n), min(row, column) + 1)
    terms = (
        special.gammaln(possible + 1)
        + special.gammaln(row - possible + 1)
        + special.gammaln(column - possible + 1)
        + special.gammaln(n - row - column + possible + 1)
    )
    weights = np.exp(terms.min() - terms)
    own = weights[a - possible[0]]
    return float(min(1.0, weights[weights <= own * (1 + 1e-7)].sum() / weights.sum()))


def examine_counts_test(
    *,
    counts: Sequence[Number],
    rows: Number = 2,
    chi_square: Number | None = None,
    df: Number | None = None,
    p: Number | None = None,
    test: str = "not said",
) -> Verdict:
    """Examine χ², its degrees of freedom and p against a table of counts.

    Parameters
    ----------
    counts : sequence of number
        The table row by row.
    rows : number
        Its number of rows.
    chi_square, df, p : number, optional
        What is printed of the test: at least one.
    test : str
        One of `CHI_SQUARE_TESTS` or "not said": then it is refuted only if all are.
    """
    cells = [count(c) for c in counts]
    if count(rows) < 2 or len(cells) % count(rows) or len(cells) < 2 * count(rows):
        raise ValueError(f"{len(cells)} counts are no table of {rows} rows.")
    table = np.array(cells).reshape(count(rows), -1)
    source = f"the counts {', '.join(map(str, counts))}"
    return _examine_tables([table], source, {"χ²": chi_square, "df": df, "p": p}, test)


def examine_two_shares(
    *,
    events_1: Number,
    n_1: Number,
    events_2: Number,
    n_2: Number,
    chi_square: Number | None = None,
    p: Number | None = None,
    test: str = "not said",
) -> Verdict:
    """Examine χ² and p against the shares or counts of events in two groups.

    Proof: a printed share of n cases is that of few counts (GRIM). All 2×2 tables of them are
    tested; what is printed is refuted only if it fits none.

    Parameters
    ----------
    events_1, events_2 : number
        Events as a count, "146", or as a share with its percent sign or decimals, "91.25%".
    n_1, n_2 : number
        Cases in each group.
    chi_square, p : number, optional
        What is printed of the test: at least one.
    test : str
        One of `CHI_SQUARE_TESTS` or "not said".
    """
    if refuted := _no_events(events_1, n_1) or _no_events(events_2, n_2):
        return refuted
    source = f"{events_1} of {n_1} and {events_2} of {n_2}"
    tables = _tables_of(events_1, n_1, events_2, n_2)
    if tables is None:
        return missing(source, ["the counts, since the shares are those of too many"])
    return _examine_tables(list(tables), source, {"χ²": chi_square, "p": p}, test)


def _no_events(events: Number, n: Number) -> Verdict | None:
    """Return the refutation if events cannot be of so many cases."""
    if len(_events(events, n)):
        return None
    if _is_share(events):
        return examine_possible_share(share=events, whole=n)
    return Verdict(
        CONTRADICTS, f"{events} is no part of {n}.", f"{events} > {n}", f"At most {n} events."
    )


def _is_share(events: Number) -> bool:
    return isinstance(events, str) and ("%" in events or "." in events)


def _events(events: Number, n: Number) -> range:
    """Return the counts that printed events stand for: a count, or all with a printed share."""
    if _is_share(events):
        return counts_of_share(events, n)
    exactly = count(events)
    return range(exactly, exactly + (exactly <= count(n)))


def _tables_of(
    events_1: Number, n_1: Number, events_2: Number, n_2: Number
) -> Iterator[np.ndarray] | None:
    choices = _events(events_1, n_1), _events(events_2, n_2)
    if len(choices[0]) * len(choices[1]) > MOST_TABLES:
        return None
    sizes = count(n_1), count(n_2)
    return (np.array([[a, sizes[0] - a], [b, sizes[1] - b]]) for a, b in product(*choices))


def _examine_tables(
    tables: Sequence[np.ndarray], source: str, printed: Mapping[str, Number | None], test: str
) -> Verdict:
    """Examine what is printed of a test against all tables that the printed counts allow."""
    results = [found for table in tables if (found := tests_of_counts(table))]
    if not results:
        return missing(source, ["a table without empty rows or columns"])
    names = [name for name in _chosen(test, CHI_SQUARE_TESTS) if name in results[0]]
    rows, columns = tables[0].shape
    implied = {
        name: {
            "χ²": _of([r[name][0] for r in results]),
            "p": _of([r[name][1] for r in results]),
            "df": _of([(rows - 1.0) * (columns - 1.0)]),
        }
        for name in names
    }
    given = {what: value for what, value in printed.items() if value is not None}
    if not given:
        told = "; ".join(f"{n}: {p_text(i['p'].value)}" for n, i in implied.items())
        return Verdict(
            CANNOT_BE_JUDGED,
            f"From {source}, {told}. Nothing of the test is printed.",
            what_would_have_to_be_true="χ² or p would have to be printed.",
            numbers={n: i["p"].value for n, i in implied.items()},
        )
    readings = {
        name: combined(
            [
                judge(
                    what,
                    value,
                    found[what],
                    source=f"{source} ({_TEST_NAMES[name]})",
                    formula=r"P(\chi^2 \ge \chi^2_{\mathrm{obs}})"
                    if what == "p"
                    else _CHI.get(what, ""),
                    near=NEAR if what == "p" else 0.0,
                )
                for what, value in given.items()
                if not (name == "fisher" and what != "p")
            ]
        )
        for name, found in implied.items()
        if name != "fisher" or "p" in given
    }
    if "fisher" in readings and "χ²" in given and test == "not said":
        readings = _with_fisher(readings, implied, given)
    if (rows, columns) != (2, 2) and test == "not said" and set(given) == {"p"}:
        readings["exact"] = Verdict(
            CANNOT_BE_JUDGED,
            f"From {source}, an exact test may have another p than χ²; {given['p']} is printed.",
            what_would_have_to_be_true="The test would have to be named.",
        )
    return _most_favourable(readings, bounds=all(map(is_bound, given.values())))


_TEST_NAMES = {
    "pearson": "Pearson's χ²",
    "yates": "χ² with Yates's correction",
    "fisher": "Fisher's exact test",
    "likelihood ratio": "likelihood ratio χ²",
    "n minus 1": "χ² with n − 1",
}
_CHI = {"χ²": r"\sum \frac{(O - E)^2}{E}", "df": r"(r - 1)(c - 1)"}


def _with_fisher(
    readings: Mapping[str, Verdict],
    implied: Mapping[str, Mapping[str, Span]],
    given: Mapping[str, Number],
) -> dict[str, Verdict]:
    """Let Fisher's p stand beside another test's χ² only where that χ² is right."""
    chi_square_right = any(
        overlap(read(given["χ²"]), found["χ²"])
        for name, found in implied.items()
        if name != "fisher"
    )
    return {
        name: reading for name, reading in readings.items() if name != "fisher" or chi_square_right
    }


def _of(values: Sequence[float]) -> Span:
    return Span(min(values), values[len(values) // 2], max(values))


def examine_ratio_of_counts(
    *,
    events_1: Number,
    n_1: Number,
    events_2: Number,
    n_2: Number,
    ratio: Number,
    lower: Number | None = None,
    upper: Number | None = None,
    measure: str = "odds ratio",
    level: Number = 0.95,
) -> Verdict:
    """Examine an odds ratio, risk ratio or risk difference and its interval against counts.

    With a of n₁ and b of n₂: OR = a(n₂ - b) / (b(n₁ - a)), its logarithm with the variance 1/a +
    1/(n₁ - a) + 1/b + 1/(n₂ - b) (Woolf 1955); RR = (a/n₁)/(b/n₂), with 1/a - 1/n₁ + 1/b - 1/n₂
    (Katz 1978); the difference with a(n₁ - a)/n₁³ + b(n₂ - b)/n₂³ (Wald). Which group is compared
    with which is not judged: the inverse ratio or the negative difference fits as well.

    Parameters
    ----------
    events_1, n_1, events_2, n_2 : number
        See `examine_two_shares`.
    ratio, lower, upper : number
        As printed. Without both ends the interval is not judged.
    measure : str
        One of `RATIOS`.
    level : number
        The interval's confidence.
    """
    _chosen(measure, RATIOS)
    if refuted := _no_events(events_1, n_1) or _no_events(events_2, n_2):
        return refuted
    tables = _tables_of(events_1, n_1, events_2, n_2)
    if tables is None:
        return missing(measure, ["the counts, since the shares are those of too many"])
    found = [m for table in tables if (m := _measured(table, measure, level)) is not None]
    if not found:
        return missing(measure, ["counts without an empty cell"])
    source = f"{events_1} of {n_1} and {events_2} of {n_2}"
    printed = {f"the {measure}": ratio, "the interval's lower end": lower}
    printed["the interval's upper end"] = upper
    readings = {}
    for direction in ("the first group to the second", "the second group to the first"):
        turned = (
            found if direction.startswith("the first") else [_turned(m, measure) for m in found]
        )
        readings[direction] = combined(
            [
                judge(
                    what,
                    value,
                    _of([m[i] for m in turned]),
                    source=f"{source}, {direction}",
                    formula=_RATIO[measure] if i == 0 else "",
                )
                for i, (what, value) in enumerate(printed.items())
                if value is not None
            ]
        )
    return _most_favourable(readings, bounds=False)


_RATIO = {
    "odds ratio": r"\frac{a/(n_1 - a)}{b/(n_2 - b)}",
    "risk ratio": r"\frac{a/n_1}{b/n_2}",
    "risk difference": r"\frac{a}{n_1} - \frac{b}{n_2}",
}


def _measured(table: np.ndarray, measure: str, level: Number) -> tuple[float, float, float] | None:
    """Return a measure of a 2×2 table with its interval, None where a cell that it needs is 0."""
    (a, c), (b, d) = table.tolist()
    n_1, n_2 = a + c, b + d
    if not (n_1 and n_2):
        return None
    z = stats.norm.isf((1 - read(level).value) / 2)
    if measure == "risk difference":
        value = a / n_1 - b / n_2
        half = z * sqrt(a * c / n_1**3 + b * d / n_2**3)
        return value, value - half, value + half
    if not (a and b) or (measure == "odds ratio" and not (c and d)):
        return None
    value = a * d / (b * c) if measure == "odds ratio" else a / n_1 / (b / n_2)
    rest = 1 / c + 1 / d if measure == "odds ratio" else -1 / n_1 - 1 / n_2
    half = z * sqrt(max(0.0, 1 / a + 1 / b + rest))
    return value, exp(log(value) - half), exp(log(value) + half)


def _turned(measured: tuple[float, float, float], measure: str) -> tuple[float, float, float]:
    value, lower, upper = measured
    if measure == "risk difference":
        return -value, -upper, -lower
    return 1 / value, 1 / upper, 1 / lower

"""Proofs about the tables of a binary logistic regression: coefficients, fit, calibration, c.

What can be said of one coefficient without the data is in `erfm.paper.bounds`; here printed numbers
of the same table are held against each other. All are taken to be of one converged
maximum-likelihood fit with a constant, each case counted once, and intervals and p-values to be
Wald's, as SPSS prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import exp, inf, log

from scipy import special

from erfm.paper.arithmetic import Number, Span, order_sign, tex
from erfm.paper.intervals import (
    SLACK,
    agreement,
    combined,
    count,
    decimals_of,
    figure,
    judge,
    meet,
    missing,
    negative,
    overlap,
    read,
    share_span,
    shown,
    sizes,
)
from erfm.paper.recomputed import NEAR, possible_p, two_sided_z
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE, Verdict

NOT_EQUAL = r"\neq"
HOSMER_LEMESHOW_DF = range(1, 11)
"""Degrees of freedom that a Hosmer–Lemeshow test may have with up to ten groups, SPSS's most."""


# --- One coefficient ------------------------------------------------------------------------------


def examine_odds_ratio(*, odds_ratio: Number, b: Number) -> Verdict:
    """Examine an odds ratio against its coefficient: OR = exp(B), which rises with B.

    Both must be for the same unit: per ten years the odds ratio is exp(10 B).
    """
    return judge(
        "the odds ratio",
        odds_ratio,
        _exp(read(b)),
        source=f"B = {b}",
        formula=rf"e^{{{tex(b)}}}",
        needed=_other_unit(read(odds_ratio), read(b)),
    )


def _other_unit(odds_ratio: Span, b: Span) -> str:
    """Say for which change of the variable an odds ratio would be that of B."""
    if odds_ratio.lower <= 0 or b.lower <= 0 <= b.upper:
        return ""
    units = log(odds_ratio.value) / b.value
    if overlap(odds_ratio, _exp(_minus(b))):
        return "It is exp(−B): one of the two may be for the other direction."
    return f"It would be that of a change by {figure(units, 2)} units." if units > 0 else ""


def _exp(span: Span) -> Span:
    return Span(*(exp(min(end, 700.0)) for end in span))


def _minus(span: Span) -> Span:
    return Span(-span.upper, -span.value, -span.lower)


def _log(span: Span) -> Span:
    """Return the logarithm of a ratio; an end at or below zero is as small as can be."""
    return Span(*(log(end) if end > 0 else -inf for end in span))


def _z(level: Number) -> Span:
    """Return the normal quantile of a confidence level, or its usual two decimals."""
    exact = float(special.ndtri((1 + share_span(level).value) / 2))
    ends = sorted((exact, round(exact, 2)))
    return Span(ends[0], exact, ends[1])


def examine_odds_ratio_interval(
    *,
    lower: Number,
    upper: Number,
    odds_ratio: Number | None = None,
    b: Number | None = None,
    standard_error: Number | None = None,
    level: Number = "95%",
    kind: str = "wald",
) -> Verdict:
    """Examine a confidence interval of an odds ratio: its centre, its symmetry and its width.

    Wald's interval is exp(B ± z SE). On the log scale its middle is B, so OR² = lower · upper, and
    half its length is z SE. What is printed confines B to [b₁, b₂], h = z SE to [h₁, h₂], B - h to
    [l₁, l₂] and B + h to [u₁, u₂]; elimination of h (Fourier and Motzkin) leaves

        max(b₁, l₁ + h₁, u₁ - h₂, (l₁ + u₁)/2) ≤ min(b₂, u₂ - h₁, l₂ + h₂, (l₂ + u₂)/2),

    which holds if and only if one B and one SE fit everything at once.

    Parameters
    ----------
    lower, upper : number
        The interval as printed.
    odds_ratio, b, standard_error : number, optional
        At least one.
    level : number
        Confidence; z may have been rounded to two decimals.
    kind : str
        "wald", or "other" where the paper says so: an interval from the profile likelihood or the
        bootstrap is not symmetric, and only has to contain the odds ratio.
    """
    if refuted := negative(
        odds_ratio=odds_ratio, lower_end=lower, upper_end=upper, standard_error=standard_error
    ):
        return refuted
    centre = [] if odds_ratio is None else [_log(read(odds_ratio))]
    centre += [] if b is None else [read(b)]
    if not centre and standard_error is None:
        return missing(f"the interval ({lower}, {upper})", ["the odds ratio, B or its SE"])
    z, low, high = _z(level), _log(read(lower)), _log(read(upper))
    beside = {"OR": odds_ratio, "B": b, "SE": standard_error}
    named = [f"{what} {value}" for what, value in beside.items() if value is not None]
    given = f"{', '.join(named)} and ({lower}, {upper}), {level}"
    if low.lower > high.upper or any(c.upper < low.lower or c.lower > high.upper for c in centre):
        return Verdict(
            CONTRADICTS,
            f"An interval contains its estimate: {given} do not fit.",
            rf"\mathrm{{OR}} \notin [{tex(lower)}, {tex(upper)}]",
            "An interval with the odds ratio between its ends.",
        )
    if kind != "wald":
        return Verdict(
            CANNOT_BE_JUDGED,
            f"The interval contains the odds ratio ({given}); one that is not Wald's need not be "
            "symmetric on the log scale.",
            what_would_have_to_be_true="Wald's interval would have to be printed.",
        )
    middle = meet([*centre, Span(-inf, 0.0, inf)])
    half = Span(0.0, 0.0, inf)
    if standard_error is not None:
        se = read(standard_error)
        half = Span(max(0.0, z.lower * se.lower), z.value * se.value, z.upper * se.upper)
    mean = Span(*((a + b) / 2 for a, b in zip(low, high, strict=True)))
    first = max(middle.lower, low.lower + half.lower, high.lower - half.upper, mean.lower)
    last = min(middle.upper, high.upper - half.lower, low.upper + half.upper, mean.upper)
    fits = first <= last + SLACK
    errors = _standard_errors(low, high, z)
    coarse = fits and _coarse(centre, _exp(mean), standard_error, errors)
    decimals = decimals_of(upper) + 1
    at, se_text = shown(_exp(mean), decimals), shown(errors, decimals)
    needed = (
        f"An odds ratio of {at} and a standard error of {se_text}, or an interval that is not "
        "Wald's, from the profile likelihood for example."
    )
    return Verdict(
        CONTRADICTS if not fits else CANNOT_BE_JUDGED if coarse else HOLDS,
        f"On the log scale the middle of ({lower}, {upper}) is at an odds ratio of {at}, and half "
        f"its length is {z.value:.3f} standard errors of {se_text}; {given} are printed."
        + (" They are printed too coarsely to confirm it." if coarse else ""),
        r"\ln\mathrm{lower} + \ln\mathrm{upper} = 2B, \qquad "
        r"\ln\mathrm{upper} - \ln\mathrm{lower} = 2 z\, \mathrm{SE}"
        + ("" if fits else r"\quad \text{fail}"),
        needed if not fits else "More digits would have to be printed." if coarse else "",
        {"odds_ratio": exp(mean.value), "standard_error": errors.value},
    )


def _standard_errors(low: Span, high: Span, z: Span) -> Span:
    """Return the standard errors that the logarithms of an interval's ends allow."""
    middle = high.value - low.value if low.value > -inf else 0.0
    return Span(
        max(0.0, high.lower - low.upper) / (2 * z.upper),
        middle / (2 * z.value),
        (high.upper - low.lower) / (2 * z.lower),
    )


def _coarse(centre: Sequence[Span], at: Span, standard_error: Number | None, lengths: Span) -> bool:
    """Return whether an interval's ends say too little about its centre and its length."""
    verdicts = [agreement(_exp(c), at) for c in centre]
    if standard_error is not None:
        verdicts.append(agreement(read(standard_error), lengths))
    return HOLDS not in verdicts


def examine_wald(
    *,
    b: Number,
    standard_error: Number,
    wald: Number | None = None,
    z: Number | None = None,
) -> Verdict:
    """Examine Wald's statistic (B/SE)², or z = B/SE, against B and SE.

    It rises with the size of B and falls with SE, so its ends are at theirs.
    """
    if refuted := negative(standard_error=standard_error, wald=wald):
        return refuted
    if wald is None and z is None:
        return missing(f"B = {b} with SE = {standard_error}", ["Wald's statistic or z"])
    verdicts = []
    for what, value, power in (("Wald's statistic", wald, 2), ("z", z, 1)):
        if value is not None:
            verdicts.append(
                judge(
                    what,
                    value,
                    Span(*(size**power for size in _ratio(read(b), read(standard_error)))),
                    source=f"B = {b} and SE = {standard_error}",
                    formula=rf"\left(\frac{{{tex(b)}}}{{{tex(standard_error)}}}\right)^{power}",
                    near=0.1,
                    claimed=sizes(read(value)),
                    needed=_swapped(read(value), power, b, standard_error),
                )
            )
    return combined(verdicts)


def _swapped(claimed: Span, power: int, b: Number, standard_error: Number) -> str:
    """Say if z stands where its square should, or the other way round."""
    other = Span(*(size ** (3 - power) for size in _ratio(read(b), read(standard_error))))
    if not overlap(sizes(claimed), other):
        return ""
    return "It may be z = B/SE." if power == 2 else "It may be Wald's statistic, the square of z."


def _ratio(b: Span, standard_error: Span) -> Span:
    """Return the sizes of B/SE that printed numbers allow."""
    se = [max(end, 0.0) for end in standard_error]
    return Span(
        b.least_size / se[2] if se[2] else 0.0,
        abs(b.value) / se[1] if se[1] else inf,
        b.largest_size / se[0] if se[0] else inf,
    )


def examine_coefficient_p(
    *,
    p: Number,
    wald: Number | None = None,
    df: Number = 1,
    b: Number | None = None,
    standard_error: Number | None = None,
    odds_ratio: Number | None = None,
    lower: Number | None = None,
    upper: Number | None = None,
    level: Number = "95%",
) -> Verdict:
    """Examine a coefficient's p-value against all that is printed beside it.

    p is that of Wald's statistic on `df` degrees of freedom; for one, that of z = B/SE, and with
    Wald's interval SE = ln(upper/lower)/(2 z₀.₉₇₅) and B = ln OR. Each source is judged by itself.
    The p of a likelihood ratio test, which SPSS prints elsewhere, is another.

    Parameters
    ----------
    p : number
        As printed.
    wald, df, b, standard_error, odds_ratio, lower, upper, level : number, optional
        Wald's statistic, or B (or OR) and SE (or the interval).
    """
    if refuted := negative(
        odds_ratio=odds_ratio, lower_end=lower, upper_end=upper, standard_error=standard_error
    ):
        return refuted
    sources: list[tuple[str, Span, str]] = []
    if wald is not None:
        sources.append(
            (f"Wald = {wald} on {df} df", possible_p("chi2", wald, [df]), r"P(\chi^2 \ge W)")
        )
    effects = [("B", b, read(b))] if b is not None else []
    if odds_ratio is not None:
        effects.append(("OR", odds_ratio, _log(read(odds_ratio))))
    errors = [("SE", standard_error, read(standard_error))] if standard_error is not None else []
    if lower is not None and upper is not None:
        width = _standard_errors(_log(read(lower)), _log(read(upper)), _z(level))
        errors.append(("interval", f"({lower}, {upper})", width))
    for effect, effect_text, coefficient in effects:
        for error, error_text, se in errors:
            sizes = _ratio(coefficient, se)
            ps = Span(*(two_sided_z(z) for z in (sizes.upper, sizes.value, sizes.lower)))
            text = f"{effect} {effect_text} and {error} {error_text}"
            sources.append((text, ps, r"P(\lvert z \rvert \ge \lvert B \rvert / \mathrm{SE})"))
    if not sources:
        return missing(f"p = {p}", ["Wald's statistic, or B or OR with SE or interval"])
    return combined(
        [
            judge(
                "p",
                p,
                implied,
                source=source,
                formula=formula,
                near=NEAR,
                needed="It may be that of another test than Wald's.",
            )
            for source, implied, formula in sources
        ]
    )


# --- The fit --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reading:
    """What some printed numbers say of a quantity; a bound alone confirms nothing."""

    names: tuple[str, ...]
    span: Span
    bound: bool = False


def null_deviance(n: int, events: int) -> float:
    """Return -2 log-likelihood of the constant alone: -2 [e ln(e/n) + (n - e) ln((n - e)/n)]."""
    return -2 * float(special.xlogy(events, events / n) + special.xlogy(n - events, 1 - events / n))


def examine_fit(
    *,
    n: Number | None = None,
    events: Number | None = None,
    minus2_log_likelihood: Number | None = None,
    null_minus2_log_likelihood: Number | None = None,
    chi_square: Number | None = None,
    df: Number | None = None,
    p: Number | None = None,
    cox_snell: Number | None = None,
    nagelkerke: Number | None = None,
    mcfadden: Number | None = None,
) -> Verdict:
    """Examine -2 log-likelihood, omnibus χ² and pseudo-R² against each other, n and the outcome.

    With D and D₀ the -2 log-likelihoods of the model and of the constant alone, X = D₀ - D:

    - Cox and Snell's R² = 1 - exp(-X/n) (1989), so X = -n ln(1 - R²);
    - Nagelkerke's (1991) divides it by its maximum 1 - exp(-D₀/n), so D₀ follows from both;
    - McFadden's (1974) is X/D₀;
    - D₀ is fixed by n and the number with the outcome (see `null_deviance`), and at most 2 n ln 2;
      so is D, since the model fits at least as well as its constant.

    From what is printed follow intervals for X and D₀, each from a pair of numbers; two that have
    nothing in common refute, and the verdict names both pairs.

    Parameters
    ----------
    n : number
        Cases that the model was fitted to.
    events : number
        Cases with the outcome.
    minus2_log_likelihood, null_minus2_log_likelihood : number
        D and D₀.
    chi_square, df, p : number
        X, the omnibus test of the model.
    cox_snell, nagelkerke, mcfadden : number
        Pseudo-R².
    """
    printed = {
        "n": n,
        "events": events,
        "−2LL": minus2_log_likelihood,
        "−2LL of the constant": null_minus2_log_likelihood,
        "χ²": chi_square,
        "Cox–Snell R²": cox_snell,
        "Nagelkerke R²": nagelkerke,
        "McFadden R²": mcfadden,
    }
    given = {name: value for name, value in printed.items() if value is not None}
    if refuted := _no_fit(given):
        return refuted
    verdicts = _fit_verdicts(given)
    if p is not None and chi_square is not None and df is not None:
        verdicts.append(examine_omnibus(chi_square=chi_square, df=df, p=p))
    if not verdicts:
        return missing("the fit", ["two numbers that imply each other, with n"])
    return combined(verdicts)


def _no_fit(given: dict[str, Number]) -> Verdict | None:
    """Return what no fit can have: no cases, more events than cases, a pseudo-R² above 1."""
    if "n" in given and count(given["n"]) == 0:
        return Verdict(IMPOSSIBLE, "No cases have no fit.", "n = 0", "At least one case.")
    if {"n", "events"} <= set(given) and count(given["events"]) > count(given["n"]):
        return Verdict(
            CONTRADICTS,
            f"{given['events']} events are more than n = {given['n']} cases.",
            f"{count(given['events'])} > {count(given['n'])}",
            "Fewer events, or more cases.",
        )
    for name, value in given.items():
        if name.endswith("R²") and (read(value).lower > 1 or read(value).upper < 0):
            return Verdict(
                IMPOSSIBLE,
                f"{name} lies between 0 and 1; {value} is printed.",
                rf"{tex(value)} \notin [0, 1]",
                f"{name} between 0 and 1.",
            )
    return None


def examine_omnibus(*, chi_square: Number, df: Number, p: Number) -> Verdict:
    """Examine the p of an omnibus (likelihood ratio) test: that of χ² on its df."""
    return judge(
        "p",
        p,
        possible_p("chi2", chi_square, [df]),
        source=f"χ² = {chi_square} on {df} degrees of freedom",
        formula=rf"P(\chi^2_{{{df}}} \ge {tex(chi_square)})",
        near=NEAR,
    )


def _fit_verdicts(given: dict[str, Number]) -> list[Verdict]:
    """Compare everything that printed numbers say of X and of D₀."""
    n = count(given["n"]) if "n" in given else None
    chi = _chi_square_readings(given, n)
    null = _null_readings(given, n)
    if "−2LL" in given:
        # Each X gives a D₀ and the other way round; each rests on other numbers than the rest.
        deviance = read(given["−2LL"])
        more = [_Reading((*c.names, "−2LL"), _add(deviance, c.span)) for c in chi]
        chi += [
            _Reading((*d.names, "−2LL"), _add(d.span, _minus(deviance)))
            for d in null
            if not d.bound
        ]
        null += [*more, _Reading(("−2LL",), Span(deviance.lower, deviance.value, inf), bound=True)]
    if "McFadden R²" in given:
        r2 = read(given["McFadden R²"])
        chi += [
            _Reading((*d.names, "McFadden R²"), _times(d.span, r2)) for d in null if not d.bound
        ]
    verdicts = _pairs("the omnibus χ²", chi) + _pairs("−2LL of the constant", null)
    if n is not None and "Nagelkerke R²" in given and chi:
        verdicts += _nagelkerke(given, n, chi, null)
    return verdicts


def _add(one: Span, other: Span) -> Span:
    return Span(one.lower + other.lower, one.value + other.value, one.upper + other.upper)


def _times(one: Span, other: Span) -> Span:
    """Return the product of two intervals that are not negative."""
    ends = [max(a, 0.0) * max(b, 0.0) for a, b in zip(one, other, strict=True)]
    return Span(*ends)


def _chi_square_readings(given: dict[str, Number], n: int | None) -> list[_Reading]:
    chi = [_Reading(("χ²",), read(given["χ²"]))] if "χ²" in given else []
    if "Cox–Snell R²" in given and n is not None:
        r2 = read(given["Cox–Snell R²"])
        ends = (-n * log(1 - end) if end < 1 else inf for end in r2)
        chi.append(_Reading(("Cox–Snell R²", "n"), Span(*ends)))
    return chi


def _null_readings(given: dict[str, Number], n: int | None) -> list[_Reading]:
    null = []
    if "−2LL of the constant" in given:
        null.append(_Reading(("−2LL of the constant",), read(given["−2LL of the constant"])))
    if n is not None and "events" in given and count(given["events"]) <= n:
        exactly = null_deviance(n, count(given["events"]))
        null.append(_Reading(("n", "events"), Span(exactly, exactly, exactly)))
    elif n is not None:
        most = 2 * n * log(2)
        null.append(_Reading(("n",), Span(0.0, most, most), bound=True))
    return null


def _pairs(what: str, readings: Sequence[_Reading]) -> list[Verdict]:
    """Compare all pairs of readings of a quantity that do not rest on the same numbers."""
    compared: dict[frozenset[str], Verdict] = {}
    for one, other in combinations(readings, 2):
        names = frozenset((*one.names, *other.names))
        verdict = _pair(what, one, other)
        if set(one.names) != set(other.names) and (verdict.refuted or names not in compared):
            compared[names] = verdict
    return list(compared.values())


def _pair(what: str, one: _Reading, other: _Reading) -> Verdict:
    if not overlap(one.span, other.span):
        verdict = CONTRADICTS
    elif one.bound or other.bound:
        verdict = CANNOT_BE_JUDGED
    else:
        both = agreement(one.span, other.span), agreement(other.span, one.span)
        verdict = HOLDS if HOLDS in both else CANNOT_BE_JUDGED
    refuted = verdict == CONTRADICTS
    return Verdict(
        verdict,
        f"{what[:1].upper()}{what[1:]} is {shown(one.span)} {_source(one)} and "
        f"{shown(other.span)} {_source(other)}.",
        _FIT[what] + (r"\quad \text{fails}" if refuted else ""),
        f"One of {_listed((*one.names, *other.names))} would have to be another."
        if refuted
        else "",
        {
            f"{what} ({_listed(one.names)})": one.span.value,
            f"{what} ({_listed(other.names)})": other.span.value,
        },
    )


_FIT = {
    "the omnibus χ²": r"X = D_0 - D = -n \ln(1 - R^2_{\mathrm{CS}})",
    "−2LL of the constant": r"D_0 = D + X \le 2 n \ln 2",
}


def _source(reading: _Reading) -> str:
    direct = len(reading.names) == 1 and not reading.bound
    return "as printed" if direct else f"from {_listed(reading.names)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _nagelkerke(
    given: dict[str, Number], n: int, chi: Sequence[_Reading], null: Sequence[_Reading]
) -> list[Verdict]:
    """Examine Nagelkerke's R², which rises with X and falls with D₀, from all that is known."""
    x, d = meet([c.span for c in chi]), meet([r.span for r in null])
    if x.lower > x.upper * (1 + 1e-9) or d.lower > d.upper * (1 + 1e-9):
        return []  # refuted already
    # A model fits at least as well as its constant, so D₀ ≥ X.
    d = Span(max(d.lower, x.lower, 0.0), d.value, d.upper)
    ends = (
        _nagelkerke_of(max(x.lower, 0.0), d.upper, n),
        _nagelkerke_of(max(x.value, 0.0), d.value, n),
        _nagelkerke_of(max(x.upper, 0.0), d.lower, n),
    )
    names = dict.fromkeys(name for r in (*chi, *null) for name in r.names)
    return [
        judge(
            "Nagelkerke's R²",
            given["Nagelkerke R²"],
            Span(ends[0], min(max(ends[1], ends[0]), ends[2]), ends[2]),
            source=", ".join(f"{k} {given[k]}" for k in names if k in given),
            formula=r"\frac{1 - e^{-X/n}}{1 - e^{-D_0/n}}",
        )
    ]


def _nagelkerke_of(x: float, d: float, n: int) -> float:
    most = 1 - exp(-d / n)
    return min(1.0, (1 - exp(-x / n)) / most) if most > 0 else 1.0


# --- Calibration and discrimination ---------------------------------------------------------------


def examine_hosmer_lemeshow(
    *, chi_square: Number, p: Number | None = None, df: Number | None = None,
    groups: Number | None = None, alpha: Number = "0.05", claim: str = "",
) -> Verdict:  # fmt: skip
    """Examine a Hosmer–Lemeshow χ² against its p, its degrees of freedom, and what is said of it.

    On the cases that the model was fitted to the statistic has groups - 2 degrees of freedom
    (Hosmer and Lemeshow 1980), on others as many as groups. Where they are not printed, all that
    are possible are tried. A small p rejects the fit.

    Parameters
    ----------
    chi_square, p, df, groups : number
        As printed.
    alpha : number
        Level at which the fit is rejected.
    claim : str
        "fits" if the paper says that the model fits, "does not fit" if it says that; "" if nothing.
    """
    verdicts = []
    tried = list(HOSMER_LEMESHOW_DF)
    if groups is not None:
        tried = [d for d in (count(groups) - 2, count(groups)) if d > 0]
    if df is not None:
        if groups is not None:
            verdicts.append(_hosmer_lemeshow_df(count(df), count(groups)))
        tried = [count(df)]
    if not tried or tried[0] < 1:
        return missing(f"χ² = {chi_square}", ["degrees of freedom above zero"])
    ps = {d: possible_p("chi2", chi_square, [d]) for d in tried}
    if p is not None:
        verdicts.append(_hosmer_lemeshow_p(chi_square, p, ps))
    if claim:
        verdicts.append(_hosmer_lemeshow_claim(chi_square, ps, claim, alpha))
    return (
        combined(verdicts) if verdicts else missing(f"χ² = {chi_square}", ["p, or df and groups"])
    )


def _hosmer_lemeshow_df(df: int, groups: int) -> Verdict:
    own, others = df == groups - 2, df == groups
    return Verdict(
        HOLDS if own else CANNOT_BE_JUDGED if others else CONTRADICTS,
        f"{groups} groups leave {groups - 2} degrees of freedom on the cases that the model was "
        f"fitted to, {groups} on others; {df} are printed.",
        rf"{groups} - 2 {'=' if own else NOT_EQUAL} {df}",
        ""
        if own
        else "A test on cases that the model was not fitted to."
        if others
        else f"{groups - 2} degrees of freedom, or {df + 2} groups.",
    )


def _hosmer_lemeshow_p(chi_square: Number, p: Number, ps: dict[int, Span]) -> Verdict:
    fitting = {d: span for d, span in ps.items() if overlap(read(p), span)}
    # Where none fits, the nearest: p rises with the degrees of freedom.
    nearest = min(ps, key=lambda d: abs(ps[d].value - read(p).value))
    d = next(iter(fitting), nearest)
    verdict = judge(
        "p",
        p,
        ps[d],
        source=f"a Hosmer–Lemeshow χ² of {chi_square} on {d} degrees of freedom"
        + ("" if len(ps) == 1 or fitting else ", with which it comes nearest"),
        formula=rf"P(\chi^2_{{{d}}} \ge {tex(chi_square)})",
        near=NEAR,
    )
    if len(fitting) > 1 and verdict.verdict == HOLDS:
        return Verdict(
            CANNOT_BE_JUDGED,
            f"{verdict.reason} Other degrees of freedom fit as well.",
            verdict.inequality,
            "The degrees of freedom would have to be printed.",
            verdict.numbers,
        )
    return verdict


def _hosmer_lemeshow_claim(
    chi_square: Number, ps: dict[int, Span], claim: str, alpha: Number
) -> Verdict:
    level = read(alpha).value
    rejected = all(span.upper < level for span in ps.values())
    accepted = all(span.lower >= level for span in ps.values())
    wanted, other = (accepted, rejected) if claim == "fits" else (rejected, accepted)
    largest = max(span.upper for span in ps.values())
    least = min(span.lower for span in ps.values())
    return Verdict(
        HOLDS if wanted else CONTRADICTS if other else CANNOT_BE_JUDGED,
        f"A Hosmer–Lemeshow χ² of {chi_square} has p of {shown(Span(least, least, largest))} on "
        f"{' to '.join(map(str, dict.fromkeys((min(ps), max(ps)))))} degrees of freedom; below "
        f"{alpha} it rejects the fit. The paper says that the model {claim}.",
        rf"P(\chi^2_{{{max(ps)}}} \ge {tex(chi_square)}) "
        f"{order_sign(largest, level)} {tex(alpha)}",
        "" if wanted else "Another statistic, or another reading of its p.",
        {"p (lower)": least, "p (upper)": largest},
    )


def auc_bounds(sensitivity: Sequence[float], specificity: Sequence[float]) -> tuple[float, float]:
    """Return the least and the largest area under a ROC curve through given points.

    The curve rises from (0, 0) to (1, 1), so to the right of a point it is no lower than the point
    and to the left no higher: the area lies between those of two staircases. With one point these
    are sensitivity · specificity and 1 - (1 - sensitivity)(1 - specificity). That the curve be
    concave is not assumed: a fitted model's need not be, on new cases least of all. Ties, which
    count half, make it straight between two points of its own and keep it within the staircases.
    """
    points = sorted(
        {
            (0.0, 0.0),
            (1.0, 1.0),
            *((1 - q, s) for s, q in zip(sensitivity, specificity, strict=True)),
        }
    )
    pairs = list(pairwise(points))
    lower = sum((right[0] - left[0]) * left[1] for left, right in pairs)
    upper = sum((right[0] - left[0]) * right[1] for left, right in pairs)
    return lower, upper


def examine_c_statistic(
    *,
    c: Number,
    sensitivity: Number | Sequence[Number],
    specificity: Number | Sequence[Number],
) -> Verdict:
    """Examine a c statistic (area under the ROC curve) against points of the curve.

    Proof: see `auc_bounds`, with each sensitivity and specificity at its least for the lower bound
    and at its largest for the upper one; both bounds rise with both. All must be of the same cases
    and the same predictions.

    Parameters
    ----------
    c : number
        As printed; a percentage is one.
    sensitivity, specificity : number or sequence of number
        Of one or several cut-offs, in the same order.
    """
    sens = [sensitivity] if isinstance(sensitivity, str | int | float) else list(sensitivity)
    spec = [specificity] if isinstance(specificity, str | int | float) else list(specificity)
    points = [(share_span(s), share_span(q)) for s, q in zip(sens, spec, strict=True)]
    least = auc_bounds(
        [max(0.0, s.lower) for s, _ in points], [max(0.0, q.lower) for _, q in points]
    )[0]
    largest = auc_bounds(
        [min(1.0, s.upper) for s, _ in points], [min(1.0, q.upper) for _, q in points]
    )[1]
    claimed = share_span(c)
    refuted = claimed.upper < least - 1e-9 or claimed.lower > largest + 1e-9
    impossible = claimed.lower > 1 or claimed.upper < 0
    listed = "; ".join(f"({s}, {q})" for s, q in zip(sens, spec, strict=True))
    return Verdict(
        IMPOSSIBLE if impossible else CONTRADICTS if refuted else CANNOT_BE_JUDGED,
        f"With sensitivity and specificity {listed} the c statistic is between {least:.3f} and "
        f"{largest:.3f}; {c} is printed.",
        rf"{least:.3f} \le c \le {largest:.3f}",
        f"A c statistic between {least:.3f} and {largest:.3f}, or one of other cases or other "
        "predictions."
        if refuted
        else "",
        {"least": least, "largest": largest},
    )

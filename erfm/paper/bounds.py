"""Proofs from what no data can exceed: bounds on moments and on the information about a slope.

As in `erfm.paper.arithmetic`, a number given as printed text stands for all values that are printed
so. What is beyond a bound contradicts the numbers from which the bound follows: it is impossible
together with them, and not by itself.

B is a coefficient of a binary logistic regression with retention (1 = retained), sd the standard
deviation of its variable with divisor n - 1, n the number of customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, exp, inf, log, pi, sqrt

from scipy import stats

from erfm.descriptives import standard_error_of_kurtosis
from erfm.formats import number, percent
from erfm.paper.arithmetic import Number, Span, equal_sign, order_sign, span, tex
from erfm.paper.printed_numbers import compared
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, Verdict

VALUES_NEEDED = "The values themselves would have to be published."
"""What it takes to judge a moment that no bound refutes."""

SAS_DIVISOR = pi / sqrt(3)
"""The standard deviation of the logistic distribution, by which SAS divides B · sd."""


def largest_z(n: int, minimum: Number, maximum: Number, mean: Number, sd: Number) -> Span:
    """Return how many sds the farther extreme lies from the mean; these sds have divisor n."""
    low, high, centre, spread = span(minimum), span(maximum), span(mean), span(sd)
    factor = sqrt(n / (n - 1))
    return Span(
        factor * max(high.lower - centre.upper, centre.lower - low.upper) / spread.upper,
        factor * max(high.value - centre.value, centre.value - low.value) / spread.value,
        factor * max(high.upper - centre.lower, centre.upper - low.lower) / spread.lower,
    )


def skewness_bound(z: float, n: int) -> float:
    """Return a bound on the size of SPSS's skewness G1 if no value is farther than z sds.

    g1 = mean(z³) is at most max|z| · mean(z²) = max|z|, and G1 = g1 √(n(n-1)) / (n-2). `z` is in
    sds with divisor n.
    """
    return z * sqrt(n * (n - 1)) / (n - 2)


def largest_skewness(z: float, n: int) -> float:
    """Return the largest skewness G1 if no value lies above z sds (divisor n).

    (z - zᵢ)(zᵢ + 1/z)² ≥ 0, averaged over all customers, gives g1 ≤ z - 1/z; customers at z and
    at -1/z only attain it.
    """
    return skewness_bound(z - 1 / z, n)


def examine_skewness(
    skewness: Number, *, n: int, minimum: Number, maximum: Number, mean: Number, sd: Number
) -> Verdict:
    """Examine a skewness G1 against the range: ``|G1| ≤ max|x - mean| / sd · n / (n-2)``."""
    farthest = largest_z(n, minimum, maximum, mean, sd)
    z, bound = farthest.value * sqrt((n - 1) / n), skewness_bound(farthest.value, n)
    refuted = span(skewness).least_size > skewness_bound(farthest.upper, n)
    needed = abs(span(skewness).value) * (n - 2) / n * span(sd).value
    return Verdict(
        CONTRADICTS if refuted else CANNOT_BE_JUDGED,
        f"No value lies farther than {z:.3f} standard deviations from the mean, so no skewness is "
        f"larger than {bound:.3f}; {skewness} is printed.",
        rf"\lvert\mathrm{{skewness}}\rvert \le \max\lvert z\rvert\, \frac{{n}}{{n-2}} = "
        rf"{z:.3f} \cdot \frac{{{n}}}{{{n - 2}}} = {bound:.3f} "
        rf"{order_sign(bound, abs(span(skewness).value))} {tex(skewness)}",
        f"A value at least {needed:.1f} from the mean: a maximum of "
        f"{span(mean).value + needed:.1f} or more."
        if refuted
        else VALUES_NEEDED,
        {"z": z, "bound": bound, "sharp_bound": largest_skewness(farthest.value, n)},
    )


def least_kurtosis_given_skewness(skewness: float, n: int) -> float:
    """Return the least excess kurtosis G2 with this skewness G1 (Pearson's inequality).

    mean(z⁴) ≥ g1² + 1, with g1 = G1 (n-2) / √(n(n-1)).
    """
    return _excess_kurtosis(skewness**2 * (n - 2) ** 2 / (n * (n - 1)) + 1, n)


def least_kurtosis_given_extreme(z: float, n: int) -> float:
    """Return the least excess kurtosis G2 if one customer lies z ≥ 1 sds (divisor n) from the mean.

    That customer adds z⁴/n to mean(z⁴). The other squares add up to n - z², and the mean of their
    squares is at least their squared mean.
    """
    return _excess_kurtosis((z**4 + (n - z**2) ** 2 / (n - 1)) / n, n)


def _excess_kurtosis(kurtosis: float, n: int) -> float:
    """Return SPSS's G2 for the kurtosis mean(z⁴)."""
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (kurtosis - 3) + 6)


def examine_kurtosis(
    kurtosis: str,
    *,
    skewness: Number,
    n: int,
    minimum: Number,
    maximum: Number,
    mean: Number,
    sd: Number,
) -> Verdict:
    """Examine an excess kurtosis G2 against the range, against the skewness, and as a misreading.

    A contradiction if below what the farthest value alone brings, or below Pearson's bound. The
    misreading is the standard error, which SPSS prints beside the kurtosis.
    """
    claimed = span(kurtosis)
    pearson = least_kurtosis_given_skewness(span(skewness).least_size, n)
    extreme = least_kurtosis_given_extreme(
        max(1.0, largest_z(n, minimum, maximum, mean, sd).lower), n
    )
    standard_error = standard_error_of_kurtosis(n)
    refuted = claimed.upper < max(extreme, pearson)
    misread = compared(standard_error, kurtosis).agrees
    return Verdict(
        CONTRADICTS if refuted else CANNOT_BE_JUDGED,
        f"The farthest value alone makes the excess kurtosis at least {extreme:.2f}, the printed "
        f"skewness at least {pearson:.1f}; {kurtosis} is printed. The standard error of kurtosis "
        f"is {standard_error:.4f}.",
        rf"\mathrm{{kurtosis}} \ge \frac{{1}}{{n}}\left(z^4 + \frac{{(n-z^2)^2}}{{n-1}}\right) - 3 "
        rf"\approx {extreme:.2f}, \qquad \mathrm{{kurtosis}} \ge \mathrm{{skewness}}^2 - 2 \approx "
        rf"{pearson:.1f}, \qquad \mathrm{{SE}} = {standard_error:.4f}",
        f"{skewness} is the kurtosis and {kurtosis} its standard error, and the skewness is not "
        "printed."
        if refuted and misread
        else f"An excess kurtosis of at least {max(extreme, pearson):.2f}."
        if refuted
        else VALUES_NEEDED,
        {"extreme": extreme, "pearson": pearson, "standard_error": standard_error},
    )


def examine_mean_and_sd(
    mean: Number, sd: Number, *, n: int, minimum: Number, maximum: Number
) -> Verdict:
    """Examine a mean and an sd against the range: sd² ≤ (max - mean)(mean - min) n / (n-1)."""
    low, high, centre, spread = span(minimum), span(maximum), span(mean), span(sd)
    middle = min(max((low.value + high.value) / 2, centre.lower), centre.upper)
    largest = sqrt(max(0.0, (high.upper - middle) * (middle - low.lower)) * n / (n - 1))
    return Verdict(
        CONTRADICTS if spread.lower > largest else CANNOT_BE_JUDGED,
        f"With this range and mean the standard deviation is at most {largest:.2f}; {sd} is "
        "printed.",
        rf"s \le \sqrt{{(\max - \bar x)(\bar x - \min)\, \tfrac{{n}}{{n-1}}}} = {largest:.2f}",
        f"A standard deviation of at most {largest:.2f}."
        if spread.lower > largest
        else VALUES_NEEDED,
        {"largest_sd": largest},
    )


def least_standard_error(sd: float, n: int) -> float:
    """Return the least possible standard error of B: 2 / (sd √(n-1)).

    A customer's weight p(1 - p) is at most ¼, so the information about B is at most ¼ Σ(x - x̄)²
    = ¼ (n-1) sd². Other variables in the model can only take information away.
    """
    return 2 / (sd * sqrt(n - 1))


def narrowest_interval(
    odds_ratio: float, sd: float, n: int, level: float = 0.95
) -> tuple[float, float]:
    """Return the narrowest Wald interval that the odds ratio of a variable can have."""
    half = stats.norm.isf((1 - level) / 2) * least_standard_error(sd, n)
    return odds_ratio * exp(-half), odds_ratio * exp(half)


def examine_interval(
    odds_ratio: Number, lower: Number, upper: Number, *, sd: Number, n: int, level: Number = 0.95
) -> Verdict:
    """Examine the confidence interval of an odds ratio against the information bound.

    Where the sd is that of n customers and the model was fitted to some of them, the bound holds
    all the more: a part has no larger Σ(x - x̄)² than the whole.
    """
    confidence = span(level).value
    z = stats.norm.isf((1 - confidence) / 2)
    half = log(span(upper).upper / span(lower).lower) / 2
    least = z * least_standard_error(span(sd).upper, n)
    narrowest = narrowest_interval(span(odds_ratio).value, span(sd).value, n, confidence)
    sd_needed = span(sd).upper * least / half
    n_needed = ceil((least / half) ** 2 * (n - 1)) + 1
    level_possible = 1 - 2 * stats.norm.sf(z * half / least)
    return Verdict(
        CONTRADICTS if half < least else CANNOT_BE_JUDGED,
        f"Even {n} customers give no interval narrower than ({narrowest[0]:.4f}, "
        f"{narrowest[1]:.4f}) around {odds_ratio}; ({lower}, {upper}) is printed.",
        rf"\tfrac12 \ln\frac{{\mathrm{{upper}}}}{{\mathrm{{lower}}}} \le {tex(half)} "
        rf"{order_sign(half, least)} {tex(least)} = z\, \frac{{2}}{{s\sqrt{{n-1}}}}",
        f"A standard deviation of at least {sd_needed:.1f}, or {n_needed} customers, or a "
        f"confidence level of at most {percent(level_possible, 0)}."
        if half < least
        else "Only the standard error could confirm it.",
        {
            "lower": narrowest[0],
            "upper": narrowest[1],
            "half_width": half,
            "least_half_width": least,
            "sd_needed": sd_needed,
            "n_needed": n_needed,
            "level_possible": level_possible,
        },
    )


def examine_p_value(
    odds_ratio: Number, p_value: Number, *, n: int, sd: Number | None = None, largest: int = 1
) -> Verdict:
    """Examine an odds ratio and its Wald p-value: together they give SE(B) = ``|ln OR| / z``.

    Parameters
    ----------
    odds_ratio, p_value : number
    n : int
    sd : number, optional
        The variable's standard deviation; by default the largest that it can have.
    largest : int
        A variable without a printed sd counts from 0 to this, so that its sd is largest where one
        half of the customers has 0 and the other half this. By default it is an indicator. What
        would have to be true says how far a count without a limit would have to go.
    """
    ratio = span(odds_ratio)
    spread = largest * sqrt(n / (n - 1)) / 2 if sd is None else span(sd).upper
    b = Span(log(ratio.lower), log(ratio.value), log(ratio.upper)).largest_size
    z = stats.norm.isf(min(span(p_value).upper, 1.0) / 2)
    standard_error = b / z if z > 0 else inf
    least = least_standard_error(spread, n)
    sd_needed = spread * least / standard_error
    least_p = 2 * stats.norm.sf(b / least)
    count_needed = ceil(2 * sd_needed * sqrt((n - 1) / n))
    limit = "" if sd is not None else f"; a count would have to go to {count_needed} or more"
    kind = "an indicator" if sd is None else f"a variable with standard deviation {sd}"
    reason = (
        f"An odds ratio of {odds_ratio} with p = {p_value} means a standard error of at most "
        f"{standard_error:.4f}; {kind} cannot have one below {least:.3f} on {n} customers, nor "
        f"p below {least_p:.2f} with this odds ratio."
    )
    formula = (
        rf"\mathrm{{SE}}(B) = \frac{{\lvert\ln\mathrm{{OR}}\rvert}}{{z_p}} \le "
        rf"{tex(standard_error)} {order_sign(standard_error, least)} {tex(least)} = "
        r"\frac{2}{s\sqrt{n-1}}"
    )
    if sd is None and largest > 1:
        reason = (
            f"A count from 0 to {largest} cannot have a standard error below {least:.4f} on {n} "
            f"customers, nor p below {least_p:.2f} with an odds ratio of {odds_ratio}; p = "
            f"{p_value} is printed."
        )
        formula = (
            rf"s \le \tfrac{{{largest}}}{{2}}\sqrt{{\tfrac{{n}}{{n-1}}}}\colon\quad "
            rf"{tex(standard_error)} {order_sign(standard_error, least)} {tex(least)} = "
            r"\frac{2}{s\sqrt{n-1}}"
        )
    return Verdict(
        CONTRADICTS if standard_error < least else CANNOT_BE_JUDGED,
        reason,
        formula,
        f"A variable with a standard deviation of at least {sd_needed:.1f}{limit}."
        if standard_error < least
        else "Only the standard error could confirm them.",
        {
            "standard_error": standard_error,
            "least_standard_error": least,
            "least_p_value": least_p,
            "sd_needed": sd_needed,
        },
    )


def least_significant_effect(n: int, alpha: float = 0.05) -> float:
    """Return the least ``|B| · sd`` that a Wald test can find significant: z · 2 / √(n-1)."""
    return stats.norm.isf(alpha / 2) * least_standard_error(1.0, n)


def examine_standardised_significance(
    coefficient: Number, *, n: int, alpha: Number = 0.05
) -> Verdict:
    """Examine the standardised coefficient of a variable that is reported significant.

    Refuted only if too small both as B · sd and as SAS's B · sd / (π/√3). One that is standardised
    by the linear predictor, too, has no least size, and is nothing to examine here: the verdict
    says by how much B · sd would have to have been divided.
    """
    size = span(coefficient).largest_size
    least = least_significant_effect(n, span(alpha).value)
    least_sas = least / SAS_DIVISOR
    return Verdict(
        CONTRADICTS if size < least_sas else CANNOT_BE_JUDGED,
        f"Significant on {n} customers means a standardised coefficient of at least {least:.4f} "
        f"({least_sas:.4f} after division by π/√3); {coefficient} is printed.",
        rf"\lvert B\rvert s \ge z\, \frac{{2}}{{\sqrt{{n-1}}}} = {least:.4f}, \qquad "
        rf"{tex(coefficient)} {order_sign(size, least_sas)} "
        rf"\frac{{{least:.4f}}}{{\pi/\sqrt3}} = {least_sas:.4f}",
        f"The variable is not significant, or B · sd was divided by {least / size:.3g} or more."
        if size < least_sas
        else "Its p-value would have to be printed.",
        {"least": least, "least_sas": least_sas, "least_divisor": least / size},
    )


def examine_significant_variables(
    coefficients: Mapping[str, Number], *, n: int, alpha: Number = 0.05
) -> Verdict:
    """Examine a list of significant variables against their standardised coefficients, by name."""
    verdicts = {
        name: examine_standardised_significance(coefficient, n=n, alpha=alpha)
        for name, coefficient in coefficients.items()
    }
    too_small = [name for name, verdict in verdicts.items() if verdict.refuted]
    least_sas = least_significant_effect(n, span(alpha).value) / SAS_DIVISOR
    return Verdict(
        CONTRADICTS if too_small else CANNOT_BE_JUDGED,
        f"Of {', '.join(coefficients)}, these have too small a printed standardised coefficient to "
        f"be significant on {n} customers: {', '.join(too_small) or 'none'}.",
        rf"{'; '.join(tex(coefficients[name]) for name in too_small)} < {least_sas:.4f}"
        if too_small
        else "",
        "Standardised coefficients of at least this size, or fewer significant variables."
        if too_small
        else "Their p-values would have to be printed.",
        {name: span(coefficient).value for name, coefficient in coefficients.items()},
    )


def examine_standardised_against_odds_ratio(
    coefficient: Number, odds_ratio: Number, sd: Number
) -> Verdict:
    """Examine a standardised coefficient against ln OR · sd, by every definition on that scale.

    SAS divides it by π/√3 and Gelman doubles it; fully standardised coefficients are smaller than
    SAS's, so a coefficient above all three fits no definition.
    """
    ratio, spread = span(odds_ratio), span(sd)
    effect = log(ratio.value) * spread.value
    products = [abs(log(r) * s) for r in ratio for s in spread]
    fits = [
        scale * min(products) <= span(coefficient).largest_size
        and scale * max(products) >= span(coefficient).least_size
        for scale in (1.0, 1 / SAS_DIVISOR, 2.0)
    ]
    ratio_needed = exp(span(coefficient).value / spread.value)
    sd_needed = abs(span(coefficient).value / log(ratio.value))
    return Verdict(
        HOLDS if any(fits) else CONTRADICTS,
        f"An odds ratio of {odds_ratio} and a standard deviation of {sd} make {effect:.3f} "
        f"({effect / SAS_DIVISOR:.3f} after division by π/√3, {2 * effect:.3f} for two standard "
        f"deviations); {coefficient} is printed.",
        rf"\ln({tex(odds_ratio)}) \cdot {tex(sd)} = {effect:.3f} {equal_sign(any(fits))} "
        rf"{tex(coefficient)}",
        ""
        if any(fits)
        else f"An odds ratio of {ratio_needed:.3f}, or a standard deviation of {sd_needed:.1f}.",
        {
            "effect": effect,
            "effect_sas": effect / SAS_DIVISOR,
            "effect_two_sd": 2 * effect,
            "odds_ratio_needed": ratio_needed,
            "sd_needed": sd_needed,
        },
    )


def examine_log_odds_ratio(log_odds_ratio: Number, odds_ratio: Number) -> Verdict:
    """Examine what is called the natural logarithm of an odds ratio."""
    claimed, ratio = span(log_odds_ratio), span(odds_ratio)
    equal = log(ratio.lower) <= claimed.upper and claimed.lower <= log(ratio.upper)
    return Verdict(
        HOLDS if equal else CONTRADICTS,
        f"The natural logarithm of {odds_ratio} is "
        f"{number(log(ratio.value), '.3f')}; {log_odds_ratio} is printed.",
        rf"\ln({tex(odds_ratio)}) = {log(ratio.value):.3f} {equal_sign(equal)} "
        rf"{tex(log_odds_ratio)}",
        "" if equal else f"An odds ratio of exp({log_odds_ratio}) = {exp(claimed.value):.3f}.",
        {"log_odds_ratio": log(ratio.value), "odds_ratio_needed": exp(claimed.value)},
    )


def examine_zero_coefficient(
    *, decimals: int, n: int, rival_effect: float, alpha: Number = 0.05
) -> Verdict:
    """Examine a coefficient that is printed as zero.

    However important a variable is, a unit small enough makes its B print so. Its p-value does not
    depend on the unit.

    Parameters
    ----------
    decimals : int
        Decimals to which the software prints B.
    n : int
    rival_effect : float
        B · sd of another variable, to say from which sd on this one could matter as much.
    alpha : number
        Level of significance.
    """
    largest = 0.5 * 10.0**-decimals
    sd_significant = least_significant_effect(n, span(alpha).value) / largest
    return Verdict(
        CANNOT_BE_JUDGED,
        f"Any B smaller than {largest:g} prints as zero. If the standard deviation is "
        f"{sd_significant:.0f} units or more it can be significant all the same.",
        rf"\lvert B\rvert < {tex(largest)}, \qquad \lvert B\rvert s \ge {tex(largest)} \cdot "
        rf"{sd_significant:.0f} = z\, \frac{{2}}{{\sqrt{{n-1}}}}",
        "Its p-value would have to be printed, or B in a larger unit.",
        {
            "largest_b": largest,
            "sd_significant": sd_significant,
            "sd_rival": rival_effect / largest,
        },
    )

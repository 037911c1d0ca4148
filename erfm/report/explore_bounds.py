"""Make it possible: each bound of the examination, with its inputs for a reader to move.

"Possible" always means by this bound: others may exclude the same value. What is not possible
contradicts the inputs; a share that no whole number of customers has is impossible. As in
`erfm.paper.bounds`, an input with decimals stands for every number that rounds to it, and the
reading most favourable to the paper decides. Each bound has a function that examines a setting of
its inputs in Python.
"""

from __future__ import annotations

from math import log
from typing import Any

import altair as alt

from erfm.figures import GREY
from erfm.paper import bounds
from erfm.paper.arithmetic import counts_that_print
from erfm.paper.ledger import printed, printed_number
from erfm.paper.printed_numbers import PrintedNumber
from erfm.paper.verdict import Verdict
from erfm.report.explore_scale import (
    AS_PRINTED,
    COLOR,
    WIDTH,
    Input,
    Rows,
    Setting,
    bound_explorer,
    by_option,
    evenly,
    ladder,
    least_changes,
    sentence,
)
from erfm.report.explorer import Choice, Derived, Explorer, Slider, fixed, once


def _customers(key: str, high: float) -> Input:
    return Input("n", "Customers n", "n", ladder(100, high), printed(key))


def _half(number: PrintedNumber) -> str:
    """Return half a unit of a number's last decimal, for an expression."""
    return f"{0.5 * 10.0**-number.decimals:g}"


# --- The interval of an odds ratio ----------------------------------------------------------------


def examined_interval(setting: Setting) -> Verdict:
    """Examine the printed interval with other inputs: n, sd and level (%)."""
    decimals = printed_number("frequency_sd").decimals
    keys = ("frequency_or", "frequency_or_lower", "frequency_or_upper")
    ratio, lower, upper = (printed_number(key).text for key in keys)
    sd = f"{setting['sd']:.{decimals}f}"
    level = setting["level"] / 100
    return bounds.examine_interval(ratio, lower, upper, sd=sd, n=int(setting["n"]), level=level)


def interval() -> Explorer:
    """Return the explorer of the narrowest interval of Frequency's odds ratio."""
    sd, ratio = printed_number("frequency_sd"), printed_number("frequency_or")
    lower, upper = printed_number("frequency_or_lower"), printed_number("frequency_or_upper")
    inputs = [
        _customers("n_complete", 100_000),
        Input("sd", "Standard deviation of Frequency", "sd", ladder(2, 50), sd.value, sd.decimals),
        Input(
            "level", "Confidence level", "confidence level", evenly(50, 99, 1),
            100 * printed("confidence_level"), unit="%", compared="beside",
        ),
    ]  # fmt: skip
    first = examined_interval({one.name: one.at_first for one in inputs}).numbers
    ends = [f"{ratio.value} * exp({sign}half_shown)" for sign in ("-", "")]
    claimed = f"({lower.text}, {upper.text})"
    widest = f"{upper.upper - lower.lower:.4f}"
    return bound_explorer(
        inputs,
        least_changes(lambda setting: not examined_interval(setting).refuted, inputs),
        Rows(
            "Odds ratio for one more transaction",
            alt.Scale(domain=[1.03, 1.07], nice=False, zero=False),
            ticks=(),
            claimed=(f"{lower.lower}", f"{upper.upper}"),
            claimed_text=f"'Printed {claimed}'",
            # Around the middle of the printed one, so that one lies within the other if it can.
            now=("middle * exp(-least)", "middle * exp(least)"),
            now_text="'Narrowest with the inputs chosen'",
            first=("middle * exp(-least_at_first)", "middle * exp(least_at_first)"),
            first_text="'Narrowest with the printed inputs'",
        ),
        {
            "half_width": Derived(f"log({upper.upper} / {lower.lower}) / 2"),
            "middle": Derived(f"sqrt({upper.upper} * {lower.lower})"),
            "z": Derived("quantileNormal((1 + level / 100) / 2, 0, 1)"),
            "least": Derived(f"z * 2 / ((sd + {_half(sd)}) * sqrt(n - 1))"),
            "least_at_first": first["least_half_width"],
            "possible": Derived("half_width >= least"),
            # Around the printed odds ratio and with the sd as it stands, as the proof writes it.
            "half_shown": Derived("z * 2 / (sd * sqrt(n - 1))"),
            "narrowest": Derived(f"'(' + {fixed(ends[0], 4)} + ', ' + {fixed(ends[1], 4)} + ')'"),
            "width_shown": Derived(fixed(f"{ends[1]} - {ends[0]}", 4)),
        },
        {
            "Narrowest interval": "narrowest",
            "Its width": "width_shown",
            "Least standard error of B": fixed("half_shown / z", 5),
        },
        statement=f"'the narrowest interval is ' + narrowest + ', ' + width_shown + ' wide; "
        f"{claimed} is printed, at most {widest} wide.'",
    )


# --- Moments --------------------------------------------------------------------------------------


def _moments() -> list[Input]:
    """Return what a bound on moments of Frequency depends on."""
    mean, sd = printed_number("frequency_mean"), printed_number("frequency_sd")
    largest = printed("frequency_max")
    return [
        Input("maximum", "Largest value", "largest value", evenly(50, 200, 5), largest),
        Input("mean", "Mean", "mean", evenly(5, 40, 1), mean.value, mean.decimals),
        Input("sd", "Standard deviation", "sd", evenly(5, 20, 0.5), sd.value, sd.decimals),
        _customers("n_complete", 100_000),
    ]


def _as_printed(setting: Setting) -> dict[str, Any]:
    """Return the moments of a setting as `erfm.paper.bounds` takes them: mean and sd as texts."""
    mean, sd = printed_number("frequency_mean"), printed_number("frequency_sd")
    return {
        "n": int(setting["n"]),
        "minimum": printed("frequency_min"),
        "maximum": setting["maximum"],
        "mean": f"{setting['mean']:.{mean.decimals}f}",
        "sd": f"{setting['sd']:.{sd.decimals}f}",
    }


def _farthest(towards: str, away: str) -> str:
    """Return the expression of the farthest distance from the mean, in sds with divisor n.

    It is the largest that the printed digits allow with the signs "+", "-", the least with the
    opposite ones.
    """
    mean, sd = printed_number("frequency_mean"), printed_number("frequency_sd")
    distance = f"max(maximum - mean, mean - {printed('frequency_min')}) {towards} {_half(mean)}"
    return f"sqrt(n / (n - 1)) * ({distance}) / (sd {away} {_half(sd)})"


def examined_skewness(setting: Setting) -> Verdict:
    """Examine the printed skewness with other inputs: maximum, mean, sd and n."""
    return bounds.examine_skewness(
        printed_number("frequency_skewness").text, **_as_printed(setting)
    )


def largest_skewness(setting: Setting) -> float:
    """Return the largest skewness that the digits of a setting's moments allow."""
    moments = _as_printed(setting)
    return bounds.skewness_bound(bounds.largest_z(**moments).upper, moments["n"])


def skewness() -> Explorer:
    """Return the explorer of the largest skewness."""
    claimed, inputs = printed_number("frequency_skewness"), _moments()
    return bound_explorer(
        inputs,
        least_changes(lambda setting: not examined_skewness(setting).refuted, inputs),
        Rows(
            "Skewness",
            alt.Scale(domain=[0, 16], nice=False),
            ticks=(),
            claimed=(f"{claimed.value}",),
            claimed_text=f"'Printed {claimed.text}'",
            now=("0", "largest"),
            now_text=f"'Possible with the inputs chosen: up to ' + {fixed('largest', 2)}",
            first=("0", "largest_at_first"),
            first_text=f"'With the printed inputs: up to ' + {fixed('largest_at_first', 2)}",
        ),
        {
            "z": Derived(_farthest("+", "-")),
            "largest": Derived("z * sqrt(n * (n - 1)) / (n - 2)"),
            "largest_at_first": largest_skewness({one.name: one.at_first for one in inputs}),
            "possible": Derived(f"largest >= {claimed.lower}"),
        },
        {
            "Farthest value from the mean": f"{fixed('z * sqrt((n - 1) / n)', 2)} + ' sd'",
            "Largest skewness": fixed("largest", 2),
        },
        statement=f"'no skewness is larger than ' + {fixed('largest', 2)} + '; {claimed.text} is "
        "printed.'",
    )


FARTHEST, FROM_SKEWNESS = "farthest", "skewness"
"""What the kurtosis is bounded by: the farthest value, or the printed skewness."""


def least_kurtosis(setting: Setting) -> float:
    """Return the least excess kurtosis that the digits of a setting allow.

    Its ``by`` is `FARTHEST`, with maximum, mean, sd and n, or `FROM_SKEWNESS`, with skewness and n.
    """
    moments = _as_printed(setting)
    if setting["by"] == FARTHEST:
        z = max(1.0, bounds.largest_z(**moments).lower)
        return bounds.least_kurtosis_given_extreme(z, moments["n"])
    half = float(_half(printed_number("frequency_skewness")))
    return bounds.least_kurtosis_given_skewness(max(0.0, setting["skewness"] - half), moments["n"])


def kurtosis() -> Explorer:
    """Return the explorer of the least excess kurtosis, by either bound."""
    claimed, skewed = printed_number("frequency_kurtosis"), printed_number("frequency_skewness")
    values, decimals = evenly(0, 12, 0.25), skewed.decimals
    moments = _moments()
    argued = Input("skewness", "Skewness", "skewness", values, skewed.value, decimals)
    inputs = [*moments, argued]
    options = {FARTHEST: "the farthest value", FROM_SKEWNESS: "the skewness"}
    uses = {FARTHEST: [one.name for one in moments], FROM_SKEWNESS: ["skewness", "n"]}
    start = {one.name: one.at_first for one in inputs}
    at_first = {by: f"{least_kurtosis(start | {'by': by}):.7g}" for by in options}
    excess = "(n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * ({} - 3) + 6)"
    extreme = excess.format("(pow(z, 4) + pow(n - z * z, 2) / (n - 1)) / n")
    pearson = excess.format("(pow(least_skewness * (n - 2), 2) / (n * (n - 1)) + 1)")

    def possible(setting: Setting) -> bool:
        return least_kurtosis(setting) <= claimed.upper

    return bound_explorer(
        inputs,
        {
            **least_changes(possible, inputs, by=FARTHEST),
            **least_changes(possible, inputs, by=FROM_SKEWNESS),
        },
        Rows(
            "Excess kurtosis",
            alt.Scale(type="symlog", domain=[-2, 200], nice=False),
            ticks=(-2, -1, 0, 1, 2, 5, 10, 20, 50, 100, 200),
            claimed=(f"{claimed.value}",),
            claimed_text=f"'Printed {claimed.text}'",
            now=("least", "200"),
            now_text=f"'Possible with the inputs chosen: from ' + {fixed('least', 3)}",
            first=("least_at_first", "200"),
            first_text=f"'With the printed inputs: from ' + {fixed('least_at_first', 3)}",
        ),
        {
            "z": Derived(f"max(1, {_farthest('-', '+')})"),
            "least_skewness": Derived(f"max(0, skewness - {_half(skewed)})"),
            "extreme": Derived(extreme),
            "pearson": Derived(pearson),
            "least": Derived(by_option("by", {FARTHEST: "extreme", FROM_SKEWNESS: "pearson"})),
            "least_at_first": Derived(by_option("by", at_first)),
            "possible": Derived(f"{claimed.upper} >= least"),
        },
        {
            "Least, from the farthest value": fixed("extreme", 3),
            "Least, from the skewness": fixed("pearson", 3),
        },
        statement=f"(by == '{FARTHEST}' ? 'the farthest value alone makes' : 'a skewness of ' + "
        f"{argued.text} + ' makes') + ' the excess kurtosis at least ' + {fixed('least', 3)} + "
        f"'; {claimed.text} is printed.'",
        no=f"(by == '{FARTHEST}' ? 'contradicts the inputs' : 'contradicts the skewness')",
        choice=Choice("by", "Bounded by", options, FARTHEST),
        uses=uses,
    )


# --- The p-value of Has_Child ---------------------------------------------------------------------

INDICATOR, COUNT, BY_SD = "indicator", "count", "sd"
"""What Has_Child may be: 0 or 1, a count, or a number of which only the sd is known."""


def examined_children(setting: Setting) -> Verdict:
    """Examine Has_Child's printed odds ratio and p with other inputs.

    They are ``n`` and ``kind``: `INDICATOR`, 1 for ``share`` percent of customers; `COUNT`, 0 for
    half of them and ``children`` for the others; or `BY_SD`, with the standard deviation ``sd``.
    """
    kind, n, share = setting["kind"], int(setting["n"]), setting["share"] / 100
    variance = {
        INDICATOR: share * (1 - share) * n / (n - 1),
        COUNT: setting["children"] ** 2 / 4 * n / (n - 1),
        BY_SD: setting["sd"] ** 2,
    }[kind]
    ratio, p = printed_number("has_child_or").text, printed_number("has_child_p").text
    return bounds.examine_p_value(ratio, p, n=n, sd=variance**0.5)


def children() -> Explorer:
    """Return the explorer of the least p of Has_Child, as an indicator or a count."""
    ratio, p = printed_number("has_child_or"), printed_number("has_child_p")
    n = _customers("n_train", 1_000_000)
    share = Input(
        "share", "Customers with children", "customers with children", evenly(1, 99, 1), 50,
        unit="%", compared="",
    )  # fmt: skip
    count = Input("children", "Most children k", "most children", evenly(1, 20, 1), 1, compared="")
    sd = Input(
        "sd", "Standard deviation of children", "sd of children", evenly(0.25, 8, 0.25), 0.5, 3,
        compared="",
    )  # fmt: skip
    inputs = [n, share, count, sd]

    def possible(setting: Setting) -> bool:
        return not examined_children(setting).refuted

    moved = {INDICATOR: n, COUNT: count, BY_SD: sd}
    presets = {
        label: values
        for kind, one in moved.items()
        for label, values in least_changes(possible, inputs, kind=kind).items()
        if one.name in values
    }
    start = {one.name: one.at_first for one in inputs} | {"kind": INDICATOR}
    farthest = max(ratio.lower, ratio.upper, key=lambda limit: abs(log(limit)))
    spread = {
        INDICATOR: "sqrt(n / (n - 1)) * sqrt(share / 100 * (1 - share / 100))",
        COUNT: "sqrt(n / (n - 1)) * children / 2",
        BY_SD: "sd",
    }
    first_text = "'As an indicator, with the printed inputs: from ' + "
    return bound_explorer(
        inputs,
        presets,
        Rows(
            "p-value of Has_Child",
            alt.Scale(domain=[0, 1], nice=False),
            ticks=evenly(0, 1, 0.2),
            claimed=(f"{p.value}",),
            claimed_text=f"'Printed {p.text}'",
            now=("least", "1"),
            now_text=f"'Possible with the inputs chosen: from ' + {fixed('least', 3)}",
            first=("least_at_first", "1"),
            first_text=first_text + fixed("least_at_first", 3),
        ),
        {
            "spread": Derived(by_option("kind", spread)),
            "error": Derived("2 / (spread * sqrt(n - 1))"),
            "least": Derived(f"2 * (1 - cumulativeNormal(abs(log({farthest})) / error, 0, 1))"),
            "least_at_first": examined_children(start).numbers["least_p_value"],
            "possible": Derived(f"{p.upper} >= least"),
        },
        {
            "Largest standard deviation": fixed("spread", 3),
            "Least standard error of B": fixed("error", 4),
            "Least p": fixed("least", 3),
        },
        statement=f"'with an odds ratio of {ratio.text} p is at least ' + {fixed('least', 3)} + "
        f"'; {p.text} is printed.'",
        choice=Choice(
            "kind",
            "Has_Child is",
            {INDICATOR: "yes or no", COUNT: "a count, 0 to k", BY_SD: "a number, by its sd"},
            INDICATOR,
        ),
        uses={INDICATOR: ["n", "share"], COUNT: ["children", "n"], BY_SD: ["sd", "n"]},
        told={
            "children": f"', a count from 0 to ' + {count.text}",
            "sd": f"', {sd.symbol} = ' + {sd.text}",
        },
    )


# --- Standardised coefficients --------------------------------------------------------------------

TOO_SMALL = ("Recency", "Age", "Gender")
"""The variables reported significant whose standardised coefficients are examined for it."""


def least_standardised(setting: Setting) -> float:
    """Return the least significant standardised coefficient, with inputs n, alpha and divisor."""
    effect = bounds.least_significant_effect(int(setting["n"]), setting["alpha"])
    return effect / setting["divisor"]


def standardised() -> Explorer:
    """Return the explorer of the least standardised coefficient that can be significant."""
    claimed = {name: printed_number(f"standardised_{name.lower()}") for name in TOO_SMALL}
    alpha, sas = printed_number("significance_level"), bounds.SAS_DIVISOR
    n = _customers("n_train", 20_000_000)
    inputs = [
        n,
        Input(
            "alpha", "Significance level", "significance level", evenly(0.01, 0.99, 0.01),
            alpha.value, alpha.decimals, compared="beside",
        ),
        Input(
            "divisor", "B · sd divided by (in SAS by π/√3)", "divisor", (1.0, *ladder(1.1, 200)),
            sas, 2, compared="", exact="PI / sqrt(3)",
        ),
    ]  # fmt: skip

    def possible(setting: Setting) -> bool:
        return least_standardised(setting) <= claimed[setting["variable"]].upper

    found = {name: least_changes(possible, inputs, variable=name) for name in TOO_SMALL}
    # A button that moves an input as far as the variable chosen needs it.
    presets = {
        label: {one.name: {name: found[name][label][one.name] for name in TOO_SMALL}}
        for one in inputs
        if all((label := f"Just possible: {one.symbol}") in found[name] for name in TOO_SMALL)
    }
    texts = {name: f"'{number.text}'" for name, number in claimed.items()}
    values = {name: number.value for name, number in claimed.items()}
    upper = {name: number.upper for name, number in claimed.items()}
    return bound_explorer(
        inputs,
        presets,
        Rows(
            "|standardised coefficient| (log scale)",
            alt.Scale(type="log", domain=[0.0004, 1], nice=False),
            ticks=(0.001, 0.01, 0.1, 1),
            claimed=("claimed",),
            claimed_text="variable + ', printed ' + claimed_text",
            now=("least", "1"),
            now_text=f"'Significant with the inputs chosen: from ' + {fixed('least', 5)}",
            first=("least_at_first", "1"),
            first_text=f"'With the printed inputs: from ' + {fixed('least_at_first', 5)}",
        ),
        {
            "claimed": Derived(by_option("variable", values)),
            "claimed_text": Derived(by_option("variable", texts)),
            "least": Derived("quantileNormal(1 - alpha / 2, 0, 1) * 2 / sqrt(n - 1) / divisor"),
            "least_at_first": least_standardised({one.name: one.at_first for one in inputs}),
            "possible": Derived(f"({by_option('variable', upper)}) >= least"),
        },
        {
            "Least as B · sd": fixed("least * divisor", 4),
            "Least after division": fixed("least", 5),
        },
        statement=f"'significant means at least ' + {fixed('least', 5)} + '; for ' + variable + "
        "' ' + claimed_text + ' is printed.'",
        no="'cannot be significant'",
        choice=Choice("variable", "Variable", {name: name for name in TOO_SMALL}, TOO_SMALL[0]),
    )


# --- The accuracy ---------------------------------------------------------------------------------


def accuracy() -> Explorer:
    """Return the explorer of the accuracies that whole numbers of customers can have."""
    claimed, total = printed_number("accuracy"), printed("n_holdout")
    # In whole numbers, so that a share at the very edge falls on the right side: in halves of the
    # last printed digit, which rounded shares surround and truncated ones begin with.
    halves = 2 * 10 ** (claimed.decimals + 2)
    middle = round(claimed.value * halves)
    sizes = [n for n in range(total // 2, 2 * total) if counts_that_print(claimed.text, n)]
    percentage = f"format(100 * {{0}} / n, '.{claimed.decimals}f') + '%'"
    written = f"format({{0}}, ',') + ' are ' + {percentage}"
    apart = f"format(abs(n - {total}), ',') + (n < {total} ? ' fewer' : ' more')"
    return Explorer(
        [Slider("n", "Customers in the holdout", 200, 2 * total, 1, total)],
        _counts(claimed),
        {
            "rounded": Derived(f"ceil({middle - 1} * n / {halves})"),
            "truncated": Derived(f"ceil({middle} * n / {halves})"),
            "rounds": Derived(f"rounded * {halves} < {middle + 1} * n"),
            "possible": Derived(f"rounds || truncated * {halves} < {middle + 2} * n"),
            "count": Derived("rounds ? rounded : truncated"),
            "below": Derived(f"possible ? count - 1 : floor({middle} * n / {halves})"),
            "above": Derived("below + (possible ? 2 : 1)"),
            **sentence(
                f"n == {total} ? '' : ', n = ' + format(n, ',') + ' (' + {apart} + "
                f"' than the printed {total:,})'",
                "'possible as a share'",
                "'impossible as a share'",
                f"(possible ? format(count, ',') + ' of ' + format(n, ',') + ' print as "
                f"{claimed.text}' + (rounds ? '.' : ', truncated.') : 'of ' + format(n, ',') + "
                "' customers ' + "
                f"{written.format('below')} + ' and ' + {written.format('above')} + "
                f"'; {claimed.text} is printed.')",
            ),
        },
        {
            f"Counts that print as {claimed.text}": "possible ? format(count, ',') : 'none'",
            "Next count below": written.format("below"),
            "Next count above": written.format("above"),
        },
        "sentence",
        {
            AS_PRINTED: {"n": total},
            "Just possible: fewer customers": {"n": max(n for n in sizes if n <= total)},
            "Just possible: more customers": {"n": min(n for n in sizes if n >= total)},
        },
    )


def _counts(claimed: PrintedNumber) -> Any:
    """Draw the shares that whole numbers of customers can have around a printed one.

    A band holds those that print so, rounded or truncated.
    """
    center, reach = 100 * claimed.value, 0.25
    axis = alt.Axis(format=".2f", tickCount=5, grid=False, title="Share of right predictions (%)")
    scale = alt.Scale(domain=[center - reach, center + reach], nice=False, zero=False)
    nearby = alt.Chart(alt.Data(values=[{"offset": offset} for offset in range(-15, 16)]))

    def x(end: object) -> alt.XDatum:
        return alt.XDatum(end, type="quantitative", scale=scale, axis=axis)

    def named(which: str, align: Any, condition: str = "true") -> alt.Chart:
        mark = once().mark_text(align=align, baseline="top", clip=True)
        text = alt.expr(f"{condition} ? format({which}, ',') : ''")
        return mark.encode(
            x=x(alt.expr(f"100 * {which} / n")), y=alt.value(74), text=alt.value(text)
        )

    heading = once().mark_text(align="left", baseline="top", fontWeight="bold")
    band = once().mark_rect(color=COLOR, opacity=0.35)
    ticks = nearby.transform_calculate(
        share=f"100 * (round({claimed.value} * n) + datum.offset) / n"
    ).mark_tick(clip=True, thickness=3, size=34, color=GREY, opacity=1)
    return alt.layer(
        band.encode(
            x=x(100 * claimed.lower), x2=alt.X2Datum(center + 10.0**-claimed.decimals),
            y=alt.value(22), y2=alt.value(100),
        ),
        heading.encode(
            x=alt.value(0), y=alt.value(0),
            text=alt.value(alt.expr(f"'Printed {claimed.text}: ' + verdict")),
        ),
        ticks.encode(x=alt.X("share:Q", scale=scale, axis=axis), y=alt.value(52)),
        named("below", "right"),
        named("count", "center", "possible"),
        named("above", "left"),
    ).properties(width=WIDTH, height=100)  # fmt: skip

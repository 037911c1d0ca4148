"""Figures of the early-warning page."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from erfm.figures import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    WIDTH,
    wrapped,
    write_title,
)
from erfm.formats import percent
from erfm.study import Study
from erfm.warning.gains import best_plan, first_fifth
from erfm.warning.scoring import Scores

COLORS = [BLUE, GREEN, ORANGE, VERMILION, PURPLE, SKY, GREY]
LINES = ["-", "--", ":", "-.", (0, (6, 1, 1, 1, 1, 1))]


def ranked_risks(scores: Scores) -> Figure:
    """Draw P(churned) along the ranked list with its intervals and the limits of risk."""
    ranked = scores.ranked
    figure, axes = plt.subplots(figsize=(WIDTH, 3.9))
    # Neighbours on the list differ in how sure their scores are: a line for each, not a band.
    axes.vlines(ranked["rank"], ranked["lower"], ranked["upper"], color=BLUE, alpha=0.25, lw=0.6)
    axes.plot(ranked["rank"], ranked["churn_probability"], color=BLUE, lw=1.8, label="P(churned)")
    axes.plot([], [], color=BLUE, alpha=0.4, lw=6, label="95% interval")
    for limit, line, name in zip(
        scores.model.risk_limits[::-1], ["--", ":"], ["high risk", "raised risk"], strict=True
    ):
        axes.axhline(limit, color=VERMILION, ls=line, lw=1.3, label=f"from here {name}")
    axes.set(xlabel="Place on the list", ylabel="P(churned)", xlim=(0, len(ranked) + 1))
    axes.set(ylim=(0, 1))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    # Where the risks lie depends on the study: what they are called stands outside.
    figure.legend(loc="outside upper left", ncols=2)
    axes.set_title("The risk of each customer, and how sure it is")
    return figure


def ranked_risks_alt(scores: Scores) -> str:
    """Return the text of `ranked_risks` for someone who cannot see it."""
    first, last = scores.ranked["churn_probability"].iloc[[0, -1]].map(percent)
    course = f"falling from {first} to {last}" if first != last else f"everywhere {first}"
    return (
        f"Probability of churn along the ranked list, {course}, with 95% intervals and the limits "
        "of raised and high risk."
    )


def gains(curve: pd.DataFrame, base: float) -> Figure:
    """Draw the gains curve and the lift of a ranked list with 95% intervals.

    A perfect list and none at all are drawn beside it, `base` being P(churned); what each reaches
    where a fifth of the list is called is marked and told.
    """
    figure, (upper, lower) = plt.subplots(
        2, 1, figsize=(WIDTH, 5.8), sharex=True, height_ratios=[2, 1]
    )
    share, fifth = 100 * curve["share"], first_fifth(curve)
    called, reached = fifth["share"], fifth["gain"]
    perfect = min(1, called / base)
    upper.plot(
        [0, 100 * base, 100], [0, 100, 100], color=GREEN, ls="--", lw=1.6,
        label=f"a perfect list: {percent(perfect)}",
    )  # fmt: skip
    bounds = 100 * curve[["gain", "gain_lower", "gain_upper"]]
    _banded(upper, share, bounds, BLUE, f"this list: {percent(reached)}")
    upper.plot(
        [0, 100], [0, 100], color=GREY, ls=":", lw=1.4, label=f"at random: {percent(called)}"
    )
    for gain, color, marker in (
        (perfect, GREEN, "^"), (reached, BLUE, "o"), (called, GREY, "s"),
    ):  # fmt: skip
        upper.plot(100 * called, 100 * gain, color=color, marker=marker, ms=6, ls="")
    upper.set(ylabel="Leavers reached (%)", xlim=(0, 100), ylim=(0, 102))
    upper.set_title("Gains")
    _banded(lower, share, curve[["lift", "lift_lower", "lift_upper"]], BLUE, "this list")
    lower.axhline(1, color=GREY, ls=":", lw=1.4)
    lower.plot(100 * called, fifth["lift"], color=BLUE, marker="o", ms=6, ls="")
    lower.set(xlabel="Customers called (% of the list)", ylabel="Times random", ylim=(0, None))
    lower.set_title("Lift")
    for axes in (upper, lower):
        axes.axvline(100 * called, color=VERMILION, lw=1, alpha=0.7)
    # A list that is worse than none runs below the diagonal: outside, no legend lies over it.
    title = f"The first {percent(called, 0)} reach, of all leavers"
    figure.legend(
        *upper.get_legend_handles_labels(),
        loc="outside upper left", ncols=2, title=title, alignment="left",
    )  # fmt: skip
    return figure


def gains_alt(curve: pd.DataFrame, base: float) -> str:
    """Return the text of `gains`."""
    fifth = first_fifth(curve)
    share, perfect = fifth["share"], min(1, fifth["share"] / base)
    return (
        "Gains curve and lift of the holdout list with 95% bands, beside those of a perfect list "
        f"and of none. The first {percent(share, 0)}, marked, reach {percent(fifth['gain'])} of "
        f"the leavers; of a perfect list they would reach {percent(perfect)}."
    )


def expected_gains(plans: dict[str, pd.DataFrame]) -> Figure:
    """Draw what calling the first k customers is expected to bring, one curve for each plan.

    `plans` gives a caption and the table of `gains.expected_gain` for each; the marker is where
    the curve is highest, or at the left where no contact pays.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6 + 0.25 * len(plans)))
    looks = zip(cycle(COLORS), cycle(LINES), cycle("osD^v"), strict=False)
    for (caption, plan), (color, line, marker) in zip(plans.items(), looks, strict=False):
        _banded(axes, plan["contacts"], plan[["gain", "lower", "upper"]], color, caption, line)
        best = best_plan(plan)
        place = (best["contacts"], best["gain"]) if best["gain"] > 0 else (0, 0)
        axes.plot(*place, marker=marker, color=color, ms=8, ls="", clip_on=False, zorder=3)
    axes.axhline(0, color="black", lw=0.8)
    axes.set(
        xlabel="Customers called, the likeliest to leave first",
        ylabel="Expected gain (unit of the cost)",
        xlim=(0, max(plan["contacts"].max() for plan in plans.values())),
    )
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    figure.legend(loc="outside upper left")
    axes.set_title("What calling brings, and where it pays most (marked)")
    return figure


def expected_gains_alt(plans: dict[str, pd.DataFrame]) -> str:
    """Return the text of `expected_gains`."""
    return (
        f"Expected gain against customers called, with {', '.join(plans)}; 95% bands, the best "
        "number of calls marked."
    )


def _banded(
    axes: Axes, x: pd.Series, y: pd.DataFrame, color: str, label: str, line: Any = "-"
) -> None:
    """Draw a line with its band; the columns of `y` are estimate, lower and upper limit."""
    estimate, lower, upper = y.columns
    axes.fill_between(x, y[lower], y[upper], color=color, alpha=0.18, lw=0)
    axes.plot(x, y[estimate], color=color, ls=line, lw=1.8, label=label)


def group_errors(study: Study, tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw missed leavers and false alarms of each group with 95% Wilson intervals.

    `tables` gives the table of `fairness.error_rates` by the groups of each predictor.
    """
    names = [
        wrapped(f"{wrapped(study.label(name), 24, lines=1)}: {group}")
        for name, table in tables.items()
        for group in table.index
    ]
    rates = pd.concat(tables.values())
    y = np.arange(len(rates))[::-1]
    figure, panels = plt.subplots(1, 2, figsize=(WIDTH, 0.42 * len(rates) + 1.5), sharey=True)
    for axes, error, color, marker, label in zip(
        panels,
        ["missed", "false_alarms"],
        [VERMILION, BLUE],
        "so",
        ["Leavers\nnot called (%)", "Retained customers\ncalled (%)"],
        strict=True,
    ):
        rate, lower, upper = (100 * rates[f"{error}{end}"] for end in ("", "_lower", "_upper"))
        axes.errorbar(
            rate, y, xerr=np.clip([rate - lower, upper - rate], 0, None), color=color,
            marker=marker, ls="", capsize=3,
        )  # fmt: skip
        axes.set_xlabel(label)
        axes.set_ylim(-0.7, len(rates) - 0.3)
    panels[0].set_yticks(y, names)
    write_title(figure, "Errors by group")
    return figure


def group_errors_alt(tables: dict[str, pd.DataFrame]) -> str:
    """Return the text of `group_errors`; a group with nobody to err about has no rate."""
    rates = pd.concat(tables.values())[["missed", "false_alarms"]]
    shown = rates.map(percent).where(rates.notna(), "no rate")
    errors = [f"{group} {row.missed} and {row.false_alarms}" for group, row in shown.iterrows()]
    return (
        "Leavers not called and retained customers called, by group, with 95% intervals: "
        + "; ".join(errors)
    )

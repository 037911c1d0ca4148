"""Figures of the early-warning page, and the sliders of whoever runs it."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from erfm.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, WIDTH, wrapped
from erfm.formats import percent
from erfm.study import Study
from erfm.warning.gains import best_plan, first_fifth
from erfm.warning.scoring import Scores

COLORS = [BLUE, GREEN, ORANGE, VERMILION, PURPLE, SKY, GREY]
LINES = ["-", "--", ":", "-.", (0, (6, 1, 1, 1, 1, 1))]


def ranked_risks(scores: Scores) -> Figure:
    """Draw P(churned) along the ranked list with its intervals and the limits of risk."""
    ranked = scores.ranked
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    # Neighbours on the list differ in how sure their scores are: a line for each, not a band.
    axes.vlines(ranked["rank"], ranked["lower"], ranked["upper"], color=BLUE, alpha=0.25, lw=0.6)
    axes.plot([], [], color=BLUE, alpha=0.4, lw=6, label="95% interval")
    axes.plot(ranked["rank"], ranked["churn_probability"], color=BLUE, lw=1.8, label="P(churned)")
    for limit, line, name in zip(
        scores.model.risk_limits[::-1], ["--", ":"], ["high risk", "raised risk"], strict=True
    ):
        axes.axhline(limit, color=VERMILION, ls=line, lw=1.3, label=f"from here {name}")
    axes.set(xlabel="Place on the list", ylabel="P(churned)", ylim=(0, 1))
    axes.legend(loc="lower left", ncols=2)
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


def gains(curve: pd.DataFrame) -> Figure:
    """Draw the gains curve and the lift of a ranked list with 95% intervals."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.5))
    share = 100 * curve["share"]
    _banded(left, share, 100 * curve[["gain", "gain_lower", "gain_upper"]], BLUE, "by the list")
    left.plot([0, 100], [0, 100], color=GREY, ls=":", lw=1.4, label="at random")
    left.set(
        xlabel="Customers called (% of the list)", ylabel="Leavers reached (% of all leavers)",
        xlim=(0, 100), ylim=(0, 102),
    )  # fmt: skip
    left.legend(loc="lower right")
    left.set_title("Gains")
    _banded(right, share, curve[["lift", "lift_lower", "lift_upper"]], BLUE, "by the list")
    right.axhline(1, color=GREY, ls=":", lw=1.4)
    right.set(xlabel="Customers called (% of the list)", ylabel="Times as many as at random")
    right.set(xlim=(0, 100), ylim=(0, None))
    right.set_title("Lift")
    return figure


def gains_alt(curve: pd.DataFrame) -> str:
    """Return the text of `gains`."""
    reached = percent(first_fifth(curve)["gain"])
    return (
        "Gains curve and lift of the holdout list with 95% bands. The first fifth reaches "
        f"{reached} of the leavers."
    )


def expected_gains(plans: dict[str, pd.DataFrame]) -> Figure:
    """Draw what calling the first k customers is expected to bring, one curve for each plan.

    `plans` gives a caption and the table of `gains.expected_gain` for each; the marker is where
    the curve is highest, or at the left where no contact pays.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.8))
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
        xlim=(0, None),
    )
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.legend(loc="best")
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
        ["Leavers not called (%)", "Retained customers called (%)"],
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
    figure.suptitle("Errors by group", x=0.01, ha="left", weight="bold", size="medium")
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


def explore(draw: Callable[..., Figure], **ranges: tuple[float, float, float]) -> None:
    """Show a figure with a slider for each of its numbers, to someone who is there to move them.

    A Jupyter server names the session in the environment of the kernels that it starts for people.
    Where there is none, as when a page is rendered or tested, nothing is shown: sliders without a
    kernel do not move.

    Parameters
    ----------
    draw : callable
        Takes the numbers by name.
    **ranges : tuple of float
        Start, smallest and largest value of each.
    """
    if "JPY_SESSION_NAME" not in os.environ:
        return
    # What draws sliders comes with the report's set-up, not with the analysis.
    from IPython.display import display
    from ipywidgets import FloatSlider, interact

    def show(**numbers: float) -> None:
        figure = draw(**numbers)
        display(figure)
        plt.close(figure)

    sliders = {
        name: FloatSlider(
            value=start,
            min=least,
            max=most,
            step=(most - least) / 100,
            description=name.replace("_", " "),
            continuous_update=False,
            style={"description_width": "8em"},
        )
        for name, (start, least, most) in ranges.items()
    }
    interact(show, **sliders)

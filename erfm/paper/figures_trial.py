"""Figures of page 06b: a nursing paper's numbers on trial, and how often an error is found."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from erfm.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION, WIDTH, wrapped, write_title
from erfm.formats import number, percent
from erfm.paper.on_trial import least_sd

LEAST_P = 1e-4
"""The smallest p that is drawn; what is smaller stands there, with an arrow."""

MARKERS = dict(zip("o^sDv", (BLUE, GREEN, ORANGE, PURPLE, GREY), strict=True))


def least_spread(range_: float, printed: dict[str, float], ns: tuple[int, int]) -> Figure:
    """Draw the least standard deviation of values with a range against how many they are.

    Parameters
    ----------
    range_ : float
        The largest less the least value.
    printed : dict of str to float
        The printed standard deviations, by group.
    ns : pair of int
        The printed number of values, and another that is printed of them.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    n = np.arange(6, 31)
    floor = np.array([least_sd(range_, size) for size in n.tolist()])
    axes.fill_between(
        n, 0, floor, facecolor=VERMILION, edgecolor=VERMILION, alpha=0.16, hatch="//", lw=0,
        label="no ages can have it",
    )  # fmt: skip
    axes.plot(n, floor, color=BLUE)
    for (group, sd), style, color in zip(
        printed.items(), ("--", ":"), (VERMILION, PURPLE), strict=True
    ):
        axes.axhline(sd, color=color, ls=style, lw=2, label=f"printed, {group}: {sd:.2f}")
    axes.plot(
        [ns[0]] * len(printed), list(printed.values()), ls="", marker="X", ms=9, color=VERMILION,
        label=f"as printed, {ns[0]} nurses",
    )  # fmt: skip
    axes.set(xlim=(n[0], n[-1]), ylim=(0, floor[0] * 1.05))
    axes.set_xlabel("Number of nurses")
    axes.set_ylabel("Standard deviation\nof their ages")
    write_title(figure, "The printed ages would need many more nurses")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def least_spread_alt(printed: dict[str, float], n: int, floor: float) -> str:
    """Say what the figure of the least standard deviation shows."""
    told = " and ".join(f"{sd:.2f}" for sd in printed.values())
    below = "below" if max(printed.values()) < floor else "not all below"
    return (
        f"The least standard deviation of {n} ages with the printed range is {floor:.2f}; "
        f"{told} are printed, {below} it."
    )


def recomputed_p(tests: pd.DataFrame, level: float) -> Figure:
    """Draw the p-values of usual tests beside what a paper says of each comparison.

    Parameters
    ----------
    tests : DataFrame
        Of `on_trial.recomputed_tests`.
    level : float
        The level of significance, which parts the two sides.
    """
    names = list(dict.fromkeys(tests["comparison"]))
    figure, axes = plt.subplots(figsize=(WIDTH, 0.45 * len(names) + 2.6))
    y = {name: len(names) - 1 - i for i, name in enumerate(names)}
    axes.axvline(level, color=GREY, lw=1.5)
    for (test, rows), (marker, color) in zip(
        tests.groupby("test", sort=False), MARKERS.items(), strict=False
    ):
        places = rows["comparison"].map(y)
        axes.plot(
            rows["p"].clip(lower=LEAST_P), places, ls="", marker=marker, ms=8, mfc="none", mew=1.8,
            color=color, label=test,
        )  # fmt: skip
    for name, rows in tests.groupby("comparison", sort=False):
        _say_printed(axes, rows, y[name])
    axes.fill_between([], [], facecolor=GREEN, alpha=0.16, label="printed")
    axes.set(xscale="log", xlim=(LEAST_P / 1.6, 1.6), ylim=(-0.6, len(names) - 0.4))
    ticks = [LEAST_P, 0.001, 0.01, level, 1]
    axes.set_xticks(ticks, [f"≤ {LEAST_P:.4f}", *(number(tick, ",.12g") for tick in ticks[1:])])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_yticks(list(y.values()), [wrapped(name, 24) for name in y])
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("p, recomputed from what is printed (log scale)")
    write_title(figure, "One comparison is not what is said of it" if _one_wrong(tests) else
                "Recomputed p-values beside what is printed of them")  # fmt: skip
    figure.legend(loc="outside lower left", ncols=2)
    return figure


def _one_wrong(tests: pd.DataFrame) -> bool:
    fits = tests.groupby("comparison")["fits"].any()
    return bool((~fits).sum() == 1)


def _say_printed(axes: plt.Axes, rows: pd.DataFrame, place: float) -> None:
    """Shade the part of a row that is printed of its p, and cross a row that lies outside."""
    said = rows["printed"].iloc[0]
    level = float(said.strip("<> "))
    ends = (level, 1.6) if said.startswith(">") else (LEAST_P / 1.6, level)
    axes.fill_betweenx([place - 0.36, place + 0.36], *ends, color=GREEN, alpha=0.16, lw=0)
    if not rows["fits"].any():
        p = float(rows["p"].max())
        axes.annotate(
            "✕", (p, place), xytext=(-14, 0), textcoords="offset points", ha="center", va="center",
            color=VERMILION, weight="bold",
        )  # fmt: skip


def recomputed_p_alt(tests: pd.DataFrame) -> str:
    """Say what the figure of recomputed p-values shows."""
    fits = tests.groupby("comparison", sort=False)["fits"].any()
    wrong = ", ".join(fits.index[~fits]) or "none"
    return (
        "p-values of the usual tests, a row for each comparison, with the side of the level of "
        f"significance shaded that is printed; {fits.sum()} of {len(fits)} comparisons lie there. "
        f"Outside: {wrong}."
    )


def detection(summary: pd.DataFrame) -> Figure:
    """Draw the share of planted errors that are found, by error and by kind of paper.

    `summary` is that of `on_trial.summarised_rates`.
    """
    figure, panels = plt.subplots(
        2, 1, figsize=(WIDTH, 0.4 * len(summary) + 2.2), sharex=True,
        height_ratios=[len(summary.loc[by]) for by in ("error", "paper")],
    )  # fmt: skip
    titles = {"error": "By the error", "paper": "By what the paper prints"}
    for axes, (by, color, marker) in zip(
        panels, (("error", BLUE, "o"), ("paper", GREEN, "s")), strict=True
    ):
        rows = summary.loc[by].sort_values("rate", ascending=False, kind="stable")
        y = np.arange(len(rows))[::-1]
        reach = 100 * np.array([rows["rate"] - rows["lower"], rows["upper"] - rows["rate"]])
        reach = reach.clip(0)  # the upper limit of a rate of one may be a last bit less
        axes.errorbar(
            100 * rows["rate"], y, xerr=reach, ls="", marker=marker, ms=8, color=color, capsize=4
        )
        axes.set_yticks(y, [wrapped(name, 26) for name in rows.index])
        axes.set_ylim(-0.6, len(rows) - 0.4)
        axes.grid(axis="y", visible=False)
        axes.set_title(titles[by], loc="left")
    panels[-1].set(xlim=(0, 102), xlabel="Planted errors that are found (%), with 95% limits")
    write_title(figure, "Most planted errors are found, but not all can be")
    return figure


def detection_alt(summary: pd.DataFrame) -> str:
    """Say what the figure of found errors shows."""
    errors = summary.loc["error"]
    told = ", ".join(f"{name} {percent(rate, 0)}" for name, rate in errors["rate"].items())
    return f"The share of planted errors that are found, with 95% limits, by error: {told}."

"""Figures of the examination of the printed numbers."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from erfm.figures import BLUE, GREEN, GREY, VERMILION, WIDTH, wrapped, write_title
from erfm.formats import number, percent
from erfm.paper.normal_predictor import share_above_cutoff

MARKED = (BLUE, GREEN, VERMILION)
"""The colours of three values marked on a curve; the last is the paper's."""


def scale(
    points: pd.DataFrame,
    *,
    title: str,
    label: str,
    excluded: tuple[float, float] | None = None,
    excluded_label: str = "impossible",
    log: bool = False,
    decimals: int = 3,
) -> Figure:
    """Draw values on one scale, a row each, printed ones apart from computed ones.

    Parameters
    ----------
    points : DataFrame
        Index = what each value is; columns value, lower, upper (missing where there is no interval)
        and printed (whether the paper prints it).
    title, label : str
        The message, and the axis with its unit.
    excluded : pair of float, optional
        The part of the scale that no data can reach, named `excluded_label`.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 0.52 * len(points) + 1.8))
    y = np.arange(len(points))[::-1]
    if excluded:
        axes.axvspan(
            *excluded, facecolor=VERMILION, edgecolor=VERMILION, alpha=0.16, hatch="//", lw=0,
            label=excluded_label,
        )  # fmt: skip
    for printed, color, marker, name in (
        (True, VERMILION, "X", "printed"),
        (False, BLUE, "o", "computed"),
    ):
        chosen = (points["printed"] == printed).to_numpy()
        if not chosen.any():
            continue
        rows = points[chosen]
        axes.plot(rows["value"], y[chosen], ls="", marker=marker, ms=9, color=color, label=name)
        limited = rows[["lower", "upper"]].notna().any(axis=1).to_numpy()
        if limited.any():
            some, places = rows[limited].astype(float), y[chosen][limited]
            reach = [some["value"] - some["lower"], some["upper"] - some["value"]]
            axes.errorbar(
                some["value"], places, xerr=np.nan_to_num(reach), ls="", color=color, capsize=4,
                lw=2,
            )  # fmt: skip
    for position, (_, row) in zip(y, points.iterrows(), strict=True):
        text = _limits_written(row, None if log else decimals)
        axes.annotate(
            text, (row["value"], position), xytext=(0, 8), textcoords="offset points", ha="center"
        )
    if log:
        axes.set_xscale("log")
        _name_powers(axes.xaxis)
    else:
        axes.locator_params(axis="x", nbins=6)
    axes.margins(x=0.14)
    if excluded and excluded[0] < points["value"].min():
        axes.set_xlim(left=excluded[0])
    axes.set_yticks(y, [wrapped(name, 21) for name in points.index])
    axes.set_ylim(-0.5, len(points) - 0.25)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel(label)
    write_title(figure, title)
    figure.legend(
        loc="outside lower center", ncols=2 if excluded and len(excluded_label) > 12 else 3
    )
    return figure


def _limits_written(row: pd.Series, decimals: int | None) -> str:
    """Return a value as it is written beside its mark, with its limits if it has both."""
    value, *limits = (row[name] for name in ("value", "lower", "upper"))
    if pd.isna(limits).any():
        return _written(value, decimals)
    low, high = (_written(limit, decimals) for limit in limits)
    return f"{_written(value, decimals)} ({low} to {high})"


def _written(value: float, decimals: int | None) -> str:
    """Return a number with so many decimals, but without zeros that end them.

    Without `decimals`, it has three significant digits.
    """
    text = f"{value:z.3g}" if decimals is None else f"{value:z.{decimals}f}"
    text = text.replace("-", "−")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _name_powers(axis: Axis) -> None:
    """Write the powers of ten on a log scale as numbers: 0.01, 1,000."""
    axis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    axis.set_minor_formatter(NullFormatter())


def skewness_and_kurtosis(
    bound: float, printed: tuple[float, float], computed: tuple[float, float]
) -> Figure:
    """Draw Pearson's inequality: no data lie below the curve kurtosis = skewness² − 2.

    `printed` and `computed` are (skewness, excess kurtosis); `bound` is the largest ``|skewness|``.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 4.6))
    most = 1.2 * max(bound, printed[0], computed[0])
    lowest, highest = -0.08 * most**2, most**2 - 2
    skewness = np.linspace(0, most, 200)
    axes.fill_between(
        skewness, lowest, skewness**2 - 2, facecolor=VERMILION, edgecolor=VERMILION, alpha=0.16,
        hatch="//", lw=0, label="no data: kurtosis < skewness² − 2",
    )  # fmt: skip
    axes.plot(skewness, skewness**2 - 2, color=VERMILION, lw=1)
    axes.axvline(bound, color=GREY, ls="--", lw=1.8, label=f"largest possible skewness {bound:.2f}")
    for (x, y), marker, color, name in (
        (printed, "X", VERMILION, "printed pair"), (computed, "o", BLUE, "reconstruction"),
    ):  # fmt: skip
        axes.plot(x, y, ls="", marker=marker, ms=11, color=color, label=name)
        axes.annotate(
            f"({x:.3f}; {y:.3f})".replace("-", "−"), (x, y), xytext=(0, 12),
            textcoords="offset points", ha="center" if x > 0.15 * most else "left",
        )  # fmt: skip
    axes.set(xlim=(0, most), ylim=(lowest, highest))
    axes.set(xlabel="Skewness", ylabel="Excess kurtosis")
    write_title(figure, f"The printed pair lies {_lies(printed)}")
    figure.legend(loc="outside lower left", ncols=1)
    return figure


def _lies(pair: tuple[float, float]) -> str:
    """Say where a pair of skewness and kurtosis lies: where data can lie, or where none can."""
    return f"where {'no data' if pair[1] < pair[0] ** 2 - 2 else 'data'} can lie"


def moments_alt(printed: tuple[float, float], computed: tuple[float, float]) -> str:
    """Return the alternative text of `skewness_and_kurtosis`."""
    told = (
        f"{name}, skewness {number(pair[0])} and excess kurtosis {number(pair[1])}, lies "
        f"{_lies(pair)}"
        for name, pair in (("the printed pair", printed), ("the reconstruction", computed))
    )
    return f"Skewness against excess kurtosis by Pearson's inequality: {'; '.join(told)}."


def hidden_effect(largest_b: float, least: float, sd_significant: float, rival: float) -> Figure:
    """Draw the largest standardised effect that a coefficient printed as 0 can hide.

    `least` is the least ``|B| · sd`` that can be significant, reached at `sd_significant`; `rival`
    the strongest effect that the paper's numbers give another variable.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4))
    sd_rival = rival / largest_b
    ends = 10 ** np.floor(np.log10(sd_significant) - 1), 10 ** np.ceil(np.log10(sd_rival) + 0.3)
    sd = np.geomspace(*ends, 200)
    axes.plot(sd, largest_b * sd, color=BLUE, lw=2.2, label="largest |B|·sd that prints as 0")
    for level, place, color, style, marker, name in (
        (least, sd_significant, GREY, "--", "D", "least that can be significant"),
        (rival, sd_rival, GREEN, ":", "o", "Frequency's effect"),
    ):
        axes.axhline(level, color=color, ls=style, lw=1.8, label=f"{name}: {level:.3f}")
        axes.plot(place, level, ls="", marker=marker, color=VERMILION, ms=9)
        axes.annotate(
            f"from sd {place:,.0f}", (place, level), xytext=(-8, 6), textcoords="offset points",
            ha="right", weight="bold",
        )  # fmt: skip
    axes.set(xscale="log", yscale="log", xlim=ends, ylabel="|B| · sd")
    _name_powers(axes.xaxis)
    _name_powers(axes.yaxis)
    axes.set_xlabel("Standard deviation of the amount, in its unit (log scale)")
    write_title(
        figure,
        f"Where the standard deviation is {sd_rival:,.0f} or more, a coefficient printed as 0 can "
        "hide the strongest effect",
    )
    figure.legend(loc="outside lower left", ncols=1)
    return figure


def hidden_alt(largest_b: float, sd_significant: float, rival: float) -> str:
    """Return the alternative text of `hidden_effect`."""
    return (
        "The largest standardised effect hidden by a coefficient that prints as zero grows with "
        "the variable's standard deviation: it can be significant from "
        f"{number(sd_significant, ',.0f')} units and as strong as Frequency's from "
        f"{number(rival / largest_b, ',.0f')}."
    )


def share_by_spread(
    base_rate: float, cutoff: float, spreads: dict[str, float], claimed: float
) -> Figure:
    """Draw the share of customers above a cut-off against the spread of a normal linear predictor.

    Parameters
    ----------
    base_rate : float
        The mean of P, the same at every spread.
    cutoff : float
    spreads : dict of str to float
        Three standard deviations of the linear predictor that are marked, each with its name.
    claimed : float
        The share of customers that is printed.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 4.2))
    sd = np.linspace(0.1, 1.25 * max(spreads.values()), 120)
    shares = [share_above_cutoff(base_rate, cutoff, one) for one in sd]
    axes.plot(sd, 100 * np.array(shares), color=BLUE, label="any normal linear predictor")
    axes.axhline(100 * claimed, color=VERMILION, ls="--", label=f"printed: {percent(claimed)}")
    for (name, spread), marker, color in zip(spreads.items(), "osD", MARKED, strict=True):
        share = share_above_cutoff(base_rate, cutoff, spread)
        axes.plot(
            spread, 100 * share, ls="", marker=marker, ms=8, color=color,
            label=f"{name}: {percent(share)}",
        )  # fmt: skip
    axes.set(xlim=(0, sd[-1]), ylim=(0, None))
    axes.set_xlabel("Standard deviation of the linear predictor")
    axes.set_ylabel(f"Customers above {cutoff} (%)")
    axes.set_title("Effects of the printed size put too few customers\nabove the cut-off")
    figure.legend(loc="outside lower left", ncols=1)
    return figure


def cost_ratio(cutoffs: dict[str, float]) -> Figure:
    """Draw the ratio of costs for which each cut-off is the cheapest, and mark three by name.

    A customer is taken as retained above the cut-off c: cheapest if to do so wrongly costs
    c / (1 - c) times as much as to call a customer needlessly.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.2))
    cutoff = np.linspace(0.1, 0.9, 200)
    axes.plot(cutoff, cutoff / (1 - cutoff), color=BLUE)
    for (name, one), marker, color in zip(cutoffs.items(), "osX", MARKED, strict=True):
        ratio = one / (1 - one)
        axes.plot(
            one, ratio, ls="", marker=marker, ms=9, color=color,
            label=f"{name} {_written(one, 4)}: {ratio:.2f} calls",
        )  # fmt: skip
    axes.set(xlim=(0.1, 0.9), yscale="log", xlabel="Cut-off on P(retained)")
    axes.set_yticks([0.2, 0.5, 1, 2, 5])
    _name_powers(axes.yaxis)
    axes.set_ylabel("Cost of a missed leaver\nin needless calls (log scale)")
    axes.set_title("A cut-off says what a missed leaver costs")
    axes.legend(loc="upper left")
    return figure

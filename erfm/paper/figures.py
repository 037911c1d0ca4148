"""Figures of the examination of the printed numbers."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from erfm.figures import BLUE, GREEN, GREY, VERMILION, WIDTH
from erfm.formats import percent
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
    figure, axes = plt.subplots(figsize=(WIDTH, 0.42 * len(points) + 1.3))
    y = np.arange(len(points))[::-1]
    if excluded:
        axes.axvspan(*excluded, color=VERMILION, alpha=0.12, hatch="//", lw=0, label=excluded_label)
    for printed, color, marker, name in (
        (True, VERMILION, "X", "printed"),
        (False, BLUE, "o", "computed"),
    ):
        chosen = (points["printed"] == printed).to_numpy()
        if not chosen.any():
            continue
        rows = points[chosen]
        reach = np.nan_to_num(
            np.array([rows["value"] - rows["lower"], rows["upper"] - rows["value"]], dtype=float)
        )
        axes.errorbar(
            rows["value"], y[chosen], xerr=reach, ls="", marker=marker, ms=8, color=color,
            capsize=4, label=name,
        )  # fmt: skip
    for position, value in zip(y, points["value"], strict=True):
        axes.annotate(
            _written(value, decimals), (value, position), xytext=(0, 8),
            textcoords="offset points", ha="center", fontsize="small",
        )  # fmt: skip
    if log:
        axes.set_xscale("log")
        _name_powers(axes.xaxis)
    axes.set_yticks(y, points.index)
    axes.set_ylim(-0.6, len(points) - 0.3)
    axes.set_xlabel(label)
    axes.set_title(title)
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def _written(value: float, decimals: int) -> str:
    """Return a number with so many decimals, but without zeros that end them."""
    text = f"{value:z.{decimals}f}".replace("-", "−")
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
    figure, axes = plt.subplots(figsize=(WIDTH, 3.8))
    skewness = np.linspace(0, 12.5, 200)
    axes.fill_between(
        skewness, -10, skewness**2 - 2, color=VERMILION, alpha=0.12, hatch="//", lw=0,
        label="impossible: kurtosis < skewness² − 2",
    )  # fmt: skip
    axes.plot(skewness, skewness**2 - 2, color=VERMILION, lw=1)
    axes.axvline(bound, color=GREY, ls="--", label=f"largest possible skewness {bound:.2f}")
    axes.plot(*printed, ls="", marker="X", ms=10, color=VERMILION, label="printed pair")
    axes.plot(*computed, ls="", marker="o", ms=9, color=BLUE, label="reconstruction")
    axes.set(xlim=(0, 12.5), ylim=(-10, 150), xlabel="Skewness", ylabel="Excess kurtosis")
    axes.set_title("The printed pair lies where no data can lie")
    axes.legend(loc="upper left")
    return figure


def hidden_effect(largest_b: float, least: float, sd_significant: float, rival: float) -> Figure:
    """Draw the largest standardised effect that a coefficient printed as 0 can hide.

    `least` is the least ``|B| · sd`` that can be significant, reached at `sd_significant`; `rival`
    the strongest effect that the paper's numbers give another variable.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
    sd = np.geomspace(1, 20_000, 200)
    axes.plot(sd, largest_b * sd, color=BLUE, label="largest |B|·sd that prints as 0")
    axes.axhline(least, color=GREY, ls="--", label=f"can be significant from {least:.3f}")
    axes.axhline(rival, color=GREEN, ls=":", label=f"Frequency's effect {rival:.3f}")
    axes.plot(sd_significant, least, ls="", marker="D", color=VERMILION)
    axes.set(xscale="log", yscale="log", ylabel="|B| · sd")
    _name_powers(axes.xaxis)
    _name_powers(axes.yaxis)
    axes.set_xlabel("Standard deviation of the amount, in its unit (log scale)")
    axes.set_title("A coefficient of “0” can hide the strongest variable")
    axes.legend(loc="upper left")
    return figure


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
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
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
    axes.set_title("Effects of the printed size put too few customers above the cut-off")
    axes.legend(loc="lower right")
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

"""The figures of the page that begins with odds: the S-curve, and the climb to the estimate."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy import special

from erfm.figures import BLUE, CHURNED, GREEN, INK, ORANGE, PAPER, RETAINED, WIDTH, wrapped
from erfm.formats import number
from erfm.logistic import CONSTANT, LogisticFit
from erfm.study import Study

JITTER = 0.04


def s_curve(
    alone: Study, fit: LogisticFit, x: np.ndarray, groups: pd.DataFrame, seed: int
) -> Figure:
    """Draw the jittered outcomes, the groups' shares, the S-curve and the straight line.

    Parameters
    ----------
    alone : Study
        With the one predictor of `fit`.
    fit : LogisticFit
    x : ndarray, shape (n,)
        The predictor's values, in the order of the fit's outcomes.
    groups : DataFrame
        The table of `descriptives.retention_by`.
    seed : int
        Of the jitter, which keeps equal customers apart.
    """
    (variable,) = alone.predictors.values()
    figure, axes = plt.subplots(figsize=(WIDTH, 4.6))
    shift = np.random.default_rng(seed).uniform(-JITTER, JITTER, len(x))
    for value, look in ((1, RETAINED), (0, CHURNED)):
        chosen = fit.outcome == value
        axes.plot(
            x[chosen], value + shift[chosen], ls="", marker=look["marker"], ms=3, alpha=0.3,
            color=look["color"], label=f"customer, {look['label']}",
        )  # fmt: skip
    spread = np.clip(
        [groups["retention_rate"] - groups["lower"], groups["upper"] - groups["retention_rate"]],
        0,
        None,
    )
    axes.errorbar(
        groups["middle"], groups["retention_rate"], yerr=spread, ls="", marker="D", capsize=3,
        color=INK, markerfacecolor=PAPER, label="share of a group, 95%",
    )  # fmt: skip
    line = np.linspace(x.min(), x.max(), 200)
    slope, height = np.polyfit(x, fit.outcome, 1)
    axes.plot(line, height + slope * line, color=ORANGE, ls="--", label="straight line")
    curve = special.expit(fit.parameters[CONSTANT] + fit.parameters[variable.name] * line)
    axes.plot(line, curve, color=GREEN, lw=2.5, label="S-curve (logistic)")
    axes.set_ylim(
        min(-0.1, *(height + slope * line)) - 0.03, max(1.1, *(height + slope * line)) + 0.03
    )
    axes.set_xlabel(wrapped(variable.axis_label, 60))
    axes.set_ylabel("Outcome (0 or 1), probability")
    axes.set_title("A probability has limits, a straight line has none")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def s_curve_alt(alone: Study, fit: LogisticFit, x: np.ndarray) -> str:
    """Describe the figure of `s_curve` by where the curve begins and ends."""
    (variable,) = alone.predictors.values()
    b = fit.parameters[variable.name]
    first, last = special.expit(fit.parameters[CONSTANT] + b * np.array([x.min(), x.max()]))
    return (
        f"Outcomes 0 and 1 of {fit.n:,} customers over {variable.axis_label}, a little apart from "
        "one another, with the shares retained of groups, a straight line, and an S-curve from "
        f"{first:.2f} at the lowest value to {last:.2f} at the highest."
    )


def climb(alone: Study, log_likelihoods: pd.Series, candidates: pd.DataFrame) -> Figure:
    """Draw the log-likelihood over the slope, with the candidates marked.

    `log_likelihoods` has the slopes as its index; `candidates` has slope and log_likelihood.
    """
    (variable,) = alone.predictors.values()
    figure, axes = plt.subplots(figsize=(WIDTH, 3.8))
    axes.plot(log_likelihoods.index, log_likelihoods, color=BLUE)
    looks = zip(candidates.iterrows(), "osD", [CHURNED["color"], BLUE, ORANGE], strict=True)
    for (name, row), marker, color in looks:
        axes.plot(
            row["slope"], row["log_likelihood"], ls="", marker=marker, ms=9, color=color, label=name
        )
    axes.set_xlabel(wrapped(f"Slope of the log-odds over {variable.axis_label}", 55))
    axes.set_ylabel("Log-likelihood")
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: number(value, ",.12g"))
    axes.set_title("The estimate is the top of the curve")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def climb_alt(candidates: pd.DataFrame) -> str:
    """Describe the figure of `climb` by the candidates' log-likelihoods."""
    told = [
        f"{name} {number(row['log_likelihood'], ',.1f')}" for name, row in candidates.iterrows()
    ]
    return f"Log-likelihood over the slope, a curve with one top. Marked: {', '.join(told)}."

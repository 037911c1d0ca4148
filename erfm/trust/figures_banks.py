"""Figures that compare two banks, and that show why their equations differ."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FormatStrFormatter, FuncFormatter, NullLocator

from erfm.figures import BLUE, CHURNED, GREEN, ORANGE, RETAINED, VERMILION, WIDTH, narrow, wrapped
from erfm.study import Study

RECONSTRUCTION = {"color": BLUE, "marker": "o", "markerfacecolor": BLUE}
OTHER_BANK = {"color": VERMILION, "marker": "D", "markerfacecolor": "white"}
LOOKS = (RECONSTRUCTION, OTHER_BANK)
THOUSANDS = FuncFormatter(lambda value, _: f"{value:,.0f}")


def _intervals(axes: Axes, x: pd.Series, rows: pd.DataFrame, value: str, **look: Any) -> None:
    """Draw points with their limits upwards; `value` names the column of the estimate."""
    spread = [rows[value] - rows["lower"], rows["upper"] - rows[value]]
    axes.errorbar(x, rows[value], yerr=np.clip(spread, 0, None), capsize=2.5, **look)


def _odds_ratios(
    axes: Axes, y: np.ndarray, rows: pd.DataFrame, look: dict[str, Any], label: str
) -> None:
    spread = [rows["odds_ratio"] - rows["lower"], rows["upper"] - rows["odds_ratio"]]
    axes.errorbar(
        rows["odds_ratio"], y, xerr=np.clip(spread, 0, None), ls="", capsize=3, label=label, **look
    )


def _odds_axis(axes: Axes, ticks: list[float]) -> None:
    axes.axvline(1, color="black", lw=0.8)
    axes.set_xscale("log")
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(FormatStrFormatter("%.4g"))
    axes.xaxis.set_minor_locator(NullLocator())


def alt_of_forests(study: Study, table: pd.DataFrame) -> str:
    """Return the alternative text of `two_forests`, for the other bank's `effects`."""
    ratios = [f"{study.label(t)} {ratio:.2f}" for t, ratio in table["odds_ratio"].items()]
    return (
        "Forest plot of six odds ratios per standard deviation at two banks. Other bank: "
        f"{', '.join(ratios)}."
    )


def alt_of_ladder(study: Study, table: pd.DataFrame) -> str:
    """Return the alternative text of `conditioning_ladder`, for the other bank's table."""
    told = [
        f"{study.label(term)} {', '.join(f'{ratio:.2f}' for ratio in part['odds_ratio'])}"
        for term, part in table.groupby(level=0, sort=False)
    ]
    return (
        "Odds ratios of four variables in models that take in more and more others. Other bank: "
        f"{'; '.join(told)}."
    )


def two_forests(study: Study, banks: dict[str, pd.DataFrame]) -> Figure:
    """Draw each variable's odds ratio per standard deviation at two banks.

    `banks` gives the table of `another_bank.effects` by the bank's name; the signs that `study`
    hypothesises stand beside the labels.
    """
    terms = list(study.predictors)
    y = np.arange(len(terms))[::-1]
    figure, axes = plt.subplots(figsize=(WIDTH, 0.5 * len(terms) + 1.7))
    for (bank, table), look, offset in zip(banks.items(), LOOKS, (0.15, -0.15), strict=True):
        _odds_ratios(axes, y + offset, table.loc[terms], look, bank)
    _odds_axis(axes, [0.2, 0.5, 1, 2, 5, 10])
    signs = {"+": "(+)", "-": "(−)"}
    labels = [f"{wrapped(study.label(t))} {signs.get(study.predictors[t].sign, '')}" for t in terms]
    axes.set_yticks(y, labels)
    axes.set_xlabel("Odds ratio of retention per standard deviation (log scale), 95% interval")
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_title("The same equation at two banks; in brackets, the hypothesised sign")
    return figure


def conditioning_ladder(study: Study, banks: dict[str, pd.DataFrame]) -> Figure:
    """Draw how the odds ratios of some variables change as others enter the model.

    `banks` gives the table of `another_bank.conditioning` by the bank's name.
    """
    terms = list(dict.fromkeys(next(iter(banks.values())).index))
    rows = -(-len(terms) // 2)
    figure, grid = plt.subplots(rows, 2, figsize=(WIDTH, 2.3 * rows + 0.5), squeeze=False)
    for axes, term in zip(grid.flat, terms, strict=False):
        for (bank, table), look, offset in zip(banks.items(), LOOKS, (0.14, -0.14), strict=True):
            part = table.loc[[term]]
            y = np.arange(len(part))[::-1]
            _odds_ratios(axes, y + offset, part, look, bank)
        _odds_axis(axes, [0.2, 0.5, 1, 2] if term == "amount" else [0.7, 0.8, 0.9, 1, 1.2, 1.5])
        axes.set_yticks(y, [wrapped(model, 18, lines=3) for model in part["model"]])
        axes.set_ylim(-0.6, len(part) - 0.4)
        axes.set_title(wrapped(study.label(term)))
    for axes in grid.flat[len(terms) :]:
        axes.axis("off")
    figure.supxlabel("Odds ratio of retention per standard deviation (log scale)", size="medium")
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2)
    return figure


def outcome_map(study: Study, frame: pd.DataFrame, line: tuple[float, float]) -> Figure:
    """Draw every customer by amount and frequency, retained and churned apart.

    `line` gives intercept and slope of frequency over amount where the model's P(retained) is one
    half for a customer who is average otherwise.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4))
    for value, look, size in ((1, RETAINED, 7), (0, CHURNED, 9)):
        part = frame[frame["retained"] == value]
        axes.scatter(
            part["amount"], part["frequency"], s=size, color=look["color"], marker=look["marker"],
            alpha=0.4, linewidths=0, label=look["label"],
        )  # fmt: skip
    x = np.array([frame["amount"].min(), frame["amount"].max()])
    axes.plot(x, line[0] + line[1] * x, color="black", lw=1.5, ls="--", label="P(retained) = 0.5")
    axes.set_ylim(0, frame["frequency"].max() * 1.05)
    axes.xaxis.set_major_formatter(THOUSANDS)
    axes.set_xlabel(wrapped(study.predictors["amount"].axis_label, 60))
    axes.set_ylabel(wrapped(study.predictors["frequency"].axis_label, 60))
    axes.legend(loc="lower right", markerscale=2.5)
    axes.set_title("At a given amount, those who churned made fewer transactions")
    return figure


def rate_grid(study: Study, grid: pd.DataFrame, least: int = 10) -> Figure:
    """Draw the retention rate in classes of amount (down) and frequency (across).

    `grid` is the table of `another_bank.rates` by both; classes with fewer than `least` customers
    stay blank.
    """
    filled = grid[grid["customers"] >= least]
    table = filled.pivot_table("retention_rate", *grid.index.names, observed=True)
    figure, axes = plt.subplots(figsize=(WIDTH, 4.6))
    image = axes.imshow(100 * table, cmap="cividis", vmin=0, vmax=100, aspect="auto")
    for (row, column), rate in np.ndenumerate(table.to_numpy()):
        if not np.isnan(rate):
            ink = "black" if rate > 0.55 else "white"
            axes.text(column, row, f"{100 * rate:.0f}", ha="center", va="center", color=ink)
    axes.set_xticks(range(table.shape[1]), table.columns, rotation=30, ha="right")
    axes.set_yticks(range(len(table)), table.index)
    axes.invert_yaxis()
    axes.grid(False)
    axes.set_xlabel(wrapped(study.predictors["frequency"].axis_label, 60))
    axes.set_ylabel(wrapped(study.predictors["amount"].axis_label, 60))
    figure.colorbar(image, label="Retention rate (%)")
    axes.set_title("Mostly, retention rises with frequency and falls with amount")
    return figure


def straight_and_curved(study: Study, tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw observed retention over some variables beside what two models expect there.

    `tables` gives, for each variable, the rates by group with its ``middle`` and the means
    ``straight`` and ``curved`` of the two models' probabilities.
    """
    figure, grid = plt.subplots(1, len(tables), figsize=(WIDTH, 3.3), sharey=True, squeeze=False)
    panels = grid[0]
    for axes, (name, table) in zip(panels, tables.items(), strict=True):
        rates = table.assign(**{c: 100 * table[c] for c in ("retention_rate", "lower", "upper")})
        _intervals(
            axes, table["middle"], rates, "retention_rate", ls="", marker="o", color=BLUE,
            label="observed", ms=4,
        )  # fmt: skip
        axes.plot(
            table["middle"],
            100 * table["straight"],
            color=VERMILION,
            ls="--",
            label="straight lines",
        )
        axes.plot(table["middle"], 100 * table["curved"], color=GREEN, label="curves")
        axes.xaxis.set_major_formatter(THOUSANDS)
        axes.set_xlabel(narrow(study.predictors[name].axis_label))
    panels[0].set_ylabel("Retention rate (%)")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    figure.suptitle(
        "What is observed, and what two models expect",
        x=0.01,
        ha="left",
        weight="bold",
        size="medium",
    )
    return figure


def age_and_amount(ages: pd.DataFrame, within: pd.DataFrame) -> Figure:
    """Draw the mean age by class of amount, and retention by class of age within bands of amount.

    `ages` has mean, lower and upper by class; `within` is the table of `another_bank.rates` by band
    of amount and class of age.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 3.7))
    x = np.arange(len(ages))
    _intervals(left, x, ages, "mean", color=BLUE, marker="o")
    left.set_xticks(x, ages.index, rotation=45, ha="right")
    left.set(xlabel="Amount (dollars in 12 months)", ylabel="Mean age (years)")
    left.set_title("Who spends how much")
    classes = within.index.remove_unused_levels().levels[1]
    bands = list(within.groupby(level=0, observed=True))
    looks = zip((VERMILION, BLUE, GREEN, ORANGE), "sD^v", ("--", "-", ":", "-."), strict=True)
    for (band, part), (color, marker, style) in zip(bands, list(looks)[: len(bands)], strict=True):
        rates = 100 * part.droplevel(0).reindex(classes)[["retention_rate", "lower", "upper"]]
        _intervals(
            right, np.arange(len(classes)), rates, "retention_rate", color=color, marker=marker,
            ls=style, label=band,
        )  # fmt: skip
    right.set_xticks(range(len(classes)), classes)
    right.set(xlabel="Age (years)", ylabel="Retention rate (%)")
    right.set_title("Retention by age, by amount")
    right.legend(title="Amount", fontsize="small", title_fontsize="small")
    return figure


def crossing(study: Study, table: pd.DataFrame) -> Figure:
    """Draw retention by tenths of frequency for each gender.

    `table` is that of `another_bank.rates` by frequency class and gender.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    classes = table.index.remove_unused_levels().levels[0]
    looks = (
        {"color": ORANGE, "marker": "s", "ls": "--"},
        {"color": BLUE, "marker": "o", "ls": "-"},
    )
    for level, look, offset in zip(
        study.predictors["gender"].levels, looks, (-0.06, 0.06), strict=True
    ):
        rates = table.xs(level, level=1).reindex(classes)
        rates = 100 * rates[["retention_rate", "lower", "upper"]]
        x = np.arange(len(classes)) + offset
        _intervals(axes, x, rates, "retention_rate", label=wrapped(level), **look)
    axes.set_xticks(range(len(classes)), classes, rotation=30, ha="right")
    axes.set_xlabel(wrapped(study.predictors["frequency"].axis_label, 60))
    axes.set_ylabel("Retention rate (%)")
    axes.legend(title=wrapped(study.predictors["gender"].label))
    axes.set_title("One coefficient for gender averages two opposite differences")
    return figure

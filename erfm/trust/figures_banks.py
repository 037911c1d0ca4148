"""Figures that compare two banks, and that show why their equations differ.

What each says is written above it by `erfm.trust.messages_banks`, from what is drawn.
"""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from erfm import ties
from erfm.figures import (
    BLUE,
    CHURNED,
    GREEN,
    GREY,
    ON_DARK,
    ON_LIGHT,
    ORANGE,
    RETAINED,
    VERMILION,
    WIDTH,
    wrapped,
    write_title,
)  # fmt: skip
from erfm.formats import percent
from erfm.study import Study
from erfm.trust import messages_banks as messages

RECONSTRUCTION = {"color": BLUE, "marker": "o", "markerfacecolor": BLUE}
OTHER_BANK = {"color": VERMILION, "marker": "D", "markerfacecolor": "white"}
LOOKS = (RECONSTRUCTION, OTHER_BANK)
THOUSANDS = FuncFormatter(lambda value, _: f"{value:,.12g}")
ROUND = [1, 2, 5, 10]
SLANTED: dict[str, Any] = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
ODDS = "Odds ratio of retention per standard deviation\n(log scale), with 95% interval"


def _intervals(axes: Axes, x: pd.Series, rows: pd.DataFrame, value: str, **look: Any) -> None:
    """Draw points with their limits upwards; `value` names the column of the estimate."""
    spread = [rows[value] - rows["lower"], rows["upper"] - rows[value]]
    axes.errorbar(x, rows[value], yerr=np.clip(spread, 0, None), capsize=2.5, **look)


def _odds_ratios(
    axes: Axes, y: np.ndarray, rows: pd.DataFrame, look: dict[str, Any], label: str, line: str = ""
) -> None:
    spread = [rows["odds_ratio"] - rows["lower"], rows["upper"] - rows["odds_ratio"]]
    axes.errorbar(
        rows["odds_ratio"], y, xerr=np.clip(spread, 0, None), ls=line, lw=1, elinewidth=1.8,
        capsize=3, label=label, **look,
    )  # fmt: skip


def _log_axis(axes: Axes, low: float, high: float) -> None:
    """Give the x-axis a log scale with round numbers as ticks."""
    axes.set_xscale("log")
    ticks = round_ticks(low, high)
    axes.set_xticks(ticks, [THOUSANDS(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())


def round_ticks(low: float, high: float) -> list[float]:
    """Return four to eight round numbers between two positive ones, for a log scale."""
    for steps in ([1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.5, 2, 3, 4, 5, 7, 8, 9]):
        exponents = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
        # 7 × 10⁻¹ is not 0.7 to the last bit.
        numbers = [float(f"{step}e{exponent}") for exponent in exponents for step in steps]
        ticks = [number for number in numbers if low <= number <= high]
        if len(ticks) >= 4:
            return ticks[:: -(-len(ticks) // 8)]
    near = MaxNLocator(4, steps=ROUND).tick_values(low, high)
    return [float(tick) for tick in near if low <= tick <= high] or [low, high]


def _odds_axis(axes: Axes, tables: list[pd.DataFrame]) -> None:
    axes.axvline(1, color="black", lw=1)
    low = min(1, *(table["lower"].min() for table in tables))
    high = max(1, *(table["upper"].max() for table in tables))
    _log_axis(axes, low, high)
    axes.grid(axis="y", visible=False)


def two_forests(study: Study, banks: dict[str, pd.DataFrame]) -> Figure:
    """Draw each variable's odds ratio per standard deviation at two banks.

    `banks` gives the table of `another_bank.effects` by the bank's name; the signs that `study`
    hypothesises stand beside the labels. The rows of `messages_banks.agreeing` are shaded.
    """
    terms = list(study.predictors)
    y = np.arange(len(terms))[::-1]
    figure, axes = plt.subplots(figsize=(WIDTH, 0.5 * len(terms) + 2.3))
    for (bank, table), look, offset in zip(banks.items(), LOOKS, (0.15, -0.15), strict=True):
        _odds_ratios(axes, y + offset, table.loc[terms], look, bank)
    _odds_axis(axes, [table.loc[terms] for table in banks.values()])
    agreeing = messages.agreeing(banks)
    for i, term in enumerate(term for term in terms if term in agreeing):
        place = y[terms.index(term)]
        axes.axhspan(
            place - 0.42, place + 0.42, color=GREY, alpha=0.15, lw=0, zorder=0,
            label="" if i else "both surely on this side of 1",
        )  # fmt: skip
    signs = {"+": " (+)", "-": " (−)"}
    names = [
        f"{wrapped(study.label(t), 24)}{signs.get(study.predictors[t].sign, '')}" for t in terms
    ]
    axes.set_yticks(y, names)
    axes.set_ylim(-0.6, len(terms) - 0.4)
    axes.set_xlabel(ODDS)
    figure.legend(loc="outside lower left", ncols=1)
    write_title(figure, messages.forests(study, banks))
    return figure


def conditioning_ladder(study: Study, banks: dict[str, pd.DataFrame]) -> Figure:
    """Draw how the odds ratios of some variables change as others enter the model.

    `banks` gives the table of `another_bank.conditioning` by the bank's name.
    """
    terms = list(dict.fromkeys(next(iter(banks.values())).index))
    rungs = [len(next(iter(banks.values())).loc[[term]]) for term in terms]
    figure, panels = plt.subplots(
        len(terms), figsize=(WIDTH, 0.42 * sum(rungs) + 0.65 * len(terms) + 1.4), squeeze=False,
        height_ratios=[rung + 0.2 for rung in rungs],
    )  # fmt: skip
    for axes, term in zip(panels.flat, terms, strict=True):
        parts = [table.loc[[term]] for table in banks.values()]
        y = np.arange(len(parts[0]))[::-1]
        for bank, part, look, offset in zip(banks, parts, LOOKS, (0.14, -0.14), strict=True):
            _odds_ratios(axes, y + offset, part, look, bank, line=":")
        _odds_axis(axes, parts)
        axes.set_yticks(y, [wrapped(model, 24, lines=2) for model in parts[0]["model"]])
        axes.set_ylim(-0.6, len(y) - 0.4)
        axes.set_title(wrapped(study.label(term)))
    panels[-1, 0].set_xlabel(ODDS)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower left", ncols=1)
    write_title(figure, messages.ladder(study, list(banks.values())[1]))
    return figure


def outcome_map(study: Study, frame: pd.DataFrame, line: tuple[float, float]) -> Figure:
    """Draw every customer by amount and frequency, retained and churned apart.

    `line` gives intercept and slope of frequency over amount where the model's P(retained) is one
    half for a customer who is average otherwise.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 5.2))
    for value, look, size in ((1, RETAINED, 7), (0, CHURNED, 9)):
        part = frame[frame["retained"] == value]
        axes.scatter(
            part["amount"], part["frequency"], s=size, color=look["color"], marker=look["marker"],
            alpha=0.45, linewidths=0, label=look["label"],
        )  # fmt: skip
    x = np.array([frame["amount"].min(), frame["amount"].max()])
    axes.plot(x, line[0] + line[1] * x, color="black", lw=2, ls="--", label="P(retained) = 0.5")
    axes.set_ylim(0, frame["frequency"].max() * 1.05)
    axes.xaxis.set_major_formatter(THOUSANDS)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=ROUND))
    axes.set_xlabel(wrapped(study.predictors["amount"].axis_label, 50))
    axes.set_ylabel(wrapped(study.predictors["frequency"].axis_label, 40))
    figure.legend(loc="outside lower center", ncols=3, markerscale=2.5, columnspacing=1.2)
    write_title(figure, messages.outcome_map(study, frame))
    return figure


def rate_grid(study: Study, grid: pd.DataFrame) -> Figure:
    """Draw the retention rate in classes of amount (down) and frequency (across).

    `grid` is the table of `another_bank.rates` by both; those of classes with few
    customers stay blank, see `messages_banks.filled`.
    """
    table = messages.filled(grid)
    figure, axes = plt.subplots(figsize=(WIDTH, 0.36 * len(table) + 2.5))
    image = axes.imshow(100 * table, cmap="cividis", vmin=0, vmax=100, aspect="auto")
    for (row, column), rate in np.ndenumerate(table.to_numpy()):
        if not np.isnan(rate):
            ink = ON_LIGHT if rate > 0.55 else ON_DARK
            axes.text(column, row, f"{100 * rate:.0f}", ha="center", va="center", color=ink)
    axes.set_xticks(range(table.shape[1]), table.columns, **SLANTED)
    axes.set_yticks(range(len(table)), table.index)
    axes.invert_yaxis()
    axes.grid(False)
    axes.set_xlabel(wrapped(study.predictors["frequency"].axis_label, 50))
    axes.set_ylabel(wrapped(study.predictors["amount"].axis_label, 40))
    figure.colorbar(
        image, label="Retention rate (%)", location="bottom", aspect=40, pad=0.02, fraction=0.06
    )
    write_title(figure, messages.rate_grid(study, grid))
    return figure


def straight_and_curved(study: Study, tables: dict[str, pd.DataFrame]) -> Figure:
    """Draw observed retention over some variables beside what two models expect there.

    `tables` gives, for each variable, the rates by group with its ``middle`` and the means
    ``straight`` and ``curved`` of the two models' probabilities. The first panel is the largest;
    the group with the lowest rate is named in it.
    """
    figure, panels = plt.subplots(
        len(tables), figsize=(WIDTH, 2.2 * len(tables) + 2.6), squeeze=False,
        height_ratios=[1.9, *[1] * (len(tables) - 1)],
    )  # fmt: skip
    limits = pd.concat(list(tables.values()))[["lower", "upper", "straight", "curved"]]
    low, high = 100 * limits.min().min(), 100 * limits.max().max()
    for axes, (name, table) in zip(panels.flat, tables.items(), strict=True):
        rates = table.assign(**{c: 100 * table[c] for c in ("retention_rate", "lower", "upper")})
        x = table["middle"]
        _intervals(
            axes, x, rates, "retention_rate", ls="", marker="o", color=BLUE, ms=5,
            label="observed, 95% interval",
        )  # fmt: skip
        axes.plot(
            x, 100 * table["straight"], color=VERMILION, ls="--", lw=1.8, label="straight lines"
        )
        axes.plot(x, 100 * table["curved"], color=GREEN, lw=1.8, label="curves")
        first = axes is panels[0, 0]
        axes.set_ylim(low - (0.28 if first else 0.04) * (high - low), high + 0.04 * (high - low))
        unit = wrapped(study.predictors[name].axis_label, 40)
        if x.min() > 0 and x.max() > 10 * x.min():
            _log_axis(axes, 0.9 * x.min(), 1.1 * x.max())
            unit += ", log scale"
        else:
            axes.xaxis.set_major_formatter(THOUSANDS)
            axes.xaxis.set_major_locator(MaxNLocator(6, steps=ROUND))
        axes.set_xlabel(unit)
        axes.set_ylabel("Retention rate (%)" if first else "Rate (%)")
    name, table = next(iter(tables.items()))
    _name_the_lowest(panels[0, 0], table, low)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    write_title(figure, messages.dip(study, name, table))
    return figure


def _name_the_lowest(axes: Axes, table: pd.DataFrame, low: float) -> None:
    """Name the group with the lowest rate, below all that is drawn."""
    lowest = table.loc[ties.smallest(table["retention_rate"])]
    x, rate = lowest["middle"], lowest["retention_rate"]
    left, right = axes.get_xlim()
    logs = np.log if axes.get_xscale() == "log" else np.asarray
    share = (logs(x) - logs(left)) / (logs(right) - logs(left))
    text = f"{percent(rate, 0)} at {lowest['middle']:,.0f}"
    axes.annotate(
        text, (x, 100 * lowest["lower"]), xytext=(0, 8), ha="left" if share < 0.7 else "right",
        textcoords=("offset points", "axes points"), va="bottom", weight="bold",
        arrowprops={"arrowstyle": "-", "color": "black", "shrinkB": 2},
    )  # fmt: skip


def age_and_amount(study: Study, ages: pd.DataFrame, within: pd.DataFrame) -> Figure:
    """Draw the mean age by class of amount, and retention by class of age within bands of amount.

    `ages` has mean, lower and upper by class; `within` is the table of `another_bank.rates` by band
    of amount and class of age.
    """
    bands = list(within.groupby(level=0, observed=True))
    upper = max(0.26 * len(ages), 1.8)
    figure, (above, below) = plt.subplots(
        2, figsize=(WIDTH, upper + 0.24 * len(bands) + 5.0), height_ratios=[upper, 2.4]
    )
    y = np.arange(len(ages))
    reach = [ages["mean"] - ages["lower"], ages["upper"] - ages["mean"]]
    above.errorbar(
        ages["mean"], y, xerr=np.clip(reach, 0, None), color=BLUE, marker="o", capsize=2.5, lw=1.2
    )
    above.set_yticks(y, ages.index)
    amount, age = (wrapped(study.predictors[name].axis_label, 34) for name in ("amount", "age"))
    above.set_xlabel(f"Mean with 95% interval: {age}")
    above.set_ylabel(wrapped(study.predictors["amount"].axis_label, 18, lines=3))
    above.set_title(wrapped(messages.youngest(ages), 44))
    classes = within.index.remove_unused_levels().levels[1]
    looks = zip((VERMILION, BLUE, GREEN, ORANGE), "sD^v", ("--", "-", ":", "-."), strict=True)
    for (band, part), (color, marker, style) in zip(bands, list(looks)[: len(bands)], strict=True):
        rates = 100 * part.droplevel(0).reindex(classes)[["retention_rate", "lower", "upper"]]
        _intervals(
            below, np.arange(len(classes)), rates, "retention_rate", color=color, marker=marker,
            ls=style, lw=1.8, ms=7, label=band,
        )  # fmt: skip
    below.set_xticks(range(len(classes)), classes)
    below.set(xlabel=age, ylabel="Retention rate (%)")
    below.set_title(wrapped(messages.youth(within), 44))
    figure.legend(loc="outside lower center", ncols=2, title=amount)
    return figure


def crossing(study: Study, table: pd.DataFrame) -> Figure:
    """Draw retention by tenths of frequency for each gender.

    `table` is that of `another_bank.rates` by frequency class and gender.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4))
    classes = table.index.remove_unused_levels().levels[0]
    levels = study.predictors["gender"].levels
    looks = (
        {"color": VERMILION, "marker": "s", "ls": "--"},
        {"color": BLUE, "marker": "o", "ls": "-"},
    )
    for level, look, offset in zip(levels, looks, (-0.06, 0.06), strict=True):
        rates = table.xs(level, level=1).reindex(classes)
        rates = 100 * rates[["retention_rate", "lower", "upper"]]
        x = np.arange(len(classes)) + offset
        _intervals(axes, x, rates, "retention_rate", label=wrapped(level), lw=1.8, ms=7, **look)
    axes.set_xticks(range(len(classes)), classes, **SLANTED)
    axes.set_xlabel(wrapped(study.predictors["frequency"].axis_label, 50))
    axes.set_ylabel("Retention rate (%)")
    figure.legend(
        loc="outside lower center", ncols=2, title=wrapped(study.predictors["gender"].label)
    )
    write_title(figure, messages.crossing(table, levels))
    return figure

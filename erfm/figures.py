"""The report's figures: one function each, returning a Matplotlib figure.

Colours follow those of Okabe & Ito (2008), which colour-blind readers tell apart, darkened until
they stand out against a white page; every distinction is also drawn with a marker, a line style or
a hatch. The site shows a figure on a dark page, too, where each colour has its lighter twin.
"""

from __future__ import annotations

import math
import textwrap
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import font_manager, get_cachedir
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import SubplotSpec
from matplotlib.legend_handler import HandlerTuple
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, NullLocator

from erfm import ties
from erfm.escaping import one_line
from erfm.formats import how_many, number, percent
from erfm.stepwise import ForwardSelection
from erfm.study import Study
from erfm.validation import RocCurve

BLUE, ORANGE, GREEN, VERMILION = "#0072B2", "#C58300", "#00805C", "#C44E00"
PURPLE, SKY, GREY, PALE = "#AC5590", "#2E93CC", "#666666", "#8F8F8F"
INK, PAPER, GRID = "#262626", "#FFFFFF", "#CCCCCC"
ON_DARK, ON_LIGHT = "#FDFDFD", "#020202"
"""Ink on a filled area, such as a cell of a grid, that is the same on a light and a dark page."""

DARK_TWINS = {
    INK: "#E6E6E6", "#000000": "#E6E6E6", PAPER: "#131416", GRID: "#4A4D51", GREY: "#A8A8A8",
    PALE: "#8F8F8F", BLUE: "#4DA9E0", ORANGE: "#F5B942", GREEN: "#2CC295", VERMILION: "#FF8A3D",
    PURPLE: "#E49BC4", SKY: "#A6D8F7",
}  # fmt: skip
"""What each colour becomes on a dark page; any other stays what it is."""

RETAINED = {"color": BLUE, "label": "retained", "marker": "o", "linestyle": "-", "hatch": ""}
CHURNED = {"color": VERMILION, "label": "churned", "marker": "s", "linestyle": "--", "hatch": "///"}

WIDTH = 6.0
"""Inches across: as wide as a page's text, and on a telephone shrunk to little more than half."""

TEXT = 11
"""Points of the smallest text. With `WIDTH`, it is still readable on a telephone."""

PHONE, READABLE = 358, 9
"""Pixels that a telephone has for a figure, and those of the smallest text that can be read."""


def narrowest(figure: Figure) -> int:
    """Return the width in pixels below which some text of a figure is too small to be read.

    Up to `PHONE`, the figure shrinks with the page; a wider one is scrolled where it has no room.
    """
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    smallest = min((float(text.get_fontsize()) for text in texts), default=TEXT)
    return math.ceil(READABLE * 72 * figure.get_figwidth() / smallest)


def style() -> None:
    """Set the look of all figures."""
    sns.set_theme(style="ticks", context="notebook")
    plt.rcParams.update(
        {
            "font.size": TEXT,
            "axes.labelsize": TEXT,
            "axes.titlesize": TEXT,
            "xtick.labelsize": TEXT,
            "ytick.labelsize": TEXT,
            "legend.fontsize": TEXT,
            "legend.title_fontsize": TEXT,
            "figure.titlesize": TEXT,
            "figure.labelsize": TEXT,
            # The one that comes with Matplotlib: texts are as long on every machine.
            "font.sans-serif": ["DejaVu Sans"],
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.grid": True,
            "axes.edgecolor": INK,
            "axes.labelcolor": INK,
            "text.color": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "grid.color": GRID,
            "grid.alpha": 0.6,
            "figure.constrained_layout.use": True,
            "legend.frameon": False,
            # A dollar in a study's text is a dollar.
            "text.parse_math": False,
            "axes.prop_cycle": plt.cycler(color=[BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY]),
        }
    )


CJK_FONTS = (
    "Noto Sans CJK", "Source Han Sans", "Microsoft YaHei", "SimHei", "PingFang", "Hiragino Sans",
    "WenQuanYi", "Arial Unicode MS",
)  # fmt: skip


def has_cjk(text: str) -> bool:
    """Return whether a text has Chinese, Japanese or Korean characters."""
    return any("\u3040" <= character <= "\u9fff" or character >= "\uac00" for character in text)


def use_cjk_font() -> str:
    """Let figures fall back on an installed font with Chinese characters.

    Returns
    -------
    str
        Empty, or where no such font is installed what to do about it.
    """
    fonts = {font.name for font in font_manager.fontManager.ttflist}
    found = next((f for start in CJK_FONTS for f in sorted(fonts) if f.startswith(start)), None)
    if found is None:
        return (
            "No font with Chinese characters is installed, so figures show boxes instead. Install "
            "one, for example Noto Sans CJK (Debian: fonts-noto-cjk), delete Matplotlib's font "
            f"cache in {get_cachedir()} and run the report again."
        )
    plt.rcParams["font.family"] = ["sans-serif", found]
    return ""


def wrapped(text: object, width: int = 32, lines: int = 2) -> str:
    """Return a text of the study as a figure has room for it: some lines, then an ellipsis.

    A Chinese character takes the room of two Latin ones.
    """
    line = one_line(str(text))
    room = width // 2 if has_cjk(line) else width
    return textwrap.fill(line, room, max_lines=lines, placeholder=" …")


def _spread(estimate: pd.Series, lower: pd.Series, upper: pd.Series) -> np.ndarray:
    """Return the lengths of error bars; a limit that equals the estimate has length 0."""
    return np.clip([estimate - lower, upper - estimate], 0, None)


def sample_flow(path: pd.DataFrame, cut: str) -> Figure:
    """Draw the sample's path: all customers, complete cases, and the two samples they split into.

    `path` is the table of `sample_path`; `cut` says what the incomplete customers lack.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 4.2))
    axes.set(xlim=(0, 6), ylim=(0, 3.9))
    axes.axis("off")
    places = {
        "All customers": (1.45, 3.4),
        "Complete cases": (1.45, 1.9),
        "Model-building sample": (1.45, 0.4),
        "Holdout sample": (4.55, 0.4),
    }
    box = {"boxstyle": "round,pad=0.5", "facecolor": PAPER, "edgecolor": BLUE, "lw": 1.5}
    for name, (x, y) in places.items():
        row = path.loc[name]
        known = int(row["retained"] + row["churned"])
        text = f"{name}\n{int(row['customers']):,} customers\n"
        text += f"{int(row['retained']):,} retained ({percent(row['retained'] / known)})"
        axes.text(x, y, text, ha="center", va="center", bbox=box)
    arrow = {"arrowstyle": "->", "color": GREY, "lw": 1.5}
    for start, end in (
        ((1.45, 2.9), (1.45, 2.4)), ((1.45, 1.4), (1.45, 0.9)), ((2.2, 1.4), (4.1, 0.9)),
    ):  # fmt: skip
        axes.annotate("", end, start, arrowprops=arrow)
    dropped = int(path.loc["All customers", "customers"] - path.loc["Complete cases", "customers"])
    if dropped:
        axes.annotate("", (3.2, 2.65), (1.5, 2.65), arrowprops=arrow | {"linestyle": "--"})
        text = wrapped(f"{dropped:,} left out: {cut}", 28, lines=4)
        axes.text(3.3, 2.65, text, va="center", color=GREY)
    axes.set_title(
        f"{int(path.loc['Complete cases', 'customers']):,} of "
        f"{int(path.loc['All customers', 'customers']):,} customers can be analysed"
    )
    return figure


def distributions(study: Study, frame: pd.DataFrame) -> Figure:
    """Draw each predictor's distribution, retained and churned customers apart.

    Levels and few values are bars; many values are the share of customers up to each, on a
    logarithmic axis where a few are far larger than the others.
    """
    names = list(study.predictors)
    positions = {name: _positions(study, frame, name) for name in names}
    figure, panels = _panels([_names(positions[name]) for name in names], outcomes=2)
    for axes, name in zip(panels, names, strict=True):
        if positions[name]:
            _shares(axes, frame, name, positions[name])
        else:
            _cumulated(axes, frame, name)
        axes.set_title(narrow(study.predictors[name].axis_label))
    _legend_below(figure)
    write_title(figure, "How retained and churned customers differ")
    return figure


FEW = 12
"""Values up to which each has a bar of its own."""


def _positions(study: Study, frame: pd.DataFrame, name: str) -> list[object]:
    """Return the levels or the few values of a predictor; of many values none."""
    if study.predictors[name].levels:
        return list(study.predictors[name].levels)
    return sorted(frame[name].unique()) if frame[name].nunique() <= FEW else []


def _shares(axes: Axes, frame: pd.DataFrame, name: str, positions: list[object]) -> None:
    """Draw the percentage of each outcome at each level or value."""
    names = _names(positions)
    flat = _are_long(names)
    for offset, value, look in ((-0.2, 0, CHURNED), (0.2, 1, RETAINED)):
        values = frame.loc[frame["retained"] == value, name]
        share = 100 * values.value_counts(normalize=True).reindex(positions, fill_value=0)
        cue: dict[str, Any] = {
            "color": look["color"], "hatch": look["hatch"], "edgecolor": PAPER,
            "label": look["label"],
        }  # fmt: skip
        if flat:
            axes.barh(np.arange(len(names))[::-1] - offset, share, height=0.4, **cue)
        else:
            axes.bar(np.arange(len(names)) + offset, share, width=0.4, **cue)
    _name_places(axes, names, flat)
    (axes.set_xlabel if flat else axes.set_ylabel)("% of each outcome")


def _cumulated(axes: Axes, frame: pd.DataFrame, name: str) -> None:
    """Draw the percentage of each outcome up to each value."""
    for value, look in ((0, CHURNED), (1, RETAINED)):
        values, counts = np.unique(frame.loc[frame["retained"] == value, name], return_counts=True)
        share = np.r_[0, 100 * np.cumsum(counts) / counts.sum()]
        axes.plot(
            np.r_[values[:1], values], share, drawstyle="steps-post", color=look["color"],
            linestyle=look["linestyle"], lw=1.8, label=look["label"],
        )  # fmt: skip
    _stretch(axes, frame[name])
    axes.set_ylabel("% up to the value")


def _legend_below(figure: Figure) -> None:
    """Name what all panels show, once; a name that looks different in two panels has both looks."""
    looks: dict[str, dict[type, Any]] = {}
    for axes in figure.axes:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            looks.setdefault(label, {}).setdefault(type(handle), handle)
    handles: list[Any] = [tuple(look.values()) for look in looks.values()]
    several: dict[str, Any] = {
        "handler_map": {tuple: HandlerTuple(ndivide=None, pad=0.6)},
        "handlelength": 4.0,
    }
    if all(len(handle) == 1 for handle in handles):
        handles, several = [handle for (handle,) in handles], {}
    figure.legend(handles, list(looks), loc="outside lower center", ncols=2, **several)


SKEWED = 10
"""How many times the median the largest value is that calls for a logarithmic axis."""


def _stretch(axes: Axes, values: pd.Series) -> None:
    """Make the axis logarithmic if a few values would press all others together.

    Values of zero or below stand where such an axis is straight, around zero.
    """
    sizes = np.abs(values[values != 0])
    if not len(sizes) or sizes.max() <= SKEWED * sizes.median():
        axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(lambda value, _: number(value, ",.12g"))
        return
    low, high = float(values.min()), float(values.max())
    if low > 0:
        axes.set_xscale("log")
        ticks = log_ticks(low, high, 4)
    else:
        straight = float(sizes.median())
        axes.set_xscale("symlog", linthresh=straight)
        above = log_ticks(straight, high, 3) if high > straight else []
        below = log_ticks(straight, -low, 3) if -low > straight else []
        if low < 0:  # both sides share the room
            above = above[-1:]
        ticks = [*(-tick for tick in below[-1:]), 0.0, *above]
    axes.set_xticks(ticks, [number(tick, ",.12g") for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())


def log_ticks(lower: float, upper: float, most: int) -> list[float]:
    """Return at most so many round numbers between two limits, for a logarithmic axis."""
    for decades, steps in [(1, [1, 2, 5]), (1, [1, 3]), *((n, [1]) for n in range(1, 100))]:
        exponents = [e for e in range(-60, 61) if e % decades == 0]
        numbers = [float(f"{step}e{e}") for e in exponents for step in steps]
        ticks = [tick for tick in numbers if lower <= tick <= upper]
        if len(ticks) <= most:
            return ticks
    return []


def write_title(figure: Figure, text: str) -> None:
    """Write what a figure says above it, on as many lines as it takes."""
    figure.suptitle(textwrap.fill(text, 56), x=0.01, ha="left", weight="bold", size="medium")


def narrow(text: str) -> str:
    """Return the name of a narrow panel or of its axis, a unit on lines of its own."""
    return wrapped(text, 24, lines=4)


def _tick(value: object) -> str:
    return number(value, ",.12g") if isinstance(value, int | float) else str(value)


def _names(positions: list[object]) -> list[str]:
    return [wrapped(_tick(position), 20) for position in positions]


PANEL, LINE = 25, 64
"""How many characters stand side by side below a panel, two in a row, and across a figure."""


def _are_long(names: list[str]) -> bool:
    """Return whether names have no room side by side, so that each has a row of its own."""
    longest = max((len(line) for name in names for line in name.splitlines()), default=0)
    return (longest + 1) * len(names) > PANEL


def _name_places(axes: Axes, names: list[str], flat: bool) -> None:
    """Name the places 0, 1, 2, … of an axis, or from the top down if they are flat."""
    if flat:
        axes.set_yticks(range(len(names))[::-1], names)
        axes.set_ylim(-0.6, len(names) - 0.4)
    else:
        axes.set_xticks(range(len(names)), names)
        axes.set_xlim(-0.6, len(names) - 0.4)


def _panels(names: list[list[str]], outcomes: int) -> tuple[Figure, list[Axes]]:
    """Return a figure with a panel for each list of names, in this order.

    Two stand side by side; one whose names are long has the whole width, and `outcomes` marks a
    row, below the others.
    """
    wide = [_are_long(given) for given in names]
    short = [i for i, is_wide in enumerate(wide) if not is_wide]
    rows = [short[i : i + 2] for i in range(0, len(short), 2)]
    heights = [2.5] * len(rows)
    rows += [[i] for i, is_wide in enumerate(wide) if is_wide]
    heights += [
        1 + len(given) * (0.42 if any("\n" in name for name in given) else 0.13 + 0.12 * outcomes)
        for given, is_wide in zip(names, wide, strict=True)
        if is_wide
    ]
    figure = plt.figure(figsize=(WIDTH, sum(heights) + 0.7))
    grid = figure.add_gridspec(len(rows), 1, height_ratios=heights)
    places: dict[int, SubplotSpec] = {}
    for row, panels in enumerate(rows):
        # Each row by itself: long names in one take no room from the others.
        side_by_side = 1 if len(short) == 1 or wide[panels[0]] else 2
        cells = grid[row].subgridspec(1, side_by_side)
        places |= {panel: cells[column] for column, panel in enumerate(panels)}
    return figure, [figure.add_subplot(places[i]) for i in range(len(names))]


def retention_rates(study: Study, tables: dict[str, pd.DataFrame], base_rate: float) -> Figure:
    """Draw the retention rate by level or quantile group of each predictor, with Wilson limits.

    `tables` holds the table of `descriptives.retention_by` for each predictor.
    """
    names = [[] if "middle" in table else _names(list(table.index)) for table in tables.values()]
    figure, panels = _panels(names, outcomes=1)
    lowest = min(float(table["lower"].min()) for table in tables.values())
    highest = max(float(table["upper"].max()) for table in tables.values())
    room = 5 * (highest - lowest)
    limits = 100 * min(lowest, base_rate) - room, 100 * max(highest, base_rate) + room
    for axes, (name, table), levels in zip(panels, tables.items(), names, strict=True):
        rate = 100 * table["retention_rate"]
        spread = _spread(rate, 100 * table["lower"], 100 * table["upper"])
        look: dict[str, Any] = {"color": BLUE, "marker": "o", "capsize": 3}
        if _are_long(levels):
            y = np.arange(len(table))[::-1]
            axes.errorbar(rate, y, xerr=spread, ls="", **look)
            axes.axvline(100 * base_rate, color=GREY, ls=":", lw=1.5)
            axes.set(xlim=limits, xlabel="Retained (%)")
        else:
            x = np.arange(len(table)) if levels else table["middle"]
            axes.errorbar(x, rate, yerr=spread, ls="" if levels else "-", **look)
            axes.axhline(100 * base_rate, color=GREY, ls=":", lw=1.5)
            axes.set(ylim=limits, ylabel="Retained (%)")
        if levels:
            _name_places(axes, levels, _are_long(levels))
        else:
            _stretch(axes, table["middle"])
        axes.set_title(narrow(study.predictors[name].axis_label))
    write_title(figure, f"Retention by each variable (dotted: {percent(base_rate)} overall)")
    return figure


def forest(study: Study, per_unit: pd.DataFrame, per_sd: pd.DataFrame) -> Figure:
    """Draw odds ratios with 95% intervals, per unit and per standard deviation, on log scales.

    Both tables have odds_ratio, lower and upper, rows in the same order. The numbers stand beside
    them.
    """
    names = [wrapped(study.label(name), 20) for name in per_unit.index]
    row = 0.42 if any("\n" in name for name in names) else 0.32
    figure, panels = plt.subplots(2, 1, figsize=(WIDTH, 2 * (row * len(per_unit) + 0.85) + 0.7))
    for axes, table, title in zip(panels, (per_unit, per_sd), ("unit", "sd"), strict=True):
        y = np.arange(len(table))[::-1]
        excludes_one = (table["lower"] > 1) | (table["upper"] < 1)
        for flag, marker, color, label in (
            (True, "o", BLUE, "interval excludes 1"), (False, "D", GREY, "interval includes 1"),
        ):  # fmt: skip
            chosen = (excludes_one == flag).to_numpy()
            rows = table[chosen]
            if rows.empty:
                continue
            spread = _spread(rows["odds_ratio"], rows["lower"], rows["upper"])
            axes.errorbar(
                rows["odds_ratio"], y[chosen], xerr=spread, ls="", marker=marker, color=color,
                capsize=3, label=label, markerfacecolor=color if flag else PAPER,
            )  # fmt: skip
        axes.axvline(1, color=INK, lw=0.8)
        axes.set_xscale("log")
        told = [_interval(ratio) for _, ratio in table.iterrows()]
        room = LINE - max(len(line) for name in names for line in name.split("\n"))
        room -= max(map(len, told), default=0)
        ticks = _odds_ticks(table["lower"].min(), table["upper"].max(), room)
        axes.set_xticks(ticks, [number(tick, ",.12g") for tick in ticks])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel(f"Odds ratio per {title} (log scale)")
        axes.set_yticks(y, names)
        axes.set_ylim(-0.7, len(table) - 0.3)
        for place, ratio in zip(y, told, strict=True):
            axes.text(1.03, place, ratio, va="center", transform=axes.get_yaxis_transform())
    _legend_below(figure)
    write_title(figure, "Only a common scale makes odds ratios comparable")
    return figure


def _interval(ratio: pd.Series) -> str:
    """Return an odds ratio with its interval, in as many digits as tell its limits apart."""
    width = max(float(ratio["upper"] - ratio["lower"]), 1e-6)
    decimals = min(max(1 - math.floor(math.log10(width)), 2), 6)

    def written(value: float) -> str:
        if value >= 1e6:
            return number(value, ".1e")
        return number(value, f",.{decimals}f" if value < 100 else ",.0f")

    return (
        f"{written(ratio['odds_ratio'])} ({written(ratio['lower'])} to {written(ratio['upper'])})"
    )


def _odds_ticks(lower: float, upper: float, room: int) -> list[float]:
    """Return three to six round odds ratios, 1 among them, that span the limits.

    Their names have `room` characters side by side.
    """
    lower, upper = min(lower, 1), max(upper, 1)
    if upper / lower > 1.8:
        close = [s * 10.0**e for e in (-1, 0) for s in (1, 1.5, 2, 3, 5, 7)]
        ticks = [float(f"{tick:.2g}") for tick in close if lower <= tick <= upper]
        if upper / lower > 10 or len(ticks) > 5:
            several = [log_ticks(lower, upper, most) for most in (5, 4, 3)]
            return next((ticks for ticks in several if _fit(ticks, room)), several[-1])
        if len(ticks) >= 3:
            return ticks
    steps = sorted((step * 10.0**e for e in range(-12, 1) for step in (1, 2, 5)), reverse=True)
    for step in steps:
        below, above = (math.floor(length / step + 1e-9) for length in (1 - lower, upper - 1))
        if below + above >= 2:
            break
    counts = [*range(-below, above + 1)]
    ticks = [float(f"{1 + count * step:.12g}") for count in counts]
    if not _fit(ticks, room) and len(counts) > 4:  # every second one, 1 among them
        ticks = [tick for tick, count in zip(ticks, counts, strict=True) if count % 2 == 0]
    return ticks


def _fit(ticks: list[float], room: int) -> bool:
    """Return whether the names of ticks have room side by side, the outer ones half beyond it."""
    longest = max((len(number(tick, ",.12g")) for tick in ticks), default=0)
    return (longest + 1) * (len(ticks) - 1) <= room


def selection_alt(study: Study, selection: ForwardSelection) -> str:
    """Describe the figure of `selection_path` by the values in it."""
    steps = zip(_step_names(study, selection), selection.steps, strict=True)
    values = [f"{name} {-2 * step.log_likelihood:.0f}" for name, step in steps]
    return f"−2 log-likelihood by step: {', '.join(values)}."


def _step_names(study: Study, selection: ForwardSelection) -> list[str]:
    """Return what entered or left at each step, the constant alone first."""
    changes = [
        f"{'+' if step.entered else '−'} {study.label(step.changed)}"
        for step in selection.steps[1:]
    ]
    return ["constant only", *changes]


def selection_path(study: Study, selection: ForwardSelection) -> Figure:
    """Draw how −2 log-likelihood falls from step to step, each named by what entered or left."""
    steps = selection.steps
    deviance = [-2 * step.log_likelihood for step in steps]
    names = [wrapped(name, 28) for name in _step_names(study, selection)]
    y = np.arange(len(steps))[::-1]
    row = 0.55 if any("\n" in name for name in names) else 0.45
    figure, axes = plt.subplots(figsize=(WIDTH, row * len(steps) + 1.1))
    axes.plot(deviance, y, color=BLUE, marker="o")
    for i in range(1, len(steps)):
        axes.annotate(
            number(deviance[i] - deviance[i - 1], "+.1f"), (deviance[i], y[i]),
            xytext=(6, -2), textcoords="offset points", va="top", color=GREY,
        )  # fmt: skip
    axes.set_yticks(y, names)
    axes.grid(False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10], min_n_ticks=3))
    axes.xaxis.set_major_formatter(lambda value, _: number(value, ",.12g"))
    axes.set_xlabel("−2 log-likelihood, and its change")
    axes.margins(x=0.2, y=0.12 if len(steps) > 1 else 0.5)
    kept = how_many(len(selection.terms), len(study.predictors), "variable")
    axes.set_title(f"The search keeps {kept}")
    return figure


def roc_figure(curve: RocCurve, rates: dict[float, pd.DataFrame]) -> Figure:
    """Draw the ROC curve with some cut-offs marked.

    `rates` holds the table of `validation.classification_rates` for each cut-off.
    """
    figure, axes = plt.subplots(figsize=(5, 5 + 0.25 * -(-len(rates) // 2)))
    axes.plot(1 - curve.curve["specificity"], curve.curve["sensitivity"], color=BLUE, lw=1.8)
    axes.plot([0, 1], [0, 1], color=GREY, ls=":", lw=1.5)
    looks = list(zip("sD^v", [VERMILION, GREEN, ORANGE, PURPLE], strict=True))[: len(rates)]
    for (cutoff, table), (marker, color) in zip(rates.items(), looks, strict=True):
        x, y = 1 - table.loc["specificity", "rate"], table.loc["sensitivity", "rate"]
        axes.plot(x, y, marker=marker, color=color, ls="", ms=9, label=f"cut-off {cutoff}")
    axes.set(xlabel="1 − specificity (churned called retained)", aspect="equal")
    axes.set_ylabel("Sensitivity (retained found)")
    if rates:
        figure.legend(loc="outside lower center", ncols=2)
    axes.set_title(f"AUC {curve.auc:.3f} (95% {curve.lower:.3f} to {curve.upper:.3f})")
    return figure


def calibration(groups: pd.DataFrame) -> Figure:
    """Draw observed against predicted retention by group of risk, with Wilson intervals."""
    figure, axes = plt.subplots(figsize=(5, 5.2))
    axes.plot([0, 1], [0, 1], color=GREY, ls=":", lw=1.5, label="perfect calibration")
    spread = _spread(groups["observed"], groups["lower"], groups["upper"])
    axes.errorbar(
        groups["predicted"], groups["observed"], yerr=spread, color=BLUE, marker="o", ls="",
        capsize=3, label="group, 95% interval",
    )  # fmt: skip
    axes.set(
        xlabel="Mean predicted P(retained)", ylabel="Observed share retained", xlim=(0, 1),
        ylim=(0, 1), aspect="equal",
    )  # fmt: skip
    figure.legend(loc="outside lower center", ncols=2)
    within = groups["predicted"].between(groups["lower"], groups["upper"]).sum()
    axes.set_title(f"{_capital(how_many(int(within), len(groups), 'interval'))} on the diagonal")
    return figure


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def classification_alt(tables: dict[float, pd.DataFrame]) -> str:
    """Describe the figure of `classification_mosaic` by the counts in it."""
    described = [
        f"Cut-off {cutoff}: {t.iloc[0, 0]:,} churned and {t.iloc[1, 1]:,} retained right, "
        f"{t.iloc[0, 1]:,} and {t.iloc[1, 0]:,} wrong"
        for cutoff, t in tables.items()
    ]
    return "Classification tables as areas, wrong answers hatched. " + "; ".join(described)


def classification_mosaic(tables: dict[float, pd.DataFrame]) -> Figure:
    """Draw classification tables as pictures: area is the number of customers.

    `tables` holds the table of `validation.classification_table` for each cut-off.
    """
    rows = -(-len(tables) // 2)
    figure, grid = plt.subplots(
        rows, min(len(tables), 2), figsize=(WIDTH, 3.1 * rows + 0.7), squeeze=False
    )
    for axes in grid.flat[len(tables) :]:
        axes.axis("off")
    for axes, (cutoff, table) in zip(grid.flat, tables.items(), strict=False):
        counts = table.loc[
            ["churned", "retained"], ["predicted_churned", "predicted_retained"]
        ].to_numpy(dtype=float)
        heights = counts.sum(axis=1) / counts.sum()
        bottom, view = 0.0, [-0.02, 1.02]
        for row, height in enumerate(heights):
            left = 0.0
            for column in range(2):
                width = counts[row, column] / max(counts[row].sum(), 1)
                is_right = row == column
                axes.bar(
                    left + width / 2, max(height - 0.01, 0), width=max(width - 0.01, 0),
                    bottom=bottom + 0.005, color=BLUE if is_right else VERMILION, alpha=0.35,
                    hatch="" if is_right else "///", edgecolor=PAPER,
                    label="right" if is_right else "wrong",
                )  # fmt: skip
                # A sliver's number stands outside, on its side of the row.
                inside = width > 0.3
                if not inside:
                    view[column] = (-0.3, 1.3)[column]
                at = left + width / 2 if inside else (-0.03 if column == 0 else 1.03)
                axes.text(
                    at, bottom + height / 2, f"{counts[row, column]:,.0f}", va="center",
                    ha="center" if inside else ("right" if column == 0 else "left"),
                    bbox={"boxstyle": "round", "fc": PAPER, "ec": "none", "alpha": 0.8}
                    if inside else None,
                )  # fmt: skip
                left += width
            bottom += height
        axes.set_yticks(
            [heights[0] / 2, heights[0] + heights[1] / 2], ["churned", "retained"],
            rotation=90, va="center",
        )  # fmt: skip
        axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        right = (counts[0, 0] + counts[1, 1]) / max(counts.sum(), 1)
        axes.set_title(f"Cut-off {cutoff}: {percent(right)} right")
        axes.set_xlim(view)
        axes.grid(False)
    grid.flat[0].set_ylabel("Observed")
    for axes in grid.flat[: len(tables)]:
        axes.set_xlabel("Predicted churned | retained")
    _legend_below(figure)
    return figure


def standardised(
    study: Study,
    table: pd.DataFrame,
    definitions: dict[str, str],
    printed: pd.Series | None = None,
) -> Figure:
    """Draw sizes of coefficients by definition, a line each: those side by side have equal ratios.

    `printed` holds sizes that were published, by row of the table.
    """
    sizes = table[list(definitions)].abs().where(lambda size: size > 0)
    names = [wrapped(study.label(name), 20) for name in table.index]
    legend = 0.25 * -(-(len(definitions) + 1) // 2)
    figure, axes = plt.subplots(figsize=(WIDTH, 0.75 * len(table) + 1.2 + legend))
    colors = [BLUE, VERMILION, GREEN, ORANGE, PURPLE, GREY]
    y = np.arange(len(table))[::-1]
    offsets = np.linspace(0.3, -0.3, len(definitions))
    for (name, formula), offset, marker, color in zip(
        definitions.items(), offsets, "osD^vP", colors, strict=True
    ):
        axes.plot(
            sizes[name], y + offset, ls="-", lw=0.8, marker=marker, color=color, label=formula,
            ms=6,
        )  # fmt: skip
    if printed is not None and len(printed):
        given = printed.reindex(table.index)
        axes.plot(
            given, y, ls="--", lw=1.5, marker="*", ms=11, color=INK, label="as printed", zorder=3
        )
        for value, place in zip(given, y, strict=True):
            if value > 0:
                axes.annotate(
                    f"{value:.12g}", (value, place), (-5, 4), textcoords="offset points",
                    ha="right",
                )  # fmt: skip
    for position in y[:-1] - 0.5:
        axes.axhline(position, color=GRID, lw=0.8)
    axes.set_xscale("log")
    # Room for the printed value beside the leftmost star.
    axes.margins(x=0.25 if printed is not None and len(printed) else 0.12)
    low, high = axes.get_xlim()
    ticks = log_ticks(low, high, 5)
    axes.set_xticks(ticks, [number(tick, ",.12g") for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_yticks(y, names)
    axes.grid(False, axis="y")
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.set_xlabel("|standardised coefficient| (log scale)")
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_title(f"{len(definitions)} definitions, {_orders(sizes)} of the variables")
    return figure


def _orders(sizes: pd.DataFrame) -> str:
    """Return how many orders of the variables the definitions give."""
    different = {tuple(ties.ranks(sizes[name].fillna(0))) for name in sizes}
    return "one order" if len(different) == 1 else f"{len(different)} orders"


def standardised_alt(
    study: Study,
    table: pd.DataFrame,
    definitions: dict[str, str],
    printed: pd.Series | None = None,
) -> str:
    """Describe the figure of `standardised` by the range of each variable's sizes."""
    sizes = table[list(definitions)].abs()
    told = [
        f"{study.label(name)} {number(row.min(), '.2g')} to {number(row.max(), '.2g')}"
        + (f", printed {printed[name]:.12g}" if printed is not None and name in printed else "")
        for name, row in sizes.iterrows()
    ]
    return (
        "Absolute standardised coefficients on a logarithmic scale, a line for each of "
        f"{len(definitions)} definitions: {'; '.join(told)}."
    )

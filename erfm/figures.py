"""The report's figures: one function each, returning a Matplotlib figure.

Colours follow those of Okabe & Ito (2008), which colour-blind readers tell apart, darkened until
they stand out against a white page; every distinction is also drawn with a marker, a line style or
a hatch. The site shows a figure on a dark page, too, where each colour has its lighter twin.
"""

from __future__ import annotations

import math
import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib import font_manager, get_cachedir
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import NullLocator

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
    """Return a text of the study as a figure has room for it: some lines, then an ellipsis."""
    return textwrap.fill(one_line(str(text)), width, max_lines=lines, placeholder=" …")


def _spread(estimate: pd.Series, lower: pd.Series, upper: pd.Series) -> np.ndarray:
    """Return the lengths of error bars; a limit that equals the estimate has length 0."""
    return np.clip([estimate - lower, upper - estimate], 0, None)


def sample_flow(path: pd.DataFrame, cut: str) -> Figure:
    """Draw the sample's path: all customers, complete cases, and the two samples they split into.

    `path` is the table of `sample_path`; `cut` says what the incomplete customers lack.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    axes.set(xlim=(0, 10), ylim=(0, 5.3))
    axes.axis("off")
    places = {
        "All customers": (1.7, 2.6),
        "Complete cases": (5.0, 2.6),
        "Model-building sample": (8.3, 4.2),
        "Holdout sample": (8.3, 1.0),
    }
    for name, (x, y) in places.items():
        row = path.loc[name]
        known = int(row["retained"] + row["churned"])
        text = f"{name}\n{int(row['customers']):,} customers\n"
        text += f"{int(row['retained']):,} retained ({percent(row['retained'] / known)})"
        box = {"boxstyle": "round,pad=0.5", "facecolor": "white", "edgecolor": BLUE, "lw": 1.5}
        axes.text(x, y, text, ha="center", va="center", bbox=box)
    arrow = {"arrowstyle": "->", "color": GREY, "lw": 1.5}
    for (x0, y0), (x1, y1) in (
        ((3.05, 2.6), (3.6, 2.6)), ((6.4, 2.9), (6.9, 3.7)), ((6.4, 2.3), (6.9, 1.5)),
    ):  # fmt: skip
        axes.annotate("", (x1, y1), (x0, y0), arrowprops=arrow)
    dropped = int(path.loc["All customers", "customers"] - path.loc["Complete cases", "customers"])
    if dropped:
        axes.annotate("", (3.3, 1.0), (3.3, 2.5), arrowprops=arrow | {"linestyle": "--"})
        text = wrapped(f"{dropped:,} left out: {cut}", 60)
        axes.text(3.3, 0.55, text, ha="center", va="center", color=GREY)
    axes.set_title(
        f"{int(path.loc['Complete cases', 'customers']):,} of "
        f"{int(path.loc['All customers', 'customers']):,} customers can be analysed"
    )
    return figure


def distributions(study: Study, frame: pd.DataFrame) -> Figure:
    """Draw each predictor's distribution, retained and churned customers apart."""
    names = list(study.predictors)
    rows = -(-len(names) // 3)
    figure, grid = plt.subplots(rows, 3, figsize=(WIDTH, 2.2 * rows + 0.3), squeeze=False)
    for axes, name in zip(grid.flat, names, strict=False):
        _distribution(axes, study, frame, name)
    _make_room(figure, rows)
    for axes in grid.flat[len(names) :]:
        axes.axis("off")
    handles, labels = grid.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper right", ncols=2)
    figure.suptitle(
        "How retained and churned customers differ", x=0.01, ha="left", weight="bold", size="medium"
    )
    return figure


def _distribution(axes: Axes, study: Study, frame: pd.DataFrame, name: str) -> None:
    predictor = study.predictors[name]
    discrete = predictor.levels or frame[name].nunique() <= 12
    positions = predictor.levels or sorted(frame[name].unique())
    for offset, value, look in ((-0.2, 0, CHURNED), (0.2, 1, RETAINED)):
        values = frame.loc[frame["retained"] == value, name]
        if discrete:
            share = values.value_counts(normalize=True).reindex(positions, fill_value=0)
            axes.bar(
                np.arange(len(positions)) + offset, 100 * share, width=0.4, color=look["color"],
                hatch=look["hatch"], edgecolor="white", label=look["label"],
            )  # fmt: skip
            _name_ticks(axes, [_tick(p) for p in positions], PANEL)
        else:
            axes.hist(
                values, bins=_edges(frame[name]), weights=np.full(len(values), 100 / len(values)),
                histtype="step", color=look["color"], linestyle=look["linestyle"], lw=1.5,
                label=look["label"],
            )  # fmt: skip
    axes.set_xlabel(narrow(predictor.axis_label))
    axes.set_ylabel("% of each outcome")


BINS = 25


def _edges(values: pd.Series) -> list[float]:
    """Return the edges of about `BINS` bins of equal width.

    Each bin of whole numbers holds as many of them as the next: otherwise some would hold two and
    some one, and the picture would show that instead of the customers.
    """
    low, high = values.min(), values.max()
    if (values % 1 != 0).any():
        return list(np.histogram_bin_edges(values, bins=BINS))
    width = -(-(high - low + 1) // BINS)
    return list(np.arange(low - 0.5, high + width, width))


def narrow(text: str) -> str:
    """Return the label of an axis in a narrow panel, a unit on lines of its own."""
    return wrapped(text, 26, lines=4)


def _tick(value: object) -> str:
    return number(value, ".12g") if isinstance(value, int | float) else str(value)


PANEL, PAGE = 24, 72
"""How many characters stand side by side below a panel, three in a row, or below a figure."""


def _name_ticks(axes: Axes, names: list[str], room: int) -> None:
    """Name the ticks 0, 1, 2, …; names that have no room side by side stand upright."""
    level = [wrapped(name, 18) for name in names]
    longest = max(len(line) for name in level for line in name.splitlines())
    if longest * len(names) <= room:
        axes.set_xticks(range(len(names)), level)
    else:
        lines = 2 if 4 * len(names) <= room else 1
        upright = [wrapped(name, 18, lines) for name in names]
        axes.set_xticks(range(len(names)), upright, rotation=90, size="small")


def _make_room(figure: Figure, rows: int) -> None:
    """Make each row of panels higher if names of ticks stand upright."""
    if any(label.get_rotation() for axes in figure.axes for label in axes.get_xticklabels()):
        figure.set_figheight(figure.get_figheight() + 0.8 * rows)


def retention_rates(study: Study, tables: dict[str, pd.DataFrame], base_rate: float) -> Figure:
    """Draw the retention rate by level or quantile group of each predictor, with Wilson limits.

    `tables` holds the table of `descriptives.retention_by` for each predictor.
    """
    rows = -(-len(tables) // 3)
    figure, grid = plt.subplots(
        rows, 3, figsize=(WIDTH, 2.3 * rows + 0.3), squeeze=False, sharey=True
    )
    for axes, (name, table) in zip(grid.flat, tables.items(), strict=False):
        numeric = "middle" in table
        x = table["middle"] if numeric else np.arange(len(table))
        rate = 100 * table["retention_rate"]
        spread = _spread(rate, 100 * table["lower"], 100 * table["upper"])
        axes.errorbar(
            x, rate, yerr=spread, color=BLUE, marker="o", ls="-" if numeric else "", capsize=3
        )
        axes.axhline(100 * base_rate, color=GREY, ls=":", lw=1.2)
        if not numeric:
            _name_ticks(axes, [_tick(level) for level in table.index], PANEL)
            axes.set_xlim(-0.5, len(table) - 0.5)
        axes.set_xlabel(narrow(study.predictors[name].axis_label))
    _make_room(figure, rows)
    for axes in grid[:, 0]:
        axes.set_ylabel("Retention rate (%)")
    for axes in grid.flat[len(tables) :]:
        axes.axis("off")
    figure.suptitle(
        f"Retention by each variable (dotted: {percent(base_rate)} overall)",
        x=0.01, ha="left", weight="bold", size="medium",
    )  # fmt: skip
    return figure


def forest(study: Study, per_unit: pd.DataFrame, per_sd: pd.DataFrame) -> Figure:
    """Draw odds ratios with 95% intervals, per unit and per standard deviation, on log scales.

    Both tables have odds_ratio, lower and upper, rows in the same order.
    """
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(WIDTH, 0.42 * len(per_unit) + 1.6), sharey=True
    )
    for axes, table, title in ((left, per_unit, "per unit"), (right, per_sd, "per sd")):
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
                capsize=3, label=label, markerfacecolor=color if flag else "white",
            )  # fmt: skip
        axes.axvline(1, color="black", lw=0.8)
        axes.set_xscale("log")
        ticks = _odds_ticks(table["lower"].min(), table["upper"].max())
        axes.set_xticks(ticks, _names_that_differ(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xlabel(f"Odds ratio {title} (log scale)")
        axes.set_yticks(y, [wrapped(study.label(name)) for name in table.index])
        axes.set_ylim(-0.7, len(table) - 0.3)
    handles = {
        label: handle
        for axes in (left, right)
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=2)
    figure.suptitle(
        "Only a common scale makes odds ratios comparable",
        x=0.01, ha="left", weight="bold", size="medium",
    )  # fmt: skip
    return figure


def _odds_ticks(lower: float, upper: float) -> list[float]:
    """Return about five round odds ratios, 1 among them, that span the limits."""
    lower, upper = min(lower, 1), max(upper, 1)
    for decades, steps in (
        (3, [1]), (2, [1]), (1, [1]), (1, [1, 3]), (1, [1, 2, 5]), (1, [1, 1.25, 1.5, 2, 3, 5, 7]),
    ):  # fmt: skip
        round_ratios = [s * 10.0**e for e in range(-6, 7, decades) for s in steps]
        ticks = [ratio for ratio in round_ratios if lower <= ratio <= upper]
        if len(ticks) >= 3:
            return ticks
    spread = max(upper - 1, 1 - lower)
    return [1 + spread * share for share in (-1, -0.5, 0, 0.5, 1) if spread * share > -1]


def _names_that_differ(numbers: list[float]) -> list[str]:
    """Return the numbers with four significant digits, or with as many as tell them apart."""
    written = ([f"{number:.{digits}g}" for number in numbers] for digits in range(4, 18))
    return next(names for names in written if len(set(names)) == len(set(numbers)))


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
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4))
    axes.plot(range(len(steps)), deviance, color=BLUE, marker="o")
    for i in range(1, len(steps)):
        axes.annotate(
            number(deviance[i] - deviance[i - 1], "+.1f"),
            ((i - 0.5), (deviance[i] + deviance[i - 1]) / 2),
            xytext=(8, 6), textcoords="offset points", color=GREY,
        )  # fmt: skip
    _name_ticks(axes, _step_names(study, selection), PAGE)
    _make_room(figure, 1)
    axes.set_ylabel("−2 log-likelihood")
    axes.set_xlabel("Step")
    axes.margins(x=0.08, y=0.15)
    kept = how_many(len(selection.terms), len(study.predictors), "variable")
    axes.set_title(f"The search keeps {kept}")
    return figure


def roc_figure(curve: RocCurve, rates: dict[float, pd.DataFrame]) -> Figure:
    """Draw the ROC curve with some cut-offs marked.

    `rates` holds the table of `validation.classification_rates` for each cut-off.
    """
    figure, axes = plt.subplots(figsize=(4.8, 4.6))
    axes.plot(1 - curve.curve["specificity"], curve.curve["sensitivity"], color=BLUE, lw=1.8)
    axes.plot([0, 1], [0, 1], color=GREY, ls=":", lw=1.2)
    looks = list(zip("sD^v", [VERMILION, GREEN, ORANGE, PURPLE], strict=True))[: len(rates)]
    for (cutoff, table), (marker, color) in zip(rates.items(), looks, strict=True):
        x, y = 1 - table.loc["specificity", "rate"], table.loc["sensitivity", "rate"]
        axes.plot(x, y, marker=marker, color=color, ls="", ms=8, label=f"cut-off {cutoff}")
    axes.set(xlabel="1 − specificity", ylabel="Sensitivity (retained found)", aspect="equal")
    axes.legend(loc="lower right")
    axes.set_title(f"AUC {curve.auc:.3f} (95% {curve.lower:.3f} to {curve.upper:.3f})")
    return figure


def calibration(groups: pd.DataFrame) -> Figure:
    """Draw observed against predicted retention by group of risk, with Wilson intervals."""
    figure, axes = plt.subplots(figsize=(4.8, 4.6))
    axes.plot([0, 1], [0, 1], color=GREY, ls=":", lw=1.2, label="perfect calibration")
    spread = _spread(groups["observed"], groups["lower"], groups["upper"])
    axes.errorbar(
        groups["predicted"], groups["observed"], yerr=spread, color=BLUE, marker="o", ls="",
        capsize=3, label="group of customers",
    )  # fmt: skip
    axes.set(
        xlabel="Predicted P(retained)", ylabel="Observed share retained", xlim=(0, 1), ylim=(0, 1),
        aspect="equal",
    )  # fmt: skip
    axes.legend(loc="upper left")
    axes.set_title("Predicted against observed retention")
    return figure


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
    figure, panels = plt.subplots(1, len(tables), figsize=(WIDTH, 3.6), squeeze=False)
    for axes, (cutoff, table) in zip(panels.flat, tables.items(), strict=True):
        counts = table.loc[
            ["churned", "retained"], ["predicted_churned", "predicted_retained"]
        ].to_numpy(dtype=float)
        heights = counts.sum(axis=1) / counts.sum()
        bottom = 0.0
        for row, height in enumerate(heights):
            left = 0.0
            for column in range(2):
                width = counts[row, column] / max(counts[row].sum(), 1)
                right_answer = row == column
                axes.bar(
                    left + width / 2, max(height - 0.01, 0), width=max(width - 0.01, 0),
                    bottom=bottom + 0.005, color=BLUE if right_answer else VERMILION,
                    alpha=0.35, hatch="" if right_answer else "///", edgecolor="white",
                )  # fmt: skip
                # A sliver's number stands outside, on its side of the row.
                inside = left + width / 2
                at = inside if width > 0.12 else (-0.06 if column == 0 else 1.06)
                axes.text(
                    at, bottom + height / 2, f"{counts[row, column]:,.0f}", ha="center",
                    va="center",
                    bbox={"boxstyle": "round", "fc": "white", "ec": "none", "alpha": 0.8},
                )  # fmt: skip
                left += width
            bottom += height
        axes.set_yticks([heights[0] / 2, heights[0] + heights[1] / 2], ["churned", "retained"])
        axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        axes.set_title(f"Cut-off {cutoff}")
        axes.set_xlim(-0.14, 1.14)
        axes.grid(False)
    panels.flat[0].set_ylabel("Observed")
    figure.supxlabel("Predicted churned | retained (% of row)", size="medium")
    return figure


def standardised(study: Study, table: pd.DataFrame, definitions: dict[str, str]) -> Figure:
    """Draw sizes of coefficients by definition, each scaled to its largest: ranks can be read."""
    sizes = table[list(definitions)].abs()
    relative = sizes / sizes.max()
    figure, axes = plt.subplots(figsize=(WIDTH, 0.55 * len(table) + 2.1))
    offsets = np.linspace(-0.3, 0.3, len(definitions))
    colors = [BLUE, VERMILION, GREEN, ORANGE, PURPLE, GREY]
    y = np.arange(len(table))[::-1]
    for (name, formula), offset, marker, color in zip(
        definitions.items(), offsets[::-1], "osD^vP", colors, strict=True
    ):
        axes.plot(
            relative[name], y + offset, ls="", marker=marker, color=color, label=formula, ms=6
        )
    for position in y[:-1] - 0.5:
        axes.axhline(position, color=GREY, lw=0.5)
    axes.set_yticks(y, [wrapped(study.label(name)) for name in table.index])
    axes.set_xlabel("|standardised coefficient|, largest of each definition = 1")
    axes.set_xlim(-0.03, 1.05)
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_title("One fit, six “standardised coefficients”")
    return figure

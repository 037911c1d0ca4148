"""Figures of what goes beyond one split, one selection and one cut-off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter

from erfm.figures import BLUE, GREEN, GREY, PURPLE, VERMILION, WIDTH, narrow, wrapped, write_title
from erfm.formats import number, p_text, percent
from erfm.study import Study
from erfm.trust.curves import Curve
from erfm.trust.resampling import INDEXES, Bootstrap

LINES = [(VERMILION, "-"), (GREEN, "--"), (PURPLE, "-."), ("black", ":"), (GREY, (0, (5, 2, 1, 2)))]
BAND: dict[str, Any] = {"color": GREY, "alpha": 0.22, "lw": 0}
"""The look of what random splits give, behind the values of one."""

BEST = {
    "auc": "higher is better",
    "nagelkerke_r2": "higher is better",
    "brier": "lower is better",
    "calibration_slope": "1 is best",
}
"""The indexes that `optimism` draws, and where each is best."""


def inclusion(study: Study, frequencies: pd.DataFrame, final: tuple[str, ...]) -> Figure:
    """Draw how often each term was selected; those of the equation itself filled."""
    figure, axes = plt.subplots(figsize=(WIDTH, 0.42 * len(frequencies) + 1.5))
    y = np.arange(len(frequencies))[::-1]
    inside = frequencies.index.isin(final)
    for chosen, color, hatch, label in (
        (inside, BLUE, "", "in the equation"), (~inside, GREY, "///", "left out of it"),
    ):  # fmt: skip
        if not chosen.any():
            continue
        axes.barh(
            y[chosen], frequencies["share"][chosen], color=color if not hatch else "none",
            hatch=hatch, edgecolor=color, label=label,
        )  # fmt: skip
    for position, share in zip(y, frequencies["share"], strict=True):
        axes.text(share + 0.01, position, percent(share), va="center")
    axes.set_yticks(y, [wrapped(study.label(term), 24) for term in frequencies.index])
    axes.set_xlim(0, 1.18)
    axes.set_xticks(np.linspace(0, 1, 6))
    axes.spines["bottom"].set_bounds(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("Share of the bootstrap samples\nthat select it")
    write_title(figure, "How often each variable is selected")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def coefficients_when_selected(study: Study, repeated: Bootstrap, bias: pd.DataFrame) -> Figure:
    """Draw the coefficients of the samples that selected a column, and the full model's.

    A row for each column, on one scale: B in the full model's standard errors. `bias` is the table
    of `resampling.selection_bias`.
    """
    chosen = repeated.coefficients[bias.index]
    scaled = chosen / _errors(chosen, bias)
    figure, axes = plt.subplots(figsize=(WIDTH, 0.7 * len(bias) + 1.5))
    seen = scaled.to_numpy()[scaled.notna().to_numpy()]
    low, high = np.floor(min([*seen, -3])), np.ceil(max([*seen, 3]))
    edges = np.linspace(low, high, 61)
    width = edges[1] - edges[0]
    labelled: dict[str, Any] = {}
    for y, column in zip(np.arange(len(bias))[::-1], bias.index, strict=True):
        counts, _ = np.histogram(scaled[column].dropna(), edges)
        labelled["when selected"] = axes.bar(
            edges[:-1] + width / 2, 0.8 * counts / max(counts.max(), 1), width, bottom=y,
            color=BLUE, alpha=0.75,
        )  # fmt: skip
        b = bias.loc[column, "full_model_b"] / _errors(chosen, bias)[column]
        (labelled["full model"],) = axes.plot(
            [b, b], [y, y + 0.86], color=VERMILION, lw=2.5, ls="-", solid_capstyle="butt"
        )
    axes.axvline(0, color="black", lw=0.8)
    for label, handle in labelled.items():
        handle.set_label(label)
    names = [
        f"{wrapped(study.label(column), 24)}\n{percent(share, 0)} of samples"
        for column, share in bias["share"].items()
    ]
    axes.set_yticks(np.arange(len(bias))[::-1] + 0.35, names)
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(low, high), ylim=(-0.1, len(bias)))
    axes.set_xlabel("B in standard errors\nof the full model")
    axes.grid(axis="y", visible=False)
    figure.legend(loc="outside lower center", ncols=2)
    write_title(figure, "Coefficients in the samples that selected the variable")
    return figure


def _errors(chosen: pd.DataFrame, bias: pd.DataFrame) -> pd.Series:
    """Return the standard error of each of the full model's coefficients, as `bias` implies it."""
    errors = bias["full_model_b"].abs() / bias["full_model_size"]
    # A coefficient of exactly 0 implies none.
    return errors.where(errors > 0).fillna(chosen.std()).replace(0, 1).fillna(1)


def optimism(table: pd.DataFrame, metrics: pd.DataFrame) -> Figure:
    """Draw four indexes, apparent, corrected and in the holdout, before those of random splits.

    All stand on one scale: how far a value lies from the random splits' mean, in their standard
    deviations. `table` is that of `resampling.optimism` with the column ``holdout``; `metrics` has
    the random splits' indexes, one row each.
    """
    looks = {"apparent": ("s", GREY), "corrected": ("o", BLUE), "holdout": ("D", VERMILION)}
    figure, axes = plt.subplots(figsize=(WIDTH, 1.0 * len(BEST) + 1.6))
    middle, limits = metrics.mean(), metrics.quantile([0.025, 0.975])
    for row, index in enumerate(BEST):
        unit = _unit(metrics[index])
        low, high = (limits[index] - middle[index]) / unit
        axes.barh(
            row, high - low, 0.72, left=low, **BAND,
            label="" if row else f"central 95% of {len(metrics):,} random splits",
        )  # fmt: skip
        for place, align, end, aside in ((low, "right", 0, -2), (high, "left", 1, 2)):
            axes.annotate(
                number(limits[index].iloc[end]), (place, row + 0.3), xytext=(aside, 0),
                textcoords="offset points", color=GREY, ha=align, va="top",
            )  # fmt: skip
        for (name, (marker, color)), offset in zip(looks.items(), (-0.23, 0, 0.23), strict=True):
            value = table.loc[index, name]
            x = (value - middle[index]) / unit
            axes.plot(
                x, row + offset, marker=marker, color=color, ms=7, ls="", label="" if row else name
            )
            axes.annotate(
                number(value), (x, row + offset), xytext=(8, 0), textcoords="offset points",
                va="center",
            )  # fmt: skip
    names = [f"{_capital(INDEXES[index])}\n({best})" for index, best in BEST.items()]
    axes.set_yticks(range(len(BEST)), names)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(BEST) - 0.3, -0.45)
    axes.use_sticky_edges = False
    axes.margins(x=0.16)
    axes.xaxis.set_major_locator(_whole(axes))
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("Standard deviations of the random splits\nfrom their mean")
    figure.legend(loc="outside lower center", ncols=2)
    write_title(figure, "What the equation promises, and the luck of the split")
    return figure


def _unit(values: pd.Series) -> float:
    """Return the standard deviation, 1 where all values are equal."""
    sd = float(values.std())
    return sd if sd > 1e-12 else 1.0


def _whole(axes: Axes) -> MultipleLocator:
    """Return ticks at whole numbers, about five of them."""
    low, high = axes.get_xlim()
    return MultipleLocator(max(1, round((high - low) / 6)))


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def splits(metrics: pd.DataFrame, own: pd.Series, columns: dict[str, str]) -> Figure:
    """Draw the distribution of metrics over random splits, the study's own split marked.

    `columns` gives the label of each metric drawn.
    """
    figure, panels = plt.subplots(
        len(columns), figsize=(WIDTH, 1.6 * len(columns) + 0.9), squeeze=False
    )
    for axes, (column, label) in zip(panels.flat, columns.items(), strict=True):
        axes.hist(metrics[column], bins=25, color=BLUE, alpha=0.6, label="random splits")
        axes.axvline(own[column], color=VERMILION, ls="--", lw=2, label="the study's split")
        axes.set_title(f"{label}: {number(own[column])} in the study's split")
        axes.set_ylabel("Splits")
        axes.locator_params(axis="y", nbins=3)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    write_title(figure, f"The same analysis on {len(metrics):,} random splits")
    return figure


def marked_distribution(
    values: pd.Series, marks: dict[str, float], label: str, title: str
) -> Figure:
    """Draw a distribution with single values marked on its axis, each by its name."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.4 + 0.24 * len(marks)))
    heights, _, _ = axes.hist(values, bins=25, color=BLUE, alpha=0.6, label="random splits")
    axes.set_xlim(*_reach([*values, *marks.values()]))
    looks = dict(zip(marks, LINES[: len(marks)], strict=True))
    named = [
        (value, f"{name} {percent(value, 2)}", *looks[name])
        for name, value in sorted(marks.items(), key=lambda mark: mark[1])
    ]
    _mark(figure, axes, named, float(np.max(heights)))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set(xlabel=label, ylabel="Splits")
    write_title(figure, title)
    figure.legend(loc="outside lower center")
    return figure


def _reach(values: list[float]) -> tuple[float, float]:
    """Return limits of an axis that leave some room on either side."""
    low, high = min(values), max(values)
    room = 0.04 * (high - low) or 0.01
    return low - room, high + room


MARK = 0.24
"""Inches between the names of marks that stand above each other."""


def _mark(
    figure: Figure, axes: Axes, marks: Sequence[tuple[float, str, str, Any]], top: float
) -> None:
    """Draw upright lines at values in rising order, each up to its name above the panel.

    `marks` has a value, its name, colour and line style each; `top` is where the panel's own data
    end. The names descend to the right like stairs, so that no line crosses one. A name that has no
    room on the right of its line stands on the left where no line is.
    """
    bottom = axes.get_ylim()[0]
    height = 72 * figure.get_figheight() - 110
    step = (top - bottom) * 72 * MARK / max(height - 72 * MARK * len(marks), 72)
    low, high = axes.get_xlim()
    character = 6.6 / (72 * WIDTH - 70) * (high - low)
    values = [value for value, *_ in marks]
    for i, (value, name, color, style) in enumerate(marks):
        level = top + step * (len(marks) - i - 0.4)
        length = character * (len(name) + 1)
        free = not any(value - length < other < value for other in values)
        left = value + length > high and free and value - length > low
        axes.plot([value, value], [bottom, level], color=color, ls=style, lw=1.6)
        axes.annotate(
            name, (value, level), xytext=(-5 if left else 5, 0), textcoords="offset points",
            ha="right" if left else "left", va="center",
        )  # fmt: skip
    axes.set_ylim(bottom, top + step * (len(marks) + 0.2))
    axes.spines["left"].set_bounds(bottom, top)
    axes.set_yticks([tick for tick in axes.get_yticks() if bottom <= tick <= 1.001 * top])


def cutoffs(curve: pd.DataFrame, marked: pd.Series) -> Figure:
    """Draw accuracy, sensitivity, specificity and the share contacted along all cut-offs.

    `curve` is the table of `decisions.cutoff_curve`; `marked` gives named cut-offs. The accuracy of
    naming the commoner outcome for all is that of the lowest or of the highest cut-off.
    """
    names = _named(marked)
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4 + MARK * len(names)))
    for column, color, line, label in (
        ("accuracy", BLUE, "-", "accuracy"),
        ("sensitivity", GREEN, "--", "sensitivity (retained found)"),
        ("specificity", VERMILION, "-.", "specificity (churned found)"),
        ("contacted", GREY, ":", "share contacted"),
    ):
        width = 2.8 if column == "accuracy" else 1.8
        axes.plot(curve.index, curve[column], color=color, ls=line, lw=width, label=label)
    commoner = max(curve["accuracy"].iloc[0], curve["accuracy"].iloc[-1])
    axes.axhline(
        commoner, color="black", ls=(0, (6, 2, 1, 2, 1, 2)), lw=1.2, zorder=1,
        label=f"accuracy of one answer for all: {percent(commoner)}",
    )  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="Cut-off on P(retained)", ylabel="Share of customers")
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    _mark(
        figure, axes, [(value, f"{name} {value:.3g}", "black", "-") for value, name in names], 1.0
    )
    write_title(figure, "What each cut-off gives on the holdout sample")
    figure.legend(loc="outside lower left", ncols=1)
    return figure


def decision(curve: pd.DataFrame, marked: pd.Series) -> Figure:
    """Draw the net benefit of the equation and of the rules for all, and its advantage over these.

    `curve` is the table of `decisions.decision_curve`; `marked` gives named thresholds.
    """
    names = _named(marked)
    figure, (axes, gain) = plt.subplots(
        2, sharex=True, figsize=(WIDTH, 5.6 + MARK * len(names)),
        height_ratios=(3 + MARK * len(names), 1.6),
    )  # fmt: skip
    x, scale = curve.index, 100
    for panel, column, low, high, label in (
        (axes, "net_benefit", "lower", "upper", "by the equation"),
        (gain, "advantage", "advantage_lower", "advantage_upper", ""),
    ):
        panel.fill_between(
            x, scale * curve[low], scale * curve[high], color=BLUE, alpha=0.25, lw=0,
            label="95% interval" if label else "",
        )  # fmt: skip
        panel.plot(x, scale * curve[column], color=BLUE, lw=2.2, label=label)
    axes.plot(
        x, scale * curve["contact_all"], color=VERMILION, ls="--", lw=1.8, label="contact all"
    )
    axes.plot(
        x, scale * curve["contact_none"], color="black", ls=":", lw=1.8, label="contact nobody"
    )
    top = scale * max(curve["upper"].max(), curve["contact_all"].max(), 0.01)
    axes.set(xlim=(0, 1), ylim=(-0.15 * top, top), ylabel="Net benefit")
    _mark(figure, axes, [(value, name, GREY, "-") for value, name in names], top)
    for value, _ in names:
        gain.axvline(value, color=GREY, lw=1)
    gain.axhline(0, color="black", ls=":", lw=1.8)
    # Where contacting all costs most, it is no rival, and its limits are wide.
    inner = scale * curve.loc[(x >= 0.05) & (x <= 0.95)]
    gain.set_ylim(
        1.2 * min(inner["advantage"].min(), -0.1 * top),
        1.2 * max(inner["advantage_upper"].max(), 1),
    )
    gain.set_ylabel("Advantage\nover the better\nrule for all")
    gain.set_xlabel("Contact a customer when P(churned) is at least")
    write_title(
        figure, "Net benefit of acting on the equation, in leavers reached per 100 customers"
    )
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def missing_data(
    study: Study, table: pd.DataFrame, sd: pd.Series, truth: pd.Series | None = None
) -> Figure:
    """Draw B per sd, listwise deletion beside multiple imputation, with 95% intervals.

    `table` is that of `imputation.compare_estimates`; `truth` gives the coefficients that simulated
    customers were drawn from.
    """
    rows = table.loc[sd.index]
    figure, axes = plt.subplots(figsize=(WIDTH, 0.55 * len(rows) + 1.9))
    y = np.arange(len(rows))[::-1]
    for name, offset, marker, color, label in (
        ("listwise", 0.16, "s", GREY, "complete customers only"),
        ("imputed", -0.16, "o", BLUE, "multiple imputation"),
    ):
        b = rows[f"{name}_b"] * sd
        reach = [b - rows[f"{name}_lower"] * sd, rows[f"{name}_upper"] * sd - b]
        axes.errorbar(
            b, y + offset, xerr=reach, ls="", marker=marker, color=color, capsize=3, lw=1.8,
            label=label,
        )  # fmt: skip
    if truth is not None:
        axes.plot(truth[sd.index] * sd, y, ls="", marker="|", ms=24, mew=3, color=VERMILION,
                  label="truth")  # fmt: skip
    axes.axvline(0, color="black", lw=0.8)
    axes.set_yticks(y, [wrapped(study.label(name), 24) for name in rows.index])
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("B per standard deviation\n(log-odds of retention)")
    write_title(figure, "Estimates with and without the incomplete customers")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def curves(study: Study, fitted: dict[str, Curve], tests: pd.DataFrame) -> Figure:
    """Draw each spline's effect with its limits, the straight line and the knots.

    A panel reaches as far as the effects, not as their limits, and at least a quarter as far as the
    farthest: a wave of a weak variable does not look like much.
    """
    figure, panels = _panels(len(fitted), height=2.3)
    for axes, (name, curve) in zip(panels, fitted.items(), strict=True):
        effect = curve.effect
        axes.fill_between(
            effect.index, effect["lower"], effect["upper"], color=BLUE, alpha=0.25, lw=0,
            label="95% interval",
        )  # fmt: skip
        axes.plot(effect.index, effect["log_odds"], color=BLUE, lw=2.2, label="spline")
        axes.plot(
            effect.index, effect["linear"], color=VERMILION, ls="--", lw=1.8, label="straight line"
        )
        axes.plot(
            curve.knots, np.full(len(curve.knots), 0.03), ls="", marker="^", ms=6, color=GREY,
            transform=axes.get_xaxis_transform(), label="knots", clip_on=False,
        )  # fmt: skip
        axes.set_xlim(effect.index[0], effect.index[-1])
        axes.set_xlabel(narrow(study.predictors[name].axis_label))
        p = tests.loc[name, "p_value"]
        axes.set_title(f"p for a bend{p_text(p).removeprefix('p')}")
        axes.locator_params(axis="x", nbins=3)
        axes.xaxis.set_major_formatter(lambda value, _: number(value, ",.12g"))
    reach = [
        _reach([*curve.effect[["log_odds", "linear"]].to_numpy().flat]) for curve in fitted.values()
    ]
    least = max(high - low for low, high in reach) / 4
    for axes, (low, high) in zip(panels, reach, strict=True):
        room = max(0.15 * (high - low), (least - (high - low)) / 2)
        axes.set_ylim(low - room, high + room)
        axes.locator_params(axis="y", nbins=5)
    for axes in panels[::2]:
        axes.set_ylabel("Log-odds against\nthe median")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    write_title(figure, "Effects as a curve and as a straight line")
    return figure


LOWER_IS_BETTER = ("Brier score", "log loss")


def models(table: pd.DataFrame) -> Figure:
    """Draw how other models differ from the forward search, with 95% intervals, a score a panel.

    `table` is that of `other_models.compare_models`. The side on which the other model is better is
    shaded.
    """
    differences = table.dropna(subset=["difference"])
    names, scores = (list(differences[c].unique()) for c in ("model", "score"))
    figure, panels = plt.subplots(
        len(scores), figsize=(WIDTH, len(scores) * (0.4 * len(names) + 0.95) + 0.9), squeeze=False
    )
    y = np.arange(len(names))[::-1]
    for axes, score in zip(panels.flat, scores, strict=True):
        rows = differences[differences["score"] == score].set_index("model").loc[names]
        reach = [rows["difference"] - rows["lower"], rows["upper"] - rows["difference"]]
        axes.errorbar(
            rows["difference"], y, xerr=reach, ls="", marker="o", color=BLUE, capsize=3, lw=1.8,
            label="difference, 95% interval",
        )  # fmt: skip
        low, high = _reach([*rows["lower"], *rows["upper"], 0])
        better = (low, 0) if score in LOWER_IS_BETTER else (0, high)
        axes.axvspan(
            *better, facecolor=GREEN, edgecolor=GREEN, alpha=0.2, hatch="..", lw=0,
            label="other model better",
        )  # fmt: skip
        axes.axvline(0, color="black", lw=1)
        axes.set_xlabel(f"Difference in {score}")
        axes.locator_params(axis="x", nbins=5)
        axes.set_yticks(y, [wrapped(name, 20) for name in names])
        axes.set(xlim=(low, high), ylim=(-0.6, len(names) - 0.4))
        axes.grid(axis="y", visible=False)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    write_title(figure, "Difference from the forward search on the same customers")
    return figure


def _named(marked: pd.Series) -> list[tuple[float, str]]:
    """Return the named values in order, names of equal values together."""
    groups = marked.groupby(marked.round(3), sort=True)
    return [(float(value), ", ".join(same.index)) for value, same in groups]


def _panels(number: int, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels, two in a row."""
    rows = -(-number // 2)
    figure, grid = plt.subplots(rows, 2, figsize=(WIDTH, height * rows + 1.1), squeeze=False)
    for axes in grid.flat[number:]:
        axes.axis("off")
    return figure, list(grid.flat[:number])

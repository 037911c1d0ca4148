"""Figures of what goes beyond one split, one selection and one cut-off."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from erfm.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, WIDTH, narrow, wrapped
from erfm.formats import number, p_text, percent
from erfm.logistic import CONSTANT
from erfm.study import Study
from erfm.trust.curves import Curve
from erfm.trust.resampling import INDEXES, Bootstrap

LINES = [(VERMILION, "-"), (GREEN, "--"), (ORANGE, "-."), (PURPLE, ":"), (GREY, (0, (1, 3)))]
LABEL = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8}

BETTER = {
    "AUC": "AUC (right is better)",
    "Brier score": "Brier score (left is better)",
    "Log loss": "Log loss (left is better)",
}
"""The axis of each score, with the side on which the other model is better."""


def inclusion(study: Study, frequencies: pd.DataFrame, final: tuple[str, ...]) -> Figure:
    """Draw how often each term was selected; those of the equation itself filled."""
    figure, axes = plt.subplots(figsize=(WIDTH, 0.4 * len(frequencies) + 1.2))
    y = np.arange(len(frequencies))[::-1]
    inside = frequencies.index.isin(final)
    for chosen, color, hatch, label in (
        (inside, BLUE, "", "in the equation"), (~inside, "#BBBBBB", "///", "left out of it"),
    ):  # fmt: skip
        if not chosen.any():
            continue
        axes.barh(
            y[chosen], frequencies["share"][chosen], color=color, hatch=hatch, edgecolor="white",
            label=label,
        )  # fmt: skip
    for position, share in zip(y, frequencies["share"], strict=True):
        axes.text(share + 0.01, position, percent(share), va="center")
    axes.set_yticks(y, [wrapped(study.label(term)) for term in frequencies.index])
    axes.set_xlim(0, 1.12)
    axes.set_xticks(np.linspace(0, 1, 6))
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("Share of the bootstrap samples that select it")
    axes.set_title("How often each variable is selected")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def coefficients_when_selected(study: Study, repeated: Bootstrap, bias: pd.DataFrame) -> Figure:
    """Draw the coefficients of the samples that selected a column, and the full model's."""
    chosen = repeated.coefficients.drop(columns=CONSTANT)
    figure, panels = _panels(chosen.shape[1], height=2.1)
    for axes, column in zip(panels, chosen, strict=True):
        values = chosen[column].dropna()
        axes.hist(values, bins=30, color=SKY, edgecolor="white", lw=0.3, label="when selected")
        axes.axvline(
            bias.loc[column, "full_model_b"], color=VERMILION, ls="--", lw=1.8, label="full model"
        )
        axes.axvline(0, color="black", lw=0.8)
        share = percent(bias.loc[column, "share"], 0)
        axes.set_title(f"{wrapped(study.label(column), 20)}: {share}", size="small")
        axes.set_xlabel("B")
        axes.locator_params(axis="x", nbins=3)
    for axes in panels[::3]:
        axes.set_ylabel("Samples")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    _title(figure, "Coefficients in the samples that selected the variable (share in the title)")
    return figure


def optimism(table: pd.DataFrame) -> Figure:
    """Draw AUC, Nagelkerke R², Brier score and calibration slope: apparent, corrected, holdout."""
    shown = ["auc", "nagelkerke_r2", "brier", "calibration_slope"]
    figure, panels = plt.subplots(1, len(shown), figsize=(WIDTH, 2.7))
    looks = {"apparent": ("s", GREY), "corrected": ("o", BLUE), "holdout": ("D", VERMILION)}
    for axes, index in zip(panels, shown, strict=True):
        for x, (name, (marker, color)) in enumerate(looks.items()):
            value = table.loc[index, name]
            axes.plot(x, value, marker=marker, color=color, ms=8, ls="", label=name)
            axes.annotate(
                number(value), (x, value), xytext=(0, 8), textcoords="offset points", ha="center"
            )
        axes.set_xticks([])
        axes.set_xlim(-0.6, 2.6)
        axes.margins(y=0.5)
        axes.set_title(INDEXES[index], size="small")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    _title(figure, "What the equation says of itself, corrected, and on the holdout sample")
    return figure


def splits(metrics: pd.DataFrame, own: pd.Series, columns: dict[str, str]) -> Figure:
    """Draw the distribution of metrics over random splits, the study's own split marked.

    `columns` gives the label of each metric drawn.
    """
    figure, panels = plt.subplots(1, len(columns), figsize=(WIDTH, 2.9), squeeze=False)
    for axes, (column, label) in zip(panels.flat, columns.items(), strict=True):
        axes.hist(metrics[column], bins=25, color=SKY, edgecolor="white", lw=0.3,
                  label="random splits")  # fmt: skip
        axes.axvline(own[column], color=VERMILION, ls="--", lw=1.8, label="the study's split")
        axes.set_xlabel(label)
        axes.locator_params(axis="x", nbins=4)
    panels[0, 0].set_ylabel("Splits")
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2)
    _title(figure, f"The same analysis on {len(metrics):,} random splits")
    return figure


def marked_distribution(
    values: pd.Series, marks: dict[str, float], label: str, title: str
) -> Figure:
    """Draw a distribution with single values marked on its axis."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.0))
    axes.hist(values, bins=25, color=SKY, edgecolor="white", lw=0.3, label="random splits")
    for (name, value), (color, line) in zip(marks.items(), LINES[: len(marks)], strict=True):
        axes.axvline(value, color=color, ls=line, lw=1.8, label=f"{name}: {percent(value, 2)}")
    axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.set(xlabel=label, ylabel="Splits", title=title)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def cutoffs(curve: pd.DataFrame, marked: pd.Series) -> Figure:
    """Draw accuracy, sensitivity, specificity and the share contacted along all cut-offs.

    `curve` is the table of `decisions.cutoff_curve`; `marked` gives named cut-offs.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 4.2))
    for column, color, line, label in (
        ("accuracy", BLUE, "-", "accuracy"),
        ("sensitivity", GREEN, "--", "sensitivity (retained found)"),
        ("specificity", VERMILION, "-.", "specificity (churned found)"),
        ("contacted", GREY, ":", "share contacted"),
    ):
        axes.plot(curve.index, curve[column], color=color, ls=line, lw=1.8, label=label)
    names = _named(marked)
    for i, (cutoff, name) in enumerate(names):
        axes.axvline(cutoff, color="black", lw=0.8)
        axes.annotate(
            f"{name} {cutoff:.3g}", (cutoff, 1.07 + 0.075 * i),
            xytext=(3, 0), textcoords="offset points", size="small", va="center",
            ha="left" if cutoff < 0.75 else "right", bbox=LABEL,
        )  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1.08 + 0.075 * max(len(names), 4)))
    axes.set(xlabel="Cut-off on P(retained)", ylabel="Share")
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_title("What each cut-off gives on the holdout sample")
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def decision(curve: pd.DataFrame, marked: pd.Series) -> Figure:
    """Draw the net benefit of the equation with its limits, of contacting all and of nobody.

    `curve` is the table of `decisions.decision_curve`; `marked` gives named thresholds.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 3.9))
    x, scale = curve.index, 100
    axes.fill_between(
        x, scale * curve["lower"], scale * curve["upper"], color=BLUE, alpha=0.2, lw=0,
        label="95% interval",
    )  # fmt: skip
    axes.plot(x, scale * curve["net_benefit"], color=BLUE, lw=1.8, label="by the equation")
    axes.plot(x, scale * curve["contact_all"], color=VERMILION, ls="--", label="contact all")
    axes.plot(x, scale * curve["contact_none"], color="black", ls=":", label="contact nobody")
    top = scale * max(curve["upper"].max(), curve["contact_all"].max())
    axes.set_ylim(-0.2 * top, 1.2 * top)
    for i, (value, name) in enumerate(_named(marked)):
        axes.axvline(value, color=GREY, lw=0.8)
        axes.annotate(
            name, (value, (1.13 - 0.08 * i) * top), xytext=(3, 0), va="center",
            textcoords="offset points", size="small", bbox=LABEL,
            ha="left" if value < 0.75 else "right",
        )  # fmt: skip
    axes.set(
        xlim=(0, 1), xlabel="Contact a customer when P(churned) is at least",
        ylabel="Net benefit (leavers\nreached per 100 customers)",
    )  # fmt: skip
    axes.set_title("Is acting on the equation worth more than a rule for all?")
    figure.legend(loc="outside lower center", ncols=4)
    return figure


def missing_data(
    study: Study, table: pd.DataFrame, sd: pd.Series, truth: pd.Series | None = None
) -> Figure:
    """Draw B per sd, listwise deletion beside multiple imputation, with 95% intervals.

    `table` is that of `imputation.compare_estimates`; `truth` gives the coefficients that simulated
    customers were drawn from.
    """
    rows = table.loc[sd.index]
    figure, axes = plt.subplots(figsize=(WIDTH, 0.55 * len(rows) + 1.6))
    y = np.arange(len(rows))[::-1]
    for name, offset, marker, color, label in (
        ("listwise", 0.16, "s", GREY, "complete customers only"),
        ("imputed", -0.16, "o", BLUE, "multiple imputation"),
    ):
        b = rows[f"{name}_b"] * sd
        reach = [b - rows[f"{name}_lower"] * sd, rows[f"{name}_upper"] * sd - b]
        axes.errorbar(
            b, y + offset, xerr=reach, ls="", marker=marker, color=color, capsize=3, label=label
        )
    if truth is not None:
        axes.plot(truth[sd.index] * sd, y, ls="", marker="|", ms=22, mew=2.5, color=VERMILION,
                  label="truth")  # fmt: skip
    axes.axvline(0, color="black", lw=0.8)
    axes.set_yticks(y, [wrapped(study.label(name)) for name in rows.index])
    axes.set_xlabel("B per standard deviation (log odds of retention)")
    axes.set_title("Estimates with and without the incomplete customers")
    figure.legend(loc="outside lower center", ncols=3)
    return figure


def curves(study: Study, fitted: dict[str, Curve], tests: pd.DataFrame) -> Figure:
    """Draw each spline's effect with its limits, the straight line and the knots."""
    figure, panels = _panels(len(fitted), height=2.4)
    for axes, (name, curve) in zip(panels, fitted.items(), strict=True):
        effect = curve.effect
        axes.fill_between(
            effect.index, effect["lower"], effect["upper"], color=BLUE, alpha=0.2, lw=0
        )
        axes.plot(effect.index, effect["log_odds"], color=BLUE, lw=1.8, label="spline")
        axes.plot(effect.index, effect["linear"], color=VERMILION, ls="--", label="straight line")
        axes.plot(
            curve.knots, np.full(len(curve.knots), 0.03), ls="", marker="^", ms=5, color=GREY,
            transform=axes.get_xaxis_transform(), label="knots", clip_on=False,
        )  # fmt: skip
        axes.set_xlim(effect.index[0], effect.index[-1])
        axes.set_xlabel(narrow(study.predictors[name].axis_label))
        p = tests.loc[name, "p_value"]
        axes.set_title(f"p for a bend{p_text(p).removeprefix('p')}", size="small")
        axes.locator_params(axis="x", nbins=4)
    for axes in panels[::3]:
        axes.set_ylabel("Log odds against\nthe median")
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    _title(figure, "Effects as a curve and as a straight line")
    return figure


def models(table: pd.DataFrame, labels: dict[str, str]) -> Figure:
    """Draw how other models differ from the forward search, with 95% intervals.

    `table` is that of `other_models.compare_models`; `labels` names each score.
    """
    differences = table.dropna(subset=["difference"])
    names = list(differences["model"].unique())
    figure, panels = plt.subplots(
        1, len(labels), figsize=(WIDTH, 0.5 * len(names) + 1.4), sharey=True, squeeze=False
    )
    y = np.arange(len(names))[::-1]
    for axes, (score, label) in zip(panels.flat, labels.items(), strict=True):
        rows = differences[differences["score"] == score].set_index("model").loc[names]
        reach = [rows["difference"] - rows["lower"], rows["upper"] - rows["difference"]]
        axes.errorbar(rows["difference"], y, xerr=reach, ls="", marker="o", color=BLUE, capsize=3)
        axes.axvline(0, color="black", lw=0.8)
        axes.set_xlabel(label)
        axes.locator_params(axis="x", nbins=3)
        axes.set_yticks(y, names)
        axes.set_ylim(-0.6, len(names) - 0.4)
    _title(figure, "Difference from the forward search on the same customers")
    return figure


def _named(marked: pd.Series) -> list[tuple[float, str]]:
    """Return the named values in order, names of equal values together."""
    groups = marked.groupby(marked.round(3), sort=True)
    return [(float(value), ", ".join(same.index)) for value, same in groups]


def _panels(number: int, height: float) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many panels, three in a row."""
    rows = -(-number // 3)
    figure, grid = plt.subplots(rows, 3, figsize=(WIDTH, height * rows + 0.6), squeeze=False)
    for axes in grid.flat[number:]:
        axes.axis("off")
    return figure, list(grid.flat[:number])


def _title(figure: Figure, text: str) -> None:
    figure.suptitle(text, x=0.01, ha="left", weight="bold", size="medium")

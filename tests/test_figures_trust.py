"""The figures of how far to trust an equation draw their tables' values and name them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from drawn import (
    assert_told_apart,
    bars,
    flat_bars,
    intervals,
    line,
    named,
    straight_lines,
    ticks,
    words,
)
from pictures import assert_readable

from erfm.logistic import CONSTANT
from erfm.study import Predictor, Study
from erfm.trust import figures

pytestmark = pytest.mark.usefixtures("closed_figures")

LABELS = {
    "recency": "Recency",
    "amount": "$x_1$ of {5} $",
    "age": "a very long label of a variable " * 4,
    "children": "snake_case & more",
}


@pytest.fixture
def study(sample) -> Study:
    predictors = {name: Predictor(name, name, label, "days") for name, label in LABELS.items()}
    return replace(sample[0], predictors=predictors)


# --- Selection ------------------------------------------------------------------------------------

SHARE = pd.DataFrame({"share": [1.0, 0.534, 0.25, 0.0]}, index=list(LABELS))


@pytest.mark.slow
def test_inclusion_tells_the_equation_s_variables_from_the_others(study):
    figure = figures.inclusion(study, SHARE, ("recency", "age"))
    (axes,) = figure.axes
    inside, outside = flat_bars(axes)
    assert inside == pytest.approx(np.array([[3, 1.0], [1, 0.25]]))
    assert outside == pytest.approx(np.array([[2, 0.534], [0, 0.0]]))
    assert words(axes) == ["100.0%", "53.4%", "25.0%", "0.0%"]
    assert [text.get_position()[1] for text in axes.texts] == [3, 2, 1, 0]
    assert_told_apart(axes, "in the equation", "left out of it")
    assert named(figure) == ["in the equation", "left out of it"]
    names = ticks(axes, "y")
    assert (names[3], names[2], names[0]) == ("Recency", LABELS["amount"], LABELS["children"])
    assert names[1].endswith("…")
    figure.canvas.draw()
    assert list(ticks(axes, "x").values()) == ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert axes.get_xlabel() == "Share of the bootstrap samples\nthat select it"
    assert figure.get_suptitle() == "How often each variable is selected"
    assert_readable(figure)


@pytest.mark.slow
@pytest.mark.parametrize("final", [(), tuple(LABELS)])
@pytest.mark.parametrize("rows", [1, 4])
def test_inclusion_of_all_or_none(study, final, rows):
    figure = figures.inclusion(study, SHARE.head(rows), final)
    assert named(figure) == ["in the equation" if final else "left out of it"]
    assert_readable(figure)


def repeated(**columns) -> SimpleNamespace:
    return SimpleNamespace(coefficients=pd.DataFrame({CONSTANT: 1.0, **columns}))


@pytest.mark.slow
def test_coefficients_are_counted_where_they_were_selected(study):
    """In standard errors of the full model; one that is never selected has a row without bars."""
    rng = np.random.default_rng(1)
    amount = rng.normal(0.2, 1, 60)
    amount[:45] = np.nan
    given = repeated(
        recency=rng.normal(3, 1, 60), amount=amount, age=np.full(60, np.nan), children=np.ones(60)
    )
    bias = pd.DataFrame(
        {"share": [1, 0.25, 0, 1], "full_model_b": [3.1, 0.2, 0.0, 1.0],
         "full_model_size": [6.2, 0.1, 0.0, 0.5]},
        index=list(LABELS),
    )  # fmt: skip
    errors = {"recency": 0.5, "amount": 2.0, "children": 2.0}
    figure = figures.coefficients_when_selected(study, given, bias)
    (axes,) = figure.axes
    rows = dict(zip(bias.index, bars(axes), strict=True))
    for y, (name, row) in zip((3, 2, 1, 0), bias.iterrows(), strict=True):
        values = given.coefficients[name].dropna() / errors.get(name, 1)
        counts = rows[name][:, 1]
        full = counts > 0
        assert full.any() == (row["share"] > 0)
        # The highest bar of each row is as high as in the others, each bar as wide.
        if full.any():
            assert counts.max() == pytest.approx(0.8)
            width = rows[name][1, 0] - rows[name][0, 0]
            for value in values:
                assert np.abs(rows[name][full, 0] - value).min() <= width / 2 + 1e-9
            mean = np.average(rows[name][:, 0], weights=counts)
            assert mean == pytest.approx(values.mean(), abs=width)
        mark = axes.lines[3 - y].get_xydata()
        b = row["full_model_b"] / errors.get(name, 1)
        assert mark == pytest.approx(np.array([[b, y], [b, y + 0.86]]))
    assert straight_lines(axes, upright=True) == [0]
    told = [ticks(axes, "y")[y + 0.35] for y in (3, 2, 1, 0)]
    assert told[:2] == ["Recency\n100% of samples", f"{LABELS['amount']}\n25% of samples"]
    assert told[2].endswith("…\n0% of samples")
    assert axes.get_xlabel() == "B in standard errors\nof the full model"
    assert_told_apart(axes, "when selected", "full model")
    assert sorted(named(figure)) == ["full model", "when selected"]
    assert figure.get_suptitle() == "Coefficients in the samples that selected the variable"
    assert_readable(figure)


RANDOM = pd.DataFrame(
    {"auc": [0.7, 0.72, 0.74, 0.76, 0.78], "nagelkerke_r2": 0.2,
     "brier": [0.18, 0.2, 0.19, 0.21, 0.2], "calibration_slope": [0.8, 0.9, 1.0, 1.1, 1.2]}
)  # fmt: skip
INDEXES = pd.DataFrame(
    {"apparent": [0.75, 0.2, 0.18, 1.0], "corrected": [0.74, 0.19, 0.185, 0.96],
     "holdout": [0.45, 0.18, 0.19, 0.93], "repetitions": 200},
    index=list(figures.BEST),
)  # fmt: skip


@pytest.mark.slow
def test_optimism_stands_before_the_random_splits():
    """Each index in the splits' standard deviations; where all splits agree, in its own unit."""
    table = INDEXES.copy()
    table.loc["calibration_intercept"] = 0.0
    figure = figures.optimism(table, RANDOM)
    (axes,) = figure.axes
    mean, unit = RANDOM.mean(), RANDOM.std().replace(0, 1).where(lambda sd: sd > 1e-12, 1)
    names = ("apparent", "corrected", "holdout")
    points = np.array([one.get_xydata()[0] for one in axes.lines]).reshape(4, 3, 2)
    for row, index in enumerate(INDEXES.index):
        places = (INDEXES.loc[index, list(names)] - mean[index]) / unit[index]
        assert points[row, :, 0] == pytest.approx(places.to_numpy(float))
        assert points[row, :, 1] == pytest.approx(row + np.array([-0.23, 0, 0.23]))
        band = axes.patches[row]
        ends = band.get_x(), band.get_x() + band.get_width()
        limits = RANDOM[index].quantile([0.025, 0.975])
        assert ends == pytest.approx(tuple((limits - mean[index]) / unit[index]))
        assert band.get_y() < row - 0.23 and row + 0.23 < band.get_y() + band.get_height()
        written = words(axes)[5 * row : 5 * row + 5]
        told = [*limits, *INDEXES.loc[index, list(names)]]
        assert written == [f"{value:.3f}" for value in told]
    labels = [*names, "central 95% of 5 random splits"]
    assert_told_apart(axes, *labels)
    assert sorted(named(figure)) == sorted(labels)
    assert ticks(axes, "y")[2] == "Brier score\n(lower is better)"
    bottom, top = axes.get_ylim()
    assert bottom > top, "the first index is at the top"
    assert figure.get_suptitle()
    assert_readable(figure)
    assert_readable(figures.optimism(INDEXES * 0 + 0.5, RANDOM * 0 + 0.5))


# --- Splits ---------------------------------------------------------------------------------------

METRICS = pd.DataFrame(
    np.random.default_rng(2).normal([0.76, 0.7], [0.01, 0.02], (300, 2)),
    columns=["accuracy", "auc"],
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "shown", [{"accuracy": "Accuracy"}, {"accuracy": "Accuracy", "auc": "AUC"}]
)
def test_splits_are_counted_and_the_own_one_is_marked(shown):
    own = pd.Series({"auc": 0.71, "accuracy": 0.7586})
    figure = figures.splits(METRICS, own, shown)
    told = {
        "accuracy": "Accuracy: 0.759",
        "auc": "AUC: 0.710",
    }
    titles = [axes.get_title("left") for axes in figure.axes]
    assert titles == [f"{told[column]} in the study's split" for column in shown]
    for axes, column in zip(figure.axes, shown, strict=True):
        (heights,) = bars(axes)
        assert heights[:, 1] == pytest.approx(np.histogram(METRICS[column], bins=25)[0])
        assert straight_lines(axes, upright=True) == [own[column]]
        assert_told_apart(axes, "random splits", "the study's split")
        assert axes.get_ylabel() == "Splits"
    assert named(figure) == ["random splits", "the study's split"]
    assert figure.get_suptitle() == "The same analysis on 300 random splits"
    assert_readable(figure)
    assert_readable(figures.splits(METRICS * 0 + 0.5, own, shown))


def upright(axes) -> list[tuple[float, float]]:
    """Return the places of the lines that lead up to names above a panel, and how far they go."""
    found = [one.get_xydata() for one in axes.lines if len(one.get_xdata()) == 2]
    return [
        (x, end) for (x, _), (other, end) in found if x == other and end > axes.get_yticks()[-1]
    ]


@pytest.mark.slow
def test_marks_stand_at_their_values():
    marks = {
        "printed": 0.9511,
        "from its table": 0.7586,
        "always churned": 0.6724,
        "d": 0.7,
        "e": 0.8,
    }
    figure = figures.marked_distribution(METRICS["accuracy"], marks, "Accuracy at 0.5", "Message")
    (axes,) = figure.axes
    (heights,) = bars(axes)
    assert heights[:, 1] == pytest.approx(np.histogram(METRICS["accuracy"], bins=25)[0])
    places = [x for x, _ in upright(axes)]
    assert places == sorted(marks.values())
    names = dict(zip(marks.values(), marks, strict=True))
    assert words(axes) == [f"{names[value]} {value:.2%}" for value in places]
    assert [text.xy for text in axes.texts] == upright(axes), "a name stands where its line ends"
    looks = [(one.get_color(), str(one._dash_pattern)) for one in axes.lines]
    assert len({color for color, _ in looks}) == len({dash for _, dash in looks}) == len(marks)
    assert named(figure) == ["random splits"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Accuracy at 0.5", "Splits")
    assert figure.get_suptitle() == "Message"
    assert_readable(figure)
    with pytest.raises(ValueError, match="zip"):
        figures.marked_distribution(METRICS["accuracy"], marks | {"f": 0.6}, "", "")


# --- Cut-offs -------------------------------------------------------------------------------------

AT = np.linspace(0, 1, 21)
CUTOFFS = pd.DataFrame(
    {"accuracy": 0.3 + AT / 3, "sensitivity": 1 - AT, "specificity": AT, "contacted": AT**2},
    index=AT,
)
# The cut-offs that the page marks; equal ones share a line.
MARKED = pd.Series(
    {"one half": 0.5, "the study's": 0.6024, "base rate": 0.3276, "Youden": 0.3271,
     "costs 5 : 1": 0.8333, "twice": 0.5}
)  # fmt: skip


@pytest.mark.slow
def test_cutoffs_draw_four_rates_and_mark_each_value_once():
    figure = figures.cutoffs(CUTOFFS, MARKED)
    (axes,) = figure.axes
    labels = {
        "accuracy": "accuracy",
        "sensitivity": "sensitivity (retained found)",
        "specificity": "specificity (churned found)",
        "contacted": "share contacted",
    }
    for column, label in labels.items():
        drawn = line(axes, label).get_xydata()
        assert drawn == pytest.approx(np.column_stack([AT, CUTOFFS[column]]))
    one_answer = "accuracy of one answer for all: 63.3%"
    assert straight_lines(axes, upright=False) == [CUTOFFS["accuracy"].iloc[-1]]
    assert_told_apart(axes, *labels.values(), one_answer)
    assert named(figure) == [*labels.values(), one_answer]
    places = [x for x, _ in upright(axes)]
    assert places == pytest.approx([0.327, 0.328, 0.5, 0.602, 0.833], abs=5e-4)
    assert words(axes) == [
        "Youden 0.327", "base rate 0.328", "one half, twice 0.5", "the study's 0.602",
        "costs 5 : 1 0.833",
    ]  # fmt: skip
    assert [text.xy for text in axes.texts] == upright(axes)
    heights = [height for _, height in upright(axes)]
    assert heights == sorted(heights, reverse=True), "a line crosses a name"
    assert (axes.get_xlabel(), axes.get_ylabel()) == (
        "Cut-off on P(retained)",
        "Share of customers",
    )
    assert figure.get_suptitle() == "What each cut-off gives on the holdout sample"
    figure.canvas.draw()
    assert list(ticks(axes, "y").values()) == ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert_readable(figure)


@pytest.mark.slow
@pytest.mark.parametrize(
    "marked", [{}, {"x": 0.0, "y": 1.0}, {f"n{i}": 0.5 + i / 999 for i in range(8)}]
)
def test_cutoffs_and_thresholds_have_room_for_any_marks(marked):
    marked = pd.Series(marked, dtype=float)
    assert_readable(figures.cutoffs(CUTOFFS, marked))
    assert_readable(figures.decision(BENEFIT, marked))


BENEFIT = pd.DataFrame(
    {"net_benefit": 0.6 - 0.5 * AT, "lower": 0.55 - 0.6 * AT, "upper": 0.65 - 0.4 * AT,
     "contact_all": 0.6 - 3 * AT, "contact_none": 0.0, "advantage": 0.1 * AT,
     "advantage_lower": 0.1 * AT - 0.02, "advantage_upper": 0.1 * AT + 0.02},
    index=AT,
)  # fmt: skip


@pytest.mark.slow
def test_decision_draws_benefits_per_hundred_customers():
    figure = figures.decision(BENEFIT, 1 - MARKED)
    axes, gain = figure.axes
    for column, label in (
        ("net_benefit", "by the equation"),
        ("contact_all", "contact all"),
        ("contact_none", "contact nobody"),
    ):
        drawn = line(axes, label).get_xydata()
        assert drawn == pytest.approx(np.column_stack([AT, 100 * BENEFIT[column]]))
    band = axes.collections[0].get_paths()[0].vertices
    for end in ("lower", "upper"):
        for x, limit in zip(AT, 100 * BENEFIT[end], strict=True):
            assert np.isclose(band, (x, limit)).all(axis=1).any()
    labels = ["95% interval", "by the equation", "contact all", "contact nobody"]
    assert_told_apart(axes, *labels)
    assert named(figure) == labels
    assert axes.get_ylim()[0] == pytest.approx(-9.75), "contacting all is not drawn to its depth"
    places = [x for x, _ in upright(axes)]
    assert places == pytest.approx([0.167, 0.398, 0.5, 0.672, 0.673], abs=5e-4)
    assert straight_lines(gain, upright=True) == places
    drawn = gain.lines[0].get_xydata()
    assert drawn == pytest.approx(np.column_stack([AT, 100 * BENEFIT["advantage"]]))
    band = gain.collections[0].get_paths()[0].vertices
    for end in ("advantage_lower", "advantage_upper"):
        for x, limit in zip(AT, 100 * BENEFIT[end], strict=True):
            assert np.isclose(band, (x, limit)).all(axis=1).any()
    assert straight_lines(gain, upright=False) == [0]
    assert words(axes) == ["costs 5 : 1", "the study's", "one half, twice", "base rate", "Youden"]
    assert gain.get_xlabel() == "Contact a customer when P(churned) is at least"
    assert axes.get_ylabel() == "Net benefit"
    assert gain.get_ylabel() == "Advantage\nover the better\nrule for all"
    assert " ".join(figure.get_suptitle().split()).endswith("leavers reached per 100 customers")
    assert_readable(figure)


# --- Missing values, curves and other models ------------------------------------------------------


@pytest.mark.slow
def test_estimates_are_drawn_per_standard_deviation(study):
    names = ["recency", "amount", "age"]
    table = pd.DataFrame(
        {"listwise_b": [0.1, -0.2, 0.3], "listwise_lower": [0.05, -0.3, 0.3],
         "listwise_upper": [0.15, -0.1, 0.3], "imputed_b": [0.12, -0.25, 0.2],
         "imputed_lower": [0.06, -0.3, 0.1], "imputed_upper": [0.2, -0.2, 0.3]},
        index=names,
    )  # fmt: skip
    table.loc[CONSTANT] = 9.0
    sd, truth = pd.Series([2.0, 1.0, 0.1], names), pd.Series([0.3, 0.1, -0.2], names[::-1])
    figure = figures.missing_data(study, table, sd, truth)
    (axes,) = figure.axes
    for drawn, name, offset in zip(
        intervals(axes), ("listwise", "imputed"), (0.16, -0.16), strict=True
    ):
        rows = table.loc[names, [f"{name}_b", f"{name}_lower", f"{name}_upper"]]
        places = np.array([2, 1, 0]) + offset
        assert drawn == pytest.approx(np.column_stack([places, rows.mul(sd, axis=0)]))
    marks = line(axes, "truth").get_xydata()
    assert marks == pytest.approx(np.array([[-0.4, 2], [0.1, 1], [0.03, 0]]))
    assert straight_lines(axes, upright=True) == [0]
    labels = ["complete customers only", "multiple imputation", "truth"]
    assert_told_apart(axes, *labels)
    assert sorted(named(figure)) == labels
    assert ticks(axes, "y")[2] == "Recency" and ticks(axes, "y")[1] == LABELS["amount"]
    assert axes.get_xlabel() == "B per standard deviation\n(log-odds of retention)"
    assert figure.get_suptitle() == "Estimates with and without the incomplete customers"
    assert_readable(figure)
    alone = figures.missing_data(study, table, sd.head(1))
    assert "truth" not in named(alone)
    assert_readable(alone)


def curve(values: list[float]) -> SimpleNamespace:
    effect = pd.DataFrame(
        {"log_odds": [0.1, 0.0, 0.4], "lower": [-0.1, 0.0, 0.2], "upper": [0.3, 0.0, 0.6],
         "linear": [-0.2, 0.0, 0.2]},
        index=values,
    )  # fmt: skip
    return SimpleNamespace(effect=effect, knots=np.array(values[:2]))


@pytest.mark.slow
@pytest.mark.parametrize("names", [["recency"], list(LABELS)])
def test_curves_are_drawn_with_limits_line_and_knots(study, names):
    fitted = {name: curve([1.0 + i, 10.0, 500_000.0]) for i, name in enumerate(names)}
    tests = pd.DataFrame({"p_value": [0.0004, 0.0321, 1.0, 0.5]}, index=list(LABELS))
    figure = figures.curves(study, fitted, tests)
    panels = [axes for axes in figure.axes if axes.axison]
    labels = ["95% interval", "knots", "spline", "straight line"]
    titles = ["p for a bend < 0.001", "p for a bend = 0.032", "p for a bend = 1.000"]
    assert [axes.get_title("left") for axes in panels][:3] == titles[: len(names)]
    for axes, fit in zip(panels, fitted.values(), strict=True):
        x = fit.effect.index
        for column, label in (("log_odds", "spline"), ("linear", "straight line")):
            drawn = line(axes, label).get_xydata()
            assert drawn == pytest.approx(np.column_stack([x, fit.effect[column]]))
        band = axes.collections[0].get_paths()[0].vertices
        for end in ("lower", "upper"):
            for place, limit in zip(x, fit.effect[end], strict=True):
                assert np.isclose(band, (place, limit)).all(axis=1).any()
        assert line(axes, "knots").get_xdata() == pytest.approx(fit.knots)
        assert axes.get_xlim() == (x[0], x[-1])
        assert_told_apart(axes, *labels)
    assert sorted(named(figure)) == labels
    assert panels[0].get_xlabel() == "Recency (days)"
    assert panels[0].get_ylabel() == "Log-odds against\nthe median"
    assert figure.get_suptitle() == "Effects as a curve and as a straight line"
    assert_readable(figure)


@pytest.mark.slow
@pytest.mark.parametrize("scores", [["AUC", "Brier score", "log loss"], ["AUC"]])
def test_other_models_are_drawn_as_differences(scores):
    """The side on which the other model is better is shaded: of a loss, the left one."""
    rows = [
        {"model": model, "score": score, "difference": d, "lower": d - 0.01, "upper": d + 0.02}
        for score in scores
        for model, d in (
            ("forward selection", np.nan),
            ("ridge", 0.01 * len(score)),
            ("gradient boosting", -0.1),
        )
    ]
    # Another order for each score.
    table = pd.DataFrame(rows).iloc[[0, 1, 2, 5, 4, 3, 8, 7, 6][: len(rows)]]
    figure = figures.models(table)
    assert [axes.get_xlabel() for axes in figure.axes] == [f"Difference in {s}" for s in scores]
    for axes, score in zip(figure.axes, scores, strict=True):
        (drawn,) = intervals(axes)
        ridge = 0.01 * len(score)
        expected = [[1, ridge, ridge - 0.01, ridge + 0.02], [0, -0.1, -0.11, -0.08]]
        assert drawn == pytest.approx(np.array(expected))
        (side,) = axes.patches
        low, high = side.get_x(), side.get_x() + side.get_width()
        shaded = (0, axes.get_xlim()[1]) if score == "AUC" else (axes.get_xlim()[0], 0)
        assert (low, high) == pytest.approx(shaded)
        assert straight_lines(axes, upright=True) == [0]
        assert axes.get_ylim() == pytest.approx((-0.6, 1.6))
        assert ticks(axes, "y") == {1: "ridge", 0: "gradient boosting"}
        assert_told_apart(axes, "other model better", "difference, 95% interval")
    assert figure.get_suptitle() == "Difference from the forward search on the same customers"
    assert_readable(figure)

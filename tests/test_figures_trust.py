"""The figures of how far to trust an equation draw their tables' values and name them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from drawn import (
    assert_texts_have_room,
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
    assert axes.get_xlabel() == "Share of the bootstrap samples that select it"
    assert axes.get_title("left") == "How often each variable is selected"
    assert_texts_have_room(figure)


@pytest.mark.slow
@pytest.mark.parametrize("final", [(), tuple(LABELS)])
@pytest.mark.parametrize("rows", [1, 4])
def test_inclusion_of_all_or_none(study, final, rows):
    figure = figures.inclusion(study, SHARE.head(rows), final)
    assert named(figure) == ["in the equation" if final else "left out of it"]
    assert_texts_have_room(figure)


def repeated(**columns) -> SimpleNamespace:
    return SimpleNamespace(coefficients=pd.DataFrame({CONSTANT: 1.0, **columns}))


@pytest.mark.slow
def test_coefficients_are_counted_where_they_were_selected(study):
    rng = np.random.default_rng(1)
    amount = rng.normal(0.2, 1, 60)
    amount[:45] = np.nan
    given = repeated(
        recency=rng.normal(3, 1, 60), amount=amount, age=np.full(60, np.nan), children=np.ones(60)
    )
    bias = pd.DataFrame(
        {"share": [1, 0.25, 0, 1], "full_model_b": [3.1, 0.2, 0.0, 1.0]}, index=list(LABELS)
    )
    figure = figures.coefficients_when_selected(study, given, bias)
    panels = [axes for axes in figure.axes if axes.axison]
    assert len(panels) == 4 and CONSTANT not in "".join(axes.get_title("left") for axes in panels)
    for axes, (name, row) in zip(panels, bias.iterrows(), strict=True):
        values = given.coefficients[name].dropna()
        (heights,) = bars(axes)
        assert heights[:, 1].sum() == len(values)
        if name in ("recency", "amount"):
            assert heights[:, 1] == pytest.approx(np.histogram(values, bins=30)[0])
        assert straight_lines(axes, upright=True) == [row["full_model_b"], 0]
        assert axes.get_title("left").endswith(f": {row['share']:.0%}")
        assert axes.get_xlabel() == "B"
    assert panels[0].get_title("left") == "Recency: 100%"
    assert [axes.get_ylabel() for axes in panels] == ["Samples", "", "", "Samples"]
    assert_told_apart(panels[0], "when selected", "full model")
    assert named(figure) == ["when selected", "full model"]
    assert figure.get_suptitle().startswith("Coefficients in the samples that selected")
    assert_texts_have_room(figure)


@pytest.mark.slow
def test_optimism_draws_three_values_of_four_indexes():
    table = pd.DataFrame(
        {"apparent": [0.75, 0.2, 0.18, 1.0], "corrected": [0.74, 0.19, 0.185, 0.96],
         "holdout": [0.45, 0.18, 0.19, 0.93], "repetitions": 200},
        index=["auc", "nagelkerke_r2", "brier", "calibration_slope"],
    )  # fmt: skip
    table.loc["calibration_intercept"] = 0.0
    figure = figures.optimism(table)
    titles = ["AUC", "Nagelkerke R²", "Brier score", "calibration slope"]
    assert [axes.get_title("left") for axes in figure.axes] == titles
    for axes, index in zip(figure.axes, table.index, strict=False):
        for place, name in enumerate(("apparent", "corrected", "holdout")):
            assert line(axes, name).get_xydata()[0] == pytest.approx(
                (place, table.loc[index, name])
            )
        assert words(axes) == [f"{value:.3f}" for value in table.loc[index].iloc[:3]]
        assert_told_apart(axes, "apparent", "corrected", "holdout")
    assert named(figure) == ["apparent", "corrected", "holdout"]
    assert figure.get_suptitle()
    assert_texts_have_room(figure)
    assert_texts_have_room(figures.optimism(table * 0 + 0.5))


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
    assert [axes.get_xlabel() for axes in figure.axes] == list(shown.values())
    for axes, column in zip(figure.axes, shown, strict=True):
        (heights,) = bars(axes)
        assert heights[:, 1] == pytest.approx(np.histogram(METRICS[column], bins=25)[0])
        assert straight_lines(axes, upright=True) == [own[column]]
        assert_told_apart(axes, "random splits", "the study's split")
    assert figure.axes[0].get_ylabel() == "Splits"
    assert named(figure) == ["random splits", "the study's split"]
    assert figure.get_suptitle() == "The same analysis on 300 random splits"
    assert_texts_have_room(figure)


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
    assert straight_lines(axes, upright=True) == list(marks.values())
    labels = [f"{name}: {value:.2%}" for name, value in marks.items()]
    assert_told_apart(axes, "random splits", *labels)
    assert named(figure) == ["random splits", *labels] and "printed: 95.11%" in labels
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Accuracy at 0.5", "Splits")
    assert axes.get_title("left") == "Message"
    assert_texts_have_room(figure)
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
    assert_told_apart(axes, *labels.values())
    assert named(figure) == list(labels.values())
    assert straight_lines(axes, upright=True) == pytest.approx([0.327, 0.328, 0.5, 0.602, 0.833])
    assert words(axes) == [
        "Youden 0.327", "base rate 0.328", "one half, twice 0.5", "the study's 0.602",
        "costs 5 : 1 0.833",
    ]  # fmt: skip
    assert [text.xy[0] for text in axes.texts] == straight_lines(axes, upright=True)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Cut-off on P(retained)", "Share")
    assert axes.get_title("left") == "What each cut-off gives on the holdout sample"
    figure.canvas.draw()
    assert list(ticks(axes, "y").values()) == ["0%", "20%", "40%", "60%", "80%", "100%"]
    assert_texts_have_room(figure)


@pytest.mark.slow
@pytest.mark.parametrize(
    "marked", [{}, {"x": 0.0, "y": 1.0}, {f"n{i}": 0.5 + i / 999 for i in range(8)}]
)
def test_cutoffs_and_thresholds_have_room_for_any_marks(marked):
    marked = pd.Series(marked, dtype=float)
    assert_texts_have_room(figures.cutoffs(CUTOFFS, marked))
    assert_texts_have_room(figures.decision(BENEFIT, marked))


BENEFIT = pd.DataFrame(
    {"net_benefit": 0.6 - 0.5 * AT, "lower": 0.55 - 0.6 * AT, "upper": 0.65 - 0.4 * AT,
     "contact_all": 0.6 - 3 * AT, "contact_none": 0.0},
    index=AT,
)  # fmt: skip


def test_decision_draws_benefits_per_hundred_customers():
    figure = figures.decision(BENEFIT, 1 - MARKED)
    (axes,) = figure.axes
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
    assert axes.get_ylim() == pytest.approx((-13, 78)), "contacting all is not drawn to its depth"
    assert straight_lines(axes, upright=True) == pytest.approx([0.167, 0.398, 0.5, 0.672, 0.673])
    assert words(axes) == ["costs 5 : 1", "the study's", "one half, twice", "base rate", "Youden"]
    assert axes.get_xlabel() == "Contact a customer when P(churned) is at least"
    assert axes.get_ylabel() == "Net benefit (leavers\nreached per 100 customers)"
    assert axes.get_title("left")
    assert_texts_have_room(figure)


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
    assert axes.get_xlabel() == "B per standard deviation (log odds of retention)"
    assert axes.get_title("left") == "Estimates with and without the incomplete customers"
    assert_texts_have_room(figure)
    alone = figures.missing_data(study, table, sd.head(1))
    assert "truth" not in named(alone)
    assert_texts_have_room(alone)


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
        assert_told_apart(axes, "spline", "straight line", "knots")
    assert named(figure) == ["spline", "straight line", "knots"]
    assert panels[0].get_xlabel() == "Recency (days)"
    assert panels[0].get_ylabel() == "Log odds against\nthe median"
    assert figure.get_suptitle() == "Effects as a curve and as a straight line"
    assert_texts_have_room(figure)


@pytest.mark.parametrize("labels", [figures.BETTER, {"AUC": "AUC (right is better)"}])
def test_other_models_are_drawn_as_differences(labels):
    rows = [
        {"model": model, "score": score, "difference": d, "lower": d - 0.01, "upper": d + 0.02}
        for score in figures.BETTER
        for model, d in (
            ("forward selection", np.nan),
            ("ridge", 0.01 * len(score)),
            ("gradient boosting", -0.1),
        )
    ]
    # Another order for each score.
    table = pd.DataFrame(rows).iloc[[0, 1, 2, 5, 4, 3, 8, 7, 6]]
    figure = figures.models(table, labels)
    assert [axes.get_xlabel() for axes in figure.axes] == list(labels.values())
    for axes, score in zip(figure.axes, labels, strict=True):
        (drawn,) = intervals(axes)
        ridge = 0.01 * len(score)
        expected = [[1, ridge, ridge - 0.01, ridge + 0.02], [0, -0.1, -0.11, -0.08]]
        assert drawn == pytest.approx(np.array(expected))
        assert straight_lines(axes, upright=True) == [0]
        assert axes.get_ylim() == pytest.approx((-0.6, 1.6))
    assert ticks(figure.axes[0], "y") == {1: "ridge", 0: "gradient boosting"}
    assert figure.get_suptitle() == "Difference from the forward search on the same customers"
    assert_texts_have_room(figure)

"""The figures of the five steps draw their tables' values, name them, and have room for texts."""

from dataclasses import replace

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
from matplotlib.colors import to_hex
from pictures import assert_readable

from erfm import figures
from erfm.stepwise import ForwardSelection, Step
from erfm.study import Predictor, Study
from erfm.validation import RocCurve

pytestmark = pytest.mark.usefixtures("closed_figures")

DOLLARS, LONG = "$x_1$ of 5 $", "a very long label of a variable " * 4
AWKWARD = (DOLLARS, "snake_case_{braces}", "50 % & more", LONG, "Größe (€)", "x")


@pytest.fixture
def study(sample) -> Study:
    return sample[0]


def renamed(study: Study, labels: tuple[str, ...]) -> Study:
    """Return a study whose predictors have other labels."""
    pairs = zip(study.predictors.items(), labels, strict=False)
    return replace(study, predictors={name: replace(p, label=label) for (name, p), label in pairs})


def with_levels(study: Study, levels: tuple[str, ...]) -> Study:
    """Return a study of one categorical predictor with these levels."""
    return replace(study, predictors={"kind": Predictor("kind", "kind", "Kind", levels=levels)})


# --- The sample's path ----------------------------------------------------------------------------

PATH = pd.DataFrame(
    {
        "customers": [4500, 3334, 2000, 1334],
        "retained": [1500, 1100, 663, 437],
        "churned": [2990, 2234, 1337, 897],
    },
    index=["All customers", "Complete cases", "Model-building sample", "Holdout sample"],
)


def test_sample_flow_gives_counts_and_shares_of_known_outcomes():
    axes = figures.sample_flow(PATH, "no age").axes[0]
    assert words(axes)[:4] == [
        "All customers\n4,500 customers\n1,500 retained (33.4%)",
        "Complete cases\n3,334 customers\n1,100 retained (33.0%)",
        "Model-building sample\n2,000 customers\n663 retained (33.1%)",
        "Holdout sample\n1,334 customers\n437 retained (32.8%)",
    ]
    assert "1,166 left out: no age" in words(axes)
    assert axes.get_title("left") == "3,334 of 4,500 customers can be analysed"
    # All customers, complete cases, and from there two samples: three arrows, and those left out.
    assert len([text for text in axes.texts if getattr(text, "arrow_patch", None)]) == 4


def test_sample_flow_says_nothing_of_customers_left_out_where_none_are():
    path = PATH.assign(customers=[3334, 3334, 2000, 1334])
    axes = figures.sample_flow(path, "no age").axes[0]
    assert not [text for text in words(axes) if "left out" in text]
    assert len([text for text in axes.texts if getattr(text, "arrow_patch", None)]) == 3


@pytest.mark.slow
@pytest.mark.parametrize("factor", [1, 10_000])
@pytest.mark.parametrize("cut", ["no age", DOLLARS, LONG])
def test_sample_flow_has_room(factor, cut):
    assert_readable(figures.sample_flow(PATH * factor, cut))


# --- Distributions --------------------------------------------------------------------------------


def customers(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_distributions_are_shares_of_each_outcome(study):
    frame = customers(
        retained=[1, 1, 1, 0, 0],
        recency=[1, 1, 2, 2, 3],
        segment=["basic", "plus", "plus", "plus", "plus"],
    )
    few = replace(study, predictors={n: study.predictors[n] for n in ("recency", "segment")})
    figure = figures.distributions(few, frame)
    recency, segment = figure.axes
    churned, retained = bars(recency)
    assert churned[:, 1] == pytest.approx([0, 50, 50])
    assert retained[:, 1] == pytest.approx([200 / 3, 100 / 3, 0])
    assert churned[:, 0] == pytest.approx([-0.2, 0.8, 1.8])
    assert retained[:, 0] == pytest.approx([0.2, 1.2, 2.2])
    assert list(ticks(recency, "x").values()) == ["1", "2", "3"]
    churned, retained = bars(segment)
    assert churned[:, 1] == pytest.approx([0, 100, 0])
    assert retained[:, 1] == pytest.approx([100 / 3, 200 / 3, 0])
    assert list(ticks(segment, "x").values()) == ["basic", "plus", "premium"]
    assert named(figure) == ["churned", "retained"]
    assert_told_apart(recency, "churned", "retained")
    assert recency.get_title("left") == few.predictors["recency"].axis_label
    assert recency.get_ylabel() == "% of each outcome"
    assert figure.get_suptitle() == "How retained and churned customers differ"
    assert_readable(figure)


def test_long_names_of_levels_stand_one_below_another(study):
    levels = ("no degree", "secondary school", "university")
    several = with_levels(study, levels)
    frame = customers(kind=[*levels, *levels, levels[0]], retained=[1, 1, 1, 0, 0, 0, 0])
    (axes,) = figures.distributions(several, frame).axes
    churned, retained = flat_bars(axes)
    assert churned == pytest.approx(np.array([[2.2, 50], [1.2, 25], [0.2, 25]]))
    assert retained == pytest.approx(np.array([[1.8, 100 / 3], [0.8, 100 / 3], [-0.2, 100 / 3]]))
    assert ticks(axes, "y") == {2: "no degree", 1: "secondary school", 0: "university"}
    assert axes.get_xlabel() == "% of each outcome"


def test_many_values_are_the_share_up_to_each(study):
    values = np.repeat(np.arange(1, 51.0) / 10, 2)
    frame = customers(retained=np.tile([0, 1], 50), recency=values)
    frame.loc[frame["retained"] == 1, "recency"] += 1
    one = replace(study, predictors={"recency": study.predictors["recency"]})
    axes = figures.distributions(one, frame).axes[0]
    for label, start in (("churned", 0.1), ("retained", 1.1)):
        x, y = line(axes, label).get_xydata().T
        assert x == pytest.approx(np.r_[start, start + np.arange(50) / 10])
        assert y == pytest.approx(np.r_[0, 2 * np.arange(1, 51)])
        assert line(axes, label).get_drawstyle() == "steps-post"
    assert axes.get_xscale() == "linear"
    assert_told_apart(axes, "churned", "retained")


@pytest.mark.parametrize(
    ("lowest", "largest", "scale"),
    [
        (1, 100, "linear"),
        (1, 1e6, "log"),
        (0, 1e6, "symlog"),
        (-1e6, 100, "symlog"),
        (-1e6, 1e7, "symlog"),
    ],
)
def test_a_few_large_values_press_nothing_together(study, lowest, largest, scale):
    """The middle half of the customers has a twenty-fifth of the panel's width or more."""
    values = np.r_[lowest, 20.0 + np.arange(98), largest]
    frame = customers(retained=np.arange(100) % 2, recency=values)
    one = replace(study, predictors={"recency": study.predictors["recency"]})
    figure = figures.distributions(one, frame)
    axes = figure.axes[0]
    assert axes.get_xscale() == scale
    places = axes.transAxes.inverted().transform(
        axes.transData.transform([(np.quantile(values, share), 0) for share in (0.25, 0.75)])
    )
    assert places[1, 0] - places[0, 0] > 0.04
    assert 2 <= len(ticks(axes, "x")) <= 6
    assert_readable(figure)


@pytest.mark.parametrize("limits", [(1, 9), (0.003, 4e7), (15, 40), (1e-9, 1e9), (2, 1e30)])
def test_ticks_of_a_logarithmic_axis_are_few_and_within(limits):
    ticks = figures.log_ticks(*limits, 4)
    assert 1 <= len(ticks) <= 4
    assert all(limits[0] <= tick <= limits[1] for tick in ticks)


@pytest.mark.parametrize("value", [1_234_567.0, 0.5, -3.0, 2012.0, 12_345.25])
def test_the_name_of_a_value_is_the_value(study, value):
    frame = customers(retained=[0, 1, 0, 1], recency=[value, value, 7, 7])
    one = replace(study, predictors={"recency": study.predictors["recency"]})
    labels = ticks(figures.distributions(one, frame).axes[0], "x").values()
    numbers = [float(label.replace("−", "-").replace(",", "")) for label in labels]
    assert sorted(numbers) == sorted([value, 7])


# --- Texts of many levels, variables and steps ----------------------------------------------------

LEVELS = [
    ("a", "b"),
    ("female", "male"),
    ("no degree", "secondary school", "university"),
    ("primary school", "secondary school", "vocational training", "college", "university"),
    tuple(f"{number} children" for number in range(8)),
    tuple(f"{start:,} to {start + 9999:,} euro" for start in range(0, 120_000, 10_000)),
    (LONG, DOLLARS, f"{LONG} again", "x_y"),
]


@pytest.mark.slow
@pytest.mark.parametrize("levels", LEVELS, ids=len)
def test_levels_have_room(study, levels):
    several = with_levels(study, levels)
    kinds = {name: replace(several.predictors["kind"], name=name) for name in ("kind", "k2", "k3")}
    several = replace(several, predictors=kinds)
    kind = np.tile(levels, 4)
    frame = customers(kind=kind, k2=kind, k3=kind, retained=np.arange(len(kind)) % 3 > 0)
    figure = figures.distributions(several, frame.astype({"retained": int}))
    assert_readable(figure)
    rates = pd.DataFrame({"retention_rate": 0.5, "lower": 0.4, "upper": 0.7}, index=levels)
    other = figures.retention_rates(several, dict.fromkeys(kinds, rates), 0.5)
    assert_readable(other)
    for axes in [*figure.axes, *other.axes]:
        named_on = "y" if len(ticks(axes, "y")) == len(levels) else "x"
        assert len(ticks(axes, named_on)) == len(levels)
        box = axes.get_window_extent()
        assert min(box.width, box.height) > 100, "the names leave no room to draw"


@pytest.mark.slow
@pytest.mark.parametrize(
    "values", [np.arange(12), np.arange(12) * 12_345.5, np.arange(8) + 1_000_000, [0, 1e7]]
)
def test_values_have_room(study, values):
    frame = pd.DataFrame({name: np.tile(values, 4) for name in ("recency", "frequency", "amount")})
    three = replace(study, predictors={name: study.predictors[name] for name in frame})
    frame["retained"] = np.repeat([0, 1], 2 * len(values))
    assert_readable(figures.distributions(three, frame))


# --- Retention rates ------------------------------------------------------------------------------


def test_retention_rates_are_drawn_with_their_limits(study):
    numeric = pd.DataFrame(
        {
            "middle": [2.0, 9.0, 30.0],
            "retention_rate": [0.2, 0.5, 1.0],
            "lower": [0.1, 0.4, 0.8],
            "upper": [0.4, 0.6, 1.0],
        }
    )
    levels = numeric.drop(columns="middle").set_axis(["basic", "plus", "premium"])
    figure = figures.retention_rates(study, {"recency": numeric, "segment": levels}, 0.431)
    first, second = figure.axes
    expected = 100 * numeric[["retention_rate", "lower", "upper"]].to_numpy()
    for axes, x in ((first, numeric["middle"]), (second, [0, 1, 2])):
        (drawn,) = intervals(axes)
        assert drawn == pytest.approx(np.column_stack([x, expected]))
        assert straight_lines(axes, upright=False) == pytest.approx([43.1])
    # Numbers are in order, levels are not.
    assert [axes.containers[0][0].get_linestyle() for axes in (first, second)] == ["-", "None"]
    assert ticks(second, "x") == {0: "basic", 1: "plus", 2: "premium"}
    assert first.get_ylabel() == "Retained (%)"
    assert first.get_ylim() == second.get_ylim()
    assert first.get_title("left") == study.predictors["recency"].axis_label
    assert second.get_title("left") == study.predictors["segment"].axis_label
    assert figure.get_suptitle() == "Retention by each variable (dotted: 43.1% overall)"
    assert_readable(figure)


def test_rates_of_long_names_stand_one_below_another(study):
    names = ["no degree", "secondary school", "university"]
    rates = pd.DataFrame(
        {"retention_rate": [0.2, 0.5, 0.7], "lower": [0.1, 0.4, 0.6], "upper": 0.9}, index=names
    )
    (axes,) = figures.retention_rates(with_levels(study, tuple(names)), {"kind": rates}, 0.4).axes
    (drawn,) = intervals(axes)
    rows = 100 * rates[["retention_rate", "lower", "upper"]].to_numpy()
    assert drawn == pytest.approx(np.column_stack([[2, 1, 0], rows]))
    assert straight_lines(axes, upright=True) == pytest.approx([40])
    assert list(ticks(axes, "y").values()) == names and axes.get_xlabel() == "Retained (%)"


# --- Odds ratios ----------------------------------------------------------------------------------

PER_UNIT = pd.DataFrame(
    {"odds_ratio": [0.5, 1.02, 3.0], "lower": [0.3, 0.9, 2.0], "upper": [0.8, 1.2, 4.0]},
    index=["recency", "amount", "gender(male)"],
)
PER_SD = pd.DataFrame(
    {"odds_ratio": [0.25, 1.5, 1.4], "lower": [0.2, 0.9, 1.1], "upper": [0.3, 2.0, 1.6]},
    index=PER_UNIT.index,
)


def test_forest_draws_every_row_with_its_limits(study):
    figure = figures.forest(study, PER_UNIT, PER_SD)
    for axes, table in zip(figure.axes, (PER_UNIT, PER_SD), strict=True):
        excluding, including = intervals(axes)
        rows = table[["odds_ratio", "lower", "upper"]].to_numpy()
        assert excluding == pytest.approx(np.column_stack([[2, 0], rows[[0, 2]]]))
        assert including == pytest.approx(np.column_stack([[1], rows[[1]]]))
        assert straight_lines(axes, upright=True) == [1]
        assert axes.get_xscale() == "log"
        assert_told_apart(axes, "interval excludes 1", "interval includes 1")
    left, right = figure.axes
    assert ticks(left, "y") == {2: "recency", 1: "amount", 0: "gender (male)"}
    assert left.get_xlabel() == "Odds ratio per unit (log scale)"
    assert right.get_xlabel() == "Odds ratio per sd (log scale)"
    assert named(figure) == ["interval excludes 1", "interval includes 1"]
    assert figure.get_suptitle()
    assert words(left) == ["0.50 (0.30 to 0.80)", "1.02 (0.90 to 1.20)", "3.00 (2.00 to 4.00)"]
    assert [place for _, place in (text.get_position() for text in right.texts)] == [2, 1, 0]
    assert_readable(figure)


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        ((0.99999, 0.99991, 1.00007), "0.99999 (0.99991 to 1.00007)"),
        ((0.9950, 0.9932, 0.9969), "0.9950 (0.9932 to 0.9969)"),
        ((12.5, 3.2, 210.4), "12.50 (3.20 to 210)"),
        ((2e6, 30.0, 1e12), "2.0e+06 (30.00 to 1.0e+12)"),
        ((1.0, 1.0, 1.0), "1.000000 (1.000000 to 1.000000)"),
    ],
)
def test_odds_ratios_have_the_digits_that_tell_their_limits_apart(ratio, told):
    names = ["odds_ratio", "lower", "upper"]
    assert figures._interval(pd.Series(ratio, names)) == told


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((0.58, 1.16), [0.6, 0.8, 1]),
        ((0.65, 1.81), [0.7, 1, 1.5]),
        ((0.2, 12), [0.3, 1, 3, 10]),
        ((1.2, 8), [1, 2, 5]),
        ((1e-5, 1e4), [1e-4, 1e-2, 1, 1e2, 1e4]),
    ],
)
def test_odds_ratios_stand_at_round_numbers(limits, expected):
    assert figures._odds_ticks(*limits, 30) == expected


def test_odds_ratios_of_six_orders_beside_long_labels_have_room(study):
    table = pd.DataFrame(
        {"odds_ratio": [1e-3, 1.0001, 5e3], "lower": [1e-4, 0.999, 1e2], "upper": [0.2, 1.1, 1e5]},
        index=["recency", "frequency", "amount"],
    )
    figure = figures.forest(renamed(study, AWKWARD[2:]), table, table)
    assert ticks(figure.axes[0], "x") == {1e-3: "0.001", 1: "1", 1e3: "1,000"}
    assert_readable(figure)


def test_chinese_characters_take_the_room_of_two():
    assert max(map(len, figures.wrapped("最近一次消费距今天数" * 5, 20).splitlines())) <= 12
    assert figures.wrapped("Recency of the last one", 30) == "Recency of the last one"


@pytest.mark.parametrize("rows", [["recency"], ["amount"]])
def test_a_forest_of_one_row_names_one_kind(study, rows):
    figure = figures.forest(study, PER_UNIT.loc[rows], PER_SD.loc[rows])
    kind = "excludes" if rows == ["recency"] else "includes"
    assert named(figure) == [f"interval {kind} 1"]
    assert_readable(figure)


@pytest.mark.slow
@pytest.mark.parametrize(
    "limits",
    [(0.2, 12), (1.2, 8), (1.001, 1.004), (0.1, 0.6), (0.99999, 1.00002), (1e-5, 1e4), (1e-3, 1e3)],
)
def test_the_scale_of_odds_ratios_has_names_that_differ_and_one(study, limits):
    lower, upper = limits
    table = pd.DataFrame(
        {"odds_ratio": [np.sqrt(lower * upper)], "lower": lower, "upper": upper}, index=["amount"]
    )
    figure = figures.forest(study, table, table)
    assert_readable(figure)
    for axes in figure.axes:
        names = ticks(axes, "x")
        assert 3 <= len(names) <= 11 and 1 in names
        assert len(set(names.values())) == len(names)
        for place, name in names.items():
            assert float(name.replace(",", "")) == pytest.approx(place, rel=1e-3)


# --- Forward selection ----------------------------------------------------------------------------


def selection(deviances: list[float], moves: list[str]) -> ForwardSelection:
    """Return a selection with these values of −2 log-likelihood and moves like "+age"."""
    steps, terms = [], ()
    for number, (deviance, move) in enumerate(zip(deviances, ["", *moves], strict=True)):
        entered, removed = (move[1:] if move[:1] == sign else None for sign in "+-")
        terms = tuple(term for term in (*terms, entered) if term and term != removed)
        steps.append(Step(number, entered, removed, terms, -deviance / 2, (), (), ()))
    return ForwardSelection(tuple(steps), "")


def test_selection_path_names_each_step_and_its_change(study):
    path = selection([100.0, 80.5, 70.0, 70.3], ["+recency", "+age", "-age"])
    study = renamed(study, ("Days & nights",))
    study = replace(study, predictors=study.predictors | {"age": Predictor("age", "age", "Age")})
    axes = figures.selection_path(study, path).axes[0]
    assert axes.lines[0].get_xydata() == pytest.approx(
        np.column_stack([[100.0, 80.5, 70.0, 70.3], [3, 2, 1, 0]])
    )
    assert list(ticks(axes, "y").values()) == ["constant only", "+ Days & nights", "+ Age", "− Age"]
    assert words(axes) == ["−19.5", "−10.5", "+0.3"]
    assert [text.xy for text in axes.texts] == [
        pytest.approx(place) for place in ((80.5, 2), (70.0, 1), (70.3, 0))
    ]
    assert axes.get_xlabel() == "−2 log-likelihood, and its change"
    assert axes.get_title("left") == "The search keeps 1 of 2 variables"
    alt = figures.selection_alt(study, path)
    assert alt == (
        "−2 log-likelihood by step: constant only 100, + Days & nights 80, + Age 70, − Age 70."
    )


def test_a_selection_of_nothing_is_drawn(study):
    figure = figures.selection_path(study, selection([100.0], []))
    assert figure.axes[0].get_title("left") == "The search keeps no variable"
    assert words(figure.axes[0]) == []
    assert_readable(figure)


@pytest.mark.slow
@pytest.mark.parametrize("number", [3, 6, 14])
@pytest.mark.parametrize("label", ["Recency", DOLLARS, LONG])
def test_steps_have_room(study, number, label):
    names = [f"x{i}" for i in range(number)]
    study = replace(study, predictors={n: Predictor(n, n, f"{label} {n}") for n in names})
    path = selection(list(np.linspace(2000, 1800, number + 1)), [f"+{name}" for name in names])
    figure = figures.selection_path(study, path)
    assert_readable(figure)
    assert figure.axes[0].get_position().height > 0.4


# --- Validation -----------------------------------------------------------------------------------


def rates(specificity: float, sensitivity: float) -> pd.DataFrame:
    values = {"accuracy": 0.9, "sensitivity": sensitivity, "specificity": specificity}
    return pd.DataFrame({"rate": values})


CURVE = pd.DataFrame({"sensitivity": [0, 0.6, 1.0], "specificity": [1.0, 0.7, 0]})


@pytest.mark.slow
@pytest.mark.parametrize("auc", [0.75, 0.31])
def test_roc_marks_each_cutoff_where_its_rates_are(auc):
    marked = {0.1: (0.2, 0.9), 0.5: (0.6, 0.7), 0.6024: (0.8, 0.5), 0.9: (0.95, 0.1)}
    curve = RocCurve(CURVE, auc, 0.01, auc - 0.02, auc + 0.02)
    figure = figures.roc_figure(curve, {cutoff: rates(*r) for cutoff, r in marked.items()})
    (axes,) = figure.axes
    path, chance, *points = axes.lines
    assert path.get_xydata() == pytest.approx(np.array([[0, 0], [0.3, 0.6], [1, 1]]))
    assert chance.get_xydata() == pytest.approx(np.array([[0, 0], [1, 1]]))
    assert path.get_linestyle() != chance.get_linestyle()
    places = [tuple(point.get_xydata()[0]) for point in points]
    assert places == [pytest.approx((1 - sp, se)) for sp, se in marked.values()]
    assert_told_apart(axes, *(f"cut-off {cutoff}" for cutoff in marked))
    assert named(figure) == [f"cut-off {cutoff}" for cutoff in marked]
    assert axes.get_title("left") == f"AUC {auc:.3f} (95% {auc - 0.02:.3f} to {auc + 0.02:.3f})"
    assert axes.get_xlabel() == "1 − specificity (churned called retained)"
    assert axes.get_ylabel() == "Sensitivity (retained found)"
    assert_readable(figure)


def test_roc_loses_no_cutoff():
    """There are four looks; a fifth cut-off has none of its own."""
    curve = RocCurve(CURVE, 0.7, 0.01, 0.68, 0.72)
    with pytest.raises(ValueError, match="zip"):
        figures.roc_figure(curve, {cutoff: rates(0.5, 0.5) for cutoff in range(5)})


def test_calibration_draws_limits_beside_the_diagonal():
    groups = pd.DataFrame(
        {"predicted": [0.1, 0.5], "observed": [0.0, 0.6], "lower": [0, 0.5], "upper": [0.1, 0.7]}
    )
    figure = figures.calibration(groups)
    (axes,) = figure.axes
    (drawn,) = intervals(axes)
    assert drawn == pytest.approx(np.array([[0.1, 0, 0, 0.1], [0.5, 0.6, 0.5, 0.7]]))
    diagonal = line(axes, "perfect calibration").get_xydata()
    assert diagonal == pytest.approx(np.array([[0, 0], [1, 1]]))
    assert_told_apart(axes, "perfect calibration", "group, 95% interval")
    assert named(figure) == ["perfect calibration", "group, 95% interval"]
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 1), (0, 1))
    assert axes.get_xlabel() == "Mean predicted P(retained)"
    assert axes.get_ylabel() == "Observed share retained"
    assert axes.get_title("left") == "Both intervals on the diagonal"
    assert_readable(figure)


def classified(*counts: int) -> pd.DataFrame:
    """Return a classification table of churned and retained customers, columns in any order."""
    table = pd.DataFrame(
        np.reshape(counts, (2, 2)),
        index=["churned", "retained"],
        columns=["predicted_churned", "predicted_retained"],
    )
    return table[table.columns[::-1]].assign(percent_correct=50.0)


def test_classification_areas_say_which_answers_are_right():
    tables = {0.5: classified(60, 20, 5, 15), 0.7: classified(75, 5, 15, 5)}
    figure = figures.classification_mosaic(tables)
    for axes, (cutoff, table) in zip(figure.axes, tables.items(), strict=True):
        counts = table[["predicted_churned", "predicted_retained"]].to_numpy().ravel()
        rows = np.repeat([counts[:2].sum(), counts[2:].sum()], 2)
        assert words(axes) == [f"{count}" for count in counts]
        patches = axes.patches
        widths = [patch.get_width() for patch in patches]
        heights = [patch.get_height() for patch in patches]
        assert widths == pytest.approx(counts / rows, abs=0.0101)
        assert heights == pytest.approx(rows / counts.sum(), abs=0.0101)
        # From the left what is predicted churned, from below what is churned.
        lefts, bottoms = zip(*(patch.get_xy() for patch in patches), strict=True)
        assert lefts == pytest.approx([0, widths[0], 0, widths[2]], abs=0.02)
        assert bottoms == pytest.approx([0, 0, 0.8, 0.8], abs=0.02)
        assert [patch.get_hatch() or "" for patch in patches] == ["", "///", "///", ""]
        colors = [to_hex(patch.get_facecolor()) for patch in patches]
        assert colors[0] == colors[3] != colors[1] == colors[2]
        assert list(ticks(axes, "y")) == pytest.approx([0.4, 0.9])
        assert list(ticks(axes, "y").values()) == ["churned", "retained"]
        right = {0.5: "75.0%", 0.7: "80.0%"}[cutoff]
        assert axes.get_title("left") == f"Cut-off {cutoff}: {right} right"
        assert axes.get_xlabel() == "Predicted churned | retained"
    assert figure.axes[0].get_ylabel() == "Observed"
    assert named(figure) == ["right", "wrong"]
    assert_readable(figure)


@pytest.mark.slow
@pytest.mark.parametrize(
    "counts", [(100, 0, 100, 0), (0, 100, 0, 100), (99, 1, 1, 99), (1, 0, 0, 5000), (9, 9, 0, 0)]
)
def test_classification_tables_with_empty_cells_have_room(counts):
    large = classified(*(1000 * count for count in counts))
    figure = figures.classification_mosaic({0.5: classified(*counts), 0.6024: large, 0.7: large})
    assert_readable(figure)
    for axes in figure.axes[:3]:
        assert len(axes.texts) == 4
        assert all(patch.get_height() >= 0 and patch.get_width() >= 0 for patch in axes.patches)


# --- Standardised coefficients --------------------------------------------------------------------

DEFINED = {f"d{i}": f"Definition {i}" for i in range(6)}


def test_standardised_draws_each_definition_s_sizes(study):
    table = pd.DataFrame(
        {name: [0.5 * (i + 1), -2.0, 0.1 * i] for i, name in enumerate(DEFINED)},
        index=["recency", "amount", "gender(male)"],
    )
    figure = figures.standardised(study, table, DEFINED)
    (axes,) = figure.axes
    for i, (name, label) in enumerate(DEFINED.items()):
        x, y = line(axes, label).get_xydata().T
        # A size of zero has no place on the scale.
        assert x == pytest.approx(table[name].abs().where(table[name] != 0), nan_ok=True)
        assert y == pytest.approx(np.array([2, 1, 0]) + 0.3 - 0.12 * i)
    assert_told_apart(axes, *DEFINED.values())
    assert named(figure) == list(DEFINED.values())
    assert ticks(axes, "y") == {2: "recency", 1: "amount", 0: "gender (male)"}
    assert axes.get_xlabel() == "|standardised coefficient| (log scale)"
    # Recency outgrows amount at the fourth, and equals it there; gender stays the smallest.
    assert axes.get_title("left") == "6 definitions, 3 orders of the variables"
    assert_readable(figure)
    assert_readable(figures.standardised(study, table.head(1), DEFINED))


def test_standardised_has_the_printed_sizes_where_there_are_some(study):
    rows = ["recency", "amount", "gender(male)"]
    table = pd.DataFrame({name: [2.0, 1.0, 0.5] for name in DEFINED}, index=rows)
    printed = pd.Series({"recency": 1.85, "gender(male)": 0.00076})
    figure = figures.standardised(study, table, DEFINED, printed)
    (axes,) = figure.axes
    assert line(axes, "as printed").get_xdata() == pytest.approx(
        [1.85, np.nan, 7.6e-4], nan_ok=True
    )
    assert words(axes) == ["1.85", "0.00076"]
    assert_told_apart(axes, *DEFINED.values(), "as printed")
    assert axes.get_title("left") == "6 definitions, one order of the variables"
    assert_readable(figure)
    alt = figures.standardised_alt(study, table, DEFINED, printed)
    assert alt == (
        "Absolute standardised coefficients on a logarithmic scale, a line for each of 6 "
        "definitions: recency 2 to 2, printed 1.85; amount 1 to 1; gender (male) 0.5 to 0.5, "
        "printed 0.00076."
    )


def test_chinese_labels_are_drawn(study):
    """In the font that the page falls back on; without one it says so, and there are boxes."""
    if advice := figures.use_cjk_font():
        pytest.skip(advice)
    study = renamed(study, ("最近一次消费距今天数", "消费频率", "消费金额"))
    names = list(study.predictors)
    ratios = pd.DataFrame({"odds_ratio": 1.5, "lower": 0.9, "upper": 2.0}, index=names)
    assert_readable(figures.forest(study, ratios, ratios))


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 6])
def test_labels_of_variables_have_room(study, number):
    study = renamed(study, AWKWARD[5 - number :] if number < 6 else AWKWARD)
    names = list(study.predictors)[:number]
    table = pd.DataFrame({name: 0.5 for name in DEFINED}, index=names)
    assert_readable(figures.standardised(study, table, DEFINED))
    ratios = pd.DataFrame({"odds_ratio": 1.5, "lower": 0.9, "upper": 2.0}, index=names)
    assert_readable(figures.forest(study, ratios, ratios))

"""The figures of the early warning draw their tables' values and name them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from drawn import (
    assert_told_apart,
    intervals,
    line,
    named,
    straight_lines,
    ticks,
)
from matplotlib.axes import Axes
from pictures import assert_readable

from erfm.study import Predictor, Study
from erfm.warning import figures

pytestmark = pytest.mark.usefixtures("closed_figures")


def assert_band(axes: Axes, number: int, x: pd.Series, lower: pd.Series, upper: pd.Series) -> None:
    """Assert that the band of this number reaches from limit to limit."""
    corners = axes.collections[number].get_paths()[0].vertices
    for limit in (lower, upper):
        for corner in zip(x, limit, strict=True):
            assert np.isclose(corners, corner).all(axis=1).any(), corner


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 5])
def test_ranked_risks_have_a_line_for_each_customer(number):
    risk = np.linspace(0.9, 0.1, 5)[:number]
    ranked = pd.DataFrame(
        {"rank": range(1, number + 1), "churn_probability": risk, "lower": risk / 2,
         "upper": (1 + risk) / 2}
    )  # fmt: skip
    scores = SimpleNamespace(ranked=ranked, model=SimpleNamespace(risk_limits=(0.3, 0.7)))
    figure = figures.ranked_risks(scores)
    (axes,) = figure.axes
    segments = np.array(axes.collections[0].get_segments())
    ends = [[(rank, low), (rank, high)] for rank, _, low, high in ranked.to_numpy()]
    assert segments == pytest.approx(np.array(ends))
    drawn = line(axes, "P(churned)").get_xydata()
    assert drawn == pytest.approx(ranked[["rank", "churn_probability"]].to_numpy())
    assert straight_lines(axes, upright=False) == [0.7, 0.3]
    labels = ["P(churned)", "95% interval", "from here high risk", "from here raised risk"]
    assert line(axes, labels[2]).get_ydata()[0] == 0.7
    assert named(figure) == labels
    limits = [line(axes, label).get_linestyle() for label in labels[2:]]
    assert len({*limits, "-"}) == 3
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Place on the list", "P(churned)")
    assert axes.get_ylim() == (0, 1)
    assert axes.get_title("left") == "The risk of each customer, and how sure it is"
    assert_readable(figure)


CURVE = pd.DataFrame(
    {"share": [0.1, 0.2, 1.0], "customers": [10, 20, 100], "gain": [0.2, 0.4, 1],
     "gain_lower": [0.1, 0.3, 1], "gain_upper": [0.3, 0.5, 1], "lift": [3, 2, 1],
     "lift_lower": [1, 1.5, 1], "lift_upper": [5.0, 2.5, 1]}
)  # fmt: skip


@pytest.mark.parametrize(
    ("base", "perfect"), [(0.5, 40), (0.1, 100)], ids=["many leave", "few leave"]
)
def test_gains_and_lift_are_drawn_with_their_bands(base, perfect):
    figure = figures.gains(CURVE, base)
    upper, lower = figure.axes
    share = 100 * CURVE["share"]
    labels = [f"a perfect list: {perfect}.0%", "this list: 40.0%", "at random: 20.0%"]
    best = line(upper, labels[0]).get_xydata()
    assert best == pytest.approx(np.array([[0, 0], [100 * base, 100], [100, 100]]))
    gain = line(upper, labels[1]).get_xydata()
    assert gain == pytest.approx(np.column_stack([share, 100 * CURVE["gain"]]))
    assert_band(upper, 0, share, 100 * CURVE["gain_lower"], 100 * CURVE["gain_upper"])
    chance = line(upper, labels[2]).get_xydata()
    assert chance == pytest.approx(np.array([[0, 0], [100, 100]]))
    marks = [one for one in upper.lines if one.get_marker() != "None"]
    places = [tuple(mark.get_xydata()[0]) for mark in marks]
    assert places == [pytest.approx((20, reached)) for reached in (perfect, 40, 20)]
    assert len({mark.get_marker() for mark in marks}) == 3
    assert straight_lines(upper, upright=True) == straight_lines(lower, upright=True) == [20]
    assert_told_apart(upper, *labels)
    lift = line(lower, "this list").get_xydata()
    assert lift == pytest.approx(np.column_stack([share, CURVE["lift"]]))
    assert_band(lower, 0, share, CURVE["lift_lower"], CURVE["lift_upper"])
    assert straight_lines(lower, upright=False) == [1]
    assert lower.get_xlim() == upper.get_xlim() == (0, 100)
    assert upper.get_ylim()[0] == 0 and upper.get_ylim()[1] > 100
    assert lower.get_ylim()[0] == 0 and lower.get_ylim()[1] > 5
    assert named(figure) == labels
    (legend,) = figure.legends
    assert legend.get_title().get_text() == "The first 20% reach, of all leavers"
    assert lower.get_xlabel() == "Customers called (% of the list)"
    assert (upper.get_ylabel(), lower.get_ylabel()) == ("Leavers reached (%)", "Times random")
    assert (upper.get_title("left"), lower.get_title("left")) == ("Gains", "Lift")
    assert_readable(figure)


def plan(*gains: float) -> pd.DataFrame:
    table = pd.DataFrame({"contacts": 1000 * np.arange(1, len(gains) + 1), "gain": gains})
    return table.assign(lower=table["gain"] - 5, upper=table["gain"] + 9)


def test_expected_gains_mark_where_each_plan_pays_most():
    plans = {
        "first plan": plan(100.0, 3000.0, 2000.0),
        "as good twice": plan(50.0, 70.0, 70.0),
        "never pays": plan(-10.0, -20.0, -30.0),
        "$ one call": plan(9.0),
        "a fifth": plan(20.0, 10.0),
    }
    figure = figures.expected_gains(plans)
    (axes,) = figure.axes
    for number, (label, table) in enumerate(plans.items()):
        drawn = line(axes, label).get_xydata()
        assert drawn == pytest.approx(table[["contacts", "gain"]].to_numpy())
        assert_band(axes, number, table["contacts"], table["lower"], table["upper"])
    marks = [one for one in axes.lines if one.get_marker() != "None"]
    places = [tuple(mark.get_xydata()[0]) for mark in marks]
    assert places == [(2000, 3000), (2000, 70), (0, 0), (1000, 9), (1000, 20)]
    curves = [line(axes, label) for label in plans]
    assert [mark.get_color() for mark in marks] == [curve.get_color() for curve in curves]
    assert len({mark.get_marker() for mark in marks}) == 5
    assert_told_apart(axes, *plans)
    assert named(figure) == list(plans)
    assert straight_lines(axes, upright=False) == [0]
    assert axes.get_xlim() == (0, 3000)
    assert axes.get_xlabel() == "Customers called, the likeliest to leave first"
    assert axes.get_ylabel() == "Expected gain (unit of the cost)"
    assert axes.get_title("left")
    figure.canvas.draw()
    assert "2,000" in ticks(axes, "x").values() and "3,000" in ticks(axes, "y").values()
    assert_readable(figure)


@pytest.fixture
def study(sample) -> Study:
    labels = {"gender": "Gender $_1$", "age": "a very long label of a variable " * 4}
    predictors = {name: Predictor(name, name, label) for name, label in labels.items()}
    return replace(sample[0], predictors=predictors)


def errors(*groups: str) -> pd.DataFrame:
    n = len(groups)
    missed, false_alarms = np.linspace(0, 0.5, n), np.linspace(0.9, 1, n)
    return pd.DataFrame(
        {
            "missed": missed,
            "missed_lower": missed / 2,
            "missed_upper": (1 + missed) / 2,
            "false_alarms": false_alarms,
            "false_alarms_lower": false_alarms - 0.2,
            "false_alarms_upper": 1.0,
        },
        index=list(groups),
    )


GROUPS = {"gender": ["female", "male_$x$"], "age": ["18 to 30", "31 to 90"]}


@pytest.mark.parametrize("groups", [GROUPS, {"age": ["all"]}])
def test_errors_of_each_group_have_their_limits(study, groups):
    tables = {name: errors(*given) for name, given in groups.items()}
    figure = figures.group_errors(study, tables)
    rows = pd.concat(tables.values())
    for axes, error, label in zip(
        figure.axes,
        ("missed", "false_alarms"),
        ("Leavers\nnot called (%)", "Retained customers\ncalled (%)"),
        strict=True,
    ):
        (drawn,) = intervals(axes)
        places = np.arange(len(rows))[::-1]
        values = 100 * rows[[error, f"{error}_lower", f"{error}_upper"]]
        assert drawn == pytest.approx(np.column_stack([places, values]))
        assert axes.get_xlabel() == label
        assert axes.get_ylim() == pytest.approx((-0.7, len(rows) - 0.3))
    names = [ticks(figure.axes[0], "y")[place] for place in places]
    first = [f"Gender $_1$: {group}" for group in groups.get("gender", [])]
    assert names[: len(first)] == first
    assert all(name.startswith("a very long label") for name in names[len(first) :])
    markers = [axes.containers[0][0].get_marker() for axes in figure.axes]
    assert len(set(markers)) == 2
    assert figure.get_suptitle() == "Errors by group"
    assert_readable(figure)

"""The figures of two banks draw their tables' values and name them."""

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
    words,
)
from pictures import assert_readable

from erfm.figures import ON_DARK, ON_LIGHT
from erfm.study import Predictor, Study
from erfm.trust import figures_banks as figures
from erfm.trust import messages_banks as messages
from erfm.trust.another_bank import rates

pytestmark = pytest.mark.usefixtures("closed_figures")


@pytest.fixture
def study(sample) -> Study:
    predictors = {
        "recency": Predictor("recency", "r", "Recency", "days", sign="-"),
        "frequency": Predictor("frequency", "f", "Frequency $ & more", "transactions"),
        "amount": Predictor("amount", "a", "Amount", "dollars", sign="+"),
        "age": Predictor("age", "g", "Age", "years"),
        "gender": Predictor("gender", "s", "Gender", levels=("female", "male")),
    }
    return replace(sample[0], predictors=predictors)


def ratios(*odds_ratios: float) -> pd.DataFrame:
    table = pd.DataFrame({"odds_ratio": odds_ratios})
    return table.assign(lower=table["odds_ratio"] * 0.8, upper=table["odds_ratio"] * 1.5)


COLUMNS = ["odds_ratio", "lower", "upper"]


@pytest.mark.slow
def test_two_forests_draw_each_bank_s_odds_ratios(study):
    terms = list(study.predictors)
    banks = {
        "one bank": ratios(0.5, 2, 1, 0.9, 1.1).set_axis(terms),
        # In another order.
        "other bank": ratios(0.9, 1.1, 1, 2, 0.3).set_axis(terms[::-1]),
    }
    figure = figures.two_forests(study, banks)
    (axes,) = figure.axes
    for drawn, table, offset in zip(intervals(axes), banks.values(), (0.15, -0.15), strict=True):
        places = np.arange(5)[::-1] + offset
        assert drawn == pytest.approx(np.column_stack([places, table.loc[terms, COLUMNS]]))
    assert straight_lines(axes, upright=True) == [1]
    assert axes.get_xscale() == "log"
    # Recency is below 1 at both banks, frequency above.
    spans = [(span.get_y() + span.get_height() / 2, span.get_height()) for span in axes.patches]
    assert spans == [(4, pytest.approx(0.84)), (3, pytest.approx(0.84))]
    shaded = "both surely on this side of 1"
    assert_told_apart(axes, *banks, shaded)
    assert sorted(named(figure)) == sorted([*banks, shaded])
    names = ["Recency (−)", "Frequency $ & more", "Amount (+)", "Age", "Gender"]
    assert [ticks(axes, "y")[place] for place in (4, 3, 2, 1, 0)] == names
    assert axes.get_xlabel().startswith("Odds ratio of retention per standard deviation\n(log")
    assert " ".join(figure.get_suptitle().split()) == messages.forests(study, banks)
    assert_readable(figure)
    apart = banks | {"other bank": ratios(1, 1, 1, 1, 1).set_axis(terms)}
    figure = figures.two_forests(study, apart)
    assert named(figure) == list(banks) and not figure.axes[0].patches
    assert_readable(figure)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [(0.18, 14.5, [0.3, 1, 3, 10]), (0.69, 1.49, [0.7, 0.8, 0.9, 1, 1.2]),
     (1, 1e9, [1, 100, 1e4, 1e6, 1e8]), (1100, 16000, [2000, 5000, 10000]),
     (0.998, 1.002, [0.998, 1, 1.002])],
)  # fmt: skip
def test_ticks_of_a_log_scale_are_round(low, high, ticks):
    found = figures.round_ticks(low, high)
    assert all(low <= tick <= high for tick in found) and len(found) <= 8
    assert set(np.round(ticks, 9)) <= set(np.round(found, 9))


@pytest.mark.slow
def test_the_ladder_draws_each_model_of_each_variable(study):
    given = "Frequency $ & more and Amount"
    models = ["alone", f"with {given}", "all 5", f"all, {given} curved"]
    rows = [
        ("amount", models[0], 0.7), ("amount", models[1], 0.4), ("amount", models[2], 0.5),
        ("age", models[0], 1.1), ("age", models[1], 1.2), ("age", models[2], 0.9),
        ("age", models[3], 0.95),
        ("gender", models[0], 1.3),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["term", "model", "odds_ratio"]).set_index("term")
    one = table.assign(lower=table["odds_ratio"] * 0.9, upper=table["odds_ratio"] * 1.2)
    banks = {"one bank": one, "other bank": one.assign(odds_ratio=one["odds_ratio"] * 1.1)}
    figure = figures.conditioning_ladder(study, banks)
    panels = [axes for axes in figure.axes if axes.axison]
    for axes, term in zip(panels, ("amount", "age", "gender"), strict=True):
        for drawn, bank, offset in zip(intervals(axes), banks.values(), (0.14, -0.14), strict=True):
            part = bank.loc[[term]]
            places = np.arange(len(part))[::-1] + offset
            assert drawn == pytest.approx(np.column_stack([places, part[COLUMNS]]))
        told = [" ".join(name.split()) for name in ticks(axes, "y").values()]
        assert told == list(table.loc[[term], "model"])
        assert axes.get_title("left") == study.label(term)
        assert straight_lines(axes, upright=True) == [1]
        assert axes.get_xscale() == "log"
        assert_told_apart(axes, *banks)
    assert named(figure) == list(banks)
    assert (
        panels[-1].get_xlabel().startswith("Odds ratio of retention per standard deviation\n(log")
    )
    assert " ".join(figure.get_suptitle().split()) == messages.ladder(study, banks["other bank"])
    assert_readable(figure)


@pytest.mark.slow
def test_every_customer_is_a_point_of_the_map(study):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "amount": rng.uniform(500, 18_000, 50),
            "frequency": rng.integers(10, 130, 50),
            "retained": rng.integers(0, 2, 50),
        }
    )
    figure = figures.outcome_map(study, frame, (20.0, 0.004))
    (axes,) = figure.axes
    for points, value in zip(axes.collections, (1, 0), strict=True):
        part = frame.loc[frame["retained"] == value, ["amount", "frequency"]]
        assert np.asarray(points.get_offsets()) == pytest.approx(part.to_numpy())
        assert points.get_label() == ("retained" if value else "churned")
    x, y = line(axes, "P(retained) = 0.5").get_xydata().T
    assert x == pytest.approx([frame["amount"].min(), frame["amount"].max()])
    assert y == pytest.approx(20 + 0.004 * x)
    assert_told_apart(axes, "retained", "churned", "P(retained) = 0.5")
    assert axes.get_xlabel() == "Amount (dollars)"
    assert axes.get_ylabel() == "Frequency $ & more (transactions)"
    assert axes.get_ylim() == pytest.approx((0, 1.05 * frame["frequency"].max()))
    assert " ".join(figure.get_suptitle().split()) == messages.outcome_map(study, frame)
    assert named(figure) == ["retained", "churned", "P(retained) = 0.5"]
    figure.canvas.draw()
    assert "5,000" in ticks(axes, "x").values()
    assert_readable(figure)


def by(customers: int, **classes: list[str]) -> pd.MultiIndex:
    ordered = [pd.Categorical(names, names) for names in classes.values()]
    return pd.MultiIndex.from_product(ordered, names=list(classes))


@pytest.mark.slow
def test_rates_stand_in_their_classes():
    index = by(0, amount=["0–1", "1–2", "2–3"], frequency=["a", "b"])
    grid = pd.DataFrame(
        {"customers": [50, 9, 10, 20, 30, 40], "retention_rate": [0.1, 0.99, 0.3, 0.6, 1.0, 0.0]},
        index=index,
    )
    predictors = {name: Predictor(name, name, name.title()) for name in ("amount", "frequency")}
    study = SimpleNamespace(predictors=predictors)
    figure = figures.rate_grid(study, grid)
    axes = figure.axes[0]
    shown = axes.images[0].get_array()
    assert np.ma.filled(shown, np.nan) == pytest.approx(
        np.array([[10, np.nan], [30, 60], [100, 0]]), nan_ok=True
    )
    written = {text.get_position(): text.get_text() for text in axes.texts}
    # (frequency, amount); nine customers are too few.
    assert written == {(0, 0): "10", (0, 1): "30", (1, 1): "60", (0, 2): "100", (1, 2): "0"}
    inks = {text.get_text(): text.get_color() for text in axes.texts}
    assert inks == {"10": ON_DARK, "30": ON_DARK, "60": ON_LIGHT, "100": ON_LIGHT, "0": ON_DARK}
    assert ticks(axes, "x") == {0: "a", 1: "b"}
    assert ticks(axes, "y") == {0: "0–1", 1: "1–2", 2: "2–3"}
    bottom, top = axes.get_ylim()
    assert bottom < top, "the least amounts are at the bottom"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Frequency", "Amount")
    assert figure.axes[1].get_xlabel() == "Retention rate (%)"
    assert axes.images[0].get_clim() == (0, 100)
    assert " ".join(figure.get_suptitle().split()) == messages.rate_grid(study, grid)
    assert_readable(figure)


@pytest.mark.slow
@pytest.mark.parametrize("names", [["amount"], ["amount", "frequency", "age"]])
def test_observed_and_expected_are_drawn_beside_each_other(study, names):
    table = pd.DataFrame(
        {"middle": [900.0, 4000.0, 15_000.0], "retention_rate": [0.9, 0.5, 1.0],
         "lower": [0.85, 0.4, 0.9], "upper": [0.95, 0.6, 1.0], "straight": [0.7, 0.8, 0.9],
         "curved": [0.9, 0.55, 0.97]}
    )  # fmt: skip
    labels = ["curves", "observed, 95% interval", "straight lines"]
    figure = figures.straight_and_curved(study, {n: table + i for i, n in enumerate(names)})
    assert len(figure.axes) == len(names)
    for i, (axes, name) in enumerate(zip(figure.axes, names, strict=True)):
        rows = table + i
        (drawn,) = intervals(axes)
        observed = 100 * rows[["retention_rate", "lower", "upper"]]
        assert drawn == pytest.approx(np.column_stack([rows["middle"], observed]))
        for column, label in (("straight", "straight lines"), ("curved", "curves")):
            expected = np.column_stack([rows["middle"], 100 * rows[column]])
            assert line(axes, label).get_xydata() == pytest.approx(expected)
        unit = f"{study.predictors[name].axis_label}, log scale"
        assert " ".join(axes.get_xlabel().split()) == unit and axes.get_xscale() == "log"
        assert_told_apart(axes, *labels)
    first = figure.axes[0]
    assert first.get_ylabel() == "Retention rate (%)"
    (note,) = first.texts
    assert note.get_text() == "50% at 4,000" and note.xy == (4000, pytest.approx(40))
    heights = [axes.get_position().height for axes in figure.axes]
    assert heights == sorted(heights, reverse=True)
    assert sorted(named(figure)) == labels
    message = messages.dip(study, names[0], table)
    assert " ".join(figure.get_suptitle().split()) == message
    assert_readable(figure)


@pytest.mark.slow
@pytest.mark.parametrize("lowest", [0, 1, 2])
def test_a_dip_is_named_wherever_it_lies(study, lowest):
    table = pd.DataFrame(
        {"middle": [90.0, 95.0, 100.0], "retention_rate": 0.9, "lower": 0.8, "upper": 1.0,
         "straight": 0.7, "curved": 0.9}
    )  # fmt: skip
    table.loc[lowest, ["retention_rate", "lower"]] = [0.3, 0.2]
    figure = figures.straight_and_curved(study, {"amount": table})
    assert figure.axes[0].get_xscale() == "linear"
    assert figure.axes[0].texts[0].get_text() == f"30% at {table['middle'][lowest]:.0f}"
    assert_readable(figure)


AGES = pd.DataFrame(
    {"mean": [40.0, 47.5], "sem": 0.5, "lower": [39.0, 46.5], "upper": [41.0, 48.5]},
    index=["0–1,500", "1,500–3,000"],
)


def grouped(rows: dict[tuple[str, str], tuple[int, int]]) -> pd.DataFrame:
    """Return the table of `rates` for so many retained of so many customers in each class."""
    frame = pd.DataFrame(
        [(*key, i < kept) for key, (kept, number) in rows.items() for i in range(number)],
        columns=["one", "two", "retained"],
    ).astype({"retained": int})
    frame["two"] = pd.Categorical(frame["two"], sorted(frame["two"].unique()))
    return rates(frame, [frame["one"], frame["two"]])


WITHIN = {
    ("low", "20–40"): (8, 10), ("low", "40–60"): (6, 10), ("low", "60–80"): (9, 10),
    ("middle", "40–60"): (3, 10), ("middle", "60–80"): (5, 10),
    ("top", "20–40"): (1, 10), ("top", "60–80"): (2, 10),
}  # fmt: skip


@pytest.mark.slow
def test_ages_and_retention_by_band_of_amount(study):
    """A band without customers of some age has no point there, and others' stay at their age."""
    within = grouped(WITHIN)
    figure = figures.age_and_amount(study, AGES, within)
    above, below = figure.axes
    (drawn,) = intervals(above)
    assert drawn == pytest.approx(np.column_stack([[0, 1], AGES[["mean", "lower", "upper"]]]))
    assert ticks(above, "y") == {0: "0–1,500", 1: "1,500–3,000"}
    assert above.get_ylabel() == "Amount (dollars)"
    assert above.get_xlabel() == "Mean with 95% interval: Age (years)"
    assert ticks(below, "x") == {0: "20–40", 1: "40–60", 2: "60–80"}
    for drawn, band in zip(intervals(below), ("low", "middle", "top"), strict=True):
        part = within.loc[band]
        places = [["20–40", "40–60", "60–80"].index(age) for age in part.index]
        values = 100 * part[["retention_rate", "lower", "upper"]]
        assert drawn[~np.isnan(drawn[:, 1])] == pytest.approx(np.column_stack([places, values]))
    assert (below.get_xlabel(), below.get_ylabel()) == ("Age (years)", "Retention rate (%)")
    assert_told_apart(below, "low", "middle", "top")
    assert named(figure) == ["low", "middle", "top"]
    assert figure.legends[0].get_title().get_text() == "Amount (dollars)"
    assert " ".join(above.get_title("left").split()) == messages.youngest(AGES)
    assert " ".join(below.get_title("left").split()) == messages.youth(within)
    assert_readable(figure)


def test_no_band_of_amount_is_lost(study):
    bands = {(f"band {i}", "20–40"): (1, 5) for i in range(5)}
    with pytest.raises(ValueError, match="zip"):
        figures.age_and_amount(study, AGES, grouped(bands))


@pytest.mark.slow
def test_retention_of_each_gender_crosses(study):
    """One gender has no customer in a class: its other points stay in theirs."""
    table = grouped(
        {("female", "10–30"): (4, 10), ("female", "30–60"): (9, 10), ("male", "30–60"): (5, 10),
         ("male", "60–90"): (7, 10)}
    ).swaplevel().sort_index()  # fmt: skip
    figure = figures.crossing(study, table)
    (axes,) = figure.axes
    assert ticks(axes, "x") == {0: "10–30", 1: "30–60", 2: "60–90"}
    for drawn, level, places in zip(
        intervals(axes), ("female", "male"), ([-0.06, 0.94], [1.06, 2.06]), strict=True
    ):
        values = 100 * table.xs(level, level=1)[["retention_rate", "lower", "upper"]]
        assert drawn[~np.isnan(drawn[:, 1])] == pytest.approx(np.column_stack([places, values]))
    assert_told_apart(axes, "female", "male")
    assert named(figure) == ["female", "male"]
    assert figure.legends[0].get_title().get_text() == "Gender"
    assert axes.get_xlabel() == "Frequency $ & more (transactions)"
    assert axes.get_ylabel() == "Retention rate (%)"
    assert figure.get_suptitle() == messages.crossing(table, ("female", "male"))
    assert_readable(figure)
    assert words(axes) == []

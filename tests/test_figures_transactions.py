"""The figures of customers in time and of definitions draw their tables' values and name them."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.dates as mdates
import numpy as np
import pandas as pd
import pytest
from banks import write_bank
from drawn import assert_told_apart, intervals, line, named, straight_lines, ticks, words
from pictures import assert_readable

from erfm.customers.study_file import load_study
from erfm.study import Predictor, Study
from erfm.transactions import figures
from erfm.transactions.definitions import DEFINITION
from erfm.transactions.measuring import Transactions, load_transactions
from erfm.transactions.rows import Place

pytestmark = pytest.mark.usefixtures("closed_figures")

WINDOWS = {
    ("a", 3, 12.5, 1): ["2024-01-05", "2024-02-01", "2024-03-30", "2024-05-01", "2024-06-30"],
    ("b", 1, 1_234.5, 0): ["2024-01-01"],
}


@pytest.fixture
def bank(tmp_path) -> Transactions:
    bank = load_transactions(load_study(write_bank(tmp_path, [("a", "2024-01-05", 1)])))
    predictors = {
        "recency": Predictor("recency", "recency", "Recency", "days"),
        "frequency": Predictor("frequency", "frequency", "Number $ & more"),
        "amount": Predictor("amount", "amount", "Amount"),
    }
    return replace(bank, study=replace(bank.study, predictors=predictors))


def people() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the purchases and the customers of `WINDOWS`."""
    rows = [
        (name, pd.Timestamp(day), 1.0, Place.OBSERVED if day < "2024-04" else Place.OUTCOME)
        for (name, *_), days in WINDOWS.items()
        for day in days
    ]
    purchases = pd.DataFrame(rows, columns=["customer", "date", "amount", "place"])
    columns = ["customer_id", "recency", "frequency", "amount", "retained"]
    customers = [
        (name, 2 if name == "a" else 91, frequency, amount, retained)
        for name, frequency, amount, retained in WINDOWS
    ]
    return purchases, pd.DataFrame(customers, columns=columns)


@pytest.mark.slow
def test_timelines_draw_each_transaction_in_its_window_and_recency(bank):
    purchases, customers = people()
    figure = figures.timelines(bank, purchases, customers)
    (axes,) = figure.axes
    measured = "transaction: measured"
    afterwards = "transaction afterwards: for the outcome"
    assert named(figure) == ["recency", measured, afterwards]
    assert_told_apart(axes, "recency", measured, afterwards)
    drawn = {(look, y): set() for look in "oD" for y in (0, 1)}
    lengths = [np.ptp(one.get_xdata()) for one in axes.lines if one.get_marker() == "None"]
    assert lengths == [2, 91]  # recency in days, to the first day after the window
    for marks in (one for one in axes.lines if one.get_marker() != "None"):
        for x, y in marks.get_xydata():
            drawn[marks.get_marker(), int(y)].add(f"{mdates.num2date(x):%Y-%m-%d}")
    days = list(WINDOWS.values())
    assert drawn == {
        ("o", 1): set(days[0][:3]), ("D", 1): set(days[0][3:]),
        ("o", 0): set(days[1]), ("D", 0): set(),
    }  # fmt: skip
    spans = [(span.get_x(), span.get_x() + span.get_width()) for span in axes.patches]
    assert [[f"{mdates.num2date(x):%m-%d}" for x in span] for span in spans] == [
        ["01-01", "04-01"], ["05-01", "07-01"]
    ]  # fmt: skip
    assert words(axes) == [
        "Recency 2 days\nNumber $ & more 3, Amount 12.50", "2 transactions:\nretained",
        "Recency 91 days\nNumber $ & more 1, Amount 1,234.50", "no transaction:\nchurned",
        "observation window", "outcome window",
    ]  # fmt: skip
    assert [ticks(axes, "y")[place] for place in (1, 0)] == ["a", "b"]
    assert " ".join(figure.get_suptitle().split()) == figures.message_of_windows(bank)
    assert figures.alt_of_timelines(bank, purchases, customers) == (
        "Transactions of 2 customers on a line of time. What is measured ends on 2024-03-31; who "
        "has churned is seen from 2024-05-01 to 2024-06-30. Customer a: Recency 2 days, Number $ & "
        "more 3, Amount 12.50; 2 transactions: retained. Customer b: Recency 91 days, Number $ & "
        "more 1, Amount 1,234.50; no transaction: churned."
    )


@pytest.mark.slow
def test_timelines_can_be_read(bank):
    purchases, customers = people()
    shorter = replace(bank.study.predictors["frequency"], label="Frequency")
    study = replace(bank.study, predictors=bank.study.predictors | {"frequency": shorter})
    assert_readable(figures.timelines(replace(bank, study=study), purchases, customers))


def ratios(**terms: list[float]) -> pd.DataFrame:
    """Return a table of two windows and two meanings of churned: odds ratios, with limits."""
    index = [(w, m) for w in ("3 months", "12 months") for m in ("1 year", "2 weeks")]
    names = pd.MultiIndex.from_tuples(
        [(term, *name) for term in terms for name in index], names=["term", *DEFINITION]
    )
    table = pd.DataFrame({"odds_ratio": np.concatenate(list(terms.values()))}, names)
    return table.assign(lower=table["odds_ratio"] * 0.9, upper=table["odds_ratio"] * 1.2)


@pytest.fixture
def study(bank) -> Study:
    return bank.study


@pytest.mark.slow
def test_definitions_draw_every_odds_ratio_with_its_limits(study):
    table = ratios(recency=[0.5, 0.6, 0.7, 0.8], amount=[1, 2, 1.3, 1.4])
    figure = figures.definitions(study, table)
    meanings = ["1 year", "2 weeks"]
    for axes, term in zip(figure.axes, ("recency", "amount"), strict=True):
        for drawn, meaning, offset in zip(intervals(axes), meanings, (0.16, -0.16), strict=True):
            rows = table.loc[term].xs(meaning, level=DEFINITION[1])
            assert drawn == pytest.approx(np.column_stack([np.array([1, 0]) + offset, rows]))
        assert straight_lines(axes, upright=True) == [1]
        assert_told_apart(axes, *(f"churned: no transaction in {m}" for m in meanings))
        assert axes.get_title("left") == study.label(term) and axes.get_xscale() == "log"
        assert [ticks(axes, "y")[place] for place in (1, 0)] == ["3 months", "12 months"]
    assert figure.get_supylabel() == "Observation window"
    assert set(ticks(figure.axes[-1], "x").values()) == {"0.5", "0.7", "1", "1.5", "2"}
    message = "Surely on the same side of 1 under every definition: Recency"
    assert " ".join(figure.get_suptitle().split()) == message
    assert_readable(figure)
    assert figures.alt_of_definitions(study, table) == (
        "Odds ratios of each variable under several observation windows and definitions of "
        f"churned. {message}. Smallest to largest: Recency 0.50 to 0.80; Amount 1.00 to 2.00."
    )


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-3, 1, 40])
def test_odds_ratios_of_any_size_have_ticks(study, scale):
    figure = figures.definitions(study, ratios(amount=[scale, 1, 2, 3]))
    shown = [value for value in ticks(figure.axes[0], "x") if value > 0]
    assert 2 <= len(shown) <= 7
    assert_readable(figure)


def test_what_is_sure_is_on_one_side_under_every_definition(study):
    table = ratios(recency=[0.5, 0.6, 0.7, 1.5], frequency=[2, 2, 2, 2], amount=[1, 2, 2, 2])
    assert figures.sure(table) == ["frequency"]
    told = figures.message_of_definitions(study, ratios(amount=[1, 1, 1, 1]))
    assert told.endswith("under every definition: no variable")


def test_marks_and_windows_are_told_apart_without_colour(bank):
    figure = figures.timelines(bank, *people())
    assert line(figure.axes[0], "transaction: measured").get_marker() == "o"
    later = line(figure.axes[0], "transaction afterwards: for the outcome")
    assert later.get_marker() == "D" and later.get_markerfacecolor() == "white"

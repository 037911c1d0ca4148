"""The messages of the figures of two banks follow their tables, whatever these say."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from erfm.study import Predictor
from erfm.trust import messages_banks as messages

LABELS = {"amount": "Amount", "frequency": "次数 $ & more", "gender": "Gender", "age": "Age"}
STUDY = SimpleNamespace(
    predictors={name: Predictor(name, name, label) for name, label in LABELS.items()},
    label=LABELS.get,
)
STUDY.predictors["gender"] = Predictor("gender", "g", "Gender", levels=("F", "M"))


def limits(**ratios: tuple[float, float]) -> pd.DataFrame:
    table = pd.DataFrame(ratios, ["lower", "upper"]).T
    return table.assign(odds_ratio=(table["lower"] + table["upper"]) / 2)


def test_banks_agree_where_both_intervals_lie_on_one_side():
    one = limits(amount=(0.5, 0.9), frequency=(1.1, 2), gender=(0.9, 1.1), age=(1.1, 1.2))
    other = limits(age=(1.01, 3), gender=(0.9, 1.1), frequency=(0.2, 0.3), amount=(0.1, 0.99))
    banks = {"one": one, "other": other}
    assert messages.agreeing(banks) == ["amount", "age"]
    assert messages.forests(STUDY, banks).endswith("at both banks: Amount, Age")
    assert messages.alt_of_forests(STUDY, banks).endswith(
        "Other bank: Age 2.00, Gender 1.00, 次数 $ & more 0.25, Amount 0.55."
    )
    none = {"one": one, "other": limits(**{name: (1, 1) for name in LABELS})}
    assert messages.forests(STUDY, none).endswith("at both banks: no variable")


def steps(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["term", "model", "lower", "upper"]).set_index("term")
    return table.assign(odds_ratio=(table["lower"] + table["upper"]) / 2)


def test_a_ratio_turns_where_its_interval_has_crossed_one():
    """What is on neither side in between does not hide a turn; a touch is none."""
    table = steps(
        ("amount", "alone", 1.2, 2), ("amount", "with more", 0.5, 0.9),
        ("age", "alone", 1.2, 2), ("age", "two", 0.9, 1.1), ("age", "three", 0.5, 0.9),
        ("age", "four", 1.5, 1.9),
        ("gender", "alone", 1.2, 2), ("gender", "two", 0.9, 1.1),
    )  # fmt: skip
    assert messages.ladder(STUDY, table) == (
        "At the other bank, surely turning as others enter: Amount (with more); Age (three); "
        "Age (four)"
    )
    assert messages.ladder(STUDY, table.tail(2)).endswith("enter: no variable")
    assert messages.alt_of_ladder(STUDY, table.tail(2)).endswith("Other bank: Gender 1.60, 1.00.")


def customers(churned_do: float) -> pd.DataFrame:
    amount = np.repeat(np.arange(100), 2)
    retained = np.tile([1, 0], 100)
    frequency = np.where(retained == 1, 5.0, churned_do)
    return pd.DataFrame({"amount": amount, "frequency": frequency, "retained": retained})


@pytest.mark.parametrize(("churned_do", "many"), [(4, "all 10"), (5, "no"), (6, "no")])
def test_medians_are_compared_within_tenths(churned_do, many):
    noun = "tenth" if many == "no" else "tenths"
    text = messages.outcome_map(STUDY, customers(churned_do))
    assert text == (
        f"In {many} {noun} of Amount, churned customers have the lower median of 次数 $ & more"
    )


def test_a_map_without_churned_customers_or_with_one_amount():
    everyone = customers(4)
    stayed = everyone[everyone["retained"] == 1]
    assert messages.outcome_map(STUDY, stayed).startswith("In no tenth of")
    assert messages.outcome_map(STUDY, everyone.assign(amount=1)).startswith("In ")
    for slope, word in ((1, "rising"), (-1, "falling"), (0, "level")):
        assert f"with a {word} line" in messages.alt_of_map(STUDY, everyone, (0, slope))


def test_changes_from_class_to_class_are_counted():
    """Equal rates are no change, and classes of few customers are not compared."""
    index = pd.MultiIndex.from_product([["a", "b"], ["1", "2", "3"]], names=["amount", "frequency"])
    rates = [0.5, 0.7, 0.7, 0.4, 0.2, 0.9]
    grid = pd.DataFrame({"customers": [10, 10, 10, 10, 10, 9], "retention_rate": rates}, index)
    assert messages.rate_grid(STUDY, grid) == (
        "From class to class, retention rises with 次数 $ & more in 1 of 2 changes and falls with "
        "Amount in 2 of 2"
    )
    assert "from 20% to 70% by class of Amount" in messages.alt_of_grid(STUDY, grid)


def test_a_dip_and_what_is_expected_there():
    table = pd.DataFrame(
        {"middle": [1000.0, 2288.0], "retention_rate": [0.9, 0.45], "straight": [0.8, 0.742],
         "curved": [0.9, 0.5]}
    )  # fmt: skip
    text = "Retention falls to 45% around Amount 2,288: straight lines expect 74%, curves 50%"
    assert messages.dip(STUDY, "amount", table) == text
    assert text in messages.alt_of_dip(STUDY, {"amount": table, "age": table})
    assert "groups of Amount, Age, each" in messages.alt_of_dip(
        STUDY, {"amount": table, "age": table}
    )


def rates(**bands: list[float | None]) -> pd.DataFrame:
    classes = ["20–40", "40–60", "60–80"]
    rows = {
        (band, name): rate
        for band, found in bands.items()
        for name, rate in zip(classes, found, strict=True)
        if rate is not None
    }
    index = pd.MultiIndex.from_tuples(rows)
    return pd.DataFrame({"retention_rate": list(rows.values())}, index)


@pytest.mark.parametrize(
    ("bands", "told"),
    [
        ({"low": [0.1, 0.5, 0.6], "high": [0.9, 0.5, 0.6]}, "stay most at high and least at low"),
        ({"low": [0.5, 0.5, 0.6]}, "stay neither most nor least in any band"),
        ({"low": [0.9, 0.5, None], "high": [None, 0.5, 0.6]}, "stay most at low"),
    ],
)  # fmt: skip
def test_the_youngest_are_compared_within_bands(bands, told):
    assert messages.youth(rates(**bands)) == f"Those aged 20–40 {told}"


def test_the_youngest_of_all():
    ages = pd.DataFrame({"mean": [44.0, 42.14]}, index=["0–1", "1–2"])
    assert messages.youngest(ages) == "Youngest at 1–2: mean age 42.1"
    assert "Youngest at 1–2" in messages.alt_of_ages(ages, rates(low=[0.1, 0.5, 0.6]))


@pytest.mark.parametrize(
    ("women", "men", "told"),
    [
        ([0.1, 0.5, 0.9], [0.5, 0.6, 0.6], "M stay more often up to b, F from c on"),
        ([0.1, 0.6, 0.9], [0.5, 0.6, 0.6], "M stay more often up to a, F from c on"),
        ([0.6, 0.6, 0.6], [0.5, 0.6, 0.5], "F stay more often than M throughout"),
        ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5], "F and M stay equally often"),
        ([0.6, 0.4, 0.6], [0.5, 0.5, 0.5], "Whether F or M stay more often changes 2 times"),
    ],
)
def test_who_stays_more_often_turns(women, men, told):
    index = pd.MultiIndex.from_product([["a", "b", "c"], ["F", "M"]])
    both = [rate for pair in zip(women, men, strict=True) for rate in pair]
    table = pd.DataFrame({"retention_rate": both}, index)
    assert messages.crossing(table, ("F", "M")) == told
    assert messages.alt_of_crossing(STUDY, table).endswith(f"{told}.")

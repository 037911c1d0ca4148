"""The ledger of printed values and the comparison with it."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from erfm.customers.study_file import load_study
from erfm.paper import ledger
from erfm.paper.ledger import (
    compare,
    comparison_table,
    load_published,
    printed,
    printed_number,
    printed_standardised,
    published_paper,
    quotation,
)
from erfm.paper.paper_file import PaperError, parse_paper
from erfm.paper.printed_numbers import (
    DIFFERS,
    EQUAL,
    NOT_COMPUTABLE,
    TRUNCATED,
    is_number,
    parse_printed,
)

PUBLISHED = load_published()
KEYS = list(PUBLISHED.index)
NUMBERS = list(PUBLISHED.index[PUBLISHED["decimals"].notna()])
TEXTS = list(PUBLISHED.index[PUBLISHED["decimals"].isna()])


# --- The ledger -----------------------------------------------------------------------------------


@pytest.mark.parametrize("key", NUMBERS)
def test_every_number_agrees_with_itself_and_with_no_neighbour(key):
    number = printed_number(key)
    unit = Decimal(1).scaleb(-number.decimals)
    assert number.decimals == PUBLISHED.loc[key, "decimals"]
    assert compare(printed(key), key).agrees
    for neighbour in (number.digits - unit, number.digits + unit):
        fraction = neighbour.scaleb(-2) if number.percent else neighbour
        comparison = compare(fraction, key)
        assert comparison.verdict.startswith(DIFFERS)
        assert comparison.difference == pytest.approx(float(fraction) - printed(key))


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_agrees_with_itself_only(key):
    assert compare(printed(key), key).agrees
    assert compare("Amount", key).verdict == f"{DIFFERS} “Amount”"


@pytest.mark.parametrize("key", KEYS)
def test_a_sentence_has_a_translation_and_prints_the_value(key):
    row = PUBLISHED.loc[key]
    assert bool(row["sentence"]) == bool(row["translation"])
    quoted = not row["sentence"] or key == "n_holdout"  # there only "about" is quoted
    assert quoted or row["printed"] in row["sentence"]


@pytest.mark.parametrize(
    ("key", "value"),
    [("male_pct", 0.718), ("accuracy", 0.9511), ("n_raw", 4500), ("standardised_age", 0.00088)],
)
def test_values_are_read_as_numbers(key, value):
    assert printed(key) == value
    assert type(printed(key)) is type(value)


def test_percentages_keep_the_decimals_that_are_printed():
    assert PUBLISHED.loc["male_pct", "decimals"] == 1
    assert printed_number("male_pct").lower == 0.7175
    assert printed_number("male_pct").upper == 0.7185


def test_a_quotation_says_where_a_value_stands_and_quotes_a_sentence_once():
    said = quotation("frequency_skewness", "frequency_kurtosis").splitlines()
    assert said[::2] == [
        "> **Table 1, Frequency: Skewness 11.265**",
        "> 偏度系数和峰度系数分别为11.265,0.085 — *The coefficients of skewness and kurtosis are "
        "11.265 and 0.085 respectively.*",
        "> **Table 1, Frequency: Kurtosis 0.085**",
    ]
    assert quotation("n_raw") == "> **Sample, Customers: Number drawn 4500**"


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(KeyError, match=r"no key 'acuracy'.*mean 'accuracy'"):
        printed("acuracy")


def test_a_caller_cannot_change_the_ledger():
    table = load_published()
    table.loc["accuracy", "printed"] = "75.86%"
    assert compare(0.9511, "accuracy").agrees


def test_the_paper_is_read_once(monkeypatch):
    def again(paper):
        raise AssertionError(f"{paper} is read again")

    monkeypatch.setattr(ledger, "load_paper", again)
    assert printed("accuracy") == 0.9511
    assert len(load_published()) == len(KEYS)


def test_another_paper_is_a_ledger_too():
    text = '[paper]\ntitle = "t"\nsource = "s"\n[values.share]\nprinted = "60%"\nwhat = "Men"\n'
    rows = load_published(parse_paper(text, Path("mine.paper.toml")))
    assert rows.loc["share", ["statistic", "decimals", "value"]].tolist() == ["Men", 0, 0.6]


def test_a_missing_paper_is_named_when_a_value_is_asked_for(monkeypatch):
    monkeypatch.setattr(ledger, "PAPER", "erfm_2013")
    published_paper.cache_clear()
    with pytest.raises(PaperError, match="no such file"):
        printed("accuracy")
    monkeypatch.undo()
    assert printed("accuracy") == 0.9511


# --- Printed numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "decimals", "lower", "upper"),
    [
        ("4500", 4500, 0, 4499.5, 4500.5),
        ("11.10", 11.1, 2, 11.095, 11.105),
        (".000", 0.0, 3, -0.0005, 0.0005),
        ("-0.25", -0.25, 2, -0.255, -0.245),
        ("\N{MINUS SIGN}0.25", -0.25, 2, -0.255, -0.245),
        ("95%", 0.95, 0, 0.945, 0.955),
        ("71.8%", 0.718, 1, 0.7175, 0.7185),
    ],
)
def test_printed_numbers(text, value, decimals, lower, upper):
    number = parse_printed(text)
    assert (number.value, number.decimals) == (value, decimals)
    assert (number.lower, number.upper) == (lower, upper)


@pytest.mark.parametrize("text", ["", ".", "-", "1,000", "1e3", "12 %", "nan", "0.5%%", "about 4"])
def test_other_texts_are_no_printed_numbers(text):
    assert not is_number(text)
    with pytest.raises(ValueError, match="not a printed number"):
        parse_printed(text)


# --- Comparison -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("computed", "text", "verdict"),
    [
        (2.665, "2.67", EQUAL),  # a tie: half up
        (2.665, "2.66", EQUAL),  # a tie: half to even
        (2.675, "2.68", EQUAL),
        (2.675, "2.67", TRUNCATED),
        (-2.665, "-2.67", EQUAL),
        (-2.669, "-2.66", TRUNCATED),
        (2.6651, "2.66", TRUNCATED),
        (2.6599, "2.66", EQUAL),
        (2.6699, "2.68", f"{DIFFERS} −0.01"),
        (0.0004, ".000", EQUAL),
        (-0.0004, "0.000", EQUAL),
        (1012 / 1334, "95.11%", f"{DIFFERS} −19.25 percentage points"),
        (2394 / 3334, "71.8%", EQUAL),
        (0.7185, "71.8%", EQUAL),  # 71.85, a tie; half to even gives 71.8
        (np.float64(11.104), "11.10", EQUAL),
        (np.int64(3335), "3334", f"{DIFFERS} +1"),
        (Decimal("0.08478"), "0.085", EQUAL),
        (float("inf"), "0.5", f"{DIFFERS} Infinity"),
        (None, "0.5", NOT_COMPUTABLE),
        (float("nan"), "0.5", NOT_COMPUTABLE),
        (pd.NA, "0.5", NOT_COMPUTABLE),
    ],
)
def test_comparison(computed, text, verdict):
    comparison = compare(computed, text)
    assert comparison.verdict == verdict
    assert comparison.agrees == (verdict == EQUAL)
    assert comparison.printed == text


def test_comparison_shows_both_numbers():
    comparison = compare(1012 / 1334, "accuracy")
    assert comparison.computed == "75.86%"
    assert comparison.difference == pytest.approx(1012 / 1334 - 0.9511, abs=1e-15)
    assert comparison.text == (
        "computed 75.86%, printed 95.11%: differs by −19.25 percentage points"
    )
    assert compare(None, "accuracy").text == f"printed 95.11%: {NOT_COMPUTABLE}"
    assert compare(-0.0001, ".000").computed == "0.000"
    assert compare(-0.0216, "-0.022").computed == "−0.022"


def test_lists_of_names_agree_in_any_order_but_rankings_do_not():
    assert compare("Age, Gender, Recency, Frequency", "significant_variables").agrees
    assert not compare("Age, Gender, Recency", "significant_variables").agrees
    assert not compare("Recency > Frequency > Age > Gender", "standardised_ranking").agrees


def test_comparison_with_neither_a_key_nor_a_number():
    with pytest.raises(KeyError, match="'acuracy' is neither"):
        compare(0.5, "acuracy")


finite = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.slow
@given(finite, st.integers(0, 12), st.sampled_from([ROUND_HALF_UP, ROUND_HALF_EVEN]))
def test_a_number_agrees_with_its_own_rounding_both_ways(value, decimals, rounding):
    unit = Decimal(1).scaleb(-decimals)
    text = f"{Decimal(repr(value)).quantize(unit, rounding, Context(prec=400)):f}"
    assert compare(value, text).agrees


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.booleans())
def test_a_number_agrees_with_what_lies_within_half_a_unit(digits, decimals, percent):
    number = Decimal(digits).scaleb(-decimals)
    text = f"{number:f}%" if percent else f"{number:f}"
    half = Decimal(5).scaleb(-decimals - 1)
    scale = -2 if percent else 0
    for offset, agrees in [("0.99", True), ("-0.99", True), ("1.01", False), ("-1.01", False)]:
        comparison = compare((number + Decimal(offset) * half).scaleb(scale), text)
        assert comparison.agrees is agrees
        assert comparison.verdict in (EQUAL, TRUNCATED) or comparison.verdict.startswith(DIFFERS)


@given(finite, st.integers(0, 6))
def test_difference_is_computed_minus_printed(value, decimals):
    comparison = compare(value, f"{0:.{decimals}f}")
    assert comparison.difference == value


def test_comparison_table():
    table = comparison_table(
        {"accuracy": 1012 / 1334, "n_raw": 4500, "frequency_skewness": None, "has_child_or": 0.9969}
    )
    assert list(table.columns) == ["statistic", "printed", "computed", "verdict"]
    assert list(table.index) == ["accuracy", "n_raw", "frequency_skewness", "has_child_or"]
    assert table.loc["accuracy"].tolist() == [
        "Holdout: Accuracy",
        "95.11%",
        "75.86%",
        "differs by −19.25 percentage points",
    ]
    assert table["verdict"].tolist()[1:] == [EQUAL, NOT_COMPUTABLE, EQUAL]
    assert comparison_table({}).empty


def test_standardised_coefficients_are_printed_of_the_published_study_alone(sample):
    values = printed_standardised(load_study("reconstruction"))
    assert values.to_dict() == {
        "frequency": 1.85,
        "recency": 0.032,
        "age": 0.00088,
        "gender(male)": 0.00076,
    }
    assert printed_standardised(sample[0]).empty

"""Nothing true is refuted; errors are found. Thousands more: ``python tests/true_papers.py``."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.paper import true_papers
from erfm.paper.true_papers import (
    ERRORS,
    KINDS,
    detection_rates,
    false_alarms,
    found,
    plant,
    summarise,
)
from erfm.paper.verdict import HOLDS

AT_A_TIME = 30


@pytest.mark.parametrize("first", range(0, 480, AT_A_TIME))
def test_no_claim_about_true_data_is_refuted(first):
    assert false_alarms(range(first, first + AT_A_TIME)) == []


@pytest.mark.slow
@settings(max_examples=150)
@given(st.integers(10_000, 2**40))
def test_no_claim_about_any_true_data_is_refuted(number):
    assert false_alarms([number]) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(480, 10_000, 560))
def test_no_claim_about_thousands_of_true_data_is_refuted(first):
    assert false_alarms(range(first, first + 560)) == []


def test_kinds_take_turns_and_come_from_their_numbers():
    assert [summarise(number).kind for number in range(6)] == list(KINDS)
    assert summarise(7).printed == summarise(7).printed != summarise(13).printed


@pytest.mark.slow
def test_an_acquittal_means_something():
    """Most claims that can hold do: they are not let off for want of digits."""
    verdicts = [v.verdict for n in range(5, 300, 6) for v in summarise(n).verdicts()]
    assert verdicts.count(HOLDS) > 0.9 * len(verdicts)


@pytest.mark.slow
def test_digits_cut_off_instead_of_rounded_are_noticed(monkeypatch):
    monkeypatch.setattr(true_papers, "ROUND_HALF_UP", ROUND_DOWN)
    monkeypatch.setattr(true_papers, "ROUND_HALF_EVEN", ROUND_DOWN)
    numbers = {alarm.split(",")[0] for alarm in false_alarms(range(60))}
    assert len(numbers) > 30


@pytest.mark.slow
def test_errors_are_found_at_the_rates_that_a_page_reports():
    rates = detection_rates(range(90))
    assert (rates["found"] == (rates["rate"] * rates["planted"]).round()).all()
    by_error = rates.groupby("error")[["found", "planted"]].sum()
    share = by_error["found"] / by_error["planted"]
    assert share["two digits swapped"] > 0.75
    assert share["another digit"] > 0.7
    assert share["read off the next column"] > 0.8
    assert share["read off another row"] > 0.8
    logistic = rates.xs("logistic regression", level="kind")
    assert logistic.loc["a count off by one", "rate"] > 0.9
    assert set(rates.index.get_level_values("error")) == set(ERRORS)


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_changes_one_value_and_no_other(error):
    draw = np.random.default_rng(1)
    for number in range(12):
        summary = summarise(number)
        planted = plant(summary, error, draw)
        if planted is None:
            continue
        changed, name = planted
        differing = {k for k, v in summary.printed.items() if changed.printed[k] != v}
        assert differing == {name}


def test_a_value_of_another_kind_is_found():
    summary = summarise(2)
    changed = replace(summary, printed={**summary.printed, "all": "7.5%"})
    assert not found(summary, "all") and found(changed, "all")

"""Sums, shares, classification tables, the chi-square and the cut-off."""

from __future__ import annotations

from itertools import product
from math import log
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from erfm.paper.arithmetic import (
    chi_square_readings,
    counts_that_print,
    examine_accuracy,
    examine_chi_square,
    examine_cutoff,
    examine_ranking,
    examine_share,
    examine_sum,
    least_deviance,
    ratio_search,
    ratio_searches,
    solve_classification_table,
    span,
    tex,
)
from erfm.paper.printed_numbers import DIFFERS, compared
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE, Verdict

EXPECTED = Path(__file__).parent / "expected"
R = pd.read_csv(EXPECTED / "examination.csv", index_col="quantity")["value"]

COUNTS = {
    "actual_positive": 437,
    "actual_negative": 897,
    "predicted_positive": 315,
    "predicted_positive_wrong": 100,
    "predicted_negative": 1019,
    "predicted_negative_wrong": 222,
}
SOLVED = solve_classification_table(**COUNTS)
TABLE_6 = [437, 897, 315, 100, 1019, 222, 1334, 215, 797]


# --- Verdicts -------------------------------------------------------------------------------------


def test_a_verdict_shows_itself_as_markdown():
    verdict = Verdict(IMPOSSIBLE, "Too large.", r"2 < 3", "A smaller number.")
    assert verdict.markdown == (
        "**Impossible.** Too large.\n\n$$2 < 3$$\n\n*What would have to be true:* A smaller number."
    )
    assert Verdict(HOLDS, "Equal.").markdown == "**Holds.** Equal."
    assert verdict.refuted
    assert not Verdict(CANNOT_BE_JUDGED, "Open.").refuted


def test_spans():
    assert span("11.10") == (11.095, 11.1, 11.105)
    assert span(3) == (3, 3, 3)
    assert (span("-0.5").least_size, span("-0.5").largest_size) == (0.45, 0.55)
    assert (span("0").least_size, span("0").largest_size) == (0, 0.5)


def test_latex_numbers():
    assert tex("95.11%") == r"95.11\%"
    assert tex(1334) == tex(np.int64(1334)) == "1334"
    assert tex(0.30697) == "0.307"
    assert tex(3.29e-46) == r"3.29 \times 10^{-46}"


# --- Sums and shares ------------------------------------------------------------------------------


def test_sums():
    right = examine_sum(3334, 2394, 940)
    assert right.verdict == HOLDS and right.reason == "2394 + 940 = 3334, as printed."
    wrong = examine_sum(3334, 2394, 941)
    assert wrong.verdict == CONTRADICTS
    assert wrong.inequality == r"2394 + 941 = 3335 \neq 3334"
    assert wrong.reason == "2394 + 941 = 3335, but the printed total is 3334."
    assert "off by 1" in wrong.what_would_have_to_be_true


def test_shares():
    assert examine_share(2394, 3334, "71.8%").verdict == HOLDS
    assert examine_share(2394, 3334, "71.9%").verdict == CONTRADICTS


def test_rankings():
    coefficients = {"A": "1.85", "B": "-0.032", "C": 0.001}
    assert examine_ranking("A > B > C", coefficients).verdict == HOLDS
    wrong = examine_ranking("B > A > C", coefficients)
    assert wrong.verdict == CONTRADICTS
    assert "A > B > C" in wrong.what_would_have_to_be_true


@pytest.mark.slow
@given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 3))
def test_counts_that_print_are_those_and_no_others(whole, part, decimals):
    text = f"{100 * min(part, whole) / whole:.{decimals}f}%"
    found = [
        count
        for count in range(whole + 1)
        if not compared(count / whole, text).verdict.startswith(DIFFERS)
    ]
    assert counts_that_print(text, whole) == found
    assert min(part, whole) in found


def test_no_number_of_the_holdout_prints_as_the_claimed_accuracy():
    assert counts_that_print("95.11%", 1334) == []
    assert counts_that_print("95.11%", 3334) == [3171]
    assert counts_that_print("75.86%", 1334) == [1012]


# --- The classification table ---------------------------------------------------------------------


def test_the_papers_table():
    assert SOLVED.table.to_numpy().tolist() == [[215, 222], [100, 797]]
    assert SOLVED.margins.verdict == HOLDS
    assert (SOLVED.correct, SOLVED.total) == (1012, 1334)
    assert f"{SOLVED.accuracy:.4f}" == "0.7586"
    assert f"{SOLVED.no_information_rate:.4f}" == "0.6724"
    assert SOLVED.accuracy_lower == pytest.approx(R["wilson_lower"], abs=1e-12)
    assert SOLVED.accuracy_upper == pytest.approx(R["wilson_upper"], abs=1e-12)
    assert (f"{R['wilson_lower']:.3f}", f"{R['wilson_upper']:.3f}") == ("0.735", "0.781")


def test_the_papers_accuracy():
    verdict = examine_accuracy(SOLVED, "95.11%")
    assert verdict.verdict == CONTRADICTS
    assert verdict.inequality == r"\frac{215 + 797}{1334} = 75.86\% \neq 95.11\%"
    assert "no whole number out of 1334" in verdict.what_would_have_to_be_true
    assert examine_accuracy(SOLVED, "75.86%").verdict == HOLDS
    assert (
        examine_accuracy(SOLVED, "89.96%").what_would_have_to_be_true
    ) == "Instead of 1012 right predictions, 1200."


cells = st.integers(0, 10_000)


@pytest.mark.slow
@given(cells, cells, cells, cells)
def test_any_table_is_found_again_from_its_margins(tp, fn, fp, tn):
    if tp + fn + fp + tn == 0:
        return
    counts = {
        "actual_positive": tp + fn,
        "actual_negative": fp + tn,
        "predicted_positive": tp + fp,
        "predicted_positive_wrong": fp,
        "predicted_negative": fn + tn,
        "predicted_negative_wrong": fn,
    }
    solved = solve_classification_table(**counts)
    assert solved.table.to_numpy().tolist() == [[tp, fn], [fp, tn]]
    assert solved.margins.verdict == HOLDS
    assert solved.accuracy_lower <= solved.accuracy + 1e-12
    assert solved.accuracy - 1e-12 <= solved.accuracy_upper
    # The actual classes may be exchanged for the predicted ones without changing the accuracy.
    transposed = solve_classification_table(
        actual_positive=tp + fp,
        actual_negative=fn + tn,
        predicted_positive=tp + fn,
        predicted_positive_wrong=fn,
        predicted_negative=fp + tn,
        predicted_negative_wrong=fp,
    )
    assert transposed.accuracy == solved.accuracy
    # One customer more in a class, and the margins no longer close.
    counts["actual_positive"] += 1
    assert solve_classification_table(**counts).margins.verdict == CONTRADICTS


@pytest.mark.parametrize("change", [{"predicted_positive_wrong": 316}, {"predicted_negative": -1}])
def test_impossible_counts_are_refused(change):
    with pytest.raises(ValueError, match="errors are counts from 0 to all of them"):
        solve_classification_table(**COUNTS | change)


def test_no_simple_combination_of_counts_gives_the_claimed_accuracy():
    found = ratio_search(TABLE_6, "95.11%", terms=3)
    assert found.empty
    assert found.attrs["searched"] > 10_000
    # Nor does the mean of two shares of one count in another, or their product.
    shares = [a / b for a, b in product(TABLE_6, TABLE_6) if a < b]
    for first, second in product(shares, shares):
        for value in ((first + second) / 2, first * second):
            assert compared(value, "95.11%").verdict.startswith(DIFFERS)


def test_the_search_finds_what_is_there():
    assert ratio_search(TABLE_6, "75.86%", terms=2)["ratio"].tolist() == [1012 / 1334]
    planted = ratio_search([7, 11, 100], "82%", terms=3)
    assert ["100 -11 -7", "100", 0.82] in planted.to_numpy().tolist()


def test_searches_with_more_terms_find_no_less():
    table = ratio_searches(iter(TABLE_6), "75.86%", most_terms=3)
    assert list(table.index) == [1, 2, 3]
    assert list(table["hits"]) == [
        len(ratio_search(TABLE_6, "75.86%", terms=terms)) for terms in (1, 2, 3)
    ]
    assert table["ratios_searched"].is_monotonic_increasing


# --- The chi-square -------------------------------------------------------------------------------


def test_the_papers_chi_square_under_each_reading():
    readings = chi_square_readings("234.510", n=2000, solved=SOLVED, cutoff="0.6024")
    assert readings["verdict"].to_dict() == {
        "Hosmer–Lemeshow": CONTRADICTS,
        "Omnibus test of the model": CONTRADICTS,
        "Omnibus test of the step": CANNOT_BE_JUDGED,
        "−2 log-likelihood": CONTRADICTS,
    }
    verdict = examine_chi_square("234.510", n=2000, solved=SOLVED, cutoff="0.6024")
    assert verdict.verdict == CANNOT_BE_JUDGED
    assert verdict.numbers["p_value"] == pytest.approx(R["hosmer_lemeshow_p"], rel=1e-10)
    assert f"{verdict.numbers['p_value']:.0e}" == "3e-46"


@pytest.mark.parametrize(
    ("chi_square", "reading", "verdict"),
    [
        (5.0, "Hosmer–Lemeshow", HOLDS),
        (stats.chi2.isf(0.05, 8) - 1e-6, "Hosmer–Lemeshow", HOLDS),
        (stats.chi2.isf(0.05, 8) + 1e-6, "Hosmer–Lemeshow", CONTRADICTS),
        (2000.0, "−2 log-likelihood", CANNOT_BE_JUDGED),
    ],
)
def test_other_chi_squares(chi_square, reading, verdict):
    readings = chi_square_readings(chi_square, n=2000, solved=SOLVED, cutoff=0.6024)
    assert readings.loc[reading, "verdict"] == verdict


def test_least_deviance_is_attained_and_never_undercut():
    # Hand calculation: 100 retained too many at 0.6024 and 222 too few.
    bound = least_deviance(SOLVED, 0.6024)
    assert bound == pytest.approx(-2 * (100 * log(0.3976) + 222 * log(0.6024)), rel=1e-12)
    rng = np.random.default_rng(6)
    for _ in range(200):
        false_positive = rng.uniform(0.6024, 1, 100)
        false_negative = rng.uniform(0, 0.6024, 222)
        right = rng.uniform(0, 0.6024, 797), rng.uniform(0.6024, 1, 215)
        deviance = -2 * (
            np.log(1 - false_positive).sum()
            + np.log(false_negative).sum()
            + np.log(1 - right[0]).sum()
            + np.log(right[1]).sum()
        )
        assert deviance >= bound


# --- The cut-off ----------------------------------------------------------------------------------


def test_the_papers_cutoff():
    verdict = examine_cutoff("0.6024", positive=437, total=1334, samples=[2000, 1334, 3334, 4500])
    assert verdict.verdict == CANNOT_BE_JUDGED
    assert f"{verdict.numbers['base_rate']:.4f}" == "0.3276"
    assert "only out of 4500" in verdict.reason
    assert verdict.inequality == r"\frac{437}{1334} = 0.3276 \neq 0.6024"


def test_the_cost_ratio_makes_the_cutoff_the_cheapest():
    cost = examine_cutoff("0.6024", positive=1, total=2, samples=[]).numbers["cost_ratio"]
    p = 0.6024  # at the cut-off both predictions cost the same
    assert (1 - p) * cost == pytest.approx(p)

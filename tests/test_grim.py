"""Whole numbers: what GRIM and GRIMMER allow is what some data have, and published results."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import combinations_with_replacement
from math import sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.paper.grim import (
    counts_of_share,
    examine_mean_in_range,
    examine_possible_mean,
    examine_possible_sd,
    examine_possible_share,
    examine_range,
    examine_sd_and_range,
    examine_share_of_counts,
    examine_standard_error_of_mean,
    examine_total,
    sums_of_squares,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE

EXPECTED = Path(__file__).parent / "expected"


def published(name: str) -> list[dict[str, str]]:
    table = pd.read_csv(EXPECTED / f"{name}.csv", comment="#", dtype=str)
    return table.fillna("").to_dict("records")


def rounded(value: Fraction, decimals: int, rounding: str) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal(1).scaleb(-decimals), rounding))


# --- Sums and shares ------------------------------------------------------------------------------


def test_counts_add_up_or_not():
    assert examine_total(total="3334", parts=["2394", "940"]).verdict == HOLDS
    off = examine_total(total="10", parts=["6", "5"])
    assert off.verdict == CONTRADICTS
    assert off.reason == "The parts 6, 5 add up to 11; 10 is printed."
    assert examine_total(total="4,500", parts=["3,334", "1,166"]).verdict == HOLDS


def test_rounded_parts_may_miss_their_total_by_what_rounding_leaves():
    # 1/3 each: 33.3% three times.
    assert examine_total(total="100.0%", parts=["33.3%"] * 3).verdict == HOLDS
    assert examine_total(total="100.0%", parts=["33.1%"] * 3).verdict == CONTRADICTS
    # The sign may stand in the heading.
    assert examine_total(total="100", parts=["33.3%"] * 3).verdict == HOLDS
    assert examine_total(total="100%", parts=["33.3"] * 3).verdict == HOLDS


def test_the_accuracy_of_the_paper_is_no_share_of_its_holdout():
    verdict = examine_possible_share(share="95.11%", whole="1334")
    assert verdict.verdict == IMPOSSIBLE
    assert verdict.reason == (
        "95.11% is no share of 1334 cases at all: 1268 prints as 95.05%, 1269 prints as 95.13%."
    )


@pytest.mark.parametrize(
    ("share", "whole", "counts"),
    [
        ("97.78%", "180", [176]),
        ("91.25%", "160", [146]),
        ("1.67%", "180", [3]),
        ("7.50%", "160", [12]),
        ("0.56%", "180", [1]),
        ("5.63%", "160", [9]),  # 9/160 = 5.625%: a tie, rounded half up
        ("5.62%", "160", [9]),  # or half to even
        ("71.8%", "3334", [2393, 2394, 2395]),
        ("100%", "3", [3]),
        ("0%", "3", [0]),
        ("50", "4", [2]),
        (".125", "8", [1]),
        ("33%", "2", []),
    ],
)
def test_counts_of_a_share(share, whole, counts):
    assert list(counts_of_share(share, whole)) == counts


@pytest.mark.slow
@settings(max_examples=100)
@given(st.integers(1, 400), st.data(), st.integers(0, 3), st.booleans())
def test_a_true_share_is_possible_and_that_of_its_count(n, data, decimals, half_up):
    k = data.draw(st.integers(0, n))
    text = rounded(Fraction(100 * k, n), decimals, ROUND_HALF_UP if half_up else ROUND_HALF_EVEN)
    assert k in counts_of_share(f"{text}%", str(n))
    assert not examine_possible_share(share=f"{text}%", whole=str(n)).refuted
    assert examine_share_of_counts(share=f"{text}%", part=str(k), whole=str(n)).verdict == HOLDS


def test_a_share_of_another_count_contradicts_and_names_it():
    verdict = examine_share_of_counts(share="97.78%", part="175", whole="180")
    assert verdict.verdict == CONTRADICTS
    assert verdict.what_would_have_to_be_true == "The part would have to be 176."
    assert examine_share_of_counts(share="97.79%", part="176", whole="180").verdict == IMPOSSIBLE
    assert examine_share_of_counts(share="110%", part="11", whole="10").verdict == CONTRADICTS


def test_a_share_that_was_cut_off_says_so():
    # 2/3 = 66.66…%, cut off to 66.6%.
    verdict = examine_possible_share(share="66.6%", whole="3")
    assert verdict.verdict == IMPOSSIBLE
    assert verdict.what_would_have_to_be_true == (
        "2 of 3, with the digits cut off instead of rounded."
    )


# --- Means ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", published("grim"), ids=lambda r: f"{r['mean']} of {r['n']}")
def test_grim_agrees_with_published_results(row):
    verdict = examine_possible_mean(mean=row["mean"], n=row["n"], items=row["items"])
    assert verdict.verdict == {"T": CANNOT_BE_JUDGED, "F": IMPOSSIBLE}[row["consistent"]]


def test_the_ages_of_ten_nurses_are_no_whole_years():
    for mean in ("36.38", "34.35"):
        assert examine_possible_mean(mean=mean, n="10").verdict == IMPOSSIBLE
    assert examine_possible_mean(mean="36.4", n="10").verdict == CANNOT_BE_JUDGED


def test_half_of_the_last_digit_belongs_to_either_neighbour():
    # 41/40 = 1.025 prints as 1.03 (half up) or 1.02 (half to even).
    for mean in ("1.03", "1.02"):
        assert not examine_possible_mean(mean=mean, n="40").refuted
    assert examine_possible_mean(mean="1.04", n="40").refuted


# --- Standard deviations --------------------------------------------------------------------------


@pytest.mark.parametrize("row", published("grimmer"), ids=lambda r: f"{r['mean']}, {r['sd']}")
def test_grimmer_agrees_with_published_results(row):
    verdict = examine_possible_sd(mean=row["mean"], sd=row["sd"], n=row["n"])
    # The one where scrutiny warns of itself: data that have both are below.
    if (row["mean"], row["sd"]) == ("8.9", "2.81"):
        assert row["consistent"] == "F" and not verdict.refuted
    else:
        assert verdict.refuted == (row["consistent"] == "F")


def test_data_exist_where_scrutiny_warns_of_a_false_positive():
    # Sum 223 and sum of squares 2179, as the verdict says.
    x = np.array([9] * 14 + [10, 3, 4, 5, 5, 5, 13, 13, 13, 13, 13])
    assert (x.sum(), (x**2).sum()) == (223, 2179)
    assert f"{x.mean():.1f}" == "8.9" and f"{x.std(ddof=1):.2f}" == "2.81"


@pytest.mark.slow
@pytest.mark.parametrize("items", [1, 2])
def test_grimmer_allows_exactly_the_moments_of_all_small_data(items):
    """All data sets of up to five values from 0 to 4: allowed is what one has, rounded."""
    for n in (2, 3, 4, 5):
        attained: dict[tuple[str, str], bool] = defaultdict(bool)
        for values in combinations_with_replacement(range(4 * items + 1), n):
            mean = Fraction(sum(values), n * items)
            squares = sum(v * v for v in values) - Fraction(sum(values) ** 2, n)
            sd = sqrt(squares / (n - 1)) / items
            attained[rounded(mean, 2, ROUND_HALF_UP), f"{sd:.2f}"] = True
        for mean, sd in attained:
            verdict = examine_possible_sd(
                mean=mean, sd=sd, n=str(n), minimum="0", maximum="4", items=items
            )
            assert not verdict.refuted, (mean, sd, n)
        means = sorted({mean for mean, _ in attained})
        sds = [f"{cents / 100:.2f}" for cents in range(0, 300, 13)]
        absent = [(m, s) for m in means for s in sds if (m, s) not in attained]
        refuted = [
            examine_possible_sd(mean=m, sd=s, n=str(n), minimum="0", maximum="4", items=items)
            for m, s in absent
        ]
        assert sum(v.verdict == CONTRADICTS for v in refuted) > 0.9 * len(absent)


@settings(max_examples=50)
@given(st.lists(st.integers(-6, 9), min_size=1, max_size=12), st.booleans())
def test_sums_of_squares_are_within_their_bounds(values, known_range):
    low, high = (min(values), max(values)) if known_range else (None, None)
    bounds = sums_of_squares(sum(values), len(values), low, high)
    assert bounds.lower <= sum(v * v for v in values) <= bounds.upper


def test_the_bounds_of_sums_of_squares_are_reached():
    assert sums_of_squares(7, 3)[0] == 2**2 + 2**2 + 3**2
    assert sums_of_squares(7, 3, 0, 5)[2] == 5**2 + 2**2 + 0**2
    assert sums_of_squares(16, 3, 0, 5)[0] > sums_of_squares(16, 3, 0, 5)[2]


def test_a_divisor_of_n_is_named_where_it_would_explain():
    # 1, 2, 3, 4: sd 1.291 with n - 1, 1.118 with n.
    assert not examine_possible_sd(mean="2.5", sd="1.291", n="4").refuted
    verdict = examine_possible_sd(mean="2.5", sd="1.118", n="4")
    assert verdict.verdict == CONTRADICTS
    assert "divisor of n" in verdict.what_would_have_to_be_true
    assert "mean 2.5 and n = 4" in verdict.reason


def test_an_impossible_mean_comes_first():
    assert examine_possible_sd(mean="36.38", sd="5.26", n="10").verdict == IMPOSSIBLE


# --- One sample of any values ---------------------------------------------------------------------


def test_range_mean_and_standard_error():
    assert examine_range(range="99", minimum="2", maximum="101").verdict == HOLDS
    assert examine_range(range="97", minimum="2", maximum="101").verdict == CONTRADICTS
    assert examine_mean_in_range(mean="49.26", minimum="28", maximum="78").verdict == (
        CANNOT_BE_JUDGED
    )
    assert examine_mean_in_range(mean="79.2", minimum="28", maximum="78").verdict == CONTRADICTS
    se = {"sd": "9.387", "n": "3334"}  # 9.387 / √3334 = 0.16257
    assert examine_standard_error_of_mean(standard_error="0.163", **se).verdict == HOLDS
    assert examine_standard_error_of_mean(standard_error="0.173", **se).verdict == CONTRADICTS


def test_popoviciu_s_bound_and_the_least_sd_are_reached():
    half = np.repeat([0.0, 10.0], 5)
    extremes = np.array([0.0, *[5.0] * 8, 10.0])
    ends = {"n": "10", "minimum": "0.00", "maximum": "10.00"}
    for values in (half, extremes):
        sd = values.std(ddof=1)
        assert not examine_sd_and_range(sd=f"{sd:.3f}", **ends).refuted
        beyond = sd * 1.003 if values is half else sd / 1.003
        assert examine_sd_and_range(sd=f"{beyond:.3f}", **ends).verdict == CONTRADICTS
    odd = np.array([0.0, 0.0, 10.0])  # 2 and 1: an odd number has no halves
    assert not examine_sd_and_range(sd=f"{odd.std(ddof=1):.3f}", **{**ends, "n": "3"}).refuted
    assert examine_sd_and_range(sd="5.90", **{**ends, "n": "3"}).refuted


def test_too_small_an_sd_says_how_many_cases_could_have_it():
    ends = {"minimum": "22", "maximum": "49"}
    needed = examine_sd_and_range(sd="5.26", n="10", **ends).what_would_have_to_be_true
    assert needed == (
        "A standard deviation between these bounds, at least 14 cases, or another range."
    )
    for n, refuted in ((13, True), (14, False)):
        # Two extremes as near as rounding allows, all others in the middle.
        values = np.array([21.5 + 1e-9, *[35.0] * (n - 2), 48.5 - 1e-9])
        assert examine_sd_and_range(sd="5.26", n=str(n), **ends).refuted == refuted
        printed = f"{values.std(ddof=1):.2f}"
        assert not examine_sd_and_range(sd=printed, n=str(n), **ends).refuted
    large = examine_sd_and_range(sd="20", n="10", **ends).what_would_have_to_be_true
    assert "cases" not in large

"""Two groups: t, χ², Fisher and effect sizes against scipy's, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from erfm.paper.two_groups import (
    examine_counts_test,
    examine_effect_size,
    examine_ratio_of_counts,
    examine_t_test,
    examine_two_shares,
    possible_t,
    tests_of_counts,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE

tests_of_counts.__test__ = False  # a function of the package, whatever its name

AGES = {
    "mean_1": "49.26", "sd_1": "14.38", "n_1": "160",
    "mean_2": "52.35", "sd_2": "12.37", "n_2": "180",
}  # fmt: skip
SATISFIED = {"events_1": "97.78%", "n_1": "180", "events_2": "91.25%", "n_2": "160"}


# --- Means ----------------------------------------------------------------------------------------


def test_the_patients_ages_differ_though_the_paper_says_that_they_do_not():
    verdict = examine_t_test(**AGES, p="> 0.05")
    assert verdict.verdict == CONTRADICTS
    for part in ("49.26 ± 14.38 (n = 160)", "52.35 ± 12.37 (n = 180)", "> 0.05 is printed"):
        assert part in verdict.reason
    assert examine_t_test(**AGES, p="< 0.05").verdict == HOLDS


@pytest.mark.parametrize(("test", "equal"), [("pooled", True), ("welch", False)])
def test_t_and_p_are_scipy_s(test, equal):
    t, p = stats.ttest_ind_from_stats(49.26, 14.38, 160, 52.35, 12.37, 180, equal_var=equal)
    exactly = possible_t(test, (49.26, 52.35), (14.38, 12.37), (160, 180))
    assert exactly[0].value == pytest.approx(abs(t), rel=1e-12)
    printed = {"t": f"{t:.2f}", "p": f"{p:.3f}"}
    assert examine_t_test(**AGES, **printed, test=test).verdict == HOLDS
    assert examine_t_test(**AGES, t=f"{t + 0.05:.2f}", test=test).verdict == CONTRADICTS
    assert examine_t_test(**AGES, p=f"{p + 0.01:.3f}", test=test).verdict == CONTRADICTS


def test_digits_say_which_test_it_was_and_a_bound_does_not():
    # The smaller group varies more: Welch's standard error is larger than the pooled one.
    unequal = {"mean_1": "5.0", "sd_1": "4.00", "n_1": "5", "mean_2": "3.0", "sd_2": "1.00",
               "n_2": "40"}  # fmt: skip
    pooled = examine_t_test(**unequal, p="< .05", test="pooled")
    welch = examine_t_test(**unequal, p="< .05", test="welch")
    assert (pooled.verdict, welch.verdict) == (HOLDS, CONTRADICTS)
    assert examine_t_test(**unequal, p="< .05").verdict == CANNOT_BE_JUDGED
    t, _ = stats.ttest_ind_from_stats(5, 4, 5, 3, 1, 40)
    assert examine_t_test(**unequal, t=f"{t:.2f}").verdict == HOLDS


def test_a_p_for_one_direction_must_be_said():
    _, p = stats.ttest_ind_from_stats(49.26, 14.38, 160, 52.35, 12.37, 180)
    half = f"{p / 2:.3f}"
    assert examine_t_test(**AGES, p=half).verdict == CANNOT_BE_JUDGED
    assert examine_t_test(**AGES, p=half, tails="one").verdict == HOLDS
    assert examine_t_test(**AGES, p=half, tails="two").verdict == CONTRADICTS


def test_without_t_and_p_there_is_nothing_to_judge():
    assert examine_t_test(**AGES).verdict == CANNOT_BE_JUDGED
    assert examine_t_test(**{**AGES, "n_1": "1"}, p=".05").verdict == IMPOSSIBLE


@pytest.mark.slow
@settings(max_examples=100)
@given(
    st.integers(2, 30),
    st.integers(2, 30),
    st.lists(st.floats(0.1, 9), min_size=2, max_size=2),
    st.floats(0, 5),
    st.integers(0, 2),
    st.lists(st.floats(-0.5, 0.5), min_size=4, max_size=4),
)
def test_t_and_df_of_all_values_that_print_so_are_within_the_bounds(n_1, n_2, sds, mean, d, off):
    printed = [f"{x:.{d}f}" for x in (mean, 1.0, *sds)]
    values = [max(0.0, float(p) + e * 10.0**-d) for p, e in zip(printed, off, strict=True)]
    assume(min(values[2:]) > 1e-6)
    for test in ("pooled", "welch"):
        result = stats.ttest_ind_from_stats(
            values[0], values[2], n_1, values[1], values[3], n_2, equal_var=test == "pooled"
        )
        t, df = possible_t(test, printed[:2], printed[2:], (n_1, n_2))
        assert t.lower - 1e-9 <= abs(result.statistic) <= t.upper * (1 + 1e-9) + 1e-9
        v = values[2] ** 2 / n_1, values[3] ** 2 / n_2
        own = sum(v) ** 2 / (v[0] ** 2 / (n_1 - 1) + v[1] ** 2 / (n_2 - 1))
        own = n_1 + n_2 - 2 if test == "pooled" else own
        assert df.lower * (1 - 1e-9) <= own <= df.upper * (1 + 1e-9)


def test_effect_sizes_by_every_definition():
    five = {key: AGES[key] for key in AGES}
    pooled = ((159 * 14.38**2 + 179 * 12.37**2) / 338) ** 0.5
    difference = 52.35 - 49.26
    sizes = {
        "pooled": difference / pooled,
        "hedges": difference / pooled * (1 - 3 / (4 * 338 - 1)),
        "glass 1": difference / 14.38,
        "glass 2": difference / 12.37,
        "average": difference / ((14.38**2 + 12.37**2) / 2) ** 0.5,
    }
    for kind, size in sizes.items():
        assert examine_effect_size(d=f"{size:.3f}", **five, kind=kind).verdict == HOLDS
        assert examine_effect_size(d=f"-{size:.2f}", **five).verdict == HOLDS
        assert examine_effect_size(d=f"{size + 0.01:.3f}", **five, kind=kind).refuted
    assert examine_effect_size(d="0.35", **five).verdict == CONTRADICTS
    # From t = 2.13: 2.13 √(1/160 + 1/180) = 0.231.
    from_t = {"t": "2.13", "n_1": "160", "n_2": "180"}
    assert examine_effect_size(d="0.23", **from_t).verdict == HOLDS
    assert examine_effect_size(d="0.32", **from_t).verdict == CONTRADICTS
    assert examine_effect_size(d="0.23", t="2.13").verdict == CANNOT_BE_JUDGED


# --- Counts ---------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=50)
@given(st.lists(st.integers(0, 40), min_size=4, max_size=4))
def test_tests_of_2_by_2_tables_are_scipy_s(cells):
    table = np.array(cells).reshape(2, 2)
    assume(table.sum(axis=0).all() and table.sum(axis=1).all())
    found = tests_of_counts(table)
    for name, keys in {
        "pearson": {"correction": False},
        "yates": {"correction": True},
        "likelihood ratio": {"correction": False, "lambda_": "log-likelihood"},
    }.items():
        expected = stats.chi2_contingency(table, **keys)
        assert found[name] == pytest.approx((expected.statistic, expected.pvalue), abs=1e-9)
    assert found["fisher"][1] == pytest.approx(stats.fisher_exact(table).pvalue, rel=1e-7)


def test_the_nursing_paper_s_shares_differ_by_every_test():
    for events in (SATISFIED, {**SATISFIED, "events_1": "1.67%", "events_2": "7.50%"},
                   {**SATISFIED, "events_1": "0.56%", "events_2": "5.63%"}):  # fmt: skip
        assert examine_two_shares(**events, p="P<0.05").verdict == HOLDS
        assert examine_two_shares(**events, p="P>0.05").verdict == CONTRADICTS


def test_the_named_test_decides_and_digits_name_it():
    # 176 of 180 and 146 of 160: 7.199 without, 5.956 with Yates's correction; Fisher p = 0.013.
    assert examine_two_shares(**SATISFIED, chi_square="7.199").verdict == HOLDS
    assert examine_two_shares(**SATISFIED, chi_square="5.956", p="0.015").verdict == HOLDS
    assert examine_two_shares(**SATISFIED, chi_square="5.956", p="0.007").verdict == CONTRADICTS
    assert examine_two_shares(**SATISFIED, p="0.013", test="fisher").verdict == HOLDS
    assert examine_two_shares(**SATISFIED, p="0.013", test="pearson").verdict == CONTRADICTS
    # Fisher's p beside Pearson's statistic.
    assert examine_two_shares(**SATISFIED, chi_square="7.199", p="0.013").verdict == HOLDS
    assert examine_two_shares(**SATISFIED, chi_square="8.199", p="0.013").verdict == CONTRADICTS


def test_where_tests_disagree_on_a_bound_it_is_open():
    # 3 of 20 and 9 of 20: Pearson p = 0.038, Fisher p = 0.082.
    split = {"events_1": "3", "n_1": "20", "events_2": "9", "n_2": "20"}
    assert examine_two_shares(**split, p="< .05").verdict == CANNOT_BE_JUDGED
    assert examine_two_shares(**split, p="< .05", test="pearson").verdict == HOLDS
    assert examine_two_shares(**split, p="< .05", test="fisher").verdict == CONTRADICTS


def test_a_share_that_no_count_has_comes_first():
    verdict = examine_two_shares(**{**SATISFIED, "events_1": "97.79%"}, p="< .05")
    assert verdict.verdict == IMPOSSIBLE and "97.79%" in verdict.reason
    more = examine_two_shares(**{**SATISFIED, "events_1": "181"}, p="< .05")
    assert more.verdict == CONTRADICTS and more.reason == "181 is no part of 180."


def test_larger_tables():
    counts = ["51", "22", "6", "21", "10", "30"]
    expected = stats.chi2_contingency(np.array(counts, dtype=int).reshape(3, 2))
    printed = {"chi_square": f"{expected.statistic:.3f}", "df": "2", "p": ".000"}
    assert examine_counts_test(counts=counts, rows="3", **printed).verdict == HOLDS
    assert examine_counts_test(counts=counts, rows="3", df="3").verdict == CONTRADICTS
    # An exact test of a larger table is not recomputed: p alone refutes nothing unless named.
    assert examine_counts_test(counts=counts, rows="3", p=".1").verdict == CANNOT_BE_JUDGED
    assert examine_counts_test(counts=counts, rows="3", p=".1", test="pearson").refuted
    with pytest.raises(ValueError, match="5 counts are no table of 2 rows"):
        examine_counts_test(counts=["1"] * 5, p=".1")
    assert examine_counts_test(counts=["5", "0", "7", "0"], p=".5").verdict == CANNOT_BE_JUDGED


def test_ratios_of_counts():
    # Hosmer and Lemeshow's Table 3.2: OR = 8.11, 95% CI 2.9 to 22.8; and by hand.
    chd = {"events_1": "21", "n_1": "27", "events_2": "22", "n_2": "73"}
    printed = {"ratio": "8.11", "lower": "2.88", "upper": "22.86"}
    assert examine_ratio_of_counts(**chd, **printed).verdict == HOLDS
    assert examine_ratio_of_counts(**chd, **{**printed, "upper": "22.68"}).verdict == CONTRADICTS
    # The other way round: 1/8.11.
    assert examine_ratio_of_counts(**chd, ratio="0.123").verdict == HOLDS
    # 21/27 over 22/73 = 2.581; difference 0.778 - 0.301 = 0.476.
    assert examine_ratio_of_counts(**chd, ratio="2.58", measure="risk ratio").verdict == HOLDS
    assert examine_ratio_of_counts(**chd, ratio="0.476", measure="risk difference").verdict == HOLDS
    assert examine_ratio_of_counts(**chd, ratio="8.11", measure="risk ratio").refuted
    none = {**chd, "events_2": "0"}
    assert examine_ratio_of_counts(**none, ratio="8").verdict == CANNOT_BE_JUDGED

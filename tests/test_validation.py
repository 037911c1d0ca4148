"""Classification, ROC, Brier and calibration against R and published worked examples."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.logistic import fit_logistic, predict
from erfm.validation import (
    brier_score,
    calibration_groups,
    calibration_line,
    classification_rates,
    classification_table,
    compare_areas,
    compare_rules,
    roc,
    rules_of,
    wilson_interval,
)

DATA_SETS = pytest.mark.parametrize("data_set", ["sample", "reconstruction"])


def random_scores(seed: int, n: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes of both kinds and probabilities with some ties."""
    rng = np.random.default_rng(seed)
    probability = np.round(rng.uniform(0.02, 0.98, n), rng.integers(1, 4))
    outcome = (rng.random(n) < probability).astype(int)
    outcome[:4] = [0, 1, 0, 1]
    return outcome, probability


# --- Rules on the same customers ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("b", "c", "p"),
    # R 4.2.2: binom.test(b, b + c)$p.value
    [(45, 18, 0.000898047178668), (94, 53, 0.000906193026852), (1, 7, 0.0703125), (0, 0, 1.0)],
)
def test_mcnemar_s_exact_test_equals_r(b, c, p):
    n = 1334
    first, second = np.ones(n), np.ones(n)
    second[:b] = first[b : b + c] = 0
    row = compare_rules(np.ones(n), {"first": first, "second": second}).loc[("first", "second")]
    assert row["p_value"] == pytest.approx(p, rel=1e-6)
    assert (row["only_first"], row["only_second"]) == (b, c)
    assert row["difference"] == pytest.approx((b - c) / n)
    assert row["lower"] < (b - c) / n < row["upper"]


def test_the_paired_interval_by_hand():
    """Agresti & Min's interval of 7 against 1 of 21: the cells become 1.5 and 7.5 of 23."""
    first, second = np.ones(21), np.ones(21)
    second[:7] = first[7:8] = 0
    row = compare_rules(np.ones(21), {"first": first, "second": second}).iloc[0]
    half = 1.959964 * np.sqrt(1.5 + 7.5 - 6**2 / 23) / 23
    assert row["lower"] == pytest.approx(6 / 23 - half)
    assert row["upper"] == pytest.approx(6 / 23 + half)


def test_the_paired_interval_covers():
    """95 of 100 samples of 100 customers: one rule is right alone for 15%, the other for 5%."""
    rng = np.random.default_rng(1)
    cells = rng.multinomial(100, [0.15, 0.05, 0.8], size=4000)
    covered = 0
    for (b, c), times in zip(*np.unique(cells[:, :2], axis=0, return_counts=True), strict=True):
        first, second = np.ones(100), np.ones(100)
        second[:b] = first[b : b + c] = 0
        row = compare_rules(np.ones(100), {"first": first, "second": second}).iloc[0]
        covered += times * (row["lower"] <= 0.1 <= row["upper"])
    assert 0.935 < covered / 4000 < 0.965


def test_two_rules_turned_round_say_the_same(reconstruction):
    study, samples = reconstruction
    outcome = samples.holdout["retained"].to_numpy()
    probability = predict(fit_logistic(study, samples.build), study, samples.holdout)
    rules = rules_of(outcome, probability, (0.6024, 0.5))
    assert list(rules) == ["cut-off 0.6024", "cut-off 0.5", "the commoner outcome"]
    one = compare_rules(outcome, rules).iloc[0]
    other = compare_rules(outcome, dict(reversed(rules.items()))).iloc[-1]
    assert one["difference"] == -other["difference"] and one["p_value"] == other["p_value"]
    assert one["lower"] == pytest.approx(-other["upper"])


# --- Classification -------------------------------------------------------------------------------


def test_table_and_rates_by_hand():
    outcome = np.array([0, 0, 0, 1, 1, 1, 1])
    probability = np.array([0.1, 0.7, 0.4, 0.9, 0.3, 0.8, 0.6])
    table = classification_table(outcome, probability, 0.5)
    assert table.iloc[:, :2].to_numpy().tolist() == [[2, 1], [1, 3], [3, 4]]
    assert table["percentage_correct"].to_list() == pytest.approx([200 / 3, 75, 500 / 7])
    rates = classification_rates(outcome, probability, 0.5)
    assert rates["successes"].to_dict() == {
        "accuracy": 5,
        "sensitivity": 3,
        "specificity": 2,
        "positive_predictive_value": 3,
        "negative_predictive_value": 2,
        "no_information_rate": 4,
    }
    assert rates["of"].to_list() == [7, 4, 3, 4, 3, 7]


def test_probability_at_the_cutoff_is_predicted_retained():
    table = classification_table(np.array([0, 1]), np.array([0.6024, 0.6024]), 0.6024)
    assert table["predicted_retained"].to_list() == [1, 1, 2]
    last_bit = np.nextafter(0.6024, 0)
    table = classification_table(np.array([0, 1]), np.array([last_bit, 0.6024]), 0.6024)
    assert table["predicted_retained"].to_list() == [1, 1, 2]
    just_below = 0.6024 - 1e-9
    table = classification_table(np.array([0, 1]), np.array([just_below, just_below]), 0.6024)
    assert table["predicted_churned"].to_list() == [1, 1, 2]


def test_table_equals_pspp(sample, from_pspp):
    fit = fit_logistic(*sample)
    table = classification_table(fit.outcome, fit.probabilities, 0.6)
    printed = from_pspp("logistic_pspp", "Classification Table")
    assert table.loc["churned"].iloc[:2].to_list() == printed.loc[3, [3, 4]].astype(int).to_list()
    assert table.loc["retained"].iloc[:2].to_list() == printed.loc[4, [3, 4]].astype(int).to_list()
    percentages = [f"{value:.1f}%" for value in table["percentage_correct"]]
    assert percentages == printed.loc[[3, 4, 5], 5].to_list()


def test_stata_s_classification_of_low_birth_weight(low_birth_weight):
    # Stata 18 Base Reference Manual, [R] estat classification and [R] lroc.
    study, frame = low_birth_weight("Stata", "age", "lwt", "race", "smoke", "ptl", "ht", "ui")
    fit = fit_logistic(study, frame)
    rate = classification_rates(fit.outcome, fit.probabilities, 0.5)["rate"]
    assert f"{100 * rate['sensitivity']:.2f}" == "35.59"
    assert f"{100 * rate['specificity']:.2f}" == "90.77"
    assert f"{100 * rate['positive_predictive_value']:.2f}" == "63.64"
    assert f"{100 * rate['negative_predictive_value']:.2f}" == "75.64"
    assert f"{100 * rate['accuracy']:.2f}" == "73.54"
    assert f"{roc(fit.outcome, fit.probabilities).auc:.4f}" == "0.7462"


def test_rate_without_cases_is_missing():
    rates = classification_rates(np.array([0, 1, 1]), np.array([0.2, 0.3, 0.4]), 0.9)
    assert rates.loc["positive_predictive_value", "of"] == 0
    assert rates.loc["positive_predictive_value", ["rate", "lower", "upper"]].isna().all()
    assert rates.loc["sensitivity", "rate"] == 0


@pytest.mark.slow
@given(st.integers(0, 10_000), st.floats(0.05, 0.95))
def test_swapping_the_outcomes_swaps_sensitivity_and_specificity(seed, cutoff):
    outcome, probability = random_scores(seed)
    if np.isclose(probability, cutoff, rtol=0, atol=1e-9).any():
        cutoff += 1e-6
    rates = classification_rates(outcome, probability, cutoff)
    swapped = classification_rates(1 - outcome, 1 - probability, 1 - cutoff)
    pairs = {
        "sensitivity": "specificity",
        "specificity": "sensitivity",
        "positive_predictive_value": "negative_predictive_value",
        "accuracy": "accuracy",
        "no_information_rate": "no_information_rate",
    }
    for name, other in pairs.items():
        np.testing.assert_array_equal(rates.loc[name], swapped.loc[other])


# --- Wilson ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("successes", "n", "lower", "upper"),
    [
        (81, 263, "0.2553", "0.3662"),
        (15, 148, "0.0624", "0.1605"),
        (0, 20, "0.0000", "0.1611"),
        (1, 29, "0.0061", "0.1718"),
    ],
)
def test_wilson_equals_newcombe_1998(successes, n, lower, upper):
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    interval = wilson_interval(successes, n)
    assert tuple(f"{limit:.4f}" for limit in interval) == (lower, upper)


@pytest.mark.parametrize("function", ["hmisc", "prop.test"])
def test_wilson_equals_r(from_r, function):
    for pair, limits in from_r("validation", "counts", function).iterrows():
        successes, n = map(int, pair.split("/"))
        assert wilson_interval(successes, n) == pytest.approx(
            (limits["lower"], limits["upper"]), rel=1e-9, abs=1e-12
        )


@given(st.integers(1, 500), st.data())
def test_wilson_limits_solve_the_score_equation(n, data):
    successes = data.draw(st.integers(0, n))
    p = successes / n
    for limit in wilson_interval(successes, n, 0.9):
        z2 = 1.6448536269514722**2
        assert (p - limit) ** 2 * n == pytest.approx(z2 * limit * (1 - limit), abs=1e-9)


# --- ROC ------------------------------------------------------------------------------------------


@DATA_SETS
def test_delong_equals_proc(studied, from_r, data_set):
    study, frame = studied[data_set]
    fit = fit_logistic(study, frame, ["recency", "frequency"])
    expected = from_r("validation", data_set, "roc")
    scores = {"fitted": fit.probabilities, "tied": np.round(fit.probabilities, 1)}
    for name, probability in scores.items():
        curve = roc(fit.outcome, probability)
        found = [curve.auc, curve.standard_error, curve.lower, curve.upper]
        wanted = expected.loc[name, ["auc", "standard_error", "lower", "upper"]]
        np.testing.assert_allclose(found, wanted.astype(float), rtol=1e-9)


def test_hanley_and_mcneil_s_ct_images():
    # Ratings 1-5 of 58 normal and 51 abnormal images (Hanley & McNeil 1982, table I); area,
    # DeLong's standard error and limits as Stata's roctab prints them ([R] roctab).
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    rating = np.repeat(np.tile([1, 2, 3, 4, 5], 2), normal + abnormal)
    outcome = np.repeat([0, 1], [58, 51])
    curve = roc(outcome, rating)
    assert f"{curve.auc:.4f} {curve.standard_error:.4f}" == "0.8932 0.0307"
    assert f"{curve.lower:.5f} {curve.upper:.5f}" == "0.83295 0.95339"


@given(st.integers(0, 10_000))
@settings(max_examples=40)
def test_roc_by_counting_pairs(seed):
    outcome, probability = random_scores(seed)
    retained, churned = probability[outcome == 1], probability[outcome == 0]
    wins = (retained[:, None] > churned) + 0.5 * (retained[:, None] == churned)
    curve = roc(outcome, probability)
    assert curve.auc == pytest.approx(wins.mean(), abs=1e-12)
    variance = wins.mean(axis=1).var(ddof=1) / len(retained)
    variance += wins.mean(axis=0).var(ddof=1) / len(churned)
    assert curve.standard_error == pytest.approx(np.sqrt(variance), abs=1e-12)
    assert 0 <= curve.lower <= curve.auc <= curve.upper <= 1


@given(st.integers(0, 10_000))
@settings(max_examples=25)
def test_roc_knows_ranks_only(seed):
    outcome, probability = random_scores(seed)
    curve = roc(outcome, probability)
    moved = roc(outcome, probability**3)
    assert (moved.auc, moved.standard_error) == (curve.auc, curve.standard_error)
    swapped = roc(1 - outcome, 1 - probability)
    assert swapped.auc == pytest.approx(curve.auc, abs=1e-12)
    assert swapped.standard_error == pytest.approx(curve.standard_error, abs=1e-12)


def test_points_of_the_curve_are_classification_tables():
    outcome, probability = random_scores(7)
    for _, point in roc(outcome, probability).curve.iloc[1:].iterrows():
        rates = classification_rates(outcome, probability, point["cutoff"])["rate"]
        assert point["sensitivity"] == pytest.approx(rates["sensitivity"], abs=1e-12)
        assert point["specificity"] == pytest.approx(rates["specificity"], abs=1e-12)


# --- Brier and calibration ------------------------------------------------------------------------


def test_brier_by_hand():
    score = brier_score(np.array([1, 0, 1, 0]), np.array([0.9, 0.2, 0.6, 0.5]))
    assert score["brier"] == pytest.approx((0.01 + 0.04 + 0.16 + 0.25) / 4, rel=1e-12)
    assert score["base_rate_brier"] == 0.25
    assert score["skill"] == pytest.approx(1 - 0.115 / 0.25, rel=1e-12)


@DATA_SETS
def test_brier_equals_r(studied, from_r, data_set):
    study, frame = studied[data_set]
    fit = fit_logistic(study, frame, ["recency", "frequency"])
    expected = from_r("validation", data_set, "brier").loc["fitted", "brier"]
    assert brier_score(fit.outcome, fit.probabilities)["brier"] == pytest.approx(expected, rel=1e-9)


@DATA_SETS
def test_calibration_line_equals_r(studied, from_r, data_set):
    study, frame = studied[data_set]
    # As in the R script: fitted on every second customer, judged on the others.
    build, holdout = frame.iloc[1::2], frame.iloc[::2]
    fit = fit_logistic(study, build, ["recency", "frequency"])
    probability = predict(fit, study, holdout)
    line = calibration_line(holdout["retained"].to_numpy(), probability)
    expected = from_r("validation", data_set, "calibration").loc[line.index]
    for column in expected:
        np.testing.assert_allclose(line[column], expected[column], rtol=1e-6)
    half = 1.959963984540054 * line["standard_error"]
    np.testing.assert_allclose(line["upper"], line["estimate"] + half, rtol=1e-12)


def test_a_fitted_model_is_calibrated_where_it_was_fitted(sample):
    fit = fit_logistic(*sample)
    line = calibration_line(fit.outcome, fit.probabilities)["estimate"]
    assert line["intercept"] == pytest.approx(0, abs=1e-8)
    assert line["slope"] == pytest.approx(1, abs=1e-8)


def test_equal_probabilities_have_an_intercept_but_no_slope():
    line = calibration_line(np.array([1, 0, 0, 0]), np.full(4, 0.5))
    assert line.loc["intercept", "estimate"] == pytest.approx(np.log(1 / 3))
    assert line.loc["slope"].isna().all()


@pytest.mark.slow
@given(st.integers(0, 10_000), st.integers(2, 10))
@settings(max_examples=50)
def test_calibration_groups_equal_pandas_quantile_cut(seed, groups):
    outcome, probability = random_scores(seed)
    table = calibration_groups(outcome, probability, groups)
    cut = pd.qcut(probability, groups, labels=False, duplicates="drop")
    frame = pd.DataFrame({"outcome": outcome, "probability": probability})
    means = frame.groupby(cut).mean()
    np.testing.assert_allclose(table["predicted"], means["probability"], rtol=1e-12)
    np.testing.assert_allclose(table["observed"], means["outcome"], rtol=1e-12)
    assert table["customers"].sum() == len(outcome)


def test_calibration_groups_of_equal_probabilities():
    table = calibration_groups(np.array([1, 0, 0, 1, 1]), np.full(5, 0.4))
    assert table["customers"].to_list() == [5]
    assert table.loc[1, "observed"] == 0.6


def test_two_areas_on_the_same_customers_are_compared_in_pairs():
    """By DeLong's formula, from the covariances of placements that are counted pair by pair."""
    rng = np.random.default_rng(5)
    outcome = np.repeat([0, 1], [40, 60])
    first, second = ((outcome * k + rng.normal(size=100)).round(1) for k in (1.0, 0.5))
    found = compare_areas(outcome, first, second)

    def wins(p):
        retained, churned = p[outcome == 1][:, None], p[outcome == 0][None, :]
        return (retained > churned) + 0.5 * (retained == churned)

    by_pairs = wins(first) - wins(second)
    variance = by_pairs.mean(axis=1).var(ddof=1) / 60 + by_pairs.mean(axis=0).var(ddof=1) / 40
    assert found["difference"] == pytest.approx(by_pairs.mean())
    assert found["upper"] - found["lower"] == pytest.approx(2 * 1.959964 * variance**0.5)
    same = compare_areas(outcome, first, first + 1e-15)
    assert same.tolist() == [0, 0, 0]
    assert roc(outcome, first).auc - roc(outcome, second).auc == pytest.approx(by_pairs.mean())

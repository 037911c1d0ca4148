"""Bounds on moments and on information: attained where they can be, never broken."""

from __future__ import annotations

from math import exp, log, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import optimize, special, stats

from erfm.descriptives import standard_error_of_kurtosis, standard_error_of_skewness
from erfm.paper.bounds import (
    SAS_DIVISOR,
    examine_interval,
    examine_kurtosis,
    examine_log_odds_ratio,
    examine_mean_and_sd,
    examine_p_value,
    examine_significant_variables,
    examine_skewness,
    examine_standardised_against_odds_ratio,
    examine_standardised_significance,
    examine_zero_coefficient,
    largest_skewness,
    largest_z,
    least_kurtosis_given_extreme,
    least_kurtosis_given_skewness,
    least_significant_effect,
    least_standard_error,
    narrowest_interval,
    skewness_bound,
)
from erfm.paper.ledger import printed, printed_number
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS

EXPECTED = Path(__file__).parent / "expected"
R = pd.read_csv(EXPECTED / "examination.csv", index_col="quantity")["value"]
PSPP = pd.read_csv(EXPECTED / "standard_errors.csv", skiprows=1, index_col=0).loc["x"]

N, N_BUILD = printed("n_complete"), printed("n_train")
MOMENTS = {"n": N, "minimum": 2, "maximum": 101, "mean": "11.10", "sd": "9.387"}
MEAN, SD = printed("frequency_mean"), printed("frequency_sd")
Z_95 = stats.norm.isf(0.025)

values = st.lists(st.integers(-1000, 1000), min_size=4, max_size=40).filter(
    lambda x: len(set(x)) > 1
)


def population_z(x: np.ndarray) -> np.ndarray:
    return (x - x.mean()) / x.std()


# --- Moments: any data ----------------------------------------------------------------------------


@given(values)
def test_no_data_break_the_bounds_on_moments(x):
    x = np.array(x, dtype=float)
    n, series, z = len(x), pd.Series(x), population_z(x)
    skewness, kurtosis = series.skew(), series.kurt()
    tolerance = 1e-7 * (1 + abs(kurtosis))
    assert abs(skewness) <= skewness_bound(np.abs(z).max(), n) + tolerance
    assert skewness <= largest_skewness(z.max(), n) + tolerance
    assert kurtosis >= least_kurtosis_given_skewness(skewness, n) - tolerance
    assert kurtosis >= least_kurtosis_given_extreme(np.abs(z).max(), n) - tolerance
    farthest = largest_z(n, x.min(), x.max(), x.mean(), x.std(ddof=1))
    assert farthest.value == pytest.approx(np.abs(z).max())


@given(st.integers(1, 30), st.integers(1, 30))
def test_two_values_attain_pearsons_inequality_and_the_largest_skewness(ones, zeros):
    assume(ones + zeros >= 4)
    x = np.repeat([1.0, 0.0], [ones, zeros])
    n, series = len(x), pd.Series(x)
    assert series.kurt() == pytest.approx(least_kurtosis_given_skewness(series.skew(), n))
    assert series.skew() == pytest.approx(largest_skewness(population_z(x).max(), n), abs=1e-9)


def test_one_far_customer_among_two_values_attains_the_least_kurtosis():
    x = np.array([2.0, 1, -1, -1, -1])
    z = np.abs(population_z(x)).max()
    assert pd.Series(x).kurt() == pytest.approx(least_kurtosis_given_extreme(z, 5))


def test_the_bound_on_skewness_is_approached():
    x = np.r_[np.zeros(99_999), 1.0]
    z = population_z(x).max()
    assert 0.9999 < pd.Series(x).skew() / skewness_bound(z, len(x)) < 1


# --- Moments: the paper's -------------------------------------------------------------------------


def test_the_papers_skewness():
    verdict = examine_skewness("11.265", **MOMENTS)
    assert verdict.verdict == CONTRADICTS
    assert f"{verdict.numbers['z']:.3f}" == "9.577"
    assert pytest.approx(verdict.numbers["z"]) == (101 - 11.10) / 9.387
    assert verdict.numbers["bound"] == pytest.approx(9.5771 * 3334 / 3332, abs=1e-4)
    # As a kurtosis the same number is possible.
    swapped = examine_kurtosis("11.265", skewness="2.5", **MOMENTS)
    assert swapped.verdict == CANNOT_BE_JUDGED


def test_the_farthest_value_with_all_that_rounding_allows():
    factor = sqrt(N / (N - 1))
    assert largest_z(**MOMENTS) == pytest.approx(
        (factor * 89.895 / 9.3875, factor * 89.9 / 9.387, factor * 89.905 / 9.3865), rel=1e-12
    )


def test_the_skewness_is_refuted_just_above_the_bound_only():
    exact = MOMENTS | {"mean": 11.10, "sd": 9.387}
    bound = examine_skewness(1.0, **exact).numbers["bound"]
    for sign in (1, -1):
        assert examine_skewness(sign * bound * (1 - 1e-9), **exact).verdict == CANNOT_BE_JUDGED
        assert examine_skewness(sign * bound * (1 + 1e-9), **exact).verdict == CONTRADICTS
    # Rounding leaves room: as printed texts the same numbers are not refuted.
    assert examine_skewness(f"{bound:.3f}", **MOMENTS).verdict == CANNOT_BE_JUDGED


def test_the_papers_kurtosis():
    verdict = examine_kurtosis("0.085", skewness="11.265", **MOMENTS)
    assert verdict.verdict == CONTRADICTS
    assert 124 < verdict.numbers["pearson"] < 125
    assert f"{verdict.numbers['standard_error']:.4f}" == "0.0848"
    assert "its standard error" in verdict.what_would_have_to_be_true
    # Against the skewness alone, with a range that allows it, it is a contradiction.
    flat = MOMENTS | {"maximum": 30}
    assert examine_kurtosis("0.085", skewness="11.265", **flat).verdict == CONTRADICTS
    assert examine_kurtosis("0.085", skewness="0.1", **flat).verdict == CANNOT_BE_JUDGED


def test_standard_errors_equal_pspp():
    assert standard_error_of_kurtosis(N) == pytest.approx(PSPP["S.E. Kurt"], abs=1e-13)
    assert standard_error_of_skewness(N) == pytest.approx(PSPP["S.E. Skew"], abs=1e-13)


SUPPORT = np.arange(2, 102)
PRINTED_MEAN, PRINTED_SD = printed_number("frequency_mean"), printed_number("frequency_sd")
TOTALS = [t for t in range(36_900, 37_100) if PRINTED_MEAN.lower <= t / N < PRINTED_MEAN.upper]


def extreme_sample(
    power: int, total: int, maximise: bool, whole: bool = False
) -> tuple[float, np.ndarray]:
    """Return the extreme Σ(x - x̄)^power and how many customers have each frequency 2 … 101 there.

    A linear programme over all samples of N with this total, an sd that prints as 9.387, and a 2
    and a 101 among them; `whole` asks for whole customers, else parts of customers will do.
    """
    centred = SUPPORT - total / N
    squares = (N - 1) * np.array([PRINTED_SD.lower, PRINTED_SD.upper]) ** 2
    rows = np.vstack([np.ones(100), SUPPORT, centred**2])
    least = np.zeros(100)
    least[[0, -1]] = 1
    result = optimize.milp(
        (-1 if maximise else 1) * (centred / PRINTED_SD.value) ** power,
        constraints=optimize.LinearConstraint(
            rows, [N, total, squares[0]], [N, total, squares[1] - 1e-3]
        ),
        bounds=optimize.Bounds(least, N),
        integrality=np.full(100, int(whole)),
        options={"mip_rel_gap": 1e-3},
    )
    assert result.x is not None, result.message
    return result.x @ centred**power, result.x


def test_no_integers_with_these_moments_have_that_skewness():
    assert len(TOTALS) == 34
    # Divided by the smallest sd, the largest sum is beyond the skewness of any sample.
    largest = max(
        N * extreme_sample(3, total, maximise=True)[0] / ((N - 1) * (N - 2) * PRINTED_SD.lower**3)
        for total in TOTALS
    )
    numbers = examine_skewness("11.265", **MOMENTS).numbers
    assert 0.99 * numbers["sharp_bound"] < largest < 1.001 * numbers["sharp_bound"]
    assert largest < numbers["bound"] < 11.265


@pytest.mark.slow
def test_a_sample_of_whole_customers_reaches_nearly_the_largest_skewness():
    _, customers = extreme_sample(3, round(MEAN * N), maximise=True, whole=True)
    x = pd.Series(np.repeat(SUPPORT, np.rint(customers).astype(int)))
    assert (len(x), x.min(), x.max()) == (N, 2, 101)
    assert (f"{x.mean():.2f}", f"{x.std():.3f}") == ("11.10", "9.387")
    bound = examine_skewness("11.265", **MOMENTS).numbers["bound"]
    assert 9.3 < x.skew() < bound


def test_no_integers_with_these_moments_have_that_kurtosis_but_some_may_have_the_other():
    def kurtosis(fourth: float, sd: float) -> float:
        """G2 with the fourth moment and the sd apart, so that each can be at its worst."""
        scaled = N * (N + 1) * fourth / ((N - 1) * (N - 2) * (N - 3) * sd**4)
        return scaled - 3 * (N - 1) ** 2 / ((N - 2) * (N - 3))

    least = min(
        kurtosis(extreme_sample(4, total, maximise=False)[0], PRINTED_SD.upper) for total in TOTALS
    )
    largest = kurtosis(extreme_sample(4, TOTALS[0], maximise=True)[0], PRINTED_SD.upper)
    bound = examine_kurtosis("0.085", skewness="11.265", **MOMENTS).numbers["extreme"]
    assert 0.085 < bound < least < 11.265 < largest


@given(values, st.integers(0, 3))
def test_no_data_break_the_bound_on_the_sd(x, decimals):
    x = np.array(x, dtype=float)
    verdict = examine_mean_and_sd(
        f"{x.mean():.{decimals}f}",
        f"{x.std(ddof=1):.{decimals}f}",
        n=len(x),
        minimum=x.min(),
        maximum=x.max(),
    )
    assert verdict.verdict == CANNOT_BE_JUDGED


@given(values, st.integers(0, 3))
@example([0] * 9 + [1] * 2, 1)
@example([0] * 30 + [1], 1)
def test_no_moments_are_refuted_when_printed_to_any_decimals(x, decimals):
    series = pd.Series(x, dtype=float)
    as_printed = {
        "n": len(x),
        "minimum": series.min(),
        "maximum": series.max(),
        "mean": f"{series.mean():.{decimals}f}",
        "sd": f"{series.std():.{decimals}f}",
    }
    assume(float(as_printed["sd"]) > 0)
    skewness, kurtosis = f"{series.skew():.{decimals}f}", f"{series.kurt():.{decimals}f}"
    assert not examine_skewness(skewness, **as_printed).refuted
    assert not examine_kurtosis(kurtosis, skewness=skewness, **as_printed).refuted


def test_two_extremes_attain_the_bound_on_the_sd():
    x = np.repeat([2.0, 101.0], [30, 5])
    exact = {"n": 35, "minimum": 2, "maximum": 101}
    sd = x.std(ddof=1)
    assert examine_mean_and_sd(x.mean(), sd, **exact).numbers["largest_sd"] == pytest.approx(sd)
    assert examine_mean_and_sd(x.mean(), sd * 1.0001, **exact).verdict == CONTRADICTS


# --- Information: any data ------------------------------------------------------------------------


def standard_errors(x: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Return the standard errors of a logistic regression whose estimates are `parameters`."""
    design = np.column_stack([np.ones(len(x)), x])
    p = special.expit(design @ parameters)
    information = design.T @ (design * (p * (1 - p))[:, None])
    return np.sqrt(np.diag(np.linalg.inv(information)))[1:]


@given(st.integers(0, 2**32 - 1), st.integers(8, 60), st.integers(1, 3))
def test_no_logistic_regression_breaks_the_information_bound(seed, n, k):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, k)) ** rng.choice([1, 3]) * rng.uniform(0.1, 10, k)
    errors = standard_errors(x, rng.normal(0, 0.5, k + 1))
    for column, error in zip(x.T, errors, strict=True):
        assert error >= least_standard_error(column.std(ddof=1), n) * (1 - 1e-9)


@pytest.mark.slow
@given(st.integers(0, 2**32 - 1), st.integers(10, 200), st.floats(-1, 1), st.integers(2, 4))
def test_no_true_coefficient_is_refuted_when_printed(seed, n, b, decimals):
    rng = np.random.default_rng(seed)
    x = rng.permutation(np.repeat([0.0, 1.0], [n // 2, n - n // 2]))
    [error] = standard_errors(x[:, None], np.array([-b / 2, b]))
    p_value = 2 * stats.norm.sf(abs(b) / error)
    sd = x.std(ddof=1)
    ratio, lower, upper = (f"{exp(b + z * error):.{decimals}f}" for z in (0, -Z_95, Z_95))
    assume(float(lower) > 0)
    as_printed = f"{sd:.{decimals}f}"
    assert not examine_interval(ratio, lower, upper, sd=as_printed, n=n).refuted
    assert not examine_p_value(ratio, f"{p_value:.{decimals}f}", n=n).refuted
    assert not examine_log_odds_ratio(f"{b:.{decimals}f}", ratio).refuted
    if p_value < 0.05:
        for standardised in (b * sd, b * sd / SAS_DIVISOR):
            text = f"{standardised:.{decimals}f}"
            assert not examine_standardised_significance(text, n=n).refuted
            assert not examine_standardised_against_odds_ratio(text, ratio, as_printed).refuted


def test_a_fit_with_probabilities_of_one_half_attains_the_information_bound():
    x = np.repeat([-1.0, 1.0], 1000)
    y = np.tile([0, 1], 1000)
    fit = sm.Logit(y, sm.add_constant(x)).fit(disp=False)
    least = least_standard_error(x.std(ddof=1), 2000)
    assert fit.bse[1] == pytest.approx(least, rel=1e-12)
    assert R["least_standard_error"] == pytest.approx(least, rel=1e-9)  # R's glm, summary
    assert R["sd_x"] == pytest.approx(x.std(ddof=1), rel=1e-12)


def test_woolfs_standard_error_of_an_indicator_attains_it_too():
    least = least_standard_error(sqrt(2000 / 1999) / 2, 2000)
    assert least == pytest.approx(R["least_woolf"], rel=1e-12)
    assert f"{least:.3f}" == "0.089"


# --- Information: the paper's interval ------------------------------------------------------------


def test_the_papers_interval():
    verdict = examine_interval("1.051", "1.046", "1.055", sd="9.387", n=N)
    assert verdict.verdict == CONTRADICTS
    shown = f"({verdict.numbers['lower']:.4f}, {verdict.numbers['upper']:.4f})"
    assert shown == "(1.0434, 1.0586)"
    lower, upper = narrowest_interval(1.051, 9.387, N_BUILD)
    assert (f"{lower:.4f}", f"{upper:.4f}") == ("1.0412", "1.0609")
    # By hand, without the functions: 2 / (s √(n - 1)) = 2 / √Σ(x - x̄)².
    half = 1.959963984540054 * 2 / sqrt(9.387**2 * (N - 1))
    assert verdict.numbers["upper"] == pytest.approx(exp(log(1.051) + half), rel=1e-12)


@pytest.mark.parametrize("remedy", ["sd_needed", "n_needed", "level_possible"])
def test_each_remedy_is_just_enough(remedy):
    arguments = {"sd": 9.3875, "n": N, "level": 0.95}
    needed = examine_interval("1.051", "1.046", "1.055", **arguments).numbers[remedy]
    name, step = {
        "sd_needed": ("sd", 1e-6),
        "n_needed": ("n", 1),
        "level_possible": ("level", -1e-6),
    }[remedy]
    enough = arguments | {name: needed if name == "n" else needed + step}
    short = arguments | {name: needed - step}
    assert examine_interval("1.051", "1.046", "1.055", **enough).verdict == CANNOT_BE_JUDGED
    assert examine_interval("1.051", "1.046", "1.055", **short).verdict == CONTRADICTS


def test_rounding_alone_refutes_no_interval():
    narrowest = narrowest_interval(1.051, 9.387, N)
    as_printed = [f"{limit:.3f}" for limit in narrowest]
    assert examine_interval("1.051", *as_printed, sd="9.387", n=N).verdict == CANNOT_BE_JUDGED


def narrowest_fit(points: int, seed: int) -> tuple[float, float]:
    """Search for the customers whose fit has the narrowest interval around an OR of 1.051.

    Weights at `points` free places from 2 to 101, scaled to the printed sd, the constant and a
    second variable, correlated or not, are all free. Returns half the interval's width on the log
    scale, found and least possible.
    """
    b = log(1.051)
    least = Z_95 * least_standard_error(SD, N)

    def half_width(free: np.ndarray) -> float:
        places = 2 + 99 * special.expit(free[:points])
        weight = N * special.softmax(free[points : 2 * points])
        second = free[2 * points : 3 * points]
        mean = weight @ places / N
        variance = weight @ (places - mean) ** 2 / (N - 1)
        x = mean + (places - mean) * SD / sqrt(variance)
        design = np.column_stack([np.ones(points), x - mean, second])
        p = special.expit(design @ [free[-2], b, free[-1]])
        information = design.T @ (design * (weight * p * (1 - p))[:, None])
        return Z_95 * sqrt(np.linalg.inv(information)[1, 1])

    rng = np.random.default_rng(seed)
    found = min(
        optimize.minimize(half_width, rng.normal(size=3 * points + 2), method="L-BFGS-B").fun
        for _ in range(5)
    )
    return found, least


@pytest.mark.slow
@pytest.mark.parametrize("points", [3, 6])
def test_no_search_finds_a_narrower_interval(points):
    found, least = narrowest_fit(points, seed=2012)
    claimed = examine_interval("1.051", "1.046", "1.055", sd="9.387", n=N).numbers["half_width"]
    assert claimed < least < found
    assert found < 1.15 * least  # the search comes close, so it is one


# --- Information: odds ratio and p-value ----------------------------------------------------------


def test_the_papers_has_child():
    verdict = examine_p_value("0.997", "0.671", n=N_BUILD)
    assert verdict.verdict == CONTRADICTS
    assert f"{verdict.numbers['standard_error']:.4f}" == "0.0083"
    assert f"{verdict.numbers['least_standard_error']:.3f}" == "0.089"
    assert f"{verdict.numbers['sd_needed']:.1f}" == "5.4"


def test_has_child_as_a_count():
    for largest in (1, 2, 3, 10, 11):
        proof = examine_p_value("0.997", "0.671", n=N_BUILD, largest=largest)
        x = np.repeat([0, largest], N_BUILD // 2)  # as different as such counts can be
        assert proof.numbers["least_standard_error"] == pytest.approx(
            least_standard_error(x.std(ddof=1), N_BUILD)
        )
        assert proof.verdict == (CONTRADICTS if largest <= 10 else CANNOT_BE_JUDGED)
        said = "to 11 or more." in proof.what_would_have_to_be_true
        assert said == proof.refuted


@pytest.mark.parametrize("offset", [1e-6, -1e-6])
def test_the_sd_needed_is_the_least(offset):
    needed = examine_p_value("0.997", "0.671", n=N_BUILD).numbers["sd_needed"]
    verdict = examine_p_value("0.997", "0.671", n=N_BUILD, sd=needed + offset).verdict
    assert verdict == (CANNOT_BE_JUDGED if offset > 0 else CONTRADICTS)


def test_a_p_value_of_one_refutes_nothing():
    assert examine_p_value("0.997", "1.000", n=N_BUILD).verdict == CANNOT_BE_JUDGED
    assert examine_p_value("1.000", "0.671", n=N_BUILD).verdict == CONTRADICTS


def test_no_indicator_has_that_odds_ratio_and_p():
    # Every 2×2 table of 2,000 customers in steps of 20, and the best one in steps of 1.
    a, b, c = np.meshgrid(*[np.arange(20, 1980, 20)] * 3, indexing="ij")
    d = N_BUILD - a - b - c
    inside = d > 0
    a, b, c, d = (cells[inside].astype(float) for cells in (a, b, c, d))
    z = np.abs(np.log(0.9965)) / np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    least_p = examine_p_value("0.997", "0.671", n=N_BUILD).numbers["least_p_value"]
    assert 2 * stats.norm.sf(z.max()) >= least_p > 0.96

    def p_value(cells: np.ndarray) -> float:
        a, b, c = cells
        d = N_BUILD - cells.sum()
        ratio = log(a * d / (b * c))
        return 2 * stats.norm.sf(abs(ratio) / sqrt(1 / a + 1 / b + 1 / c + 1 / d))

    search = optimize.minimize(
        p_value,
        x0=[510.0, 480.0, 500.0],
        constraints={
            "type": "eq",
            "fun": lambda q: log(q[0] * (N_BUILD - q.sum()) / (q[1] * q[2])) - log(0.9965),
        },
        bounds=[(20, 1900)] * 3,
        method="SLSQP",
    )
    assert search.success
    assert search.fun >= least_p - 1e-6
    assert search.fun == pytest.approx(least_p, abs=1e-4)


# --- Standardised coefficients --------------------------------------------------------------------


def test_the_papers_standardised_coefficients():
    least = least_significant_effect(N_BUILD)
    assert (f"{least:.4f}", f"{least / SAS_DIVISOR:.4f}") == ("0.0877", "0.0483")
    for text in ("0.032", "0.00088", "0.00076"):
        assert examine_standardised_significance(text, n=N_BUILD).verdict == CONTRADICTS
    assert examine_standardised_significance("1.85", n=N_BUILD).verdict == CANNOT_BE_JUDGED


def test_significance_is_refuted_below_the_bound_only():
    least = least_significant_effect(N_BUILD, 0.01) / SAS_DIVISOR
    for sign in (1, -1):
        above = examine_standardised_significance(sign * least * 1.0001, n=N_BUILD, alpha=0.01)
        below = examine_standardised_significance(sign * least * 0.9999, n=N_BUILD, alpha="0.01")
        assert (above.verdict, below.verdict) == (CANNOT_BE_JUDGED, CONTRADICTS)


@pytest.mark.slow
def test_no_search_finds_a_smaller_significant_effect():
    def effect(free: np.ndarray) -> float:
        """B · sd at which p = 0.05, for weights at -1, 0 and 1 and a constant."""
        weight = N_BUILD * special.softmax(free[:3])
        x = np.array([-1.0, 0.0, 1.0])
        x = x - weight @ x / N_BUILD
        sd = sqrt(weight @ x**2 / (N_BUILD - 1))
        design = np.column_stack([np.ones(3), x])

        def wald(b: float) -> float:
            p = special.expit(design @ [free[3], b])
            information = design.T @ (design * (weight * p * (1 - p))[:, None])
            return b / sqrt(np.linalg.inv(information)[1, 1]) - Z_95

        return optimize.brentq(wald, 0, 5 / sd / sqrt(N_BUILD) * 2 * np.cosh(free[3] / 2) ** 2) * sd

    rng = np.random.default_rng(5)
    found = min(
        optimize.minimize(effect, rng.uniform(-1, 1, 4), method="Nelder-Mead").fun for _ in range(3)
    )
    least = least_significant_effect(N_BUILD)
    assert least <= found < 1.002 * least


def test_the_list_of_significant_variables():
    printed_coefficients = {"Recency": "0.032", "Frequency": "1.85"}
    verdict = examine_significant_variables(printed_coefficients, n=N_BUILD)
    assert verdict.verdict == CONTRADICTS
    assert verdict.reason.endswith(": Recency.")
    alone = examine_significant_variables({"Frequency": "1.85"}, n=N_BUILD)
    assert alone.verdict == CANNOT_BE_JUDGED


def test_the_papers_odds_ratio_against_its_standardised_coefficient():
    verdict = examine_standardised_against_odds_ratio("1.85", "1.051", "9.387")
    assert verdict.verdict == CONTRADICTS
    assert f"{verdict.numbers['effect']:.3f}" == "0.467"
    assert f"{verdict.numbers['effect_sas']:.3f}" == "0.257"


@given(st.floats(-1, 1), st.floats(0.5, 50), st.sampled_from([1, 1 / SAS_DIVISOR, 2]))
def test_each_definition_agrees_with_itself(b, sd, scale):
    assume(abs(b) > 0.01)
    verdict = examine_standardised_against_odds_ratio(
        f"{b * sd * scale:.3f}", f"{exp(b):.4f}", f"{sd:.3f}"
    )
    assert verdict.verdict == HOLDS
    larger = f"{b * sd * 2.2:.5f}"
    wrong = examine_standardised_against_odds_ratio(larger, exp(b), sd)
    assert wrong.verdict == CONTRADICTS


# --- Odds ratios and units ------------------------------------------------------------------------


def test_the_papers_logarithm():
    verdict = examine_log_odds_ratio("0.998", "0.997")
    assert verdict.verdict == CONTRADICTS
    assert f"{verdict.numbers['log_odds_ratio']:.3f}" == "-0.003"
    assert examine_log_odds_ratio("-0.003", "0.997").verdict == HOLDS


def test_a_coefficient_that_prints_as_zero():
    numbers = examine_zero_coefficient(decimals=3, n=N_BUILD, rival_effect=0.467).numbers
    assert numbers["sd_significant"] == pytest.approx(0.0877 / 0.0005, rel=1e-3)
    assert numbers["sd_rival"] == pytest.approx(934)


def test_a_change_of_unit_makes_a_significant_coefficient_print_as_zero():
    rng = np.random.default_rng(8)
    yuan = rng.lognormal(7, 1, 2000)
    y = rng.random(2000) < special.expit(0.4 * (yuan - yuan.mean()) / yuan.std())
    in_yuan = sm.Logit(y, sm.add_constant(yuan / 1)).fit(disp=False)
    in_thousands = sm.Logit(y, sm.add_constant(yuan / 1000)).fit(disp=False)
    assert f"{in_yuan.params[1]:.3f}" == "0.000" != f"{in_thousands.params[1]:.3f}"
    assert in_yuan.pvalues[1] == pytest.approx(in_thousands.pvalues[1], rel=1e-6)
    assert in_yuan.pvalues[1] < 0.001
    needed = examine_zero_coefficient(decimals=3, n=2000, rival_effect=0.4).numbers
    assert yuan.std() > needed["sd_significant"]

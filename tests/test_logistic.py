"""Logistic regression against R, PSPP, statsmodels, printed SPSS output and its own symmetries."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from erfm.logistic import (
    LogisticFit,
    coefficient_table,
    collinearity,
    discrimination_coefficient,
    fit_logistic,
    hosmer_lemeshow,
    model_summary,
    omnibus_test,
    predict,
    scaled_odds_ratios,
)
from erfm.study import Predictor, Study, StudyError, design_matrix, make_design

DATA_SETS = pytest.mark.parametrize("data_set", ["sample", "reconstruction"])
ESTIMATES = ["b", "standard_error", "wald", "p_value", "odds_ratio", "lower", "upper"]


def printed(values: pd.Series, decimals: int = 3) -> list[str]:
    """Write numbers as SPSS prints them."""
    texts = (f"{value:.{decimals}f}" for value in values)
    return [text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
            for text in texts]  # fmt: skip


# --- Enter ----------------------------------------------------------------------------------------


@DATA_SETS
def test_coefficients_equal_r(studied, from_r, data_set):
    table = coefficient_table(fit_logistic(*studied[data_set]))
    expected = from_r("logistic", data_set, "coefficients").loc[table.index]
    for column in ESTIMATES:
        wanted = expected[column].to_numpy(dtype=float, copy=True)
        if column in ("lower", "upper"):
            # SPSS leaves the constant's limits out; R does not.
            assert np.isnan(table.loc["Constant", column])
            wanted[-1] = np.nan
        np.testing.assert_allclose(table[column], wanted, rtol=1e-8, err_msg=column)


@DATA_SETS
def test_summary_and_omnibus_equal_r(studied, from_r, data_set):
    fit = fit_logistic(*studied[data_set])
    expected = from_r("logistic", data_set, "model")
    for name, value in model_summary(fit).items():
        assert value == pytest.approx(expected.loc["summary", name], rel=1e-9)
    assert -2 * fit.null_log_likelihood == pytest.approx(
        expected.loc["summary", "null_deviance"], rel=1e-12
    )
    for row in ("Step", "Block", "Model"):
        omnibus = omnibus_test(fit).loc[row]
        np.testing.assert_allclose(
            omnibus[["chi_square", "df", "p_value"]],
            expected.loc["omnibus", ["chi_square", "df", "p_value"]].astype(float),
            rtol=1e-8,
        )


@DATA_SETS
def test_tolerances_equal_r(studied, from_r, data_set):
    table = collinearity(*studied[data_set])
    expected = from_r("logistic", data_set, "collinearity").loc[table.index, "tolerance"]
    np.testing.assert_allclose(table["tolerance"], expected, rtol=1e-9)
    np.testing.assert_allclose(table["variance_inflation"], 1 / expected, rtol=1e-9)


def test_coefficients_equal_pspp(sample, from_pspp):
    # PSPP's reference is the last level, so the study gets that reference too.
    study, frame = sample
    levels = {"segment": ("premium", "basic", "plus"), "gender": ("male", "female")}
    predictors = {
        name: dataclasses.replace(predictor, levels=levels.get(name, ()))
        for name, predictor in study.predictors.items()
    }
    fit = fit_logistic(dataclasses.replace(study, predictors=predictors), frame)
    table = coefficient_table(fit)
    names = {"segment(1)": "segment(basic)", "segment(2)": "segment(plus)"}
    names |= {"gender(1)": "gender(female)"}
    rows = from_pspp("logistic_pspp", "Variables in the Equation").iloc[2:].set_index(1)
    rows = rows.rename(index=names).loc[table.index]
    columns = {2: "b", 3: "standard_error", 4: "wald", 5: "df", 7: "odds_ratio", 8: "lower"}
    columns[9] = "upper"
    for position, column in columns.items():
        expected = pd.to_numeric(rows[position])
        np.testing.assert_allclose(table[column], expected, rtol=1e-7, atol=1e-11, err_msg=column)
    assert printed(table["p_value"]) == rows[6].to_list()
    summary = from_pspp("logistic_pspp", "Model Summary").loc[1, [1, 2, 3]].astype(float)
    np.testing.assert_allclose(model_summary(fit), summary, rtol=1e-9)


def test_hosmer_and_lemeshow_s_births_as_spss_prints_them(low_birth_weight):
    # Hosmer & Lemeshow (2000), table 2.2; SPSS's and SAS's output at UCLA's textbook examples.
    fit = fit_logistic(*low_birth_weight("book", "age", "lwt", "race", "ftv"))
    table = coefficient_table(fit).drop("race")
    assert list(table.index) == ["age", "lwt", "race(black)", "race(other)", "ftv", "Constant"]
    assert printed(table["b"], 4) == ["-.0238", "-.0142", "1.0039", ".4331", "-.0493", "1.2954"]
    assert printed(table["standard_error"], 4)[:1] == [".0337"]
    assert printed(table["standard_error"], 4)[2:] == [".4979", ".3622", ".1672", "1.0714"]
    assert printed(table["wald"], 2) == [".50", "4.74", "4.07", "1.43", ".09", "1.46"]
    assert printed(table["p_value"], 4) == [".4800", ".0294", ".0438", ".2318", ".7681", ".2267"]
    assert printed(table["odds_ratio"])[:5] == [".976", ".986", "2.729", "1.542", ".952"]
    assert printed(table["lower"])[:5] == [".914", ".973", "1.029", ".758", ".686"]
    assert printed(table["upper"])[:5] == ["1.043", ".999", "7.240", "3.136", "1.321"]
    assert printed(model_summary(fit)) == ["222.573", ".062", ".087"]
    omnibus = omnibus_test(fit).loc["Model"]
    assert (f"{omnibus['chi_square']:.4f}", omnibus["df"]) == ("12.0991", 5)
    assert printed([omnibus["p_value"]]) == [".033"]


def test_births_with_the_constant_only_as_spss_prints_them(low_birth_weight):
    fit = fit_logistic(*low_birth_weight("book", "age"), terms=[])
    row = coefficient_table(fit).loc["Constant"]
    assert printed(row[["b", "standard_error", "wald", "odds_ratio"]]) == [
        "-.790", ".157", "25.327", ".454",
    ]  # fmt: skip


def test_spector_and_mazzeo_s_students():
    # Greene (2003), table 21.1: logit of the grade's improvement on GPA, TUCE and PSI.
    data = sm.datasets.spector.load_pandas()
    frame = data.exog.assign(retained=data.endog.astype(int)).rename(columns=str.lower)
    predictors = {name: Predictor(name, name, name) for name in ("gpa", "tuce", "psi")}
    fit = fit_logistic(bare_study(predictors), frame)
    assert printed(fit.parameters, 4) == ["-13.0213", "2.8261", ".0952", "2.3787"]
    errors = coefficient_table(fit)["standard_error"]
    assert printed(errors[["gpa", "tuce", "psi"]]) == ["1.263", ".142", "1.065"]
    assert f"{fit.log_likelihood:.4f}" == "-12.8896"


def bare_study(predictors: dict[str, Predictor]) -> Study:
    """Return a study with predictors and nothing else that a fit needs."""
    from erfm.customers.study_file import load_study

    return dataclasses.replace(load_study("reconstruction"), predictors=predictors)


def test_discrimination_of_the_students_is_the_explained_variance():
    """Tjur (2009): D is also the mean of two R², of the residuals and of the fitted values."""
    data = sm.datasets.spector.load_pandas()
    fit = sm.Logit(data.endog, sm.add_constant(data.exog)).fit(disp=False)
    y, p = data.endog.to_numpy().astype(int), fit.predict()
    shown = LogisticFit({}, fit.params, fit.cov_params(), fit.llf, fit.llnull, y, p)
    total = ((y - y.mean()) ** 2).sum()
    residual, model = 1 - ((y - p) ** 2).sum() / total, ((p - y.mean()) ** 2).sum() / total
    assert discrimination_coefficient(shown) == pytest.approx((residual + model) / 2, rel=1e-9)


def test_step_is_tested_against_the_previous_model(sample):
    study, frame = sample
    smaller = fit_logistic(study, frame, ["recency"])
    larger = fit_logistic(study, frame, ["recency", "segment"])
    enters = omnibus_test(larger, smaller)
    assert enters["df"].to_list() == [2, 3, 3]
    change = 2 * (larger.log_likelihood - smaller.log_likelihood)
    assert enters.loc["Step", "chi_square"] == pytest.approx(change)
    leaves = omnibus_test(smaller, larger)
    assert leaves.loc["Step", ["chi_square", "df"]].to_list() == [pytest.approx(-change), -2]
    assert leaves.loc["Step", "p_value"] == enters.loc["Step", "p_value"]


def test_null_likelihood_is_that_of_the_fitted_constant(sample):
    constant = fit_logistic(*sample, terms=[])
    assert constant.log_likelihood == pytest.approx(constant.null_log_likelihood, rel=1e-13)
    assert constant.parameters["Constant"] == pytest.approx(
        np.log(constant.outcome.mean() / (1 - constant.outcome.mean()))
    )


def test_predictions_and_odds_ratios_per_standard_deviation(sample):
    study, frame = sample
    fit = fit_logistic(study, frame)
    np.testing.assert_allclose(predict(fit, study, frame), fit.probabilities, rtol=1e-12)
    sd = design_matrix(study, frame).std()
    per_sd = scaled_odds_ratios(fit, sd)
    table = coefficient_table(fit)
    expected = np.exp(table.loc["amount", "b"] * sd["amount"])
    assert per_sd.loc["amount", "odds_ratio"] == pytest.approx(expected)
    other = fit_logistic(study, frame.assign(amount=frame["amount"] / sd["amount"]))
    limits = coefficient_table(other).loc["amount", ["odds_ratio", "lower", "upper"]]
    np.testing.assert_allclose(per_sd.loc["amount"], limits.astype(float), rtol=1e-8)


def test_design_is_indicators_of_all_levels_but_the_reference(sample):
    study, frame = sample
    columns = make_design(study.predictors, ["segment", "tenure"]).groups
    assert columns == {"segment": ("segment(plus)", "segment(premium)"), "tenure": ("tenure",)}
    design = design_matrix(study, frame, ["segment", "tenure"])
    assert list(design) == ["segment(plus)", "segment(premium)", "tenure"]
    assert design["segment(plus)"].sum() == (frame["segment"] == "plus").sum()


# --- Symmetries -----------------------------------------------------------------------------------


@pytest.mark.slow
@given(st.integers(0, 10_000))
@settings(max_examples=10)
def test_order_of_customers_does_not_matter(sample, seed):
    study, frame = sample
    shuffled = frame.sample(frac=1, random_state=seed)
    fit, other = fit_logistic(study, frame), fit_logistic(study, shuffled)
    pd.testing.assert_frame_equal(coefficient_table(fit), coefficient_table(other), rtol=1e-9)
    tests = [hosmer_lemeshow(f.outcome, f.probabilities) for f in (fit, other)]
    assert tests[0].statistic == pytest.approx(tests[1].statistic, rel=1e-9)


@pytest.mark.slow
@given(st.sampled_from([-1, 1]), st.floats(1e-6, 1e6), st.floats(-1e4, 1e4))
@settings(max_examples=25)
def test_rescaling_a_predictor_changes_its_unit_only(sample, sign, factor, shift):
    study, frame = sample
    fit = fit_logistic(study, frame)
    scaled = frame.assign(amount=sign * factor * (frame["amount"] + shift))
    other = fit_logistic(study, scaled)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-12)
    np.testing.assert_allclose(other.probabilities, fit.probabilities, rtol=1e-7)
    before, after = coefficient_table(fit), coefficient_table(other)
    np.testing.assert_allclose(
        after.drop("Constant")[["wald", "p_value"]],
        before.drop("Constant")[["wald", "p_value"]],
        rtol=1e-6,
    )
    assert after.loc["amount", "b"] == pytest.approx(
        before.loc["amount", "b"] / (sign * factor), rel=1e-6
    )


def test_swapping_the_outcomes_turns_every_sign(sample):
    study, frame = sample
    fit = fit_logistic(study, frame)
    other = fit_logistic(study, frame.assign(retained=1 - frame["retained"]))
    before, after = coefficient_table(fit), coefficient_table(other)
    np.testing.assert_allclose(after["b"], -before["b"], rtol=1e-8)
    same = ["standard_error", "wald", "df", "p_value"]
    np.testing.assert_allclose(after[same], before[same], rtol=1e-8)
    np.testing.assert_allclose(after["lower"], 1 / before["upper"], rtol=1e-8)
    np.testing.assert_allclose(model_summary(other), model_summary(fit), rtol=1e-12)
    np.testing.assert_allclose(other.probabilities, 1 - fit.probabilities, rtol=1e-8)


@pytest.mark.parametrize("reference", ["plus", "premium"])
def test_another_reference_level_leaves_the_fit_unchanged(sample, reference):
    study, frame = sample
    segment = study.predictors["segment"]
    levels = (reference, *(level for level in segment.levels if level != reference))
    changed = study.predictors | {"segment": dataclasses.replace(segment, levels=levels)}
    fit = fit_logistic(study, frame)
    other = fit_logistic(dataclasses.replace(study, predictors=changed), frame)
    assert other.log_likelihood == pytest.approx(fit.log_likelihood, rel=1e-13)
    np.testing.assert_allclose(other.probabilities, fit.probabilities, rtol=1e-9)
    rows = ["recency", "amount", "segment", "gender(male)"]
    np.testing.assert_allclose(
        coefficient_table(other).loc[rows, "wald"], coefficient_table(fit).loc[rows, "wald"]
    )
    assert other.parameters[f"segment({levels[1]})"] == pytest.approx(
        fit.parameters.get(f"segment({levels[1]})", 0) - fit.parameters[f"segment({reference})"]
    )


@given(st.integers(0, 10_000))
@settings(max_examples=20)
def test_fit_satisfies_the_likelihood_equations(seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((120, 3)) * [1, 100, 1e-3] + [0, 5000, 1]
    frame = pd.DataFrame(x, columns=["x", "y", "z"])
    frame["retained"] = (rng.random(120) < 1 / (1 + np.exp(-frame["x"]))).astype(int)
    study = bare_study({name: Predictor(name, name, name) for name in "xyz"})
    fit = fit_logistic(study, frame)
    residual = fit.outcome - fit.probabilities
    assert abs(residual.sum()) < 1e-9
    np.testing.assert_allclose(residual @ x / np.abs(x).sum(axis=0), 0, atol=1e-11)


# --- Hosmer-Lemeshow ------------------------------------------------------------------------------


@DATA_SETS
def test_equal_counts_where_probabilities_do_not_tie(studied, from_r, data_set):
    fit = fit_logistic(*studied[data_set])
    test = hosmer_lemeshow(fit.outcome, fit.probabilities)
    expected = from_r("logistic", data_set, "model").loc["hosmer_lemeshow", "statistic"]
    assert test.table["total"].to_list() == [fit.n // 10] * 10
    assert test.statistic == pytest.approx(expected, rel=1e-9)
    assert test.df == 8
    assert test.p_value == pytest.approx(stats.chi2.sf(expected, 8), rel=1e-9)


def test_stata_s_test_of_low_birth_weight(low_birth_weight):
    # Stata Base Reference Manual, [R] estat gof: chi2(8) = 9.65, p = 0.2904; -100.724.
    fit = fit_logistic(*low_birth_weight("Stata", "age", "lwt", "race", "smoke", "ptl", "ht", "ui"))
    test = hosmer_lemeshow(fit.outcome, fit.probabilities)
    assert (f"{test.statistic:.2f}", test.df, f"{test.p_value:.4f}") == ("9.65", 8, "0.2904")
    assert test.table["total"].to_list() == [19] * 9 + [18]
    assert f"{fit.log_likelihood:.3f}" == "-100.724"


SPSS_TABLES = {
    # SPSS 12's contingency tables of 1,420 births (Taiki, Hirosaki University; outcome = boy):
    # total, observed boys, expected boys in each group; printed chi-square and p.
    "weight": (
        [143, 142, 144, 143, 142, 141, 143, 141, 142, 139],
        [60, 60, 58, 69, 74, 75, 73, 79, 84, 93],
        [55.157, 62.703, 67.390, 69.950, 71.826, 73.517, 76.954, 78.330, 81.992, 87.181],
        (5.193, 0.737),
    ),
    "weight and weeks": (
        [142, 142, 143, 142, 143, 142, 142, 142, 142, 140],
        [40, 54, 67, 77, 72, 77, 78, 77, 87, 96],
        [46.769, 56.824, 62.847, 67.043, 71.556, 74.608, 78.445, 82.297, 87.973, 96.638],
        (6.012, 0.646),
    ),
}


@pytest.mark.parametrize("name", SPSS_TABLES)
def test_statistic_of_printed_spss_tables(name):
    total, observed, expected, (chi_square, p_value) = SPSS_TABLES[name]
    probability = np.repeat(np.divide(expected, total), total)
    outcome = np.concatenate([np.arange(n) < boys for n, boys in zip(total, observed, strict=True)])
    test = hosmer_lemeshow(outcome.astype(int), probability)
    assert test.table["total"].to_list() == total
    # The expected counts are printed with three decimals; they carry the last digit's error.
    assert test.statistic == pytest.approx(chi_square, abs=0.0015)
    assert test.p_value == pytest.approx(p_value, abs=0.0006)


def test_grouping_with_ties_by_hand():
    # n = 20 in 4 groups: M = 5. Blocks of 3, 3, 1, 4, 6, 2, 1 equal probabilities:
    # 3; the next 3 join as 3 + 1.5 <= 5 (6, full); 1 opens group 2; 4 joins as 1 + 2 <= 5 (5,
    # full); 6 opens group 3; 2 opens group 4, the last, which takes the rest.
    sizes = [3, 3, 1, 4, 6, 2, 1]
    values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.9]
    probability = np.repeat(values, sizes)
    outcome = np.tile([0, 1, 0, 0, 1], 4)
    test = hosmer_lemeshow(outcome, probability, groups=4)
    assert test.table["total"].to_list() == [6, 5, 6, 3]
    observed = [outcome[:6].sum(), outcome[6:11].sum(), outcome[11:17].sum(), outcome[17:].sum()]
    assert test.table["retained_observed"].to_list() == observed
    expected = np.array([0.9, 1.9, 3.0, 2.1])
    np.testing.assert_allclose(test.table["retained_expected"], expected)
    size = np.array([6, 5, 6, 3])
    by_hand = ((observed - expected) ** 2 / (expected * (1 - expected / size))).sum()
    assert test.statistic == pytest.approx(by_hand, rel=1e-12)
    assert test.df == 2


def test_a_block_joins_while_at_least_half_of_it_fits():
    # M = 6: 4 + 4/2 = 6 still fits, 5 + 4/2 = 7 does not.
    fits = hosmer_lemeshow(np.tile([0, 1], 6), np.repeat([0.2, 0.4, 0.6], [4, 4, 4]), groups=2)
    assert fits.table["total"].to_list() == [8, 4]
    no_fit = hosmer_lemeshow(np.tile([0, 1], 6), np.repeat([0.2, 0.4, 0.6], [5, 4, 3]), groups=2)
    assert no_fit.table["total"].to_list() == [5, 7]


def test_fewer_different_probabilities_than_groups(sample):
    fit = fit_logistic(*sample, terms=["segment"])
    test = hosmer_lemeshow(fit.outcome, fit.probabilities)
    assert sorted(test.table["total"]) == [78, 111, 211]
    # A saturated model expects what was observed.
    assert test.statistic == pytest.approx(0, abs=1e-12)
    assert test.df == 1
    constant = fit_logistic(*sample, terms=[])
    assert np.isnan(hosmer_lemeshow(constant.outcome, constant.probabilities).p_value)


@pytest.mark.slow
@given(st.integers(0, 10_000), st.integers(1, 3))
@settings(max_examples=40)
def test_groups_are_ordered_and_never_split_equal_probabilities(seed, decimals):
    rng = np.random.default_rng(seed)
    probability = np.round(rng.uniform(0.05, 0.95, 150), decimals)
    outcome = (rng.random(150) < probability).astype(int)
    table = hosmer_lemeshow(outcome, probability).table
    assert len(table) <= 10
    assert table["total"].sum() == 150
    assert table["retained_observed"].sum() == outcome.sum()
    # Cutting the sorted probabilities at the groups' sizes falls between different values.
    cuts = np.cumsum(table["total"])[:-1]
    ordered = np.sort(probability)
    assert (ordered[cuts] > ordered[cuts - 1]).all()


# --- Separation -----------------------------------------------------------------------------------


def separated(kind: str) -> tuple[Study, pd.DataFrame, list[str]]:
    """Return a study, customers whose outcomes are separated, and the labels to be named."""
    rng = np.random.default_rng(8)
    n = 200
    retained = rng.integers(0, 2, n)
    other, noise = rng.standard_normal((2, n))
    group = rng.choice(["a", "b"], n).astype(object)
    score, named = rng.standard_normal(n), ["Score"]
    if kind == "complete":
        score = 2.0 * retained + rng.random(n)
    elif kind == "quasi":
        score = np.where(retained == 1, rng.integers(3, 9, n), rng.integers(0, 4, n)).astype(float)
    elif kind == "level":
        group[(retained == 1) & (rng.random(n) < 0.3)] = "c"
        named = ["Group (c)"]
    elif kind == "together":
        other = score + (retained - 0.5) * (0.01 + rng.random(n))
        named = ["Score", "Other"]
    frame = pd.DataFrame(
        {"score": score, "other": other, "noise": noise, "group": group, "retained": retained}
    )
    predictors = {name: Predictor(name, name, name.title()) for name in ("score", "other", "noise")}
    levels = ("a", "b", "c") if kind == "level" else ("a", "b")
    predictors["group"] = Predictor("group", "group", "Group", levels=levels)
    return bare_study(predictors), frame, named


@pytest.mark.parametrize("kind", ["complete", "quasi", "level", "together"])
def test_separation_names_the_variables(kind):
    study, frame, named = separated(kind)
    with pytest.raises(StudyError) as error:
        fit_logistic(study, frame)
    message = str(error.value)
    assert "retained from churned" in message
    labels = ["Score", "Other", "Noise", "Group (b)", "Group (c)"]
    assert [label for label in labels if f"'{label}'" in message] == named


def test_two_variables_that_each_separate_are_both_named():
    study, frame, _ = separated("complete")
    with pytest.raises(StudyError, match="'Score' and 'Other' each separate"):
        fit_logistic(study, frame.assign(other=-(frame["score"] ** 3)))


def test_one_customer_on_the_wrong_side_is_no_separation():
    study, frame, _ = separated("complete")
    first = frame.index[frame["retained"] == 0][0]
    frame.loc[first, "score"] = 2.9
    fit = fit_logistic(study, frame, ["score"])
    assert isinstance(fit, LogisticFit)
    assert 5 < fit.parameters["score"] < 100

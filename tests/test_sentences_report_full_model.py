"""What page 02 says, also of results that could make its sentences false."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from erfm.logistic import (
    HosmerLemeshow,
    coefficient_table,
    discrimination_coefficient,
    fit_logistic,
    hosmer_lemeshow,
    model_summary,
    omnibus_test,
)
from erfm.report import sentences_full_model as sentences
from erfm.study import Predictor


@pytest.fixture
def one_predictor(sample):
    study, frame = sample
    study = dataclasses.replace(study, predictors={"recency": study.predictors["recency"]})
    return study, fit_logistic(study, frame)


def several_levels(wald: float) -> pd.DataFrame:
    """Return a table in which segment, jointly on 2 df, has the Wald statistic given."""
    rows = {
        "recency": [-0.0001, 4.0, 1, 0.04, 0.9999, 0.999, 1.001],
        "segment": [np.nan, wald, 2, 0.01, np.nan, np.nan, np.nan],
        "segment(plus)": [0.1, 0.5, 1, 0.5, 1.105, 0.9, 1.4],
        "segment(premium)": [0.6, 2.5, 1, 0.1, 1.822, 0.9, 2.1],
        "gender(male)": [0.7, 3.0, 1, 0.08, 2.014, 0.9, 2.5],
        "Constant": [1.0, 99.0, 1, 0.0, 2.718, np.nan, np.nan],
    }
    columns = ["b", "wald", "df", "p_value", "odds_ratio", "lower", "upper"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype({"df": int})


def test_in_short_lists_what_is_significant(sample):
    study, frame = sample
    full = fit_logistic(study, frame)
    text = sentences.in_short(study, full, several_levels(9.0))
    assert "All 7 variables enter a logistic regression for *retained* at once, on 400" in text
    assert (
        "at 0.05, the levels of a variable tested together: recency, segment; not significant: "
        "gender. A" in text
    )


def test_in_short_of_one_variable(one_predictor):
    study, full = one_predictor
    text = sentences.in_short(study, full, coefficient_table(full))
    assert "The study's one variable enters" in text and "at once" not in text
    assert ": none" in text and "levels" not in text


def test_the_strongest_variable_with_levels_is_told_by_its_joint_test(sample):
    table = several_levels(9.0)
    table.loc["segment", "p_value"] = 0.001
    text = sentences.strongest(sample[0], table, sample[1])
    assert text.startswith(
        "**segment** has the smallest p (Wald 9.000 on 2 df, of its levels together, p = 0.001). "
        "With the other variables held fixed, “premium” rather than “basic” multiplies the odds of "
        "retention by 1.822 (95% interval 0.900 to 2.100)."
    )
    assert "nan" not in text


def test_statistics_on_different_df_are_not_compared(sample):
    """9 on 2 df is less than 8 on 1."""
    table = several_levels(9.0)
    table.loc["segment", "p_value"], table.loc["recency", ["wald", "p_value"]] = 0.011, (8, 0.005)
    text = sentences.strongest(sample[0], table, sample[1])
    assert text.startswith("**recency** has the smallest p (Wald 8.000 on 1 df, p = 0.005).")


def test_where_all_p_are_0_the_statistic_decides(sample):
    table = several_levels(2000.0).assign(p_value=0.0)
    table.loc["gender(male)", "wald"] = 3000.0
    text = sentences.strongest(sample[0], table, sample[1])
    assert text.startswith("**gender** has the smallest p (Wald 3,000.000 on 1 df, p < 0.001).")


def test_the_strongest_variable_is_a_number_or_an_indicator(sample):
    table = several_levels(2.6)
    text = sentences.strongest(sample[0], table.drop("segment"), sample[1])
    assert "**recency** has the smallest p (Wald 4.000 on 1 df, p = 0.040). With" in text
    assert "one more unit (as recorded) multiplies" in text
    text = sentences.strongest(sample[0], table.loc[["gender(male)", "Constant"]], sample[1])
    assert "**gender** has" in text and "“male” rather than “female” multiplies" in text


def test_nothing_is_held_fixed_where_nothing_else_is(one_predictor, sample):
    study, full = one_predictor
    text = sentences.strongest(study, coefficient_table(full), sample[1])
    assert "). In the model, one more unit" in text


def test_a_small_coefficient_is_one_of_its_unit_or_none_at_all(sample):
    study, frame = sample
    frame = frame.assign(recency=1000 * frame["recency"])
    text = sentences.strongest(study, several_levels(9.0), frame)
    assert "recency prints as 0.000 because its unit is small" in text
    frame = frame.assign(recency=frame["recency"] / 1e9)
    text = sentences.strongest(study, several_levels(9.0), frame)
    assert "would per standard deviation: these customers show no effect" in text


def test_units_are_text(sample):
    study, frame = sample
    days = Predictor("recency", "recency", "*R*", unit="d_1*")
    study = dataclasses.replace(study, predictors=study.predictors | {"recency": days})
    text = sentences.strongest(study, several_levels(2.6).drop("segment"), frame)
    assert "**&#42;R&#42;** has" in text and "(d_1&#42;)" in text


def test_newton_by_hand_is_compared_with_the_fit(sample):
    full = fit_logistic(*sample)
    slopes = full.parameters.drop("Constant")
    path = pd.Series([-277.26, -200.0, full.log_likelihood])
    assert "2 steps climb" in sentences.newton(path, slopes, full)
    assert "the same log-likelihood and the same B" in sentences.newton(path, slopes, full)
    assert "1 step climbs to" in sentences.newton(path.iloc[1:], slopes, full)
    assert "ANOTHER maximum" in sentences.newton(path - 1, slopes, full)
    assert "ANOTHER maximum" in sentences.newton(path, slopes * 1.001, full)


def test_variables_may_explain_nothing():
    def said(p_value, r2):
        row = {"chi_square": 4.0, "df": 3, "p_value": p_value}
        omnibus = pd.DataFrame(row, index=["Model"])
        return sentences.explained(omnibus, pd.Series({"nagelkerke_r2": r2}), r2 / 2)

    assert "more than chance would (χ² = 4.000 on 3 df, p = 0.010). On" in said(0.01, 0.2)
    assert "explain no more than chance could (χ²" in said(0.26, 0.01)
    assert "10.0 percentage points higher" in said(0.01, 0.2) and "(here 0.200)" in said(0.01, 0.2)


def test_the_fit_is_told_from_real_tables(sample):
    full = fit_logistic(*sample)
    discrimination = discrimination_coefficient(full)
    text = sentences.explained(omnibus_test(full), model_summary(full), discrimination)
    assert "NaN" not in text and f"{100 * discrimination:.1f} percentage points" in text


def test_too_few_groups_allow_no_test(sample):
    outcome = np.tile([0, 1, 1], 30)
    test = hosmer_lemeshow(outcome, np.tile([0.5, 0.7, 0.7], 30))
    assert test.df == 0
    text = sentences.goodness_of_fit(sample[0], test)
    assert text.endswith("no more than 2 groups: too few for this test.") and "nan" not in text


def test_the_fit_is_good_or_bad(sample):
    def said(p_value, study=sample[0]):
        table = pd.DataFrame(index=range(5))
        return sentences.goodness_of_fit(study, HosmerLemeshow(9.0, 3, p_value, table))

    assert said(0.3).startswith("In 5 groups, Hosmer–Lemeshow χ² = 9.000 on 3 df, p = 0.300")
    assert "do not stray" in said(0.3) and "page 08" not in said(0.3).lower()
    assert "p < 0.001: the observed counts stray" in said(1e-9)
    assert "[Page 08d](08d_curves_and_other_models.ipynb) looks for the curve." in said(1e-9)
    levels = {name: p for name, p in sample[0].predictors.items() if p.categorical}
    only_levels = said(1e-9, dataclasses.replace(sample[0], predictors=levels))
    assert only_levels.endswith("do not simply add up on the logit scale.")


def test_signs_are_counted_by_verdict():
    verdicts = ["confirmed", "no hypothesis", "confirmed"]
    text = sentences.signs(pd.DataFrame({"verdict": verdicts}))
    assert "Of 3 coefficients, 2 are confirmed, 1 has no hypothesis. A" in text


def test_common_scale_and_collinearity(sample):
    study, _ = sample
    rows = ["recency", "gender(male)"]
    per_unit = pd.DataFrame({"odds_ratio": [0.9, 2.0]}, rows)
    per_sd = pd.DataFrame({"odds_ratio": [0.25, 1.4]}, rows)
    text = sentences.common_scale(study, per_unit, per_sd)
    assert "gender (male) lies furthest" in text and "**recency** (odds ratio 0.250)" in text
    same = sentences.common_scale(study, per_sd, per_sd)
    assert same == (
        "Per unit and per standard deviation, **recency** (odds ratio 0.250) lies furthest from 1."
    )
    inflation = pd.DataFrame({"variance_inflation": [1.0, 1.0]}, rows)
    assert "1.00 (recency): collinearity is no" in sentences.collinearity(study, inflation)
    assert "together with" in sentences.collinearity(study, 5 * inflation)


def test_classification_is_compared_with_the_commoner_outcome_in_pairs(sample):
    full = fit_logistic(*sample)
    right = int(((full.probabilities >= 0.5) == full.outcome).sum())
    base = int(max(full.outcome.sum(), 400 - full.outcome.sum()))
    text = sentences.classification(full)
    assert f"{right} of the 400 customers that built the model ({right / 4:.1f}%) are" in text
    assert f"is right for {base} ({base / 4:.1f}%); on the same customers the equation's" in text
    assert f"rule is surely more accurate (+{(right - base) / 4:.1f} percentage points" in text


def test_a_constant_classifies_as_the_commoner_outcome_does(sample):
    text = sentences.classification(fit_logistic(*sample, []))
    assert "rule is right and wrong for the same customers." in text

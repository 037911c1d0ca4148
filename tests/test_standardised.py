"""Standardised coefficients against R and against what their definitions promise."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.logistic import fit_logistic
from erfm.standardised import DEFINITIONS, ranking, ranks, standardised_coefficients
from erfm.study import design_matrix


@pytest.mark.parametrize("data_set", ["sample", "reconstruction"])
def test_every_definition_equals_r(studied, from_r, data_set):
    study, frame = studied[data_set]
    table = standardised_coefficients(study, fit_logistic(study, frame), frame)
    expected = from_r("importance", data_set, "importance").loc[table.index, list(DEFINITIONS)]
    exact = expected.columns.drop("marginal_effect_sd")
    pd.testing.assert_frame_equal(
        table[exact], expected[exact], rtol=1e-9, check_names=False, check_column_type=False
    )
    # R's figure is a numerical derivative.
    np.testing.assert_allclose(
        table["marginal_effect_sd"], expected["marginal_effect_sd"], rtol=1e-6
    )


def test_marginal_effect_equals_statsmodels(sample):
    study, frame = sample
    table = standardised_coefficients(study, fit_logistic(study, frame), frame)
    design = sm.add_constant(design_matrix(study, frame))
    effects = sm.Logit(frame["retained"], design).fit(disp=False).get_margeff(at="overall").margeff
    np.testing.assert_allclose(table["marginal_effect_sd"], effects * table["sd"], rtol=1e-7)


def test_standardised_definitions_are_the_coefficients_of_standardised_columns(sample):
    study, frame = sample
    table = standardised_coefficients(study, fit_logistic(study, frame), frame)
    design = design_matrix(study, frame)

    def refit(scaled):
        exog = sm.add_constant(scaled)
        return sm.Logit(frame["retained"], exog).fit(disp=False, tol=1e-12).params.drop("const")

    np.testing.assert_allclose(
        table["x_standardised"], refit((design - design.mean()) / design.std()), rtol=1e-9
    )
    halves = (design - design.mean()) / (2 * design.std())
    indicators = [c for c in design if "(" in c]
    halves[indicators] = design[indicators]
    np.testing.assert_allclose(table["two_sd"], refit(halves), rtol=1e-9)


@pytest.mark.slow
@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
@settings(max_examples=15)
def test_units_do_not_matter(sample, factor, shift):
    study, frame = sample
    before = standardised_coefficients(study, fit_logistic(study, frame), frame)
    other = frame.assign(amount=frame["amount"] * factor + shift)
    after = standardised_coefficients(study, fit_logistic(study, other), other)
    np.testing.assert_allclose(after[list(DEFINITIONS)], before[list(DEFINITIONS)], rtol=1e-6)
    assert after.loc["amount", "b"] == pytest.approx(before.loc["amount", "b"] / factor, rel=1e-6)


def test_ranks_and_ranking(sample):
    study, frame = sample
    table = standardised_coefficients(study, fit_logistic(study, frame), frame)
    ranked = ranks(table)
    assert list(ranked) == ["b", *DEFINITIONS]
    for column in ranked:
        ordered = table[column].abs().sort_values(ascending=False).index
        assert ranked.loc[ordered, column].to_list() == list(range(1, len(table) + 1))
    text = ranking(table["x_standardised"], study)
    assert text.startswith("recency > frequency > segment")
    # Tied sizes share the better rank, and the ranking keeps the table's order.
    tied = pd.DataFrame({c: [0.5, -0.5, 0.1] for c in ranked}, index=["tenure", "visits", "amount"])
    assert ranks(tied)["sas_stb"].to_list() == [1, 1, 3]
    assert ranking(tied["b"], study) == "tenure > visits > amount"


def test_an_equation_without_terms_has_nothing_to_standardise(sample):
    study, frame = sample
    table = standardised_coefficients(study, fit_logistic(study, frame, []), frame)
    assert table.empty
    assert ranking(table["x_standardised"], study) == ""


def test_levels_of_a_variable_are_told_apart_where_it_has_several(sample):
    study, _ = sample
    sizes = pd.Series(
        {"segment(plus)": 0.1, "tenure": 0.3, "gender(male)": -0.2, "segment(premium)": 0.4}
    )
    said = "segment (premium) > tenure > gender > segment (plus)"
    assert ranking(sizes, study) == said

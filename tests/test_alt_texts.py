"""The words for figures have the figures' numbers."""

import numpy as np
import pandas as pd
import pytest

from erfm.trust import alt_texts
from erfm.trust.imputation import formats


@pytest.fixture(scope="module")
def study(make_study):
    frame = pd.DataFrame({"recency": [1, 2, 3, 4], "age": [1, 1, 2, 3], "retained": [0, 1, 0, 1]})
    return make_study(frame)[0]


def test_selection_and_optimism(study):
    share = pd.DataFrame({"share": {"recency": 1.0, "age": 0.0534}})
    assert alt_texts.inclusion(study, share).endswith("selected: recency 100.0%, age 5.3%.")
    table = pd.DataFrame({"apparent": [0.7], "corrected": [0.6], "holdout": [0.5]}, index=["auc"])
    assert alt_texts.optimism(table).endswith("random splits: AUC 0.700, 0.600, 0.500.")


@pytest.mark.parametrize(
    ("final", "told"),
    [
        (["recency"], "each of the equation in at least 100.0%, each other in at most 5.3%"),
        (["recency", "age"], "each of the equation in at least 5.3%"),
        ([], "each other in at most 100.0%"),
    ],
)
def test_inclusion_tells_the_ends(final, told):
    share = pd.DataFrame({"share": {"recency": 1.0, "age": 0.0534}})
    assert alt_texts.inclusion_told(share, final).endswith(f"variable: {told}")


def test_coefficients_have_their_sizes(study):
    """One that no sample selected has none."""
    bias = pd.DataFrame(
        {"share": [0.06, 0], "size_when_selected": [2.71, np.nan], "full_model_size": [0.3, 0.0]},
        index=["recency", "age"],
    )
    told = alt_texts.coefficients(study, bias)
    assert "size: recency, selected in 6%, 2.7 beside 0.3 in the full model; " in told
    assert told.endswith("; age, selected in 0%, none.")


def test_a_holdout_outside_of_the_splits_is_named():
    names = ["auc", "nagelkerke_r2", "brier", "calibration_slope"]
    metrics = pd.DataFrame(dict.fromkeys(names, np.linspace(0, 1, 101)))
    table = pd.DataFrame({"holdout": [0.5, 0.025, 0.02, 0.98]}, index=names)
    assert alt_texts.optimism_told(table, metrics).endswith(
        "of 101 random splits: the holdout lies outside for Brier score, calibration slope"
    )
    assert alt_texts.optimism_told(table * 0 + 0.5, metrics).endswith("lies within for all")


@pytest.mark.parametrize(
    ("claimed", "told"),
    [
        (0.9511, "None of 3 random splits reaches the printed accuracy"),
        (0.1 + 0.2 + 0.5, "1 of 3 random splits reaches the printed accuracy"),
        (0.75, "2 of 3 random splits reach the printed accuracy"),
        (0.7, "All 3 random splits reach the printed accuracy"),
    ],
)
def test_splits_that_reach_the_claim_are_counted(claimed, told):
    assert alt_texts.reaching(pd.Series([0.7, 0.75, 0.8]), claimed) == told


@pytest.mark.parametrize(
    ("sure", "told"),
    [
        ("", "at no threshold"),
        ("2", "at thresholds from 0.20 to 0.20"),
        ("1256", "at thresholds from 0.10 to 0.20 and 0.50 to 0.60"),
        ("13579", "at thresholds from 0.10 to 0.10, … and 0.90 to 0.90"),
    ],
)
def test_thresholds_of_a_sure_gain(sure, told):
    curve = pd.DataFrame({"advantage_lower": -0.1}, index=np.arange(1, 10) / 10)
    curve.loc[[int(place) / 10 for place in sure], "advantage_lower"] = 0.1
    assert alt_texts.decision_told(curve).endswith(f"both rules for all {told}")
    assert alt_texts.decision(curve).endswith(f"{told}.")


def test_splits_and_marks():
    place = pd.DataFrame({"own": [0.7], "lower": [0.6], "upper": [0.8]}, index=["auc"])
    assert alt_texts.splits(place, {"auc": "AUC"}).endswith(
        "marked: AUC 0.700 within 0.600 to 0.800."
    )
    assert alt_texts.marked_accuracies({"printed": 0.9511}).endswith("marks: printed 95.11%.")
    assert alt_texts.cutoffs({"one half": 0.5}).endswith("marked: one half 0.500.")


def test_estimates_have_the_decimals_that_their_error_allows(study):
    columns = ["listwise_standard_error", "missing_information"]
    table = pd.DataFrame(0.1, index=["Constant", "recency", "age"], columns=columns).assign(
        listwise_b=-0.1, imputed_b=0.23456, monte_carlo_error=0.01
    )
    text = alt_texts.missing_data(study, table, formats(table, 20))
    assert text.endswith("imputation: recency −0.10000 and 0.23; age −0.10000 and 0.23.")


def test_curves_and_models(study):
    tests = pd.DataFrame({"p_value": {"recency": 0.0001, "age": 0.5, "all": 0.1}})
    assert alt_texts.curves(study, tests).endswith("p for a bend: recency <0.001, age 0.500.")
    table = pd.DataFrame(
        {"model": ["forward", "other"], "score": "AUC", "difference": [None, -0.0203]}
    ).astype({"difference": float})
    assert alt_texts.models(table).endswith("intervals: other, AUC −0.0203.")


@pytest.mark.parametrize(
    ("accuracy", "told"),
    [
        ([0.3, 0.75, 0.7], "Accuracy is at most 75.0%, where one answer for all gives 70.0%; "),
        ([0.7, 0.6, 0.3], "No cut-off is more accurate than one answer for all, 70.0%; "),
    ],
)
def test_cutoffs_are_held_against_one_answer(accuracy, told):
    curve = pd.DataFrame({"accuracy": accuracy, "contacted": [0, 0.4, 1]}, index=[0, 0.5, 1])
    assert (
        alt_texts.cutoffs_told(curve, 0.61) == f"{told}near 0.61, 40.0% of the customers are "
        "contacted"
    )


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (-1.26, "1 of 2 intervals are narrower; age moves most, by 1.3 standard errors"),
        (0.04, "1 of 2 intervals are narrower; no coefficient moves by a tenth of its standard "),
    ],
)
def test_estimates_that_move_are_named(study, age, told):
    table = pd.DataFrame(
        {"change_in_se": [9, 0.02, age], "listwise_lower": 0, "listwise_upper": 1}
        | {"imputed_lower": 0, "imputed_upper": [0.1, 0.9, 1]},
        index=["Constant", "recency", "age"],
    )
    assert told in alt_texts.missing_data_told(study, table)


@pytest.mark.parametrize(
    ("p", "told"),
    [
        ([0.01, 0.03, 0.01], "recency bends"),
        ([0.01, 0.01, 0.01], "recency, age bend"),
        ([0.04, 0.04, 0.01], "no variable bends, but together they do"),
        ([0.04, 0.04, 0.06], "no variable bends"),
    ],
)
def test_curves_that_bend_are_named(study, p, told):
    tests = pd.DataFrame({"p_value": p}, index=["recency", "age", "all"])
    assert alt_texts.curves_told(study, tests, 0.05).endswith(f"beyond chance, {told}")


def test_models_that_are_surely_different_are_named():
    rows = [
        ("Forward", "AUC", np.nan, np.nan, np.nan),
        ("Boosting", "AUC", -0.02, -0.03, -0.01),
        ("Boosting", "log loss", -0.02, -0.03, -0.01),
        ("Penalty", "AUC", 0.0, -0.01, 0.01),
    ]
    table = pd.DataFrame(rows, columns=["model", "score", "difference", "lower", "upper"])
    assert alt_texts.models_told(table).endswith(
        "search, Boosting is surely better in log loss and surely worse in AUC; "
        "Penalty is not surely better or worse"
    )

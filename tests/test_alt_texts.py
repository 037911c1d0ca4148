"""The words for figures have the figures' numbers."""

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
    assert alt_texts.optimism(table).endswith("values: AUC 0.700, 0.600, 0.500.")


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

"""What page 01 says, also of results that could make its sentences false."""

import dataclasses

import pandas as pd
import pytest

from erfm import load_study
from erfm.report import sentences_descriptives as sentences
from erfm.samples import Samples
from erfm.study import Predictor, Study


@pytest.fixture
def study() -> Study:
    predictors = {
        "age": Predictor("age", "age", "Age"),
        "branch": Predictor("branch", "branch", "Branch", levels=("north", "south", "*east*")),
    }
    return dataclasses.replace(load_study("reconstruction"), predictors=predictors)


def customers(
    ages: list[float], retained: list[int], branches: str = "north south"
) -> pd.DataFrame:
    levels = [branches.split()[i % len(branches.split())] for i in range(len(ages))]
    return pd.DataFrame({"age": ages, "branch": levels, "retained": retained})


def described(skewness: float) -> pd.DataFrame:
    row = {
        "minimum": 10.0, "maximum": 60.0, "mean": 30.0, "standard_deviation": 10.0,
        "skewness": skewness, "skewness_se": 0.1,
    }  # fmt: skip
    return pd.DataFrame([row], index=["age"])


def test_in_short_counts_the_customers():
    path = pd.DataFrame(
        {"customers": [1200, 1000], "retention_rate": [0.6, 0.655]},
        index=["All customers", "Complete cases"],
    )
    assert "Of 1,200 customers, 1,000 have" in sentences.in_short(path)
    assert "65.5% of them are *retained*" in sentences.in_short(path)


def test_customers_left_out_are_compared_if_there_are_any_and_it_is_known():
    everyone = customers([1, 2, 3, 4], [1, 0, 1, 1])
    whole = Samples(everyone, everyone, everyone)
    assert sentences.left_out(everyone, whole).startswith("No customer lacks a value")
    some = Samples(everyone.iloc[:2], everyone, everyone)
    assert (
        "The 2 customers left out are retained in 100.0% of cases, the complete ones in 50.0%"
        in sentences.left_out(everyone, some)
    )
    unknown = everyone.assign(retained=pd.array([1, 0, None, None], dtype="Int8"))
    assert "is not known" in sentences.left_out(unknown, some)


def test_a_tail_is_told_on_the_side_where_it_is(study):
    assert "its largest value lies 3.0 standard deviations above" in sentences.most_skewed(
        study, described(2.0)
    )
    left = sentences.most_skewed(study, described(-2.0))
    assert "-2.000 is 20 standard errors" in left
    assert "its smallest value lies 2.0 standard deviations below" in left
    assert sentences.most_skewed(study, described(1.0).iloc[:0]) == (
        "This study has no numeric variable."
    )


def test_levels_that_are_equally_common_are_all_named_and_escaped(study):
    frame = customers([1, 2, 3, 4], [1, 0, 1, 0], "south *east*")
    said = sentences.commonest_levels(study, frame)
    assert "are the commonest levels, each with 50.0% of the complete cases" in said
    assert "south" in said and "*east*" not in said and "models is north." in said
    one = sentences.commonest_levels(study, customers([1, 2, 3], [1, 0, 1]))
    assert one.startswith("Branch: north is the commonest level, with 66.7%")
    numbers = dataclasses.replace(study, predictors={"age": study.predictors["age"]})
    assert sentences.commonest_levels(numbers, frame) == "This study has no categorical variable."


@pytest.mark.parametrize(
    ("ages", "said"),
    [
        ([1, 4, 2, 3], "The two groups overlap everywhere. Their means are equal"),
        ([1, 5, 2, 3], "overlap everywhere. They differ most in **Age**, where the mean of the "
         "retained lies 0.05 standard deviations above"),
        ([1, 2, 8, 9], "They differ most in **Age**, where the mean of the retained lies 0.70 "
         "standard deviations below"),
    ],
)  # fmt: skip
def test_groups_overlap_only_where_they_do(study, ages, said):
    found = sentences.most_different(study, customers(ages, [1, 1, 0, 0]), described(1.0))
    assert said in found
    assert ("overlap" in found) == ("overlap" in said)


def test_without_numbers_nothing_differs(study):
    alone = dataclasses.replace(study, predictors={"branch": study.predictors["branch"]})
    frame = customers([1, 2], [1, 0])
    assert sentences.most_different(alone, frame, described(1.0)) == (
        "This study has no numeric variable."
    )


def test_the_variable_with_the_widest_rates_is_named(study):
    rates = {
        "age": pd.DataFrame({"retention_rate": [0.5, 0.6]}),
        "branch": pd.DataFrame({"retention_rate": [0.7, 0.25, 0.5]}),
    }
    assert sentences.most_moving(study, rates).startswith(
        "**Branch** moves retention most: from 25.0% in its lowest group to 70.0% in its highest."
    )

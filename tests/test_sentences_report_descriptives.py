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


def test_in_short_counts_the_customers(study):
    path = pd.DataFrame(
        {"customers": [1200, 1000], "retention_rate": [0.6, 0.655]},
        index=["All customers", "Complete cases"],
    )
    said = sentences.in_short(study, path)
    assert "Of 1,200 customers, 1,000 have" in said
    assert "65.5% of them are *retained* (coded 1); the others have *churned* (coded 0)." in said


def test_the_coding_of_the_file_is_told_where_it_is_another(study):
    path = pd.DataFrame(
        {"customers": [12, 10], "retention_rate": [0.6, 0.7]},
        index=["All customers", "Complete cases"],
    )
    said = sentences.in_short(dataclasses.replace(study, retained="0", churned="*1*"), path)
    assert "*retained* (coded 1 on every page, “0” in the file)" in said
    assert "*churned* (coded 0 on every page, “&#42;1&#42;” in the file)" in said


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
    assert "2 customers left out it is not known whether" in sentences.left_out(unknown, some)
    one = everyone.assign(retained=pd.array([1, 0, None, 0], dtype="Int8"))
    assert "2 customers left out are retained in 0.0% of cases (the outcome of 1 is known)" in (
        sentences.left_out(one, some)
    )
    three = Samples(everyone.iloc[:3], everyone, everyone)
    assert "The 1 customer left out is retained in" in sentences.left_out(everyone, three)


def test_a_tail_is_told_on_the_side_where_it_is(study):
    assert "its largest value lies 3.0 standard deviations above" in sentences.most_skewed(
        study, described(2.0)
    )
    assert "is 1 standard error from 0" in sentences.most_skewed(study, described(0.1))
    left = sentences.most_skewed(study, described(-2.0))
    assert "−2.000 is 20 standard errors" in left
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


def rates(**groups: list[tuple[str, int, float]]) -> dict[str, pd.DataFrame]:
    """Return tables of customers and their retention rate for groups of variables."""
    columns = ["group", "customers", "retention_rate"]
    return {
        name: pd.DataFrame(rows, columns=columns).set_index("group")
        for name, rows in groups.items()
    }


def test_the_variable_with_the_widest_rates_is_told_with_its_groups(study):
    """Young customers stay more often: the lowest rate is not the lowest group's."""
    told = rates(
        age=[("18 – 30", 40, 0.663), ("31 – 50", 50, 0.5), ("51 – 77", 1200, 0.311)],
        branch=[("north", 30, 0.5), ("*east*", 19, 1.0)],
    )
    said = sentences.most_moving(study, told)
    assert said.startswith(
        "Between the groups of **Age** retention differs most: 31.1% of the 1,200 customers in the "
        "group “51 – 77” are retained, and 66.3% of the 40 customers in the group “18 – 30”. "
        "Groups of fewer than 20 customers are not compared. Each picture"
    )
    told["branch"]["customers"] = 20
    said = sentences.most_moving(study, told)
    assert (
        "**Branch**" in said and "100.0% of the 20 customers in the group “&#42;east&#42;”" in said
    )
    assert "fewer" not in said


def test_small_groups_and_equal_rates_are_not_compared(study):
    few = rates(age=[("1", 19, 0.2), ("2", 400, 0.3)], branch=[("north", 500, 0.3)])
    assert sentences.most_moving(study, few).startswith(
        "No variable has two groups of 20 customers or more. Groups of fewer"
    )
    equal = rates(age=[("1", 50, 0.3), ("2", 40, 0.3)])
    assert sentences.most_moving(study, equal).startswith("Retention is the same in all groups")


def test_groups_may_be_named_alike(study):
    told = rates(age=[("1.23457e+06", 50, 0.3), ("1.23457e+06", 40, 0.5)])
    assert "30.0% of the 50 customers" in sentences.most_moving(study, told)

"""What is said of missing values and imputation, also where results could embarrass it."""

import pandas as pd
import pytest

from erfm.trust import sentences_missing as sentences
from erfm.trust.imputation import against_truth, formats

KNOWN = pd.Series([1, 0, 1, 0])


@pytest.fixture(scope="module")
def study(make_study):
    frame = pd.DataFrame({"recency": [1, 2, 3, 4], "age": [1, 1, 2, 3], "retained": [0, 1, 0, 1]})
    return make_study(frame)[0]


def gaps(recency: float, age: float, if_missing: float = 0.34) -> pd.DataFrame:
    table = pd.DataFrame({"share_missing": {"recency": recency, "age": age}})
    table["missing"] = (table["share_missing"] * 1000).astype(int)
    return table.assign(retained_if_known=0.33, retained_if_missing=if_missing)


def test_gaps(study):
    text = sentences.gaps(study, gaps(0.1, 0.259), KNOWN)
    assert text.startswith("age is missing for 25.9% of the customers. Of these, 34.0% are")
    assert "against 33.0% where it is known. All customers" in text
    assert sentences.gaps(study, gaps(0.1, 0.1), KNOWN).startswith("recency is missing for 10.0%")


def test_gaps_of_customers_whose_outcome_is_unknown(study):
    text = sentences.gaps(study, gaps(0.1, 0.2, float("nan")), KNOWN)
    assert "Whether these stay is not known." in text and "nan" not in text


def test_in_short(study):
    def told(table, **counts):
        counts = {"everyone": 50, "used": 50, "complete": 40} | counts
        return sentences.in_short(study, gaps(0.1, 0.259), table, formats(table, 20), **counts)

    text = told(estimates())
    assert text.startswith("**In short.** age is missing for 25.9% of the customers; leaving out")
    assert "whoever has a gap keeps 40 of 50. Multiple imputation, which uses 50, narrows" in text
    assert "20% smaller). It moves recency most, by 2.00 listwise standard errors: leaving" in text
    assert text.endswith("customers out changes what the equation says about it.")
    assert told(estimates(change=-0.5)).endswith("leaving customers out changes little.")
    nobody = told(estimates(change=0.0), used=40)
    assert nobody.endswith("None of the others can be imputed, so that nothing changes.")
    assert "moves" not in nobody


def test_in_short_without_gaps():
    assert "**In short.** No customer has a gap, so" in sentences.in_short_without_gaps(KNOWN)
    unknown = sentences.in_short_without_gaps(pd.Series([1, None]))
    assert unknown.startswith("**In short.** No variable has a gap, so")


def test_no_gaps(study):
    assert "No customer has a gap, so nothing" in sentences.gaps(study, gaps(0, 0), KNOWN)
    assert "No variable has a gap" in sentences.gaps(study, gaps(0, 0), pd.Series([1, None]))


def estimates(change: float = 2.0, error: float = 0.8) -> pd.DataFrame:
    table = pd.DataFrame({"listwise_b": 1.0}, index=["Constant", "recency", "age"])
    table = table.assign(listwise_standard_error=0.1, listwise_lower=0.8, listwise_upper=1.2)
    table = table.assign(imputed_b=1 + 0.1 * change, imputed_standard_error=0.1 * error)
    table = table.assign(imputed_lower=1 + 0.1 * change, imputed_upper=1.5, change_in_se=change)
    return table.assign(missing_information=0.2, monte_carlo_error=0.001)


def imputed(study, table, everyone=50, used=50, complete=40):
    counts = {"everyone": everyone, "used": used, "complete": complete}
    return sentences.imputed(study, table, formats(table, 20), 20, **counts)


def test_imputed(study):
    text = imputed(study, estimates())
    assert text.startswith(
        "Using 50 customers instead of 40 narrows the intervals (median standard"
    )
    assert "20% smaller). recency moves most: from 1.000 to 1.200, 2.00 listwise" in text
    assert "so 20 other imputations" in text and "Monte-Carlo error is 0.0010," in text
    assert "changes what the equation says about recency; find out" in text
    assert imputed(study, estimates(change=-0.5)).endswith("it only wastes customers.")


def test_intervals_that_do_not_get_narrower(study):
    wider = imputed(study, estimates(error=1.1))
    assert "does not narrow the intervals (median standard error 10% larger)" in wider
    assert "leaves the intervals about as wide (the" in imputed(study, estimates(error=1.001))


def test_customers_who_stay_out(study):
    assert imputed(study, estimates(), used=49).startswith("1 customer without an outcome or")
    assert "three or more levels stays out. Using" in imputed(study, estimates(), used=49)
    assert imputed(study, estimates(), used=47).startswith("3 customers without an outcome or")


def test_nothing_to_impute(study):
    text = imputed(study, estimates(change=0.0, error=1.0), used=40)
    assert text.startswith("10 customers without") and "there was nothing to impute" in text
    assert "moves most" not in text


def test_truth_held(study):
    truth = pd.Series({"Constant": 1.0, "recency": 1.3, "age": 0.9, "other": 0.0})
    held = against_truth(estimates(), truth)
    assert held["listwise_holds"].tolist() == [True, False, True]
    assert held["imputed_holds"].tolist() == [False, True, False]
    text = sentences.truth_held(study, held, 4500.0, 3334)
    assert "Of 3 coefficients, the listwise interval holds it for 2, that of multiple" in text
    assert "imputation for 1; what listwise deletion gets wrong is recency. The paper" in text
    assert "its coefficients carry such an error, and" in text


def test_truth_held_by_both(study):
    held = against_truth(
        estimates(change=0.0), pd.Series(1.0, index=["Constant", "recency", "age"])
    )
    text = sentences.truth_held(study, held, 4500, 3334)
    assert "imputation for all. The paper dropped 1,166 of 4,500 customers" in text
    assert "may carry an error of this kind" in text and "gets wrong" not in text

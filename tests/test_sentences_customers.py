"""What the page on the reader's own data says, also where its sentences could be false."""

import dataclasses

import pandas as pd
import pytest

from erfm.customers import sentences
from erfm.customers.drafting import Draft, draft_study
from erfm.customers.mistakes import message_for
from erfm.samples import Samples


@pytest.fixture(scope="module")
def draft(tmp_path_factory) -> Draft:
    path = tmp_path_factory.mktemp("draft") / "customers.csv"
    rows = [f"K{i};{i * 7 % 50},5;{i % 3};{['留存', '流失'][i % 5 < 2]}" for i in range(40)]
    text = "\n".join(["客户号;最近天数;产品数;状态", *rows])
    path.write_bytes(text.encode("gb18030"))
    return draft_study(path, encoding="gb18030")


def test_size_of_a_file():
    numbers = pd.DataFrame({"a": range(1200), "b": 0.5})
    assert sentences.size(numbers).startswith("1,200 rows and 2 columns, all numbers, and nothing")
    mixed = numbers.head(1).assign(c="text", d=True)
    assert sentences.size(mixed).startswith("1 row and 4 columns, 2 of them numbers, and nothing")
    assert sentences.size(mixed[["c"]]).startswith("1 row and 1 column, none of them numbers")


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "No column is proposed as predictor and “状态” as the outcome. A"),
        (1, "1 column is proposed as predictor and “状态” as the outcome. A"),
        (2, "2 columns are proposed as predictors and “状态” as the outcome. A"),
    ],
)
def test_what_is_proposed(draft, n, said):
    assert len(draft.predictors) == 2
    some = dataclasses.replace(draft, predictors=draft.predictors[:n])
    assert sentences.proposed(some).startswith(said)


def test_the_outcome_s_name_is_text(draft):
    assert "“&#42;y&#42;” as" in sentences.proposed(
        dataclasses.replace(draft, outcome_column="*y*")
    )


def samples(build: int, holdout: int, *warnings: str) -> Samples:
    frames = [pd.DataFrame(index=range(n)) for n in (build + holdout, build, holdout)]
    return Samples(*frames, warnings)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (samples(5660, 378), "5,660 voters build the model, 378 are kept to test it."),
        (samples(1, 1), "1 voter builds the model, 1 is kept to test it."),
        (samples(9, 9, "*Few.*"), "to test it, with a warning: &#42;Few.&#42;"),
        (samples(9, 9, "Few.", "Bad."), "to test it, with warnings: Few. Bad."),
    ],
)
def test_what_is_accepted(given, said):
    text = sentences.accepted(given)
    assert text.startswith("The file is accepted: ") and text.endswith(said)


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        (["a", "b"], "Both mistakes are noticed before"),
        (["a", "no error"], "1 of 2 mistakes is noticed before"),
        (["a"] * 3, "All 3 mistakes are noticed before"),
        (["a"], "The one mistake is noticed before"),
        (["no error"] * 3, "No mistake is noticed before"),
    ],
)
def test_how_many_mistakes_are_noticed(messages, said):
    assert sentences.noticed(dict(enumerate(messages))).startswith(said)


RATES = pd.DataFrame(
    {"successes": [302, 216], "of": 378}, index=["accuracy", "no_information_rate"]
)
GAIN = pd.Series(
    {"only_first": 101, "only_second": 15, "difference": 86 / 378, "lower": 0.18, "upper": 0.27}
)


def test_five_steps_are_compared_with_the_commoner_outcome_in_pairs(sample):
    ranked = "recency > gender"
    text = sentences.five_steps(sample[0], ("recency", "gender"), RATES, GAIN, 0.8541, ranked)
    assert text == (
        "Forward selection keeps recency, gender; on 378 voters that it has not seen, the equation "
        "has an AUC of 0.854. It is right for 302 (79.9%), naming the commoner outcome for "
        "everyone is right for 216 (57.1%). The equation's rule is surely more accurate (+22.8 "
        "percentage points, 95% interval +18.0 to +27.0). By size of effect: recency > gender."
    )


def test_five_steps_that_keep_one_variable_or_none(sample):
    worse = GAIN.replace({0.18: -0.27, 0.27: -0.18, 86 / 378: -86 / 378})
    one = sentences.five_steps(sample[0], ("recency",), RATES, worse, 0.45, "recency")
    assert one.startswith("Forward selection keeps recency; on") and "an AUC of 0.450. It" in one
    assert one.endswith("surely less accurate (−22.8 percentage points, 95% interval −27.0 to "
                        "−18.0).")  # fmt: skip
    none = sentences.five_steps(sample[0], (), RATES, GAIN, 0.5, "")
    assert none == (
        "Forward selection keeps no variable; on 378 voters that it has not seen, the constant "
        "alone is right for 302 (79.9%)."
    )


def test_what_is_drafted_of_a_chinese_file(draft):
    assert sentences.drafted(draft) == (
        "For instance, a file in GB18030 with semicolons and decimal commas is drafted with "
        "encoding “gb18030”, separator “;” and decimal mark “,”; its outcome is 状态, where 留存 "
        "is taken for *retained*."
    )
    whole = dataclasses.replace(draft, format=dataclasses.replace(draft.format, decimal=""))
    assert "separator “;” and no decimal mark; its" in sentences.drafted(whole)


def test_exercises(sample):
    study = sample[0]
    assert "first level named, “basic”, is the reference; the others have a coefficient each, " in (
        sentences.reference_level(study, "segment")
    )
    assert "“female”, is the reference; the other has a coefficient, " in (
        sentences.reference_level(study, "gender")
    )
    assert "“a.toml: &#42;no&#42; such”" in sentences.quoted_error("a.toml: *no* such")


# --- Mistakes -------------------------------------------------------------------------------------


@pytest.fixture
def told(sample, tmp_path):
    """Return a function that says what is told of the sample's customers after some changes."""
    study = sample[0]
    customers = pd.read_csv(study.file, dtype=str).head(100)

    def told(changes):
        return message_for(changes, study, customers, tmp_path / "damaged.csv")

    return told


def test_customers_without_a_mistake_are_told_of_none(told, sample, tmp_path):
    assert told({}) == "no error"
    copy = pd.read_csv(tmp_path / "damaged.csv", dtype=str)
    pd.testing.assert_frame_equal(copy, pd.read_csv(sample[0].file, dtype=str).head(100))


def test_one_cell_is_changed(told, tmp_path):
    message = told({"recency": (3, "forty")})
    assert message.startswith(f"{tmp_path / 'damaged.csv'}, column 'recency': text where numbers")
    assert "row 5 'forty'" in message
    copy = pd.read_csv(tmp_path / "damaged.csv", dtype=str)
    assert (copy["recency"] == "forty").sum() == 1


def test_every_row_and_several_columns_are_changed(told):
    assert "Remove one of them from damaged.toml" in told(
        {"recency": (slice(None), pd.Series(range(100)).astype(str)),
         "frequency": (slice(None), pd.Series(range(100)).astype(str))}
    )  # fmt: skip
    assert "have the same outcome" in told({"retained": (slice(None), "1")})


def test_the_customers_given_stay_as_they_are(sample, tmp_path):
    customers = pd.read_csv(sample[0].file, dtype=str).head(100)
    before = customers.copy()
    message_for({"gender": (slice(None), "x")}, sample[0], customers, tmp_path / "damaged.csv")
    pd.testing.assert_frame_equal(customers, before)


def test_a_copy_is_written_as_the_study_says(sample, tmp_path):
    study = sample[0]
    form = dataclasses.replace(study.format, separator=";", encoding="gb18030", decimal=".")
    customers = pd.read_csv(study.file, dtype=str).head(100)
    other = dataclasses.replace(study, format=form)
    message = message_for({"gender": (0, "男")}, other, customers, tmp_path / "damaged.csv")
    assert "row 2 '男'" in message
    assert "男".encode("gb18030") in (tmp_path / "damaged.csv").read_bytes()

"""What is said of curves and other models, also where results could embarrass it."""

import pandas as pd
import pytest

from erfm.trust import sentences_models as sentences
from erfm.trust.other_models import BOOSTING, FORWARD, PENALISED


@pytest.fixture(scope="module")
def study(make_study):
    frame = pd.DataFrame(
        {"recency": [1, 2, 3, 4], "age": [1, 1, 2, 3], "segment": ["a", "b", "a", "b"],
         "retained": [0, 1, 0, 1]}
    )  # fmt: skip
    return make_study(frame, {"segment": ["a", "b"]})[0]


@pytest.fixture(scope="module")
def category(make_study):
    frame = pd.DataFrame({"segment": ["a", "b", "a", "b"], "retained": [0, 1, 0, 1]})
    return make_study(frame, {"segment": ["a", "b"]})[0]


def bends_at(**p: float) -> pd.DataFrame:
    return pd.DataFrame({"p_value": pd.Series(p, dtype=float)})


def test_no_bend(study):
    text = sentences.linearity(study, bends_at(recency=0.4, age=0.3, all=0.795))
    assert text.startswith("No variable bends beyond chance (all at once, p = 0.795). **For the")


def test_bends(study):
    one = sentences.linearity(study, bends_at(recency=0.001, age=0.03, all=0.0001))
    assert one.startswith("Judged at 0.05 divided by the 2 questions asked, recency bends; all at")
    assert "all at once, p < 0.001." in one and "is too simple for recency: read" in one
    assert "recency, age bend;" in sentences.linearity(
        study, bends_at(recency=0.001, age=0.002, all=0.0001)
    )


def test_one_curve_alone_is_judged_at_the_usual_limit(study):
    text = sentences.linearity(study, bends_at(recency=0.04, all=0.04))
    assert text.startswith(
        "age: too few different values for a curve. Judged at 0.05, recency bends"
    )


def test_bends_that_show_together_only(study):
    text = sentences.linearity(study, bends_at(recency=0.04, age=0.04, all=0.01))
    assert text.startswith("No variable by itself bends beyond chance, but together they do")
    assert "cannot tell where." in text and "is fair" not in text


def test_nothing_to_bend(study, category):
    text = sentences.linearity(study, bends_at())
    assert text.startswith("recency, age: too few different values for a curve. There is no")
    assert "cannot be asked here" in text and "is fair" not in text
    assert "the question does not arise" in sentences.linearity(category, bends_at())


def against(boosting: tuple[float, float, float], ridge=(0.0003, -0.0065, 0.0072)) -> pd.DataFrame:
    rows = [(FORWARD, None, None, None), (PENALISED, *ridge), (BOOSTING, *boosting)]
    columns = ["model", "difference", "lower", "upper"]
    return (
        pd.DataFrame(rows, columns=columns)
        .astype(dict.fromkeys(columns[1:], float))
        .assign(score="AUC", mean=0.67)
    )


@pytest.mark.parametrize(
    ("tests", "words"),
    [
        (
            bends_at(recency=0.4, age=0.3, all=0.795),
            "No variable bends beyond chance (all at once,",
        ),
        (
            bends_at(recency=0.04, age=0.04, all=0.01),
            "but together they do (all at once, p = 0.010)",
        ),
        (bends_at(recency=0.001, age=0.04, all=0.01), "recency bends (all at once, p = 0.010)."),
        (
            bends_at(recency=0.001, age=0.01, all=1e-9),
            "recency, age bend (all at once, p < 0.001).",
        ),
        (bends_at(), "There is no variable that could bend."),
    ],
)
def test_in_short(study, tests, words):
    text = sentences.in_short(study, tests, against((-0.02, -0.039, -0.001)))
    assert text.startswith("**In short.** ") and words in text
    assert text.endswith(
        "Cross-validated, the forward search has an AUC of 0.670; gradient boosting changes it by "
        "−0.020 (95% interval −0.039 to −0.001)."
    )


def test_in_short_of_too_few_folds(study):
    nan = float("nan")
    text = sentences.in_short(study, bends_at(), against((0.01, nan, nan)))
    assert text.endswith("changes it by +0.010 (no interval, with so few folds).")


def test_naive_interval():
    text = sentences.naive_interval(against((-0.02, -0.04, 0.0)), -0.028, -0.012)
    assert "would be −0.028 to −0.012; the one to go by" in text and "2.5 times as wide." in text
    none = "These folds give no interval to compare."
    nan = float("nan")
    assert sentences.naive_interval(against((0.01, nan, nan)), nan, nan) == none
    assert sentences.naive_interval(against((0.0, 0.0, 0.0)), 0.0, 0.0) == none


@pytest.mark.parametrize(
    ("boosting", "gain", "choice"),
    [
        (
            (-0.02, -0.039, -0.001),
            "loses (−0.020 in AUC, 95% interval −0.039 to −0.001)",
            "black box",
        ),
        ((0.01, -0.01, 0.03), "neither surely gains nor loses", "cannot tell the models apart"),
        ((0.0, 0.0, 0.0), "neither surely gains nor loses", "cannot tell the models apart"),
        ((0.02, 0.01, 0.03), "gains (+0.020", "gives little away"),
        ((0.06, 0.05, 0.07), "gains", "costs much precision here"),
    ],
)
def test_alternatives(study, boosting, gain, choice):
    text = sentences.alternatives(study, against(boosting), 20, 20)
    assert text.startswith(f"Gradient boosting {gain}") and choice in text
    assert "the penalty changes AUC by +0.0003 (−0.0065 to +0.0072)." in text


def test_folds_that_are_left_out(study):
    row = (0.01, -0.01, 0.03)
    assert sentences.alternatives(study, against(row), 19, 20).startswith(
        "⚠ 1 fold gave no equation and is"
    )
    assert sentences.alternatives(study, against(row), 15, 20).startswith(
        "⚠ 5 folds gave no equation and"
    )
    nan = float("nan")
    alone = sentences.alternatives(study, against((0.01, nan, nan), (0.01, nan, nan)), 1, 20)
    assert "have no interval" in alone and "nan" not in alone and "black box" not in alone

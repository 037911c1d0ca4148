"""What is said of curves and other models, also where results could embarrass it."""

import pandas as pd
import pytest

from erfm.trust import sentences_models as sentences
from erfm.trust.other_models import BOOSTING, FORWARD, PENALISED, compare_models


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
    assert text.endswith("high end; nothing speaks against the simple reading of the coefficients.")


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
    assert "cannot tell where." in text and "nothing speaks against" not in text


def test_nothing_to_bend(study, category):
    text = sentences.linearity(study, bends_at())
    assert text.startswith("recency, age: too few different values for a curve. There is no")
    assert "cannot be asked here" in text and "nothing speaks against" not in text
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


STRAIGHT, BENT = bends_at(recency=0.4, age=0.3, all=0.795), bends_at(recency=0.001, all=0.001)
NOTHING, GAIN, LOSS = (0.01, -0.01, 0.03), (0.02, 0.01, 0.03), (-0.02, -0.039, -0.001)
UNSURE = "these customers cannot tell the models apart;"


def judged(boosting, ridge=NOTHING, brier=(0.0, -0.01, 0.01)) -> pd.DataFrame:
    """Return differences in AUC, and those of boosting in the Brier score."""
    rows = against(boosting, ridge), against(brier, (0.0, -0.01, 0.01)).assign(score="Brier score")
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize(
    ("tests", "models", "choice"),
    [
        (STRAIGHT, judged(NOTHING), UNSURE),
        (STRAIGHT, judged((0.0, 0.0, 0.0)), UNSURE),
        (BENT, judged(NOTHING), "no other model surely predicts better: take the formula that can "
         "be read, checked and explained. Let it have curves: its straight lines are too simple."),
        (STRAIGHT, judged(LOSS), "nothing is gained by a black box: take the formula that can"),
        (BENT, judged(LOSS), "nothing is gained by a black box: take the formula that can be read, "
         "checked and explained. Let it have curves"),
        (STRAIGHT, judged(LOSS, LOSS), "nothing is gained by the other two: take the formula"),
        (STRAIGHT, judged(NOTHING, LOSS), "the penalty does worse, and nothing shows that a black"),
        (STRAIGHT, judged(GAIN), "a flexible model predicts better, but the readable formula gives "
         "little away."),
        (STRAIGHT, judged((0.06, 0.05, 0.07)), "costs much precision here"),
        (STRAIGHT, judged(NOTHING, (0.12, 0.04, 0.2)), "keeping all variables under a penalty pre"),
        (STRAIGHT, judged(GAIN, GAIN), "little away. keeping all"),
        (STRAIGHT, judged(NOTHING, brier=(-0.01, -0.02, -0.001)), "a flexible model predicts bett"),
        (STRAIGHT, judged(NOTHING, brier=(0.01, 0.001, 0.02)), "nothing is gained by a black box"),
    ],
)  # fmt: skip
def test_the_verdict_looks_at_every_model_and_at_the_curves(study, tests, models, choice):
    text = sentences.alternatives(study, tests, models, 20, 20)
    assert choice.lower() in text.lower()
    assert (UNSURE in text) == (choice == UNSURE)


def test_alternatives(study):
    text = sentences.alternatives(study, STRAIGHT, judged(LOSS, brier=(0.01, 0.001, 0.02)), 20, 20)
    assert text.startswith(
        "Gradient boosting changes AUC by −0.0200 (95% interval −0.0390 to −0.0010) and is surely "
        "worse in AUC and Brier score; the penalty changes AUC by +0.0100 (95% interval −0.0100 to "
        "+0.0300) and is not surely better or worse in any score. **For the bank:** nothing is"
    )
    mixed = sentences.alternatives(study, STRAIGHT, judged(GAIN, brier=(0.01, 0.001, 0.02)), 20, 20)
    assert "and is surely better in AUC and surely worse in Brier score; the" in mixed


def test_folds_that_are_left_out(study):
    def told(boosting, ridge=NOTHING, judged=20) -> str:
        return sentences.alternatives(study, STRAIGHT, against(boosting, ridge), judged, 20)

    assert told(NOTHING, judged=19).startswith("⚠ 1 fold gave no equation and is")
    assert told(NOTHING, judged=15).startswith("⚠ 5 folds gave no equation and")
    nan = float("nan")
    alone = told((0.01, nan, nan), (0.01, nan, nan), judged=1)
    assert "have no interval" in alone and "nan" not in alone and "black box" not in alone


def test_no_fold_at_all(study):
    none = compare_models(pd.DataFrame(columns=["model", "fold", "auc", "brier", "log_loss"]))
    told = "No fold of the cross-validation gave an equation, so that no model can be judged."
    assert sentences.in_short(study, STRAIGHT, none).endswith(told)
    text = sentences.alternatives(study, STRAIGHT, none, 0, 20)
    assert text == f"{told} Merge rare levels, or use more customers."
    nan = float("nan")
    assert sentences.naive_interval(none, nan, nan).endswith("no interval to compare.")

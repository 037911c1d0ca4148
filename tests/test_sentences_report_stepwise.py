"""What page 03 says, also of searches that keep nothing, take one step or put a variable out."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from erfm import figures
from erfm.logistic import fit_logistic
from erfm.report import sentences_stepwise as sentences
from erfm.report.step_tables import step_tables, steps_compared
from erfm.stepwise import OVERALL, ForwardSelection, Step, TermTest, forward_lr


def made_step(number, entered, removed, terms, log_likelihood, scores=(), removals=()) -> Step:
    scores = [TermTest(term, score, 1, p) for term, score, p in scores]
    removals = [TermTest(term, change, 1, p) for term, change, p in removals]
    overall = (TermTest(OVERALL, 9.0, 2, 0.01),)
    return Step(
        number, entered, removed, terms, log_likelihood, tuple(scores), overall, tuple(removals)
    )


@pytest.fixture(scope="module")
def searched(sample):
    study, frame = sample
    selection = forward_lr(study, frame)
    return study, selection, [fit_logistic(study, frame, list(s.terms)) for s in selection.steps]


@pytest.fixture(scope="module")
def left_again():
    """A search that recency enters first, with the smaller score, and leaves last."""
    tests = [("recency", 8.0, 0.005), ("segment", 9.0, 0.011)]
    return ForwardSelection(
        (
            made_step(0, None, None, (), -200.0, tests),
            made_step(1, "recency", None, ("recency",), -190.0, [("segment", 9.0, 0.01)],
                      [("recency", 20.0, 1e-5)]),
            made_step(2, "segment", None, ("recency", "segment"), -180.0, [],
                      [("recency", 0.1, 0.75), ("segment", 18.0, 1e-4)]),
            made_step(3, None, "recency", ("segment",), -180.05, [("recency", 0.1, 0.75)],
                      [("segment", 40.0, 1e-9)]),
        ),
        "no term can enter or leave",
    )  # fmt: skip


def nothing(sample):
    study = dataclasses.replace(sample[0], entry_p=1e-300)
    return study, forward_lr(study, sample[1])


def test_a_search_that_keeps_nothing(sample):
    study, selection = nothing(sample)
    constant = fit_logistic(study, sample[1], [])
    text = sentences.in_short(study, selection)
    assert "keeps no variable. Left out: recency, " in text and "none" not in text
    assert sentences.fall(selection) == "Nothing entered."
    text = sentences.block_0(study, selection, constant)
    assert text.endswith("one at a time, no variable could enter.")
    assert sentences.compared(selection, steps_compared([constant])) == "Nothing entered."
    assert "by step: constant only 5" in figures.selection_alt(study, selection)
    assert "it stays out." in sentences.step(study, selection, 0)


def test_a_variable_that_leaves_again(sample, left_again):
    study = sample[0]
    assert "1 variable left again" in sentences.path(study, left_again)
    assert "it enters next. Of those" in sentences.step(study, left_again, 1)
    text = sentences.step(study, left_again, 2)
    assert text == ("Nothing is left outside. Of those inside, recency has the largest "
                    "(p = 0.750): it leaves.")  # fmt: skip
    assert sentences.step(study, left_again, 3).endswith("(p < 0.001): it stays in.")
    columns = ["minus2_log_likelihood", "nagelkerke_r2"]
    steps = pd.DataFrame([[380.0, 0.1], [360.0, 0.2], [360.1, 0.2]], [1, 2, 3], columns)
    text = sentences.compared(left_again, steps)
    assert "−2 log-likelihood falls from 380.000 to 360.100 and Nagelkerke's R² rises" in text
    assert "each entry must lower the first and raise the model χ², and each removal" in text
    upside_down = sentences.compared(left_again, steps.iloc[::-1])
    assert (
        "−2 log-likelihood rises from 360.100 to 380.000 and Nagelkerke's R² falls" in upside_down
    )
    one = ForwardSelection(left_again.steps[:2], "x")
    assert "The only step leaves −2 log-likelihood at 380.000" in sentences.compared(one, steps[:1])
    assert "The only step brings the whole" in sentences.fall(one)


def test_the_first_to_enter_need_not_have_the_largest_score(sample, left_again):
    constant = fit_logistic(*sample, [])
    text = sentences.block_0(sample[0], left_again, constant)
    assert text.endswith("both variables could enter; recency, with the smallest p, does.")


def test_no_share_of_a_fall_is_above_all_of_it(left_again):
    """What is left at the end may fit worse than the first step did."""
    last = dataclasses.replace(left_again.steps[-1], log_likelihood=-195.0)
    text = sentences.fall(ForwardSelection((*left_again.steps[:-1], last), "x"))
    assert text.startswith("The first step brings 50% of")


def test_a_search_that_keeps_everything_leaves_nothing_out(sample, left_again):
    study = dataclasses.replace(
        sample[0], predictors={name: sample[0].predictors[name] for name in ("recency", "segment")}
    )
    both = ForwardSelection(left_again.steps[:3], "x")
    text = sentences.in_short(study, both)
    assert "keeps both variables: recency, segment. The page" in text


def test_a_real_search_is_told(searched):
    _, selection, fits = searched
    assert "each step must lower" in sentences.compared(selection, steps_compared(fits))
    assert "of the whole fall" in sentences.fall(selection)
    assert "the same to eight decimals" in sentences.final(fits[-1], selection)
    other = dataclasses.replace(fits[-1], log_likelihood=fits[-1].log_likelihood - 1)
    assert "DIFFER" in sentences.final(other, selection)
    assert "reads it as a good fit" in sentences.printed_chi_square()


def test_the_score_by_hand_is_compared(searched):
    study, selection, _ = searched
    start = selection.steps[0]
    score = start.score_tests.loc["recency", "score"]
    assert "is the same as that" in sentences.score_by_hand(study, "recency", score, start)
    assert "is NOT that" in sentences.score_by_hand(study, "recency", score + 1, start)


def test_every_step_has_its_tables(searched):
    _, selection, fits = searched
    tables = step_tables(selection.steps[1], fits[1], fits[0])
    assert [name for name, *_ in tables] == [
        "omnibus", "summary", "hosmer_lemeshow", "groups", "classification", "coefficients",
        "removal", "scores",
    ]  # fmt: skip
    all_in = dataclasses.replace(selection.steps[1], scores=(), overall=())
    assert [name for name, *_ in step_tables(all_in, fits[1], fits[0])][-1] == "removal"
    steps = steps_compared(fits)
    expected = [-2 * step.log_likelihood for step in selection.steps[1:]]
    np.testing.assert_allclose(steps["minus2_log_likelihood"], expected, rtol=1e-9)
    assert list(steps.index) == list(range(1, len(fits)))


def test_score_and_likelihood_ratio_are_compared(sample):
    study, frame = sample
    null = fit_logistic(study, frame, []).log_likelihood
    scores = forward_lr(study, frame).steps[0].score_tests.drop(index=OVERALL)
    table = scores.rename(columns={"p_value": "score_p"})
    fits = {t: fit_logistic(study, frame, [t]).log_likelihood for t in table.index}
    table["likelihood_ratio"] = 2 * (pd.Series(fits) - null)
    table["likelihood_ratio_p"] = stats.chi2.sf(table["likelihood_ratio"], table["df"])
    text = sentences.score_beside_ratio(study, table, 0.05)
    row = table.loc[table["score"].to_numpy().argmax() == np.arange(len(table))].iloc[0]
    apart = abs(row["score"] - row["likelihood_ratio"])
    assert f"the score is {row['score']:.3f} and the likelihood ratio" in text
    assert f"{apart:.3f} apart" in text and apart < 0.1 * row["score"]
    agree = ((table["score_p"] < 0.05) == (table["likelihood_ratio_p"] < 0.05)).all()
    assert ("judged alike" in text) == agree
    table.loc["recency", ["score_p", "likelihood_ratio_p"]] = [0.04, 0.06]
    assert "disagree on recency, near" in sentences.score_beside_ratio(study, table, 0.05)

"""What the pages on the published study say, of its numbers and of others."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from erfm.customers.study_file import load_study
from erfm.paper import sentences
from erfm.paper.arithmetic import chi_square_readings
from erfm.paper.scorecard import (
    BY_CONSTRUCTION,
    ESTIMATED,
    proofs,
    published_classification_table,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE, VERDICTS, Verdict

WRONG = Verdict(CONTRADICTS, "The parts add up to 5; 6 is printed.")
RIGHT = Verdict(HOLDS, "The parts add up to 5; 5 is printed.")


def counts(*numbers: int) -> pd.Series:
    return pd.Series(numbers, index=VERDICTS)


def test_in_one_minute_states_the_claim_and_what_the_counts_give():
    said = sentences.in_one_minute(counts(4, 3, 2, 1), published_classification_table())
    assert said.startswith("**In short.** The paper claims an accuracy of **95.11%**. The counts")
    assert "printed values, 4 hold, 3 are impossible, 2 contradict others and 1 cannot" in said


def test_the_claim_has_the_printed_decimals_everywhere(monkeypatch):
    said = sentences.claim(published_classification_table())
    assert re.findall(r"[\d.]+%", said) == ["95.11%", "75.86%", "67.24%"]
    ledger = sentences.load_published().copy()
    ledger.loc["accuracy", "printed"] = "95.1%"
    monkeypatch.setattr(sentences, "load_published", lambda: ledger)
    said = sentences.claim(published_classification_table())
    assert re.findall(r"[\d.]+%", said) == ["95.1%", "75.9%", "67.2%"]


def test_every_verdict_is_defined_once():
    defined = sentences.verdicts_defined().splitlines()
    assert [re.match(r"- \*\*(.+?)\*\*: ", line)[1] for line in defined] == list(VERDICTS)
    assert all(line.endswith(".") for line in defined)


def test_every_verdict_is_counted_in_words_and_beside_the_figure():
    said = sentences.what_holds(counts(4, 3, 0, 1), "Figure 1")
    assert "does not (Figure 1): 4 hold, 3 are impossible, 0 contradict others and 1 cann" in said
    assert sentences.tally(counts(1, 1, 1, 9)) == (
        "1 holds, 1 is impossible, 1 contradicts others and 9 cannot be judged"
    )
    assert sentences.caption_of_verdicts(counts(4, 3, 2, 1)).startswith(
        "5 of 10 printed values cannot stand: 3 whatever the data, 2 beside other printed values. "
    )


def test_how_recomputed_counts_what_does_not_occur_as_none():
    said = sentences.how_recomputed(
        pd.Series([BY_CONSTRUCTION, BY_CONSTRUCTION, ESTIMATED]), "Table 1"
    )
    assert said.startswith("In Table 1, 2 values agree") and "estimated (1) or" in said
    assert "were not aimed at (0)" in said


def test_examined_in_short_counts_every_verdict():
    said = sentences.examined_in_short(counts(4, 3, 2, 1))
    assert "Of 10 printed values, 4 are confirmed" in said
    assert "3 are impossible whatever the data, 2 contradict other printed values and 1 can" in said
    one = sentences.examined_in_short(counts(1, 1, 1, 0))
    assert "1 is confirmed by arithmetic on other printed values, 1 is impossible whatever" in one
    assert "1 contradicts other printed values and 0 cannot be judged without the data." in one
    assert VERDICTS == (HOLDS, IMPOSSIBLE, CONTRADICTS, CANNOT_BE_JUDGED)


def test_sums_names_those_that_do_not_hold():
    assert sentences.sums({"range": RIGHT, "genders": RIGHT}, "T").startswith("All 2 hold (T): ")
    said = sentences.sums({"range": RIGHT, "genders": WRONG}, "T")
    assert said.startswith("1 of 2 hold (T); genders do not")
    assert "careless" not in said


@pytest.mark.parametrize(
    ("simple", "hits", "words"),
    [
        (0, 0, "No quotient of two printed counts gives the printed value. Sums and"),
        (1, 2, "1 quotient of two printed counts gives the"),
        (4, 9, "4 quotients of two printed counts give the"),
    ],
)
def test_another_reading(simple, hits, words):
    search = pd.DataFrame(
        {"ratios_searched": [30, 400, 5387], "hits": [simple, simple, hits]}, index=[1, 2, 3]
    )
    said = sentences.another_reading(search, "Table 1")
    assert words in said
    assert f"up to three counts give {hits or 'none'} among 5,387 ratios (Table 1)." in said


def test_misread_moments_calls_only_such_customers_an_example():
    said = sentences.misread_moments(11.26502)
    assert "a kurtosis of 11.265 exist (the reconstruction is such a set), and" in said
    assert "a kurtosis of 11.265 exist, and" in sentences.misread_moments(3.0)


def test_estimated_interval():
    narrowest = (1.04, 1.06)
    wide = pd.Series({"lower": 1.02, "upper": 1.08})
    assert "is wider still" in sentences.estimated_interval(narrowest, wide)
    narrow = pd.Series({"lower": 1.049, "upper": 1.051})
    assert "is no wider" in sentences.estimated_interval(narrowest, narrow)
    equal = pd.Series({"lower": 1.04, "upper": 1.06})
    assert "is no wider" in sentences.estimated_interval(narrowest, equal)


def test_restated_as_logarithm_ends_with_the_reason_where_nothing_is_refuted():
    proof = Verdict(HOLDS, "The natural logarithm of 2 is 0.693; 0.693 is printed.")
    assert sentences.restated_as_logarithm(proof).endswith("0.693 is printed.")
    said = sentences.restated_as_logarithm(proofs()["log odds ratio"])
    assert said.endswith("is printed. It would take an odds ratio of exp(0.998) = 2.713.")


def test_printed_ranking():
    assert "is that of the printed values (holds), but" in sentences.printed_ranking(RIGHT)
    said = sentences.printed_ranking(WRONG)
    assert f"is not that of the printed values ({CONTRADICTS}), and" in said


@pytest.mark.parametrize(
    ("printed", "words"),
    [("234.510", "Under no reading does"), ("8.1", "Only as Hosmer–Lemeshow does")],
)
def test_chi_square(printed, words):
    solved = published_classification_table()
    readings = chi_square_readings(printed, n=2000, solved=solved, cutoff="0.6024")
    proof = Verdict(CANNOT_BE_JUDGED, "", what_would_have_to_be_true="It would have to be named.")
    said = sentences.chi_square(proof, readings, "Table 2")
    assert said.startswith(f"**Verdict: cannot be judged.** {words} the printed value support")
    assert said.endswith("It would have to be named.")


@pytest.mark.parametrize(
    ("sd", "true_b", "words"),
    [
        (1316.2, 0.0, "is 1,316 yuan a month: there a coefficient printed as zero could hide an "
         "effect as strong as any. (It does not: the reconstruction's true coefficient is zero.)"),
        (300, 0.0002, "could hide a significant effect, but none as strong as the strongest. (The "
         "reconstruction's true coefficient is not zero.)"),
        (100, 0.0, "could hide no significant effect."),
    ],
)  # fmt: skip
def test_zero_coefficient(sd, true_b, words):
    proof = Verdict(CANNOT_BE_JUDGED, "", numbers={"sd_significant": 175.0, "sd_rival": 934.0})
    study = load_study("reconstruction")
    assert words in sentences.zero_coefficient(study, sd, proof, true_b)


def test_a_unit_is_text():
    study = load_study("reconstruction")
    amount = replace(study.predictors["amount"], unit="*$*")
    study = replace(study, predictors={**study.predictors, "amount": amount})
    said = sentences.zero_coefficient(study, 1000, proofs()["zero coefficient"], 0.0)
    assert "*" not in said and "$" not in said


@pytest.mark.parametrize(
    ("claimed", "words"),
    [
        (0.6, "above the base rate favours calling customers churned: reasonable if a missed"),
        (0.2, "below the base rate favours calling customers retained: reasonable if a needless"),
        (0.3, "favours neither class"),
    ],
)
def test_cutoff(claimed, words):
    assert words in sentences.cutoff(claimed, 0.3)


def test_predicted_share():
    shares = pd.DataFrame(
        {"share_above_cutoff": [0.088, 0.204, 0.236], "simulated": [0.087, 0.205, 0.236]},
        index=["uncorrelated", "perfectly correlated", "needed"],
    )
    said = sentences.predicted_share(shares, 0.236, "T")
    assert "reach 8.8% if uncorrelated and 20.4% even if perfectly correlated" in said
    assert said.endswith("simulation and integration agree (T).")
    reached = sentences.predicted_share(shares.assign(simulated=0.5), 0.1, "T")
    assert "and 20.4% if perfectly correlated" in reached
    assert reached.endswith("do not agree (T).")

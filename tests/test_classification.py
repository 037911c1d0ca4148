"""Classification tables from any sufficient numbers: all tables are tried, none is overlooked."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from erfm.paper.classification import (
    COUNTS,
    SHARES,
    Tables,
    against_majority,
    examine_accuracy_against_majority,
    examine_classification,
    kappa,
    possible_tables,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS

PAPER = {
    "actual_positive": "437", "actual_negative": "897", "predicted_positive": "315",
    "false_positive": "100", "predicted_negative": "1019", "false_negative": "222",
}  # fmt: skip
CELLS = (215, 222, 100, 797)
SMALL = Tables(np.array([c for c in product(range(7), repeat=4) if 0 < sum(c) <= 6]))


def one(*cells: int) -> Tables:
    return Tables(np.array([cells]))


def test_the_paper_s_margins_close_with_one_table_and_its_accuracy_is_another_s():
    verdict = examine_classification(**PAPER)
    assert verdict.verdict == HOLDS
    found = [verdict.numbers[k] for k in
             ("true_positive", "false_negative", "false_positive", "true_negative")]  # fmt: skip
    assert tuple(found) == CELLS
    assert verdict.numbers["accuracy"] == pytest.approx(1012 / 1334)
    assert examine_classification(**PAPER, accuracy="75.86%").verdict == HOLDS
    refuted = examine_classification(**PAPER, accuracy="95.11%")
    assert refuted.verdict == CONTRADICTS
    # The fewest that exclude each other: GRIM, with the 1,334 customers as the predictions' sum.
    assert refuted.reason == (
        "No table of whole numbers has all of these: predicted positive 315, predicted negative "
        "1019, accuracy 95.11%."
    )
    assert refuted.what_would_have_to_be_true == ("Accuracy 75.86%: with it all the others agree.")


@pytest.mark.slow
@settings(max_examples=100)
@given(
    st.sampled_from([c for c in product(range(6), repeat=4) if 0 < sum(c) <= 6]),
    st.sets(st.sampled_from(list(COUNTS)), min_size=2, max_size=5),
)
def test_possible_tables_are_all_those_with_the_counts(cells, names):
    counts = {name: int(one(*cells).counts(name)[0]) for name in names}
    found = possible_tables(**{name: str(n) for name, n in counts.items()})
    bounded = all(any(COUNTS[name][cell] for name in names) for cell in range(4))
    if not bounded:
        return
    fits = np.all([SMALL.counts(name) == n for name, n in counts.items()], axis=0)
    fitting = {tuple(row) for row in SMALL.cells[fits]}
    mine = {tuple(row) for row in found.cells if sum(row) <= 6}
    assert mine == fitting and cells in mine


@pytest.mark.parametrize("name", SHARES)
def test_rates_confine_tables(name):
    part, whole = (int(one(*CELLS).counts(n)[0]) for n in SHARES[name])
    margins = {"actual_positive": "437", "actual_negative": "897"}
    printed = f"{100 * part / whole:.2f}%"
    found = possible_tables(**margins, predicted_positive="315", **{name: printed})
    assert CELLS in {tuple(row) for row in found.cells}
    other = f"{100 * part / whole + 0.5:.2f}%"
    assert examine_classification(**PAPER, **{name: other}).verdict == CONTRADICTS


def test_two_classes_with_sensitivity_and_specificity_are_enough():
    rates = {"actual_positive": "437", "actual_negative": "897", "sensitivity": "49.2%",
             "specificity": "88.9%"}  # fmt: skip
    assert examine_classification(**rates, accuracy="75.86%", kappa="0.41").verdict == HOLDS
    refuted = examine_classification(**rates, accuracy="75.86%", kappa="0.48")
    assert refuted.verdict == CONTRADICTS and "kappa 0.48" in refuted.reason
    assert refuted.what_would_have_to_be_true == (
        "One of these would have to be another, then all the others agree: actual positive, "
        "actual negative, kappa."
    )


def test_too_few_numbers_cannot_be_judged():
    assert examine_classification(total="1334", accuracy="75.86%").verdict == CANNOT_BE_JUDGED
    assert examine_classification().verdict == CANNOT_BE_JUDGED
    four = {k: v for k, v in PAPER.items() if k.startswith(("predicted", "false"))}
    enough = examine_classification(**four)
    assert enough.verdict == CANNOT_BE_JUDGED  # one table, but nothing to compare it with
    assert "No printed number is left" in enough.reason


def test_an_unknown_name_is_an_error():
    with pytest.raises(ValueError, match="neither a count nor a rate"):
        examine_classification(**PAPER, precision="0.7")


def test_kappa_is_scikit_learn_s():
    tp, fn, fp, tn = CELLS
    actual = np.repeat([1, 1, 0, 0], CELLS)
    predicted = np.repeat([1, 0, 1, 0], (tp, fn, fp, tn))
    expected = cohen_kappa_score(actual, predicted)
    assert kappa(one(*CELLS))[0] == pytest.approx(expected, rel=1e-12)


def test_the_model_is_compared_with_the_larger_class_in_pairs():
    compared = against_majority(one(*CELLS))
    assert (compared["only_model"], compared["only_majority"]) == (215, 100)
    assert compared["p_value"] == pytest.approx(stats.binomtest(100, 315).pvalue, rel=1e-9)
    # The classes swapped: the same comparison.
    assert against_majority(one(797, 100, 222, 215)) == pytest.approx(compared)
    assert compared["accuracy"] - compared["majority"] == pytest.approx((215 - 100) / 1334)


@pytest.mark.parametrize(
    ("cells", "verdict"),
    [(CELLS, HOLDS), ((12, 10, 9, 50), CANNOT_BE_JUDGED), ((5, 20, 9, 50), CONTRADICTS)],
)
def test_better_than_the_majority_is_a_claim_about_pairs(cells, verdict):
    names = ("true_positive", "false_negative", "false_positive", "true_negative")
    printed = {name: str(n) for name, n in zip(names, cells, strict=True)}
    assert examine_accuracy_against_majority(claim="is accurate", **printed).verdict == verdict

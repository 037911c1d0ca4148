"""What page 04 says, also of results that could make its sentences false."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from erfm import figures
from erfm.customers.study_file import load_study
from erfm.paper.ledger import printed
from erfm.report import sentences_holdout as sentences
from erfm.validation import (
    brier_score,
    calibration_groups,
    calibration_line,
    classification_rates,
    classification_table,
    compare_rules,
    roc,
    rules_of,
)

OBSERVED = np.array([1, 1, 1, 0, 1, 0, 0, 1, 1, 0])
RANKED = np.array([0.9, 0.8, 0.7, 0.6, 0.6, 0.2, 0.3, 0.4, 0.75, 0.1])
CONSTANT = np.full(10, 0.6)


def rates(probability: np.ndarray) -> dict[float, pd.DataFrame]:
    return {c: classification_rates(OBSERVED, probability, c) for c in (0.4, 0.5)}


def in_short(probability: np.ndarray) -> str:
    study = dataclasses.replace(load_study("reconstruction"), cutoff=0.4)
    curve = roc(OBSERVED, probability)
    compared = compare_rules(OBSERVED, rules_of(OBSERVED, probability, (0.4, 0.5)))
    return sentences.in_short(study, OBSERVED, probability, curve, rates(probability), compared)


def test_in_short_says_how_pairs_are_counted_only_where_it_matters():
    assert "in 93.8% of pairs (pairs with equal probabilities count half) and" in in_short(RANKED)
    untied = RANKED + 0.01 * np.arange(10)
    assert "of pairs and, at the study's cut-off of 0.4, classifies 9 (90.0%)" in in_short(untied)


def test_counts_close_where_percentages_need_not():
    """69.3% less 67.2% is not the difference of +2.0 percentage points: 27 of 1,334 is."""
    observed = np.repeat([1, 0], [437, 897])
    probability = np.repeat([0.7, 0.3, 0.7, 0.3], [45, 392, 18, 879])
    compared = compare_rules(observed, rules_of(observed, probability, [0.5]))
    by_cutoff = {0.5: classification_rates(observed, probability, 0.5)}
    study = dataclasses.replace(load_study("reconstruction"), cutoff=0.5)
    curve = roc(observed, probability)
    text = sentences.in_short(study, observed, probability, curve, by_cutoff, compared)
    assert "classifies 924 (69.3%) correctly" in text and "is right for 897 (67.2%)." in text
    assert "surely more accurate (+2.0 percentage points" in text
    assert "+27 of 1,334" in sentences.compared_rules(compared, 1334)


def test_an_equation_without_variables_ranks_nobody():
    text = in_short(CONSTANT)
    assert "ranks nobody, and" in text and "pairs" not in text
    assert "classifies 6 (60.0%) correctly; always naming the commoner outcome is right" in text
    assert "is right for 6 (60.0%)." in text
    assert text.endswith("The equation's rule is right and wrong for the same customers.")


def test_tied_pairs_are_a_share_of_all_pairs():
    assert sentences.tied_pairs(OBSERVED, RANKED) == pytest.approx(1 / 24)
    assert sentences.tied_pairs(OBSERVED, CONSTANT) == 1


def test_probabilities_at_the_cutoff_reach_it():
    study = dataclasses.replace(load_study("reconstruction"), cutoff=0.6)
    text = sentences.probabilities(study, OBSERVED, CONSTANT)
    assert "average 0.600, and 60.0% of these" in text and "100.0% of them reach" in text


def test_classification_tells_each_cutoff():
    text = sentences.classification(rates(RANKED))
    assert text.startswith("At 0.4, accuracy is 90.0%") and " At 0.5, accuracy is 80.0%" in text


@pytest.mark.parametrize(
    ("n", "probability", "said"),
    [
        (1, RANKED, "+2 of 10; not to be told from it in accuracy (+20.0 percentage points, "),
        (9, RANKED, "right alone for 27, wrong alone for 9, +18 of 90; surely more accurate (+20."),
        (9, 1 - RANKED, "−36 of 90; surely less accurate (−40.0 percentage points, "),
        (9, CONSTANT, "right and wrong for the same customers."),
        (
            1,
            np.where(np.arange(10) < 6, 0.6, 0.4),
            "wrong alone for 2, 0 of 10; not to be told "
            "from it in accuracy (0.0 percentage points, 95% interval −",
        ),
    ],
)
def test_rules_are_compared_on_the_same_customers(n, probability, said):
    observed = np.tile(OBSERVED, n)
    compared = compare_rules(observed, rules_of(observed, np.tile(probability, n), [0.5]))
    text = sentences.compared_rules(compared, len(observed))
    assert text.startswith("*Cut-off 0.5* against *the commoner outcome*:") and said in text
    assert "+0" not in text and "-" not in text.replace("Cut-off", "")
    assert "nan" not in text


def test_mistakes_are_told_from_the_table():
    table = classification_table(OBSERVED, RANKED, 0.5)
    text = sentences.mistakes(table)
    assert text.endswith("cut-off 1 retained customer is taken for churned and 1 churned customer "
                         "for retained.")  # fmt: skip
    assert "2 retained customers are taken" in sentences.mistakes(2 * table)
    alt = figures.classification_alt({0.5: table})
    assert alt.endswith("Cut-off 0.5: 3 churned and 5 retained right, 1 and 1 wrong")


@pytest.mark.parametrize(
    ("n", "probability", "said"),
    [
        (1, RANKED, "clearly above the 0.5 of guessing: the equation orders"),
        (1, CONSTANT, "0.500 is not clearly different from the 0.5"),
        (1, np.tile(RANKED[:5], 2), "not clearly different"),
        (40, np.where(np.arange(10) < 6, 0.7, 0.4), "guessing, but moderate"),
        (1, 1 - RANKED, "clearly below the 0.5 of guessing: the equation puts more churned"),
    ],
)
def test_the_area_is_compared_with_guessing(n, probability, said):
    curve = roc(np.tile(OBSERVED, n), np.tile(probability, n))
    assert said in sentences.discrimination(curve)


def test_calibration_has_a_slope_or_says_why_not():
    def said(probability):
        line = calibration_line(OBSERVED, probability)
        return sentences.calibration(line, calibration_groups(OBSERVED, probability, 2))

    assert said(RANKED).startswith(
        "In both groups the interval"
    ) and "is compatible with 1." in said(RANKED)
    assert said(CONSTANT).endswith("the same probability, so there is no slope.")
    assert "In the one group the" in said(CONSTANT) and "nan" not in said(CONSTANT)
    assert "differs from 1." in said(1 - RANKED)
    assert "The slope of −" in said(1 - RANKED) and "-" not in said(1 - RANKED)
    alt = sentences.calibration_alt(calibration_groups(OBSERVED, CONSTANT))
    assert "in 1 group with 95%" in alt


def test_the_brier_score_may_rise():
    def said(probability):
        return sentences.brier(brier_score(OBSERVED, probability), OBSERVED)

    assert "removes 49.1% of the squared error of predicting 60.0%" in said(RANKED)
    assert "leaves the squared error of predicting 60.0% for everyone as it is." in said(CONSTANT)
    assert "adds 34.4% to the squared error" in said(np.full(10, 0.8873))


def test_printed_values_are_quoted():
    text = sentences.printed_classification()
    assert f"reach P = {printed('cutoff')} than the" in text
    assert "accuracy other than the printed 95.1%" in text


def test_the_curve_has_every_cutoff_marked():
    drawn = figures.roc_figure(roc(OBSERVED, RANKED), rates(RANKED)).axes[0]
    marks = {line.get_label(): line.get_xydata()[0] for line in drawn.lines[2:]}
    assert list(marks) == ["cut-off 0.4", "cut-off 0.5"]
    np.testing.assert_allclose(marks["cut-off 0.4"], [1 / 4, 1])

"""What is said of cut-offs and net benefit, also where results could embarrass it."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from erfm.trust import sentences_cutoffs as sentences
from erfm.trust.decisions import (
    at_threshold,
    compare_costs,
    compare_cutoffs,
    compare_with_commoner,
    cutoff_curve,
)

OUTCOME = pd.Series([0, 0, 1, 1]).to_numpy()
PROBABILITY = pd.Series([0.1, 0.6, 0.7, 0.9]).to_numpy()
CUTOFFS = {"the study's": 0.5, "one half": 0.5, "by cost": 5 / 6}


def test_cutoffs():
    compared = compare_cutoffs(OUTCOME, PROBABILITY, CUTOFFS, 5, 1)
    text = sentences.cutoffs(compared, cutoff_curve(OUTCOME, PROBABILITY), 5.0)
    assert text.startswith(
        "At the study's 0.5, 25.0% of the customers would be contacted and 50.0%"
    )
    assert (
        "as much as 1.00 needless contacts. Accuracy is highest (100.0%) from 0.61 to 0.70" in text
    )
    assert "costs 5 times a needless call, contact everyone with P(retained) below 0.833" in text
    assert "“by cost” is the cheapest on the holdout sample." in text


def test_the_most_accurate_cutoffs_may_be_apart():
    compared = compare_cutoffs(OUTCOME, PROBABILITY, CUTOFFS, 5, 1)
    along = pd.DataFrame({"accuracy": [0.6, 0.5, 0.6]}, index=[0.1, 0.2, 0.3])
    assert "is highest (60.0%) near 0.10, which" in sentences.cutoffs(compared, along, 5.0)


def test_cutoffs_that_cost_the_same_are_all_the_cheapest():
    compared = compare_cutoffs(OUTCOME, PROBABILITY, CUTOFFS, 5, 1)
    along = cutoff_curve(OUTCOME, PROBABILITY)
    two = compared.assign(cost=[1.0, 1.0 + 1e-15, 2.0])
    assert "“the study's” and “one half” are the cheapest" in sentences.cutoffs(two, along, 5)
    assert "all are equally cheap on" in sentences.cutoffs(compared.assign(cost=1.0), along, 5)


def in_short(curve: pd.DataFrame, ratio: float = 5.0) -> str:
    compared = compare_cutoffs(OUTCOME, PROBABILITY, CUTOFFS, ratio, 1)
    return sentences.in_short(compared, curve, ratio)


def test_in_short():
    text = in_short(benefit([OPEN, GAIN, GAIN]))
    assert text.startswith("**In short.** The study's cut-off of 0.5 contacts 25.0% of the")
    assert "costs 5 times a needless contact, 0.833 is right, which contacts 75.0%." in text
    assert "more than contacting everyone or nobody with a threshold of P(churned) from 0.2" in text
    assert text.endswith("to 0.30. At the assumed costs, it earns its keep.")


def test_in_short_of_an_equation_that_is_worth_nothing():
    text = in_short(benefit([LOSS], -0.1))
    assert "At no threshold of P(churned) is acting on the equation surely worth more than" in text
    assert text.endswith("At the assumed costs, it does harm: contact nobody.")
    text = in_short(benefit([OPEN], 0.2))
    assert "At no threshold" in text and text.endswith("is not shown to be worth less.")


def test_printed_cutoff():
    assert "for its 0.6024." in sentences.printed_cutoff(0.6024)
    assert "only 1.52 times as much" in sentences.printed_cutoff(0.6024)


def benefit(advantage: list[tuple[float, float, float]], everyone: float = 0.2) -> pd.DataFrame:
    """Return a decision curve at 0.1, 0.2 …, with advantages and their limits."""
    columns = ["advantage", "advantage_lower", "advantage_upper"]
    index = pd.Index([(i + 1) / 10 for i in range(len(advantage))], name="threshold")
    return pd.DataFrame(advantage, index, columns).assign(contact_all=everyone)


GAIN, OPEN, LOSS = (0.02, 0.01, 0.03), (0.0, -0.01, 0.01), (-0.02, -0.03, -0.01)


def test_the_row_of_a_threshold():
    assert at_threshold(benefit([OPEN, GAIN]), 0.19)["advantage"] == 0.02
    assert at_threshold(benefit([OPEN, GAIN]), 0.001)["advantage"] == 0.0


def net_benefit(curve: pd.DataFrame, threshold: float) -> str:
    return sentences.net_benefit(SimpleNamespace(simulated=False), curve, threshold)


def test_net_benefit():
    text = net_benefit(benefit([OPEN, GAIN, GAIN]), 0.2)
    assert "better than both rules from 0.20 to 0.30; elsewhere it cannot be told" in text
    assert (
        "(threshold 0.20) the equation gains 2.0 leavers per 100 customers over contacting" in text
    )
    assert text.endswith("(95% interval 1.0 to 3.0). **For the bank:** it earns its keep.")


@pytest.mark.parametrize(
    ("at", "everyone", "words"),
    [
        (OPEN, 0.2, "is level with contacting everyone (0.0 leavers per 100 customers, 95% "
                    "interval −1.0 to +1.0). **For the bank:** contacting everyone, which needs"),
        (OPEN, -0.1, "is level with contacting nobody (0.0 leavers per 100 customers, 95% interval "
                     "−1.0 to +1.0). **For the bank:** these customers cannot"),
        ((-0.002, -0.03, 0.01), -0.1, "loses 0.2 leavers per 100 customers against contacting "
                                      "nobody (95% interval −1.0 to 3.0)."),
        (LOSS, -0.1, "loses 2.0 leavers per 100 customers against contacting nobody (95% interval "
                     "1.0 to 3.0)."),
        (LOSS, -0.1, "it does harm: contact nobody."),
        (LOSS, 0.2, "it does harm: contact everyone."),
    ],
)  # fmt: skip
def test_net_benefit_that_is_none(at, everyone, words):
    text = net_benefit(benefit([at], everyone), 0.1)
    assert text.startswith("At no threshold") and words in text and "gains −" not in text


def test_what_simulated_customers_show_is_said_to_be_their_construction():
    simulated = SimpleNamespace(simulated=True)
    text = sentences.net_benefit(simulated, benefit([GAIN]), 0.1)
    assert "3.0). **True by construction" in text and "For the bank" not in text


def test_a_single_useful_threshold():
    assert "both rules at 0.20; elsewhere" in net_benefit(benefit([OPEN, GAIN, OPEN]), 0.2)
    assert "P(churned) at 0.20. At" in in_short(benefit([OPEN, GAIN, OPEN]))


def test_all_useful_thresholds_are_told_not_the_widest_range():
    text = net_benefit(benefit([GAIN, OPEN, GAIN, GAIN, OPEN, GAIN]), 0.2)
    assert "both rules at 0.10, from 0.30 to 0.40 and at 0.60; elsewhere" in text


def test_differences_of_accuracy_are_paired():
    outcome = np.repeat([0, 1], [60, 40])
    probability = np.where(outcome == 1, 0.7, 0.3)
    cutoffs = {"good": 0.5, "none": 0.9, "all": 0.1}
    text = sentences.accuracies(compare_with_commoner(outcome, probability, cutoffs))
    assert "surely more accurate, “good” (+40.0, +29.5 to +48.9); surely less, “all” (" in text
    assert text.endswith("; the same for all these customers, “none”.")


def test_differences_of_cost_are_paired():
    outcome = np.repeat([0, 1], [60, 40])
    probability = np.where(outcome == 1, 0.7, 0.3)
    cutoffs = {"by cost": 0.5, "too low": 0.1, "like it": 0.51}
    text = sentences.costs(compare_costs(outcome, probability, cutoffs, "by cost", 5, 1), "by cost")
    assert text.startswith("On the same customers, the cost a customer of “by cost” minus that of")
    assert "surely cheaper, “too low” (−3.000, " in text and "“contact everyone” (−0.400," in text
    assert "“contact nobody” (−3.000, " in text
    assert text.endswith("; the same for all these customers, “like it”.")
    one = compare_costs(outcome[40:62], probability[40:62], {"by cost": 0.5}, "by cost", 5, 1)
    assert "not to be told apart, “contact everyone” (−0.091, " in sentences.costs(one, "by cost")


def test_contacting_most():
    along = pd.DataFrame({"contacted": [0.5, 0.95, 1.0]}, index=[0.3, 0.5, 0.6])
    assert "from a cut-off of 0.50 on" in sentences.contacting_most(along)
    assert "costs at least 1.00 needless contacts." in sentences.contacting_most(along)
    assert sentences.contacting_most(along.head(1)) == "No cut-off does."

"""What the early warning's figures say to those who cannot see them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from erfm.warning.fairness import error_rates
from erfm.warning.figures import (
    expected_gains_alt,
    gains_alt,
    group_errors_alt,
    ranked_risks_alt,
)
from erfm.warning.gains import gains_curve


@pytest.mark.parametrize(
    ("risks", "course"),
    [
        ([0.943, 0.5, 0.042], "ranked list, falling from 94.3% to 4.2%, with 95% intervals"),
        ([0.5, 0.49999], "ranked list, everywhere 50.0%, with"),
        ([0.5], "ranked list, everywhere 50.0%, with"),
    ],
)
def test_the_course_of_the_risks_is_told(risks, course):
    scores = SimpleNamespace(ranked=pd.DataFrame({"churn_probability": risks}))
    assert course in ranked_risks_alt(scores)


@pytest.mark.parametrize("shares", [None, [0.1, 0.21, 0.5]])
def test_the_gains_of_the_first_fifth_are_told(shares):
    outcome = np.tile([0, 0, 1, 0, 1], 20)
    curve = gains_curve(outcome, np.linspace(0.9, 0.1, 100), shares, repetitions=20)
    reached = curve.loc[np.isclose(curve["share"], 0.2, atol=0.02), "gain"]
    told = f"reach {100 * reached.iloc[len(reached) // 2]:.1f}% of the leavers; of a perfect list"
    assert told in gains_alt(curve, 0.6)


def test_the_plans_compared_are_told():
    plans = dict.fromkeys(["a success rate of 8.0%", "your numbers"], pd.DataFrame())
    assert "called, with a success rate of 8.0%, your numbers; 95% bands" in (
        expected_gains_alt(plans)
    )


def test_the_errors_of_each_group_are_told_also_where_there_is_no_rate():
    outcome, called = np.array([0, 0, 1, 1, 1]), np.array([1, 0, 1, 0, 0])
    sexes = error_rates(outcome, called, pd.Series(list("fffmm")))
    ages = error_rates(outcome, called, pd.Series(["18–34"] * 5))
    assert group_errors_alt({"gender": sexes, "age": ages}).endswith(
        "with 95% intervals: f 50.0% and 100.0%; m no rate and 0.0%; 18–34 50.0% and 33.3%"
    )

"""What the early warning's figures say to those who cannot see them, and their sliders.

Sliders are for people, and never in a stored page.
"""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from erfm.warning.fairness import error_rates
from erfm.warning.figures import (
    expected_gains_alt,
    explore,
    gains_alt,
    group_errors_alt,
    ranked_risks_alt,
)
from erfm.warning.gains import gains_curve


@pytest.fixture
def drawn(monkeypatch):
    """The numbers that the figures were drawn with."""
    monkeypatch.setattr("IPython.display.display", lambda figure: None)
    return []


def draw_into(drawn):
    def draw(cost):
        drawn.append(cost)
        return plt.figure()

    return draw


def test_nothing_is_shown_where_nobody_can_move_a_slider(monkeypatch, drawn, capsys):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    explore(draw_into(drawn), cost=(20, 1, 100))
    assert drawn == []
    assert capsys.readouterr().out == ""


def test_a_session_starts_with_the_figure_of_the_given_numbers(monkeypatch, drawn, capsys):
    monkeypatch.setenv("JPY_SESSION_NAME", "page.ipynb")
    explore(draw_into(drawn), cost=(20, 1, 100))
    assert drawn == [20]
    assert "FloatSlider" in capsys.readouterr().out
    assert plt.get_fignums() == []


# --- Alternative texts ----------------------------------------------------------------------------


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
    told = f"first fifth reaches {100 * reached.iloc[len(reached) // 2]:.1f}% of the leavers."
    assert gains_alt(curve).endswith(told)


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

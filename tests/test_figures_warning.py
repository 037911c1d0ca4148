"""The sliders of the early-warning page: for people, and never in a stored page."""

import matplotlib.pyplot as plt
import pytest

from erfm.warning.figures import explore


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

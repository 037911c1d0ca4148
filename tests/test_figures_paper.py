"""The figures of the printed numbers draw what they are given, by a second path."""

import numpy as np
import pandas as pd
import pytest
from drawn import (
    assert_texts_have_room,
    assert_told_apart,
    intervals,
    line,
    named,
    straight_lines,
    ticks,
    words,
)
from pictures import assert_readable
from scipy import integrate, optimize, special, stats

from erfm.paper import figures

pytestmark = pytest.mark.usefixtures("closed_figures")


# --- A scale --------------------------------------------------------------------------------------

POINTS = pd.DataFrame(
    {
        "value": [0.997, 0.4, 0.6],
        "lower": [None, 0.3, 0.5],
        "upper": [None, 0.7, None],
        "printed": [True, False, True],
    },
    index=["as printed", "as computed", "printed with a lower limit"],
)


@pytest.mark.slow
def test_a_scale_draws_values_limits_and_what_is_excluded():
    figure = figures.scale(
        POINTS, title="Message", label="Odds ratio", excluded=(0.8, 0.9), excluded_label="never"
    )
    (axes,) = figure.axes
    printed, computed = intervals(axes)
    assert printed == pytest.approx(np.array([[0, 0.6, 0.5, 0.6]]))
    assert computed == pytest.approx(np.array([[1, 0.4, 0.3, 0.7]]))
    assert_told_apart(axes, "printed", "computed", "never")
    assert named(figure) == ["never", "printed", "computed"]
    (span,) = axes.patches
    assert (span.get_x(), span.get_x() + span.get_width()) == pytest.approx((0.8, 0.9))
    assert span.get_hatch()
    assert words(axes) == ["0.997", "0.4 (0.3 to 0.7)", "0.6"]
    assert [text.xy for text in axes.texts] == [(0.997, 2), (0.4, 1), (0.6, 0)]
    told = {place: " ".join(name.split()) for place, name in ticks(axes, "y").items()}
    assert told == {2: POINTS.index[0], 1: POINTS.index[1], 0: POINTS.index[2]}
    assert (figure.get_suptitle(), axes.get_xlabel()) == ("Message", "Odds ratio")
    assert axes.get_xscale() == "linear"
    assert_readable(figure)


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [(100.0, 0, "100"), (100.0, 3, "100"), (0.05, 2, "0.05"), (1.2345, 3, "1.234"), (0.5, 4, "0.5"),
     (-0.25, 2, "−0.25"), (-0.0001, 2, "0")],
)  # fmt: skip
def test_a_value_is_written_with_its_decimals(value, decimals, shown):
    points = pd.DataFrame({"value": [value], "lower": None, "upper": None, "printed": True})
    figure = figures.scale(points, title="", label="", decimals=decimals)
    assert words(figure.axes[0]) == [shown]


def test_a_log_scale_begins_where_nothing_can_lie():
    """Its values have three significant digits: their sizes differ by powers of ten."""
    points = POINTS.head(2).assign(value=[0.00883, 0.47169], lower=None, upper=None)
    figure = figures.scale(points, title="", label="", excluded=(0.001, 0.09), log=True, decimals=2)
    (axes,) = figure.axes
    assert words(axes) == ["0.00883", "0.472"]
    assert axes.get_xlim()[0] == pytest.approx(0.001) and axes.get_xscale() == "log"


@pytest.mark.slow
@pytest.mark.parametrize("printed", [True, False])
def test_a_scale_names_only_what_it_shows(printed):
    points = POINTS.head(1).assign(printed=printed)
    figure = figures.scale(points, title="", label="")
    assert named(figure) == ["printed" if printed else "computed"]
    assert_readable(figure)


# --- Curves ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_pearson_s_inequality_is_drawn_where_it_holds():
    figure = figures.skewness_and_kurtosis(8.5, (11.265, 0.085), (0.085, 11.3))
    (axes,) = figure.axes
    (curve,) = [one for one in axes.lines if len(one.get_xdata()) > 2]
    x, y = curve.get_xydata().T
    # Two values have the least kurtosis of all data with their skewness.
    for share in (0.02, 0.1, 0.5):
        skewness = (1 - 2 * share) / np.sqrt(share * (1 - share))
        kurtosis = (1 - 6 * share * (1 - share)) / (share * (1 - share))
        assert np.interp(skewness, x, y) == pytest.approx(kurtosis, abs=0.01)
    region = axes.collections[0].get_paths()[0]
    assert region.contains_point((11.265, 0.085)) and not region.contains_point((0.085, 11.3))
    assert line(axes, "printed pair").get_xydata()[0] == pytest.approx((11.265, 0.085))
    assert line(axes, "reconstruction").get_xydata()[0] == pytest.approx((0.085, 11.3))
    assert straight_lines(axes, upright=True) == [8.5]
    assert words(axes) == ["(11.265; 0.085)", "(0.085; 11.300)"]
    labels = [
        "no data: kurtosis < skewness² − 2",
        "largest possible skewness 8.50",
        "printed pair",
        "reconstruction",
    ]
    assert_told_apart(axes, *labels)
    assert named(figure) == labels
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Skewness", "Excess kurtosis")
    assert figure.get_suptitle() == "The printed pair lies where no data can lie"
    assert_readable(figure)
    possible = figures.skewness_and_kurtosis(8.5, (0.085, 11.3), (1, 2))
    assert possible.get_suptitle() == "The printed pair lies where data can lie"
    assert_readable(possible)
    told = figures.moments_alt((11.265, 0.085), (0.085, 11.265))
    assert "kurtosis 0.085, lies where no data can lie; the reconstruction" in told
    assert told.endswith("excess kurtosis 11.265, lies where data can lie.")


@pytest.mark.slow
def test_a_hidden_effect_grows_with_the_standard_deviation():
    largest_b, least, rival = 0.0005, 0.047, 0.474
    figure = figures.hidden_effect(largest_b, least, least / largest_b, rival)
    (axes,) = figure.axes
    x, y = line(axes, "largest |B|·sd that prints as 0").get_xydata().T
    assert y / x == pytest.approx(np.full(len(x), largest_b))
    assert straight_lines(axes, upright=False) == [least, rival]
    marks = [one.get_xydata()[0] for one in axes.lines if one.get_marker() in "Do"]
    # Where the line meets its limits.
    assert marks == [pytest.approx((94, least)), pytest.approx((948, rival))]
    assert words(axes) == ["from sd 94", "from sd 948"]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    labels = [
        "largest |B|·sd that prints as 0",
        "least that can be significant: 0.047",
        "Frequency's effect: 0.474",
    ]
    assert_told_apart(axes, *labels)
    assert named(figure) == labels
    assert axes.get_xlabel() == "Standard deviation of the amount, in its unit (log scale)"
    assert axes.get_ylabel() == "|B| · sd"
    assert "deviation is 948 or more" in " ".join(figure.get_suptitle().split())
    told = figures.hidden_alt(largest_b, least / largest_b, rival)
    assert told.endswith("significant from 94 units and as strong as Frequency's from 948.")
    assert_readable(figure)


@pytest.mark.slow
def test_the_share_above_the_cutoff_grows_with_the_spread():
    base, spreads = 0.33, {"little": 0.5, "more": 1.0, "much": 2.0}
    figure = figures.share_by_spread(base, 0.6024, spreads, 0.2)
    (axes,) = figure.axes
    x, y = line(axes, "any normal linear predictor").get_xydata().T
    assert x[-1] == pytest.approx(2.5)
    labels = ["any normal linear predictor", "printed: 20.0%"]
    for name, sd in spreads.items():
        center = optimize.brentq(
            lambda c, s=sd: (
                integrate.quad(lambda z: special.expit(c + s * z) * stats.norm.pdf(z), -9, 9)[0]
                - base
            ),
            -9,
            9,
        )
        above = 100 * stats.norm.sf(special.logit(0.6024), center, sd)
        labels.append(f"{name}: {above:.1f}%")
        assert line(axes, labels[-1]).get_xydata()[0] == pytest.approx((sd, above), rel=1e-4)
        assert np.interp(sd, x, y) == pytest.approx(above, rel=0.01)
    assert straight_lines(axes, upright=False) == [20]
    assert_told_apart(axes, *labels)
    assert named(figure) == labels
    assert axes.get_xlabel() == "Standard deviation of the linear predictor"
    assert axes.get_ylabel() == "Customers above 0.6024 (%)"
    assert axes.get_title("left")
    assert_texts_have_room(figure)


@pytest.mark.slow
def test_a_cutoff_is_drawn_with_the_costs_for_which_it_is_the_cheapest():
    figure = figures.cost_ratio({"base rate": 0.25, "equal costs": 0.5, "printed cut-off": 0.6024})
    (axes,) = figure.axes
    x, y = axes.lines[0].get_xydata().T
    # At the cut-off a customer's expected cost is the same whatever he is taken for.
    assert (1 - x) * y == pytest.approx(x)
    labels = [
        "base rate 0.25: 0.33 calls",
        "equal costs 0.5: 1.00 calls",
        "printed cut-off 0.6024: 1.52 calls",
    ]
    points = [line(axes, label).get_xydata()[0] for label in labels]
    assert points == pytest.approx(np.array([(0.25, 1 / 3), (0.5, 1), (0.6024, 1.51509)]))
    assert_told_apart(axes, *labels)
    assert named(figure) == labels
    assert axes.get_yscale() == "log"
    assert_texts_have_room(figure)

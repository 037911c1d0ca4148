"""The values that the examination draws on one scale."""

import pandas as pd
import pytest

from erfm.paper import scales
from erfm.paper.ledger import printed
from erfm.paper.scorecard import proofs, published_classification_table

pytestmark = pytest.mark.usefixtures("closed_figures")

PROOF = proofs()


def test_accuracy_has_an_interval_where_it_is_computed():
    solved = published_classification_table()
    drawn = scales.accuracy(solved, 0.9511)
    shares = [solved.no_information_rate, solved.accuracy, 0.9511]
    assert list(drawn.points["value"]) == [100 * share for share in shares]
    assert list(drawn.points["printed"]) == [False, False, True]
    assert list(drawn.points["lower"].notna()) == [False, True, False]
    assert "67.24%" in drawn.alt and "75.86%" in drawn.alt and "95.11%" in drawn.alt
    assert drawn.title == "The table's own accuracy is nearer to no model than to the claim"
    modest = scales.accuracy(solved, 0.76)
    assert modest.title == "The table's own accuracy is nearer to the claim than to no model"


def test_interval_shows_the_narrowest_for_each_number_of_customers():
    estimated = pd.Series({"b": 0.05, "odds_ratio": 1.05, "lower": 1.04, "upper": 1.06})
    narrowest = {3334: (1.043, 1.059), 2000: (1.041, 1.061)}
    drawn = scales.interval((1.051, 1.046, 1.055), narrowest, estimated)
    assert list(drawn.points.index) == [
        "printed", "narrowest, 3,334 customers", "narrowest, 2,000 customers", "reconstruction"
    ]  # fmt: skip
    assert list(drawn.points["printed"]) == [True, False, False, False]
    assert list(drawn.points.loc["reconstruction", ["value", "lower", "upper"]]) == [
        1.05, 1.04, 1.06
    ]  # fmt: skip
    assert drawn.title == "The printed interval is narrower than the printed spread allows"
    assert "on 3,334 or 2,000 customers" in drawn.alt
    wider = scales.interval((1.051, 1.042, 1.06), narrowest, estimated)
    assert wider.title == "The printed interval is no narrower than the printed spread allows"


def test_standard_error_leaves_room_below_the_implied_one():
    drawn = scales.standard_error(PROOF["has_child"])
    implied, least = drawn.points["value"]
    assert drawn.excluded == (implied / 3, least) and implied < least
    assert list(drawn.points["printed"]) == [True, False]
    assert drawn.title == "An indicator cannot have so small a standard error"
    assert "lies in the region" in drawn.alt


def test_standardised_shows_every_printed_coefficient_right_of_the_floor_of_the_scale():
    drawn = scales.standardised(PROOF)
    names = ["frequency", "recency", "age", "gender"]
    as_printed = drawn.points.loc[drawn.points["printed"], "value"]
    assert list(as_printed) == [printed(f"standardised_{name}") for name in names]
    assert drawn.excluded[0] < drawn.points["value"].min()
    below = as_printed[as_printed < drawn.excluded[1]]
    assert list(below.index) == ["Recency", "Age", "Gender"] and drawn.title.startswith("Three “")
    assert "significant: Recency, Age, Gender. Frequency's is 4.0 times" in drawn.alt


def test_deviance():
    drawn = scales.deviance(PROOF["chi-square"], 1.26)
    assert list(drawn.points["printed"]) == [True, False, False]
    assert drawn.points["value"].iloc[2] == 1.26
    assert drawn.excluded == (0, drawn.points["value"].iloc[1])
    assert drawn.title == "Read as −2LL, the fit would beat its own errors"
    assert "0.117 lies below the least, 0.307, that" in drawn.alt


def test_a_scale_is_drawn_with_its_words():
    drawn = scales.standard_error(PROOF["has_child"])
    figure = drawn.draw()
    axes = figure.axes[0]
    assert (figure.get_suptitle(), axes.get_xlabel()) == (drawn.title, drawn.label)
    names = [" ".join(text.get_text().split()) for text in axes.get_yticklabels()]
    assert names == list(drawn.points.index)
    assert {text.get_text() for text in axes.texts} == {"0.00827", "0.0894"}

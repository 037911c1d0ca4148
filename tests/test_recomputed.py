"""p-values from statistics: scipy's, statcheck's results, bounds and one-sided tests."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from erfm.paper.recomputed import examine_test, examine_two_p_values, p_of, possible_p
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS

STATCHECK = (
    pd.read_csv(Path(__file__).parent / "expected/statcheck.csv", comment="#", dtype=str)
    .fillna("")
    .to_dict("records")
)


@pytest.mark.parametrize("row", STATCHECK, ids=lambda r: f"{r['statistic']} {r['value']} {r['p']}")
def test_p_values_are_judged_as_statcheck_does(row):
    given = {"df1": row["df1"], "df2": row["df2"]} if row["df2"] else {"df": row["df1"] or None}
    verdict = examine_test(
        statistic=row["statistic"], value=row["value"], p=row["p"], tails="two", **given
    )
    assert verdict.verdict == {"T": HOLDS, "F": CONTRADICTS}[row["consistent"]]


def test_p_values_are_scipy_s():
    r = 0.22
    assert p_of("t", -2.2, [28]) == pytest.approx(2 * stats.t.sf(2.2, 28), rel=1e-10)
    assert p_of("z", 2.2, []) == pytest.approx(2 * stats.norm.sf(2.2), rel=1e-10)
    assert p_of("F", 2.2, [2, 28]) == pytest.approx(stats.f.sf(2.2, 2, 28), rel=1e-10)
    assert p_of("chi2", 22.2, [28]) == pytest.approx(stats.chi2.sf(22.2, 28), rel=1e-10)
    t = r * (28 / (1 - r**2)) ** 0.5
    assert p_of("r", r, [28]) == pytest.approx(2 * stats.t.sf(t, 28), rel=1e-10)
    assert p_of("r", 1.0, [28]) == 0.0


def test_rounding_of_the_statistic_decides():
    # t from 1.95 to 2.05 on 30 df: p from 0.0492 to 0.0606; 2.00 leaves 0.0541 to 0.0547.
    assert examine_test(statistic="t", value="2.0", df="30", p=".049").verdict != CONTRADICTS
    assert examine_test(statistic="t", value="2.00", df="30", p=".049").verdict == CONTRADICTS
    span = possible_p("t", "2.0", ["30"])
    assert (round(span.lower, 4), round(span.upper, 4)) == (0.0492, 0.0606)


def test_a_test_in_one_direction_must_be_said():
    one = {"statistic": "t", "value": "2.20", "df": "28", "p": ".02"}
    assert examine_test(**one).verdict == CANNOT_BE_JUDGED
    assert examine_test(**one, tails="one").verdict == HOLDS
    assert examine_test(**one, tails="two").verdict == CONTRADICTS


def test_what_is_missing_is_named():
    verdict = examine_test(statistic="F", value="3.1", df1="2", p=".05")
    assert verdict.verdict == CANNOT_BE_JUDGED
    assert verdict.reason == "To judge F = 3.1, this is missing: df2."


def test_an_error_that_changes_the_decision_says_so():
    verdict = examine_test(statistic="t", value="1.02", df="48", p="< .05")
    assert verdict.reason.endswith("It is called significant at 0.05, and is not.")
    verdict = examine_test(statistic="chi2", value="52.20", df="28", p=".06")
    assert verdict.reason.endswith("It is called not significant at 0.05, and is.")
    verdict = examine_test(statistic="t", value="2.90", df="48", p=".03")
    assert verdict.verdict == CONTRADICTS and "called" not in verdict.reason


def test_bounds_are_read_as_bounds():
    assert examine_test(statistic="F", value="< 1", df1="2", df2="28", p="> .05").verdict == HOLDS
    assert examine_test(statistic="z", value="4.2", p=".000").verdict == HOLDS
    assert examine_test(statistic="z", value="4.2", p="p < .001").verdict == HOLDS
    assert examine_test(statistic="z", value="4.2", p="< .000").verdict == HOLDS
    assert examine_test(statistic="z", value="4.2", p="> 0.05").verdict == CONTRADICTS
    assert examine_two_p_values(p=".062", stated="P＜0.05").verdict == CONTRADICTS
    assert examine_two_p_values(p=".032", stated="P<0.05").verdict == HOLDS


@pytest.mark.parametrize("wrong", [{"statistic": "U"}, {"statistic": "t", "tails": "three"}])
def test_unknown_options_are_errors(wrong):
    with pytest.raises(ValueError, match="is none of"):
        examine_test(value="2.0", df="30", p=".05", **wrong)

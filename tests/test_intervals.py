"""Printed numbers as intervals; and every claim about any printed numbers ends in a verdict."""

from __future__ import annotations

import inspect
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.paper import classification, grim, printed_logistic, recomputed, two_groups
from erfm.paper.arithmetic import Span
from erfm.paper.intervals import (
    agreement,
    combined,
    count,
    figure,
    judge,
    read,
    share_span,
    shown,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE, VERDICTS, Verdict

MODULES = (grim, two_groups, recomputed, classification, printed_logistic)
CLAIMS = [
    function
    for module in MODULES
    for name, function in vars(module).items()
    if name.startswith("examine_") and function.__module__ == module.__name__
]
CHOICES = {
    "statistic": list(recomputed.STATISTICS),
    "tails": list(recomputed.TAILS),
    "measure": list(two_groups.RATIOS),
    "claim": ["fits", "does not fit", ""],
    "level": ["95%", "0.90", 0.99],
    "alpha": ["0.05", ".01"],
}
LISTS = {"parts": 3, "counts": 6}
counts = st.integers(0, 60).map(str)
numbers = st.one_of(
    st.sampled_from(["0", "1", "-1", ".000", "0.00", "0%", "100%", "< .05", "> .05", "1,234"]),
    st.decimals(-20, 200, places=2).map(str),
    st.decimals(0, 1, places=3).map(lambda d: str(d).replace("0.", ".", 1)),
    counts,
)


@pytest.mark.parametrize(
    ("printed", "lower", "upper"),
    [
        ("11.10", 11.095, 11.105),
        (".671", 0.6705, 0.6715),
        ("71.8%", 0.7175, 0.7185),
        ("−2.5", -2.55, -2.45),
        ("< .05", -inf, 0.05),
        ("p<0.001", -inf, 0.001),
        ("P＜0.05", -inf, 0.05),
        ("P > 0.05", 0.05, inf),
        ("< .000", -inf, 0.0005),
        ("= .03", 0.025, 0.035),
        ("1,334.5", 1334.45, 1334.55),
    ],
)
def test_what_a_printed_number_stands_for(printed, lower, upper):
    assert read(printed) == pytest.approx((lower, read(printed).value, upper))


def test_counts_are_exact():
    assert (count("1,334"), count("1 334"), count(7)) == (1334, 1334, 7)
    for wrong in ("7.0", "-3", "< 5", "0,671", "many"):
        with pytest.raises(ValueError, match="is not a count"):
            count(wrong)


def test_a_share_may_have_its_sign_in_the_heading():
    for printed in ("71.8%", "0.718", "71.8"):
        assert share_span(printed).value == pytest.approx(0.718)
    assert share_span("120%").value == pytest.approx(1.2)


@pytest.mark.parametrize(
    ("claimed", "implied", "verdict"),
    [
        (Span(1.0, 1.5, 2.0), Span(2.0, 2.5, 3.0), HOLDS),  # an end in common
        (Span(1.0, 1.5, 2.0), Span(2.1, 2.5, 3.0), CONTRADICTS),
        (Span(1.0, 1.5, 2.0), Span(0.1, 1.5, 9.0), CANNOT_BE_JUDGED),  # too coarse
        (Span(-1.0, 0.0, 1.0), Span(-0.5, 0.0, 0.5), HOLDS),  # all of it prints so
        (Span(-0.1, 0.0, 0.1), Span(-0.5, 0.0, 0.5), CANNOT_BE_JUDGED),  # not even the sign
    ],
)
def test_agreement(claimed, implied, verdict):
    assert agreement(claimed, implied) == verdict


def test_a_verdict_names_all_numbers_and_says_what_would_have_to_be_true():
    verdict = judge("the odds ratio", "1.06", Span(1.04, 1.05, 1.052), source="B = 0.05")
    assert verdict.reason == "From B = 0.05, the odds ratio is 1.040 to 1.052; 1.06 is printed."
    assert verdict.what_would_have_to_be_true == (
        "The odds ratio would have to be 1.040 to 1.052, or one of the other numbers another."
    )


def test_of_several_verdicts_the_worst_speaks():
    verdicts = [Verdict(v, f"{v}.", v) for v in (CANNOT_BE_JUDGED, HOLDS, CONTRADICTS, HOLDS)]
    assert combined(verdicts).reason == f"{CONTRADICTS}."
    assert combined(verdicts[:2]).verdict == HOLDS
    assert combined([*verdicts, Verdict(IMPOSSIBLE, "")]).verdict == IMPOSSIBLE


def test_numbers_are_written_for_a_reader():
    assert (figure(0.25, 2), figure(-1.5, 1), figure(0.00002, 3)) == ("0.25", "−1.5", "2e−05")
    assert shown(Span(0.1, 0.2, inf), 1) == "at least 0.1"
    assert shown(Span(0.1001, 0.1, 0.1002), 2) == "0.10"


def drawn(function, data) -> dict:
    """Draw arguments of a claim: the needed ones, and some of the others."""
    if function.__name__ in ("examine_classification", "examine_accuracy_against_majority"):
        names = [*classification.COUNTS, *classification.SHARES, "kappa"]
        chosen = data.draw(st.sets(st.sampled_from(names), min_size=1, max_size=7))
        return {n: data.draw(counts if n in classification.COUNTS else numbers) for n in chosen}
    arguments = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.default is not parameter.empty and data.draw(st.booleans()):
            continue
        if name in ("test", "kind"):
            continue
        if name in CHOICES:
            arguments[name] = data.draw(st.sampled_from(CHOICES[name]))
        elif name in LISTS:
            arguments[name] = data.draw(st.lists(counts, min_size=2, max_size=LISTS[name]))
        else:
            arguments[name] = data.draw(numbers)
    return arguments


@pytest.mark.slow
@pytest.mark.parametrize("function", CLAIMS, ids=lambda f: f.__name__)
@settings(max_examples=40)
@given(data=st.data())
def test_any_printed_numbers_end_in_a_verdict_or_in_one_clear_error(function, data):
    arguments = drawn(function, data)
    try:
        verdict = function(**arguments)
    except ValueError as error:
        assert "is not a" in str(error) or "are no" in str(error), error
        return
    assert verdict.verdict in VERDICTS and verdict.reason
    assert "nan" not in verdict.reason
    if verdict.refuted:
        assert verdict.what_would_have_to_be_true


def test_every_claim_takes_keywords_only_and_says_what_it_proves():
    for function in CLAIMS:
        kinds = {p.kind for p in inspect.signature(function).parameters.values()}
        assert kinds <= {inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD}
        assert "Parameters\n" in function.__doc__ or len(function.__doc__) > 60

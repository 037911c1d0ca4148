"""Numbers of a sentence that a reader can subtract or divide close, at the precision shown.

Each rule reads a form of words and works the last number out from the others as they are written.
Sentences are checked whatever the results, and as the stored pages have them.
"""

import re
from collections.abc import Callable
from types import SimpleNamespace

import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.report.build import NOTEBOOKS
from erfm.trust import sentences_cutoffs, sentences_selection
from erfm.trust.decisions import compare_cutoffs, cutoff_curve
from erfm.validation import compare_areas
from erfm.warning import sentences as sentences_warning
from erfm.warning.gains import expected_gain, first_fifth, gains_curve

N = r"([+−]?\d[\d,]*(?:\.\d+)?)"
RULES: dict[str, Callable[..., float]] = {
    rf"from {N}% to {N}%, {N} percentage points": lambda low, high: high - low,
    rf"{N} of (?:the )?{N} [a-z ]+(?:: | \(){N}%": lambda part, whole: 100 * part / whole,
    rf"sample is {N}, and {N} without: {N} by using": lambda full, without: full - without,
    rf"is {N}, against {N} with the search: the search itself adds {N}\.": lambda a, b: b - a,
    rf"slope of {N} means [a-z ]+ shrunk by about {N}%": lambda slope: 100 * (1 - slope),
    rf"{N} / \({N} × {N}\) = {N}%": lambda cost, rate, worth: 100 * cost / (rate * worth),
    rf"costs {N} times a needless contact, {N} is right": lambda ratio: ratio / (1 + ratio),
    rf"cut-off of {N} on, that [a-z ]+ at least {N} needless": lambda cut: cut / (1 - cut),
}


def value(written: str) -> float:
    return float(written.replace("−", "-").replace(",", ""))


def unclosed(text: str) -> list[str]:
    """Return the parts of a text whose last number is not what the others give."""
    found = []
    for pattern, expected in RULES.items():
        for part in re.finditer(pattern, text):
            *given, told = part.groups()
            last_digit = 10.0 ** -len(told.partition(".")[2])
            if abs(expected(*map(value, given)) - value(told)) > 0.5001 * last_digit:
                found.append(part[0])
    return found


@pytest.mark.parametrize(
    "text",
    [
        "accuracies from 67.4% to 71.1%, 3.8 percentage points apart",
        "The first fifth, 267 of 1,334 customers, holds 267 of the 897 leavers: 29.7% (1",
        "3 of 11 customers (22.5%)",
        "on the holdout sample is 0.690, and 0.669 without: +0.020 by using them",
        "is 0.0040, against 0.0041 with the search: the search itself adds 0.0002.",
        "slope of 0.976 means that customers should be shrunk by about 2.3%",
        "20 / (0.1 × 270) = 74.0%",
    ],
)
def test_numbers_that_do_not_close_are_found(text):
    assert len(unclosed(text)) == 1


@pytest.mark.parametrize("page", ["07", "08", "08b", "08c", "08d", "09"])
def test_the_stored_pages_close(page):
    (path,) = NOTEBOOKS.glob(f"{page}_*.ipynb")
    outputs = [o for c in nbformat.read(path, 4).cells for o in c.get("outputs", [])]
    texts = [o.data["text/markdown"] for o in outputs if "text/markdown" in o.get("data", {})]
    assert len(texts) > 3
    assert [part for text in texts for part in unclosed(text)] == []


# --- Whatever the results -------------------------------------------------------------------------

shares = st.floats(0, 1)
EVERY = settings(max_examples=60)


def closes(text: str, *forms: str) -> bool:
    """Return whether a text has these forms of words, so that a rule reads it, and closes."""
    return all(form in text for form in forms) and unclosed(text) == []


@given(st.tuples(shares, shares).map(sorted))
@EVERY
def test_the_luck_of_a_split(limits):
    row = {"own": 0.5, "lower": limits[0], "upper": limits[1], "share_below": 0.5}
    place = pd.DataFrame({"accuracy": row, "auc": row}).T
    text = sentences_selection.own_split(place, {"auc": "AUC"}, 1334)
    told = "percentage points apart" in text or "report the same accuracy" in text
    assert told and unclosed(text) == []


@given(shares, st.floats(-0.05, 0.05), st.floats(0.01, 1.3))
@EVERY
def test_optimism(apparent, optimism, slope):
    auc = {"apparent": apparent, "optimism": optimism, "corrected": apparent - optimism}
    lines = {"apparent": 1.0, "optimism": 1 - slope, "corrected": slope}
    table = pd.DataFrame({"auc": auc, "calibration_slope": lines}).T.assign(holdout=0.6)
    text = sentences_selection.optimism(SimpleNamespace(simulated=False), table)
    assert closes(text, "corrected slope of")
    searched = table.assign(optimism=table["optimism"] + 0.00123)
    assert closes(sentences_selection.without_search(table, searched), "with the search: ")


@given(st.integers(5, 400), st.integers(2, 30), st.integers(0, 10**6))
@EVERY
def test_what_a_fifth_reaches(n, values, seed):
    rng = np.random.default_rng(seed)
    outcome, risk = rng.integers(0, 2, n), rng.integers(0, values, n) / values
    outcome[:2] = 0, 1
    curve = gains_curve(outcome, risk, repetitions=2)
    text = sentences_warning.reached(curve, 1 - outcome.mean())
    assert unclosed(text) == []
    fifth, churned = first_fifth(curve), (outcome == 0).sum()
    counts = rf"{N} of {N} customers?, holds {N} of the {N} leavers: {N}%.* give {N}%[^.]*. {N}% of"
    called, all_, held, left, gain, chance, precision = map(value, re.search(counts, text).groups())
    assert (called, all_, left) == (fifth["customers"], n, churned)
    assert 100 * held / left == pytest.approx(gain, abs=0.0501)
    assert 100 * called / all_ == pytest.approx(chance, abs=0.0501)
    assert 100 * held / called == pytest.approx(precision, abs=0.0501)
    perfect = value(re.findall(rf"{N}% with as many calls", text)[0])
    assert perfect == pytest.approx(min(100, 100 * called / left), abs=0.0501)


@given(st.integers(0, 10**6))
@EVERY
def test_what_traits_bring(seed):
    rng = np.random.default_rng(seed)
    outcome = np.tile([0, 1], 30)
    full, without = rng.random(60), rng.random(60)
    areas = compare_areas(outcome, full, without)
    areas["full"], areas["without"] = rng.random(2)
    study = SimpleNamespace(label=str)
    text = sentences_warning.use_of_traits(study, ["sex"], ("sex", "age"), areas)
    assert closes(text, "without: ", " by using it")


@given(st.integers(1, 100), st.integers(1, 500), st.sampled_from([0.05, 0.1, 0.125, 0.3]))
@EVERY
def test_where_a_call_pays(cost, worth, success):
    curve = gains_curve(np.tile([0, 1], 10), np.linspace(0.9, 0.1, 20), repetitions=2)
    plans = {
        f"a success rate of {100 * success:.1f}%": expected_gain(curve, 50, cost, worth, success)
    }
    assert closes(sentences_warning.worth(plans, cost, worth, success, 50), " × ", ") = ")


@given(st.integers(1, 40), st.integers(0, 10**6))
@EVERY
def test_cutoffs(ratio, seed):
    rng = np.random.default_rng(seed)
    outcome, probability = np.tile([0, 1], 20), rng.random(40)
    along = cutoff_curve(outcome, probability)
    assert unclosed(sentences_cutoffs.contacting_most(along)) == []
    named = {"the study's": 0.5, "by cost": ratio / (1 + ratio)}
    compared = compare_cutoffs(outcome, probability, named, ratio, 1)
    benefit = pd.DataFrame(
        {"advantage": 0.0, "advantage_lower": -1.0, "advantage_upper": 1.0, "contact_all": 0.1},
        index=pd.Index([0.1, 0.5]),
    )
    text = sentences_cutoffs.in_short(compared, benefit, ratio)
    assert closes(text, "times a needless contact")

"""What pages 07 and 10 say of results that hypothesis draws: another bank's, and a reader's own.

Signs, significance and counts are drawn; what a sentence says of them is found here by itself.
"""

import re

import numpy as np
import pandas as pd
from hypothesis import assume, given
from hypothesis import strategies as st
from invented import RECONSTRUCTION, numbers, percent, plain, runs, shares, studies, told, usable
from rules import seen

from erfm import (
    classification_rates,
    compare_rules,
    predict,
    ranking,
    roc,
    rules_of,
    standardised_coefficients,
)
from erfm.customers import sentences as own
from erfm.samples import Samples
from erfm.study import StudyError
from erfm.trust import another_bank as bank
from erfm.trust import sentences_banks as banks
from erfm.trust import sentences_shapes as shapes

STUDY = RECONSTRUCTION
NAMES = ["recency", "amount", "frequency", "has_child", "gender", "age"]
CLAIMED = bank.claims(STUDY, "Recency, Frequency, Gender, Age")
SIZES = st.lists(st.sampled_from([-1.5, -0.5, -0.1, 0, 0.1, 0.5, 1.5]), min_size=6, max_size=6)


def effects(sizes: list[float], names: list[str] = NAMES) -> pd.DataFrame:
    """Return B per standard deviation of each variable, significant unless 0, all different."""
    b = pd.Series(sizes, names, dtype=float)
    b += np.sign(b) * 0.001 * np.arange(len(b))
    return pd.DataFrame(
        {"b": b, "p_value": (b == 0) * 1.0, "x_standardised": b, "odds_ratio": np.exp(b)}
    )


def label(name: str) -> str:
    return STUDY.label(name)


@runs(60)
@given(SIZES)
def test_claims_at_the_other_bank(sizes):
    real = effects(sizes)
    verdicts = bank.verdicts(CLAIMED, real)
    known = {"study": STUDY, "claimed": CLAIMED, "verdicts": verdicts, "real": real}
    known |= {"customers": 1_234}
    short = seen(told(banks.banks_in_short, known)).partition("The page then")[0]
    found = re.search("those on (.+) hold for .+ those on (.+) do not", short)
    directions = seen(told(banks.directions, known))
    for name in NAMES:
        b, claim = real.loc[name, "b"], CLAIMED[name]
        same = (b == 0) if not claim.significant else (b > 0) == (claim.sign == "+") and b != 0
        assert (verdicts[name] == bank.CLAIM_HOLDS) == same
        if found:
            assert [label(name) in names for names in found.groups()] == [same, not same]
        assert label(name) in directions
    opposite = [n for n in NAMES if verdicts[n] == bank.OPPOSITE]
    assert ("opposite sign" in directions) == bool(opposite)


@runs(60)
@given(SIZES, st.permutations(NAMES), st.integers(0, 6))
def test_the_final_equation_of_the_other_bank(sizes, names, kept):
    there = effects([size or 0.2 for size in sizes], names).iloc[:kept]
    final = {"reconstruction": effects([-0.3, 0.05, 1.0, 0.01, -0.1, -0.2]), "other_bank": there}
    known = {"study": STUDY, "final": final, "entered": ["recency", "frequency", "gender", "age"]}
    text = seen(told(banks.final_order, known))
    order = there["x_standardised"].abs().sort_values(ascending=False).index
    if kept:
        assert f"{label(order[0])} comes first" in text
        assert ("at both banks" in text) == (order[0] == "frequency")
    if kept > 1:
        assert f"{label(order[1])} is second" in text


@runs(40)
@given(SIZES)
def test_an_association_within_fifths(sizes):
    odds = np.exp(np.array(sizes) + 0.01)
    table = pd.DataFrame({"odds_ratio": odds, "lower": odds / 1.3, "upper": odds * 1.3})
    text = told(shapes.paradox, {"table": table})
    turned = ((odds[1:] > 1) != (odds[0] > 1)).sum()
    assert ("Simpson" in text) == bool(turned)
    wanted = {0: "none", 5: "all 5"}.get(turned, f"{turned} of 5")
    assert f"one in {wanted}, the" in text


@runs(10)
@given(studies())
def test_a_reader_s_own_study(drawn):
    study, _, samples = drawn
    full = usable(drawn)
    observed = samples.holdout["retained"].to_numpy()
    probability = predict(full, study, samples.holdout)
    try:
        table = standardised_coefficients(study, full, samples.build)
    except StudyError:
        assume(False)
    compared = compare_rules(observed, rules_of(observed, probability, [study.cutoff]))
    rates = classification_rates(observed, probability, study.cutoff)
    known = {
        "study": study, "rates": rates, "gain": compared.iloc[0],
        "auc": roc(observed, probability).auc,
        "ranked": ranking(table["x_standardised"], study),
    }  # fmt: skip
    text = told(own.five_steps, known | {"terms": list(full.terms)})
    right = ((probability >= study.cutoff - 1e-12) == observed).mean()
    assert percent(right) in shares(text)
    assert percent(max(observed.mean(), 1 - observed.mean())) in shares(text)
    assert all(plain(study, term) in seen(text) for term in full.terms)
    assert "no variable" in told(own.five_steps, known | {"terms": []})


@runs(30)
@given(st.integers(1, 2_000), st.integers(1, 2_000), st.integers(0, 2), st.integers(0, 9))
def test_what_is_counted_of_a_file(build, holdout, warnings, noticed):
    frames = [pd.DataFrame(index=range(n)) for n in (build + holdout, build, holdout)]
    samples = Samples(*frames, ("Few customers.",) * warnings)
    assert numbers(told(own.accepted, {"samples": samples}))[:2] == [build, holdout]
    messages = {str(i): "no error" if i >= noticed else "refused." for i in range(9)}
    text = told(own.noticed, {"messages": messages})
    assert re.search(r"\b9 mistakes|[Nn]o mistake", text)
    assert (numbers(text)[:1] == [noticed]) or noticed == 0
    size = told(own.size, {"table": pd.DataFrame({"a": range(build), "b": "x"})})
    assert numbers(size)[:2] == [build, 2]

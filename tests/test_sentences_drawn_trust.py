"""What pages 08 to 08d say of studies that hypothesis invents, against numbers computed here.

As in `test_sentences_drawn_report`; tables of other models are drawn themselves.
"""

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from invented import (
    RECONSTRUCTION,
    functions,
    percent,
    plain,
    runs,
    shares,
    studies,
    told,
    usable,
)
from rules import seen

from erfm import fit_logistic, predict
from erfm.study import StudyError
from erfm.trust import (
    decisions,
    imputation,
    resampling,
    sentences_cutoffs,
    sentences_missing,
    sentences_models,
    sentences_selection,
)
from erfm.trust.other_models import BOOSTING, FORWARD, PENALISED

pytestmark = pytest.mark.slow  # models are fitted to each drawn study

ABOUT_THE_PAPER = {"printed_selection", "printed_accuracies", "printed_cutoff", "truth_held"}

# --- Page 08 --------------------------------------------------------------------------------------


@runs(8)
@given(studies((60, 120)))
def test_luck(drawn):
    study, _, samples = drawn
    full = usable(drawn)
    try:
        repeated = resampling.bootstrap(study, samples.build, 12, seed=1)
        fixed = resampling.bootstrap(study, samples.build, 12, seed=1, terms=list(full.terms))
        splits = resampling.random_splits(study, samples.complete, len(samples.build), 12, seed=1)
        own = resampling.split_metrics(study, samples.complete, samples.build)
        observed = samples.holdout["retained"].to_numpy()
        probability = predict(full, study, samples.holdout)
        here = resampling.performance(observed, probability)
    except (StudyError, np.linalg.LinAlgError):
        assume(False)
    share = resampling.inclusion_frequencies(repeated)["share"]
    bias, place = resampling.selection_bias(repeated, full), resampling.place_among(own, splits)
    table = resampling.optimism(repeated)
    table["holdout"] = here
    known = {
        "study": study, "repeated": repeated, "splits": splits, "terms": list(full.terms),
        "share": share, "bias": bias, "table": table, "place": place,
        "shown": {"accuracy": f"Accuracy at {study.cutoff}", "auc": "AUC"},
        "holdout": len(observed), "strict": table, "usual": table, "searched": table,
        "fixed": resampling.optimism(fixed), "observed": observed, "probability": probability,
    }  # fmt: skip
    text = {
        name: told(function, known)
        for name, function in functions(sentences_selection).items()
        if name not in ABOUT_THE_PAPER
    }
    _selected(study, share, seen(text["in_short"]))
    accuracy = splits.metrics["accuracy"]
    lower, upper = (percent(accuracy.quantile(q)) for q in (0.025, 0.975))
    assert {lower, upper} <= set(shares(text["in_short"]))
    same = (repeated.selected[list(full.terms)].all(axis=1)).mean()
    assert percent(same) in shares(text["own_equation"])
    _built_on(study, share, seen(text["what_to_build_on"]))
    optimism = table.loc["auc", "optimism"]
    assert ("do not flatter" in text["optimism"]) == (round(optimism, 3) <= 0)
    if table.loc["auc", "corrected"] <= 0.5:
        assert not re.search("useful|a good ranking", text["optimism"])
    below = [(splits.metrics[m] < own[m] - 1e-12).mean() for m in ("accuracy", "auc")]
    assert [percent(one) for one in below] == shares(text["own_split"])[:2]


def _selected(study, share, text):
    before = text.partition("at least 95%")[0]
    for term in share.index:
        assert (plain(study, term) in before) == (share[term] >= 0.95)


def _built_on(study, share, text):
    advice = text.partition("build on ")[2]
    sure, _, rest = advice.partition(";")
    unsupported = rest.partition("do not act on ")[2]
    for term in share.index:
        assert (plain(study, term) in sure.partition(".")[0]) == (share[term] >= 0.95)
        assert (plain(study, term) in unsupported) == (share[term] < 0.5)


# --- Page 08b -------------------------------------------------------------------------------------


@runs(6)
@given(studies())
def test_cutoffs(drawn):
    study, _, samples = drawn
    full = usable(drawn)
    observed = samples.holdout["retained"].to_numpy()
    probability = predict(full, study, samples.holdout)
    for given_probability in (probability, 1 - probability, np.full(len(observed), 0.61)):
        _cutoffs(study, full, observed, given_probability)


def _cutoffs(study, full, observed, probability):
    ratio = 5.0
    cutoffs = {
        "the study's": study.cutoff, "one half": 0.5, "base rate": full.outcome.mean(),
        "Youden's": decisions.youden_cutoff(full.outcome, full.probabilities),
        "by cost": decisions.cost_cutoff(ratio, 1),
    }  # fmt: skip
    compared = decisions.compare_cutoffs(observed, probability, cutoffs, ratio, 1)
    benefit = decisions.decision_curve(observed, probability, repetitions=60, seed=1)
    along = decisions.cutoff_curve(observed, probability)
    known = {"study": study, "compared": compared, "benefit": benefit, "along": along}
    known |= {"ratio": ratio, "threshold": 1 / 6, "first": "by cost"}
    against = decisions.compare_with_commoner(observed, probability, cutoffs)
    dearer = decisions.compare_costs(observed, probability, cutoffs, "by cost", ratio, 1)
    tables = {"accuracies": {"table": against}, "costs": {"table": dearer}}
    sentences = functions(sentences_cutoffs)
    text = {
        name: told(function, known | tables.get(name, {}))
        for name, function in sentences.items()
        if name not in ABOUT_THE_PAPER
    }
    contacted = percent((probability < study.cutoff - 1e-12).mean())
    assert contacted in shares(text["in_short"]) and contacted in shares(text["cutoffs"])
    best = max(((probability >= c - 1e-12) == observed).mean() for c in along.index)
    assert f"({percent(best)}%)" in text["cutoffs"]
    for threshold in (1 / 6, 0.5):
        said = told(sentences["net_benefit"], known | {"threshold": threshold})
        _judged(benefit, threshold, said)
    _compared(against, observed, probability, cutoffs, text["accuracies"])
    _ranges(benefit, text["net_benefit"].partition("At the assumed")[0])
    _ranges(benefit, text["in_short"].partition("thresholds")[2].partition("At the assumed")[0])


def _compared(against, observed, probability, cutoffs, text):
    """The rule of a cut-off is said to be surely better only if it is right more often."""
    for word, better in (("surely more accurate", 1), ("surely less", -1)):
        clauses = [part for part in re.split("[;.] ", text) if word in part]
        for clause in clauses:
            for name in re.findall("“(.+?)”", clause):
                right = (probability >= cutoffs[name] - 1e-12) == observed
                most = max(observed.mean(), 1 - observed.mean())
                assert np.sign(right.mean() - most) == better, text


def _judged(benefit, threshold, text):
    row = benefit.iloc[np.abs(benefit.index - threshold).argmin()]
    gain = round(100 * row["advantage"], 1)
    assert ("earns its keep" in text) == (row["advantage_lower"] > 0)
    if "does harm" in text:
        assert row["advantage_upper"] < 0
    if "loses" in text:
        assert gain < 0
    if gain > 0:
        assert f"{gain:.1f}" in text and "no equation is needed" not in text


def _ranges(benefit, text):
    """All ranges in which the equation is surely better are told, and no other."""
    if not text.strip() or "At no threshold" in text:
        return
    useful = benefit.index[benefit["advantage_lower"] > 0]
    inside = np.zeros(len(benefit), dtype=bool)
    for low, high in re.findall(r"(\d\.\d\d)(?: to |–)(\d\.\d\d)", text):
        inside |= (benefit.index > float(low) - 0.005) & (benefit.index < float(high) + 0.005)
    for one in re.findall(r"(?<!to )(?<!–)\b(\d\.\d\d)(?! to |–|\d)", text):
        inside |= np.abs(benefit.index - float(one)) < 0.005
    assert list(benefit.index[inside]) == list(useful), text


# --- Page 08c -------------------------------------------------------------------------------------


@runs(6)
@given(studies((120,)))
def test_missing_values(drawn):
    study, customers, samples = drawn
    usable(drawn)
    assume(customers.isna().any(axis=None))
    gaps = imputation.missing_values(study, customers)
    try:
        able = imputation.imputable(study, customers)
        completed = imputation.impute(study, able, 6, seed=1)
        pooled = imputation.pool([fit_logistic(study, table) for table in completed])
        listwise = fit_logistic(study, samples.complete)
    except (StudyError, np.linalg.LinAlgError):
        assume(False)
    estimates = imputation.compare_estimates(listwise, pooled)
    counts = {"everyone": len(customers), "used": len(able), "complete": listwise.n}
    known = {
        "study": study, "table": gaps, "estimates": estimates, "imputations": 6,
        "written": imputation.formats(estimates, 6), "outcome": customers["retained"], **counts,
    }  # fmt: skip
    text = {
        name: told(function, known)
        for name, function in functions(sentences_missing).items()
        if name not in ABOUT_THE_PAPER
    }
    missing = customers["x0"].isna()
    assert percent(missing.mean()) in shares(text["gaps"])
    stayed = [percent(customers["retained"][rows].mean()) for rows in (missing, ~missing)]
    assert shares(text["gaps"].partition("Of these, ")[2])[:2] == stayed
    assert f"{(~missing).sum()} of {len(customers)}" in text["in_short"]
    change = (
        (estimates["imputed_b"] - estimates["listwise_b"]) / estimates["listwise_standard_error"]
    ).drop("Constant")
    moved = seen(text["imputed"]).partition("moves most")[0]
    if moved != seen(text["imputed"]):
        assert plain(study, change.abs().idxmax()) in moved
        assert ("changes little" in text["imputed"]) == (change.abs().max() <= 1)


# --- Page 08d -------------------------------------------------------------------------------------

CHANGE, HALF = (st.integers(*limits).map(lambda n: n / 1000) for limits in ((-150, 150), (1, 200)))
DIFFERENCES = st.tuples(CHANGE, HALF, CHANGE, HALF)


@runs(60)
@given(DIFFERENCES, st.booleans())
@example((-0.01, 0.05, 0.12, 0.08), False)
def test_other_models(drawn, simulated):
    boosting, half, ridge, width = drawn
    rows = [(FORWARD, "AUC", 0.7, np.nan, np.nan, np.nan)]
    for model, change, by in ((PENALISED, ridge, width), (BOOSTING, boosting, half)):
        rows.append((model, "AUC", 0.7 + change, change, change - by, change + by))
    columns = ["model", "score", "mean", "difference", "lower", "upper"]
    against = pd.DataFrame(rows, columns=columns)
    study = dataclasses.replace(RECONSTRUCTION, simulated=simulated)
    tests = pd.DataFrame({"p_value": {"recency": 0.4, "age": 0.3, "all": 0.5}})
    known = {
        "study": study, "against": against, "tests": tests, "judged": 20, "folds": 20,
        "lower": boosting - half / 2, "upper": boosting + half / 2,
    }  # fmt: skip
    text = {name: told(f, known) for name, f in functions(sentences_models).items()}
    apart = [
        change - by > 0 or change + by < 0 for change, by in ((boosting, half), (ridge, width))
    ]
    if "cannot tell the models apart" in text["alternatives"]:
        assert not any(apart)
    if "nothing is gained by a black box" in text["alternatives"]:
        assert boosting + half < 0


P_VALUES = st.lists(st.sampled_from([0.0001, 0.004, 0.02, 0.06, 0.5]), min_size=3, max_size=3)


@runs(40)
@given(P_VALUES)
def test_bends(p):
    tests = pd.DataFrame({"p_value": dict(zip(["recency", "age", "all"], p, strict=True))})
    known = {"study": RECONSTRUCTION, "tests": tests}
    text = told(sentences_models.linearity, known).partition("For the bank")[0]
    for name, one in zip(["Recency", "Age"], p, strict=False):
        assert (name in text.replace("Amount", "")) == (one < 0.05 / 2) or "too few" in text
    assert ("No variable" in text) == (min(p[:2]) >= 0.05 / 2)

"""What pages 01 to 05 say of studies that hypothesis invents, against numbers computed here.

Each function is given the tables that the real functions make of a drawn study. What it says
breaks no rule, and names what this file finds by itself: the largest, the side, the count.
"""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from invented import (
    bold,
    close,
    functions,
    numbers,
    percent,
    plain,
    runs,
    shares,
    studies,
    told,
    usable,
)
from rules import seen, value
from scipy import stats
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from erfm import (
    brier_score,
    calibration_groups,
    calibration_line,
    classification_rates,
    classification_table,
    coefficient_table,
    collinearity,
    compare_rules,
    descriptive_statistics,
    discrimination_coefficient,
    fit_logistic,
    forward_lr,
    frequency_table,
    hosmer_lemeshow,
    hypotheses,
    model_summary,
    omnibus_test,
    predict,
    retention_by,
    roc,
    rules_of,
    sample_path,
    scaled_odds_ratios,
    standardised_coefficients,
)
from erfm.report import (
    sentences_descriptives,
    sentences_full_model,
    sentences_holdout,
    sentences_standardised,
    sentences_stepwise,
)
from erfm.report.step_tables import steps_compared
from erfm.standardised import DEFINITIONS
from erfm.study import StudyError, design_matrix

pytestmark = pytest.mark.slow  # models are fitted to each drawn study

ABOUT_THE_PAPER = {
    "kurtosis_as_skewness", "printed_coefficients", "printed_classification", "printed_chi_square",
}  # fmt: skip


# --- Page 01 --------------------------------------------------------------------------------------


@runs(25)
@given(studies())
def test_who_the_customers_are(drawn):
    study, customers, samples = drawn
    complete = samples.complete
    assume(0 < complete["retained"].mean() < 1)
    numeric = [p.name for p in study.predictors.values() if not p.categorical]
    descriptives = descriptive_statistics(study, complete)
    rates = {p.name: retention_by(p, complete) for p in study.predictors.values()}
    levels = [p.name for p in study.predictors.values() if p.categorical]
    known = {
        "study": study, "customers": customers, "samples": samples, "complete": complete,
        "path": sample_path(study, customers, samples), "descriptives": descriptives,
        "rates": rates, "frequencies": {n: frequency_table(complete[n]) for n in levels},
    }  # fmt: skip
    text = {
        name: told(function, known)
        for name, function in functions(sentences_descriptives).items()
        if name not in ABOUT_THE_PAPER
    }
    kept = percent(complete["retained"].mean())
    assert shares(text["in_short"]) == [kept]
    assert numbers(text["in_short"])[:2] == [len(customers), len(complete)]
    lost = customers.drop(complete.index)["retained"]
    assert shares(text["left_out"]) == ([percent(lost.mean()), kept] if len(lost) else [])
    _skewed(study, complete[numeric], text["most_skewed"])
    _commonest(study, complete, text["commonest_levels"])
    assert text["commonest"] == text["commonest_levels"]
    _different(study, complete, numeric, text["most_different"])
    _moving(study, rates, text["most_moving"])


def _skewed(study, values, text):
    if values.empty or not bold(text):
        return
    skewness = values.skew()
    (name,) = [n for n in values if plain(study, n) == bold(text)[0]]
    assert abs(skewness[name]) >= skewness.abs().max() - 1e-6
    if "standard deviations" in text:
        mean, sd = values[name].mean(), values[name].std()
        left = skewness[name] < 0
        far = (mean - values[name].min()) if left else (values[name].max() - mean)
        assert ("below" in text) == left and ("above" in text) == (not left)
        assert f"{far / sd:.1f} standard deviations" in text


def _commonest(study, complete, text):
    largest = [
        complete[p.name].value_counts().iloc[0] / len(complete)
        for p in study.predictors.values()
        if p.categorical
    ]
    assert shares(text) == [percent(share) for share in largest]


def _different(study, complete, numeric, text):
    if not numeric or "equal" in text:
        return
    groups = complete.groupby("retained")[numeric].mean()
    apart = (groups.loc[1] - groups.loc[0]) / complete[numeric].std()
    (name,) = [n for n in numeric if plain(study, n) == bold(text)[0]]
    assert abs(apart[name]) >= apart.abs().max() - 1e-6
    assert f"{abs(apart[name]):.2f} standard deviations" in text
    assert ("below" in text) == (apart[name] < 0)
    lowest, highest = (complete.groupby("retained")[numeric].agg(f) for f in ("min", "max"))
    overlap = (lowest.max() <= highest.min()).all()
    assert ("overlap everywhere" in text) == overlap


def _moving(study, rates, text):
    if not bold(text):
        return
    large = {n: t.loc[t["customers"] >= 20, "retention_rate"] for n, t in rates.items()}
    spread = {n: r.max() - r.min() for n, r in large.items() if len(r) > 1}
    (name,) = [n for n in rates if plain(study, n) == bold(text)[0]]
    assert spread[name] >= max(spread.values()) - 1e-9
    # The first is the smaller one: no direction is claimed that the groups do not have.
    assert shares(text) == [percent(large[name].min()), percent(large[name].max())]
    for share, count in re.findall(r"([\d.]+)% of the (\d+) customers", text):
        assert any(
            n == int(count) and percent(r) == share
            for n, r in zip(rates[name]["customers"], rates[name]["retention_rate"], strict=True)
        )


# --- Page 02 --------------------------------------------------------------------------------------


@runs(15)
@given(studies())
def test_the_full_model(drawn):
    study, _, samples = drawn
    build, full = samples.build, usable(drawn)
    coefficients = coefficient_table(full)
    slopes = coefficients.drop(index="Constant")
    design = design_matrix(study, build)
    singles = slopes.loc[design.columns]
    per_sd = scaled_odds_ratios(full, design.std())
    signs, inflation = hypotheses(study, full), collinearity(study, build)
    classified = classification_table(full.outcome, full.probabilities, cutoff=0.5)
    known = {
        "study": study, "full": full, "coefficients": coefficients, "frame": build,
        "log_likelihoods": pd.Series([-100.0, full.log_likelihood]),
        "slopes": full.parameters.drop("Constant"), "omnibus": omnibus_test(full),
        "summary": model_summary(full), "discrimination": discrimination_coefficient(full),
        "test": hosmer_lemeshow(full.outcome, full.probabilities), "classified": classified,
        "table": signs, "signs": signs, "per_unit": singles, "per_sd": per_sd,
        "inflation": inflation,
    }  # fmt: skip
    text = {
        name: told(function, known)
        for name, function in functions(sentences_full_model).items()
        if name not in ABOUT_THE_PAPER
    }
    joint = pd.Series(
        {t: slopes.loc[t if t in slopes.index else c[0], "p_value"] for t, c in full.terms.items()}
    )
    wald = pd.Series(
        {t: slopes.loc[t if t in slopes.index else c[0], "wald"] for t, c in full.terms.items()}
    )
    _significant(study, slopes, full.terms, joint, seen(text["in_short"]))
    _strongest(study, slopes, full.terms, joint, wald, text["strongest"])
    stayed = full.outcome == 1
    apart = full.probabilities[stayed].mean() - full.probabilities[~stayed].mean()
    assert percent(apart) in re.findall(r"([−\d.]+) percentage points", text["explained"])
    chance = known["omnibus"].loc["Model", "p_value"] >= 0.05
    assert ("no more than chance" in text["explained"]) == chance
    test = known["test"]
    if test.df > 0:
        assert ("do not stray" in text["goodness_of_fit"]) == (test.p_value >= 0.05)
        if all(p.categorical for p in study.predictors.values()):
            assert "curve" not in text["goodness_of_fit"]
    right = ((full.probabilities >= 0.5 - 1e-12) == stayed).mean()
    commoner = max(stayed.mean(), 1 - stayed.mean())
    assert shares(text["classification"]) == [percent(right), percent(commoner)]
    whole, *parts = numbers(text["signs"].partition(". ")[0])
    assert whole == len(signs) and sum(parts) in (0, whole)
    sizes = np.abs(np.log(per_sd["odds_ratio"]))
    if bold(text["common_scale"]):
        (name,) = [n for n in sizes.index if plain(study, n) == bold(text["common_scale"])[0]]
        assert sizes[name] >= sizes.max() - 1e-6
    assert f"{inflation['variance_inflation'].max():.2f}" in text["collinearity"]


def _significant(study, slopes, terms, joint, text):
    """A term significant in every way is on the first list, one that is in no way on the second."""
    before, _, after = text.partition("not significant")
    for term, columns in terms.items():
        rows = slopes.loc[[*({term} & {*slopes.index}), *columns], "p_value"]
        label = plain(study, term)
        if (rows < 0.05).all():
            assert label in before and label not in after
        elif (rows >= 0.05).all():
            assert label in after
            assert label not in before.partition("Significant")[2]


def _strongest(study, slopes, terms, joint, wald, text):
    """The first name is a term of the largest Wald or smallest p; the odds ratio is one of its."""
    name = bold(text)[0]
    (term,) = [
        t for t, c in terms.items() if name in {plain(study, t), *(plain(study, x) for x in c)}
    ]
    assert wald[term] >= wald.max() - 1e-6 or joint[term] <= joint.min() + 1e-12
    found = re.search(r"by ([\d.,]+) \(95% interval ([\d.,]+) to ([\d.,]+)\)", text)
    if found:
        rows = slopes.loc[list(terms[term]), ["odds_ratio", "lower", "upper"]].to_numpy()
        assert any(all(map(close, found.groups(), row)) for row in rows), text


# --- Page 03 --------------------------------------------------------------------------------------


@runs(12)
@given(studies())
def test_forward_selection(drawn):
    study, _, samples = drawn
    usable(drawn)
    build = samples.build
    try:
        selection = forward_lr(study, build)
        fits = [fit_logistic(study, build, list(step.terms)) for step in selection.steps]
    except (StudyError, np.linalg.LinAlgError):
        assume(False)
    start, steps = selection.steps[0], steps_compared(fits)
    scores = start.score_tests.drop(index="Overall statistics")
    try:
        alone = [fit_logistic(study, build, [term]) for term in study.predictors]
    except (StudyError, np.linalg.LinAlgError):
        assume(False)
    rise = [2 * (fit.log_likelihood - fits[0].log_likelihood) for fit in alone]
    compared = scores.loc[list(study.predictors)].rename(columns={"p_value": "score_p"})
    compared = compared.assign(
        likelihood_ratio=rise, likelihood_ratio_p=stats.chi2.sf(rise, compared["df"])
    )
    known = {
        "study": study, "selection": selection, "constant": fits[0], "steps": steps,
        "equation": fits[-1], "final": fits[-1], "step": start, "start": start,
        "term": scores.index[0], "score": scores["score"].iloc[0],
        "compared": compared, "entry_p": study.entry_p,
    }  # fmt: skip
    sentences = functions(sentences_stepwise)
    text = {
        name: told(function, known)
        for name, function in sentences.items()
        if name not in ABOUT_THE_PAPER | {"step"}
    }
    before, _, after = seen(text["in_short"]).partition("eft out")
    for term in study.predictors:
        assert (plain(study, term) in before) == (term in selection.terms)
        assert plain(study, term) not in after or term not in selection.terms
    deviance = [-2 * step.log_likelihood for step in selection.steps]
    if len(deviance) > 2:
        first = (deviance[0] - deviance[1]) / (deviance[0] - deviance[-1])
        assert f"{100 * first:.0f}%" in text["fall"]
    entered = selection.steps[1].entered if len(deviance) > 1 else None
    block = seen(text["block_0"])
    for term in study.predictors:
        assert (plain(study, term) in block) == (term == entered)
    if "largest score" in block:
        # Scores on different degrees of freedom are not compared.
        assert len(set(scores["df"])) == 1 and scores["score"].idxmax() == entered
    for i, step in enumerate(selection.steps[1:], start=1):
        _step(study, selection, i, step, seen(told(sentences["step"], known | {"number": i})))


def _step(study, selection, i, step, text):
    following = selection.steps[i + 1] if i + 1 < len(selection.steps) else None
    if following is not None and following.entered:
        assert f"{plain(study, following.entered)} has the smallest p" in text
        assert "enters next" in text
    elif step.scores:
        assert "stays out" in text
        best = min(step.scores, key=lambda test: test.p_value)
        assert plain(study, best.term) in text
    if following is not None and following.removed:
        assert f"{plain(study, following.removed)}" in text and "leaves" in text


# --- Page 04 --------------------------------------------------------------------------------------


@runs(8)
@given(studies())
def test_the_holdout_sample(drawn):
    study, _, samples = drawn
    full = usable(drawn)
    observed = samples.holdout["retained"].to_numpy()
    probability = predict(full, study, samples.holdout)
    _holdout(study, observed, probability)
    _holdout(study, observed, 1 - probability)
    _holdout(study, observed, np.full(len(observed), 0.61))


def _holdout(study, observed, probability):
    n, curve = len(observed), roc(observed, probability)
    rates = {c: classification_rates(observed, probability, c) for c in (study.cutoff, 0.5)}
    compared = compare_rules(observed, rules_of(observed, probability, rates))
    table = classification_table(observed, probability, study.cutoff)
    try:
        line = calibration_line(observed, probability)
    except (PerfectSeparationWarning, RuntimeWarning):
        assume(False)
    groups = calibration_groups(observed, probability)
    known = {
        "study": study, "observed": observed, "probability": probability, "curve": curve,
        "rates": rates, "compared": compared, "n": n, "table": table, "line": line,
        "groups": groups, "scores": brier_score(observed, probability),
    }  # fmt: skip
    sentences = functions(sentences_holdout)
    text = {
        name: told(function, known)
        for name, function in sentences.items()
        if name not in ABOUT_THE_PAPER | {"tied_pairs"}
    }
    named = probability >= study.cutoff - 1e-12
    right, commoner = (named == observed).mean(), max(observed.mean(), 1 - observed.mean())
    assert {percent(right), percent(commoner)} <= set(shares(text["in_short"]))
    pairs = probability[observed == 1][:, None] - probability[observed == 0][None, :]
    area = (pairs > 1e-12).mean() + (np.abs(pairs) <= 1e-12).mean() / 2
    if "of pairs" in text["in_short"]:
        assert percent(area) in shares(text["in_short"])
    for word, better in (("surely more accurate", 1), ("surely less accurate", -1)):
        if word in text["in_short"]:
            assert np.sign(right - commoner) == better
    assert shares(text["probabilities"]) == [percent(observed.mean()), percent(named.mean())]
    assert percent(right) in shares(text["classification"])
    wrong = [((observed == 1) & ~named).sum(), ((observed == 0) & named).sum()]
    counts = numbers(text["mistakes"])
    assert all(count in counts or not count for count in wrong)
    _area(text["discrimination"], curve)
    covered = (groups["lower"] <= groups["predicted"]) & (groups["predicted"] <= groups["upper"])
    if 0 < covered.sum() < len(groups):
        assert f"{covered.sum()} of {len(groups)} groups" in text["calibration"]
    elif covered.all():
        assert f"0 of {len(groups)}" not in text["calibration"]
    skill = 1 - ((probability - observed) ** 2).mean() / observed.var()
    if "removes" in text["brier"] or "adds" in text["brier"]:
        assert ("removes" in text["brier"]) == (skill > 0)
        assert percent(abs(skill)) in shares(text["brier"])
    else:
        assert abs(skill) < 0.0006


def _area(text, curve):
    assert f"{curve.auc:.3f}" in text
    assert ("clearly above" in text) == (curve.lower > 0.5)
    assert ("clearly below" in text) == (curve.upper < 0.5)
    if curve.lower <= 0.5:
        assert not re.search("moderate|orders customers well|useful|good", text)


# --- Page 05 --------------------------------------------------------------------------------------


@runs(12)
@given(studies())
def test_standardised_coefficients(drawn):
    study, _, samples = drawn
    full = usable(drawn)
    try:
        table = standardised_coefficients(study, full, samples.build)
    except StudyError:
        assume(False)
    known = {"study": study, "kept": full, "table": table, "other": table, "names": []}
    text = {
        name: told(function, known)
        for name, function in functions(sentences_standardised).items()
        if name not in ABOUT_THE_PAPER
    }
    sizes = table["x_standardised"].abs().sort_values(ascending=False)
    first = bold(text["spread"])[0]
    (top,) = [name for name in sizes.index if plain(study, name) == first]
    assert sizes[top] >= sizes.max() - 1e-9
    six = table.loc[top, list(DEFINITIONS)].abs()
    low, high = re.search(r"from ([\d.,]+) to ([\d.,]+):", text["spread"]).groups()
    assert close(low, six.min()) and close(high, six.max())
    if len(sizes) > 1:
        share = value(re.search(r"reaches (\d+)%", text["relative"])[1])
        assert abs(share - 100 * sizes.iloc[1] / sizes.iloc[0]) < 0.51
        order = bold(text["in_short"])[1].split(" > ")
        if len(order) == len(sizes) and sizes.diff().abs().min() > 1e-6:
            starts = [plain(study, study.term(name)) for name in sizes.index]
            assert all(map(str.startswith, order, starts))

"""What page 09 says of studies that hypothesis invents, against numbers computed here."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from invented import functions, numbers, percent, plain, runs, shares, studies, told, usable
from rules import seen, value

from erfm import fit_logistic, predict, roc
from erfm.study import StudyError, design_matrix
from erfm.validation import compare_areas
from erfm.warning import fairness, gains, model_file, scoring, sentences

pytestmark = pytest.mark.slow  # models are fitted to each drawn study

NO_SENTENCE = {"command"}


@runs(12)
@given(studies())
def test_the_list(drawn):
    study, customers, samples = drawn
    full = usable(drawn)
    model = model_file.describe_model(study, full, samples.build, "2031-05-19")
    today = customers.drop(index=samples.build.index, columns="retained")
    scores = scoring.score(model, today)
    observed = samples.holdout["retained"].to_numpy()
    risk = 1 - predict(full, study, samples.holdout)
    curve = gains.gains_curve(observed, risk, seed=1, repetitions=60)
    first = scores.ranked.iloc[0]
    top = today.set_index("customer_id").loc[[first["customer_id"]]]
    parts = scoring.score_parts(model, design_matrix(study, top, list(model.terms)))
    base = 1 - observed.mean()
    cost, success, worth = 20, 0.1, round(200 / (1.1 * base), -1)

    def plan(rate):
        return gains.expected_gain(curve, 10_000, cost, worth, rate)

    plans = {f"a success rate of {percent(rate)}%": plan(rate) for rate in (0.08, 0.1, 0.125)}
    on_list = gains.first_called(risk, max(1, len(risk) // 5), seed=1)
    groups = fairness.trait_groups(study, samples.holdout)
    tables = {n: fairness.error_rates(observed, on_list, group) for n, group in groups.items()}
    others = [term for term in model.terms if term not in groups]
    try:
        without = predict(fit_logistic(study, samples.build, others), study, samples.holdout)
    except (StudyError, np.linalg.LinAlgError):
        assume(False)
    areas = compare_areas(observed, 1 - risk, without)
    areas["full"], areas["without"] = (roc(observed, p).auc for p in (1 - risk, without))
    known = {
        "study": study, "scores": scores, "curve": curve, "model": model, "loaded": model,
        "file": "`file`", "parts": parts, "base": base, "plans": plans, "cost": cost,
        "value": worth, "success": success, "customers": 10_000, "tables": tables,
        "terms": model.terms, "areas": areas, "traits": list(groups), "lower": first["lower"],
        "upper": first["upper"], "first": first, "lowest": 0.05, "assumed": success, "called": 0.4,
        "plan": plan(success), "rows": gains.at_shares(curve, [0.05, 0.2, 0.5]),
    }  # fmt: skip
    every = functions(sentences)
    text = {
        name: told(function, known)
        for name, function in every.items()
        if name not in NO_SENTENCE | {"errors_by_group"}
    }
    _first(scores, seen(text["first_on_list"]))
    _reached(observed, risk, text["in_short"], text["reached"])
    _called(scores, text["calls"], text["left_out"], seen(text["reasons"]))
    _worth(plans, seen(text["worth"]))
    for name, table in tables.items():
        _groups(table, told(every["errors_by_group"], known | {"name": name, "table": table}))
    _traits(study, list(groups), areas, seen(text["fairness"]), seen(text["implications"]))


def _first(scores, text):
    first = scores.ranked.iloc[0]
    assert first["churn_probability"] >= scores.ranked["churn_probability"].max() - 1e-12
    wanted = [percent(first[c]) for c in ("churn_probability", "lower", "upper")]
    assert shares(text)[:3] == wanted
    same = np.isclose(scores.ranked["churn_probability"], first["churn_probability"], atol=1e-9)
    if same.sum() > 1:
        assert f"{same.sum() - 1} more customer" in text


def _reached(observed, risk, short, text):
    """The first fifth, equals sharing the last places, by a sum over customers."""
    called, n = map(int, re.search(r"The first fifth, (\d+) of (\d+) customers", text).groups())
    assert n == len(observed) and abs(called - 0.2 * n) <= 0.5
    edge = np.sort(risk)[::-1][called - 1]
    above, equal = risk > edge + 1e-12, np.abs(risk - edge) <= 1e-12
    places = (called - above.sum()) / equal.sum()
    churned = (observed[above] == 0).sum() + places * (observed[equal] == 0).sum()
    base = (observed == 0).mean()
    gain = percent(churned / (observed == 0).sum())
    assert gain in shares(short)
    assert {gain, percent(churned / called), percent(base)} <= set(shares(text))
    if churned / called <= base:
        assert "surely more" not in (short + text).replace("not surely more", "")


def _called(scores, text, left_out, reasons):
    ranked = scores.ranked
    high = ranked[ranked["risk"] == "high"]
    called = high["value_tier"].ne("low").sum()
    assert numbers(text)[:1] == [called] or (not called and text.startswith(("No", "0")))
    if len(scores.unscored):
        assert f"{len(scores.unscored)} of {len(scores.unscored) + len(ranked)}" in left_out
    counts = high["first_push"].value_counts()
    if len(counts) and counts.max() and counts.max() < len(high):
        assert f"({counts.max()} " in reasons or f"({counts.max()}" in reasons
        assert f"of {len(high)})" in reasons


def _worth(plans, text):
    best = plans[f"a success rate of {percent(0.1)}%"].sort_values("gain").iloc[-1]
    if best["gain"] > 0:
        assert f"for an expected gain of {best['gain']:,.0f}" in text.replace("−", "-")
    else:
        assert "No number of calls is expected to pay" in text


def _groups(table, text):
    if "are called" not in text or "every group" in text:
        return
    large = table[table["customers"] >= 20] if "customers" in table else table
    most, least = large["warned_rate"].max(), large["warned_rate"].min()
    assert shares(text)[:2] == [percent(most), percent(least)]
    names = re.findall(r"group \*(.+?)\*", text)
    leave = [percent(large.loc[label, "churn_rate"]) for label in map(str, large.index)]
    assert set(shares(text)[2:4]) <= set(leave) and len(names) == 2


def _traits(study, traits, areas, text, implied):
    for name, predictor in study.predictors.items():
        if name not in traits and predictor.role not in ("gender", "age"):
            assert f"Leaving {plain(study, name)}" not in implied
    if not traits:
        assert "neither gender nor age" in text
    found = re.search(r"is ([\d.]+), and ([\d.]+) without: ([+−]?[\d.]+)", text)
    if found:
        full, without, change = map(value, found.groups())
        assert abs(full - without - change) < 1e-9
        assert abs(full - areas["full"]) < 0.0006 and abs(without - areas["without"]) < 0.0006

"""The cut-off as a reader moves it: what is shown equals Python's own tables at any cut-off."""

import dataclasses
import json

import numpy as np
import pytest
from explored import in_browser

from erfm.customers.study_file import load_study
from erfm.formats import number, percent
from erfm.report.explore_cutoff import RATIOS, alt_text, caption, cutoff_explorer
from erfm.ties import at_least
from erfm.trust.decisions import compare_cutoffs, cost_cutoff
from erfm.validation import COMMONER, classification_rates, compare_rules, rules_of

RATES = {
    "Accuracy": "accuracy",
    "Sensitivity": "sensitivity",
    "Specificity": "specificity",
    "Positive predictive value": "positive_predictive_value",
    "Negative predictive value": "negative_predictive_value",
}
COSTS = {"Cost a customer", "Cost if everyone is contacted", "Cost if nobody is"}


def customers(n: int, kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Return outcomes and probabilities: informative or not, ordered wrongly, or all alike."""
    rng = np.random.default_rng(n)
    probability = rng.beta(2, 3, n)
    outcome = (rng.random(n) < probability).astype(int)
    outcome[:2] = 0, 1
    if kind == "wrong":
        probability = 1 - probability
    elif kind == "few":
        probability = probability.round(1)
    elif kind == "alike":
        probability = np.full(n, 0.3)
    elif kind == "most stay":
        outcome = (np.arange(n) % 5 > 0).astype(int)
    elif kind == "as many":
        outcome = np.arange(n) % 2
    return outcome, probability


def expected(outcome, probability, cutoff) -> dict[str, str]:
    """Return what is to be shown, from the tables of `erfm.validation`."""
    rates = classification_rates(outcome, probability, cutoff)
    shown = {
        label: f"{percent(row['rate'])} ({int(row['successes']):,} of {int(row['of']):,})"
        for label, row in ((label, rates.loc[key]) for label, key in RATES.items())
        if row["of"]
    }
    rule = at_least(probability, cutoff)
    for value, name in enumerate(("Churned", "Retained")):
        for predicted, word in enumerate(("churned", "retained")):
            count = int(((outcome == value) & (rule == predicted)).sum())
            shown[f"{name}, predicted {word}"] = f"{count:,}"
    commoner = rules_of(outcome, probability, [])[COMMONER]
    gain = compare_rules(outcome, {"it": rule, COMMONER: commoner}).iloc[0]
    points = [number(100 * gain[key], "+.1f") for key in ("difference", "lower", "upper")]
    everyone = "retained" if commoner[0] else "churned"
    label = f"Points of accuracy against “{everyone}” for all"
    shown[label] = f"{points[0]} (95% interval {points[1]} to {points[2]})"
    return shown


KINDS = ["informative", "wrong", "few", "alike", "most stay", "as many"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n", [40, 400, 3217])
def test_every_number_is_that_of_the_tables(n, kind):
    """400 customers have percentages that end in exact halves."""
    outcome, probability = customers(n, kind)
    named = {"the study's": 0.60241, "Youden's": float(np.sort(probability)[n // 3]), "all": 0.0}
    steps = [*named.values(), 0.3, 1, *np.random.default_rng(1).integers(0, 1001, 40) / 1000]
    explorer = cutoff_explorer(outcome, probability, named)
    texts = explorer.evaluate_many([{"cutoff": cutoff} for cutoff in steps])
    for cutoff, shown in zip(steps, texts, strict=True):
        want = expected(outcome, probability, cutoff)
        assert want == {label: shown[label] for label in want}
        if "Positive predictive value" not in want:
            assert shown["Positive predictive value"] == "none predicted retained"
        if "Negative predictive value" not in want:
            assert shown["Negative predictive value"] == "none predicted churned"
        assert "NaN" not in json.dumps(shown) and "null" not in json.dumps(shown)


@pytest.mark.slow
@pytest.mark.parametrize("costs", [(5, 1), (30, 12.5), (7, 1000)])
def test_costs_are_those_of_the_tables(costs):
    outcome, probability = customers(777, "informative")
    ratios = sorted({*RATIOS, costs[0] / costs[1]})
    explorer = cutoff_explorer(outcome, probability, {"one half": 0.5}, costs)
    settings = [
        {"cutoff": float(cutoff), "costs": place}
        for place in range(len(ratios))
        for cutoff in (0.5, 0.2, cost_cutoff(ratios[place], 1))
    ]
    for setting, shown in zip(settings, explorer.evaluate_many(settings), strict=True):
        ratio = ratios[setting["costs"]]
        cutoffs = {"it": setting["cutoff"], "everyone": 1.1, "nobody": -0.1}
        table = compare_cutoffs(outcome, probability, cutoffs, ratio * costs[1], costs[1])
        labels = ["Cost a customer", "Cost if everyone is contacted", "Cost if nobody is"]
        for label, cost in zip(labels, table["cost"], strict=True):
            assert float(shown[label].replace(",", "")) == pytest.approx(cost, abs=0.0005001)
        contacted = shown["Contacted (predicted churned)"]
        assert contacted.startswith(percent(table.loc["it", "contacted"]))
        assert f"the right cut-off is {round(cost_cutoff(ratio, 1), 4):g}." in shown["said"]
    assert explorer.evaluate()["shown_costs"] == f"{costs[0] / costs[1]:.4g}"


def test_the_sentence_reads_the_setting():
    outcome, probability = np.repeat([0, 1], [60, 40]), np.repeat([0.2, 0.3, 0.8], [50, 15, 35])
    explorer = cutoff_explorer(outcome, probability, {"one half": 0.5}, (5, 1))
    half, none, everyone = explorer.evaluate_many([{}, {"cutoff": 1}, {"cutoff": 0}])
    assert half["said"] == (
        "At a cut-off of 0.5, 35 of 100 customers are predicted retained, and 95.0% of all "
        "predictions are right: surely more accurate than naming “churned” for all. At these costs "
        "the right cut-off is 0.8333. The chosen one costs 0.050 a customer, less than contacting "
        "everyone (0.400), the cheaper rule for all."
    )
    assert "none of 100 customers are predicted retained, and 60.0%" in none["said"]
    assert "the same as naming “churned” for all." in none["said"]
    assert "costs 0.400 a customer, as much as contacting everyone (0.400)" in none["said"]
    assert "100 of 100 customers" in everyone["said"]
    assert "in accuracy not to be told from naming" in explorer.evaluate(cutoff=0.25)["said"] or (
        "surely more accurate" in explorer.evaluate(cutoff=0.25)["said"]
    )


def test_a_cutoff_between_the_steps_is_the_nearest_step():
    explorer = cutoff_explorer(*customers(40, "informative"), {"one half": 0.5, "odd": 0.60241})
    told, named = explorer.evaluate_many([{"cutoff": 0.2504}, {"cutoff": 0.60241}])
    assert told["shown_cutoff"] == "0.25"
    assert named["shown_cutoff"] == "0.6024"


def test_the_picture_s_text_and_the_caption_say_whose_probabilities():
    study = load_study("reconstruction")
    outcome = np.array([1, 0, 0])
    assert caption(study, outcome).endswith(
        "the 3 customers of the holdout sample, who are simulated"
    )
    real = dataclasses.replace(study, simulated=False)
    assert "simulated" not in caption(real, outcome)
    text = alt_text(outcome, 0.6024, costs=True)
    assert "1 retained and 2 churned" in text and "0.6024" in text and "costs" in text


@pytest.mark.slow
def test_a_reader_moves_it(chromium, tmp_path):
    outcome, probability = customers(400, "informative")
    explorer = cutoff_explorer(outcome, probability, {"the study's": 0.60241}, (5, 1))
    with in_browser(chromium, explorer, tmp_path, "figure-8b-1") as tab:

        def shown() -> list[str]:
            return tab.locator("dd output").all_text_contents()

        def told(**setting) -> list[str]:
            texts = explorer.evaluate(**setting)
            return [texts[label] for label in explorer.readouts]

        assert shown() == told()
        tab.get_by_role("slider", name="Cut-off").focus()
        for key in ("ArrowLeft", "PageDown", "End", "Home", "PageUp", "ArrowRight"):
            tab.keyboard.press(key)
            cutoff = float(tab.get_by_role("slider", name="Cut-off").input_value())
            assert shown() == told(cutoff=cutoff)
        tab.get_by_role("slider", name="missed leaver").press("ArrowLeft")
        tab.get_by_role("button", name="By cost").press("Enter")
        setting = {"cutoff": cost_cutoff(4, 1), "costs": sorted(RATIOS).index(4)}
        assert shown() == told(**setting)
        assert tab.url.endswith("#figure-8b-1?cutoff=0.8&costs=4")
        tab.get_by_role("button", name="The study's").click()
        assert shown() == told(cutoff=0.60241, costs=13)

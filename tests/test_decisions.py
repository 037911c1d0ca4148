"""Cut-offs and net benefit, against R (pROC, boot), by hand and by simulation."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from erfm.logistic import fit_logistic, predict
from erfm.ties import at_least
from erfm.trust.decisions import (
    EVERYONE,
    NOBODY,
    compare_costs,
    compare_cutoffs,
    cost_cutoff,
    cutoff_curve,
    decision_curve,
    implied_cost_ratio,
    useful_thresholds,
    youden_cutoff,
)
from erfm.validation import classification_rates, compare_rules

EXPECTED = Path(__file__).parent / "expected"
TERMS = ["recency", "frequency", "amount", "segment", "age"]


@pytest.fixture(scope="module")
def judged(make_study) -> tuple[np.ndarray, np.ndarray]:
    """Outcome and probability of the customers that R judges, from a model made of others."""
    levels = {"segment": ["basic", "gold", "private"]}
    study, frame = make_study(pd.read_csv(EXPECTED / "beyond_customers.csv"), levels)
    fit = fit_logistic(study, frame.iloc[:400], TERMS)
    return frame["retained"].to_numpy()[400:], predict(fit, study, frame.iloc[400:])


def scores(seed: int, n: int = 50) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    probability = rng.uniform(0.01, 0.99, n).round(rng.integers(1, 4)).clip(0.01, 0.99)
    outcome = (rng.random(n) < probability).astype(int)
    outcome[:2] = [0, 1]
    return outcome, probability


# --- Cut-offs -------------------------------------------------------------------------------------


def test_cutoffs_equal_proc(judged):
    expected = pd.read_csv(EXPECTED / "beyond_cutoffs.csv")
    found = cutoff_curve(*judged, expected["threshold"].to_numpy())
    names = {"positive_predictive_value": "ppv", "negative_predictive_value": "npv"}
    for name in found.columns.drop("contacted"):
        column = expected[names.get(name, name)]
        assert found[name].to_numpy() == pytest.approx(column.to_numpy(), nan_ok=True)


@pytest.mark.slow
@given(st.integers(0, 10**6), st.floats(0.02, 0.98))
@example(seed=780007, cutoff=0.020000000000000004)
def test_cutoffs_equal_the_classification_table(seed, cutoff):
    outcome, probability = scores(seed)
    found = cutoff_curve(outcome, probability, np.array([cutoff])).iloc[0]
    expected = classification_rates(outcome, probability, cutoff)["rate"]
    for name in found.index.drop("contacted"):
        assert found[name] == pytest.approx(expected[name], nan_ok=True)
    assert found["contacted"] == (~at_least(probability, cutoff)).mean()


def test_a_probability_equal_to_the_cutoff_is_predicted_retained():
    found = cutoff_curve(np.array([1, 0]), np.array([0.6, 0.6]), np.array([0.6])).iloc[0]
    assert found["sensitivity"] == 1 and found["specificity"] == 0 and found["contacted"] == 0


def test_youden_equals_proc(judged):
    expected = pd.read_csv(EXPECTED / "beyond_youden.csv").iloc[0]
    outcome, probability = judged
    cutoff = youden_cutoff(outcome, probability)
    # pROC cuts midway between two probabilities; the customers fall on the same sides.
    below = probability[probability < cutoff].max()
    assert (below + cutoff) / 2 == pytest.approx(expected["threshold"])
    found = cutoff_curve(outcome, probability, np.array([cutoff])).iloc[0]
    assert found["sensitivity"] == pytest.approx(expected["sensitivity"])
    assert found["specificity"] == pytest.approx(expected["specificity"])


def test_cost_cutoff_by_hand():
    assert cost_cutoff(1, 1) == 0.5
    assert cost_cutoff(missed_leaver=300, needless_contact=100) == 0.75
    assert implied_cost_ratio(0.75) == pytest.approx(3)
    with pytest.raises(ValueError, match="positive"):
        cost_cutoff(0, 1)


@given(st.floats(0.05, 20), st.integers(0, 10**6))
def test_cost_cutoff_is_cheapest_where_probabilities_are_true(ratio, seed):
    probability = np.random.default_rng(seed).uniform(0.01, 0.99, 200)

    def expected_cost(cutoff: float) -> float:
        contacted = probability < cutoff
        return np.where(contacted, probability, (1 - probability) * ratio).mean()

    best = expected_cost(cost_cutoff(ratio, 1))
    assert all(best <= expected_cost(c) + 1e-12 for c in np.linspace(0, 1, 41))


def test_compare_cutoffs_by_hand():
    outcome = np.array([1, 1, 1, 0, 0])
    probability = np.array([0.9, 0.7, 0.3, 0.6, 0.2])
    table = compare_cutoffs(outcome, probability, {"half": 0.5, "high": 0.8}, 10, 1)
    # Half: one leaver missed, one stayer contacted. High: none missed, two stayers contacted.
    assert table["cost"].to_list() == pytest.approx([11 / 5, 2 / 5])
    assert table["contacted"].to_list() == pytest.approx([2 / 5, 4 / 5])
    assert table["implied_cost_ratio"].to_list() == pytest.approx([1, 4])
    none = compare_cutoffs(outcome, probability, {"Youden's": 1.0}, 10, 1)
    assert none["implied_cost_ratio"].isna().all()


# --- Net benefit ----------------------------------------------------------------------------------


def test_net_benefit_and_its_interval_equal_r(judged):
    expected = pd.read_csv(EXPECTED / "beyond_net_benefit.csv", index_col="threshold")
    found = decision_curve(*judged, expected.index.to_numpy(), repetitions=10_000, seed=1)
    for name in ("net_benefit", "contact_all", "advantage"):
        assert found[name].to_numpy() == pytest.approx(expected[name].to_numpy(), abs=1e-12)
    # Percentiles of 10,000 draws on either side: a standard error of about 2% of the width.
    scale = found["upper"] - found["lower"]
    for limit in ("lower", "upper"):
        assert ((found[limit] - expected[limit]).abs() < 0.06 * scale).all(), limit
    # Paired limits are not R's percentiles, but with so many customers they are close to them.
    scale = expected["advantage_upper"] - expected["advantage_lower"]
    for limit in ("advantage_lower", "advantage_upper"):
        assert ((found[limit] - expected[limit]).abs() < 0.35 * scale).all(), limit


@given(st.integers(0, 10**6))
def test_net_benefit_by_definition(seed):
    outcome, probability = scores(seed)
    thresholds = np.array([0.1, 0.35, 0.5, 0.8])
    found = decision_curve(outcome, probability, thresholds, repetitions=2, seed=0)
    churned = outcome == 0
    for t in thresholds:
        contacted = (1 - probability) >= t - 1e-12
        benefit = (contacted & churned).mean() - (contacted & ~churned).mean() * t / (1 - t)
        assert found.loc[t, "net_benefit"] == pytest.approx(benefit)
        everyone = churned.mean() - (1 - churned.mean()) * t / (1 - t)
        assert found.loc[t, "contact_all"] == pytest.approx(everyone)


def test_perfect_knowledge_is_worth_the_share_of_leavers():
    outcome = np.repeat([0, 1], [30, 70])
    curve = decision_curve(outcome, outcome * 0.98 + 0.01, np.array([0.2, 0.9]), seed=1)
    assert curve["net_benefit"].to_list() == pytest.approx([0.3, 0.3])


def test_limits_depend_on_the_seed_alone(judged):
    first, again, other = (decision_curve(*judged, seed=s) for s in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["lower"].equals(other["lower"])


@pytest.mark.slow
def test_net_benefit_limits_cover_the_truth():
    """95% limits of a fixed model's net benefit hold in 93% to 97% of samples."""
    rng = np.random.default_rng(17)
    threshold, n, samples = 0.3, 500, 2000
    everyone = rng.beta(2, 2, 400_000)
    # In large numbers: leavers above the threshold less stayers above it at the exchange rate.
    contacted = (1 - everyone) >= threshold
    gain = (1 - everyone) - everyone * threshold / (1 - threshold)
    truth = (contacted * gain).mean()
    held = 0
    for i in range(samples):
        probability = rng.choice(everyone, n)
        outcome = (rng.random(n) < probability).astype(int)
        at = np.array([threshold])
        curve = decision_curve(outcome, probability, at, repetitions=400, seed=i)
        held += curve["lower"].iloc[0] <= truth <= curve["upper"].iloc[0]
    assert 0.93 <= held / samples <= 0.97


def test_useful_thresholds():
    index = pd.Index([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], name="threshold")
    curve = pd.DataFrame({"advantage_lower": [-0.1, 0.1, -0.1, 0.1, 0.2, 0.1]}, index=index)
    assert useful_thresholds(curve) == [(0.2, 0.2), (0.4, 0.6)]
    assert useful_thresholds(curve * 0) == []


# --- Two rules on the same customers --------------------------------------------------------------


@given(st.integers(0, 10**6))
def test_with_equal_costs_the_comparison_is_that_of_accuracies(seed):
    outcome, probability = scores(seed)
    cutoffs = {"one": 0.3, "other": 0.62}
    found = compare_costs(outcome, probability, cutoffs, "one", 1, 1).loc["other"]
    rules = {name: probability >= limit - 1e-12 for name, limit in cutoffs.items()}
    known = compare_rules(outcome, rules).iloc[0]
    # A wrong decision costs 1: what is gained in accuracy is saved.
    assert found["difference"] == pytest.approx(-known["difference"])
    # Another interval of the same difference; both hold it, and neither is far from the other.
    assert [found["lower"], found["upper"]] == pytest.approx(
        [-known["upper"], -known["lower"]], abs=0.04
    )
    assert found["p_value"] == pytest.approx(known["p_value"])


@given(st.integers(0, 10**6), st.sampled_from([0.5, 2.0, 5.0, 20.0]))
def test_differences_of_cost_are_those_of_the_costs(seed, ratio):
    outcome, probability = scores(seed)
    cutoffs = {"one": 0.45, "other": 0.2}
    costs = compare_cutoffs(outcome, probability, cutoffs, ratio, 1)["cost"]
    found = compare_costs(outcome, probability, cutoffs, "one", ratio, 1)
    assert found.loc["other", "difference"] == pytest.approx(costs["one"] - costs["other"])
    everyone, nobody = (outcome == 1).mean(), (outcome == 0).mean() * ratio
    assert found.loc[EVERYONE, "difference"] == pytest.approx(costs["one"] - everyone)
    assert found.loc[NOBODY, "difference"] == pytest.approx(costs["one"] - nobody)
    assert (found["lower"] <= found["difference"]).all()
    assert (found["upper"] >= found["difference"]).all()


def test_a_difference_that_the_exact_test_doubts_is_not_sure():
    """One leaver among 27: with a leaver at five stayers, one in six would be break-even."""
    outcome = np.repeat([0, 1, 0, 1], [1, 26, 164, 259])
    probability = np.where(np.arange(450) < 27, 0.9, 0.6)
    row = compare_costs(outcome, probability, {"by cost": 5 / 6}, "by cost", 5, 1).loc[EVERYONE]
    assert row["p_value"] > 0.05 and row["lower"] < row["difference"] < 0 < row["upper"]


def test_a_few_leavers_and_no_stayer_are_not_without_uncertainty():
    """A bootstrap of such customers would always show a gain."""
    outcome = np.repeat([0, 1], [20, 180])
    probability = np.where(np.arange(200) < 4, 0.05, 0.6)
    curve = decision_curve(outcome, probability, np.array([0.9]), repetitions=20, seed=1)
    assert curve["advantage"].iloc[0] == pytest.approx(0.02)
    assert curve["advantage_lower"].iloc[0] < 0 and useful_thresholds(curve) == []


@pytest.mark.slow
@pytest.mark.parametrize(("ratio", "cutoffs"), [(1, (0.5, 0.6)), (5, (0.75, 0.9)), (9, (0.9, 0.3))])
def test_paired_limits_of_costs_cover_the_truth(ratio, cutoffs):
    """95% limits hold in 92% to 98.5% of samples of 300."""
    rng, n, held, samples = np.random.default_rng(23), 300, 0, 400
    everyone = rng.beta(3, 2, 400_000)
    one, other = (everyone < limit for limit in cutoffs)
    cost = np.where(one, everyone, (1 - everyone) * ratio) - np.where(
        other, everyone, (1 - everyone) * ratio
    )
    truth = cost.mean()
    for _ in range(samples):
        probability = rng.choice(everyone, n)
        outcome = (rng.random(n) < probability).astype(int)
        named = {"one": cutoffs[0], "other": cutoffs[1]}
        row = compare_costs(outcome, probability, named, "one", ratio, 1).loc["other"]
        held += row["lower"] <= truth <= row["upper"]
    assert 0.92 <= held / samples <= 0.985

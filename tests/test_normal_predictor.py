"""The share of customers above a cut-off when the linear predictor is normal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, special, stats

from erfm.paper.normal_predictor import (
    examine_predicted_share,
    linear_predictor_sd,
    needed_linear_predictor_sd,
    share_above_cutoff,
    shares_above_cutoff,
    simulate_share_above_cutoff,
)
from erfm.paper.verdict import CANNOT_BE_JUDGED

R = pd.read_csv(Path(__file__).parent / "expected" / "examination.csv", index_col="quantity")[
    "value"
]
BASE_RATE, SHARE, CUTOFF = 437 / 1334, 315 / 1334, 0.6024
EFFECT = np.log(1.051) * 9.387


def test_the_papers_table_against_its_coefficients():
    verdict = examine_predicted_share(
        SHARE, base_rate=BASE_RATE, cutoff="0.6024", largest_effect=EFFECT, effects=4
    )
    assert verdict.verdict == CANNOT_BE_JUDGED
    numbers = verdict.numbers
    assert f"{numbers['sd_needed']:.2f}" == "2.44"
    assert (f"{numbers['sd_uncorrelated']:.2f}", f"{numbers['sd_correlated']:.2f}") == (
        "0.93",
        "1.87",
    )
    assert f"{numbers['share_uncorrelated']:.3f}" == "0.088"
    assert f"{numbers['share_correlated']:.3f}" == "0.204"
    for name in ("sd_needed", "share_uncorrelated", "share_correlated"):
        assert numbers[name] == pytest.approx(R[name], rel=1e-7)  # R's integrate and uniroot
    assert "far from normal" in verdict.what_would_have_to_be_true


def test_effects_large_enough_leave_nothing_to_explain():
    verdict = examine_predicted_share(
        SHARE, base_rate=BASE_RATE, cutoff=CUTOFF, largest_effect=0.7, effects=4
    )
    assert verdict.what_would_have_to_be_true == ""


@pytest.mark.slow
@pytest.mark.parametrize("sd", [0.3, 0.93, 1.87, 2.44, 6.0])
@pytest.mark.parametrize("base_rate", [0.1, 0.3276, 0.55])
def test_quadrature_equals_adaptive_integration(sd, base_rate):
    def mean_probability(mean: float) -> float:
        return integrate.quad(
            lambda z: special.expit(mean + sd * z) * stats.norm.pdf(z), -12, 12, limit=200
        )[0]

    mean = optimize.brentq(lambda m: mean_probability(m) - base_rate, -60, 60, xtol=1e-12)
    expected = stats.norm.sf((special.logit(CUTOFF) - mean) / sd)
    assert share_above_cutoff(base_rate, CUTOFF, sd) == pytest.approx(expected, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.4, 1.0])
def test_simulation_equals_quadrature(correlation):
    effects = [0.6, 0.5, 0.4, 0.3]
    sd = linear_predictor_sd(effects, correlation)
    expected = share_above_cutoff(BASE_RATE, CUTOFF, sd)
    simulated = simulate_share_above_cutoff(BASE_RATE, CUTOFF, effects, correlation, 200_000, 11)
    assert simulated == pytest.approx(expected, abs=4 * np.sqrt(expected / 200_000))
    again = simulate_share_above_cutoff(BASE_RATE, CUTOFF, effects, correlation, 200_000, 11)
    assert simulated == again


def test_spread_of_the_linear_predictor():
    effects = np.array([0.6, 0.5, 0.4])
    matrix = np.full((3, 3), 0.3) + 0.7 * np.eye(3)
    assert linear_predictor_sd(effects, 0.3) == pytest.approx(np.sqrt(effects @ matrix @ effects))
    assert linear_predictor_sd(effects, 1.0) == pytest.approx(effects.sum())


@pytest.mark.parametrize(("base_rate", "cutoff"), [(0.3276, 0.6024), (0.1, 0.5)])
def test_the_share_grows_with_the_spread_and_is_inverted(base_rate, cutoff):
    spreads = np.linspace(0.1, 8, 60)
    shares = [share_above_cutoff(base_rate, cutoff, sd) for sd in spreads]
    assert np.all(np.diff(shares) > 0)
    assert shares[-1] < base_rate
    needed = needed_linear_predictor_sd(base_rate, cutoff, shares[30])
    assert needed == pytest.approx(spreads[30], rel=1e-6)


def test_where_two_spreads_give_the_share_the_smaller_is_returned():
    # With the cut-off near the base rate the share rises above it and falls back towards it.
    shares = [share_above_cutoff(0.4, 0.45, sd) for sd in (1.0, 8.0)]
    assert shares[0] < shares[1] < max(share_above_cutoff(0.4, 0.45, sd) for sd in (2, 3, 4))
    needed = needed_linear_predictor_sd(0.4, 0.45, shares[1])
    assert needed < 8
    assert share_above_cutoff(0.4, 0.45, needed) == pytest.approx(shares[1])


@pytest.mark.parametrize(
    ("base_rate", "share"), [(0.7, 0.2), (0.3276, 0.3275), (0.3276, 0.5), (0.3276, 0.0)]
)
def test_shares_out_of_reach_are_refused(base_rate, share):
    with pytest.raises(ValueError, match="No normal linear predictor"):
        needed_linear_predictor_sd(base_rate, CUTOFF, share)


def test_shares_for_several_spreads_agree_by_both_methods():
    spreads = {"narrow": 0.5, "wide": 2.0}
    table = shares_above_cutoff(BASE_RATE, CUTOFF, spreads, effects=4, n=50_000, seed=1)
    assert dict(table["sd_of_linear_predictor"]) == spreads
    assert list(table["share_above_cutoff"]) == [
        share_above_cutoff(BASE_RATE, CUTOFF, sd) for sd in spreads.values()
    ]
    assert (table["simulated"] - table["share_above_cutoff"]).abs().max() < 0.01

"""How many customers a linear predictor of a given spread puts above a cut-off.

Coefficients and a classification table are two accounts of one model: the larger the standardised
effects, the more the probabilities differ between customers. What is said here takes the linear
predictor Xβ = logit P(retained) to be normal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np
import pandas as pd
from scipy import optimize, special, stats

from erfm.formats import percent
from erfm.paper.arithmetic import Number, order_sign, span
from erfm.paper.verdict import CANNOT_BE_JUDGED, Verdict

LARGEST_SD = 10.0
"""The largest standard deviation of a linear predictor that is considered."""

NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(180)


def share_above_cutoff(base_rate: float, cutoff: float, sd: float) -> float:
    """Return the share of customers with P > cutoff where logit P is normal with this sd.

    The mean of logit P is the one that makes the mean of P the base rate, found by Gauss–Hermite
    quadrature; `simulate_share_above_cutoff` does the same by simulation. ``sd`` is positive.
    """
    mean = _constant(sd * NODES, base_rate, WEIGHTS / WEIGHTS.sum())
    return float(stats.norm.sf((special.logit(cutoff) - mean) / sd))


def simulate_share_above_cutoff(
    base_rate: float, cutoff: float, effects: Sequence[float], correlation: float, n: int, seed: int
) -> float:
    """Return the share of n simulated customers with P > cutoff.

    Parameters
    ----------
    base_rate, cutoff : float
    effects : sequence of float
        B · sd of each variable, all normal.
    correlation : float
        Of every pair of variables, each signed to point towards retention; 0 to 1.
    n, seed : int
    """
    rng = np.random.default_rng(seed)
    common, own = rng.standard_normal((n, 1)), rng.standard_normal((n, len(effects)))
    variables = sqrt(correlation) * common + sqrt(1 - correlation) * own
    linear = variables @ np.asarray(effects)
    constant = _constant(linear, base_rate, np.full(n, 1 / n))
    return float((special.expit(constant + linear) > cutoff).mean())


def shares_above_cutoff(
    base_rate: float,
    cutoff: float,
    spreads: Mapping[str, float],
    *,
    effects: int,
    n: int,
    seed: int,
) -> pd.DataFrame:
    """Return the share of customers with P > cutoff for several spreads, by two methods.

    Parameters
    ----------
    base_rate, cutoff : float
    spreads : mapping of str to float
        Standard deviations of the linear predictor, each with its name.
    effects : int
        How many equal effects make each of them in the simulation, perfectly correlated.
    n, seed : int
        Simulated customers, and the seed of their random numbers.

    Returns
    -------
    DataFrame
        Index: the names; columns sd_of_linear_predictor, share_above_cutoff (by integration) and
        simulated.
    """
    rows = {
        name: {
            "sd_of_linear_predictor": sd,
            "share_above_cutoff": share_above_cutoff(base_rate, cutoff, sd),
            "simulated": simulate_share_above_cutoff(
                base_rate, cutoff, [sd / effects] * effects, correlation=1, n=n, seed=seed
            ),
        }
        for name, sd in spreads.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def _constant(linear: np.ndarray, base_rate: float, weights: np.ndarray) -> float:
    """Return the constant for which the weighted mean of P is the base rate."""
    reach = np.abs(linear).max() + abs(special.logit(base_rate)) + 1
    return optimize.brentq(
        lambda constant: weights @ special.expit(constant + linear) - base_rate, -reach, reach
    )


def linear_predictor_sd(effects: Sequence[float], correlation: float = 0.0) -> float:
    """Return √(Σb² + r Σ bᵢbⱼ), the linear predictor's sd for effects b = B · sd.

    All pairs of variables have the correlation r.
    """
    b = np.asarray(effects, dtype=float)
    squares = (b**2).sum()
    return sqrt(squares + correlation * (b.sum() ** 2 - squares))


def needed_linear_predictor_sd(base_rate: float, cutoff: float, share: float) -> float:
    """Return the least sd of a normal linear predictor with `share` of customers above the cut-off.

    Raises
    ------
    ValueError
        None up to `LARGEST_SD` has: the base rate is not below the cut-off or the share too large.
    """
    # The share grows with the sd but may pass a maximum, so the first crossing is bracketed.
    grid = np.linspace(0.01, LARGEST_SD, 200)
    shares = np.array([share_above_cutoff(base_rate, cutoff, sd) for sd in grid])
    if not base_rate < cutoff or not shares[0] < share <= shares.max():
        raise ValueError(
            f"No normal linear predictor with base rate {base_rate} puts {share} of customers "
            f"above {cutoff}: the rate must be below the cut-off and the share from "
            f"{shares[0]:.3f} to {shares.max():.3f}."
        )
    first = int(np.argmax(shares >= share))
    return optimize.brentq(
        lambda sd: share_above_cutoff(base_rate, cutoff, sd) - share, grid[first - 1], grid[first]
    )


def examine_predicted_share(
    share: float, *, base_rate: float, cutoff: Number, largest_effect: float, effects: int
) -> Verdict:
    """Examine the share predicted positive against the size of the standardised effects.

    Not a proof, for it takes the linear predictor to be normal; it cannot refute.

    Parameters
    ----------
    share : float
        Share of customers above the cut-off.
    base_rate : float
        Share of customers who are positive.
    cutoff : number
    largest_effect : float
        The largest B · sd.
    effects : int
        How many variables the model has.
    """
    c = span(cutoff).value
    needed = needed_linear_predictor_sd(base_rate, c, share)
    uncorrelated = linear_predictor_sd([largest_effect] * effects)
    correlated = linear_predictor_sd([largest_effect] * effects, 1.0)
    share_uncorrelated = share_above_cutoff(base_rate, c, uncorrelated)
    share_correlated = share_above_cutoff(base_rate, c, correlated)
    return Verdict(
        CANNOT_BE_JUDGED,
        f"To put {percent(share, 1)} of customers above {cutoff}, a normal linear predictor needs "
        f"a standard deviation of {needed:.2f}. {effects} effects of at most {largest_effect:.3f} "
        f"reach {uncorrelated:.2f} if uncorrelated, {percent(share_uncorrelated, 1)} above the "
        f"cut-off, and {correlated:.2f} even if perfectly correlated, "
        f"{percent(share_correlated, 1)}.",
        rf"\mathrm{{sd}}(X\beta) \le {effects} \cdot {largest_effect:.3f} = {correlated:.2f} "
        rf"{order_sign(correlated, needed)} {needed:.2f}",
        f"{effects} perfectly correlated effects of {needed / effects:.2f} each, or a linear "
        "predictor far from normal."
        if correlated < needed
        else "",
        {
            "sd_needed": needed,
            "sd_uncorrelated": uncorrelated,
            "sd_correlated": correlated,
            "share_uncorrelated": share_uncorrelated,
            "share_correlated": share_correlated,
        },
    )

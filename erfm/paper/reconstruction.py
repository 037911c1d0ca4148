"""Simulated customers that satisfy what the paper prints: the source of ``data/customers.csv``.

The paper's customers were never published. These are drawn from a seed, from documented true
coefficients and from the ledger of printed values, so whatever they share with the paper *by
construction* (see `targets`) is no evidence for it. ``python -m erfm.paper.reconstruction``
writes the file again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit

from erfm.customers.files import write_text
from erfm.customers.study_file import load_study
from erfm.logistic import CONSTANT, coefficient_table, fit_logistic
from erfm.paper.ledger import compare, printed
from erfm.samples import split_samples
from erfm.standardised import standardised_coefficients
from erfm.stepwise import forward_lr
from erfm.study import DATA, Study, design_matrix

SEED = 7
COLUMNS = [
    "customer_id", "recency", "frequency", "amount", "has_child", "gender", "age", "retained",
    "sample",
]  # fmt: skip

# The model that decides who is retained: logit P(retained), in the units of the columns.
TRUE_COEFFICIENTS = {
    CONSTANT: 0.14,
    "recency": -0.0058,
    "frequency": 0.060,
    "amount": 0.0,
    "has_child": 0.0,
    "gender(male)": -0.36,
    "age": -0.021,
}

# Who has no age on file: logit P(age missing).
MISSING_AGE_COEFFICIENTS = {
    CONSTANT: -1.43,
    "recency": 0.004,
    "retained * log(frequency / 8)": 0.5,
}

# Correlations of the normal scores behind the columns (a Gaussian copula).
SCORES = ["recency", "frequency", "amount", "has_child", "gender", "age"]
CORRELATIONS = np.array(
    [
        [1.000, -0.450, -0.225, 0.000, 0.000, 0.000],
        [-0.450, 1.000, 0.500, 0.000, 0.000, 0.000],
        [-0.225, 0.500, 1.000, 0.050, 0.050, 0.100],
        [0.000, 0.000, 0.050, 1.000, 0.000, 0.350],
        [0.000, 0.000, 0.050, 0.000, 1.000, 0.000],
        [0.000, 0.000, 0.100, 0.350, 0.000, 1.000],
    ]
)

FINAL_TERMS = {"recency", "frequency", "gender", "age"}
RANKED = ["frequency", "recency", "age", "gender(male)"]
SPLITS_TRIED = 100
MOVES = np.array([-3, -2, -1, 1, 2, 3])
MOST_MOVED = 200


class Target(NamedTuple):
    """One fact that the reconstruction satisfies by construction."""

    target: str
    required: str
    attained: Any
    holds: bool


def simulate(seed: int = SEED) -> pd.DataFrame:
    """Draw the customers, every age known.

    Customers are drawn until their missing ages leave complete cases that a random split makes
    satisfy all `targets`.

    Parameters
    ----------
    seed : int
        Of the one generator from which everything is drawn.

    Returns
    -------
    DataFrame
        One row a customer: the columns of `reconstruct` with no age missing, and ``age_missing``
        (True where the file has no age).
    """
    rng, study = np.random.default_rng(seed), load_study("reconstruction")
    while True:
        customers = _draw_customers(rng)
        customers["age_missing"] = _draw_missing(rng, customers)
        complete = ~customers["age_missing"]
        frequency = _match_frequency(customers.loc[complete, "frequency"].to_numpy())
        if frequency is None:
            continue
        customers.loc[complete, "frequency"] = frequency
        for _ in range(SPLITS_TRIED):
            customers["sample"] = _draw_split(rng, customers)
            if all(target.holds for target in _targets(study, _without_ages(customers))):
                return customers


def reconstruct(seed: int = SEED) -> pd.DataFrame:
    """Return the customers as ``data/customers.csv`` has them.

    Returns
    -------
    DataFrame
        4,500 rows and the columns of `COLUMNS`: recency in days, amount in yuan a month, age in
        years, retained 1 = retained and 0 = churned; age and sample missing for 1,166 customers.
    """
    return _without_ages(simulate(seed))


def write_customers(path: Path, seed: int = SEED) -> None:
    """Write `reconstruct` as CSV (UTF-8, line feeds, nothing where a value is missing)."""
    write_text(path, reconstruct(seed).to_csv(index=False, lineterminator="\n"))


def retention_probability(customers: pd.DataFrame) -> pd.Series:
    """Return each customer's true P(retained), every age known (`TRUE_COEFFICIENTS`)."""
    slopes = pd.Series(TRUE_COEFFICIENTS).drop(CONSTANT)
    design = design_matrix(load_study("reconstruction"), customers)
    return expit(TRUE_COEFFICIENTS[CONSTANT] + design[slopes.index] @ slopes)


def missing_age_probability(customers: pd.DataFrame) -> pd.Series:
    """Return each customer's probability that the age is missing.

    It depends on recency, frequency and retention, which are observed for everyone, and not on the
    age (missing at random). As frequency counts for retained customers only, listwise deletion
    loses frequent customers who stayed and flattens the coefficient of frequency.
    """
    coefficients = MISSING_AGE_COEFFICIENTS
    log_frequency = np.log(customers["frequency"] / 8)  # 0 at the median
    return expit(
        coefficients[CONSTANT]
        + coefficients["recency"] * customers["recency"]
        + coefficients["retained * log(frequency / 8)"] * customers["retained"] * log_frequency
    )


def targets(customers: pd.DataFrame) -> pd.DataFrame:
    """List what the customers satisfy by construction.

    Parameters
    ----------
    customers : DataFrame
        The table of `reconstruct`, or the file as `erfm.customers.load.load_customers` reads it.

    Returns
    -------
    DataFrame
        Index ``target`` (a key of the ledger where the paper prints a value); columns ``required``,
        ``attained`` and ``holds``.
    """
    table = pd.DataFrame(list(_targets(load_study("reconstruction"), customers)))
    return table.set_index("target").astype({"holds": bool})


def _targets(study: Study, customers: pd.DataFrame) -> Iterator[Target]:
    """Yield the targets, the cheap ones first: a reader may stop at the first that fails."""
    samples = split_samples(study, customers)
    frequency = samples.complete["frequency"].astype(float)
    gender, holdout = samples.complete["gender"], samples.holdout["retained"]
    yield _prints("n_raw", len(customers))
    yield _prints("n_complete", len(samples.complete))
    yield _prints("n_train", len(samples.build))
    yield _prints("n_holdout", len(samples.holdout))
    yield _prints("male_n", (gender == "male").sum())
    yield _prints("female_n", (gender == "female").sum())
    yield _prints("frequency_min", frequency.min())
    yield _prints("frequency_max", frequency.max())
    yield _prints("frequency_mean", frequency.mean())
    yield _prints("frequency_sd", frequency.std())
    yield _prints("frequency_skewness", frequency.kurt(), " as kurtosis")
    yield _prints("holdout_retained", holdout.sum())
    gap = samples.build["retained"].mean() - holdout.mean()
    yield Target("retention rate, build - holdout", "within 0.02", gap, abs(gap) < 0.02)

    full = fit_logistic(study, samples.build)
    yield _prints("frequency_or", np.exp(full.parameters["frequency"]))
    b, p_value = full.parameters, coefficient_table(full)["p_value"]
    alpha = printed("significance_level")
    yield Target("amount: B", "prints as .000", b["amount"], abs(b["amount"]) < 0.0005)
    for column in ("recency", "gender(male)", "age"):
        yield Target(f"{column}: B", "negative", b[column], b[column] < 0)
    for column in RANKED:
        yield Target(f"{column}: p", f"below {alpha}", p_value[column], p_value[column] < alpha)
    for column in ("amount", "has_child"):
        yield Target(f"{column}: p", f"above {alpha}", p_value[column], p_value[column] > alpha)

    steps = forward_lr(study, samples.build).steps
    entered = [step.entered for step in steps if step.entered]
    final = fit_logistic(study, samples.build, sorted(FINAL_TERMS))
    yield Target(
        "forward LR enters",
        ", ".join(sorted(FINAL_TERMS)),
        ", ".join(entered),
        len(entered) == len(FINAL_TERMS) and set(entered) == FINAL_TERMS,
    )
    for name, fit in {"full": full, "final": final}.items():
        standardised = standardised_coefficients(study, fit, samples.build)["x_standardised"]
        sizes = standardised[RANKED].abs()
        yield Target(
            f"ranking of |B sd|, {name} model",
            " > ".join(RANKED),
            " > ".join(sizes.sort_values(ascending=False, kind="stable").index),
            sizes.is_monotonic_decreasing,
        )


def _prints(key: str, value: float, remark: str = "") -> Target:
    comparison = compare(value, key)
    return Target(key, comparison.printed + remark, value, comparison.agrees)


def _without_ages(simulated: pd.DataFrame) -> pd.DataFrame:
    """Return the file's columns: no age where ``age_missing`` is true."""
    age = simulated["age"].astype("Int64").mask(simulated["age_missing"])
    return simulated.assign(age=age)[COLUMNS]


def _draw_customers(rng: np.random.Generator) -> pd.DataFrame:
    """Draw every column but the sample from the copula, the margins and the true coefficients.

    The i-th smallest of n normal scores becomes the (i - 1/2)/n quantile of its margin, so that the
    margins of all customers are the same in every draw and only their association varies.
    """
    n = int(printed("n_raw"))
    scores = rng.standard_normal((n, len(SCORES))) @ np.linalg.cholesky(CORRELATIONS).T
    u = (pd.DataFrame(scores, columns=SCORES).rank() - 0.5) / n
    women = printed("female_n") / printed("n_complete")
    transactions = stats.invgauss(1.06, scale=9.35)
    within = transactions.cdf(printed("frequency_range") + 1)
    customers = pd.DataFrame(
        {
            "customer_id": [f"C{i:04d}" for i in range(1, n + 1)],
            "recency": 1 + np.floor(365 * stats.beta.ppf(u["recency"], 0.9, 3.6)).astype(int),
            "frequency": 2 + np.floor(transactions.ppf(u["frequency"] * within)).astype(int),
            "amount": np.round(900 * np.exp(0.9 * stats.norm.ppf(u["amount"]))).astype(int),
            "has_child": np.searchsorted([0.35, 0.82, 0.97], u["has_child"]),
            "gender": np.where(u["gender"] < women, "female", "male"),
            "age": 18 + np.floor(63 * stats.beta.ppf(u["age"], 2.2, 3.2)).astype(int),
        }
    )
    retained = rng.random(n) < retention_probability(customers)
    return customers.assign(retained=retained.astype(int))


def _draw_missing(rng: np.random.Generator, customers: pd.DataFrame) -> pd.Series:
    """Draw whose age is missing, until as many men and women keep theirs as the paper counts."""
    probability = missing_age_probability(customers)
    missing = pd.Series(False, index=customers.index)
    for gender, complete in {"male": printed("male_n"), "female": printed("female_n")}.items():
        p = probability[customers["gender"] == gender]
        drawn = rng.random(len(p)) < p
        while (~drawn).sum() != complete:
            drawn = rng.random(len(p)) < p
        missing[p.index] = drawn
    return missing


def _match_frequency(frequency: np.ndarray) -> np.ndarray | None:
    """Move some frequencies by a few so that mean, sd and kurtosis print as published.

    The extremes become the printed minimum and maximum. Then, again and again, one customer who was
    not moved before moves by up to 3, whichever brings the moments nearest to the printed values.
    None if `MOST_MOVED` customers are not enough.
    """
    # What the paper prints as the skewness is the kurtosis: no skewness can be so large.
    goal = np.array([printed(f"frequency_{name}") for name in ("mean", "sd", "skewness")])
    lowest, highest = printed("frequency_min"), printed("frequency_max")
    frequency, n = frequency.astype(float), len(frequency)
    frequency[frequency.argmin()], frequency[frequency.argmax()] = lowest, highest
    movable = (frequency >= lowest + 3) & (frequency <= highest - 3)
    for _ in range(MOST_MOVED):
        sums = _powers(frequency).sum(axis=0)
        if (np.abs(_moments(sums, n) - goal) < 0.0004).all():  # the third decimal, and a margin
            return frequency.astype(int)
        values, first = np.unique(frequency[movable], return_index=True)
        moved = values + MOVES[:, None]
        errors = _moments(sums - _powers(values) + _powers(moved), n) - goal
        move, value = np.unravel_index((errors**2).sum(axis=-1).argmin(), moved.shape)
        customer = np.flatnonzero(movable)[first[value]]
        frequency[customer], movable[customer] = moved[move, value], False
    return None


def _powers(x: np.ndarray) -> np.ndarray:
    """Return x, x², x³ and x⁴ on a new last axis."""
    return np.stack([x, x**2, x**2 * x, x**2 * x**2], axis=-1)


def _moments(sums: np.ndarray, n: int) -> np.ndarray:
    """Return mean, sd and kurtosis G2 from the sums of the powers 1 to 4 (all on the last axis)."""
    mean, square, cube, fourth = np.moveaxis(sums / n, -1, 0)
    m2 = square - mean**2
    m4 = fourth - 4 * mean * cube + 6 * mean**2 * square - 3 * mean**4
    kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / m2**2 - 3) + 6)
    return np.stack([mean, np.sqrt(m2 * n / (n - 1)), kurtosis], axis=-1)


def _draw_split(rng: np.random.Generator, customers: pd.DataFrame) -> pd.Series:
    """Draw the holdout sample: the printed numbers of retained and of churned complete cases."""
    complete = customers[~customers["age_missing"]]
    sample = pd.Series("build", index=complete.index)
    for outcome, key in {1: "holdout_retained", 0: "holdout_churned"}.items():
        candidates = complete.index[complete["retained"] == outcome]
        sample.loc[rng.choice(candidates, int(printed(key)), replace=False)] = "holdout"
    return sample


if __name__ == "__main__":
    write_customers(DATA / "customers.csv")

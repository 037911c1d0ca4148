"""The whole analysis repeated on resampled customers: selection, optimism and the luck of a split.

Each repetition draws from a generator of its own, spawned from one seed, so that the results depend
on the seed alone and not on the number of workers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import joblib
import numpy as np
import pandas as pd
from scipy import optimize, special
from tqdm import tqdm

from erfm import ties
from erfm.blocks import InMemory
from erfm.logistic import (
    CONSTANT,
    LogisticFit,
    coefficient_table,
    no_maximum_error,
    null_log_likelihood,
    pseudo_r2,
)
from erfm.samples import by_identifier
from erfm.stepwise import Likelihood, column_numbers, search
from erfm.study import Study, StudyError, design_matrix, standardise

INDEXES = {
    "auc": "AUC",
    "nagelkerke_r2": "Nagelkerke R²",
    "brier": "Brier score",
    "calibration_slope": "calibration slope",
    "calibration_intercept": "calibration intercept",
    "calibration_in_the_large": "calibration in the large",
}
"""The indexes of `performance` and their names."""

CONSTANT_COLUMN = "a variable is constant in the resample"
ONE_OUTCOME = "all customers of the resample have the same outcome"


def at_most(customers: pd.DataFrame, most: int, *, seed: int) -> pd.DataFrame:
    """Return the customers, or a random `most` of them if there are more, by identifier."""
    customers = by_identifier(customers)
    if len(customers) <= most:
        return customers
    drawn = np.random.default_rng(seed).permutation(len(customers))[:most]
    return customers.iloc[np.sort(drawn, kind="stable")]


@dataclass(frozen=True)
class Procedure:
    """How an equation is made from customers, on raw arrays so that it can be repeated often.

    Attributes
    ----------
    matrix : ndarray, shape (n, 1 + columns)
        The constant and the standardised design columns of all customers.
    back : ndarray, shape (1 + columns, 1 + columns)
        Carries standardised coefficients to original units.
    columns : tuple of str
        The constant and the design columns.
    outcome : ndarray, shape (n,)
        1 = retained, 0 = churned.
    groups : dict of str to list of int
        The columns of each term.
    entry_p, removal_p : float
        PIN and POUT of the forward search.
    terms : tuple of str or None
        Terms that are fitted without a search, or None to search.
    """

    matrix: np.ndarray = field(repr=False)
    back: np.ndarray = field(repr=False)
    columns: tuple[str, ...]
    outcome: np.ndarray = field(repr=False)
    groups: dict[str, list[int]]
    entry_p: float
    removal_p: float
    terms: tuple[str, ...] | None

    def fit(self, rows: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
        """Return the terms in the equation made from `rows`, and its standardised coefficients.

        Raises
        ------
        numpy.linalg.LinAlgError
            No equation can be made from these customers; the message says why.
        """
        matrix, outcome = self.matrix[rows], self.outcome[rows]
        if outcome.min() == outcome.max():
            raise np.linalg.LinAlgError(ONE_OUTCOME)
        if (np.ptp(matrix[:, 1:], axis=0) == 0).any():
            raise np.linalg.LinAlgError(CONSTANT_COLUMN)
        likelihood = Likelihood(InMemory(matrix, outcome), self.groups)
        terms = self.terms
        if terms is None:
            terms = search(likelihood, self.entry_p, self.removal_p).terms
        return terms, likelihood.model(terms).coefficients

    def linear(self, coefficients: np.ndarray, rows: np.ndarray | slice) -> np.ndarray:
        """Return logit P(retained) of the customers in `rows`."""
        return self.matrix[rows] @ coefficients


def make_procedure(study: Study, frame: pd.DataFrame, terms: list[str] | None = None) -> Procedure:
    """Return the study's forward search, or the fit of fixed `terms`, on complete customers."""
    design = design_matrix(study, frame)
    matrix, back = standardise(design)
    return Procedure(
        matrix=matrix,
        back=back,
        columns=(CONSTANT, *design.columns),
        outcome=frame["retained"].to_numpy(dtype=float),
        groups=column_numbers(study),
        entry_p=study.entry_p,
        removal_p=study.removal_p,
        terms=None if terms is None else tuple(terms),
    )


def performance(outcome: np.ndarray, probability: np.ndarray) -> pd.Series:
    """Return the `INDEXES` of probabilities of retention.

    ``calibration_slope`` and ``calibration_intercept`` are the coefficients of the outcome's
    logistic regression on logit p, and ``nagelkerke_r2`` is that regression's: all as in Harrell's
    ``validate``. ``calibration_in_the_large`` is the intercept with the slope held at 1.
    """
    outcome = np.asarray(outcome, dtype=float)
    return pd.Series(_performance(outcome, special.logit(probability)), index=list(INDEXES))


def _performance(outcome: np.ndarray, linear: np.ndarray) -> np.ndarray:
    """Return the `INDEXES`, from logits: each resample asks for them, so they are not validated.

    AUC and Brier score are those of `validation`, the first from ranks; a test holds them equal.
    """
    probability = special.expit(linear)
    in_the_large = optimize.newton(
        lambda shift: (special.expit(linear + shift) - outcome).sum(),
        0.0,
        fprime=lambda shift: special.expit(linear + shift) @ special.expit(-linear - shift),
    )
    intercept, slope, nagelkerke = in_the_large, 1.0, 0.0
    # A model without any variable gives everyone the same probability: there is no slope to judge.
    if np.ptp(linear) > 1e-9:
        design = np.column_stack([np.ones_like(linear), linear])
        line = Likelihood(InMemory(design, outcome), {"logit": [1]}).model(("logit",))
        intercept, slope = line.coefficients
        null = null_log_likelihood(outcome)
        _, nagelkerke = pseudo_r2(line.log_likelihood, null, len(outcome))
    retained = outcome == 1
    rank = ties.ranks(linear)[retained]
    auc = (rank.mean() - (retained.sum() + 1) / 2) / (~retained).sum()
    brier = ((probability - outcome) ** 2).mean()
    return np.array([auc, nagelkerke, brier, slope, intercept, in_the_large])


def _repeat(
    study: Study,
    once: Callable[[np.random.Generator], object],
    repetitions: int,
    seed: int,
    workers: int,
    progress: bool | None,
) -> tuple[dict[int, object], pd.Series]:
    """Return the result of each repetition, and for those without one, why."""
    if progress is None:
        # JupyterLab, unlike nbclient, tells its kernels which notebook they serve.
        progress = sys.stderr.isatty() or "JPY_SESSION_NAME" in os.environ
    seeds = np.random.SeedSequence(seed).spawn(repetitions)
    parallel = joblib.Parallel(n_jobs=workers, return_as="generator")
    results = parallel(joblib.delayed(_attempt)(once, s) for s in seeds)
    bar = tqdm(results, total=repetitions, unit="repetition", leave=False, disable=not progress)
    every = dict(enumerate(bar, start=1))
    failures = {i: result for i, result in every.items() if isinstance(result, str)}
    found = {i: result for i, result in every.items() if i not in failures}
    if not found:
        raise StudyError(
            f"{study.file}: no resample gave an equation ({repetitions} tried): {every[1]}. Use "
            "more customers, or merge rare levels."
        )
    return found, pd.Series(failures, dtype=object, name="reason").rename_axis("repetition")


def _attempt(once: Callable[[np.random.Generator], object], seed: np.random.SeedSequence) -> object:
    try:
        return once(np.random.default_rng(seed))
    except np.linalg.LinAlgError as error:
        return str(error)


@dataclass(frozen=True)
class Bootstrap:
    """The procedure repeated on bootstrap samples; one row a repetition, numbered from 1.

    Attributes
    ----------
    selected : DataFrame of bool
        Which terms are in each repetition's equation.
    coefficients : DataFrame
        Its coefficients in original units; missing outside the equation.
    apparent : Series
        `performance` of the equation made from the original sample, on that sample.
    training, test : DataFrame
        `performance` of each repetition's equation on the bootstrap sample that made it and on the
        original sample.
    failures : Series
        Why a repetition gave no equation, by its number; these have no row in the tables.
    """

    selected: pd.DataFrame
    coefficients: pd.DataFrame
    apparent: pd.Series
    training: pd.DataFrame
    test: pd.DataFrame
    failures: pd.Series


def bootstrap(
    study: Study,
    frame: pd.DataFrame,
    repetitions: int = 1000,
    *,
    seed: int,
    terms: list[str] | None = None,
    workers: int = 1,
    progress: bool | None = None,
) -> Bootstrap:
    """Repeat the forward search on bootstrap samples of customers.

    Parameters
    ----------
    study : Study
    frame : DataFrame
        The complete customers that the equation is made from; as many are drawn with replacement.
    repetitions : int
    seed : int
        Equal seeds give equal results, whatever the number of workers.
    terms : list of str, optional
        Fit these terms every time instead of searching.
    workers : int
        Processes; -1 for as many as there are processors.
    progress : bool, optional
        Show a progress bar on the standard error stream. By default where someone is watching: on a
        terminal or in JupyterLab, not when notebooks are executed to be stored.

    Raises
    ------
    StudyError
        The customers themselves, or all of their resamples, give no equation.
    """
    procedure = make_procedure(study, frame, terms)
    everyone = np.arange(len(frame))
    try:
        _, coefficients = procedure.fit(everyone)
    except np.linalg.LinAlgError:
        raise no_maximum_error(study, design_matrix(study, frame), procedure.outcome) from None
    apparent = _performance(procedure.outcome, procedure.linear(coefficients, everyone))
    once = partial(_bootstrap_once, procedure)
    results, failures = _repeat(study, once, repetitions, seed, workers, progress)
    parts = zip(*results.values(), strict=True)
    selected, coefficients, training, test = (np.array(part) for part in parts)
    index = pd.Index(results, name="repetition")
    indexes = list(INDEXES)
    return Bootstrap(
        selected=pd.DataFrame(selected, index, list(study.predictors)),
        coefficients=pd.DataFrame(coefficients, index, list(procedure.columns)),
        apparent=pd.Series(apparent, indexes),
        training=pd.DataFrame(training, index, indexes),
        test=pd.DataFrame(test, index, indexes),
        failures=failures,
    )


def _bootstrap_once(procedure: Procedure, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    n = len(procedure.outcome)
    rows, everyone = rng.integers(0, n, n), slice(None)
    terms, coefficients = procedure.fit(rows)
    inside = [0, *(i for term in terms for i in procedure.groups[term])]
    original_units = np.full(len(coefficients), np.nan)
    original_units[inside] = (procedure.back @ coefficients)[inside]
    return (
        np.array([term in terms for term in procedure.groups]),
        original_units,
        _performance(procedure.outcome[rows], procedure.linear(coefficients, rows)),
        _performance(procedure.outcome, procedure.linear(coefficients, everyone)),
    )


def inclusion_frequencies(repeated: Bootstrap) -> pd.DataFrame:
    """Return in how many repetitions, and in what share of them, each term was selected."""
    times = repeated.selected.sum()
    table = pd.DataFrame({"times_selected": times, "share": times / len(repeated.selected)})
    return table.sort_values("share", ascending=False, kind="stable")


def share_selecting(repeated: Bootstrap, terms: list[str], *, exactly: bool = False) -> float:
    """Return the share of repetitions that select all of `terms`; with `exactly`, nothing else."""
    selected = repeated.selected
    if exactly:
        return float(selected.eq(selected.columns.isin(terms)).all(axis=1).mean())
    return float(selected[list(terms)].all(axis=1).mean())


def selected_models(repeated: Bootstrap, most: int = 5) -> pd.DataFrame:
    """Return the commonest sets of terms: ``terms`` (tuple), times_selected and share."""
    names = repeated.selected.columns
    models = repeated.selected.apply(lambda row: tuple(names[row]), axis=1)
    table = models.value_counts().head(most).rename_axis("terms").reset_index(name="times_selected")
    return table.assign(share=table["times_selected"] / len(models))


def selection_bias(repeated: Bootstrap, full: LogisticFit) -> pd.DataFrame:
    """Compare the coefficients when selected with those of the full model, which selects nothing.

    Returns
    -------
    DataFrame
        A row for each design column: full_model_b; the share of repetitions that selected it; mean,
        2.5% and 97.5% quantiles of B when selected; ``full_model_size`` and ``size_when_selected``,
        ``|B|`` of the full model and its mean when selected, both in standard errors of the full
        model (their ratio would divide by nearly 0 where there is no effect); ``same_sign``, how
        often B when selected has the full model's sign.
    """
    chosen = repeated.coefficients.drop(columns=CONSTANT)
    table = coefficient_table(full).loc[chosen.columns]
    b, error = table["b"], table["standard_error"]
    return pd.DataFrame(
        {
            "full_model_b": b,
            "share": chosen.notna().mean(),
            "mean_when_selected": chosen.mean(),
            "lower": chosen.quantile(0.025),
            "upper": chosen.quantile(0.975),
            "full_model_size": b.abs() / error,
            "size_when_selected": chosen.abs().mean() / error,
            "same_sign": (np.sign(chosen) == np.sign(b)).sum() / chosen.notna().sum(),
        }
    )


def optimism(repeated: Bootstrap) -> pd.DataFrame:
    """Return Harrell's optimism correction of each index of the procedure.

    Optimism is the mean, over repetitions, of the index on the bootstrap sample that made the
    equation minus that of the same equation on the original sample. Corrected = apparent minus
    optimism. ``standard_error`` is the Monte-Carlo error of the optimism, which more repetitions
    reduce; it is no confidence interval of the index.
    """
    difference = repeated.training - repeated.test
    table = pd.DataFrame(
        {
            "apparent": repeated.apparent,
            "training": repeated.training.mean(),
            "test": repeated.test.mean(),
            "optimism": difference.mean(),
            "standard_error": difference.std() / np.sqrt(len(difference)),
        }
    )
    table.insert(4, "corrected", table["apparent"] - table["optimism"])
    return table


@dataclass(frozen=True)
class Splits:
    """The holdout metrics of random splits, one row each, and why some gave none."""

    metrics: pd.DataFrame
    failures: pd.Series


SPLIT_METRICS = ["accuracy", "sensitivity", "specificity", *INDEXES, "variables"]


def random_splits(
    study: Study,
    complete: pd.DataFrame,
    build_size: int,
    repetitions: int = 500,
    *,
    seed: int,
    workers: int = 1,
    progress: bool | None = None,
) -> Splits:
    """Split at random, select and fit on `build_size` customers, judge on the others, again.

    Parameters
    ----------
    complete : DataFrame
        All complete customers, building and holdout samples together.
    build_size : int
        Customers in the model-building sample.
    repetitions, seed, workers, progress
        See `bootstrap`.

    Returns
    -------
    Splits
        For each split accuracy, sensitivity and specificity at the study's cut-off (positive =
        retained), the `INDEXES` and the number of ``variables`` selected.
    """
    once = partial(_split_once, make_procedure(study, complete), study.cutoff, build_size)
    results, failures = _repeat(study, once, repetitions, seed, workers, progress)
    index = pd.Index(results, name="repetition")
    return Splits(pd.DataFrame(list(results.values()), index, SPLIT_METRICS), failures)


def split_metrics(study: Study, complete: pd.DataFrame, build: pd.DataFrame) -> pd.Series:
    """Return the metrics of `random_splits` for one split, the study's own."""
    in_build = complete.index.isin(build.index)
    procedure = make_procedure(study, complete)
    metrics = _split_metrics(
        procedure, study.cutoff, np.flatnonzero(in_build), np.flatnonzero(~in_build)
    )
    return pd.Series(metrics, SPLIT_METRICS)


def _split_once(
    procedure: Procedure, cutoff: float, build_size: int, rng: np.random.Generator
) -> np.ndarray:
    order = rng.permutation(len(procedure.outcome))
    return _split_metrics(procedure, cutoff, order[:build_size], order[build_size:])


def _split_metrics(
    procedure: Procedure, cutoff: float, build: np.ndarray, holdout: np.ndarray
) -> np.ndarray:
    terms, coefficients = procedure.fit(build)
    linear, outcome = procedure.linear(coefficients, holdout), procedure.outcome[holdout]
    if outcome.min() == outcome.max():
        raise np.linalg.LinAlgError(ONE_OUTCOME)
    right = ties.at_least(special.expit(linear), cutoff) == outcome
    rates = [right.mean(), right[outcome == 1].mean(), right[outcome == 0].mean()]
    return np.array([*rates, *_performance(outcome, linear), len(terms)])


def place_among(own: pd.Series, splits: Splits) -> pd.DataFrame:
    """Return where one split falls among the random ones: own, mean, central 95%, share below."""
    metrics = splits.metrics
    return pd.DataFrame(
        {
            "own": own,
            "mean": metrics.mean(),
            "lower": metrics.quantile(0.025),
            "upper": metrics.quantile(0.975),
            "share_below": (metrics < own).mean(),
        }
    )

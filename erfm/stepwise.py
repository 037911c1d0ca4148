"""SPSS's method *Forward: LR* for binary logistic regression, with its history.

Entry is decided by the score test, which needs no fit of the larger model; removal by the
likelihood ratio, which needs one fit for each term inside. Fitted models are kept by their terms,
and each fit starts from its neighbour's estimate: a search costs a few passes over the data. The
equation it finds is reported from `erfm.logistic.fit_logistic`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from erfm.logistic import LogisticFit, fit_logistic, no_maximum_error
from erfm.samples import Samples
from erfm.study import Study, design_matrix, standardise

OVERALL = "Overall statistics"
ROWS_AT_A_TIME = 8192
SAME = 1e-9
"""The relative difference up to which two tests are equal: p-values magnify the last bits."""


class TermTest(NamedTuple):
    """A chi-square test of a term; the log-likelihood is that of the model without it."""

    term: str
    statistic: float
    df: int
    p_value: float
    log_likelihood: float = np.nan


@dataclass(frozen=True)
class Step:
    """The model after one step of the search, and the tests made there.

    Attributes
    ----------
    number : int
        0 for the constant alone (SPSS's block 0), then 1, 2, …
    entered, removed : str or None
        The term that this step let in or put out.
    terms : tuple of str
        The terms in the equation, in order of entry.
    log_likelihood : float
    scores, overall : tuple of TermTest
        The score test of each term outside, and of all of them jointly.
    removals : tuple of TermTest
        The likelihood-ratio test of each term inside.
    """

    number: int
    entered: str | None
    removed: str | None
    terms: tuple[str, ...]
    log_likelihood: float
    scores: tuple[TermTest, ...]
    overall: tuple[TermTest, ...]
    removals: tuple[TermTest, ...]

    @property
    def changed(self) -> str:
        """The term that this step let in or put out; "" for the constant alone."""
        return self.entered or self.removed or ""

    @property
    def score_tests(self) -> pd.DataFrame:
        """*Variables not in the Equation*: score, df, p_value; the joint test last."""
        table = pd.DataFrame([*self.scores, *self.overall], columns=TermTest._fields)
        table = table.set_index("term").rename(columns={"statistic": "score"})
        return table[["score", "df", "p_value"]]

    @property
    def removal_tests(self) -> pd.DataFrame:
        """*Model if Term Removed*: log_likelihood, change in -2 log-likelihood, df, p_value."""
        table = pd.DataFrame(self.removals, columns=TermTest._fields)
        table = table.set_index("term").rename(columns={"statistic": "change"})
        return table[["log_likelihood", "change", "df", "p_value"]]


@dataclass(frozen=True)
class ForwardSelection:
    """The path of a forward search: its steps, the constant alone first, and why it ended."""

    steps: tuple[Step, ...]
    ended: str

    @property
    def terms(self) -> tuple[str, ...]:
        """The terms of the final equation, in order of entry."""
        return self.steps[-1].terms


def forward_lr(study: Study, frame: pd.DataFrame) -> ForwardSelection:
    """Select predictors by SPSS's *Forward: LR* with the study's entry_p (PIN), removal_p (POUT).

    Parameters
    ----------
    study : Study
    frame : DataFrame
        Complete customers with ``retained`` = 1 or 0.

    Raises
    ------
    StudyError
        A model on the path has no maximum (separation), naming the variable.
    """
    design = design_matrix(study, frame)
    outcome = frame["retained"].to_numpy(dtype=float)
    position = {column: i + 1 for i, column in enumerate(design.columns)}
    groups = {
        term: [position[column] for column in columns]
        for term, columns in study.design.groups.items()
    }
    try:
        return search(standardise(design).matrix, outcome, groups, study.entry_p, study.removal_p)
    except np.linalg.LinAlgError:
        raise no_maximum_error(study, design, outcome) from None


def final_equation(study: Study, samples: Samples) -> LogisticFit:
    """Return the equation that forward LR selects on the model-building sample, as reported.

    `forward_lr` chooses the terms, `fit_logistic` estimates their coefficients on the same
    customers. Where no term enters, the equation is the constant alone: its ``terms`` are empty.

    Raises
    ------
    StudyError
        A model on the path has no maximum (separation), naming the variable.
    """
    return fit_logistic(study, samples.build, list(forward_lr(study, samples.build).terms))


def search(
    matrix: np.ndarray,
    outcome: np.ndarray,
    groups: dict[str, list[int]],
    entry_p: float,
    removal_p: float,
) -> ForwardSelection:
    """Run the search on a matrix (n, 1 + columns), the constant first; see `forward_lr`.

    `groups` gives the columns of each term: a categorical predictor enters and leaves whole.
    """
    likelihood = Likelihood(matrix, outcome, groups)
    steps = [_step(likelihood, 0, (), None, None)]
    visited: set[frozenset[str]] = {frozenset()}
    while True:
        last = steps[-1]
        removed = _to_remove(last.removals, removal_p)
        entered = None if removed else _to_enter(last.scores, entry_p)
        if entered is None and removed is None:
            return ForwardSelection(tuple(steps), "no term can enter or leave")
        terms = tuple(t for t in last.terms if t != removed) + ((entered,) if entered else ())
        steps.append(_step(likelihood, len(steps), terms, entered, removed))
        if frozenset(terms) in visited:
            return ForwardSelection(tuple(steps), "the model had been reached before")
        visited.add(frozenset(terms))


def _to_enter(tests: tuple[TermTest, ...], entry_p: float) -> str | None:
    # Below the smallest float all p are 0; the statistic then decides.
    best = _first_of_most(tests, lambda test: -test.p_value, lambda test: test.statistic)
    return best.term if best and best.p_value < entry_p else None


def _to_remove(tests: tuple[TermTest, ...], removal_p: float) -> str | None:
    worst = _first_of_most(tests, lambda test: test.p_value)
    return worst.term if worst and worst.p_value > removal_p else None


def _first_of_most(
    tests: tuple[TermTest, ...], *measures: Callable[[TermTest], float]
) -> TermTest | None:
    """Return the test with the most of the first measure, then of the next, then the first one.

    Terms that are each other's mirror image tie but for last bits: the study's order decides.
    """
    for measure in measures:
        most = max(map(measure, tests), default=0.0)
        tests = tuple(t for t in tests if measure(t) >= most - SAME * abs(most))
    return tests[0] if tests else None


def _step(
    likelihood: Likelihood,
    number: int,
    terms: tuple[str, ...],
    entered: str | None,
    removed: str | None,
) -> Step:
    model = likelihood.model(terms)
    outside = [term for term in likelihood.groups if term not in terms]
    return Step(
        number=number,
        entered=entered,
        removed=removed,
        terms=terms,
        log_likelihood=model.log_likelihood,
        scores=likelihood.score_tests(terms, {term: [term] for term in outside}),
        overall=likelihood.score_tests(terms, {OVERALL: outside} if outside else {}),
        removals=likelihood.removal_tests(terms),
    )


@dataclass(frozen=True)
class Maximum:
    """One maximum: the coefficients of all columns (0 outside the model) and the log-likelihood."""

    coefficients: np.ndarray
    log_likelihood: float


class Likelihood:
    """The logistic log-likelihood of one sample, with every maximum found so far."""

    def __init__(self, matrix: np.ndarray, outcome: np.ndarray, groups: dict[str, list[int]]):
        self.matrix, self.outcome, self.groups = matrix, outcome, groups
        self.models: dict[frozenset[str], Maximum] = {}
        self.informations: dict[frozenset[str], tuple[np.ndarray, np.ndarray]] = {}

    def columns(self, terms: tuple[str, ...]) -> list[int]:
        """Return the columns of the model with `terms`, the constant first."""
        return [0, *(i for term in terms for i in self.groups[term])]

    def model(self, terms: tuple[str, ...], start: np.ndarray | None = None) -> Maximum:
        """Return the maximum of the model with `terms`, fitted once."""
        key = frozenset(terms)
        if key not in self.models:
            if start is None:
                start = self._neighbour(terms)
            self.models[key] = self._maximise(self.columns(terms), start)
        return self.models[key]

    def _neighbour(self, terms: tuple[str, ...]) -> np.ndarray:
        """Return the estimate of the largest known model inside `terms`."""
        inside = [key for key in self.models if key < frozenset(terms)]
        if inside:
            return self.models[max(inside, key=len)].coefficients
        start = np.zeros(self.matrix.shape[1])
        start[0] = special.logit(self.outcome.mean())
        return start

    def _maximise(self, columns: list[int], start: np.ndarray) -> Maximum:
        """Climb from `start` by Newton's method, halving steps that do not rise.

        Where the outcomes are separated the likelihood flattens but the steps stay about 1 in the
        linear predictor for ever: a maximum has to be reached by small steps, not by a small rise.
        """
        coefficients, previous, step = start, -np.inf, np.zeros_like(start)
        for _ in range(30):
            value, gradient, information = self._derivatives(coefficients, columns)
            if value < previous - 1e-9:
                step = step / 2
                coefficients = coefficients - step
                continue
            previous, step = value, np.zeros_like(start)
            step[columns] = np.linalg.solve(information, gradient)
            rise = gradient @ step[columns] / 2
            coefficients = coefficients + step
            if rise < 1e-9 and np.abs(step).max() < 1e-4:
                # The error left is of the order of rise²: below the last digit of a float.
                return Maximum(coefficients, value + rise)
        raise np.linalg.LinAlgError("the likelihood has no maximum")

    def _derivatives(
        self, coefficients: np.ndarray, columns: list[int]
    ) -> tuple[float, np.ndarray, np.ndarray]:
        """Return log-likelihood, gradient and information, a block of rows at a time.

        Blocks that fit in the processor's cache are faster than whole columns, and need no memory.
        """
        value, size = 0.0, len(columns)
        gradient, information = np.zeros(size), np.zeros((size, size))
        b = coefficients[columns]
        for first in range(0, len(self.outcome), ROWS_AT_A_TIME):
            x = self.matrix[first : first + ROWS_AT_A_TIME, columns]
            y = self.outcome[first : first + ROWS_AT_A_TIME]
            linear = x @ b
            # log(1 + exp(linear)) = max(linear, 0) + log(1 + e) never overflows.
            e = np.exp(-np.abs(linear))
            probability = np.where(linear > 0, 1.0, e) / (1 + e)
            value += y @ linear - np.maximum(linear, 0).sum() - np.log(1 + e).sum()
            gradient += (y - probability) @ x
            information += (x * (probability * (1 - probability))[:, None]).T @ x
        return value, gradient, information

    def _all_derivatives(self, terms: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
        """Return gradient and information of *all* columns at the model's maximum."""
        key = frozenset(terms)
        if key not in self.informations:
            everything = list(range(self.matrix.shape[1]))
            _, gradient, information = self._derivatives(self.model(terms).coefficients, everything)
            self.informations[key] = gradient, information
        return self.informations[key]

    def score_tests(
        self, terms: tuple[str, ...], candidates: dict[str, list[str]]
    ) -> tuple[TermTest, ...]:
        """Return Rao's score test of each set of candidate terms added to the model with `terms`.

        U'[Z'WZ - Z'WX (X'WX)⁻¹ X'WZ]⁻¹ U with U = Z'(y - p), X inside, Z the candidate's columns.
        """
        gradient, information = self._all_derivatives(terms)
        x = self.columns(terms)
        explained = np.linalg.solve(information[np.ix_(x, x)], information[x])
        remaining = information - information[:, x] @ explained
        tests = []
        for name, added in candidates.items():
            z = [i for term in added for i in self.groups[term]]
            statistic = gradient[z] @ np.linalg.solve(remaining[np.ix_(z, z)], gradient[z])
            tests.append(_test(name, float(statistic), len(z)))
        return tuple(tests)

    def removal_tests(self, terms: tuple[str, ...]) -> tuple[TermTest, ...]:
        """Return the likelihood-ratio test of each term inside."""
        full = self.model(terms)
        tests = []
        for term in terms:
            smaller = tuple(t for t in terms if t != term)
            start = None if frozenset(smaller) in self.models else self._without(terms, term)
            value = self.model(smaller, start).log_likelihood
            change = 2 * (full.log_likelihood - value)
            tests.append(_test(term, change, len(self.groups[term]), value))
        return tuple(tests)

    def _without(self, terms: tuple[str, ...], term: str) -> np.ndarray:
        """Return the estimate with the term held at 0, to second order: near the maximum."""
        coefficients = self.model(terms).coefficients.copy()
        _, information = self._all_derivatives(terms)
        out = self.groups[term]
        kept = [i for i in self.columns(terms) if i not in out]
        coefficients[kept] += np.linalg.solve(
            information[np.ix_(kept, kept)], information[np.ix_(kept, out)] @ coefficients[out]
        )
        coefficients[out] = 0
        return coefficients


def _test(term: str, statistic: float, df: int, log_likelihood: float = np.nan) -> TermTest:
    statistic = max(float(statistic), 0.0)
    return TermTest(term, statistic, df, float(special.chdtrc(df, statistic)), log_likelihood)


def path_table(selection: ForwardSelection) -> pd.DataFrame:
    """Return a row for each step: what entered or left, on which test, and the -2LL reached."""
    rows = []
    for before, step in zip(selection.steps, selection.steps[1:], strict=False):
        tests = before.scores if step.entered else before.removals
        test = next(test for test in tests if test.term == step.changed)
        rows.append(
            {
                "step": step.number,
                "action": "enters" if step.entered else "leaves",
                "term": step.changed,
                "statistic": test.statistic,
                "df": test.df,
                "p_value": test.p_value,
                "minus2_log_likelihood": -2 * step.log_likelihood,
            }
        )
    columns = ["step", "action", "term", "statistic", "df", "p_value", "minus2_log_likelihood"]
    return pd.DataFrame(rows, columns=columns).set_index("step")

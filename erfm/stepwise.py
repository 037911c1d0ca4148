"""SPSS's method *Forward: LR* for binary logistic regression, with its history.

Entry is decided by the score test, which needs no fit of the larger model; removal by the
likelihood ratio, which needs one fit for each term inside. Fitted models are kept by their terms,
and each fit starts from its neighbour's estimate: a search costs a few passes over the data. The
equation it finds is reported from `erfm.logistic.fit_logistic`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from erfm.blocks import Blocks, InMemory, derivatives
from erfm.logistic import LogisticFit, fit_logistic, no_maximum_error
from erfm.samples import Samples
from erfm.study import Study, design_matrix, standardise

OVERALL = "Overall statistics"
SMALL_STEP = 1e-5
"""The step, in standardised coefficients, after which a maximum is as near as floats can tell."""
LAST_DIGITS = 1e-12
"""The part of a log-likelihood in which sums of many customers may differ by rounding."""
MOST_PASSES = 30
FEW_PASSES = 6
MANY, SIXTEENTH = 2**18, 16
"""From so many customers on, models are first found on every sixteenth of them."""
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
    outcome = frame["retained"].to_numpy(dtype=float)
    groups = column_numbers(study)
    customers = InMemory(standardise(design_matrix(study, frame)).matrix, outcome)
    likelihood = Likelihood(customers, groups)
    try:
        if customers.customers >= MANY:
            sample = Likelihood(customers.every(SIXTEENTH), groups)
            foresee(likelihood, sample, study.entry_p, study.removal_p)
        return search(likelihood, study.entry_p, study.removal_p)
    except np.linalg.LinAlgError:
        raise no_maximum_error(study, design_matrix(study, frame), outcome) from None


def column_numbers(study: Study) -> dict[str, list[int]]:
    """Return where each term's columns stand in a matrix whose first column is the constant."""
    position = {column: i for i, column in enumerate(study.design.columns, start=1)}
    groups = study.design.groups.items()
    return {term: [position[column] for column in columns] for term, columns in groups}


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


def search(likelihood: Likelihood, entry_p: float, removal_p: float) -> ForwardSelection:
    """Run the search on the customers of a likelihood; see `forward_lr`.

    The likelihood's ``groups`` give the columns of each term: a categorical predictor enters and
    leaves whole.
    """
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


def foresee(likelihood: Likelihood, sample: Likelihood, entry_p: float, removal_p: float) -> None:
    """Search a sample of the customers first, and fit its models to all of them together.

    The search on all customers then reads their data only where it leaves the sample's path.
    """
    # A maximum that the sample lacks may be there with all customers: their own search will tell.
    with suppress(np.linalg.LinAlgError):
        search(sample, entry_p, removal_p)
        likelihood.foresee(sample)


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
    together = {OVERALL: outside} if outside else {}
    scores = likelihood.score_tests(terms, {term: [term] for term in outside} | together)
    return Step(
        number=number,
        entered=entered,
        removed=removed,
        terms=terms,
        log_likelihood=model.log_likelihood,
        scores=scores[: len(outside)],
        overall=scores[len(outside) :],
        removals=likelihood.removal_tests(terms),
    )


@dataclass(frozen=True)
class Maximum:
    """One maximum: the coefficients of all columns (0 outside the model) and the log-likelihood."""

    coefficients: np.ndarray
    log_likelihood: float


class Climb:
    """One model's way to its maximum by Newton's method, halving steps that do not rise.

    Where the outcomes are separated the likelihood flattens but the steps stay about 1 in the
    linear predictor for ever: a maximum has to be reached by small steps, not by a small rise.
    """

    def __init__(self, columns: list[int], start: np.ndarray, small: float = SMALL_STEP):
        self.columns, self.coefficients, self.small = columns, start, small
        self.previous, self.step = -np.inf, np.zeros_like(start)

    def advance(
        self, value: float, gradient: np.ndarray, information: np.ndarray
    ) -> Maximum | None:
        """Take a step from where these were computed; return the maximum if it leads there."""
        if value < self.previous - LAST_DIGITS * abs(value):
            self.step = self.step / 2
            self.coefficients = self.coefficients - self.step
            return None
        self.previous, self.step = value, newton_step(gradient, information, self.columns)
        self.coefficients = self.coefficients + self.step
        if np.abs(self.step).max() > self.small:
            return None
        # What is left is of the order of the step's square, and of its cube in the likelihood.
        return Maximum(self.coefficients, float(value + gradient @ self.step / 2))


def newton_step(gradient: np.ndarray, information: np.ndarray, columns: list[int]) -> np.ndarray:
    """Return Newton's step within some columns; it is 0 in the others."""
    step = np.zeros_like(gradient)
    step[columns] = np.linalg.solve(information[columns][:, columns], gradient[columns])
    return step


class Likelihood:
    """The logistic log-likelihood of one sample, with every maximum found so far.

    Models are kept by their terms, sorted: the same in whatever order they entered.
    """

    def __init__(self, blocks: Blocks, groups: dict[str, list[int]]):
        self.blocks, self.groups = blocks, groups
        self.models: dict[tuple[str, ...], Maximum] = {}
        self.at_maximum: dict[tuple[str, ...], tuple[np.ndarray, np.ndarray]] = {}

    def columns(self, terms: Iterable[str]) -> list[int]:
        """Return the columns of the model with `terms`, the constant first."""
        return [0, *(i for term in terms for i in self.groups[term])]

    def model(self, terms: Iterable[str]) -> Maximum:
        """Return the maximum of the model with `terms`, fitted once."""
        key = tuple(sorted(terms))
        if key not in self.models:
            self._maximise({key: self._start(key)})
        return self.models[key]

    def _maximise(self, starts: dict[tuple[str, ...], np.ndarray]) -> None:
        """Fit several models, each from its start, all of them in the same passes."""
        climbs = {key: Climb(self.columns(key), start) for key, start in starts.items()}
        for _ in range(MOST_PASSES):
            if not climbs:
                return
            self._advance(climbs)
        if climbs:
            raise np.linalg.LinAlgError("the likelihood has no maximum")

    def _advance(
        self,
        climbs: dict[tuple[str, ...], Climb],
        known: dict[tuple[str, ...], np.ndarray] | None = None,
    ) -> None:
        """Let every climb take a step, and keep the models of those that arrive.

        The informations `known` spare a pass the computing of them.
        """
        places = [climb.coefficients for climb in climbs.values()]
        found = derivatives(self.blocks, places, information=known is None)
        for (key, climb), (value, gradient, information) in zip(
            [*climbs.items()], zip(*found, strict=True), strict=True
        ):
            if maximum := climb.advance(value, gradient, known[key] if known else information):
                self.models[key] = maximum
                del climbs[key]

    def foresee(self, sample: Likelihood) -> None:
        """Fit all that was fitted to a sample of these customers, from the sample's estimates.

        They are fitted together, in few passes over the customers, and as the sample's information
        stands for theirs, these need no more than gradients. A model that is not reached so is left
        to be climbed on its own.
        """
        keys = list(sample.models)
        starts = [sample.models[key].coefficients for key in keys]
        scale = self.blocks.customers / sample.blocks.customers
        informations = scale * derivatives(sample.blocks, starts).informations
        # A step by another's information leaves some hundredths of itself, not its square.
        climbs = {
            key: Climb(self.columns(key), start, SMALL_STEP / 100)
            for key, start in zip(keys, starts, strict=True)
        }
        for _ in range(FEW_PASSES):
            if climbs:
                self._advance(climbs, dict(zip(keys, informations, strict=True)))
        self._look_at([key for key in sample.at_maximum if key in self.models])

    def _start(self, key: tuple[str, ...]) -> np.ndarray:
        """Return the estimate of the largest known model inside, or a step on from there."""
        inside = [known for known in self.models if set(known) < set(key)]
        if not inside:
            start = np.zeros(self.blocks.width)
            start[0] = special.logit(self.blocks.retained_share)
            return start
        largest = max(inside, key=len)
        start = self.models[largest].coefficients
        if largest in self.at_maximum:
            start = start + newton_step(*self.at_maximum[largest], self.columns(key))
        return start

    def _look_at(self, keys: list[tuple[str, ...]]) -> None:
        """Keep gradient and information of *all* columns at the maxima of models."""
        if not keys:
            return
        places = [self.models[key].coefficients for key in keys]
        found = derivatives(self.blocks, places)
        for key, place, value, gradient, information in zip(keys, places, *found, strict=True):
            # What the last step left is seen here, and taken away.
            step = newton_step(gradient, information, self.columns(key))
            self.models[key] = Maximum(place + step, float(value + gradient @ step / 2))
            self.at_maximum[key] = gradient - information @ step, information

    def derivatives_at(self, terms: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return gradient and information of *all* columns at the model's maximum."""
        key = tuple(sorted(terms))
        if key not in self.at_maximum:
            self.model(key)
            self._look_at([key])
        return self.at_maximum[key]

    def score_tests(
        self, terms: tuple[str, ...], candidates: dict[str, list[str]]
    ) -> tuple[TermTest, ...]:
        """Return Rao's score test of each set of candidate terms added to the model with `terms`.

        U'[Z'WZ - Z'WX (X'WX)⁻¹ X'WZ]⁻¹ U with U = Z'(y - p), X inside, Z the candidate's columns.
        """
        gradient, information = self.derivatives_at(terms)
        x = self.columns(terms)
        explained = np.linalg.solve(information[x][:, x], information[x])
        remaining = information - information[:, x] @ explained
        tests = []
        for name, added in candidates.items():
            z = [i for term in added for i in self.groups[term]]
            statistic = gradient[z] @ np.linalg.solve(remaining[z][:, z], gradient[z])
            tests.append(_test(name, float(statistic), len(z)))
        return tuple(tests)

    def removal_tests(self, terms: tuple[str, ...]) -> tuple[TermTest, ...]:
        """Return the likelihood-ratio test of each term inside."""
        full = self.model(terms)
        smaller = {term: tuple(sorted({*terms} - {term})) for term in terms}
        unknown = {term: key for term, key in smaller.items() if key not in self.models}
        self._maximise({key: self._without(terms, term) for term, key in unknown.items()})
        values = {term: self.models[key].log_likelihood for term, key in smaller.items()}
        return tuple(
            _test(term, 2 * (full.log_likelihood - value), len(self.groups[term]), value)
            for term, value in values.items()
        )

    def _without(self, terms: tuple[str, ...], term: str) -> np.ndarray:
        """Return the estimate with the term held at 0, to second order: near the maximum."""
        coefficients = self.model(terms).coefficients.copy()
        _, information = self.derivatives_at(terms)
        out = self.groups[term]
        kept = [i for i in self.columns(terms) if i not in out]
        coefficients[kept] += np.linalg.solve(
            information[kept][:, kept], information[kept][:, out] @ coefficients[out]
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

"""Time and memory of `forward_lr` beside other searches of customers in memory.

Run by ``make bench``. It is compared with a search that refits every candidate with statsmodels, to
the final equation's estimates, and, as a selection alone, with the same search in plain numpy: one
model at a time, in one thread. Each is a process of its own and begins with the same customers
table; two that are compared must take the same path to the same estimates. Time is the median after
one run to warm up; memory is the peak that Python allocated beyond the customers table
(tracemalloc), in a run of its own.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from threadpoolctl import threadpool_limits

from erfm.blocks import ROWS_IN_CACHE, InMemory
from erfm.customers.study_file import load_study
from erfm.logistic import fit_logistic
from erfm.stepwise import Climb, Likelihood, column_numbers, forward_lr, search
from erfm.study import Predictor, Study, design_matrix, standardise

SIZES = {2_000: 25, 1_000_000: 3}
"""Numbers of customers, and how often each search is timed in its process."""


def study_of_six() -> Study:
    """Return the default study's settings with six predictors."""
    names = ["recency", "amount", "frequency", "has_child", "gender", "age"]
    predictors = {name: Predictor(name, name, name) for name in names}
    predictors["gender"] = replace(predictors["gender"], levels=("female", "male"))
    return replace(load_study("reconstruction"), predictors=predictors)


def customers(n: int, seed: int = 2012) -> pd.DataFrame:
    """Return `n` simulated customers of whom four predictors say something."""
    rng = np.random.default_rng(seed)
    recency, frequency = rng.gamma(2, 40, n), 2.0 + rng.poisson(rng.gamma(1.5, 6, n))
    age, male = rng.normal(40, 11, n), rng.random(n) < 0.7
    logit = 0.8 + 0.06 * frequency - 0.012 * recency - 0.02 * age - 0.5 * male
    return pd.DataFrame(
        {
            "recency": recency,
            "amount": rng.lognormal(7, 1, n),
            "frequency": frequency,
            "has_child": rng.poisson(0.9, n).astype(float),
            "gender": np.where(male, "male", "female"),
            "age": age,
            "retained": (rng.random(n) < 1 / (1 + np.exp(-logit))).astype(int),
        }
    )


def lean_search(study: Study, frame: pd.DataFrame) -> tuple[list[str], pd.Series]:
    selection = forward_lr(study, frame)
    path = [step.entered or f"-{step.removed}" for step in selection.steps[1:]]
    return path, fit_logistic(study, frame, list(selection.terms)).parameters


def naive_search(study: Study, frame: pd.DataFrame) -> tuple[list[str], pd.Series]:
    """Forward selection as it is commonly written: every candidate model is fitted anew."""
    design = sm.add_constant(design_matrix(study, frame))
    columns, outcome = study.design.groups, frame["retained"]

    def fit(terms: list[str]):
        chosen = ["const", *(column for term in terms for column in columns[term])]
        return sm.Logit(outcome, design[chosen]).fit(disp=False)

    def p_value(larger, smaller) -> float:
        change = 2 * (larger.llf - smaller.llf)
        return stats.chi2.sf(change, larger.df_model - smaller.df_model)

    inside: list[str] = []
    path: list[str] = []
    current = fit(inside)
    while True:
        entry = {
            term: p_value(fit([*inside, term]), current) for term in columns if term not in inside
        }
        best = min(entry, key=entry.get, default=None)
        # Several p can be 0 to the last digit; the largest statistic has to decide then.
        zeros = [term for term in entry if entry[term] == 0]
        if len(zeros) > 1:
            best = max(zeros, key=lambda term: fit([*inside, term]).llf)
        if best is None or entry[best] >= study.entry_p:
            return path, current.params
        inside.append(best)
        path.append(best)
        current = fit(inside)
        while True:
            removal = {
                term: p_value(current, fit([t for t in inside if t != term])) for term in inside
            }
            worst = max(removal, key=removal.get)
            if removal[worst] <= study.removal_p:
                break
            inside.remove(worst)
            path.append(f"-{worst}")
            current = fit(inside)


class OneByOne(Likelihood):
    """The likelihood in plain numpy: one model at a time, of its own columns, in one thread."""

    def _start(self, key):
        known = [inside for inside in self.models if set(inside) < set(key)]
        return self.models[max(known, key=len)].coefficients if known else super()._start(key)

    def _maximise(self, starts):
        for key, start in starts.items():
            climb, columns = Climb(self.columns(key), start), self.columns(key)
            maximum = None
            while maximum is None:
                value, gradient, information = self._looked(climb.coefficients, columns)
                maximum = climb.advance(value, gradient, information)
            self.models[key] = maximum

    def _look_at(self, keys):
        everything = list(range(self.blocks.width))
        for key in keys:
            _, *found = self._looked(self.models[key].coefficients, everything)
            self.at_maximum[key] = tuple(found)

    def _looked(self, coefficients, columns):
        matrix, outcome = self.blocks.matrix, self.blocks.outcome
        gradient, information = np.zeros(len(coefficients)), np.zeros(2 * (len(coefficients),))
        value, inside = 0.0, np.ix_(columns, columns)
        for first in range(0, len(outcome), ROWS_IN_CACHE):
            rows = slice(first, first + ROWS_IN_CACHE)
            x, y = matrix[rows, columns], outcome[rows]
            linear = x @ coefficients[columns]
            e = np.exp(-np.abs(linear))
            probability = np.where(linear > 0, 1.0, e) / (1 + e)
            value += y @ linear - np.maximum(linear, 0).sum() - np.log(1 + e).sum()
            gradient[columns] += (y - probability) @ x
            information[inside] += (x * (probability * (1 - probability))[:, None]).T @ x
        return value, gradient, information


def selection(study: Study, frame: pd.DataFrame) -> tuple[list[str], pd.Series]:
    found = forward_lr(study, frame)
    return [*found.terms], pd.Series([step.log_likelihood for step in found.steps])


def plain_selection(study: Study, frame: pd.DataFrame) -> tuple[list[str], pd.Series]:
    matrix = standardise(design_matrix(study, frame)).matrix
    likelihood = OneByOne(InMemory(matrix, frame["retained"].to_numpy(dtype=float)),
                          column_numbers(study))  # fmt: skip
    with threadpool_limits(1, user_api="blas"):
        found = search(likelihood, study.entry_p, study.removal_p)
    return [*found.terms], pd.Series([step.log_likelihood for step in found.steps])


SEARCHES = {
    "forward_lr": lean_search,
    "refitting": naive_search,
    "selection": selection,
    "plain": plain_selection,
}
COMPARED = [
    # what is compared with what, and how many times better it is to be
    ("forward_lr", "refitting", "time", 5.0),
    ("forward_lr", "refitting", "memory", 1.0),
    ("selection", "plain", "time", 1 / 0.6),
    ("selection", "plain", "memory", 0.99),
]
UNITS = {"time": ("s", 1), "memory": ("MB", 2**20)}
FEW = 5_000
"""Of fewer customers a search is to be no slower than a plain one, but for the noise of a clock."""
NOISE = 0.9


def measure(name: str, n: int, what: str) -> dict:
    """Run one search on `n` customers and return its path, estimates and seconds or bytes."""
    study, frame, search = study_of_six(), customers(n), SEARCHES[name]
    if what == "memory":
        tracemalloc.start()
        path, estimates = search(study, frame)
        figure = tracemalloc.get_traced_memory()[1]
    else:
        search(study, customers(2_000))
        seconds = []
        for _ in range(SIZES[n]):
            start = time.perf_counter()
            path, estimates = search(study, frame)
            seconds.append(time.perf_counter() - start)
        figure = statistics.median(seconds)
    return {"path": path, "estimates": estimates.to_list(), "figure": figure}


def measure_in_process(name: str, n: int, what: str) -> dict:
    command = [sys.executable, __file__, name, str(n), what]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    print(f"{'customers':>10}  {'':7} {'':>24} {'':>24} {'ratio':>7}  goal")
    failed = False
    for n in SIZES:
        for ours, other, what, goal in COMPARED:
            lean, naive = (measure_in_process(name, n, what) for name in (ours, other))
            assert lean["path"] == naive["path"], (lean["path"], naive["path"])
            np.testing.assert_allclose(lean["estimates"], naive["estimates"], rtol=1e-6)
            ratio = naive["figure"] / lean["figure"]
            if n < FEW and other == "plain":
                goal = NOISE
            failed |= ratio < goal
            unit, scale = UNITS[what]
            print(
                f"{n:>10,}  {what:7} {ours:>11} {lean['figure'] / scale:>9.3f} {unit:2} "
                f"{other:>11} {naive['figure'] / scale:>9.3f} {unit:2} {ratio:>7.1f}  "
                f"at least {goal:.2g}",
                flush=True,
            )
    if failed:
        sys.exit("A goal was missed.")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]), sys.argv[3])))
    else:
        main()

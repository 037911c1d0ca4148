"""Studies that hypothesis invents, and what its drawn tests of sentences share.

A drawn study is handed to the real functions, so that the tables are as pages make them; a sentence
is then compared with what a test computes by itself.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hypothesis import Phase, assume, settings
from hypothesis import strategies as st
from rules import NUMBER, said, seen, value

from erfm.customers.study_file import load_study
from erfm.logistic import LogisticFit, fit_logistic
from erfm.samples import Samples
from erfm.study import Predictor, Study, StudyError

RECONSTRUCTION = load_study("reconstruction")
LABELS = ["Use [a]", "R/F (old)", "天数", "b_1"]
LEVELS = ["A/B", "C [x]", "(d)", "戊"]
KINDS = ["number", "few values", "long right", "long left", "two", "three", "four"]


def runs(examples: int) -> settings:
    """Return how a drawn test is run: a failing example is small enough as it is drawn."""
    return settings(max_examples=examples, phases=(Phase.generate,), report_multiple_bugs=False)


class Drawn(NamedTuple):
    """A study without files, its customers (some incomplete) and its samples."""

    study: Study
    customers: pd.DataFrame
    samples: Samples

    def __repr__(self) -> str:
        return f"{len(self.customers)} customers with {self.study.predictors}"


@st.composite
def studies(draw: st.DrawFn, sizes: tuple[int, ...] = (60, 120, 200)) -> Drawn:
    """Draw a study of one to four variables of any kind, with or without effects."""
    size = draw(st.sampled_from(sizes))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    effects = [draw(st.sampled_from([-1.5, -0.5, 0, 0.5, 1.5])) for _ in kinds]
    base, gaps = draw(st.sampled_from([-1, 0, 1])), draw(st.sampled_from([0, 0, 1, 7]))
    roles = iter(("amount", "age", "") if draw(st.booleans()) else ())
    traits = iter(("gender", "") if draw(st.booleans()) else ())
    cutoff, simulated = draw(st.sampled_from([0.5, 0.61])), draw(st.booleans())
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    predictors, table, logit = {}, {}, np.full(size, float(base))
    for i, (kind, effect) in enumerate(zip(kinds, effects, strict=True)):
        name, (values, levels, score) = f"x{i}", _variable(rng, kind, size)
        role = next(traits if levels else roles, "")
        sign = "+" * (i % 2)
        predictors[name] = Predictor(name, name, LABELS[i], sign=sign, role=role, levels=levels)
        table[name], logit = values, logit + effect * score
    customers = pd.DataFrame(table)
    stays = rng.random(size) < 1 / (1 + np.exp(-logit))
    customers["retained"] = pd.array(stays.astype(int), dtype="Int8")
    customers.insert(0, "customer_id", [f"N{i}" for i in range(size)])
    complete = customers.astype({"retained": int})
    if gaps:
        customers.loc[rng.permutation(size)[:gaps], "x0"] = None
        complete = complete.loc[customers.dropna().index]
    held = rng.random(len(complete)) < 0.4
    study = dataclasses.replace(
        RECONSTRUCTION, predictors=predictors, cutoff=cutoff, simulated=simulated, published=False
    )
    return Drawn(study, customers, Samples(complete, complete[~held], complete[held]))


def _variable(rng: np.random.Generator, kind: str, n: int) -> tuple[Any, tuple[str, ...], Any]:
    """Return values, levels (none of a number) and a score of about unit spread."""
    count = {"two": 2, "three": 3, "four": 4}.get(kind)
    if count:
        codes = rng.integers(count, size=n)
        return np.array(LEVELS, dtype=object)[codes], tuple(LEVELS[:count]), codes % 2 - 0.5
    u = rng.random(n)
    values = {
        "number": np.floor(1_000 * u) / 10,
        "few values": np.floor(4 * u),
        "long right": np.floor(10_000 * u**5),
        "long left": -np.floor(300 * u**4),
    }[kind]
    return values, (), 2 * (u - 0.5)


def functions(module: ModuleType) -> dict[str, Callable[..., str]]:
    """Return a module's sentences: its public functions that return a text."""
    return {
        name: function
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and function.__annotations__["return"] == "str"
    }


def told(function: Callable[..., str], known: dict[str, Any]) -> str:
    """Return what a sentence function says of what is known, by the names of its parameters.

    Whatever the numbers, what it says breaks none of the `rules`.
    """
    wanted = inspect.signature(function).parameters
    unknown = [n for n, p in wanted.items() if p.default is p.empty and n not in known]
    assert not unknown, f"tell {function.__name__} what {unknown} are"
    text = function(**{name: known[name] for name in wanted if name in known})
    assert said(text) == [], text
    return text


def shares(text: str) -> list[str]:
    """Return the percentages in a text, as written."""
    return re.findall(rf"({NUMBER})%(?! interval)", text)


def numbers(text: str) -> list[float]:
    """Return the numbers in a text."""
    return [value(found) for found in re.findall(NUMBER, text)]


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal, independently of `erfm.formats`."""
    text = f"{100 * share:.1f}".replace("-", "−")
    return text.lstrip("−") if not float(text.replace("−", "-")) else text


def plain(study: Study, name: str) -> str:
    """Return what a reader sees of a label."""
    return seen(f"x {study.label(name)}".replace("[", "&#91;").replace("_", "&#95;"))[2:]


def bold(markdown: str) -> list[str]:
    """Return what stands in bold, as a reader sees it."""
    return [seen(found) for found in re.findall(r"\*\*(.+?)\*\*", markdown)]


def close(written: str | float, computed: float) -> bool:
    """Return whether a number as written is a computed one, rounded."""
    text = str(written).replace(",", "").replace("−", "-")
    digits = len(text.partition(".")[2])
    return abs(float(text) - computed) <= 0.5001 * 10.0**-digits


def usable(drawn: Drawn) -> LogisticFit:
    """Return the full model of a drawn study; one whose samples cannot be used is not looked at."""
    build, holdout = drawn.samples.build, drawn.samples.holdout
    assume(min(len(build), len(holdout)) > 20)
    assume(all(0.05 < sample["retained"].mean() < 0.95 for sample in (build, holdout)))
    for predictor in drawn.study.predictors.values():
        assume(set(predictor.levels) <= set(build[predictor.name]) or not predictor.levels)
        assume(len(set(build[predictor.name])) > 1)
    try:
        return fit_logistic(drawn.study, build)
    except (StudyError, np.linalg.LinAlgError):
        assume(False)

"""One variable on its own, for the page that begins with odds: which one, its odds, examples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from erfm import ties
from erfm.study import Predictor, Study, design_matrix


def one_variable(study: Study, frame: pd.DataFrame) -> tuple[Study, pd.DataFrame]:
    """Return the study with one numeric predictor, and its customers.

    It is the number with the largest score test at the constant, n r², the first of several that
    tie; where all predictors are categorical, the indicator of the level with the largest.
    """
    design = design_matrix(study, frame)
    numbers = [column for column in design if column in study.predictors]
    numbers = [column for column in numbers if not study.predictors[column].categorical]
    scores = len(frame) * design[numbers or design.columns].corrwith(frame["retained"]) ** 2
    column = ties.largest(scores)
    predictor = study.predictors.get(column, Predictor(column, column, study.label(column)))
    alone = replace(study, predictors={column: predictor})
    return alone, frame.assign(**{column: design[column]})


def odds_table(groups: pd.DataFrame) -> pd.DataFrame:
    """Return probability, odds and log_odds of each row of `retention_by`, and of all customers.

    Odds that nobody can have, of a group in which all stay, are missing; so are the log-odds of a
    group in which all stay or none does.
    """
    counts = groups[["customers", "retained"]]
    everyone = pd.DataFrame(counts.sum()).T.set_axis(["All"])
    table = pd.concat([everyone, counts]).rename_axis(groups.index.name)
    churned = table["customers"] - table["retained"]
    table["probability"] = table["retained"] / table["customers"]
    table["odds"] = table["retained"] / churned.where(churned > 0)
    table["log_odds"] = np.log(table["odds"].where(table["odds"] > 0))
    return table


def example_values(values: np.ndarray) -> np.ndarray:
    """Return the tenth, half-way and ninetieth of a hundred values in order, each once.

    Where these are one value, the smallest and the largest.
    """
    chosen = np.unique(np.quantile(values, [0.1, 0.5, 0.9], method="nearest"))
    return chosen if len(chosen) > 1 else np.array([values.min(), values.max()])


def step_of(values: np.ndarray) -> float:
    """Return a round difference between customers: the power of ten below the standard deviation.

    At least 1 for whole numbers.
    """
    step = 10.0 ** np.floor(np.log10(values.std()))
    whole = bool((values == np.round(values)).all())
    return max(step, 1.0) if whole else float(step)

"""The five steps of the study on all customers, out of memory.

Each function gives what its namesake of the core gives of a table in memory. What reads customers
is an aggregate of the engine, or a pass over the blocks of a design file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import special
from tqdm import tqdm

from erfm.blocks import in_order
from erfm.customers.tables import aggregates
from erfm.descriptives import standard_error_of_kurtosis, standard_error_of_skewness
from erfm.large.customers import AllCustomers
from erfm.large.design_file import DesignFile, Moments, linear_predictor, standardised
from erfm.logistic import CONSTANT, LogisticFit, no_maximum_error
from erfm.standardised import standardised_by
from erfm.stepwise import ForwardSelection, Likelihood, column_numbers, foresee, search
from erfm.study import Study, make_design

FIRST = 1_000_000
"""On so many customers models are found first, before they are fitted to all."""


# --- 1 Descriptive statistics ---------------------------------------------------------------------


def descriptive_statistics(everyone: AllCustomers) -> pd.DataFrame:
    """Return SPSS's *Descriptive Statistics* of the complete customers, a row for each number.

    As `erfm.descriptives.descriptive_statistics`. The engine sums powers of the deviations from the
    mean, which it has found before, so that no digits are lost, however large the values are.
    """
    rows, study = everyone.complete, everyone.study
    names = [name for name, predictor in study.predictors.items() if not predictor.levels]
    asked = {
        f"{how}_{i}": getattr(rows[everyone.names[name]], how)()
        for i, name in enumerate(names)
        for how in ("min", "max", "mean")
    }
    found = aggregates(rows.aggregate(n=rows.count(), **asked)).iloc[0]
    powers: dict[str, Any] = {}
    for i, name in enumerate(names):
        deviation = rows[everyone.names[name]] - float(found[f"mean_{i}"])
        square = deviation * deviation
        powers |= {f"2_{i}": square.sum(), f"3_{i}": (square * deviation).sum()}
        powers[f"4_{i}"] = (square * square).sum()
    sums = aggregates(rows.aggregate(n=rows.count(), **powers)).iloc[0]
    n = int(found["n"])
    table = {
        name: _described(
            n,
            *(float(found[f"{how}_{i}"]) for how in ("min", "max", "mean")),
            *(float(sums[f"{power}_{i}"]) for power in (2, 3, 4)),
        )
        for i, name in enumerate(names)
    }
    return pd.DataFrame(table).T.astype({"n": int})


def _described(
    n: int, least: float, most: float, mean: float, second: float, third: float, fourth: float
) -> dict[str, float]:
    """Return a row from sums of powers of deviations; G1 and G2 are Fisher's, as SPSS has them."""
    skewness = n * np.sqrt(n - 1) / (n - 2) * third / second**1.5
    kurtosis = (n + 1) * n * (n - 1) / (n - 2) / (n - 3) * fourth / second**2
    return {
        "n": n,
        "range": most - least,
        "minimum": least,
        "maximum": most,
        "mean": mean,
        "standard_deviation": np.sqrt(second / (n - 1)),
        "skewness": skewness,
        "skewness_se": standard_error_of_skewness(n),
        "kurtosis": kurtosis - 3 * (n - 1) ** 2 / (n - 2) / (n - 3),
        "kurtosis_se": standard_error_of_kurtosis(n),
    }


def frequency_table(everyone: AllCustomers, name: str) -> pd.DataFrame:
    """Return SPSS's *Frequencies* of a categorical predictor: frequency, percent, cumulative."""
    rows = everyone.complete
    levels = rows.group_by(level=rows[everyone.names[name]]).aggregate(frequency=rows.count())
    table = aggregates(levels.order_by("level")).set_index("level").rename_axis(name)
    table["percent"] = 100 * table["frequency"] / table["frequency"].sum()
    return table.assign(cumulative_percent=table["percent"].cumsum())


def sample_path(everyone: AllCustomers, build: DesignFile, holdout: DesignFile) -> pd.DataFrame:
    """Return how many customers each step of the samples' path keeps; see `erfm.samples`."""
    samples = {"Model-building sample": build, "Holdout sample": holdout}
    rows = {"All customers": everyone.counts, "Complete cases": pd.Series(dtype=float)}
    rows |= {
        name: pd.Series({"customers": file.customers, "retained": file.retained})
        for name, file in samples.items()
    }
    table = pd.DataFrame(rows).T
    table.loc["Complete cases"] = table.loc[[*samples]].sum()
    table["churned"] = table["churned"].where(
        table.index == "All customers", table["customers"] - table["retained"]
    )
    table = table[["customers", "retained", "churned"]].astype(int)
    return table.assign(retention_rate=table["retained"] / (table["retained"] + table["churned"]))


# --- 2 The full model -----------------------------------------------------------------------------


@dataclass(frozen=True)
class FitOfAll(LogisticFit):
    """A logistic regression of customers who are not in memory.

    ``outcome`` and ``probabilities`` are empty: `erfm.large.validation` has what the core reads
    from them.

    Attributes
    ----------
    customers : int
        How many customers it was fitted to.
    """

    customers: int = 0

    @property
    def n(self) -> int:
        """The number of customers."""
        return self.customers


@dataclass(frozen=True)
class Equations:
    """The fits to all customers of a design file: one likelihood, whose passes they share.

    Attributes
    ----------
    study : Study
    file : DesignFile
        The model-building sample.
    """

    study: Study
    file: DesignFile

    @cached_property
    def bar(self) -> tqdm[Any]:
        """A progress bar of the customers read so far, by all passes of all fits."""
        return tqdm(desc="fits", unit=" customers", unit_scale=True, leave=False, disable=None)

    @cached_property
    def likelihood(self) -> Likelihood:
        """The likelihood of all customers, whose models a search of a sample has foreseen."""
        customers = replace(standardised(self.file), read=self.bar.update)
        likelihood = Likelihood(customers, column_numbers(self.study))
        if customers.customers > 2 * FIRST:
            sample = Likelihood(customers.every(customers.customers // FIRST), likelihood.groups)
            with suppress(np.linalg.LinAlgError):
                sample.model(self.study.predictors)
            foresee(likelihood, sample, self.study.entry_p, self.study.removal_p)
        return likelihood

    def forward_lr(self) -> ForwardSelection:
        """Return the path of SPSS's *Forward: LR*; see `erfm.stepwise.forward_lr`.

        Raises
        ------
        StudyError
            A model on the path has no maximum (separation), naming the variable.
        """
        with self._with_maximum():
            return search(self.likelihood, self.study.entry_p, self.study.removal_p)

    def fit_logistic(self, terms: Sequence[str] | None = None) -> FitOfAll:
        """Return the fit of P(retained) on `terms`, by default all predictors.

        As `erfm.logistic.fit_logistic`; the maximum is found by the likelihood's Newton's method.

        Raises
        ------
        StudyError
            Complete or quasi-complete separation, naming the variable.
        """
        terms = [*self.study.predictors] if terms is None else [*terms]
        with self._with_maximum():
            _, information = self.likelihood.derivatives_at(terms)
            maximum, null = self.likelihood.model(terms), self.likelihood.model([])
        customers, used = standardised(self.file), self.likelihood.columns(terms)
        names = pd.Index([CONSTANT, *self.file.columns])[used]
        back = customers.back[used][:, used]
        covariance = back @ np.linalg.inv(information[used][:, used]) @ back.T
        return FitOfAll(
            terms=make_design(self.study.predictors, terms).groups,
            parameters=pd.Series(back @ maximum.coefficients[used], index=names),
            covariance=pd.DataFrame(covariance, names, names),
            log_likelihood=maximum.log_likelihood,
            null_log_likelihood=null.log_likelihood,
            outcome=np.empty(0, dtype=int),
            probabilities=np.empty(0),
            customers=self.file.customers,
        )

    @contextmanager
    def _with_maximum(self) -> Iterator[None]:
        """Tell which variable separates the outcomes, as a sample of the customers shows it."""
        try:
            yield
        except np.linalg.LinAlgError:
            customers = standardised(self.file)
            sample = customers.every(max(1, customers.customers // FIRST))
            design = pd.DataFrame(sample.matrix[:, 1:], columns=[*self.file.columns])
            raise no_maximum_error(self.study, design, sample.outcome) from None


# --- 5 Standardised coefficients ------------------------------------------------------------------


def standardised_coefficients(fit: FitOfAll, file: DesignFile) -> pd.DataFrame:
    """Return every definition; see `erfm.standardised.standardised_coefficients`."""
    used = [file.columns.index(column) for column in fit.parameters.index[1:]]
    logit = linear_predictor(fit, file)

    def look(x: np.ndarray, y: np.ndarray) -> tuple[Moments, float, float, np.ndarray]:
        linear = logit(x)
        probability = special.expit(linear)
        moments = Moments.of(np.column_stack([linear, probability]))
        weight = probability @ (1 - probability)
        return moments, y @ probability, weight, ((x == 0) | (x == 1)).all(axis=0)

    moments, together, weight = Moments(0, np.zeros(2), np.zeros(2)), 0.0, 0.0
    indicator = np.ones(file.width, dtype=bool)
    for part in in_order(file, look):
        moments, together, weight = moments + part[0], together + part[1], weight + part[2]
        indicator = indicator & part[3]
    n, y_mean = file.customers, file.retained_share
    deviations = np.sqrt([file.moments.squares[0], moments.squares[1]])
    products = together - n * y_mean * moments.means[1]
    correlation = products / deviations.prod() if used else np.nan
    index = fit.parameters.index[1:]
    return standardised_by(
        fit.parameters.drop(CONSTANT),
        sd=pd.Series(file.standard_deviations[used], index),
        indicator=pd.Series(indicator[used], index),
        linear_sd=float(np.sqrt(moments.squares[0] / (n - 1))),
        correlation=correlation,
        weight=weight / n,
    )

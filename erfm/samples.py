"""The complete cases of a study and their split into a building and a holdout sample."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pandas as pd

from erfm.formats import show_rows, to_text
from erfm.study import Study, StudyError, design_matrix, standardise

EVENTS_PER_VARIABLE = 5


@dataclass(frozen=True)
class Samples:
    """The complete cases of a study and their two parts, each a customers table."""

    complete: pd.DataFrame
    build: pd.DataFrame
    holdout: pd.DataFrame
    warnings: tuple[str, ...] = ()


def by_identifier(customers: pd.DataFrame) -> pd.DataFrame:
    """Return customers in the order of their identifiers: numbers by size, then text.

    Whatever is drawn at random (resamples, folds, imputations) is drawn from this order, so that
    the same customers give the same results in whatever order a file lists them.
    """
    identifiers = canonical_identifiers(customers["customer_id"])
    number = pd.to_numeric(identifiers.where(identifiers.str.fullmatch("[0-9]{1,15}")))
    order = pd.DataFrame({"number": number, "text": identifiers}).sort_values(
        ["number", "text"], kind="stable"
    )
    return customers.loc[order.index]


def canonical_identifiers(identifiers: pd.Series) -> pd.Series:
    """Return identifiers without the ".0" of a program that takes them for decimal numbers."""
    return identifiers.str.replace(r"^([0-9]+)\.0+$", r"\1", regex=True)


def split_samples(study: Study, customers: pd.DataFrame) -> Samples:
    """Drop incomplete cases (listwise) and split the others into a building and a holdout sample.

    The split is the study's sample column or, without one, a draw of ``holdout_size`` customers (a
    number or a share) by the study's seed and their identifiers: see `_draw_holdout`. The samples
    are in the order of `by_identifier`.

    Raises
    ------
    StudyError
        No complete cases, a complete case without a sample, an empty sample, an outcome with one
        value only, a constant predictor, numbers too large to compute with, perfectly collinear
        predictors.
    """
    needed = ["retained", *study.predictors]
    complete = customers.dropna(subset=needed)
    complete = by_identifier(complete.assign(retained=complete["retained"].astype(int)))
    if len(complete) < 2:
        raise StudyError(_no_complete_cases(study, customers[needed]))
    if study.sample_column:
        _check_sample_column(study, complete)
        in_holdout = (complete["sample"] == "holdout").to_numpy()
    else:
        in_holdout = _draw_holdout(study, complete["customer_id"])
    build, holdout = complete[~in_holdout], complete[in_holdout]
    _check_events(study, build, holdout)
    _check_predictors(study, build)
    return Samples(complete, build, holdout, _split_warnings(study, build))


def _no_complete_cases(study: Study, needed: pd.DataFrame) -> str:
    missing = needed.isna().sum().sort_values(ascending=False, kind="stable")
    column, count = study.columns[missing.index[0]], missing.iloc[0]
    most = "no customer has a value" if count == len(needed) else f"{count} values are missing"
    return (
        f"{study.file}, column '{column}': {most}, which leaves {len(needed.dropna())} complete "
        f"customers. Fill the column or remove it from {study.path.name}."
    )


def _check_sample_column(study: Study, complete: pd.DataFrame) -> None:
    unassigned = complete["sample"].isna()
    if unassigned.any():
        rows = show_rows(complete.loc[unassigned, "customer_id"])
        raise StudyError(
            f"{study.file}, column '{study.sample_column}': complete customers in neither sample: "
            f"{rows}. Assign each to '{study.build}' or '{study.holdout}'."
        )


def _draw_holdout(study: Study, identifiers: pd.Series) -> np.ndarray:
    """Return who is held out: those whose digest of seed and identifier comes first.

    The draw knows nothing of the order of the rows, and a customer more or less changes it for few
    others.
    """
    n = len(identifiers)
    size = holdout_count(study, n)
    digests = [
        hashlib.sha256(f"{study.seed} {identifier}".encode()).digest()
        for identifier in canonical_identifiers(identifiers)
    ]
    in_holdout = np.zeros(n, dtype=bool)
    in_holdout[sorted(range(n), key=digests.__getitem__)[:size]] = True
    return in_holdout


def holdout_count(study: Study, n: int) -> int:
    """Return how many of n complete customers a study without a sample column holds out.

    Raises
    ------
    StudyError
        Nobody would be left to build a model on.
    """
    size = study.holdout_size if study.holdout_size >= 1 else round(study.holdout_size * n)
    if size >= n:
        raise StudyError(
            f"{study.path}: 'holdout_size' is {size} but there are {n} complete customers. "
            "Give a smaller number or a share such as 0.4."
        )
    return int(size)


def _check_events(study: Study, build: pd.DataFrame, holdout: pd.DataFrame) -> None:
    for name, sample in (("model-building", build), ("holdout", holdout)):
        counts = sample["retained"].value_counts()
        if len(counts) < 2:
            only = f"all {len(sample)} have the same outcome" if len(sample) else "it is empty"
            raise StudyError(
                f"{study.file}, column '{study.outcome_column}': the {name} sample cannot be used: "
                f"{only}. Change [sample] in {study.path.name} (another seed or holdout_size)."
            )


def _check_predictors(study: Study, build: pd.DataFrame) -> None:
    for predictor in study.predictors.values():
        values = build[predictor.name]
        if values.nunique() < 2:
            raise StudyError(
                f"{study.file}, column '{predictor.column}': every customer of the model-building "
                f"sample has the value {to_text(values.iloc[0])!r}. A constant explains nothing: "
                f"remove [predictors.{predictor.name}]."
            )
        if not predictor.levels and not computable(values):
            raise StudyError(
                f"{study.file}, column '{predictor.column}': values from {values.min():.6g} to "
                f"{values.max():.6g} are too large, or too nearly the same, to compute with. "
                "Change the unit, or measure from another origin."
            )
        for level in predictor.levels:
            if not (values == level).any():
                raise StudyError(
                    f"{study.file}, column '{predictor.column}': no customer of the model-building "
                    f"sample has the level '{level}'. Remove it from 'levels' or merge it."
                )
    _check_collinearity(study, build)


def computable(values: pd.Series) -> bool:
    """Return whether numbers can be squared and standardised without losing all their digits."""
    largest = values.abs().max()
    return bool(largest < 1e100 and values.max() - values.min() > max(1e-100, 1e-10 * largest))


def _check_collinearity(study: Study, build: pd.DataFrame) -> None:
    for column, others in linear_dependences(design_matrix(study, build)).items():
        labels = " and ".join(f"'{study.label(other)}'" for other in others)
        columns = ", ".join(f"'{_design_file_column(study, c)}'" for c in [column, *others])
        raise StudyError(
            f"{study.file}, columns {columns}: '{study.label(column)}' is a linear combination of "
            f"{labels} (perfect collinearity). Remove one of them from {study.path.name}."
        )


def _design_file_column(study: Study, column: str) -> str:
    return study.predictors[study.term(column)].column


def linear_dependences(design: pd.DataFrame) -> dict[str, list[str]]:
    """Return each column that others before it (and a constant) determine, and those others.

    Read off the triangle of a QR decomposition of the standardised columns: a diagonal element is
    the part of its column that the columns before it leave over. What it shows of the columns after
    the first such one is confirmed by least squares on the independent ones. Columns must not be
    constant.
    """
    triangle = np.linalg.qr(standardise(design).matrix[:, 1:]).R
    norms = np.linalg.norm(triangle, axis=0)
    own = np.zeros(len(norms))
    own[: len(triangle)] = np.abs(np.diag(triangle))
    suspects = np.flatnonzero(own < 1e-6 * norms)
    free = np.setdiff1d(np.arange(len(norms)), suspects)
    weights, *_ = np.linalg.lstsq(triangle[:, free], triangle[:, suspects], rcond=None)
    left = np.linalg.norm(triangle[:, suspects] - triangle[:, free] @ weights, axis=0)
    return {
        design.columns[j]: list(design.columns[free[np.abs(weights[:, k]) > 1e-6]])
        for k, j in enumerate(suspects)
        if left[k] < 1e-6 * norms[j]
    }


def _split_warnings(study: Study, build: pd.DataFrame) -> tuple[str, ...]:
    parameters = sum(max(1, len(p.levels) - 1) for p in study.predictors.values())
    events = int(build["retained"].value_counts().min())
    ratio = events / parameters
    rarer = "retained" if build["retained"].mean() < 0.5 else "churned"
    found = {
        f"Only {events} {rarer} customers for {parameters} coefficients ({ratio:.1f} each) in the "
        f"model-building sample; below {EVENTS_PER_VARIABLE} the estimates are unreliable. Use "
        "more customers or fewer predictors.": ratio < EVENTS_PER_VARIABLE,
        "These customers have no identifier, so who is held out hangs on the order of the file's "
        f"rows. Name a column under 'id' in [data] of {study.path.name}, and any copy of the file "
        "gives the same results.": not (study.id_column or study.sample_column),
    }
    return tuple(warning for warning, holds in found.items() if holds)


def sample_path(study: Study, customers: pd.DataFrame, samples: Samples) -> pd.DataFrame:
    """Return how many customers, retained and churned, each step of the sample's path keeps."""
    steps = {
        "All customers": customers,
        "Complete cases": samples.complete,
        "Model-building sample": samples.build,
        "Holdout sample": samples.holdout,
    }
    rows = {
        name: {
            "customers": len(table),
            "retained": int((table["retained"] == 1).sum()),
            "churned": int((table["retained"] == 0).sum()),
        }
        for name, table in steps.items()
    }
    table = pd.DataFrame(rows).T
    table["retention_rate"] = table["retained"] / (table["retained"] + table["churned"])
    return table

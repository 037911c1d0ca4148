"""The fitted model as a small JSON file: all that scoring needs, and nothing about any customer."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from erfm.customers.cells import nearest
from erfm.customers.files import explained, write_text
from erfm.logistic import CONSTANT, LogisticFit
from erfm.study import (
    ROLES,
    Design,
    Format,
    Predictor,
    Study,
    StudyError,
    design_matrix,
    make_design,
)

FORMAT = "erfm model, version 2"
OUTCOME = "1 = retained, 0 = churned; coefficients are those of the logit of P(retained)"
RISK_QUANTILES = (0.5, 0.8)
VALUE_QUANTILES = (1 / 3, 2 / 3)
SEEN = ["minimum", "maximum", "standard_deviation"]
SAVE_AGAIN = "Save the model again: `python -m erfm fit --study STUDY --output MODEL.json`."


def run_date(study: Study | None = None) -> str:
    """Return the day of this run as YYYY-MM-DD.

    A study whose pages must be the same whenever they are made gives it as ``run_date``. Otherwise
    it is today, or the day of the seconds since 1970 in $SOURCE_DATE_EPOCH, by which builds that
    are to be repeatable agree on a date (reproducible-builds.org), in UTC.

    Raises
    ------
    StudyError
        $SOURCE_DATE_EPOCH is no number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if study is not None and study.run_date:
        return study.run_date
    if not epoch:
        return date.today().isoformat()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):
        raise StudyError(
            f"$SOURCE_DATE_EPOCH is {epoch!r}; it must be a number of seconds since 1970, or unset."
        ) from None


@dataclass(frozen=True)
class SavedModel:
    """A fitted logistic regression with what is needed to apply it to other customers.

    Attributes
    ----------
    study, title : str
        Name and title of the study that it was fitted on.
    simulated : bool
        Whether that study's customers are simulated.
    date : str
        When it was fitted, as YYYY-MM-DD.
    customers, churned : int
        Size of the model-building sample, and how many of it churned.
    id_column, outcome_column, sample_column : str
        Columns of a customers' file ("" for none).
    format : Format
        How a customers' file is written.
    predictors : dict of str to Predictor
        Those in the equation and the one with the role "amount", with columns, units and coding.
    terms : tuple of str
        The predictors in the equation.
    parameters : Series
        The coefficients B on the logit of P(retained), the constant first.
    covariance : DataFrame
        Their covariance.
    means : Series
        Mean of each design column in the model-building sample: the average customer.
    seen : DataFrame
        minimum, maximum and standard_deviation of each number in the model-building sample.
    risk_limits : tuple of float
        The P(churned) exceeded by half and by a fifth of the model-building sample.
    value_limits : tuple of float
        The terciles of the amount in the model-building sample; empty without an amount.
    versions : dict of str to str
        The software that fitted it.
    """

    study: str
    title: str
    simulated: bool
    date: str
    customers: int
    churned: int
    id_column: str
    outcome_column: str
    sample_column: str
    format: Format
    predictors: dict[str, Predictor]
    terms: tuple[str, ...]
    parameters: pd.Series
    covariance: pd.DataFrame
    means: pd.Series
    seen: pd.DataFrame
    risk_limits: tuple[float, float]
    value_limits: tuple[float, ...]
    versions: dict[str, str]

    @cached_property
    def design(self) -> Design:
        """What the columns of the equation's design matrix stand for."""
        return make_design(self.predictors, self.terms)

    @property
    def amount(self) -> Predictor | None:
        """The predictor with the role "amount", or None."""
        return next((p for p in self.predictors.values() if p.role == "amount"), None)

    @property
    def provenance(self) -> str:
        """The study and the date that a list of scores goes back to."""
        simulated = " (simulated customers)" if self.simulated else ""
        return f"{self.study}{simulated}, fitted {self.date}"


@dataclass(frozen=True)
class FittedOn:
    """What a model keeps of the customers that it was estimated on; of no single one.

    Attributes
    ----------
    churned : int
    means : Series
        Of the equation's design columns.
    seen : DataFrame
        minimum, maximum and standard_deviation of each number among `kept_predictors`.
    risk_limits, value_limits : tuple of float
        The `RISK_QUANTILES` of P(churned) and the `VALUE_QUANTILES` of the amount; () without one.
    """

    churned: int
    means: pd.Series
    seen: pd.DataFrame
    risk_limits: tuple[float, float]
    value_limits: tuple[float, ...]


def kept_predictors(study: Study, fit: LogisticFit) -> list[str]:
    """Return the predictors that a model keeps: the equation's, and the amount for its value."""
    amount = study.role("amount")
    return [n for n, p in study.predictors.items() if n in fit.terms or p == amount]


def has_amount(study: Study) -> Predictor | None:
    """Return the amount by which customers are valued, if a number is."""
    amount = study.role("amount")
    return None if amount is None or amount.levels else amount


def describe_model(study: Study, fit: LogisticFit, build: pd.DataFrame, date: str) -> SavedModel:
    """Return a fit with all that is needed to apply it to other customers.

    Parameters
    ----------
    study : Study
    fit : LogisticFit
    build : DataFrame
        The customers that `fit` was estimated on.
    date : str
        The day of the fit, as YYYY-MM-DD.

    Raises
    ------
    StudyError
        The equation has no predictor, so that every customer would have the same score.
    """
    names = [n for n in kept_predictors(study, fit) if not study.predictors[n].levels]
    numbers, amount = build[names], has_amount(study)
    medium, high = np.quantile(1 - fit.probabilities, RISK_QUANTILES)
    fitted_on = FittedOn(
        churned=int(fit.n - fit.outcome.sum()),
        means=design_matrix(study, build, list(fit.terms)).mean(),
        seen=pd.DataFrame([numbers.min(), numbers.max(), numbers.std()], index=SEEN).T,
        risk_limits=(float(medium), float(high)),
        value_limits=tuple(map(float, build[amount.name].quantile(list(VALUE_QUANTILES))))
        if amount
        else (),
    )
    return model_of(study, fit, fitted_on, date)


def model_of(study: Study, fit: LogisticFit, fitted_on: FittedOn, date: str) -> SavedModel:
    """Return a fit and what it keeps of its customers as a model; see `describe_model`."""
    if not fit.terms:
        raise StudyError(
            f"{study.file}: no predictor enters the equation at entry_p {study.entry_p}, so all "
            f"customers would score alike. Use more customers or other predictors in "
            f"{study.path.name}."
        )
    return SavedModel(
        study=study.name,
        title=study.title,
        simulated=study.simulated,
        date=date,
        customers=fit.n,
        churned=fitted_on.churned,
        id_column=study.id_column,
        outcome_column=study.outcome_column,
        sample_column=study.sample_column,
        format=study.format,
        predictors={name: study.predictors[name] for name in kept_predictors(study, fit)},
        terms=tuple(fit.terms),
        parameters=fit.parameters,
        covariance=fit.covariance,
        means=fitted_on.means,
        seen=fitted_on.seen,
        risk_limits=fitted_on.risk_limits,
        value_limits=fitted_on.value_limits,
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in ("erfm", "numpy", "pandas", "statsmodels")},
        },
    )


Probability = Annotated[float, Field(ge=0, le=1)]


class _Part(BaseModel):
    """A part of the file: each field of the type stated, no other fields, no number missing."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class _Seen(_Part):
    minimum: float
    maximum: float
    standard_deviation: Annotated[float, Field(gt=0)]


class _File(_Part):
    """The file as it is written, in this order, before its digest."""

    format: str
    outcome: str
    study: str
    title: str
    simulated: bool
    date: Annotated[str, Field(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    customers: int
    churned: int
    id_column: str
    outcome_column: str
    sample_column: str
    customers_file: Format
    predictors: dict[str, Predictor]
    terms: list[str]
    coefficients: dict[str, float]
    covariance: dict[str, dict[str, float]]
    means: dict[str, float]
    seen: dict[str, _Seen]
    risk_limits: tuple[Probability, Probability]
    value_limits: tuple[float, float] | None
    versions: dict[str, str]


def save_model(model: SavedModel, path: Path) -> None:
    """Write a model as JSON; every number is written so that it is read back exactly.

    The file ends with a digest of all that comes before.
    """
    content = {
        "format": FORMAT,
        "outcome": OUTCOME,
        "study": model.study,
        "title": model.title,
        "simulated": model.simulated,
        "date": model.date,
        "customers": model.customers,
        "churned": model.churned,
        "id_column": model.id_column,
        "outcome_column": model.outcome_column,
        "sample_column": model.sample_column,
        "customers_file": asdict(model.format),
        "predictors": {name: asdict(predictor) for name, predictor in model.predictors.items()},
        "terms": model.terms,
        "coefficients": model.parameters.to_dict(),
        "covariance": model.covariance.to_dict(orient="index"),
        "means": model.means.to_dict(),
        "seen": model.seen.to_dict(orient="index"),
        "risk_limits": model.risk_limits,
        "value_limits": model.value_limits or None,
        "versions": model.versions,
    }
    content["sha256"] = _digest(content)
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    write_text(path, text + "\n")


def _digest(content: dict[str, Any]) -> str:
    """Return the digest of a file's content, whatever space is between its parts."""
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def load_model(path: Path, study: Study | None = None) -> SavedModel:
    """Read a model that `save_model` wrote.

    Parameters
    ----------
    path : Path
    study : Study, optional
        A study whose coding of the predictors must be that of the model.

    Raises
    ------
    StudyError
        No such file, not JSON, another version of the format, a content that is not what was saved,
        parts that are missing, of another type or contradict one another, or a coding that is not
        the study's; the message names the file and the part.
    """
    content, intact = _read(path)
    if content.get("format") != FORMAT:
        raise StudyError(
            f"{path}: the file says format {content.get('format')!r}, and this program reads "
            f"{FORMAT!r}. {SAVE_AGAIN}"
        )
    if not intact:
        raise StudyError(
            f"{path}: the content is not what was saved; the file was altered or damaged, and is "
            f"not used. {SAVE_AGAIN}"
        )
    try:
        file = _File.model_validate_json(json.dumps(content))
    except ValidationError as errors:
        first = errors.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise StudyError(
            f"{path}: '{where}' is not as a model is saved: {first['msg']}. {SAVE_AGAIN}"
        ) from None
    model = _model(file)
    _check_parts(path, file, model)
    if study is not None:
        _check_coding(path, model, study)
    return model


def _read(path: Path) -> tuple[dict[str, Any], bool]:
    """Return the content of a model file, and whether it is what was saved."""
    with explained(path):
        if not path.exists():
            raise StudyError(f"{path}: no such file. Save a model first, or name its study.")
        written = path.read_bytes()
    try:
        content = json.loads(written.decode("utf-8"), parse_constant=_no_number)
        digest = content.pop("sha256", None)
        return content, digest == _digest(content)
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise StudyError(f"{path}: not a model saved as JSON. {SAVE_AGAIN}") from None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _model(file: _File) -> SavedModel:
    return SavedModel(
        **{
            key: getattr(file, key)
            for key in (
                "study", "title", "simulated", "date", "customers", "churned", "id_column",
                "outcome_column", "sample_column", "predictors", "risk_limits", "versions",
            )
        },
        format=file.customers_file,
        terms=tuple(file.terms),
        parameters=pd.Series(file.coefficients, dtype=float),
        covariance=pd.DataFrame.from_dict(file.covariance, orient="index", dtype=float),
        means=pd.Series(file.means, dtype=float),
        seen=pd.DataFrame({name: dict(seen) for name, seen in file.seen.items()}, index=SEEN).T,
        value_limits=file.value_limits or (),
    )  # fmt: skip


def _check_parts(path: Path, file: _File, model: SavedModel) -> None:
    """Raise if the parts of a model file do not fit one another."""

    def check(holds: bool, problem: str) -> None:
        if not holds:
            raise StudyError(f"{path}: {problem}. {SAVE_AGAIN}")

    check(file.outcome == OUTCOME, "'outcome' is coded otherwise")
    check(0 < model.churned < model.customers, "'customers' and 'churned' contradict each other")
    form = model.format
    marks = [form.separator, form.decimal or ".", form.thousands or " "]
    check([len(mark) for mark in marks] == [1, 1, 1], "a mark of 'customers_file' is no character")
    check(form.header >= 0, "'customers_file.header' is no row")
    for name, predictor in model.predictors.items():
        where = f"'predictors.{name}'"
        check(predictor.name == name, f"{where} has another name, '{predictor.name}'")
        check(predictor.sign in ("", "+", "-"), f"{where} has no sign '{predictor.sign}'")
        check(predictor.role in ("", *ROLES), f"{where} has no role '{predictor.role}'")
        distinct = len(set(predictor.levels))
        check(distinct == len(predictor.levels) != 1, f"{where} needs different levels, or none")
        codes = len(set(predictor.codes))
        check(
            codes == len(predictor.codes) and codes in (0, distinct),
            f"{where} needs a different code for each level, or none",
        )
    check(set(model.terms) <= set(model.predictors), "'terms' names a variable without coding")
    check(0 < len(set(model.terms)) == len(model.terms), "'terms' are none, or twice the same")
    columns = list(model.design.columns)
    names = [CONSTANT, *columns]
    check(
        list(model.parameters.index) == names,
        f"'coefficients' are not those of the coding ({', '.join(names)})",
    )
    check(list(model.means.index) == columns, "'means' are not those of the coding")
    rows = [list(file.covariance), *(list(row) for row in file.covariance.values())]
    check(all(row == names for row in rows), "'covariance' is not that of the coefficients")
    check(_is_covariance(model.covariance.to_numpy()), "'covariance' is not that of any estimate")
    numbers = [name for name, predictor in model.predictors.items() if not predictor.levels]
    check(list(model.seen.index) == numbers, "'seen' does not describe each number")
    check(bool((model.seen["minimum"] < model.seen["maximum"]).all()), "'seen' is not a range")
    has_values = model.amount is not None and not model.amount.levels
    check(has_values == bool(model.value_limits), "'value_limits' do not fit the amount")
    for key, limits in (("risk", model.risk_limits), ("value", model.value_limits)):
        check(list(limits) == sorted(limits), f"'{key}_limits' are not in ascending order")


def _is_covariance(matrix: np.ndarray) -> bool:
    """Whether a matrix is symmetric and, but for rounding, positive semidefinite."""
    variances = np.diag(matrix)
    if (variances <= 0).any():
        return False
    correlation = matrix / np.sqrt(np.outer(variances, variances))
    symmetric = np.abs(correlation - correlation.T).max() < 1e-6
    return bool(symmetric and np.linalg.eigvalsh(correlation).min() > -1e-6)


def _check_coding(path: Path, model: SavedModel, study: Study) -> None:
    """Raise if the study codes a variable of the model otherwise than the model does."""
    for name, predictor in model.predictors.items():
        if name not in study.predictors:
            raise StudyError(
                f"{path}: the model needs '{name}', which {study.path.name} does not have. "
                f"{nearest(name, study.predictors)} Use the study that the model was fitted on "
                f"({model.study}), or fit the model again."
            )
        for key in ("column", "unit", "levels", "codes"):
            ours, theirs = getattr(predictor, key), getattr(study.predictors[name], key)
            if ours != theirs:
                raise StudyError(
                    f"{path}: the {key} of '{name}' is {_shown(ours)} in the model and "
                    f"{_shown(theirs)} in {study.path.name}. Fit the model again with this study."
                )


def _shown(value: str | tuple[str, ...]) -> str:
    return repr(value) if isinstance(value, str) else f"({', '.join(value)})"

"""The fitted model as a small JSON file: all that scoring needs, and nothing about any customer."""

from __future__ import annotations

import json
import math
import platform
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from erfm.logistic import CONSTANT, LogisticFit, design_columns, design_matrix
from erfm.reading import Format, StudyError, nearest
from erfm.study import Predictor, Study

FORMAT = "erfm model, version 1"
OUTCOME = "1 = retained, 0 = churned; coefficients are those of the logit of P(retained)"
RISK_QUANTILES = (0.5, 0.8)
VALUE_QUANTILES = (1 / 3, 2 / 3)
SEEN = ["minimum", "maximum", "standard_deviation"]


@dataclass(frozen=True)
class Model:
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

    @property
    def amount(self) -> Predictor | None:
        """The predictor with the role "amount", or None."""
        return next((p for p in self.predictors.values() if p.role == "amount"), None)

    @property
    def provenance(self) -> str:
        """The study and the date that a list of scores goes back to."""
        simulated = " (simulated customers)" if self.simulated else ""
        return f"{self.study}{simulated}, fitted {self.date}"


def describe_model(study: Study, fit: LogisticFit, build: pd.DataFrame, date: str) -> Model:
    """Return a fit with all that is needed to apply it to other customers.

    Parameters
    ----------
    study : Study
    fit : LogisticFit
    build : DataFrame
        The customers that `fit` was estimated on.
    date : str
        The day of the fit, as YYYY-MM-DD.
    """
    amount = study.role("amount")
    names = [
        name for name in study.predictors if name in fit.terms or study.predictors[name] == amount
    ]
    numbers = build[[name for name in names if not study.predictors[name].levels]]
    has_amount = amount is not None and not amount.levels
    limits = build[amount.name].quantile(list(VALUE_QUANTILES)) if has_amount else ()
    return Model(
        study=study.name,
        title=study.title,
        simulated=study.simulated,
        date=date,
        customers=fit.n,
        churned=int(fit.n - fit.outcome.sum()),
        id_column=study.id_column,
        outcome_column=study.outcome_column,
        sample_column=study.sample_column,
        format=study.format,
        predictors={name: study.predictors[name] for name in names},
        terms=tuple(fit.terms),
        parameters=fit.parameters,
        covariance=fit.covariance,
        means=design_matrix(study, build, list(fit.terms)).mean(),
        seen=pd.DataFrame([numbers.min(), numbers.max(), numbers.std()], index=SEEN).T,
        risk_limits=tuple(float(q) for q in np.quantile(1 - fit.probabilities, RISK_QUANTILES)),
        value_limits=tuple(float(limit) for limit in limits),
        versions={
            "python": platform.python_version(),
            **{name: version(name) for name in ("erfm", "numpy", "pandas", "statsmodels")},
        },
    )


def save_model(model: Model, path: Path) -> None:
    """Write a model as JSON; every number is written so that it is read back exactly."""
    content = {
        "format": FORMAT,
        "outcome": OUTCOME,
        "study": model.study,
        "title": model.title,
        "simulated": model.simulated,
        "date": model.date,
        "customers": model.customers,
        "churned": model.churned,
        "file": {
            "id_column": model.id_column,
            "outcome_column": model.outcome_column,
            "sample_column": model.sample_column,
            **asdict(model.format),
        },
        "predictors": {
            name: {
                key: value for key, value in asdict(predictor).items() if key != "name" and value
            }
            for name, predictor in model.predictors.items()
        },
        "terms": model.terms,
        "coefficients": model.parameters.to_dict(),
        "covariance": model.covariance.to_dict(orient="index"),
        "means": model.means.to_dict(),
        "seen": model.seen.to_dict(orient="index"),
        "risk_limits": model.risk_limits,
        "value_limits": model.value_limits,
        "versions": model.versions,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def load_model(path: Path, study: Study | None = None) -> Model:
    """Read a model that `save_model` wrote.

    Parameters
    ----------
    path : Path
    study : Study, optional
        A study whose coding of the predictors must be that of the model.

    Raises
    ------
    StudyError
        No such file, not JSON, another version of the format, parts that are missing or contradict
        one another, or a coding that is not the study's; the message names the file and the part.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    except FileNotFoundError:
        raise StudyError(f"{path}: no such file. Save a model first, or name its study.") from None
    except ValueError:
        raise StudyError(f"{path}: not a model saved as JSON. Save the model again.") from None
    written = content.get("format") if isinstance(content, dict) else None
    if written != FORMAT:
        raise StudyError(
            f"{path}: the file says format {written!r}, and this program reads {FORMAT!r}. Fit and "
            "save the model again with this version."
        )
    try:
        model = _model(content)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StudyError(
            f"{path}: the model is incomplete or was altered ({type(error).__name__}: {error}). "
            "Save it again."
        ) from None
    _check_parts(path, model)
    if study is not None:
        _check_coding(path, model, study)
    return model


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")


def _model(content: dict[str, Any]) -> Model:
    file = content["file"]
    given = {f.name: file[f.name] for f in fields(Format)}
    predictors = {
        name: Predictor(name=name, **{**described, "levels": tuple(described.get("levels", ()))})
        for name, described in content["predictors"].items()
    }
    return Model(
        **{key: str(content[key]) for key in ("study", "title", "date")},
        simulated=bool(content["simulated"]),
        customers=int(content["customers"]),
        churned=int(content["churned"]),
        **{key: str(file[key]) for key in ("id_column", "outcome_column", "sample_column")},
        format=Format(**{**given, "missing": tuple(given["missing"])}),
        predictors=predictors,
        terms=tuple(content["terms"]),
        parameters=pd.Series(content["coefficients"], dtype=float),
        covariance=pd.DataFrame.from_dict(content["covariance"], orient="index", dtype=float),
        means=pd.Series(content["means"], dtype=float),
        seen=pd.DataFrame.from_dict(content["seen"], orient="index", dtype=float).reindex(
            columns=SEEN
        ),
        risk_limits=tuple(float(limit) for limit in content["risk_limits"]),
        value_limits=tuple(float(limit) for limit in content["value_limits"]),
        versions=dict(content["versions"]),
    )


def _check_parts(path: Path, model: Model) -> None:
    """Raise if the parts of a model file, edited by hand perhaps, do not fit one another."""

    def check(holds: bool, problem: str) -> None:
        if not holds:
            raise StudyError(f"{path}: {problem}. The file was altered: save the model again.")

    check(set(model.terms) <= set(model.predictors), "'terms' names a variable without coding")
    columns = [c for group in design_columns(model, list(model.terms)).values() for c in group]
    names = [CONSTANT, *columns]
    check(
        list(model.parameters.index) == names,
        f"'coefficients' are not those of the coding ({', '.join(names)})",
    )
    check(list(model.means.index) == columns, "'means' are not those of the coding")
    covariance = model.covariance
    check(
        list(covariance.index) == names and list(covariance.columns) == names,
        "'covariance' is not that of the coefficients",
    )
    numbers = [name for name, predictor in model.predictors.items() if not predictor.levels]
    check(list(model.seen.index) == numbers, "'seen' does not describe each number")
    values = [
        model.parameters,
        model.means,
        covariance.to_numpy().ravel(),
        model.seen.to_numpy().ravel(),
    ]
    finite = all(math.isfinite(value) for part in values for value in part)
    check(finite, "a number is missing")
    check(_is_covariance(covariance.to_numpy()), "'covariance' is not that of any estimate")
    check(len(model.risk_limits) == 2, "'risk_limits' are not two numbers")
    check(
        len(model.value_limits) == (2 if model.amount and not model.amount.levels else 0),
        "'value_limits' are not two numbers",
    )


def _is_covariance(matrix: np.ndarray) -> bool:
    """Whether a matrix is symmetric and, but for rounding, positive semidefinite."""
    variances = np.diag(matrix)
    if (variances <= 0).any():
        return False
    correlation = matrix / np.sqrt(np.outer(variances, variances))
    symmetric = np.abs(correlation - correlation.T).max() < 1e-6
    return bool(symmetric and np.linalg.eigvalsh(correlation).min() > -1e-6)


def _check_coding(path: Path, model: Model, study: Study) -> None:
    """Raise if the study codes a variable of the model otherwise than the model does."""
    for name, predictor in model.predictors.items():
        if name not in study.predictors:
            raise StudyError(
                f"{path}: the model needs '{name}', which {study.path.name} does not have. "
                f"{nearest(name, study.predictors)} Use the study that the model was fitted on "
                f"({model.study}), or fit the model again."
            )
        for key in ("column", "unit", "levels"):
            ours, theirs = getattr(predictor, key), getattr(study.predictors[name], key)
            if ours != theirs:
                raise StudyError(
                    f"{path}: the {key} of '{name}' is {_shown(ours)} in the model and "
                    f"{_shown(theirs)} in {study.path.name}. Fit the model again with this study."
                )


def _shown(value: str | tuple[str, ...]) -> str:
    return repr(value) if isinstance(value, str) else f"({', '.join(value)})"

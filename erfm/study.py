"""A study: where the customers are, which column plays which role, and how the sample is split."""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from erfm.charsets import is_encoding
from erfm.files import explained, slug
from erfm.reading import (
    Format,
    StudyError,
    nearest,
    read_table,
    show_rows,
    to_labels,
    to_numbers,
    to_text,
    to_texts,
)

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
ROLES = ("recency", "frequency", "amount", "has_child", "gender", "age")
EVENTS_PER_VARIABLE = 5
LONGEST_NAME = 100
# Names in build/ that are not for a study: the students' copies and the devices of Windows.
RESERVED = {"student", "con", "prn", "aux", "nul"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in range(10)
}

__all__ = [
    "Predictor", "Samples", "Study", "StudyError", "design_columns", "design_matrix",
    "load_customers", "load_study", "sample_path", "split_samples",
]  # fmt: skip


@dataclass(frozen=True)
class Predictor:
    """One explanatory variable of a study.

    Attributes
    ----------
    name : str
        Its name in the tables and in the customers table.
    column : str
        Its column in the customers' file.
    label, unit : str
        What a reader sees, e.g. "Recency" and "days".
    sign : str
        Hypothesised sign of its coefficient on P(retained): "+", "-" or "" for none.
    role : str
        One of `ROLES`, or "" for a variable outside extended RFM.
    levels : tuple of str
        The levels of a categorical variable, the reference level first; empty for a number.
    """

    name: str
    column: str
    label: str
    unit: str = ""
    sign: str = ""
    role: str = ""
    levels: tuple[str, ...] = ()

    @property
    def categorical(self) -> bool:
        return bool(self.levels)

    @property
    def reference(self) -> str:
        return self.levels[0] if self.levels else ""

    @property
    def axis_label(self) -> str:
        """The label with its unit, as an axis of a figure shows it."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


@dataclass(frozen=True)
class Study:
    """A study file, read and checked. Outcome coding everywhere: 1 = retained, 0 = churned."""

    name: str
    path: Path
    title: str
    description: str
    source: str
    simulated: bool
    published: bool
    file: Path
    format: Format
    id_column: str
    outcome_column: str
    retained: str
    churned: str
    predictors: dict[str, Predictor]
    sample_column: str
    build: str
    holdout: str
    holdout_size: float
    seed: int
    entry_p: float
    removal_p: float
    cutoff: float
    fingerprint: dict[str, dict[str, Any]] = field(repr=False)

    @property
    def location(self) -> Path:
        """The study file, however its path is spelt.

        A link to a study file stays itself: its customers are looked for beside the link.
        """
        return self.path.parent.resolve() / self.path.name

    @property
    def shipped(self) -> bool:
        """Whether the study lies in ``data/`` and is known by its name alone."""
        plain = re.fullmatch("[a-z0-9_]+", self.name) and self.name not in RESERVED
        return bool(plain) and self.location.parent == DATA.resolve()

    @property
    def reference(self) -> str:
        """What `load_study` finds the study by from any folder: its name or its whole path."""
        return self.name if self.shipped else str(self.location)

    @property
    def folder_name(self) -> str:
        """The name of the study's own folder in ``build/``, which no other study has.

        A shipped study's name; for any other study file, what is harmless in its name with a digest
        of its path.
        """
        if self.shipped:
            return self.name
        digest = hashlib.sha256(os.fsencode(self.location)).hexdigest()[:8]
        return f"{slug(self.name) or 'study'}_{digest}"

    @property
    def file_columns(self) -> list[str]:
        """The columns of the customers' file that are used."""
        columns = [self.id_column, *(p.column for p in self.predictors.values())]
        return [c for c in [*columns, self.outcome_column, self.sample_column] if c]

    def file_column(self, name: str) -> str:
        """Return the column of the customers' file that a column of the customers table is from."""
        others = {
            "customer_id": self.id_column,
            "retained": self.outcome_column,
            "sample": self.sample_column,
        }
        return others[name] if name in others else self.predictors[name].column

    def label(self, column: str) -> str:
        """Return the label of a predictor or design column, e.g. "Gender (male)"."""
        if column in self.predictors:
            return self.predictors[column].label
        name, _, level = column.partition("(")
        return f"{self.predictors[name].label} ({level}" if name in self.predictors else column

    def role(self, role: str) -> Predictor | None:
        """Return the predictor that plays `role`, or None."""
        return next((p for p in self.predictors.values() if p.role == role), None)


@dataclass(frozen=True)
class Samples:
    """The complete cases of a study and their two parts, each a customers table."""

    complete: pd.DataFrame
    build: pd.DataFrame
    holdout: pd.DataFrame
    warnings: tuple[str, ...] = ()


# --- The study file -------------------------------------------------------------------------------

_KEYS = {
    "": {"title", "description", "source", "simulated", "published", "data", "outcome",
         "predictors", "sample", "stepwise", "classification"},
    "data": {"file", "id", "encoding", "separator", "decimal", "thousands", "missing", "sheet",
             "header", "fingerprint"},
    "outcome": {"column", "retained", "churned"},
    "sample": {"column", "build", "holdout", "holdout_size", "seed"},
    "stepwise": {"entry_p", "removal_p"},
    "classification": {"cutoff"},
}  # fmt: skip
_NO_MARKS = '"\r\n\0\\0123456789+-eE'
_PREDICTOR_KEYS = {"column", "label", "unit", "sign", "role", "levels"}


def load_study(study: str | Path) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    study : str or Path
        The name of a study in ``data/`` ("reconstruction") or the path of a TOML file.

    Raises
    ------
    StudyError
        No such study (with the nearest name), TOML that cannot be read, an unknown or missing key,
        a value out of its range; the message names the file, the key and the remedy.
    """
    path = Path(study) if str(study).endswith(".toml") else DATA / f"{study}.toml"
    with explained(path):
        exists = path.is_file()
    if not exists:
        shipped = [p.stem for p in sorted(DATA.glob("*.toml"))]
        beside = [str(p) for p in sorted(path.parent.glob("*.toml")) if path.parent != DATA]
        raise StudyError(
            f"{study}: no such study. {nearest(study, [*beside, *shipped])} A study is a name in "
            "data/ or the path of a TOML file; `python -m erfm new customers.csv` drafts one."
        )
    try:
        with explained(path):
            text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(f"{path}: not in UTF-8: {error}. Save the file as UTF-8.") from None
    return parse_study(text, path)


def parse_study(text: str, path: Path) -> Study:
    """Return the study that the TOML `text` describes, as if it were read from `path`."""
    try:
        return _Sections(path, tomllib.loads(text)).study()
    except StudyError:
        raise
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not a TOML file: {error}. Correct that line.") from None
    except RecursionError:
        raise StudyError(
            f"{path}: brackets or tables are nested too deeply. A study needs two levels."
        ) from None
    except (ValueError, OverflowError):
        raise StudyError(
            f"{path}: a number has too many digits. Write one of ordinary size."
        ) from None


@dataclass(frozen=True)
class _Sections:
    """The parsed TOML of one file, and the errors that its reader can make."""

    path: Path
    content: dict[str, Any]

    def error(self, message: str) -> StudyError:
        return StudyError(f"{self.path}: {message}")

    def section(self, name: str) -> dict[str, Any]:
        table = self.table(self.content, name, "the file") if name else self.content
        self.check_keys(table, _KEYS[name], f"[{name}]" if name else "the top of the file")
        return table

    def table(self, parent: dict[str, Any], key: str, where: str) -> dict[str, Any]:
        table = parent.get(key, {})
        if not isinstance(table, dict):
            raise self.error(f"'{key}' in {where} must be a table, with keys of its own below it.")
        return table

    def texts(self, parent: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
        texts = parent.get(key, [])
        if not isinstance(texts, list):
            raise self.error(f'\'{key}\' in {where} must be a list: write {key} = ["…", "…"].')
        return tuple(self.plain(text, f"a value of '{key}' in {where}") for text in texts)

    def plain(self, value: Any, what: str) -> str:
        """Return a text, a number, a truth value or a date as text; refuse lists and tables."""
        if isinstance(value, list | dict):
            raise self.error(f"{what} is a list or a table; write one text or number.")
        return to_text(value)

    def text(self, table: dict[str, Any], key: str, where: str, default: str | None = None) -> str:
        """Return a text; where there is no default, the key is needed and must not be empty."""
        value = self.need(table, key, where) if default is None else table.get(key, default)
        text = self.plain(value, f"'{key}' in {where}")
        if key in table and not text and (default is None or default):
            raise self.error(f"'{key}' in {where} is empty. Give a value, or remove the key.")
        return text

    def check_keys(self, table: dict[str, Any], allowed: set[str], where: str) -> None:
        for key in table:
            if key not in allowed:
                raise self.error(f"unknown key '{key}' in {where}. {nearest(key, sorted(allowed))}")

    def need(self, table: dict[str, Any], key: str, where: str) -> Any:
        if key not in table:
            raise self.error(f"'{key}' is missing in {where}. Add it.")
        return table[key]

    def number(self, table: dict[str, Any], key: str, default: float, where: str) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
            raise self.error(f"'{key}' in {where} is {value!r}; it must be between 0 and 1.")
        return float(value)

    def study(self) -> Study:
        top, data, outcome = self.section(""), self.section("data"), self.section("outcome")
        sample, stepwise = self.section("sample"), self.section("stepwise")
        entry_p = self.number(stepwise, "entry_p", 0.05, "[stepwise]")
        removal_p = self.number(stepwise, "removal_p", 0.10, "[stepwise]")
        if removal_p < entry_p:
            raise self.error(
                f"removal_p {removal_p} is below entry_p {entry_p}: a variable could enter and "
                "leave for ever. Make removal_p the larger one."
            )
        study = Study(
            name=self.path.stem,
            path=self.path,
            title=self.text(top, "title", "the top of the file"),
            description=self.text(top, "description", "the top of the file", ""),
            source=self.text(top, "source", "the top of the file", ""),
            simulated=self.flag(top, "simulated"),
            published=self.flag(top, "published"),
            file=self.path.parent / self.text(data, "file", "[data]"),
            format=self.format(data),
            id_column=self.text(data, "id", "[data]", ""),
            outcome_column=self.text(outcome, "column", "[outcome]"),
            retained=self.text(outcome, "retained", "[outcome]"),
            churned=self.text(outcome, "churned", "[outcome]"),
            predictors=self.predictors(),
            sample_column=self.text(sample, "column", "[sample]", ""),
            build=self.text(sample, "build", "[sample]", "build"),
            holdout=self.text(sample, "holdout", "[sample]", "holdout"),
            holdout_size=self.holdout_size(sample),
            seed=self.seed(sample),
            entry_p=entry_p,
            removal_p=removal_p,
            cutoff=self.number(self.section("classification"), "cutoff", 0.5, "[classification]"),
            fingerprint=self.table(data, "fingerprint", "[data]"),
        )
        return self.check_roles(study)

    def check_roles(self, study: Study) -> Study:
        """Return the study if no column has two roles and no label two meanings."""
        columns = study.file_columns
        for column in columns:
            if columns.count(column) > 1:
                raise self.error(f"column '{column}' is named twice. Give each column one role.")
        for one, other, where in (
            (study.retained, study.churned, "'retained' and 'churned' in [outcome]"),
            (study.build, study.holdout, "'build' and 'holdout' in [sample]"),
        ):
            if one == other:
                raise self.error(f"{where} are both {one!r}. Name two different values.")
        labels = {study.retained, study.churned, study.build, study.holdout}
        labels.update(*(p.levels for p in study.predictors.values()))
        for text in study.format.missing:
            if text in labels:
                raise self.error(
                    f"{text!r} is both a label and a text that means no value. Leave it out of "
                    "'missing' in [data], e.g. missing = []."
                )
        names = {
            "customer_id",
            "retained",
            *study.predictors,
            *(["sample"] * bool(study.sample_column)),
        }
        for name, column in study.fingerprint.items():
            if name not in names or not isinstance(column, dict) or "digest" not in column:
                raise self.error(
                    f"'{name}' in [data.fingerprint] is no column of the customers table with a "
                    f"digest. {nearest(name, sorted(names))}"
                )
        return study

    def flag(self, table: dict[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.error(f"'{key}' is {value!r}; write true or false.")
        return value

    def format(self, data: dict[str, Any]) -> Format:
        given = {f.name: data[f.name] for f in fields(Format) if f.name in data}
        if "missing" in given:
            given["missing"] = self.texts(data, "missing", "[data]")
        form = Format(**given)
        for key in ("separator", "decimal", "thousands"):
            mark = getattr(form, key)
            single = isinstance(mark, str) and len(mark) == 1 and mark not in _NO_MARKS
            unused = mark == "" and (key == "thousands" or key not in data)
            if not single and not unused:
                raise self.error(f"'{key}' in [data] is {mark!r}; it must be one character.")
        if "thousands" in data and not form.decimal:
            form = replace(form, decimal=form.point)
        if form.decimal and form.decimal == form.thousands:
            raise self.error(f"'decimal' and 'thousands' in [data] are both {form.decimal!r}.")
        if not isinstance(form.encoding, str) or not is_encoding(form.encoding):
            raise self.error(
                f"'encoding' in [data] is {form.encoding!r}; there is no such encoding. Write e.g. "
                '"utf-8" or "gb18030".'
            )
        whole = isinstance(form.sheet, int) and not isinstance(form.sheet, bool)
        if not isinstance(form.sheet, str) and not (whole and form.sheet >= 0):
            raise self.error(f"'sheet' in [data] is {form.sheet!r}; give its name or number.")
        if isinstance(form.header, bool) or not isinstance(form.header, int) or form.header < 0:
            raise self.error(
                f"'header' in [data] is {form.header!r}; give the row that names the columns, from "
                "1."
            )
        return form

    def holdout_size(self, sample: dict[str, Any]) -> float:
        size = sample.get("holdout_size", 0.4)
        whole = isinstance(size, int) and not isinstance(size, bool) and size >= 1
        if not whole and not (isinstance(size, float) and 0 < size < 1):
            raise self.error(
                f"'holdout_size' in [sample] is {size!r}; give a number of customers or a share "
                "between 0 and 1."
            )
        return size

    def seed(self, sample: dict[str, Any]) -> int:
        seed = sample.get("seed", 0)
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise self.error(
                f"'seed' in [sample] is {seed!r}; it must be a whole number from 0 up."
            )
        return seed

    def predictors(self) -> dict[str, Predictor]:
        tables = self.content.get("predictors", {})
        if not isinstance(tables, dict) or not tables:
            raise self.error("there are no predictors. Add a table [predictors.NAME] for each.")
        predictors = {name: self.predictor(name, table) for name, table in tables.items()}
        roles = [p.role for p in predictors.values() if p.role]
        for role in roles:
            if roles.count(role) > 1:
                raise self.error(f"two predictors have the role '{role}'. Keep one of them.")
        return predictors

    def predictor(self, name: str, table: Any) -> Predictor:
        where = f"[predictors.{name}]"
        if not isinstance(table, dict):
            raise self.error(f"'predictors.{name}' must be a table: write {where}.")
        self.check_keys(table, _PREDICTOR_KEYS, where)
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise self.error(
                f"the name of {where} is empty, longer than {LONGEST_NAME} characters or has "
                "characters that cannot be shown. Rename it; 'column' may have any name."
            )
        if "(" in name:
            raise self.error(f"the name of {where} has a bracket. Rename it; 'label' may have one.")
        if name in ("customer_id", "retained", "sample", "Constant"):
            raise self.error(f"'{name}' in {where} is a name the tables use. Choose another.")
        sign = self.text(table, "sign", where, "")
        role = self.text(table, "role", where, name if name in ROLES else "")
        if sign not in ("", "+", "-"):
            raise self.error(f'\'sign\' in {where} is {sign!r}; write "+", "-" or leave it out.')
        if role and role not in ROLES:
            raise self.error(f"unknown role '{role}' in {where}. {nearest(role, ROLES)}")
        levels = self.texts(table, "levels", where)
        if "levels" in table and (len(levels) < 2 or len(set(levels)) < len(levels)):
            raise self.error(
                f"'levels' in {where} must name two or more different levels, the reference first."
            )
        return Predictor(
            name=name,
            column=self.text(table, "column", where, name),
            label=self.text(table, "label", where, name),
            unit=self.text(table, "unit", where, ""),
            sign=sign,
            role=role,
            levels=levels,
        )


# --- The customers --------------------------------------------------------------------------------


def load_customers(study: Study) -> pd.DataFrame:
    """Read, check and rename the customers of a study.

    Returns
    -------
    DataFrame
        One row a customer in the file's order, index = position in the file: ``customer_id``
        (text), one column a predictor (numbers as float, categories as text), ``retained`` (1 or
        0) and, if the study names a sample column, ``sample`` ("build", "holdout" or missing).
        Missing values stay missing.

    Raises
    ------
    StudyError
        One clear error with file, column, rows and remedy; see `read_table`, `to_numbers` and the
        checks of `customer_schema`.
    """
    try:
        table = read_table(study.file, study.format)
    except StudyError as error:
        if study.file.is_file() or not study.source:
            raise
        raise StudyError(f"{error} Its source: {' '.join(study.source.split())}") from None
    for column in study.file_columns:
        if column not in table:
            raise StudyError(
                f"{study.file}: there is no column '{column}', which {study.path.name} names. "
                f"{nearest(column, table.columns)}"
            )
    identifiers = (
        to_texts(table[study.id_column])
        if study.id_column
        else pd.Series(table.index + 1, index=table.index).astype("str")
    )
    columns = {"customer_id": identifiers}
    for predictor in study.predictors.values():
        values = table[predictor.column]
        where = f"{study.file}, column '{predictor.column}'"
        columns[predictor.name] = (
            to_labels(values, predictor.levels, study.format)
            if predictor.levels
            else to_numbers(values, study.format, where)
        )
    outcome = (study.retained, study.churned)
    columns["retained"] = to_labels(table[study.outcome_column], outcome, study.format)
    if study.sample_column:
        samples = (study.build, study.holdout)
        columns["sample"] = to_labels(table[study.sample_column], samples, study.format)
    customers = pd.DataFrame(columns, index=table.index)
    _validate(study, customers)
    codes = {study.retained: 1, study.churned: 0}
    customers["retained"] = customers["retained"].map(codes).astype("Int8")
    if study.sample_column:
        names = {study.build: "build", study.holdout: "holdout"}
        customers["sample"] = customers["sample"].map(names)
    _check_fingerprint(study, customers)
    return customers


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


def customer_schema(study: Study) -> pa.DataFrameSchema:
    """Return the pandera schema of a study's customers, before the outcome is coded 1 and 0.

    Each check's ``error`` is the remedy that a failing file is told.
    """

    def one_of(levels: tuple[str, ...], key: str) -> pa.Check:
        listed = ", ".join(repr(level) for level in levels)
        return pa.Check.isin(
            levels,
            error=f"values that {study.path.name} does not name ({key}: {listed}). Correct the "
            "values, or the study file",
        )

    unique = pa.Check(
        lambda ids: ~ids.duplicated(keep=False),
        error="customers listed more than once. Keep one row for each",
    )
    columns = {
        "customer_id": pa.Column(str, unique, nullable=False),
        "retained": pa.Column(
            str, one_of((study.retained, study.churned), "[outcome]"), nullable=True
        ),
    }
    if study.sample_column:
        columns["sample"] = pa.Column(
            str, one_of((study.build, study.holdout), "[sample]"), nullable=True
        )
    for name, predictor in study.predictors.items():
        check = one_of(predictor.levels, "levels") if predictor.levels else None
        columns[name] = pa.Column(str if predictor.levels else float, check, nullable=True)
    return pa.DataFrameSchema(columns)


def _validate(study: Study, customers: pd.DataFrame) -> None:
    try:
        customer_schema(study).validate(customers, lazy=True)
    except pa.errors.SchemaErrors as errors:
        failures = errors.failure_cases
        first = failures[(failures["column"] == failures["column"].iloc[0])]
        first = first[first["check"] == first["check"].iloc[0]]
        check, name = str(first["check"].iloc[0]), first["column"].iloc[0]
        problem = (
            "rows without a value. Give each customer one" if check == "not_nullable" else check
        )
        what, _, remedy = problem.partition(". ")
        rows = show_rows(first.set_index("index")["failure_case"])
        column = study.file_column(name)
        raise StudyError(f"{study.file}, column '{column}': {what}: {rows}. {remedy}.") from None


# --- The fingerprint of data that are not shipped -------------------------------------------------


def fingerprint(customers: pd.DataFrame) -> pd.DataFrame:
    """Return a digest and a short description of each column, independent of how a file is written.

    Rows are ordered by customer and numbers written in Python's shortest form, so that a copy saved
    again with other quoting, number formats or row order has the same fingerprint.
    """
    ids = canonical_identifiers(customers["customer_id"])
    ordered = customers.assign(customer_id=ids).sort_values("customer_id", kind="stable")
    return pd.DataFrame({name: _describe(ordered[name]) for name in ordered}).T


def _describe(values: pd.Series) -> dict[str, str]:
    canonical = "\n".join("" if pd.isna(v) else to_text(v) for v in values.tolist())
    digest = hashlib.sha256(canonical.encode()).hexdigest()[:16]
    if pd.api.types.is_float_dtype(values):
        return {
            "digest": digest,
            "distribution": f"mean {values.mean():.6g}, sd {values.std():.6g}",
        }
    counts = values.value_counts().sort_index()
    if len(counts) > 10:
        return {"digest": digest, "distribution": f"{len(counts)} different values"}
    listed = ", ".join(f"{count} {level}" for level, count in counts.items())
    return {"digest": digest, "distribution": listed}


def _check_fingerprint(study: Study, customers: pd.DataFrame) -> None:
    if not study.fingerprint:
        return
    found = fingerprint(customers)
    differing = []
    for name, expected in study.fingerprint.items():
        if found.loc[name, "digest"] != expected["digest"]:
            described, original = found.loc[name, "distribution"], expected.get("distribution", "")
            differing.append(
                f"column '{study.file_column(name)}' has "
                + (
                    f"the same distribution ({original}) over other customers"
                    if described == original
                    else f"{described} instead of {original}"
                )
            )
    if differing:
        raise StudyError(
            f"{study.file}: this is not the copy that {study.path.name} describes: "
            f"{'; '.join(differing)}. Altered copies circulate: get the file again from the source "
            "that the study names, or remove [data.fingerprint] to analyse this copy knowingly."
        )


# --- Complete cases and the split -----------------------------------------------------------------


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
    column, count = study.file_column(missing.index[0]), missing.iloc[0]
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
    size = study.holdout_size if study.holdout_size >= 1 else round(study.holdout_size * n)
    if size >= n:
        raise StudyError(
            f"{study.path}: 'holdout_size' is {size} but there are {n} complete customers. "
            "Give a smaller number or a share such as 0.4."
        )
    digests = [
        hashlib.sha256(f"{study.seed} {identifier}".encode()).digest()
        for identifier in canonical_identifiers(identifiers)
    ]
    in_holdout = np.zeros(n, dtype=bool)
    in_holdout[sorted(range(n), key=digests.__getitem__)[: int(size)]] = True
    return in_holdout


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
    dependence = linear_dependence(design_matrix(study, build))
    if dependence is not None:
        column, others = dependence
        labels = " and ".join(f"'{study.label(other)}'" for other in others)
        columns = ", ".join(f"'{_design_file_column(study, c)}'" for c in [column, *others])
        raise StudyError(
            f"{study.file}, columns {columns}: '{study.label(column)}' is a linear combination of "
            f"{labels} (perfect collinearity). Remove one of them from {study.path.name}."
        )


def _design_file_column(study: Study, column: str) -> str:
    return study.predictors[column.partition("(")[0]].column


def linear_dependence(design: pd.DataFrame) -> tuple[str, list[str]] | None:
    """Return the first column that others before it (and a constant) determine, and those others.

    Read off the triangle of a QR decomposition of the standardised columns: a diagonal element is
    the part of its column that the columns before it leave over. Columns must not be constant.
    """
    scaled = ((design - design.mean()) / design.std(ddof=0)).to_numpy()
    triangle = np.linalg.qr(scaled, mode="r")
    for j, column in enumerate(design.columns):
        own = abs(triangle[j, j]) if j < len(triangle) else 0.0
        if own < 1e-6 * np.linalg.norm(triangle[:, j]):
            weights, *_ = np.linalg.lstsq(triangle[:j, :j], triangle[:j, j], rcond=None)
            return column, [c for c, w in zip(design, weights, strict=False) if abs(w) > 1e-6]
    return None


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


def design_columns(study: Study, terms: list[str] | None = None) -> dict[str, tuple[str, ...]]:
    """Return the design columns of each term, e.g. {"gender": ("gender(male)",)}."""
    terms = list(study.predictors) if terms is None else terms
    columns = {}
    for term in terms:
        levels = study.predictors[term].levels
        columns[term] = tuple(f"{term}({level})" for level in levels[1:]) if levels else (term,)
    return columns


def design_matrix(
    study: Study, frame: pd.DataFrame, terms: list[str] | None = None
) -> pd.DataFrame:
    """Return the predictors as numbers: (n, number of design columns), without the constant.

    A categorical predictor becomes indicators of its levels but the reference level.
    """
    design = {}
    for term, columns in design_columns(study, terms).items():
        predictor = study.predictors[term]
        if not predictor.levels:
            design[term] = frame[term].astype(float)
            continue
        for column, level in zip(columns, predictor.levels[1:], strict=True):
            design[column] = (frame[term] == level).astype(float)
    return pd.DataFrame(design, index=frame.index)


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

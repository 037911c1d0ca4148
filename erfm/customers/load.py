"""The customers of a study, read, checked and renamed; and how a copy of them is known again."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from erfm.customers.cells import nearest, to_labels, to_numbers, to_texts
from erfm.customers.parquet_files import drawn_from, several_files
from erfm.customers.reading import read_table
from erfm.customers.toml_tables import read_toml
from erfm.formats import show_rows, to_text
from erfm.samples import canonical_identifiers
from erfm.study import Format, Predictor, Study, StudyError


def load_customers(study: Study) -> pd.DataFrame:
    """Read, check and rename the customers of a study.

    Returns
    -------
    DataFrame
        One row a customer in the file's order, index = position in the file: ``customer_id``
        (text), one column a predictor (numbers as float, categories as text), ``retained`` (1 or
        0) and, if the study names a sample column, ``sample`` ("build", "holdout" or missing).
        Missing values stay missing. Of more than a million customers in Parquet files it is a
        random sample: see `erfm.customers.drawing`.

    Raises
    ------
    StudyError
        One clear error with file, column, rows and remedy; see `read_columns` and the checks of
        `customer_schema`.
    """
    labels = {name: predictor.written for name, predictor in study.predictors.items()}
    labels |= {"retained": (study.retained, study.churned), "sample": (study.build, study.holdout)}
    try:
        table = _read(study)
        customers, _ = read_columns(
            study.file, study.format, study.columns, labels, f"{study.path.name} names", table
        )
    except StudyError as error:
        if not study.file.exists() and _from_transactions(study):
            raise StudyError(
                f"{study.file}: these customers were not measured yet. Run `python -m erfm "
                f"features --study {study.path}` first."
            ) from None
        if study.file.is_file() or not study.source:
            raise
        raise StudyError(f"{error} Its source: {' '.join(study.source.split())}") from None
    check_customers(study.file, customers, customer_schema(study), study.columns)
    customers = with_level_names(customers, study.predictors)
    codes = {study.retained: 1, study.churned: 0}
    customers["retained"] = customers["retained"].map(codes).astype("Int8")
    if study.sample_column:
        names = {study.build: "build", study.holdout: "holdout"}
        customers["sample"] = customers["sample"].map(names)
    _check_fingerprint(study, customers)
    return customers


def _from_transactions(study: Study) -> bool:
    """Return whether a study file says how its customers are measured from transactions."""
    return study.path.is_file() and "transactions" in tomllib.loads(read_toml(study.path))


def _read(study: Study) -> pd.DataFrame:
    """Read the customers' file, or draw customers of what does not fit in memory."""
    if several_files(study) or drawn_from(study):
        from erfm.customers.drawing import read_by_engine  # few studies need its engine

        return read_by_engine(study)
    return read_table(study.file, study.format)


def read_columns(
    path: Path,
    form: Format,
    columns: Mapping[str, str],
    labels: Mapping[str, Sequence[str]],
    who_needs: str,
    table: pd.DataFrame | None = None,
) -> tuple[pd.DataFrame, list[str]]:
    """Read and rename columns of a customers' file, for analysis and for scoring alike.

    Parameters
    ----------
    path, form
        The file and how it is written.
    columns : mapping of str to str
        For each column of the result the file's: ``customer_id`` first, "" for the rows' numbers.
    labels : mapping of str to sequence of str
        The values of those columns that hold categories; all others but ``customer_id`` hold
        numbers.
    who_needs : str
        Ends the sentence "There is no column 'x', which …".
    table : DataFrame, optional
        The file's content, where it was read before.

    Returns
    -------
    customers : DataFrame
        Text and float columns, index = position in the file; missing values stay missing.
    unused : list of str
        The file's other columns.

    Raises
    ------
    StudyError
        The file cannot be read or lacks a column; text among numbers.
    """
    table = read_table(path, form) if table is None else table
    unused = unused_columns(path, list(table), columns, who_needs)
    return take_columns(path, table, form, columns, labels), unused


def unused_columns(
    path: Path, found: Sequence[str], columns: Mapping[str, str], who_needs: str
) -> list[str]:
    """Return the columns of a file that are not needed; refuse a file that lacks one that is."""
    for column in columns.values():
        if column and column not in found:
            raise StudyError(
                f"{path}: there is no column '{column}', which {who_needs}. "
                f"{nearest(column, found)}"
            )
    return [column for column in found if column not in columns.values()]


def take_columns(
    path: Path,
    table: pd.DataFrame,
    form: Format,
    columns: Mapping[str, str],
    labels: Mapping[str, Sequence[str]],
    settled: bool = False,
) -> pd.DataFrame:
    """Return the columns of `read_columns` from a file's rows, or from some of them.

    `table` is as `read_table` gives it, index = position in the file. `settled` says that the
    file's other rows have told what a point in a number is.
    """
    marks = replace(form, decimal=form.point) if settled else form

    def read(name: str, column: str) -> pd.Series:
        if name == "customer_id":
            return to_texts(table[column] if column else pd.Series(table.index + 1, table.index))
        if labels.get(name):
            return to_labels(table[column], labels[name], form)
        return to_numbers(table[column], marks, f"{path}, column '{column}'")

    customers = {name: read(name, column) for name, column in columns.items()}
    return pd.DataFrame(customers, index=table.index)


def with_level_names(customers: pd.DataFrame, predictors: Mapping[str, Predictor]) -> pd.DataFrame:
    """Return customers with the names of levels that their file writes as codes.

    What is no code becomes no level, even if it reads as the name of one: "4 (no code)".
    """
    named = {}
    for name, predictor in predictors.items():
        if predictor.codes:
            names = dict(zip(predictor.codes, predictor.levels, strict=True))
            others = customers[name].dropna().unique()
            names = {value: f"{value} (no code)" for value in others} | names
            named[name] = customers[name].map(names).astype("str")
    return customers.assign(**named)


REPEATED = "customers listed more than once. Keep one row for each"
WITHOUT_VALUE = "rows without a value. Give each customer one"

IDENTIFIED = pa.DataFrameSchema(
    {
        "customer_id": pa.Column(
            str,
            pa.Check(lambda ids: ~ids.duplicated(keep=False), error=REPEATED),
            nullable=False,
        )
    }
)
"""The pandera schema of any customers: each is there once. All else is the study's or model's."""


def customer_schema(study: Study) -> pa.DataFrameSchema:
    """Return the pandera schema of a study's customers, before the outcome is coded 1 and 0.

    Each check's ``error`` is the remedy that a failing file is told.
    """

    def one_of(levels: tuple[str, ...], key: str, names: tuple[str, ...] = ()) -> pa.Column:
        said = [f" ({name})" for name in names] or [""] * len(levels)
        listed = ", ".join(f"{level!r}{name}" for level, name in zip(levels, said, strict=True))
        check = pa.Check.isin(
            levels,
            error=f"values that {study.path.name} does not name ({key}: {listed}). Correct the "
            "values, or the study file",
        )
        return pa.Column(str, check, nullable=True)

    columns = {"retained": one_of((study.retained, study.churned), "[outcome]")}
    if study.sample_column:
        columns["sample"] = one_of((study.build, study.holdout), "[sample]")
    for name, predictor in study.predictors.items():
        columns[name] = pa.Column(float, nullable=True)
        if predictor.categorical:
            names = predictor.levels if predictor.codes else ()
            columns[name] = one_of(predictor.written, "levels", names)
    return IDENTIFIED.add_columns(columns)


def check_customers(
    path: Path, customers: pd.DataFrame, schema: pa.DataFrameSchema, columns: Mapping[str, str]
) -> None:
    """Raise a `StudyError` with column, rows and remedy unless customers are as a schema says.

    `columns` gives the file's column for each of the customers'.
    """
    try:
        schema.validate(customers, lazy=True)
    except pa.errors.SchemaErrors as errors:
        failures = errors.failure_cases
        first = failures[(failures["column"] == failures["column"].iloc[0])]
        first = first[first["check"] == first["check"].iloc[0]]
        check, name = str(first["check"].iloc[0]), first["column"].iloc[0]
        problem = WITHOUT_VALUE if check == "not_nullable" else check
        rows = first.set_index("index")["failure_case"]
        raise refusal(path, columns[name], problem, rows) from None


def refusal(
    path: Path, column: str, problem: str, rows: pd.Series, total: int | None = None
) -> StudyError:
    """Return the error for rows of a column: `problem` is what is wrong, a full stop, the remedy.

    `total` is how many rows there are where `rows` are only the first of them.
    """
    what, _, remedy = problem.partition(". ")
    return StudyError(
        f"{path}, column '{column}': {what}: {show_rows(rows, total=total)}. {remedy}."
    )


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
                f"column '{study.columns[name]}' has "
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

"""The customers of a study, read, checked and renamed; and how a copy of them is known again."""

from __future__ import annotations

import hashlib

import pandas as pd
import pandera.pandas as pa

from erfm.customers.cells import nearest, to_labels, to_numbers, to_texts
from erfm.customers.reading import read_table
from erfm.formats import show_rows, to_text
from erfm.samples import canonical_identifiers
from erfm.study import Study, StudyError


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

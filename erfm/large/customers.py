"""All customers of a study as a table of the engine: checked, renamed, complete and split.

The rules are those of `erfm.customers.load` and `erfm.samples`, and a customer is in the same
sample by either way; only counts, or the few values of a category, come into Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from erfm.customers.cells import missing_numbers, tidy, to_labels
from erfm.customers.drawing import check_identifiers, digests, identifiers
from erfm.customers.files import explained
from erfm.customers.load import load_customers, unused_columns, with_level_names
from erfm.customers.parquet_files import drawn_from, several_files
from erfm.customers.tables import aggregates, engine, read_parquet_table
from erfm.formats import to_text
from erfm.samples import holdout_count
from erfm.study import Predictor, Study, StudyError

MOST_VALUES = 1_000
"""More different values than this are no categories."""
PREFIX = 5
"""The hexadecimal digits of a digest by which customers are counted: a million groups."""


@dataclass(frozen=True)
class AllCustomers:
    """All customers of a study, in the engine.

    Attributes
    ----------
    study : Study
    backend : ibis.BaseBackend
        The engine.
    scratch : Path
        The folder for what does not fit in memory.
    table : ibis.Table
        ``customer_id`` (text), one column a predictor (numbers, or names of levels; see `names`),
        ``retained`` (1 or 0) and, if the study names a sample column, ``in_holdout`` (true or
        false), each null where the value is missing.
    """

    study: Study
    backend: Any = field(repr=False)
    scratch: Path = field(repr=False)
    table: Any = field(repr=False)

    @property
    def names(self) -> dict[str, str]:
        """The table's column for each predictor."""
        return engine_names(self.study)

    @cached_property
    def local(self) -> Any:
        """The engine for what is in the scratch folder: DuckDB, wherever the customers are."""
        return self.backend if self.backend.name == "duckdb" else engine(self.scratch)

    @cached_property
    def complete(self) -> Any:
        """The customers without a missing value, each with ``in_holdout``: true or false."""
        needed = ["retained", *self.names.values()]
        complete = self.table.drop_null(needed)
        if self.study.sample_column:
            return complete
        return complete.mutate(in_holdout=_drawn(self.study, complete))

    @cached_property
    def counts(self) -> pd.Series:
        """How many ``customers`` there are, ``retained`` and ``churned``, complete or not."""
        rows = self.table
        return aggregates(
            rows.aggregate(
                customers=rows.count(),
                retained=rows.count(where=rows.retained == 1),
                churned=rows.count(where=rows.retained == 0),
            )
        ).iloc[0]


def engine_names(study: Study) -> dict[str, str]:
    """Return names of predictors for an engine, which may not tell "Age" from "age"."""
    return {name: f"p{i}" for i, name in enumerate(study.predictors)}


def open_customers(study: Study, scratch: Path) -> AllCustomers:
    """Return all customers of a study, whatever kind of file they are in, in the engine.

    Parameters
    ----------
    study : Study
    scratch : Path
        A folder for what does not fit in memory; see `erfm.customers.tables.scratch_folder`.

    Raises
    ------
    StudyError
        As `erfm.customers.load.load_customers` and `all_customers`.
    """
    backend = engine(scratch)
    if drawn_from(study) or several_files(study):
        return all_customers(study, backend, scratch, read_parquet_table(backend, study.file))
    loaded = load_customers(study)
    if study.sample_column:
        held_out = loaded["sample"].map({"build": False, "holdout": True}).astype("boolean")
        loaded = loaded.drop(columns="sample").assign(in_holdout=held_out)
    loaded = loaded.rename(columns=engine_names(study))
    table = as_table(backend, loaded, scratch / "customers.parquet")
    return AllCustomers(study, backend, scratch, table)


def all_customers(study: Study, backend: Any, scratch: Path, table: Any) -> AllCustomers:
    """Return the customers of a study, checked and renamed, from a table of the engine.

    Parameters
    ----------
    study : Study
    backend : ibis.BaseBackend
        See `erfm.customers.tables.engine`.
    scratch : Path
        A folder for what does not fit in memory.
    table : ibis.Table
        With the columns that the study file names.

    Raises
    ------
    StudyError
        A column that is absent, holds text where numbers are needed, infinite values, or values
        that the study file does not name; customers listed more than once; a study without
        identifiers.
    """
    check_identifiers(study)
    unused_columns(study.file, table.columns, study.columns, f"{study.path.name} names")
    columns = {"customer_id": identifiers(table[study.id_column])}
    for name, own in engine_names(study).items():
        predictor = study.predictors[name]
        read = _levels if predictor.levels else _number
        columns[own] = read(study, table, predictor)
    codes = {study.retained: 1, study.churned: 0}
    columns["retained"] = _named(study, table, study.outcome_column, codes, "[outcome]")
    if study.sample_column:
        sides = {study.build: False, study.holdout: True}
        columns["in_holdout"] = _named(study, table, study.sample_column, sides, "[sample]")
    found = AllCustomers(study, backend, scratch, table.select(**columns))
    _check(found)
    return found


def _number(study: Study, table: Any, predictor: Predictor) -> Any:
    column = table[predictor.column]
    if not (column.type().is_numeric() or column.type().is_boolean()):
        raise StudyError(
            f"{study.file}, column '{predictor.column}': it holds {column.type()}, where numbers "
            "are needed. Write the file again with numbers in it, or declare the column "
            "categorical by its 'levels'."
        )
    number = column.cast("float64")
    absent = number.isnan()
    for code in missing_numbers(study.format):
        absent |= number == code
    return ibis.ifelse(absent, ibis.null("float64"), number)


def _levels(study: Study, table: Any, predictor: Predictor) -> Any:
    known = _known_values(study, table, predictor.column, predictor.written, "levels")
    if predictor.codes:
        frame = pd.DataFrame({predictor.name: pd.Series([*known.values()], dtype="str")})
        named = with_level_names(frame, {predictor.name: predictor})[predictor.name]
        known = dict(zip(known, named, strict=True))
    return _recoded(table[predictor.column], known, "string")


def _named(study: Study, table: Any, column: str, names: Mapping[str, Any], key: str) -> Any:
    known = _known_values(study, table, column, tuple(names), key)
    kind = "boolean" if isinstance(next(iter(names.values())), bool) else "int8"
    return _recoded(table[column], {v: names[label] for v, label in known.items()}, kind)


def _known_values(
    study: Study, table: Any, column: str, labels: tuple[str, ...], key: str
) -> dict[Any, str]:
    """Return the values of a column and which of the labels each is; refuse all others."""
    values = table.group_by(value=table[column]).aggregate(customers=lambda rows: rows.count())
    found = aggregates(values.drop_null("value").order_by("value").limit(MOST_VALUES + 1))
    texts = to_labels(tidy(found["value"], study.format), labels, study.format)
    strange = found[texts.notna() & ~texts.isin(labels)]
    if len(strange):
        listed = ", ".join(
            f"{to_text(value)!r} ({customers:,} customers)"
            for value, customers in zip(
                strange["value"].head(5), strange["customers"], strict=False
            )
        )
        raise StudyError(
            f"{study.file}, column '{column}': values that {study.path.name} does not name ({key}: "
            f"{', '.join(map(repr, labels))}). Correct the values, or the study file: {listed}."
        )
    return {v: t for v, t in zip(found["value"], texts, strict=True) if t in labels}


def _recoded(column: Any, names: Mapping[Any, Any], kind: str) -> Any:
    branches = [
        (column == ibis.literal(value, type=column.type()), ibis.literal(name, type=kind))
        for value, name in names.items()
    ]
    if not branches:
        return ibis.null(kind)
    return ibis.cases(*branches, else_=ibis.null(kind))


def _check(found: AllCustomers) -> None:
    """Refuse infinite values, missing identifiers and customers listed more than once."""
    study, table, names = found.study, found.table, found.names
    numbers = [p for p in study.predictors.values() if not p.levels]
    counts = {names[p.name]: table.count(where=table[names[p.name]].isinf()) for p in numbers}
    unnamed = table.count(where=(table.customer_id == "").fill_null(True))
    row = aggregates(table.aggregate(**counts, customer_id=unnamed)).iloc[0]
    for predictor in numbers:
        if infinite := row[names[predictor.name]]:
            raise StudyError(
                f"{study.file}, column '{predictor.column}': {infinite:,} infinite "
                "values. Replace them by the true value or leave them empty."
            )
    if row["customer_id"]:
        raise StudyError(
            f"{study.file}, column '{study.id_column}': {row['customer_id']:,} customers have no "
            "identifier. Give each one."
        )
    times = table.group_by("customer_id").aggregate(times=lambda rows: rows.count())
    twice = times.filter(times.times > 1)
    first = aggregates(twice.order_by("customer_id").limit(5))
    if len(first):
        raise StudyError(
            f"{study.file}, column '{study.id_column}': customers listed more than once. Keep one "
            f"row for each: {', '.join(map(repr, first['customer_id']))}"
            f"{' and more' if len(first) == 5 else ''}."
        )


def _drawn(study: Study, complete: Any) -> Any:
    """Return who is held out: those whose digest comes first, as in `split_samples`.

    The last digest that is held out is found by counting customers by the beginnings of their
    digests, and then among those with its beginning.
    """
    digest = digests(str(study.seed), complete.customer_id)
    begun = complete.group_by(begin=digest.left(PREFIX)).aggregate(n=lambda rows: rows.count())
    counts = aggregates(begun.order_by("begin"))
    size = holdout_count(study, int(counts["n"].sum()))
    reached = counts["n"].cumsum()
    last = int(reached.searchsorted(size))
    before = int(reached.iloc[last] - counts["n"].iloc[last])
    among = complete.select(digest=digest).filter(
        lambda rows: rows.digest.left(PREFIX) == counts["begin"].iloc[last]
    )
    ordered = aggregates(among.order_by("digest"))["digest"]
    return digest <= ordered.iloc[size - before - 1]


def as_table(backend: Any, customers: pd.DataFrame, path: Path) -> Any:
    """Return customers in memory as a table of the engine, by way of a Parquet file at `path`."""
    with explained(path):
        parquet.write_table(pa.Table.from_pandas(customers, preserve_index=False), path)
    return read_parquet_table(backend, path)

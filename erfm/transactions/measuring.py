"""The command ``features``: from the transactions that a study file names to its customers."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from erfm.customers import tables
from erfm.customers.cells import nearest
from erfm.customers.files import check_output, replacing
from erfm.customers.study_file import StudyFile, load_study
from erfm.customers.toml_tables import one_sentence, read_toml
from erfm.customers.transactions_table import TransactionsTable, Windows
from erfm.escaping import csv_cell
from erfm.formats import counted, percent
from erfm.study import Study, StudyError
from erfm.transactions.account import KEPT, LEFT_OUT, READ, USED, account, with_fate
from erfm.transactions.checks import check_transactions
from erfm.transactions.codebook import codebook
from erfm.transactions.features import aside, histories, measured, with_rows
from erfm.transactions.people import check_people, column, people_rows
from erfm.transactions.rows import placed_rows
from erfm.transactions.source import (
    PARQUET,
    Source,
    connected,
    database_table,
    engine_errors,
    read_file,
    source_files,
)

ROWS_AT_A_TIME = 100_000
WRITTEN = (PARQUET, ".csv")


@dataclass(frozen=True)
class Transactions:
    """A study and what its file says of transactions."""

    study: Study
    keys: TransactionsTable

    @property
    def windows(self) -> Windows:
        """The days that predictors are measured in, and those that decide who has churned."""
        return self.keys.windows.windows

    @property
    def file(self) -> Path | None:
        """The transactions' file, folder or pattern; None if they are in a database."""
        return self.study.path.parent / self.keys.file if self.keys.file else None

    @property
    def people(self) -> Path | None:
        """The customers' file; None if there is none."""
        people = self.keys.customers
        return self.study.path.parent / people.file if people and people.file else None


@dataclass(frozen=True)
class Features:
    """Customers that were measured, and the account of what they were measured from.

    Attributes
    ----------
    transactions : Transactions
    customers, churned : int
        How many customers were written, and how many of them have churned.
    codebook : DataFrame
        See `erfm.transactions.codebook.codebook`.
    account : DataFrame
        See `erfm.transactions.account.account`.
    warnings : tuple of str
    """

    transactions: Transactions
    customers: int
    churned: int
    codebook: pd.DataFrame
    account: pd.DataFrame
    warnings: tuple[str, ...]

    @property
    def summary(self) -> str:
        """What the command prints: customers, columns, and what was left out."""
        share = percent(self.churned / self.customers)
        lines = [f"{counted(self.customers, 'customer')}, {self.churned:,} ({share}) churned."]
        lines += [
            f"  {row.column}: {row.meaning} ({row.minimum} to {row.maximum})"
            for row in self.codebook.itertuples()
            if row.minimum != ""
        ]
        words = {READ: "Read", USED: "Used", LEFT_OUT: "Left out"}
        for row in self.account.itertuples():
            shown = f"  e.g. {row.examples}" if row.examples and row.use == LEFT_OUT else ""
            lines.append(
                f"{words[row.use]}: {row.reason}: {counted(row.transactions, 'row')} of "
                f"{counted(row.customers, 'customer')}{shown}"
            )
        return "\n".join(lines)


def load_transactions(study: Study) -> Transactions:
    """Return what a study's file says of transactions.

    Raises
    ------
    StudyError
        It says nothing of them, or what it says does not fit what its other tables ask for.
    """
    with one_sentence(study.path):
        keys = StudyFile.model_validate(tomllib.loads(read_toml(study.path))).transactions
    if keys is None:
        raise StudyError(
            f"{study.path}: there is no table [transactions]. Add it: data/README.md lists "
            "its keys."
        )
    transactions = Transactions(study, keys)
    for told in _contradictions(transactions):
        raise StudyError(f"{study.path}: {told}")
    return transactions


def _contradictions(transactions: Transactions) -> Iterator[str]:
    study = transactions.study
    if not study.id_column:
        yield "'id' is missing in [data]. Add it: `features` writes the customers into that column."
    if study.file.suffix.lower() not in WRITTEN:
        yield (
            f"'file' in [data] is '{study.file.name}', and `features` writes .parquet or .csv. "
            "Rename it."
        )
    form = study.format
    if study.file.suffix.lower() == ".csv" and (
        (form.separator, form.point, form.thousands, form.codec, form.first_row)
        != (",", ".", "", "utf-8-sig", 0)
    ):
        yield (
            "`features` writes a CSV file in UTF-8 with commas, decimal points and the names of "
            "columns in row 1. Say nothing else in [data]; how the transactions are written stands "
            "in [transactions]."
        )
    names = written_columns(transactions)
    folded = [name.casefold() for name in names]  # as the engine compares them
    for name in names:
        if folded.count(name.casefold()) > 1:
            yield f"two columns would be called '{name}'. Rename one in [data] or [outcome]."
    for needed in study.columns.values():
        if needed not in names:
            yield f"there will be no column '{needed}'. {nearest(needed, names)}"


def written_columns(transactions: Transactions) -> list[str]:
    """Return the columns that `features_file` writes, in their order."""
    study, keys = transactions.study, transactions.keys
    return [
        study.id_column,
        "recency",
        "frequency",
        "amount",
        *(["length"] if keys.measures.length else []),
        *(keys.customers.columns if keys.customers else ()),
        study.outcome_column,
    ]


def features_file(source: str | Path, overwrite: bool = False) -> Features:
    """Measure the customers of a study from its transactions, and write them.

    Writes the study's ``[data] file``, with one row a customer sorted by customer, and beside it
    ``<name>_codebook.csv`` and ``<name>_left_out.csv``; all three or none.

    Parameters
    ----------
    source : str or Path
        A study: a name in ``data/`` or a TOML file.
    overwrite : bool
        Whether existing files are replaced.

    Raises
    ------
    StudyError
        As `load_transactions`, `erfm.transactions.checks.check_transactions` and
        `erfm.transactions.people.check_people`; a file that may not be replaced; nobody left.
    """
    return write_features(load_transactions(load_study(source)), overwrite)


def write_features(transactions: Transactions, overwrite: bool = False) -> Features:
    """Measure the customers of a study that is read already, and write them; see `features_file`.

    Raises
    ------
    StudyError
        As `features_file`, but for what is wrong with the study's file.
    """
    study = transactions.study
    outputs = [study.file, *(_beside(study.file, what) for what in ("codebook", "left_out"))]
    for output in outputs:
        _check_apart(transactions, output)
        check_output(output, _inputs(transactions), overwrite)
    with tables.scratch_beside(study.file) as scratch, _measured(transactions, scratch) as found:
        written, features = found
        with ExitStack() as stack:
            customers, book, left_out = (stack.enter_context(replacing(o)) for o in outputs)
            _write_rows(written, customers, study.file.suffix.lower())
            _write_table(features.codebook, book)
            _write_table(features.account, left_out)
    return features


def _beside(path: Path, what: str) -> Path:
    return path.with_name(f"{path.stem}_{what}.csv")


def _check_apart(transactions: Transactions, output: Path) -> None:
    """Raise if a file that is written would be read as transactions the next time."""
    source = transactions.file
    if source is None or source.is_file():
        return
    folder, place = source.resolve(), output.resolve()
    beside = folder.parent == place.parent and fnmatch(place.name, folder.name)
    if beside or folder in place.parents:
        raise StudyError(
            f"{output}: would lie among the transactions ({source}), and be read as such. Name "
            "another place under [data]."
        )


def _inputs(transactions: Transactions) -> dict[str, Path]:
    """Return what must stay, by what it is."""
    found = {"the study": transactions.study.path}
    if transactions.file:
        files = source_files(transactions.file)
        found |= {f"the transactions ({path.name})": path for path in files}
    if transactions.people:
        found["the customers"] = transactions.people
    return found


@contextmanager
def _measured(transactions: Transactions, scratch: Path) -> Iterator[tuple[Any, Features]]:
    """Yield an expression of the local engine with what is to be written, and all that is told."""
    study, keys = transactions.study, transactions.keys
    local, database = tables.engine(scratch), None
    try:
        if keys.url:
            database = connected(keys.url, study.path, scratch)
        source = _open(transactions.file, keys.table, keys, local, database, scratch)
        table = _history(source, keys, local, scratch)
        warnings = check_transactions(source, keys, table)
        people = None
        if keys.customers:
            people = _people(transactions, local, database, scratch, table)
        fates = with_fate(table, people, transactions.windows, bool(keys.churned.closing_date))
        fates = local.create_table("fates", obj=fates, temp=True)
        written = _written(fates, transactions)
        book = codebook(written, transactions.study, keys)
        left_out = account(fates, people, keys)
        kept = fates.filter(fates.fate == KEPT)
        sums = tables.aggregates(kept.aggregate(n=kept.count(), churned=kept.churned.sum())).iloc[0]
        if not sums["n"]:
            raise StudyError(_nobody(source, left_out))
        n, churned = int(sums["n"]), int(sums["churned"])
        yield written, Features(transactions, n, churned, book, left_out, warnings)
    finally:
        local.disconnect()
        if database:
            database.disconnect()


def _nobody(source: Source, left_out: pd.DataFrame) -> str:
    """Return the error for transactions of which no customer is left."""
    lines = left_out[(left_out["use"] == LEFT_OUT) & (left_out["customers"] > 0)]
    reasons = "; ".join(f"{line.reason}: {line.customers:,}" for line in lines.itertuples())
    return (
        f"{source.name}: no customer is left ({reasons}). Check [transactions.customers] and "
        "[transactions.windows]."
    )


def _open(
    path: Path | None, name: str, keys: Any, local: Any, database: Any, scratch: Path,
    variable: str = "",
) -> Source:  # fmt: skip
    if path:
        return read_file(local, path, keys.format, keys.head, scratch)
    return database_table(database, name, variable or keys.url, keys.head, keys.format)


def _history(source: Source, keys: TransactionsTable, local: Any, scratch: Path) -> Any:
    """Return histories as a table of the local engine.

    The source is read here: once, and its rare rows a second time, if there are any.
    """
    rows = placed_rows(source, keys)
    with engine_errors(source), tables.watched(source.backend, "Reading transactions"):
        asked = measured(histories(rows, keys), keys)
        table = _brought(source, asked, "histories", local, scratch)
        if tables.aggregates(table.aggregate(n=table.rows_aside.sum()))["n"].fillna(0).iloc[0]:
            rare = _brought(source, aside(rows), "aside", local, scratch)
            table = table.left_join(rare, table.customer == rare.aside).drop("aside")
            zeros = {name: table[name].fill_null(0) for name in rare.columns if "rows_" in name}
            table = table.mutate(**zeros)
    return local.create_table("known", obj=with_rows(table), temp=True)


def _brought(source: Source, expression: Any, name: str, local: Any, scratch: Path) -> Any:
    """Return an expression's rows as a table of the local engine."""
    if source.backend is local:
        return tables.awaited(local, lambda: local.create_table(name, obj=expression, temp=True))
    path = scratch / f"{name}.parquet"
    schema = expression.schema().to_pyarrow()
    _write_parquet(tables.batches(source.backend, expression, ROWS_AT_A_TIME), path, schema)
    return local.read_parquet(path)


def _people(
    transactions: Transactions, local: Any, database: Any, scratch: Path, table: Any
) -> Any:
    """Return the customers' table, checked, as a table of the local engine."""
    keys = transactions.keys
    assert keys.customers
    source = _open(
        transactions.people,
        keys.customers.table,
        keys.customers,
        local,
        database,
        scratch,
        keys.url,
    )
    closing = keys.churned.closing_date
    expression = people_rows(source, keys.customers, closing, transactions.study)
    with engine_errors(source), tables.watched(source.backend, "Reading customers"):
        people = _brought(source, expression, "people", local, scratch)
        people = local.create_table(
            "customers", obj=check_people(source, keys.customers, closing, people), temp=True
        )
    _check_some_known(source, table, people)
    return people


def _check_some_known(source: Source, table: Any, people: Any) -> None:
    """Raise if the transactions have no customer of the customers' table: written otherwise."""
    if not tables.aggregates(people.aggregate(n=people.count()))["n"].iloc[0]:
        raise StudyError(f"{source.name}: there are no customers. Export them again.")
    both = table.semi_join(people, table.customer_text == people.person)
    if tables.aggregates(both.aggregate(n=both.count()))["n"].iloc[0]:
        return
    here, there = (
        ", ".join(map(repr, tables.aggregates(names.distinct().order_by("name").limit(1))["name"]))
        for names in (people.select(name="person"), table.select(name="customer_text"))
    )
    raise StudyError(
        f"{source.name}: none of its customers has a transaction: they are written as "
        f"{here} here and as {there} there. Write them alike."
    )


# --- What is written ------------------------------------------------------------------------------


def _written(fates: Any, transactions: Transactions) -> Any:
    """Return an expression: one row a customer, in their order, with the columns that are told."""
    study, keys = transactions.study, transactions.keys
    kept = fates.filter(fates.fate == KEPT).order_by("customer")
    whole = kept.customer.type().is_integer()
    columns = {
        study.id_column: kept.customer if whole else kept.customer_text,
        "recency": kept.recency,
        "frequency": kept.frequency.cast("int64"),
        "amount": kept.amount,
    }
    if keys.measures.length:
        columns["length"] = kept.length
    for i, name in enumerate(keys.customers.columns if keys.customers else ()):
        columns[name] = kept[column(i)]
    columns[study.outcome_column] = ibis.cases((kept.churned, study.churned), else_=study.retained)
    return kept.select(**columns)


def _write_rows(expression: Any, path: Path, suffix: str) -> None:
    backend = expression.get_backend()
    with tables.watched(backend, "Writing customers"):
        batches = tables.batches(backend, expression, ROWS_AT_A_TIME)
        if suffix == PARQUET:
            _write_parquet(batches, path)
        else:
            _write_csv(batches, path)


def _write_parquet(
    batches: Iterator[pa.RecordBatch], path: Path, schema: pa.Schema | None = None
) -> None:
    """Write batches of rows; where there are none, no rows of the `schema`."""
    first = next(batches, None)
    if first is None:
        assert schema is not None, "who writes customers has some"
        first = pa.RecordBatch.from_pylist([], schema)
    with pq.ParquetWriter(path, first.schema) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)


def _write_csv(batches: Iterator[pa.RecordBatch], path: Path) -> None:
    first = next(batches)
    with path.open("wb") as sink, csv.CSVWriter(sink, first.schema) as writer:
        writer.write_batch(first)
        for batch in batches:
            writer.write_batch(batch)


def _write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a small table as CSV, in which no text is a formula for a spreadsheet."""
    texts = table.select_dtypes(["str", "object"]).columns
    guarded = table.assign(**{name: table[name].astype("str").map(csv_cell) for name in texts})
    guarded.to_csv(path, index=False, lineterminator="\n", encoding="utf-8")

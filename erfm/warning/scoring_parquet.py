"""Scoring Parquet of any size: rows are judged batch by batch, and the engine ranks them.

Each customer is judged by `scoring.judge`, as customers in memory are. What was judged waits in a
folder beside the list; the engine sorts it, and it is written in that order.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm import tqdm

from erfm import ties
from erfm.customers import tables
from erfm.customers.cells import matching, tidy, to_numbers
from erfm.customers.files import explained
from erfm.customers.load import (
    REPEATED,
    WITHOUT_VALUE,
    refusal,
    take_columns,
    unused_columns,
    with_level_names,
)
from erfm.customers.reading import column_names, no_customers
from erfm.customers.spreadsheets import refuse_nul
from erfm.study import Format, StudyError
from erfm.warning.model_file import SavedModel
from erfm.warning.ranked_list import REASONS_SHOWN, Tally, list_writer
from erfm.warning.scoring import CodingCheck, ignored, judge, needs, numbered

ROWS = 2**17
"""How many rows are in Python at a time."""
ROWS_SHOWN = 5
MOST_ODD = 1_000_000
"""How many texts that are no plain numbers are looked at together, to know their marks."""

_CODE = pa.int16()
_KINDS = {
    "row": pa.int64(),
    "customer_id": pa.string(),
    "remark": pa.string(),
    "reason": pa.string(),
    **dict.fromkeys(("risk", "first_push", "second_push", "value_tier", "action"), _CODE),
}
"""What waits to be ranked: all other columns are numbers. Categories wait as their codes."""


def check_place(path: Path, output: Path) -> None:
    """Raise where a list would replace customers, or be among them when they are read again."""
    files = tables.parquet_files(path)
    if any(output.exists() and output.samefile(file) for file in files):
        raise StudyError(f"{output}: this would replace the customers. Name another output.")
    with explained(output):
        place, whole = Path(os.path.realpath(output)), Path(os.path.realpath(path))
    inside = path.is_dir() and whole in place.parents
    matches = not path.exists() and place.parent == whole.parent and place.match(path.name)
    if output.suffix.lower() == ".parquet" and (inside or matches):
        raise StudyError(
            f"{output}: there the list would be read as customers next time. Name another output."
        )


def score_parquet(
    model: SavedModel, path: Path, output: Path, date: str, level: float = 0.95
) -> Tally:
    """Score customers in Parquet, which need not fit in memory, and write the ranked list.

    Ranks, deciles and everything else are as `scoring.score` has them, and so are the errors. A row
    is never lost, so that a position in the list goes back to one in the files, read in the order
    of their names.

    Parameters
    ----------
    model : SavedModel
    path : Path
        A Parquet file, a folder of such files or a pattern; see `parquet_files.parquet_files`.
    output : Path
        The list; see `scoring.score_file`.
    date : str
        Today, as YYYY-MM-DD.
    level : float
        Of the intervals.

    Raises
    ------
    StudyError
        As `scoring.read_customers` and `scoring.score`; a damaged file, or files that differ in
        their columns.
    """
    with tables.scratch_beside(output) as scratch, _engine(scratch) as backend:
        customers = _Customers.of(backend, path, model)
        _check_numbers(customers, model)
        coding = CodingCheck(model)
        judged = _judge(customers, model, coding, level, scratch)
        _check_identifiers(judged, path, model)
        coding.finish()
        tally = _count(judged, model, ignored(model, customers.unused))
        with list_writer(output, model.provenance, date) as write, _bar("list", tally) as bar:
            for part in _in_order(judged, tally.scored):
                write(part)
                bar.update(len(part))
    return tally


@contextmanager
def _engine(scratch: Path) -> Iterator[Any]:
    backend = tables.engine(scratch)
    try:
        yield backend
    finally:
        backend.disconnect()


def _bar(text: str, tally: Tally) -> tqdm:
    total = tally.scored + tally.unscored
    return tqdm(total=total, desc=text, unit="customer", unit_scale=True, leave=False, disable=None)


# --- Reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Customers:
    """The rows of Parquet files, and which of their columns are needed."""

    backend: Any
    path: Path
    table: Any
    form: Format
    columns: Mapping[str, str]
    labels: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str] = field(repr=False)
    unused: list[str]
    rows: int

    @classmethod
    def of(cls, backend: Any, path: Path, model: SavedModel) -> _Customers:
        """Look at the files' columns and rows; refuse files that lack some."""
        table = tables.read_parquet_table(backend, path)
        # pandas writes an index without a name as a column of this kind.
        found = [name for name in table.columns if not _is_index(name)]
        names = dict(zip(column_names(path, found, model.format), found, strict=True))
        with tables.undamaged(path):
            rows = tables.arrow(table.count()).as_py()
        if not rows:
            raise no_customers(path)
        columns, labels, who = needs(model)
        unused = unused_columns(path, list(names), columns, who)
        return cls(backend, path, table, model.format, columns, labels, names, unused, rows)

    def batches(self, columns: list[str]) -> Iterator[pd.DataFrame]:
        """Yield columns as `read_table` gives them, some rows at a time, in the files' order."""
        actual = [self.names[column] for column in columns]
        place = self.form.first_row
        with tables.undamaged(self.path):
            for batch in tables.batches(self.backend, self.table.select(actual), ROWS):
                frame = batch.to_pandas().set_axis(columns, axis=1)
                frame.index += place
                place += len(frame)
                refuse_nul(self.path, frame)
                yield pd.DataFrame({name: tidy(frame[name], self.form) for name in frame})

    def ask(self, aggregate: Any) -> Any:
        """Return one number that the engine computes from the files."""
        with tables.undamaged(self.path):
            return tables.arrow(aggregate).as_py()

    def needed(self) -> list[str]:
        """Return the columns that the model needs; all where some rows may have no value at all."""
        needed = list(dict.fromkeys(column for column in self.columns.values() if column))
        blank = self.table
        for column in needed:
            blank = blank.filter(self._is_blank(column))
            if not self.ask(blank.count()):
                return needed
        return list(self.names)

    def _is_blank(self, column: str) -> Any:
        """Return the condition that a cell has no value, as far as the engine can tell."""
        cell = self.table[self.names[column]]
        blank = ["", *self.form.missing, *(["nan"] if cell.type().is_floating() else [])]
        return cell.cast("string").fill_null("").strip().isin(blank)


def _is_index(name: str) -> bool:
    return name.startswith("__index_level_") and name.endswith("__")


def _check_numbers(customers: _Customers, model: SavedModel) -> None:
    """Refuse text among numbers, and numbers that can be read in two ways, in the whole files."""
    for predictor in model.predictors.values():
        column = predictor.column
        if predictor.levels or _all_finite(customers, column):
            continue
        where = f"{customers.path}, column '{column}'"
        odd: list[pd.Series] = []
        for frame in customers.batches([column]):
            odd.append(_odd(frame[column]))
            if sum(map(len, odd)) > MOST_ODD:
                break
        to_numbers(pd.concat(odd), customers.form, where)


def _all_finite(customers: _Customers, column: str) -> bool:
    """Return whether the engine knows that all values of a column are numbers, and finite."""
    values = customers.table[customers.names[column]]
    kind = values.type()
    if kind.is_floating():
        return not customers.ask(values.isinf().any())
    return kind.is_integer() or kind.is_boolean() or kind.is_decimal()


def _odd(values: pd.Series) -> pd.Series:
    """Return infinite numbers, and what is not written in digits alone."""
    if pd.api.types.is_numeric_dtype(values):
        return values[np.isinf(values.astype(float))]
    if not isinstance(values.dtype, pd.StringDtype):
        return values.dropna()
    plain = matching(pa.array(values, pa.large_string()), "[+-]?[0-9]+")
    return values[values.notna() & ~plain.to_numpy(zero_copy_only=False)]


# --- Judging --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Judged:
    """Customers who were judged, in two tables of the engine, and what the codes stand for."""

    backend: Any
    scored: Any
    unscored: Any
    categories: Mapping[str, pd.Index] = field(repr=False)


def _judge(
    customers: _Customers, model: SavedModel, coding: CodingCheck, level: float, scratch: Path
) -> _Judged:
    """Judge all customers, batch by batch, into files in `scratch`."""
    categories: dict[str, pd.Index] = {}
    paths = [scratch / f"{name}.parquet" for name in ("scored", "unscored")]
    with ExitStack() as stack:
        writers = [_Waiting(stack, path) for path in paths]
        blank = 0
        bar = tqdm(
            total=customers.rows, desc="customers", unit="customer", unit_scale=True, leave=False,
            disable=None,
        )  # fmt: skip
        stack.enter_context(bar)
        for frame in customers.batches(customers.needed()):
            rows = _rows(customers, frame.dropna(how="all"), model)
            blank += len(frame) - len(rows)
            coding.look(rows)
            scored, unscored = judge(model, rows, level)
            categories = {
                n: scored[n].cat.categories for n, kind in _KINDS.items() if kind == _CODE
            }
            writers[0].write(scored.assign(row=scored.index))
            writers[1].write(unscored.assign(row=unscored["row"] - 2))
            bar.update(len(frame))
    if blank == customers.rows:
        raise no_customers(customers.path)
    backend = customers.backend
    scored, unscored = (backend.read_parquet(str(path)) for path in paths)
    return _Judged(backend, scored, unscored, categories)


def _rows(customers: _Customers, frame: pd.DataFrame, model: SavedModel) -> pd.DataFrame:
    """Return customers as `scoring.read_customers` does."""
    taken = take_columns(
        customers.path, frame, customers.form, customers.columns, customers.labels, settled=True
    )
    return with_level_names(taken, model.predictors)


class _Waiting:
    """A file in which judged customers wait to be ranked."""

    def __init__(self, stack: ExitStack, path: Path) -> None:
        self.stack, self.path = stack, path
        self.writer: pq.ParquetWriter | None = None

    def write(self, customers: pd.DataFrame) -> None:
        """Add customers, categories as their codes."""
        table = pa.table({name: _waiting(customers[name]) for name in customers})
        if self.writer is None:
            self.writer = self.stack.enter_context(pq.ParquetWriter(self.path, table.schema))
        self.writer.write_table(table)


def _waiting(values: pd.Series) -> pa.Array:
    kind = _KINDS.get(str(values.name), pa.float64())
    return pa.array(values.cat.codes if kind == _CODE else values, kind, from_pandas=True)


# --- Checking, counting and ranking what was judged -----------------------------------------------


def _check_identifiers(judged: _Judged, path: Path, model: SavedModel) -> None:
    """Refuse customers without an identifier, or with one that another has, too."""
    if not model.id_column:
        return
    ids = ibis.union(*(t.select("row", "customer_id") for t in (judged.scored, judged.unscored)))
    several = ids.group_by("customer_id").agg(times=ids.count()).filter(lambda t: t.times > 1)
    backend = judged.backend
    with tables.watched(backend, "identifiers"):
        repeated = tables.awaited(
            backend,
            lambda: backend.create_table("repeated", several.select("customer_id"), temp=True),
        )
    for problem, found in (
        (WITHOUT_VALUE, ids.filter(ids.customer_id.fill_null("") == "")),
        (REPEATED, ids.semi_join(repeated, "customer_id")),
    ):
        total = tables.arrow(found.count()).as_py()
        if total:
            rows = tables.aggregates(found.order_by("row").limit(ROWS_SHOWN))
            shown = rows.set_index("row")["customer_id"].astype(object)
            raise refusal(path, model.id_column, problem, shown.fillna(np.nan), total)


def _count(judged: _Judged, model: SavedModel, notes: tuple[str, ...]) -> Tally:
    """Return how many customers were scored, and why the others were not."""
    scored, unscored = judged.scored, judged.unscored
    reasons = unscored.group_by("reason").agg(count=unscored.count(), first=unscored.row.min())
    shown = reasons.order_by(ibis.desc("count"), "first").limit(REASONS_SHOWN)
    return Tally(
        model,
        scored=tables.arrow(scored.count()).as_py(),
        remarked=tables.arrow(scored.filter(scored.remark != "").count()).as_py(),
        unscored=tables.arrow(unscored.count()).as_py(),
        reasons=tables.aggregates(shown).set_index("reason")["count"],
        notes=notes,
    )


def _in_order(judged: _Judged, total: int) -> Iterator[pd.DataFrame]:
    """Yield the list's rows: the likeliest to churn first, then those who could not be scored."""
    before = 0
    for batch in _ordered(judged.backend, _ranked(judged.scored), "ranking"):
        ranked = batch.to_pandas()
        for name, categories in judged.categories.items():
            ranked[name] = pd.Categorical.from_codes(ranked[name], categories)
        yield numbered(ranked, before, total)
        before += len(ranked)
    for batch in _ordered(judged.backend, judged.unscored.order_by("row"), "the others"):
        yield batch.to_pandas()


def _ordered(backend: Any, expression: Any, text: str) -> Iterator[pa.RecordBatch]:
    """Yield the batches of rows that the engine sorts, with a bar until there is a first."""
    found = tables.batches(backend, expression, ROWS)
    with tables.watched(backend, text):
        first = list(islice(found, 1))
    yield from chain(first, found)


def _ranked(scored: Any) -> Any:
    """Return scored customers by P(churned), equals in the order of the files; see `ties.blocks`.

    A block of equals ends where the next smaller probability is more than `ties.TIE` times the
    largest away.
    """
    largest = tables.arrow(scored.churn_probability.max()).as_py() or 0.0
    falling = [ibis.desc("churn_probability"), "row"]
    risk = scored.churn_probability
    gap = risk.lag().over(ibis.window(order_by=falling)) - risk
    steps = scored.mutate(step=(gap > ties.TIE * largest).fill_null(False).cast("int64"))
    steps = steps.select("row", "churn_probability", "step")
    block = steps.step.sum().over(ibis.cumulative_window(order_by=falling))
    blocks = steps.select("row", block=block)
    return scored.inner_join(blocks, "row").order_by("block", "row").drop("block")

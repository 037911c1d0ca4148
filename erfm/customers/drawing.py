"""Customers who do not fit in memory, and the random sample of them that does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from erfm.customers.cells import tidy
from erfm.customers.files import replacing
from erfm.customers.load import unused_columns
from erfm.customers.parquet_files import DRAWN, MOST, drawn_from, parquet_files
from erfm.customers.tables import arrow, engine, read_parquet_table, scratch_beside, watched
from erfm.study import Study, StudyError, output_folder

KNOWN_BY = b"erfm"
DIGITS = 12
"""The hexadecimal digits of a digest that decide who is drawn."""


def read_by_engine(study: Study) -> pd.DataFrame:
    """Return the customers of Parquet files as `erfm.customers.reading.read_table` has them.

    Of more than `MOST` customers about `DRAWN` are drawn at random: those whose digest of seed and
    identifier begins low. The draw is independent of who is held out, knows nothing of the order of
    the rows, and is the same on every machine. What was read is kept in the study's folder in
    ``build/`` for the other pages.

    Raises
    ------
    StudyError
        The files cannot be read, or there are many customers and they have no identifiers.
    """
    kept = output_folder() / "build" / study.folder_name / "customers.parquet"
    of = _known_by(study)
    if kept.is_file() and (parquet.read_schema(kept).metadata or {}).get(KNOWN_BY) == of:
        read = parquet.read_table(kept)
    else:
        read = _read(study, kept)
        with replacing(kept) as fresh:
            parquet.write_table(read.replace_schema_metadata({KNOWN_BY: of}), fresh)
    frame = read.to_pandas()
    return pd.DataFrame({name: tidy(frame[name], study.format) for name in frame})


def _known_by(study: Study) -> bytes:
    """Return what tells whether customers were drawn from these files, in this way."""
    files = [(str(f), f.stat().st_size, f.stat().st_mtime_ns) for f in parquet_files(study.file)]
    return repr((files, study.id_column, study.seed, MOST, DRAWN)).encode()


def _read(study: Study, kept: Path) -> pa.Table:
    with scratch_beside(kept) as scratch:
        backend = engine(scratch)
        table = read_parquet_table(backend, study.file)
        rows = drawn_from(study)
        if rows:
            check_identifiers(study)
            needed = {"customer_id": study.id_column}
            unused_columns(study.file, table.columns, needed, f"{study.path.name} names")
            limit = f"{int(DRAWN / rows * 16**DIGITS):0{DIGITS}x}"
            digest = digests(f"sample {study.seed}", identifiers(table[study.id_column]))
            table = table.filter(digest.left(DIGITS) < limit)
        with watched(backend, "customers"):
            return arrow(table)


def check_identifiers(study: Study) -> None:
    """Refuse a study without identifiers: customers are drawn and held out by them."""
    if not study.id_column:
        raise StudyError(
            f"{study.path}: customers who do not fit in memory are drawn by their identifiers. "
            "Name a column under 'id' in [data]."
        )


def identifiers(column: Any) -> Any:
    """Return an engine's column as text, as `erfm.samples.canonical_identifiers` has it."""
    if column.type().is_integer():
        return column.cast("string")
    return column.cast("string").strip().re_replace(r"^([0-9]+)\.0+$", r"\1")


def digests(key: str, identifier: Any) -> Any:
    """Return the SHA-256 of a key, a blank and the identifier, by which `erfm.samples` orders."""
    return (ibis.literal(f"{key} ") + identifier).hexdigest("sha256")

"""Parquet files of customers: which they are, and whether they fit in memory."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from erfm.customers.cells import nearest
from erfm.customers.files import explained
from erfm.customers.spreadsheets import PATTERN
from erfm.study import Study, StudyError

MOST = 1_000_000
"""Customers in Parquet files are read whole if there are no more than these."""
DRAWN = 100_000
"""About so many customers are drawn of more."""


def drawn_from(study: Study) -> int:
    """Return how many customers a study's sample is drawn from; 0 where all are read."""
    if not study.file.is_dir() and study.file.suffix.lower() != ".parquet":
        return 0
    try:
        rows = sum(parquet.read_metadata(file).num_rows for file in parquet_files(study.file))
    except (StudyError, OSError, pa.ArrowException):
        return 0  # whoever reads them tells what is wrong
    return rows if rows > MOST else 0


def several_files(study: Study) -> bool:
    """Return whether a study file names a folder or a pattern of Parquet files."""
    pattern = not study.file.is_file() and set(PATTERN) & {*study.file.name}
    return study.file.is_dir() or bool(pattern)


def parquet_files(path: Path) -> list[Path]:
    """Return the files that a path, a folder or a pattern of Parquet files stands for, in order."""
    with explained(path):
        if path.is_dir():
            files = sorted(file for file in path.rglob("*.parquet") if not _hidden(file, path))
        elif path.is_file():
            files = [path]
        else:
            files = sorted(path.parent.glob(path.name)) if set(PATTERN) & set(path.name) else []
        siblings = path.parent.glob("*.parquet")
        hint = "" if files else nearest(path.name, sorted(file.name for file in siblings))
    if not files:
        raise StudyError(f"{path}: no such Parquet file. {hint or 'Check the path.'}")
    return files


def _hidden(file: Path, folder: Path) -> bool:
    """Return whether a program that writes folders of files means one not to be read."""
    return any(part.startswith((".", "_")) for part in file.relative_to(folder).parts)

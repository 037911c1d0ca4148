"""Where transactions are: text files, Parquet, or a table of a database; and their columns."""

from __future__ import annotations

import csv
import glob
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import ibis

from erfm.customers import tables
from erfm.customers.cells import nearest
from erfm.customers.files import explained
from erfm.study import Format, StudyError

TEXT = (".csv", ".tsv", ".txt")
PARQUET = ".parquet"
BLANK = " "
LONGEST_QUOTATION = 80


@dataclass(frozen=True)
class Source:
    """A table that an engine reads.

    Attributes
    ----------
    backend : ibis.BaseBackend
    table : ibis.Table
        Its columns as they are; those of a text file are text.
    name : str
        How messages call it: a path, or a table's name.
    head : str
        The table of the study file that says how it is written: "[transactions]".
    form : Format
        How numbers and missing values are written in its columns of text.
    originals : dict of str to Path
        The files that the engine reads, and those that the reader knows.
    url : str
        The database's, of which no message may hold the secret parts.
    """

    backend: Any
    table: Any
    name: str
    head: str
    form: Format
    originals: dict[str, Path]
    url: str = field(default="", repr=False)

    def column(self, name: str) -> Any:
        """Return a column; one that is not there is an error, with the nearest name."""
        if name not in self.table.columns:
            raise StudyError(
                f"{self.name}: there is no column '{name}', which {self.head} names. "
                f"{nearest(name, self.table.columns)}"
            )
        return self.table[name]

    @property
    def local(self) -> bool:
        """Whether the engine is DuckDB, which can try to read a text as a day or a number."""
        return bool(self.backend.name == "duckdb")


# --- Files ----------------------------------------------------------------------------------------


def read_file(backend: Any, path: Path, form: Format, head: str, scratch: Path) -> Source:
    """Return what stands in a file, a folder of files or a pattern as a table of the engine.

    Parameters
    ----------
    backend : ibis.BaseBackend
        As `erfm.customers.tables.engine` gives it.
    path : Path
        ``2024.csv``, ``transactions/`` or ``transactions/*.parquet``.
    form : Format
        How text files are written. A blank as separator stands for any number of blanks.
    head : str
        "[transactions]", for messages.
    scratch : Path
        A folder for copies of text files that are not in UTF-8 or have blanks between columns.

    Raises
    ------
    StudyError
        No such file, another kind of file, files with different columns, a column named twice.
    """
    files = source_files(path)
    if files[0].suffix.lower() == PARQUET:
        table = tables.read_parquet_table(backend, path)
        return Source(backend, table, str(path), head, form, {})
    names = column_names(files[0], form)
    for other in files[1:]:
        if column_names(other, form) != names:
            raise StudyError(
                f"{other}: its columns are not those of {files[0].name} ({', '.join(names)}). Give "
                "the files the same header."
            )
    originals = {str(_plain_copy(f, form, scratch, i)): f for i, f in enumerate(files)}
    table = backend.read_csv(
        [glob.escape(file) for file in originals],
        auto_detect=False,
        header=True,
        skip=0 if form.separator == BLANK else form.first_row,
        delim="," if form.separator == BLANK else form.separator,
        quote='"',
        escape='"',
        columns=dict.fromkeys(names, "VARCHAR"),
    )
    return Source(backend, table, str(path), head, form, originals)


def source_files(path: Path) -> list[Path]:
    """Return the files that a path, a folder or a pattern stands for, in the order of their names.

    Raises
    ------
    StudyError
        There is none (with the nearest name), or there are Parquet and text files in one folder.
    """
    with explained(path):
        if path.is_dir():
            files = [f for f in sorted(path.rglob("*")) if f.suffix.lower() in (*TEXT, PARQUET)]
        elif path.is_file():
            files = [path]
        else:
            files = sorted(path.parent.glob(path.name)) if set("*?[") & set(path.name) else []
        siblings = sorted(f.name for f in path.parent.iterdir()) if path.parent.is_dir() else []
    if not files:
        if path.is_dir():
            raise StudyError(f"{path}: there is no CSV or Parquet file in this folder.")
        raise StudyError(f"{path}: no such file. {nearest(path.name, siblings)}".rstrip())
    kinds = {f.suffix.lower() for f in files}
    if not kinds <= {*TEXT, PARQUET}:
        wrong = min(kinds - {*TEXT, PARQUET})
        raise StudyError(
            f"{path}: files ending in '{wrong}' cannot be read. Save the transactions as CSV or "
            "Parquet."
        )
    if PARQUET in kinds and len(kinds) > 1:
        raise StudyError(f"{path}: Parquet and text files in one. Keep them in two folders.")
    return files


def column_names(path: Path, form: Format) -> list[str]:
    """Return the names in the header of a text file.

    Raises
    ------
    StudyError
        An empty file, a name used twice.
    """
    # Wherever else in the file bytes are wrong, the engine says, with the line.
    with explained(path), path.open(encoding=form.codec, errors="replace", newline="") as lines:
        rows = _fields(lines, form)
        header = next(islice(rows, form.first_row, None), [])
    names = [name.strip() or f"column {i}" for i, name in enumerate(header, start=1)]
    if not names:
        raise StudyError(
            f"{path}: the file is empty. Export the transactions again, with a header."
        )
    folded = [name.casefold() for name in names]  # as the engine compares them
    if repeated := [name for i, name in enumerate(names) if name.casefold() in folded[:i]]:
        raise StudyError(
            f"{path}: column '{repeated[0]}' appears twice in the header (row "
            f"{form.first_row + 1}). Rename one of them."
        )
    return names


def _fields(lines: Iterator[str], form: Format) -> Iterator[list[str]]:
    """Yield the fields of each line; between blanks there are as many blanks as there are."""
    if form.separator == BLANK:
        return (line.split() for line in lines)
    return csv.reader(lines, delimiter=form.separator)


def _plain_copy(path: Path, form: Format, scratch: Path, number: int) -> Path:
    """Return a file that the engine can read: the same or, line by line, a copy in UTF-8."""
    blanks = form.separator == BLANK
    if form.codec == "utf-8-sig" and not blanks:
        return path
    copy = scratch / f"{number}_{path.stem}.csv"
    with (
        explained(path),
        _decoded(path, form),
        path.open(encoding=form.codec, newline=None if blanks else "") as lines,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        if blanks:
            csv.writer(out, lineterminator="\n").writerows(_fields(lines, form))
        else:
            shutil.copyfileobj(lines, out)
    return copy


@contextmanager
def _decoded(path: Path, form: Format) -> Iterator[None]:
    try:
        yield
    except UnicodeError:
        raise StudyError(
            f"{path}: the bytes are not {form.encoding}. Name the file's 'encoding', or save it as "
            "UTF-8."
        ) from None


@contextmanager
def engine_errors(source: Source) -> Iterator[None]:
    """Turn what the engine cannot read in the block into a `StudyError` about its file or table."""
    try:
        yield
    except duckdb.InterruptException:
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        raise StudyError(_told(error, source)) from None
    except (StudyError, OSError):
        raise
    except Exception as error:  # each database has errors of its own
        if source.local:
            raise
        told = without_secrets(tables.first_line(error), source.url)
        raise StudyError(f"{source.name}: cannot be read ({told}).") from None


def _told(error: duckdb.Error, source: Source) -> str:
    text = str(error)
    line = re.search(r"CSV Error on Line: (\d+)\n(?:Original Line: (.*)\n)?\s*(.*)", text)
    file = re.search(r"^  file = (.*)$", text, flags=re.M)
    if line is None or file is None:
        return f"{source.name}: cannot be read ({tables.first_line(error)})."
    path = source.originals.get(file[1], Path(file[1]))
    counts = re.match(r"Expected Number of Columns: (\d+) Found: (\d+)", line[3])
    if counts:
        what = f"{counts[2]} values where the header has {counts[1]} names"
    elif "unicode" in line[3].lower():
        return (
            f"{path}, line {line[1]}: bytes that are not UTF-8. Write the file's 'encoding' under "
            f"{source.head}, or save it as UTF-8."
        )
    else:
        what = line[3].strip().rstrip(".").lower()
    return (
        f"{path}, line {line[1]}: {what}: {(line[2] or '')[:LONGEST_QUOTATION]!r}. Correct the "
        f"line, or 'separator' under {source.head}."
    )


# --- Databases ------------------------------------------------------------------------------------


def connected(variable: str, study: Path, scratch: Path) -> Any:
    """Return the database whose URL a variable of the environment holds, as a backend of Ibis.

    The URL, and the password in it, are in no message.

    Raises
    ------
    StudyError
        The variable is not set, the database does not answer, its package is not installed.
    """
    url = os.environ.get(variable, "")
    if not url:
        raise StudyError(
            f"{study}: the variable ${variable}, which 'url' in [transactions] names, is not set. "
            f"Set it to the database's URL, e.g. postgresql://user:password@host/bank."
        )
    try:
        if url.startswith("duckdb://"):
            return tables.engine(scratch, Path(unquote(url.removeprefix("duckdb://"))))
        return ibis.connect(url)
    except ImportError as error:
        raise StudyError(
            f"{study}: the database of ${variable} needs the package '{error.name}', which is not "
            "installed. In the project's folder: pip install '.[postgres]' or '.[spark]'."
        ) from None
    except StudyError:
        raise
    except Exception as error:  # each database has errors of its own
        told = without_secrets(tables.first_line(error), url)
        raise StudyError(
            f"{study}: the database of ${variable} cannot be opened ({told}). Check the variable."
        ) from None


def without_secrets(text: str, url: str) -> str:
    """Return a text without the URL of a database, and without the parts of it that are secret."""
    try:
        parts = urlsplit(url)
        secrets = [parts.password or "", *parts.query.split("&"), parts.netloc.rpartition("@")[0]]
    except ValueError:
        secrets = []
    for secret in (url, *secrets):
        for written in {secret, unquote(secret)} - {""}:
            text = text.replace(written, "…")
    return text


def _known_tables(backend: Any, schema: str) -> list[str]:
    """Return the tables of a database, named as a study file does; none where it does not tell."""
    try:
        known = backend.table("tables", database="information_schema")
        found = tables.aggregates(known.select("table_schema", "table_name"))
    except Exception:  # not every database has the standard's view
        return []
    named = found[found["table_schema"] == schema]["table_name"] if schema else found["table_name"]
    own = found[~found["table_schema"].isin(["information_schema", "pg_catalog"])]
    return [
        f"{schema}.{name}" if schema else name for name in sorted({*named} & {*own["table_name"]})
    ]


def database_table(backend: Any, name: str, variable: str, head: str, form: Format) -> Source:
    """Return a table of a database, named as "ledger.transactions" or "transactions".

    Raises
    ------
    StudyError
        There is no such table; with the nearest name.
    """
    schema, _, plain = name.rpartition(".")
    try:
        table = backend.table(plain, database=schema or None)
    except Exception:  # each database has an error of its own
        raise StudyError(
            f"the database of ${variable}: there is no table '{name}', which {head} names. "
            f"{nearest(name, _known_tables(backend, schema))}".rstrip()
        ) from None
    url = os.environ.get(variable, "")
    return Source(backend, table, f"table '{name}'", head, form, {}, url)

"""Reading customer files: a table of text or numbers, with nothing guessed and nothing lost."""

from __future__ import annotations

import codecs
import contextlib
import csv
import re
from collections.abc import Iterable, Iterator
from io import BytesIO, StringIO, TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from erfm.customers.cells import (
    Unanswered,
    nearest,
    number_pattern,
    tidy,
    to_labels,
    to_numbers,
    to_texts,
)
from erfm.customers.charsets import fitting, is_encoding, marked
from erfm.customers.files import explained
from erfm.customers.spreadsheets import read_excel, read_parquet
from erfm.formats import show_rows, to_text
from erfm.study import Format, StudyError

ROWS_AT_A_TIME = 50_000
ROWS_OF_TITLES = 20
AS_EXPECTED = Format()

__all__ = [
    "Format", "StudyError", "Unanswered", "nearest", "read_table", "show_rows", "to_labels",
    "to_numbers", "to_text", "to_texts",
]  # fmt: skip


def read_table(path: Path, form: Format = AS_EXPECTED) -> pd.DataFrame:
    """Read a text, Excel or Parquet file of customers.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.txt`` or ``.tsv`` (text in `form`), ``.xlsx``, ``.parquet``.
    form : Format
        How the file is written.

    Returns
    -------
    DataFrame
        The file's columns in order, one without a name as "column 1" and so on; index = row of the
        file from 0 below row 1. Rows without any value are left out. Columns are text without
        surrounding space or, from Excel and Parquet, numbers, or both in turn (object) where the
        cells of a column are; `form.missing` is missing.

    Raises
    ------
    StudyError
        No such file (with the nearest name), another kind of file, an empty or damaged file, bytes
        that are not in the encoding (with their row and the encodings that fit), NUL in a value, a
        column name used twice, rows of different lengths, a quotation mark that is not closed.
    Unanswered
        A title where the header should be; errors of Excel's, or formulas without a stored value,
        that `form.missing` does not name (with their sheet and cell).
    """
    with explained(path):
        _check_file(path)
        table = _READERS[path.suffix.lower()](path, form)
    if form.header == 0:
        _check_title(path, [list(table.columns), *table.head(ROWS_OF_TITLES).to_numpy().tolist()])
    table.index += form.first_row
    table.columns = column_names(path, table.columns, form)
    table = pd.DataFrame({name: tidy(table[name], form) for name in table}).dropna(how="all")
    if table.empty:
        raise no_customers(path)
    return table


def no_customers(path: Path) -> StudyError:
    """Return the error for a file without rows."""
    return StudyError(
        f"{path}: the file has a header but no customers below it. Export them again."
    )


def _check_file(path: Path) -> None:
    if not path.is_file():
        folder = path.parent
        siblings = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
        raise StudyError(f"{path}: no such file. {nearest(path.name, siblings)}".rstrip())
    if path.suffix.lower() not in _READERS:
        raise StudyError(
            f"{path}: files ending in '{path.suffix}' cannot be read. Save the customers as CSV, "
            "Excel (.xlsx) or Parquet."
        )
    if path.stat().st_size == 0:
        raise StudyError(f"{path}: the file is empty. Export the customers again, with a header.")


def column_names(path: Path, header: Iterable[Any], form: Format) -> list[str]:
    """Return the names of columns without surrounding space; refuse one that is used twice."""
    texts = ["" if pd.isna(name) else to_text(name) for name in header]
    names = pd.Index([text or f"column {i}" for i, text in enumerate(texts, start=1)])
    repeated = names[names.duplicated()]
    if len(repeated):
        raise StudyError(
            f"{path}: column '{repeated[0]}' appears twice in the header (row "
            f"{form.first_row + 1}). Rename one of them."
        )
    return list(names)


def header_row(rows: list[list[Any]]) -> int:
    """Return which of the first rows of a file, from 1, names the columns.

    The first, unless it is blank or a title: no more than half as many cells as rows usually have,
    all of them on the left. Then it is the first row below that is filled for the most part with
    different texts, none of them a number; 1 if there is none.
    """
    texts = [["" if pd.isna(cell) else to_text(cell) for cell in row] for row in rows]
    widths = [len(row) for row in texts if any(row)]
    usual = max(set(widths), key=lambda width: (widths.count(width), width), default=0)
    if not texts or not _is_title(texts[0], usual):
        return 1
    number = re.compile(number_pattern(".", ","))
    for position, row in enumerate(texts[1:], start=2):
        cells = [cell for cell in row if cell]
        distinct = len(set(cells)) == len(cells) > max(1, usual / 2)
        if distinct and len(row) == usual and not any(map(number.fullmatch, cells)):
            return position
    return 1


def _is_title(row: list[str], usual: int) -> bool:
    filled = sum(map(bool, row))
    if filled == 0 or row[0].lower().startswith("sep="):
        return True
    on_the_left = all(row[:filled])
    return on_the_left and (len(row) < usual or usual > 2) and filled <= usual / 2


def _check_title(path: Path, rows: list[list[Any]]) -> None:
    """Refuse a title, or blank rows, where the names of the columns should be."""
    row = header_row(rows)
    if row > 1:
        found = ", ".join(to_text(cell) for cell in rows[row - 1] if not pd.isna(cell))[:80]
        raise Unanswered(
            f"{path}: row 1 does not name the columns; row {row} seems to ({found}). Write header "
            f"= {row} under [data] (header = 1 if row 1 names them), or delete the rows above.",
            header=row,
        )
    if not any(to_text(cell) for cell in rows[0] if not pd.isna(cell)):
        raise StudyError(
            f"{path}: the first row is blank. It must name the columns: delete the blank rows "
            "above the header, or name its row under [data], e.g. header = 3."
        )


def _read_text(path: Path, form: Format) -> pd.DataFrame:
    """Read a text file with all cells as text; the csv module knows the row of any fault."""
    if not is_encoding(form.encoding):
        raise StudyError(
            f"{path}: there is no encoding '{form.encoding}'. Correct 'encoding' under [data]; "
            'common values are "utf-8" and "gb18030".'
        )
    content = path.read_bytes()
    _check_bytes(path, content, form)
    plain = _read_plain(content, form)
    if plain is not None:
        return plain
    lines = TextIOWrapper(BytesIO(content), encoding=form.codec, newline="")
    try:
        if lines.read(1) != "\ufeff":
            lines.seek(0)
        rows = csv.reader(lines, delimiter=form.separator, strict=True)
        above = list(islice(rows, form.first_row))
        header = next(rows, [])
        return pd.concat(_chunks(path, header, rows, form, len(above) + 2), ignore_index=True)
    except UnicodeError:
        raise StudyError(_undecodable(path, content, form)) from None
    except csv.Error as error:
        raise StudyError(
            f"{path}, line {rows.line_num}: {error}. Delete a stray quotation mark. A value that "
            f"holds the separator ({form.separator!r}), a line break or a quotation mark must be "
            'enclosed in quotation marks, and a quotation mark inside it be doubled ("").'
        ) from None


def _check_bytes(path: Path, content: bytes, form: Format) -> None:
    """Refuse a byte-order mark of another encoding, and NUL where characters are bytes."""
    encoding, found = codecs.lookup(form.encoding).name, marked(content)
    wide = encoding.startswith(("utf-16", "utf-32"))
    if found and not encoding.startswith(found):
        raise StudyError(
            f"{path}: the file opens with the mark of {found}, not of {form.encoding}. Write "
            f'encoding = "{found}" under [data].'
        )
    if wide and not found and encoding in ("utf-16", "utf-32"):
        raise StudyError(
            f"{path}: {form.encoding} needs a byte-order mark, and the file has none. "
            f"{_fitting_encodings(content)}"
        )
    if b"\0" not in content:
        return
    before, nul, _ = content.decode(form.encoding, errors="replace").partition("\0")
    if nul:
        where, row = _place(path, before, form)
        remedy = "Delete it." if wide else _fitting_encodings(content)
        raise StudyError(f"{where}: row {row} has a NUL character. {remedy}")


def unrecognised(path: Path, content: bytes, fits: dict[str, str]) -> StudyError:
    """Return the error for a file in an encoding that cannot be known."""
    return StudyError(f"{path}: the encoding is not certain. {_fitting_encodings(content, fits)}")


def _fitting_encodings(content: bytes, fits: dict[str, str] | None = None) -> str:
    """Return what to do about bytes in another encoding than was said."""
    fits = fitting(content) if fits is None else fits
    listed = ", ".join(f"{name} ({text!r})" for name, text in list(fits.items())[:8])
    if not fits:
        return (
            "No encoding fits all bytes: the file is damaged, or no text. Export it again as UTF-8."
        )
    answer = f'Write encoding = "{next(iter(fits))}" under [data]'
    if len(fits) == 1:
        return f"The bytes are {listed}. {answer}, or save the file as UTF-8."
    return (
        f"These encodings fit, with the first text as it reads in each: {listed}. {answer} if that "
        "is the right one, or another of them, or save the file as UTF-8."
    )


def _read_plain(content: bytes, form: Format) -> pd.DataFrame | None:
    """Read a faultless UTF-8 file without quotation marks, many times faster; None for any other.

    Arrow refuses uneven rows and bytes that are not UTF-8, but does not say enough about them.
    """
    lone_returns = content.count(b"\r") != content.count(b"\r\n")
    if form.codec != "utf-8-sig" or b'"' in content or lone_returns:
        return None
    start = 0
    for _ in range(form.first_row):
        start = content.find(b"\n", start) + 1
        if start == 0:
            return None
    width = content[start:].split(b"\n", 1)[0].count(form.separator.encode()) + 1
    names = [f"f{i}" for i in range(width)]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(memoryview(content)[start:]),
            read_options=arrow_csv.ReadOptions(autogenerate_column_names=True),
            parse_options=arrow_csv.ParseOptions(
                delimiter=form.separator, quote_char=False, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string())
            ),
        )
    except (pa.ArrowInvalid, ValueError):
        return None
    text = {pa.string(): pd.StringDtype(na_value=np.nan)}
    cells = table.to_pandas(types_mapper=text.get)
    header = cells.iloc[0].tolist()
    return cells.iloc[1:].set_axis(header, axis=1).reset_index(drop=True)


def _chunks(
    path: Path, header: list[str], rows: Iterator[list[str]], form: Format, first: int
) -> Iterator[pd.DataFrame]:
    """Yield the rows below the header some at a time, which keeps large files small in memory."""
    yield pd.DataFrame(columns=range(len(header)), dtype="str").set_axis(header, axis=1)
    while chunk := list(islice(rows, ROWS_AT_A_TIME)):
        if set(map(len, chunk)) != {len(header)}:
            _fill_blank_rows(path, header, chunk, first, form)
        _check_swallowed_rows(path, chunk, first, form)
        yield pd.DataFrame(chunk, dtype="str").set_axis(header, axis=1)
        first += len(chunk)


def _fill_blank_rows(
    path: Path, header: list[str], chunk: list[list[str]], first: int, form: Format
) -> None:
    """Make blank lines rows without values, which keeps count of the rows; refuse uneven ones."""
    for number, row in enumerate(chunk, start=first):
        if not row:
            row.extend([""] * len(header))
        elif len(row) != len(header):
            if form.header == 0 and first == 2:
                _check_title(path, [header, *chunk[:ROWS_OF_TITLES]])
            raise StudyError(
                f"{path}, row {number}: {len(row)} values where the header has {len(header)} "
                f"names: {form.separator.join(row)[:60]!r}. Correct the row, or 'separator' under "
                f"[data] (now {form.separator!r})."
            )


def _check_swallowed_rows(path: Path, chunk: list[list[str]], first: int, form: Format) -> None:
    """Refuse a quoted value whose lines are rows themselves: two stray quotation marks made it."""
    if len(chunk[0]) <= 2:
        return
    for number, row in enumerate(chunk, start=first):
        for position, cell in enumerate(row):
            lines = re.split("\r\n|\r|\n", cell) if "\n" in cell or "\r" in cell else []
            if len(lines) > 1 and _are_rows(lines, position, len(row) - 1, form.separator):
                raise StudyError(
                    f"{path}, row {number}: a value in quotation marks spans {len(lines)} lines "
                    f"that look like rows of their own: {lines[1][:60]!r}. Delete the stray "
                    'quotation mark, or double it ("").'
                )


def _are_rows(lines: list[str], position: int, separators: int, separator: str) -> bool:
    """Return whether a value's lines are the end of a row, whole rows, and the beginning of one."""
    counts = [line.count(separator) for line in lines]
    whole = [separators] * (len(lines) - 2)
    return counts == [separators - position, *whole, position]


def _undecodable(path: Path, content: bytes, form: Format) -> str:
    try:
        content.decode(form.encoding)
    except UnicodeDecodeError as error:
        where, row = _place(path, content[: error.start].decode(form.encoding, "replace"), form)
        bad = content[error.start : error.end + 8]
        fault = f"{where}: row {row} has bytes that are not {form.encoding}: {bad!r}"
    except UnicodeError as error:
        fault = f"{path}: the bytes are not {form.encoding}: {error}"
    return f"{fault}. {_fitting_encodings(content)}"


def _place(path: Path, before: str, form: Format) -> tuple[str, int]:
    """Return the file, with the column below the header, and the row in which a text ends."""
    reader = csv.reader(StringIO(before, newline=""), delimiter=form.separator)
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):
        rows.extend(reader)
    if not before or before[-1] in "\r\n":
        rows.append([""])
    header = rows[form.first_row] if len(rows) > form.first_row + 1 else []
    column = header[len(rows[-1]) - 1].strip() if 0 < len(rows[-1]) <= len(header) else ""
    return f"{path}, column '{column}'" if column else f"{path}", len(rows)


_READERS = {
    ".csv": _read_text,
    ".tsv": _read_text,
    ".txt": _read_text,
    ".xlsx": read_excel,
    ".parquet": read_parquet,
}

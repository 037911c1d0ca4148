"""Reading customer files: a table of text or numbers, with nothing guessed and nothing lost."""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO, StringIO
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

MISSING = ("NA", "NaN")
ROWS_AT_A_TIME = 50_000


class StudyError(ValueError):
    """A study or its customers cannot be used; the message says where, what and how to mend it."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows instead of a traceback (a hook of IPython): the message."""
        return [f"{type(self).__name__}: {self}"]


@dataclass(frozen=True)
class Format:
    """How a customer file is written.

    Attributes
    ----------
    encoding : str
        Character encoding of a text file; UTF-8 with or without a byte-order mark by default.
    separator, decimal, thousands : str
        Column separator, decimal mark and thousands separator (one character each; "" for no
        thousands separator). Numbers stored as text in Excel files follow the same marks.
    missing : tuple of str
        The texts that mean "no value"; an empty cell always does.
    sheet : str or int
        The sheet of an Excel file, by name or by number from 0.
    """

    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."
    thousands: str = ""
    missing: tuple[str, ...] = MISSING
    sheet: str | int = 0

    @property
    def codec(self) -> str:
        """The name of Python's decoder; that of UTF-8 takes a byte-order mark away."""
        return "utf-8-sig" if self.encoding.lower() in ("utf-8", "utf8") else self.encoding

    @property
    def number(self) -> str:
        """A regular expression for a number; digits may be grouped by threes, and only so."""
        whole, decimal = "[0-9]+", re.escape(self.decimal)
        if self.thousands:
            whole = f"(?:[1-9][0-9]{{0,2}}(?:{re.escape(self.thousands)}[0-9]{{3}})+|{whole})"
        return f"[+-]?(?:{whole}(?:{decimal}[0-9]*)?|{decimal}[0-9]+)(?:[eE][+-]?[0-9]+)?"


def nearest(name: str, candidates: Iterable[str], most: int = 12) -> str:
    """Return a sentence that suggests the candidate most like `name`, or lists them."""
    candidates = [str(candidate) for candidate in candidates]
    folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
    close = difflib.get_close_matches(str(name).casefold(), folded, n=1, cutoff=0.5)
    if close:
        return f"Did you mean '{folded[close[0]]}'?"
    rest = f" and {len(candidates) - most} more" if len(candidates) > most else ""
    return f"There are: {', '.join(candidates[:most])}{rest}." if candidates else ""


def show_rows(values: pd.Series, most: int = 5) -> str:
    """Return "row 5 'abc', row 9 'def'" for a Series indexed from 0 below a header in row 1."""
    shown = ", ".join(f"row {i + 2} {to_text(v)!r}" for i, v in values.head(most).items())
    rest = len(values) - most
    return shown + (f" and {rest} more" if rest > 0 else "")


def to_text(value: Any) -> str:
    """Write a value of a study or of a customers' file as text, whole numbers without ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def read_table(path: Path, form: Format = Format()) -> pd.DataFrame:
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
        file from 0 below the header. Rows without any value are left out. Columns are text without
        surrounding space or, from Excel and Parquet, numbers; `form.missing` is missing.

    Raises
    ------
    StudyError
        No such file (with the nearest name), another kind of file, an empty file, bytes that are
        not in the encoding (with their row), a column name used twice, rows of different
        lengths, a quotation mark that is not closed.
    """
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
    table = _READERS[path.suffix.lower()](path, form)
    table.columns = _column_names(path, table)
    table = pd.DataFrame({name: _tidy(table[name], form) for name in table}).dropna(how="all")
    if table.empty:
        raise StudyError(
            f"{path}: the file has a header but no customers below it. Export them again."
        )
    return table


def _column_names(path: Path, table: pd.DataFrame) -> list[str]:
    texts = ["" if pd.isna(name) else to_text(name) for name in table.columns]
    names = pd.Index([text or f"column {i}" for i, text in enumerate(texts, start=1)])
    repeated = names[names.duplicated()]
    if len(repeated):
        raise StudyError(
            f"{path}: column '{repeated[0]}' appears twice in the header (row 1). Rename one of "
            "them."
        )
    return list(names)


def _read_text(path: Path, form: Format) -> pd.DataFrame:
    """Read a text file with all cells as text; the csv module knows the row of any fault."""
    plain = _read_plain(path, form)
    if plain is not None:
        return plain
    try:
        with path.open(encoding=form.codec, newline="") as lines:
            rows = csv.reader(lines, delimiter=form.separator, strict=True)
            header = next(rows, [])
            if not any(name.strip() for name in header):
                raise StudyError(
                    f"{path}: the first row is blank. It must name the columns: delete the blank "
                    "rows above the header."
                )
            return pd.concat(_chunks(path, header, rows, form), ignore_index=True)
    except UnicodeError:
        raise StudyError(_undecodable(path, form)) from None
    except LookupError:
        raise StudyError(
            f"{path}: there is no encoding '{form.encoding}'. Correct 'encoding' under [data]; "
            'common values are "utf-8" and "gb18030".'
        ) from None
    except csv.Error as error:
        raise StudyError(
            f"{path}, line {rows.line_num}: {error}. A value that holds the separator "
            f"({form.separator!r}), a line break or a quotation mark must be enclosed in quotation "
            'marks, and a quotation mark inside it be doubled ("").'
        ) from None


def _read_plain(path: Path, form: Format) -> pd.DataFrame | None:
    """Read a faultless UTF-8 file without quotation marks, many times faster; None for any other.

    Arrow refuses uneven rows and bytes that are not UTF-8, but does not say enough about them.
    """
    content = path.read_bytes()
    lone_returns = content.count(b"\r") != content.count(b"\r\n")
    if form.codec != "utf-8-sig" or b'"' in content or lone_returns:
        return None
    width = content.split(b"\n", 1)[0].count(form.separator.encode()) + 1
    names = [f"f{i}" for i in range(width)]
    try:
        table = arrow_csv.read_csv(
            BytesIO(content),
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
    if not any(name.strip() for name in header):
        return None
    return cells.iloc[1:].set_axis(header, axis=1).reset_index(drop=True)


def _chunks(
    path: Path, header: list[str], rows: Iterator[list[str]], form: Format
) -> Iterator[pd.DataFrame]:
    """Yield the rows below the header some at a time, which keeps large files small in memory."""
    yield pd.DataFrame(columns=range(len(header)), dtype="str").set_axis(header, axis=1)
    first = 2
    while chunk := list(islice(rows, ROWS_AT_A_TIME)):
        if set(map(len, chunk)) != {len(header)}:
            _fill_blank_rows(path, header, chunk, first, form)
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
            raise StudyError(
                f"{path}, row {number}: {len(row)} values where the header has {len(header)} "
                f"names: {form.separator.join(row)[:60]!r}. Correct the row, or 'separator' under "
                f"[data] (now {form.separator!r})."
            )


def _undecodable(path: Path, form: Format) -> str:
    advice = (
        "Save the file as UTF-8, or name its encoding under [data] in the study file, e.g. "
        'encoding = "gb18030" for exports of Chinese Windows.'
    )
    header, where = [], f"{path}"
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        text = line.decode(form.codec, errors="replace")
        line_of_text = StringIO(text[:100_000], newline="")
        cells = next(csv.reader(line_of_text, delimiter=form.separator), [])
        header = header or cells
        try:
            line.decode(form.codec)
        except UnicodeDecodeError as error:
            faulty = next((i for i, cell in enumerate(cells) if "\ufffd" in cell), len(header))
            if number > 1 and faulty < len(header):
                where += f", column '{header[faulty].strip()}'"
            bad = line[error.start : error.end + 8]
            return (
                f"{where}: row {number} has bytes that are not {form.encoding}: {bad!r}. {advice}"
            )
    return f"{where}: the bytes are not {form.encoding}. {advice}"


def _read_excel(path: Path, form: Format) -> pd.DataFrame:
    try:
        cells = pd.read_excel(
            path,
            sheet_name=form.sheet,
            header=None,
            dtype=object,
            keep_default_na=False,
            engine="openpyxl",
        )
    except (BadZipFile, KeyError):
        raise StudyError(f"{path}: not an Excel file. Save it again as .xlsx.") from None
    except ValueError as error:
        raise StudyError(f"{path}: {error}. Correct 'sheet' under [data].") from None
    if cells.empty:
        raise StudyError(f"{path}: sheet {form.sheet!r} is empty. Correct 'sheet' under [data].")
    return cells.iloc[1:].set_axis(cells.iloc[0], axis=1).reset_index(drop=True)


def _read_parquet(path: Path, form: Format) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError):
        raise StudyError(f"{path}: not a Parquet file. Write it again.") from None
    return table.reset_index(drop=table.index.names == [None])


_READERS = {
    ".csv": _read_text,
    ".tsv": _read_text,
    ".txt": _read_text,
    ".xlsx": _read_excel,
    ".parquet": _read_parquet,
}


def _tidy(values: pd.Series, form: Format) -> pd.Series:
    """Strip text, and blank what means no value; a column of mixed cells becomes text."""
    if pd.api.types.is_object_dtype(values):
        values = values.mask(values.isin(["", *form.missing])).infer_objects()
    if pd.api.types.is_bool_dtype(values):
        return values
    if pd.api.types.is_numeric_dtype(values):
        codes = pd.to_numeric(pd.Series(form.missing, dtype="str"), errors="coerce").dropna()
        return values.mask(values.isin(codes))
    if pd.api.types.is_object_dtype(values):
        values = values.map(lambda cell: _cell_text(cell, form), na_action="ignore")
    text = values.astype("str").str.strip()
    return text.mask(text.isin(["", *form.missing]))


def _cell_text(cell: Any, form: Format) -> str:
    text = to_text(cell)
    return text.replace(".", form.decimal) if isinstance(cell, float) else text


def to_texts(values: pd.Series) -> pd.Series:
    """Return `values` as text, whole numbers without ".0"; missing values stay missing."""
    if pd.api.types.is_numeric_dtype(values):
        values = values.map(to_text, na_action="ignore")
    return values.astype("str")


def to_numbers(values: pd.Series, form: Format, where: str) -> pd.Series:
    """Return `values` as floats, exactly as written; text that is no number is an error.

    Raises
    ------
    StudyError
        Text in a number column, or an infinite value, with the rows; `where` opens the message.
    """
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.astype(float)
    else:
        numbers = _parsed(values, form)
    bad = values[numbers.isna() & values.notna()]
    infinite = values[numbers.abs() == float("inf")]
    if len(infinite):
        raise StudyError(
            f"{where}: infinite values: {show_rows(infinite)}. Replace them by the true value or "
            "leave them empty."
        )
    if len(bad):
        raise StudyError(
            f"{where}: text where numbers are expected: {show_rows(bad)}. Correct these values, "
            "list the text under 'missing' in [data] if it means no value, or declare the column "
            "categorical by its 'levels'."
        )
    return numbers


def _parsed(values: pd.Series, form: Format) -> pd.Series:
    """Parse text in `form`, to the nearest float; what is not a number becomes missing."""
    text = values.astype("str")
    infinite = text.str.fullmatch("[+-]?inf(inity)?", case=False)
    text = text.where(text.str.fullmatch(form.number) | infinite)
    if form.thousands:
        text = text.str.replace(form.thousands, "", regex=False)
    return text.str.replace(form.decimal, ".", regex=False).astype(float)

"""Reading customer files: bytes in, a table of text or typed columns out, nothing guessed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

MISSING = ("", "NA", "NaN")


class StudyError(ValueError):
    """A study or its customers cannot be used; the message says where, what and how to mend it."""


@dataclass(frozen=True)
class Format:
    """How a customer file is written.

    Attributes
    ----------
    encoding : str
        Character encoding of a CSV file; UTF-8 with or without a byte-order mark by default.
    separator, decimal, thousands : str
        Column separator, decimal mark and thousands separator of a CSV file.
    missing : tuple of str
        The texts that mean "no value".
    sheet : str or int
        The sheet of an Excel file.
    """

    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = "."
    thousands: str = ""
    missing: tuple[str, ...] = MISSING
    sheet: str | int = 0


def nearest(name: str, candidates: Iterable[str]) -> str:
    """Return a sentence that suggests the candidate most like `name`, or lists all of them."""
    candidates = [str(candidate) for candidate in candidates]
    close = difflib.get_close_matches(str(name), candidates, n=1, cutoff=0.5)
    if close:
        return f"Did you mean '{close[0]}'?"
    return f"There are: {', '.join(candidates)}." if candidates else ""


def show_rows(values: pd.Series, most: int = 5) -> str:
    """Return "row 5 'abc', row 9 ''" for a Series indexed from 0 below a header in row 1."""
    shown = ", ".join(f"row {i + 2} {str(v)!r}" for i, v in values.head(most).items())
    rest = len(values) - most
    return shown + (f" and {rest} more" if rest > 0 else "")


def read_table(path: Path, form: Format = Format()) -> pd.DataFrame:
    """Read a CSV, Excel or Parquet file of customers.

    Parameters
    ----------
    path : Path
        ``.csv``, ``.txt`` or ``.tsv`` (text in `form`), ``.xlsx``, ``.parquet``.
    form : Format
        How the file is written.

    Returns
    -------
    DataFrame
        The file's columns in order; a CSV file's values all as text, `form.missing` as missing.

    Raises
    ------
    StudyError
        No such file (with the nearest name), an empty file, bytes that are not in the encoding
        (with their line), a column name used twice, rows of different lengths.
    """
    if not path.is_file():
        folder = path.parent
        siblings = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
        raise StudyError(f"{path}: no such file. {nearest(path.name, siblings)}".rstrip())
    if path.stat().st_size == 0:
        raise StudyError(f"{path}: the file is empty. Export the customers again, with a header.")
    readers = {".xlsx": _read_excel, ".parquet": _read_parquet}
    table = readers.get(path.suffix.lower(), _read_text)(path, form)
    table.columns = [str(column).strip() for column in table.columns]
    repeated = table.columns[table.columns.duplicated()]
    if len(repeated):
        raise StudyError(
            f"{path}: column '{repeated[0]}' appears twice in the header. Rename one of them."
        )
    if table.empty:
        raise StudyError(f"{path}: the file has a header but no customers below it.")
    return table


def _read_text(path: Path, form: Format) -> pd.DataFrame:
    encoding = "utf-8-sig" if form.encoding.lower() in ("utf-8", "utf8") else form.encoding
    try:
        cells = pd.read_csv(
            path,
            sep=form.separator,
            encoding=encoding,
            header=None,
            dtype=str,
            keep_default_na=False,
            na_values=list(form.missing),
            skip_blank_lines=False,
        )
    except UnicodeDecodeError:
        raise StudyError(_undecodable(path, encoding)) from None
    except LookupError:
        raise StudyError(
            f"{path}: there is no encoding '{form.encoding}'. Correct 'encoding' under [data]; "
            'common values are "utf-8" and "gb18030".'
        ) from None
    except pd.errors.ParserError as error:
        raise StudyError(
            f"{path}: {str(error).strip()}. Every row needs as many values as the header has "
            f"names; the separator is {form.separator!r}."
        ) from None
    # The header is read as a row so that a name used twice is seen, not renamed by pandas; blank
    # lines are dropped afterwards so that the index still counts the file's rows.
    header, rows = cells.iloc[0].fillna(""), cells.iloc[1:]
    return rows.set_axis(header, axis=1).reset_index(drop=True).dropna(how="all")


def _undecodable(path: Path, encoding: str) -> str:
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError as error:
            return (
                f"{path}: row {number} has bytes that are not {encoding.removesuffix('-sig')}: "
                f"{line[error.start : error.end + 8]!r}. Save the file as UTF-8, or name its "
                'encoding under [data] in the study file, e.g. encoding = "gb18030" for exports '
                "of Chinese Windows."
            )
    return f"{path}: the bytes are not {encoding}. Save the file as UTF-8."


def _read_excel(path: Path, form: Format) -> pd.DataFrame:
    try:
        return pd.read_excel(
            path, sheet_name=form.sheet, keep_default_na=False, na_values=list(form.missing)
        )
    except ValueError as error:
        raise StudyError(f"{path}: {error}. Correct 'sheet' under [data].") from None


def _read_parquet(path: Path, form: Format) -> pd.DataFrame:
    return pd.read_parquet(path).reset_index(drop=True)


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
        numbers = pd.to_numeric(_plain(values, form), errors="coerce").astype(float)
    bad = values[numbers.isna() & values.notna()]
    if len(bad):
        raise StudyError(
            f"{where}: text where numbers are expected: {show_rows(bad)}. Correct these values, "
            "list the text under 'missing' in [data] if it means no value, or declare the column "
            "categorical."
        )
    infinite = values[numbers.abs() == float("inf")]
    if len(infinite):
        raise StudyError(
            f"{where}: infinite values: {show_rows(infinite)}. Replace them by the true value or "
            "leave them empty."
        )
    return numbers


def _plain(values: pd.Series, form: Format) -> pd.Series:
    """Rewrite numbers with other decimal marks and thousands separators as Python writes them."""
    text = values.astype("str").str.strip().mask(values.isna())
    if form.thousands:
        # Only correctly grouped digits lose their separators: "12,34" is an error, not 1234.
        mark = re.escape(form.thousands)
        grouped = text.str.fullmatch(rf"[+-]?\d{{1,3}}({mark}\d{{3}})+(\D\d*)?").fillna(False)
        text = text.mask(grouped, text.str.replace(form.thousands, "", regex=False))
    if form.decimal != ".":
        # A point that is not the decimal mark must not come to be read as one.
        text = text.str.replace(".", "?", regex=False).str.replace(form.decimal, ".", regex=False)
    return text

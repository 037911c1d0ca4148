"""Reading Excel and Parquet files: every cell as it is stored, and nothing from a damaged file."""

from __future__ import annotations

import re
import warnings
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pandas as pd
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils import get_column_letter

from erfm.customers.cells import Unanswered
from erfm.formats import show_rows
from erfm.study import Format, StudyError

ERRORS = (
    "#N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!",
    "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!", "#GETTING_DATA", "#PYTHON!",
)  # fmt: skip
"""The errors that Excel shows in a cell."""

FORMULA = "#FORMULA"
"""What stands in a study file for a formula without a stored value."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
USUAL_SIZE, LARGEST_SIZE, LARGEST_RATIO = 2**28, 2**32, 300


def read_excel(path: Path, form: Format) -> pd.DataFrame:
    """Read a sheet cell by cell: numbers stay numbers, and text stays text.

    Returns
    -------
    DataFrame
        All cells as objects, the header's as column labels; columns without any cell are left out.

    Raises
    ------
    StudyError
        No Excel file, a damaged or encrypted one, no such sheet, an empty sheet.
    Unanswered
        Errors of Excel's, or formulas without a stored value, that `form.missing` does not name.
    """
    try:
        _check_package(path)
        title, rows, faults = _sheet(path, form)
    except (StudyError, OSError):
        raise
    except Exception as error:  # damage breaks the parsers in any way
        raise StudyError(
            f"{path}: not an Excel file, or a damaged one ({type(error).__name__}: {error}). Save "
            "it again as .xlsx."
        ) from None
    if faults:
        raise _unanswered(path, title, faults, form)
    rows = rows[form.first_row :]
    if not rows:
        raise StudyError(
            f"{path}: sheet '{title}' is empty. Correct 'sheet' under [data]; there are: "
            f"{', '.join(map(repr, sheet_names(path)))}."
        )
    header = rows[0]
    cells = pd.DataFrame(rows[1:], columns=range(len(header)), dtype=object)
    used = [i for i in cells if header[i] is not None or cells[i].notna().any()]
    return cells[used].set_axis([header[i] for i in used], axis=1)


def sheet_names(path: Path) -> list[str]:
    """Return the names of an Excel file's sheets; none if it cannot be read, which says why."""
    try:
        _check_package(path)
        with closing(_workbook(path)) as book:
            return [sheet.title for sheet in book.worksheets]
    except Exception:
        return []


def _workbook(path: Path, data_only: bool = True) -> openpyxl.Workbook:
    # openpyxl warns of styles and validations that it does not keep: no value depends on them.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return openpyxl.load_workbook(path, read_only=True, data_only=data_only)


def _check_package(path: Path) -> None:
    """Refuse what is no zip file, is encrypted, unpacks beyond measure, or fails its checksums."""
    with path.open("rb") as file:
        if file.read(len(OLE)) == OLE:
            raise StudyError(
                f"{path}: the file is protected by a password, or in Excel's old format. Save it "
                "without a password as .xlsx."
            )
    with ZipFile(path) as package:
        unpacked = sum(member.file_size for member in package.infolist())
        if unpacked > max(USUAL_SIZE, min(LARGEST_SIZE, LARGEST_RATIO * path.stat().st_size)):
            raise StudyError(
                f"{path}: the file unpacks to {unpacked / 2**30:.1f} GiB. Save the sheet of "
                "customers alone, or as CSV."
            )
        damaged = package.testzip()
        if damaged is not None:
            raise StudyError(f"{path}: the file is damaged ({damaged}). Save it again as .xlsx.")


def _sheet(path: Path, form: Format) -> tuple[str, list[list[Any]], dict[str, list[str]]]:
    """Return a sheet's name, its cells, and where each fault is that is not declared as missing."""
    with closing(_workbook(path)) as book:
        names = [sheet.title for sheet in book.worksheets]
        if not names:
            raise StudyError(f"{path}: the file has no sheet of cells. Save it again as .xlsx.")
        position = names.index(form.sheet) if form.sheet in names else form.sheet
        if not isinstance(position, int) or position >= len(names):
            raise StudyError(
                f"{path}: there is no sheet {form.sheet!r}. Correct 'sheet' under [data]; there "
                f"are: {', '.join(map(repr, names))}."
            )
        rows, blanks = _cells(book.worksheets[position])
    faults = _errors(rows, set(ERRORS) - set(form.missing))
    if blanks and FORMULA not in form.missing and _has_formulas(path):
        faults |= _formulas_without_value(path, position, blanks)
    return names[position], rows, faults


def _cells(sheet: Any) -> tuple[list[list[Any]], set[tuple[int, int]]]:
    """Return a sheet's cells, padded to a rectangle, and where cells have no value."""
    sheet.reset_dimensions()  # which programs other than Excel often write wrongly
    rows, blanks = [], set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of dates out of range, which become errors
        for number, row in enumerate(sheet.iter_rows()):
            rows.append([cell.value for cell in row])
            blanks |= {
                (number, column)
                for column, cell in enumerate(row)
                if cell.value is None and cell is not EMPTY_CELL and cell.data_type == "n"
            }
    while rows and all(value is None for value in rows[-1]):
        rows.pop()
    width = max(map(len, rows), default=0)
    return [[*row, *[None] * (width - len(row))] for row in rows], blanks


def _errors(rows: list[list[Any]], codes: set[str]) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str) and value in codes:
                faults.setdefault(value, []).append(_address(number, column))
    return faults


def _address(row: int, column: int) -> str:
    return f"{get_column_letter(column + 1)}{row + 1}"


def _has_formulas(path: Path) -> bool:
    with ZipFile(path) as package:
        sheets = [name for name in package.namelist() if "worksheets/" in name]
        return any(re.search(rb"<(\w+:)?f[ >/]", package.read(name)) for name in sheets)


def _formulas_without_value(
    path: Path, position: int, blanks: set[tuple[int, int]]
) -> dict[str, list[str]]:
    """Return which cells without a value hold a formula: a second look, at the formulas."""
    with closing(_workbook(path, data_only=False)) as book:
        sheet = book.worksheets[position]
        sheet.reset_dimensions()
        cells = [
            _address(number, column)
            for number, row in enumerate(sheet.iter_rows())
            for column, cell in enumerate(row)
            if cell.data_type == "f" and (number, column) in blanks
        ]
    return {FORMULA: cells} if cells else {}


def _unanswered(path: Path, title: str, faults: dict[str, list[str]], form: Format) -> Unanswered:
    told = []
    for code, cells in faults.items():
        what = "a formula without a stored value" if code == FORMULA else f"the error {code}"
        rest = f" and {len(cells) - 1} more" if len(cells) > 1 else ""
        told.append(f"{what} in cell {cells[0]}{rest}")
    missing = (*form.missing, *faults)
    listed = ", ".join(f'"{text}"' for text in missing)
    return Unanswered(
        f"{path}, sheet '{title}': {'; '.join(told)}. Correct the cells, or open the file in Excel "
        f"and save it again; or write missing = [{listed}] under [data] to count them as missing.",
        missing=missing,
    )


PATTERN = "*?["
"""The characters that make a name a pattern of files."""


def is_parquet(path: Path) -> bool:
    """Return whether a path means Parquet: by its suffix, or as a folder of files."""
    if path.suffix.lower() == ".parquet":
        return True
    return path.is_dir() and path.resolve() != path.resolve().parent


def read_parquet(path: Path, form: Format) -> pd.DataFrame:
    """Read a Parquet file, with its named index as columns; checksums of pages are verified.

    Raises
    ------
    StudyError
        No Parquet file or a damaged one, a NUL character in a value.
    """
    try:
        table = pd.read_parquet(path, page_checksum_verification=True)
    except Exception as error:  # damage breaks the parser in any way
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise StudyError(
            f"{path}: not a Parquet file, or a damaged one ({type(error).__name__}: {error}). "
            "Write it again."
        ) from None
    table = table.reset_index(drop=table.index.names == [None])
    refuse_nul(path, table)
    return table


def refuse_nul(path: Path, table: pd.DataFrame) -> None:
    """Raise if a text of a Parquet file holds a NUL character."""
    for column in table.select_dtypes(["str", "object"]):
        values = table[column]
        if isinstance(values.dtype, pd.StringDtype):
            nul = values[values.str.contains("\0", regex=False, na=False)]
        else:
            nul = values[values.map(lambda cell: isinstance(cell, str) and "\0" in cell)]
        if len(nul):
            raise StudyError(
                f"{path}, column '{column}': a NUL character in a value: {show_rows(nul)}. Write "
                "the file again without it."
            )

"""Tables to take away: an Excel workbook of all, and the main ones for LaTeX and Word."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
import pandas as pd
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from erfm.customers.files import replacing, write_text
from erfm.escaping import from_csv_cell, latex, one_line, visible
from erfm.formats import NEVER_PREDICTORS, as_text, rows_are_texts
from erfm.study import Study, StudyError

# The tables that most papers print: the full equation, the search's steps, the classifications.
MAIN_TABLES = ("02_coefficients", "03_steps", "04_classification")
CONTENTS = "Contents"
EXCEL_NAME_LENGTH = 31
LONGEST_PROPERTY = 255


@dataclass(frozen=True)
class Table:
    """A table as a notebook filed it: unrounded, with its caption and its columns' headings."""

    name: str
    frame: pd.DataFrame
    number: str
    caption: str
    headings: dict[str, str]

    def shown(self, study: Study) -> pd.DataFrame:
        """Return the table as the page shows it: rounded text, the study's labels, headings."""
        return as_text(study, self.frame, self.headings)


def read_tables(folder: Path) -> list[Table]:
    """Return the tables that the notebooks of a report have filed in `folder`, in their order.

    Raises
    ------
    StudyError
        There are none.
    """
    paths = sorted(path for path in folder.glob("*.csv") if path.with_suffix(".json").is_file())
    if not paths:
        raise StudyError(f"{folder}: there are no tables. Build the report of this study first.")
    return [_read(path) for path in paths]


def _read(path: Path) -> Table:
    described = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    headings, kinds = described["headings"], described["kinds"]
    cells = pd.read_csv(path, header=None, dtype=str, keep_default_na=False)
    columns = [_values(cells[i].iloc[1:], kind) for i, kind in enumerate(kinds)]
    rows = len(kinds) - len(headings)
    names = [from_csv_cell(name) or None for name in cells.iloc[0, :rows]]
    frame = pd.DataFrame(dict(zip(headings, columns[rows:], strict=True)))
    if rows > 1:
        frame.index = pd.MultiIndex.from_arrays(columns[:rows], names=names)
    else:
        frame.index = pd.Index(columns[0].array, name=names[0])
    return Table(path.stem, frame, described["number"], described["caption"], headings)


def _values(cells: pd.Series, kind: str) -> pd.Series:
    """Return a column's values as they were before they were filed."""
    if kind == "text":
        return cells.map(from_csv_cell).mask(cells == "")
    missing = (cells == "").any()
    return cells.mask(cells == "").astype("int64" if kind == "integer" and not missing else float)


def export_tables(folder: Path, study: Study, target: Path) -> list[Path]:
    """Write the tables of a report as files that other programs open.

    Parameters
    ----------
    folder : Path
        Where the notebooks filed them, ``build/<study>/tables``.
    study : Study
        The study they are of; its labels, units and notes go with them.
    target : Path
        The folder to write to; it is made where there is none.

    Returns
    -------
    list of Path
        ``tables.xlsx`` (a sheet per table, numbers unrounded, the first sheet lists them),
        ``tables.docx`` and one ``.tex`` file for each of the main tables, numbers as shown. The
        same tables give the same bytes.

    Raises
    ------
    StudyError
        There are no tables in `folder`.
    """
    tables = read_tables(folder)
    main = [table for table in tables if table.name.startswith(MAIN_TABLES)]
    written = [target / "tables.xlsx", target / "tables.docx"]
    with replacing(written[0]) as workbook:
        _write_excel(tables, study, workbook)
    with replacing(written[1]) as document:
        _write_word(main, study, document)
    for table in main:
        path = target / f"{table.name}.tex"
        write_text(path, to_latex(table, study))
        written.append(path)
    return written


def notes(study: Study) -> list[str]:
    """Return what a reader of the tables must know: whose they are, and how they are coded."""
    simulated = "The customers are simulated: no figure here is a finding or a replication."
    lines = [
        study.title,
        simulated if study.simulated else "",
        study.description,
        f"Source: {study.source}" if study.source else "",
        f"Outcome: 1 = retained ({study.retained}), 0 = churned ({study.churned}). A positive "
        "coefficient goes with retention.",
    ]
    return [one_line(text) for text in lines if text]


def variables(study: Study) -> pd.DataFrame:
    """Return the predictors with their labels, units and, of categories, the reference level."""
    rows = {
        p.name: {"label": p.label, "unit": p.unit, "reference level": p.reference}
        for p in study.predictors.values()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("variable")


def _write_excel(tables: list[Table], study: Study, path: Path) -> None:
    sheets = _sheet_names([table.name for table in tables])
    listed = [(table.number, table.caption) for table in tables]
    contents = pd.DataFrame(listed, pd.Index(sheets, name="sheet"), ["number", "caption"])
    remarks = pd.DataFrame({"notes": [*notes(study), "Numbers are not rounded."]}).set_index(
        "notes"
    )
    with pd.ExcelWriter(path, engine="openpyxl") as book:
        remarks.to_excel(book, sheet_name=CONTENTS)
        first = len(remarks) + 2
        _for_excel(variables(study)).to_excel(book, sheet_name=CONTENTS, startrow=first)
        first += len(study.predictors) + 2
        _for_excel(contents).to_excel(book, sheet_name=CONTENTS, startrow=first)
        for sheet, table in zip(sheets, tables, strict=True):
            labelled = table.frame.rename(columns=table.headings)
            if labelled.index.nlevels == 1 and _names_predictors(study, labelled.index.name):
                labelled.index = labelled.index.map(lambda row: study.label(str(row)))
            _for_excel(labelled).to_excel(book, sheet_name=sheet, merge_cells=False)
        for row, sheet in enumerate(sheets, start=first + 2):
            cell = book.sheets[CONTENTS].cell(row, 1)
            cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")
        for sheet in book.sheets.values():
            _tidy_sheet(sheet)
    _fix_time(path)


def _names_predictors(study: Study, index_name: object) -> bool:
    return not rows_are_texts(study, index_name) and index_name not in NEVER_PREDICTORS


def _sheet_names(names: list[str]) -> list[str]:
    """Return names that Excel allows: without some characters, short, each of them once."""
    sheets: list[str] = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\']", "_", name)
        short, number = plain[:EXCEL_NAME_LENGTH], 1
        while short.lower() in [sheet.lower() for sheet in sheets]:
            number += 1
            short = f"{plain[: EXCEL_NAME_LENGTH - 1 - len(str(number))]}~{number}"
        sheets.append(short)
    return sheets


def _for_excel(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table without characters that a workbook cannot have."""

    def cell(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(map(cell, value))
        return visible(value) if isinstance(value, str) else value

    written = frame.map(cell).rename(columns=cell)
    written.index = frame.index.map(cell)
    written.index.names = [cell(name) for name in frame.index.names]
    return written


def _tidy_sheet(sheet: Worksheet) -> None:
    """Keep text that looks like a formula or an error; make the columns wide enough to read."""
    for column in sheet.columns:
        for cell in column:
            if isinstance(cell.value, str):
                cell.data_type = "s"
        width = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[column[0].column_letter].width = min(max(width, 8), 40) + 2


def to_latex(table: Table, study: Study) -> str:
    """Return a table in LaTeX, for a document that uses the package booktabs."""
    shown = table.shown(study).map(latex).rename(index=latex, columns=latex)
    return shown.style.to_latex(
        column_format="l" * shown.index.nlevels + "r" * len(shown.columns),
        hrules=True,
        position="htbp",
        position_float="centering",
        caption=latex(table.caption),
        label=f"tab:{table.name}",
    )


def _write_word(tables: list[Table], study: Study, path: Path) -> None:
    title, *rest = notes(study)
    grids = [
        Grid(
            f"{table.number}. {one_line(table.caption)}",
            table.shown(study).reset_index(names=_row_headings(table)),
            table.frame.index.nlevels,
        )
        for table in tables
    ]
    write_document(title, rest, grids, path)


class Grid(NamedTuple):
    """A table of a document: texts, with how many columns from the left are not numbers."""

    caption: str
    texts: pd.DataFrame
    text_columns: int


def write_document(
    title: str, paragraphs: list[str], grids: list[Grid], path: Path, landscape: bool = False
) -> None:
    """Write a title, paragraphs and tables as a Word document; the same texts are the same bytes.

    Parameters
    ----------
    title : str
    paragraphs : list of str
    grids : list of Grid
    path : Path
        The file to write to, as it is; see `erfm.customers.files.replacing`.
    landscape : bool
        Whether the pages lie on their side, for tables with much text.
    """
    document = docx.Document()
    if landscape:
        page = document.sections[0]
        page.orientation = WD_ORIENT.LANDSCAPE
        page.page_width, page.page_height = page.page_height, page.page_width
    document.core_properties.title = one_line(title)[:LONGEST_PROPERTY]
    document.core_properties.author = ""
    document.add_heading(one_line(title), level=1)
    for line in paragraphs:
        document.add_paragraph(one_line(line))
    for caption, texts, text_columns in grids:
        document.add_paragraph(caption, style="Caption")
        grid = document.add_table(rows=0, cols=len(texts.columns), style="Light Shading")
        for row in [list(texts.columns), *texts.to_numpy().tolist()]:
            for position, (cell, value) in enumerate(zip(grid.add_row().cells, row, strict=True)):
                cell.text = one_line(str(value))
                if position >= text_columns:
                    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
        document.add_paragraph()
    document.save(str(path))
    _fix_time(path)


def _row_headings(table: Table) -> list[str]:
    return [name or "" for name in table.frame.index.names]


def _fix_time(path: Path) -> None:
    """Take the time of writing out of an Office file: the same tables are the same bytes."""
    with ZipFile(path) as package:
        parts = {info.filename: package.read(info) for info in package.infolist()}
    core = parts["docProps/core.xml"].decode("utf-8")
    moment = r"(<dcterms:(?:created|modified)[^>]*>)[^<]*"
    parts["docProps/core.xml"] = re.sub(moment, r"\g<1>2000-01-01T00:00:00Z", core).encode("utf-8")
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(ZipInfo(name), content, compress_type=ZIP_DEFLATED)

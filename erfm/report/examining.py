"""Papers on trial: what ``python -m erfm examine`` prints in a terminal and writes to files."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from erfm.customers.files import check_output, explained, replacing, write_text
from erfm.customers.toml_tables import PAPER_SUFFIX, is_paper
from erfm.escaping import csv_cell, one_line
from erfm.formats import counted
from erfm.paper.claims import KINDS, Key, Option
from erfm.paper.examination import (
    FAIRNESS,
    MEANINGS,
    Examination,
    JudgedValue,
    examine_paper,
    named,
)
from erfm.paper.paper_file import PaperError, load_paper
from erfm.study import StudyError

if TYPE_CHECKING:
    from erfm.report.exporting import Grid

NOTHING_REFUTED, BAD_FILE, REFUTED = 0, 2, 3
NARROWEST, STACKED_BELOW, WIDEST = 60, 90, 140
LONG = 120
"""An argument with more characters is not told twice."""

SUFFIXES = (".html", "_verdicts.csv", "_verdicts.json", "_verdicts.docx")
"""What is written of a paper: a page, every value with its verdict, everything for a program, and
both tables for Word."""
INDEX = "index.html"

HEADINGS = {
    "place": "Where",
    "value": "Printed value",
    "printed": "Printed",
    "verdict": "Verdict",
    "together_with": "Together with",
    "why": "Why",
    "what_would_have_to_be_true": "What would have to be true",
    "kind": "Kind",
    "about": "About",
    "rests_on": "Rests on",
    "note": "Note",
}


def examine_files(
    papers: Sequence[str],
    tell: Callable[[str], None],
    output: Path | None = None,
    overwrite: bool = False,
) -> int:
    """Examine papers, print what is found, and return the exit status: the largest of them all.

    Parameters
    ----------
    papers : sequence of str
        Files, names of papers in ``data/``, or folders: all files ``*.paper.toml`` in them.
    tell : callable
        Is given one line on each file that cannot be used; the others are examined all the same.
    output : Path, optional
        A folder to write to: for each paper a page, a table, JSON and a Word document; of several
        papers or a folder also a page that lists them.
    overwrite : bool
        Whether files there may be replaced.

    Returns
    -------
    int
        0 if no printed value is impossible or contradicts others, 3 if one is, 2 if a file cannot
        be used.

    Raises
    ------
    StudyError
        The output may not be written to; nothing is examined then.
    """
    examined, faults = _examined(papers)
    for fault in faults:
        tell(f"error: {fault}")
    several = bool(examined) and (len(papers) > 1 or Path(papers[0]).is_dir())
    index = output / INDEX if output is not None and several else None
    if output is not None:
        _check_targets(examined, output, index, overwrite)
    status = BAD_FILE if faults else NOTHING_REFUTED
    for examination in examined:
        print(as_text(examination, _terminal_width()))
        if output is not None:
            written = export_examination(examination, output)
            print(f"\nWritten: {', '.join(map(str, written))}")
        print()
        status = max(status, REFUTED if examination.refuted else NOTHING_REFUTED)
    if index is not None:
        write_index(examined, faults, index)
        print(f"The papers are listed in {index}\n")
    if examined:
        print("\n".join(_wrapped(FAIRNESS, _terminal_width())))
    return status


def _examined(papers: Sequence[str]) -> tuple[list[Examination], list[str]]:
    """Return the papers that can be examined, and what is wrong with the others."""
    examined, faults = [], []
    for name in papers:
        try:
            files = _files(name)
        except StudyError as error:
            files = []
            faults.append(str(error))
        for file in files:
            try:
                examined.append(examine_paper(load_paper(file)))
            except PaperError as error:
                faults.append(str(error))
    return examined, faults


def _files(name: str) -> list[str]:
    """Return the papers in a folder; a file or the name of a paper as it is."""
    with explained(Path(name)):
        if not name or not Path(name).is_dir():
            return [name]
        found = sorted(str(path) for path in Path(name).iterdir() if is_paper(path))
    if not found:
        raise PaperError(
            f"{name}: no paper is in this folder. A paper's file is called <name>{PAPER_SUFFIX}."
        )
    return found


# --- In a terminal --------------------------------------------------------------------------------


def _terminal_width() -> int:
    return min(max(shutil.get_terminal_size((100, 24)).columns, NARROWEST), WIDEST)


def as_text(examination: Examination, width: int) -> str:
    """Return the verdict on every printed value as a table for a terminal of a width."""
    paper = examination.paper
    lines = [*_wrapped(one_line(paper.title), width), *_wrapped(one_line(paper.source), width), ""]
    rows = _rows(examination.judged.values())
    lay_out = _stacked if width < STACKED_BELOW else _in_columns
    lines += lay_out([["Printed value", "Printed", "Verdict", "Why"], *rows], width)
    lines += ["", *_wrapped(summary(examination), width)]
    return "\n".join(line.rstrip() for line in lines)


def summary(examination: Examination) -> str:
    """Say how many printed values have each verdict, and what that means."""
    counts = examination.counts()
    told = "; ".join(f"{verdict}: {n} ({MEANINGS[verdict]})" for verdict, n in counts.items() if n)
    return f"Of {counted(counts.sum(), 'printed value')}, {told}."


def _rows(judged: Iterable[JudgedValue]) -> Iterator[list[str]]:
    """Yield a row for each value; an argument that was told already is referred to."""
    told: dict[str, str] = {}
    for one in judged:
        value, why = one.value, one.reason
        if one.refuted and one.proof.what_would_have_to_be_true:
            why += f" What would have to be true: {one.proof.what_would_have_to_be_true}"
        first = told.setdefault(why, value.title)
        if first != value.title and len(why) > LONG:
            why = f"See “{first}”."
        if one.together_with:
            why += f" Together with: {named(one.together_with)}."
        yield [one_line(cell) for cell in (value.title, value.shown, one.verdict, why)]


def _in_columns(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield the lines of a table in four columns, the first row its heading."""
    first, second, third = width * 22 // 100, 10, 16
    widths = [first, second, third, width - first - second - third - 6]
    yield from _laid_out(rows[0], widths)
    yield "  ".join("─" * w for w in widths)
    for row in rows[1:]:
        yield from _laid_out(row, widths)


def _stacked(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield the lines of a table in three columns, with the fourth below each row."""
    widths = [width - 30, 10, 16]
    yield from _laid_out(rows[0][:3], widths)
    yield "─" * width
    for row in rows[1:]:
        yield from _laid_out(row[:3], widths)
        yield from (f"    {line}" for line in _wrapped(row[3], width - 4))


def _laid_out(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a row of a table, each cell within its width."""
    columns = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for i in range(max(map(len, columns))):
        parts = [column[i] if i < len(column) else "" for column in columns]
        yield "  ".join(
            part + " " * (width - _columns(part)) for part, width in zip(parts, widths, strict=True)
        )


def _wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most a width, broken between words where that is possible."""
    lines = [""]
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if _columns(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if _columns(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for each Chinese character."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def kinds_as_text() -> str:
    """Return every kind of claim for a terminal: what it proves, and the keys that it has."""
    width = _terminal_width()
    lines: list[str] = []
    for name, kind in KINDS.items():
        lines += [name, *(f"    {line}" for line in _wrapped(f"Proves: {kind.proves}.", width - 4))]
        for key in kind.everything:
            kinds = ["a list"] * (isinstance(key, Key) and key.several)
            kinds += ["optional"] * (key.name not in kind.needed)
            text = f"{key.name}{' ({})'.format(', '.join(kinds)) * bool(kinds)}: {key.what}"
            if isinstance(key, Option) and key.choices:
                text += f"; one of {', '.join(map(repr, key.choices))}"
            lines += [f"    {line}" for line in _wrapped(text, width - 4)]
    return "\n".join(lines)


# --- In files -------------------------------------------------------------------------------------


def targets(examination: Examination, output: Path) -> list[Path]:
    """Return the files that are written of an examination."""
    return [output / f"{examination.paper.name}{suffix}" for suffix in SUFFIXES]


def _check_targets(
    examined: Sequence[Examination], output: Path, index: Path | None, overwrite: bool
) -> None:
    inputs = {f"the paper {e.paper.path}": e.paper.path for e in examined}
    seen: dict[Path, object] = {}
    if index is not None:
        check_output(index, inputs, overwrite)
        seen[index] = "the list of papers"
    for examination in examined:
        for target in targets(examination, output):
            check_output(target, inputs, overwrite)
            if target in seen:
                raise StudyError(
                    f"{target}: both {seen[target]} and {examination.paper.path} would be written "
                    "there. Rename one of the papers."
                )
            seen[target] = examination.paper.path


def export_examination(examination: Examination, output: Path) -> list[Path]:
    """Write an examination to a folder as page, table (CSV), JSON and Word document; replace them.

    Texts that a spreadsheet would run as a formula have an apostrophe before them in the table
    (`erfm.escaping.csv_cell`). The same examination gives the same bytes.
    """
    from erfm.report.exporting import write_document
    from erfm.report.trial import page_of

    page, table, data, document = targets(examination, output)
    write_text(page, page_of(examination))
    guarded = examination.values_table().map(csv_cell)
    write_text(table, guarded.to_csv(lineterminator="\r\n"))
    write_text(data, json.dumps(as_json(examination), ensure_ascii=False, indent=2) + "\n")
    paper = examination.paper
    with replacing(document) as fresh:
        paragraphs = [paper.source, paper.note, summary(examination), FAIRNESS]
        write_document(
            paper.title, [*filter(None, paragraphs)], _grids(examination), fresh, landscape=True
        )
    return [page, table, data, document]


def write_index(examined: Sequence[Examination], faults: Sequence[str], index: Path) -> None:
    """Write the page that lists papers, with links to theirs beside it; replace it."""
    from erfm.report.trial import index_of

    pages = [(examination, targets(examination, index.parent)[0].name) for examination in examined]
    write_text(index, index_of(pages, faults))


def as_json(examination: Examination) -> dict[str, object]:
    """Return an examination as JSON has it: the paper, its values and its claims."""
    paper = examination.paper
    values, claims = examination.values_table(), examination.claims_table()
    together = {
        name: [value.id for value in judged.together_with]
        for name, judged in examination.judged.items()
    }
    numbers = {
        name: [examined.claim.number for examined in judged.claims]
        for name, judged in examination.judged.items()
    }
    return {
        "paper": {
            "title": paper.title,
            "source": paper.source,
            "language": paper.language,
            "note": paper.note,
        },
        "meanings": MEANINGS,
        "fairness": FAIRNESS,
        "refuted": examination.refuted,
        "values": [
            {"id": name, **row, "together_with": together[name], "claims": numbers[name]}
            for name, row in values.to_dict(orient="index").items()
        ],
        "claims": [
            {
                "claim": number,
                **row,
                "about": list(examined.claim.about),
                "rests_on": list(examined.claim.used),
                "numbers": {k: _finite(v) for k, v in examined.proof.numbers.items()},
            }
            for examined, (number, row) in zip(
                examination.claims, claims.to_dict(orient="index").items(), strict=True
            )
        ],
    }


def _finite(number: float) -> float | str:
    """Return a number as JSON can hold it: "inf" and "nan" are texts there."""
    value = float(number)
    return value if value - value == 0 else str(value)


def _grids(examination: Examination) -> list[Grid]:
    from erfm.report.exporting import Grid

    values = examination.values_table().drop(columns=["formula", "claims", "quotation"])
    values = values.drop(columns="translation")
    claims = examination.claims_table().drop(columns="formula").reset_index()
    return [
        Grid(caption, table.rename(columns=HEADINGS | {"claim": "Claim"}), len(table.columns))
        for caption, table in (
            ("Table 1. The verdict on every printed value", values),
            ("Table 2. The claims that connect printed values", claims),
        )
    ]

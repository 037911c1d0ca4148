"""What the report found, page by page: its first page and the README tell it from here.

A finding is the first sentence that the cell tagged "finding" shows, taken from the page as it is
stored. So it is the page's own sentence, computed there and compared by the tests; it takes no
time; and a page on another study has one where that study's customers are absent.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from erfm.paper import scorecard, sentences
from erfm.study import ROOT, StudyError

NOTEBOOKS = ROOT / "notebooks"

# Tags of cells, which say what a cell is for.
PARAMETERS = "parameters"
PAPER = "paper"
IN_SHORT = "in-short"
NOTICE = "notice"
FINDING = "finding"
LARGE = "large"

OTHER_STUDY = "other-study"

IN_SHORT_OPENS = "**In short.** "
SIMULATED = "*On simulated customers:* "
OTHER_BANK = "*On the card customers of a bank that the publisher does not name:* "
MUSIC_SHOP = "*On the customers of a music shop:* "
OTHERS = {"bank_churners": OTHER_BANK, "cdnow": MUSIC_SHOP}


def tags(cell: Mapping[str, Any]) -> list[str]:
    """Return the tags of a notebook's cell."""
    tagged: list[str] = cell["metadata"].get("tags", [])
    return tagged


def about_paper(cells: list[Any]) -> bool:
    """Return whether a page is about the published study alone: its study cell is tagged so."""
    return any({PARAMETERS, PAPER} <= set(tags(cell)) for cell in cells)


def about_all_customers(cells: list[Any]) -> bool:
    """Return whether a page is about customers who do not fit in memory: its study cell says so."""
    return any({PARAMETERS, LARGE} <= set(tags(cell)) for cell in cells)


def other_study(cells: list[Any]) -> str:
    """Return the study beside the report's own that a page is about; "" if there is none.

    A cell tagged "other-study" names it, such as OTHER = "bank_churners".
    """
    for cell in cells:
        if OTHER_STUDY in tags(cell):
            named: str = ast.literal_eval("".join(cell["source"]).partition("=")[2].strip())
            return named
    return ""


def whose(cells: list[Any]) -> str:
    """Return on whose customers a page as it is stored found something; "" for printed numbers."""
    if other := other_study(cells):
        return OTHERS[other]
    return "" if about_paper(cells) else SIMULATED


def first_sentence(text: str) -> str:
    """Return the first sentence of a paragraph in Markdown, without the words "In short"."""
    text = text.removeprefix(IN_SHORT_OPENS)
    found = re.match(r".+?(?<![A-Z])[.?!](?=\s+[^a-z\s]|\s*$)", text, flags=re.S)
    return " ".join((found[0] if found else text).split())


def findings(folder: Path = NOTEBOOKS, where: str = "") -> str:
    """Return one finding of each page, as a list in Markdown.

    Parameters
    ----------
    folder : Path
        Where the pages are stored. Those without a cell tagged "finding" are left out.
    where : str
        What leads from the reader to the pages: "" beside them.

    Raises
    ------
    StudyError
        The cell of a page was not executed.
    """
    return "\n".join(_findings(folder, where))


def _findings(folder: Path, where: str) -> Iterator[str]:
    for path in sorted(folder.glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        for cell in cells:
            if FINDING in tags(cell):
                title = "".join(cells[0]["source"]).splitlines()[0].partition(" · ")[2]
                told = first_sentence(_shown(cell, path))
                line = f"- **[{title}]({path.name})** {whose(cells)}{told}"
                yield re.sub(r"\]\((?=\w+\.ipynb)", f"]({where}", line)


def _shown(cell: Mapping[str, Any], path: Path) -> str:
    for output in cell["outputs"]:
        if text := output.get("data", {}).get("text/markdown"):
            return "".join(text)
    raise StudyError(
        f"{path.name}: the cell of its finding was not executed. Run python -m erfm notebooks."
    )


def in_brief(where: str = "") -> str:
    """Return the report's story for the README, in Markdown; `where` as in `findings`."""
    return "\n\n".join(
        [
            sentences.claim(scorecard.published_classification_table()),
            sentences.CHURN,
            "What each page found:",
            findings(where=where),
            "What is said of a printed value:",
            sentences.verdicts_defined(),
            scorecard.verdict_table(),
        ]
    )

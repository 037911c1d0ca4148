"""The site's search: the text of every section of every page, in a script that needs no server."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup, NavigableString, PageElement, SoupStrainer, Tag
from bs4.element import PreformattedString

from erfm.customers.files import write_text

TEXTS = Path("_static") / "search_texts.js"
NOT_READ = (
    "script, style, noscript, [hidden], .headerlink, .cell_input, .cell > details > summary, "
    ".field-list"
)
"""What is no text of the report: in cells, the code and what unfolds it; lists of parameters."""

WITHIN_A_WORD = {"a", "abbr", "b", "code", "em", "i", "mark", "span", "strong", "sub", "sup", "var"}
"""Elements that may stand within a word; any other ends it."""


@dataclass
class Section:
    """A section of a page: its heading, and the text up to the next one.

    Attributes
    ----------
    page : str
        The page's file.
    anchor : str
        The id that leads to the section.
    chapter, title : str
        The headings of the page and of the section.
    parts : list of str
    """

    page: str
    anchor: str
    chapter: str
    title: str
    parts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text on one line."""
        return " ".join("".join(self.parts).split())


def sections(page: str, content: str) -> list[Section]:
    """Return the sections of a page of the site, in the order of reading.

    Parameters
    ----------
    page : str
        The page's file, for the link.
    content : str
        Its HTML. What stands in ``<article>`` is read; what is described on a page of the module is
        a section, too.
    """
    article = BeautifulSoup(content, "html.parser", parse_only=SoupStrainer("article")).find(
        "article"
    )
    if article is None:
        return []
    for element in article.select(NOT_READ):
        element.decompose()
    for formula in article.select(".math"):
        for delimiter in (r"\(", r"\)", r"\[", r"\]"):
            formula.string = formula.get_text().replace(delimiter, " ")
    heading = article.find("h1")
    chapter = _line(heading) if heading else page
    found = [Section(page, "", chapter, chapter)]
    _read(article, found)
    return [section for section in found if section.anchor]


def _read(element: Tag, found: list[Section]) -> None:
    """Add the texts of an element to the last of the sections, or to new ones."""
    opened = _opened(element)
    outer = found[-1]
    if opened is not None:
        anchor, heading = opened
        named = heading.find(class_="descname") or heading
        found.append(Section(outer.page, anchor, outer.chapter, _line(named)))
    for child in element.children:
        if isinstance(child, Tag):
            if opened is None or child is not opened[1]:
                _read(child, found)
        elif _is_text(child):
            found[-1].parts.append(str(child))
    if element.name not in WITHIN_A_WORD:
        found[-1].parts.append(" ")


def _opened(element: Tag) -> tuple[str, Tag] | None:
    """Return the anchor and the heading of a section, or of what a page of the module describes."""
    heading: Tag | None
    if element.name == "section":
        heading = element.find(["h1", "h2", "h3", "h4", "h5", "h6"], recursive=False)
        return (str(element["id"]), heading) if heading and element.get("id") else None
    if element.name == "dl":
        heading = element.find("dt", id=True, recursive=False)
        return (str(heading["id"]), heading) if heading else None
    return None


def _is_text(node: PageElement) -> bool:
    return isinstance(node, NavigableString) and not isinstance(node, PreformattedString)


def _line(element: Tag) -> str:
    return " ".join(element.get_text().split())


def write_search(site: Path) -> None:
    """Write the texts of a site's pages to one script, the module's pages last."""
    rows = [
        [section.page, section.anchor, section.chapter, section.title, section.text]
        for path in sorted(site.glob("*.html"), key=lambda path: (_on_module(path), path.name))
        for section in sections(path.name, path.read_text(encoding="utf-8"))
        if path.name != "search.html"
    ]
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    write_text(site / TEXTS, f"const SECTIONS = [\n{lines}\n];\n")


def _on_module(path: Path) -> bool:
    return path.name.startswith("module")

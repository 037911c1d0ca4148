"""The report as one PDF: all of its pages, with contents, page numbers and working links.

The source is the built site, so that the book shows what the site shows; a Chromium prints it. It
prints twice: the second time it knows on which pages the headings are.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import matplotlib
from bs4 import BeautifulSoup, Tag
from pypdf import PdfReader, PdfWriter
from pypdf.generic import Fit, IndirectObject, NameObject, TextStringObject

from erfm.customers.files import replacing
from erfm.customers.study_file import load_study
from erfm.escaping import html, one_line
from erfm.figures import has_cjk
from erfm.report.build import build_report
from erfm.report.markup import FOLDED
from erfm.report.page import build_folder
from erfm.report.site import FRONT_PAGE, GLOSSARY
from erfm.report.weight import MATHJAX
from erfm.study import Study, StudyError
from erfm.warning.model_file import run_date

CHROMIUM = "CHROMIUM"
PROGRAMS = (
    "chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
    "microsoft-edge", "msedge",
)  # fmt: skip
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pdf-header-footer",
    "--export-tagged-pdf",
)
PRINT_SECONDS = 600
PASSES = 3
"""How often the book is printed at most until its contents name the right pages."""

ANSWERS = "hints-and-answers"
NO_CJK = (
    "The book has Chinese characters, and no font here shows them: install one, for example Noto "
    "Serif CJK, and make the book again."
)
LEFT_OUT = (
    "Code is left out: it stands in the report's notebooks. Hints and answers to the exercises "
    "stand at the end."
)
NOTICE = "The customers are simulated: nothing in this book is a replication."
FIT = """\
MathJax.typeset();
for (const wide of document.querySelectorAll("table, mjx-container[display]")) {
  const room = wide.parentElement.clientWidth, needed = wide.scrollWidth;
  if (needed > room) wide.style.zoom = room / needed;
}
"""
"""A script that typesets formulas and makes what is too wide for the page smaller."""


def chromium_program() -> str:
    """Return the Chromium that ``$CHROMIUM`` names, or else the first one that is found.

    Raises
    ------
    StudyError
        There is none.
    """
    named = os.environ.get(CHROMIUM)
    for program in [named] if named else [*PROGRAMS, *PLACES]:
        if found := shutil.which(program):
            return found
    missing = f"{named} is none" if named else f"none of {', '.join(PROGRAMS)} is found"
    raise StudyError(
        f"There is no Chromium to show and print pages: {missing}. Install Chromium, Chrome or "
        f"Edge (Debian: apt-get install chromium), or name its program in ${CHROMIUM}."
    )


def build_book(name: str) -> tuple[Path, str]:
    """Build a study's report if need be, and print it to ``build/<study>/book.pdf``.

    Returns
    -------
    book : Path
    warning : str
        What is missing on this machine that the book would have been better with, or "".

    Raises
    ------
    StudyError
        The report cannot be built, or there is no Chromium that prints it.
    """
    chromium_program()  # told before anything is computed
    study = load_study(name)
    site = build_report(name).parent
    book = build_folder(study) / "book.pdf"
    names = [path.stem for path in sorted((site.parent / "notebooks").glob("*.ipynb"))]
    return book, write_book(study, site, names, book)


def write_book(study: Study, site: Path, names: list[str], book: Path) -> str:
    """Print pages of a built site, and the glossary, to one PDF.

    Parameters
    ----------
    study : Study
    site : Path
        The site's folder.
    names : list of str
        The pages, in order; e.g. "02_full_model".
    book : Path
        The file; it is written whole or not at all.

    Returns
    -------
    str
        What is missing on this machine, or "".
    """
    present = [name for name in [*names, GLOSSARY.stem] if (site / f"{name}.html").is_file()]
    chapters = [Chapter.read(site, name, set(present)) for name in present]
    if answers := _answers(chapters):
        chapters.append(answers)
    date, pages = run_date(study), dict[str, int]()
    with tempfile.TemporaryDirectory(prefix="erfm-book-") as folder:
        source, printed = Path(folder) / "book.html", Path(folder) / "book.pdf"
        for _ in range(PASSES):
            text = _book(study, site, chapters, pages, date)
            source.write_text(text, encoding="utf-8")
            _print(source, printed)
            before, pages = pages, _pages(printed)
            if before == pages:
                break
        with replacing(book) as fresh:
            headings = [chapter.headings() for chapter in chapters]
            _finish(printed, fresh, one_line(study.title), date, headings)
    shown = (page.extract_text() for page in PdfReader(book).pages)
    return NO_CJK if has_cjk(text) and not any(map(has_cjk, shown)) else ""


@dataclass
class Chapter:
    """A page of the site as a part of the book.

    Attributes
    ----------
    name : str
        The page's name, with which every id in it begins.
    article : Tag
        What is shown, without hints and answers.
    hints : list of (int, Tag)
        The hints of the exercises that have one, with the exercises' numbers.
    answers : list of Tag
        What the solutions show.
    """

    name: str
    article: Tag
    hints: list[tuple[int, Tag]] = field(default_factory=list)
    answers: list[Tag] = field(default_factory=list)

    @classmethod
    def read(cls, site: Path, name: str, present: set[str]) -> Chapter:
        """Return a page as a chapter.

        Links to pages that are `present` lead to their chapters, those to other files of the site
        become text. Code is left out.
        """
        page = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        article = page.find("article")
        if article is None:
            raise StudyError(f"{site / name}.html is no page of a report. Build it again.")
        for element in article.select("script, link, .headerlink, .cell_input, .toctree-wrapper"):
            element.decompose()
        for element in article.select("noscript, .on-screen"):
            element.unwrap()
        for fold in article.select(".cell > details"):
            fold.summary.decompose() if fold.summary else None
            fold.unwrap()
        _relink(article, site, name, present)
        chapter = cls(name, article)
        for number, exercise in enumerate(
            article.select("#" + _id(name, "exercises") + " ol > li")
        ):
            for hint in exercise.find_all("details", recursive=False):
                hint.summary.decompose() if hint.summary else None
                chapter.hints.append((number + 1, hint.extract()))
        chapter.answers = [cell.extract() for cell in article.select(".tag_solution")]
        for cell in article.select(".cell"):
            if not cell.get_text(strip=True) and not cell.find(["img", "svg", "picture"]):
                cell.decompose()
        for fold in article.find_all("details"):
            fold["open"] = ""
        article.name, article.attrs = "div", {"class": "chapter", "id": _id(name)}
        return chapter

    @property
    def title(self) -> str:
        """The heading."""
        return self.headings()[0][1] if self.headings() else self.name

    def headings(self) -> list[tuple[str, str, int]]:
        """Return id, text and level (1 or 2) of the headings that stand in the contents."""
        found = []
        for heading in self.article.find_all(["h1", "h2"]):
            section = heading.find_parent("section")
            level = int(heading.name[1])
            anchor = self.article["id"] if level == 1 or section is None else section["id"]
            found.append((str(anchor), " ".join(heading.get_text().split()), level))
        return found[:1] if self.name == GLOSSARY.stem else found


def _relink(article: Tag, site: Path, name: str, present: set[str]) -> None:
    """Let ids, links and files of a page be those of the book."""
    for element in article.find_all(id=True):
        # Those in drawings and of tables' styles are numbered by their page, and refer to another.
        if not element.find_parent("svg") and not str(element["id"]).startswith("T_"):
            element["id"] = _id(name, str(element["id"]))
    for attribute in ("aria-labelledby", "aria-describedby", "for"):
        for element in article.select(f"[{attribute}]"):
            given = element[attribute]
            ids = given if isinstance(given, str) else " ".join(given)
            element[attribute] = " ".join(_id(name, part) for part in ids.split())
    for element in article.find_all(src=True):
        if not urlsplit(str(element["src"])).scheme:
            element["src"] = (site / unquote(str(element["src"]))).as_uri()
    for link in article.find_all("a", href=True):
        url = urlsplit(str(link["href"]))
        if url.scheme:
            continue
        target = Path(unquote(url.path)).stem or name
        if target in present and url.path.endswith((".html", "")) and "/" not in url.path:
            link["href"] = "#" + _id(target, unquote(url.fragment))
        else:
            link.unwrap()


def _id(name: str, anchor: str = "") -> str:
    """Return the id that an element of a page has in the book; the page's own without an anchor."""
    return f"page-{name}--{anchor}" if anchor else f"page-{name}"


def _answers(chapters: list[Chapter]) -> Chapter | None:
    """Return the last chapter, with hints and answers, and lead the exercises to it."""
    told = [chapter for chapter in chapters if chapter.hints or chapter.answers]
    if not told:
        return None
    soup = BeautifulSoup(
        f'<div class="chapter" id="{_id(ANSWERS)}"><h1>Hints and answers</h1></div>', "html.parser"
    )
    article = soup.div
    assert article is not None
    for chapter in told:
        place = _id(ANSWERS, chapter.name)
        section = soup.new_tag("section", id=place)
        heading = soup.new_tag("h2")
        heading.string = chapter.title
        section.append(heading)
        for number, hint in chapter.hints:
            hint.name, hint.attrs = "div", {"class": "hint"}
            opening = soup.new_tag("em")
            opening.string = f"Hint {number}. "
            hint.insert(0, opening)
            section.append(hint)
        for answer in chapter.answers:
            section.append(answer)
        article.append(section)
        for text in chapter.article.find_all(string=re.compile(re.escape(FOLDED))):
            before, _, after = str(text).partition(FOLDED)
            link = soup.new_tag("a", href=f"#{place}")
            link.string = "Hints and answers stand at the end of the book."
            text.replace_with(before, link, after)
    return Chapter(ANSWERS, article)


def _book(
    study: Study, site: Path, chapters: list[Chapter], pages: dict[str, int], date: str
) -> str:
    """Return the book's HTML; its contents name the `pages` on which headings are."""
    title = html(one_line(study.title))
    names = [chapter.name for chapter in chapters if chapter.name != ANSWERS]
    loaded = [style for name in names for style in _styles(site, name)]
    styles = [*loaded, "print.css", "book.css"]
    links = [
        f'<link rel="stylesheet" href="{html((site / "_static" / style).as_uri())}">'
        for style in dict.fromkeys(styles)
    ]
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        *links,
        f"<style>{_fonts()}{_running_heads(chapters, one_line(study.title))}</style>",
        "<script>window.MathJax = {options: {ignoreHtmlClass: '.*|', processHtmlClass: 'math'},"
        " startup: {typeset: false}};</script>",
        f'<script src="{html((site / "_static" / MATHJAX).as_uri())}"></script>',
        '</head><body data-theme="light" class="book">',
        _title_page(study, chapters, date),
        _contents(chapters, pages),
        *(
            f'<div class="running-{position}">{chapter.article}</div>'
            for position, chapter in enumerate(chapters)
        ),
        f"<script>{FIT}</script></body></html>",
    ]
    return "\n".join(parts)


def _styles(site: Path, name: str) -> list[str]:
    """Return the style sheets that a page of the site loads."""
    page = (site / f"{name}.html").read_text(encoding="utf-8")
    found = re.findall(r'<link rel="stylesheet"[^>]*href="_static/([^"?]+)', page)
    return [unescape(style) for style in found]


def _fonts() -> str:
    """Return the faces of the text, which come with Matplotlib: the book is the same everywhere."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    faces = {"": "", "Bol": "font-weight: bold", "Italic": "font-style: italic"}
    faces["BolIta"] = "font-weight: bold; font-style: italic"
    return "".join(
        f'@font-face {{ font-family: "Book"; src: url("{file.as_uri()}"); {style} }}\n'
        for face, style in faces.items()
        for file in [folder / f"STIXGeneral{face}.ttf"]
    )


def _running_heads(chapters: list[Chapter], title: str) -> str:
    """Return the rules that set the chapter's and the study's title at the top of pages."""
    return "".join(
        f".running-{position} {{ page: running-{position}; }}\n"
        f"@page running-{position} {{ @top-left {{ content: {_css_string(chapter.title)}; }}"
        f" @top-right {{ content: {_css_string(title)}; }} }}\n"
        for position, chapter in enumerate(chapters)
    )


def _css_string(text: str) -> str:
    """Write a text for a style sheet: none of it ends the string, or the element around it."""
    return '"' + re.sub(r"[^\w .,:?!·–-]", lambda found: f"\\{ord(found[0]):x} ", text) + '"'


def _title_page(study: Study, chapters: list[Chapter], date: str) -> str:
    paragraphs = [one_line(text) for text in (study.description, study.source)]
    about, source = (html(text) for text in paragraphs)
    lines = [f"<h1>{html(one_line(study.title))}</h1>"]
    if study.simulated:
        who = ""
        if any(chapter.name == FRONT_PAGE for chapter in chapters):
            who = f' <a href="#{_id(FRONT_PAGE, "who-the-customers-are")}">Who they are</a>.'
        lines.append(f'<p class="notice"><strong>{NOTICE}</strong>{who}</p>')
    lines += [f"<p>{about}</p>"] if about else []
    lines += [f'<p class="source">Source: {source}</p>'] if source else []
    lines.append(f'<p class="source">{LEFT_OUT}</p>')
    lines.append(f'<p class="date">{html(date)}</p>')
    return f'<section class="title-page">{"".join(lines)}</section>'


def _contents(chapters: list[Chapter], pages: dict[str, int]) -> str:
    lines = [
        f'<li class="level-{level}"><a href="#{html(anchor)}"><span>{html(text)}</span>'
        f'<span class="leader"></span><span class="number">{pages.get(anchor, "0")}</span></a></li>'
        for chapter in chapters
        for anchor, text, level in chapter.headings()
    ]
    return f'<nav class="book-contents"><h1>Contents</h1><ul>{"".join(lines)}</ul></nav>'


def _print(source: Path, printed: Path) -> None:
    """Let Chromium print a page to a PDF."""
    program = chromium_program()
    flags = [*FLAGS, f"--user-data-dir={source.parent / 'profile'}", f"--print-to-pdf={printed}"]
    if sys.platform == "linux" and os.geteuid() == 0:
        flags.append("--no-sandbox")  # refuses to start for the superuser otherwise
    printed.unlink(missing_ok=True)
    try:
        ended = subprocess.run(
            [program, *flags, source.as_uri()],
            capture_output=True, timeout=PRINT_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise StudyError(f"{program} did not print the book: {error}. Try it again.") from None
    if not printed.is_file():
        told = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise StudyError(
            f"{program} did not print the book: {' '.join(told[-1:]) or 'it says nothing'}. Start "
            f"it by itself to see whether it works, or name another one in ${CHROMIUM}."
        )


def _pages(printed: Path) -> dict[str, int]:
    """Return the number of the page, from 1, of each place in a PDF that links lead to."""
    reader = PdfReader(printed)
    return {
        name.removeprefix("/"): (reader.get_destination_page_number(place) or 0) + 1
        for name, place in reader.named_destinations.items()
    }


def _finish(
    printed: Path, fresh: Path, title: str, date: str, headings: list[list[tuple[str, str, int]]]
) -> None:
    """Write a printed book as it is to be kept: with an outline, and the study's date."""
    reader = PdfReader(printed)
    places = reader.named_destinations
    # A copy made by following references holds some streams twice, of which pypdf warns; one for an
    # increment takes each object by its number. It is written whole all the same, without the time
    # at which it was printed.
    writer = PdfWriter(printed, incremental=True)
    writer.incremental = False
    for chapter in headings:
        parent: IndirectObject | None = None
        for anchor, text, level in chapter:
            place = places[f"/{anchor}"]
            number = reader.get_destination_page_number(place) or 0
            fit = Fit.xyz(top=place.top)
            above = parent if level > 1 else None
            item = writer.add_outline_item(
                title=text, page_number=number, parent=above, fit=fit, is_open=False
            )
            parent = item if level == 1 else parent
    day = f"D:{date.replace('-', '')}000000Z"
    writer.metadata = None
    writer.add_metadata(
        {"/Title": title, "/Creator": "erfm", "/CreationDate": day, "/ModDate": day}
    )
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject("en")
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    writer.write(fresh)

"""The glossary: every link to it leads somewhere, every term is met on a page, none comes twice."""

import re

import nbformat
import pytest

from erfm.report.build import NOTEBOOKS
from erfm.report.site import GLOSSARY, _unlinked

ENTRY = re.compile(
    r'<span lang="zh">([^<]+)</span> · SPSS: (—|\*.+\*) · \[page (\w+)\]\((\w+)\.ipynb\)'
)
LINK = re.compile(r"\]\(glossary\.md(?:#([\w-]+))?\)")


def entries() -> dict[str, tuple[str, str]]:
    """Return for each term of the glossary the line under its heading and its definition."""
    _, *parts = re.split(r"^## ", GLOSSARY.read_text(encoding="utf-8"), flags=re.M)
    assert all(len(part.strip().split("\n\n")) == 3 for part in parts)
    split = [part.strip().split("\n\n") for part in parts]
    terms = [term for term, _, _ in split]
    assert len(terms) == len(set(terms))
    return {term: (line, definition) for term, line, definition in split}


def slug(term: str) -> str:
    """Return the anchor that GitHub and the site give a heading."""
    return re.sub(r"[^\w\- ]", "", term.lower()).replace(" ", "-")


def linked() -> dict[str, set[str]]:
    """Return the anchors that each notebook's text links to, "" for the page as a whole."""
    found = {}
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        found[path.stem] = set(LINK.findall("\n".join(cell.source for cell in cells)))
    return found


def test_terms_are_sorted_and_their_anchors_differ():
    terms = list(entries())
    assert 35 <= len(terms) <= 60
    assert terms == sorted(terms, key=str.casefold)
    assert len({slug(term) for term in terms}) == len(terms)


@pytest.mark.parametrize("term", entries())
def test_a_term_is_told_in_three_languages_and_defined(term):
    line, definition = entries()[term]
    chinese, _, number, page = ENTRY.fullmatch(line).groups()
    assert re.search(r"[\u4e00-\u9fff]|^R|^p", chinese)
    assert (NOTEBOOKS / f"{page}.ipynb").is_file() and page.startswith(f"{number}_")
    assert definition.endswith((".", ").")) and len(definition) < 300


@pytest.mark.parametrize("name", sorted(linked()))
def test_every_link_to_the_glossary_has_its_target(name):
    assert linked()[name] - {""} <= {slug(term) for term in entries()}


def test_every_term_is_linked_from_a_page():
    met = set().union(*linked().values())
    assert {slug(term) for term in entries()} <= met


@pytest.mark.parametrize("term", entries())
def test_the_page_named_is_one_that_links_to_the_term(term):
    page = ENTRY.fullmatch(entries()[term][0])[4]
    assert slug(term) in linked()[page]


def test_it_says_nothing_of_one_study():
    text = GLOSSARY.read_text(encoding="utf-8")
    assert not re.search("Cao, Xu|simulated|the paper|reconstruction", text)


def test_pages_that_a_report_lacks_are_named_without_a_link():
    text = "met on [page 02](02_full_model.ipynb) and [page 09](09_early_warning.ipynb#a)"
    told = _unlinked(text, {"02_full_model"})
    assert told == "met on [page 02](02_full_model.ipynb) and page 09"

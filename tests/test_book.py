"""The report as one PDF."""

import re
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from erfm.customers.study_file import load_study
from erfm.report import book
from erfm.report.cli import main
from erfm.report.markup import FOLDED
from erfm.study import StudyError

NAMES = ["00_start_here", "02_full_model"]


@pytest.fixture(scope="module")
def made(default_site, tmp_path_factory) -> SimpleNamespace:
    """A book of two pages and the glossary, with the text of its pages."""
    try:
        book.chromium_program()
    except StudyError as error:
        pytest.skip(str(error))
    path = tmp_path_factory.mktemp("book") / "book.pdf"
    warning = book.write_book(load_study("reconstruction"), default_site, NAMES, path)
    reader = PdfReader(path)
    texts = [" ".join(page.extract_text().split()) for page in reader.pages]
    return SimpleNamespace(path=path, reader=reader, texts=texts, warning=warning)


@pytest.mark.slow
def test_the_book_says_what_it_is(made):
    assert "Reconstruction of the ERFM churn study" in made.texts[0]
    assert book.NOTICE in made.texts[0] and "2012-12-31" in made.texts[0]
    assert made.reader.metadata.title == "Reconstruction of the ERFM churn study"
    assert made.reader.metadata.creation_date.year == 2012
    root = made.reader.root_object
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert [path.name for path in made.path.parent.iterdir()] == ["book.pdf"]


@pytest.mark.slow
def test_numbers_formulas_and_chinese_are_text_and_code_is_left_out(made):
    text = " ".join(made.texts)
    assert "95.11" in text and "logit" in text
    assert made.warning or "流失" in text
    for code in ("fit_logistic(", "import ", "STUDY =", "Show code", "Undefined control"):
        assert code not in text, code


def squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text)


@pytest.mark.slow
def test_each_heading_is_on_the_page_that_the_contents_and_the_outline_say(made):
    """The book is opened at the page that stands behind a heading in the contents."""
    listed = [page for page, text in enumerate(made.texts[1:4], 1) if "Contents" in text[:40]]
    lines = [
        line
        for page in range(listed[0], 3)
        for line in made.reader.pages[page].extract_text().splitlines()
    ]
    outline = [
        item
        for items in made.reader.outline
        for item in (items if isinstance(items, list) else [items])
    ]
    told = squeezed(" ".join(lines))
    assert len(outline) > 15
    for item in outline:
        number = made.reader.get_destination_page_number(item) + 1
        title = squeezed(item.title)
        assert f"{title}{number}" in told, item.title
        assert title in squeezed(made.texts[number - 1]), item.title
        assert re.search(rf"\b{number}\b", made.texts[number - 1])
    titles = [item.title for item in outline]
    assert "Glossary" in titles and "Hints and answers" in titles
    assert not [title for title in titles if title.startswith("03")]


@pytest.mark.slow
def test_links_lead_to_places_of_the_book_or_to_the_web(made):
    places, inside, outside = set(made.reader.named_destinations), 0, 0
    for page in made.reader.pages:
        for annotation in page.get("/Annots", []):
            link = annotation.get_object()
            if (place := link.get("/Dest")) is not None:
                assert place in places
                inside += 1
            else:
                assert link["/A"]["/URI"].startswith(("https://", "http://")), link["/A"]
                outside += 1
    assert inside > 50


@pytest.mark.slow
def test_hints_and_answers_stand_at_the_end(made):
    text = " ".join(made.texts)
    exercises, answers = text.rindex("Exercises"), text.rindex("Hints and answers")
    assert text.index("Hint 1. ") > text.rindex("Glossary") or exercises < answers
    assert text.rindex("Hint 1. ") > text.index("★ Warm-up") and "Exercise 1" in text
    assert FOLDED not in text


def test_drawings_keep_what_they_refer_to_and_style_sheets_of_all_chapters_load(tmp_path):
    """A figure whose letters are described in another one of its page has them in the book."""
    opening = '<html><head><link rel="stylesheet" href="_static/{0}.css?v=1"></head><article>'
    drawn = (
        '<link rel="stylesheet" href="_static/moved.css"><svg id="f"><path id="f061" d="M0 0"/>'
        '<g clip-path="url(#f06-1)"><use href="#f061"/></g></svg><a id="up" href="#up">up</a>'
    )
    for name, body in (("00_start", "<h1>Start</h1>"), ("06_printed", f"<h1>Six</h1>{drawn}")):
        text = opening.format(name) + body + "</article></html>"
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
    names = ["00_start", "06_printed"]
    chapters = [book.Chapter.read(tmp_path, name, set(names)) for name in names]
    shown = str(chapters[1].article)
    assert 'id="f061"' in shown and 'href="#f061"' in shown and "url(#f06-1)" in shown
    assert 'id="page-06_printed--up"' in shown and "<link" not in shown
    whole = book._book(load_study("reconstruction"), tmp_path, chapters, {}, "2012-12-31")
    for style in (*names, "moved", "print", "book"):
        assert whole.count(f"/_static/{style}.css") == 1, style


def test_no_text_of_a_study_ends_the_style_sheet():
    written = book._css_string('a"b\\c</style>\n流失')
    assert written.startswith('"') and written.endswith('"') and written.count('"') == 2
    assert "<" not in written and "\n" not in written and "流失" in written
    assert written == r'"a\22 b\5c c\3c \2f style\3e \a 流失"'


def test_a_missing_browser_is_one_line_with_the_remedy(monkeypatch, capsys):
    monkeypatch.setattr(book, "PROGRAMS", ("no-such-browser",))
    monkeypatch.setattr(book, "PLACES", ())
    monkeypatch.delenv(book.CHROMIUM, raising=False)
    assert main(["book"]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "none of no-such-browser is found. Install Chromium" in told
    monkeypatch.setenv(book.CHROMIUM, "mine")
    with pytest.raises(StudyError, match="mine is none"):
        book.chromium_program()


def test_a_browser_that_prints_nothing_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(book, "chromium_program", lambda: "true")
    with pytest.raises(StudyError, match="true did not print the book: it says nothing"):
        book._print(tmp_path / "book.html", tmp_path / "book.pdf")

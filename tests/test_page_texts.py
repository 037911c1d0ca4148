"""What a page shows of a study's texts, and how it files what it shows."""

import re

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from hostile import CATEGORIES, LABELS, SCRIPT, TEXTS, TITLE, Shown, write_hostile_study
from markdown_it import MarkdownIt

from erfm.customers.study_file import load_study
from erfm.escaping import html, one_line, visible
from erfm.report.build import _ended
from erfm.report.exporting import read_tables
from erfm.report.page import Page, number_of
from erfm.report.site import _forward
from erfm.study import OUTPUT

RENDER = MarkdownIt("commonmark").enable("table").render


def text_of(markup: str) -> str:
    """Return the text of HTML that has no elements but the page's own."""
    shown = Shown(markup)
    assert {e[0] for e in shown.elements} <= {"p", "strong", "em", "span", "blockquote"}
    return shown.text


@pytest.fixture
def page(tmp_path, monkeypatch):
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    return Page(str(write_hostile_study(tmp_path)), "01_descriptive_statistics")


def test_labels_in_sentences_are_text(page):
    for name, label in LABELS.items():
        assert text_of(RENDER(f"a {page.label(name)} b")) == f"a {one_line(label)} b"
    both = page.labels(["a/b", "gender"], " and ")
    assert text_of(RENDER(both)) == f"{one_line(LABELS['a/b'])} and {one_line(LABELS['gender'])}"
    assert page.labels([]) == "none" and page.labels([], none="no variable") == "no variable"
    level = CATEGORIES["gender"][1][1]
    shown = text_of(RENDER(page.label(f"gender({level})")))
    assert shown == f"{one_line(LABELS['gender'])} ({one_line(level)})"


def test_an_answer_is_led_by_its_exercise(page):
    assert page.answer(2, f"It is {page.label('gender')}.").data.startswith(
        "**Exercise 2.** It is "
    )


def test_code_is_shown_as_it_is(page):
    assert page.code("a *b*", "toml").data == "```toml\na *b*\n```"
    assert page.code("```\n{raw}").data == "````\n```\n{raw}\n````"
    assert page.file("model.json").startswith("`build/")


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS)
def test_captions_rows_cells_and_headings_are_text(page, text):
    table = pd.DataFrame({"label": [text]}, index=pd.Index([f"{text} is missing"], name="reason"))
    shown = page.table(table, text, f"Of {text}", headings={"label": f"{text} heading"}).data
    caption = re.search("<caption><strong>Table 1.1.</strong> (.*?)</caption>", shown, flags=re.S)
    assert caption[1] == html(f"Of {text}")
    content = Shown(re.sub(r"<style.*?</style>", "", shown, flags=re.S))
    assert {e[0] for e in content.elements} == {
        "div", "table", "caption", "strong", "thead", "tbody", "tr", "th", "td",
    }  # fmt: skip
    for part in (f"{text} heading", f"{text} is missing", text):
        assert visible(part) in "".join(content.texts)
    assert ("mathjax_ignore" in shown) == bool(re.search(r"[$\\]", text))


def test_rows_that_are_a_predictor_s_values_are_left_as_they_are(page):
    levels = pd.DataFrame({"n": [1, 2, 3]}, index=pd.Index(["age_1", "gender", "f"], name="gender"))
    shown = page.table(levels, "levels", "Levels").data
    assert re.findall("<th [^>]*row_heading[^>]*>(.*?)</th>", shown) == ["age_1", "gender", "f"]
    own = levels.rename_axis(None)
    shown = page.table(own, "own", "Own rows").data
    assert re.findall("<th [^>]*row_heading[^>]*>(.*?)</th>", shown)[::2] == ["Age 1", "F"]


def test_a_linked_table_links_to_pages_and_to_nothing_else(page):
    cells = ["both: [03](03_x.ipynb) and [page 06](06_y.ipynb#sums)", "[a](javascript:b) | *c*"]
    cells += ["[here](#The-sums)", "[b]() [c](x)"]
    shown = RENDER(page.linked_table(pd.DataFrame({"cell": cells}), "links", SCRIPT).shown.data)
    assert re.findall('href="(.*?)"', shown) == ["03_x.ipynb", "06_y.ipynb#sums", "#The-sums"]
    assert "[a](javascript:b) | *c*" in shown and "<em>" not in shown and "<script" not in shown


def test_halves_of_characters_stop_nothing(page):
    """A path may have them; what is shown and filed of it can be written all the same."""
    half, table = "a\ud800b", pd.DataFrame({"text": ["x"]})
    shown = [
        page.table(table, half, half).data,
        page.linked_table(table, "linked", half).caption.data,
    ]
    shown += [page.text(half), page.code(half).data, page.figure(plt.figure(), "x", half).shown.alt]
    assert all("a\ufffdb" in text and half not in text for text in shown)
    assert {read.caption for read in read_tables(page.build / "tables")} == {"a\ufffdb"}


def test_a_number_may_have_a_letter(page):
    assert number_of("02_full_model") == "02" and number_of("08b_cutoffs") == "08b"
    other = Page(str(page.study.path), "08b_cutoffs")
    assert 'id="T_08b_x"' in other.table(pd.DataFrame({"b": [1.0]}), "x", "A table").data
    other.figure(plt.figure(), "x", alt="A figure")
    assert (other.build / "tables" / "08b_x.csv").is_file()
    assert (other.figures / "08b_x.png").is_file()


def test_alternative_texts_and_file_names_are_plain(page):
    image = page.figure(plt.figure(), "a/b\n", alt="bell\x07 and\nline")
    assert image.shown.alt == "bell\ufffd and line"
    (file,) = page.figures.iterdir()
    assert re.fullmatch(r"01_a_b-[0-9a-f]{12}\.png", file.name)


def test_a_page_that_ends_early_says_why_as_it_is():
    cell = nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("error", ename="E")])
    ended = _ended(nbformat.v4.new_notebook(cells=[cell]), f"'{TITLE}' separates")
    shown = RENDER(ended.cells[-1].source)
    assert text_of(shown) == f"This page ends here. '{one_line(TITLE)}' separates"


def test_the_page_that_leads_to_the_first_has_the_title_as_text(tmp_path):
    study = load_study(write_hostile_study(tmp_path))
    forward = _forward(study, "00_start_here")
    assert forward.count(html(one_line(TITLE))) == 2 and "<script" not in forward
    assert 'content="0; url=00_start_here.html"' in forward

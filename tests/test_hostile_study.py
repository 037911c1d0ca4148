"""A whole report of a study whose every text tries to be more than text, read back from the files.

The report is built once, from the command's own function: pages executed, site, exports, list.
"""

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import docx
import nbformat
import openpyxl
import pandas as pd
import pytest
from hostile import (
    CATEGORIES,
    CHURNED,
    DESCRIPTION,
    LABELS,
    NUMBERS,
    RETAINED,
    SOURCE,
    TITLE,
    hostile_customers,
    write_hostile_study,
)

from erfm.escaping import latex, latex_in_formula, one_line, visible
from erfm.report.build import build_report
from erfm.report.exporting import read_tables

pytestmark = pytest.mark.slow  # a whole report is built

PAGES = [f"0{i}" for i in (1, 2, 3, 4, 5, 8, 9)]
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """What a browser makes of a page: elements, comments, texts by the element they stand in."""

    def __init__(self, path: Path):
        super().__init__()
        self.elements, self.comments, self.open = [], [], []
        self.paragraphs, self.headings, self.titles, self.links = [], [], [], []
        self.scripts, self.formulas, self.text = [], [], ""
        self.feed(path.read_text(encoding="utf-8"))
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        kept = {"p": self.paragraphs, "title": self.titles, "script": self.scripts, "a": self.links}
        kept |= dict.fromkeys(["h1", "h2", "h3"], self.headings)
        if "math" in (dict(attributes).get("class") or "").split():
            kept[tag] = self.formulas
        if dict(attributes).get("type") == "application/json":
            kept.pop("script")  # data, which no browser runs
        if tag in kept:
            kept[tag].append("")
        if tag not in VOID:
            self.open.append((tag, kept.get(tag)))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        inside = {tag for tag, _ in self.open}
        for _, texts in self.open:
            if texts is not None:
                texts[-1] += data
        if not inside & {"script", "style", "title"}:
            self.text += data

    def handle_comment(self, data):
        self.comments.append(data.strip())

    def paragraph(self, start: str) -> str:
        """Return the paragraph that begins with a text."""
        found = [" ".join(p.split()) for p in self.paragraphs]
        return next(p for p in found if p.startswith(start))


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> SimpleNamespace:
    """The built report: study, build folder, pages of the site by the start of their name."""
    path = write_hostile_study(tmp_path_factory.mktemp("hostile"))
    site = build_report(str(path)).parent
    pages = {file.name.split("_")[0].split(".")[0]: Page(file) for file in site.glob("*.html")}
    return SimpleNamespace(build=site.parent, site=site, pages=pages)


# --- The site -------------------------------------------------------------------------------------


def test_every_page_was_executed_to_its_end_and_built(report):
    assert set(PAGES) <= set(report.pages)
    for page in report.pages.values():
        assert "This page ends here" not in page.text
    for path in (report.build / "notebooks").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            told = [o for o in cell.get("outputs", []) if o.output_type in ("stream", "error")]
            # Where no font has the Chinese characters of a label, the page's notice says so.
            assert not [o for o in told if "missing from font" not in o.get("text", "")]


def test_no_element_of_the_pages_comes_from_the_study(report):
    for name, page in report.pages.items():
        assert not [s for s in page.scripts if "alert" in s], name
        assert "comment" not in page.comments, name
        for tag, attributes in page.elements:
            assert not [a for a in attributes if a.startswith("on")], (name, tag, attributes)
            for attribute in ("href", "src", "action", "formaction", "data", "content"):
                target = attributes.get(attribute) or ""
                assert not re.match(r"\s*(javascript|vbscript|data:text)", target), (name, target)
            assert attributes.get("src") != "x", name
            assert tag not in ("iframe", "object", "embed", "form") or "search" in str(attributes)


def test_no_directive_or_role_is_executed(report):
    for name, page in report.pages.items():
        assert "root:" not in page.text and "/bin/sh" not in page.text, name
        classes = {c for _, a in page.elements for c in (a.get("class") or "").split()}
        assert not classes & {"system-message", "problematic", "footnote", "footnote-reference"}, (
            name
        )
        assert not [tag for tag, _ in page.elements if tag in ("s", "del")], name


def test_no_mathematics_is_made_of_the_study_s_texts(report):
    for name, page in report.pages.items():
        for formula in page.formulas:
            if "aligned" not in formula:
                assert "x^2" not in formula and "y_1" not in formula, name
                assert formula.strip() != r"\(\frac\)", name
    equations = [formula for formula in report.pages["03"].formulas if "aligned" in formula]
    assert len(equations) == 1
    assert latex_in_formula(LABELS["a/b"]) in equations[0]


def test_mathjax_looks_for_formulas_only_where_the_page_has_one(report):
    for file in report.site.glob("*.html"):
        text = file.read_text(encoding="utf-8")
        if "_static/mathjax" in text:
            assert '"ignoreHtmlClass": ".*|"' in text and '"processHtmlClass": "' in text, file.name


def test_the_notice_of_every_page_shows_the_study_s_texts_as_they_are(report):
    for name in PAGES:
        page = report.pages[name]
        assert page.paragraph(one_line(TITLE)) == f"{one_line(TITLE)}. {one_line(DESCRIPTION)}"
        assert page.paragraph("Source:") == f"Source: {one_line(SOURCE)}"


def test_the_title_stands_in_every_window_and_beside_every_page(report):
    for name, page in report.pages.items():
        assert one_line(TITLE) in " ".join(page.titles[0].split()), name
        assert one_line(TITLE) in page.text, name
    assert " ".join(report.pages["index"].headings[0].split()).startswith(one_line(TITLE))
    assert one_line(DESCRIPTION) in report.pages["index"].text
    assert one_line(SOURCE) in report.pages["index"].text


def test_sentences_show_labels_as_they_are(report):
    both = (
        report.pages["02"].paragraph("In short. All")
        + report.pages["03"].paragraph("In short. Starting")
        + report.pages["05"].paragraph("In short.")
    )
    for label in LABELS.values():
        assert one_line(label) in both
    used = report.pages["09"].paragraph("By ")
    assert all(one_line(level) in used for level in CATEGORIES["gender"][1])
    first = report.pages["09"].paragraph("First on the list is")
    assert any(one_line(name) in first for name in hostile_customers()["id"])
    levels = report.pages["01"].paragraph(one_line(LABELS["gender"]))
    assert f"the reference level of the models is {one_line(CATEGORIES['gender'][1][0])}." in levels


def test_tables_and_captions_show_labels_levels_and_identifiers_as_they_are(report):
    page = report.pages["01"]
    for name, label in LABELS.items():
        unit = NUMBERS.get(name, ("", ""))[1]
        shown = f"{one_line(label)} ({one_line(unit)})" if unit else one_line(label)
        assert f"Retention by {shown}" in page.text
    for _, levels, _ in CATEGORIES.values():
        for level in levels:
            assert one_line(level) in page.text
            assert one_line(level) in report.pages["02"].text or level == levels[0]
    assert any(one_line(name) in report.pages["09"].text for name in hostile_customers()["id"])


def test_the_downloads_show_captions_as_they_are_and_say_what_is_done_to_texts(report):
    page = report.pages["tables"]
    for label in LABELS.values():
        assert f"Retention by {one_line(label)}" in page.text
    assert "that a spreadsheet would run as a formula" in page.text


def test_a_heading_shows_the_label(report):
    shown = " ".join(" ".join(report.pages["03"].headings).split())
    assert [label for label in LABELS.values() if f"Step 1: {one_line(label)} enters" in shown]


def test_alternative_texts_show_labels_as_they_are(report):
    drawn = [
        a for page in report.pages.values() for _, a in page.elements if a.get("role") == "img"
    ]
    texts = [attributes["aria-label"] for attributes in drawn]
    assert texts and all(len(text) > 30 for text in texts)
    for label in LABELS.values():
        assert [text for text in texts if one_line(label) in text]


def test_links_lead_only_to_the_report_s_own_pages(report):
    own = {file.name for file in report.site.glob("*.html")} | {""}
    for name, page in report.pages.items():
        assert not {"link", "page"} & set(page.links), name
        for tag, attributes in page.elements:
            target = attributes.get("href", "#").split("#")[0]
            theirs = ("_downloads/", "_images/", "https://github.com/pradyunsg/furo")
            if tag == "a" and not target.startswith(theirs):
                assert target in own, f"{name}: {target}"


# --- Files ----------------------------------------------------------------------------------------


def test_files_have_plain_names_one_for_each_table(report):
    files = [path for path in report.build.rglob("*") if path.suffix in (".csv", ".json", ".png")]
    assert files
    for file in files:
        assert re.fullmatch(r"[\w.-]+", file.name, flags=re.ASCII), file
    tables = [path.name for path in (report.build / "tables").glob("01_*.csv")]
    assert len([t for t in tables if t.startswith("01_retention_by_")]) == len(LABELS)
    assert len([t for t in tables if t.startswith("01_frequencies_")]) == len(CATEGORIES)
    assert (report.build / "tables" / "09_errors_gender.csv").is_file()


def is_run(cell: str) -> bool:
    """Return whether a spreadsheet would run a cell: a formula, not a sign or a signed number."""
    return bool(re.match(r"\s*[=+@-]", cell)) and not re.fullmatch(r"[+-][\d.,e-]*", cell)


def test_no_csv_file_has_a_cell_that_a_spreadsheet_runs(report):
    files = [*(report.build / "tables").glob("*.csv"), report.build / "early_warning.csv"]
    guarded = 0
    for file in files:
        with file.open(encoding="utf-8", newline="") as lines:
            cells = [cell for row in csv.reader(lines) for cell in row]
        assert not [cell for cell in cells if is_run(cell)], file.name
        guarded += sum(cell.startswith("'") and is_run(cell[1:]) for cell in cells)
    assert guarded > 20


def test_filed_tables_give_the_study_s_texts_back(report):
    tables = {table.name: table.frame for table in read_tables(report.build / "tables")}
    identifiers = set(hostile_customers()["id"])
    assert set(tables["09_list"]["customer_id"]) <= identifiers
    assert set(tables["09_list"]["first_push"]) <= set(LABELS.values())
    retention = next(f for n, f in tables.items() if n.startswith("01_retention_by_1-"))
    assert sorted(retention.index) == sorted(CATEGORIES["[^1]"][1])
    for row in tables["05_ranks"].index:
        assert row in LABELS or any(row.startswith(f"{name}(") for name in CATEGORIES)


def test_the_list_of_scores_says_whom_it_is_about(report):
    listed = pd.read_csv(report.build / "early_warning.csv")
    assert listed["churn_probability"].dtype == float
    named = listed["customer_id"].str.removeprefix("'")
    assert set(named) <= set(hostile_customers()["id"].str.removeprefix("'"))


def test_the_workbook_has_the_texts_and_nothing_to_run(report):
    book = openpyxl.load_workbook(report.build / "exports" / "tables.xlsx")
    cells = [cell for sheet in book for row in sheet.rows for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n"}
    texts = {cell.value for cell in book["Contents"]["A"]} | {
        cell.value for column in "BCD" for cell in book["Contents"][column]
    }
    for text in (*LABELS.values(), CATEGORIES["gender"][1][0], NUMBERS["a/b"][1]):
        assert visible(text) in texts
    assert one_line(TITLE) in texts and one_line(DESCRIPTION) in texts
    assert (
        f"Outcome: 1 = retained ({one_line(RETAINED)}), 0 = churned ({one_line(CHURNED)})."
        in str(texts)
    )
    links = [cell.hyperlink for cell in cells if cell.hyperlink]
    assert len(links) == len(book.sheetnames) - 1 and not [link for link in links if link.target]


def test_the_word_file_has_the_texts(report):
    document = docx.Document(str(report.build / "exports" / "tables.docx"))
    words = [paragraph.text for paragraph in document.paragraphs]
    assert one_line(TITLE) in words and one_line(DESCRIPTION) in words
    assert f"Source: {one_line(SOURCE)}" in words
    rows = [row.cells[0].text for table in document.tables for row in table.rows]
    for name in NUMBERS:
        assert one_line(LABELS[name]) in rows
    xml = document.element.xml
    assert "w:fldSimple" not in xml and "w:instrText" not in xml and "w:hyperlink" not in xml


def test_the_latex_tables_have_the_texts_and_no_command_of_theirs(report):
    text = (report.build / "exports" / "02_coefficients.tex").read_text(encoding="utf-8")
    for name in NUMBERS:
        assert f"\n{latex(LABELS[name])} & " in text
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0].strip().splitlines()
    plain = re.sub(r"\\[&{}$#%_]", "", "\n".join(body))
    assert {row.count("&") for row in plain.splitlines()} == {8}
    assert plain.count("{") == plain.count("}") and "%" not in plain
    commands = set(re.findall(r"\\[A-Za-z]+", plain))
    assert commands <= {r"\textbackslash", r"\textasciitilde", r"\textasciicircum"} | {
        r"\textasciigrave"
    }


def test_descriptions_of_tables_are_data(report):
    for file in (report.build / "tables").glob("*.json"):
        assert json.loads(file.read_text(encoding="utf-8"))["caption"]

"""What the front page and the README tell of the other pages is what these say themselves."""

import json
import re

import nbformat
import pytest

from erfm.report import story
from erfm.report.build import all_notebooks
from erfm.report.site import _adapt_anchors, _lead_with_findings
from erfm.study import ROOT, StudyError

FOUND = story.findings().splitlines()
PAGES = [path for path in all_notebooks() if path.stem[:2] not in ("00", "10")]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("**In short.** A is 0.5. B follows.", "A is 0.5."),
        ("The order is **A > B**. 6 of 6 agree.", "The order is **A > B**."),
        ("The S.E. of A is 2.5 (p < 0.1). *Then* more.", "The S.E. of A is 2.5 (p < 0.1)."),
        ("Is it? “Yes.”", "Is it?"),
        ("One\nline, 3.4% of it.", "One line, 3.4% of it."),
        ("No end", "No end"),
    ],
)  # fmt: skip
def test_first_sentence(text, first):
    assert story.first_sentence(text) == first


def test_every_page_of_the_analysis_has_a_finding_with_a_number_and_a_link():
    assert re.findall(r"\]\((\w+\.ipynb)\)", "\n".join(FOUND)) == [path.name for path in PAGES]
    for line in FOUND:
        title, told = re.fullmatch(r"- \*\*\[(.+)\]\(\w+\.ipynb\)\*\* (.+)", line).groups()
        assert title.endswith("?") and re.search(r"\d| > ", told) and told[-1] in ".?!"


def test_what_simulated_customers_show_is_called_so_in_the_line():
    for path, line in zip(PAGES, FOUND, strict=True):
        of_others = {"07_another_bank": story.OTHER_BANK, "11_from_transactions": story.MUSIC_SHOP}
        real = {"06_published_numbers", "06b_paper_on_trial", *of_others}
        assert (story.SIMULATED in line) == (path.stem not in real)
        for page, whose in of_others.items():
            assert (whose in line) == (path.stem == page)


def test_a_finding_is_what_its_page_shows():
    for path, line in zip(PAGES, FOUND, strict=True):
        cells = nbformat.read(path, as_version=4).cells
        shown = [
            o.data.get("text/markdown", "")
            for c in cells
            for o in c.get("outputs", [])
            if "data" in o
        ]
        told = line.partition(":* " if ":* " in line else ")** ")[2]
        assert any(told in " ".join(text.split()) for text in shown)


def test_the_readme_links_to_the_pages_from_where_it_is():
    linked = re.findall(r"\]\(([^)#]+\.ipynb)", story.in_brief("notebooks/"))
    assert linked and all((ROOT / target).is_file() for target in linked)


def test_a_page_that_was_not_executed_is_told(tmp_path):
    cell = {"cell_type": "code", "metadata": {"tags": ["finding"]}, "outputs": [], "source": []}
    title = {"cell_type": "markdown", "metadata": {}, "source": ["# 01 · Who?"]}
    path = tmp_path / "01_x.ipynb"
    path.write_text(json.dumps({"cells": [title, cell]}), encoding="utf-8")
    with pytest.raises(StudyError, match=r"01_x\.ipynb: .* not executed\. Run"):
        story.findings(tmp_path)
    cell["outputs"] = [{"data": {"text/markdown": ["See [b](02_y.ipynb): 5. No."]}}]
    path.write_text(json.dumps({"cells": [title, cell]}), encoding="utf-8")
    assert story.findings(tmp_path, "in/") == (
        "- **[Who?](in/01_x.ipynb)** *On simulated customers:* See [b](in/02_y.ipynb): 5."
    )


@pytest.mark.parametrize("path", all_notebooks(), ids=lambda p: p.stem)
def test_the_site_says_in_short_what_a_page_found_directly_below_its_title(path):
    notebook = nbformat.read(path, as_version=4)
    before = [cell.id for cell in notebook.cells]
    _lead_with_findings(notebook)
    title, short, notice, *rest = notebook.cells
    assert title.source.startswith("# ")
    assert story.IN_SHORT in story.tags(short) and story.NOTICE in story.tags(notice)
    assert "remove-input" in story.tags(short) and "remove-input" in story.tags(notice)
    kept = [i for i in before if i not in (title.id, short.id, notice.id)]
    assert [cell.id for cell in rest] == kept
    nbformat.validate(notebook)


def test_the_site_s_links_are_those_that_its_pages_have():
    text = "[a](06_x.ipynb#The-Sums) [b](#The-Sums) [Table 8b.1](#table-8b-1) [c](06_x.ipynb)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    _adapt_anchors(notebook)
    assert notebook.cells[0].source == (
        "[a](06_x.ipynb#the-sums) [b](#the-sums) "
        '<a class="reference internal" href="#table-8b-1">Table 8b.1</a> [c](06_x.ipynb)'
    )


def test_the_other_bank_is_called_the_same_everywhere():
    name = "that the publisher does not name"
    for file in ("README.md", "data/README.md", "data/bank_churners.toml"):
        text = " ".join((ROOT / file).read_text(encoding="utf-8").split())
        assert name in text
        assert not re.search(r"\breal (?:bank|customers)\b", text)
    first = (ROOT / "notebooks" / "00_start_here.ipynb").read_text(encoding="utf-8")
    assert f"a bank {name}" in first and "real bank" not in first

"""The built site, and reports on other customers from end to end."""

import errno
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from erfm.customers.files import FileError
from erfm.customers.study_file import load_study
from erfm.report import build as report
from erfm.report import page as pages_module
from erfm.report.build import (
    NOTEBOOKS,
    README,
    build_report,
    execute,
    execute_all,
    prepare,
    with_findings,
)
from erfm.report.search import sections
from erfm.report.students import write_student_copies
from erfm.study import DATA, OUTPUT, ROOT, StudyError

ON_THE_MODULE = "module"  # the same in every report


class Page(HTMLParser):
    """The links, images, ids and loaded files of one HTML page."""

    def __init__(self, path: Path):
        super().__init__()
        self.links, self.images, self.ids, self.loaded = [], [], set(), []
        self.explorer = ""  # what its chart says, which holds an image without a text of its own
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids.add(given.get("id"))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if given.get("class") == "erfm-charts":
            self.explorer = given["aria-label"]
        if tag == "img":
            self.images.append(given | {"alt": given.get("alt") or self.explorer})
            self.explorer = ""
            self.loaded += [] if given["src"].startswith("data:image/png;") else [given["src"]]
        if tag == "script" and "src" in given:
            self.loaded.append(given["src"])
        if tag == "link" and given.get("rel") == "stylesheet":
            self.loaded.append(given["href"])


def check_site(site: Path) -> dict[str, Page]:
    """Assert that every link leads somewhere, every image has alt text, nothing is fetched."""
    pages = {path.name: Page(path) for path in site.glob("*.html")}
    for name, page in pages.items():
        for link in page.links:
            url = urlparse(link)
            if url.scheme:
                continue
            target = pages.get(url.path or name)
            assert target or (site / unquote(url.path)).exists(), f"{name}: {link}"
            if url.fragment and target:
                assert unquote(url.fragment) in target.ids, f"{name}: {link}"
        for image in page.images:
            assert len(image.get("alt", "")) > 30, f"{name}: {image['src']}"
        for file in page.loaded:
            assert not urlparse(file).scheme and not file.startswith("//"), f"{name}: {file}"
            assert (site / urlparse(unquote(file)).path).is_file(), f"{name}: {file}"
    return pages


@pytest.mark.slow
def test_site_is_whole_and_works_offline(default_site):
    pages = check_site(default_site)
    assert {path.with_suffix(".html").name for path in NOTEBOOKS.glob("*.ipynb")} <= set(pages)
    assert {"02_full_model.html", "search.html"} <= set(pages)


@pytest.mark.slow
def test_the_glossary_s_chinese_is_marked_and_found(default_site):
    page = (default_site / "glossary.html").read_text(encoding="utf-8")
    assert '<span lang="zh">优势比、比值比、胜算比</span>' in page and 'id="odds-ratio"' in page
    found = " ".join(section.text for section in sections("glossary.html", page))
    assert all(word in found for word in ("优势比", "似然比检验", "自由度"))
    linked = (default_site / "02_full_model.html").read_text(encoding="utf-8")
    assert 'href="glossary.html#odds-ratio"' in linked


@pytest.mark.slow
def test_first_page_leads_to_the_scorecard(default_site):
    assert "url=00_start_here.html" in (default_site / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_first_page_and_the_steps_of_the_search_are_in_the_lists_of_contents(default_site):
    page = (default_site / "03_stepwise_reduction.html").read_text(encoding="utf-8")
    pages = page.partition('class="sidebar-tree"')[2].partition("</aside>")[0]
    assert 'href="00_start_here.html"' in pages
    sections = page.partition('class="toc-tree"')[2]
    assert 'href="#step-1-frequency-enters"' in sections
    assert page.index("<h3>Step 2: ") > page.index("Table 3.7.") > page.index("<h3>Step 1: ")


@pytest.mark.slow
def test_all_code_is_folded_and_a_solution_says_what_it_is(default_site):
    page = (default_site / "02_full_model.html").read_text(encoding="utf-8")
    assert page.count('<div class="cell_input') == page.count('<details class="admonition hide')
    solutions = [int(number) for number in re.findall(r">Show solution (\d)</p>", page)]
    assert solutions == [*range(1, page.count("tag_solution") + 1)] and len(solutions) > 2
    assert page.count("code_switch.js") == 1


def test_readme_has_the_computed_findings():
    readme = README.read_text(encoding="utf-8")
    assert with_findings(readme) == readme


def test_readme_links_lead_somewhere():
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(README.read_text(encoding="utf-8"))
    inline = [child for token in tokens for child in token.children or []]
    targets = [
        t.attrGet("href") or t.attrGet("src") for t in inline if t.type in ("link_open", "image")
    ]
    assert len(targets) > 10
    assert not [t for t in targets if not urlparse(t).scheme and not (ROOT / t).exists()]


def test_unknown_study_is_told_in_one_line():
    with pytest.raises(
        StudyError, match=r"reconstruktion: no such study\. Did you mean 'reconstruction'"
    ):
        build_report("reconstruktion")


@pytest.mark.slow
@pytest.mark.bank_churners
def test_report_on_another_bank_from_end_to_end(monkeypatch):
    every = report.notebooks_of

    def quick(study):
        """Leave out pages 08 to 08d, which take minutes here and which the zoo executes."""
        return [path for path in every(study) if not path.name.startswith("08")]

    monkeypatch.setattr(report, "notebooks_of", quick)
    site = build_report("bank_churners").parent
    pages = check_site(site)
    assert "index.html" in pages and "02_full_model.html" in pages
    tables = site.parent / "tables"
    coefficients = pd.read_csv(tables / "02_coefficients.csv", index_col=0)
    assert len(coefficients) == 7
    own = [path for path in site.glob("*.html") if not path.name.startswith(ON_THE_MODULE)]
    text = "\n".join(path.read_text(encoding="utf-8") for path in own)
    for word in ("Cao, Xu", "simulated", "the paper", "reconstruction"):
        assert word not in text

    executed = []
    monkeypatch.setattr(report, "execute_all", lambda study, due, folder: executed.extend(due))
    build_report("bank_churners")
    assert not executed, "a second run executes nothing again"
    stored, study = site.parent / "notebooks" / "02_full_model.ipynb", load_study("bank_churners")
    assert report._is_current(NOTEBOOKS / stored.name, study, stored)
    assert not report._is_current(NOTEBOOKS / stored.name, load_study("reconstruction"), stored)
    assert not report._is_current(NOTEBOOKS / "03_stepwise_reduction.ipynb", study, stored)
    assert not report._is_current(NOTEBOOKS / stored.name, study, stored.with_name("absent.ipynb"))


def test_students_get_no_solutions_no_outputs_and_no_sentences(tmp_path, monkeypatch):
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    folder = write_student_copies()
    names = [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
    assert [path.name for path in sorted(folder.glob("*.ipynb"))] == names
    for name in names:
        whole = nbformat.read(NOTEBOOKS / name, as_version=4).cells
        copy = nbformat.read(folder / name, as_version=4).cells
        solutions = [c.source for c in whole if "solution" in c.metadata.get("tags", [])]
        sentences = [c for c in whole if "remove-input" in c.metadata.get("tags", [])]
        assert len(copy) == len(whole) - len(sentences)
        sources = [c.source for c in copy]
        assert not set(solutions) & set(sources)
        assert sources.count("# Your answer:\n") == len(solutions)
        assert not any(c.get("outputs") or c.get("execution_count") for c in copy)
        assert not any(c.metadata.get("jupyter") for c in copy)
        assert "page.answer(" not in "".join(sources)
        hints = "".join(c.source for c in whole).count("<summary>Hint</summary>")
        assert "".join(sources).count("<summary>Hint</summary>") == hints
        assert bool(hints) == bool(solutions)
    assert (folder / "glossary.md").read_text("utf-8") == (NOTEBOOKS / "glossary.md").read_text(
        "utf-8"
    )


# --- Executed notebooks are kept ------------------------------------------------------------------

FULL_MODEL = NOTEBOOKS / "02_full_model.ipynb"


@pytest.fixture
def kept(tmp_path, monkeypatch, write_study):
    """A study whose page 02 was executed, in a project of its own; its notebook and folder."""
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    study = load_study(write_study(tmp_path / "studies" / "mine.toml"))

    def executed(notebook, clients, variables):
        """File a table and a figure, and show what the notebook has stored."""
        filing = pages_module.Page(study.path, "02_full_model")
        filing.table(pd.DataFrame({"b": [1.0]}, index=["recency"]), "x", "A table")
        figure, _ = plt.subplots(figsize=(1, 1))
        filing.figure(figure, "x", alt="A figure")

    monkeypatch.setattr(report, "execute", executed)
    build = pages_module.build_folder(study)
    execute_all(study, [FULL_MODEL], build / "notebooks")
    return study, build / "notebooks" / FULL_MODEL.name, build


def rewrite(path: Path, change) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def outputs(content) -> list:
    return [o for cell in content["cells"] for o in cell.get("outputs", [])]


def test_an_executed_notebook_is_kept(kept):
    study, notebook, _ = kept
    assert report._is_current(FULL_MODEL, study, notebook)
    rewrite(notebook, lambda content: None)
    assert report._is_current(FULL_MODEL, study, notebook), "another layout is the same content"
    nbformat.validate(nbformat.read(notebook, as_version=4))


DAMAGES = {
    "removed": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "half": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "zeros": lambda path: path.write_bytes(bytes(5000)),
    "not utf-8": lambda path: path.write_bytes(b"\xff\xfe\x00"),
    "a list": lambda path: path.write_bytes(b"[]"),
    "a number": lambda path: path.write_bytes(b"1"),
    "nested": lambda path: path.write_bytes(b"[" * 100_000),
    "no metadata": lambda path: rewrite(path, lambda c: c.pop("metadata")),
    "odd metadata": lambda path: rewrite(path, lambda c: c.update(metadata=[])),
    "no digests": lambda path: rewrite(path, lambda c: c["metadata"].pop("erfm")),
    "no cells": lambda path: rewrite(path, lambda c: c.pop("cells")),
    "one output": lambda path: rewrite(path, lambda c: outputs(c)[-1].update(data={})),
    "an output less": lambda path: rewrite(path, lambda c: c["cells"][-1].update(outputs=[])),
    "source": lambda path: rewrite(path, lambda c: c["cells"][0].update(source="# Mine")),
}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_or_changed_notebook_is_executed_anew(kept, damage):
    study, notebook, _ = kept
    before = notebook.read_bytes()
    DAMAGES[damage](notebook)
    assert not report._is_current(FULL_MODEL, study, notebook)
    execute_all(study, [FULL_MODEL], notebook.parent)
    assert notebook.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize(
    "file", ["tables/02_x.csv", "tables/02_x.json", "figures/02_x.png", "svg/02_x.svg"]
)
@pytest.mark.parametrize("change", [Path.unlink, lambda path: path.write_bytes(b"1")])
def test_a_page_whose_table_or_figure_was_changed_is_executed_anew(kept, file, change):
    study, notebook, build = kept
    change(build / file)
    assert not report._is_current(FULL_MODEL, study, notebook)
    execute_all(study, [FULL_MODEL], notebook.parent)
    assert report._is_current(FULL_MODEL, study, notebook)


@pytest.mark.parametrize("other", ["03_x.csv", "02b_x.csv"])
def test_tables_of_other_pages_are_other_pages(kept, other):
    study, notebook, build = kept
    (build / "tables" / other).write_bytes(b"1")
    assert report._is_current(FULL_MODEL, study, notebook)


# --- What can happen while notebooks are executed -------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            CellExecutionError("", "FileError", "a.csv: full. Make room."),
            r"a\.csv: full\. Make room",
        ),
        (CellExecutionError("", "KeyError", "x"), r"02_full_model\.ipynb: KeyError: x"),
        (DeadKernelError("Kernel died"), r"02_full_model\.ipynb: .*lack of memory"),
        (RuntimeError("Kernel died before replying"), r"02_full_model\.ipynb: .*lack of memory"),
        (CellTimeoutError("…\n…"), r"02_full_model\.ipynb: a cell took longer than 900 seconds"),
    ],
)
def test_an_execution_that_fails_leaves_the_page_as_it_was(kept, monkeypatch, error, message):
    study, notebook, _ = kept
    before = notebook.read_bytes()

    def fail(*arguments):
        raise error

    monkeypatch.setattr(report, "execute", fail)
    with pytest.raises(StudyError, match=message) as told:
        execute_all(study, [FULL_MODEL], notebook.parent)
    assert "\n" not in str(told.value)
    assert notebook.read_bytes() == before


def test_a_study_that_allows_no_further_step_ends_the_page(kept, monkeypatch):
    study, notebook, _ = kept

    def end(prepared, *others):
        cell = next(cell for cell in prepared.cells if cell.cell_type == "code")
        cell.outputs = [
            nbformat.v4.new_output("error", ename="StudyError", evalue="", traceback=[])
        ]
        raise CellExecutionError("", "StudyError", "mine.csv: too few. Use more.")

    monkeypatch.setattr(report, "execute", end)
    execute_all(study, [FULL_MODEL], notebook.parent)
    assert "**This page ends here.** mine.csv" in notebook.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_full_disk_leaves_the_old_site_and_exports(kept, monkeypatch):
    study, _, build = kept
    monkeypatch.setattr(report, "execute_all", lambda *arguments: None)
    for name in ("site/index.html", "exports/tables.xlsx"):
        (build / name).parent.mkdir()
        (build / name).write_bytes(b"old")
    full = OSError(errno.ENOSPC, "No space left on device")

    def fail(*arguments, **keys):
        raise full

    with monkeypatch.context() as patched:
        patched.setattr("erfm.report.exporting._fix_time", fail)
        with pytest.raises(FileError, match=r"tables\.xlsx: no space left on device\. Make room"):
            build_report(study.path)
        assert (build / "exports" / "tables.xlsx").read_bytes() == b"old"
        assert len(list((build / "exports").iterdir())) == 1
    monkeypatch.setattr("erfm.report.site.Sphinx", fail)
    with pytest.raises(FileError, match=r"mine_\w+: no space left on device\. Make room"):
        build_report(study.path)
    assert (build / "exports" / "tables.xlsx").read_bytes() != b"old"
    assert (build / "site" / "index.html").read_bytes() == b"old"


def test_a_full_disk_is_no_reason_for_a_page_to_end():
    """A page that ends early is kept; one that could not be written is not."""
    assert FileError.__name__ != StudyError.__name__
    assert issubclass(FileError, StudyError)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize(
    "folder",
    [
        '"; raise SystemExit("injected"); "', "'", "'\"", "a\\", "a\nraise SystemExit(1)\n",
        "my folder 报告",
        "\u202egnp {x} %s $HOME", '""" + 1/0 + """', "\\x41\\N{BULLET}", "\udcff", "🏦",
    ],
)  # fmt: skip
def test_a_path_is_data_in_an_executed_notebook(tmp_path, write_study, folder):
    try:
        study = load_study(write_study(tmp_path / folder / "s'.toml"))
    except (OSError, UnicodeError) as error:
        pytest.skip(f"no such name here: {error}")
    (cell,) = [
        c for c in prepare(FULL_MODEL, study).cells if "parameters" in c.metadata.get("tags", [])
    ]
    found = {}
    exec(cell.source, found)
    assert found["STUDY"] == str(study.location)
    assert cell.source.isprintable()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_notebook_finds_its_study_at_any_path(tmp_path, write_study):
    study = load_study(write_study(tmp_path / "my \"; 1/0\n'\\ 报告" / "客 户.toml"))
    notebook = prepare(FULL_MODEL, study)
    shown = nbformat.v4.new_code_cell("print(ascii((STUDY, str(study.location))))")
    notebook.cells = [*notebook.cells[:4], shown]
    execute(notebook)
    printed = notebook.cells[-1].outputs[0]["text"]
    assert printed.strip() == ascii((str(study.location), str(study.location)))


@pytest.mark.parametrize("needed", ["external/CDNOW_master.txt", "external/customers.csv"])
def test_a_page_whose_customers_are_not_shipped_is_shown_as_stored(tmp_path, needed):
    """Of a study that begins with transactions these are needed, of any other its customers."""
    text = (DATA / "cdnow.toml").read_text(encoding="utf-8")
    if needed.endswith(".csv"):
        text = text.partition("[transactions]")[0].replace(
            "cdnow_customers.parquet", "customers.csv"
        )
    study = tmp_path / "other.toml"
    study.write_text(text, encoding="utf-8")
    cell = nbformat.v4.new_code_cell(f"OTHER = {str(study)!r}", metadata={"tags": ["other-study"]})
    page = tmp_path / "11_page.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), page)
    file = tmp_path / needed
    told = report.absent_customers(page)
    assert told.startswith(f"11_page.ipynb is shown as stored: {file} is absent. CDNOW_master.txt,")
    file.parent.mkdir()
    file.touch()
    assert report.absent_customers(page) == ""
    nbformat.write(nbformat.v4.new_notebook(cells=[]), page)
    assert report.absent_customers(page) == ""

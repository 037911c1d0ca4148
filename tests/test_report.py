"""The built site, and reports on other customers from end to end."""

import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import nbformat
import pandas as pd
import pytest

from erfm import report
from erfm.report import (
    NOTEBOOKS,
    README,
    build_report,
    build_site,
    with_findings,
    write_student_copies,
)
from erfm.study import ROOT, StudyError, load_study


class Page(HTMLParser):
    """The links, images, ids and loaded files of one HTML page."""

    def __init__(self, path: Path):
        super().__init__()
        self.links, self.images, self.ids, self.loaded = [], [], set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.ids.add(given.get("id"))
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "img":
            self.images.append(given)
            self.loaded.append(given["src"])
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


@pytest.fixture(scope="module")
def default_site(tmp_path_factory) -> Path:
    """The default report's site, built from the notebooks' stored outputs."""
    build = tmp_path_factory.mktemp("build")
    shutil.copytree(NOTEBOOKS, build / "notebooks", ignore=shutil.ignore_patterns(".*"))
    return build_site(load_study("reconstruction"), build).parent


def test_site_is_whole_and_works_offline(default_site):
    pages = check_site(default_site)
    assert {path.with_suffix(".html").name for path in NOTEBOOKS.glob("*.ipynb")} <= set(pages)
    assert (default_site / "_static" / "mathjax" / "tex-chtml.js").is_file()
    assert (default_site / "searchindex.js").is_file()


def test_first_page_leads_to_the_scorecard(default_site):
    assert "url=00_start_here.html" in (default_site / "index.html").read_text(encoding="utf-8")


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


@pytest.mark.bank_churners
def test_report_on_another_bank_from_end_to_end(monkeypatch):
    site = build_report("bank_churners").parent
    pages = check_site(site)
    assert "index.html" in pages and "02_full_model.html" in pages
    tables = site.parent / "tables"
    coefficients = pd.read_csv(tables / "02_coefficients.csv", index_col=0)
    assert len(coefficients) == 7
    text = "\n".join(path.read_text(encoding="utf-8") for path in site.glob("*.html"))
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


def test_students_get_no_solutions_and_no_outputs():
    folder = write_student_copies()
    names = [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
    assert [path.name for path in sorted(folder.glob("*.ipynb"))] == names
    for name in names:
        whole = nbformat.read(NOTEBOOKS / name, as_version=4).cells
        copy = nbformat.read(folder / name, as_version=4).cells
        solutions = [c.source for c in whole if "solution" in c.metadata.get("tags", [])]
        sources = [c.source for c in copy]
        assert not set(solutions) & set(sources)
        assert sources.count("# Your answer:\n") == len(solutions)
        assert not any(c.get("outputs") or c.get("execution_count") for c in copy)

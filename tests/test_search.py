"""The site's own search: what it reads, and what a reader finds."""

import json
import re

import pytest

from erfm.report.search import TEXTS, sections

PAGE = r"""
<article><section id="top"><h1>02 · Title<a class="headerlink" href="#top">¶</a></h1>
<p>An accuracy of <strong>95.1</strong>1%, <a href="x">linked</a>.</p>
<div class="cell"><details><summary>Show code</summary><div class="cell_input">secret()</div>
</details><div class="cell_output"><style>#T td {}</style>
<table><tr><td>1</td><td>2</td></tr></table></div></div>
<section id="inner"><h2>Inner</h2><p>客户流失 with <span class="math">\(\chi^2\)</span></p>
<p hidden>hidden</p><!-- a comment --></section>
<dl class="py"><dt id="erfm.f">f(x)</dt><dd><p>Does it.</p></dd></dl>
</section></article><p>Beside it</p>
"""


def test_a_page_is_read_by_sections_without_its_code():
    found = sections("02.html", PAGE)
    assert [(s.anchor, s.title) for s in found] == [
        ("top", "02 · Title"), ("inner", "Inner"), ("erfm.f", "f(x)"),
    ]  # fmt: skip
    assert {(s.page, s.chapter) for s in found} == {("02.html", "02 · Title")}
    assert [s.text for s in found] == [
        "An accuracy of 95.11%, linked. 1 2", r"客户流失 with \chi^2", "Does it.",
    ]  # fmt: skip
    assert sections("x.html", "<p>No article</p>") == []


@pytest.fixture(scope="module")
def rows(default_site) -> list[list[str]]:
    text = (default_site / TEXTS).read_text(encoding="utf-8")
    return json.loads(text.removeprefix("const SECTIONS = ").rstrip().removesuffix(";"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("95.11", "00_start_here.html"),
        ("95.11", "06_published_numbers.html"),
        ("流失", "glossary.html"),
        ("1,334", "04_holdout_validation.html"),
        ("forward_lr", "module_core.html"),
    ],
)
def test_numbers_chinese_and_names_are_in_the_texts(rows, words, page):
    assert [row for row in rows if row[0] == page and words in f"{row[3]} {row[4]}"]


@pytest.mark.slow
def test_every_section_can_be_reached_and_the_module_comes_last(rows, default_site):
    pages = {row[0] for row in rows}
    for page in pages:
        text = (default_site / page).read_text(encoding="utf-8")
        ids = set(re.findall(r'id="([^"]+)"', text))
        assert {row[1] for row in rows if row[0] == page} <= ids
    on_module = [row[0].startswith("module") for row in rows]
    assert on_module == sorted(on_module) and any(on_module)
    assert "search.html" not in pages and len(pages) > 15


@pytest.fixture(scope="module")
def search_page(chromium, default_site):
    page = chromium.new_page()
    requests, errors = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: errors.append(error))
    page.goto((default_site / "02_full_model.html").as_uri())
    page.fill("input.sidebar-search", "95.11")
    page.press("input.sidebar-search", "Enter")
    page.wait_for_url("**/search.html?q=95.11")
    yield page
    assert not errors and not [url for url in requests if not url.startswith("file:")]
    page.close()


def told(page, query: str) -> str:
    page.fill("#erfm-query", query)
    return page.inner_text("#erfm-found")


@pytest.mark.slow
def test_the_sidebar_leads_to_a_number_and_its_excerpt(search_page):
    assert re.fullmatch(r"\d+ sections with 95\.11\.", search_page.inner_text("#erfm-found"))
    assert set(search_page.locator("#erfm-hits mark").all_inner_texts()) == {"95.11"}
    first = search_page.locator("#erfm-hits li").first
    assert first.locator("a").get_attribute("href").startswith("00_start_here.html#")
    assert "accuracy of 95.11%" in first.locator("p").inner_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("流失", "churn"), ("ODDS ratio", "odds ratio"), ("９５.１１", None),
        ('"base rate"', "The cut-off is not the base rate"),
    ],
)  # fmt: skip
def test_words_phrases_and_wide_digits_are_found(search_page, query, first):
    assert " with " in told(search_page, query) and not told(search_page, query).startswith("No")
    titles = search_page.locator("#erfm-hits a").all_inner_texts()
    assert titles and (first is None or first in titles[:2])


@pytest.mark.slow
def test_what_is_not_there_is_said_and_nothing_is_markup(search_page):
    assert told(search_page, "zzzz") == "No sections with zzzz."
    assert told(search_page, "<img src=x>").startswith("No sections")
    assert told(search_page, "") == ""
    assert search_page.locator("#erfm-hits img").count() == 0


@pytest.mark.slow
def test_a_hit_leads_to_its_section_by_keyboard(search_page):
    told(search_page, "流失")
    link = search_page.locator("#erfm-hits a", has_text="churn").first
    link.focus()
    search_page.keyboard.press("Enter")
    search_page.wait_for_url("**/glossary.html*")
    assert search_page.evaluate("location.hash").startswith("#churn")
    search_page.go_back()

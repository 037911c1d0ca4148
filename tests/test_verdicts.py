"""Printed values with their verdicts as the front page shows them, by Python and in a browser."""

import re
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pandas as pd
import pytest
from browser import axe_script, show

from erfm.escaping import html
from erfm.paper import scorecard
from erfm.paper.verdict import CONTRADICTS, HOLDS, IMPOSSIBLE, VERDICTS
from erfm.report import site, verdicts
from erfm.report.page import Page
from erfm.study import OUTPUT

CARD = scorecard.scorecard()
TABLE = verdicts.table(CARD, "table-0-1", "<strong>Table 0.1.</strong> Every printed value")
STRIP = verdicts.strip(CARD, "figure-0-2", "The verdicts", "table-0-1")


def parsed(content: str) -> ElementTree.Element:
    """Return HTML as a tree: everything that it opens it closes, and attributes are quoted."""
    return ElementTree.fromstring(content.replace("<br>", "<br/>"))


def text_of(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


ROWS = {body.get("id"): body for body in parsed(TABLE).iter("tbody")}


def test_every_printed_value_has_its_rows_in_the_paper_s_order():
    assert list(ROWS) == [f"value-{key}" for key in CARD.index]


@pytest.mark.parametrize("key", CARD.index)
def test_a_value_s_rows_say_all_there_is_to_say_of_it(key):
    row, body = CARD.loc[key], ROWS[f"value-{key}"]
    numbers, opened = (text_of(line) for line in body.iter("tr"))
    for column in ("value", "table", "printed", "implied", "simulated", "verdict"):
        assert row[column] in numbers
    assert ("(made)" in numbers) == (row["how"] == scorecard.BY_CONSTRUCTION)
    assert (body.get("data-verdict"), body.get("data-table")) == (row["verdict"], row["table"])
    quoted = [(q.get("lang"), q.text) for q in body.iter("q")]
    assert quoted == ([("zh", row["sentence"])] if row["sentence"] else [])
    assert row["translation"] in opened and row["needed"] in opened
    assert row["together"] in opened
    assert ("What would have to be true" in opened) == bool(row["needed"])
    summary, proof = text_of(body.find(".//summary")), opened.partition("Proof")[2]
    assert row["why"].startswith(summary)
    assert row["why"].removeprefix(summary).strip() in proof
    formulas = [d.text for d in body.iter("div") if "mathjax_process" in d.get("class")]
    lines = row["inequality"].split(r", \qquad ") if row["inequality"] else []
    assert formulas == [rf"\[{line}\]" for line in lines]
    (leads,) = body.iter("a")
    assert f"[{leads.text}]({leads.get('href')})" == row["shown"]


def test_what_is_refuted_says_what_would_have_to_be_true():
    refuted = CARD["verdict"].isin([IMPOSSIBLE, CONTRADICTS])
    assert refuted.any() and (CARD.loc[refuted, "needed"] != "").all()


HOSTILE = '<script>alert("$x$")</script> & "q" [a](b) \\(y\\)'


@pytest.fixture
def other_paper() -> pd.DataFrame:
    """A scorecard of another paper, without customers, whose texts are hostile."""
    texts = ["table", "value", "printed", "why", "inequality", "needed", "sentence", "translation"]
    card = pd.DataFrame({text: [HOSTILE, f"{HOSTILE}2"] for text in texts}, pd.Index(["a", "b"]))
    return card.assign(verdict=[HOLDS, IMPOSSIBLE], shown="[page 06](06_x.ipynb#A-title)")


def test_another_paper_s_scorecard_is_text_and_needs_no_simulated_customers(other_paper):
    content = verdicts.table(other_paper, "t", "Caption")
    tree = parsed(content)
    assert [th.text for th in tree.find(".//thead").iter("th")] == ["Value", "Printed", "Verdict"]
    assert {line.get("colspan") for line in tree.iter("td")} == {None, "3"}
    assert tree.find(".//script") is None
    # All that it has of the paper but the proof's formula is kept from MathJax.
    assert "mathjax_ignore" in tree.get("class")
    assert content.count(html(HOSTILE)) == 2 * 10  # eight texts, one of them three times
    strip = parsed(verdicts.strip(other_paper, "s", "Caption", "t"))
    assert strip.find(".//script") is None and HOSTILE in text_of(strip)
    assert list(verdicts.filed(other_paper)) == [
        "table", "value", "printed", "verdict", "why", "needed"
    ]  # fmt: skip


def test_only_a_live_jupyterlab_gets_script_and_style_along(monkeypatch, other_paper):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    stored = verdicts.table(other_paper, "t", "Caption")
    monkeypatch.setenv("JPY_SESSION_NAME", "00_start_here.ipynb")
    live = verdicts.table(other_paper, "t", "Caption")
    assert live.startswith(stored) and "<script" not in stored and "<style" not in stored
    assert verdicts.SCRIPT.read_text("utf-8") in live
    assert verdicts.STYLE.read_text("utf-8") in live


def test_the_script_ends_no_element_that_it_may_stand_in():
    assert "</" not in re.sub(
        r"</(?:fieldset|legend|label|select|option|button|output)>",
        "",
        verdicts.SCRIPT.read_text("utf-8"),
    )


def test_a_tile_is_labelled_and_leads_to_its_value():
    tree = parsed(STRIP)
    tiles = {
        a.get("href").removeprefix("#value-"): a for a in tree.iter("a") if a.get("aria-label")
    }
    assert list(tiles) == list(CARD.index)
    for key, tile in tiles.items():
        row = CARD.loc[key]
        assert tile.get("aria-label") == f"{row['value']} {row['printed']}: {row['verdict']}"
        symbol, said = text_of(tile).split(" ", 1)
        assert symbol == verdicts.SYMBOLS[row["verdict"]]
        assert f"{row['value']} {row['printed']}".find(said) >= 0
    for line, (name, values) in zip(
        tree.iter("tr"), CARD.groupby("table", sort=False), strict=True
    ):
        assert text_of(line.find("th")) == name
        assert len(list(line.iter("a"))) == len(values)
        named = set(values["value"].str.partition(": ")[0])
        assert all(f"{variable}:" in text_of(line.find("td")) for variable in named)


def test_verdicts_are_told_apart_by_symbol_and_counted_above_the_tiles():
    assert list(verdicts.SYMBOLS) == list(VERDICTS)
    assert len(set(verdicts.SYMBOLS.values())) == len(VERDICTS)
    counted = [a for a in parsed(STRIP).iter("a") if a.get("data-verdict")]
    counts = scorecard.verdict_counts()
    assert [text_of(a) for a in counted] == [
        f"{verdicts.SYMBOLS[verdict]} {verdict} {counts[verdict]}" for verdict in VERDICTS
    ]


def test_what_is_no_link_is_refused():
    with pytest.raises(ValueError, match="is not a link such as"):
        verdicts.link("page 06")


# --- On a page and in the site --------------------------------------------------------------------


def test_a_page_numbers_strip_and_table_and_files_the_scorecard(monkeypatch, tmp_path):
    monkeypatch.setenv(OUTPUT, str(tmp_path / "made"))
    page = Page("reconstruction", "00_start_here")
    strip = page.verdict_strip(CARD, "verdicts", "A < B", table="scorecard")
    table = page.verdict_table(CARD, "scorecard", "C < D")
    assert page.see("verdicts", "Figure") == "[Figure 0.1](#figure-0-1)"
    assert page.see("scorecard") == "[Table 0.1](#table-0-1)"
    assert parsed(strip.data).get("id") == "figure-0-1" and "A &lt; B" in strip.data
    assert parsed(table.data).get("id") == "table-0-1" and "C &lt; D" in table.data
    filed = pd.read_csv(page.build / "tables" / "00_scorecard.csv", dtype=str).fillna("")
    assert filed["key"].tolist() == list(CARD.index)
    assert filed["printed"].tolist() == CARD["printed"].tolist()
    assert filed["verdict"].tolist() == CARD["verdict"].tolist()


def test_links_in_what_is_shown_as_html_lead_to_the_site_s_pages():
    shown = '<a href="06_x.ipynb#A-Title">one</a>, <a href="07_y.ipynb">two</a>, <a href="#c">3</a>'
    output = nbformat.v4.new_output("display_data", {"text/html": shown})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[output])])
    site._adapt_html_links(notebook, {"06_x"})
    assert notebook.cells[0].outputs[0].data["text/html"] == (
        '<a href="06_x.html#a-title">one</a>, two, <a href="#c">3</a>'
    )


@pytest.mark.slow
def test_formulas_are_set_on_every_page_that_has_some(default_site):
    with_formulas = [
        text
        for text in (path.read_text(encoding="utf-8") for path in default_site.glob("*.html"))
        if '<div class="math ' in text
    ]
    assert len(with_formulas) > 2
    assert all(re.search(r'<script [^>]*src="_static/mathjax\.js', text) for text in with_formulas)


@pytest.mark.slow
def test_every_proof_of_the_table_is_a_section_of_the_site(default_site):
    for where in set(CARD["shown"].str.extract(r"\((.+)\)", expand=False)):
        page, _, anchor = where.partition("#")
        text = (default_site / page.replace(".ipynb", ".html")).read_text(encoding="utf-8")
        assert not anchor or f'id="{anchor.lower()}"' in text


# --- In a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """A page with strip and table, as the site has them."""
    path = tmp_path_factory.mktemp("site") / "page.html"
    path.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Verdicts</title>'
        '<meta name="viewport" content="width=device-width">'
        f'<link rel="stylesheet" href="{verdicts.STYLE.as_uri()}">'
        f'<script defer src="{verdicts.SCRIPT.as_uri()}"></script></head>'
        f"<body><main><h1>Verdicts</h1>{STRIP}{TABLE}</main></body></html>",
        encoding="utf-8",
    )
    return path


@pytest.fixture
def shown(chromium, file):
    """Return a function that shows the page at an address; the script must not fail."""
    context, errors = chromium.new_context(viewport={"width": 1366, "height": 800}), []

    def at(address: str = "", **size: int):
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        if size:
            page.set_viewport_size(size)
        show(page, file, address)
        return page

    yield at
    context.close()
    assert errors == []


def keys(page) -> list[str]:
    """Return the keys of the values that are seen, in the order in which they are."""
    found = page.locator(".erfm-verdicts tbody:visible").evaluate_all("e => e.map(b => b.id)")
    return [ident.removeprefix("value-") for ident in found]


def said(page) -> str:
    return page.locator(".erfm-verdicts output[aria-live=polite]").inner_text()


def chosen(**columns: str) -> list[str]:
    """Return the keys of the values with these texts in their columns."""
    return [k for k, row in CARD.iterrows() if all(row[c] == t for c, t in columns.items())]


@pytest.mark.slow
class TestInABrowser:
    def test_all_values_are_seen_until_some_are_chosen_by_verdict_and_table(self, shown):
        page = shown()
        assert keys(page) == list(CARD.index) and said(page) == "39 of 39 values"
        page.get_by_role("checkbox", name="impossible").check()
        assert keys(page) == chosen(verdict=IMPOSSIBLE)
        page.get_by_role("checkbox", name="contradicts").check()
        page.get_by_role("combobox", name="Table").select_option("Table 3")
        both = chosen(verdict=IMPOSSIBLE, table="Table 3")
        both += chosen(verdict=CONTRADICTS, table="Table 3")
        assert sorted(keys(page)) == sorted(both) and said(page) == f"{len(both)} of 39 values"
        page.get_by_role("button", name="Reset").click()
        assert keys(page) == list(CARD.index)

    @pytest.mark.parametrize("text", ["95.11", "偏度", "  SKEWNESS "])
    def test_the_search_finds_numbers_chinese_and_words_of_the_proofs(self, shown, text):
        page = shown()
        page.get_by_label("Search").fill(text)
        wanted = text.strip().lower()
        assert keys(page) == [
            key for key in CARD.index if wanted in text_of(ROWS[f"value-{key}"]).lower()
        ]
        assert 0 < len(keys(page)) < 10
        page.get_by_label("Search").fill("no such text")
        assert keys(page) == [] and said(page) == "0 of 39 values"

    def test_a_heading_sorts_up_then_down_then_not(self, shown):
        page = shown()
        button = page.get_by_role("button", name="Printed")
        heading = page.locator("th", has=button)
        column = pd.to_numeric(CARD["printed"].str.rstrip("%"), errors="coerce")
        states = (("ascending", True), ("descending", False))
        for state, rising in states:
            button.focus()
            page.keyboard.press("Enter")
            assert heading.get_attribute("aria-sort") == state
            ordered = column.sort_values(ascending=rising, na_position="last", kind="stable")
            assert column[keys(page)].tolist()[:30] == ordered.tolist()[:30]
            assert column[keys(page)].isna().tolist() == sorted(column.isna())
        button.click()
        assert heading.get_attribute("aria-sort") == "none" and keys(page) == list(CARD.index)

    def test_sorting_by_verdict_has_the_order_of_the_verdicts(self, shown):
        page = shown()
        page.get_by_label("Sort by").select_option("Verdict, rising")
        order = CARD.loc[keys(page), "verdict"].map(VERDICTS.index)
        assert order.is_monotonic_increasing and order.nunique() == 4

    def test_a_row_opens_by_keyboard(self, shown):
        page = shown()
        row = page.locator("#value-accuracy")
        assert not row.get_by_text("最终计算").is_visible()
        row.locator("summary").focus()
        page.keyboard.press("Enter")
        assert row.get_by_text("最终计算").is_visible()
        assert row.get_by_text(CARD.loc["accuracy", "needed"]).is_visible()
        page.get_by_role("button", name="Open all").press("Space")
        assert page.locator("details[open]").count() == len(CARD)
        page.get_by_role("button", name="Close all").press("Space")
        assert page.locator("details[open]").count() == 0

    def test_what_is_chosen_stands_in_the_address_and_comes_back_from_it(self, shown):
        page = shown()
        page.get_by_role("checkbox", name="cannot be judged").check()
        page.get_by_role("checkbox", name="contradicts").check()
        page.get_by_label("Search").fill("0.6024 &=%")
        page.get_by_label("Search").fill("0.05")
        page.get_by_label("Sort by").select_option("-Value")
        address, kept = page.url.partition("#")[2], keys(page)
        assert address.startswith("table-0-1?verdict=") and 0 < len(kept) < 39
        other = shown(f"#{address}")
        assert keys(other) == kept
        assert other.get_by_label("Search").input_value() == "0.05"
        count = other.locator(".erfm-verdicts output")
        assert count.inner_text() == said(page) and count.bounding_box()["y"] < 800
        page.get_by_role("button", name="Reset").click()
        assert page.url.endswith("#table-0-1")

    def test_an_address_with_a_verdict_s_former_words_still_chooses_it(self, shown):
        page = shown("#table-0-1?verdict=contradicts+another+printed+value")
        assert keys(page) == chosen(verdict=CONTRADICTS)

    def test_a_searched_word_is_no_verdict(self, shown):
        page = shown("#table-0-1?search=holds")
        assert page.get_by_label("Search").input_value() == "holds"
        assert page.locator("input:checked").count() == 0

    @pytest.mark.parametrize("address", ["#table-0-1?sort=x&nothing=1&table=None", "#", "#a?b=c"])
    def test_an_address_of_something_else_chooses_nothing(self, shown, address):
        assert keys(shown(address)) == list(CARD.index)

    def test_a_tile_opens_its_value_even_if_it_is_not_among_the_chosen(self, shown):
        page = shown("#table-0-1?verdict=holds")
        page.locator(".erfm-strip").get_by_role("link", name="Holdout: Accuracy").click()
        assert page.locator("#value-accuracy details").get_attribute("open") is not None
        assert page.locator("#value-accuracy").is_visible()
        page.locator(".erfm-strip").get_by_role("link", name="impossible 1").click()
        assert keys(page) == chosen(verdict=IMPOSSIBLE)

    @pytest.mark.parametrize("width", [320, 358, 768, 1366])
    def test_the_verdict_is_seen_without_scrolling_sideways(self, shown, width):
        page = shown(width=width, height=740)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for badge in page.locator(".erfm-verdicts tbody .erfm-verdict").all():
            box = badge.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width

    @pytest.mark.parametrize("width", [358, 1366])
    def test_has_no_violation_that_axe_finds(self, shown, width):
        page = shown("#value-accuracy", width=width, height=740)
        page.add_script_tag(content=axe_script())
        found = page.evaluate("axe.run()")["violations"]
        assert [(v["id"], [n["html"] for n in v["nodes"]][:2]) for v in found] == []

    def test_is_whole_without_script(self, chromium, file):
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        show(page, file)
        assert page.locator("tbody[id]:visible").count() == len(CARD)
        page.locator("#value-accuracy summary").press("Enter")
        assert page.locator("#value-accuracy").get_by_text("最终计算").is_visible()
        context.close()

    def test_prints_all_values_with_all_that_is_said_of_them_and_no_controls(self, shown):
        page = shown("#table-0-1?verdict=impossible")
        assert keys(page) == chosen(verdict=IMPOSSIBLE)
        page.emulate_media(media="print")
        assert keys(page) == list(CARD.index)
        assert not page.locator(".erfm-verdicts form").is_visible()
        heights = page.locator(".erfm-verdicts dl").evaluate_all("e => e.map(d => d.clientHeight)")
        assert len(heights) == len(CARD) and min(heights) > 0

    def test_is_live_in_jupyterlab_and_leaves_its_address_alone(
        self, chromium, tmp_path, monkeypatch
    ):
        monkeypatch.setenv("JPY_SESSION_NAME", "x")
        file = tmp_path / "live.html"
        live = verdicts.table(CARD, "table-0-1", "Caption")
        file.write_text(f'<!doctype html><meta charset="utf-8"><title>x</title>{live}', "utf-8")
        page = chromium.new_page()
        show(page, file)
        page.get_by_role("checkbox", name="impossible").check()
        assert keys(page) == chosen(verdict=IMPOSSIBLE) and "#" not in page.url
        assert page.locator(".erfm-verdict:visible").count() == 4 + len(keys(page))
        page.close()

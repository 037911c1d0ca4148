"""A paper on trial as a page: whole, true to its file, text only, offline, and for every reader."""

import json
import re
from html.entities import html5
from pathlib import Path
from xml.etree import ElementTree

import pytest
from browser import axe_script, show
from test_examination import as_paper
from test_paper_file import PAPER

from erfm.escaping import html
from erfm.paper.examination import FAIRNESS, MEANINGS, examine_paper
from erfm.paper.paper_file import load_paper, parse_paper, shipped_papers
from erfm.paper.sentences_trial import tally
from erfm.paper.true_papers import summarise
from erfm.report import trial, verdicts
from erfm.report.cli import main
from erfm.report.trial import index_of, language_code, mathml, page_of

HOSTILE = '<script>alert("$x$")</script> & \\(y\\) </style> <img src=http://x.org/a.png> "q"'


def invented(*claims: str, title: str = "t", **values: str):
    """Return an examined paper with these values, and claims in TOML."""
    text = f"[paper]\ntitle = {json.dumps(title)}\nsource = {json.dumps(title)}\n"
    for name, printed in values.items():
        text += f"[values.{name}]\nprinted = {json.dumps(printed)}\n"
        text += "".join(f"{key} = {json.dumps(title)}\n" for key in ("what", "place", "note"))
        text += f"quotation = {json.dumps(title)}\ntranslation = {json.dumps(title)}\n"
    text += "".join(f"[[claims]]\n{claim}\n" for claim in claims)
    return examine_paper(parse_paper(text, Path("t.paper.toml")))


ONE = invented('kind = "possible_share"\nshare = "s"\nwhole = "n"', n="20", s="64%", title="One")
NONE = invented('kind = "sum"\ntotal = "n"\nparts = ["a", "b"]', n="3", a="1", b="2", title="None")
NO_CLAIM = invented(n="3", title="No claim")
CHINESE = invented('kind = "sum"\ntotal = "n"\nparts = ["a"]', n="3", a="2", title="两组患者比较")
MARKUP = invented(
    f'kind = "sum"\nname = {json.dumps(HOSTILE)}\nnote = {json.dumps(HOSTILE)}\n'
    'total = "n"\nparts = ["a"]',
    n="3", a="2", words=HOSTILE, title=HOSTILE,
)  # fmt: skip
EXAMINED = {
    **{path.name.split(".")[0]: examine_paper(load_paper(path)) for path in shipped_papers()},
    "one claim": ONE, "none refuted": NONE, "no claim": NO_CLAIM, "Chinese": CHINESE,
    "hostile": MARKUP,
}  # fmt: skip
PAGES = {name: page_of(examination) for name, examination in EXAMINED.items()}
every_page = pytest.mark.parametrize("name", PAGES)


def body_of(page: str) -> ElementTree.Element:
    """Return a page's body without its scripts as a tree: all that it opens, it closes."""
    body = re.sub(r"<script>.*?</script>", "", page[page.index("<body") :], flags=re.S)
    content = body.removesuffix("</html>\n").replace("<br>", "<br/>").strip()
    return parsed(content)


def parsed(content: str) -> ElementTree.Element:
    """Return HTML as a tree; XML knows few of its entities."""

    def character(entity: re.Match[str]) -> str:
        few = entity[1] in ("amp", "lt", "gt", "quot")
        return entity[0] if few else html5[f"{entity[1]};"]

    return ElementTree.fromstring(re.sub(r"&(\w+);", character, content))


def text_of(element: ElementTree.Element) -> str:
    return " ".join("".join(element.itertext()).split())


@every_page
def test_a_page_says_of_its_paper_what_the_examination_does(name):
    found, body = EXAMINED[name], body_of(PAGES[name])
    text = text_of(body)
    for told in (found.paper.title, found.paper.source, tally(found.counts()), FAIRNESS):
        assert " ".join(told.split()) in text
    rows = {row.get("id"): text_of(row) for row in body.iter("tbody") if row.get("id")}
    assert list(rows) == [verdicts.anchor(key) for key in found.judged]
    for key, judged in found.judged.items():
        row = rows[verdicts.anchor(key)]
        told = [judged.value.shown, judged.verdict, judged.value.quotation, judged.value.note]
        told += [judged.proof.what_would_have_to_be_true, judged.value.translation]
        told += [other.title for other in judged.together_with]
        assert [part for part in told if " ".join(part.split()) not in row] == []
    claims = {row.get("id"): text_of(row) for row in body.iter("tr") if row.get("id")}
    assert list(claims) == [f"claim-{examined.claim.number}" for examined in found.claims]
    for examined, row in zip(found.claims, claims.values(), strict=True):
        for told in (examined.verdict, examined.proof.reason, examined.claim.note):
            assert " ".join(told.split()) in row
    assert ("The file makes no claim" in text) == (not found.claims)
    for verdict in set(found.counts()[found.counts() > 0].index):
        assert MEANINGS[verdict] in text


@every_page
def test_every_link_within_a_page_leads_somewhere_and_ids_are_there_once(name):
    body = body_of(PAGES[name])
    ids = [element.get("id") for element in body.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    links = {a.get("href") for a in body.iter("a")}
    assert links <= {f"#{ident}" for ident in ids}


@every_page
def test_a_page_loads_nothing_and_runs_only_the_project_s_scripts(name):
    page = PAGES[name]
    assert not re.search(r"<(?:link|img|iframe|object|embed|base)\b", page)
    attributes = {name: v for e in body_of(page).iter() for name, v in e.attrib.items()}
    assert not [name for name in attributes if re.match("src|action|on|style|formaction", name)]
    assert "@import" not in page and "url(" not in page
    assert page.count("<script>") == page.count("</script>") == len(trial.SCRIPTS)
    assert 'content="default-src &' not in page and "default-src 'none'" in page


@every_page
def test_a_page_has_landmarks_headings_and_languages(name):
    found, page = EXAMINED[name], PAGES[name]
    body = body_of(page)
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert len(list(body.iter("main"))) == len(list(body.iter("h1"))) == 1
    assert len(list(body.iter("h2"))) == 4
    named = [section.get("aria-labelledby") for section in body.iter("section")]
    headings = [heading.get("id") for heading in body.iter("h2")]
    assert named == headings and None not in named
    quoted = [q.get("lang") for q in body.iter("q")]
    assert set(quoted) <= {language_code(found.paper.language) or None}
    assert len(quoted) == sum(bool(j.value.quotation) for j in found.judged.values())


def test_what_a_file_holds_is_text():
    page = PAGES["hostile"]
    assert "<script>alert" not in page and "<img" not in page
    assert text_of(body_of(page).find(".//h1")) == HOSTILE
    assert re.search(r"<title>(.*?)</title>", page)[1].startswith(html(HOSTILE))


def test_chinese_is_marked_as_chinese():
    assert '<span lang="zh">两组患者比较</span>' in PAGES["Chinese"]
    assert '<q lang="zh">年龄' in PAGES["nursing"]


@pytest.mark.parametrize(
    ("language", "code"),
    [("Chinese", "zh"), (" german ", "de"), ("zh", "zh"), ("pt-BR", "pt-BR"), ("Klingon", ""),
     ("", ""), ('"><b>', ""), ("old norse", "")],
)  # fmt: skip
def test_a_language_is_named_in_words_or_by_its_code(language, code):
    assert language_code(language) == code


def test_formulas_are_mathml_and_what_is_none_is_shown_as_it_is():
    written = mathml(r"\tfrac12 \ln\frac{a}{b} \not< 3\%")
    math = parsed(written).find("{*}math")
    assert math.get("display") == "block"
    halves = math.find("{*}mfrac")
    assert [part.text for part in halves] == ["1", "2"]
    assert "≮" in written and "%" in written
    assert mathml("a & <b>") == '<div class="math"><code>a &amp; &lt;b&gt;</code></div>'


@pytest.mark.parametrize("name", [path.name.split(".")[0] for path in shipped_papers()])
def test_every_formula_of_a_shipped_paper_can_be_set(name):
    assert '<div class="math"><code>' not in PAGES[name]


@pytest.mark.slow
def test_every_formula_of_any_kind_of_data_can_be_set():
    for number in range(18):
        page = page_of(examine_paper(as_paper(summarise(number))))
        assert '<div class="math"><code>' not in page, number
        body_of(page)


def test_the_list_counts_each_paper_s_verdicts_and_leads_to_its_page():
    faults = ["bad.paper.toml: claim 1: kind '<b>' is none."]
    page = index_of([(EXAMINED["nursing"], "a b#c.html"), (MARKUP, "x.html")], faults)
    body = body_of(page)
    rows = [row for row in body.iter("tr")][1:]
    assert [row.find(".//a").get("href") for row in rows] == ["a%20b%23c.html", "x.html"]
    for row, found in zip(rows, (EXAMINED["nursing"], MARKUP), strict=True):
        assert [cell.text for cell in row.iter("td")] == [str(n) for n in found.counts()]
        assert " ".join(found.paper.title.split()) in text_of(row)
    assert "2 papers examined; 2 with a printed number that cannot stand." in text_of(body)
    assert faults[0] in text_of(body) and "<b>" not in page
    assert "none with a printed number" in text_of(body_of(index_of([(NONE, "n.html")])))


# --- The command ----------------------------------------------------------------------------------


@pytest.fixture
def papers(tmp_path):
    """A folder with a right paper, a wrong one, and one that cannot be read."""
    folder = tmp_path / "papers"
    folder.mkdir()
    wrong = PAPER.replace('printed = "60%"', 'printed = "65%"')
    texts = {"right": PAPER, "wrong": wrong, "bad": PAPER.replace('kind = "sum"', 'kind = "s"')}
    for name, text in texts.items():
        (folder / f"{name}.paper.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_folder_is_written_as_pages_with_a_list(papers, tmp_path, capsys):
    output = tmp_path / "out"
    assert main(["examine", str(papers), "--output", str(output)]) == 3
    pages = {path.name for path in output.glob("*.html")}
    assert pages == {"index.html", "right.html", "wrong.html"}
    listed = (output / "index.html").read_text(encoding="utf-8")
    assert set(re.findall(r'href="(\w+\.html)"', listed)) == pages - {"index.html"}
    assert "bad.paper.toml: claim 1" in text_of(body_of(listed))
    assert str(output / "index.html") in capsys.readouterr().out
    assert main(["examine", str(papers), "--output", str(output)]) == 1
    assert "index.html" in capsys.readouterr().err


def test_one_paper_has_no_list_and_a_paper_called_like_it_must_be_renamed(papers, tmp_path, capsys):
    output = tmp_path / "out"
    arguments = ["examine", str(papers / "right.paper.toml"), "--output"]
    assert main([*arguments, str(output)]) == 0
    assert {path.name for path in output.glob("*.html")} == {"right.html"}
    (papers / "index.paper.toml").write_text(PAPER, encoding="utf-8")
    assert main(["examine", str(papers), "--output", str(tmp_path / "other")]) == 1
    assert "Rename one of the papers." in capsys.readouterr().err


# --- In a browser ---------------------------------------------------------------------------------

RUN = """
async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.flatMap(
    ({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 120)}`))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Every page in a folder, with their list."""
    made = tmp_path_factory.mktemp("trial")
    for name, page in PAGES.items():
        (made / f"{name}.html").write_text(page, encoding="utf-8")
    listed = index_of([(EXAMINED[name], f"{name}.html") for name in PAGES], ["a: no. Do."])
    (made / "index.html").write_text(listed, encoding="utf-8")
    return made


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme"), [(358, "dark"), (1366, "light")])
def test_no_page_has_a_violation_that_axe_finds_or_is_wider_than_the_screen(
    chromium, folder, width, scheme
):
    context = chromium.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, offline=True
    )
    page, found, requests = context.new_page(), [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: found.append(str(error)))
    for name in ("nursing", "one claim", "no claim", "hostile", "index"):
        show(page, folder / f"{name}.html")
        page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        page.wait_for_timeout(100)  # until what scrolls has been named
        page.evaluate(axe_script())
        found += [f"{name}: {violation}" for violation in page.evaluate(RUN)]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    context.close()
    assert found == []
    assert {url.partition(":")[0] for url in requests} == {"file"}
    assert len(requests) == 5, "a page loads nothing beside itself"


@pytest.mark.slow
def test_a_page_filters_and_its_address_holds_what_is_chosen(chromium, folder):
    page = chromium.new_page(viewport={"width": 1366, "height": 800})
    show(page, folder / "nursing.html")
    rows = page.locator(".erfm-verdicts tbody")
    impossible = EXAMINED["nursing"].counts()["impossible"]
    page.get_by_role("checkbox", name="impossible").check()
    assert rows.filter(visible=True).count() == impossible
    assert "verdict=impossible" in page.url
    page.get_by_role("link", name=re.compile("Mean age 36.38: impossible")).click()
    row = page.locator("#value-control_nurse_age_mean")
    assert row.get_by_text("科室10名").is_visible() and row.locator("math").first.is_visible()
    row.get_by_role("link", name="claim 19").click()
    assert page.url.endswith("#claim-19")
    page.emulate_media(media="print")
    assert rows.filter(visible=True).count() == len(EXAMINED["nursing"].judged)
    assert not page.locator("form").is_visible()
    page.close()

"""Text stays text: what each program makes of it, read back."""

import csv
import re
from io import StringIO

import pytest
from hostile import TEXTS, Shown
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from myst_parser.config.main import MdParserConfig
from myst_parser.mdit_to_docutils.base import DocutilsRenderer
from myst_parser.parsers.mdit import create_md_parser

from erfm import escaping

COMMONMARK = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MYST = create_md_parser(
    MdParserConfig(enable_extensions={"dollarmath", "colon_fence"}), DocutilsRenderer
)
# Letters, and whatever a program could take for more than a letter.
ACTIVE = st.text(
    "ab1 \n\r\t.,:;!?&lt<>()[]{}*_`~|#$%^@+-=/\\\"'é最ع\x07\x1b\u2028\u202e\ud800", max_size=30
)
ANY_TEXT = st.one_of(st.sampled_from(TEXTS), ACTIVE, st.text(max_size=20))
# A text in Markdown: alone, in a sentence, emphasised, in a heading, a quotation, a list, a table;
# and what a reader sees of it.
TABLE = "| {} | b |\n|---|---|\n| {} | b |"
PLACES = {
    "{}": "{}", "a {} b": "a {} b", "**{}**, b": "{}, b", "*{}*": "{}", "### {}": "{}",
    "> {}": "{}", "- {}": "{}", "a\n{} b": "a {} b", TABLE: "{} b {} b",
}  # fmt: skip


def kinds(tokens) -> set[str]:
    """Return the kinds of all tokens that a Markdown parser finds, inline ones included."""
    return {token.type for token in tokens} | {
        child.type for token in tokens for child in token.children or []
    }


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
@given(text=ANY_TEXT)
def test_markdown_shows_the_text_and_nothing_else(place, text):
    source = place.replace("{}", escaping.markdown(text))
    plain = place.replace("{}", "word")
    rendered = Shown(COMMONMARK.render(source))
    if escaping.one_line(text):
        assert rendered.text == PLACES[place].replace("{}", escaping.one_line(text))
        assert rendered.elements - {("span",)} == Shown(COMMONMARK.render(plain)).elements
        found = kinds(MYST.parse(source)) - {"html_inline", "text", "entity"}
        assert found == kinds(MYST.parse(plain)) - {"text"}
        assert set(re.findall(r"<[^>]*>", source)) <= {"<span>", "</span>"}


def test_markdown_leaves_ordinary_text_as_it_is():
    for text in (
        "Gender (male)", "Has_Child", "Cao, Xu & Shen (2012)", "A > B > C", "data/customers.csv",
        "71.8%", "TRIPOD+AI", "Größe, 5 €", "最近天数", "x = 1", "Credit-card customers", "9:30",
    ):  # fmt: skip
        assert escaping.markdown(text) == text


def test_no_delimiter_of_mathematics_meets_its_letters():
    """MathJax reads the page after Markdown did; it does not look across elements."""
    html = COMMONMARK.render(escaping.markdown(r"$x$ $$y$$ \(z\) \[w\] \begin{a} \ref{b}"))
    for piece in re.split(r"<[^>]*>", html):
        assert piece in ("$", "\\") or not re.search(r"[$\\]", piece)


@given(text=ANY_TEXT)
def test_code_shows_the_text_and_nothing_else(text):
    if not escaping.one_line(text):
        return
    tokens = COMMONMARK.parse(f"a {escaping.code(text)} b")[1].children
    assert [token.type for token in tokens] == ["text", "code_inline", "text"]
    assert tokens[1].content == escaping.one_line(text)
    block, *rest = MYST.parse(escaping.code_block(text, "toml"))
    assert not rest and block.type == "fence" and block.info == "toml"
    written = re.sub("\r\n?", "\n", escaping.visible(text))
    assert block.content.rstrip("\n") == written.rstrip("\n")


@given(text=ANY_TEXT)
def test_html_shows_the_text_and_nothing_else(text):
    shown = Shown(f'<b title="{escaping.html(text)}">{escaping.html(text)}</b>')
    assert "".join(shown.texts) == escaping.visible(text)
    assert shown.elements == {("b", ("title", escaping.visible(text)))}


@given(text=st.text(alphabet=st.characters()))
def test_what_is_visible_can_be_written_and_read_anywhere(text):
    seen = escaping.visible(text)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]", seen)
    assert len(seen) == len(text)
    seen.encode("utf-8")
    assert not re.search(r"\s\s|[\n\r\t]", escaping.one_line(text))


TEX = {
    r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^",
    r"\textasciigrave{}": "`", "$<$": "<", "$>$": ">", "$|$": "|", "$-$": "−", "{[}": "[",
    "{]}": "]", "{*}": "*", "-{}": "-", r"\&": "&", r"\%": "%", r"\$": "$", r"\#": "#",
    r"\_": "_", r"\{": "{", r"\}": "}",
}  # fmt: skip


@given(text=ANY_TEXT)
def test_latex_shows_the_text_and_nothing_else(text):
    source = escaping.latex(text)
    commands = "|".join(re.escape(command) for command in sorted(TEX, key=len, reverse=True))
    assert re.sub(commands, lambda found: TEX[found[0]], source) == escaping.one_line(text)
    assert not re.search(r"[\\&%$#_{}~^<>|`]", re.sub(commands, "", source))


@given(text=ANY_TEXT)
def test_latex_in_a_formula_has_every_active_character_outside_its_text(text):
    source = escaping.latex_in_formula(text)
    inside = re.findall(r"\\text\{([^{}]*)\}", source)
    assert not re.search(r"[\\&%$#_{}~^<>|\n]", "".join(inside))
    outside = re.sub(r"\\text\{[^{}]*\}", "", source)
    assert not re.sub(r"\\[&%$#_{}]|\{\\backslash\}|\{[<>|−-]\}", "", outside)
    assert outside.count(r"\$") == escaping.one_line(text).count("$")


def test_the_equation_of_ordinary_labels_is_as_it_was():
    assert escaping.latex_in_formula("Gender (male)") == r"\text{Gender (male)}"
    assert escaping.latex_in_formula("Has_Child") == r"\text{Has}\_\text{Child}"


@given(one=ANY_TEXT, other=ANY_TEXT)
def test_file_names_are_safe_and_differ_where_the_texts_do(one, other):
    names = [escaping.file_name(text) for text in (one, other)]
    for name in names:
        assert re.fullmatch("[a-z0-9_][a-z0-9_.-]*(?<![.])", name) and len(name) <= 80
    assert (names[0] == names[1]) == (one == other)


def test_file_names_of_the_pages_own_tables_are_as_they_are():
    for name in ("classification_0.6024", "list", "step1_hosmer_lemeshow", "printed_age"):
        assert escaping.file_name(name) == name
    assert len({escaping.file_name(name) for name in ("Age", "age", "AGE")}) == 3


RUN = [
    "=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", " =1+1", "＝1+1",
    "a;=1+1;b", "a\n+1+cmd", "'=1+1", "''@x", "=HYPERLINK(A1)", "-cmd|x",
]  # fmt: skip
NOT_RUN = [
    "",
    "a=b",
    "+",
    "-",
    "-5",
    "+4917012345",
    "-1,234.5",
    "−0.3",
    "Age (18)",
    "'s",
    "a; -",
    "x",
]


@pytest.mark.parametrize("text", RUN)
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    cell = escaping.csv_cell(text)
    assert len(cell) == len(text) + 1
    for part in re.split("[;\t\r\n]", cell):
        assert not re.match("[ ]*[=+@＝-][^;]", part), cell


@pytest.mark.parametrize("text", NOT_RUN)
def test_other_cells_stay_as_they_are(text):
    assert escaping.csv_cell(text) == text


@given(text=st.one_of(st.sampled_from([*RUN, *NOT_RUN]), st.text("'=+-@;\n\r\t 1a.,＝"), ANY_TEXT))
def test_a_guarded_cell_gives_its_text_back(text):
    written = StringIO(newline="")
    csv.writer(written).writerow([escaping.csv_cell(text), "b"])
    read = next(csv.reader(StringIO(written.getvalue(), newline="")))
    assert escaping.from_csv_cell(read[0]) == re.sub("[\ud800-\udfff]", "\ufffd", text)

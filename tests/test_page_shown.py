"""What a page returns to be shown, and the files that it leaves for others."""

import json
import re
from dataclasses import replace
from io import StringIO

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from IPython.display import HTML, Image, Markdown
from markdown_it import MarkdownIt

from erfm.customers.load import load_customers
from erfm.paper.ledger import comparison_table
from erfm.report.page import Page
from erfm.report.students import write_student_copies
from erfm.samples import split_samples
from erfm.study import OUTPUT, ROOT, output_folder

RENDER = MarkdownIt("commonmark").enable("table").render


@pytest.fixture
def output(tmp_path, monkeypatch):
    monkeypatch.setenv(OUTPUT, str(tmp_path / "made"))
    return tmp_path / "made"


@pytest.fixture
def page(output) -> Page:
    return Page("reconstruction", "02_full_model")


@pytest.fixture
def own(output, write_study, tmp_path) -> Page:
    return Page(str(write_study(tmp_path / "mine.toml")), "03_stepwise_reduction")


def table_of(html: HTML) -> pd.DataFrame:
    (table,) = pd.read_html(StringIO(html.data), keep_default_na=False, thousands=None)
    return table


# --- Notices and sentences ------------------------------------------------------------------------


def test_simulated_customers_are_called_so_first(page):
    shown = page.notice()
    assert isinstance(shown, Markdown)
    assert all(line.startswith(">") for line in shown.data.splitlines())
    (line,) = re.findall("<p>(.*?)</p>", RENDER(shown.data), flags=re.S)
    assert line.startswith("<strong>These customers are simulated: nothing here is a replication.")
    assert page.notice(called="They").data.startswith("> **They are simulated: ")
    assert 'href="00_start_here.ipynb#Who-the-customers-are"' in line
    assert "⚠" not in shown.data


def test_simulated_customers_of_one_s_own_are_called_so_and_described(own):
    own.study = replace(own.study, simulated=True, description="Invented.")
    simulated, whose = re.findall("<p>(.*?)</p>", RENDER(own.notice().data), flags=re.S)
    assert simulated.startswith("<strong>These customers are simulated")
    assert whose == "<strong>A study made for a test.</strong> Invented."


def test_one_place_says_all_there_is_to_say_of_the_customers(page):
    said = " ".join(page.about().data.split())
    study = page.study
    assert study.title in said and " ".join(study.description.split()) in said
    assert "Source:" in said and "never published, so nothing in this report is a replic" in said


def test_real_customers_are_not_called_simulated(own):
    shown = own.notice().data
    assert shown.strip() == "> **A study made for a test.**"


def test_a_notice_has_the_source_and_every_warning(page):
    samples = split_samples(page.study, load_customers(page.study))
    warned = type(samples)(samples.complete, samples.build, samples.holdout, ("One *x*.", "Two."))
    page.font_warning = "No font."
    assert RENDER(page.notice(warned).data).count("⚠ <strong>") == 3
    page.study = replace(page.study, simulated=False, published=False)
    shown = RENDER(page.notice(warned).data)
    assert shown.index("<em>Source:</em>") < shown.index("One *x*.") < shown.index("Two.")
    assert shown.count("⚠ <strong>") == 3 and shown.rstrip().endswith("</blockquote>")
    assert "<strong>No font.</strong>" in shown


@pytest.mark.parametrize("label", ["Recency", "最近天数"])
def test_only_chinese_labels_need_a_font(output, write_study, tmp_path, monkeypatch, label):
    monkeypatch.setattr("erfm.figures.use_cjk_font", lambda: "No font with Chinese characters.")
    path = write_study(tmp_path / "mine.toml")
    text = path.read_text(encoding="utf-8")
    text = text.replace("recency = {}", f'recency = {{ label = "{label}" }}')
    path.write_text(text, encoding="utf-8")
    warned = "⚠" in Page(str(path), "01_x").notice().data
    assert warned == (label != "Recency")


def test_sentences_are_markdown_as_they_are(page):
    shown = page.say("**Bold**, 5 < 6")
    assert isinstance(shown, Markdown) and shown.data == "**Bold**, 5 < 6"
    assert page.label("gender(male)") == "Gender (male)"
    assert page.labels(["age", "recency"]) == "Age, Recency"
    assert page.text("*a*") == "&#42;a&#42;"
    assert page.file("early_warning.csv") == "`build/reconstruction/early_warning.csv`"


# --- Tables ---------------------------------------------------------------------------------------

TABLE = pd.DataFrame(
    {
        "b": [-1.23456, 0.0004, np.nan],
        "n": [12_345, 0, 7],
        "p_value": [0.0004, 0.5, 1.0],
        "reading": ["<holds>", "=1+1", None],
        "significant": [True, False, True],
    },
    index=["recency", "gender(male)", "Constant"],
)


def test_a_table_is_shown_rounded_with_headings_and_labels(page):
    shown = page.table(TABLE, "coefficients", "What <is> & was")
    assert isinstance(shown, HTML)
    table = table_of(shown).set_index("Unnamed: 0")
    assert list(table) == ["B", "N", "Sig.", "Reading", "Significant"]
    assert list(table.index) == ["Recency", "Gender (male)", "Constant"]
    assert table["B"].tolist() == ["−1.235", "0.000", ""]
    assert table["N"].tolist() == ["12,345", "0", "7"]
    assert table["Sig."].tolist() == ["<0.001", "0.500", "1.000"]
    assert table["Reading"].tolist() == ["<holds>", "=1+1", ""]
    assert table["Significant"].astype(str).tolist() == ["True", "False", "True"]
    assert "<caption><strong>Table 2.1.</strong> What &lt;is&gt; &amp; was</caption>" in shown.data
    assert shown.data.startswith('<div id="table-2-1" ')
    assert 'class="erfm-table"' in shown.data and "mathjax_ignore" not in shown.data


def test_a_table_s_own_formats_and_headings_come_first(page):
    shown = page.table(
        TABLE[["b", "n"]], "own", "Own", {"b": ".1f", "n": lambda n: f"{n} men"}, {"n": "Men"}
    )
    table = table_of(shown)
    assert table["B"].tolist() == ["−1.2", "0.0", ""]
    assert table["Men"].tolist() == ["12345 men", "0 men", "7 men"]


def test_a_table_is_filed_unrounded_with_what_its_columns_are(page):
    page.table(TABLE, "a b/c", "Caption", headings={"n": "Customers"})
    (path,) = page.build.glob("tables/*.csv")
    assert re.fullmatch(r"02_a_b_c-[0-9a-f]{12}\.csv", path.name)
    assert sorted(file.suffix for file in path.parent.iterdir()) == [".csv", ".json"]
    filed = pd.read_csv(path, index_col=0)
    assert list(filed.index) == list(TABLE.index)
    for column in ("b", "n", "p_value"):
        pd.testing.assert_series_equal(filed[column], TABLE[column], check_exact=True)
    assert filed["reading"].tolist()[:2] == ["<holds>", "'=1+1"]
    described = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert described["caption"] == "Caption"
    assert described["headings"] == {
        "b": "B", "n": "Customers", "p_value": "Sig.", "reading": "Reading",
        "significant": "Significant",
    }  # fmt: skip
    assert described["kinds"] == ["text", "number", "integer", "number", "text", "text"]


def test_rows_of_the_ledger_are_named_once_and_filed_with_their_key(page):
    compared = comparison_table({"frequency_or_lower": 1.04, "frequency_or": 1.051})
    table = table_of(page.table(compared, "printed", "Printed"))
    assert list(table) == ["Unnamed: 0", "Printed", "Computed", "Verdict"]
    assert table["Unnamed: 0"].tolist() == [
        "Frequency: Lower limit of the odds ratio", "Frequency: Odds ratio",
    ]  # fmt: skip
    (path,) = page.build.glob("tables/*.csv")
    filed = pd.read_csv(path)
    assert list(filed) == ["key", "statistic", "printed", "computed", "verdict"]
    assert filed["key"].tolist() == ["frequency_or_lower", "frequency_or"]


def test_limits_of_a_rate_are_percentages_too(page):
    rates = pd.DataFrame({"retention_rate": [0.5], "lower": [0.4], "upper": [0.625]}, index=["x"])
    table = table_of(page.table(rates, "rates", "Rates"))
    assert table[["95% lower", "95% upper"]].iloc[0].tolist() == ["40.0%", "62.5%"]
    odds = rates.rename(columns={"retention_rate": "odds_ratio"})
    table = table_of(page.table(odds, "odds", "Odds"))
    assert table["95% lower"].astype(str).tolist() == ["0.4"]


def test_numbers_stand_right_and_texts_left(page):
    shown = page.table(TABLE, "x", "X").data
    style = re.search("<style[^>]*>(.*?)</style>", shown, flags=re.S)[1]
    # What holds for all cells, then for the columns of text by their number.
    rules = dict(re.findall(r"#T_02_x ([^{]+?) \{\s*text-align: (\w+)", style))
    assert rules.pop("td") == "right"
    assert set(rules.values()) == {"left"}
    assert set(re.findall(r"col(\d)", " ".join(rules))) == {"3", "4"}


def test_a_long_text_has_room_beside_numbers(page):
    table = pd.DataFrame({"b": [1.0], "short": ["a few words"], "long": ["many words " * 9]})
    shown = page.table(table, "x", "X").data
    assert re.findall(r"col(\d) \{\s*min-width", shown) == ["2"]
    assert "min-width" not in page.table(table.iloc[:0], "empty", "None").data


def test_only_short_names_of_rows_are_given_no_room_on_a_telephone():
    page, told = Page("reconstruction", "01_names"), "tbody th {\n  min-width: 0"
    assert told in page.table(pd.DataFrame({"n": [1, 2]}, index=[1, 10]), "steps", "Steps").data
    longer = pd.DataFrame({"n": [1, 2]}, index=[1, "Recency"])
    assert told not in page.table(longer, "names", "Names").data


def test_the_same_table_is_the_same_text_each_time(page):
    assert page.table(TABLE, "x", "X").data == page.table(TABLE, "x", "X").data


def test_a_stacked_table_names_each_cell_and_is_filed(page):
    table = pd.DataFrame({"needs": ["a <b> & $x$"], "proves": ["c"]}, pd.Index(["k"], name="claim"))
    shown = page.stacked(table, "kinds", "What <is> judged")
    (again,) = pd.read_html(StringIO(shown.data))
    assert again.columns.tolist() == ["Claim", "Needs", "Proves"]
    assert again.iloc[0].tolist() == ["k", "a <b> & $x$", "c"]
    assert re.findall(r'<td data-label="(\w+)">', shown.data) == ["Needs", "Proves"]
    assert "<strong>Table 2.1.</strong> What &lt;is&gt; judged" in shown.data
    assert "<b>" not in shown.data and 'class="erfm erfm-stacked mathjax_ignore' in shown.data
    filed = pd.read_csv(page.build / "tables" / "02_kinds.csv")
    assert filed["needs"].tolist() == ["a <b> & $x$"] and filed["claim"].tolist() == ["k"]


def test_tables_are_folded_under_what_they_are(page):
    tables = [page.table(TABLE, name, name.upper()) for name in ("x", "y")]
    folded = page.fold("2 tables of <step> 1", tables).data
    opened, _, rest = folded.partition("</summary>")
    assert opened == '<details class="erfm-fold"><summary>2 tables of &lt;step&gt; 1'
    assert all(table.data in rest for table in tables) and rest.endswith("</details>")


def test_a_series_is_a_table_of_one_column(page):
    named = page.table(pd.Series([0.25], ["age"], name="retention_rate"), "a", "A")
    assert table_of(named).to_numpy().tolist() == [["Age", "25.0%"]]
    assert list(table_of(named))[1] == "Retention rate"
    plain = page.table(pd.Series({"age": "x"}), "b", "B")
    assert list(table_of(plain))[1] == "Value"


def test_rows_and_headings_may_repeat_and_have_levels(page):
    rows = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["band", "class"])
    levels = page.table(pd.DataFrame({"rate": [0.5, 1.0]}, rows), "levels", "Levels").data
    assert re.findall(r"<th [^>]*row_heading[^>]*>(.*?)</th>", levels) == ["a", "1", "2"]
    assert "50.0%" in levels and "100.0%" in levels
    again = page.table(
        pd.DataFrame({"n": [1, 2], "count": [3, 4], "t": ["x", "y"]}, ["age", "age"]), "x", "X"
    )
    assert table_of(again).to_numpy().tolist() == [["Age", 1, 3, "x"], ["Age", 2, 4, "y"]]


def test_an_empty_table_is_shown_and_filed(page):
    shown = page.table(pd.DataFrame({"b": [], "n": []}), "none", "None")
    assert "<th" in shown.data and "<td" not in shown.data
    (path,) = page.build.glob("tables/*.csv")
    assert path.read_text(encoding="utf-8").strip() == ",b,n"


def test_dollars_are_no_formula(page):
    assert "mathjax_ignore" in page.table(TABLE, "x", "5 $ and 6 $").data


def test_a_linked_table_shows_its_columns_and_files_its_index_too(page):
    table = pd.DataFrame(
        {"what_is_said": ["a | b", "[page 06](06_x.ipynb)"], "n": [1, 2]},
        pd.Index(["k1", "k2"], name="key"),
    )
    shown = page.linked_table(table, "linked", "Of *both*")
    assert isinstance(shown.shown, Markdown)
    assert shown.caption.data == (
        '<p id="table-2-1" class="erfm-caption"><strong>Table 2.1.</strong> Of *both*</p>'
    )
    html = RENDER(shown.shown.data)
    assert re.findall("<th>(.*?)</th>", html) == ["What is said", "N"]
    assert re.findall("<td>(.*?)</td>", html) == [
        "a | b", "1", '<a href="06_x.ipynb">page 06</a>', "2"
    ]  # fmt: skip
    filed = pd.read_csv(page.build / "tables" / "02_linked.csv")
    assert filed["key"].tolist() == ["k1", "k2"]
    assert filed["what_is_said"].tolist() == table["what_is_said"].tolist()
    described = (page.build / "tables" / "02_linked.json").read_text(encoding="utf-8")
    assert json.loads(described)["kinds"] == ["text", "text", "integer"]


# --- Figures --------------------------------------------------------------------------------------


def drawn(height: float = 1) -> plt.Figure:
    figure, axes = plt.subplots(figsize=(2.5, 1))
    axes.plot([0, height], [0, 1])
    axes.set(xlim=(0, 3))
    return figure


def test_a_figure_is_filed_shown_and_closed(page, output):
    figure = drawn()
    shown = page.figure(figure, "forest", alt="A line.")
    (path,) = (output / "figures").iterdir()
    assert path.name == "02_forest.png"
    image = shown.shown
    assert isinstance(image, Image) and image.data == path.read_bytes()
    assert (image.alt, image.width) == ("A line.", 240)
    assert plt.imread(path).shape[:2] == (192, 480)
    assert image.metadata == {"svg": "02_forest.svg"}
    drawing = (page.build / "svg" / "02_forest.svg").read_text(encoding="utf-8")
    assert drawing.startswith("<svg ") and 'aria-label="A line."' in drawing
    assert not plt.fignum_exists(figure.number)
    before = path.stat().st_mtime_ns
    page.figure(drawn(), "forest", alt="")
    assert path.stat().st_mtime_ns == before, "the same picture is not written again"
    other = page.figure(drawn(2), "forest", alt="")
    assert other.shown.data == path.read_bytes() != image.data


def test_a_figure_s_caption_is_its_alternative_text_unless_it_has_its_own(page):
    one = page.figure(drawn(), "a", alt="A < B $x$.")
    assert one.caption.data == (
        '<p id="figure-2-1" class="erfm-caption mathjax_ignore tex2jax_ignore">'
        "<strong>Figure 2.1.</strong> A &lt; B $x$.</p>"
    )
    two = page.figure(drawn(), "b", alt="A line: 1, 2, 3.", caption="A line.")
    assert two.caption.data.endswith("<strong>Figure 2.2.</strong> A line.</p>")
    assert two.shown.alt == "A line: 1, 2, 3."


def test_what_has_a_caption_is_shown_below_it(page, monkeypatch):
    displayed = []
    monkeypatch.setattr("erfm.report.page.display", lambda *shown: displayed.extend(shown))
    figure = page.figure(drawn(), "a", alt="A line.")
    figure._ipython_display_()
    assert displayed == [figure.caption, figure.shown]


# --- Numbers --------------------------------------------------------------------------------------


def test_tables_and_figures_are_numbered_in_their_order_and_keep_their_number(page):
    for name in ("b", "a", "b", "c"):
        page.table(TABLE, name, "A table")
    page.figure(drawn(), "a", alt="A figure")
    assert [page.see(name) for name in "bac"] == [f"[Table 2.{n}](#table-2-{n})" for n in (1, 2, 3)]
    assert page.see("a", "Figure") == "[Figure 2.1](#figure-2-1)"
    with pytest.raises(KeyError, match="'b' was not shown yet on page 02"):
        page.see("b", "Figure")
    filed = (page.build / "tables" / "02_c.json").read_text(encoding="utf-8")
    assert json.loads(filed)["number"] == "Table 2.3"


@pytest.mark.parametrize(
    ("notebook", "link"),
    [
        ("08b_cutoffs", "[Table 8b.1](#table-8b-1)"),
        ("00_start_here", "[Table 0.1](#table-0-1)"),
        ("10_your_own_data", "[Table 10.1](#table-10-1)"),
    ],
)
def test_a_number_is_that_of_the_page(output, notebook, link):
    page = Page("reconstruction", notebook)
    shown = page.table(TABLE, "x", "X")
    assert page.see("x") == link
    assert re.search(r'id="(.+?)"', shown.data)[1] == link.partition("#")[2][:-1]


def test_what_stands_in_the_text_can_be_numbered_too(page):
    page.table(TABLE, "x", "X")
    assert page.caption("checklist", "Items").data == (
        '<p id="table-2-2" class="erfm-caption"><strong>Table 2.2.</strong> Items</p>'
    )
    assert page.see("checklist") == "[Table 2.2](#table-2-2)"


def test_figures_of_other_studies_are_in_their_own_folder(own, output):
    own.figure(drawn(), "path", alt="")
    assert own.build.parent == output / "build" and own.build.name.startswith("mine_")
    assert [file.name for file in (own.build / "figures").iterdir()] == ["03_path.png"]
    assert not (output / "figures").exists()


# --- Where it goes --------------------------------------------------------------------------------


def test_what_is_made_goes_to_the_project_unless_another_folder_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv(OUTPUT)
    assert output_folder() == ROOT
    assert Page("reconstruction", "02_x").build == ROOT / "build" / "reconstruction"
    assert Page("reconstruction", "02_x").figures == ROOT / "figures"
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    assert write_student_copies() == tmp_path / "build" / "student"
    assert Page("bank_churners", "02_x").figures == tmp_path / "build" / "bank_churners" / "figures"

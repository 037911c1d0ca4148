"""Exports: every number of a report's tables, unrounded, in files that other programs read."""

import json
import re

import docx
import numpy as np
import openpyxl
import pandas as pd
import pytest
from hostile import TEXTS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erfm.customers.study_file import load_study
from erfm.report.exporting import export_tables, read_tables, variables
from erfm.report.page import Page
from erfm.study import OUTPUT, StudyError

COEFFICIENTS = pd.DataFrame(
    {"b": [-1 / 3, 1e-7], "df": [1, 1], "p_value": [1e-9, 0.25], "lower": [np.nan, 2.0]},
    index=["recency", "gender(male)"],
)
STEPS = pd.DataFrame({"cox_snell_r2": [0.1, 0.2]}, index=pd.Index([1, 2], name="step"))
PAIRS = pd.DataFrame(
    {"n": [1, 2], "text": ["007", "-2+3"], "n.1": ["a\rb", "1e5"]},
    index=pd.MultiIndex.from_tuples([("=1+1", "x"), ("b", "NA")], names=["p", "n"]),
)
TABLES = {
    "02_full_model": {"coefficients": (COEFFICIENTS, "Variables & more, 100%")},
    "03_stepwise_reduction": {"steps": (STEPS, "Goodness of fit by step")},
    "04_holdout_validation": {
        "classification_0.5": (COEFFICIENTS, "Cut-off 0.5"),
        "pairs": (PAIRS, "Pairs"),
        "a_name_that_is_too_long_for_excel_1": (STEPS, "Long"),
        "a_name_that_is_too_long_for_excel_2": (STEPS, "Longer"),
    },
}


@pytest.fixture
def filed(tmp_path, monkeypatch):
    """Return the study and the folder in which pages have filed the tables above."""
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    for notebook, tables in TABLES.items():
        page = Page("reconstruction", notebook)
        for name, (frame, caption) in tables.items():
            page.table(frame, name, caption)
    return load_study("reconstruction"), tmp_path / "build" / "reconstruction" / "tables"


def test_tables_come_back_as_they_were_filed(filed):
    _, folder = filed
    tables = {table.name: table for table in read_tables(folder)}
    assert len(tables) == 6
    pd.testing.assert_frame_equal(tables["02_coefficients"].frame, COEFFICIENTS, check_exact=True)
    pd.testing.assert_frame_equal(tables["03_steps"].frame, STEPS, check_exact=True)
    pd.testing.assert_frame_equal(tables["04_pairs"].frame, PAIRS)
    assert tables["04_classification_0.5"].caption == "Cut-off 0.5"


TEXT = st.one_of(
    st.sampled_from([*TEXTS, "007", "1e5", "True", "'=1", "a;=1", "a\r\n=b", "NA", "nan"])
)


@pytest.mark.slow
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.tuples(TEXT, TEXT, st.floats(allow_nan=False)), min_size=1, max_size=5),
    names=st.lists(TEXT, min_size=3, max_size=3, unique=True),
)
def test_any_text_and_any_number_come_back_as_they_were_filed(tmp_path, monkeypatch, rows, names):
    monkeypatch.setenv(OUTPUT, str(tmp_path))
    table = pd.DataFrame(rows, columns=names).set_index(names[0])
    page = Page("reconstruction", "01_descriptive_statistics")
    page.table(table, "any", f"Caption of {names[0]}")
    read = {t.name: t for t in read_tables(page.build / "tables")}["01_any"]
    pd.testing.assert_frame_equal(read.frame, table, check_exact=True)
    assert read.caption == f"Caption of {names[0]}"


def test_the_workbook_has_every_number_unrounded_and_lists_its_sheets(filed, tmp_path):
    study, folder = filed
    workbook, *_ = export_tables(folder, study, tmp_path / "out")
    sheets = pd.read_excel(workbook, sheet_name=None, index_col=0)
    np.testing.assert_array_equal(sheets["02_coefficients"]["B"], COEFFICIENTS["b"])
    np.testing.assert_array_equal(sheets["02_coefficients"]["Sig."], COEFFICIENTS["p_value"])
    assert list(sheets["02_coefficients"].index) == ["Recency", "Gender (male)"]
    book = openpyxl.load_workbook(workbook)
    assert book["04_pairs"]["A2"].value == "=1+1" and book["04_pairs"]["A2"].data_type == "s"
    contents = [[cell.value for cell in row] for row in book["Contents"].rows]
    text = " ".join(str(value) for row in contents for value in row)
    assert "simulated" in text and "1 = retained (1)" in text and "not rounded" in text
    assert ["frequency", "Frequency", "transactions", None] in contents
    assert ["gender", "Gender", None, "female"] in contents
    links = [
        cell.hyperlink.location for row in book["Contents"].rows for cell in row if cell.hyperlink
    ]
    assert [link.split("'")[1] for link in links] == book.sheetnames[1:]
    assert len(links) == 6 and max(map(len, book.sheetnames)) <= 31
    numbered = ["03_steps", "Table 3.1", "Goodness of fit by step"]
    assert numbered in [row[:3] for row in contents]


def test_latex_tables_are_rounded_ruled_and_escaped(filed, tmp_path):
    study, folder = filed
    paths = {path.name: path for path in export_tables(folder, study, tmp_path / "out")}
    assert {name for name in paths if name.endswith(".tex")} == {
        "02_coefficients.tex",
        "03_steps.tex",
        "04_classification_0.5.tex",
    }
    text = paths["02_coefficients.tex"].read_text(encoding="utf-8")
    assert r"\caption{Variables \& more, 100\%}" in text and r"\label{tab:02_coefficients}" in text
    assert re.search(r"Recency & \$-\$0\.333 & 1 & \$<\$0\.001 & +\\\\", text)
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert text.count(rule) == 1
    assert r"Cox \& Snell R²" in paths["03_steps.tex"].read_text(encoding="utf-8")


def test_the_word_file_has_the_main_tables_as_shown(filed, tmp_path):
    study, folder = filed
    export_tables(folder, study, tmp_path / "out")
    document = docx.Document(str(tmp_path / "out" / "tables.docx"))
    assert len(document.tables) == 3
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[0] == ["", "B", "df", "Sig.", "95% lower"]
    assert rows[1] == ["Recency", "−0.333", "1", "<0.001", ""]
    words = [paragraph.text for paragraph in document.paragraphs]
    assert study.title in words and "Table 2.1. Variables & more, 100%" in words


@pytest.mark.slow
def test_the_same_tables_give_the_same_bytes(filed, tmp_path):
    study, folder = filed
    first = [path.read_bytes() for path in export_tables(folder, study, tmp_path / "a")]
    again = [path.read_bytes() for path in export_tables(folder, study, tmp_path / "b")]
    assert first == again
    moments = re.findall(rb"20[0-9]{2}-", (tmp_path / "a" / "02_coefficients.tex").read_bytes())
    assert not moments


def test_no_tables_is_an_error_that_says_what_to_do(tmp_path):
    with pytest.raises(StudyError, match=r"there are no tables\. Build the report"):
        export_tables(tmp_path, load_study("reconstruction"), tmp_path / "out")


def test_variables_have_labels_units_and_reference_levels():
    table = variables(load_study("reconstruction"))
    assert table.loc["age"].tolist() == ["Age", "years", ""]


def test_described_tables_only(filed):
    _, folder = filed
    (folder / "99_stray.csv").write_text("a\n1\n")
    assert "99_stray" not in [table.name for table in read_tables(folder)]
    assert json.loads((folder / "03_steps.json").read_text(encoding="utf-8"))["headings"]

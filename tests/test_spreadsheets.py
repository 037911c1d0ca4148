"""Excel and Parquet: cells come back as they are stored, and no fault passes unnoticed."""

import datetime
import functools
import random
import tempfile
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from erfm.customers.cells import Unanswered, to_numbers, to_texts
from erfm.customers.drafting import draft_study, write_draft
from erfm.customers.load import load_customers
from erfm.customers.reading import read_table
from erfm.customers.study_file import load_study
from erfm.study import Format, StudyError


def book(path: Path, rows: list[list], title: str = "Data") -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return workbook


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet"])
def test_files_that_are_not_what_they_are_called(tmp_path, suffix):
    path = tmp_path / f"customers{suffix}"
    path.write_text("id,x\n1,2\n")
    with pytest.raises(StudyError, match=r"not an? (Excel|Parquet) file"):
        read_table(path)


def test_excel_cells_come_back_as_numbers_or_text(tmp_path):
    path = tmp_path / "customers.xlsx"
    frame = pd.DataFrame(
        {
            "编号": [768805383, 2, 3],
            "amount": [0.1, None, -9],
            "kind": ["007", " b ", "NA"],
            "mixed": [1, "1+", 2.5],
            "date": [datetime.date(2012, 1, 31)] * 3,
        }
    )
    with pd.ExcelWriter(path) as book:
        pd.DataFrame().to_excel(book, sheet_name="empty", index=False)
        frame.to_excel(book, sheet_name="客户", index=False)
    table = read_table(path, Format(sheet="客户", missing=("NA", "-9")))
    assert table["编号"].tolist() == [768805383, 2, 3]
    assert table["amount"].isna().tolist() == [False, True, True] and table["amount"][0] == 0.1
    assert table["kind"].tolist()[:2] == ["007", "b"] and pd.isna(table["kind"][2])
    assert table["mixed"].tolist() == [1, "1+", 2.5]
    assert to_texts(table["mixed"]).tolist() == ["1", "1+", "2.5"]
    assert table["date"].str.startswith("2012-01-31").all()
    with pytest.raises(StudyError, match=r"sheet 'empty' is empty.*there are: 'empty', '客户'"):
        read_table(path)
    with pytest.raises(StudyError, match=r"no sheet 'Kunden'.*'sheet' under.*'客户'"):
        read_table(path, Format(sheet="Kunden"))
    with pytest.raises(StudyError, match="no sheet 2"):
        read_table(path, Format(sheet=2))


def test_parquet_keeps_types_and_a_named_index(tmp_path):
    path = tmp_path / "customers.parquet"
    frame = pd.DataFrame(
        {"x": [1, None, 3], "kind": pd.Categorical(["a", None, "b"]), "n": [2.5, np.nan, -9]},
        index=pd.Index(["p", "q", "r"], name="customer"),
    )
    frame["x"] = frame["x"].astype("Int64")
    frame.to_parquet(path)
    table = read_table(path, Format(missing=("-9",)))
    assert table["customer"].tolist() == ["p", "q", "r"]
    numbers = to_numbers(table["x"], Format(), "x")
    np.testing.assert_array_equal(numbers, [1, np.nan, 3])
    assert table["kind"].isna().tolist() == [False, True, False]
    assert table["n"].isna().tolist() == [False, True, True]


def test_decimals_of_parquet_are_numbers_and_keep_their_digits(tmp_path):
    path = tmp_path / "customers.parquet"
    long = 12345678901234567891
    pd.DataFrame(
        {"id": [Decimal(long), Decimal(long + 1)], "x": [Decimal("1.234"), Decimal("12.345")]}
    ).to_parquet(path)
    table = read_table(path)
    assert to_texts(table["id"]).tolist() == [str(long), str(long + 1)]
    assert to_numbers(table["x"], Format(), "x").tolist() == [1.234, 12.345]


def test_a_nul_in_a_text_of_parquet_is_refused_with_its_row(tmp_path):
    path = tmp_path / "customers.parquet"
    pd.DataFrame({"id": ["a", "b\0c"]}).to_parquet(path)
    with pytest.raises(StudyError, match=r"column 'id': a NUL .* row 3 'b\\x00c'"):
        read_table(path)


# --- Faults of cells ------------------------------------------------------------------------------

CELLS = [["id", "x", "y"], *([i, i / 2, i * 3] for i in range(1, 21))]


def with_faults(path: Path, *faults: tuple[str, str]) -> Path:
    workbook = book(path, CELLS)
    for address, value in faults:
        cell = workbook.active[address]
        cell.value = value
        cell.data_type = "f" if value.startswith("=") else "e"
    workbook.save(path)
    return path


@pytest.mark.parametrize("code", ["#DIV/0!", "#N/A", "#VALUE!", "#REF!", "#NUM!"])
def test_errors_of_excel_are_refused_with_sheet_and_cell_or_counted_as_missing(tmp_path, code):
    path = with_faults(tmp_path / "customers.xlsx", ("C17", code), ("C19", code), ("B3", code))
    with pytest.raises(Unanswered) as error:
        read_table(path)
    for part in ("sheet 'Data'", f"the error {code} in cell B3 and 2 more", f'"{code}"]'):
        assert part in str(error.value)
    table = read_table(path, Format(missing=error.value.answer["missing"]))
    assert table.isna().sum().tolist() == [0, 1, 2]


def test_formulas_without_a_stored_value_are_refused_with_sheet_and_cell(tmp_path):
    path = with_faults(tmp_path / "customers.xlsx", ("C17", "=B17*2"))
    with pytest.raises(Unanswered, match=r"a formula without a stored value in cell C17\. .*Excel"):
        read_table(path)
    table = read_table(path, Format(missing=("#FORMULA",)))
    assert table.isna().sum().tolist() == [0, 0, 1]


def test_empty_cells_and_formulas_that_give_an_empty_text_are_missing(tmp_path):
    path = with_faults(tmp_path / "customers.xlsx", ("C17", "=B17*2"))
    content = {}
    with ZipFile(path) as package:
        content = {name: package.read(name) for name in package.namelist()}
    sheet = content["xl/worksheets/sheet1.xml"]
    content["xl/worksheets/sheet1.xml"] = sheet.replace(
        b'<c r="C17"><f>B17*2</f><v></v></c>', b'<c r="C17" t="str"><f>B17*2</f><v></v></c>'
    ).replace(b'<c r="C17"><f>B17*2</f><v /></c>', b'<c r="C17" t="str"><f>B17*2</f><v /></c>')
    assert content["xl/worksheets/sheet1.xml"] != sheet
    with ZipFile(path, "w") as package:
        for name, part in content.items():
            package.writestr(name, part)
    assert read_table(path).isna().sum().tolist() == [0, 0, 1]


def test_thousands_in_text_cells_are_asked_for_and_numbers_are_not(tmp_path):
    path = tmp_path / "customers.xlsx"
    book(path, [["id", "x"], [1, "850"], [2, "1.234"], [3, 2.5]])
    with pytest.raises(StudyError, match=r"decimal point or thousands\? row 3 '1\.234'"):
        to_numbers(read_table(path)["x"], Format(), "x")
    form = Format(thousands=".")
    assert to_numbers(read_table(path, form)["x"], form, "x").tolist() == [850, 1234, 2.5]
    book(path, [["id", "x"], [1, 850], [2, 1.234], [3, 12.345]])
    assert to_numbers(read_table(path)["x"], Format(), "x").tolist() == [850, 1.234, 12.345]


def customers(n: int = 60) -> list[list]:
    rng = random.Random(1)
    rows = [[i, rng.randint(1, 99), rng.random(), rng.choice(["yes", "no"])] for i in range(n)]
    return [["id", "visits", "share", "churn"], *rows]


def test_a_title_and_other_sheets_are_told_in_the_draft(tmp_path):
    path = tmp_path / "customers.xlsx"
    workbook = book(path, [["Report of March"], [], *customers()])
    workbook.create_sheet("Notes")
    workbook.save(path)
    draft = draft_study(path)
    study = load_study(write_draft(draft))
    assert study.format.header == 3 and study.format.sheet == "Data"
    assert len(load_customers(study)) == 60
    assert "sheet = \"Data\"  # check: the first of 2 sheets; not read: 'Notes'" in draft.text()
    assert "header = 3  # check: the rows above look like a title" in draft.text()


def test_a_draft_asks_about_faulty_cells_and_the_answer_makes_it_usable(tmp_path):
    path = tmp_path / "customers.xlsx"
    workbook = book(path, customers())
    workbook.active["C17"].value = "#DIV/0!"
    workbook.active["C17"].data_type = "e"
    workbook.save(path)
    study_file = write_draft(draft_study(path))
    text = study_file.read_text(encoding="utf-8")
    assert "# QUESTION: " in text and "the error #DIV/0! in cell C17" in text
    with pytest.raises(StudyError, match=r"sheet 'Data': the error #DIV/0! in cell C17"):
        load_customers(load_study(study_file))
    study_file.write_text(text.replace("# missing = ", "missing = "), encoding="utf-8")
    assert load_customers(load_study(study_file))["share"].isna().sum() == 1


# --- Damaged files --------------------------------------------------------------------------------


@functools.cache
def contents(kind: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"customers.{kind}"
        if kind == "xlsx":
            book(path, CELLS)
        else:
            pd.DataFrame(CELLS[1:], columns=CELLS[0]).to_parquet(path, write_page_checksum=True)
        return path.read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
@given(data=st.data())
def test_a_cut_or_changed_file_is_one_clear_error_or_read_right(tmp_path_factory, kind, data):
    folder = tmp_path_factory.mktemp("damaged")
    content = contents(kind)
    path = folder / f"customers.{kind}"
    end = len(content)
    if kind == "parquet":  # nothing in the file tells that its footer was changed
        end -= 8 + int.from_bytes(content[-8:-4], "little")
    place = data.draw(st.integers(0, end - 1))
    if data.draw(st.booleans()):
        path.write_bytes(content[:place] or b"P")
    else:
        changed = content[place] ^ data.draw(st.integers(1, 255))
        path.write_bytes(content[:place] + bytes([changed]) + content[place + 1 :])
    try:
        table = read_table(path)
    except StudyError as error:
        assert str(path) in str(error)
    else:
        np.testing.assert_array_equal(table.to_numpy(dtype=float), np.array(CELLS[1:], dtype=float))


def test_every_missing_part_of_a_workbook_is_noticed(tmp_path):
    content = contents("xlsx")
    path = tmp_path / "customers.xlsx"
    with ZipFile(BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    for lost in parts:
        with ZipFile(path, "w") as package:
            for name, part in parts.items():
                if name != lost:
                    package.writestr(name, part)
        try:
            table = read_table(path)
        except StudyError as error:
            assert str(path) in str(error) and "Save it again as .xlsx" in str(error)
        else:
            assert len(table) == 20


@pytest.mark.slow
def test_passwords_and_bombs_are_named(tmp_path):
    path = tmp_path / "customers.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500))
    with pytest.raises(StudyError, match="protected by a password"):
        read_table(path)
    with ZipFile(path, "w", ZIP_DEFLATED) as package, package.open("xl/workbook.xml", "w") as part:
        for _ in range(300):
            part.write(bytes(2**20))
    with pytest.raises(StudyError, match=r"unpacks to 0\.3 GiB"):
        read_table(path)

"""Reading: what is in the file comes out, and a file that cannot be read says where and why."""

import csv
import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from erfm import reading
from erfm.reading import Format, StudyError, nearest, read_table, show_rows, to_numbers, to_text

SAFE = st.characters(exclude_categories=["Cs"])
CELLS = st.one_of(
    st.text(SAFE, max_size=8),
    st.text(st.sampled_from('a1,;"\t\n\r .客'), max_size=6),
    st.floats().map(repr),
    st.sampled_from(["", "NA", "007", "1e5", "1,234", "=1+1", "TRUE", "2012-01-31"]),
)


@st.composite
def tables(draw):
    columns = draw(st.integers(1, 4))
    rows = draw(
        st.lists(st.lists(CELLS, min_size=columns, max_size=columns), min_size=1, max_size=6)
    )
    return [[f"c{i}" for i in range(columns)], *rows]


def written(path: Path, rows: list[list[str]], encoding: str = "utf-8", **options) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **options).writerows(rows)
    return path


def expected_cells(rows: list[list[str]]) -> list[list[str | None]]:
    tidy = [[cell.strip() for cell in row] for row in rows]
    tidy = [[None if cell in ("", "NA", "NaN") else cell for cell in row] for row in tidy]
    return [row for row in tidy if any(cell is not None for cell in row)]


@given(
    tables(),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_every_cell_comes_back_as_written(tmp_path_factory, rows, separator, encoding, quoting):
    path = written(
        tmp_path_factory.mktemp("csv") / "odd.csv",
        rows,
        encoding,
        delimiter=separator,
        quoting=quoting,
    )
    form = Format(encoding="utf-8" if encoding == "utf-8-sig" else encoding, separator=separator)
    expected = expected_cells(rows[1:])
    if not expected:
        with pytest.raises(StudyError, match="no customers below it"):
            read_table(path, form)
        return
    table = read_table(path, form)
    found = [[None if pd.isna(cell) else cell for cell in row] for row in table.to_numpy()]
    assert found == expected
    assert list(table.columns) == rows[0]


@given(st.binary(max_size=200), st.sampled_from(["utf-8", "gb18030", "utf-16", "cp1252"]))
def test_any_bytes_give_a_table_or_one_clear_error(tmp_path_factory, content, encoding):
    path = tmp_path_factory.mktemp("bytes") / "any.csv"
    path.write_bytes(content)
    try:
        table = read_table(path, Format(encoding=encoding))
    except StudyError as error:
        assert str(path) in str(error)
    else:
        assert len(table) and all(table.columns)


@given(
    st.lists(
        st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        min_size=2,
        max_size=20,
    ).filter(lambda values: any(value is not None for value in values)),
    st.sampled_from([(".", ""), (",", ""), (",", "."), (".", ","), (",", " "), (".", "'")]),
)
def test_numbers_come_back_to_the_last_bit(tmp_path_factory, values, marks):
    decimal, thousands = marks
    form = Format(separator=";", decimal=decimal, thousands=thousands)

    def write(value: float | None) -> str:
        if value is None:
            return ""
        text = f"{value:,}" if thousands and abs(value) < 1e15 else repr(value)
        exchanged = {",": thousands, ".": decimal}
        return "".join(exchanged.get(mark, mark) for mark in text)

    rows = [["i", "x"], *([str(i), write(value)] for i, value in enumerate(values))]
    path = written(tmp_path_factory.mktemp("numbers") / "numbers.csv", rows, delimiter=";")
    numbers = to_numbers(read_table(path, form)["x"], form, "x")
    wanted = np.array([np.nan if value is None else value for value in values])
    np.testing.assert_array_equal(numbers.to_numpy(), wanted)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1,234", Format()),
        ("12,34", Format(thousands=",")),
        ("1,2345", Format(thousands=",")),
        ("0.061", Format(decimal=",", thousands=".")),
        ("1.5", Format(decimal=",")),
        ("1.5", Format(decimal=",", thousands=".")),
        ("1_000", Format()),
        ("0x1F", Format()),
        ("5%", Format()),
        ("¥5", Format()),
        ("5 - 6", Format()),
        ("−5", Format()),
        ("１２", Format()),
        ("nan", Format()),
        (".", Format()),
    ],
)
def test_text_that_only_resembles_a_number_is_refused(text, form):
    with pytest.raises(StudyError, match="text where numbers are expected: row 3 ") as error:
        to_numbers(pd.Series(["1", text], dtype="str"), form, "f.csv, column 'x'")
    assert text in str(error.value) and "'missing'" in str(error.value)


@pytest.mark.parametrize("text", ["inf", "-Infinity", "1e999"])
def test_infinite_text_is_refused(text):
    with pytest.raises(StudyError, match=f"infinite values: row 2 '{text}'"):
        to_numbers(pd.Series([text], dtype="str"), Format(), "f.csv, column 'x'")


FAULTS = {
    "an empty file": (b"", "the file is empty"),
    "a header only": (b"a,b\n", "no customers below it"),
    "blank lines only": (b"\n\n", "the first row is blank"),
    "a column twice": (b"a,b,a\n1,2,3\n", "column 'a' appears twice"),
    "a short row": (b"a,b\n1,2\n\n3\n", "row 4: 1 values where the header has 2 names: '3'"),
    "a long row": (b"a,b\n1,2\n3,4,5\n", "row 3: 3 values where the header has 2"),
    "an open quotation mark": (b'a,b\n1,"2\n3,4\n', "unexpected end of data"),
    "a swallowed row": (b'a,b\n1,"2\n3,"4"\n', "expected after"),
    "bytes of GB18030": (
        "a,客户\n1,流失\n".encode("gb18030"),
        "row 1 has bytes that are not utf-8",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_file_is_refused_with_its_row(tmp_path, fault):
    content, message = FAULTS[fault]
    path = tmp_path / "customers.csv"
    path.write_bytes(content)
    with pytest.raises(StudyError) as error:
        read_table(path)
    assert message in str(error.value) and str(path) in str(error.value)


def test_bytes_of_another_encoding_name_row_column_and_remedy(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_bytes("id,name,city\n1,a,b\n2,c,北京\n".encode("gb18030"))
    with pytest.raises(StudyError) as error:
        read_table(path)
    for part in ("column 'city'", "row 3", "b'\\xb1\\xb1", 'encoding = "gb18030"'):
        assert part in str(error.value)
    assert read_table(path, Format(encoding="gb18030"))["city"].tolist() == ["b", "北京"]


def test_no_such_file_suggests_the_nearest_name(tmp_path):
    (tmp_path / "Customers.csv").write_text("a\n1\n")
    with pytest.raises(StudyError, match=r"no such file. Did you mean 'Customers.csv'?"):
        read_table(tmp_path / "custmers.csv")
    with pytest.raises(StudyError, match="no such file"):
        read_table(tmp_path / "nowhere" / "customers.csv")


def test_unknown_encoding_and_unknown_kind_of_file(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("a\n1\n")
    with pytest.raises(StudyError, match="no encoding 'utf-9'"):
        read_table(path, Format(encoding="utf-9"))
    with pytest.raises(StudyError, match=r"'.sav' cannot be read"):
        read_table(path.rename(tmp_path / "customers.sav"))


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
    assert table["mixed"].tolist() == ["1", "1+", "2.5"]
    assert table["date"].str.startswith("2012-01-31").all()
    with pytest.raises(StudyError, match="sheet 0 is empty"):
        read_table(path)
    with pytest.raises(StudyError, match=r"Worksheet named 'Kunden' not found.*'sheet' under"):
        read_table(path, Format(sheet="Kunden"))


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


def test_columns_without_a_name_are_numbered(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text(",x,\n1,2,\n")
    assert list(read_table(path).columns) == ["column 1", "x", "column 3"]


def test_rows_in_messages_are_those_of_the_file(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text('id,x\n1,"a\nb"\n\n2,y\n')
    table = read_table(path)
    assert show_rows(table["x"]) == r"row 2 'a\nb', row 4 'y'"
    assert show_rows(pd.Series(range(7)), most=2) == "row 2 '0', row 3 '1' and 5 more"


def test_nearest_and_to_text():
    assert nearest("Ammount", ["Amount", "Age"]) == "Did you mean 'Amount'?"
    assert nearest("zzz", ["Amount", "Age"]) == "There are: Amount, Age."
    assert nearest("zzz", []) == ""
    assert nearest("?", [f"c{i}" for i in range(20)]).endswith("c11 and 8 more.")
    assert [to_text(v) for v in (1.0, 1.5, " a ", True, 3)] == ["1", "1.5", "a", "True", "3"]


# --- The two ways of reading text -----------------------------------------------------------------

CELL = st.text(st.characters(codec="utf-8", exclude_characters='",\r\n\x00'), max_size=6)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6), st.booleans(), st.booleans())
def test_plain_files_read_fast_are_as_the_csv_module_reads_them(tmp_path_factory, rows, bom, crlf):
    text = "\n".join(["a,b,c", *(",".join(row) for row in rows)]) + "\n"
    content = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    path = tmp_path_factory.mktemp("plain") / "customers.csv"
    path.write_bytes(content.replace(b"\n", b"\r\n") if crlf else content)
    fast = reading._read_plain(path, Format())
    assert fast is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_read_plain", lambda path, form: None)
        slow = reading._read_text(path, Format())
    pd.testing.assert_frame_equal(fast, slow)


@pytest.mark.parametrize(
    "content",
    [b'a,b\n"1",2\n', b"a,b\n1\n", b"a,b\n1,2,3\n", b"a,b\n\xff,2\n", b"a,b\r1,2\r", b"\n1,2\n"],
)
def test_faulty_and_quoted_files_are_left_to_the_csv_module(tmp_path, content):
    path = tmp_path / "customers.csv"
    path.write_bytes(content)
    assert reading._read_plain(path, Format()) is None

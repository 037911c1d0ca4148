"""Reading: what is in the file comes out, and a file that cannot be read says where and why."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from erfm.customers import reading
from erfm.customers.cells import Unanswered, nearest, to_labels, to_numbers
from erfm.customers.reading import read_table
from erfm.formats import show_rows, to_text
from erfm.study import Format, StudyError

SAFE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


# --- A decimal point or thousands? ----------------------------------------------------------------


def column(*texts: object) -> pd.Series:
    return pd.Series(texts, dtype=None if any(isinstance(t, float) for t in texts) else "str")


@pytest.mark.parametrize(
    "texts",
    [("850", "1.234", "12.345"), ("-1.000",), ("1.234", "", "+999.000"), (2.5, "1.234", "7")],
)
def test_points_that_can_group_thousands_are_not_read_unasked(texts):
    values = column(*texts).replace("", None)
    with pytest.raises(StudyError) as error:
        to_numbers(values, Format(), "f.csv, column 'x'")
    for part in ("column 'x': a decimal point or thousands?", 'decimal = "."', 'thousands = "."'):
        assert part in str(error.value)
    if texts[0] == "850":
        assert "row 3 '1.234', row 4 '12.345'" in str(error.value)
        assert to_numbers(values, Format(decimal="."), "x").tolist() == [850, 1.234, 12.345]
        assert to_numbers(values, Format(thousands="."), "x").tolist() == [850, 1234, 12345]


@pytest.mark.parametrize(
    "settling", ["0.125", "1.5", "1234.567", "1.2345", "1.234e0", ".125", "1.", "012.345"]
)
def test_one_value_that_cannot_be_thousands_settles_its_column(settling):
    numbers = to_numbers(column("1.234", settling), Format(), "x")
    assert numbers.tolist() == [1.234, float(settling)]


def test_thousands_after_many_rows_are_seen_and_numbers_of_excel_settle_nothing():
    values = column(*["7"] * 5000, "1.234")
    with pytest.raises(StudyError, match=r"row 5002 '1\.234'"):
        to_numbers(values, Format(), "x")
    assert to_numbers(pd.Series([1.234, 2.5]), Format(), "x").tolist() == [1.234, 2.5]
    with pytest.raises(StudyError, match="thousands"):
        to_numbers(pd.Series([0.125, "1.234"], dtype=object), Format(), "x")


def test_numbers_with_other_marks_are_told_the_line_that_reads_them():
    with pytest.raises(StudyError, match=r'Write thousands = "," or decimal = "," under \[data\]'):
        to_numbers(column("1,234", "850"), Format(), "x")
    with pytest.raises(StudyError, match=r'Write thousands = "\." under'):
        to_numbers(column("1.234,5", "850"), Format(), "x")
    with pytest.raises(StudyError, match=r"expected: row 3 'n/k'\. Correct"):
        to_numbers(column("1,234", "n/k"), Format(thousands=","), "x")


@pytest.mark.slow
@given(
    st.lists(st.integers(1, 10**6), min_size=2, max_size=20).filter(lambda v: max(v) > 999),
    st.sampled_from([".", ","]),
)
def test_grouped_whole_numbers_are_never_read_as_small_ones(values, mark):
    texts = [f"{value:,}".replace(",", mark) for value in values]
    try:
        found = to_numbers(column(*texts), Format(), "x").tolist()
    except StudyError:
        found = values
    assert found == values
    assert to_numbers(column(*texts), Format(thousands=mark), "x").tolist() == values


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


ASIAN = "id,客户\n1,北京\n"
WESTERN = "id,Straße\n1,Köln\n2,Süd\n"


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        (ASIAN, "gb18030", "The bytes are gb18030 ('客户'). Write encoding = \"gb18030\""),
        (ASIAN, "utf-16-le", "The bytes are utf-16-le ('客户'). Write"),
        (ASIAN, "utf-16-be", "The bytes are utf-16-be ('客户'). Write"),
        (ASIAN, "utf-32-le", "The bytes are utf-32-le ('客户'). Write"),
        (ASIAN, "utf-32-be", "The bytes are utf-32-be ('客户'). Write"),
        (ASIAN, "utf-16", 'the mark of utf-16, not of utf-8. Write encoding = "utf-16"'),
        (ASIAN, "utf-32", 'the mark of utf-32, not of utf-8. Write encoding = "utf-32"'),
        ("id,客戶\n1,台北\n", "big5", "The bytes are cp950 ('客戶')"),
        ("id,顧客\n1,サッポロ\n", "shift_jis", "The bytes are cp932 ('顧客')"),
        ("id,고객\n1,서울\n", "euc_kr", "The bytes are cp949 ('고객')"),
        (WESTERN, "cp1252", "The bytes are cp1252 ('Straße')"),
        (
            "id,płeć\n1,mężczyzna\n2,Łódź\n3,żółty\n4,średni\n5,Poznań\n",
            "cp1250",
            "The bytes are cp1250 ('płeć')",
        ),
        ("id,x\n1,Hélène\n", "cp1252", "cp1252 ('Hélène'), cp1250 ('Hélčne')"),
        ("id,x\n1,男\n", "gb18030", "These encodings fit"),
    ],
)
def test_another_encoding_is_named_or_all_that_fit_with_their_text(tmp_path, text, encoding, named):
    path = tmp_path / "customers.csv"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(StudyError) as error:
        read_table(path)
    assert named in str(error.value) and str(path) in str(error.value)
    table = read_table(path, Format(encoding=encoding))
    assert [*table.columns, *table.iloc[:, 1]] == [
        cell for line in text.splitlines() for cell in line.split(",") if not cell.isdigit()
    ]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_utf_without_a_mark_needs_its_byte_order_and_a_mark_is_no_part_of_the_header(
    tmp_path, encoding
):
    path = tmp_path / "customers.csv"
    path.write_bytes(ASIAN.encode(f"{encoding}-be"))
    with pytest.raises(StudyError, match=f"needs a byte-order mark.*bytes are {encoding}-be"):
        read_table(path, Format(encoding=encoding))
    path.write_bytes(f"\ufeff{ASIAN}".encode(f"{encoding}-be"))
    assert list(read_table(path, Format(encoding=f"{encoding}-be")).columns) == ["id", "客户"]
    path.write_bytes(b"\xef\xbb\xbf" + ASIAN.encode())
    with pytest.raises(StudyError, match="the mark of utf-8, not of cp1252"):
        read_table(path, Format(encoding="cp1252"))


def test_a_nul_in_a_value_is_an_error_with_its_row(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_bytes(b"id,name\n1,a\n2,b\0c\n")
    with pytest.raises(StudyError, match="column 'name': row 3 has a NUL character"):
        read_table(path)
    path.write_bytes("id,name\n1,a\n2,b\0c\n".encode("utf-16"))
    with pytest.raises(StudyError, match="column 'name': row 3 has a NUL character"):
        read_table(path, Format(encoding="utf-16"))


# --- The header -----------------------------------------------------------------------------------

TITLES = {
    "a title": "Report of March\n\nid,region,amount\n1,north,5\n2,south,7\n",
    "a padded title": "Report of March,,\n,,\nid,region,amount\n1,north,5\n2,south,7\n",
    "quoted": '"Report, March"\n\n"id","region","amount"\n"1","north","5"\n"2","south","7"\n',
    "a hint for Excel": "sep=,\n\nid,region,amount\n1,north,5\n2,south,7\n",
    "blank rows": "\n\nid,region,amount\n1,north,5\n2,south,7\n",
}


@pytest.mark.parametrize("kind", TITLES)
def test_a_title_above_the_header_is_refused_with_the_header_s_row(tmp_path, kind):
    path = tmp_path / "customers.csv"
    path.write_text(TITLES[kind])
    with pytest.raises(
        Unanswered, match=r"row 3 seems to \(id, region, amount\). Write header = 3"
    ):
        read_table(path)
    table = read_table(path, Format(header=3))
    assert list(table.columns) == ["id", "region", "amount"] and len(table) == 2
    assert show_rows(table["amount"]) == "row 4 '5', row 5 '7'"


def test_a_header_with_few_names_can_be_said_to_be_one(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("id,,\na,north,red\nb,south,blue\n")
    with pytest.raises(Unanswered, match="header = 1 if row 1"):
        read_table(path)
    assert list(read_table(path, Format(header=1)).columns) == ["id", "column 2", "column 3"]


def test_rows_swallowed_by_two_stray_quotation_marks_are_refused(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text('id,region,amount\n1,"north,5\n2,south,7\n3,east",9\n')
    with pytest.raises(StudyError, match=r"row 2: .* spans 3 lines.*'2,south,7'.*Delete the stray"):
        read_table(path)
    path.write_text('id,region,amount,remark\n1,"2,3,a\n2,south,7,b\n3,east",9,"two\nlines"\n')
    with pytest.raises(StudyError, match=r"row 2: .* spans 3 lines.*'2,south,7,b'"):
        read_table(path)
    path.write_text('id,remark,amount\n1,"two\nlines, no row",9\n')
    assert read_table(path)["remark"].tolist() == ["two\nlines, no row"]


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


# --- Labels and codes of missing values -----------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "labels", "expected"),
    [
        (["0.0", "1.0", "1", "1.00", "+1"], ["1", "0"], ["0", "1", "1", "1", "1"]),
        (["0", "1"], ["1.0", "0.0"], ["0.0", "1.0"]),
        (["01", "1", "001"], ["1", "01"], ["01", "1", "001"]),
        (["01", "1"], ["1", "2"], ["01", "1"]),
        (["1", "1.0"], ["1", "1.0"], ["1", "1.0"]),
        (["yes", "1.0 "], ["yes", "no"], ["yes", "1.0 "]),
        ([1.0, 0.0, None], ["1", "0"], ["1", "0", None]),
        ([1, 2], ["01", "02"], ["1", "2"]),
        (["1.000"], ["1", "1000"], ["1.000"]),
        (["1.000"], ["1", "2"], ["1"]),
    ],
)
def test_labels_are_compared_as_numbers_but_codes_as_text(values, labels, expected):
    found = to_labels(pd.Series(values), labels, Format())
    assert [None if pd.isna(value) else value for value in found] == expected


def test_labels_follow_the_decimal_mark():
    texts = pd.Series(["1,0", "1.000", "2,5"], dtype="str")
    found = to_labels(texts, ["1", "1000", "2.5"], Format(decimal=",", thousands="."))
    assert found.tolist() == ["1", "1000", "2.5"]


def test_a_number_among_the_missing_is_missing_however_it_is_written(tmp_path):
    path = tmp_path / "customers.csv"
    path.write_text("id,x\n1,-9\n2,-9.0\n3,-9.00\n4,-90\n")
    table = read_table(path, Format(missing=("-9",)))
    assert table["x"].isna().tolist() == [True, True, True, False]


# --- Messages -------------------------------------------------------------------------------------


def test_a_message_is_one_line_whatever_it_quotes():
    message = str(StudyError("column 'a\nb\x1b[31m\u202e': wrong. " + "x" * 5000 + " Mend it."))
    assert message.isprintable() and "a\\nb\\x1b[31m\\u202e" in message
    assert len(message) < 2500 and message.endswith("Mend it.")


def test_nearest_is_quick_with_long_names():
    assert nearest("a" * 10**5, ["a" * 10**5 + "b"] * 500).startswith("Did you mean 'aaa")


def test_over_long_and_unreadable_paths_are_one_clear_error(tmp_path):
    with pytest.raises(StudyError, match=r"name too long\. Give it a shorter name"):
        read_table(tmp_path / ("x" * 5000 + ".csv"))
    with pytest.raises(StudyError, match="no path can hold the character NUL"):
        read_table(tmp_path / "a\0b.csv")


def test_nearest_and_to_text():
    assert nearest("Ammount", ["Amount", "Age"]) == "Did you mean 'Amount'?"
    assert nearest("zzz", ["Amount", "Age"]) == "There are: Amount, Age."
    assert nearest("zzz", []) == ""
    assert nearest("?", [f"c{i}" for i in range(20)]).endswith("c11 and 8 more.")
    assert [to_text(v) for v in (1.0, 1.5, " a ", True, 3)] == ["1", "1.5", "a", "True", "3"]


# --- The two ways of reading text -----------------------------------------------------------------

CELL = st.text(st.characters(codec="utf-8", exclude_characters='",\r\n\x00'), max_size=6)


@pytest.mark.slow
@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6), st.booleans(), st.booleans())
def test_plain_files_read_fast_are_as_the_csv_module_reads_them(tmp_path_factory, rows, bom, crlf):
    text = "\n".join(["a,b,c", *(",".join(row) for row in rows)]) + "\n"
    content = (b"\xef\xbb\xbf" if bom else b"") + text.encode()
    path = tmp_path_factory.mktemp("plain") / "customers.csv"
    path.write_bytes(content.replace(b"\n", b"\r\n") if crlf else content)
    fast = reading._read_plain(path.read_bytes(), Format())
    assert fast is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_read_plain", lambda content, form: None)
        slow = reading._read_text(path, Format())
    pd.testing.assert_frame_equal(fast, slow)


@pytest.mark.parametrize(
    "content",
    [b'a,b\n"1",2\n', b"a,b\n1\n", b"a,b\n1,2,3\n", b"a,b\n\xff,2\n", b"a,b\r1,2\r", b"\n1,2\n"],
)
def test_faulty_and_quoted_files_are_left_to_the_csv_module(content):
    assert reading._read_plain(content, Format()) is None

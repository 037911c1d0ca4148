"""What is wrong with transactions is told in one sentence, before anything is written."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from banks import ENOUGH, WINDOWS, write_bank

from erfm.report.cli import main
from erfm.study import StudyError
from erfm.transactions.measuring import features_file

WHOLE = "client,day,value"


def message(study) -> str:
    """Return the error that `features_file` raises; nothing is left beside what was there."""
    before = sorted(path.name for path in study.parent.iterdir())
    with pytest.raises(StudyError) as error:
        features_file(study)
    assert sorted(path.name for path in study.parent.iterdir()) == before
    return str(error.value).replace(f"{study.parent}/", "")


def told(tmp_path, rows, keys="", enough=True, **other) -> str:
    return message(write_bank(tmp_path, [*(ENOUGH if enough else ()), *rows], keys, **other))


# --- Amounts --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_amounts_with_another_decimal_mark(tmp_path):
    rows = [("y", "2024-01-05", '"12,50"'), ("z", "2024-01-05", '"7,00"')]
    assert told(tmp_path, rows) == (
        "ledger.csv, column 'value': text where amounts are expected, or amounts without limit or "
        "from 10¹² up: '12,50' (customer y), '7,00' (customer z). Write decimal = \",\" under "
        "[transactions] if the file means that. Otherwise correct these values, or list a text "
        "that means no value under 'missing' in [transactions]."
    )


def test_a_stray_text_among_amounts(tmp_path):
    assert told(tmp_path, [("y", "2024-01-05", "12 EUR")]) == (
        "ledger.csv, column 'value': text where amounts are expected, or amounts without limit or "
        "from 10¹² up: '12 EUR' (customer y). Correct these values, or list a text that means no "
        "value under 'missing' in [transactions]."
    )


def test_points_that_may_group_thousands(tmp_path):
    rows = [("y", "2024-01-05", "1.234"), ("z", "2024-01-05", "12.500")]
    assert told(tmp_path, rows) == (
        "ledger.csv, column 'value': a decimal point or thousands? '1.234' (customer y), '12.500' "
        "(customer z): every value with a point can be read both ways. Write under [transactions] "
        'decimal = "." if 1.234 is 1.234, or thousands = "." if it is 1234.'
    )
    study = write_bank(tmp_path, [*ENOUGH, *rows, ("z", "2024-01-06", "0.5")])
    assert features_file(study).customers == 3


@pytest.mark.parametrize(("keys", "amount"), [('decimal = "."', 1.234), ('thousands = "."', 1234)])
def test_the_marks_that_are_named_decide(tmp_path, keys, amount):
    study = write_bank(tmp_path, [*ENOUGH, ("y", "2024-01-05", "1.234")], keys)
    found = pd.read_parquet(features_file(study).transactions.study.file)
    assert found["amount"].to_list()[-1] == amount


def test_infinite_amounts(tmp_path):
    frame = pd.DataFrame(ENOUGH, columns=["client", "day", "value"]).astype({"value": "float64"})
    frame["day"] = pd.to_datetime(frame["day"]).dt.date
    frame.loc[0, "value"] = float("inf")
    study = write_bank(tmp_path, [], source='file = "ledger.parquet"')
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "ledger.parquet")
    assert message(study) == (
        "ledger.parquet, column 'value': text where amounts are expected, or amounts without limit "
        "or from 10¹² up: 'inf' (customer x). Correct these values, or list a text that means no "
        "value under 'missing' in [transactions]."
    )


def test_several_currencies(tmp_path):
    rows = [(*row, "EUR") for row in ENOUGH]
    rows += [("y", "2024-01-05", 1, "USD"), ("y", "2024-01-06", 1, "CHF")]
    keys = 'currency_column = "money"'
    assert told(tmp_path, rows, keys, enough=False, header=f"{WHOLE},money") == (
        "ledger.csv, column 'money': amounts in several currencies: CHF, EUR, USD. Convert them, "
        'or name the one that counts under [transactions], e.g. currency = "CHF".'
    )


# --- Counts and directions ------------------------------------------------------------------------


@pytest.mark.slow
def test_negative_counts(tmp_path):
    rows = [(*row, 1) for row in ENOUGH]
    rows += [("y", "2024-01-05", 1, -2), ("z", "2024-01-05", 1, 1.5)]
    assert told(tmp_path, rows, 'count = "n"', enough=False, header=f"{WHOLE},n") == (
        "ledger.csv, column 'n': counts that are negative or no whole numbers: '-2' (customer y), "
        "'1.5' (customer z). Correct them."
    )


DIRECTION = 'direction = "kind"\ndeposit = "C"\nwithdrawal = "D"'


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [("y", "2024-01-05", 1, "X"), ("y", "2024-01-05", 1, "")],
            "ledger.csv, column 'kind': neither 'C' nor 'D': '(none)' (customer y). Correct the "
            "values, or 'deposit' and 'withdrawal' in [transactions].",
        ),
        (
            [("y", "2024-01-05", -7, "C")],
            "ledger.csv, column 'value': negative amounts of deposits ('kind' is 'C'): '-7' "
            "(customer y). Correct them, or remove 'direction', if the sign tells it.",
        ),
        (
            [("y", "2024-01-05", -7, "D"), ("z", "2024-01-05", 3, "D")],
            "ledger.csv, column 'value': withdrawals with both signs, from -7 to 3. Write them "
            "with one, or leave 'direction' out, if the sign tells it.",
        ),
    ],
)
def test_directions_that_contradict_the_file_or_the_amount(tmp_path, rows, expected):
    rows = [*((*row, "C") for row in ENOUGH), *rows]
    assert told(tmp_path, rows, DIRECTION, enough=False, header=f"{WHOLE},kind") == expected


def test_one_identifier_of_transactions_that_differ(tmp_path):
    rows = [(*row, i) for i, row in enumerate(ENOUGH)]
    rows += [("y", "2024-01-05", 1, 7), ("y", "2024-01-05", 2, 7)]
    assert told(tmp_path, rows, 'id = "number"', enough=False, header=f"{WHOLE},number") == (
        "ledger.csv, column 'number': transactions with one identifier that differ in customer, "
        "day or amount: '7' (customer y). Correct them, or remove 'id' from [transactions]."
    )


def test_rows_without_an_identifier(tmp_path):
    rows = [*((*row, i) for i, row in enumerate(ENOUGH)), ("y", "2024-01-05", 1, "")]
    assert told(tmp_path, rows, 'id = "number"', enough=False, header=f"{WHOLE},number") == (
        "ledger.csv, column 'number': 1 row without an identifier. Give each one, or remove 'id' "
        "from [transactions]."
    )


# --- Days and windows -----------------------------------------------------------------------------


def test_days_in_two_formats(tmp_path):
    rows = [("y", "05.01.2024", 1), ("z", "2024-01-05", 1), ("z", "never", 1)]
    assert told(tmp_path, rows) == (
        "ledger.csv, column 'day': days in two formats, %Y-%m-%d and %d.%m.%Y: '05.01.2024' "
        "(customer y). Write them all in one."
    )


def test_months_and_days_that_are_exchanged(tmp_path):
    windows = WINDOWS
    rows = [("x", "01/02/2024", 1), ("x", "30/06/2024", 1), ("y", "02/28/2024", 1)]
    keys = 'date_format = "%d/%m/%Y"'
    assert told(tmp_path, rows, keys, enough=False, windows=windows) == (
        "ledger.csv, column 'day': days in two formats, %d/%m/%Y and %m/%d/%Y: '02/28/2024' "
        "(customer y). Write them all in one."
    )


def test_a_format_that_no_day_has(tmp_path):
    rows = [("x", "20240105", 1), ("y", "20240106", 1)]
    assert told(tmp_path, rows, enough=False) == (
        "ledger.csv, column 'day': no day is written as %Y-%m-%d: '20240105' (customer x), "
        "'20240106' (customer y). Write date_format = \"%Y%m%d\" under [transactions]."
    )


def test_numbers_where_days_are_expected(tmp_path):
    study = write_bank(tmp_path, [], source='file = "ledger.parquet"')
    table = pa.table({"client": [1], "day": [20240105], "value": [1.0]})
    pq.write_table(table, tmp_path / "ledger.parquet")
    assert message(study) == (
        "ledger.parquet, column 'day': numbers where days are expected. Write date_format under "
        '[transactions], e.g. "%Y%m%d".'
    )


def test_future_days_are_counted_and_reach_nothing(tmp_path):
    study = write_bank(tmp_path, [*ENOUGH, ("y", "2999-01-01", 1)])
    account = features_file(study).account.set_index("reason")
    line = account.loc["after the outcome window (2024-06-30)"]
    assert line[["transactions", "customers", "examples"]].to_list() == [1, 1, "y"]


def test_a_window_without_transactions(tmp_path):
    windows = 'observation = ["2023-01-01", "2023-03-31"]\noutcome = ["2024-05-01", "2024-06-30"]'
    assert told(tmp_path, [], windows=windows) == (
        "ledger.csv, column 'day': no transaction between 2023-01-01 and 2023-03-31, the "
        "observation window. There are 2 in the gap, 2 in the outcome window. Correct "
        "[transactions.windows]."
    )


def test_an_outcome_window_without_transactions(tmp_path):
    windows = 'observation = ["2024-01-01", "2024-03-31"]\noutcome = ["2025-05-01", "2025-06-30"]'
    assert told(tmp_path, [], windows=windows) == (
        "ledger.csv, column 'day': no transaction between 2025-05-01 and 2025-06-30, the outcome "
        "window: every customer would count as churned. There are 2 in the gap, 2 in it. Correct "
        "[transactions.windows]."
    )


def test_an_outcome_window_that_ends_after_the_data(tmp_path):
    windows = 'observation = ["2024-01-01", "2024-03-31"]\noutcome = ["2024-05-01", "2024-12-31"]'
    assert told(tmp_path, [], windows=windows) == (
        "ledger.csv, column 'day': the last transaction in the outcome window is of 2024-06-30, "
        "and the window ends on 2024-12-31: customers would count as churned because the data end. "
        "Let the window end earlier ([transactions.windows])."
    )


def test_an_observation_window_that_begins_before_the_data_is_warned_of(tmp_path, capsys):
    windows = 'observation = ["2023-01-01", "2024-03-31"]\noutcome = ["2024-05-01", "2024-06-30"]'
    assert main(["features", "--study", str(write_bank(tmp_path, ENOUGH, windows=windows))]) == 0
    assert capsys.readouterr().err.splitlines()[-1] == (
        "warning: the observation window begins on 2023-01-01, and its first transaction is of "
        "2024-01-01: what older customers did before is not in the data."
    )


# --- Customers ------------------------------------------------------------------------------------

PEOPLE = '[transactions.customers]\nfile = "people.csv"\nid = "client"\ncolumns = ["sex", "age"]'


def people(tmp_path, text, tables=PEOPLE, **other) -> str:
    (tmp_path / "people.csv").write_text(f"client,sex,age,closed\n{text}", encoding="utf-8")
    return told(tmp_path, [], tables=tables, **other)


def test_a_customer_in_two_genders(tmp_path):
    text = "x,f,30,\nx,m,30,\ny,f,20,\ny,,20,\nz,f,1,\nz,f,1,\n"
    assert people(tmp_path, text) == (
        "people.csv, column 'sex': customers with two values: x ('f', 'm'), y ('f', none). Keep "
        "one row for each customer."
    )


def test_text_among_the_numbers_of_customers(tmp_path):
    assert people(tmp_path, "x,f,thirty,\n", predictors="age = {}") == (
        "people.csv, column 'age': text where numbers are expected: 'thirty' (customer x). Correct "
        "the values, or how they are written under [transactions.customers]."
    )


def test_a_closing_date_that_is_no_day(tmp_path):
    tables = f'[transactions.churned]\nclosing_date = "closed"\n{PEOPLE}'
    assert people(tmp_path, "x,f,30,1.5.2024\n", tables=tables) == (
        "people.csv, column 'closed': text where a day is expected: '1.5.2024' (customer x). "
        "Correct the values, or how they are written under [transactions.customers]."
    )


def test_customers_that_are_written_otherwise(tmp_path):
    assert people(tmp_path, "0001,f,30,\n") == (
        "people.csv: none of its customers has a transaction: they are written as '0001' here and "
        "as 'x' there. Write them alike."
    )


def test_a_customers_table_without_customers(tmp_path):
    assert people(tmp_path, "") == "people.csv: there are no customers. Export them again."


@pytest.mark.slow
def test_nobody_who_is_left(tmp_path):
    tables = f'[transactions.churned]\nclosing_date = "closed"\n{PEOPLE}'
    assert people(tmp_path, "x,f,30,2024-01-02\n", tables=tables) == (
        "ledger.csv: no customer is left (the customer closed before the outcome window: 1). "
        "Check [transactions.customers] and [transactions.windows]."
    )


# --- Files ----------------------------------------------------------------------------------------


def test_a_file_that_is_not_there(tmp_path):
    assert message(write_bank(tmp_path, ENOUGH, source='file = "leger.csv"')) == (
        "leger.csv: no such file. Did you mean 'ledger.csv'?"
    )


def test_a_folder_without_transactions(tmp_path):
    study = write_bank(tmp_path, ENOUGH, source='file = "empty"')
    (tmp_path / "empty").mkdir()
    assert message(study) == "empty: there is no CSV or Parquet file in this folder."


def test_another_kind_of_file(tmp_path):
    study = write_bank(tmp_path, ENOUGH, source='file = "ledger.xlsx"')
    (tmp_path / "ledger.xlsx").write_bytes(b"PK")
    assert message(study) == (
        "ledger.xlsx: files ending in '.xlsx' cannot be read. Save the transactions as CSV or "
        "Parquet."
    )


def test_a_column_that_is_not_there(tmp_path):
    assert told(tmp_path, [], header="client,day,valeu") == (
        "ledger.csv: there is no column 'value', which [transactions] names. Did you mean 'valeu'?"
    )


def test_a_column_that_is_named_twice(tmp_path):
    assert told(tmp_path, [], header="client,day,Day") == (
        "ledger.csv: column 'Day' appears twice in the header (row 1). Rename one of them."
    )


def test_a_row_with_a_value_too_few(tmp_path):
    assert told(tmp_path, [("y", "2024-01-05")]) == (
        "ledger.csv, line 6: 2 values where the header has 3 names: 'y,2024-01-05'. Correct the "
        "line, or 'separator' under [transactions]."
    )


def test_a_quotation_mark_that_is_not_closed(tmp_path):
    found = told(tmp_path, [("y", "2024-01-05", '"1')])
    assert found.startswith("ledger.csv, line 6: value with unterminated quote found: ")
    assert found.endswith("Correct the line, or 'separator' under [transactions].")


def test_bytes_that_are_not_in_the_encoding(tmp_path):
    study = write_bank(tmp_path, ENOUGH)
    ledger = tmp_path / "ledger.csv"
    ledger.write_bytes(ledger.read_bytes() + "ä,2024-01-05,1\n".encode("latin-1"))
    assert message(study) == (
        "ledger.csv, line 6: bytes that are not UTF-8. Write the file's 'encoding' under "
        "[transactions], or save it as UTF-8."
    )
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('date = "day"', 'date = "day"\nencoding = "latin-1"'), "utf-8")
    assert features_file(study).customers == 2


def test_files_with_other_columns(tmp_path):
    study = write_bank(tmp_path, ENOUGH, source='file = "ledger*.csv"')
    (tmp_path / "ledger_2.csv").write_text("client,value,day\n", encoding="utf-8")
    assert message(study) == (
        "ledger_2.csv: its columns are not those of ledger.csv (client, day, value). Give the "
        "files the same header."
    )


def test_no_transactions(tmp_path):
    assert told(tmp_path, [], enough=False) == (
        "ledger.csv: there are no transactions. Export them again."
    )


def test_blanks_around_customers_of_parquet(tmp_path):
    study = write_bank(tmp_path, [], source='file = "ledger.parquet"')
    frame = pd.DataFrame([*ENOUGH, ("x ", "2024-01-05", 1)], columns=["client", "day", "value"])
    pq.write_table(pa.Table.from_pandas(frame), tmp_path / "ledger.parquet")
    assert message(study) == (
        "ledger.parquet, column 'client': blanks around customers: 'x '. Remove them: with and "
        "without, they would be two customers."
    )


@pytest.mark.parametrize(
    ("source", "file"), [("bank", "bank/customers.parquet"), ("*.csv", "customers.parquet")]
)
def test_what_is_written_is_not_among_what_is_read(tmp_path, source, file):
    study = write_bank(tmp_path, ENOUGH, source=f'file = "{source}"', file=file)
    (tmp_path / "bank").mkdir()
    if source == "bank":
        (tmp_path / "ledger.csv").rename(tmp_path / "bank" / "ledger.csv")
    written = file if source == "bank" else "customers_codebook.csv"
    assert message(study) == (
        f"{written}: would lie among the transactions ({source}), and be read as such. Name "
        "another place under [data]."
    )


def test_what_is_read_is_not_written_over(tmp_path):
    study = write_bank(tmp_path, ENOUGH, file="ledger.csv")
    assert main(["features", "--study", str(study), "--overwrite"]) == 1
    assert (tmp_path / "ledger.csv").read_text(encoding="utf-8").startswith("client,day,value")
    assert message(study) == (
        "ledger.csv: this would replace the transactions (ledger.csv). Name another output."
    )

"""The table [transactions] of a study file: what it may say, and what is told of the rest."""

from __future__ import annotations

import re
from datetime import date

import pytest
from banks import README, WINDOWS, write_bank
from hypothesis import given
from hypothesis import strategies as st

from erfm.customers.study_file import load_study
from erfm.customers.transactions_table import (
    ChurnedTable,
    Length,
    MeasuresTable,
    PeopleTable,
    TransactionsTable,
    WindowsTable,
)
from erfm.study import StudyError
from erfm.transactions.measuring import load_transactions


def told(tmp_path, *changes: tuple[str, str], **bank) -> str:
    """Return what is told of a study file with some of its text changed."""
    study = write_bank(tmp_path, [], **bank)
    text = study.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    study.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        load_transactions(load_study(study))
    return str(error.value).replace(f"{study}: ", "")


LENGTHS = 'reference = "2024-07-01"\noutcome = "2 months"\ngap = "1 month"\n'


@pytest.mark.parametrize(
    ("windows", "observation", "outcome"),
    [
        (WINDOWS, ("2024-01-01", "2024-03-31"), ("2024-05-01", "2024-06-30")),
        (
            "observation = [2024-01-01, 2024-03-31]\noutcome = [2024-04-01, 2024-06-30]",
            ("2024-01-01", "2024-03-31"),
            ("2024-04-01", "2024-06-30"),
        ),
        (
            f'{LENGTHS}observation = "12 months"',
            ("2023-04-01", "2024-03-31"),
            ("2024-05-01", "2024-06-30"),
        ),
        (
            'reference = "2024-03-31"\noutcome = "1 month"\nobservation = "1 year"',
            ("2023-02-28", "2024-02-28"),
            ("2024-02-29", "2024-03-30"),
        ),
        (
            'reference = "2024-07-01"\noutcome = "90 days"\nobservation = "2 weeks"',
            ("2024-03-19", "2024-04-01"),
            ("2024-04-02", "2024-06-30"),
        ),
    ],
)
def test_windows_are_days_or_lengths_before_a_reference_date(
    tmp_path, windows, observation, outcome
):
    found = load_transactions(load_study(write_bank(tmp_path, [], windows=windows))).windows
    assert found.observation == tuple(map(date.fromisoformat, observation))
    assert found.outcome == tuple(map(date.fromisoformat, outcome))


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_a_month_before_a_day_is_that_day_of_the_month_or_the_last_there_is(day, months):
    before = Length(months, "month").before(day)
    assert (12 * day.year + day.month) - (12 * before.year + before.month) == months
    following = date.fromordinal(before.toordinal() + 1)
    assert before.day == day.day or (before.day < day.day and following.day == 1)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            [('date = "day"', 'dat = "day"')],
            "unknown key 'dat' in [transactions]. Did you mean 'date'?",
        ),
        ([('date = "day"', "")], "'date' is missing in [transactions]. Add it."),
        (
            [('["2024-01-01", "2024-03-31"]', '["2024-03-31", "2024-01-01"]')],
            "'observation' in [transactions.windows] is an empty window: it ends on 2024-01-01, "
            "before it begins on 2024-03-31.",
        ),
        (
            [('["2024-01-01", "2024-03-31"]', '["2024-01-01", "2024-02-30"]')],
            "'observation' in [transactions.windows] is '2024-02-30'; write a day as YYYY-MM-DD.",
        ),
        (
            [('["2024-01-01", "2024-03-31"]', '["2024-01-01"]')],
            "'observation' in [transactions.windows] must be a first and a last day, "
            '["1997-01-01", "1997-09-30"], or a length.',
        ),
        (
            [('["2024-01-01", "2024-03-31"]', '"0 months"')],
            "'observation' in [transactions.windows] is '0 months'; write a length such as "
            '"6 months", "90 days".',
        ),
        (
            [('["2024-01-01", "2024-03-31"]', '"6 months"')],
            "[transactions.windows] has a length without a reference date, or beside days. Give "
            "both windows as first and last days, or both as lengths with reference = "
            '"YYYY-MM-DD".',
        ),
        (
            [('["2024-05-01"', '["2024-03-31"')],
            "the outcome window in [transactions.windows] begins on 2024-03-31, and the "
            "observation window ends only on 2024-03-31. Let it begin later: what is predicted "
            "must not be seen.",
        ),
        (
            [(WINDOWS, f'{WINDOWS}\ngap = "1 month"')],
            "'reference' and 'gap' in [transactions.windows] go with lengths; where both windows "
            "are days, the days between them are the gap. Remove them.",
        ),
        (
            [(WINDOWS, f'{LENGTHS}observation = "9999 years"')],
            "[transactions.windows] reaches back before the year 1. Give shorter lengths.",
        ),
        (
            [(WINDOWS, f'{WINDOWS}\n[transactions.measures]\nrecency = "hours"')],
            "'recency' in [transactions.measures] is 'hours'; write \"days\" or \"months\".",
        ),
        (
            [(WINDOWS, f"{WINDOWS}\n[transactions.churned]\nfewer_than = 0")],
            "'fewer_than' in [transactions.churned] is 0; write a whole number from 1 up.",
        ),
        (
            [(WINDOWS, f'{WINDOWS}\n[transactions.churned]\nfewer_than = 1\nclosing_date = "x"')],
            "[transactions.churned] has both 'fewer_than' and 'closing_date'. Keep one.",
        ),
        (
            [(WINDOWS, f'{WINDOWS}\n[transactions.churned]\nclosing_date = "x"')],
            "'closing_date' in [transactions.churned] is a column of the customers' table. Add "
            "[transactions.customers].",
        ),
        (
            [(WINDOWS, f'{WINDOWS}\n[transactions.customers]\nid = "x"')],
            "[transactions.customers] must name either a 'file' or a 'table' of the database.",
        ),
        (
            [(WINDOWS, f'{WINDOWS}\n[transactions.customers]\nid = "x"\ntable = "x"')],
            "'table' in [transactions.customers] is one of the database that 'url' in "
            "[transactions] names. Name a 'file' instead.",
        ),
        (
            [('file = "ledger.csv"', "")],
            "[transactions] must name either a 'file' or the 'url' of a database.",
        ),
        (
            [('file = "ledger.csv"', 'url = "BANK_URL"')],
            "'url' and 'table' in [transactions] go together. Give both, or a 'file'.",
        ),
        (
            [('date = "day"', 'date = "day"\ndirection = "kind"')],
            "'direction', 'deposit' and 'withdrawal' in [transactions] go together: the column and "
            "its two texts. Give all three or none.",
        ),
        (
            [('date = "day"', 'date = "day"\ndecimal = ","\nthousands = ","')],
            "'decimal' and 'thousands' in [transactions] are both ','.",
        ),
        (
            [('id = "customer"', 'id = ""')],
            "'id' is missing in [data]. Add it: `features` writes the customers into that column.",
        ),
        (
            [('"customers.parquet"', '"customers.xlsx"')],
            "'file' in [data] is 'customers.xlsx', and `features` writes .parquet or .csv. Rename "
            "it.",
        ),
        (
            [('"customers.parquet"', '"customers.csv", decimal = ","')],
            "`features` writes a CSV file in UTF-8 with commas, decimal points and the names of "
            "columns in row 1. Say nothing else in [data]; how the transactions are written stands "
            "in [transactions].",
        ),
        (
            [("amount = {}", 'amount = { column = "balance" }')],
            "there will be no column 'balance'. There are: customer, recency, frequency, amount, "
            "status.",
        ),
        (
            [('"status"', '"Amount"')],
            "two columns would be called 'amount'. Rename one in [data] or [outcome].",
        ),
    ],
)
def test_what_cannot_be_is_told_with_key_and_remedy(tmp_path, changes, expected):
    assert told(tmp_path, *changes) == expected


def test_a_study_without_transactions_is_told_what_is_missing(tmp_path):
    with pytest.raises(StudyError) as error:
        load_transactions(load_study("reconstruction"))
    assert str(error.value).endswith(
        "reconstruction.toml: there is no table [transactions]. Add it: data/README.md lists its "
        "keys."
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            'url = "postgresql://me:secret@host/bank"\ntable = "t"',
            "'url' in [transactions] must be the name of a variable of the environment that holds "
            'the database\'s URL, such as "BANK_URL", and never the URL itself.',
        ),
        (
            'file = "postgresql://me:secret@host/bank"',
            "'file' in [transactions] must be no address. Put the database's URL into a variable "
            'of the environment, and name that: url = "BANK_URL".',
        ),
        (
            'url = "BANK_URL"\ntable = "postgresql://me:secret@host/bank"',
            "'table' in [transactions] must be no address. Put the database's URL into a variable "
            'of the environment, and name that: url = "BANK_URL".',
        ),
    ],
)
def test_an_address_with_a_password_is_refused_and_not_quoted(tmp_path, source, expected):
    assert told(tmp_path, source=source) == expected


@pytest.mark.parametrize(
    "table",
    [TransactionsTable, WindowsTable, MeasuresTable, ChurnedTable, PeopleTable],
)
def test_every_key_is_told_in_the_readme_of_the_data(table):
    text = README.partition("## From transactions to customers")[2].partition("\n### CDNOW")[0]
    told = {word for quoted in re.findall("`([^`]+)`", text) for word in re.findall(r"\w+", quoted)}
    assert set(table.model_fields) - told <= {"windows", "measures", "churned", "customers"}
    assert "[transactions.customers]" in text

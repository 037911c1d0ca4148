"""From transactions to customers: what is measured, what is left out, and nothing from later."""

from __future__ import annotations

import os
import runpy
import signal
import threading
import time
from datetime import date, timedelta
from importlib.util import find_spec
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from banks import CDNOW, CDNOW_STUDY, ENOUGH, WITHOUT_CDNOW, ledger, write_bank
from hypothesis import given, settings
from hypothesis import strategies as st

from erfm.customers import tables
from erfm.customers.load import load_customers
from erfm.customers.study_file import load_study
from erfm.customers.transactions_table import MeasuresTable
from erfm.report.cli import main
from erfm.samples import split_samples
from erfm.stepwise import forward_lr
from erfm.study import Format, StudyError
from erfm.transactions.features import histories
from erfm.transactions.features import measured as measured_histories
from erfm.transactions.measuring import features_file, load_transactions
from erfm.transactions.rows import placed_rows
from erfm.transactions.source import Source

EXPECTED = Path(__file__).parent / "expected"
DATASETS = "LIFETIMES_DATASETS"
"""The variable of the environment that names the folder lifetimes/datasets of that package."""
INSTALLED = find_spec("lifetimes")
PLACES = [Path(os.environ.get(DATASETS, "."))]
PLACES += [Path(p, "datasets") for p in (INSTALLED and INSTALLED.submodule_search_locations) or ()]
HERE = next((place for place in PLACES if (place / "CDNOW_sample.txt").is_file()), None)
SCRIPT = runpy.run_path(str(EXPECTED / "cdnow_lifetimes.py"))
needs_cdnow = pytest.mark.skipif(CDNOW is None, reason=WITHOUT_CDNOW)


def measured(study, overwrite=False) -> pd.DataFrame:
    """Return what `features_file` writes, by customer."""
    found = features_file(study, overwrite)
    table = pd.read_parquet(found.transactions.study.file)
    return table.set_index("customer")


def account(study) -> dict[str, tuple[int, int, str]]:
    """Return the lines of the file of what was left out: reason, then rows, customers, examples."""
    path = load_study(study).file
    table = pd.read_csv(path.with_name(f"{path.stem}_left_out.csv"), keep_default_na=False)
    return {
        row.reason: (row.transactions, row.customers, row.examples) for row in table.itertuples()
    }


# --- What is measured -----------------------------------------------------------------------------

ROWS = [
    ("b", "2023-12-31", 500),  # before
    ("b", "2024-01-01", 10),
    ("b", "2024-03-31", 2.5),
    ("b", "2024-03-31", 2.5),
    ("b", "2024-04-10", 700),  # in the gap
    ("a", "2024-01-31", "-1.25"),
    ("a", "2024-02-29", "3.5"),
    ("a", "2024-05-01", 900),
    ("a", "2024-06-30", 900),
    ("a", "2024-07-01", 900),  # after
    ("c", "2024-06-30", 4),  # no history
]


@pytest.mark.parametrize(
    ("measures", "column", "a", "b"),
    [
        ("", "recency", 32, 1),
        ('recency = "months"', "recency", 32 / 30.4375, 1 / 30.4375),
        ("", "frequency", 2, 3),
        ('frequency = "active_days"', "frequency", 2, 2),
        ('frequency = "active_months"', "frequency", 2, 2),
        ("", "amount", 2.25, 15.0),
        ('amount = "mean_per_month"', "amount", 2.25 / (91 / 30.4375), 15 / (91 / 30.4375)),
        ('amount = "mean_per_transaction"', "amount", 1.125, 5.0),
        ('withdrawals = "added"', "amount", 4.75, 15.0),
        ('length = "days"', "length", 61, 91),
        (
            'frequency = "active_days"\namount = "mean_per_transaction"',
            "amount", 1.125, 5.0,
        ),
    ],
)  # fmt: skip
def test_recency_frequency_and_amount_are_what_they_mean_in_dates(tmp_path, measures, column, a, b):
    tables = f"[transactions.measures]\n{measures}"
    found = measured(write_bank(tmp_path, ROWS, tables=tables))
    assert list(found.index) == ["a", "b"]
    assert found[column].to_list() == pytest.approx([a, b], rel=1e-15)
    assert found["status"].to_list() == ["active", "left"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("keys", "frequency", "amount"),
    [
        ('which = "deposits"', [1, 3], [3.5, 15.0]),
        ('which = "withdrawals"', [1], [1.25]),
    ],
)
def test_one_direction_alone_is_told_by_the_sign(tmp_path, keys, frequency, amount):
    rows = [*ROWS, ("a", "2024-06-30", -1)]
    found = measured(write_bank(tmp_path, rows, keys))
    assert (found["frequency"].to_list(), found["amount"].to_list()) == (frequency, amount)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("which", "amount", "customers"),
    [("both", 10.0 - 4 - 1, 1), ("deposits", 10.0, 1), ("withdrawals", 5.0, 1)],
)
def test_one_direction_alone_is_told_by_a_column(tmp_path, which, amount, customers):
    rows = [
        ("x", "2024-01-01", 10, "C"),
        ("x", "2024-02-01", 4, "D"),
        ("x", "2024-02-01", 1, "D"),
        ("x", "2024-06-30", 1, "C"),
        ("x", "2024-06-30", 1, "D"),
    ]
    keys = f'direction = "kind"\ndeposit = "C"\nwithdrawal = "D"\nwhich = "{which}"'
    found = measured(write_bank(tmp_path, rows, keys, header="client,day,value,kind"))
    assert found["amount"].to_list() == [amount]


@pytest.mark.slow
def test_a_row_can_stand_for_several_transactions(tmp_path):
    rows = [
        ("x", "2024-01-01", 10, 3),
        ("x", "2024-02-01", 5, 2),
        ("x", "2024-02-02", 7, 0),
        ("x", "2024-06-30", 1, 1),
        ("y", "2024-01-01", 1, 1),
        ("y", "2024-06-30", 1, 5),
    ]
    measures = '[transactions.measures]\namount = "mean_per_transaction"\n'
    study = write_bank(
        tmp_path, rows, 'count = "n"', measures + "[transactions.churned]\nfewer_than = 2",
        header="client,day,value,n",
    )  # fmt: skip
    found = measured(study)
    assert found["frequency"].to_list() == [5, 1]
    assert found["amount"].to_list() == [3.0, 1.0]
    assert found["status"].to_list() == ["left", "active"]
    assert account(study)["no number of transactions, or 0"] == (1, 1, "x")


@pytest.mark.slow
def test_lengths_before_a_reference_date_are_the_same_windows(tmp_path):
    windows = 'reference = "2024-07-01"\noutcome = "2 months"\ngap = "1 month"'
    dated = measured(write_bank(tmp_path, ROWS))
    other = write_bank(tmp_path, ROWS, windows=f'{windows}\nobservation = "3 months"')
    pd.testing.assert_frame_equal(measured(other, overwrite=True), dated)


@pytest.mark.slow
def test_customers_are_joined_and_a_closing_date_can_decide(tmp_path):
    (tmp_path / "people.csv").write_text(
        "client;sex;age;closed\n"
        "a;f;31,5;2024-05-01\n"
        "b;m;;\n"
        "d;f;40;\n"  # no transaction at all
        "early;m;50;2024-04-30\n",
        encoding="utf-8",
    )
    rows = [*ROWS, ("early", "2024-01-05", 1), ("stranger", "2024-01-05", 1)]
    study = write_bank(
        tmp_path, rows,
        predictors='gender = { column = "sex", levels = ["f", "m"] }\nage = {}',
        tables='[transactions.churned]\nclosing_date = "closed"\n[transactions.customers]\n'
        'file = "people.csv"\nseparator = ";"\ndecimal = ","\nid = "client"\n'
        'columns = ["sex", "age"]',
    )  # fmt: skip
    found = measured(study)
    assert found["sex"].to_dict() == {"a": "f", "b": "m"}
    assert found["age"].fillna(-1).to_dict() == {"a": 31.5, "b": -1}
    assert found["status"].to_dict() == {"a": "left", "b": "active"}
    lines = account(study)
    assert lines["not in the customers' table"] == (2, 2, "c, stranger")
    assert lines["the customer closed before the outcome window"] == (1, 1, "early")
    assert lines["customers without a transaction in the observation window"] == (0, 1, "d")


@pytest.mark.slow
def test_the_customers_that_are_written_can_be_analysed(tmp_path, capsys):
    frame = ledger(400)
    study = write_bank(tmp_path, frame.itertuples(index=False))
    assert main(["features", "--study", str(study)]) == 0
    printed = capsys.readouterr().out
    assert "400 customers" in printed and "The customers are in" in printed
    loaded = load_study(study)
    samples = split_samples(loaded, load_customers(loaded))
    assert len(samples.complete) == 400
    assert "frequency" in forward_lr(loaded, samples.build).terms


@pytest.mark.slow
def test_customers_who_were_not_measured_yet_are_said_to_be(tmp_path):
    study = write_bank(tmp_path, ENOUGH)
    with pytest.raises(StudyError) as caught:
        load_customers(load_study(study))
    assert str(caught.value) == (
        f"{tmp_path / 'customers.parquet'}: these customers were not measured yet. Run `python -m "
        f"erfm features --study {study}` first."
    )


@pytest.mark.parametrize("file", ["customers.parquet", "customers.csv"])
def test_the_same_files_are_written_each_time_and_never_over_others_unasked(tmp_path, file, capsys):
    rows = list(ledger(50).itertuples(index=False))
    study = write_bank(tmp_path, rows, file=file)
    assert main(["features", "--study", str(study)]) == 0
    names = [file, "customers_codebook.csv", "customers_left_out.csv"]
    first = {name: (tmp_path / name).read_bytes() for name in names}
    assert main(["features", "--study", str(study)]) == 1
    assert "there is such a file already" in capsys.readouterr().err
    rng = np.random.default_rng(5)
    shuffled = [rows[i] for i in rng.permutation(len(rows))]
    write_bank(tmp_path, shuffled, file=file)
    assert main(["features", "--study", str(study), "--overwrite"]) == 0
    assert {name: (tmp_path / name).read_bytes() for name in names} == first
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*names, "bank.toml", "ledger.csv"])


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="Windows has other signals")
def test_an_interruption_ends_a_long_query_at_once(tmp_path, heeds_interruption):
    backend, asked = tables.engine(tmp_path), threading.Event()
    endless = "SELECT sum(range) FROM range(1_000_000_000_000)"

    def work() -> None:
        asked.set()
        backend.con.execute(endless)

    def interrupt() -> None:
        asked.wait()
        time.sleep(0.3)  # until the query runs
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        tables.awaited(backend, work)
    assert backend.con.execute("SELECT 1").fetchall() == [(1,)]


def test_an_interruption_leaves_nothing_half_written(tmp_path, capsys, monkeypatch):
    study = write_bank(tmp_path, ENOUGH)
    (tmp_path / "customers.parquet").write_bytes(b"mine")
    whole = tables.batches

    def interrupted(*arguments):
        yield from whole(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(tables, "batches", interrupted)
    assert main(["features", "--study", str(study), "--overwrite"]) == 130
    assert capsys.readouterr().err.splitlines()[-1] == "interrupted"
    assert (tmp_path / "customers.parquet").read_bytes() == b"mine"
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["bank.toml", "customers.parquet", "ledger.csv"]


@pytest.mark.slow
def test_amounts_are_added_exactly_whatever_the_order(tmp_path):
    values = ["0.1"] * 10 + ["100000000.01", "-100000000.01", "0.000001"]
    for order in (values, values[::-1]):
        rows = [*ENOUGH[2:], *(("x", "2024-02-01", value) for value in order)]
        rows += [("x", "2024-01-01", 0)]
        found = measured(write_bank(tmp_path, rows), overwrite=True)
        assert found["amount"].to_list() == [1.000001]


def test_the_codebook_says_what_each_column_means_in_dates(tmp_path):
    features_file(write_bank(tmp_path, ROWS))
    book = pd.read_csv(tmp_path / "customers_codebook.csv", dtype="str").set_index("column")
    assert list(book.index) == ["customer", "recency", "frequency", "amount", "status"]
    assert "to 2024-04-01, the first day after it" in book.loc["recency", "meaning"]
    assert (
        book.loc["frequency", "meaning"]
        == "number of transactions from 2024-01-01 to 2024-03-31, both included"
    )
    assert (
        book.loc["status", "meaning"]
        == "'left' if no transaction from 2024-05-01 to 2024-06-30, else 'active'"
    )
    assert book.loc["customer", ["minimum", "maximum"]].isna().all()
    assert book.loc["recency", ["unit", "minimum", "maximum"]].to_list() == ["days", "1", "32"]


# --- What is left out -----------------------------------------------------------------------------


@pytest.mark.slow
def test_every_row_is_used_or_left_out_for_one_reason(tmp_path):
    rows = [
        *((*row, "EUR", i) for i, row in enumerate(ROWS)),
        ("b", "2024-03-31", 2.5, "EUR", 3),  # the identifier of another row
        ("", "2024-02-01", 1, "EUR", 100),
        ("NA", "2024-02-01", 1, "EUR", 101),
        ("a", "", 1, "EUR", 102),
        ("a", "2024-02-30", 1, "EUR", 103),
        ("a", "soon", 1, "EUR", 104),
        ("a", "2024-02-01", "", "EUR", 105),
        ("a", "2024-02-01", 1, "USD", 106),
        ("a", "2024-02-01", 1, "", 107),
        ("a", "2099-12-31", 1, "EUR", 108),
    ]
    keys = 'id = "number"\ncurrency = "EUR"\ncurrency_column = "money"'
    study = write_bank(tmp_path, rows, keys, header="client,day,value,money,number")
    found = measured(study)
    lines = account(study)
    assert lines == {
        "all rows": (21, 3, ""),
        "in the observation window, 2024-01-01 to 2024-03-31: for predictors": (5, 2, ""),
        "in the outcome window, 2024-05-01 to 2024-06-30: for the outcome alone": (2, 1, ""),
        "no customer": (2, 0, ""),
        "the same as another row": (1, 1, "b"),
        "a day that is not written as YYYY-MM-DD": (2, 1, "'2024-02-30' (customer a)"),
        "no day": (1, 1, "a"),
        "before the observation window (2024-01-01)": (1, 1, "b"),
        "in the gap (2024-04-01 to 2024-04-30)": (1, 1, "b"),
        "after the outcome window (2024-06-30)": (2, 1, "a"),
        "not in EUR": (2, 1, "a"),
        "no amount": (1, 1, "a"),
        "customers without a transaction in the observation window": (1, 1, "c"),
    }
    assert found["frequency"].to_dict() == {"a": 2, "b": 3}


@pytest.mark.slow
@given(st.data())
@settings(max_examples=20)
def test_the_rows_read_are_those_used_and_those_left_out(tmp_path_factory, data):
    days = st.dates(date(2023, 11, 1), date(2024, 8, 1)).map(str) | st.sampled_from(["", "?"])
    row = st.tuples(st.sampled_from(["a", "b", "c", ""]), days, st.sampled_from(["1", "2.5", ""]))
    rows = data.draw(st.lists(row, max_size=40))
    keys = data.draw(st.sampled_from(["", 'duplicates = "drop"', 'which = "deposits"']))
    study = write_bank(tmp_path_factory.mktemp("bank"), [*ENOUGH, *rows], keys)
    features_file(study)
    table = pd.read_csv(study.with_name("customers_left_out.csv"))
    by_use = table.groupby("use")["transactions"].sum()
    assert by_use["read"] == len(rows) + len(ENOUGH) == by_use["used"] + by_use.get("left out", 0)


@pytest.mark.slow
def test_rows_alike_are_dropped_only_if_that_is_asked_for(tmp_path):
    rows = [*ENOUGH, ENOUGH[0], ENOUGH[0]]
    study = write_bank(tmp_path, rows)
    assert measured(study)["frequency"].to_list() == [4]
    assert "the same as another row" not in account(study)
    study = write_bank(tmp_path, rows, 'duplicates = "drop"')
    assert measured(study, overwrite=True)["frequency"].to_list() == [2]
    assert account(study)["the same as another row"] == (2, 1, "x")


def test_rows_that_differ_in_a_column_of_no_interest_are_not_alike(tmp_path):
    rows = [(*row, i) for i, row in enumerate([*ENOUGH, ENOUGH[0]])]
    study = write_bank(tmp_path, rows, 'duplicates = "drop"', header="client,day,value,shop")
    assert measured(study)["frequency"].to_list() == [3]


# --- Nothing dated after the observation window reaches a predictor ------------------------------


MEASURES = [
    {},
    {"frequency": "active_days", "length": "days", "amount": "mean_per_transaction"},
    {"frequency": "active_months", "recency": "months", "amount": "mean_per_month"},
]


@pytest.fixture(scope="module")
def predictors(tmp_path_factory):
    """Return a function: the predictors that the engine measures from a frame of transactions."""
    folder = tmp_path_factory.mktemp("bank")
    study = load_study(write_bank(folder, ENOUGH))
    keys, backend = load_transactions(study).keys, tables.engine(folder)

    def measure(rows: pd.DataFrame, measures: dict[str, str]) -> pd.DataFrame:
        asked = keys.model_copy(update={"measures": MeasuresTable(**measures)})
        table = pa.Table.from_pandas(rows, preserve_index=False)
        source = Source(backend, ibis.memtable(table), "rows", "[transactions]", Format(), {})
        found = measured_histories(histories(placed_rows(source, asked), asked), asked)
        columns = ["customer", "recency", "frequency", "amount", *measures.keys() & {"length"}]
        seen = found.filter(found.frequency > 0).order_by("customer").select(columns)
        return tables.aggregates(seen)

    yield measure
    backend.disconnect()


LAST = date(2024, 3, 31)
LATER = st.tuples(
    st.integers(1, 14),
    st.dates(LAST + timedelta(days=1), date(2030, 1, 1)),
    st.integers(-(10**6), 10**6).map(lambda cents: cents / 100),
)


@pytest.mark.slow
@given(
    seed=st.integers(0, 5),
    share=st.floats(0, 1),
    others=st.lists(LATER, max_size=20),
    measures=st.sampled_from(MEASURES),
)
@settings(max_examples=40)
def test_nothing_later_reaches_a_predictor(predictors, seed, share, others, measures):
    """What is dated after the window is moved, changed, deleted, given to others, multiplied."""
    frame = ledger(12, seed)
    before, after = frame[frame["day"] <= LAST], frame[frame["day"] > LAST]
    moved = pd.DataFrame(others, columns=frame.columns)
    changed = [before, after.sample(frac=share, random_state=1), moved]
    shuffled = pd.concat([part for part in changed if len(part)]).sample(frac=1, random_state=2)
    found = [predictors(rows, measures) for rows in (frame, shuffled)]
    assert len(found[0]) == 12
    pd.testing.assert_frame_equal(*found, check_exact=True)


@pytest.mark.slow
def test_nothing_later_reaches_the_file_that_is_written(tmp_path):
    frame = ledger(30)
    later = frame["day"] > LAST
    changed = frame.assign(
        client=frame["client"].where(~later, frame["client"].sample(frac=1, random_state=1).values),
        value=frame["value"].where(~later, 77.0),
    )
    found = []
    for rows in (frame, changed):
        study = write_bank(tmp_path, rows.itertuples(index=False))
        found.append(measured(study, overwrite=True))
    assert (found[0]["status"] != found[1]["status"]).any()
    pd.testing.assert_frame_equal(*(table.drop(columns="status") for table in found))


# --- Real transactions ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory) -> pd.DataFrame:
    """CDNOW's customers, measured: the calibration period of the literature, to 1997-09-30."""
    folder = tmp_path_factory.mktemp("cdnow")
    (folder / "CDNOW_master.txt").symlink_to(CDNOW)
    active_days = CDNOW_STUDY + 'frequency = "active_days"\n'
    (folder / "cdnow.toml").write_text(active_days, encoding="utf-8")
    return measured(folder / "cdnow.toml")


@needs_cdnow
@pytest.mark.slow
def test_cdnow_s_customers_are_what_pandas_makes_of_them(cdnow):
    rows = pd.read_csv(CDNOW, sep=r"\s+", dtype={"customer_id": str, "date": str})
    rows["date"] = pd.to_datetime(rows["date"], format="%Y%m%d")
    seen = rows[rows["date"] <= "1997-09-30"].groupby("customer_id")
    later = rows[rows["date"] > "1997-09-30"].groupby("customer_id").size()
    expected = pd.DataFrame(
        {
            "recency": (pd.Timestamp("1997-10-01") - seen["date"].max()).dt.days,
            "frequency": seen["date"].nunique(),
            "amount": seen["dollar_value"].sum().round(6),
            "length": (pd.Timestamp("1997-10-01") - seen["date"].min()).dt.days,
        }
    ).rename_axis("customer")
    expected["status"] = np.where(expected.index.isin(later.index), "active", "left")
    expected["status"] = expected["status"].astype("str")
    assert len(cdnow) == 23_570
    pd.testing.assert_frame_equal(cdnow, expected, check_dtype=False, check_exact=True)


@pytest.fixture(scope="module")
def by_lifetimes(cdnow) -> pd.DataFrame:
    """What Lifetimes calls frequency, recency and T, from the customers that were measured.

    Its frequency leaves the first day out; its recency counts forward from the first purchase to
    the last, and T to the window's last day; both in weeks.
    """
    who = pd.read_csv(EXPECTED / "cdnow_lifetimes.csv", dtype={"customer": "str"})
    found = cdnow.loc[who["customer"]].reset_index()
    return pd.DataFrame(
        {
            "ID": who["ID"],
            "customer": who["customer"],
            "frequency": found["frequency"] - 1,
            "recency": ((found["length"] - found["recency"]) / 7).round(2),
            "T": ((found["length"] - 1) / 7).round(2),
        }
    )


@needs_cdnow
def test_cdnow_s_customers_are_those_that_lifetimes_publishes(by_lifetimes):
    expected = pd.read_csv(EXPECTED / "cdnow_lifetimes.csv", dtype={"customer": "str"}).dropna()
    found = by_lifetimes[by_lifetimes["ID"].isin(expected["ID"])]
    assert len(found) == 59
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, check_exact=True)


@needs_cdnow
def test_sums_and_digest_of_all_customers_are_those_that_lifetimes_publishes(by_lifetimes):
    expected = pd.read_csv(EXPECTED / "cdnow_lifetimes_all.csv", index_col="of")["all"]
    for name in ("frequency", "recency", "T"):
        assert by_lifetimes[name].sum() == pytest.approx(float(expected[name]), abs=1e-6)
    assert len(by_lifetimes) == int(expected["customers"])
    assert SCRIPT["digest"](by_lifetimes) == expected["sha256"]


@needs_cdnow
@pytest.mark.skipif(HERE is None, reason=f"{DATASETS} names no folder of Lifetimes' data sets")
def test_every_customer_is_as_the_file_of_lifetimes_has_it(by_lifetimes):
    expected = SCRIPT["published"](HERE)
    columns = ["customer", "frequency", "recency", "T"]
    pd.testing.assert_frame_equal(
        by_lifetimes.set_index("ID")[columns],
        expected.set_index("ID")[columns],
        check_dtype=False,
        check_exact=True,
    )

"""The same expressions on DuckDB, on Spark and on PostgreSQL: equal features of equal customers.

``make test-engines`` brings pyspark and psycopg; Java and PostgreSQL's server are the system's.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from banks import CDNOW, CDNOW_STUDY, WITHOUT_CDNOW, ledger, write_bank
from benchmark_large import write_customers
from on_spark import features_in

from erfm import (
    classification_table,
    coefficient_table,
    descriptive_statistics,
    final_equation,
    fit_logistic,
    forward_lr,
    frequency_table,
    hosmer_lemeshow,
    load_customers,
    load_study,
    path_table,
    predict,
    roc,
    split_samples,
    standardised_coefficients,
)
from erfm.customers import tables
from erfm.report.cli import main
from erfm.study import Format, StudyError
from erfm.transactions.measuring import features_file
from erfm.transactions.source import read_file, without_secrets

pytestmark = pytest.mark.slow
USER, SERVERS = "bank", sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]


@dataclass(frozen=True)
class Postgres:
    """A server that a test has started, and the password of its one user."""

    url: str
    password: str


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server in a temporary folder, reached by a password."""
    pytest.importorskip("psycopg", reason="psycopg is not here: make test-engines")
    found = shutil.which("initdb") or next((str(b / "initdb") for b in SERVERS), "")
    if not found:
        pytest.skip("PostgreSQL's server is not here (Debian: postgresql)")
    # Not among pytest's own folders: it closes them to other users whenever it starts.
    made = tempfile.TemporaryDirectory(prefix="postgres-")
    folder = Path(made.name)
    as_user: list[str] = []
    if os.getuid() == 0:  # the server refuses to run as root
        if not shutil.which("runuser"):
            pytest.skip("PostgreSQL's server cannot run as root, and runuser is not here")
        as_user = ["runuser", "-u", "postgres", "--"]
        folder.chmod(0o755)
        shutil.chown(folder, "postgres")
    password = secrets.token_hex(8)
    (folder / "password").write_text(password, encoding="utf-8")
    (folder / "password").chmod(0o644)

    def run(program: str, *arguments: str) -> None:
        command = [*as_user, str(Path(found).with_name(program)), "-D", str(folder / "data")]
        with (folder / "log.txt").open("ab") as log:
            subprocess.run([*command, *arguments], check=True, stdout=log, stderr=log, cwd=folder)

    run(
        "initdb", "-U", USER, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C",
        "--pwfile", str(folder / "password"),
    )  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-k {folder} -p {port} -c listen_addresses=127.0.0.1 -c fsync=off"
    run("pg_ctl", "-w", "-o", options, "start")
    try:
        yield Postgres(f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres", password)
    finally:
        run("pg_ctl", "-w", "-m", "immediate", "stop")
        made.cleanup()


def typed_ledger() -> pa.Table:
    """Return transactions as a bank's engine has them: typed, and with all that may go wrong."""
    frame = ledger(80)
    frame["kind"] = (frame["value"] > 0).map({True: "C", False: "D"})
    frame["n"] = frame["client"] % 3 + 1
    frame["number"] = range(len(frame))
    frame["money"] = "EUR"
    frame = pd.concat([frame, frame.head(5)])
    table = pa.Table.from_pandas(frame, preserve_index=False)
    odd = {
        "client": [None, 3, 3, 3],
        "day": [frame["day"].iloc[0], None, frame["day"].iloc[0], frame["day"].iloc[0]],
        "value": [1.0, 1.0, None, 5.0],
        "kind": ["C"] * 4,
        "n": [1] * 4,
        "number": [-1, -2, -3, -4],
        "money": ["EUR", "EUR", "EUR", "USD"],
    }
    return pa.concat_tables([table, pa.table(odd, schema=table.schema)])


def typed_cdnow(folder: Path) -> pa.Table:
    """Return CDNOW's transactions, typed."""
    backend = tables.engine(folder)
    rows = read_file(backend, CDNOW, Format(separator=" "), "[transactions]", folder).table
    frame = tables.aggregates(rows)
    backend.disconnect()
    return pa.table(
        {
            "customer_id": frame["customer_id"],
            "date": pd.to_datetime(frame["date"], format="%Y%m%d").dt.date,
            "dollar_value": frame["dollar_value"].astype(float),
        }
    )


KEYS = {
    "plain": ("", ""),
    "copies": ('id = "number"\ncount = "n"\ncurrency = "EUR"\ncurrency_column = "money"', ""),
    "alike": (
        'duplicates = "drop"\ndirection = "kind"\ndeposit = "C"\nwithdrawal = "D"',
        '[transactions.measures]\nfrequency = "active_days"\nlength = "months"\n'
        'amount = "mean_per_month"',
    ),
    "withdrawals": (
        'which = "withdrawals"',
        '[transactions.measures]\nfrequency = "active_months"\nrecency = "months"\n'
        'amount = "mean_per_transaction"',
    ),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A folder with a study of each kind, and its transactions as Parquet."""
    folder = tmp_path_factory.mktemp("engines")
    for kind, (keys, measures) in KEYS.items():
        write_bank(folder, [], keys, measures).rename(folder / f"{kind}.toml")
        pq.write_table(typed_ledger(), folder / f"{kind}.parquet")
    if CDNOW:
        (folder / "cdnow.toml").write_text(CDNOW_STUDY, encoding="utf-8")
        pq.write_table(typed_cdnow(folder), folder / "cdnow.parquet")
    return folder


@pytest.fixture(scope="module")
def spark(folder) -> Path:
    """The folder after Spark has measured all that is in it."""
    pytest.importorskip("pyspark", reason="pyspark is not here: make test-engines")
    if not shutil.which("java"):
        pytest.skip("Java is not here, which Spark needs")
    script = [sys.executable, str(Path(__file__).with_name("on_spark.py")), str(folder)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ended = subprocess.run(script, capture_output=True, text=True, env=environment)
    assert ended.returncode == 0, ended.stderr
    return folder


@pytest.fixture(scope="module")
def bank(postgres, folder) -> Iterator[Any]:
    """The server, with all tables of the folder, as a backend of Ibis."""
    backend = ibis.connect(postgres.url)
    for path in folder.glob("*.parquet"):
        if ".spark" not in path.name:
            backend.create_table(path.stem, obj=ibis.memtable(pq.read_table(path)))
    yield backend
    backend.disconnect()


def assert_same(one: tuple[pa.Table, pa.Table], two: tuple[pa.Table, pa.Table]) -> None:
    """Assert that two engines measure the same: of each customer, to the last digit."""
    for tables_ in zip(one, two, strict=True):
        if not any(map(len, tables_)):
            continue
        by = tables_[0].column_names[0]
        frames = [t.to_pandas().sort_values(by, ignore_index=True) for t in tables_]
        pd.testing.assert_frame_equal(*frames, check_exact=True, check_dtype=False)


def in_duckdb(folder: Path, kind: str) -> tuple[pa.Table, pa.Table]:
    """Return what the embedded engine measures."""
    backend = tables.engine(folder)
    backend.read_parquet(folder / f"{kind}.parquet", table_name=kind)
    found = features_in(backend, kind, folder / f"{kind}.toml")
    backend.disconnect()
    assert len(found[0]) == CUSTOMERS.get(kind, 81)
    return found


KINDS = [
    *KEYS,
    pytest.param("cdnow", marks=pytest.mark.skipif(CDNOW is None, reason=WITHOUT_CDNOW)),
]
CUSTOMERS = {"cdnow": 23_570}


@pytest.mark.parametrize("kind", KINDS)
def test_spark_measures_the_same(spark, kind):
    measured, aside = (pq.read_table(spark / f"{kind}{e}.spark.parquet") for e in ("", ".aside"))
    assert_same(in_duckdb(spark, kind), (measured, aside))


@pytest.mark.parametrize("kind", KINDS)
def test_postgresql_measures_the_same(bank, folder, kind):
    assert_same(in_duckdb(folder, kind), features_in(bank, kind, folder / f"{kind}.toml"))


# --- Databases that a study file names ------------------------------------------------------------

IN_A_DATABASE = 'url = "BANK_URL"\ntable = "ledger"'
PEOPLE = '[transactions.customers]\ntable = "people"\nid = "client"\ncolumns = ["gender"]\n'


def in_files(folder: Path) -> Path:
    """Write the ledger and its customers as files, and return the study of them."""
    study = write_bank(
        folder, [], source='file = "ledger.parquet"',
        tables=PEOPLE.replace('table = "people"', 'file = "people.parquet"'),
    )  # fmt: skip
    pq.write_table(typed_ledger(), folder / "ledger.parquet")
    pq.write_table(people(), folder / "people.parquet")
    return study


def people() -> pa.Table:
    return pa.table({"client": range(1, 71), "gender": ["f", "m"] * 35})


def written(study: Path) -> dict[str, bytes]:
    """Return the files that `features_file` writes."""
    features_file(study)
    return {
        path.name: path.read_bytes()
        for path in study.parent.iterdir()
        if path.name.startswith("customers")
    }


@pytest.fixture(scope="module")
def filled(postgres) -> Postgres:
    """The server with a ledger and its customers."""
    backend = ibis.connect(postgres.url)
    for name, table in (("ledger", typed_ledger()), ("people", people())):
        backend.create_table(name, obj=ibis.memtable(table))
    backend.disconnect()
    return postgres


@pytest.fixture
def postgres_ledger(filled, monkeypatch) -> Postgres:
    """The server with a ledger and its customers, and its URL in the environment."""
    monkeypatch.setenv("BANK_URL", filled.url)
    return filled


def test_postgresql_gives_the_same_files_as_files_do(postgres_ledger, tmp_path, capsys):
    study = write_bank(tmp_path / "database", [], source=IN_A_DATABASE, tables=PEOPLE)
    expected = written(in_files(tmp_path / "files"))
    assert main(["features", "--study", str(study)]) == 0
    found = {p.name: p.read_bytes() for p in study.parent.iterdir() if p.stem[:9] == "customers"}
    assert found == expected and len(found) == 3
    printed = "".join(capsys.readouterr())
    for text in (printed, *(content.decode("latin-1") for content in found.values())):
        assert postgres_ledger.password not in text and "127.0.0.1" not in text


def test_a_duckdb_file_gives_the_same_files_as_files_do(tmp_path, monkeypatch):
    expected = written(in_files(tmp_path / "files"))
    database = ibis.duckdb.connect(tmp_path / "bank.duckdb")
    database.create_table("ledger", obj=ibis.memtable(typed_ledger()))
    database.create_table("people", obj=ibis.memtable(people()))
    database.disconnect()
    monkeypatch.setenv("BANK_URL", f"duckdb://{tmp_path / 'bank.duckdb'}")
    study = write_bank(tmp_path / "database", [], source=IN_A_DATABASE, tables=PEOPLE)
    assert written(study) == expected


def told(study: Path, capsys) -> str:
    """Return the one line that the command tells; everything that it has printed."""
    assert main(["features", "--study", str(study)]) == 1
    printed = capsys.readouterr()
    return (printed.out + printed.err).replace(f"{study}: ", "")


def test_a_variable_that_is_not_set(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("BANK_URL", raising=False)
    study = write_bank(tmp_path, [], source=IN_A_DATABASE)
    assert told(study, capsys) == (
        "error: the variable $BANK_URL, which 'url' in [transactions] names, is not set. Set it to "
        "the database's URL, e.g. postgresql://user:password@host/bank.\n"
    )


def test_a_database_that_is_not_there(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BANK_URL", f"duckdb://{tmp_path / 'no.duckdb'}")
    found = told(write_bank(tmp_path, [], source=IN_A_DATABASE), capsys)
    assert found.startswith("error: the database of $BANK_URL cannot be opened (IO Error: ")
    assert found.endswith("). Check the variable.\n")


def test_a_wrong_password_is_told_and_not_quoted(postgres, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BANK_URL", postgres.url.replace(postgres.password, "hunter2"))
    found = told(write_bank(tmp_path, [], source=IN_A_DATABASE), capsys)
    assert found.startswith("error: the database of $BANK_URL cannot be opened (")
    assert "password authentication failed" in found and "hunter2" not in found


@pytest.mark.parametrize(
    ("url", "text", "expected"),
    [
        ("postgresql://me:s%40crt@h/b", "no: s@crt and s%40crt", "no: … and …"),
        ("postgresql://h/b?password=hidden", "invalid password=hidden", "invalid …"),
        ("postgresql://me:pw@[h/b", "bad postgresql://me:pw@[h/b", "bad …"),
    ],
)
def test_no_secret_of_a_url_is_quoted(url, text, expected):
    assert without_secrets(text, url) == expected


def test_a_table_that_is_not_there(postgres_ledger, tmp_path, capsys):
    source = IN_A_DATABASE.replace('"ledger"', '"leger"')
    assert told(write_bank(tmp_path, [], source=source), capsys) == (
        "error: the database of $BANK_URL: there is no table 'leger', which [transactions] names. "
        "Did you mean 'ledger'?\n"
    )


def test_text_in_a_database_is_left_to_the_database(postgres_ledger, tmp_path):
    study = write_bank(tmp_path, [], source=IN_A_DATABASE)
    text = study.read_text(encoding="utf-8").replace('date = "day"', 'date = "kind"')
    study.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as error:
        features_file(study)
    assert str(error.value) == (
        "table 'ledger', column 'kind': text where a day (DATE or TIMESTAMP) is expected. Let the "
        "database convert it, in a view, and name the view."
    )


# --- Fits -----------------------------------------------------------------------------------------


def close(found: dict, expected: pd.DataFrame) -> None:
    table = pd.DataFrame(found["data"], index=found["index"], columns=found["columns"])
    pd.testing.assert_frame_equal(
        table.astype(float), expected.astype(float), rtol=1e-8, atol=1e-8, check_names=False,
        check_index_type=False,
    )  # fmt: skip


def test_a_million_customers_are_fitted_on_spark_as_in_memory(tmp_path):
    pytest.importorskip("pyspark", reason="pyspark is not here: make test-engines")
    if not shutil.which("java"):
        pytest.skip("Java is not here, which Spark needs")
    write_customers(tmp_path, 1_000_000)
    command = [
        sys.executable,
        str(Path(__file__).with_name("on_spark.py")),
        str(tmp_path),
        "--fits",
    ]
    subprocess.run(command, check=True, capture_output=True)
    found = json.loads((tmp_path / "fits.json").read_text(encoding="utf-8"))
    study = load_study(tmp_path / "study.toml")
    samples = split_samples(study, load_customers(study))
    selection = forward_lr(study, samples.build)
    full, final = fit_logistic(study, samples.build), final_equation(study, samples)
    close(found["descriptives"], descriptive_statistics(study, samples.complete))
    close(found["frequencies"], frequency_table(samples.complete["gender"]))
    close(found["full"], coefficient_table(full))
    close(found["final"], coefficient_table(final))
    path = path_table(selection).drop(columns=["action"]).set_index("term")
    close(found["path"], path)
    test = hosmer_lemeshow(full.outcome, full.probabilities)
    close(found["hosmer_lemeshow"], test.table)
    outcome = samples.holdout["retained"].to_numpy()
    probability = predict(final, study, samples.holdout)
    close(found["classification"], classification_table(outcome, probability, 0.5))
    curve = roc(outcome, probability)
    names = ["auc", "standard_error", "lower", "upper"]
    area = pd.DataFrame([[getattr(curve, name) for name in names]], ["holdout"], names)
    close(found["area"], area)
    close(found["standardised"], standardised_coefficients(study, final, samples.build))

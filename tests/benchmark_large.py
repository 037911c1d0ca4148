"""Time and memory of what works on customers and transactions that do not fit in memory.

Run by ``make bench``. Files are generated into a folder of their own and removed; every measurement
is a process of its own, whose peak memory is that of the whole process. With numbers of customers
and of transactions (``python tests/benchmark_large.py 1e8 1e7``) as many are measured instead.

Spark is measured where Java and the package pyspark are (``make test-engines`` puts it beside).
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

CUSTOMERS = 10_000_000
AT_A_TIME = 1_000_000
MOST_GIGABYTE_MINUTES = 4.0
STUDY = """
title = "Customers made up for a benchmark"
simulated = true
data = { file = "customers.parquet", id = "customer" }
outcome = { column = "status", retained = "active", churned = "left" }
sample = { holdout_size = 0.4, seed = 1 }
[predictors]
recency = { label = "Recency", unit = "days" }
amount = { label = "Amount" }
frequency = { label = "Frequency" }
has_child = { label = "Has_Child" }
gender = { label = "Gender", levels = ["female", "male"] }
age = { label = "Age", unit = "years" }
"""


def write_customers(folder: Path, n: int) -> None:
    """Write `n` simulated customers, of whom four predictors say something, and their study."""
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    writer = None
    for first in range(0, n, AT_A_TIME):
        rng = np.random.default_rng([2012, first])
        size = min(AT_A_TIME, n - first)
        recency = rng.gamma(2, 40, size)
        frequency = 2.0 + rng.poisson(rng.gamma(1.5, 6, size))
        age, male = rng.normal(40, 11, size), rng.random(size) < 0.7
        logit = 0.8 + 0.06 * frequency - 0.012 * recency - 0.02 * age - 0.5 * male
        retained = rng.random(size) < 1 / (1 + np.exp(-logit))
        table = pa.table(
            {
                "customer": np.arange(first, first + size),
                "recency": recency,
                "amount": rng.lognormal(7, 1, size),
                "frequency": frequency,
                "has_child": rng.poisson(0.9, size).astype(float),
                "gender": np.where(male, "male", "female"),
                "age": age,
                "status": np.where(retained, "active", "left"),
            }
        )
        writer = writer or parquet.ParquetWriter(folder / "customers.parquet", table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


TRANSACTIONS = 100_000_000
FIRST_DAY, DAYS = np.datetime64("2023-01-01"), 540
MOST_SECONDS, MOST_GIGABYTES, MOST_OF_SQL = 120.0, 4.0, 1.2
PANDAS_HOLDS = 10_000_000
LEDGER = """
title = "Transactions made up for a benchmark"
simulated = true
data = { file = "measured.parquet", id = "customer" }
outcome = { column = "status", retained = "active", churned = "left" }
[predictors]
recency = { label = "Recency", unit = "days" }
frequency = { label = "Frequency" }
amount = { label = "Amount" }
[transactions]
file = "transactions.parquet"
customer = "customer"
date = "day"
amount = "amount"
[transactions.windows]
observation = ["2023-02-01", "2023-12-31"]
outcome = ["2024-02-01", "2024-06-15"]
"""
BY_HAND = """
COPY (
    SELECT customer,
        date_diff('day', max(day) FILTER (observed), DATE '2024-01-01') AS recency,
        count(*) FILTER (observed) AS frequency,
        sum(amount::DECIMAL(18, 6)) FILTER (observed)::DOUBLE AS amount,
        CASE WHEN count(*) FILTER (day BETWEEN '2024-02-01' AND '2024-06-15') < 1
            THEN 'left' ELSE 'active' END AS status,
        count(*) FILTER (day < '2023-02-01') AS before,
        count(*) FILTER (day BETWEEN '2024-01-01' AND '2024-01-31') AS gap,
        count(*) FILTER (day > '2024-06-15') AS after,
        count(*) FILTER (day IS NULL OR amount IS NULL) AS unusable
    FROM (SELECT *, day BETWEEN '2023-02-01' AND '2023-12-31' AS observed
          FROM read_parquet('{folder}/transactions.parquet'))
    GROUP BY customer HAVING frequency > 0 ORDER BY customer
) TO '{folder}/by_hand.parquet'
"""


def write_transactions(folder: Path, n: int) -> None:
    """Write `n` simulated transactions, a hundred of each customer, and their study."""
    (folder / "ledger.toml").write_text(LEDGER, encoding="utf-8")
    writer = None
    for first in range(0, n, AT_A_TIME):
        rng = np.random.default_rng([2013, first])
        size = min(AT_A_TIME, n - first)
        table = pa.table(
            {
                "customer": rng.integers(0, n // 100, size),
                "day": FIRST_DAY + rng.integers(0, DAYS, size),
                "amount": rng.lognormal(3, 1, size).round(2),
            }
        )
        writer = writer or parquet.ParquetWriter(folder / "transactions.parquet", table.schema)
        writer.write_table(table)
    if writer:
        writer.close()


# --- What is measured, each in a process of its own -----------------------------------------------


def fit(folder: Path) -> list[str]:
    """Check, split and write the design, then forward LR and the full model on all customers."""
    from erfm.customers.study_file import load_study
    from erfm.customers.tables import scratch_beside
    from erfm.large.customers import open_customers
    from erfm.large.design_file import write_design
    from erfm.large.steps import Equations

    study = load_study(folder / "study.toml")
    with scratch_beside(folder / "design") as scratch:
        build, _ = write_design(open_customers(study, scratch))
        equations = Equations(study, build)
        terms = equations.forward_lr().terms
        equations.fit_logistic()
    return sorted(terms)


def five_steps(folder: Path) -> list[str]:
    """All five steps, as page 12 shows them."""
    from erfm.customers.study_file import load_study
    from erfm.customers.tables import scratch_beside
    from erfm.large import steps, validation
    from erfm.large.customers import open_customers
    from erfm.large.design_file import write_design

    study = load_study(folder / "study.toml")
    with scratch_beside(folder / "design") as scratch:
        everyone = open_customers(study, scratch)
        build, holdout = write_design(everyone)
        steps.descriptive_statistics(everyone)
        equations = steps.Equations(study, build)
        full, terms = equations.fit_logistic(), equations.forward_lr().terms
        validation.hosmer_lemeshow(
            validation.score_design(full, build, everyone.local, "full"),
        )
        final = equations.fit_logistic(terms)
        scored = validation.score_design(final, holdout, everyone.local, "final")
        validation.roc(scored)
        validation.classification_tables(scored, [0.5])
        steps.standardised_coefficients(final, build)
    return sorted(terms)


def spark(folder: Path) -> list[str]:
    """One fit of Spark's generalised linear model on the same file, in local mode."""
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.regression import GeneralizedLinearRegression
    from pyspark.sql import SparkSession, functions

    session = (
        SparkSession.builder.master(f"local[{os.cpu_count()}]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .getOrCreate()
    )
    rows = session.read.parquet(str(folder / "customers.parquet"))
    rows = rows.withColumn("male", (functions.col("gender") == "male").cast("double"))
    rows = rows.withColumn("y", (functions.col("status") == "active").cast("double"))
    names = ["recency", "amount", "frequency", "has_child", "male", "age"]
    rows = VectorAssembler(inputCols=names, outputCol="x").transform(rows)
    model = GeneralizedLinearRegression(family="binomial", featuresCol="x", labelCol="y")
    return [str(b) for b in model.fit(rows).coefficients]


def features(folder: Path) -> list[str]:
    """Measure customers from transactions, with the account of what was left out."""
    from erfm.transactions.measuring import features_file

    return [str(features_file(folder / "ledger.toml", overwrite=True).customers)]


def by_hand(folder: Path) -> list[str]:
    """Do the same aggregation in DuckDB's own words, with the same memory."""
    import duckdb

    with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(folder)}) as engine:
        engine.execute(BY_HAND.format(folder=folder))
    return [str(parquet.read_metadata(folder / "by_hand.parquet").num_rows)]


def in_pandas(folder: Path) -> list[str]:
    """Do the same of the first transactions in pandas, which has to hold them."""
    import pandas as pd

    parts = parquet.ParquetFile(folder / "transactions.parquet").iter_batches(AT_A_TIME)
    held = [next(parts) for _ in range(PANDAS_HOLDS // AT_A_TIME)]
    rows = pa.Table.from_batches(held).to_pandas()
    day = pd.to_datetime(rows["day"])
    observed = rows[day.between("2023-02-01", "2023-12-31")].groupby("customer")
    table = observed.agg(last=("day", "max"), frequency=("day", "size"), amount=("amount", "sum"))
    later = rows[day.between("2024-02-01", "2024-06-15")].groupby("customer").size()
    table["later"] = later.reindex(table.index).fillna(0)
    return [str(len(table))]


MEASURED = {
    "fit": fit,
    "five_steps": five_steps,
    "spark": spark,
    "features": features,
    "by_hand": by_hand,
    "in_pandas": in_pandas,
}


STANDS_ON = dict.fromkeys(("fit", "five_steps"), "erfm.large.validation") | {
    "spark": "pyspark.ml.regression",
    "features": "erfm.transactions.measuring",
    "by_hand": "duckdb",
    "in_pandas": "pandas",
}


def measure(name: str, folder: Path) -> tuple[float, float]:
    """Run one of these in a process of its own; return its seconds and its peak in gigabytes."""
    command = [sys.executable, __file__, name, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return found["seconds"], found["gigabytes"]


def run(name: str, folder: Path) -> None:
    import_module(STANDS_ON[name])  # what every command waits for once is not measured
    start = time.perf_counter()
    result = MEASURED[name](folder)
    seconds = time.perf_counter() - start
    # The engine of Spark is a child of this process.
    peaks = [
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    print(json.dumps({"seconds": seconds, "gigabytes": max(peaks) / 2**20, "result": result}))


def told(name: str, seconds: float, gigabytes: float, note: str = "") -> None:
    print(f"{name:36} {seconds:8.1f} s {gigabytes:7.2f} GB  {note}", flush=True)


def compare_fits(folder: Path, n: int) -> list[str]:
    """Measure the fits of `n` customers and of a tenth of them; return the goals missed."""
    write_customers(folder, n)
    seconds, gigabytes = measure("fit", folder)
    cost, missed = seconds / 60 * gigabytes, []
    told(f"fits, {n:,} customers", seconds, gigabytes, f"{cost:.2f} GB-minutes")
    if n == CUSTOMERS and cost > MOST_GIGABYTE_MINUTES:
        missed.append("fits")
    told("the five steps", *measure("five_steps", folder))
    if find_spec("pyspark") and shutil.which("java"):
        other, memory = measure("spark", folder)
        told("one fit of Spark's", other, memory, f"{other / seconds:.1f} times as long")
        missed += ["Spark"] if other < seconds else []
    else:
        print("Spark is not measured: it needs Java and the package pyspark.")
    write_customers(folder, n // 10)
    tenth, gigabytes = measure("fit", folder)
    note = f"{seconds / tenth:.1f} times faster"
    told("fits, a tenth of the customers", tenth, gigabytes, note)
    return missed


def compare_features(folder: Path, n: int) -> list[str]:
    """Measure customers of `n` transactions by three ways; return the goals missed."""
    write_transactions(folder, n)
    by_hand, gigabytes = measure("by_hand", folder)
    told(f"SQL by hand, {n:,} transactions", by_hand, gigabytes)
    seconds, gigabytes = measure("features", folder)
    told("features", seconds, gigabytes, f"{seconds / by_hand:.2f} times as long")
    told(f"pandas, {PANDAS_HOLDS:,} of them", *measure("in_pandas", folder))
    large = n == TRANSACTIONS and (seconds > MOST_SECONDS or gigabytes > MOST_GIGABYTES)
    return ["features"] * (large or seconds > MOST_OF_SQL * by_hand)


def main(n: int, transactions: int) -> None:
    missed = []
    for compare, size in ((compare_fits, n), (compare_features, transactions)):
        with tempfile.TemporaryDirectory(prefix="erfm-bench-") as name:
            missed += compare(Path(name), size)
    if missed:
        sys.exit(f"A goal was missed: {', '.join(missed)}.")


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[1] in MEASURED:
        run(sys.argv[1], Path(sys.argv[2]))
    else:
        given = [int(float(number)) for number in sys.argv[1:]]
        main(*(given + [CUSTOMERS, TRANSACTIONS][len(given) :]))

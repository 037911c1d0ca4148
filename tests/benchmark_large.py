"""Time and memory of what works on customers and transactions that do not fit in memory.

Run by ``make bench``. Files are generated into a folder of their own and removed; every measurement
is a process of its own, whose peak memory is that of the whole process. With a number of customers
(``python tests/benchmark_large.py 1e8``) the fits are measured for as many instead.

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
            validation.score_design(full, build, everyone.backend, "full"),
        )
        final = equations.fit_logistic(terms)
        scored = validation.score_design(final, holdout, everyone.backend, "final")
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


MEASURED = {"fit": fit, "five_steps": five_steps, "spark": spark}


def measure(name: str, folder: Path) -> tuple[float, float]:
    """Run one of these in a process of its own; return its seconds and its peak in gigabytes."""
    command = [sys.executable, __file__, name, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    return found["seconds"], found["gigabytes"]


def run(name: str, folder: Path) -> None:
    start = time.perf_counter()
    result = MEASURED[name](folder)
    seconds = time.perf_counter() - start
    # The engine of Spark is a child of this process.
    peaks = [
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    print(json.dumps({"seconds": seconds, "gigabytes": max(peaks) / 2**20, "result": result}))


def main(n: int) -> None:
    failed = []

    def told(name: str, seconds: float, gigabytes: float, note: str = "") -> None:
        print(f"{name:34} {seconds:8.1f} s {gigabytes:7.2f} GB  {note}", flush=True)

    with tempfile.TemporaryDirectory(prefix="erfm-bench-") as name:
        folder = Path(name)
        write_customers(folder, n)
        seconds, gigabytes = measure("fit", folder)
        cost = seconds / 60 * gigabytes
        told(f"fits, {n:,} customers", seconds, gigabytes, f"{cost:.2f} GB-minutes")
        if n == CUSTOMERS and cost > MOST_GIGABYTE_MINUTES:
            failed.append("fits")
        told("the five steps", *measure("five_steps", folder))
        if find_spec("pyspark") and shutil.which("java"):
            other, memory = measure("spark", folder)
            told("one fit of Spark's", other, memory, f"{other / seconds:.1f} times as long")
            if other < seconds:
                failed.append("Spark")
        else:
            print("Spark is not measured: it needs Java and the package pyspark.")
        write_customers(folder, n // 10)
        tenth, gigabytes = measure("fit", folder)
        told(
            "fits, a tenth of the customers",
            tenth,
            gigabytes,
            f"{seconds / tenth:.1f} times faster",
        )
    if failed:
        sys.exit(f"A goal was missed: {', '.join(failed)}.")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        run(sys.argv[1], Path(sys.argv[2]))
    else:
        main(int(float(sys.argv[1])) if len(sys.argv) > 1 else CUSTOMERS)

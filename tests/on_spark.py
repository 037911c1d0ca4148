"""What Spark measures of the tables in a folder, in a process whose end closes py4j's sockets.

``python tests/on_spark.py FOLDER``: for each ``KIND.toml`` there, what it asks of
``KIND.parquet`` is written to ``KIND.spark.parquet``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from erfm.customers import tables
from erfm.customers.study_file import load_study
from erfm.study import Format
from erfm.transactions.features import histories, measured
from erfm.transactions.measuring import load_transactions
from erfm.transactions.rows import placed_rows
from erfm.transactions.source import Source

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "4",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
}


def features_in(backend: Any, name: str, study: Path) -> pa.Table:
    """Return what an engine measures from its table `name`."""
    keys = load_transactions(load_study(study)).keys
    source = Source(backend, backend.table(name), name, "[transactions]", Format(), {})
    asked = measured(histories(placed_rows(source, keys), keys), keys)
    return pa.Table.from_batches(list(tables.batches(backend, asked, 1_000)))


def main(folder: Path) -> None:
    """Measure every study of a folder in Spark's local mode."""
    # An optional extra, so that no test may seem to need it.
    builder = import_module("pyspark.sql").SparkSession.builder.master("local[2]")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    backend = ibis.pyspark.connect(session)
    for study in sorted(folder.glob("*.toml")):
        backend.read_parquet(str(study.with_suffix(".parquet")), table_name=study.stem)
        found = features_in(backend, study.stem, study)
        pq.write_table(found, study.with_suffix(".spark.parquet"))
    session.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

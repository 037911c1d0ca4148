"""What Spark measures of the tables in a folder, in a process whose end closes py4j's sockets.

``python tests/on_spark.py FOLDER``: for each ``KIND.toml`` there, what it asks of
``KIND.parquet`` is written to ``KIND.spark.parquet``, what is rare to ``KIND.aside.spark.parquet``.
With ``--fits`` after it, the folder's ``study.toml`` is fitted to the customers that it names, and
what the five steps give is written to ``fits.json``.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from erfm import coefficient_table, path_table
from erfm.customers import tables
from erfm.customers.study_file import load_study
from erfm.large import steps, validation
from erfm.large.customers import all_customers
from erfm.large.design_file import write_design
from erfm.study import Format
from erfm.transactions.features import aside, histories, measured
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


def features_in(backend: Any, name: str, study: Path) -> tuple[pa.Table, pa.Table]:
    """Return what an engine measures from its table `name`, and what of it is aside."""
    keys = load_transactions(load_study(study)).keys
    source = Source(backend, backend.table(name), name, "[transactions]", Format(), {})
    rows = placed_rows(source, keys)
    asked = measured(histories(rows, keys), keys), aside(rows)
    found = [[*tables.batches(backend, expression, 1_000)] for expression in asked]
    one, two = (pa.Table.from_batches(batches) if batches else pa.table({}) for batches in found)
    return one, two


def five_steps(backend: Any, folder: Path) -> dict[str, Any]:
    """Return what the five steps give of all customers of a folder's study, by an engine."""
    study = load_study(folder / "study.toml")
    table = backend.read_parquet(str(study.file))
    everyone = all_customers(study, backend, folder, table)
    build, holdout = write_design(everyone)
    equations = steps.Equations(study, build)
    selection = equations.forward_lr()
    full, final = equations.fit_logistic(), equations.fit_logistic(selection.terms)
    fit = validation.score_design(full, build, everyone.local, "full")
    scored = validation.score_design(final, holdout, everyone.local, "final")
    test, curve = validation.hosmer_lemeshow(fit), validation.roc(scored)
    area = {name: getattr(curve, name) for name in ("auc", "standard_error", "lower", "upper")}
    tables_of = {
        "descriptives": steps.descriptive_statistics(everyone),
        "frequencies": steps.frequency_table(everyone, "gender"),
        "full": coefficient_table(full),
        "final": coefficient_table(final),
        "path": path_table(selection).drop(columns=["action"]).set_index("term"),
        "hosmer_lemeshow": test.table,
        "classification": validation.classification_tables(scored, [0.5])[0.5],
        "area": pd.DataFrame(area, index=["holdout"]),
        "standardised": steps.standardised_coefficients(final, build),
    }
    return {name: table.to_dict("split") for name, table in tables_of.items()}


def main(folder: Path, fits: bool) -> None:
    """Measure every study of a folder in Spark's local mode, or fit the one that it has."""
    # An optional extra, so that no test may seem to need it.
    builder = import_module("pyspark.sql").SparkSession.builder.master("local[2]")
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    backend = ibis.pyspark.connect(session)
    if fits:
        found = json.dumps(five_steps(backend, folder))
        (folder / "fits.json").write_text(found, encoding="utf-8")
        return session.stop()
    for study in sorted(folder.glob("*.toml")):
        backend.read_parquet(str(study.with_suffix(".parquet")), table_name=study.stem)
        found = features_in(backend, study.stem, study)
        for table, suffix in zip(found, (".spark.parquet", ".aside.spark.parquet"), strict=True):
            pq.write_table(table, study.with_suffix(suffix))
    session.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), "--fits" in sys.argv)

"""Banks made for tests: transactions, customers, and the study file that names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from erfm.study import ROOT

CDNOW = next(
    (
        path
        for path in (
            ROOT / "data" / "external" / "CDNOW_master.txt",
            ROOT.parent / "shared" / "data" / "CDNOW_master.txt",
        )
        if path.is_file()
    ),
    None,
)
WITHOUT_CDNOW = "CDNOW_master.txt is not in data/external; data/README.md says how to get it"

STUDY = """
title = "A bank made for a test"
data = {{ file = "{file}", id = "customer" }}
outcome = {{ column = "status", retained = "active", churned = "left" }}
sample = {{ holdout_size = 0.3 }}
[predictors]
recency = {{ unit = "days" }}
frequency = {{}}
amount = {{}}
{predictors}
[transactions]
{source}
customer = "client"
date = "day"
amount = "value"
{keys}
[transactions.windows]
{windows}
{tables}
"""
WINDOWS = 'observation = ["2024-01-01", "2024-03-31"]\noutcome = ["2024-05-01", "2024-06-30"]'
README = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
CDNOW_STUDY = (
    re.search(r"```toml\n(title = \"CDNOW\".*?)```", README, flags=re.S)[1].replace("external/", "")
    + '[transactions.measures]\nlength = "days"\n'
)
"""The study that data/README.md shows, beside the master file, with length."""


def write_bank(
    folder: Path,
    rows: Iterable[Iterable[Any]] | str,
    keys: str = "",
    tables: str = "",
    windows: str = WINDOWS,
    predictors: str = "",
    header: str = "client,day,value",
    file: str = "customers.parquet",
    source: str = 'file = "ledger.csv"',
) -> Path:
    """Write transactions (CSV, rows below `header`, or a text) and return the study's path."""
    text = rows if isinstance(rows, str) else "\n".join(",".join(map(str, row)) for row in rows)
    folder.mkdir(exist_ok=True)
    (folder / "ledger.csv").write_text(f"{header}\n{text}\n", encoding="utf-8")
    study = folder / "bank.toml"
    study.write_text(
        STUDY.format(
            keys=keys,
            tables=tables,
            windows=windows,
            predictors=predictors,
            file=file,
            source=source,
        ),
        encoding="utf-8",
    )
    return study


def ledger(customers: int = 60, seed: int = 1) -> pd.DataFrame:
    """Return invented transactions from December 2023 to July 2024: client, day, value.

    Those of small numbers are busy and stay; the last ones leave in April.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for client in range(1, customers + 1):
        n = int(rng.integers(2, 25))
        days = rng.integers(0, 240, n)
        if client > customers / 2 or rng.random() < 0.2:
            days = days[days < 130]
        days = np.append(days, rng.integers(31, 122))
        rows += [(client, day) for day in days]
    frame = pd.DataFrame(rows, columns=["client", "day"])
    frame["value"] = rng.integers(-5_000, 90_000, len(frame)) / 100
    start = date(2023, 12, 1)
    frame["day"] = [start + timedelta(days=int(day)) for day in frame["day"]]
    return frame


ENOUGH = [
    ("x", "2024-01-01", 1),
    ("x", "2024-02-01", 1),
    ("x", "2024-05-02", 1),
    ("x", "2024-06-30", 1),
]
"""One customer's transactions, which fill both windows of `WINDOWS`."""

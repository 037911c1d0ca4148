"""What the package Lifetimes 0.11.3 publishes of CDNOW's customers, for tests/test_features.py.

    pip download --no-deps lifetimes==0.11.3, unpack it, then
    python tests/expected/cdnow_lifetimes.py PATH/lifetimes/datasets

``cdnow_customers_summary.csv`` there has, for a tenth of the customers, the days with a purchase
after the first one until 1997-09-30 (frequency), and in weeks the time from the first to the last
of them (recency) and from the first to 1997-09-30 (T). ``CDNOW_sample.txt`` says who they are in
the master file. Written are their identifiers, the values of every fortieth, and sums and a digest
of all: not the file, which is not ours.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pandas as pd

EXPECTED = Path(__file__).parent
EVERY = 40


def published(datasets: Path) -> pd.DataFrame:
    """Return ID, customer (in the master file), frequency, recency and T of all 2,357."""
    summary = pd.read_csv(datasets / "cdnow_customers_summary.csv")
    names = ["customer", "ID", "date", "cds", "dollars"]
    sample = pd.read_csv(
        datasets / "CDNOW_sample.txt", sep=r"\s+", names=names, dtype={"customer": "str"}
    )
    who = sample.drop_duplicates("ID")[["ID", "customer"]]
    return who.merge(summary, on="ID", validate="one_to_one").sort_values("ID")


def digest(table: pd.DataFrame) -> str:
    """Return a digest of ID, frequency, recency and T, to the two decimals that are published."""
    rows = table[["ID", "frequency", "recency", "T"]].itertuples(index=False)
    lines = [f"{i},{int(x)},{t_x:.2f},{t:.2f}" for i, x, t_x, t in rows]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


if __name__ == "__main__":
    table = published(Path(sys.argv[1]))
    sums = table[["frequency", "recency", "T"]].sum().round(2)
    told = {**sums, "customers": len(table), "sha256": digest(table)}
    everything = pd.Series(told, dtype="object", name="all").rename_axis("of")
    everything.to_csv(EXPECTED / "cdnow_lifetimes_all.csv")
    shown = (table["ID"] - 1) % EVERY == 0
    values = ["frequency", "recency", "T"]
    table["frequency"] = table["frequency"].astype("Int64")
    table[values] = table[values].where(shown)
    table.to_csv(EXPECTED / "cdnow_lifetimes.csv", index=False)

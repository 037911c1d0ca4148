"""Thousands of true papers examined: what is refuted of them, and which planted errors are found.

    python tests/true_papers.py 10000

draws as many data sets, each from its number alone, and prints every claim that is refuted though
its data are true: there must be none. Then it plants errors in the first tenth of them and prints
how many are found.
"""

from __future__ import annotations

import multiprocessing
import sys

import pandas as pd

from erfm.paper.true_papers import detection_rates, false_alarms

AT_A_TIME = 50


def alarms(first: int) -> list[str]:
    return false_alarms(range(first, first + AT_A_TIME))


def planted(first: int) -> pd.DataFrame:
    return detection_rates(range(first, first + AT_A_TIME))


def main(count: int) -> None:
    with multiprocessing.Pool(2) as pool:
        found = [a for part in pool.imap(alarms, range(0, count, AT_A_TIME)) for a in part]
        tables = pool.map(planted, range(0, count // 10, AT_A_TIME))
    for line in found:
        print(line)
    if tables:
        counts = (
            pd.concat(tables).groupby(["error", "kind"], sort=False)[["planted", "found"]].sum()
        )
        rates = counts.assign(rate=counts["found"] / counts["planted"])["rate"].unstack()  # noqa: PD010
        print(rates.round(3).to_string())
    if found:
        sys.exit(f"{len(found)} claims about true data were refuted.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)

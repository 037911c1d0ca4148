"""How well an equation classifies, ranks and calibrates customers who are not in memory.

All of it needs no more than the customers in the order of their probabilities, equal ones together:
the engine sorts them, on disk where memory does not suffice, and gives them some at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet
from scipy import special, stats
from tqdm import tqdm

from erfm import ties
from erfm.blocks import in_order
from erfm.customers.files import explained
from erfm.customers.tables import batches, read_parquet_table
from erfm.large.design_file import DesignFile, linear_predictor
from erfm.logistic import HosmerLemeshow, LogisticFit, hosmer_lemeshow_of
from erfm.validation import RocCurve, classification_of

UNIT = 1e-12
"""Probabilities are kept in whole numbers of this: what is equal by `erfm.ties` is equal here."""
SORTED_AT_A_TIME = 200_000
POINTS = 500
SCHEMA = pa.schema([("probability", pa.int64()), ("retained", pa.int64())])


class Tied(NamedTuple):
    """Some blocks of customers with equal probability, in ascending order.

    Attributes
    ----------
    probability : ndarray
        P(retained) of each block.
    size, retained : ndarray
        Its customers, and those of them with the outcome 1.
    """

    probability: np.ndarray
    size: np.ndarray
    retained: np.ndarray


@dataclass(frozen=True)
class Scored:
    """The customers of a design file with their P(retained) by a fit, in the engine.

    Attributes
    ----------
    backend : ibis.BaseBackend
    table : ibis.Table
        ``probability``, in units of `UNIT`, and ``retained``.
    customers, retained : int
        How many there are, and with the outcome 1.
    """

    backend: Any = field(repr=False)
    table: Any = field(repr=False)
    customers: int
    retained: int

    @property
    def churned(self) -> int:
        """How many have the outcome 0."""
        return self.customers - self.retained

    def blocks(self) -> Iterator[Tied]:
        """Yield all customers in the order of their probabilities, equal ones as one block."""
        rows = self.table.group_by("probability").aggregate(
            size=lambda t: t.count(), retained=lambda t: t.retained.sum().cast("int64")
        )
        for batch in batches(self.backend, rows.order_by("probability"), SORTED_AT_A_TIME):
            probability, size, retained = (
                column.to_numpy(zero_copy_only=False) for column in batch.columns
            )
            yield Tied(probability * UNIT, size, retained)


def score_design(fit: LogisticFit, file: DesignFile, backend: Any, name: str) -> Scored:
    """Write the P(retained) of a file's customers beside it, as `name`, for the engine to sort."""
    path = file.path.with_name(f"{name}.parquet")
    linear = linear_predictor(fit, file)

    def look(x: np.ndarray, y: np.ndarray) -> pa.RecordBatch:
        probability = special.expit(linear(x))
        columns = np.round(probability / UNIT).astype(np.int64), y.astype(np.int64)
        return pa.RecordBatch.from_arrays([*map(pa.array, columns)], schema=SCHEMA)

    with explained(path), parquet.ParquetWriter(path, SCHEMA) as writer:
        for batch in tqdm(in_order(file, look), name, len(file), leave=False, disable=None):
            writer.write_batch(batch)
    return Scored(backend, read_parquet_table(backend, path), file.customers, file.retained)


def quantiles(scored: Scored, shares: Sequence[float]) -> list[float]:
    """Return quantiles of P(retained), interpolated between neighbours as numpy does."""
    places = np.array(shares) * (scored.customers - 1)
    below, above = np.floor(places).astype(int), np.ceil(places).astype(int)
    wanted = np.unique([*below, *above])
    values: dict[int, float] = {}
    passed = 0
    for block in scored.blocks():
        ends = passed + np.cumsum(block.size)
        here = wanted[(wanted >= passed) & (wanted < ends[-1])]
        found = block.probability[np.searchsorted(ends, here, side="right")]
        values |= dict(zip(here.tolist(), found.tolist(), strict=True))
        passed = int(ends[-1])
    return [
        values[low] + (place - low) * (values[high] - values[low])
        for place, low, high in zip(places, below.tolist(), above.tolist(), strict=True)
    ]


def classification_tables(scored: Scored, cutoffs: list[float]) -> dict[float, pd.DataFrame]:
    """Return the classification table at each cut-off; see `erfm.validation`."""
    counts = {cutoff: np.zeros((2, 2), dtype=int) for cutoff in cutoffs}
    for probability, size, retained in scored.blocks():
        for cutoff, count in counts.items():
            predicted = ties.at_least(probability, cutoff)
            for column, those in enumerate((~predicted, predicted)):
                count[1, column] += retained[those].sum()
                count[0, column] += (size - retained)[those].sum()
    return {cutoff: classification_of(count) for cutoff, count in counts.items()}


def roc(scored: Scored, level: float = 0.95) -> RocCurve:
    """Return the ROC curve with its area and DeLong's interval; see `erfm.validation.roc`.

    In a block of ties, the placement of a retained customer is the share of the churned below it,
    and half of those in it; that of a churned customer likewise. Mean and variance of the
    placements need only their sums and those of their squares. The curve has a row only where
    sensitivity or specificity moves by a `POINTS`-th.
    """
    sums, below = np.zeros((2, 2)), np.zeros(2)
    totals = np.array([scored.churned, scored.retained])
    points = []
    for block in scored.blocks():
        inside = np.stack([block.size - block.retained, block.retained])
        before = np.cumsum(inside, axis=1) - inside + below[:, None]
        placements = (before + inside / 2)[::-1] / totals[::-1, None]
        sums += [(inside * placements).sum(axis=1), (inside * placements**2).sum(axis=1)]
        points.append(_thinned(block.probability, before, totals))
        below += inside.sum(axis=1)
    means = sums[0] / totals
    variances = (sums[1] - totals * means**2) / (totals - 1)
    auc, standard_error = float(means[1]), float(np.sqrt((variances / totals).sum()))
    half = stats.norm.ppf((1 + level) / 2) * standard_error
    lower, upper = np.clip([auc - half, auc + half], 0, 1)
    points.append(np.array([[np.inf], [0.0], [1.0]]))
    rows = np.concatenate(points, axis=1).T[::-1]
    curve = pd.DataFrame(rows, columns=["cutoff", "sensitivity", "specificity"])
    return RocCurve(curve, auc, standard_error, float(lower), float(upper))


def _thinned(probability: np.ndarray, before: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Return cut-offs at blocks, with sensitivity and specificity, where these have moved."""
    churned, retained = before / totals[:, None]
    steps = np.floor(POINTS * np.stack([churned, retained]))
    moved = np.diff(steps, axis=1, prepend=-1).any(axis=0)
    return np.stack([probability, 1 - retained, churned])[:, moved]


def hosmer_lemeshow(scored: Scored, groups: int = 10) -> HosmerLemeshow:
    """Compare observed with expected counts in groups of risk, grouped as SPSS does.

    As `erfm.logistic.hosmer_lemeshow`: blocks of equal probability are never split, a block joins
    the current group while that is not full and at least half of the block fits in.
    """
    target = int(np.floor(scored.customers / groups + 0.5))
    sums, filled = [np.zeros(3)], 0
    for probability, size, retained in scored.blocks():
        rows = np.stack([size, retained, size * probability])
        first = 0
        while first < len(size):
            before = filled + np.cumsum(size[first:]) - size[first:]
            joins = (before == 0) | ((before < target) & (before + size[first:] / 2 <= target))
            # The last group takes the rest.
            joins |= len(sums) == groups
            taken = len(joins) if joins.all() else int(joins.argmin())
            part = rows[:, first : first + taken]
            sums[-1] = sums[-1] + part.sum(axis=1)
            filled, first = filled + int(part[0].sum()), first + taken
            if first < len(size):
                sums.append(np.zeros(3))
                filled = 0
    index = pd.RangeIndex(1, len(sums) + 1, name="group")
    total, retained, expected = (pd.Series(column, index) for column in np.transpose(sums))
    return hosmer_lemeshow_of(total.astype(int), retained.astype(int), expected)

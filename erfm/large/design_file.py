"""The design matrix of all customers in a file, read a block at a time.

The engine computes it once; each pass of a fit reads it from there. It is Arrow's own format, in
which a block is found and read without the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from tqdm import tqdm

from erfm.blocks import ROWS_AT_A_TIME, InMemory
from erfm.customers.files import explained
from erfm.customers.tables import batches
from erfm.large.customers import AllCustomers
from erfm.logistic import CONSTANT, LogisticFit

COMPRESSION = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass
class Moments:
    """The number, means and sums of squared deviations of columns, added block by block.

    Two parts are joined as Chan, Golub & LeVeque (1983) do: no digits are lost, whatever the means.
    """

    customers: int
    means: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, matrix: np.ndarray) -> Moments:
        """Return the moments of a matrix's columns."""
        means = matrix.mean(axis=0)
        return cls(len(matrix), means, ((matrix - means) ** 2).sum(axis=0))

    def __add__(self, other: Moments) -> Moments:
        n = self.customers + other.customers
        if n == 0:
            return self
        apart = other.means - self.means
        means = self.means + apart * other.customers / n
        squares = self.squares + other.squares
        return Moments(n, means, squares + apart**2 * self.customers * other.customers / n)

    @property
    def standard_deviations(self) -> np.ndarray:
        """The standard deviations (divisor n, as `erfm.study.standardise` has it)."""
        return np.sqrt(self.squares / self.customers)


@dataclass(frozen=True)
class DesignFile:
    """One sample's outcome and design columns in a file, and their moments.

    Attributes
    ----------
    path : Path
    columns : tuple of str
        The design columns; the file has ``retained`` before them.
    moments : Moments
        Of the outcome and the design columns.
    """

    path: Path
    columns: tuple[str, ...]
    moments: Moments = field(repr=False)

    @property
    def customers(self) -> int:
        """The number of customers in all."""
        return self.moments.customers

    @property
    def retained_share(self) -> float:
        """The share of those with the outcome 1."""
        return float(self.moments.means[0])

    @property
    def retained(self) -> int:
        """How many have the outcome 1."""
        return round(self.moments.means[0] * self.customers)

    @property
    def standard_deviations(self) -> np.ndarray:
        """The standard deviation of each design column (divisor n - 1)."""
        return np.sqrt(self.moments.squares[1:] / (self.customers - 1))

    @property
    def width(self) -> int:
        """The number of design columns."""
        return len(self.columns)

    def __len__(self) -> int:
        return -(-self.customers // ROWS_AT_A_TIME)

    def block(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a block's design columns (rows, columns) in their units, and outcome (rows,)."""
        with pa.OSFile(str(self.path)) as file, pa.ipc.open_file(file) as reader:
            batch = reader.get_batch(number)
        x = np.empty((len(batch), self.width), order="F")
        for j in range(self.width):
            x[:, j] = batch.column(j + 1)
        return x, batch.column(0).to_numpy()


@dataclass(frozen=True)
class Standardised:
    """The customers of a design file as blocks for a likelihood, on a scale of their own.

    Attributes
    ----------
    file : DesignFile
    means, standard_deviations : ndarray, shape (columns,)
    read : function, optional
        Is told how many rows were read, whenever a block was.
    """

    file: DesignFile
    means: np.ndarray = field(repr=False)
    standard_deviations: np.ndarray = field(repr=False)
    read: Callable[[int], object] | None = field(repr=False, default=None)

    @property
    def customers(self) -> int:
        """The number of customers in all."""
        return self.file.customers

    @property
    def retained_share(self) -> float:
        """The share of those with the outcome 1."""
        return self.file.retained_share

    @property
    def width(self) -> int:
        """The number of columns, the constant included."""
        return 1 + len(self.file.columns)

    @property
    def back(self) -> np.ndarray:
        """T, for which coefficients b on the blocks are T b in the variables' units."""
        back = np.diag(1 / np.concatenate([[1.0], self.standard_deviations]))
        back[0, 1:] = -self.means / self.standard_deviations
        return back

    def __len__(self) -> int:
        return len(self.file)

    def block(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a block's matrix (rows, columns), the constant 1 first, and outcome (rows,)."""
        x, outcome = self.file.block(number)
        if self.read:
            self.read(len(x))
        matrix = np.ones((len(x), self.width), order="F")
        np.subtract(x, self.means, out=matrix[:, 1:])
        matrix[:, 1:] /= self.standard_deviations
        return matrix, outcome

    def every(self, step: int) -> InMemory:
        """Return a sample in memory: each customer that follows `step` rows after another."""
        parts = [self._every(number, step) for number in range(len(self))]
        matrices, outcomes = zip(*parts, strict=True)
        return InMemory(np.asfortranarray(np.concatenate(matrices)), np.concatenate(outcomes))

    def _every(self, number: int, step: int) -> tuple[np.ndarray, np.ndarray]:
        first = -number * ROWS_AT_A_TIME % step
        matrix, outcome = self.block(number)
        return matrix[first::step].copy(), outcome[first::step].copy()


def linear_predictor(fit: LogisticFit, file: DesignFile) -> Callable[[np.ndarray], np.ndarray]:
    """Return what gives logit P(retained) by a fit, of a block of a design file (rows, columns)."""
    used = [file.columns.index(column) for column in fit.parameters.index[1:]]
    slopes, constant = fit.parameters.to_numpy()[1:], fit.parameters[CONSTANT]
    return lambda x: x[:, used] @ slopes + constant


def standardised(file: DesignFile) -> Standardised:
    """Return the blocks of a file on the scale of its own standard deviations."""
    return Standardised(file, file.moments.means[1:], file.moments.standard_deviations[1:])


def write_design(everyone: AllCustomers) -> tuple[DesignFile, DesignFile]:
    """Write the design matrices of the model-building and of the holdout sample.

    The engine is asked once. The files are in the customers' scratch folder.
    """
    study, complete = everyone.study, everyone.complete
    columns = tuple(study.design.columns)
    numbers = design_columns(everyone)
    wanted = complete.select("in_holdout", retained=complete.retained.cast("float64"), **numbers)
    writers = [
        _Writer(everyone.scratch / f"{name}.arrow", columns) for name in ("build", "holdout")
    ]
    total = int(everyone.counts["customers"])
    with tqdm(
        total=total, desc="design", unit=" customers", unit_scale=True, leave=False, disable=None
    ) as bar:
        for batch in batches(everyone.backend, wanted, ROWS_AT_A_TIME):
            held_out = batch.column("in_holdout")
            kept = pa.RecordBatch.from_arrays(
                batch.columns[1:], names=["retained", *map(str, range(len(columns)))]
            )
            writers[0].add(kept.filter(pa.compute.invert(held_out)))
            writers[1].add(kept.filter(held_out))
            bar.update(len(batch))
    build, holdout = (writer.close() for writer in writers)
    return build, holdout


def design_columns(everyone: AllCustomers) -> dict[str, Any]:
    """Return the design columns as expressions of the engine; see `erfm.study.design_matrix`."""
    names, complete = everyone.names, everyone.complete
    columns = {}
    for j, (term, level) in enumerate(everyone.study.design.columns.values()):
        values = complete[names[term]]
        columns[f"x{j}"] = (values == level if level else values).cast("float64")
    return columns


class _Writer:
    """Writes rows, however they arrive, as blocks of `ROWS_AT_A_TIME`."""

    def __init__(self, path: Path, columns: tuple[str, ...]):
        self.path, self.columns = path, columns
        kinds = [("retained", pa.float64())]
        kinds += [(str(j), pa.float64()) for j in range(len(columns))]
        self.schema = pa.schema(kinds)
        with explained(path):
            self.file = pa.ipc.new_file(str(path), self.schema, options=COMPRESSION)
        self.waiting: list[pa.RecordBatch] = []
        self.rows = 0
        size = 1 + len(columns)
        self.moments = Moments(0, np.zeros(size), np.zeros(size))

    def add(self, batch: pa.RecordBatch) -> None:
        """Take rows; write whole blocks."""
        self.waiting.append(batch.cast(self.schema))
        self.rows += len(batch)
        if self.rows >= ROWS_AT_A_TIME:
            for block in self._blocks():
                self._write(block)

    def _blocks(self) -> Iterator[pa.RecordBatch]:
        joined = pa.Table.from_batches(self.waiting, self.schema).combine_chunks()
        whole = len(joined) // ROWS_AT_A_TIME * ROWS_AT_A_TIME
        yield from joined.slice(0, whole).to_batches(max_chunksize=ROWS_AT_A_TIME)
        self.waiting = joined.slice(whole).to_batches()
        self.rows = len(joined) - whole

    def _write(self, block: pa.RecordBatch) -> None:
        self.moments = self.moments + Moments.of(np.column_stack(block.columns))
        with explained(self.path):
            self.file.write_batch(block)

    def close(self) -> DesignFile:
        """Write what is left, and return the file."""
        for block in pa.Table.from_batches(self.waiting, self.schema).combine_chunks().to_batches():
            self._write(block)
        self.file.close()
        return DesignFile(self.path, self.columns, self.moments)

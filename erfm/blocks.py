"""Customers a block at a time, and what a logistic log-likelihood needs of all of them.

Here alone are rows read. Where they come from, memory or an engine, the search does not know.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, reduce
from operator import add
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from threadpoolctl import ThreadpoolController

ROWS_AT_A_TIME = 65_536
"""The rows of a block: what one thread takes at a time."""
ROWS_IN_CACHE = 8192
"""So many rows of some columns fit in a processor's cache, which is faster than a whole block."""

Result = TypeVar("Result")


class Blocks(Protocol):
    """Standardised customers in blocks of rows, the same ones in the same order at every pass."""

    @property
    def customers(self) -> int:
        """The number of customers in all."""

    @property
    def retained_share(self) -> float:
        """The share of those with the outcome 1."""

    @property
    def width(self) -> int:
        """The number of columns, the constant included."""

    def __len__(self) -> int:
        """Return the number of blocks."""

    def block(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a block's matrix (rows, columns), the constant 1 first, and outcome (rows,)."""


@dataclass(frozen=True)
class InMemory:
    """Blocks of a matrix in memory.

    Attributes
    ----------
    matrix : ndarray, shape (n, 1 + columns)
        The constant 1 first.
    outcome : ndarray, shape (n,)
        1 = retained, 0 = churned, as floating-point numbers.
    """

    matrix: np.ndarray = field(repr=False)
    outcome: np.ndarray = field(repr=False)

    @property
    def customers(self) -> int:
        """The number of customers in all."""
        return len(self.outcome)

    @property
    def retained_share(self) -> float:
        """The share of those with the outcome 1."""
        return float(self.outcome.mean())

    @property
    def width(self) -> int:
        """The number of columns, the constant included."""
        return self.matrix.shape[1]

    def __len__(self) -> int:
        return -(-len(self.outcome) // ROWS_AT_A_TIME)

    def block(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Return a block's matrix (rows, columns), the constant 1 first, and outcome (rows,)."""
        rows = slice(number * ROWS_AT_A_TIME, (number + 1) * ROWS_AT_A_TIME)
        return self.matrix[rows], self.outcome[rows]

    def every(self, step: int) -> InMemory:
        """Return a sample of the customers: each one that follows `step` rows after another."""
        return InMemory(np.asfortranarray(self.matrix[::step]), self.outcome[::step].copy())


class Derivatives(NamedTuple):
    """The log-likelihoods of m models and their derivatives by all columns.

    Attributes
    ----------
    values : ndarray, shape (m,)
    gradients : ndarray, shape (m, columns)
    informations : ndarray, shape (m, columns, columns)
        Or (m, 0, 0), where they were not asked for.
    """

    values: np.ndarray
    gradients: np.ndarray
    informations: np.ndarray


def derivatives(
    blocks: Blocks, models: Sequence[np.ndarray], information: bool = True
) -> Derivatives:
    """Return the derivatives of several models, in one pass over the customers.

    Parameters
    ----------
    blocks : Blocks
    models : sequence of ndarray, shape (columns,)
        The coefficients of each model, 0 for a column outside it.
    information : bool
        Whether the informations are wanted, which take half of the time.
    """
    coefficients = np.array(models)
    # Added in the order of the blocks, whichever thread was first.
    return _sum(in_order(blocks, lambda x, y: _of_block(x, y, coefficients, information)))


def _sum(parts: Iterable[Derivatives]) -> Derivatives:
    return reduce(lambda one, other: Derivatives(*map(add, one, other)), parts)


def _of_block(
    x: np.ndarray, y: np.ndarray, coefficients: np.ndarray, information: bool
) -> Derivatives:
    starts = range(0, len(y), ROWS_IN_CACHE)
    cached = [slice(first, first + ROWS_IN_CACHE) for first in starts]
    return _sum(_of_rows(x[rows], y[rows], coefficients, information) for rows in cached)


def _of_rows(
    x: np.ndarray, y: np.ndarray, coefficients: np.ndarray, information: bool
) -> Derivatives:
    columns = x.T
    linear = coefficients @ columns
    # The probability of the likelier outcome never overflows: 1 / (1 + exp(-|linear|)).
    e = np.exp(-np.abs(linear))
    likelier = 1 / (1 + e)
    values = linear @ y - np.maximum(linear, 0).sum(axis=1) + np.log(likelier).sum(axis=1)
    gradients = (y - (0.5 + np.copysign(likelier - 0.5, linear))) @ x
    informations = np.empty((len(values), 0, 0))
    if information:
        weights = e * likelier * likelier
        informations = np.array([(columns * weight) @ x for weight in weights])
    return Derivatives(values, gradients, informations)


def in_order(blocks: Blocks, look: Callable[[np.ndarray, np.ndarray], Result]) -> Iterator[Result]:
    """Yield what `look` makes of each block's matrix and outcome, in the order of the blocks.

    Threads look at several blocks at a time, as many as there are processors for this program, each
    with an arithmetic of one thread.
    """
    threads = min(processors(), len(blocks))
    if threads < 2:
        yield from (look(*blocks.block(number)) for number in range(len(blocks)))
        return
    with _one_thread_each(), ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Result]] = deque()
        for number in range(len(blocks)):
            waiting.append(pool.submit(lambda n: look(*blocks.block(n)), number))
            # No more than these are in memory at a time.
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def processors() -> int:
    """Return how many threads may compute: $OMP_NUM_THREADS, else the number of processors."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    return int(given) if given.isdecimal() and int(given) else os.cpu_count() or 1


@contextmanager
def _one_thread_each() -> Iterator[None]:
    with _arithmetic().limit(limits=1, user_api="blas"):
        yield


@cache
def _arithmetic() -> ThreadpoolController:
    """Look for the libraries once: it takes as long as a pass over a small sample."""
    return ThreadpoolController()

"""What counts as equal: one rule, so that no choice hangs on a number's last bit.

Two customers who are alike have the same probability, but its last bits depend on where in a matrix
they stand and on the processor that multiplies it. Numbers that differ by no more than `TIE` are
therefore equal: ranks, groups, orders and comparisons with a limit treat them so, and what then
ties is broken on purpose, by the order of the customers, the variables or the list.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

TIE = 1e-12
"""Far above the last bit of a number of size 1, far below a difference that means something."""


def blocks(values: np.ndarray | pd.Series) -> np.ndarray:
    """Return the number of each value's block of equal values, 0 for the smallest.

    A block ends where the next larger value is more than `TIE` times the largest absolute value
    away. Values must not be missing.
    """
    values = np.asarray(values, dtype=float)
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    tolerance = TIE * np.abs(values).max(initial=0.0)
    block = np.empty(len(values), dtype=int)
    block[order] = np.cumsum(np.diff(ordered, prepend=ordered[:1]) > tolerance)
    return block


def tied(values: np.ndarray | pd.Series) -> np.ndarray:
    """Return the values with every member of a block replaced by its smallest."""
    values, block = np.asarray(values, dtype=float), blocks(values)
    smallest = np.full(block.max(initial=-1) + 1, np.inf)
    np.minimum.at(smallest, block, values)
    return smallest[block]


def ranks(values: np.ndarray | pd.Series) -> np.ndarray:
    """Return ranks from 1, the smallest first; the members of a block share their mean rank."""
    block = blocks(values)
    sizes = np.bincount(block)
    return (np.cumsum(sizes) - (sizes - 1) / 2)[block]


def descending(values: np.ndarray | pd.Series) -> np.ndarray:
    """Return the positions that order the values, the largest first, equal ones as they come."""
    return np.argsort(-blocks(values), kind="stable")


def at_least(values: np.ndarray | pd.Series, limit: float | np.ndarray) -> np.ndarray:
    """Return whether values reach a limit; one that misses it by no more than `TIE` does."""
    return np.asarray(values) >= np.asarray(limit) - TIE


def limits_reached(
    values: np.ndarray | pd.Series, limits: np.ndarray | Sequence[float]
) -> np.ndarray:
    """Return how many of the ascending limits each value reaches, in the sense of `at_least`."""
    return np.searchsorted(np.asarray(limits) - TIE, np.asarray(values), side="right")


def largest(values: pd.Series) -> Any:
    """Return the label of the largest value, the first one where several are equal.

    Equal means: within `TIE` of the largest, relative to its size. Missing values are passed over.
    """
    top = values.max()
    return values.index[(values >= top - TIE * abs(top)).to_numpy()][0]


def smallest(values: pd.Series) -> Any:
    """Return the label of the smallest value, the first one where several are equal."""
    return largest(-values)

"""What counts as equal, against scipy's ranks and by definition."""

import ast

import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from erfm.study import ROOT
from erfm.ties import (
    TIE,
    at_least,
    blocks,
    descending,
    largest,
    limits_reached,
    ranks,
    smallest,
    tied,
)

VALUES = st.lists(st.integers(-50, 50).map(lambda i: i / 7), min_size=1, max_size=40)


def last_bits(values: list[float], seed: int) -> np.ndarray:
    """Return the values, each moved by up to two last bits."""
    moved = np.array(values, dtype=float)
    return moved * (1 + np.random.default_rng(seed).integers(-2, 3, len(moved)) * 2.2e-16)


@given(VALUES, st.integers(0, 9))
def test_last_bits_change_no_rank_block_or_order(values, seed):
    moved = last_bits(values, seed)
    assert ranks(moved).tolist() == stats.rankdata(values).tolist()
    assert blocks(moved).tolist() == np.unique(values, return_inverse=True)[1].tolist()
    stable = np.argsort(-np.array(values), kind="stable")
    assert descending(moved).tolist() == stable.tolist()


@given(VALUES, st.integers(0, 9))
def test_members_of_a_block_become_its_smallest(values, seed):
    moved = last_bits(values, seed)
    equal = tied(moved)
    assert np.unique(equal).size == np.unique(values).size
    assert (equal <= moved).all()
    assert equal == pytest.approx(moved, rel=1e-15)
    assert stats.rankdata(equal).tolist() == ranks(moved).tolist()


@given(VALUES, st.integers(0, 9))
def test_the_first_of_the_largest_and_of_the_smallest(values, seed):
    labelled = pd.Series(last_bits(values, seed))
    assert largest(labelled) == int(np.argmax(values))
    assert smallest(labelled) == int(np.argmin(values))


def test_missing_values_are_never_the_largest():
    assert largest(pd.Series({"a": np.nan, "b": -3.0, "c": -2.0})) == "c"


def test_what_differs_by_more_than_a_tie_stays_apart():
    assert ranks(np.array([1.0, 1 + 3 * TIE])).tolist() == [1, 2]
    assert ranks(np.array([1e-6, 1e-6 * (1 + 3 * TIE)])).tolist() == [1, 2]
    assert ranks(np.array([1.0, 1 + TIE / 3])).tolist() == [1.5, 1.5]


def test_nothing_has_no_ranks():
    assert ranks(np.array([])).tolist() == [] and tied(np.array([])).tolist() == []


def test_a_limit_missed_by_the_last_bit_is_reached():
    values = np.array([0.1 + 0.2 - 2**-54, 0.3, 0.3 - 1e-9])
    assert at_least(values, 0.3).tolist() == [True, True, False]


@given(VALUES, VALUES)
def test_limits_are_counted_as_they_are_reached(values, limits):
    limits = np.sort(limits, kind="stable")
    counted = [int(at_least(value, limits).sum()) for value in values]
    assert limits_reached(np.array(values), limits).tolist() == counted


# --- The code -------------------------------------------------------------------------------------

SORTS = {"argsort", "sort_values", "sort"}


def sources() -> dict[str, str]:
    """Return all code that makes what is shown: the module's and the notebooks'."""
    code = {p.relative_to(ROOT).as_posix(): p.read_text("utf-8") for p in ROOT.glob("erfm/**/*.py")}
    for path in ROOT.glob("notebooks/*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        code[path.name] = "\n".join(c.source for c in cells if c.cell_type == "code")
    return code


def unsafe_calls(code: str) -> list[str]:
    """Return the calls whose outcome hangs on last bits or on a processor's way of sorting."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        name, given = node.func.attr, {k.arg: ast.unparse(k.value) for k in node.keywords}
        plain_list = name == "sort" and not ast.unparse(node.func).startswith("np.")
        if name in SORTS and not plain_list and given.get("kind") != "'stable'":
            found.append(ast.unparse(node))
        if name == "multivariate_normal" and given.get("method") != "'cholesky'":
            found.append(ast.unparse(node))
        if name in ("rankdata", "idxmax", "idxmin", "nlargest", "nsmallest"):
            found.append(ast.unparse(node))
    return found


def test_unsafe_calls_are_found():
    code = "x.argsort(); np.sort(x); t.sort_values('a'); r.multivariate_normal(m, v); s.idxmax()"
    assert len(unsafe_calls(code)) == 5
    code = (
        "np.argsort(x, kind='stable'); names.sort(); r.multivariate_normal(m, v, method='cholesky')"
    )
    assert unsafe_calls(code) == []


@pytest.mark.parametrize(("name", "code"), sources().items(), ids=lambda v: v[:40])
def test_nothing_shown_is_chosen_by_a_last_bit(name, code):
    assert unsafe_calls(code) == [], name

"""From transactions to customers: recency, frequency and amount in a window, and who left after it.

One expression of Ibis, one look at every row: rows are grouped by customer, and what is dated after
the observation window reaches the outcome and the account of what was left out, nothing else.
"""

from __future__ import annotations

from typing import Any

import ibis

from erfm.customers.transactions_table import DAYS_PER_MONTH, TransactionsTable, Windows
from erfm.transactions.rows import Place, as_text, places

LEAST = ("bad_date", "bad_amount", "bad_times", "pointed", "bad_direction", "differs")
"""What a check quotes: of each customer, the first text in the order of characters."""


def histories(rows: Any, keys: TransactionsTable) -> Any:
    """Return an expression with a row a customer: all that is asked of the transactions.

    Parameters
    ----------
    rows : ibis.Table
        As `erfm.transactions.rows.placed_rows` gives them.
    keys : TransactionsTable

    Returns
    -------
    ibis.Table
        ``customer`` (as the source has it); ``first``, ``last`` (days), ``frequency`` and
        ``total`` in the observation window; ``later``, the transactions in the outcome window;
        ``rows`` read and, by `Place`, ``rows_0`` and so on; ``copies``, the rows that are the same
        as another; then what checks need.
    """
    windows = keys.windows.windows
    columns = set(rows.columns)
    observed = rows.place == int(Place.OBSERVED)
    wanted: dict[str, Any] = {
        "first": rows.date.min(where=observed),
        "last": rows.date.max(where=observed),
        "frequency": _frequency(rows, keys, observed),
        "total": rows.amount.sum(where=observed),
        "later": _number(rows, keys, rows.place == int(Place.OUTCOME)),
        "rows": rows.copies.sum() if "copies" in columns else rows.count(),
    }
    if "copies" in columns:
        wanted["copies"] = (rows.copies - 1).sum()
    if keys.count and keys.measures.frequency != "transactions":
        wanted["times"] = rows.times.sum(where=observed)
    for place in places(keys, windows, rows.columns):
        wanted[f"rows_{place}"] = rows.count(where=rows.place == int(place))
    wanted["day_last"] = rows.date.max(where=rows.place == int(Place.OUTCOME))
    wanted |= {name: rows[name].min() for name in LEAST if name in columns}
    if "settles" in columns:
        wanted["settles"] = rows.settles.any()
    if "currency" in columns:
        wanted |= {
            "currency_least": rows.currency.min(),
            "currency_most": rows.currency.max(),
            "currency_none": rows.count(where=rows.currency.isnull()),
        }
    if "withdrawn" in columns:
        wanted |= {"withdrawn_least": rows.withdrawn.min(), "withdrawn_most": rows.withdrawn.max()}
        wanted["negative_deposit"] = rows.negative_deposit.min()
    if "no_id" in columns:
        wanted["no_id"] = rows.no_id.sum()
    return rows.group_by("customer").agg(**wanted)


def _number(rows: Any, keys: TransactionsTable, where: Any) -> Any:
    """Return how many transactions there are: rows, or what their column counts."""
    return rows.times.sum(where=where) if keys.count else rows.count(where=where)


def _frequency(rows: Any, keys: TransactionsTable, observed: Any) -> Any:
    kind = keys.measures.frequency
    if kind == "active_days":
        return rows.date.nunique(where=observed)
    if kind == "active_months":
        return (12 * rows.date.year() + rows.date.month()).nunique(where=observed)
    return _number(rows, keys, observed)


def measured(histories: Any, keys: TransactionsTable) -> Any:
    """Return an expression: histories with recency, frequency, amount, length and the outcome.

    Recency counts back from the first day after the observation window: a customer whose last
    transaction falls on the window's last day has a recency of 1 day. Length does the same from
    the first transaction. Both hang on nothing but the observation window.

    Returns
    -------
    ibis.Table
        The columns of `histories` and ``customer_text``, ``recency``, ``amount``, ``length`` (if it
        is asked for) and ``churned`` by the number of later transactions (True or False).
    """
    windows, measures = keys.windows.windows, keys.measures
    columns = {
        "customer_text": as_text(histories.customer),
        "recency": _since(histories["last"], windows, measures.recency),
        "amount": _amount(histories, keys, windows),
        "churned": histories.later.fill_null(0) < keys.churned.least,
    }
    if measures.length:
        columns["length"] = _since(histories["first"], windows, measures.length)
    return histories.mutate(**columns)


def _since(day: Any, windows: Windows, unit: str) -> Any:
    days = ibis.literal(windows.end).delta(day, unit="day")
    return days.cast("int64") if unit == "days" else days.cast("float64") / DAYS_PER_MONTH


def _amount(histories: Any, keys: TransactionsTable, windows: Windows) -> Any:
    total = histories.total.cast("float64")
    kind = keys.measures.amount
    if kind == "mean_per_month":
        return total / windows.months
    if kind == "mean_per_transaction":
        return total / transactions(histories, keys)
    return total


def transactions(histories: Any, keys: TransactionsTable) -> Any:
    """Return how many transactions each customer has in the observation window."""
    if keys.measures.frequency == "transactions":
        return histories.frequency
    return histories["times" if keys.count else f"rows_{int(Place.OBSERVED)}"]

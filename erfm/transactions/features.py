"""From transactions to customers: recency, frequency and amount in a window, and who left after it.

One expression of Ibis, one look at every row: rows are grouped by customer, and what is dated after
the observation window reaches the outcome and the account of what was left out, nothing else.
"""

from __future__ import annotations

from typing import Any

import ibis

from erfm.customers.transactions_table import DAYS_PER_MONTH, TransactionsTable, Windows
from erfm.transactions.rows import ASIDE, COMMON, Place, as_text


def histories(rows: Any, keys: TransactionsTable) -> Any:
    """Return an expression with a row a customer: all that is asked of the transactions.

    Each aggregate takes time for every row, so there are no more than are needed of most rows: what
    is rare is asked for in `aside`.

    Parameters
    ----------
    rows : ibis.Table
        As `erfm.transactions.rows.placed_rows` gives them.
    keys : TransactionsTable

    Returns
    -------
    ibis.Table
        ``customer`` (as the source has it); in the observation window ``last`` (a day),
        ``frequency``, ``total`` and, if length is measured, ``first``; ``later``, the transactions
        in the outcome window; the rows by `Place`, ``rows_0`` and so on, those of `ASIDE` together
        as ``rows_aside``; then what checks need.
    """
    columns = set(rows.columns)
    observed = rows.place == int(Place.OBSERVED)
    wanted: dict[str, Any] = {
        "last": rows.date.max(where=observed),
        "total": rows.amount.sum(where=observed),
    }
    if keys.measures.length:
        wanted["first"] = rows.date.min(where=observed)
    if keys.measures.frequency == "active_days":
        wanted["active"] = rows.date.nunique(where=observed)
    if keys.measures.frequency == "active_months":
        wanted["active"] = (12 * rows.date.year() + rows.date.month()).nunique(where=observed)
    if keys.count:
        wanted["times"] = rows.times.sum(where=observed)
        wanted["times_later"] = rows.times.sum(where=rows.place == int(Place.OUTCOME))
    for place in COMMON:
        if place != Place.GAP or keys.windows.windows.gap:
            wanted[f"rows_{place}"] = rows.count(where=rows.place == int(place))
    wanted["rows_aside"] = rows.count(where=rows.place > int(max(COMMON)))
    if "copies" in columns:
        wanted["copies"] = (rows.copies - 1).sum()
    found = rows.group_by("customer").agg(**wanted, **_checked(rows, columns))
    return found.mutate(
        frequency=found["active" if "active" in wanted else "times" if keys.count else "rows_0"],
        later=found["times_later" if keys.count else "rows_1"],
    )


def _checked(rows: Any, columns: set[str]) -> dict[str, Any]:
    """Return what checks of single customers need, where the study file asks for it."""
    wanted: dict[str, Any] = {}
    if "settles" in columns:
        wanted |= {"pointed": rows.pointed.min(), "settles": rows.settles.any()}
    if "currency" in columns:
        wanted |= {
            "currency_least": rows.currency.min(),
            "currency_most": rows.currency.max(),
            "currency_none": rows.count(where=rows.currency.isnull()),
        }
    if "withdrawn" in columns:
        wanted |= {"withdrawn_least": rows.withdrawn.min(), "withdrawn_most": rows.withdrawn.max()}
    if "no_id" in columns:
        wanted |= {"no_id": rows.no_id.sum(), "differs": rows.differs.min()}
    return wanted


def aside(rows: Any) -> Any:
    """Return an expression: of each customer the rows that are not used whatever their dates.

    Returns
    -------
    ibis.Table
        ``aside`` (the customer), ``rows_5`` and so on by `Place`, and the first text in the order
        of characters that is no day, no amount, no count or no direction.
    """
    rare = rows.filter(rows.place > int(max(COMMON)))
    wanted = {f"rows_{place}": rare.count(where=rare.place == int(place)) for place in ASIDE}
    wanted |= {name: rare[name].min() for name in QUOTED if name in rare.columns}
    return rare.group_by(aside="customer").agg(**wanted)


QUOTED = ("bad_date", "bad_amount", "bad_times", "bad_direction", "negative_deposit")
"""What a check quotes."""


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
        return total / histories["times" if keys.count else "rows_0"]
    return total


def with_rows(table: Any) -> Any:
    """Return histories with the number of each customer's ``rows``, copies included."""
    parts = [f"rows_{place}" for place in COMMON if f"rows_{place}" in table.columns]
    parts += ["rows_aside", *(["copies"] if "copies" in table.columns else [])]
    return table.mutate(rows=sum(table[name] for name in parts[1:]) + table[parts[0]])

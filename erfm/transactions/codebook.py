"""The codebook of measured customers: what each column means, in dates and units."""

from __future__ import annotations

from typing import Any

import pandas as pd

from erfm.customers import tables
from erfm.customers.transactions_table import TransactionsTable
from erfm.study import Study

DIGITS = 6
COUNTED = {"deposits": "deposits", "withdrawals": "withdrawals", "both": "transactions"}


def codebook(table: Any, study: Study, keys: TransactionsTable) -> pd.DataFrame:
    """Return what each column of the measured customers means.

    Parameters
    ----------
    table : ibis.Table
        The customers as they are written.
    study : Study
    keys : TransactionsTable

    Returns
    -------
    DataFrame
        ``column``, ``meaning`` (in dates), ``unit``, ``minimum`` and ``maximum`` ("" for text) and
        ``missing``, a number of customers.
    """
    meanings = _meanings(study, keys)
    found = tables.aggregates(table.aggregate(**_wanted(table))).iloc[0]
    lines = []
    for i, name in enumerate(table.columns):
        meaning, unit = meanings[name]
        limits = {limit: _shown(found.get(f"{limit}_{i}")) for limit in ("minimum", "maximum")}
        missing = int(found[f"missing_{i}"])
        line = {"column": name, "meaning": meaning, "unit": unit, **limits, "missing": missing}
        lines.append(line)
    return pd.DataFrame(lines)


def _wanted(table: Any) -> dict[str, Any]:
    """Return what the engine counts of all columns at once."""
    wanted = {}
    for i, name in enumerate(table.columns):
        column = table[name]
        wanted[f"missing_{i}"] = column.isnull().sum().coalesce(0)
        if column.type().is_numeric() and i > 0:  # identifiers have no size
            wanted |= {f"minimum_{i}": column.min(), f"maximum_{i}": column.max()}
    return wanted


def _shown(value: Any) -> str:
    return "" if value is None or pd.isna(value) else f"{value:.{DIGITS}g}"


def _meanings(study: Study, keys: TransactionsTable) -> dict[str, tuple[str, str]]:
    """Return the meaning and the unit of each column."""
    found = {
        study.id_column: (f"the customer, as '{keys.customer}' of the transactions", ""),
        "recency": _recency(keys),
        "frequency": _frequency(keys),
        "amount": _amount(keys),
        "length": _length(keys),
    }
    people = keys.customers.columns if keys.customers else ()
    found |= {name: ("from the customers' table", study_unit(study, name)) for name in people}
    return found | {study.outcome_column: (_outcome(study, keys), "")}


def study_unit(study: Study, column: str) -> str:
    """Return the unit that a study gives the predictor of a column; "" if there is none."""
    return next((p.unit for p in study.predictors.values() if p.column == column), "")


def _recency(keys: TransactionsTable) -> tuple[str, str]:
    end, unit = keys.windows.windows.end, keys.measures.recency
    return (
        f"{unit} from the last of the {COUNTED[keys.which]} in the observation window to {end}, "
        f"the first day after it{_month(unit)}",
        unit,
    )


def _length(keys: TransactionsTable) -> tuple[str, str]:
    end, unit = keys.windows.windows.end, keys.measures.length
    return (
        f"{unit} from the first of the {COUNTED[keys.which]} in the observation window to {end}"
        f"{_month(unit)}",
        unit,
    )


def _month(unit: str) -> str:
    return " (a month is 365.25 / 12 days)" if unit == "months" else ""


def _window(keys: TransactionsTable) -> str:
    first, last = keys.windows.windows.observation
    return f"from {first} to {last}, both included"


def _frequency(keys: TransactionsTable) -> tuple[str, str]:
    what = COUNTED[keys.which]
    by = f" (the sum of '{keys.count}')" if keys.count else ""
    kinds = {
        "transactions": (f"number of {what}{by}", what),
        "active_days": (f"number of days with {what}", "days"),
        "active_months": (f"number of calendar months with {what}", "months"),
    }
    meaning, unit = kinds[keys.measures.frequency]
    return f"{meaning} {_window(keys)}", unit


def _amount(keys: TransactionsTable) -> tuple[str, str]:
    windows = keys.windows.windows
    kinds = {
        "sum": "sum",
        "mean_per_month": f"sum, divided by the window's {windows.months:.4f} months,",
        "mean_per_transaction": f"mean per {COUNTED[keys.which][:-1]}",
    }
    signs = ""
    if keys.which == "withdrawals":
        signs = "; withdrawals are positive"
    elif keys.which == "both":
        signs = f"; withdrawals are {keys.measures.withdrawals}"
        if keys.measures.withdrawals == "subtracted" and not keys.direction:
            signs = "; with their signs"
    meaning = f"{kinds[keys.measures.amount]} of '{keys.amount}' of the {COUNTED[keys.which]}"
    if keys.measures.amount == "mean_per_transaction":
        meaning = f"mean of '{keys.amount}' per {COUNTED[keys.which][:-1]}"
    return f"{meaning} {_window(keys)}{signs}; added to six decimals", keys.currency


def _outcome(study: Study, keys: TransactionsTable) -> str:
    first, last = keys.windows.windows.outcome
    if keys.churned.closing_date:
        return (
            f"'{study.churned}' if '{keys.churned.closing_date}' lies from {first} to {last}, "
            f"else '{study.retained}'"
        )
    least = keys.churned.least
    few = "no" if least == 1 else f"fewer than {least}"
    what = COUNTED[keys.which]
    what = what[:-1] if least == 1 else what
    return f"'{study.churned}' if {few} {what} from {first} to {last}, else '{study.retained}'"

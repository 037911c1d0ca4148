"""What is wrong with transactions: one error each, with file, column, customers and remedy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa

from erfm.customers import tables
from erfm.customers.cells import conventions, show_marks
from erfm.customers.transactions_table import TransactionsTable, Windows
from erfm.formats import counted, to_text
from erfm.study import StudyError
from erfm.transactions.rows import Place, day
from erfm.transactions.source import Source

MOST_EMPTY = 0.05
"""How much of a window may lie before the first or after the last transaction, as a share."""
EXAMPLES = 5
TEXTS_TO_LOOK_AT = 200
DAYS = (
    "%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y",
    "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%Y年%m月%d日",
)  # fmt: skip
TIMES = ("", " %H:%M:%S", " %H:%M", "T%H:%M:%S")
FORMATS = tuple(day + time for time in TIMES for day in DAYS)
"""How days are written somewhere in the world, without and with a time."""


def check_transactions(source: Source, keys: TransactionsTable, table: Any) -> tuple[str, ...]:
    """Raise the first error of the transactions, and return what deserves a warning.

    Parameters
    ----------
    source : Source
        Of the transactions.
    keys : TransactionsTable
    table : ibis.Table
        Histories, as `erfm.transactions.features.measured` gives them, in the local engine.

    Raises
    ------
    StudyError
        No transactions; days in two formats or in none that is known; text, infinite or too large
        numbers among amounts; points that can group thousands; counts that are negative or no whole
        numbers; a direction that the study file does not name, or that the amount contradicts;
        several currencies; copies of a transaction that differ; a window without transactions, or
        an outcome window that ends well after the last one.
    """
    if not tables.aggregates(table.aggregate(n=table.rows.sum()))["n"].fillna(0).iloc[0]:
        raise StudyError(f"{source.name}: there are no transactions. Export them again.")
    _check_dates(source, keys, table)
    _check_amounts(source, keys, table)
    for column, names, what in _contradictions(keys, table):
        _refuse(source, table, column, names, what)
    _check_withdrawals(source, keys, table)
    _check_currencies(source, keys, table)
    _check_identifiers(source, keys, table)
    return _check_windows(source, keys.windows.windows, keys, table)


def examples(table: Any, column: str, most: int = EXAMPLES) -> pd.DataFrame:
    """Return the first customers with a text in `column`, and these texts, as told."""
    found = table.filter(table[column].notnull()).order_by("customer")
    return tables.aggregates(found.select("customer_text", told=found[column]).limit(most))


def quoted(found: pd.DataFrame, of: int) -> str:
    """Return examples as a sentence lists them: "'12,50' (customer 7) and 3 more customers"."""
    texts = [
        f"{to_text(told)!r} ({_customer(name)})"
        for name, told in zip(found["customer_text"], found["told"], strict=True)
    ]
    more = of - len(texts)
    rest = f" and {more:,} more customer{'s' if more > 1 else ''}" if more > 0 else ""
    return ", ".join(texts) + rest


def _customer(name: Any) -> str:
    return "no customer" if pd.isna(name) else f"customer {name}"


def _refuse(source: Source, table: Any, column: str, name: str, what: str) -> None:
    """Raise an error if any customer has something in `column`."""
    if column not in table.columns:
        return
    of = int(tables.aggregates(table.aggregate(n=table[column].count()))["n"].iloc[0])
    if of:
        fault, _, remedy = what.partition(". ")
        listed = quoted(examples(table, column), of)
        raise StudyError(f"{source.name}, column '{name}': {fault}: {listed}. {remedy}")


def _contradictions(keys: TransactionsTable, table: Any) -> Iterator[tuple[str, str, str]]:
    """Yield the columns of histories in which a check found something, and what to say of it."""
    yield (
        "bad_times",
        keys.count,
        "counts that are negative or no whole numbers. Correct them.",
    )
    yield (
        "bad_direction",
        keys.direction,
        f"neither {keys.deposit!r} nor {keys.withdrawal!r}. Correct the values, or 'deposit' and "
        "'withdrawal' in [transactions].",
    )
    yield (
        "negative_deposit",
        keys.amount,
        f"negative amounts of deposits ('{keys.direction}' is {keys.deposit!r}). Correct them, or "
        "remove 'direction', if the sign tells it.",
    )
    yield (
        "differs",
        keys.id,
        "transactions with one identifier that differ in customer, day or amount. Correct them, or "
        "remove 'id' from [transactions].",
    )


# --- Days -----------------------------------------------------------------------------------------


def fitting_format(texts: list[str]) -> str:
    """Return the first known way of writing days that all `texts` follow; "" if there is none."""
    return next((form for form in FORMATS if all(_fits(text, form) for text in texts)), "")


def _fits(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True


def _check_dates(source: Source, keys: TransactionsTable, table: Any) -> None:
    """Raise if no day can be read, or if days are written in two ways; a stray text is counted."""
    if "bad_date" not in table.columns:
        return
    bad = examples(table, "bad_date", TEXTS_TO_LOOK_AT)
    if bad.empty:
        return
    dated = table.rows.sum() - sum(
        table[f"rows_{place}"].sum() for place in (Place.BAD_DATE, Place.NO_DATE)
    )
    of = int(tables.aggregates(table.aggregate(n=table.bad_date.count()))["n"].iloc[0])
    none = not tables.aggregates(table.aggregate(n=dated))["n"].iloc[0]
    now = keys.date_format or "%Y-%m-%d"
    others = {form: [t for t in bad["told"] if _fits(t, form)] for form in FORMATS}
    form = max(others, key=lambda f: len(others[f]))
    where = f"{source.name}, column '{keys.date}'"
    if none:
        remedy = f'Write date_format = "{form}" under' if others[form] else "Correct date_format in"
        raise StudyError(
            f"{where}: no day is written as {now}: {quoted(bad.head(EXAMPLES), of)}. {remedy} "
            "[transactions]."
        )
    if others[form]:
        other = bad[bad["told"].isin(others[form])]
        of = len(other) if len(bad) < TEXTS_TO_LOOK_AT else of
        raise StudyError(
            f"{where}: days in two formats, {now} and {form}: {quoted(other.head(EXAMPLES), of)}. "
            "Write them all in one."
        )


# --- Amounts --------------------------------------------------------------------------------------


def _check_amounts(source: Source, keys: TransactionsTable, table: Any) -> None:
    if "bad_amount" in table.columns:
        marks = _marks(examples(table, "bad_amount", TEXTS_TO_LOOK_AT)["told"])
        _refuse(
            source, table, "bad_amount", keys.amount,
            f"text where amounts are expected, or amounts without limit or from 10¹² up. {marks}"
            "orrect these values, or list a text that means no value under 'missing' in "
            "[transactions].",
        )  # fmt: skip
    if "settles" not in table.columns:
        return
    counts = table.aggregate(pointed=table.pointed.count(), settled=table.settles.any())
    found = tables.aggregates(counts).iloc[0]
    if found["pointed"] and not found["settled"]:
        pointed = examples(table, "pointed", 3)
        text = str(pointed["told"].iloc[0])
        raise StudyError(
            f"{source.name}, column '{keys.amount}': a decimal point or thousands? "
            f"{quoted(pointed, int(found['pointed']))}: every value with a point can be read both "
            f'ways. Write under [transactions] decimal = "." if {text} is {float(text)}, or '
            f'thousands = "." if it is {text.replace(".", "")}.'
        )


def _marks(texts: pd.Series) -> str:
    """Return which marks would make numbers of all texts, and how the next word begins."""
    if texts.empty:
        return "C"
    marks, share = conventions(
        pd.Series(pa.array(texts.drop_duplicates()).to_pylist(), dtype="str")
    )
    if share < 1:
        return "C"
    named = " or ".join(show_marks(*pair).replace("\n", ", ") for pair in marks)
    return (
        f"Write {named} under [transactions] if the file means that. Otherwise c" if named else "C"
    )


def _check_withdrawals(source: Source, keys: TransactionsTable, table: Any) -> None:
    if "withdrawn_least" not in table.columns:
        return
    limits = table.aggregate(least=table.withdrawn_least.min(), most=table.withdrawn_most.max())
    found = tables.aggregates(limits).iloc[0]
    if not pd.isna(found["least"]) and found["least"] < 0 < found["most"]:
        raise StudyError(
            f"{source.name}, column '{keys.amount}': withdrawals with both signs, from "
            f"{float(found['least']):g} to {float(found['most']):g}. Write them with one, or leave "
            "'direction' out, if the sign tells it."
        )


# --- Currencies and identifiers -------------------------------------------------------------------


def _check_currencies(source: Source, keys: TransactionsTable, table: Any) -> None:
    """Raise if there are several currencies, and the study file does not name one of them."""
    if "currency_least" not in table.columns or keys.currency:
        return
    found = tables.aggregates(
        table.aggregate(
            least=table.currency_least.min(),
            most=table.currency_most.max(),
            none=table.currency_none.sum(),
        )
    ).iloc[0]
    if found["least"] == found["most"] and not found["none"]:
        return
    names = sorted(
        set(tables.aggregates(table.select("currency_least").distinct())["currency_least"].dropna())
        | set(tables.aggregates(table.select("currency_most").distinct())["currency_most"].dropna())
    )
    listed = ", ".join(names[:EXAMPLES]) + (" and others" if len(names) > EXAMPLES else "")
    none = f"; {int(found['none']):,} rows have none" if found["none"] else ""
    raise StudyError(
        f"{source.name}, column '{keys.currency_column}': amounts in several currencies: "
        f"{listed}{none}. Convert them, or name the one that counts under [transactions], e.g. "
        f'currency = "{names[0] if names else "EUR"}".'
    )


def _check_identifiers(source: Source, keys: TransactionsTable, table: Any) -> None:
    if "no_id" in table.columns:
        n = int(tables.aggregates(table.aggregate(n=table.no_id.sum()))["n"].iloc[0])
        if n:
            raise StudyError(
                f"{source.name}, column '{keys.id}': {counted(n, 'row')} without an identifier. "
                "Give each one, or remove 'id' from [transactions]."
            )
    if table.customer.type().is_string():
        blanks = table.filter(table.customer != table.customer.strip())
        found = tables.aggregates(blanks.order_by("customer").select("customer").limit(EXAMPLES))
        if len(found):
            listed = ", ".join(repr(name) for name in found["customer"])
            raise StudyError(
                f"{source.name}, column '{keys.customer}': blanks around customers: {listed}. "
                "Remove them: with and without, they would be two customers."
            )
    if table.customer.type().is_floating():
        broken = table.filter(table.customer != table.customer.floor())
        found = tables.aggregates(broken.order_by("customer").select("customer").limit(EXAMPLES))
        if len(found):
            listed = ", ".join(to_text(name) for name in found["customer"])
            raise StudyError(
                f"{source.name}, column '{keys.customer}': fractions where customers are "
                f"expected: {listed}. Name another column as 'customer'."
            )


# --- Windows --------------------------------------------------------------------------------------


def _check_windows(
    source: Source, windows: Windows, keys: TransactionsTable, table: Any
) -> tuple[str, ...]:
    where = f"{source.name}, column '{keys.date}'"
    sums = table.aggregate(observed=table.rows_0.sum(), outcome=table.rows_1.sum())
    found = tables.aggregates(sums).iloc[0]
    if not found["observed"]:
        raise StudyError(
            f"{where}: no transaction between {windows.observation[0]} and "
            f"{windows.observation[1]}, the observation window. {_span(table)}Correct "
            "[transactions.windows]."
        )
    start, end = windows.outcome
    if not keys.churned.closing_date:
        if not found["outcome"]:
            raise StudyError(
                f"{where}: no transaction between {start} and {end}, the outcome window: every "
                f"customer would count as churned. {_span(table)}Correct [transactions.windows]."
            )
        days = source_days(source, keys)
        late = end - timedelta(days=int(MOST_EMPTY * ((end - start).days + 1)))
        if not _any(days, late, end):
            last = _one(days, start, end, "max")
            raise StudyError(
                f"{where}: the last transaction in the outcome window is of {last}, and the window "
                f"ends on {end}: customers would count as churned because the data end. Let the "
                "window end earlier ([transactions.windows])."
            )
    first, last = windows.observation
    days = source_days(source, keys)
    if not _any(days, first, first + timedelta(days=int(MOST_EMPTY * windows.days))):
        return (
            f"the observation window begins on {first}, and its first transaction is of "
            f"{_one(days, first, last, 'min')}: what older customers did before is not "
            "in the data.",
        )
    return ()


def source_days(source: Source, keys: TransactionsTable) -> Any:
    """Return an expression: the days of all rows, and nothing else of them."""
    return source.table.select(date=day(source, keys.date, keys.date_format)[0])


def _any(days: Any, first: date, last: date) -> bool:
    """Return whether there is a row in these days; the engine ends at the first that it finds."""
    return len(tables.arrow(days.filter(days.date.between(first, last)).limit(1))) > 0


def _one(days: Any, first: date, last: date, extreme: str) -> date:
    """Return the first or the last day within a window."""
    within = days.filter(days.date.between(first, last))
    return pd.Timestamp(
        tables.aggregates(within.aggregate(day=getattr(within.date, extreme)()))["day"].iloc[0]
    ).date()


def _span(table: Any) -> str:
    """Say which days there are, as far as histories know them."""
    counts = {
        place: table[f"rows_{place}"].sum()
        for place in (Place.BEFORE, Place.GAP, Place.AFTER, Place.OBSERVED, Place.OUTCOME)
        if f"rows_{place}" in table.columns
    }
    found = tables.aggregates(table.aggregate(**{f"n_{p}": n for p, n in counts.items()})).iloc[0]
    words = {
        Place.BEFORE: "before the observation window",
        Place.OBSERVED: "in it",
        Place.GAP: "in the gap",
        Place.OUTCOME: "in the outcome window",
        Place.AFTER: "after the outcome window",
    }
    listed = [f"{int(found[f'n_{p}']):,} {words[p]}" for p in counts if found[f"n_{p}"]]
    return f"There are {', '.join(listed)}. " if listed else ""

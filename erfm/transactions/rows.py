"""Transactions with the same columns whatever their source, and each row's place in time."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from erfm.customers.cells import number_of
from erfm.customers.transactions_table import TransactionsTable
from erfm.study import Format, StudyError
from erfm.transactions.source import Source

AMOUNT = "decimal(18, 6)"
"""How amounts are added: exactly, so that no sum depends on the order of the rows."""
TIMES = "int64"
GROUPED = "^[+-]?[1-9][0-9]{0,2}[.][0-9]{3}$"


class Place(IntEnum):
    """What becomes of a row; of several reasons to leave it out, the first in `_place`."""

    OBSERVED = 0
    OUTCOME = 1
    BEFORE = 2
    GAP = 3
    AFTER = 4
    BAD_DATE = 5
    NO_DATE = 6
    WRONG = 7
    CURRENCY = 8
    DIRECTION = 9
    NO_AMOUNT = 10
    NO_COUNT = 11


COMMON = (Place.OBSERVED, Place.OUTCOME, Place.BEFORE, Place.GAP, Place.AFTER)
"""Where rows are by their dates alone; all others are `ASIDE`, and there are few of them."""
ASIDE = tuple(place for place in Place if place not in COMMON)


@ibis.udf.scalar.builtin(name="try_strptime", signature=((dt.string, dt.string), dt.timestamp))
def _try_strptime(text, form):  # type: ignore[no-untyped-def]
    """DuckDB's own: the time that a text tells in a format, missing where it tells none."""


def placed_rows(source: Source, keys: TransactionsTable) -> Any:
    """Return an expression: transactions with known columns, and the place of each.

    Returns
    -------
    ibis.Table
        ``customer`` as the source has it, ``date``, ``amount`` (decimal; positive where only one
        direction counts), ``place`` (`Place`); ``times`` if the study file names a column that
        counts transactions; ``copies`` if it says what the same transaction is; what a check
        needs besides: ``bad_date``, ``bad_amount``, ``bad_times``, ``pointed``, ``settles``,
        ``currency``, ``bad_direction``, ``negative_deposit``, ``withdrawn``, ``no_id`` and
        ``differs``.
    """
    typed = typed_rows(source, keys)
    if keys.id:
        typed = _once_each(typed)
    elif keys.duplicates == "drop":
        typed = _once_alike(typed)
    return typed.mutate(place=_place(typed, keys)).mutate(amount=_counted_amount(typed, keys))


# --- Columns --------------------------------------------------------------------------------------


def typed_rows(source: Source, keys: TransactionsTable) -> Any:
    """Return an expression: the columns that the study file names, as days, numbers and texts."""
    columns = {"customer": tidy(source, source.column(keys.customer))}
    columns |= _dates(source, keys.date, keys.date_format)
    columns |= _amounts(source, keys.amount)
    if keys.count:
        columns |= _times(source, keys.count)
    if keys.currency_column:
        columns["currency"] = label(source, keys.currency_column)
    if keys.direction:
        columns |= _directions(source, keys, columns["amount"])
    if keys.id:
        columns["id"] = tidy(source, source.column(keys.id))
    if keys.duplicates == "drop":
        used = {keys.customer, keys.date, keys.amount, keys.count, keys.currency_column}
        others = [name for name in source.table.columns if name not in {*used, keys.direction}]
        columns |= {f"other_{i}": source.table[name] for i, name in enumerate(others)}
    return source.table.select(**columns)


def tidy(source: Source, values: Any) -> Any:
    """Return text without surrounding blanks and without what means no value; all else as it is.

    Only columns of text files: in other tables, a value is what it is.
    """
    if not values.type().is_string() or not source.originals:
        return values
    text = values.strip()
    return ibis.cases((text.isin(["", *source.form.missing]), ibis.null("string")), else_=text)


def label(source: Source, column: str) -> Any:
    """Return a column as text, whole numbers without ".0"."""
    return as_text(tidy(source, source.column(column)))


def as_text(values: Any) -> Any:
    """Return identifiers or labels as text, whole numbers without ".0"."""
    if values.type().is_floating() or values.type().is_decimal():
        return values.cast("int64").cast("string")
    return values.cast("string")


def day(source: Source, column: str, form: str) -> tuple[Any, Any]:
    """Return a column as days, and its text (None where it is no text).

    Text is read in `form`, as YYYY-MM-DD with or without a time where that is "".

    Raises
    ------
    StudyError
        A column that is neither days nor text, or is text in another engine than DuckDB.
    """
    values = tidy(source, source.column(column))
    if values.type().is_date() or values.type().is_timestamp():
        return values.cast("date"), None
    if values.type().is_integer() and form:
        values = values.cast("string")
    if not values.type().is_string():
        raise StudyError(
            f"{source.name}, column '{column}': numbers where days are expected. Write "
            f'date_format under {source.head}, e.g. "%Y%m%d".'
        )
    if not source.local:
        raise StudyError(_only_typed(source, column, "a day (DATE or TIMESTAMP)"))
    if form:
        return _try_strptime(values, form).cast("date"), values
    whole = values.re_search("^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T].*)?$")
    iso = ibis.cases((whole, values.left(10)), else_=ibis.null("string"))
    return _try_strptime(iso, "%Y-%m-%d").cast("date"), values


def _only_typed(source: Source, column: str, what: str) -> str:
    return (
        f"{source.name}, column '{column}': text where {what} is expected. Let the database "
        "convert it, in a view, and name the view."
    )


def _dates(source: Source, column: str, form: str) -> dict[str, Any]:
    values, text = day(source, column, form)
    if text is None:
        return {"date": values}
    return {"date": values, "bad_date": ibis.cases((values.isnull(), text))}


def number(source: Source, column: str, kind: str) -> tuple[Any, Any]:
    """Return a column as numbers of a type of Ibis, and what in it is none, as text.

    Text is read with the marks of the source's format. Not a number (NaN) is a missing value.

    Raises
    ------
    StudyError
        A column that is neither numbers nor text, or is text in another engine than DuckDB.
    """
    values = tidy(source, source.column(column))
    absent = values.isnull()
    if values.type().is_floating():
        absent = absent | values.isnan()
    if values.type().is_numeric():
        if not source.local:
            known = ibis.cases((~absent, values)) if values.type().is_floating() else values
            return known.cast(kind), ibis.null("string")
        numbers = values.try_cast(kind)
    elif not values.type().is_string():
        raise StudyError(
            f"{source.name}, column '{column}': {values.type()} where numbers are expected. Name "
            f"another column under {source.head}."
        )
    elif not source.local:
        raise StudyError(_only_typed(source, column, "a number"))
    else:
        numbers = _parsed(values, source.form).try_cast(kind)
    return numbers, ibis.cases((numbers.isnull() & ~absent, values.cast("string")))


def _parsed(text: Any, form: Format) -> Any:
    """Return texts that are numbers as an engine writes them, the others missing."""
    plain = text.replace(form.thousands, "") if form.thousands else text
    plain = plain if form.point == "." else plain.replace(form.point, ".")
    return ibis.cases((text.re_search(f"^{number_of(form)}$"), plain))


def _amounts(source: Source, column: str) -> dict[str, Any]:
    numbers, bad = number(source, column, AMOUNT)
    columns = {"amount": numbers, "bad_amount": bad}
    text = tidy(source, source.column(column))
    form = source.form
    if text.type().is_string() and not form.decimal and not form.thousands:
        # 1.234 may be a little more than one, or thousands: one value such as 1.5 settles it.
        pointed = text.contains(".")
        grouped = text.re_search(GROUPED)
        columns["pointed"] = ibis.cases((pointed, text))
        columns["settles"] = pointed & ~grouped
    return columns


def _times(source: Source, column: str) -> dict[str, Any]:
    numbers, bad = number(source, column, "float64")
    wrong = (numbers < 0) | (numbers != numbers.floor())
    bad = bad.coalesce(ibis.cases((wrong, source.column(column).cast("string"))))
    return {"times": ibis.cases((~wrong, numbers.cast(TIMES))), "bad_times": bad}


def _directions(source: Source, keys: TransactionsTable, amount: Any) -> dict[str, Any]:
    """Return the direction of each row, and what contradicts the study file or the amount."""
    direction = label(source, keys.direction)
    known = direction.isin([keys.deposit, keys.withdrawal]).fill_null(False)
    negative = (direction == keys.deposit) & (amount < 0)
    return {
        "direction": direction,
        "bad_direction": ibis.cases((~known, direction.fill_null("(none)"))),
        "negative_deposit": ibis.cases((negative, amount.cast("float64"))),
        "withdrawn": ibis.cases((direction == keys.withdrawal, amount)),
    }


# --- The same transaction -------------------------------------------------------------------------


def _once_each(rows: Any) -> Any:
    """Return each transaction once, by its identifier, with the number of its copies.

    Copies that differ are no copies: ``differs`` says which.
    """
    named = [name for name in rows.columns if name != "id"]
    told = [name for name in ("customer", "date", "amount", "times") if name in named]
    n = ibis._.count()
    differs = [
        (ibis._[name].min() != ibis._[name].max()).fill_null(False)
        | ~ibis._[name].count().isin([n, 0])
        for name in told
    ]
    once = rows.group_by("id").agg(
        **{name: ibis._[name].max() for name in named},
        copies=n,
        differs=ibis.or_(*differs),
    )
    return once.mutate(
        no_id=ibis.cases((once.id.isnull(), once.copies), else_=0),
        differs=ibis.cases((once.differs & once.id.notnull(), as_text(once.id))),
    ).drop("id")


def _once_alike(rows: Any) -> Any:
    """Return rows that are alike in every column once, with the number of their copies."""
    names = list(rows.columns)
    alike = rows.group_by(names).agg(copies=ibis._.count())
    return alike.select(*(name for name in alike.columns if not name.startswith("other_")))


# --- What becomes of a row ------------------------------------------------------------------------


def _place(rows: Any, keys: TransactionsTable) -> Any:
    windows = keys.windows.windows
    first, last = (ibis.literal(d) for d in windows.observation)
    start, end = (ibis.literal(d) for d in windows.outcome)
    date = rows.date
    cases = [(date.isnull(), Place.NO_DATE)]
    if "bad_date" in rows.columns:
        cases.insert(0, (rows.bad_date.notnull(), Place.BAD_DATE))
    cases += [(date < first, Place.BEFORE), (date > end, Place.AFTER)]
    if windows.gap:
        cases += [((date > last) & (date < start), Place.GAP)]
    if keys.direction:
        wrong = rows.bad_direction.notnull() | rows.negative_deposit.notnull()
        cases += [(wrong, Place.WRONG)]
    if keys.currency and keys.currency_column:
        other = (rows.currency != keys.currency) | rows.currency.isnull()
        cases += [(other, Place.CURRENCY)]
    if keys.which != "both":
        cases += [(~_in_direction(rows, keys), Place.DIRECTION)]
    cases += [(rows.amount.isnull(), Place.NO_AMOUNT)]
    if keys.count:
        cases += [(rows.times.isnull() | (rows.times == 0), Place.NO_COUNT)]
    cases += [(date <= last, Place.OBSERVED)]
    return ibis.cases(*((test, int(place)) for test, place in cases), else_=int(Place.OUTCOME))


def _in_direction(rows: Any, keys: TransactionsTable) -> Any:
    deposits = keys.which == "deposits"
    if keys.direction:
        wanted = keys.deposit if deposits else keys.withdrawal
        return (rows.direction == wanted).fill_null(False)
    # A missing amount has a reason of its own.
    return ((rows.amount > 0) if deposits else (rows.amount < 0)).fill_null(True)


def _counted_amount(rows: Any, keys: TransactionsTable) -> Any:
    """Return what is added: sizes of one direction, or of both with the sign that is asked for."""
    if keys.which != "both" or keys.measures.withdrawals == "added":
        return rows.amount.abs()
    if keys.direction:
        taken = rows.direction == keys.withdrawal
        return ibis.cases((taken, -rows.amount.abs()), else_=rows.amount.abs())
    return rows.amount

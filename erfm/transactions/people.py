"""The customers' table that is joined to what was measured: gender, age, a closing date."""

from __future__ import annotations

from typing import Any

import ibis

from erfm.customers import tables
from erfm.customers.transactions_table import PeopleTable
from erfm.formats import to_text
from erfm.study import Study, StudyError
from erfm.transactions.checks import EXAMPLES, examples, quoted
from erfm.transactions.rows import as_text, day, number, tidy
from erfm.transactions.source import Source


def column(i: int) -> str:
    """Return how the i-th joined column is called until it is written: no other may be so."""
    return f"joined_{i}"


def people_rows(source: Source, keys: PeopleTable, closing_date: str, study: Study) -> Any:
    """Return an expression with the customers' table as it is joined.

    Returns
    -------
    ibis.Table
        ``person`` (text); the columns that the study file names, as `column` calls them, numbers
        where a predictor without levels is read from them; ``closed`` (a day) where a closing date
        decides who has churned; ``bad_N`` and ``bad_closed``: what is no number and no day.
    """
    columns = {"person": as_text(tidy(source, source.column(keys.id)))}
    numbers = {p.column for p in study.predictors.values() if not p.levels}
    for i, name in enumerate(keys.columns):
        values = tidy(source, source.column(name))
        if name in numbers and values.type().is_string():
            columns[column(i)], columns[f"bad_{i}"] = number(source, name, "float64")
        else:
            columns[column(i)] = values
    if closing_date:
        closed, text = day(source, closing_date, keys.date_format)
        columns["closed"] = closed
        if text is not None:
            columns["bad_closed"] = ibis.cases((closed.isnull(), text))
    return source.table.select(**columns)


def check_people(source: Source, keys: PeopleTable, closing_date: str, table: Any) -> Any:
    """Return customers, each once, or raise the first error of their table.

    Raises
    ------
    StudyError
        A customer with two values in one column (two genders), text among numbers, a closing date
        that is no day; the customers are listed.
    """
    for i, name in enumerate(keys.columns):
        _check_texts(source, table, f"bad_{i}", name, "numbers are")
    _check_texts(source, table, "bad_closed", closing_date, "a day is")
    told = {column(i): name for i, name in enumerate(keys.columns)}
    if closing_date:
        told["closed"] = closing_date
    once = table.filter(table.person.notnull()).select("person", *told).distinct()
    for name in told:
        values = once.group_by("person").agg(
            least=once[name].min(), most=once[name].max(), n=once[name].count(), rows=once.count()
        )
        two = values.filter(
            (values.least != values.most) | ((values.n > 0) & (values.n < values.rows))
        )
        found = tables.aggregates(two.order_by("person").limit(EXAMPLES))
        if len(found):
            of = int(tables.aggregates(two.aggregate(k=two.count()))["k"].iloc[0])
            more = f" and {of - len(found):,} more" if of > len(found) else ""
            listed = ", ".join(
                f"{row.person} ({to_text(row.least)!r}, "
                + (f"{to_text(row.most)!r})" if row.least != row.most else "none)")
                for row in found.itertuples()
            )
            raise StudyError(
                f"{source.name}, column '{told[name]}': customers with two values: {listed}{more}. "
                "Keep one row for each customer."
            )
    return once


def _check_texts(source: Source, table: Any, bad: str, name: str, expected: str) -> None:
    if bad not in table.columns:
        return
    wrong = table.mutate(customer=table.person, customer_text=table.person)
    found = examples(wrong, bad)
    if len(found):
        of = int(tables.aggregates(table.aggregate(n=table[bad].count()))["n"].iloc[0])
        raise StudyError(
            f"{source.name}, column '{name}': text where {expected} expected: "
            f"{quoted(found, of)}. "
            f"Correct the values, or how they are written under {source.head}."
        )

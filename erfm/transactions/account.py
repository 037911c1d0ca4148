"""What became of every row and every customer: what was used, and what was left out and why."""

from __future__ import annotations

from typing import Any, NamedTuple

import ibis
import pandas as pd

from erfm.customers import tables
from erfm.customers.transactions_table import TransactionsTable, Windows
from erfm.transactions.checks import EXAMPLES
from erfm.transactions.rows import Place

KEPT, NOBODY, UNKNOWN, CLOSED, NO_HISTORY = range(5)
"""What becomes of a customer; see `with_fate`."""

READ = "read"
USED = "used"
LEFT_OUT = "left out"


def with_fate(table: Any, people: Any | None, windows: Windows, closing: bool) -> Any:
    """Return an expression: histories, joined to the customers' table, and each one's `fate`.

    Parameters
    ----------
    table : ibis.Table
        As `erfm.transactions.features.measured` gives it.
    people : ibis.Table or None
        As `erfm.transactions.people.check_people` gives it.
    windows : Windows
    closing : bool
        Whether a closing date decides who has churned; ``churned`` then says whether it lies in
        the outcome window. Who closed before that was no customer any more, and is left out.
    """
    cases = [(table.customer_text.isnull(), NOBODY)]
    if people is not None:
        table = table.left_join(people, table.customer_text == people.person)
        cases = [(table.customer_text.isnull(), NOBODY), (table.person.isnull(), UNKNOWN)]
    if closing:
        start, end = (ibis.literal(day) for day in windows.outcome)
        cases += [((table.closed < start).fill_null(False), CLOSED)]
        table = table.mutate(churned=(table.closed <= end).fill_null(False))
    cases += [(table.rows_0 == 0, NO_HISTORY)]
    return table.mutate(fate=ibis.cases(*cases, else_=KEPT))


def account(table: Any, people: Any | None, keys: TransactionsTable) -> pd.DataFrame:
    """Return how many rows were read, used, and left out for each reason.

    Of several reasons the first counts, those of a whole customer before those of a single row, so
    that the rows that were read are the sum of all others.

    Parameters
    ----------
    table : ibis.Table
        As `with_fate` gives it, in the local engine.
    people : ibis.Table or None
    keys : TransactionsTable

    Returns
    -------
    DataFrame
        ``use`` ("read", "used" or "left out"), ``reason``, ``transactions`` (rows), ``customers``
        (how many have such rows; of those without history, how many there are) and ``examples``
        (up to five customers, or texts with their customers).
    """
    lines = _lines(table, keys)
    found = tables.aggregates(table.aggregate(**_counts(table, lines))).iloc[0]
    counted = [
        {
            "use": line.use,
            "reason": line.reason,
            "transactions": _whole(found[f"rows_{i}"]),
            "customers": _whole(found[f"customers_{i}"]),
            "examples": _examples(table, line) if found[f"customers_{i}"] else "",
        }
        for i, line in enumerate(lines)
    ]
    if people is not None:
        counted[-1] = _with_absent(counted[-1], table, people)
    told = pd.DataFrame(counted)
    needed = (told["use"] != LEFT_OUT) | (told["transactions"] > 0) | (told["customers"] > 0)
    return told[needed].reset_index(drop=True)


class _Line(NamedTuple):
    """A line of the account: the `rows` of those customers for whom `of` is true.

    `everyone`: all of them are counted, not only those who have such rows. `told`: the column whose
    texts are quoted beside the customers; None where nothing is.
    """

    use: str
    reason: str
    rows: Any
    of: Any
    everyone: bool = False
    told: str | None = ""

    @property
    def concerned(self) -> Any:
        return self.of if self.everyone else self.of & (self.rows > 0)


def _lines(table: Any, keys: TransactionsTable) -> list[_Line]:
    """Return the lines of the account, those of customers without history last."""
    places = [place for place in Place if f"rows_{place}" in table.columns]
    known = ~table.fate.isin([NOBODY, UNKNOWN])
    everyone = table.fate >= KEPT
    observed, outcome = _rows(table, Place.OBSERVED), _rows(table, Place.OUTCOME)
    used, kept = _used(keys), table.fate == KEPT
    lines = [
        _Line(READ, "all rows", table.rows, everyone, told=None),
        _Line(USED, used[Place.OBSERVED], observed, kept, told=None),
        _Line(USED, used[Place.OUTCOME], outcome, kept, told=None),
        _Line(LEFT_OUT, "no customer", table.rows, table.fate == NOBODY, told=None),
        _Line(LEFT_OUT, "not in the customers' table", table.rows, table.fate == UNKNOWN),
    ]
    if "copies" in table.columns:
        lines.append(_Line(LEFT_OUT, "the same as another row", table.copies, known))
    for place, reason in _reasons(keys).items():
        if place in places:
            told = "bad_date" if place == Place.BAD_DATE else ""
            lines.append(_Line(LEFT_OUT, reason, _rows(table, place), known, told=told))
    closed = "the customer closed before the outcome window"
    absent = "customers without a transaction in the observation window"
    seen = observed + outcome
    return [
        *lines,
        _Line(LEFT_OUT, closed, seen, table.fate == CLOSED, everyone=True),
        _Line(LEFT_OUT, absent, seen, table.fate == NO_HISTORY, everyone=True),
    ]


def _counts(table: Any, lines: list[_Line]) -> dict[str, Any]:
    """Return what the engine counts for all lines at once."""
    wanted = {}
    for i, line in enumerate(lines):
        wanted[f"rows_{i}"] = line.rows.sum(where=line.of)
        # There is a row a customer, and another for the rows that name none.
        named = line.concerned & table.customer_text.notnull()
        wanted[f"customers_{i}"] = named.sum()
    return wanted


def _whole(value: Any) -> int:
    return 0 if pd.isna(value) else int(value)


def _used(keys: TransactionsTable) -> dict[Place, str]:
    windows = keys.windows.windows
    return {
        Place.OBSERVED: f"in the observation window, {_days(windows.observation)}: for predictors",
        Place.OUTCOME: f"in the outcome window, {_days(windows.outcome)}: for the outcome alone",
    }


def _days(period: tuple[Any, Any]) -> str:
    return f"{period[0]} to {period[1]}"


def _reasons(keys: TransactionsTable) -> dict[Place, str]:
    windows = keys.windows.windows
    only = {"deposits": "no deposit", "withdrawals": "no withdrawal"}.get(keys.which, "")
    return {
        Place.BAD_DATE: f"a day that is not written as {keys.date_format or 'YYYY-MM-DD'}",
        Place.NO_DATE: "no day",
        Place.BEFORE: f"before the observation window ({windows.observation[0]})",
        Place.GAP: f"in the gap ({_days((windows.end, windows.gap_end))})",
        Place.AFTER: f"after the outcome window ({windows.outcome[1]})",
        Place.CURRENCY: f"not in {keys.currency}",
        Place.DIRECTION: only,
        Place.NO_AMOUNT: "no amount",
        Place.NO_COUNT: "no number of transactions, or 0",
    }


def _rows(table: Any, place: Place) -> Any:
    return table[f"rows_{place}"]


def _examples(table: Any, line: _Line) -> str:
    """Return the first customers of a line, with a text of each where there is one to quote."""
    if line.told is None:
        return ""
    columns = ["customer_text", *([line.told] if line.told else [])]
    concerned = table.filter(line.concerned).order_by("customer")
    first = tables.aggregates(concerned.limit(EXAMPLES).select(columns))
    if not line.told:
        return ", ".join(first["customer_text"])
    quoted = zip(first[line.told], first["customer_text"], strict=True)
    return ", ".join(f"{text!r} (customer {name})" for text, name in quoted)


def _with_absent(line: dict[str, Any], table: Any, people: Any) -> dict[str, Any]:
    """Return the line of those without history with those who have no transaction at all."""
    absent = people.anti_join(table, people.person == table.customer_text).order_by("person")
    n = int(tables.aggregates(absent.aggregate(n=absent.count()))["n"].iloc[0])
    if not n:
        return line
    first = tables.aggregates(absent.select("person").limit(EXAMPLES))["person"]
    known = line["examples"].split(", ") if line["examples"] else []
    listed = ", ".join([*known, *first][:EXAMPLES])
    return line | {"customers": line["customers"] + n, "examples": listed}

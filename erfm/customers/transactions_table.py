"""The table [transactions] of a study file: where they are, and what is measured from them."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from erfm.customers.file_keys import WrittenTable
from erfm.customers.toml_tables import (
    GivenText,
    Table,
    Text,
    Texts,
    WholeSentence,
    must,
    plain,
    refuse,
)

DAYS_PER_MONTH = 365.25 / 12
"""The mean length of a month in days, by which days become months."""


class Length(NamedTuple):
    """A length of time, in units of the calendar: 6 and "month"."""

    number: int
    unit: str

    def before(self, day: date) -> date:
        """Return the day that lies this long before `day`.

        A month before the 31st of March is the last day of February.
        """
        if self.unit in ("day", "week"):
            return day - timedelta(days=self.number * (7 if self.unit == "week" else 1))
        months = 12 * day.year + day.month - 1 - self.number * (12 if self.unit == "year" else 1)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last))


Period = tuple[date, date]
"""A first and a last day; both belong to it."""


@dataclass(frozen=True)
class Windows:
    """The days that predictors are measured in, and those that decide who has churned.

    Attributes
    ----------
    observation : (date, date)
        The first and the last day of the observation window: nothing later reaches a predictor.
    outcome : (date, date)
        The first and the last day of the outcome window.
    """

    observation: Period
    outcome: Period

    @property
    def end(self) -> date:
        """The first day after the observation window, from which recency is counted back."""
        return self.observation[1] + timedelta(days=1)

    @property
    def gap(self) -> int:
        """How many days lie between the two windows."""
        return (self.outcome[0] - self.end).days

    @property
    def gap_end(self) -> date:
        """The last day before the outcome window."""
        return self.outcome[0] - timedelta(days=1)

    @property
    def days(self) -> int:
        """How many days the observation window has."""
        return (self.end - self.observation[0]).days

    @property
    def months(self) -> float:
        """How many months the observation window has, a month being 365.25 / 12 days."""
        return self.days / DAYS_PER_MONTH


def _place(text: str) -> str:
    """Return a path or a name; refuse an address, which may hold a password, unquoted."""
    if "://" in text:
        refuse(
            "must be no address. Put the database's URL into a variable of the environment, and "
            'name that: url = "BANK_URL".'
        )
    return text


def _variable(text: str) -> str:
    """Return the name of a variable; what may be a URL with a password is not quoted."""
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", text):
        refuse(
            "must be the name of a variable of the environment that holds the database's URL, such "
            'as "BANK_URL", and never the URL itself.'
        )
    return text


def _day(value: Any) -> date:
    """Return a day that is written as a date of TOML or as a text."""
    if type(value) is date:
        return value
    try:
        return date.fromisoformat(plain(value))
    except ValueError:
        refuse(f"is {plain(value)!r}; write a day as YYYY-MM-DD.")


def _length(value: Any) -> Length:
    """Return a length that is written as "6 months"."""
    found = re.fullmatch(r"([1-9][0-9]{0,4}) (day|week|month|year)s?", plain(value))
    if not found:
        refuse(f'is {plain(value)!r}; write a length such as "6 months", "90 days".')
    return Length(int(found[1]), found[2])


def _window(value: Any) -> Period | Length:
    """Return a window: its first and last day, or its length."""
    if not isinstance(value, list):
        return _length(value)
    if len(value) != 2:
        refuse('must be a first and a last day, ["1997-01-01", "1997-09-30"], or a length.')
    first, last = map(_day, value)
    if last < first:
        refuse(f"is an empty window: it ends on {last}, before it begins on {first}.")
    return first, last


Place = Annotated[Text, AfterValidator(_place)]
Window = Annotated[Any, BeforeValidator(_window)]
Whole = Annotated[int, Field(ge=1, lt=10**9)]


class WindowsTable(Table):
    """[transactions.windows]: two pairs of days, or two lengths before a reference date."""

    observation: Window
    outcome: Window
    gap: Annotated[Any, BeforeValidator(_length)] = None
    reference: Annotated[Any, BeforeValidator(_day)] = None

    @property
    def windows(self) -> Windows:
        """The windows in dates.

        The outcome window ends the day before the reference date, the gap the day before the
        outcome window, the observation window the day before the gap.
        """
        if not self.reference:
            return Windows(self.observation, self.outcome)
        one = timedelta(days=1)
        outcome = self.outcome.before(self.reference)
        end = self.gap.before(outcome) if self.gap else outcome
        return Windows((self.observation.before(end), end - one), (outcome, self.reference - one))

    @model_validator(mode="after")
    def _fit_one_another(self) -> Self:
        lengths = [isinstance(w, Length) for w in (self.observation, self.outcome)]
        head = "[transactions.windows]"
        if any(lengths) and not (all(lengths) and self.reference):
            raise WholeSentence(
                f"{head} has a length without a reference date, or beside days. Give both windows "
                'as first and last days, or both as lengths with reference = "YYYY-MM-DD".'
            )
        if not any(lengths) and (self.reference or self.gap):
            raise WholeSentence(
                f"'reference' and 'gap' in {head} go with lengths; where both windows are days, "
                "the days between them are the gap. Remove them."
            )
        try:
            windows = self.windows
        except (ValueError, OverflowError):
            raise WholeSentence(
                f"{head} reaches back before the year 1. Give shorter lengths."
            ) from None
        if windows.gap < 0:
            raise WholeSentence(
                f"the outcome window in {head} begins on {windows.outcome[0]}, and the observation "
                f"window ends only on {windows.observation[1]}. Let it begin later: what is "
                "predicted must not be seen."
            )
        return self


Unit = Annotated[Literal["days", "months"], must('write "days" or "months"')]
NoUnit = Annotated[Literal["", "days", "months"], must('write "days", "months" or leave it out')]


class MeasuresTable(Table):
    """[transactions.measures]: how recency, frequency, amount (and length) are measured."""

    recency: Unit = "days"
    frequency: Annotated[
        Literal["transactions", "active_days", "active_months"],
        must('write "transactions", "active_days" or "active_months"'),
    ] = "transactions"
    amount: Annotated[
        Literal["sum", "mean_per_month", "mean_per_transaction"],
        must('write "sum", "mean_per_month" or "mean_per_transaction"'),
    ] = "sum"
    length: NoUnit = ""
    withdrawals: Annotated[
        Literal["subtracted", "added"], must('write "subtracted" or "added"')
    ] = "subtracted"


class ChurnedTable(Table):
    """[transactions.churned]: who has churned."""

    fewer_than: Annotated[Whole, must("write a whole number from 1 up")] | None = None
    closing_date: Text = ""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.fewer_than and self.closing_date:
            raise WholeSentence(
                "[transactions.churned] has both 'fewer_than' and 'closing_date'. Keep one."
            )
        return self

    @property
    def least(self) -> int:
        """How many transactions in the outcome window a retained customer has at least."""
        return self.fewer_than or 1


class PeopleTable(WrittenTable):
    """[transactions.customers]: a table with one row a customer, to be joined."""

    head: ClassVar[str] = "[transactions.customers]"

    file: Place = ""
    table: Place = ""
    id: GivenText
    columns: Texts = ()
    date_format: Text = ""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if bool(self.file) == bool(self.table):
            raise WholeSentence(
                f"{self.head} must name either a 'file' or a 'table' of the database."
            )
        return self


class TransactionsTable(WrittenTable):
    """[transactions]: where they are, which column is what, and what is measured."""

    head: ClassVar[str] = "[transactions]"

    file: Place = ""
    url: Annotated[Text, AfterValidator(_variable)] = ""
    table: Place = ""
    customer: GivenText
    date: GivenText
    amount: GivenText
    date_format: Text = ""
    id: Text = ""
    duplicates: Annotated[Literal["keep", "drop"], must('write "keep" or "drop"')] = "keep"
    currency: Text = ""
    currency_column: Text = ""
    which: Annotated[
        Literal["both", "deposits", "withdrawals"],
        must('write "both", "deposits" or "withdrawals"'),
    ] = "both"
    direction: Text = ""
    deposit: Text = ""
    withdrawal: Text = ""
    count: Text = ""
    windows: WindowsTable
    measures: MeasuresTable = MeasuresTable()
    churned: ChurnedTable = ChurnedTable()
    customers: PeopleTable | None = None

    @model_validator(mode="after")
    def _fit_one_another(self) -> Self:
        for told in self._contradictions():
            raise WholeSentence(told)
        return self

    def _contradictions(self) -> list[str]:
        people, told = self.customers, []
        if bool(self.file) == bool(self.url):
            told += ["[transactions] must name either a 'file' or the 'url' of a database."]
        if bool(self.url) != bool(self.table):
            told += ["'url' and 'table' in [transactions] go together. Give both, or a 'file'."]
        if people and people.table and not self.url:
            told += [
                "'table' in [transactions.customers] is one of the database that 'url' in "
                "[transactions] names. Name a 'file' instead."
            ]
        if self.churned.closing_date and not people:
            told += [
                "'closing_date' in [transactions.churned] is a column of the customers' table. Add "
                "[transactions.customers]."
            ]
        if bool(self.direction) != bool(self.deposit and self.withdrawal):
            told += [
                "'direction', 'deposit' and 'withdrawal' in [transactions] go together: the column "
                "and its two texts. Give all three or none."
            ]
        if self.direction and self.deposit == self.withdrawal:
            told += ["'deposit' and 'withdrawal' in [transactions] are the same text."]
        if self.id and self.duplicates == "drop":
            told += [
                "'id' in [transactions] tells already what is the same transaction. Remove "
                "'duplicates'."
            ]
        return told

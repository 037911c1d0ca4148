"""How a file of customers or transactions is written: the keys that say so in a study file."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from erfm.customers.charsets import is_encoding
from erfm.customers.toml_tables import Table, Texts, WholeSentence, must
from erfm.study import Format

_NO_MARKS = '"\r\n\0\\0123456789+-eE'


def _one_mark(mark: str) -> str:
    if len(mark) != 1 or mark in _NO_MARKS:
        raise ValueError
    return mark


def _known_encoding(name: str) -> str:
    if not is_encoding(name):
        raise ValueError
    return name


Character = Annotated[str, AfterValidator(_one_mark)]
Mark = Annotated[Character, must("it must be one character")]
MarkOrNone = Annotated[Character | Literal[""], must("it must be one character")]
Encoding = Annotated[
    str,
    AfterValidator(_known_encoding),
    must('there is no such encoding. Write e.g. "utf-8" or "gb18030"'),
]
Sheet = Annotated[str | Annotated[int, Field(ge=0, lt=10**9)], must("give its name or number")]
Row = Annotated[int, Field(ge=0, lt=10**9), must("give the row that names the columns, from 1")]


class WrittenTable(Table):
    """A table of the study file that says where a file is and how it is written."""

    head: ClassVar[str]
    """How the study file writes the table's head, for messages."""

    encoding: Encoding = Format.encoding
    separator: Mark = Format.separator
    decimal: Mark = Format.decimal
    thousands: MarkOrNone = Format.thousands
    missing: Texts = Format.missing
    header: Row = Format.header

    @property
    def format(self) -> Format:
        """How the file is written."""
        given = {f.name: getattr(self, f.name) for f in fields(Format) if hasattr(self, f.name)}
        if "thousands" in self.model_fields_set and not self.decimal:
            given["decimal"] = Format(thousands=self.thousands).point
        return Format(**given)

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.format.decimal and self.format.decimal == self.thousands:
            raise WholeSentence(
                f"'decimal' and 'thousands' in {self.head} are both {self.thousands!r}."
            )
        return self

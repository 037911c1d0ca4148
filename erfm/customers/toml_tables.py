"""What TOML files have in common: tables with known keys, and one sentence on what is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from erfm.customers.cells import nearest
from erfm.customers.files import explained
from erfm.formats import to_text
from erfm.study import StudyError

PAPER_SUFFIX = ".paper.toml"
"""What the name of a paper's file ends in; that of a study ends in ".toml" alone."""


class WholeSentence(ValueError):
    """What is told of a table, or of values that do not fit one another."""


class UnknownKey(ValueError):
    """A table has a key, of this name, that it cannot have; and what is told of it."""


def refuse(told: str) -> NoReturn:
    """Refuse a value; `told` goes on after the key's name: "'seed' in [sample] …"."""
    raise ValueError(told)


def must(remedy: str) -> WrapValidator:
    """Tell what a key must hold, whatever was wrong with its value."""

    def check(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        try:
            return validate(value)
        except ValidationError:
            refuse(f"is {written(value)}; {remedy}.")

    return WrapValidator(check)


def plain(value: Any) -> str:
    """Return a text, a number, a truth value or a date as text; refuse lists and tables."""
    if isinstance(value, list | dict):
        refuse("is a list or a table; write one text or number.")
    return written(value, to_text)


def written(value: Any, write: Callable[[Any], str] = repr) -> str:
    """Return a value as text; refuse a number that has too many digits to be written."""
    try:
        return write(value)
    except ValueError:
        refuse("has too many digits. Write a number of ordinary size.")


def not_empty(text: str) -> str:
    """Return a text; refuse an empty one."""
    return text or refuse("is empty. Give a value, or remove the key.")


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Return a list as a tuple; refuse anything else."""
    if not isinstance(value, list):
        refuse('must be a list: write it as ["…", "…"].')
    return tuple(value)


Text = Annotated[str, BeforeValidator(plain)]
GivenText = Annotated[Text, AfterValidator(not_empty)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(as_tuple)]
Flag = Annotated[bool, must("write true or false")]


class Table(BaseModel):
    """A table of the file: each key of the type stated, and no other keys."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, table: Any) -> Any:
        for key in table if isinstance(table, dict) else ():
            if key not in cls.model_fields:
                raise UnknownKey(key, nearest(key, sorted(cls.model_fields)))
        return table


def is_paper(path: Path) -> bool:
    """Return whether a file is named as a paper is, not as a study."""
    return path.name.endswith(PAPER_SUFFIX)


def read_toml(path: Path) -> str:
    """Return the text of a TOML file, which is in UTF-8.

    Raises
    ------
    StudyError
        It cannot be read, or is in another encoding.
    """
    try:
        with explained(path):
            return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(f"{path}: not in UTF-8: {error}. Save the file as UTF-8.") from None


@contextmanager
def one_sentence(path: Path) -> Iterator[None]:
    """Turn whatever is wrong with a TOML text in the block into a `StudyError` about `path`."""
    try:
        yield
    except ValidationError as errors:
        raise StudyError(f"{path}: {told(errors.errors(include_url=False)[0])}") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not a TOML file: {error}. Correct that line.") from None
    except RecursionError:
        raise StudyError(
            f"{path}: brackets or tables are nested too deeply. Two levels are enough."
        ) from None
    except StudyError:
        raise
    except (ValueError, OverflowError):
        raise StudyError(
            f"{path}: a number has too many digits. Write one of ordinary size."
        ) from None


def told(error: Mapping[str, Any]) -> str:
    """Return a pydantic error as a sentence that names the key and its table, with the remedy."""
    cause = error.get("ctx", {}).get("error")
    place = [part for part in error["loc"] if isinstance(part, str)]
    if isinstance(cause, WholeSentence):
        return str(cause)
    if isinstance(cause, UnknownKey):
        key, remedy = cause.args
        return f"unknown key '{key}' in {table_name(place)}. {remedy}"
    key, where = place[-1], table_name(place[:-1])
    if error["type"] == "missing":
        return f"'{key}' is missing in {where}. Add it."
    if error["type"] in ("model_type", "dict_type"):
        return f"'{key}' in {where} must be a table: write {table_name(place)}."
    within_list = len(place) < len(error["loc"])
    return f"{'a value of ' if within_list else ''}'{key}' in {where} {cause}"


def table_name(place: list[str]) -> str:
    """Return how a TOML file writes the head of a table, e.g. "[values.n_raw]"."""
    return f"[{'.'.join(place)}]" if place else "the top of the file"

"""The paper file: a TOML file of a paper's printed values, and of the claims that connect them.

``[paper]`` says which paper it is, ``[values.<id>]`` holds each printed value as the text that is
printed, ``[[claims]]`` says which values belong together and what kind of statement they make. A
claim's ``kind`` is one of ``KINDS`` of `erfm.paper.claims`; each of the kind's keys names a value
by its id, or a list of values; ``about`` names the values that the claim judges, where these are
not the kind's own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, field_validator, model_validator

from erfm.customers.cells import nearest
from erfm.customers.files import explained
from erfm.customers.toml_tables import (
    PAPER_SUFFIX,
    GivenText,
    Table,
    Text,
    WholeSentence,
    is_paper,
    one_sentence,
    read_toml,
)
from erfm.paper.claims import KINDS, Key, Kind, Option, fits
from erfm.study import DATA, StudyError

MOST_FAULTS = 5
OF_EVERY_CLAIM = ("kind", "name", "about", "note")
"""The keys that a claim of any kind may have."""


class PaperError(StudyError):
    """A paper's file cannot be used; the message names the file, claim, key and remedy."""


@dataclass(frozen=True)
class PrintedValue:
    """A value that a paper prints.

    Attributes
    ----------
    id : str
        What claims call it.
    printed : str
        As printed, with its trailing zeros and percent sign.
    what : str
        What it is, e.g. "Standard deviation".
    variable : str
        Of what, e.g. "Frequency"; "" where that is said already.
    place : str
        Where it is printed, e.g. "Table 1".
    reading : str
        The number, where what is printed has lost a sign: "> 0.05" for "P0.05"; else "".
    quotation, translation : str
        The sentence it stands in, in the paper's language, and in English; "" where not given.
    note : str
        How it is read, where that is not plain.
    """

    id: str
    printed: str
    what: str
    variable: str = ""
    place: str = ""
    reading: str = ""
    quotation: str = ""
    translation: str = ""
    note: str = ""

    @property
    def text(self) -> str:
        """What claims are about: the reading, or what is printed."""
        return self.reading or self.printed

    @property
    def shown(self) -> str:
        """What is printed, with its reading if there is one."""
        return f"{self.printed} (read as {self.reading})" if self.reading else self.printed

    @property
    def title(self) -> str:
        """The variable and what is printed of it, e.g. "Frequency: Mean"."""
        return f"{self.variable}: {self.what}" if self.variable else self.what


@dataclass(frozen=True)
class Claim:
    """A statement that printed values make together.

    Attributes
    ----------
    number : int
        Its place in the file, from 1.
    kind : str
        One of ``KINDS`` of `erfm.paper.claims`.
    given : mapping of str to str or tuple of str
        For each key of the kind, the id of a value, or several.
    options : mapping of str to object
        The kind's other keys.
    about : tuple of str
        The ids of the values that it judges.
    name, note : str
        What the file calls it, and says of it; "" where it does neither.
    """

    number: int
    kind: str
    given: Mapping[str, str | tuple[str, ...]]
    options: Mapping[str, Any]
    about: tuple[str, ...]
    name: str = ""
    note: str = ""

    @property
    def used(self) -> tuple[str, ...]:
        """The ids of all values that it rests on, each once, in the order of the kind's keys."""
        return tuple(dict.fromkeys(i for ids in self.given.values() for i in _as_ids(ids)))

    @property
    def title(self) -> str:
        """How a message calls it, e.g. "claim 3 (sum)"."""
        return f"claim {self.number} ({self.kind})"


@dataclass(frozen=True)
class Paper:
    """A paper's file, read and checked."""

    path: Path
    title: str
    source: str
    language: str
    note: str
    printed: dict[str, PrintedValue]
    claims: tuple[Claim, ...]

    @property
    def name(self) -> str:
        """The file's name without its suffixes."""
        return self.path.name.removesuffix(".toml").removesuffix(".paper")

    def claim(self, name: str) -> Claim:
        """Return the claim that the file calls `name`."""
        return next(claim for claim in self.claims if claim.name == name)


def load_paper(paper: str | Path) -> Paper:
    """Read and check a paper's file.

    Parameters
    ----------
    paper : str or Path
        The path of a file whose name ends in ".toml", or the name of a paper in ``data/``
        ("erfm_2012").

    Raises
    ------
    PaperError
        No such file, TOML that cannot be read, an unknown or missing key, a claim that names no
        value of the file or one that is not what its kind needs; names the file, the claim, the key
        and the remedy.
    """
    path = Path(paper) if str(paper).endswith(".toml") else DATA / f"{paper}{PAPER_SUFFIX}"
    try:
        with explained(path):
            exists = path.is_file()
        if not exists:
            known = nearest(str(path), [str(p) for p in _papers(path.parent)]).strip()
            raise PaperError(
                f"{paper}: no such file. {known}{' ' if known else ''}A paper is a name in data/ "
                f"or the path of a TOML file, usually <name>{PAPER_SUFFIX}."
            )
        return parse_paper(read_toml(path), path)
    except PaperError:
        raise
    except StudyError as error:
        raise PaperError(str(error)) from None


def shipped_papers() -> list[Path]:
    """Return the files of the papers that come with the project."""
    return _papers(DATA)


def _papers(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if is_paper(path))
    except OSError:
        return []


def parse_paper(text: str, path: Path) -> Paper:
    """Return the paper that the TOML `text` describes, as if it were read from `path`."""
    with one_sentence(path):
        content = PaperFile.model_validate(tomllib.loads(text))
    values = {name: value.printed_value(name) for name, value in content.values.items()}
    faults = [
        fault for i, claim in enumerate(content.claims, 1) for fault in _faults(i, claim, values)
    ]
    faults += _repeated_names(content.claims)
    if faults:
        raise PaperError(f"{path}: {_listed(faults)}")
    return Paper(
        path=path,
        title=content.paper.title,
        source=content.paper.source,
        language=content.paper.language,
        note=content.paper.note,
        printed=values,
        claims=tuple(_claim(i, claim) for i, claim in enumerate(content.claims, 1)),
    )


# --- The tables of the file -----------------------------------------------------------------------


def _as_printed(value: Any) -> Any:
    if isinstance(value, int | float):
        raise ValueError(
            f"is the number {value!r}, which has lost how it is printed. Write it as text: "
            f'"{value}".'
        )
    return value.strip() if isinstance(value, str) else value


class _Paper(Table):
    title: GivenText
    source: GivenText
    language: Text = ""
    note: Text = ""


class _Value(Table):
    printed: Annotated[GivenText, BeforeValidator(_as_printed)]
    what: GivenText
    variable: Text = ""
    place: Text = ""
    reading: Annotated[Text, BeforeValidator(_as_printed)] = ""
    quotation: Text = ""
    translation: Text = ""
    note: Text = ""

    def printed_value(self, name: str) -> PrintedValue:
        return PrintedValue(id=name, **self.model_dump())


class PaperFile(Table):
    """The whole paper file but for the claims' keys, which depend on their kind."""

    paper: _Paper
    values: dict[str, _Value]
    claims: list[dict[str, Any]]

    @model_validator(mode="before")
    @classmethod
    def _with_needed_tables(cls, content: dict[str, Any]) -> dict[str, Any]:
        """Add the tables that are needed, so that what is missing in them is told."""
        return {"paper": {}, "values": {}, "claims": []} | content

    @field_validator("values", mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:
        if not isinstance(values, dict) or not values:
            raise WholeSentence(
                "there are no printed values. Add a table [values.ID] for each, with 'printed' and "
                "'what'."
            )
        for name in values:
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name):
                raise WholeSentence(
                    f"[values.{name}]: an id has letters, digits, '_' and '-', a letter first. "
                    "Rename it."
                )
        return values

    @field_validator("claims", mode="before")
    @classmethod
    def _tables(cls, claims: Any) -> Any:
        if not isinstance(claims, list) or not all(isinstance(claim, dict) for claim in claims):
            raise WholeSentence("'claims' must be a list of tables: write [[claims]] above each.")
        return claims


# --- What is wrong with a claim -------------------------------------------------------------------


def _as_ids(given: Any) -> tuple[Any, ...]:
    return tuple(given) if isinstance(given, list | tuple) else (given,)


def _faults(number: int, claim: dict[str, Any], values: dict[str, PrintedValue]) -> Iterator[str]:
    """Yield what is wrong with a claim, each with its key and remedy."""
    if "kind" not in claim:
        yield f"claim {number}: 'kind' is missing. Add it. {nearest('', KINDS)}"
        return
    named = claim["kind"]
    if not isinstance(named, str) or named not in KINDS:
        yield f"claim {number}: kind {named!r} is none. {nearest(str(named), KINDS)}"
        return
    kind, title = KINDS[named], f"claim {number} ({named})"
    for name in claim:
        if name not in (*kind.names, *OF_EVERY_CLAIM):
            known = nearest(name, [*kind.names, *OF_EVERY_CLAIM])
            yield f"{title}: unknown key '{name}'. {known}"
    for name in kind.needed:
        if name not in claim:
            key_of = kind.of(name)
            yield f"{title}: '{name}' is missing: {key_of.what}. {_how_to_add(key_of)}"
    for key in kind.keys:
        if key.name in claim:
            yield from (f"{title}: {fault}" for fault in _wrong_ids(key, claim[key.name], values))
    for option in kind.options:
        if option.name in claim and type(claim[option.name]) is not option.type:
            yield (
                f"{title}: '{option.name}' is {claim[option.name]!r}; it is no printed value but "
                f"{_TYPES[option.type]}: {option.what}. Write one."
            )
        elif option.choices and claim.get(option.name, option.default) not in option.choices:
            known = nearest(str(claim.get(option.name)), option.choices)
            yield f"{title}: '{option.name}' is {claim.get(option.name)!r}. {known}"
    for name in ("name", "note"):
        if name in claim and not isinstance(claim[name], str):
            yield f"{title}: '{name}' is {claim[name]!r}. Write a text."
    if "about" in claim:
        yield from (f"{title}: {fault}" for fault in _unknown("about", claim["about"], values))
    elif not kind.about:
        yield f"{title}: 'about' is missing: the values that it judges. Name their ids."
    elif not any(name in claim for name in kind.about):
        judged = ", ".join(kind.about)
        yield f"{title}: it judges {judged}, and none of them is given. Name one, or 'about'."


_TYPES = {int: "a whole number", str: "a text", bool: "true or false", float: "a number"}


def _how_to_add(key: Key | Option) -> str:
    if isinstance(key, Option):
        return f"Add {_TYPES[key.type]}."
    return "Name the ids of the values." if key.several else "Name the id of the value."


def _wrong_ids(key: Key, given: Any, values: dict[str, PrintedValue]) -> Iterator[str]:
    if isinstance(given, list) != key.several:
        many, one = 'a list: write ["…", "…"]', "the id of one value, not a list"
        yield f"'{key.name}' must be {many if key.several else one}."
        return
    unknown = list(_unknown(key.name, given, values))
    yield from unknown
    for name in _as_ids(given) if not unknown else ():
        if not fits(values[name].text, key.holds):
            field = "reading" if values[name].reading else "printed"
            yield (
                f"'{key.name}' is '{name}', {field} {values[name].text!r}, which is not "
                f"{key.holds}. Name another value, or correct '{field}' in [values.{name}]."
            )
        if key.named and not values[name].variable:
            yield (
                f"'{key.name}' needs the variable of '{name}'. Add 'variable' to [values.{name}]."
            )
    if key.named and not unknown:
        yield from _same_variable(key, given, values)


def _same_variable(key: Key, given: Any, values: dict[str, PrintedValue]) -> Iterator[str]:
    variables = [values[name].variable for name in given if name in values]
    for variable in dict.fromkeys(v for v in variables if v and variables.count(v) > 1):
        yield f"'{key.name}' names two values of the variable '{variable}'. Leave one out."


def _unknown(key: str, given: Any, values: dict[str, PrintedValue]) -> Iterator[str]:
    for name in _as_ids(given):
        if not isinstance(name, str):
            yield f"'{key}' is {name!r}; it names a value by its id, a text. Write the id."
        elif name not in values:
            yield f"'{key}' is '{name}', which is no value of the file. {nearest(name, values)}"


def _repeated_names(claims: list[dict[str, Any]]) -> list[str]:
    names = [claim["name"] for claim in claims if claim.get("name")]
    return [
        f"two claims have the name '{name}'. Rename one of them."
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]


def _listed(faults: list[str]) -> str:
    if len(faults) == 1:
        return faults[0]
    told = " ".join(f"({i}) {fault}" for i, fault in enumerate(faults[:MOST_FAULTS], 1))
    more = len(faults) - MOST_FAULTS
    return f"{len(faults)} faults. {told}" + (f" And {more} more." if more > 0 else "")


def _claim(number: int, given: dict[str, Any]) -> Claim:
    """Return a claim that has no fault."""
    kind: Kind = KINDS[given["kind"]]
    values = {
        key.name: tuple(given[key.name]) if key.several else given[key.name]
        for key in kind.keys
        if key.name in given
    }
    own = [i for key in kind.about for i in _as_ids(values.get(key, ()))]
    return Claim(
        number=number,
        kind=given["kind"],
        given=values,
        options={o.name: given.get(o.name, o.default) for o in kind.options},
        about=tuple(dict.fromkeys(_as_ids(given["about"]) if "about" in given else own)),
        name=given.get("name", ""),
        note=given.get("note", ""),
    )

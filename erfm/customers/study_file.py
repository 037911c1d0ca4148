"""The study file: a TOML file that says where the customers are and what their columns mean."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    field_validator,
    model_validator,
)

from erfm.customers.cells import nearest
from erfm.customers.charsets import is_encoding
from erfm.customers.files import explained
from erfm.formats import to_text
from erfm.study import DATA, ROLES, Format, Predictor, Study, StudyError, make_design

LONGEST_NAME = 100
RESERVED_NAMES = ("customer_id", "retained", "sample", "Constant")
_NO_MARKS = '"\r\n\0\\0123456789+-eE'


def load_study(study: str | Path) -> Study:
    """Read and check a study file.

    Parameters
    ----------
    study : str or Path
        The name of a study in ``data/`` ("reconstruction") or the path of a TOML file.

    Raises
    ------
    StudyError
        No such study (with the nearest name), TOML that cannot be read, an unknown or missing key,
        a value out of its range; the message names the file, the key and the remedy.
    """
    path = Path(study) if str(study).endswith(".toml") else DATA / f"{study}.toml"
    with explained(path):
        exists = path.is_file()
    if not exists:
        shipped = [p.stem for p in sorted(DATA.glob("*.toml"))]
        beside = [str(p) for p in sorted(path.parent.glob("*.toml")) if path.parent != DATA]
        known = nearest(str(study), [*beside, *shipped])
        if not shipped:
            known += " The project's own studies do not come with the package: work in its folder."
        raise StudyError(
            f"{study}: no such study. {known.strip()} A study is a name in data/ or the path of a "
            "TOML file; `python -m erfm new customers.csv` drafts one."
        )
    try:
        with explained(path):
            text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(f"{path}: not in UTF-8: {error}. Save the file as UTF-8.") from None
    return parse_study(text, path)


def parse_study(text: str, path: Path) -> Study:
    """Return the study that the TOML `text` describes, as if it were read from `path`."""
    try:
        return StudyFile.model_validate(tomllib.loads(text)).study(path)
    except ValidationError as errors:
        raise StudyError(f"{path}: {_told(errors.errors(include_url=False)[0])}") from None
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not a TOML file: {error}. Correct that line.") from None
    except RecursionError:
        raise StudyError(
            f"{path}: brackets or tables are nested too deeply. A study needs two levels."
        ) from None
    except StudyError:
        raise
    except (ValueError, OverflowError):
        raise StudyError(
            f"{path}: a number has too many digits. Write one of ordinary size."
        ) from None


# --- What a key may hold, and what a reader is told who gave it something else --------------------


class _WholeSentence(ValueError):
    """What is told of a table, or of values that do not fit one another."""


class _UnknownKey(ValueError):
    """A table has a key, of this name, that it cannot have; and what is told of it."""


def _refuse(told: str) -> NoReturn:
    """Refuse a value; `told` goes on after the key's name: "'seed' in [sample] …"."""
    raise ValueError(told)


def _must(remedy: str) -> WrapValidator:
    """Tell what a key must hold, whatever was wrong with its value."""

    def check(value: Any, validate: ValidatorFunctionWrapHandler) -> Any:
        try:
            return validate(value)
        except ValidationError:
            _refuse(f"is {_written(value)}; {remedy}.")

    return WrapValidator(check)


def _plain(value: Any) -> str:
    """Return a text, a number, a truth value or a date as text; refuse lists and tables."""
    if isinstance(value, list | dict):
        _refuse("is a list or a table; write one text or number.")
    return _written(value, to_text)


def _written(value: Any, write: Callable[[Any], str] = repr) -> str:
    try:
        return write(value)
    except ValueError:
        _refuse("has too many digits. Write a number of ordinary size.")


def _not_empty(text: str) -> str:
    return text or _refuse("is empty. Give a value, or remove the key.")


def _list(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        _refuse('must be a list: write it as ["…", "…"].')
    return tuple(value)


def _pairs(value: Any) -> tuple[Any, ...]:
    """Return levels as a list; those of a table as pairs of a code in the file and its name."""
    if isinstance(value, dict):
        return tuple(value.items())
    if isinstance(value, list):
        return tuple(value)
    _refuse('must be a list or a table: write it as ["…", "…"] or { "…" = "…" }.')


def _level(value: Any) -> tuple[str, str]:
    """Return how the file writes a level, and its name."""
    if isinstance(value, tuple):
        return value[0], _not_empty(_plain(value[1]))
    return (_plain(value),) * 2


def _one_mark(mark: str) -> str:
    if len(mark) != 1 or mark in _NO_MARKS:
        raise ValueError
    return mark


def _known_encoding(name: str) -> str:
    if not is_encoding(name):
        raise ValueError
    return name


def _known_day(day: str) -> str:
    return date.fromisoformat(day).isoformat()


def _known_role(role: str) -> str:
    if role and role not in ROLES:
        _refuse(f"is '{role}', which is no role. {nearest(role, ROLES)}")
    return role


Text = Annotated[str, BeforeValidator(_plain)]
GivenText = Annotated[Text, AfterValidator(_not_empty)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(_list)]
Level = Annotated[tuple[str, str], BeforeValidator(_level)]
Levels = Annotated[tuple[Level, ...], BeforeValidator(_pairs)]
Flag = Annotated[bool, _must("write true or false")]
Share = Annotated[float, Field(gt=0, lt=1)]
Probability = Annotated[Share, _must("it must be between 0 and 1")]
Character = Annotated[str, AfterValidator(_one_mark)]
Mark = Annotated[Character, _must("it must be one character")]
MarkOrNone = Annotated[Character | Literal[""], _must("it must be one character")]
Encoding = Annotated[
    str,
    AfterValidator(_known_encoding),
    _must('there is no such encoding. Write e.g. "utf-8" or "gb18030"'),
]
Sheet = Annotated[str | Annotated[int, Field(ge=0, lt=10**9)], _must("give its name or number")]
Row = Annotated[int, Field(ge=0, lt=10**9), _must("give the row that names the columns, from 1")]
Size = Annotated[
    Annotated[int, Field(ge=1, lt=10**18)] | Share,
    _must("give a number of customers or a share between 0 and 1"),
]
Seed = Annotated[
    int,
    Field(ge=0, lt=10**18),
    _must("it must be a whole number from 0 up, of at most 18 digits"),
]
Day = Annotated[
    Text, AfterValidator(_known_day), _must("write a day as YYYY-MM-DD, or leave it out")
]
Sign = Annotated[Literal["", "+", "-"], _must('write "+", "-" or leave it out')]


class _Table(BaseModel):
    """A table of the file: each key of the type stated, and no other keys."""

    model_config = ConfigDict(strict=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, table: Any) -> Any:
        for key in table if isinstance(table, dict) else ():
            if key not in cls.model_fields:
                raise _UnknownKey(key, nearest(key, sorted(cls.model_fields)))
        return table


# --- The tables of the file -----------------------------------------------------------------------


class _Column(_Table):
    digest: GivenText
    distribution: Text = ""


class _Data(_Table):
    file: GivenText
    id: Text = ""
    encoding: Encoding = Format.encoding
    separator: Mark = Format.separator
    decimal: Mark = Format.decimal
    thousands: MarkOrNone = Format.thousands
    missing: Texts = Format.missing
    sheet: Sheet = Format.sheet
    header: Row = Format.header
    fingerprint: dict[str, _Column] = {}

    @property
    def format(self) -> Format:
        given = {f.name: getattr(self, f.name) for f in fields(Format)}
        if "thousands" in self.model_fields_set and not self.decimal:
            given["decimal"] = Format(thousands=self.thousands).point
        return Format(**given)

    @model_validator(mode="after")
    def _marks_differ(self) -> Self:
        if self.format.decimal and self.format.decimal == self.thousands:
            raise _WholeSentence(
                f"'decimal' and 'thousands' in [data] are both {self.thousands!r}."
            )
        return self


class _Outcome(_Table):
    column: GivenText
    retained: GivenText
    churned: GivenText


class _Predictor(_Table):
    column: GivenText | None = None
    label: GivenText | None = None
    unit: Text = ""
    sign: Sign = ""
    role: Annotated[Text, AfterValidator(_known_role)] | None = None
    levels: Levels = ()

    @field_validator("levels")
    @classmethod
    def _levels_differ(cls, levels: tuple[Level, ...]) -> tuple[Level, ...]:
        different = {len(set(texts)) for texts in zip(*levels, strict=True)}
        if len(levels) < 2 or different != {len(levels)}:
            _refuse("must name two or more different levels, the reference first.")
        return levels

    def predictor(self, name: str) -> Predictor:
        codes, names = zip(*self.levels, strict=True) if self.levels else ((), ())
        return Predictor(
            name=name,
            column=self.column or name,
            label=self.label or name,
            unit=self.unit,
            sign=self.sign,
            role=(name if name in ROLES else "") if self.role is None else self.role,
            levels=names,
            codes=() if codes == names else codes,
        )


class _Sample(_Table):
    column: Text = ""
    build: GivenText = "build"
    holdout: GivenText = "holdout"
    holdout_size: Size = 0.4
    seed: Seed = 0


class _Stepwise(_Table):
    entry_p: Probability = 0.05
    removal_p: Probability = 0.10

    @model_validator(mode="after")
    def _search_ends(self) -> Self:
        if self.removal_p < self.entry_p:
            raise _WholeSentence(
                f"removal_p {self.removal_p} is below entry_p {self.entry_p}: a variable could "
                "enter and leave for ever. Make removal_p the larger one."
            )
        return self


class _Classification(_Table):
    cutoff: Probability = 0.5


class StudyFile(_Table):
    """The whole study file; `study` turns it into a `Study`."""

    title: GivenText
    description: Text = ""
    source: Text = ""
    simulated: Flag = False
    published: Flag = False
    run_date: Day = ""
    data: _Data
    outcome: _Outcome
    predictors: dict[str, _Predictor]
    sample: _Sample = _Sample()
    stepwise: _Stepwise = _Stepwise()
    classification: _Classification = _Classification()

    @model_validator(mode="before")
    @classmethod
    def _with_needed_tables(cls, content: dict[str, Any]) -> dict[str, Any]:
        """Add the tables that are needed, so that what is missing in them is told."""
        return {"data": {}, "outcome": {}, "predictors": {}} | content

    @field_validator("predictors", mode="before")
    @classmethod
    def _named(cls, predictors: Any) -> Any:
        if not isinstance(predictors, dict) or not predictors:
            raise _WholeSentence("there are no predictors. Add a table [predictors.NAME] for each.")
        for name in predictors:
            if not name or len(name) > LONGEST_NAME or not name.isprintable():
                raise _WholeSentence(
                    f"the name of [predictors.{name}] is empty, longer than {LONGEST_NAME} "
                    "characters or has characters that cannot be shown. Rename it; 'column' may "
                    "have any name."
                )
            if name in RESERVED_NAMES:
                raise _WholeSentence(
                    f"'{name}' in [predictors.{name}] is a name the tables use. Choose another."
                )
        return predictors

    def study(self, path: Path) -> Study:
        """Return the study; tables that contradict one another are a `StudyError`."""
        data, outcome, sample = self.data, self.outcome, self.sample
        study = Study(
            name=path.stem,
            path=path,
            title=self.title,
            description=self.description,
            source=self.source,
            simulated=self.simulated,
            published=self.published,
            file=path.parent / data.file,
            format=data.format,
            id_column=data.id,
            outcome_column=outcome.column,
            retained=outcome.retained,
            churned=outcome.churned,
            predictors={name: table.predictor(name) for name, table in self.predictors.items()},
            sample_column=sample.column,
            build=sample.build,
            holdout=sample.holdout,
            holdout_size=sample.holdout_size,
            seed=sample.seed,
            entry_p=self.stepwise.entry_p,
            removal_p=self.stepwise.removal_p,
            cutoff=self.classification.cutoff,
            run_date=self.run_date,
            fingerprint={name: column.model_dump() for name, column in data.fingerprint.items()},
        )
        for contradiction in _contradictions(study):
            raise StudyError(f"{path}: {contradiction}")
        return study


def _contradictions(study: Study) -> Iterable[str]:
    """Yield what gives two roles to one thing, or two meanings to one text."""
    predictors = study.predictors.values()
    for role in _repeated(p.role for p in predictors if p.role):
        yield f"two predictors have the role '{role}'. Keep one of them."
    for column in _repeated(c for p in predictors for c in make_design({p.name: p}).columns):
        yield (
            f"'{column}' would be the name of two things, a predictor and a level of another. "
            "Rename one of them."
        )
    for column in _repeated(filter(None, study.columns.values())):
        yield f"column '{column}' is named twice. Give each column one role."
    for one, other, where in (
        (study.retained, study.churned, "'retained' and 'churned' in [outcome]"),
        (study.build, study.holdout, "'build' and 'holdout' in [sample]"),
    ):
        if one == other:
            yield f"{where} are both {one!r}. Name two different values."
    labels = {study.retained, study.churned, study.build, study.holdout}
    labels.update(*(p.written for p in predictors))
    for text in study.format.missing:
        if text in labels:
            yield (
                f"{text!r} is both a label and a text that means no value. Leave it out of "
                "'missing' in [data], e.g. missing = []."
            )
    for name in study.fingerprint:
        if name not in study.columns:
            yield (
                f"'{name}' in [data.fingerprint] is no column of the customers table. "
                f"{nearest(name, study.columns)}"
            )


def _repeated(texts: Iterable[str]) -> list[str]:
    return [text for text, times in Counter(texts).items() if times > 1]


# --- What is told ---------------------------------------------------------------------------------


def _told(error: Mapping[str, Any]) -> str:
    """Return a pydantic error as a sentence that names the key and its table, with the remedy."""
    cause = error.get("ctx", {}).get("error")
    place = [part for part in error["loc"] if isinstance(part, str)]
    if isinstance(cause, _WholeSentence):
        return str(cause)
    if isinstance(cause, _UnknownKey):
        key, remedy = cause.args
        return f"unknown key '{key}' in {_table(place)}. {remedy}"
    key, where = place[-1], _table(place[:-1])
    if error["type"] == "missing":
        return f"'{key}' is missing in {where}. Add it."
    if error["type"] in ("model_type", "dict_type"):
        return f"'{key}' in {where} must be a table: write {_table(place)}."
    within_list = len(place) < len(error["loc"])
    return f"{'a value of ' if within_list else ''}'{key}' in {where} {cause}"


def _table(place: list[str]) -> str:
    return f"[{'.'.join(place)}]" if place else "the top of the file"

"""The study file: a TOML file that says where the customers are and what their columns mean."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    field_validator,
    model_validator,
)

from erfm.customers.cells import nearest
from erfm.customers.file_keys import Sheet, WrittenTable
from erfm.customers.files import explained
from erfm.customers.toml_tables import (
    Flag,
    GivenText,
    Table,
    Text,
    WholeSentence,
    is_paper,
    must,
    not_empty,
    one_sentence,
    plain,
    read_toml,
    refuse,
)
from erfm.customers.transactions_table import TransactionsTable
from erfm.study import DATA, ROLES, Format, Predictor, Study, StudyError, make_design

LONGEST_NAME = 100
RESERVED_NAMES = ("customer_id", "retained", "sample", "Constant")


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
        shipped = [p.stem for p in sorted(DATA.glob("*.toml")) if not is_paper(p)]
        nearby = sorted(path.parent.glob("*.toml")) if path.parent != DATA else []
        beside = [str(p) for p in nearby if not is_paper(p)]
        known = nearest(str(study), [*beside, *shipped])
        if not shipped:
            known += " The project's own studies do not come with the package: work in its folder."
        raise StudyError(
            f"{study}: no such study. {known.strip()} A study is a name in data/ or the path of a "
            "TOML file; `python -m erfm new customers.csv` drafts one."
        )
    if is_paper(path):
        raise StudyError(
            f"{path}: a paper's printed values, not a study. Examine them: `python -m erfm examine "
            f"{path}`."
        )
    return parse_study(read_toml(path), path)


def parse_study(text: str, path: Path) -> Study:
    """Return the study that the TOML `text` describes, as if it were read from `path`."""
    with one_sentence(path):
        return StudyFile.model_validate(tomllib.loads(text)).study(path)


def transactions_file(study: Study) -> Path | None:
    """Return the file of a study's transactions; None if it names no file of transactions."""
    with one_sentence(study.path):
        keys = StudyFile.model_validate(tomllib.loads(read_toml(study.path))).transactions
    return study.path.parent / keys.file if keys and keys.file else None


# --- What a key may hold, and what a reader is told who gave it something else --------------------


def _pairs(value: Any) -> tuple[Any, ...]:
    """Return levels as a list; those of a table as pairs of a code in the file and its name."""
    if isinstance(value, dict):
        return tuple(value.items())
    if isinstance(value, list):
        return tuple(value)
    refuse('must be a list or a table: write it as ["…", "…"] or { "…" = "…" }.')


def _level(value: Any) -> tuple[str, str]:
    """Return how the file writes a level, and its name."""
    if isinstance(value, tuple):
        return value[0], not_empty(plain(value[1]))
    return (plain(value),) * 2


def _known_day(day: str) -> str:
    return date.fromisoformat(day).isoformat()


def _known_role(role: str) -> str:
    if role and role not in ROLES:
        refuse(f"is '{role}', which is no role. {nearest(role, ROLES)}")
    return role


Level = Annotated[tuple[str, str], BeforeValidator(_level)]
Levels = Annotated[tuple[Level, ...], BeforeValidator(_pairs)]
Share = Annotated[float, Field(gt=0, lt=1)]
Probability = Annotated[Share, must("it must be between 0 and 1")]
Size = Annotated[
    Annotated[int, Field(ge=1, lt=10**18)] | Share,
    must("give a number of customers or a share between 0 and 1"),
]
Seed = Annotated[
    int,
    Field(ge=0, lt=10**18),
    must("it must be a whole number from 0 up, of at most 18 digits"),
]
Day = Annotated[
    Text, AfterValidator(_known_day), must("write a day as YYYY-MM-DD, or leave it out")
]
Sign = Annotated[Literal["", "+", "-"], must('write "+", "-" or leave it out')]


# --- The tables of the file -----------------------------------------------------------------------


class _Column(Table):
    digest: GivenText
    distribution: Text = ""


class _Data(WrittenTable):
    head: ClassVar[str] = "[data]"

    file: GivenText
    id: Text = ""
    sheet: Sheet = Format.sheet
    fingerprint: dict[str, _Column] = Field(default_factory=dict)


class _Outcome(Table):
    column: GivenText
    retained: GivenText
    churned: GivenText


class _Predictor(Table):
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
            refuse("must name two or more different levels, the reference first.")
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


class _Sample(Table):
    column: Text = ""
    build: GivenText = "build"
    holdout: GivenText = "holdout"
    holdout_size: Size = 0.4
    seed: Seed = 0


class _Stepwise(Table):
    entry_p: Probability = 0.05
    removal_p: Probability = 0.10

    @model_validator(mode="after")
    def _search_ends(self) -> Self:
        if self.removal_p < self.entry_p:
            raise WholeSentence(
                f"removal_p {self.removal_p} is below entry_p {self.entry_p}: a variable could "
                "enter and leave for ever. Make removal_p the larger one."
            )
        return self


class _Classification(Table):
    cutoff: Probability = 0.5


class StudyFile(Table):
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
    transactions: TransactionsTable | None = None

    @model_validator(mode="before")
    @classmethod
    def _with_needed_tables(cls, content: dict[str, Any]) -> dict[str, Any]:
        """Add the tables that are needed, so that what is missing in them is told."""
        return {"data": {}, "outcome": {}, "predictors": {}} | content

    @field_validator("predictors", mode="before")
    @classmethod
    def _named(cls, predictors: Any) -> Any:
        if not isinstance(predictors, dict) or not predictors:
            raise WholeSentence("there are no predictors. Add a table [predictors.NAME] for each.")
        for name in predictors:
            if not name or len(name) > LONGEST_NAME or not name.isprintable():
                raise WholeSentence(
                    f"the name of [predictors.{name}] is empty, longer than {LONGEST_NAME} "
                    "characters or has characters that cannot be shown. Rename it; 'column' may "
                    "have any name."
                )
            if name in RESERVED_NAMES:
                raise WholeSentence(
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

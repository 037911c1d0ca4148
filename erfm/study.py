"""A study: which column plays which role, how the outcome is coded, and the design matrix."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from erfm.escaping import slug

MISSING = ("NA", "NaN")
LONGEST_MESSAGE = 2_000


class StudyError(ValueError):
    """A study or its customers cannot be used; the message says where, what and how to mend it.

    The message is one line of printable characters, whatever names and values it quotes.
    """

    def __init__(self, message: str) -> None:
        super().__init__(_one_line(message))

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows instead of a traceback (a hook of IPython): the message."""
        return [f"{type(self).__name__}: {self}"]


def _one_line(message: str) -> str:
    """Write what is not printable as an escape, and shorten what nobody would read."""
    if len(message) > LONGEST_MESSAGE:
        half = LONGEST_MESSAGE // 2
        message = f"{message[:half]} … {message[-half:]}"
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in message
    )


@dataclass(frozen=True)
class Format:
    """How a customer file is written.

    Attributes
    ----------
    encoding : str
        Character encoding of a text file; UTF-8 with or without a byte-order mark by default.
    separator : str
        Column separator, one character.
    decimal, thousands : str
        Decimal mark and thousands separator, one character each; "" where none is named. If
        neither is, numbers have a decimal point, and a column in which every point could as well
        group thousands is not read. A thousands separator alone has the other one of point and
        comma for its decimal mark. Numbers stored as text in Excel files follow the same marks.
    missing : tuple of str
        The texts that mean "no value"; an empty cell always does. A number among them stands for
        every way of writing it.
    sheet : str or int
        The sheet of an Excel file, by name or by number from 0.
    header : int
        The row that names the columns, from 1; 0 where none is named: the first row, unless it
        looks like a title.
    """

    encoding: str = "utf-8"
    separator: str = ","
    decimal: str = ""
    thousands: str = ""
    missing: tuple[str, ...] = MISSING
    sheet: str | int = 0
    header: int = 0

    @property
    def codec(self) -> str:
        """The name of Python's decoder; that of UTF-8 takes a byte-order mark away."""
        name = codecs.lookup(self.encoding).name
        return "utf-8-sig" if name == "utf-8" else name

    @property
    def point(self) -> str:
        """The decimal mark that numbers are read with."""
        return self.decimal or ("," if self.thousands == "." else ".")

    @property
    def first_row(self) -> int:
        """How many rows stand above the header."""
        return max(self.header, 1) - 1


ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
OUTPUT = "ERFM_OUTPUT"
ROLES = ("recency", "frequency", "amount", "has_child", "gender", "age")

# Names in build/ that are not for a study: the students' copies and the devices of Windows.
RESERVED = {"student", "con", "prn", "aux", "nul"} | {
    f"{device}{number}" for device in ("com", "lpt") for number in range(10)
}


def output_folder() -> Path:
    """Return where all that is made goes: the project, or the folder that $ERFM_OUTPUT names.

    It is a variable of the environment because kernels and programs inherit that.
    """
    return ROOT / os.environ.get(OUTPUT, "")


@dataclass(frozen=True)
class Predictor:
    """One explanatory variable of a study.

    Attributes
    ----------
    name : str
        Its name in the tables and in the customers table.
    column : str
        Its column in the customers' file.
    label, unit : str
        What a reader sees, e.g. "Recency" and "days".
    sign : str
        Hypothesised sign of its coefficient on P(retained): "+", "-" or "" for none.
    role : str
        One of `ROLES`, or "" for a variable outside extended RFM.
    levels : tuple of str
        The levels of a categorical variable as a reader sees them, the reference level first; empty
        for a number.
    codes : tuple of str
        How the customers' file writes the levels; empty where it writes them as they are shown.
    """

    name: str
    column: str
    label: str
    unit: str = ""
    sign: str = ""
    role: str = ""
    levels: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[str, ...]:
        """The levels as the customers' file writes them."""
        return self.codes or self.levels

    @property
    def categorical(self) -> bool:
        """Whether it has levels, not numbers."""
        return bool(self.levels)

    @property
    def reference(self) -> str:
        """The level that the others are compared with; "" for a numeric predictor."""
        return self.levels[0] if self.levels else ""

    @property
    def axis_label(self) -> str:
        """The label with its unit, as an axis of a figure shows it."""
        return f"{self.label} ({self.unit})" if self.unit else self.label


class DesignColumn(NamedTuple):
    """What a column of the design matrix stands for: a number, or a level of a category."""

    term: str
    level: str = ""


@dataclass(frozen=True)
class Design:
    """The columns of a design matrix, without the constant, and what each stands for.

    Attributes
    ----------
    predictors : dict of str to Predictor
        Those that the columns are made from.
    columns : dict of str to DesignColumn
        A number's column has its name; a category has one for each level but the reference level,
        e.g. "gender(male)".
    """

    predictors: dict[str, Predictor]
    columns: dict[str, DesignColumn]

    @property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """The columns of each term, e.g. {"gender": ("gender(male)",)}."""
        terms = dict.fromkeys(term for term, _ in self.columns.values())
        return {t: tuple(c for c, of in self.columns.items() if of.term == t) for t in terms}

    def matrix(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the columns for the customers of `frame`: numbers, and indicators of levels."""
        design = {
            column: (frame[term] == level if level else frame[term]).astype(float)
            for column, (term, level) in self.columns.items()
        }
        return pd.DataFrame(design, index=frame.index)

    def label(self, column: str) -> str:
        """Return the label of a column, e.g. "Gender (male)"."""
        term, level = self.columns[column]
        label = self.predictors[term].label
        return f"{label} ({level})" if level else label


def make_design(predictors: Mapping[str, Predictor], terms: Sequence[str] | None = None) -> Design:
    """Return the design of the predictors named by `terms`: all of them by default."""
    chosen = {term: predictors[term] for term in (predictors if terms is None else terms)}
    columns = {
        f"{term}({level})" if level else term: DesignColumn(term, level)
        for term, predictor in chosen.items()
        for level in predictor.levels[1:] or ("",)
    }
    return Design(chosen, columns)


@dataclass(frozen=True)
class Study:
    """A study file, read and checked. Outcome coding everywhere: 1 = retained, 0 = churned."""

    name: str
    path: Path
    title: str
    description: str
    source: str
    simulated: bool
    published: bool
    file: Path
    format: Format
    id_column: str
    outcome_column: str
    retained: str
    churned: str
    predictors: dict[str, Predictor]
    sample_column: str
    build: str
    holdout: str
    holdout_size: float
    seed: int
    entry_p: float
    removal_p: float
    cutoff: float
    run_date: str
    fingerprint: dict[str, dict[str, Any]] = field(repr=False)

    @property
    def location(self) -> Path:
        """The study file, however its path is spelt.

        A link to a study file stays itself: its customers are looked for beside the link.
        """
        return self.path.parent.resolve() / self.path.name

    @property
    def shipped(self) -> bool:
        """Whether the study lies in ``data/`` and is known by its name alone."""
        plain = re.fullmatch("[a-z0-9_]+", self.name) and self.name not in RESERVED
        return bool(plain) and self.location.parent == DATA.resolve()

    @property
    def reference(self) -> str:
        """What `load_study` finds the study by from any folder: its name or its whole path."""
        return self.name if self.shipped else str(self.location)

    @property
    def folder_name(self) -> str:
        """The name of the study's own folder in ``build/``, which no other study has.

        A shipped study's name; for any other study file, what is harmless in its name with a digest
        of its path.
        """
        if self.shipped:
            return self.name
        digest = hashlib.sha256(os.fsencode(self.location)).hexdigest()[:8]
        return f"{slug(self.name) or 'study'}_{digest}"

    @cached_property
    def design(self) -> Design:
        """What the columns of the design matrix of all predictors stand for."""
        return make_design(self.predictors)

    @cached_property
    def columns(self) -> dict[str, str]:
        """The customers table's columns, and which of the file's each is read from.

        ``customer_id`` comes first, from "" where the file has no such column; ``sample`` comes
        last, if the study names one.
        """
        predictors = {name: predictor.column for name, predictor in self.predictors.items()}
        sample = {"sample": self.sample_column} if self.sample_column else {}
        outcome = {"retained": self.outcome_column}
        return {"customer_id": self.id_column} | predictors | outcome | sample

    def term(self, column: str) -> str:
        """Return the predictor that a design column, or a predictor's own name, stands for."""
        return column if column in self.predictors else self.design.columns[column].term

    def label(self, column: str) -> str:
        """Return the label of a predictor or design column, e.g. "Gender (male)"."""
        if column in self.predictors:
            return self.predictors[column].label
        return self.design.label(column) if column in self.design.columns else column

    def role(self, role: str) -> Predictor | None:
        """Return the predictor that plays `role`, or None."""
        return next((p for p in self.predictors.values() if p.role == role), None)


def design_matrix(
    study: Study, frame: pd.DataFrame, terms: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the predictors as numbers: (n, number of design columns), without the constant.

    A categorical predictor becomes indicators of its levels but the reference level; `terms` are
    all predictors by default.
    """
    return make_design(study.predictors, terms).matrix(frame)


class Standardised(NamedTuple):
    """A design on the scale of standard deviations, and the way back from it.

    Attributes
    ----------
    matrix : ndarray, shape (n, 1 + columns)
        The constant 1, then each column centred and divided by its sd (of n, not n - 1).
    back : ndarray, shape (1 + columns, 1 + columns)
        T, for which ``matrix`` is (1, X) T: coefficients b on ``matrix`` are T b on (1, X).
    """

    matrix: np.ndarray
    back: np.ndarray


def standardise(design: pd.DataFrame) -> Standardised:
    """Standardise a design whose columns vary; no likelihood, and no test, depends on it."""
    matrix = np.ones((len(design), design.shape[1] + 1), order="F")
    back = np.eye(design.shape[1] + 1)
    for i, column in enumerate(design, start=1):
        values = design[column].to_numpy()
        mean, sd = values.mean(), values.std()
        matrix[:, i] = (values - mean) / sd
        back[0, i], back[i, i] = -mean / sd, 1 / sd
    return Standardised(matrix, back)

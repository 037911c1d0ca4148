"""Drafting a study file from a customers' file: guesses with their reasons, for you to correct."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from erfm.customers.cells import (
    THOUSANDS,
    Unanswered,
    conventions,
    number_of,
    show_marks,
    texts_in,
    to_numbers,
    to_texts,
)
from erfm.customers.charsets import fitting, marked
from erfm.customers.files import check_output, write_text
from erfm.customers.load import load_customers
from erfm.customers.reading import read_table, unrecognised
from erfm.customers.spreadsheets import sheet_names
from erfm.customers.study_file import LONGEST_NAME, parse_study
from erfm.formats import percent, to_text
from erfm.logistic import fit_logistic, separating_columns
from erfm.samples import EVENTS_PER_VARIABLE, computable, linear_dependences, split_samples
from erfm.study import ROLES, Format, Predictor, Study, StudyError, design_matrix

MOST_LEVELS = 12
FEWEST_OF_A_LEVEL = 5
KNOWS_THE_OUTCOME = 0.995
ROWS_TO_LOOK_AT = 2000
LEFT_OUT = "left out"
CROWDED = "too many predictors for so few customers with the rarer outcome"
WHOLE_FILE = "(the file)"

# What the names of columns suggest, in English and Chinese, lower case.
ROLE_NAMES = {
    "recency": r"recen|inactive|since_?last|days_?since|last_?(trans|purchase|order|visit)"
    r"|最近|距今",
    "frequency": r"freq|^n_|trans(action)?s?_?(ct|count|num)|(num|number|count)_?(of_)?"
    r"(trans|order|purchase|visit)|频率|频次|频数|次数|笔数",
    "amount": r"amount|amt|monetary|spend|spent|revenue|turnover|金额|消费额|交易额",
    "has_child": r"child|kids|dependent|子女|孩子|小孩",
    "gender": r"gender|(^|_)sex($|_)|性别",
    "age": r"(^|_)age($|_)|年龄|岁",
}
NOT_THE_ROLE = r"chng|change|ratio|rate|percent|pct|变化|比例|比率|占比"
QUANTITIES = ("recency", "frequency", "amount", "age")
EXPECTED_SIGNS = {"recency": "-", "frequency": "+", "amount": "+"}
ID_NAMES = (
    r"(^|_)id($|_)|customer_?id|clientnum|(customer|client|account|card|user|row)_?(no|num|number"
    r"|code|id)$|^index$|^column 1$|客户号|编号|账号|帐号|卡号|序号|客户id"
)

CHURN_NAMES = (
    r"churn|attrit|exit|inactive|(^|_)left($|_)|(^|_)lost($|_)|closed|cancel"
    r"|流失|离网|离开|注销|销户"
)

RETAIN_NAMES = r"retain|retention|stay|active|loyal|existing|留存|保留|活跃|在网"
SAMPLE_NAMES = r"^(sample|split|set|partition|样本|样本集)$"
BUILD_NAMES = r"build|train|model|建模|训练"
CATEGORY_NAMES = (
    r"type|code|class|categor|segment|region|branch|city|province|类型|类别|地区|等级|省|市"
)

LABEL_NAMES = r"zip|postal|postcode|phone|mobile|邮编|电话|手机"
AFFIRMATIVE = {"1", "true", "yes", "y", "t", "是", "有"}
DATES = r"[0-9]{4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}.*|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}.*"
WRITTEN_MISSING = {
    "?", "-", "--", ".", "n/a", "#n/a", "null", "none", "nil", "nan", "na", "missing", "unknown",
    "无", "空", "缺失", "未知",
}  # fmt: skip


class Guess(NamedTuple):
    """What is guessed of a column, and why."""

    column: str
    guess: str
    reason: str


@dataclass(frozen=True)
class Draft:
    """A study as guessed from a file of customers.

    Attributes
    ----------
    path : Path
        The customers' file.
    format : Format
        How it is written.
    id_column, outcome_column, retained, churned, sample_column, build, holdout : str
        As in `erfm.study.Study`; "" where there is none.
    predictors : tuple of Predictor
        Those with a role in extended RFM first.
    reasons : tuple of Guess
        One for each key of the file's format, one for each column.
    questions : tuple of str
        What the file leaves open, with the lines of [data] that answer it. The study cannot be used
        before they are answered.
    codes : dict of str to tuple of str
        The values of predictors that are drafted as numbers and may be codes of a category instead,
        by the predictor's name: a question on its lines of the file.
    problem : str
        Why the draft cannot be analysed as it stands; "" if it can.
    """

    path: Path
    format: Format
    id_column: str
    outcome_column: str
    retained: str
    churned: str
    sample_column: str
    build: str
    holdout: str
    predictors: tuple[Predictor, ...]
    reasons: tuple[Guess, ...] = field(repr=False)
    questions: tuple[str, ...] = ()
    codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problem: str = ""

    @property
    def guesses(self) -> pd.DataFrame:
        """The guesses as a table: column, guess, reason."""
        return pd.DataFrame(self.reasons, columns=Guess._fields)

    def text(self, folder: Path | None = None) -> str:
        """Return the study file, for a file in `folder` (default: beside the customers)."""
        return "\n".join(_lines(self, self.path.parent if folder is None else folder)) + "\n"


def draft_study(path: str | Path, encoding: str = "") -> Draft:
    """Guess a study from a file of customers.

    The format comes from the whole file, roles from the columns' names (English or Chinese) and
    contents. Columns that cannot serve as they are (identifiers, dates, free text, constants, those
    that give the outcome away or that others determine) are left out, with the reason. What cannot
    be known from the file, such as whether 1.234 is a little more than one, becomes a question.

    Parameters
    ----------
    path : str or Path
    encoding : str
        The character encoding of a text file; recognised if it is not given.

    Raises
    ------
    StudyError
        The file cannot be read, more than one encoding fits, or no column has exactly two values.
    """
    path = Path(path)
    form, notes = guess_format(path, encoding)
    table, form, reading, cell_questions = _read(path, form, notes)
    marks = _guess_marks(table)
    form = replace(form, decimal=marks.decimal, thousands=marks.thousands)
    reading = replace(reading, decimal=marks.reading[0], thousands=marks.reading[1])
    if marks.why:
        notes["decimal"] = marks.why
    if marks.thousands:
        notes["thousands"] = marks.why
    numbers = {column: _numbers(table[column], reading) for column in table}
    table, form = _blank_written_missing(table, numbers, form, reading, notes)
    reasons = {column: _describe(column, table[column], numbers[column]) for column in table}
    for column, why_unsure in marks.unsure.items():
        if why_unsure:
            reasons[column] = Guess(column, LEFT_OUT, why_unsure)

    id_column = _guess_id(table, reasons)
    sample_column, build, holdout = _guess_sample(table, reasons)
    taken = {id_column, sample_column}
    outcome, retained, churned = _guess_outcome(path, table, reasons, taken)
    predictors = _guess_predictors(table, reasons, {*taken, outcome})
    codes = _doubtful_codes(predictors, numbers, reasons)
    draft = Draft(
        path=path,
        format=form,
        id_column=id_column,
        outcome_column=outcome,
        retained=retained,
        churned=churned,
        sample_column=sample_column,
        build=build,
        holdout=holdout,
        predictors=tuple(predictors),
        reasons=(),
        codes=codes,
    )
    known = {c: values for c, values in numbers.items() if not isinstance(values, str)}
    draft = _leave_out_useless(draft, table, known, reasons)
    asked = any(p.column in marks.unsure and not p.levels for p in draft.predictors)
    questions = [*cell_questions, *([marks.question] if asked and marks.question else [])]
    draft = replace(draft, questions=tuple(questions))
    draft = _leave_out_separating(draft, reasons)
    of_file = [Guess(WHOLE_FILE, key, why) for key, why in notes.items()]
    of_file = of_file or [Guess(WHOLE_FILE, "format", "as expected")]
    return replace(draft, reasons=(*of_file, *reasons.values()))


def write_draft(draft: Draft, target: str | Path | None = None, overwrite: bool = False) -> Path:
    """Write a draft's study file (default: beside the customers) and return its path.

    Raises
    ------
    StudyError
        The file exists and `overwrite` is false, is that of the customers, or cannot be written.
    """
    target = draft.path.with_suffix(".toml") if target is None else Path(target)
    check_output(target, {"the customers": draft.path}, overwrite)
    write_text(target, draft.text(target.parent))
    return target


def main_new(path: str | Path, overwrite: bool = False, encoding: str = "") -> Path:
    """Draft a study of the customers in `path`; the command ``python -m erfm new``."""
    return write_draft(draft_study(path, encoding), overwrite=overwrite)


def guess_format(path: Path, encoding: str = "") -> tuple[Format, dict[str, str]]:
    """Return how a file seems to be written, without its marks, and the reasons by key of [data].

    Raises
    ------
    StudyError
        More than one encoding fits, or none; the message shows the first text in each.
    """
    if path.suffix.lower() == ".xlsx" and path.is_file():
        return _guess_sheet(path)
    if path.suffix.lower() not in (".csv", ".txt", ".tsv") or not path.is_file():
        return Format(), {}
    try:
        content = path.read_bytes()
    except OSError:
        return Format(), {}
    notes = {}
    if encoding:
        form = Format(encoding=encoding)
        notes["encoding"] = "as you said"
    else:
        found, why = _guess_encoding(path, content)
        form = Format(encoding=found)
        notes |= {"encoding": why} if why else {}
    head = content[:1_000_000].decode(form.codec, errors="replace").removeprefix("\ufeff")
    text = "".join(islice(StringIO(head, newline=""), ROWS_TO_LOOK_AT))
    separator = max(",;\t|", key=lambda mark: _separates(text, mark))
    if separator != ",":
        notes["separator"] = f"most rows have as many {separator!r}"
    return replace(form, separator=separator), notes


def _guess_sheet(path: Path) -> tuple[Format, dict[str, str]]:
    names = sheet_names(path)
    if len(names) < 2:
        return Format(), {}
    others = ", ".join(map(repr, names[1:]))
    why = f"the first of {len(names)} sheets; not read: {others}"
    return Format(sheet=names[0]), {"sheet": why}


def _guess_encoding(path: Path, content: bytes) -> tuple[str, str]:
    fits = fitting(content)
    if len(fits) != 1:
        raise unrecognised(path, content, fits)
    ((name, text),) = fits.items()
    if name == "utf-8":
        return name, ""
    how = "the file opens with its mark" if marked(content) else "no other encoding fits the bytes"
    return name, f"{how}; the first text reads {text!r}"


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=separator)


def _separates(text: str, separator: str) -> tuple[float, int]:
    """Return the share of rows that have the usual width, and that width."""
    try:
        widths = pd.Series([len(row) for row in _rows(text, separator) if row])
    except csv.Error:
        return 0.0, 0
    counts = widths.value_counts()
    usual = int(counts.index[0]) if len(counts) else 0
    return (counts.iloc[0] / len(widths), usual) if usual > 1 else (0.0, 0)


def _read(
    path: Path, form: Format, notes: dict[str, str]
) -> tuple[pd.DataFrame, Format, Format, list[str]]:
    """Read the file; what the reader has to be told becomes a note or a question.

    Returns
    -------
    table : DataFrame
    form : Format
        What the study file will say.
    reading : Format
        With the answers to questions that `table` was read with.
    questions : list of str
    """
    reading = form
    questions: list[str] = []
    while True:
        try:
            return read_table(path, reading), form, reading, questions
        except Unanswered as asked:
            reading = replace(reading, **asked.answer)
            if "header" in asked.answer:
                form = replace(form, header=reading.header)
                notes["header"] = "the rows above look like a title"
            else:
                question = str(asked).partition(": ")[2].partition(". Correct")[0]
                answer = f"missing = {_toml(reading.missing)}"
                questions.append(
                    _question(
                        f"{question}. Correct the cells, or count them as missing by this line",
                        answer,
                    )
                )


def _question(text: str, *answers: str) -> str:
    lines = [f"# QUESTION: {_comment(text)} (delete its '#'):"]
    return "\n".join([*lines, *(f"# {line}" for answer in answers for line in answer.split("\n"))])


class _Marks(NamedTuple):
    """The decimal mark and thousands separator of a file.

    `reading` are marks to go on with while the `question` is open; `unsure` holds the columns that
    both readings fit, with the reason to leave them out where no question is asked.
    """

    decimal: str
    thousands: str
    reading: tuple[str, str]
    why: str
    question: str
    unsure: dict[str, str]


def _guess_marks(table: pd.DataFrame) -> _Marks:
    """Return the marks that fit every column of numbers: a file has one decimal mark.

    A column that can be read in two ways (1.234) is read as columns with many different values
    that settle the mark (3,5) demand; a few codes (0.0 and 1.0) settle nothing. If none does, it is
    a question; if they contradict one another, it is left out.
    """
    columns = {column: texts_in(table[column]) for column in table if not _is_label(column)}
    fits = {}
    for column, texts in columns.items():
        marks, share = conventions(texts)
        if 0 < share < 1:
            marks, share = conventions(texts[~texts.str.lower().isin(WRITTEN_MISSING)])
        if share > 0.5 and marks != [("", "")]:
            fits[column] = marks
    sizes = {column: columns[column].nunique() for column in fits}
    doubtful = [column for column, marks in fits.items() if len(marks) > 1]
    if doubtful:
        fits = {
            column: marks
            for column, marks in fits.items()
            if column in doubtful or sizes[column] > MOST_LEVELS
        }
    if not fits:
        return _Marks("", "", ("", ""), "", "", {})

    def implied(decimal: str, thousands: str) -> tuple[tuple[str, str] | None, ...]:
        agreeing = (
            [(d, t) for d, t in marks if d in ("", decimal) and t in ("", thousands)]
            for marks in fits.values()
        )
        return tuple(found[0] if found else None for found in agreeing)

    readings = {
        (decimal, thousands): implied(decimal, thousands)
        for thousands in ("", *THOUSANDS)
        for decimal in ".,"
        if decimal != thousands
    }

    def read(reading: tuple[tuple[str, str] | None, ...]) -> tuple[int, int]:
        """Return how many columns are read, and how many different texts in them."""
        agreeing = [c for c, marks in zip(fits, reading, strict=True) if marks is not None]
        return len(agreeing), sum(sizes[column] for column in agreeing)

    most = max(map(read, readings.values()))
    different: dict[tuple[tuple[str, str] | None, ...], tuple[str, str]] = {}
    for pair, reading in readings.items():
        if read(reading) == most:
            different.setdefault(reading, pair)
    answers = list(different.values())
    contradicted = most[0] < len(fits)
    if len(answers) > 1 and not contradicted:
        example = _example(columns[doubtful[0]], fits[doubtful[0]])
        question = _marks_question(doubtful, example, answers)
        return _Marks("", "", answers[0], "", question, dict.fromkeys(doubtful, ""))
    agreeing = zip(fits.items(), readings[answers[0]], strict=True)
    settling = next(c for (c, marks), read in agreeing if len(marks) == 1 and read is not None)
    why = f"{_example(columns[settling], fits[settling])!r} in column '{settling}' settles it"
    if contradicted:
        reason = "a decimal point or thousands? Both fit, and other columns contradict one another"
        return _Marks(*answers[0], answers[0], why, "", dict.fromkeys(doubtful, reason))
    if doubtful:
        read_alike = ", ".join(f"'{c}' ({_example(columns[c], fits[c])})" for c in doubtful)
        why += f", also for {read_alike}, which alone could be read otherwise"
    return _Marks(*answers[0], answers[0], why, "", {})


def _is_label(column: str) -> bool:
    return _named(column, ID_NAMES) or _named(column, LABEL_NAMES)


def _example(texts: pd.Series, marks: list[tuple[str, str]]) -> str:
    """Return a text that has the marks."""
    decimal, thousands = marks[0]
    has_mark = texts.str.contains(decimal or thousands, regex=False)
    return texts[has_mark].iloc[0]


def _marks_question(columns: list[str], example: str, answers: list[tuple[str, str]]) -> str:
    numbers = [_number(example, *marks) for marks in answers]
    lines = [
        f"{show_marks(*marks)}  # {example} is {number}"
        for marks, number in zip(answers, numbers, strict=True)
    ]
    listed = " or ".join(dict.fromkeys(numbers))
    named = f"column '{columns[0]}'" + (f" and {len(columns) - 1} more" if columns[1:] else "")
    text = f"in {named}, is {example} the number {listed}? Keep the line that says it"
    return _question(text, *lines)


def _number(text: str, decimal: str, thousands: str) -> str:
    plain = text.replace(thousands, "") if thousands else text
    return plain.replace(decimal, ".")


def _blank_written_missing(
    table: pd.DataFrame,
    numbers: dict[str, pd.Series | str],
    form: Format,
    reading: Format,
    notes: dict[str, str],
) -> tuple[pd.DataFrame, Format]:
    """Find texts such as "n/a" among numbers, and blank them; amend `numbers` and `notes`.

    A column in which numbers and text stand becomes one or the other.
    """
    found: list[str] = []
    textual = [column for column in table if isinstance(numbers[column], str)]
    for column in textual:
        texts = texts_in(table[column])
        distinct = texts.drop_duplicates()
        others = distinct[~distinct.str.fullmatch(number_of(reading))]
        any_number = len(others) < len(distinct) or len(texts) < table[column].notna().sum()
        if any_number and others.str.lower().isin(WRITTEN_MISSING).all():
            found += [text for text in others if text not in found]
    if found:
        notes["missing"] = f"{', '.join(map(repr, found))} among numbers is taken for no value"
        form = replace(form, missing=(*form.missing, *found))
    changed = {}
    for column in table:
        values = table[column]
        if found and column in textual:
            values = values.mask(values.isin(found))
            numbers[column] = _numbers(values, reading)
        if pd.api.types.is_object_dtype(values):
            values = to_texts(values) if isinstance(numbers[column], str) else numbers[column]
        changed[column] = _in_one_notation(values, numbers[column])
    return pd.DataFrame(changed), form


def _in_one_notation(values: pd.Series, numbers: pd.Series | str) -> pd.Series:
    """Return a few numbers that are written in several ways ("1", "1.0") in one; "01" stays."""
    if isinstance(numbers, str) or not isinstance(values.dtype, pd.StringDtype):
        return values
    texts = values.dropna().unique()
    if not numbers.nunique() < len(texts) <= 4 * MOST_LEVELS:
        return values
    codes = any(re.match("[+-]?0[0-9]", text) for text in texts)
    return values if codes else to_texts(numbers)


def _numbers(values: pd.Series, reading: Format) -> pd.Series | str:
    """Return a column as numbers, or why it has none."""
    try:
        return to_numbers(values, reading, "")
    except StudyError as error:
        return str(error).removeprefix(": ")


def _simple(column: str) -> str:
    """Write "TransCount" and "trans count" as "trans_count", which the patterns above expect."""
    return re.sub(r"[\s\-]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)).lower()


def _named(column: str, pattern: str) -> bool:
    return re.search(pattern, _simple(column)) is not None


def _describe(column: str, values: pd.Series, numbers: pd.Series | str) -> Guess:
    """Return whether a column could be a number or categorical predictor, or is left out."""
    distinct, share = values.nunique(), values.isna().mean()
    if distinct < 2:
        return Guess(column, LEFT_OUT, "a constant explains nothing" if distinct else "no values")
    if share > 0.5:
        return Guess(column, LEFT_OUT, f"{percent(share, 0)} of its values are missing")
    if _named(column, LABEL_NAMES):
        return Guess(column, LEFT_OUT, "its name is that of a label, not of a quantity")
    if isinstance(numbers, str):
        return _describe_text(column, values.dropna(), numbers)
    known = numbers.dropna()
    if not computable(known):
        return Guess(column, LEFT_OUT, "numbers too large, or too nearly the same, to compute with")
    if known.between(19000101, 20991231).all():
        return Guess(column, LEFT_OUT, "dates; count the days since then in a column instead")
    whole = (known % 1 == 0).all()
    codes = whole and distinct <= MOST_LEVELS and _named(column, CATEGORY_NAMES)
    if codes or (distinct == 2 and _named(column, ROLE_NAMES["gender"])):
        return Guess(column, "categorical", f"by its name, {distinct} codes rather than quantities")
    return Guess(column, "number", f"numbers, {distinct} different ones")


def _describe_text(column: str, texts: pd.Series, why_no_number: str) -> Guess:
    texts = to_texts(texts)
    counts = texts.value_counts()
    if texts.str.fullmatch(DATES).mean() > 0.9:
        return Guess(column, LEFT_OUT, "dates; count the days since then in a column instead")
    if len(counts) > MOST_LEVELS:
        _, share = conventions(texts.drop_duplicates())
        if share > 0.9:
            return Guess(column, LEFT_OUT, why_no_number)
        return Guess(column, LEFT_OUT, f"text with {len(counts)} different values")
    return Guess(column, "categorical", f"text with {len(counts)} different values")


def _guess_id(table: pd.DataFrame, reasons: dict[str, Guess]) -> str:
    unique = [c for c in table if table[c].notna().all() and table[c].is_unique]
    named = [c for c in unique if _named(c, ID_NAMES)]
    named.sort(key=lambda column: not _named(column, "customer|client|客户"))
    for column in table:
        if _named(column, ID_NAMES):
            reason = "a label by its name, but it has duplicates or gaps"
            if column in unique:
                reason = "another identifier, by its name and unique values"
            reasons[column] = Guess(column, LEFT_OUT, reason)
    first = table.columns[0]
    if not named and first in unique and len(table) > 2 and reasons[first].guess == LEFT_OUT:
        named = [first]
    if not named:
        return ""
    reasons[named[0]] = Guess(named[0], "identifier", "no value twice, none missing")
    return named[0]


def _levels(values: pd.Series) -> list[str]:
    """Return the levels of a column as text, the commonest first, ties in alphabetical order."""
    counts = to_texts(values.dropna()).value_counts()
    return sorted(counts.index, key=lambda level: (-counts[level], level))


def _guess_sample(table: pd.DataFrame, reasons: dict[str, Guess]) -> tuple[str, str, str]:
    for column in table:
        if not _named(column, SAMPLE_NAMES) or table[column].nunique() != 2:
            continue
        levels = _levels(table[column])
        build = [level for level in levels if _named(level, BUILD_NAMES)]
        if len(build) == 1:
            reasons[column] = Guess(column, "sample", f"{build[0]!r} builds the model")
            (holdout,) = set(levels) - set(build)
            return column, build[0], holdout
    return "", "", ""


def _guess_outcome(
    path: Path, table: pd.DataFrame, reasons: dict[str, Guess], taken: set[str]
) -> tuple[str, str, str]:
    """Return the outcome's column and its levels that mean retained and churned."""
    two = [c for c in table if c not in taken and table[c].dropna().nunique() == 2]
    if not two:
        raise StudyError(
            f"{path}: no column has exactly two values, one for retained and one for churned "
            f"customers. Add one. The columns are: {', '.join(table.columns)}."
        )
    candidates = [c for c in two if not _named(c, ROLE_NAMES["gender"])] or two
    churn = [c for c in candidates if _named(c, CHURN_NAMES)]
    retain = [c for c in candidates if _named(c, RETAIN_NAMES)]
    column = (churn or retain or candidates)[-1]
    levels = _levels(table[column])
    retained, churned, how = _coding(column, levels)
    why = "by its name" if churn or retain else "the last column with two values"
    reasons[column] = Guess(column, "outcome", f"{why}; {churned!r} is churned {how}")
    return column, retained, churned


def _coding(column: str, levels: list[str]) -> tuple[str, str, str]:
    """Return the levels for retained and churned, and what tells them apart."""
    for pattern, means_churned in ((CHURN_NAMES, True), (RETAIN_NAMES, False)):
        matching = [level for level in levels if _named(level, pattern)]
        if len(matching) == 1:
            (other,) = set(levels) - set(matching)
            pair = (other, matching[0]) if means_churned else (matching[0], other)
            return *pair, f"as {matching[0]!r} suggests"
    ordered = sorted(levels)
    yes = next((level for level in ordered if level.lower() in AFFIRMATIVE), ordered[-1])
    (no,) = set(levels) - {yes}
    if _named(column, CHURN_NAMES):
        return no, yes, "as the column's name suggests"
    if _named(column, RETAIN_NAMES):
        return yes, no, "as the column's name suggests"
    return yes, no, "by mere assumption: nothing in the file tells"


def _guess_predictors(
    table: pd.DataFrame, reasons: dict[str, Guess], taken: set[str]
) -> list[Predictor]:
    usable = [c for c in table if c not in taken and reasons[c].guess in ("number", "categorical")]
    roles: dict[str, str] = {}
    for role, pattern in ROLE_NAMES.items():
        for column in usable:
            fits = _named(column, pattern) and not _named(column, NOT_THE_ROLE)
            if fits and column not in roles and role not in roles.values():
                roles[column] = role
    usable.sort(key=lambda column: ROLES.index(roles[column]) if column in roles else len(ROLES))
    predictors: list[Predictor] = []
    for column in usable:
        role, guess = roles.get(column, ""), reasons[column]
        label, unit = _label_and_unit(column)
        name = role or _free_name(label, {*ROLES, *(p.name for p in predictors)})
        levels = tuple(_levels(table[column])) if guess.guess == "categorical" else ()
        if role:
            why = f"its name suggests {role}; {guess.reason}"
            reasons[column] = Guess(column, f"{role}, {guess.guess}", why)
        predictors.append(
            Predictor(
                name=name,
                column=column,
                label=label,
                unit=unit,
                sign=EXPECTED_SIGNS.get(role, "") if not levels else "",
                role=role,
                levels=levels,
            )
        )
    return predictors


def _doubtful_codes(
    predictors: list[Predictor], numbers: dict[str, pd.Series | str], reasons: dict[str, Guess]
) -> dict[str, tuple[str, ...]]:
    """Return the values of numbers that may be codes, by predictor; amend `reasons`.

    They are few whole numbers from 0 or 1 on, as in 1, 2, 3, unless the column's name is that of a
    quantity. Two values are no question: as numbers or as codes, they give the same model.
    """
    found = {}
    for predictor in predictors:
        values = numbers[predictor.column]
        if predictor.levels or predictor.role in QUANTITIES or isinstance(values, str):
            continue
        known = np.sort(values.dropna().unique(), kind="stable")
        few = 3 <= len(known) <= MOST_LEVELS and known[-1] <= MOST_LEVELS
        if few and known[0] in (0, 1) and (known % 1 == 0).all():
            found[predictor.name] = tuple(map(to_text, known.tolist()))
            _, guess, reason = reasons[predictor.column]
            reason += ", which may be codes: see the question in the file"
            reasons[predictor.column] = Guess(predictor.column, guess, reason)
    return found


def _label_and_unit(column: str) -> tuple[str, str]:
    """Return ("Amount", "yuan") for "Amount (yuan)"."""
    match = re.fullmatch(r"(.+?)\s*[(（\[]([^()（）\[\]]+)[)）\]]", column)
    label, unit = match.groups() if match else (column, "")
    return _comment(label.replace("_", " ")) or _comment(column) or "column", _comment(unit)


def _free_name(label: str, taken: set[str]) -> str:
    """Return a name for a predictor, near to its label, that the tables do not use yet."""
    base = label.replace(" ", "_")[: LONGEST_NAME - 5]
    reserved = taken | {"customer_id", "retained", "sample", "Constant"}
    names = [base, *(f"{base}_{i}" for i in range(2, len(reserved) + 3))]
    return next(name for name in names if name not in reserved)


def _without(draft: Draft, predictor: Predictor, reason: str, reasons: dict[str, Guess]) -> Draft:
    reasons[predictor.column] = Guess(predictor.column, LEFT_OUT, reason)
    return replace(draft, predictors=tuple(p for p in draft.predictors if p != predictor))


def _leave_out_useless(
    draft: Draft,
    table: pd.DataFrame,
    numbers: dict[str, pd.Series],
    reasons: dict[str, Guess],
) -> Draft:
    """Leave out predictors that give the outcome away, are constant or that others determine."""
    outcome = to_texts(table[draft.outcome_column])
    outcome = (outcome == draft.retained).where(outcome.notna())
    columns = {
        p.name: to_texts(table[p.column]) if p.levels else numbers[p.column]
        for p in draft.predictors
    }
    for predictor in draft.predictors:
        known = columns[predictor.name].notna() & outcome.notna()
        values, retained = columns[predictor.name][known], outcome[known].astype(bool)
        reason = _gives_away(values, retained, predictor)
        if reason:
            draft = _without(draft, predictor, reason, reasons)
    frame = pd.DataFrame({p.name: columns[p.name] for p in draft.predictors}, index=table.index)
    complete = frame[outcome.notna()].dropna()
    draft = _leave_out_crowd(draft, outcome[complete.index], reasons)
    for predictor in draft.predictors:
        if complete[predictor.name].nunique() < max(2, len(predictor.levels)):
            reason = "constant, or without one of its levels, where nothing is missing"
            draft = _without(draft, predictor, reason, reasons)
    if len(draft.predictors) > 1 and len(complete) > 1:
        study = parse_study(draft.text(), draft.path)
        for column, others in linear_dependences(design_matrix(study, complete)).items():
            predictor = study.predictors[study.term(column)]
            labels = " and ".join(study.label(other) for other in others)
            if predictor in draft.predictors:
                reason = f"a linear combination of {labels}"
                draft = _without(draft, predictor, reason, reasons)
    return draft


def _gives_away(values: pd.Series, retained: pd.Series, predictor: Predictor) -> str:
    """Return why a predictor has no finite coefficient or would not be known beforehand, or ""."""
    if retained.nunique() < 2:
        return ""
    if not predictor.levels:
        stayed = retained.sum()
        lost = len(retained) - stayed
        area = (values.rank()[retained].sum() - stayed * (stayed + 1) / 2) / (stayed * lost)
        area = max(area, 1 - area)
        if area < KNOWS_THE_OUTCOME:
            return ""
        return f"it tells the outcomes apart almost perfectly (AUC {area:.4f}): a result of it?"
    by_level = retained.groupby(values).agg(["size", "mean"])
    rare = by_level.index[by_level["size"] < FEWEST_OF_A_LEVEL]
    if len(rare):
        return f"few customers have {', '.join(map(repr, rare))}: merge it with another level"
    pure = by_level.index[by_level["mean"].isin([0, 1])]
    if len(pure):
        return f"all customers with {pure[0]!r} have the same outcome"
    return ""


def _leave_out_separating(draft: Draft, reasons: dict[str, Guess]) -> Draft:
    """Try the analysis; leave out what separates the outcomes, and keep any other problem."""
    path = draft.path.with_suffix(".toml")
    customers = None
    while True:
        try:
            study = parse_study(draft.text(), path)
            customers = load_customers(study) if customers is None else customers
            build = split_samples(study, customers).build
        except StudyError as error:
            return replace(draft, problem=str(error))
        draft, before = _leave_out_crowd(draft, build["retained"], reasons), draft
        if draft == before:
            problem, separating = _separation(draft, study, build)
            if not separating:
                return replace(draft, problem=problem)
            for predictor, reason in separating:
                draft = _without(draft, predictor, reason, reasons)


def _separation(
    draft: Draft, study: Study, build: pd.DataFrame
) -> tuple[str, list[tuple[Predictor, str]]]:
    """Return why the model cannot be fitted, "" if it can, and what to leave out therefore.

    That is the last predictor that separates the outcomes alone; otherwise all that the customers
    are too few for; otherwise the last of those that separate them together.
    """
    crowd, parameters = _crowd(draft, build["retained"]), sum(map(_parameters, draft.predictors))
    error = ""
    # With half as many coefficients as rarer outcomes or more, chance alone often separates; asking
    # first is quicker than a fit that fails.
    likely = parameters > build["retained"].value_counts().min() / 2
    alone, together = _separating(study, build) if crowd and likely else ([], [])
    if not together:
        try:
            fit_logistic(study, build)
        except StudyError as raised:
            error = str(raised)
            alone, together = _separating(study, build)
    reason = "it separates the outcomes in the model-building sample"
    if not alone and crowd and together:
        return error, [(predictor, CROWDED) for predictor in crowd]
    return error, [(predictor, reason) for predictor in (alone or together)[-1:]]


def _leave_out_crowd(draft: Draft, outcome: pd.Series, reasons: dict[str, Guess]) -> Draft:
    """Leave out the last predictors if there are more coefficients than rarer outcomes."""
    events = outcome.value_counts()
    if len(events) == 2 and sum(map(_parameters, draft.predictors)) > events.min():
        for predictor in _crowd(draft, outcome):
            draft = _without(draft, predictor, CROWDED, reasons)
    return draft


def _crowd(draft: Draft, outcome: pd.Series) -> list[Predictor]:
    """Return the last predictors, for which there are too few customers with the rarer outcome."""
    sizes = np.cumsum([_parameters(predictor) for predictor in draft.predictors])
    bearable = outcome.value_counts().min() / EVENTS_PER_VARIABLE
    return list(draft.predictors[max(1, int((sizes <= bearable).sum())) :])


def _parameters(predictor: Predictor) -> int:
    return max(1, len(predictor.levels) - 1)


def _separating(study: Study, build: pd.DataFrame) -> tuple[list[Predictor], list[Predictor]]:
    """Return the predictors that separate the outcomes alone, and those that do so together."""
    design, outcome = design_matrix(study, build), build["retained"].to_numpy(dtype=float)
    together = separating_columns(design, outcome)
    alone = [column for column in together if separating_columns(design[[column]], outcome)]
    named = {c: study.predictors[study.term(c)] for c in together}
    return [named[column] for column in alone], list(named.values())


def _toml(value: str | int | tuple[str, ...]) -> str:
    """Write a text, number or list of texts in TOML; its strings are JSON's but for a character."""
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    line = " ".join(text.split())
    return "".join(character for character in line if character.isprintable())


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def _lines(draft: Draft, folder: Path) -> Iterator[str]:
    because = {guess.column: _comment(guess.reason) for guess in draft.reasons}
    yield _comment(f'# A study drafted from {draft.path.name}. Each line with "check" is a guess.')
    if draft.problem:
        yield _comment(f"# It cannot be analysed yet: {draft.problem}")
    yield f"title = {_toml(f'Customers of {draft.path.stem}')}  # check: what readers will see"
    yield 'description = ""  # check: who the customers are, when and how they were drawn'
    yield 'source = ""  # check: where the data come from, and under which licence'
    yield "\n[data]"
    yield f"file = {_toml(_relative(draft.path, folder))}"
    if draft.id_column:
        yield f"id = {_toml(draft.id_column)}  # check: {because.get(draft.id_column, '')}"
    notes = {g.guess: _comment(g.reason) for g in draft.reasons if g.column == WHOLE_FILE}
    for key in ("encoding", "separator", "header", "decimal", "thousands", "missing", "sheet"):
        value = getattr(draft.format, key)
        if value != getattr(Format(), key):
            yield f"{key} = {_toml(value)}  # check: {notes.get(key, '')}"
    yield from draft.questions
    yield "\n[outcome]"
    why = because.get(draft.outcome_column, "")
    yield f"column = {_toml(draft.outcome_column)}  # check: {why}"
    yield f"retained = {_toml(draft.retained)}  # check: not the other way round?"
    yield f"churned = {_toml(draft.churned)}  # check"
    for predictor in draft.predictors:
        because_of = because.get(predictor.column, "")
        yield from _predictor_lines(predictor, because_of, draft.codes.get(predictor.name, ()))
    left_out = [guess for guess in draft.reasons if guess.guess == LEFT_OUT]
    if left_out:
        yield "\n# Left out (check; a table like those above brings a column back):"
        yield from (f"#   {_comment(guess.column)}: {_comment(guess.reason)}" for guess in left_out)
    yield "\n[sample]"
    if draft.sample_column:
        yield f"column = {_toml(draft.sample_column)}  # check"
        yield f"build = {_toml(draft.build)}  # check: the customers that build the model"
        yield f"holdout = {_toml(draft.holdout)}  # check: those that test it"
    else:
        yield "holdout_size = 0.4  # check: the share (or number) kept apart to test the model"
        yield "seed = 1  # any whole number; the same seed draws the same customers"
    yield "\n[stepwise]"
    yield "entry_p = 0.05"
    yield "removal_p = 0.10"
    yield "\n[classification]"
    yield "cutoff = 0.5  # check: customers with a higher P(retained) are classified as retained"


def _predictor_lines(predictor: Predictor, because: str, codes: tuple[str, ...]) -> Iterator[str]:
    yield f"\n[predictors.{_key(predictor.name)}]  # check: {because}"
    yield f"column = {_toml(predictor.column)}"
    yield f"label = {_toml(predictor.label)}  # check: what tables and figures call it"
    if all(re.fullmatch("-?[0-9]+", level) for level in predictor.levels) and predictor.levels:
        yield f'{_named_levels(predictor.levels)}  # check: each code = "its name", reference first'
    elif predictor.levels:
        yield f"levels = {_toml(predictor.levels)}  # check: the first is the reference level"
    else:
        yield f'unit = {_toml(predictor.unit)}  # check: e.g. "days", "yuan a month"'
    if codes:
        yield _question(
            f"are {', '.join(codes)} codes of a category rather than quantities? Then name them by "
            "the next line, the reference level first",
            _named_levels(codes),
        )
    yield f'sign = {_toml(predictor.sign)}  # check: "+" if more of it should mean more retention'


def _named_levels(codes: tuple[str, ...]) -> str:
    """Return the line that gives each code itself for its name, to be replaced."""
    return f"levels = {{ {', '.join(f'{_toml(code)} = {_toml(code)}' for code in codes)} }}"


def _relative(path: Path, folder: Path) -> str:
    """Return `path` as seen from `folder`; as it is where there is no way, on another drive."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.resolve().as_posix()

"""What stands in the cells of a customers' file: numbers, labels and missing values."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from erfm.formats import show_rows, to_text
from erfm.study import Format, StudyError

THOUSANDS = (",", ".", " ", "'", "’", "\u00a0", "\u202f")
"""The marks that group digits by threes somewhere in the world."""


class Unanswered(StudyError):
    """A file can be read when the study file answers a question.

    Attributes
    ----------
    answer : dict of str to Any
        What is proposed: a key of [data] and its value.
    """

    def __init__(self, message: str, **answer: Any) -> None:
        super().__init__(message)
        self.answer = answer


def number_of(form: Format) -> str:
    """Return a regular expression for a number; digits may be grouped by threes, and only so."""
    return number_pattern(form.point, form.thousands)


def number_pattern(decimal: str, thousands: str) -> str:
    """Return a regular expression for numbers with these marks; "" for a mark that is not used."""
    whole = "[0-9]+"
    if thousands:
        whole = f"(?:[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})+|{whole})"
    mark = re.escape(decimal)
    digits = f"(?:{whole}(?:{mark}[0-9]*)?|{mark}[0-9]+)" if decimal else whole
    return f"[+-]?{digits}(?:[eE][+-]?[0-9]+)?"


def nearest(name: str, candidates: Iterable[str], most: int = 12) -> str:
    """Return a sentence that suggests the candidate most like `name`, or lists them."""
    candidates = [str(candidate)[:200] for candidate in candidates]
    folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
    close = difflib.get_close_matches(str(name)[:200].casefold(), folded, n=1, cutoff=0.5)
    if close:
        return f"Did you mean '{folded[close[0]]}'?"
    rest = f" and {len(candidates) - most} more" if len(candidates) > most else ""
    return f"There are: {', '.join(candidates[:most])}{rest}." if candidates else ""


def tidy(values: pd.Series, form: Format) -> pd.Series:
    """Strip text, and blank what means no value; keep numbers, and numbers among text."""
    if pd.api.types.is_object_dtype(values):
        values = values.map(_cell, na_action="ignore")
        values = values.mask(values.isin(["", *form.missing])).infer_objects()
    if pd.api.types.is_bool_dtype(values):
        return values
    codes = missing_numbers(form)
    if pd.api.types.is_numeric_dtype(values):
        return values.mask(values.isin(codes))
    if pd.api.types.is_object_dtype(values):
        is_text = values.map(lambda cell: isinstance(cell, str), na_action="ignore")
        if values.notna().any() and not is_text[values.notna()].all():
            return values.mask(_numbers_of(values, form).isin(codes))
    text = values.astype("str").str.strip()
    text = text.mask(text.isin(["", *form.missing]))
    return text.mask(_parsed(text, form).isin(codes)) if len(codes) else text


def missing_numbers(form: Format) -> pd.Series:
    """Return the numbers among the texts that mean "no value"."""
    return pd.to_numeric(pd.Series(form.missing, dtype="str"), errors="coerce").dropna()


def _cell(cell: Any) -> Any:
    """Return a number as a number and all else as text; whole decimals keep all their digits."""
    if isinstance(cell, Decimal):
        return int(cell) if cell.is_finite() and cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, bool | np.bool_) or not isinstance(cell, int | float | np.number):
        return cell if isinstance(cell, bool | np.bool_) else to_text(cell)
    return cell


def to_texts(values: pd.Series) -> pd.Series:
    """Return `values` as text, whole numbers without ".0"; missing values stay missing."""
    if not isinstance(values.dtype, pd.StringDtype):
        values = values.map(to_text, na_action="ignore")
    return values.astype("str")


def to_labels(values: pd.Series, labels: Iterable[str], form: Format) -> pd.Series:
    """Return `values` as text, a number that is one of the labels written as that label is.

    "1.0" and "1.00" become the label "1". A text that is a label itself stays, and so does one
    with a leading zero: "01" is a code, and not the number 1.

    Parameters
    ----------
    values : Series
    labels : iterable of str
        The levels of a variable, the values of an outcome or the names of samples.
    form : Format
        How numbers are written in `values`.
    """
    labels = list(labels)
    texts = to_texts(values)
    others = pd.Series(texts[~texts.isin(labels)].dropna().unique(), dtype="str")
    as_numbers = {_label_number(label, Format(decimal=".")): label for label in reversed(labels)}
    as_numbers.pop(None, None)
    if others.empty or not as_numbers:
        return texts
    # Text of Excel's or Parquet's numbers has a point, whatever the marks of the text.
    marks = Format(decimal=".") if pd.api.types.is_numeric_dtype(values) else form
    renamed = {}
    for text in others:
        found = {as_numbers.get(number) for number in _readings(text, marks)} - {None}
        if len(found) == 1:
            renamed[text] = found.pop()
    return texts.replace(renamed) if renamed else texts


def _label_number(text: str, form: Format) -> float | None:
    """Return the number that a label is; None for text and for codes with a leading zero."""
    if re.match("[+-]?0[0-9]", text) or not re.fullmatch(number_of(form), text):
        return None
    plain = text.replace(form.thousands, "") if form.thousands else text
    return float(plain.replace(form.point, "."))


def _readings(text: str, form: Format) -> list[float | None]:
    """Return the numbers that a text can be: two where no marks are named and both readings fit."""
    forms = [form]
    if not form.decimal and not form.thousands:
        forms.append(Format(decimal=",", thousands="."))
    return [_label_number(text, reading) for reading in forms]


def to_numbers(values: pd.Series, form: Format, where: str) -> pd.Series:
    """Return `values` as floats, exactly as written; text that is no number is an error.

    Raises
    ------
    StudyError
        Text in a number column, an infinite value, or, where `form` names no marks, a column whose
        points can be decimal points or group thousands; with the rows. `where` opens the message.
    """
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.astype(float)
    else:
        numbers = _numbers_of(values, form)
    bad = values[numbers.isna() & values.notna()]
    infinite = values[numbers.abs() == float("inf")]
    if len(infinite):
        raise StudyError(
            f"{where}: infinite values: {show_rows(infinite)}. Replace them by the true value or "
            "leave them empty."
        )
    if len(bad):
        raise StudyError(
            f"{where}: text where numbers are expected: {show_rows(bad)}. "
            f"{_marks_that_fit(texts_in(values)) or 'C'}orrect these values, list the text under "
            "'missing' in [data] if it means no value, or declare the column categorical by its "
            "'levels'."
        )
    doubtful = ambiguous(values, form)
    if len(doubtful):
        example = doubtful.iloc[0]
        raise StudyError(
            f"{where}: a decimal point or thousands? {show_rows(doubtful, most=3)} and every other "
            f'value with a point can be read both ways. Write under [data] decimal = "." if '
            f'{example} is {float(example)}, or thousands = "." if it is '
            f"{example.replace('.', '')}."
        )
    return numbers


def texts_in(values: pd.Series) -> pd.Series:
    """Return the texts of a column in which numbers may stand, too; without missing values."""
    if isinstance(values.dtype, pd.StringDtype):
        return values.dropna()
    if not pd.api.types.is_object_dtype(values):
        return pd.Series(dtype="str")
    return values[values.map(lambda cell: isinstance(cell, str))].astype("str")


def _numbers_of(values: pd.Series, form: Format) -> pd.Series:
    """Return the numbers in a column of text, or of both; missing where there is none."""
    if isinstance(values.dtype, pd.StringDtype):
        return _parsed(values, form)
    texts = texts_in(values)
    numbers = pd.to_numeric(values.drop(texts.index), errors="coerce").astype(float)
    return pd.concat([numbers, _parsed(texts, form)]).reindex(values.index)


def _parsed(values: pd.Series, form: Format) -> pd.Series:
    """Parse text in `form`, to the nearest float; what is not a number becomes missing."""
    texts = pa.array(values, pa.large_string())
    fits = matching(texts, number_of(form))
    if not pc.all(fits).as_py():
        infinite = matching(texts, "(?i)[+-]?inf(inity)?")
        texts = pc.if_else(pc.or_(fits, infinite), texts, None)
    if form.thousands:
        texts = pc.replace_substring(texts, form.thousands, "")
    if form.point != ".":
        texts = pc.replace_substring(texts, form.point, ".")
    numbers = pc.cast(pc.utf8_ltrim(texts, "+"), pa.float64())
    return pd.Series(numbers.to_numpy(zero_copy_only=False), index=values.index)


def matching(texts: pa.Array, pattern: str) -> pa.Array:
    """Return which texts match a regular expression from end to end; a missing one does not."""
    return pc.fill_null(pc.match_substring_regex(texts, rf"\A(?:{pattern})\z"), False)


def ambiguous(values: pd.Series, form: Format) -> pd.Series:
    """Return the texts of a column that are numbers both with a decimal point and with thousands.

    They are those with a point, if each has one to three digits before it and three after it, as
    in 850, 1.234 and 12.345, and if `form` names no marks. One value that cannot be grouped
    thousands (0.125, 1.5, 1234.567) settles the column: none is returned.
    """
    texts = texts_in(values)
    if form.decimal or form.thousands or texts.empty:
        return texts.iloc[:0]
    pointed = texts[texts.str.contains(".", regex=False)]
    grouped = matching(pa.array(pointed, pa.large_string()), "[+-]?[1-9][0-9]{0,2}[.][0-9]{3}")
    return pointed if pc.all(grouped).as_py() else pointed.iloc[:0]


def conventions(texts: pd.Series) -> tuple[list[tuple[str, str]], float]:
    """Return the marks with which most texts of a column are numbers.

    Parameters
    ----------
    texts : Series of str
        Without missing values.

    Returns
    -------
    marks : list of (decimal mark, thousands separator)
        "" for a mark that the column does not use. Several marks fit equally well where the texts
        cannot tell, as 1.234 cannot.
    share : float
        The share of the texts that are numbers then.
    """
    array = pa.array(texts, pa.large_string())
    used = [mark for mark in THOUSANDS if pc.any(pc.match_substring(array, mark)).as_py()]
    decimals = ["", *(mark for mark in ".," if mark in used)]
    counts = {
        (decimal, thousands): pc.sum(matching(array, number_pattern(decimal, thousands))).as_py()
        or 0
        for decimal in decimals
        for thousands in ["", *used]
        if not decimal or decimal != thousands
    }
    most = max(counts.values())
    best = [marks for marks in counts if counts[marks] == most]
    needed = [
        (decimal, thousands)
        for decimal, thousands in best
        if not (decimal and ("", thousands) in best) and not (thousands and (decimal, "") in best)
    ]
    return needed, most / len(texts) if len(texts) else 0.0


def show_marks(decimal: str, thousands: str) -> str:
    """Return the lines of [data] that name these marks; one is enough where the other follows."""
    implied = Format(thousands=thousands).point if thousands else ""
    lines = [f'decimal = "{decimal}"'] if decimal not in ("", implied) else []
    return "\n".join([*lines, *([f'thousands = "{thousands}"'] if thousands else [])])


def _marks_that_fit(texts: pd.Series) -> str:
    """Return which marks would make numbers of all texts; "" if none would."""
    if conventions(texts.head(100))[1] < 1:
        return ""
    marks, share = conventions(texts.drop_duplicates())
    if share < 1:
        return ""
    named = " or ".join(show_marks(*pair).replace("\n", ", ") for pair in marks)
    return f"Write {named} under [data] if that is how the file means them. Otherwise c"

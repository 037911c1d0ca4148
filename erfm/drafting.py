"""Drafting a study file from a customers' file: guesses with their reasons, for you to correct."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from sklearn.metrics import roc_auc_score

from erfm.files import check_output, write_text
from erfm.logistic import design_matrix, fit_logistic, separating_columns
from erfm.reading import Format, StudyError, read_table, to_numbers, to_texts
from erfm.study import (
    ROLES,
    Predictor,
    Study,
    computable,
    linear_dependence,
    load_customers,
    parse_study,
    split_samples,
)

MOST_LEVELS = 12
FEWEST_OF_A_LEVEL = 5
KNOWS_THE_OUTCOME = 0.995
ROWS_TO_LOOK_AT = 2000
LEFT_OUT = "left out"
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
        One for the file's format, one for each column.
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
    problem: str = ""

    @property
    def guesses(self) -> pd.DataFrame:
        """The guesses as a table: column, guess, reason."""
        return pd.DataFrame(self.reasons, columns=Guess._fields)

    def text(self, folder: Path | None = None) -> str:
        """Return the study file, for a file in `folder` (default: beside the customers)."""
        return "\n".join(_lines(self, self.path.parent if folder is None else folder)) + "\n"


def draft_study(path: str | Path) -> Draft:
    """Guess a study from a file of customers.

    The format comes from the file's first rows, roles from the columns' names (English or Chinese)
    and contents. Columns that cannot serve as they are (identifiers, dates, free text, constants,
    those that give the outcome away or that others determine) are left out, with the reason.

    Raises
    ------
    StudyError
        The file cannot be read, or no column has exactly two values.
    """
    path = Path(path)
    form, why = guess_format(path)
    table, form, missing = _blank_written_missing(read_table(path, form), form)
    reasons = {column: _describe(column, table[column], form) for column in table}

    id_column = _guess_id(table, reasons)
    sample_column, build, holdout = _guess_sample(table, reasons)
    taken = {id_column, sample_column}
    outcome, retained, churned = _guess_outcome(path, table, reasons, taken)
    predictors = _guess_predictors(table, form, reasons, {*taken, outcome})
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
    )
    draft = _leave_out_useless(draft, table, reasons)
    draft = _leave_out_separating(draft, reasons)
    file_reason = Guess(WHOLE_FILE, "format", "; ".join([*why, *missing]) or "as expected")
    return replace(draft, reasons=(file_reason, *reasons.values()))


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


def main_new(path: str | Path, overwrite: bool = False) -> Path:
    """Draft a study of the customers in `path`; the command ``python -m erfm new``."""
    return write_draft(draft_study(path), overwrite=overwrite)


# --- The file's format ----------------------------------------------------------------------------


def guess_format(path: Path) -> tuple[Format, list[str]]:
    """Return how a text file seems to be written, and what led to it; Excel and Parquet know."""
    if path.suffix.lower() not in (".csv", ".txt", ".tsv") or not path.is_file():
        return Format(), []
    encoding, why = _guess_encoding(path.read_bytes())
    form = Format(encoding=encoding)
    reasons = [why] if why else []
    with path.open(encoding=form.codec, newline="", errors="replace") as file:
        text = "".join(islice(file, ROWS_TO_LOOK_AT))
    separator = max(",;\t|", key=lambda mark: _separates(text, mark))
    if separator != ",":
        reasons.append(f"the header and the rows have as many {separator!r}")
    cells = [cell.strip() for row in _rows(text, separator) for cell in row]
    decimal, thousands, why = _guess_marks(cells)
    reasons += [why] if why else []
    return replace(form, separator=separator, decimal=decimal, thousands=thousands), reasons


def _guess_encoding(content: bytes) -> tuple[str, str]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", "the file opens with the mark of UTF-16"
    if _decodes(content, "utf-8"):
        return "utf-8", ""
    # Chinese characters are mostly pairs of high bytes; Western letters with accents stand alone.
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", content)]
    in_pairs = sum(run % 2 == 0 for run in runs) > len(runs) / 2
    if _decodes(content, "gb18030") and (in_pairs or not _decodes(content, "cp1252")):
        return "gb18030", "the bytes are not UTF-8 and look like Chinese in GB18030 (or GBK)"
    return "cp1252", "the bytes are not UTF-8 and look like a Western language on Windows"


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=separator)


def _separates(text: str, separator: str) -> tuple[float, int]:
    """Return the share of rows that are as wide as the header, and that width."""
    try:
        widths = [len(row) for row in _rows(text, separator) if row]
    except csv.Error:
        return 0.0, 0
    if not widths or widths[0] < 2:
        return 0.0, 0
    return widths.count(widths[0]) / len(widths), widths[0]


def _guess_marks(cells: list[str]) -> tuple[str, str, str]:
    """Return the decimal mark and thousands separator that make most cells numbers, and why."""
    counted = Counter(cells)
    # Digits grouped by threes are more often thousands than three decimals each time.
    candidates = [
        (".", ""),
        (".", ","),
        (",", ""),
        (",", "."),
        *((d, t) for t in " '\u00a0\u202f" for d in ".,"),
    ]

    def numbers(marks: tuple[str, str]) -> int:
        pattern = re.compile(Format(decimal=marks[0], thousands=marks[1]).number)
        return sum(n for cell, n in counted.items() if pattern.fullmatch(cell))

    best = max(candidates, key=numbers)
    if best == (".", ""):
        return *best, ""
    plain = re.compile(Format().number)
    pattern = re.compile(Format(decimal=best[0], thousands=best[1]).number)
    example = next(c for c in counted if pattern.fullmatch(c) and not plain.fullmatch(c))
    value = example.replace(best[1], "") if best[1] else example
    return *best, f"{example!r} is taken for the number {value.replace(best[0], '.')}"


def _blank_written_missing(
    table: pd.DataFrame, form: Format
) -> tuple[pd.DataFrame, Format, list[str]]:
    """Find texts such as "n/a" among numbers, and blank them."""
    found: list[str] = []
    for column in table.select_dtypes("str"):
        texts = pd.Series(table[column].dropna().unique(), dtype="str")
        is_number = texts.str.fullmatch(form.number)
        others = texts[~is_number]
        if is_number.any() and len(others) and others.str.lower().isin(WRITTEN_MISSING).all():
            found += [text for text in others if text not in found]
    if not found:
        return table, form, []
    listed = ", ".join(map(repr, found))
    return (
        table.mask(table.isin(found)),
        replace(form, missing=(*form.missing, *found)),
        [f"{listed} among numbers is taken for no value"],
    )


# --- What a column is -----------------------------------------------------------------------------


def _simple(column: str) -> str:
    """Write "TransCount" and "trans count" as "trans_count", which the patterns above expect."""
    return re.sub(r"[\s\-]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column)).lower()


def _named(column: str, pattern: str) -> bool:
    return re.search(pattern, _simple(column)) is not None


def _describe(column: str, values: pd.Series, form: Format) -> Guess:
    """Return whether a column could be a number or categorical predictor, or is left out."""
    texts = values.dropna()
    distinct, share = texts.nunique(), values.isna().mean()
    if distinct < 2:
        return Guess(column, LEFT_OUT, "a constant explains nothing" if distinct else "no values")
    if share > 0.5:
        return Guess(column, LEFT_OUT, f"{share:.0%} of its values are missing")
    if _named(column, LABEL_NAMES):
        return Guess(column, LEFT_OUT, "its name is that of a label, not of a quantity")
    try:
        numbers = to_numbers(texts, form, "")
    except StudyError as error:
        return _describe_text(column, texts, str(error))
    if not computable(numbers):
        return Guess(column, LEFT_OUT, "numbers too large, or too nearly the same, to compute with")
    if numbers.between(19000101, 20991231).all():
        return Guess(column, LEFT_OUT, "dates; count the days since then in a column instead")
    whole = (numbers % 1 == 0).all()
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
        if pd.to_numeric(texts, errors="coerce").notna().mean() > 0.9:
            return Guess(column, LEFT_OUT, why_no_number.removeprefix(": "))
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


# --- The predictors -------------------------------------------------------------------------------


def _guess_predictors(
    table: pd.DataFrame, form: Format, reasons: dict[str, Guess], taken: set[str]
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


def _label_and_unit(column: str) -> tuple[str, str]:
    """Return ("Amount", "yuan") for "Amount (yuan)"."""
    match = re.fullmatch(r"(.+?)\s*[(（\[]([^()（）\[\]]+)[)）\]]", column)
    label, unit = match.groups() if match else (column, "")
    return label.replace("_", " ").strip() or column, unit.strip()


def _free_name(label: str, taken: set[str]) -> str:
    """Return a name for a predictor, near to its label, that the tables do not use yet."""
    base = label.replace("(", "[").replace(")", "]").replace(" ", "_")
    reserved = taken | {"customer_id", "retained", "sample", "Constant"}
    names = [base, *(f"{base}_{i}" for i in range(2, len(reserved) + 3))]
    return next(name for name in names if name not in reserved)


def _without(draft: Draft, predictor: Predictor, reason: str, reasons: dict[str, Guess]) -> Draft:
    reasons[predictor.column] = Guess(predictor.column, LEFT_OUT, reason)
    return replace(draft, predictors=tuple(p for p in draft.predictors if p != predictor))


def _leave_out_useless(draft: Draft, table: pd.DataFrame, reasons: dict[str, Guess]) -> Draft:
    """Leave out predictors that give the outcome away, are constant or that others determine."""
    outcome = to_texts(table[draft.outcome_column])
    outcome = (outcome == draft.retained).where(outcome.notna())
    columns = {
        p.name: to_texts(table[p.column])
        if p.levels
        else to_numbers(table[p.column], draft.format, p.column)
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
    for predictor in draft.predictors:
        if complete[predictor.name].nunique() < max(2, len(predictor.levels)):
            reason = "constant, or without one of its levels, where nothing is missing"
            draft = _without(draft, predictor, reason, reasons)
    while len(draft.predictors) > 1 and len(complete) > 1:
        study = parse_study(draft.text(), draft.path)
        dependence = linear_dependence(design_matrix(study, complete))
        if dependence is None:
            break
        name, others = dependence[0].partition("(")[0], dependence[1]
        labels = " and ".join(study.label(other) for other in others)
        reason = f"a linear combination of {labels}"
        draft = _without(draft, study.predictors[name], reason, reasons)
    return draft


def _gives_away(values: pd.Series, retained: pd.Series, predictor: Predictor) -> str:
    """Return why a predictor has no finite coefficient or would not be known beforehand, or ""."""
    if retained.nunique() < 2:
        return ""
    if not predictor.levels:
        area = roc_auc_score(retained, values)
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
    customers = build = None
    while True:
        try:
            study = parse_study(draft.text(), path)
            customers = load_customers(study) if customers is None else customers
            build = split_samples(study, customers).build
            fit_logistic(study, build)
        except StudyError as error:
            separating = [] if build is None else _separating(study, build)
            if not separating:
                return replace(draft, problem=str(error))
            reason = "it separates the outcomes in the model-building sample"
            draft = _without(draft, separating[-1], reason, reasons)
            build = None
        else:
            return draft


def _separating(study: Study, build: pd.DataFrame) -> list[Predictor]:
    """Return the predictors that separate the outcomes, alone if any does, or else together."""
    design, outcome = design_matrix(study, build), build["retained"].to_numpy(dtype=float)
    together = separating_columns(design, outcome)
    alone = [column for column in together if separating_columns(design[[column]], outcome)]
    return [study.predictors[column.partition("(")[0]] for column in alone or together]


# --- The study file -------------------------------------------------------------------------------


def _toml(value: str | tuple[str, ...]) -> str:
    """Write a text or a list of texts in TOML, whose strings are JSON's but for one character."""
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
    for key in ("encoding", "separator", "decimal", "thousands", "missing"):
        value = getattr(draft.format, key)
        if value != getattr(Format(), key):
            yield f"{key} = {_toml(value)}  # check: {because.get(WHOLE_FILE, '')}"
    yield "\n[outcome]"
    why = because.get(draft.outcome_column, "")
    yield f"column = {_toml(draft.outcome_column)}  # check: {why}"
    yield f"retained = {_toml(draft.retained)}  # check: not the other way round?"
    yield f"churned = {_toml(draft.churned)}  # check"
    for predictor in draft.predictors:
        yield from _predictor_lines(predictor, because.get(predictor.column, ""))
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


def _predictor_lines(predictor: Predictor, because: str) -> Iterator[str]:
    yield f"\n[predictors.{_key(predictor.name)}]  # check: {because}"
    yield f"column = {_toml(predictor.column)}"
    yield f"label = {_toml(predictor.label)}  # check: what tables and figures call it"
    if predictor.levels:
        yield f"levels = {_toml(predictor.levels)}  # check: the first is the reference level"
    else:
        yield f'unit = {_toml(predictor.unit)}  # check: e.g. "days", "yuan a month"'
    yield f'sign = {_toml(predictor.sign)}  # check: "+" if more of it should mean more retention'


def _relative(path: Path, folder: Path) -> str:
    """Return `path` as seen from `folder`; as it is where there is no way, on another drive."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.resolve().as_posix()

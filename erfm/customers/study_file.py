"""The study file: a TOML file that says where the customers are and what their columns mean."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from erfm.customers.cells import nearest
from erfm.customers.charsets import is_encoding
from erfm.customers.files import explained
from erfm.formats import to_text
from erfm.study import DATA, ROLES, Format, Predictor, Study, StudyError, make_design

LONGEST_NAME = 100

_KEYS = {
    "": {"title", "description", "source", "simulated", "published", "data", "outcome",
         "predictors", "sample", "stepwise", "classification"},
    "data": {"file", "id", "encoding", "separator", "decimal", "thousands", "missing", "sheet",
             "header", "fingerprint"},
    "outcome": {"column", "retained", "churned"},
    "sample": {"column", "build", "holdout", "holdout_size", "seed"},
    "stepwise": {"entry_p", "removal_p"},
    "classification": {"cutoff"},
}  # fmt: skip
_NO_MARKS = '"\r\n\0\\0123456789+-eE'
_PREDICTOR_KEYS = {"column", "label", "unit", "sign", "role", "levels"}


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
        return _Sections(path, tomllib.loads(text)).study()
    except StudyError:
        raise
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{path}: not a TOML file: {error}. Correct that line.") from None
    except RecursionError:
        raise StudyError(
            f"{path}: brackets or tables are nested too deeply. A study needs two levels."
        ) from None
    except (ValueError, OverflowError):
        raise StudyError(
            f"{path}: a number has too many digits. Write one of ordinary size."
        ) from None


@dataclass(frozen=True)
class _Sections:
    """The parsed TOML of one file, and the errors that its reader can make."""

    path: Path
    content: dict[str, Any]

    def error(self, message: str) -> StudyError:
        return StudyError(f"{self.path}: {message}")

    def section(self, name: str) -> dict[str, Any]:
        table = self.table(self.content, name, "the file") if name else self.content
        self.check_keys(table, _KEYS[name], f"[{name}]" if name else "the top of the file")
        return table

    def table(self, parent: dict[str, Any], key: str, where: str) -> dict[str, Any]:
        table = parent.get(key, {})
        if not isinstance(table, dict):
            raise self.error(f"'{key}' in {where} must be a table, with keys of its own below it.")
        return table

    def texts(self, parent: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
        texts = parent.get(key, [])
        if not isinstance(texts, list):
            raise self.error(f'\'{key}\' in {where} must be a list: write {key} = ["…", "…"].')
        return tuple(self.plain(text, f"a value of '{key}' in {where}") for text in texts)

    def plain(self, value: Any, what: str) -> str:
        """Return a text, a number, a truth value or a date as text; refuse lists and tables."""
        if isinstance(value, list | dict):
            raise self.error(f"{what} is a list or a table; write one text or number.")
        return to_text(value)

    def text(self, table: dict[str, Any], key: str, where: str, default: str | None = None) -> str:
        """Return a text; where there is no default, the key is needed and must not be empty."""
        value = self.need(table, key, where) if default is None else table.get(key, default)
        text = self.plain(value, f"'{key}' in {where}")
        if key in table and not text and (default is None or default):
            raise self.error(f"'{key}' in {where} is empty. Give a value, or remove the key.")
        return text

    def check_keys(self, table: dict[str, Any], allowed: set[str], where: str) -> None:
        for key in table:
            if key not in allowed:
                raise self.error(f"unknown key '{key}' in {where}. {nearest(key, sorted(allowed))}")

    def need(self, table: dict[str, Any], key: str, where: str) -> Any:
        if key not in table:
            raise self.error(f"'{key}' is missing in {where}. Add it.")
        return table[key]

    def number(self, table: dict[str, Any], key: str, default: float, where: str) -> float:
        value = table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
            raise self.error(f"'{key}' in {where} is {value!r}; it must be between 0 and 1.")
        return float(value)

    def study(self) -> Study:
        top, data, outcome = self.section(""), self.section("data"), self.section("outcome")
        sample, stepwise = self.section("sample"), self.section("stepwise")
        entry_p = self.number(stepwise, "entry_p", 0.05, "[stepwise]")
        removal_p = self.number(stepwise, "removal_p", 0.10, "[stepwise]")
        if removal_p < entry_p:
            raise self.error(
                f"removal_p {removal_p} is below entry_p {entry_p}: a variable could enter and "
                "leave for ever. Make removal_p the larger one."
            )
        study = Study(
            name=self.path.stem,
            path=self.path,
            title=self.text(top, "title", "the top of the file"),
            description=self.text(top, "description", "the top of the file", ""),
            source=self.text(top, "source", "the top of the file", ""),
            simulated=self.flag(top, "simulated"),
            published=self.flag(top, "published"),
            file=self.path.parent / self.text(data, "file", "[data]"),
            format=self.format(data),
            id_column=self.text(data, "id", "[data]", ""),
            outcome_column=self.text(outcome, "column", "[outcome]"),
            retained=self.text(outcome, "retained", "[outcome]"),
            churned=self.text(outcome, "churned", "[outcome]"),
            predictors=self.predictors(),
            sample_column=self.text(sample, "column", "[sample]", ""),
            build=self.text(sample, "build", "[sample]", "build"),
            holdout=self.text(sample, "holdout", "[sample]", "holdout"),
            holdout_size=self.holdout_size(sample),
            seed=self.seed(sample),
            entry_p=entry_p,
            removal_p=removal_p,
            cutoff=self.number(self.section("classification"), "cutoff", 0.5, "[classification]"),
            fingerprint=self.table(data, "fingerprint", "[data]"),
        )
        return self.check_roles(study)

    def check_roles(self, study: Study) -> Study:
        """Return the study if no column has two roles and no label two meanings."""
        columns = study.file_columns
        for column in columns:
            if columns.count(column) > 1:
                raise self.error(f"column '{column}' is named twice. Give each column one role.")
        for one, other, where in (
            (study.retained, study.churned, "'retained' and 'churned' in [outcome]"),
            (study.build, study.holdout, "'build' and 'holdout' in [sample]"),
        ):
            if one == other:
                raise self.error(f"{where} are both {one!r}. Name two different values.")
        labels = {study.retained, study.churned, study.build, study.holdout}
        labels.update(*(p.levels for p in study.predictors.values()))
        for text in study.format.missing:
            if text in labels:
                raise self.error(
                    f"{text!r} is both a label and a text that means no value. Leave it out of "
                    "'missing' in [data], e.g. missing = []."
                )
        names = {
            "customer_id",
            "retained",
            *study.predictors,
            *(["sample"] * bool(study.sample_column)),
        }
        for name, summary in study.fingerprint.items():
            if name not in names or not isinstance(summary, dict) or "digest" not in summary:
                raise self.error(
                    f"'{name}' in [data.fingerprint] is no column of the customers table with a "
                    f"digest. {nearest(name, sorted(names))}"
                )
        return study

    def flag(self, table: dict[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.error(f"'{key}' is {value!r}; write true or false.")
        return value

    def format(self, data: dict[str, Any]) -> Format:
        given = {f.name: data[f.name] for f in fields(Format) if f.name in data}
        if "missing" in given:
            given["missing"] = self.texts(data, "missing", "[data]")
        form = Format(**given)
        for key in ("separator", "decimal", "thousands"):
            mark = getattr(form, key)
            single = isinstance(mark, str) and len(mark) == 1 and mark not in _NO_MARKS
            unused = mark == "" and (key == "thousands" or key not in data)
            if not single and not unused:
                raise self.error(f"'{key}' in [data] is {mark!r}; it must be one character.")
        if "thousands" in data and not form.decimal:
            form = replace(form, decimal=form.point)
        if form.decimal and form.decimal == form.thousands:
            raise self.error(f"'decimal' and 'thousands' in [data] are both {form.decimal!r}.")
        if not isinstance(form.encoding, str) or not is_encoding(form.encoding):
            raise self.error(
                f"'encoding' in [data] is {form.encoding!r}; there is no such encoding. Write e.g. "
                '"utf-8" or "gb18030".'
            )
        whole = isinstance(form.sheet, int) and not isinstance(form.sheet, bool)
        if not isinstance(form.sheet, str) and not (whole and form.sheet >= 0):
            raise self.error(f"'sheet' in [data] is {form.sheet!r}; give its name or number.")
        if isinstance(form.header, bool) or not isinstance(form.header, int) or form.header < 0:
            raise self.error(
                f"'header' in [data] is {form.header!r}; give the row that names the columns, from "
                "1."
            )
        return form

    def holdout_size(self, sample: dict[str, Any]) -> float:
        size = sample.get("holdout_size", 0.4)
        whole = isinstance(size, int) and not isinstance(size, bool) and size >= 1
        if not whole and not (isinstance(size, float) and 0 < size < 1):
            raise self.error(
                f"'holdout_size' in [sample] is {size!r}; give a number of customers or a share "
                "between 0 and 1."
            )
        return size

    def seed(self, sample: dict[str, Any]) -> int:
        seed = sample.get("seed", 0)
        if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
            raise self.error(
                f"'seed' in [sample] is {seed!r}; it must be a whole number from 0 up."
            )
        return seed

    def predictors(self) -> dict[str, Predictor]:
        tables = self.content.get("predictors", {})
        if not isinstance(tables, dict) or not tables:
            raise self.error("there are no predictors. Add a table [predictors.NAME] for each.")
        predictors = {name: self.predictor(name, table) for name, table in tables.items()}
        roles = [p.role for p in predictors.values() if p.role]
        for role in roles:
            if roles.count(role) > 1:
                raise self.error(f"two predictors have the role '{role}'. Keep one of them.")
        columns = [c for p in predictors.values() for c in make_design({p.name: p}).columns]
        for column in columns:
            if columns.count(column) > 1:
                raise self.error(
                    f"'{column}' would be the name of two things, a predictor and a level of "
                    "another. Rename one of them."
                )
        return predictors

    def predictor(self, name: str, table: Any) -> Predictor:
        where = f"[predictors.{name}]"
        if not isinstance(table, dict):
            raise self.error(f"'predictors.{name}' must be a table: write {where}.")
        self.check_keys(table, _PREDICTOR_KEYS, where)
        if not name or len(name) > LONGEST_NAME or not name.isprintable():
            raise self.error(
                f"the name of {where} is empty, longer than {LONGEST_NAME} characters or has "
                "characters that cannot be shown. Rename it; 'column' may have any name."
            )
        if name in ("customer_id", "retained", "sample", "Constant"):
            raise self.error(f"'{name}' in {where} is a name the tables use. Choose another.")
        sign = self.text(table, "sign", where, "")
        role = self.text(table, "role", where, name if name in ROLES else "")
        if sign not in ("", "+", "-"):
            raise self.error(f'\'sign\' in {where} is {sign!r}; write "+", "-" or leave it out.')
        if role and role not in ROLES:
            raise self.error(f"unknown role '{role}' in {where}. {nearest(role, ROLES)}")
        levels = self.texts(table, "levels", where)
        if "levels" in table and (len(levels) < 2 or len(set(levels)) < len(levels)):
            raise self.error(
                f"'levels' in {where} must name two or more different levels, the reference first."
            )
        return Predictor(
            name=name,
            column=self.text(table, "column", where, name),
            label=self.text(table, "label", where, name),
            unit=self.text(table, "unit", where, ""),
            sign=sign,
            role=role,
            levels=levels,
        )

"""The ledger of every value that the paper prints, and the comparison of a result with one of them.

``data/published.csv`` holds each value as the text that is printed; nothing else in the project
types one. Proofs about these values are in `erfm.paper.arithmetic`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from erfm.customers.cells import nearest
from erfm.customers.reading import read_table
from erfm.escaping import markdown
from erfm.formats import show_rows, sign
from erfm.study import DATA, Format, Study, StudyError

LEDGER = DATA / "published.csv"
COLUMNS = (
    "key", "table", "variable", "statistic", "printed", "decimals", "sentence", "translation",
)  # fmt: skip

EQUAL = "equal to the printed digits"
TRUNCATED = "equal if truncated"
DIFFERS = "differs by"
NOT_COMPUTABLE = "not computable from what is printed"

_NUMBER = re.compile(r"-?(\d+\.?|\d*\.\d+)%?")
# Enough digits to hold any float exactly to the printed decimals.
_EXACT = Context(prec=400)

Computed = int | float | Decimal | str | None


@dataclass(frozen=True)
class PrintedNumber:
    """A number as printed, with the values that would be printed so.

    Attributes
    ----------
    text : str
        As printed, e.g. "71.8%".
    digits : Decimal
        The digits before the percent sign if there is one: 71.8.
    decimals : int
        Printed decimals: 1.
    """

    text: str
    digits: Decimal
    decimals: int

    @property
    def percent(self) -> bool:
        """Whether it is printed as a percentage."""
        return self.text.endswith("%")

    @property
    def value(self) -> int | float:
        """The number; a percentage as a fraction (0.718), a number without decimals as an int."""
        if self.decimals == 0 and not self.percent:
            return int(self.digits)
        return float(self._unscaled(self.digits))

    @property
    def lower(self) -> float:
        """The smallest value that rounds to the printed digits."""
        return float(self._unscaled(self.digits - self._half_unit))

    @property
    def upper(self) -> float:
        """The largest value that rounds to the printed digits."""
        return float(self._unscaled(self.digits + self._half_unit))

    @property
    def _half_unit(self) -> Decimal:
        return Decimal(5).scaleb(-self.decimals - 1)

    def _unscaled(self, digits: Decimal) -> Decimal:
        return digits.scaleb(-2) if self.percent else digits


def parse_printed(text: str) -> PrintedNumber:
    """Read a number as it is printed: "4500", "0.671", ".000", "71.8%".

    Raises
    ------
    ValueError
        The text is not a number.
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is not a printed number such as 4500, 0.671 or 71.8%.")
    digits = text.removesuffix("%")
    return PrintedNumber(text, Decimal(digits), len(digits.partition(".")[2]))


def load_published(path: Path = LEDGER) -> pd.DataFrame:
    """Read and check the ledger of printed values.

    Parameters
    ----------
    path : Path
        A CSV file with the ledger's columns; by default the paper's.

    Returns
    -------
    DataFrame
        Index ``key``; text columns ``table``, ``variable``, ``statistic``, ``printed`` (the value
        as printed), ``sentence`` (the original Chinese where it is known, else "") and
        ``translation``; ``decimals`` (missing for a value that is text); and ``value``, the number
        that is printed (percentages as fractions) or the text.

    Raises
    ------
    StudyError
        The ledger cannot be read or contradicts itself; names column, rows, values and remedy.
    """
    ledger = read_table(path, Format(missing=("",))).fillna("")
    if tuple(ledger.columns) != COLUMNS:
        raise StudyError(
            f"{path}: the columns are {', '.join(ledger.columns)}; make them {', '.join(COLUMNS)}."
        )
    try:
        _schema(ledger).validate(ledger, lazy=True)
    except pa.errors.SchemaErrors as errors:
        raise StudyError(f"{path}: {_first_failure(errors, ledger)}") from None
    numbers = ledger["decimals"] != ""
    values = [
        parse_printed(text).value if number else text
        for text, number in zip(ledger["printed"], numbers, strict=True)
    ]
    return ledger.assign(
        decimals=pd.to_numeric(ledger["decimals"].where(numbers)).astype("Int64"),
        value=pd.Series(values, index=ledger.index, dtype=object),
    ).set_index("key")


def printed(key: str) -> Any:
    """Return a printed value: a number (percentages as fractions), or text such as the ranking.

    Raises
    ------
    KeyError
        The ledger has no such key; suggests the nearest.
    """
    return _row(key)["value"]


def printed_number(key: str) -> PrintedNumber:
    """Return a printed number with the values that would be printed so."""
    return parse_printed(_row(key)["printed"])


@functools.cache
def _paper() -> pd.DataFrame:
    """Return the paper's ledger, read once; never handed to a caller, who might change it."""
    return load_published()


def printed_standardised(study: Study) -> pd.Series:
    """Return the printed standardised coefficients, by design column; of other studies none."""
    columns = {
        "frequency": "frequency",
        "recency": "recency",
        "age": "age",
        "gender(male)": "gender",
    }
    if not study.published:
        return pd.Series(dtype=float)
    values = {column: printed(f"standardised_{key}") for column, key in columns.items()}
    return pd.Series(values, dtype=float)


def _row(key: str) -> pd.Series:
    if key not in _paper().index:
        raise KeyError(f"{LEDGER.name} has no key '{key}'. {nearest(key, _paper().index)}")
    return _paper().loc[key]


def _schema(ledger: pd.DataFrame) -> pa.DataFrameSchema:
    """Return the checks of a ledger; `error` of each is its remedy."""

    def column(check: Callable[[pd.Series], pd.Series], error: str) -> pa.Column:
        return pa.Column(str, pa.Check(check, error=error))

    filled = functools.partial(column, lambda cells: cells.str.strip() != "")
    return pa.DataFrameSchema(
        {
            "key": column(
                lambda keys: ~keys.duplicated(keep=False) & keys.str.fullmatch("[a-z][a-z0-9_]*"),
                "give each row its own key, in small letters, digits and underscores",
            ),
            "table": filled("say where the value is printed, e.g. Table 1"),
            "variable": filled("name the variable"),
            "statistic": filled("name the statistic"),
            "printed": filled("give the value as it is printed"),
            "decimals": column(
                lambda decimals: decimals == ledger["printed"].map(_decimals),
                "give the number of decimals that 'printed' has, nothing where it is not a number",
            ),
            "translation": column(
                lambda translations: (translations == "") == (ledger["sentence"] == ""),
                "give 'sentence' and 'translation' together or neither",
            ),
        }
    )


def _decimals(text: str) -> str:
    """Return what the ledger's ``decimals`` must be for a printed text."""
    return str(parse_printed(text).decimals) if _NUMBER.fullmatch(text) else ""


def _first_failure(errors: pa.errors.SchemaErrors, ledger: pd.DataFrame) -> str:
    column, remedy = errors.failure_cases.loc[0, ["column", "check"]]
    same = errors.failure_cases["check"] == remedy
    rows = errors.failure_cases.loc[same, "index"].astype(int)
    return f"column '{column}', {show_rows(ledger.loc[sorted(rows), column])}: {remedy}."


def quotation(*keys: str) -> str:
    """Return printed values as a Markdown quotation: where each stands, its sentence if known."""
    lines = []
    for key in keys:
        row = _row(key).drop("value").map(lambda text: markdown(str(text)))
        lines.append(f"**{row['table']}, {row['variable']}: {row['statistic']} {row['printed']}**")
        if row["sentence"]:
            lines.append(f"{row['sentence']} — *{row['translation']}*")
    return "\n>\n".join(f"> {line}" for line in dict.fromkeys(lines))


@dataclass(frozen=True)
class Comparison:
    """A computed value beside a printed one.

    Attributes
    ----------
    printed : str
        As printed.
    computed : str
        To the printed decimals (rounded half up), "" if there is none.
    verdict : str
        `EQUAL`, `TRUNCATED`, `NOT_COMPUTABLE`, or `DIFFERS` followed by computed minus printed (by
        the computed text where the values are texts).
    difference : float or None
        Computed minus printed, unrounded, percentages as fractions; None for texts.
    """

    printed: str
    computed: str
    verdict: str
    difference: float | None

    @property
    def agrees(self) -> bool:
        """Whether the computed value rounds to the printed digits."""
        return self.verdict == EQUAL

    @property
    def text(self) -> str:
        """The comparison as a clause, e.g. "computed 75.86%, printed 95.11%: differs by …"."""
        computed = f"computed {self.computed}, " if self.computed else ""
        return f"{computed}printed {self.printed}: {self.verdict}"


def compare(computed: Computed, key_or_text: str) -> Comparison:
    """Compare a computed value with a printed one.

    Parameters
    ----------
    computed : number, str or None
        Fractions where the paper prints percentages. A float counts as the shortest decimal that
        denotes it, so 2.665 is a tie at two decimals. None or NaN: nothing to compare.
    key_or_text : str
        A key of the ledger, or a number as printed ("0.671", "71.8%").

    Returns
    -------
    Comparison
        Equal if rounding half up or half to even gives the printed digits. Lists of names separated
        by commas are equal in any order.
    """
    text = _paper().loc[key_or_text, "printed"] if key_or_text in _paper().index else key_or_text
    if computed is None or pd.isna(computed):
        return Comparison(text, "", NOT_COMPUTABLE, None)
    if isinstance(computed, str):
        same = sorted(computed.split(", ")) == sorted(text.split(", "))
        return Comparison(text, computed, EQUAL if same else f"{DIFFERS} “{computed}”", None)
    if not _NUMBER.fullmatch(text):
        raise KeyError(f"'{text}' is neither a printed number nor a key of {LEDGER.name}.")
    return _compare_numbers(computed, parse_printed(text))


def comparison_table(computed: Mapping[str, Computed]) -> pd.DataFrame:
    """Compare several computed values with the ledger.

    Parameters
    ----------
    computed : mapping of str to number, str or None
        By key of the ledger.

    Returns
    -------
    DataFrame
        Index ``key`` in the order given; columns ``statistic`` (with its variable), ``printed``,
        ``computed`` (to the printed decimals) and ``verdict``.
    """
    rows = {}
    for key, value in computed.items():
        row, comparison = _row(key), compare(value, key)
        rows[key] = {
            "statistic": f"{row['variable']}: {row['statistic']}",
            "printed": comparison.printed,
            "computed": comparison.computed,
            "verdict": comparison.verdict,
        }
    columns = ["statistic", "printed", "computed", "verdict"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("key")


def _compare_numbers(computed: int | float | Decimal, number: PrintedNumber) -> Comparison:
    exact = Decimal(str(computed))
    if number.percent and exact.is_finite():
        exact = exact.scaleb(2, context=_EXACT)
    difference = _EXACT.subtract(exact, number.digits)
    fraction = float(difference) / 100 if number.percent else float(difference)
    unit = " percentage points" if number.percent else ""
    mark = "%" if number.percent else ""
    if not exact.is_finite():
        return Comparison(number.text, f"{exact}{mark}", f"{DIFFERS} {exact}{unit}", fraction)

    def rounded(value: Decimal, rounding: str) -> Decimal:
        return value.quantize(Decimal(1).scaleb(-number.decimals), rounding, _EXACT)

    half_up = _EXACT.plus(rounded(exact, ROUND_HALF_UP))  # plus: no "-0.000"
    if number.digits in (half_up, rounded(exact, ROUND_HALF_EVEN)):
        verdict = EQUAL
    elif number.digits == rounded(exact, ROUND_DOWN):
        verdict = TRUNCATED
    else:
        verdict = f"{DIFFERS} {sign(f'{rounded(difference, ROUND_HALF_UP):+}')}{unit}"
    return Comparison(number.text, sign(f"{half_up}{mark}"), verdict, fraction)

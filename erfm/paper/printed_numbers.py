"""Printed numbers: the values that one stands for, and the comparison of a result with it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

import pandas as pd

from erfm.formats import sign

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


def is_number(text: str) -> bool:
    """Return whether a text is a number as it is printed; see `parse_printed`."""
    return _NUMBER.fullmatch(text) is not None


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


def compared(computed: Computed, text: str) -> Comparison:
    """Compare a computed value with a printed text.

    Parameters
    ----------
    computed : number, str or None
        Fractions where a percentage is printed. A float counts as the shortest decimal that denotes
        it, so 2.665 is a tie at two decimals. None or NaN: nothing to compare.
    text : str
        As printed: a number ("0.671", "71.8%"), or any text to compare a text with.

    Returns
    -------
    Comparison
        Equal if rounding half up or half to even gives the printed digits. Lists of names separated
        by commas are equal in any order.

    Raises
    ------
    ValueError
        A number is compared with a text that is none.
    """
    if computed is None or pd.isna(computed):
        return Comparison(text, "", NOT_COMPUTABLE, None)
    if isinstance(computed, str):
        same = sorted(computed.split(", ")) == sorted(text.split(", "))
        return Comparison(text, computed, EQUAL if same else f"{DIFFERS} “{computed}”", None)
    return _compare_numbers(computed, parse_printed(text))


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

"""How texts that an explorer computes in the browser are compared with Python's numbers."""

from __future__ import annotations

import re

from erfm.formats import number

NEAR = 1e-3
"""How far, in units of the last digit shown, a number may be from where its text changes."""


def assert_shows(
    text: str, pattern: str, values: list[float], spec: str, slack: float = NEAR
) -> None:
    """Assert that a text is a pattern filled with numbers, as Python writes them.

    Constants in the browser have so many digits that a text can differ only where the number is at
    the limit between two: there, and only there, either may stand.
    """
    if text == pattern.format(*(number(value, spec) for value in values)):
        return
    decimals = int(re.search(r"\.(\d)", spec)[1])
    between = (
        {number(value + way * slack * 10**-decimals, spec) for way in (-1, 0, 1)}
        for value in values
    )
    choices = ["(?:" + "|".join(map(re.escape, sorted(ways))) + ")" for ways in between]
    parts = [re.escape(part) for part in pattern.split("{}")]
    allowed = "".join(part + choice for part, choice in zip(parts, [*choices, ""], strict=True))
    assert re.fullmatch(allowed, text), f"{text!r} is not {pattern!r} with {values}"

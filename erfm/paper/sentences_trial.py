"""What is said of any paper on trial, of the worked examples and of the examiner itself."""

from __future__ import annotations

import pandas as pd

from erfm.formats import counted
from erfm.paper.arithmetic import CANNOT_BE_JUDGED, CONTRADICTS, HOLDS, IMPOSSIBLE

_ONE = {
    IMPOSSIBLE: "is impossible",
    CONTRADICTS: "contradicts others",
    HOLDS: "holds",
    CANNOT_BE_JUDGED: "cannot be judged",
}
_SEVERAL = {
    **_ONE,
    IMPOSSIBLE: "are impossible",
    CONTRADICTS: "contradict others",
    HOLDS: "hold",
}


def tally(counts: pd.Series) -> str:
    """Say how many printed values have each verdict that any has; `counts` by verdict."""
    told = [
        f"{n:,} {(_ONE if n == 1 else _SEVERAL)[verdict]}" for verdict, n in counts.items() if n
    ]
    return f"Of {counted(int(counts.sum()), 'printed value')}, {_and(told)}."


def _and(parts: list[str]) -> str:
    """Return parts of a sentence as a list: "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)

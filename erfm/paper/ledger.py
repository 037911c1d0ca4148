"""The ledger of every value that the paper prints, and the comparison of a result with one of them.

The paper's file (``data/erfm_2012.paper.toml``) holds each value as the text that is printed;
nothing else in the project types one. It is read once a process. Its claims, which values belong
together, are judged by `erfm.paper.examination`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import pandas as pd

from erfm.customers.cells import nearest
from erfm.escaping import markdown
from erfm.paper.paper_file import Paper, PrintedValue, load_paper
from erfm.paper.printed_numbers import (
    Comparison,
    Computed,
    PrintedNumber,
    compared,
    is_number,
    parse_printed,
)
from erfm.study import Study

PAPER = "erfm_2012"
"""The name of the paper that the report is about, in ``data/``."""


@functools.cache
def published_paper() -> Paper:
    """Return the paper with its printed values and claims, read and checked once a process.

    Raises
    ------
    PaperError
        Its file cannot be used, or does not come with the package: see `load_paper`.
    """
    return load_paper(PAPER)


def load_published(paper: Paper | None = None) -> pd.DataFrame:
    """Return the printed values of a paper as a table, a new one for each caller.

    Parameters
    ----------
    paper : Paper, optional
        By default the paper that the report is about.

    Returns
    -------
    DataFrame
        Index ``key``; text columns ``table``, ``variable``, ``statistic``, ``printed`` (the value
        as printed), ``sentence`` (in the paper's language where it is known, else "") and
        ``translation``; ``decimals`` (missing for a value that is text); and ``value``, the number
        that is printed (percentages as fractions) or the text.
    """
    values = (paper or published_paper()).printed
    rows = {
        key: {
            "table": value.place,
            "variable": value.variable,
            "statistic": value.what,
            "printed": value.printed,
            "decimals": parse_printed(value.printed).decimals if is_number(value.printed) else None,
            "sentence": value.quotation,
            "translation": value.translation,
        }
        for key, value in values.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("key")
    numbers = pd.Series({key: _number_or_text(one) for key, one in values.items()}, dtype=object)
    return table.astype({"decimals": "Int64"}).assign(value=numbers)


def _number_or_text(value: PrintedValue) -> Any:
    return parse_printed(value.printed).value if is_number(value.printed) else value.printed


def printed(key: str) -> Any:
    """Return a printed value: a number (percentages as fractions), or text such as the ranking.

    Raises
    ------
    KeyError
        The paper has no such key; suggests the nearest.
    """
    return _number_or_text(_value(key))


def printed_number(key: str) -> PrintedNumber:
    """Return a printed number with the values that would be printed so."""
    return parse_printed(_value(key).printed)


def _value(key: str) -> PrintedValue:
    values = published_paper().printed
    if key not in values:
        raise KeyError(f"{published_paper().path.name} has no key '{key}'. {nearest(key, values)}")
    return values[key]


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


def quotation(*keys: str) -> str:
    """Return printed values as a Markdown quotation: where each stands, its sentence if known."""
    lines = []
    for key in keys:
        value = _value(key)
        lines.append(f"**{markdown(f'{value.place}, {value.title} {value.printed}')}**")
        if value.quotation:
            lines.append(f"{markdown(value.quotation)} — *{markdown(value.translation)}*")
    return "\n>\n".join(f"> {line}" for line in dict.fromkeys(lines))


def compare(computed: Computed, key_or_text: str) -> Comparison:
    """Compare a computed value with a printed one; see `erfm.paper.printed_numbers.compared`.

    Parameters
    ----------
    computed : number, str or None
        Fractions where the paper prints percentages. None or NaN: nothing to compare.
    key_or_text : str
        A key of the ledger, or a number as printed ("0.671", "71.8%").
    """
    values = published_paper().printed
    text = values[key_or_text].printed if key_or_text in values else key_or_text
    try:
        return compared(computed, text)
    except ValueError:
        name = published_paper().path.name
        raise KeyError(f"'{text}' is neither a printed number nor a key of {name}.") from None


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
        found = compared(value, _value(key).printed)
        rows[key] = {
            "statistic": _value(key).title,
            "printed": found.printed,
            "computed": found.computed,
            "verdict": found.verdict,
        }
    columns = ["statistic", "printed", "computed", "verdict"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("key")

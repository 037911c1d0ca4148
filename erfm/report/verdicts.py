"""Printed values with their verdicts, in HTML: a strip of labelled links, and the table they open.

Both are whole without script and style, as GitHub shows them: a value's quotation, proof and what
would have to be true stand in a ``<details>`` element of its own. In the site `SCRIPT` adds
filters, a search and sorting; in a live JupyterLab the table brings script and style along. They
serve any paper: a scorecard is made of an examination by `card_of`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pandas as pd

from erfm.escaping import html
from erfm.formats import heading
from erfm.paper.examination import Examination, JudgedValue, named
from erfm.paper.scorecard import BY_CONSTRUCTION
from erfm.paper.verdict import (
    CANNOT_BE_JUDGED,
    CONTRADICTS,
    FORMULA_BREAK,
    HOLDS,
    IMPOSSIBLE,
    VERDICTS,
)
from erfm.report.live import STATIC, is_live, script, style
from erfm.report.story import first_sentence

SYMBOLS = {HOLDS: "✓", IMPOSSIBLE: "✕", CONTRADICTS: "≠", CANNOT_BE_JUDGED: "?"}
"""What stands before each verdict, so that no colour is needed to tell them apart."""

SCRIPT, STYLE = STATIC / "verdicts.js", STATIC / "verdicts.css"

COMPARED = ("printed", "implied", "simulated")
"""Columns that are compared: those that a scorecard has are shown."""

FILED = ("table", "value", *COMPARED, "how", "verdict", "together", "why", "needed")
"""Columns that are filed for others to use."""

LONGEST_ON_A_TILE = 12
NO_PLACE = "Place not given"

# MathJax sets the formulas of the proofs, and nothing of what is quoted.
NO_FORMULAS, FORMULA = "mathjax_ignore tex2jax_ignore", "math mathjax_process tex2jax_process"


def filed(card: pd.DataFrame) -> pd.DataFrame:
    """Return those columns of a scorecard that are filed."""
    return card[[column for column in FILED if column in card]]


def card_of(examination: Examination) -> pd.DataFrame:
    """Return an examined paper's printed values with their verdicts, as `table` shows them.

    Index ``key``, in the paper's order; text columns table (the place), value, printed, verdict,
    why, inequality, needed, shown (""), sentence, translation, note (how it is read) and together
    (the other printed values that it contradicts).
    """
    rows = {key: _judged(judged) for key, judged in examination.judged.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("key")


def _judged(judged: JudgedValue) -> dict[str, str]:
    value, proof = judged.value, judged.proof
    return {
        "table": value.place or NO_PLACE,
        "value": value.title,
        "printed": value.shown,
        "verdict": judged.verdict,
        "why": judged.reason,
        "inequality": proof.inequality,
        "needed": proof.what_would_have_to_be_true,
        "shown": "",
        "sentence": value.quotation,
        "translation": value.translation,
        "note": value.note,
        "together": named(judged.together_with),
    }


def for_mathjax(formula: str) -> str:
    """Return a formula in LaTeX as MathJax finds it, and sets it for itself."""
    return f'<div class="{FORMULA} notranslate">\\[{html(formula)}\\]</div>'


def table(
    card: pd.DataFrame,
    ident: str,
    caption: str,
    language: str = "zh",
    formula: Callable[[str], str] = for_mathjax,
) -> str:
    """Return the table of verdicts, two rows a value: the numbers, and what opens.

    Parameters
    ----------
    card : DataFrame
        Like `scorecard.scorecard` or `card_of`: index ``key``; columns table, value, printed,
        verdict, why, inequality, needed, shown (links in Markdown, divided by "; "), sentence and
        translation; perhaps implied, simulated and how, note and together.
    ident : str
        The id of the whole, which links lead to.
    caption : str
        In HTML.
    language : str
        The code of the quotations' language; "" if it is not known.
    formula : callable
        Writes a line of LaTeX in HTML.
    """
    compared = [column for column in COMPARED if column in card]
    heads = [heading(column) for column in ("value", *compared, "verdict")]
    spoken = f' lang="{html(language)}"' if language else ""
    rows = (_row(str(key), row, compared, spoken, formula) for key, row in card.iterrows())
    lines = [
        f'<div class="erfm-verdicts {NO_FORMULAS}" id="{ident}">',
        f'<p class="erfm-caption">{caption}</p>',
        "<table>",
        "<thead><tr>" + "".join(f'<th scope="col">{head}</th>' for head in heads) + "</tr></thead>",
        *(line for lines in rows for line in lines),
        "</table>",
        "</div>",
    ]
    return "\n".join(lines) + _live()


def _row(
    key: str, row: pd.Series, compared: list[str], spoken: str, formula: Callable[[str], str]
) -> Iterator[str]:
    """Return the lines of a value: its numbers, and its details."""
    order = VERDICTS.index(row["verdict"])
    about = f'data-verdict="{html(row["verdict"])}" data-table="{html(row["table"])}"'
    yield f'<tbody id="{anchor(key)}" {about}>'
    yield f'<tr><th scope="row">{html(row["value"])}<br><small>{html(row["table"])}</small></th>'
    made = row.get("how") == BY_CONSTRUCTION
    for column in compared:
        note = " <small>(made)</small>" if made and column == "simulated" and row[column] else ""
        yield f'<td data-label="{heading(column)}">{html(row[column])}{note}</td>'
    yield f'<td data-order="{order}">{badge(row["verdict"])}</td></tr>'
    first = first_sentence(row["why"])
    yield f'<tr><td colspan="{len(compared) + 2}"><details><summary>{html(first)}</summary>'
    rest = row["why"].removeprefix(first).strip()
    yield f"<dl>{''.join(_details(row, rest, spoken, formula))}</dl>"
    yield "</details></td></tr></tbody>"


def _details(
    row: pd.Series, rest: str, spoken: str, formula: Callable[[str], str]
) -> Iterator[str]:
    """Return what opens: quotation, proof, what would have to be true; `rest` ends the reason."""
    if row["sentence"]:
        yield "<dt>Quotation</dt>"
        yield f"<dd><q{spoken}>{html(row['sentence'])}</q>"
        yield f" – <em>{html(row['translation'])}</em>" if row["translation"] else ""
        yield f" ({html(row['table'])})</dd>"
    if row.get("note"):
        yield f"<dt>How it is read</dt><dd>{html(row['note'])}</dd>"
    yield from _proof(row, rest, formula)
    if row.get("together"):
        yield f"<dt>Contradicts</dt><dd>{html(row['together'])}</dd>"
    if row["needed"]:
        yield f"<dt>What would have to be true</dt><dd>{html(row['needed'])}</dd>"


def _proof(row: pd.Series, rest: str, formula: Callable[[str], str]) -> Iterator[str]:
    """Return the rest of the reason, its formulas, and links to where more is said of it."""
    lines = [f"<p>{html(rest)}</p>"] if rest else []
    lines += map(formula, filter(None, row["inequality"].split(FORMULA_BREAK)))
    links = [link(one) for one in row["shown"].split("; ") if one]
    if links:
        leads = ", ".join(f'<a href="{html(where)}">{html(text)}</a>' for text, where in links)
        lines.append(f"<p>{leads}</p>")
    # What opens shows something, where the first sentence was all there is.
    lines = lines or [f"<p>{html(row['why'])}</p>"]
    yield f"<dt>Proof</dt><dd>{''.join(lines)}</dd>"


def strip(card: pd.DataFrame, ident: str, caption: str, table_ident: str) -> str:
    """Return a tile for each printed value, by table of the paper: links to the table's rows.

    Parameters
    ----------
    card : DataFrame
        Index ``key``; columns table, value ("variable: statistic"), printed and verdict.
    ident, caption : str
        As in `table`.
    table_ident : str
        The id of the table; what counts a verdict leads there.
    """
    lines = [f'<div class="erfm-strip {NO_FORMULAS}" id="{ident}">']
    lines += [f'<p class="erfm-caption">{caption}</p>', "<p>"]
    counts = card["verdict"].value_counts()
    for verdict in VERDICTS:
        number = f"<strong>{counts.get(verdict, 0)}</strong>"
        leads = f'href="#{table_ident}" data-verdict="{html(verdict)}"'
        lines.append(f'<a class="{_look(verdict)}" {leads}>{badge(verdict, "")} {number}</a>')
    lines += ["</p>", "<table>"]
    for name, values in card.groupby("table", sort=False):
        lines += [f'<tr><th scope="row">{html(str(name))}</th><td>', *_tiles(values), "</td></tr>"]
    return "\n".join([*lines, "</table>", "</div>"])


def _tiles(values: pd.DataFrame) -> Iterator[str]:
    """Return the tiles of a table of the paper: a variable is named where it is another one."""
    before = ""
    for key, row in values.iterrows():
        variable, colon, statistic = row["value"].partition(": ")
        if not colon:
            variable, statistic = "", row["value"]
        short = len(row["printed"]) <= LONGEST_ON_A_TILE
        number = f" <strong>{html(row['printed'])}</strong>" if short else ""
        said = html(f"{row['value']} {row['printed']}: {row['verdict']}")
        tile = (
            f'<a class="{_look(row["verdict"])}" href="#{anchor(str(key))}" aria-label="{said}">'
            f"{SYMBOLS[row['verdict']]} {html(statistic)}{number}</a>"
        )
        # The name of a variable stays with the first of its tiles.
        yield tile if variable in ("", before) else f"<span>{html(variable)}: {tile}</span>"
        before = variable


def badge(verdict: str, look: str | None = None) -> str:
    """Return a verdict with its symbol."""
    text = f'<span aria-hidden="true">{SYMBOLS[verdict]}</span> {html(verdict)}'
    return text if look == "" else f'<span class="{_look(verdict)}">{text}</span>'


def _look(verdict: str) -> str:
    return f"erfm-verdict {verdict.partition(' ')[0]}"


def anchor(key: str) -> str:
    """Return the id of a printed value's rows."""
    return f"value-{key}"


def link(markdown: str) -> tuple[str, str]:
    """Return the text and the address of a link in Markdown."""
    found = re.fullmatch(r"\[(.+)\]\((\S+)\)", markdown)
    if found is None:
        raise ValueError(f"{markdown!r} is not a link such as [page 06](06_x.ipynb#Title).")
    return found[1], found[2]


def _live() -> str:
    """Return script and style for a live JupyterLab; elsewhere, as where pages are stored, none."""
    if not is_live():
        return ""
    return "\n" + style(STYLE) + script(SCRIPT.read_text(encoding="utf-8"))

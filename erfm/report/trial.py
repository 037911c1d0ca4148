"""An examined paper as one HTML page, which any browser shows from a disk, without a network.

Styles and scripts stand in the page. Formulas are MathML, which browsers set by themselves and
screen readers speak: as MathJax they would make each page twenty times as large and need a script.
Whatever the paper's file holds is text here, never markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from docutils.utils.math.latex2mathml import tex2mathml

from erfm.escaping import html, one_line
from erfm.formats import counted
from erfm.paper.claims import KINDS
from erfm.paper.examination import FAIRNESS, MEANINGS, Examination, ExaminedClaim, named
from erfm.paper.paper_file import Paper
from erfm.paper.sentences_trial import tally
from erfm.paper.verdict import FORMULA_BREAK, FROM_WORST
from erfm.report import verdicts
from erfm.report.live import STATIC, script
from erfm.report.markup import spoken

SHEETS = ("verdicts.css", "trial.css")
SCRIPTS = ("verdicts.js", "scroll_regions.js")
# Nothing is loaded, whatever a text may hold.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
LANGUAGES = {
    "arabic": "ar", "chinese": "zh", "czech": "cs", "danish": "da", "dutch": "nl", "english": "en",
    "finnish": "fi", "french": "fr", "german": "de", "greek": "el", "hungarian": "hu",
    "italian": "it", "japanese": "ja", "korean": "ko", "norwegian": "no", "persian": "fa",
    "polish": "pl", "portuguese": "pt", "romanian": "ro", "russian": "ru", "spanish": "es",
    "swedish": "sv", "turkish": "tr", "ukrainian": "uk", "vietnamese": "vi",
}  # fmt: skip
"""The codes of languages by their English names."""

TABLE, STRIP = "every-printed-value", "at-a-glance"
UNUSED = "Files that could not be used"


def language_code(language: str) -> str:
    """Return the code of a language that a paper's file names, "zh" of "Chinese"; "" if unknown."""
    named = language.strip()
    is_code = re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", named)
    return LANGUAGES.get(named.lower(), named if is_code else "")


def mathml(formula: str) -> str:
    """Return a line of LaTeX as MathML; one that cannot be read as such, as it is."""
    # docutils takes no argument without braces where several follow, and sets ln without a space.
    written = re.sub(r"\\(t?frac)(\d)(\w)", r"\\\1{\2}{\3}", formula)
    written = written.replace(r"\ln", r"\,\ln\,")
    try:
        content = tex2mathml(written).replace("<math ", '<math display="block" ', 1)
    except Exception:  # whatever a parser of another's makes of an odd text
        content = f"<code>{html(formula)}</code>"
    return f'<div class="math">{content}</div>'


# --- The page of a paper --------------------------------------------------------------------------


def page_of(examination: Examination) -> str:
    """Return an examined paper's page."""
    paper, counts = examination.paper, examination.counts()
    card = verdicts.card_of(examination).assign(shown=_leads(examination))
    language = language_code(paper.language)
    strip = verdicts.strip(
        card, STRIP, "Each printed value leads to its quotation and proof.", TABLE
    )
    opened = (
        "A line below a value opens to the quotation, the proof and what would have to be true."
    )
    parts = [
        *_head(paper),
        '<main id="main">',
        f'<p class="counts">{html(tally(counts))}</p>',
        *_fairness(),
        *_section("The verdicts at a glance", [strip, *_meanings(card["verdict"])]),
        *_section("Every printed value", [verdicts.table(card, TABLE, opened, language, mathml)]),
        *_section("The claims that connect them", _claims(examination)),
        "</main>",
        f"<footer><p>Made of {html(paper.path.name)} by the command "
        "<code>python -m erfm examine</code>. The verdicts follow from printed numbers "
        "alone.</p></footer>",
    ]
    return _document(f"{one_line(paper.title)}: the printed numbers on trial", parts)


def _leads(examination: Examination) -> list[str]:
    """Return links to the claims about each value, as Markdown."""
    about: dict[str, list[str]] = {key: [] for key in examination.judged}
    for examined in examination.claims:
        number = examined.claim.number
        for key in dict.fromkeys(examined.claim.about):
            about[key].append(f"[claim {number}](#claim-{number})")
    return ["; ".join(links) for links in about.values()]


def _head(paper: Paper) -> Iterator[str]:
    yield f"<header><h1>{html(one_line(paper.title))}</h1>"
    yield f"<p>{html(one_line(paper.source))}</p>"
    if paper.note:
        yield f"<p><strong>Note.</strong> {html(one_line(paper.note))}</p>"
    yield "</header>"


def _fairness() -> Iterator[str]:
    yield '<section class="fairness" aria-labelledby="fairness">'
    yield f'<h2 id="fairness">What the verdicts do not mean</h2><p>{html(FAIRNESS)}</p></section>'


def _section(title: str, content: Iterable[str]) -> Iterator[str]:
    ident = title.lower().replace(" ", "-") + "-title"
    yield f'<section aria-labelledby="{ident}"><h2 id="{ident}">{html(title)}</h2>'
    yield from content
    yield "</section>"


def _meanings(found: Iterable[str]) -> Iterator[str]:
    """Return what those verdicts mean that are found."""
    present = set(found)
    yield '<dl class="meanings">'
    for verdict in FROM_WORST:
        if verdict in present:
            yield f"<dt>{verdicts.badge(verdict)}</dt><dd>{html(MEANINGS[verdict])}</dd>"
    yield "</dl>"


def _claims(examination: Examination) -> Iterator[str]:
    """Return the table of claims, or that there are none."""
    if not examination.claims:
        yield "<p>The file makes no claim, so that no value can be judged.</p>"
        return
    yield '<table class="claims"><thead><tr>'
    yield "".join(f'<th scope="col">{head}</th>' for head in ("Claim", "Verdict", "Argument"))
    yield "</tr></thead><tbody>"
    for examined in examination.claims:
        yield from _claim(examined, examination.paper)
    yield "</tbody></table>"


def _claim(examined: ExaminedClaim, paper: Paper) -> Iterator[str]:
    claim, proof = examined.claim, examined.proof
    name = claim.name or claim.kind.replace("_", " ")
    yield f'<tr id="claim-{claim.number}"><th scope="row">{claim.number}. {html(name)}'
    yield f"<br><small>{html(claim.kind)}: {html(KINDS[claim.kind].proves)}</small></th>"
    yield f"<td>{verdicts.badge(examined.verdict)}</td><td><p>{html(proof.reason)}</p>"
    yield from map(mathml, filter(None, proof.inequality.split(FORMULA_BREAK)))
    if claim.note:
        yield f"<p>{html(claim.note)}</p>"
    if proof.what_would_have_to_be_true:
        needed = html(proof.what_would_have_to_be_true)
        yield f"<p><em>What would have to be true:</em> {needed}</p>"
    yield f"<p><small>Judges {_values(claim.about, paper)}.</small></p>"
    others = [key for key in claim.used if key not in claim.about]
    if others:
        yield f"<p><small>Rests on {_values(others, paper)}.</small></p>"
    yield "</td></tr>"


def _values(keys: Sequence[str], paper: Paper) -> str:
    """Return links to printed values."""
    return "; ".join(
        f'<a href="#{verdicts.anchor(key)}">{html(named((paper.printed[key],)))}</a>'
        for key in keys
    )


def _document(title: str, parts: Iterable[str]) -> str:
    """Return a whole HTML document, in which Chinese is marked as such."""
    sheets = "".join((STATIC / sheet).read_text(encoding="utf-8") for sheet in SHEETS)
    scripts = [script((STATIC / name).read_text(encoding="utf-8")) for name in SCRIPTS]
    return spoken(
        "\n".join(
            [
                '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
                f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">',
                '<meta name="viewport" content="width=device-width, initial-scale=1">',
                '<meta name="color-scheme" content="light dark">',
                f"<title>{html(title)}</title>\n<style>\n{sheets}</style>\n</head>",
                '<body class="erfm-trial">\n<a class="skip" href="#main">Skip to the verdicts</a>',
                *parts,
                *scripts,
                "</body>\n</html>\n",
            ]
        )
    )


# --- The page of a folder -------------------------------------------------------------------------


def index_of(examined: Sequence[tuple[Examination, str]], faults: Sequence[str] = ()) -> str:
    """Return the page that lists papers with their counts, and what was wrong with other files.

    Parameters
    ----------
    examined : sequence of (Examination, str)
        Each paper with the name of its page's file.
    faults : sequence of str
        What was told of the files that could not be used.
    """
    refuted = sum(examination.refuted for examination, _ in examined)
    told = f"{counted(len(examined), 'paper')} examined; {refuted or 'none'} with a printed number"
    parts = [
        "<header><h1>Papers on trial</h1></header>",
        '<main id="main">',
        f'<p class="counts">{told} that cannot stand.</p>',
        *_fairness(),
        *_section("Each paper", _papers(examined)),
    ]
    if faults:
        items = "".join(f"<li>{html(one_line(fault))}</li>" for fault in faults)
        parts += _section(UNUSED, [f"<ul>{items}</ul>"])
    return _document("Papers on trial", [*parts, "</main>"])


def _papers(examined: Sequence[tuple[Examination, str]]) -> Iterator[str]:
    heads = "".join(f'<th scope="col">{verdicts.badge(verdict, "")}</th>' for verdict in FROM_WORST)
    yield f'<table class="papers"><thead><tr><th scope="col">Paper</th>{heads}</tr></thead><tbody>'
    for examination, name in examined:
        paper = examination.paper
        yield f'<tr><th scope="row"><a href="{quote(name)}">{html(one_line(paper.title))}</a>'
        yield f"<br><small>{html(one_line(paper.source))}</small></th>"
        for verdict, n in examination.counts().items():
            yield f'<td data-label="{html(str(verdict))}">{n}</td>'
        yield "</tr>"
    yield "</tbody></table>"

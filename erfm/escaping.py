"""Text of a study is text: written so that no program takes any of it for more than that.

A title, a label, a level or an identifier may hold whatever its author typed. Each function here
writes a text for one kind of reader. What no program can show becomes U+FFFD, the replacement
character.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST_SLUG = 32


def slug(text: str) -> str:
    """Return the letters and digits of `text`, of any script, joined by "_": a harmless file name.

    It is cut where it is long, and empty where there is neither letter nor digit.
    """
    words = re.sub(r"[\W_]+", "_", unicodedata.normalize("NFKC", text))
    return words[:LONGEST_SLUG].strip("_")


# Controls but tab and line breaks, halves of characters, and marks that reverse the text after
# them: programs do not show these, and some stop at them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)

# What Markdown or MyST takes for markup: anywhere, before a name that makes it an entity, at the
# edge of a word; and what opens a block at the start of a line.
_MARKUP = re.compile(r"[][\\`*{}<|~#$]|&(?=#?\w+(?:;|\Z))|(?<![^\W_])_|_(?![^\W_])")
_OPENING, _NUMBERED = re.compile(r"\A[-+=:%>(]"), re.compile(r"\A(\d+)([.)])(?= |\Z)")
_LATEX = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "`": r"\textasciigrave{}",
    # These would be arguments of the line break before them.
    **{character: f"{{{character}}}" for character in "[]*"},
    **{character: f"${character}$" for character in "<>|"},
    "−": "$-$",
}
_LATEX_IN_FORMULA = {
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "\\": r"{\backslash}",
    **{character: f"{{{character}}}" for character in "<>|"},
    "−": "{-}",
}
# Where a spreadsheet begins to run a text: at its start, or at a part that a program with another
# separator takes for a cell. A sign alone and a number with its sign are not run.
_SIGN = re.compile(r"[=+\-@＝＋－＠]")
_CELL = r"(?:\A|(?<=[;\t\r\n]))"
_RUN = rf"(?='* *{_SIGN.pattern})(?!'* *[+\-]?[\d.,]*(?:\Z|[;\t\r\n]))"
_FORMULA, _GUARDED = re.compile(_CELL + _RUN), re.compile(f"{_CELL}'{_RUN}")
LONGEST_NAME = 60


def visible(text: str) -> str:
    """Return a text with U+FFFD for each character that cannot be shown."""
    return _INVISIBLE.sub("\ufffd", text)


def encodable(text: str) -> str:
    """Return a text with U+FFFD for halves of characters, which no file can hold."""
    return text if text.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", text)


def one_line(text: str) -> str:
    """Return a text that can be shown, on one line."""
    return " ".join(visible(text).split())


def html(text: str) -> str:
    """Write a text for an HTML element or for an attribute in double quotes."""
    text = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;")


def markdown(text: str) -> str:
    """Write a text for a sentence in Markdown: CommonMark, GitHub's, MyST's and JupyterLab's.

    Characters that could be markup are written as entities, which every dialect shows and none
    takes for markup. Dollars and backslashes stand in an element of their own besides: MathJax
    looks for mathematics in the finished page, but not across elements.
    """
    text = _MARKUP.sub(lambda found: _entity(found[0]), one_line(text))
    text = _OPENING.sub(lambda found: _entity(found[0]), text)
    return _NUMBERED.sub(lambda found: found[1] + _entity(found[2]), text)


def _entity(character: str) -> str:
    entity = f"&#{ord(character)};"
    return f"<span>{entity}</span>" if character in "$\\" else entity


def code(text: str) -> str:
    """Write a text as code within a sentence in Markdown."""
    text = one_line(text)
    fence = _fence(text, least=1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def code_block(text: str, language: str = "") -> str:
    """Write a text as a block of code in Markdown."""
    text = visible(text)
    fence = _fence(text, least=3)
    return f"{fence}{language}\n{text}\n{fence}"


def _fence(text: str, least: int) -> str:
    """Return more backticks than follow one another anywhere in a text."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    return "`" * max(least, longest + 1)


def latex(text: str) -> str:
    """Write a text for a LaTeX document."""
    written = "".join(_LATEX.get(character, character) for character in one_line(text))
    return re.sub("-(?=-)", "-{}", written)


def latex_in_formula(text: str) -> str:
    r"""Write a text for a formula in LaTeX or MathJax: ``\text{Has}\_\text{Child}``.

    MathJax knows few commands within ``\text``, so active characters stand outside it.
    """
    plain = one_line(text).replace("^", "ˆ").replace("~", "˜")
    parts = re.split(r"([\\&%$#_{}<>|−])", plain)
    written = [_LATEX_IN_FORMULA.get(part, rf"\text{{{part}}}") for part in parts if part]
    return "".join(written)


def file_name(text: str) -> str:
    """Return a name for a file, without its suffix: different for different texts.

    Small letters, digits, underscores and points stay; any other text loses what they are not, and
    gets a digest of itself. Names differ even where a file system ignores case.
    """
    if re.fullmatch("[a-z0-9_]([a-z0-9_.]*[a-z0-9_])?", text) and len(text) <= LONGEST_NAME:
        return text
    simple = re.sub("[^a-z0-9]+", "_", text.lower())[:LONGEST_NAME].strip("_")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{simple or '_'}-{digest}"


def csv_cell(text: str) -> str:
    """Write a text for a CSV file that may be opened in a spreadsheet.

    One that would be run as a formula, with ``=``, ``+``, ``-`` or ``@`` first, gets an apostrophe
    before it, as is customary (CWE-1236); `from_csv_cell` gives the text back.
    """
    text = encodable(text)
    return _FORMULA.sub("'", text) if _SIGN.search(text) else text


def from_csv_cell(cell: str) -> str:
    """Return the text of a cell that `csv_cell` wrote."""
    return _GUARDED.sub("", cell)

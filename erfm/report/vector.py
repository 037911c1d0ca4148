"""Figures as SVG that a page of the site holds in itself, for a light and a dark page alike."""

from __future__ import annotations

import re
from io import StringIO

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.artist import Artist
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from erfm import escaping
from erfm.figures import DARK_TWINS, narrowest

MANY = 400
"""Marks from which a picture of them is lighter than their description."""

MARKS = "erfm-marks"
"""The class of a picture of so many marks."""

VARIABLES = {light.lower(): f"--figure-{light[1:].lower()}" for light in DARK_TWINS}
"""The custom property of the style sheet that gives a colour's twin on a dark page."""

OUTLINE = re.compile(r'<path id="([^"]+)" (d="[^"]*" transform="scale\(0\.\d+\)"/>)')
"""The outline of a letter."""

NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


def svg(figure: Figure, name: str, alt: str) -> str:
    """Return a figure as SVG that can stand in a page.

    Text is drawn as outlines, and looks the same whatever fonts a reader has. The background is
    transparent, and each colour that has a twin for dark pages a custom property. Identifiers begin
    with `name`, so that figures in one page share none; `alt` is what screen readers say. The
    attribute data-narrowest is the width in pixels below which a text cannot be read.
    """
    many = False
    for artist in [*figure.findobj(Line2D), *figure.findobj(Collection)]:
        artist.set_rasterized(_marks(artist) > MANY)
        many = many or bool(artist.get_rasterized())
    drawn = StringIO()
    with plt.rc_context({"svg.fonttype": "path", "svg.hashsalt": "erfm"}):
        figure.savefig(drawn, format="svg", dpi=192, transparent=True, metadata=NO_METADATA)
    text = drawn.getvalue()
    width, height = (round(96 * inches) for inches in figure.get_size_inches())
    view = f"0 0 {0.75 * width:g} {0.75 * height:g}"
    body = text[text.index(">", text.index("<svg")) + 1 :].strip()
    # What the picture says of itself, and comments: they repeat its texts. The style sheet, which
    # would hold for the whole page, is one attribute.
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.S)
    body = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", body, count=1, flags=re.S)
    body = _coloured(_named_apart(body, name))
    if many:  # marks as pixels, which the style sheet makes lighter on a dark page
        body = body.replace("<image ", f'<image class="{MARKS}" ')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escaping.html(escaping.one_line(alt))}" '
        f'data-narrowest="{narrowest(figure)}" '
        f'style="stroke-linejoin: round; stroke-linecap: butt">{_shortened(body)}\n'
    )


def shared(pictures: list[str], name: str) -> list[str]:
    """Return the pictures of one page, each outline of a letter described in the first that has it.

    Identifiers are anew and short, and open with `name`, which other pages do not have.
    """
    known: dict[str, str] = {}
    written = []
    for place, picture in enumerate(pictures, start=1):
        new: dict[str, str] = {}

        def outline(found: re.Match[str], new: dict[str, str] = new) -> str:
            drawn = found[2]
            first = drawn not in known
            new[found[1]] = known.setdefault(drawn, f"{name}{len(known) + 1}")
            return f'<path id="{found[1]}" {drawn}' if first else ""

        picture = OUTLINE.sub(outline, picture).replace("<defs></defs>", "")
        for old in re.findall(r' id="([^"]+)"', picture):
            new.setdefault(old, f"{name}-{place}-{len(new)}")

        def renamed(found: re.Match[str], new: dict[str, str] = new) -> str:
            return found[1] + new[found[2]]

        written.append(re.sub(r'( id="|href="#|url\(#)([^")]+)', renamed, picture))
    return written


def _marks(artist: Artist) -> int:
    """Return how many marks an artist draws, the ends of lines not counted."""
    if isinstance(artist, Collection):
        return max(np.shape(artist.get_offsets())[0], len(artist.get_paths()))
    if isinstance(artist, Line2D) and artist.get_marker() not in ("", "None", " ", None):
        return np.size(artist.get_xdata())
    return 0


def _named_apart(body: str, name: str) -> str:
    """Return a picture whose identifiers open with a name, without those that nothing uses."""
    body = body.replace("xlink:href", "href")
    used = dict.fromkeys(re.findall(r'(?:href="|url\()#([^")]+)', body))
    new = {old: f"{name}-{place}" for place, old in enumerate(used, start=1)}
    body = re.sub(r' id="([^"]+)"', lambda at: f' id="{new[at[1]]}"' if at[1] in new else "", body)
    return re.sub(r'((?:href="|url\()#)([^")]+)', lambda at: at[1] + new[at[2]], body)


def _coloured(body: str) -> str:
    """Return a picture whose colours follow the page."""

    def colour(found: re.Match[str]) -> str:
        variable = VARIABLES.get(found[2])
        return f"{found[1]}var({variable}, {found[2]})" if variable else found[0]

    return re.sub(r"((?:fill|stroke): ?)(#[0-9a-f]{6})", colour, body)


def _shortened(body: str) -> str:
    """Return a picture without digits, spaces and groups that nobody sees."""

    def rounded(found: re.Match[str]) -> str:
        return re.sub(
            r"-?\d+\.\d{2,}", lambda at: f"{float(at[0]):.1f}".removesuffix(".0"), found[0]
        )

    body = re.sub(r'\b(?:d|x|y|width|height)="[^"]*"|translate\([^)]*\)', rounded, body)
    body = re.sub(r'(<use href="[^"]*") transform="translate\(([-\d.]+) 0\)"', r'\1 x="\2"', body)
    body = re.sub(r"\s*\n\s*", " ", body).replace("> <", "><").strip()
    body = re.sub(r' d="[^"]*"', lambda at: re.sub(r" ?([A-Z]) | (z) ?", r"\1\2", at[0]), body)
    body = re.sub(r'style="[^"]*"', lambda at: re.sub("([:;,]) ", r"\1", at[0]), body)
    groups = 1
    while groups:
        body, groups = re.subn(r"<g>((?:<[^<>]+/>)+)</g>", r"\1", body)
    return body

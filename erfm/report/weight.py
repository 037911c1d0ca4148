"""What the site weighs: of MathJax what its pages need, pictures with the colours they have."""

from __future__ import annotations

import re
from base64 import b64encode
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from erfm.customers.files import write_bytes, write_text

MATHJAX = "mathjax.js"
PARTS = (
    "startup", "core", "input/tex", "output/chtml", "output/chtml/fonts/tex", "a11y/assistive-mml",
)  # fmt: skip
FONTS = (
    "Zero", "Main-Regular", "Math-Italic", "AMS-Regular",
    "Size1-Regular", "Size2-Regular", "Size3-Regular", "Size4-Regular",
)  # fmt: skip
# Nothing is loaded beside what is in the script, neither when it starts nor by a formula. There is
# no menu, which would make each formula a stop of the tabulator.
BEFORE = """\
window.MathJax = {...window.MathJax, loader: {load: []},
  startup: {...(window.MathJax || {}).startup, ready() {}},
  tex: {packages: {"[-]": ["require", "autoload"]}}};
"""
# A browser asks for a font when text in it is first seen: what is folded away would have no signs
# on paper. FAMILIES are the names that MathJax gives to FONTS.
FAMILIES = (
    "MJXZERO", "MJXTEX", "MJXTEX-I", "MJXTEX-A",
    "MJXTEX-S1", "MJXTEX-S2", "MJXTEX-S3", "MJXTEX-S4",
)  # fmt: skip
AFTER = f"""\
MathJax.startup.defaultReady();
MathJax.startup.promise.then(() =>
  {list(FAMILIES)}.forEach((family) => document.fonts.load("1em " + family)));
"""
COLOURS, AREAS = 256, 32
"""The colours of a palette, and how many of them are kept for areas that others would hide."""


def write_mathjax(static: Path) -> None:
    """Write one script of MathJax's parts that the pages need, its fonts in it, to a folder.

    The package has 24 MB of them. Fonts stand in the script, because not every browser lets a page
    that was opened from a disk load them from there.
    """
    spec = find_spec("sphinx-mathjax-offline")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(name="sphinx-mathjax-offline")
    folder = Path(spec.origin).parent / "static" / "mathjax"
    parts = [(folder / f"{part}.js").read_text(encoding="utf-8") for part in PARTS]

    def with_font(found: re.Match[str]) -> str:
        if found[1] not in FONTS:
            return found[0]
        font = folder / "output" / "chtml" / "fonts" / "woff-v2" / f"MathJax_{found[1]}.woff"
        return f"data:font/woff;base64,{b64encode(font.read_bytes()).decode()}"

    script = re.sub(
        r"%%URL%%/MathJax_([\w-]+)\.woff", with_font, "\n".join([BEFORE, *parts, AFTER])
    )
    write_text(static / MATHJAX, script)


def shrink_pictures(folder: Path) -> None:
    """Write the PNG files in a folder with a palette, where that makes them smaller."""
    for path in sorted(folder.glob("*.png")):
        before = path.read_bytes()
        if (after := smaller(before)) != before:
            write_bytes(path, after)


def smaller(png: bytes) -> bytes:
    """Return a picture with a palette, where that makes it smaller; it looks the same."""
    shrunk = BytesIO()
    with Image.open(BytesIO(png)) as picture:
        with_palette(picture).save(shrunk, "PNG", optimize=True)
    return min(png, shrunk.getvalue(), key=len)


def with_palette(picture: Image.Image) -> Image.Image:
    """Return a picture with at most 256 colours; areas of one colour keep exactly theirs."""
    full = picture.convert("RGBA")
    few = full.quantize(COLOURS - AREAS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    colours = np.asarray(full).view(np.uint32)[..., 0].astype(np.uint64)
    entries = np.asarray(few).astype(np.uint64)
    found, counts = np.unique(entries << 32 | colours, return_counts=True)
    found = found[np.argsort(counts, kind="stable")]
    palette = np.zeros(COLOURS, np.uint32)
    palette[found >> 32] = found & 0xFFFFFFFF  # the commonest of each entry comes last, and stays
    # Two pale bands may share an entry: the commoner of what was lost gets entries of its own.
    lost = (found & 0xFFFFFFFF)[palette[found >> 32] != found & 0xFFFFFFFF][-AREAS:]
    for entry, colour in enumerate(lost, start=COLOURS - AREAS):
        entries[colours == colour] = entry
        palette[entry] = colour
    few = Image.fromarray(entries.astype(np.uint8), "P")
    few.putpalette(palette.tobytes(), "RGBA")
    return few


def lightened(page: str) -> str:
    """Return an HTML page without marks that nobody sees.

    Names, punctuation and spaces of code have its colour, and their elements add nothing; elements
    that keep spaces hold words, which have none; a title repeats where its link leads. Cells of
    tables are styled by their column alone.
    """
    # The inner ones first: a name may be an element that keeps spaces, within one of its colour.
    page = re.sub(r'<span class="pre">([^<\s]*)</span>', r"\1", page)
    page = re.sub(r'<span class="[npw]">([^<]*)</span>', r"\1", page)
    page = page.replace("xref py py-named docutils literal", "literal")
    page = re.sub(r'(href="[\w.]*#([\w.]+)") title="\2"', r"\1", page)
    page = re.sub(r'(?<=<td) class="data row\d+ (col\d+)" ?', r' class="\1"', page)
    return re.sub(r"\n +(?=</?(?:td|th|tr|tbody|thead|caption)\b)", "\n", page)


def leave_out_unused(static: Path) -> None:
    """Remove what themes bring for their developers, and the scripts of Sphinx's own search."""
    for path in static.rglob("*.map"):
        path.unlink()
    for name in ("searchtools.js", "language_data.js", "debug.css", "skeleton.css"):
        (static / name).unlink(missing_ok=True)

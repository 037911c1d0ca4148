"""What the site weighs, and that what was left out is not needed."""

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from erfm.report.weight import FAMILIES, MATHJAX, lightened, smaller, with_palette

MEGABYTE = 1_000_000


@pytest.mark.slow
def test_the_site_weighs_at_most_eight_megabytes_and_no_page_more_than_one_and_a_half(default_site):
    files = [path for path in default_site.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 8 * MEGABYTE
    assert not [path for path in files if path.suffix in (".map", ".woff")]
    for path in default_site.glob("*.html"):
        text = path.read_text(encoding="utf-8")
        images = {unquote(src) for src in re.findall(r'<img[^>]* src="(_images/[^"]+)"', text)}
        pictures = sum((default_site / image).stat().st_size for image in images)
        assert path.stat().st_size + pictures < 1.5 * MEGABYTE, path.name


def test_a_page_is_lightened_and_says_the_same():
    code = '<span class="n">fit</span><span class="p">(</span><span class="kc">None</span>'
    assert lightened(code) == 'fit(<span class="kc">None</span>'
    name = '<em><span class="n"><span class="pre">folder</span></span></em>'
    assert lightened(name) == "<em>folder</em>"
    cell = '<tr>\n      <td class="data row0 col1" >a  b</td>\n      <th class="row_heading">c</th>'
    assert lightened(cell) == '<tr>\n<td class="col1">a  b</td>\n<th class="row_heading">c</th>'
    link = '<a href="core.html#erfm.ties" title="erfm.ties">ties</a><b title="erfm.ties">ties</b>'
    assert lightened(link) == link.replace(' title="erfm.ties"', "", 1)
    kept = "<pre>if x:\n    y</pre><p>a\n   b</p>"
    assert lightened(kept) == kept


@pytest.mark.slow
def test_every_formula_is_set_from_the_one_script(chromium, default_site):
    page = chromium.new_page()
    asked, told = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: told.append(message.text))
    with_formulas = 0
    for path in sorted(default_site.glob("*.html")):
        formulas = path.read_text(encoding="utf-8").count('class="math ')
        if not formulas:
            continue
        with_formulas += 1
        page.goto(path.as_uri())
        page.wait_for_function("() => document.querySelector('mjx-container')")
        page.evaluate("() => MathJax.startup.promise")
        assert page.locator("mjx-container mjx-assistive-mml math").count() == formulas, path.name
        assert not page.locator("mjx-merror, mjx-container[tabindex]").count(), path.name
    assert with_formulas > 5
    assert not [u for u in asked if not u.startswith(("file:", "data:"))]
    assert {Path(u).name for u in asked if "mathjax" in u.lower()} == {MATHJAX}
    assert not [text for text in told if "mathjax" in text.lower() or "ERR" in text]
    page.close()


@pytest.mark.slow
def test_fonts_of_formulas_that_are_folded_away_are_there_for_paper(chromium, default_site):
    page = chromium.new_page()
    page.goto((default_site / "00_start_here.html").as_uri())
    page.wait_for_function("() => window.MathJax?.startup?.promise")
    page.evaluate("() => MathJax.startup.promise")
    page.wait_for_function(
        "families => families.every(name => [...document.fonts].some("
        "font => font.status === 'loaded' && font.family.replaceAll('\"', '') === name))",
        arg=list(FAMILIES),
    )
    assert not page.locator("mjx-container:visible").count()
    page.close()


def png(pixels: np.ndarray) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def test_a_palette_keeps_the_colour_of_areas_and_comes_near_all_others():
    rng = np.random.default_rng(1)
    pixels = np.full((200, 200, 4), (0, 114, 178, 255))
    pixels[:80], pixels[80:90] = (255, 255, 255, 0), (254, 254, 254, 255)
    pixels[150:, :, 0] = rng.integers(0, 256, (50, 200))
    shown = np.asarray(with_palette(Image.fromarray(pixels.astype(np.uint8))).convert("RGBA"))
    assert (shown[:80] == (255, 255, 255, 0)).all()
    assert (shown[90:150] == (0, 114, 178, 255)).all()
    assert np.abs(shown.astype(int) - pixels).max() <= 40
    assert len(smaller(png(pixels))) < len(png(pixels))


def test_two_pale_areas_keep_their_colours_among_many_others():
    rng = np.random.default_rng(2)
    pixels = np.full((300, 200, 4), (255, 255, 255, 255))
    blue, green = (209, 230, 241, 255), (209, 231, 239, 255)
    pixels[:60], pixels[60:100] = blue, green
    pixels[200:, :, :3] = rng.integers(0, 256, (100, 200, 3))
    shown = np.asarray(with_palette(Image.fromarray(pixels.astype(np.uint8))).convert("RGBA"))
    assert (shown[:60] == blue).all() and (shown[60:100] == green).all()


def test_a_picture_that_would_grow_stays():
    tiny = png(np.zeros((1, 1, 3)))
    assert smaller(tiny) == tiny

"""Figures that cannot be read are found, and those on the site are for light and dark pages."""

import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from pictures import (
    DARK_PAGE,
    LIGHT_PAGE,
    MARK_CONTRAST,
    TEXT_CONTRAST,
    assert_legends_cover_nothing,
    assert_readable,
    contrast,
)

from erfm import figures
from erfm.figures import DARK_TWINS, GRID, PAPER, TEXT, VERMILION, WIDTH
from erfm.report import vector
from erfm.report.live import STATIC
from erfm.report.site import CONFIGURATION, _inline_figures

pytestmark = pytest.mark.usefixtures("closed_figures")


def plain() -> tuple[plt.Figure, plt.Axes]:
    figure, axes = plt.subplots(figsize=(WIDTH, 3))
    axes.set_title("A title")
    return figure, axes


# --- What cannot be read is found -----------------------------------------------------------------


def test_a_plain_figure_can_be_read():
    figure, axes = plain()
    axes.plot([0, 1], [0, 1], label="a line")
    axes.legend(loc="upper left")
    assert_readable(figure)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda axes: axes.text(0.5, 0.5, "small", fontsize=TEXT - 1), "too small"),
        (lambda axes: axes.text(0.5, 0.5, "pale", color="#C58300"), "too pale"),
        (lambda axes: axes.text(0.5, 0.5, "own", color="#123456"), "no colour of"),
        (lambda axes: [axes.text(0.5, 0.5, text) for text in ("one", "two")], "lies upon"),
        (lambda axes: axes.figure.text(0.9, 0.5, "a longer text than that"), "leaves the figure"),
    ],
)
def test_a_text_that_cannot_be_read_is_found(spoil, complaint):
    figure, axes = plain()
    spoil(axes)
    with pytest.raises(AssertionError, match=complaint):
        assert_readable(figure)


@pytest.mark.parametrize(
    "draw",
    [
        lambda axes: axes.plot([0, 1], [0, 1]),
        lambda axes: axes.axhline(0.92, 0.4),
        lambda axes: axes.plot([0, 0.9, 1], [0, 0.9, 0.2], ls="", marker="o"),
        lambda axes: axes.scatter([0.1, 0.9], [0.1, 0.9]),
        lambda axes: axes.bar([0, 0.9], [0.1, 1]),
        lambda axes: axes.errorbar([0.9], [0.5], yerr=[0.4]),
        lambda axes: axes.fill_between([0.6, 1], [0, 0.5], [0.5, 1]),
        lambda axes: axes.text(0.85, 0.9, "a text"),
    ],
)
def test_a_legend_over_data_is_found(draw):
    figure, axes = plain()
    draw(axes)
    axes.set(xlim=(0, 1), ylim=(0, 1))
    handle = plt.Line2D([], [], label="a name")
    axes.legend(handles=[handle], loc="upper right")
    with pytest.raises(AssertionError, match="covers"):
        assert_legends_cover_nothing(figure)
    axes.legend(handles=[handle], loc="upper left")
    assert_legends_cover_nothing(figure)


def test_a_wide_figure_s_texts_may_be_smaller():
    figure, _ = plt.subplots(figsize=(9, 3))
    figure.axes[0].set_title("A title")
    with pytest.raises(AssertionError, match="too small"):
        assert_readable(figure)
    assert_readable(figure, wide=True)


# --- Colours --------------------------------------------------------------------------------------


@pytest.mark.parametrize("color", sorted({*DARK_TWINS} - {PAPER, GRID}))
def test_colours_stand_out_on_light_and_dark_pages(color):
    assert contrast(color, LIGHT_PAGE) >= MARK_CONTRAST
    assert contrast(DARK_TWINS[color], DARK_PAGE) >= MARK_CONTRAST


@pytest.mark.parametrize("name", ["BLUE", "VERMILION", "GREEN", "PURPLE", "ORANGE", "SKY", "PALE"])
def test_marks_in_a_picture_stand_out_on_a_dark_page_as_they_are(name):
    """Crowded ones are drawn as pictures, whose colours no style sheet changes."""
    assert contrast(getattr(figures, name), DARK_PAGE) >= MARK_CONTRAST


def test_the_style_sheet_has_every_twin_for_dark_pages():
    sheet = (CONFIGURATION / "_static" / "erfm.css").read_text(encoding="utf-8")
    for light, dark in DARK_TWINS.items():
        assert sheet.count(f"{vector.VARIABLES[light.lower()]}: {dark};") == 2, light


def test_the_smallest_text_can_be_read_on_a_telephone():
    figure, _ = plain()
    assert figures.narrowest(figure) <= figures.PHONE
    assert contrast(figures.GREY, LIGHT_PAGE) >= TEXT_CONTRAST


# --- SVG ------------------------------------------------------------------------------------------


def drawn(name: str = "f02_x", points: int = 3, alt: str = 'A "line" & <more>.') -> str:
    figure, axes = plain()
    axes.plot(np.arange(points), np.arange(points), ls="", marker="o", label="-- a <b> --")
    axes.plot([0, 1], [0, 1], color=VERMILION)
    axes.legend()
    return vector.svg(figure, name, alt)


def test_a_figure_is_the_same_each_time_and_whole():
    text = drawn()
    assert text == drawn()
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'A "line" & <more>.'
    assert (root.attrib["width"], root.attrib["height"]) == (str(round(96 * WIDTH)), "288")
    assert float(root.attrib["data-narrowest"]) == pytest.approx(9 * 72 * WIDTH / TEXT, abs=1)
    for left_out in ("<?xml", "<!--", "<style", "<metadata", "<text", "xlink"):
        assert left_out not in text


def test_identifiers_differ_from_figure_to_figure_and_lead_somewhere():
    one, other = drawn("f02_x"), drawn("f02_y")
    ids = [re.findall(r' id="([^"]+)"', text) for text in (one, other)]
    assert ids[0] and not set(ids[0]) & set(ids[1])
    assert len(set(ids[0])) == len(ids[0])
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', one)) == set(ids[0])


def test_colours_follow_the_page_and_the_background_is_the_page_s():
    text = drawn()
    assert f"var(--figure-{VERMILION[1:].lower()},{VERMILION.lower()})" in text
    assert "var(--figure-262626,#262626)" in text
    hard = set(re.findall(r"(?:fill|stroke): ?(#[0-9a-f]{6})", text))
    assert not hard
    figure_patch = re.search(r"<path d=\"M0 [^>]*>", text)
    assert figure_patch and "fill:none" in figure_patch[0]


def test_a_picture_is_shortened_to_what_is_seen():
    path = '<path d="M 1.25 2.04 L -0.04 3 z " style="fill: none; stroke: red"/>'
    long = f"<g>\n <g>\n  {path}\n </g></g>"
    assert vector._shortened(long) == '<path d="M1.2 2L-0 3z" style="fill:none;stroke:red"/>'
    kept = '<g transform="translate(1 2)"><use href="#a"/></g>'
    assert vector._shortened(kept) == kept


def test_a_crowd_of_marks_is_a_picture():
    few, many = drawn(points=100), drawn(points=2 * vector.MANY)
    assert "<image" not in few and "data:image/png;base64," in many
    assert f'<image class="{vector.MARKS}" ' in many
    style = (STATIC / "erfm.css").read_text(encoding="utf-8")
    assert f".{vector.MARKS} {{ filter: var(--figure-pixels, none); }}" in style
    assert len(many) < 100_000


def test_a_coloured_grid_stays_as_it_is_on_a_dark_page():
    """Numbers stand on it in colours for these fields."""
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.imshow([[0, 1], [2, 3]])
    shown = vector.svg(figure, "grid", "A grid")
    assert "<image " in shown and vector.MARKS not in shown


# --- In the site ----------------------------------------------------------------------------------


def notebook(about: dict):
    output = new_output("display_data", {"image/png": "AAAA"}, metadata={"image/png": about})
    return new_notebook(cells=[new_code_cell("x", outputs=[output])])


def test_figures_of_a_page_share_the_outlines_of_letters():
    one, other = drawn(), drawn().replace("f02_x", "f02_y")
    first, second = vector.shared([one, other], "f02")
    outline = r'<path id="([^"]+)" d="[^"]*" transform="scale\(0\.\d+\)"/>'
    letters = re.findall(outline, first)
    assert letters and not re.findall(outline, second)
    assert set(letters) <= set(re.findall(r'<use href="#([^"]+)"', second))
    for before, after in ((one, first), (other, second)):
        assert before.count("<use ") == after.count("<use ")
    ids = re.findall(r' id="([^"]+)"', first + second)
    used = re.findall(r'(?:href="|url\()#([^")]+)', first + second)
    assert len(ids) == len(set(ids)) and set(used) <= set(ids)
    assert all(name.startswith("f02") for name in ids)


def test_a_page_holds_the_figure_itself(tmp_path):
    (tmp_path / "02_x.svg").write_text(drawn(), encoding="utf-8")
    page = notebook({"alt": "A line.", "svg": "02_x.svg"})
    _inline_figures(page, tmp_path, "f02")
    (output,) = page.cells[0].outputs
    assert set(output.data) == {"text/html"}
    assert output.data["text/html"].startswith('<div class="erfm-figure"><svg ')
    assert "tabindex" not in output.data["text/html"]


def test_a_wide_figure_is_scrolled_by_the_keyboard_too(tmp_path):
    figure, _ = plt.subplots(figsize=(12, 3))
    (tmp_path / "02_x.svg").write_text(vector.svg(figure, "f02_x", "Wide."), encoding="utf-8")
    page = notebook({"alt": "Wide.", "svg": "02_x.svg"})
    _inline_figures(page, tmp_path, "f02")
    shown = page.cells[0].outputs[0].data["text/html"]
    assert shown.startswith('<div class="erfm-figure" tabindex="0" role="region" aria-label="')
    assert f"min-width: {figures.narrowest(figure)}px" in shown


@pytest.mark.parametrize("about", [{"alt": "A line."}, {"alt": "A line.", "svg": "03_gone.svg"}])
def test_a_page_shown_as_stored_keeps_its_picture(tmp_path, about):
    page = notebook(about)
    _inline_figures(page, tmp_path, "f02")
    assert page.cells[0].outputs[0].data == {"image/png": "AAAA"}

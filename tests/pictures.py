"""Whether a figure can be read: its texts apart, large and dark enough, its legends off the data.

`assert_readable` is what a test of a figure calls.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from drawn import assert_texts_have_room, drawn_texts
from matplotlib.axes import Axes
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from erfm.figures import DARK_TWINS, ON_DARK, ON_LIGHT, PHONE, narrowest

LIGHT_PAGE, DARK_PAGE = "#FFFFFF", "#131416"
TEXT_CONTRAST, MARK_CONTRAST = 4.5, 3


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2 defines it."""

    def luminance(color: str) -> float:
        shares = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
        linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def assert_readable(figure: Figure, wide: bool = False, crowded: tuple[str, ...] = ()) -> None:
    """Assert that a reader can read a figure on a telephone, on a light and on a dark page.

    No text leaves the figure or lies upon another, none is too small or too pale, and no legend
    covers data. One that is `wide` is scrolled on a telephone: its texts may be smaller there.
    Texts that begin as one of `crowded` may lie upon others.
    """
    assert_texts_have_room(figure, crowded)
    assert_legends_cover_nothing(figure)
    assert_texts_stand_out(figure)
    assert wide or narrowest(figure) <= PHONE, (
        f"a text is too small on a telephone: it needs {narrowest(figure)} pixels, not {PHONE}"
    )


def assert_texts_stand_out(figure: Figure) -> None:
    """Assert that each text has contrast on a light page, and its colour a twin for a dark one."""
    for text in drawn_texts(figure):
        color = to_hex(text.get_color()).upper()
        if color in (ON_DARK, ON_LIGHT):
            continue
        said = f"{text.get_text()!r} in {color}"
        assert color in DARK_TWINS, f"{said}: no colour of erfm.figures"
        assert contrast(color, LIGHT_PAGE) >= TEXT_CONTRAST, f"{said} is too pale"
        assert contrast(DARK_TWINS[color], DARK_PAGE) >= TEXT_CONTRAST, f"{said} is too dark"


def assert_legends_cover_nothing(figure: Figure) -> None:
    """Assert that no legend lies upon points, lines, bars or texts in the panels."""
    figure.canvas.draw()
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
    for legend in filter(None, legends):
        box = _contents(legend)
        for axes in figure.axes:
            for name, places in _data(axes):
                inside = np.all((places > box.min) & (places < box.max), axis=1)
                assert not inside.any(), f"the legend {_names(legend)} covers {name}"


def _names(legend: Legend) -> list[str]:
    return [text.get_text() for text in legend.get_texts()]


def _contents(legend: Legend) -> Bbox:
    """Return the box of what a legend shows, without the margin around it."""
    title = [legend.get_title()] if legend.get_title().get_text() else []
    boxes = [text.get_window_extent() for text in (*legend.get_texts(), *title)]
    whole, texts = legend.get_window_extent(), Bbox.union(boxes)
    # The marks stand left of the texts, as far as the margin that is right of them.
    return Bbox.from_extents(whole.x0 + (whole.x1 - texts.x1), texts.y0, texts.x1, texts.y1)


def _data(axes: Axes) -> Iterator[tuple[str, np.ndarray]]:
    """Yield what a panel shows, each with many places on it, in pixels, those out of view not."""
    frame = axes.get_window_extent()
    for line in axes.lines:
        places = line.get_transform().transform(np.column_stack(line.get_data()).astype(float))
        joined = line.get_linestyle() not in ("None", "", " ")
        yield f"the line {line.get_label()!r}", _seen(_along(places) if joined else places, frame)
    for collection in axes.collections:
        yield f"the marks {collection.get_label()!r}", _seen(_of_collection(collection), frame)
    for patch in axes.patches:
        yield f"the area {patch.get_label()!r}", _seen(_of_patch(patch), frame)
    for text in axes.texts:
        if text.get_text().strip():
            box = text.get_window_extent()
            yield f"the text {text.get_text()!r}", _filled(box)


def _along(places: np.ndarray) -> np.ndarray:
    """Return places on the lines that join others, no two pixels apart."""
    parts = [places[:1]]
    for start, end in pairwise(places):
        length = np.abs(end - start).max()
        if np.isfinite(length):
            share = np.linspace(0, 1, int(min(length, 5000) // 2) + 2)[:, None]
            parts.append(start + share * (end - start))
    return np.concatenate(parts)


def _filled(box: Bbox) -> np.ndarray:
    """Return places all over a box."""
    x, y = (
        np.linspace(low, high, int(min(high - low, 3000) // 3) + 2)
        for low, high in (box.intervalx, box.intervaly)
    )
    return np.column_stack([grid.ravel() for grid in np.meshgrid(x, y)])


def _of_collection(collection: Collection) -> np.ndarray:
    offsets = np.ma.filled(collection.get_offsets().astype(float), np.nan)
    if len(offsets) > 1 or (len(offsets) and offsets.any()):
        return collection.get_offset_transform().transform(offsets)
    transform = collection.get_transform()
    outlines = [_along(transform.transform(path.vertices)) for path in collection.get_paths()]
    return np.concatenate(outlines) if outlines else np.empty((0, 2))


def _of_patch(patch: Patch) -> np.ndarray:
    if patch.get_fill():
        return _filled(patch.get_window_extent())
    return _along(patch.get_transform().transform(patch.get_path().vertices))


def _seen(places: np.ndarray, frame: Bbox) -> np.ndarray:
    """Return the places within a panel's frame."""
    places = places[np.isfinite(places).all(axis=1)]
    return places[np.all((places >= frame.min - 1) & (places <= frame.max + 1), axis=1)]

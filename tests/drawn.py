"""What a figure shows, read back from it: values, names, cues beside colour, room for its texts."""

from itertools import combinations
from unittest import mock

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text


def intervals(axes: Axes) -> list[np.ndarray]:
    """Return, for each series with error bars, rows of place, value, lower and upper limit.

    All of them are in view.
    """
    series = []
    for bars in axes.containers:
        if isinstance(bars, ErrorbarContainer):
            points, _, (limits,) = bars
            along, across = (0, 1) if bars.has_xerr else (1, 0)
            none = np.full((2, 2), np.nan)
            ends = np.array([end if len(end) else none for end in limits.get_segments()])
            there = ~np.isnan(ends[:, 0, across])
            # The bar stands where its point stands.
            np.testing.assert_allclose(ends[there, 0, across], points.get_xydata()[there, across])
            low, high = sorted((axes.get_xlim(), axes.get_ylim())[along])
            assert low <= np.nanmin(ends[:, :, along]) and np.nanmax(ends[:, :, along]) <= high
            place, value = points.get_xydata()[:, [across, along]].T
            series.append(np.column_stack([place, value, *np.sort(ends[:, :, along], axis=1).T]))
    return series


def bars(axes: Axes) -> list[np.ndarray]:
    """Return, for each series of upright bars, rows of the bar's centre and its height."""
    return [
        np.array([(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in series])
        for series in axes.containers
        if isinstance(series, BarContainer)
    ]


def flat_bars(axes: Axes) -> list[np.ndarray]:
    """Return, for each series of lying bars, rows of the bar's middle and its length."""
    return [
        np.array([(bar.get_y() + bar.get_height() / 2, bar.get_width()) for bar in series])
        for series in axes.containers
        if isinstance(series, BarContainer)
    ]


def straight_lines(axes: Axes, upright: bool) -> list[float]:
    """Return where the lines across the whole panel stand, in the order in which they were drawn.

    Upright ones, by `axvline`, or level ones, by `axhline`.
    """
    transform = axes.get_xaxis_transform() if upright else axes.get_yaxis_transform()
    found = [line for line in axes.lines if line.get_transform() == transform]
    return [float(line.get_xydata()[0][0 if upright else 1]) for line in found]


def named(figure: Figure) -> list[str]:
    """Return the names in all legends."""
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes)]
    return [text.get_text() for legend in legends if legend for text in legend.get_texts()]


def line(axes: Axes, label: str) -> Line2D:
    """Return the only line or points with a label."""
    (found,) = [one for one in axes.lines if one.get_label() == label]
    return found


def words(axes: Axes) -> list[str]:
    """Return the texts within a panel."""
    return [text.get_text() for text in axes.texts]


def ticks(axes: Axes, axis: str) -> dict[float, str]:
    """Return what each tick of an axis is called."""
    axis = getattr(axes, f"{axis}axis")
    return dict(
        zip(axis.get_ticklocs(), (text.get_text() for text in axis.get_ticklabels()), strict=True)
    )


def look(handle: object) -> tuple[str, tuple]:
    """Return the colour of a series and whatever else tells it from others."""
    artist = handle[0] if isinstance(handle, tuple) else handle
    if isinstance(artist, Line2D):
        pattern = artist.get_linestyle(), artist.get_marker()
        empty = to_hex(artist.get_markerfacecolor()) == "#ffffff"
        # Dash patterns have a name, or none: "--" is drawn as it is named.
        return to_hex(artist.get_color()), ("line", *pattern, empty, str(artist._dash_pattern))
    if isinstance(artist, PathCollection):
        shape = artist.get_paths()[0].vertices.shape
        return to_hex(artist.get_facecolor()[0]), ("points", shape)
    if isinstance(artist, Collection):
        return to_hex(artist.get_facecolor()[0]), ("area", artist.get_hatch())
    color = artist.get_facecolor() if artist.get_fill() else artist.get_edgecolor()
    return to_hex(color), ("patch", artist.get_hatch(), artist.get_linestyle())


def assert_told_apart(axes: Axes, *labels: str) -> None:
    """Assert that a panel's series have these names and differ by a second cue beside colour."""
    handles, names = axes.get_legend_handles_labels()
    assert sorted(names) == sorted(labels)
    looks = [look(handle) for handle in handles]
    assert len({cue for _, cue in looks}) == len(labels), looks


def drawn_texts(figure: Figure) -> list[Text]:
    """Draw a figure and return the texts that have been drawn, those of ticks out of view not."""
    figure.draw_without_rendering()
    found, draw = [], Text.draw

    def note(text, renderer):
        found.append(text)
        draw(text, renderer)

    with mock.patch.object(Text, "draw", note):
        figure.canvas.draw()
    return [text for text in dict.fromkeys(found) if text.get_visible() and text.get_text().strip()]


def assert_texts_have_room(figure: Figure, crowded: tuple[str, ...] = ()) -> None:
    """Assert that no text leaves the figure and no two lie upon each other.

    Texts at a slant are compared with level ones only: their boxes overlap, not they. Texts that
    begin as one of `crowded` may lie upon others.
    """
    texts = drawn_texts(figure)
    boxes = {text: text.get_window_extent() for text in texts}
    canvas = figure.bbox
    for text, box in boxes.items():
        inside = canvas.x0 - 1 <= box.x0 and box.x1 <= canvas.x1 + 1
        inside &= canvas.y0 - 1 <= box.y0 and box.y1 <= canvas.y1 + 1
        assert inside, f"{text.get_text()!r} leaves the figure: {box}"
    for one, other in combinations(texts, 2):
        if one.get_rotation() % 90 and other.get_rotation() % 90:
            continue
        if crowded and (one.get_text().startswith(crowded) or other.get_text().startswith(crowded)):
            continue
        a, b = boxes[one], boxes[other]
        width = min(a.x1, b.x1) - max(a.x0, b.x0)
        height = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert width < 2 or height < 2, f"{one.get_text()!r} lies upon {other.get_text()!r}"

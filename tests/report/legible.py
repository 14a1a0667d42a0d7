"""Is a figure legible as it is saved? Texts that overlap each other or stick out of the picture."""

from __future__ import annotations

from itertools import combinations

from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text

_SLACK_PX = 1.0


def _drawn_texts(figure: Figure) -> list[tuple[str, tuple[float, float, float, float]]]:
    """Return (text, box) of all that is drawn; ticks beyond the view are made by matplotlib and not drawn."""
    figure.draw_without_rendering()
    of_ticks: set[int] = set()
    drawn: list[Text] = []
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            of_ticks |= {id(text) for text in axis.findobj(Text)}
            if axes.axison and axes.get_visible():
                drawn += _tick_labels(axis)
                drawn.append(axis.label)
    drawn += [text for text in figure.findobj(Text) if id(text) not in of_ticks]
    boxes = [(text.get_text(), text.get_window_extent()) for text in drawn if _is_seen(text)]
    return [(words, (box.x0, box.y0, box.x1, box.y1)) for words, box in boxes]


def _tick_labels(axis: Axis) -> list[Text]:
    low, high = sorted(axis.get_view_interval())
    span = high - low
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    return [
        label
        for tick in ticks
        if low - 1e-9 * span <= tick.get_loc() <= high + 1e-9 * span
        for label in (tick.label1, tick.label2)
    ]


def _is_seen(text: Text) -> bool:
    return bool(text.get_visible() and text.get_text().strip())


def flaws(figure: Figure) -> list[str]:
    """Return one sentence per text that sticks out of the picture, and per pair that overlaps."""
    texts = _drawn_texts(figure)
    width, height = figure.get_size_inches() * figure.dpi
    found = [
        f"{words!r} is cut off"
        for words, (x0, y0, x1, y1) in texts
        if x0 < -_SLACK_PX or y0 < -_SLACK_PX or x1 > width + _SLACK_PX or y1 > height + _SLACK_PX
    ]
    for (a, one), (b, two) in combinations(texts, 2):
        if _shared(one[0], one[2], two[0], two[2]) and _shared(one[1], one[3], two[1], two[3]):
            found.append(f"{a!r} and {b!r} overlap")
    return found


def _shared(low: float, high: float, other_low: float, other_high: float) -> bool:
    return min(high, other_high) - max(low, other_low) > _SLACK_PX


def is_labelled(figure: Figure) -> bool:
    """Return whether every panel that writes numbers on its x axis says what they are, on the axis or in a title."""
    figure.draw_without_rendering()
    return all(
        axes.get_xlabel() or axes.get_title(loc="left")
        for axes in figure.axes
        if axes.axison and any(_is_seen(label) for label in _tick_labels(axes.xaxis))
    )

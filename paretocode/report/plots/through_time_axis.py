"""How is time drawn? Days as numbers, an axis that dates itself, and names at the ends of lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from numpy.typing import NDArray

from paretocode._checks import FloatColumn
from paretocode.report.palette import MUTED
from paretocode.report.plots.label_placement import spread
from paretocode.report.plots.style import SMALL

__all__ = ["date_axis", "day_numbers", "end_labels", "panel_title", "spans_of"]

_APART_PT = 10.0
"""From the end of a line to its name."""
_ASIDE_PT = 5.0
"""A name moved further than this gets a thin line to the end it names."""


def day_numbers(dates: NDArray[np.datetime64]) -> FloatColumn:
    """Return days as matplotlib counts them: from 1970-01-01."""
    days: FloatColumn = dates.astype("datetime64[D]").astype(np.float64)
    return days


def spans_of(days: FloatColumn) -> FloatColumn:
    """Return how long each entry holds: until the next one, the last as long as the one before (1 day if alone)."""
    steps = np.diff(days)
    return np.append(steps, steps[-1] if len(steps) else 1.0)


def date_axis(axes: Axes, first: float, last: float) -> None:
    """Make the x axis one of dates from `first` to `last` [days], with a little room at both ends."""
    room = max(0.015 * (last - first), 0.5)
    axes.set_xlim(first - room, last + room)
    locator = AutoDateLocator(minticks=4, maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def panel_title(axes: Axes, name: str, says: str) -> None:
    """Write a panel's name in bold over its left end, and beside it what it shows."""
    title = axes.set_title(name)
    beside: dict[str, Any] = {"xycoords": title, "xytext": (6, 0), "textcoords": "offset points", "va": "bottom"}
    axes.annotate(says, (1.0, 0.0), fontsize=SMALL, color=MUTED, **beside)


def end_labels(
    figure: Figure,
    axes: Axes,
    points: FloatColumn,
    texts: Sequence[str],
    colours: Sequence[str],
    *,
    gid: str,
) -> None:
    """Write a text beside the right border at the height of each point [data], none on another; freezes the layout.

    Parameters
    ----------
    points
        Shape (n, 2): where the lines end.
    texts, colours
        Of each point.
    """
    if not len(points):
        return
    order = np.argsort(points[:, 1], kind="stable")
    labels = [
        axes.annotate(
            texts[i],
            (1.0, points[i, 1]),
            xycoords=axes.get_yaxis_transform(),
            xytext=(_APART_PT, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=colours[i],
            annotation_clip=False,
            gid=f"{gid}-{i}",
        )
        for i in order
    ]
    figure.draw_without_rendering()  # settles the layout, so that text can be measured
    scale = figure.dpi / 72
    pixels: FloatColumn = axes.transData.transform(points[order])
    heights = [label.get_window_extent().height + 2 * scale for label in labels]
    box = axes.get_window_extent()
    centres = spread(pixels[:, 1].tolist(), heights, low=box.y0 - heights[0] / 2, high=box.y1 + heights[-1] / 2)
    for label, (x, y), point, centre in zip(labels, pixels, points[order], centres, strict=True):
        up, right = (centre - y) / scale, (box.x1 - x) / scale + _APART_PT
        label.set_position((_APART_PT, up))
        if abs(up) > _ASIDE_PT or right > 2 * _APART_PT:
            arrow = {"arrowstyle": "-", "color": MUTED, "linewidth": 0.5, "shrinkA": 0, "shrinkB": 3}
            place: dict[str, Any] = {"xytext": (right - 2, up), "textcoords": "offset points", "annotation_clip": False}
            axes.annotate("", (point[0], point[1]), arrowprops=arrow, **place)
    figure.set_layout_engine("none")

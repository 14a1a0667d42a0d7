"""How do names find their places in the frontier's figure? Measured in pixels, placed, tied to their points."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from matplotlib.transforms import Bbox

from paretocode._checks import FloatColumn
from paretocode.report.palette import MUTED
from paretocode.report.plots.label_placement import place_labels
from paretocode.report.plots.style import SMALL

__all__ = ["label_points"]

_GAP_PT = 6.0
_LEADER_PT = 12.0
"""A label further than this from its point gets a thin line to it."""


def label_points(
    figure: Figure,
    axes: Axes,
    points: FloatColumn,
    names: Mapping[int, tuple[str, str]],
    *,
    half_bars: FloatColumn,
    staircase: FloatColumn,
    crowd: FloatColumn | None = None,
    gap_pt: float = _GAP_PT,
    ring_pt: float = 0.0,
) -> None:
    """Write a name beside each point that has one; then the figure's layout is frozen, since labels were fitted to it.

    Parameters
    ----------
    points
        Shape (n, 2): all points drawn [data]; none is covered.
    names
        Row of `points` -> (text, colour).
    half_bars
        Shape (n,): half the height of each point's bar [data].
    staircase
        Shape (k, 2): corners of the frontier's line [data]; a row of NaN lifts the pen.
    crowd
        Shape (m, 2): further points, so many that a label may cover some where there is no better place [data].
    gap_pt
        Space between a point and its label [pt].
    ring_pt
        Radius of the mark around each named point, through which no other name's line should run [pt].
    """
    if not names:
        return
    figure.draw_without_rendering()  # settles the layout, so that pixels mean something
    labels = [
        axes.annotate(
            text,
            (points[row, 0], points[row, 1]),
            xytext=(0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL,
            color=colour,
            gid=f"model-label-{row}",
            zorder=4,
        )
        for row, (text, colour) in names.items()
    ]
    pixels: FloatColumn = axes.transData.transform(points)
    extents = [label.get_window_extent() for label in labels]
    box, scale = axes.get_window_extent(), figure.dpi / 72
    centres = place_labels(
        pixels[list(names)],
        np.array([[extent.width + 2, extent.height] for extent in extents]),
        bounds=(box.x0, box.y0, box.x1, box.y1),
        obstacles=pixels,
        lines=np.concatenate(
            [
                _line_points(axes, points, half_bars, staircase),
                np.zeros((0, 2)) if crowd is None else axes.transData.transform(crowd),
            ]
        ),
        gap=gap_pt * scale,
        ring=ring_pt * scale,
    )
    for label, centre, row, extent in zip(labels, centres, names, extents, strict=True):
        _settle(axes, label, centre - pixels[row], extent, scale=scale)
    figure.set_layout_engine("none")


def _settle(axes: Axes, label: Annotation, away: FloatColumn, extent: Bbox, *, scale: float) -> None:
    """Move a label to its place, anchored at the side next to its point, so that a narrower typeface stays close."""
    half = np.array([extent.width, extent.height]) / 2
    side = 0 if abs(away[0]) < half[0] - 1 else 1 if away[0] > 0 else -1
    label.set_horizontalalignment(("center", "left", "right")[side])
    label.set_position(((away[0] - side * half[0]) / scale, away[1] / scale))
    if np.hypot(*np.maximum(np.abs(away) - half, 0.0)) > _LEADER_PT * scale:
        axes.annotate(
            "",
            label.xy,
            xytext=label.get_position(),
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.5, "shrinkA": 3, "shrinkB": 4},
        )


def _line_points(axes: Axes, points: FloatColumn, half_bars: FloatColumn, staircase: FloatColumn) -> FloatColumn:
    """Return points along the staircase and the bars [px], close enough that no label slips between."""
    pieces = []
    if len(staircase):
        pieces = [np.linspace(a, b, 60) for a, b in pairwise(axes.transData.transform(staircase))]
    for (x, y), half in zip(points, half_bars, strict=True):
        low, high = axes.transData.transform([(x, y - half), (x, y + half)])
        pieces.append(np.linspace(low, high, 16))
    return np.concatenate(pieces)

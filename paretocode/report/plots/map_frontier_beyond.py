"""What becomes of a few maps far beyond the limits? Open carets at the upper border: the others keep the room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.path import Path

from paretocode._checks import BoolColumn
from paretocode.report.palette import MUTED
from paretocode.report.plots.map_frontier_points import MapPoints

__all__ = ["draw_carets", "far_above"]

_ROOM = 1.6
"""So many times the greatest height that matters is still drawn to scale."""
_FEW = 0.35
"""Maps above that are carets if they are at most this part of all."""
_CARET = Path([(-1.0, -0.45), (0.0, 0.45), (1.0, -0.45)])
_APART_PX = 8.0
_BORDER = 0.985
"""Height, in parts of the axes, at which the carets stand."""


def far_above(maps: MapPoints, heights: Sequence[float]) -> BoolColumn:
    """Return which maps lie so far above everything that matters that the axis may leave them out, shape (n_maps,).

    Parameters
    ----------
    maps
        Those of the figure; one within the limits is never left out, and none is where many lie as high.
    heights
        Of the limit and of what stands beside the maps, in the units of the axis; the greatest counts.

    Examples
    --------
    >>> y = np.array([0.9, 0.3, 0.2, 0.1])
    >>> is_within = np.array([False, True, True, True])
    >>> maps = MapPoints(names=("cost_usd", "shortfall"), x=y, y=y, z=y, n_bands=np.array([2] * 4),
    ...                  is_within=is_within, n_unknown=0)
    >>> far_above(maps, [0.4]).tolist(), far_above(maps, [0.8]).tolist()
    ([True, False, False, False], [False, False, False, False])
    """
    greatest = max([*heights, *maps.y[maps.is_within]], default=0.0)
    above: BoolColumn = maps.y > _ROOM * greatest
    if not greatest > 0 or above.sum() > _FEW * len(above):
        return np.zeros(len(maps.y), dtype=np.bool_)
    return above


def draw_carets(axes: Axes, maps: MapPoints) -> None:
    """Draw pale carets at the upper border where maps lie above it, one for those side by side."""
    x = maps.x[maps.y > axes.get_ylim()[1]]
    if not len(x):
        return
    across = axes.transData.transform(np.column_stack([x, np.zeros(len(x))]))[:, 0]
    _, first = np.unique(across // _APART_PX, return_index=True)  # on top of each other they would be a black bar
    axes.scatter(
        x[first],
        np.full(len(first), _BORDER),
        s=30,
        marker=_CARET,
        facecolor="none",
        edgecolor=MUTED,
        linewidth=0.9,
        alpha=0.6,
        transform=axes.get_xaxis_transform(),
        zorder=3,
        gid="above",
    )

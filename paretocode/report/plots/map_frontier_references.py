"""Where do the map in force and a router without tiers stand in a search's figure? Marks and lines unlike any map's."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from paretocode.report.palette import INK
from paretocode.report.plots.map_frontier_axes import shown_place
from paretocode.report.plots.map_frontier_points import NamedPoint
from paretocode.report.search_rows import NO_TIERS

__all__ = ["draw_reference", "upright_places"]

_LINE_LABEL_AT = 0.94
"""Height, in parts of the axes, at which a line that stands for a map is named."""
_UPRIGHT = "line-"


def draw_reference(axes: Axes, role: str, point: NamedPoint) -> NamedPoint:
    """Draw the incumbent or the router without tiers and return what its label names.

    One whose second measure is unknown, or does not apply, is a line; one that is off the axes is hollow, stands at
    their border, and has in its label where it really is.
    """
    x, is_off_x = shown_place(axes.get_xlim(), point.x, is_log=axes.get_xscale() == "log")
    y, is_off_y = shown_place(axes.get_ylim(), point.y, is_log=False)
    is_line, is_alone = math.isnan(point.y), role == NO_TIERS
    if is_line or (is_alone and not is_off_x):
        style: Any = (0, (1, 2)) if is_alone else (0, (5, 2))
        axes.axvline(x, color=INK, linewidth=0.9, linestyle=style, zorder=1, gid=f"{_UPRIGHT}{role}")
    if is_line:
        low, high = axes.get_ylim()
        y = low + _LINE_LABEL_AT * (high - low)
    else:
        paper, is_hollow = axes.figure.get_facecolor(), is_alone or is_off_x or is_off_y
        axes.plot(
            x,
            y,
            linestyle="none",
            marker="*" if is_alone else "X",
            markersize=11 if is_alone else 10,
            markeredgecolor=INK if is_hollow else paper,
            markeredgewidth=1.0 if is_hollow else 0.7,
            markerfacecolor=paper if is_hollow else INK,
            zorder=7,
            gid=role,
        )
    said = [text for text, is_said in zip(point.values, (is_alone or is_off_x, is_off_y), strict=True) if is_said]
    off = "\noff this axis" if is_off_x or is_off_y else ""
    return NamedPoint(name=f"{point.name}{': ' if said else ''}{', '.join(said)}{off}", x=x, y=y)


def upright_places(axes: Axes) -> list[float]:
    """Return where the lines that stand for maps are [data]."""
    upright = [line for line in axes.lines if str(line.get_gid() or "").startswith(_UPRIGHT)]
    return [float(np.asarray(line.get_xdata())[0]) for line in upright]

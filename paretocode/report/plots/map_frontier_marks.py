"""How is a map of a search marked? Its number of tiers by shape, a third measure by colour, beyond a limit pale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.report.palette import INK, MARKERS, MUTED, tier_colours
from paretocode.report.plots.map_frontier_points import N_BANDS, MapPoints, NamedPoint
from paretocode.report.plots.style import SMALL
from paretocode.report.search_measures import measure_label

__all__ = ["CROWD", "MANY", "draw_frontier", "draw_legend", "draw_maps", "ring_picks"]

_BLUE = tier_colours(("low", "medium", "high"))["high"]
_SHADES = "cividis"
"""Its lightness rises evenly, so that it reads in grey and for colour-blind readers."""
MANY, CROWD = 60, 300
"""From so many maps on the marks are smaller; from so many on smaller still, bare and half transparent."""
_CROWD_ALPHA, _BEYOND_ALPHA = 0.6, 0.45
_RING = 105.0


def draw_frontier(axes: Axes, maps: MapPoints) -> FloatColumn:
    """Draw the staircase of two measures and return its corners [data], shape (k, 2).

    With a third measure there is none: maps lie above it that are on the frontier all the same.
    """
    if len(maps.names) != 2 or maps.names[1] == N_BANDS or not len(maps.x):
        return np.zeros((0, 2))
    order = np.lexsort((maps.y, maps.x))
    x, least = maps.x[order], np.minimum.accumulate(maps.y[order])
    corners = np.column_stack([np.repeat(x, 2)[1:], np.repeat(least, 2)[:-1]])
    axes.plot(*corners.T, color=MUTED, linewidth=1.0, zorder=1, gid="frontier")
    return corners


def draw_maps(figure: Figure, axes: Axes, search: Mapping[str, Any], maps: MapPoints) -> None:
    """Draw every map, and a bar for the colours where the third measure differs between maps."""
    shades, norm = _shades(maps)
    is_crowd = len(maps.x) > CROWD
    area = 12.0 if is_crowd else 26.0 if len(maps.x) > MANY else 46.0
    for is_within in (False, True):
        for n_bands in np.unique(maps.n_bands).tolist():
            mine = (maps.n_bands == n_bands) & (maps.is_within == is_within)
            if not mine.any():
                continue
            axes.scatter(
                maps.x[mine],
                maps.y[mine],
                s=area,
                marker=_marker(n_bands),
                c=_faces(axes, maps, mine, shades, norm) if is_within else "none",
                edgecolors="none" if is_crowd and is_within else MUTED,
                linewidths=0.3 if is_crowd else 0.5,
                alpha=_BEYOND_ALPHA if not is_within else _CROWD_ALPHA if is_crowd else None,
                zorder=4 if is_within else 3,
            )
    if norm is not None:
        bar = figure.colorbar(ScalarMappable(norm=norm, cmap=shades), ax=axes, fraction=0.035, pad=0.02, aspect=32)
        bar.set_label(measure_label(search, maps.names[2]), fontsize=SMALL)
        bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.6g}"))
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0)


def ring_picks(axes: Axes, picks: Sequence[NamedPoint]) -> None:
    """Draw a ring around each picked map."""
    x, y = [pick.x for pick in picks], [pick.y for pick in picks]
    axes.scatter(x, y, s=_RING, facecolor="none", edgecolor=INK, linewidth=1.2, zorder=6, gid="picks")


def draw_legend(axes: Axes, maps: MapPoints) -> None:
    """Write above the axes what the shapes mean; where the axis counts tiers it says so itself."""
    if maps.names[1] != N_BANDS:
        for n_bands in np.unique(maps.n_bands).tolist():
            label = f"{n_bands} tier{'' if n_bands == 1 else 's'}" if n_bands else "tiers unknown"
            axes.scatter([], [], s=40, marker=_marker(n_bands), facecolor=MUTED, edgecolor=MUTED, label=label)
    if not maps.is_within.all():
        axes.scatter([], [], s=40, marker="o", facecolor="none", edgecolor=MUTED, alpha=0.6, label="beyond a limit")
    if len(maps.names) > 2 and np.isnan(maps.z).any() and not np.isnan(maps.z).all():
        paper = axes.figure.get_facecolor()
        axes.scatter([], [], s=40, marker="o", facecolor=paper, edgecolor=MUTED, label="colour unknown")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=8,
            frameon=False,
            fontsize=SMALL,
            handletextpad=0.2,
            columnspacing=1.2,
            borderaxespad=0.2,
        )


def _marker(n_bands: int) -> str:
    return MARKERS[(n_bands - 2) % len(MARKERS)] if n_bands > 1 else "p" if n_bands else "h"


def _shades(maps: MapPoints) -> tuple[ListedColormap | None, BoundaryNorm | None]:
    """Return colours in round steps of the third measure; none where it is the same for all maps."""
    known = np.unique(maps.z[~np.isnan(maps.z)])
    if len(known) < 2:
        return None, None
    steps = list(MaxNLocator(nbins=6).tick_values(float(known[0]), float(known[-1])))
    if steps[-1] <= known[-1]:  # the last step is open above: the greatest value needs a colour of its own
        steps.append(2 * steps[-1] - steps[-2])
    n = len(steps) - 1
    colours = mpl.colormaps[_SHADES](np.linspace(0.95, 0.05, n))  # dark is more, as ink on paper
    return ListedColormap(colours), BoundaryNorm(steps, n)


def _faces(
    axes: Axes, maps: MapPoints, mine: BoolColumn, shades: ListedColormap | None, norm: BoundaryNorm | None
) -> Any:
    if shades is None or norm is None:
        return _BLUE
    z = maps.z[mine]
    faces = shades(norm(np.nan_to_num(z)))
    faces[np.isnan(z)] = mpl.colors.to_rgba(axes.figure.get_facecolor())
    return faces

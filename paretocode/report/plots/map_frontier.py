"""Which maps are worth having, at a glance? The frontier of maps, what was picked from it, and what is in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paretocode._checks import FloatColumn
from paretocode.report.palette import INK
from paretocode.report.plots.map_frontier_axes import prepare_axes
from paretocode.report.plots.map_frontier_beyond import draw_carets
from paretocode.report.plots.map_frontier_marks import MANY, draw_frontier, draw_legend, draw_maps, ring_picks
from paretocode.report.plots.map_frontier_notes import draw_limit, draw_notes
from paretocode.report.plots.map_frontier_points import (
    MapPoints,
    NamedPoint,
    map_points,
    merged,
    pick_points,
    reference_points,
)
from paretocode.report.plots.map_frontier_references import draw_reference, upright_places
from paretocode.report.plots.point_labels import label_points
from paretocode.report.plots.style import house_style, new_figure

__all__ = ["plot_map_frontier"]

_SAME_SPOT_PX = 4.0
_GAP_PT, _RING_PT = 9.0, 7.0
"""From the middle of a mark to its label, and to where the lines of other labels may pass: rings are wide."""


def plot_map_frontier(search: Mapping[str, Any]) -> Figure:
    """Draw the frontier of maps of a search: first measure across, second up, third in colour.

    Parameters
    ----------
    search
        The ``search`` section of a result's ``metrics.json``.

    Returns
    -------
    Figure
        The marker of a map says how many tiers it has; maps beyond a limit are hollow and pale; a map whose third
        measure is unknown is white. Picks are ringed and named, several on one spot share a label. The incumbent is a
        cross in ink; the router without tiers is a star on a dotted line, or the line alone where its second measure
        does not apply. With one measure it is drawn against the number of tiers. The axis of the first measure is
        logarithmic where it spans more than a factor of 5.

    Notes
    -----
    A map without a known place is counted in a note. A few maps far beyond the limits, above all others, are carets at
    the upper border, and a note says how far up they go. A reference so far off that the maps would be squeezed stands
    at the border, and its label says so. A limit far off is a note.
    """
    maps, picks, references = map_points(search), pick_points(search), reference_points(search)
    with house_style():
        figure = new_figure(7.2, 5.0)
        axes = figure.subplots()
        limit = prepare_axes(axes, search, maps, references)
        lines = [draw_frontier(axes, maps)]
        draw_maps(figure, axes, search, maps)
        draw_carets(axes, maps)
        named = _on_spots(axes, picks)
        ring_picks(axes, named)
        named += [draw_reference(axes, role, point) for role, point in references.items()]
        draw_legend(axes, maps)
        draw_notes(axes, search, maps, is_limit_drawn=limit is not None)
        words = np.zeros((0, 2))
        if limit is not None:
            words = draw_limit(figure, axes, search, maps, limit)
            lines.append(np.array([[x, limit] for x in axes.get_xlim()]))
        lines += [np.array([[x, y] for y in axes.get_ylim()]) for x in upright_places(axes)]
        _label(figure, axes, named, maps, words=words, lines=lines)
    return figure


def _on_spots(axes: Axes, picks: list[NamedPoint]) -> list[NamedPoint]:
    pixels = axes.transData.transform(np.array([[pick.x, pick.y] for pick in picks]).reshape(-1, 2))
    return merged(picks, pixels, near=_SAME_SPOT_PX)


def _label(
    figure: Figure,
    axes: Axes,
    named: list[NamedPoint],
    maps: MapPoints,
    *,
    words: FloatColumn,
    lines: list[FloatColumn],
) -> None:
    places = np.array([[point.x, point.y] for point in named]).reshape(-1, 2)
    others = np.column_stack([maps.x, maps.y])
    is_crowd = len(others) > MANY
    points = np.concatenate([places, words] if is_crowd else [places, words, others])
    pen_up = np.full((1, 2), np.nan)
    label_points(
        figure,
        axes,
        points,
        {row: (point.name, INK) for row, point in enumerate(named)},
        half_bars=np.zeros(len(points)),
        staircase=np.concatenate([np.zeros((0, 2)), *(piece for line in lines for piece in (line, pen_up))]),
        crowd=others if is_crowd else None,
        gap_pt=_GAP_PT,
        ring_pt=_RING_PT,
    )
    if is_crowd:  # a label may have to lie on maps: then it has to be read all the same
        behind = {"facecolor": figure.get_facecolor(), "edgecolor": "none", "alpha": 0.8, "pad": 0.5}
        for text in axes.texts:
            if str(text.get_gid() or "").startswith("model-label"):
                text.set_bbox(behind)

"""What does the figure of a search say in words? Its limit on the line itself, everything else below the axes."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from paretocode._checks import FloatColumn
from paretocode.report import numbers
from paretocode.report.palette import MUTED
from paretocode.report.plots.map_frontier_points import MapPoints
from paretocode.report.plots.map_frontier_references import upright_places
from paretocode.report.plots.style import SMALL
from paretocode.report.search_limits import limit_text, limit_texts
from paretocode.report.search_measures import kind_of
from paretocode.report.search_rows import no_tiers_sentence

__all__ = ["draw_limit", "draw_notes"]

_LINE = 113
_HELD = "\N{NO-BREAK SPACE}%"
_LIFT_PT = 3.0
_MARGIN_PX = 8.0


def draw_limit(figure: Figure, axes: Axes, search: Mapping[str, Any], maps: MapPoints, limit: float) -> FloatColumn:
    """Draw the second measure's limit as a line and write it where least is in the way.

    Returns
    -------
    points
        Shape (n, 2): points all over the words [data], for labels to keep off.
    """
    name = maps.names[1]
    axes.axhline(limit, color=MUTED, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, gid="limit")
    words = axes.annotate(
        f"limit: {limit_text(name, search['limits'][name])}",
        (0.0, limit),
        xycoords=axes.get_yaxis_transform(),
        xytext=(0, _LIFT_PT),
        textcoords="offset points",
        fontsize=SMALL,
        color=MUTED,
        gid="limit-label",
    )
    figure.draw_without_rendering()  # settles the layout, so that the words can be measured
    marks = np.concatenate([np.column_stack([maps.x, maps.y]), _references(axes, limit)])
    part, is_above, box = _freest(axes, words.get_window_extent(), marks, down=2 * _LIFT_PT * figure.dpi / 72)
    words.xy = (part, limit)
    words.set_verticalalignment("bottom" if is_above else "top")
    words.set_position((0, _LIFT_PT if is_above else -_LIFT_PT))
    across, up = np.meshgrid(np.arange(box.x0, box.x1, 8.0), [box.y0 + 2, (box.y0 + box.y1) / 2, box.y1])
    points: FloatColumn = axes.transData.inverted().transform(np.column_stack([across.ravel(), up.ravel()]))
    return points


def _freest(axes: Axes, box: Bbox, marks: FloatColumn, *, down: float) -> tuple[float, bool, Bbox]:
    """Return where along the axes (0..1), and on which side of the line, a box [px] meets fewest marks [data]."""
    room, pixels = axes.get_window_extent(), axes.transData.transform(marks)
    choices = []
    for is_above in (True, False):
        for part in (1.0, 0.75, 0.5, 0.25, 0.0):
            left = room.x0 + _MARGIN_PX + part * max(room.width - box.width - 2 * _MARGIN_PX, 0.0)
            low = box.y0 if is_above else box.y0 - down - box.height
            tried = Bbox.from_bounds(left, low, box.width, box.height)
            low_end, high_end = np.array(tried.min) - _MARGIN_PX, np.array(tried.max) + _MARGIN_PX
            near = (pixels > low_end) & (pixels < high_end)
            choices.append((int(near.all(axis=1).sum()), is_above, tried))
    _, is_above, best = min(choices, key=lambda choice: choice[0])
    return (best.x0 - room.x0) / room.width, is_above, best


def draw_notes(axes: Axes, search: Mapping[str, Any], maps: MapPoints, *, is_limit_drawn: bool) -> None:
    """Write below the axes what the marks do not say."""
    text = " ".join(_notes(axes, search, maps, is_limit_drawn=is_limit_drawn))
    held = text.replace(" %", _HELD)  # a number keeps its unit
    alone = no_tiers_sentence(search)
    lines = [line.replace(_HELD, " %") for line in textwrap.wrap(held, _LINE, break_on_hyphens=False)]
    lines.append(alone[:1].upper() + alone[1:])
    axes.annotate(
        "\n".join(line for line in lines if line),
        (0.0, 0.0),
        xycoords=axes.transAxes,
        xytext=(0, -36),
        textcoords="offset points",
        va="top",
        fontsize=SMALL - 1,
        color=MUTED,
        gid="note",
    )


def _notes(axes: Axes, search: Mapping[str, Any], maps: MapPoints, *, is_limit_drawn: bool) -> list[str]:
    said = {maps.names[1]} if is_limit_drawn else set()
    limits = limit_texts(search, said=said)
    notes = [f"{'Further limits' if said else 'Limits'}: {'; '.join(limits)}."] if limits else []
    n_kept, n_all = len((search.get("frontier") or {}).get(maps.names[0]) or []), search.get("n_frontier_maps")
    if n_all is not None and n_all > n_kept:
        notes.append(f"{numbers.count(n_kept)} of {numbers.count(n_all)} maps, evenly thinned.")
    if maps.n_unknown:
        notes.append(f"{numbers.count(maps.n_unknown)} not shown: a measure is unknown.")
    above = maps.y > axes.get_ylim()[1]
    if above.any():
        n, kind = int(above.sum()), kind_of(maps.names[1])
        far = kind.value(float(maps.y[above].max()) / kind.factor)
        notes.append(f"Carets: {numbers.count(n)} map{'' if n == 1 else 's'} further up, to {far}.")
    if not len(maps.x):
        notes.append("No map is on the frontier.")
    known = np.unique(maps.z[~np.isnan(maps.z)])
    if len(known) == 1:
        kind = kind_of(maps.names[2])
        notes.append(f"{maps.names[2]} is {kind.value(float(known[0]) / kind.factor)} for every map.")
    if len(search["measures"]) > 3:
        notes.append(f"Searched as well: {', '.join(search['measures'][3:])}.")
    return notes


def _references(axes: Axes, limit: float) -> FloatColumn:
    """Return where references and rings stand, and where upright lines cross the limit: shape (n, 2) [data]."""
    upright = [np.array([[x, limit]]) for x in upright_places(axes)]
    found = [line.get_xydata() for line in axes.lines if line.get_gid() in {"incumbent", "no tiers"}]
    rings = [np.asarray(marks.get_offsets()) for marks in axes.collections if marks.get_gid() == "picks"]
    return np.concatenate([np.zeros((0, 2)), *upright, *found, *rings])

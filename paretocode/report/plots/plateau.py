"""Which maps are as good as the best? Their gap from it against how easily noise moves requests under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from paretocode._checks import FloatColumn
from paretocode.report.evidence_values import split_text
from paretocode.report.names import clip
from paretocode.report.palette import FAINT, INK, MUTED, PAPER, VERDICT_COLOURS
from paretocode.report.plots.point_labels import label_points
from paretocode.report.plots.style import SMALL, house_style, new_figure

__all__ = ["plot_plateau"]

_MOST_NAMED, _FEW = 8, 5
_LONGEST_NAME = 28
_MOST_LINE_ROWS = 3 * 60
"""Of more lines than these labels keep off the first: the maps nearest to the best."""
_MADE_UP = ("frontier-", "resampled-")
"""How maps are called that a search brought and nobody named."""


def plot_plateau(selection: Mapping[str, Any]) -> Figure:
    """Draw every map of a choice: how much worse than the best it looks, how much worse it is at least, how steady.

    Parameters
    ----------
    selection
        ``evidence.selection`` of a result's ``metrics.json``.

    Returns
    -------
    Figure
        A filled mark is tied with the best: the data allow a gap within the margin, the grey band. A hollow one is
        worse. The thin line goes from the gap to the least that the data allow. The recommended map, the steadiest of
        those tied, is ringed; it, the best and up to 8 maps that people named are called by name.

    Notes
    -----
    The gap is in the unit of the measure that is chosen by.
    """
    plateau = selection["plateau"]
    maps = plateau["maps"]
    what, unit = split_text(selection["text"])
    factor, unit = (1.0, unit) if unit else (100.0, "percentage points")
    places = np.array([[each["gap"] * factor, each["instability"] * 100] for each in maps]).reshape(-1, 2)
    with house_style():
        figure = new_figure(7.2, 4.0 if len(maps) > _FEW else 2.8)
        axes = figure.subplots()
        _set_range(axes, places)
        if plateau["margin"]:
            axes.axvspan(0, plateau["margin"] * factor, color=FAINT, alpha=0.6, linewidth=0, zorder=0, gid="margin")
        _draw_maps(axes, maps, places, factor)
        axes.set_xlabel(f"how much worse than {clip(plateau['best'], _LONGEST_NAME)}: {what} [{unit}]")
        noise = f"{plateau['score_noise_sd']:g}"
        axes.set_ylabel(f"requests moved by noise\nof {noise} in min scores [%]")
        _legend(figure, maps)
        _name(figure, axes, plateau, places, factor)
    return figure


def _set_range(axes: Axes, places: FloatColumn) -> None:
    reach = float(places[:, 0].max(initial=0.0)) or 1.0
    top = float(places[:, 1].max(initial=0.0)) or 1.0
    axes.set_xlim(-0.06 * reach, 1.08 * reach)
    axes.set_ylim(-0.06 * top, 1.22 * top)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)


def _draw_maps(axes: Axes, maps: Sequence[Mapping[str, Any]], places: FloatColumn, factor: float) -> None:
    tied = VERDICT_COLOURS["better"]
    for each, (gap, moved) in zip(maps, places.tolist(), strict=True):
        colour = tied if each["is_tied"] else MUTED
        low = 0.0 if each["gap_low"] is None else each["gap_low"] * factor
        axes.plot([low, gap], [moved, moved], color=colour, linewidth=0.9, alpha=0.55, zorder=2, gid="gap-low")
        axes.scatter(
            gap,
            moved,
            s=38,
            marker="o" if each["is_tied"] else "s",
            facecolor=colour if each["is_tied"] else PAPER,
            edgecolor=colour,
            linewidth=1.1,
            zorder=4,
            gid="tied" if each["is_tied"] else "not-tied",
        )


def _legend(figure: Figure, maps: Sequence[Mapping[str, Any]]) -> None:
    n_tied = sum(each["is_tied"] for each in maps)
    tied = VERDICT_COLOURS["better"]
    mark: dict[str, Any] = {"linestyle": "none", "markersize": 6}
    handles = [Line2D([], [], marker="o", color=tied, label=f"tied with the best ({n_tied})", **mark)]
    if n_tied < len(maps):
        worse = f"worse beyond chance ({len(maps) - n_tied})"
        handles.append(Line2D([], [], marker="s", color=MUTED, markerfacecolor=PAPER, label=worse, **mark))
    handles.append(Line2D([], [], color=MUTED, linewidth=0.9, label="to the least gap allowed"))
    ring: dict[str, Any] = {"linestyle": "none", "markersize": 10, "markerfacecolor": "none", "markeredgewidth": 1.2}
    handles.append(Line2D([], [], marker="o", color=INK, label="recommended", **ring))
    figure.legend(
        handles=handles,
        loc="outside upper left",
        ncols=len(handles),
        frameon=False,
        fontsize=SMALL,
        columnspacing=1.2,
        handletextpad=0.5,
    )


def _name(figure: Figure, axes: Axes, plateau: Mapping[str, Any], places: FloatColumn, factor: float) -> None:
    """Ring the recommended map and write the names that people know."""
    names = [each["name"] for each in plateau["maps"]]
    recommended = names.index(plateau["recommended"])
    ring = places[[recommended]]
    axes.scatter(ring[:, 0], ring[:, 1], s=115, facecolor="none", edgecolor=INK, linewidth=1.2, zorder=5, gid="ring")
    called = [row for row, name in enumerate(names) if not name.startswith(_MADE_UP)][:_MOST_NAMED]
    wanted = dict.fromkeys([recommended, names.index(plateau["best"]), *called])
    labels = {row: (_called(names[row], plateau), INK) for row in wanted}
    label_points(
        figure,
        axes,
        places,
        labels,
        half_bars=np.zeros(len(places)),
        staircase=_gap_lines(plateau["maps"], places, factor),
        gap_pt=9.0,
        ring_pt=7.0,
    )


def _gap_lines(maps: Sequence[Mapping[str, Any]], places: FloatColumn, factor: float) -> FloatColumn:
    """Return the thin lines as one path that lifts the pen in between, for labels to keep off."""
    rows = []
    for each, (gap, moved) in zip(maps, places.tolist(), strict=True):
        low = 0.0 if each["gap_low"] is None else each["gap_low"] * factor
        if low < gap:
            rows += [[low, moved], [gap, moved], [np.nan, np.nan]]
    return np.array(rows[:_MOST_LINE_ROWS]).reshape(-1, 2)


def _called(name: str, plateau: Mapping[str, Any]) -> str:
    roles = [role for role in ("recommended", "best") if plateau[role] == name != role]
    return clip(name, _LONGEST_NAME) + (f" ({', '.join(roles)})" if roles else "")

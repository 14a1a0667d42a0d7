"""What did a re-base do to the scores? Old against new, under each way to carry the edges over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paretocode._checks import FloatColumn
from paretocode.catalogue.history import History, Reanchoring, Rebase
from paretocode.errors import UsageError
from paretocode.report.palette import INK, MUTED, map_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure

__all__ = ["plot_score_shift"]

_TITLES = {"keep": "numbers kept", "rank": "ranks kept", "quantile": "quantiles kept"}


def plot_score_shift(
    history: History, rebase: Rebase, *, score_edges: Sequence[float], options: Mapping[str, Reanchoring]
) -> Figure:
    """Draw the survivors' old scores against their new ones, a panel per way of re-anchoring.

    Parameters
    ----------
    history
        Whose scores they are.
    rebase
        `paretocode.catalogue.history.rebases_of` of it.
    score_edges
        The edges among the old scores.
    options
        `paretocode.catalogue.history.reanchor_options` of the same scores and edges.

    Returns
    -------
    Figure
        Full triangles change tier, hollow points do not; shaded fields are those of an unchanged tier.

    Raises
    ------
    UsageError
        No survivors, or no options.
    """
    if not len(rebase.survivor_index) or not options:
        raise UsageError(
            "there is no survivor or no option to draw", way_out="give a re-base that some scores outlived"
        )
    scores = history.numbers["coding_score"]
    old, new = scores[rebase.before_index], scores[rebase.after_index]
    limits = _limits(np.concatenate([values[rebase.survivor_index] for values in (old, new)]))
    with house_style():
        figure = new_figure(7.2, 3.45)
        panels = figure.subplots(1, len(options), sharex=True, sharey=True, squeeze=False)[0]
        for axes, option in zip(panels, options.values(), strict=True):
            axes.set_xlim(*limits)
            axes.set_ylim(*limits)
            axes.set_aspect("equal")
            _draw_edges(axes, score_edges, option.edges, limits)
            _draw_survivors(axes, rebase, option, old, new)
            n = len(option.moved_index)
            axes.set_title(f"{_TITLES[option.method]}\n{n} of {option.n_survivors} change tier")
        before, after = (str(history.dates[day]) for day in (rebase.before_index, rebase.after_index))
        panels[len(panels) // 2].set_xlabel(f"score of {before} [{rebase.definition_before}]")
        panels[0].set_ylabel(f"score of {after}\n[{rebase.definition_after}]")
        note = f"{len(rebase.lost_index)} of {rebase.n_before} scores lost; survivors: median shift "
        note += f"{rebase.median_shift:+.2f}, rank correlation {rebase.rank_correlation:.3f}"
        figure.legend(
            handles=panels[0].get_legend_handles_labels()[0],
            loc="outside lower left",
            ncols=3,
            frameon=False,
            fontsize=SMALL,
            title=note,
            title_fontsize=SMALL,
            alignment="left",
        )
    return figure


def _limits(values: FloatColumn) -> tuple[float, float]:
    room = 0.05 * max(float(np.ptp(values)), 1.0)
    return float(values.min()) - room, float(values.max()) + room


def _draw_edges(axes: Axes, old: Sequence[float], new: Sequence[float], limits: tuple[float, float]) -> None:
    low, high = limits
    columns, rows = ([low, *edges, high] for edges in (old, new))
    for left, right, bottom, top in zip(columns[:-1], columns[1:], rows[:-1], rows[1:], strict=True):
        axes.fill_between([left, right], bottom, top, color=MUTED, alpha=0.14, linewidth=0, zorder=0)
    for place, (before, after) in enumerate(zip(old, new, strict=True)):
        axes.axvline(before, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        axes.axhline(after, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
        small: dict[str, Any] = {"fontsize": SMALL - 1, "color": INK, "textcoords": "offset points"}
        axes.annotate(f"{before:.3g}", (before, low), xytext=(2, 3), gid=f"old-edge-{place}", **small)
        axes.annotate(f"{after:.3g}", (high, after), xytext=(-2, 2), ha="right", gid=f"new-edge-{place}", **small)
    axes.plot(limits, limits, color=INK, linewidth=0.8, zorder=1, label="same score")


def _draw_survivors(axes: Axes, rebase: Rebase, option: Reanchoring, old: FloatColumn, new: FloatColumn) -> None:
    stays = np.setdiff1d(rebase.survivor_index, option.moved_index)
    colour = map_colours(["", "moved"])["moved"]
    style: dict[str, Any] = {"linestyle": "none", "markersize": 4.2, "zorder": 3}
    axes.plot(
        old[stays], new[stays], "o", markerfacecolor="none", markeredgecolor=MUTED, label="keeps its tier", **style
    )
    moved = option.moved_index
    axes.plot(old[moved], new[moved], "^", color=colour, label="changes tier", **{**style, "markersize": 5.2})

"""What did the moving catalogue change, when and why? Flips of picks as events, tier changes of models as counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from paretocode._checks import FloatColumn
from paretocode.errors import UsageError
from paretocode.report.palette import FAINT, INK, MARKERS, MUTED, tier_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes
from paretocode.report.plots.through_time_axis import date_axis, day_numbers, panel_title
from paretocode.tiermap.picks import FLIP_CAUSES, TIER_CAUSES, Flips, TierChanges

__all__ = ["CAUSE_COLOURS", "plot_flips", "plot_tier_changes"]

_ORDER = ("score", "entry", "speed", "definition", "exit", "price", "speed noise")
CAUSE_COLOURS = {**tier_colours(_ORDER), "speed noise": MUTED}
"""Cause -> colour; noise is grey, because nothing happened."""
_LINEAR = 5
"""Counts beyond this are on a logarithmic scale, and the highest of them written beside their bars."""
_CAUSE_MARKERS = {**dict(zip(_ORDER, MARKERS, strict=False)), "speed noise": "x"}


def plot_flips(flips: Mapping[str, Flips]) -> Figure:
    """Draw every flip of every pick on its day, a strip per tier, coloured and marked by cause.

    Parameters
    ----------
    flips
        Name -> `paretocode.tiermap.picks.flips_of`, such as the cheapest and the fastest pick; one panel each.

    Returns
    -------
    Figure
        Highest tier on top; the number at the right end of a strip counts its flips.

    Raises
    ------
    UsageError
        Nothing given.
    """
    _refuse_nothing(flips, "flips")
    with house_style():
        rows = [each.path.track.n_tiers for each in flips.values()]
        figure = new_figure(7.2, 0.6 + sum(0.36 * n + 0.35 for n in rows))
        panels = figure.subplots(len(flips), sharex=True, squeeze=False, height_ratios=rows)[:, 0]
        for axes, (name, each) in zip(panels, flips.items(), strict=True):
            _draw_strips(axes, name, each)
        count = Counter(flip.cause for each in flips.values() for flip in each.flips)
        _legend(figure, {cause: f"{cause} {count[cause]}" for cause in FLIP_CAUSES if count[cause]})
    return figure


def _draw_strips(axes: Axes, name: str, flips: Flips) -> None:
    track = flips.path.track
    days = day_numbers(track.history.dates)
    axes.hlines(range(track.n_tiers), days[0], days[-1], color=FAINT, linewidth=0.8, zorder=1)
    for cause in FLIP_CAUSES:
        mine = [(days[flip.day_index], flip.tier) for flip in flips.flips if flip.cause == cause]
        if mine:
            x, y = np.array(mine).T
            axes.vlines(x, y - 0.34, y + 0.34, color=CAUSE_COLOURS[cause], linewidth=1.3, zorder=2)
            axes.plot(x, y, gid=f"flip-{cause}", zorder=3, **_mark(cause))
    for tier, n in enumerate(flips.by_tier().values()):
        place = (1.0, tier)
        axes.annotate(
            str(n), place, xycoords=axes.get_yaxis_transform(), xytext=(6, 0), textcoords="offset points", va="center"
        )
    date_axis(axes, days[0], days[-1])
    axes.set_yticks(range(track.n_tiers), track.tier_names)
    axes.set_ylim(-0.6, track.n_tiers - 0.4)
    strip_axes(axes, "left")
    panel_title(axes, name, f"{len(flips)} flips in {len(days)} entries, tiers by {track.name}")


def _mark(cause: str) -> dict[str, Any]:
    colour = CAUSE_COLOURS[cause]
    return {
        "linestyle": "none",
        "marker": _CAUSE_MARKERS[cause],
        "markersize": 4.8,
        "markerfacecolor": colour,
        "markeredgecolor": colour,
        "markeredgewidth": 1.2,
    }


def plot_tier_changes(changes: Sequence[TierChanges]) -> Figure:
    """Draw how many models changed tier on each day: upward above the line, downward below, stacked by cause.

    Parameters
    ----------
    changes
        `paretocode.tiermap.picks.tier_changes` under different edge rules; one panel each, under one scale.

    Returns
    -------
    Figure
        Counts on an axis that is linear up to 5 and logarithmic beyond, so that single moves stay visible beside a
        re-base.

    Raises
    ------
    UsageError
        Nothing given.
    """
    _refuse_nothing(changes, "tier changes")
    with house_style():
        figure = new_figure(7.2, 0.7 + 1.35 * len(changes))
        panels = figure.subplots(len(changes), sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, each in zip(panels, changes, strict=True):
            _draw_counts(axes, each)
        _same_scale(panels[0])
        figure.supylabel("models that change tier per entry\n[count, logarithmic beyond 5]", fontsize=9)
        count = Counter(TIER_CAUSES[cause] for each in changes for cause in each.cause)
        _legend(figure, {cause: f"{cause} {count[cause]}" for cause in TIER_CAUSES if count[cause]}, marker="s")
    return figure


def _draw_counts(axes: Axes, changes: TierChanges) -> None:
    days = day_numbers(changes.track.history.dates)
    width = max(0.9, (days[-1] - days[0]) / 150)
    for sign, moves in ((1, changes.after > changes.before), (-1, changes.after < changes.before)):
        floor = np.zeros(len(days))
        for place, cause in enumerate(TIER_CAUSES):
            mine = changes.day_index[moves & (changes.cause == place)]
            top: FloatColumn = floor + sign * np.bincount(mine, minlength=len(days))
            drawn = top != floor
            axes.bar(
                days[drawn],
                (top - floor)[drawn],
                bottom=floor[drawn],
                width=width,
                color=CAUSE_COLOURS[cause],
                zorder=2,
            )
            floor = top
        _name_peaks(axes, days, floor)
    axes.axhline(0, color=INK, linewidth=0.8, zorder=3)
    axes.grid(visible=True, axis="y")
    date_axis(axes, days[0], days[-1])
    n = len(changes)
    panel_title(
        axes, changes.track.name, f"{n} changes: {changes.n_up} up, {changes.n_down} down" if n else "no change"
    )
    strip_axes(axes, "bottom")


def _name_peaks(axes: Axes, days: FloatColumn, tops: FloatColumn) -> None:
    near = 0.05 * (days[-1] - days[0])
    for row in np.flatnonzero(np.abs(tops) > _LINEAR):
        rivals = np.where(np.abs(days - days[row]) <= near, tops * np.sign(tops[row]), 0.0)
        if np.argmax(rivals) != row:
            continue  # its label would cover that of a higher bar
        axes.annotate(
            f"{abs(tops[row]):.0f}",
            (days[row], tops[row]),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL - 1,
            gid=f"peak-label-{row}",
        )


def _same_scale(axes: Axes) -> None:
    greatest = max(abs(end) for end in axes.get_ylim())
    if greatest <= _LINEAR:
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True, symmetric=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
        return
    axes.set_yscale("symlog", linthresh=_LINEAR, linscale=1.0)
    axes.set_yticks(sorted({sign * n for n in (0, 5, 20, 100, 500) for sign in (1, -1) if n <= max(greatest, 5)}))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):g}"))
    axes.minorticks_off()


def _legend(figure: Figure, causes: Mapping[str, str], **style: Any) -> None:
    axes = figure.axes[0]
    handles = [axes.plot([], [], label=label, **{**_mark(cause), **style})[0] for cause, label in causes.items()]
    if handles:
        figure.legend(
            handles=handles,
            title="cause",
            title_fontsize=SMALL,
            loc="outside lower left",
            ncols=len(handles),
            frameon=False,
            fontsize=SMALL,
            handletextpad=0.2,
            columnspacing=1.4,
            alignment="left",
        )


def _refuse_nothing(given: Mapping[str, object] | Sequence[object], what: str) -> None:
    if not given:
        raise UsageError(f"there are no {what} to draw", way_out="give at least one")

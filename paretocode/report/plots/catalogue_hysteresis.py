"""What does it cost to hold on to a pick? Flips left against the price, or the speed, that is given away."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from paretocode._checks import FloatColumn
from paretocode.errors import UsageError
from paretocode.report.palette import INK, LINE_STYLES, MARKERS, MUTED, map_colours
from paretocode.report.plots.label_placement import place_labels
from paretocode.report.plots.style import SMALL, house_style, new_figure
from paretocode.report.plots.through_time_axis import panel_title
from paretocode.tiermap.picks import HeldPicks

__all__ = ["plot_hysteresis"]

_GIVEN_AWAY = {"price": "dearer than the free pick", "throughput": "slower than the free pick"}


def plot_hysteresis(held: Sequence[HeldPicks]) -> Figure:
    """Draw flips left against what holding on costs the tier that it costs most.

    Parameters
    ----------
    held
        `paretocode.tiermap.picks.hold_picks` of one free path under different margins and days.

    Returns
    -------
    Figure
        A line per number of days, through rising margins, each named beside its mark.

    Raises
    ------
    UsageError
        Nothing given, or settings of different free paths.
    """
    if len({id(each.free) for each in held}) != 1:
        raise UsageError("the settings are not of one free path", way_out="give hold_picks of the same picks")
    free = held[0].free
    lines: defaultdict[int, list[HeldPicks]] = defaultdict(list)
    for each in sorted(held, key=lambda one: (one.days, one.margin)):
        lines[each.days].append(each)
    with house_style():
        figure = new_figure(7.2, 3.9)
        axes = figure.subplots()
        axes.grid(visible=True)
        for place, ((days, line), colour) in enumerate(
            zip(lines.items(), map_colours(map(str, lines)).values(), strict=True)
        ):
            x, y = _points(line).T
            axes.plot(
                x,
                y,
                color=colour,
                linestyle=LINE_STYLES[place % len(LINE_STYLES)],
                linewidth=1.3,
                marker=MARKERS[place % len(MARKERS)],
                markersize=6,
                label=f"must win {days} {'entry' if days == 1 else 'entries in a row'}",
            )
        axes.axvline(held[0].n_flips_free, color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
        points = _points(held)
        axes.set_xlim(0, held[0].n_flips_free * 1.1 + 1)
        low, high = min(0.0, float(points[:, 1].min())), max(float(points[:, 1].max()), 1.0)
        axes.set_ylim(low - 0.08 * (high - low), high + 0.15 * (high - low))
        axes.set_xlabel("flips left, all tiers [flips]")
        axes.set_ylabel(f"costliest tier [% {_GIVEN_AWAY[free.ranking]}]")
        panel_title(
            axes,
            f"{held[0].n_flips_free} flips without hysteresis",
            f"marks are named by the margin to win by; tiers by {free.track.name}",
        )
        figure.legend(loc="outside lower left", ncols=3, frameon=False, fontsize=SMALL, handlelength=2.8)
        _name_margins(figure, held)
    return figure


def _points(held: Sequence[HeldPicks]) -> FloatColumn:
    """Return (flips left, cost of the costliest tier [%]) of each setting."""
    return np.array([(each.n_flips_held, 100 * np.nanmax(each.cost, initial=0.0)) for each in held])


def _name_margins(figure: Figure, held: Sequence[HeldPicks]) -> None:
    axes = figure.axes[0]
    figure.draw_without_rendering()
    every = _points(held)
    points, group = np.unique(every, axis=0, return_inverse=True)
    margins = [
        [each.margin for each, mine in zip(held, group.ravel(), strict=True) if mine == i] for i in range(len(points))
    ]
    names = [_range_text(min(each), max(each)) for each in margins]
    labels = [
        axes.annotate(
            name,
            (x, y),
            xytext=(0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=SMALL,
            color=INK,
            gid=f"margin-label-{i}",
        )
        for i, (name, (x, y)) in enumerate(zip(names, points, strict=True))
    ]
    pixels: FloatColumn = axes.transData.transform(points)
    extents = [label.get_window_extent() for label in labels]
    box, scale = axes.get_window_extent(), figure.dpi / 72
    centres = place_labels(
        pixels,
        sizes=np.array([[extent.width + 2, extent.height] for extent in extents]),
        bounds=(box.x0, box.y0, box.x1, box.y1),
        lines=_line_points(axes.transData.transform(every), [each.days for each in held]),
        gap=6 * scale,
    )
    for label, centre, pixel in zip(labels, centres, pixels, strict=True):
        label.set_position(tuple((centre - pixel) / scale))
    figure.set_layout_engine("none")


def _range_text(least: float, most: float) -> str:
    """Return the margins of settings that share a mark."""
    return f"{100 * least:g} %" if least == most else f"{100 * least:g} to {100 * most:g} %"


def _line_points(pixels: FloatColumn, days: Sequence[int]) -> FloatColumn:
    """Return points along the lines [px], close enough that no label slips between."""
    which = np.array(days)
    pieces = [
        np.linspace(a, b, 40)
        for one in set(days)
        for a, b in zip(pixels[which == one][:-1], pixels[which == one][1:], strict=True)
    ]
    return np.concatenate([pixels, *pieces])

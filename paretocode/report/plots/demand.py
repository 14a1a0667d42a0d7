"""What do requests ask for, and where do the maps cut it? Demand over the min score under one ruler per map."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paretocode._checks import BoolColumn
from paretocode.report.names import clip
from paretocode.report.numbers import percent
from paretocode.report.palette import INK, LINE_STYLES, MUTED, map_colours, tier_colours
from paretocode.report.plots.label_placement import spread
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes
from paretocode.stream.demand import DemandTable, demand_of
from paretocode.stream.stream import PPM, RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["ATOM_SHARE", "BIN_WIDTH", "plot_demand"]

ATOM_SHARE = 0.01
"""A single min score asked for by at least this share of all requests is drawn as a spike of its own."""
BIN_WIDTH = 0.05
"""Width of the bins of everything else [0..1 axis]."""

_OMITTED_AT, _RIGHT = 1.11, 1.19
_LEFT = -0.03


def plot_demand(stream: RequestStream | DemandTable, tier_maps: Mapping[str, TierMap]) -> Figure:
    """Draw the share of requests over their min score, with each map's tiers and edges above.

    Parameters
    ----------
    stream
        Whose requests are counted, or the count itself; omitted min scores stand apart, at the right.
    tier_maps
        Name -> map, incumbent first; may be empty.

    Returns
    -------
    Figure
        Spikes are single values (see `ATOM_SHARE`), bars the rest in bins of `BIN_WIDTH`; both are shares of all
        requests. An edge belongs to the tier on its right.
    """
    with house_style():
        ruler = 0.44 * len(tier_maps) + 0.12
        figure = new_figure(7.2, 3.1 + ruler)
        if tier_maps:
            above, below = figure.subplots(2, sharex=True, height_ratios=[ruler, 2.9])
        else:
            above, below = None, figure.subplots()
        _draw_demand(below, stream if isinstance(stream, DemandTable) else demand_of(stream))
        _prepare(below)
        if above is not None:
            _prepare_rulers(above, list(tier_maps))
            for lane, (name, colour) in enumerate(map_colours(tier_maps).items()):
                above.get_yticklabels()[lane].set_color(colour)
                _draw_edges(below, tier_maps[name], lane, name=name, colour=colour)
        if below.get_legend_handles_labels()[0]:
            figure.legend(
                loc="outside lower left", ncols=3, frameon=False, fontsize=SMALL, handlelength=2.4, columnspacing=1.6
            )
        if above is not None:
            figure.draw_without_rendering()  # settles the layout, so that text can be measured
            for lane, tier_map in enumerate(tier_maps.values()):
                _draw_ruler(above, tier_map, lane)
            figure.set_layout_engine("none")
    return figure


def _prepare(axes: Axes) -> None:
    axes.set_xlim(_LEFT, _RIGHT)
    axes.set_ylim(0, axes.get_ylim()[1] * 1.12)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0, _OMITTED_AT], ["0", "0.2", "0.4", "0.6", "0.8", "1", "omitted"])
    axes.set_xlabel("min score of the request [0..1 axis]")
    axes.set_ylabel("share of requests [%]")
    axes.grid(visible=True, axis="y")


def _draw_demand(axes: Axes, demand: DemandTable) -> None:
    score, share = demand.min_score_ppm / PPM, demand.share
    is_atom: BoolColumn = share >= ATOM_SHARE
    rest, edges = np.histogram(score[~is_atom], bins=round(1 / BIN_WIDTH), range=(0, 1), weights=share[~is_atom])
    if rest.any():
        axes.bar(
            edges[:-1],
            rest * 100,
            width=BIN_WIDTH,
            align="edge",
            color=MUTED,
            alpha=0.35,
            edgecolor=axes.figure.get_facecolor(),
            linewidth=0.8,
            zorder=2,
            label=f"other values: {percent(float(rest.sum()))} in bins of {BIN_WIDTH:g}",
        )
    if is_atom.any():
        one = f"one value with at least {ATOM_SHARE * 100:g} %"
        axes.vlines(score[is_atom], 0, share[is_atom] * 100, color=INK, linewidth=3.2, zorder=3, label=one)
    for x, y in zip(score[is_atom], share[is_atom], strict=True):
        _label_bar(axes, x, y, f"{x:g}: {percent(float(y))}")
    if demand.omitted_share > 0:
        axes.bar(_OMITTED_AT, demand.omitted_share * 100, width=BIN_WIDTH, color=INK, zorder=3)
        _label_bar(axes, _OMITTED_AT, demand.omitted_share, percent(demand.omitted_share))


def _draw_edges(axes: Axes, tier_map: TierMap, lane: int, *, name: str, colour: str) -> None:
    style = LINE_STYLES[lane % len(LINE_STYLES)]
    for place, edge in enumerate(tier_map.request_edges):
        label = f"edges of {clip(name, 18)}" if place == 0 else None
        axes.axvline(
            edge, color=colour, linewidth=0.9, linestyle=style, zorder=1, gid=f"edge-{lane}-{place}", label=label
        )


def _label_bar(axes: Axes, x: float, share: float, text: str) -> None:
    axes.annotate(
        text,
        (x, share * 100),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        fontsize=SMALL,
        color=INK,
        gid=f"demand-label-{x:g}",
        bbox={"facecolor": axes.figure.get_facecolor(), "edgecolor": "none", "pad": 0.8},
        zorder=4,
    )


def _prepare_rulers(axes: Axes, names: list[str]) -> None:
    axes.set_ylim(len(names) - 0.35, -0.75)
    axes.set_yticks(range(len(names)), [clip(name, 16) for name in names])
    axes.tick_params(axis="x", labelbottom=False)
    strip_axes(axes, "left", "bottom")


def _draw_ruler(axes: Axes, tier_map: TierMap, lane: int) -> None:
    """Draw a map's tiers as a band from 0 to 1, its edges as numbers above it, and its default under `omitted`."""
    colours = tier_colours(tier.name for tier in tier_map.tiers)
    cuts = [0.0, *tier_map.request_edges, 1.0]
    for tier, low, high in zip(tier_map.tiers, cuts[:-1], cuts[1:], strict=True):
        _segment(axes, lane, (low, high), name=tier.name, colour=colours[tier.name])
    half = BIN_WIDTH * 1.3
    apart, default = (_OMITTED_AT - half, _OMITTED_AT + half), tier_map.default_tier
    _segment(axes, lane, apart, name=default, colour=colours[default])
    labels = [
        axes.text(
            edge,
            lane - 0.3,
            f"{edge:.3g}",
            ha="center",
            va="bottom",
            fontsize=SMALL - 1,
            gid=f"edge-label-{lane}-{place}",
        )
        for place, edge in enumerate(tier_map.request_edges)
    ]
    to_data = 1 / float(np.ptp(axes.transData.transform([(0, 0), (1, 0)])[:, 0])) if labels else 0.0
    widths = [label.get_window_extent().width * to_data + 0.012 for label in labels]
    centres = spread(tier_map.request_edges, widths, low=0.0, high=1.0 + BIN_WIDTH)
    for place, (label, centre) in enumerate(zip(labels, centres, strict=True)):
        label.set_x(centre)
        label.set_gid(f"edge-label-{lane}-{place}")


def _segment(axes: Axes, lane: int, span: tuple[float, float], *, name: str, colour: str) -> None:
    low, high = span
    axes.barh(lane, high - low, left=low, height=0.5, color=colour, alpha=0.3, linewidth=0)
    axes.vlines([low, high], lane - 0.25, lane + 0.25, color=INK, linewidth=0.8)
    label = axes.text((low + high) / 2, lane, name, ha="center", va="center", fontsize=SMALL - 0.5, color=INK)
    label.set_gid(f"tier-label-{lane}-{low:g}")
    left, right = axes.transData.transform([(low, 0), (high, 0)])[:, 0]
    if label.get_window_extent().width > right - left - 2:
        label.remove()

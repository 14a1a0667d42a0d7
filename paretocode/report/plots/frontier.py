"""Which models are worth paying for, at a glance? Coding score against price, with the frontier as a staircase."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from matplotlib.transforms import Transform

from paretocode._checks import BoolColumn, FloatColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.prices import display_price_usd_per_mtok
from paretocode.errors import UsageError
from paretocode.frontier.frontier import Frontier
from paretocode.report.names import PRICE_NAMES, clip_apart, short_model_names
from paretocode.report.palette import INK, MARKERS, MUTED, tier_colours
from paretocode.report.plots.point_labels import label_points
from paretocode.report.plots.style import SMALL, house_style, new_figure
from paretocode.tiermap.tier_map import TierMap

__all__ = ["MOST_LABELS", "plot_frontier"]

MOST_LABELS = 25
"""With more models than this only the frontier is labelled and has bars, and the others are small."""

_WIDEST = 32
"""Characters of a label: longer names would run over the figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Models:
    """The models that can be drawn: (price, score) pairs, half a bar, frontier or not, tier names ("" for none)."""

    keys: tuple[str, ...]
    points: FloatColumn
    half_bars: FloatColumn
    is_on: BoolColumn
    tiers: tuple[str, ...]


def plot_frontier(
    catalogue: Catalogue, frontier: Frontier, *, tier_map: TierMap | None = None, price_metric: str | None = None
) -> Figure:
    """Draw score against price; filled marks are on the frontier, hollow ones are dominated.

    Parameters
    ----------
    catalogue
        The models; those without a price above 0 or without a score are counted in a note, since a logarithmic axis
        has no place for them.
    frontier
        `paretocode.frontier.frontier_of` of the same catalogue.
    tier_map
        Colours the models by tier and, where it states score edges, draws them.
    price_metric
        The price on the axis; the frontier's own when None.

    Returns
    -------
    Figure
        Thin bars are one standard error of the score each way. A crowd is drawn more lightly, see `MOST_LABELS`.

    Raises
    ------
    UsageError
        A price metric that is not the frontier's: its staircase would be drawn over other prices.
    """
    if price_metric not in {None, frontier.price_metric}:
        raise UsageError(
            f"the frontier compares {frontier.price_metric!r} and the axis would show {price_metric!r}",
            way_out="take the frontier of that metric",
        )
    models = _drawable(catalogue, frontier, tier_map)
    with house_style():
        figure = new_figure(7.2, 4.9)
        axes = figure.subplots()
        _prepare(axes, models)
        axes.set_xlabel(f"{PRICE_NAMES[frontier.price_metric]} [USD per million tokens]")
        axes.set_ylabel(f"coding score [{catalogue.score_definition}]")
        if tier_map is not None and tier_map.score_edges is not None:
            _draw_edges(axes, tier_map, tier_map.score_edges)
        staircase = _corners(axes, frontier)
        axes.plot(staircase[:, 0], staircase[:, 1], color=INK, linewidth=1.2, zorder=2, gid="frontier")
        _draw_models(axes, models, tier_map)
        _draw_legend(axes)
        _note_left_out(axes, len(catalogue) - len(models.keys))
        label_points(
            figure,
            axes,
            models.points,
            _names(models),
            half_bars=models.half_bars,
            staircase=staircase,
            crowd=_edge_notes(axes, tier_map),
        )
    return figure


def _drawable(catalogue: Catalogue, frontier: Frontier, tier_map: TierMap | None) -> _Models:
    price = display_price_usd_per_mtok(catalogue, frontier.price_metric)
    rows = np.flatnonzero((np.nan_to_num(price) > 0) & catalogue.has_score)
    home = {key: tier.name for tier in (tier_map.tiers if tier_map else ()) for key in tier.models}
    keys = tuple(catalogue.keys[row] for row in rows)
    return _Models(
        keys=keys,
        points=np.column_stack([price, catalogue.coding_score])[rows],
        half_bars=np.nan_to_num(catalogue.coding_score_se[rows]),
        is_on=np.isin(rows, frontier.model_index),
        tiers=tuple(home.get(key, "") for key in keys),
    )


def _names(models: _Models) -> dict[int, tuple[str, str]]:
    """Return the text and colour of every label, by row of the models drawn."""
    short = clip_apart(list(short_model_names(models.keys).values()), _WIDEST)
    everyone = len(models.keys) <= MOST_LABELS
    return {
        row: (name, INK if on else MUTED)
        for row, (name, on) in enumerate(zip(short, models.is_on, strict=True))
        if on or everyone
    }


def _prepare(axes: Axes, models: _Models) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(visible=True, axis="y")
    if len(models.keys):
        price, score = models.points.T
        axes.set_xlim(price.min() / 1.5, price.max() * (price.max() / price.min()) ** 0.2 * 1.3)
        room = 0.05 * max(float(np.ptp(score)), 1.0)
        axes.set_ylim((score - models.half_bars).min() - room, (score + models.half_bars).max() + room)


def _draw_edges(axes: Axes, tier_map: TierMap, edges: tuple[float, ...]) -> None:
    bottom, top = axes.get_ylim()
    colours = tier_colours(tier.name for tier in tier_map.tiers)
    for tier, floor, ceiling in zip(tier_map.tiers, [bottom, *edges], [*edges, top], strict=True):
        if max(floor, bottom) < min(ceiling, top):
            span = max(floor, bottom), min(ceiling, top)
            axes.axhspan(*span, color=colours[tier.name], alpha=0.07, linewidth=0, zorder=0)
    for edge in edges:
        if bottom < edge < top:
            axes.axhline(edge, color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
            _note(axes, f"edge {edge:g}", at=(0.0, edge), xycoords=axes.get_yaxis_transform(), shift=(3, 2))
    axes.set_ylim(bottom, top)


def _edge_notes(axes: Axes, tier_map: TierMap | None) -> FloatColumn:
    """Return points on the notes of the score edges, so that no model's name is written over them: shape (k, 2)."""
    edges = tier_map.score_edges if tier_map is not None else None
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x = left * (right / left) ** np.linspace(0.0, 0.1, 6)
    y = np.array(edges or ())[:, None] + (top - bottom) * np.array([0.008, 0.018])
    return np.array([(price, score) for score in y.ravel() for price in x]).reshape(-1, 2)


def _corners(axes: Axes, frontier: Frontier) -> FloatColumn:
    """Return the corners of the staircase, from the bottom of the axes to their right border: shape (k, 2)."""
    priced = frontier.price_usd_per_mtok > 0
    x, y = frontier.price_usd_per_mtok[priced], frontier.coding_score[priced]
    if not len(x):
        return np.zeros((0, 2))
    bottom, right = axes.get_ylim()[0], axes.get_xlim()[1]
    return np.column_stack([np.append(np.repeat(x, 2), right), np.append(bottom, np.repeat(y, 2))])


def _draw_models(axes: Axes, models: _Models, tier_map: TierMap | None) -> None:
    names = [tier.name for tier in tier_map.tiers] if tier_map else []
    colours = {**tier_colours(names), "": MUTED}
    markers = {name: MARKERS[i % len(MARKERS)] for i, name in enumerate(names)}
    tiers = np.array(models.tiers, dtype=np.str_)
    for tier in [*reversed(names), ""]:
        mine = tiers == tier
        if not mine.any():
            continue
        label = tier or ("in no tier" if names else "model")
        is_crowd = len(models.keys) > MOST_LABELS
        with_bars = mine & models.is_on if is_crowd else mine
        x, y = models.points[with_bars].T
        half = models.half_bars[with_bars]
        axes.errorbar(x, y, yerr=half, fmt="none", ecolor=colours[tier], elinewidth=0.7, alpha=0.55, zorder=2)
        for on in (False, True):
            x, y = models.points[mine & (models.is_on == on)].T
            axes.plot(
                x,
                y,
                linestyle="none",
                marker=markers.get(tier, "o"),
                markersize=6.5 if on or not is_crowd else 3.5,
                markeredgecolor=colours[tier],
                markeredgewidth=1.3 if on or not is_crowd else 0.7,
                markerfacecolor=colours[tier] if on else axes.figure.get_facecolor(),
                label=label if on else None,
                zorder=3 + on,
            )


def _draw_legend(axes: Axes) -> None:
    axes.plot([], [], linestyle="none", marker="o", color=MUTED, markerfacecolor="none", label="hollow: dominated")
    axes.plot([], [], color=INK, linewidth=1.2, label="frontier")
    axes.plot([], [], linestyle="none", marker="|", markersize=9, color=MUTED, label="± 1 standard error")
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=6,
        frameon=False,
        fontsize=SMALL,
        handletextpad=0.3,
        columnspacing=1.2,
        borderaxespad=0.2,
    )


def _note_left_out(axes: Axes, n_left_out: int) -> None:
    if n_left_out:
        text = f"{n_left_out} not shown: no score, or no price above 0"
        _note(axes, text, at=(1.0, 0.0), xycoords=axes.transAxes, shift=(-2, 3), align="right")


def _note(
    axes: Axes,
    text: str,
    *,
    at: tuple[float, float],
    xycoords: Transform,
    shift: tuple[float, float],
    align: str = "left",
) -> None:
    axes.annotate(
        text,
        at,
        xycoords=xycoords,
        xytext=shift,
        textcoords="offset points",
        ha=align,
        fontsize=SMALL - 1,
        color=MUTED,
    )

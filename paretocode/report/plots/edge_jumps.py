"""Where could an edge stand without parting sessions? Tier jumps asked for against the place of each edge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paretocode.report import numbers
from paretocode.report.names import clip
from paretocode.report.palette import FAINT, INK, MUTED, VERDICT_COLOURS
from paretocode.report.plots.style import SMALL, house_style, new_figure

__all__ = ["plot_edge_jumps"]

_LINE = VERDICT_COLOURS["better"]
_PPM = 1_000_000


def plot_edge_jumps(swept: Mapping[str, Any], *, name: str) -> Figure:
    """Draw a panel an edge: the share of pairs that would ask for different tiers with the edge elsewhere.

    Parameters
    ----------
    swept
        ``edges.tier_jumps`` of a map in a result's ``metrics.json``.
    name
        The map's.

    Returns
    -------
    Figure
        The edge's own place is the dot; grey is beyond its neighbours, where it cannot go. All panels share both axes.
        The rate steps only where requests ask for something, so flat stretches are gaps of demand.

    Examples
    --------
    >>> swept = {"pairs": 10, "edges": [{"edge_ppm": 500_000, "at_ppm": [400_000, 500_000], "jumps": [0, 3]}]}
    >>> figure = plot_edge_jumps(swept, name="mine")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['now 0.5: 30.0 %']
    """
    edges = swept["edges"]
    if not edges or not swept["pairs"]:
        return _empty("it has one tier, and so no edge" if not edges else "no session has a second request", name)
    most = max(n for edge in edges for n in edge["jumps"]) / swept["pairs"] * 100
    with house_style():
        figure = new_figure(7.2, max(2.5, 0.75 + 1.15 * len(edges)))
        panels = figure.subplots(len(edges), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for place, axes in enumerate(panels):
            _draw(axes, place, edges, swept["pairs"])
        panels[0].set_xlim(0, 1)
        panels[0].set_ylim(-0.06 * (most or 1.0), (most or 1.0) * 1.25)
        panels[-1].set_xlabel("place of the edge [0..1 axis of min scores]")
        figure.supylabel("tier jumps asked for [% of pairs]", fontsize=9.0)
        figure.suptitle(clip(name, 60), x=0.01, ha="left", fontsize=9.0, color=MUTED)
    return figure


def _draw(axes: Axes, place: int, edges: Sequence[Mapping[str, Any]], n_pairs: int) -> None:
    edge = edges[place]
    x = [at / _PPM for at in edge["at_ppm"]]
    y = [100 * n / n_pairs for n in edge["jumps"]]
    low = edges[place - 1]["edge_ppm"] / _PPM if place else 0.0
    high = edges[place + 1]["edge_ppm"] / _PPM if place + 1 < len(edges) else 1.0
    for beyond in ((0.0, low), (high, 1.0)):
        if beyond[1] > beyond[0]:
            axes.axvspan(*beyond, color=FAINT, alpha=0.5, linewidth=0, zorder=0, gid="beyond")
    axes.grid(visible=True, axis="y")
    axes.step(x, y, where="pre", color=_LINE, linewidth=1.4)
    now, rate = edge["edge_ppm"] / _PPM, y[edge["at_ppm"].index(edge["edge_ppm"])]
    axes.axvline(now, color=INK, linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)
    axes.plot([now], [rate], marker="o", markersize=6, color=INK, linestyle="none", zorder=4, clip_on=False, gid="now")
    is_right = now > 0.6
    axes.annotate(
        f"now {now:.4g}: {numbers.percent(rate / 100)}",
        (now, 1.0),
        xycoords=axes.get_xaxis_transform(),
        xytext=(-4 if is_right else 4, -2),
        textcoords="offset points",
        ha="right" if is_right else "left",
        va="top",
        fontsize=SMALL,
        color=INK,
        gid="now-label",
    )
    axes.set_title(f"edge {place + 1} of {len(edges)}")


def _empty(why: str, name: str) -> Figure:
    with house_style():
        figure = new_figure(7.2, 0.6)
        figure.text(0.01, 0.5, f"{clip(name, 60)}: {why}.", va="center", fontsize=9.0, color=MUTED, gid="note")
    return figure

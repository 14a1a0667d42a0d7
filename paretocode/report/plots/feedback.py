"""Where do users think the boundaries should lie? Each edge and its estimate over what complaints pull which way."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from paretocode.report.palette import FAINT, INK, MUTED, map_colours
from paretocode.report.plots.settled import settle
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes
from paretocode.report.text_feedback import VERDICT_WORDS

__all__ = ["plot_feedback"]

_COLOURS = map_colours(["", "weak", "dear"])
_WEAK, _DEAR = _COLOURS["weak"], _COLOURS["dear"]
_WIDE = 0.012
"""Width of a bar at one min score [axis]; narrower where two min scores are nearer."""


def plot_feedback(summary: Mapping[str, Any]) -> Figure:
    """Draw the edges with their estimates over the complaints at each min score, and over what is asked for.

    Parameters
    ----------
    summary
        `paretocode.evidence.feedback.FeedbackSummary.to_dict`.

    Returns
    -------
    Figure
        Above: the edge in force as an upright line, its estimate with interval as a dot on a bar, on the stretch in
        which every edge serves the same requests alike; an edge that cannot be placed says why. Middle: complaints by
        min score, too dear upwards and too weak downwards. Below, where a log was given: the share of requests that ask
        for each min score.
    """
    edges, atoms = summary["edges"], summary["atoms"]
    ruler = 0.5 + 0.36 * len(edges)
    heights = [ruler, 2.1, *([0.85] if atoms else [])]
    with house_style():
        figure = new_figure(7.2, sum(heights) + 1.5)
        panels = list(figure.subplots(len(heights), sharex=True, height_ratios=heights))
        _draw_edges(panels[0], edges, level=summary["level"])
        _draw_complaints(panels[1], summary["cells"], is_last=not atoms)
        if atoms:
            _draw_demand(panels[2], atoms)
        for axes in panels[1:]:
            for edge in edges:
                axes.axvline(edge["edge"], color=INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
        panels[-1].set_xlim(-0.02, 1.02)
        panels[-1].set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0], ["0", "0.2", "0.4", "0.6", "0.8", "1"])
        panels[-1].set_xlabel("min score of the request [0..1 axis]")
        _legend(figure, edges)
        settle(figure)
    return figure


def _draw_edges(axes: Axes, edges: Sequence[Mapping[str, Any]], *, level: float) -> None:
    for place, edge in enumerate(edges):
        axes.vlines(edge["edge"], place - 0.34, place + 0.34, color=INK, linewidth=1.8, zorder=4, gid=f"edge-{place}")
        if edge["is_told"]:
            _draw_estimate(axes, edge, place)
        axes.annotate(
            f"{edge['edge']:g}: {_said(edge)}",
            (1.0, place),
            xycoords=axes.get_yaxis_transform(),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=INK if edge["is_told"] else MUTED,
            annotation_clip=False,
            gid="edge-label",
        )
    axes.set_ylim(len(edges) - 0.45, -0.55)
    axes.set_yticks(range(len(edges)), [f"{edge['tier_below']} | {edge['tier_above']}" for edge in edges])
    axes.set_title(f"Where should each edge lie? ({100 * level:g} % intervals)")
    axes.tick_params(axis="x", labelbottom=False)
    strip_axes(axes, "left", "bottom")


def _said(edge: Mapping[str, Any]) -> str:
    word = VERDICT_WORDS.get(edge["verdict"], str(edge["verdict"]).lower())
    if not edge["is_told"]:
        return word
    return f"{word} to {edge['point']:.3f}" if word.startswith("move") else f"{word} ({edge['point']:.3f})"


def _draw_estimate(axes: Axes, edge: Mapping[str, Any], place: int) -> None:
    low, high = (end / 1e6 for end in edge["stretch_ppm"])
    axes.barh(place, high - low, left=low, height=0.5, color=FAINT, alpha=0.8, linewidth=0, zorder=1, gid="stretch")
    axes.hlines(place, edge["low"], edge["high"], color=_DEAR, linewidth=3.4, zorder=3, gid="interval")
    axes.plot(edge["point"], place, "o", color=_DEAR, markersize=6, zorder=5, gid="estimate")


def _draw_complaints(axes: Axes, cells: Mapping[str, Any], *, is_last: bool) -> None:
    dear, weak = _counts(cells, "too_dear_share"), _counts(cells, "too_weak_share")
    scores = sorted(dear)
    width = _bar_width(scores)
    for counts, sign, colour in ((dear, 1, _DEAR), (weak, -1, _WEAK)):
        heights = [sign * counts[score] for score in scores]
        axes.bar(scores, heights, width=width, color=colour, linewidth=0, zorder=3)
        for score, height in zip(scores, heights, strict=True):
            if height:
                _number(axes, score, height, f"{abs(height):,.0f}")
    most = max([1.0, *dear.values(), *weak.values()])
    up, down = max([0.0, *dear.values()]), max([0.0, *weak.values()])
    axes.set_ylim(-down - 0.16 * most, up + 0.16 * most)
    axes.axhline(0, color=INK, linewidth=0.8, zorder=2)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):,g}"))
    axes.set_ylabel("complaints [reports]")
    axes.set_title("Which way do complaints pull?")
    if not is_last:
        strip_axes(axes, "bottom")
        axes.tick_params(axis="x", labelbottom=False)


def _counts(cells: Mapping[str, Any], share: str) -> dict[float, float]:
    """Return reports by min score, those of all tiers that served it together."""
    found: defaultdict[float, float] = defaultdict(float)
    for score, n, part in zip(cells["min_score"], cells["n"], cells[share], strict=True):
        found[score] += (n or 0.0) * (part or 0.0)
    return {score: round(count, 6) for score, count in found.items()}


def _bar_width(scores: Sequence[float]) -> float:
    gaps = [high - low for low, high in itertools.pairwise(scores)]
    return min([_WIDE, *(0.7 * gap for gap in gaps if gap > 0)])


def _number(axes: Axes, x: float, y: float, text: str) -> None:
    axes.annotate(
        text,
        (x, y),
        xytext=(0, 3 if y > 0 else -3),
        textcoords="offset points",
        ha="center",
        va="bottom" if y > 0 else "top",
        fontsize=SMALL - 1,
        color=INK,
        bbox={"facecolor": axes.figure.get_facecolor(), "edgecolor": "none", "pad": 0.5},
        zorder=4,
        gid="complaint-count",
    )


def _draw_demand(axes: Axes, atoms: Mapping[str, Any]) -> None:
    total = sum(atoms["n_requests"]) or 1
    scores = [score / 1e6 for score in atoms["min_score_ppm"]]
    shares = [100 * n / total for n in atoms["n_requests"]]
    axes.bar(scores, shares, width=_bar_width(scores), color=MUTED, linewidth=0, zorder=3)
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.set_ylabel("[%]")
    axes.set_title("What do requests ask for? (those that state a min score)")


def _legend(figure: Figure, edges: Sequence[Mapping[str, Any]]) -> None:
    handles: list[Any] = [Line2D([], [], color=INK, linewidth=1.8, label="edge in force")]
    if any(edge["is_told"] for edge in edges):
        handles += [
            Line2D([], [], color=_DEAR, marker="o", linewidth=3.4, label="estimate and interval"),
            Patch(color=FAINT, label="edges that serve the same requests alike"),
        ]
    handles += [
        Patch(color=_DEAR, label="too dear: pulls the edge below it up"),
        Patch(color=_WEAK, label="too weak: pulls the edge above it down"),
    ]
    figure.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False, fontsize=SMALL, columnspacing=1.6)

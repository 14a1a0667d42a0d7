"""From which tier to which do sessions go, from one request to the next? A matrix a map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from paretocode.report import numbers
from paretocode.report.names import clip
from paretocode.report.palette import FAINT, INK, MUTED, VERDICT_COLOURS
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["plot_transitions"]

_JUMP_COLOUR = VERDICT_COLOURS["better"]
_STRONGEST = 0.55
"""Opacity of the most frequent jump: its number must stay legible on it."""


def plot_transitions(document: Mapping[str, Any], names: Sequence[str]) -> Figure:
    """Draw pairs of consecutive requests by the serving tiers of both.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json`` whose maps count ``jumps.tier_pairs``.
    names
        The maps to draw, side by side on one scale of colour; at most two fit.

    Returns
    -------
    Figure
        Rows are the tier of the first request, columns that of the second, lowest first. A cell holds the count and its
        share of the row; jumps are tinted by their count, the pairs that stay have a frame. Pairs with an unserved
        request are in no cell, and the title counts them.

    Examples
    --------
    >>> pairs = {"low": {"low": 8, "high": 2}, "high": {"low": 0, "high": 5}}
    >>> jumps = {"tier_pairs": pairs, "pairs": 16, "served_pairs": 15, "tier_jumps": 2}
    >>> tiers = [{"name": "low", "models": []}, {"name": "high", "models": []}]
    >>> figure = plot_transitions({"maps": {"one": {"tiers": tiers, "metrics": {"jumps": jumps}}}}, ["one"])
    >>> [text.get_text().replace(chr(10), " ") for text in figure.axes[0].texts]
    ['8 80.0 %', '2 20.0 %', '0', '5 100 %', '2 jumps in 16 pairs, 1 unserved']
    """
    shown = {name: _matrix(document["maps"][name]) for name in names}
    most = max((n for counts in shown.values() for n in _jumps(counts)), default=0)
    n_tiers = max(len(counts) for counts in shown.values())
    with house_style():
        figure = new_figure(7.2 if len(names) > 1 else 3.9, max(2.1, 1.3 + 0.45 * n_tiers))
        for axes, (name, counts) in zip(figure.subplots(1, len(names), squeeze=False)[0], shown.items(), strict=True):
            _draw(axes, name, document["maps"][name], counts, most)
    return figure


def _matrix(entry: Mapping[str, Any]) -> list[list[int]]:
    pairs = entry["metrics"]["jumps"]["tier_pairs"]
    tiers = [tier["name"] for tier in entry["tiers"]]
    return [[pairs.get(a, {}).get(b, 0) for b in tiers] for a in tiers]


def _jumps(counts: Sequence[Sequence[int]]) -> list[int]:
    return [n for i, row in enumerate(counts) for j, n in enumerate(row) if i != j]


def _draw(axes: Axes, name: str, entry: Mapping[str, Any], counts: Sequence[Sequence[int]], most: int) -> None:
    for i, row in enumerate(counts):
        for j, n in enumerate(row):
            _draw_cell(axes, i, j, n, total=sum(row), most=most)
    size, tiers = len(counts), [clip(tier["name"], 12) for tier in entry["tiers"]]
    axes.set_xlim(-0.5, size - 0.5)
    axes.set_ylim(size - 0.5, -0.5)
    axes.set_xticks(range(size), tiers)
    axes.set_yticks(range(size), tiers)
    axes.set_xlabel("serving tier of the next request")
    axes.set_ylabel("serving tier of a request")
    axes.set_title(clip(name, 32), pad=16)
    axes.annotate(
        _told(entry["metrics"]["jumps"]),
        (0.0, 1.0),
        xycoords="axes fraction",
        xytext=(0, 4),
        textcoords="offset points",
        fontsize=SMALL,
        color=MUTED,
        gid="jumps-told",
    )
    strip_axes(axes, "left", "bottom")


def _told(jumps: Mapping[str, Any]) -> str:
    if not jumps["pairs"]:
        return "no session has a second request"
    unserved = jumps["pairs"] - jumps["served_pairs"]
    n = jumps["tier_jumps"]
    text = f"{n:,} jump{'' if n == 1 else 's'} in {jumps['pairs']:,} pairs"
    return f"{text}, {unserved:,} unserved" if unserved else text


def _draw_cell(axes: Axes, i: int, j: int, n: int, *, total: int, most: int) -> None:
    is_stay = i == j
    axes.add_patch(
        Rectangle(
            (j - 0.47, i - 0.47),
            0.94,
            0.94,
            facecolor="none" if is_stay or not n else _JUMP_COLOUR,
            alpha=1.0 if is_stay or not n else 0.08 + (_STRONGEST - 0.08) * n / most,
            edgecolor=FAINT if is_stay else "none",
            linewidth=1.0,
            gid="stay" if is_stay else "jump",
        )
    )
    axes.annotate(
        f"{n:,}\n{numbers.percent(n / total)}" if n else "0",
        (j, i),
        ha="center",
        va="center",
        fontsize=SMALL - 0.5,
        color=MUTED if is_stay or not n else INK,
        gid="pairs-label",
    )

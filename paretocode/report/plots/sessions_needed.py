"""How much traffic would tell the maps apart? Sessions needed for each measure, against what the stream has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter

from paretocode.report import numbers
from paretocode.report.evidence_sizes import size_rows
from paretocode.report.evidence_values import in_order
from paretocode.report.evidence_words import level_text
from paretocode.report.names import clip
from paretocode.report.palette import INK, MUTED, PAPER, VERDICT_COLOURS
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["plot_sessions_needed"]

_MOST_MAPS, _TITLE = 4, 30
_DESIGNS = (("paired", "o", -0.16), ("rollout", "D", 0.16))


def plot_sessions_needed(size: Mapping[str, Any], *, proposed: str | None = None, clusters: str = "session") -> Figure:
    """Draw for each candidate how many sessions its observed differences take, measure by measure.

    Parameters
    ----------
    size
        ``evidence.size`` of a result's ``metrics.json``.
    proposed
        The candidate that comes first.
    clusters
        What is counted, in the singular.

    Returns
    -------
    Figure
        A panel a candidate, sessions on a logarithmic axis. Circles: both maps replayed on one log; diamonds: a live
        rollout. The line spans the numbers at the ends of the difference's interval, with an arrow where the interval
        holds no difference and no number would do. Upright: what the stream has; blue marks lie within it.

    Notes
    -----
    At most 4 candidates are drawn, the others counted in a note; measures without a plan say why.
    """
    names = sorted(size["maps"], key=lambda name: name != proposed)
    shown = names[:_MOST_MAPS]
    measures = in_order({measure for name in shown for measure in size["maps"][name]})
    with house_style():
        n_columns = min(2, max(1, len(shown)))
        n_rows = max(1, ceil(len(shown) / 2))
        figure = new_figure(7.2, 0.7 + n_rows * (0.7 + 0.23 * max(len(measures), 1)))
        grid = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
        low, high, n_now = _range(size, shown)
        for axes, name in zip(grid.flat, shown, strict=False):
            _prepare(axes, clip(name, _TITLE) + (" *" if name == proposed else ""), measures, (low, high), n_now)
            labels = {row.measure: row.why_not for row in size_rows(size, name)}
            for place, measure in enumerate(measures):
                _draw_measure(axes, size["maps"][name].get(measure) or {}, labels.get(measure, ""), place, n_now)
        for axes in grid[-1]:
            axes.set_xlabel(f"{clusters}s needed", fontsize=SMALL)
            axes.tick_params(labelbottom=True)
        for axes in grid.flat[len(shown) :]:
            axes.set_axis_off()
        _names(list(grid[:, 0]), size, shown[0] if shown else "", measures)
        _legend(figure, size, n_now, clusters)
        if len(names) > len(shown):
            note = f"{len(names) - len(shown)} more candidates not drawn."
            figure.supxlabel(note, x=0.01, ha="left", fontsize=SMALL, color=MUTED, gid="note")
    return figure


def _names(first_column: Sequence[Axes], size: Mapping[str, Any], name: str, measures: Sequence[str]) -> None:
    labels = {row.measure: row.label for row in size_rows(size, name)} if name else {}
    for axes in first_column:
        axes.set_yticks(range(len(measures)), [labels.get(measure, measure) for measure in measures])


def _plans(size: Mapping[str, Any], names: Sequence[str]) -> list[Mapping[str, Any]]:
    entries = [entry for name in names for entry in size["maps"][name].values()]
    tellings = [entry[design] for entry in entries for design, _, _ in _DESIGNS if entry.get(design)]
    return [telling for telling in tellings if telling.get("plan")]


def _range(size: Mapping[str, Any], names: Sequence[str]) -> tuple[float, float, int | None]:
    """Return the ends of the axis, and how many clusters the stream has; None where no plan says so."""
    plans = _plans(size, names)
    n_now = plans[0]["plan"]["n_sessions_now"] if plans else None
    seen = [each["plan"]["n_sessions"] for each in plans] + [each["n_sessions_least"] for each in plans]
    seen += [each["n_sessions_most"] for each in plans if each["n_sessions_most"] is not None]
    seen += [n_now] if n_now else []
    return max(1.0, min(seen, default=1) / 2.5), max(seen, default=100) * 2.5, n_now


def _prepare(axes: Axes, title: str, measures: Sequence[str], ends: tuple[float, float], n_now: int | None) -> None:
    axes.set_xscale("log")
    axes.set_xlim(*ends)
    axes.set_ylim(len(measures) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_title(title)
    strip_axes(axes, "left")
    if n_now:
        axes.axvline(n_now, color=INK, linewidth=0.9, linestyle=(0, (3, 3)), zorder=1, gid="now")


def _tick(value: float, _: object) -> str:
    """Return a power of ten in little room."""
    if value >= 1e6:
        return f"{value / 1e6:g} M"
    return f"{value / 1e3:g} k" if value >= 1e3 else f"{value:g}"


def _draw_measure(axes: Axes, entry: Mapping[str, Any], why_not: str, place: int, n_now: int | None) -> None:
    if why_not:
        axes.annotate(
            why_not,
            (0.02, place),
            xycoords=axes.get_yaxis_transform(),
            va="center",
            fontsize=SMALL - 1,
            color=MUTED,
            gid="why-not",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8},
        )
        return
    for design, marker, shift in _DESIGNS:
        telling = entry.get(design)
        if telling and telling.get("plan"):
            _draw_telling(axes, telling, marker, place + shift, n_now)


def _draw_telling(axes: Axes, telling: Mapping[str, Any], marker: str, place: float, n_now: int | None) -> None:
    needed = telling["plan"]["n_sessions"]
    colour = VERDICT_COLOURS["better" if n_now is not None and needed <= n_now else "worse"]
    border = axes.get_xlim()[1]
    most = telling["n_sessions_most"]
    axes.plot(
        [telling["n_sessions_least"], border if most is None else most],
        [place, place],
        color=colour,
        linewidth=1.2,
        alpha=0.7,
        zorder=2,
    )
    if most is None:
        axes.plot(border, place, marker=">", markersize=3.5, color=colour, clip_on=False, zorder=3, gid="goes-on")
    axes.plot(
        needed,
        place,
        marker=marker,
        markersize=5,
        linestyle="none",
        markeredgecolor=colour,
        zorder=4,
        gid="needed",
        markerfacecolor=colour if marker == "o" else PAPER,
    )


def _legend(figure: Figure, size: Mapping[str, Any], n_now: int | None, clusters: str) -> None:
    share = level_text(size["canary_share"])
    handles = [
        Line2D([], [], marker="o", markersize=5, color=MUTED, linestyle="none", label="both maps replayed on one log"),
        Line2D(
            [],
            [],
            marker="D",
            markersize=5,
            color=MUTED,
            markerfacecolor=PAPER,
            linestyle="none",
            label=f"live rollout to {share}",
        ),
    ]
    if n_now:
        have = f"this stream: {numbers.count(n_now)} {clusters}s"
        handles.append(Line2D([], [], color=INK, linewidth=0.9, linestyle=(0, (3, 3)), label=have))
    figure.legend(handles=handles, loc="outside upper left", ncols=3, frameon=False, fontsize=SMALL, handletextpad=0.5)

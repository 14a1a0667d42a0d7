"""How long do requests wait in each tier? Quantiles of the times by serving tier, on a logarithmic axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from paretocode.report import numbers
from paretocode.report.names import clip
from paretocode.report.palette import INK, MUTED, PAPER, map_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes

__all__ = ["plot_tier_latency"]

_STEPS = (1, 2, 5)


def plot_tier_latency(document: Mapping[str, Any], names: Sequence[str]) -> Figure:
    """Draw for each tier of each map where its times lie.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json`` whose maps tell ``tier_latency``.
    names
        The maps to draw, one below the other.

    Returns
    -------
    Figure
        Thin from the 5th to the 95th percentile, thick over the middle half, a ring at the median, a tick at the 99th.
        A tier without known times says so. Median and 95th percentile stand on the right.
    """
    with house_style():
        n_tiers = [len(document["maps"][name]["tiers"]) for name in names]
        figure = new_figure(7.2, 1.0 + sum(0.34 + 0.25 * n for n in n_tiers))
        panels = figure.subplots(len(names), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": n_tiers})
        colours = map_colours(names)
        for axes, name in zip(panels[:, 0], names, strict=True):
            _draw(axes, name, document["maps"][name], colours[name])
        _time_axis(panels[-1, 0], _times(document, names))
        _legend(figure)
    return figure


def _of_tiers(entry: Mapping[str, Any]) -> list[tuple[str, Mapping[str, int], int]]:
    """Return (tier, quantiles, requests with a known time), lowest first."""
    told = entry["metrics"]["tier_latency"]
    return [(t["name"], told[t["name"]]["quantiles_us"], told[t["name"]]["requests"]) for t in entry["tiers"]]


def _times(document: Mapping[str, Any], names: Sequence[str]) -> list[float]:
    ends = [q[key] for name in names for _, q, _ in _of_tiers(document["maps"][name]) if q for key in ("50", "990")]
    return [max(end, 1) / 1e6 for end in ends]


def _draw(axes: Axes, name: str, entry: Mapping[str, Any], colour: str) -> None:
    tiers = _of_tiers(entry)
    for place, (_, quantiles, _) in enumerate(tiers):
        if quantiles:
            _draw_tier(axes, place, {key: max(us, 1) / 1e6 for key, us in quantiles.items()}, colour)
        else:
            _write(axes, place, "no known time", MUTED)
    axes.set_ylim(len(tiers) - 0.5, -0.5)
    axes.set_yticks(range(len(tiers)), [f"{clip(tier, 18)}  ({n:,})" for tier, _, n in tiers])
    axes.set_title(clip(name, 40), color=colour)
    axes.grid(visible=True, axis="x")
    strip_axes(axes, "left")


def _draw_tier(axes: Axes, place: int, s: Mapping[str, float], colour: str) -> None:
    axes.plot([s["50"], s["950"]], [place, place], color=colour, linewidth=1.2, solid_capstyle="butt", zorder=2)
    axes.plot([s["250"], s["750"]], [place, place], color=colour, linewidth=5, solid_capstyle="butt", zorder=2)
    axes.plot([s["990"]], [place], color=colour, marker="|", markersize=8, markeredgewidth=1.4, linestyle="none")
    ring: dict[str, Any] = {
        "markerfacecolor": PAPER,
        "markeredgecolor": colour,
        "markeredgewidth": 1.5,
        "markersize": 6.5,
    }
    axes.plot([s["500"]], [place], marker="o", linestyle="none", zorder=3, gid="median", **ring)
    _write(axes, place, f"{numbers.seconds(s['500'])}, p95 {numbers.seconds(s['950'])}", INK)


def _write(axes: Axes, place: int, text: str, colour: str) -> None:
    axes.annotate(
        text,
        (1.0, place),
        xycoords=axes.get_yaxis_transform(),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=SMALL,
        color=colour,
        annotation_clip=False,
        gid="time-label",
    )


def _time_axis(axes: Axes, times_s: Sequence[float]) -> None:
    axes.set_xscale("log")
    axes.set_xlim(min(times_s, default=1.0) * 0.8, max(times_s, default=10.0) * 1.25)
    axes.xaxis.set_major_locator(LogLocator(base=10, subs=_STEPS))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("end-to-end time [s], logarithmic; in brackets the requests with a known time")


def _legend(figure: Figure) -> None:
    line: dict[str, Any] = {"color": MUTED, "solid_capstyle": "butt"}
    ring: dict[str, Any] = {"marker": "o", "markerfacecolor": PAPER, "markeredgecolor": MUTED, "linestyle": "none"}
    marks = {
        "median": Line2D([], [], **ring),
        "middle half": Line2D([], [], linewidth=5, **line),
        "5th to 95th percentile": Line2D([], [], linewidth=1.2, **line),
        "99th": Line2D([], [], color=MUTED, marker="|", markersize=8, markeredgewidth=1.4, linestyle="none"),
    }
    figure.legend(
        list(marks.values()), list(marks), loc="outside upper left", ncols=len(marks), frameon=False, fontsize=SMALL
    )

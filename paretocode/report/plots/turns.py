"""What is a warm cache worth to one turn, and does it last until the next? Cost by context length, and idle gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from paretocode._checks import FloatColumn, IntColumn, same_length
from paretocode.errors import UsageError
from paretocode.report.numbers import percent
from paretocode.report.palette import FAINT, INK, LINE_STYLES, MARKERS, MUTED, map_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure
from paretocode.report.plots.through_time_axis import end_labels, panel_title

__all__ = ["plot_idle_gaps", "plot_turn_cost"]

_CLOCK = {1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3600: "1 h", 36_000: "10 h", 360_000: "100 h"}
_N_POINTS = 400


def plot_turn_cost(
    context_tokens: IntColumn, cost_usd: Mapping[str, FloatColumn], *, labels: Sequence[str], note: str = ""
) -> Figure:
    """Draw what one turn costs at several lengths of its prompt, a line per state of the cache.

    Parameters
    ----------
    context_tokens
        Shape (n,): prompt lengths, rising [tokens].
    cost_usd
        Name -> shape (n,), the dearest line first [USD]; each is named at its right end.
    labels
        One text per length, written above the dearest line.
    note
        What the turn is, in the title.

    Returns
    -------
    Figure
        Thin bars join the lines at each length.

    Raises
    ------
    UsageError
        No line given.
    InputError
        Columns of different lengths.
    """
    if not cost_usd:
        raise UsageError("there is no cost of a turn to draw", way_out="give at least one line")
    same_length({"context_tokens": context_tokens, "labels": np.array(labels), **cost_usd}, where="turn cost")
    thousands = context_tokens / 1000
    with house_style():
        figure = new_figure(7.2, 3.7)
        axes = figure.subplots()
        axes.grid(visible=True, axis="y")
        colours = list(map_colours(cost_usd).values())
        every = np.array(list(cost_usd.values()))
        axes.vlines(thousands, every.min(axis=0), every.max(axis=0), color=FAINT, linewidth=4, zorder=1)
        for place, (line, colour) in enumerate(zip(every, colours, strict=True)):
            style = LINE_STYLES[place % len(LINE_STYLES)]
            axes.plot(
                thousands, line, color=colour, linestyle=style, marker=MARKERS[place % len(MARKERS)], markersize=5
            )
        for x, y, text in zip(thousands, every.max(axis=0), labels, strict=True):
            _name_above(axes, x, y, text)
        axes.set_xlim(0, thousands[-1] * 1.03)
        axes.set_ylim(0, every.max() * 1.18)
        axes.set_xlabel("length of the prompt [thousand tokens]")
        axes.set_ylabel("cost of the turn [USD]")
        panel_title(axes, "one turn", note)
        end_labels(
            figure,
            axes,
            np.column_stack((np.full(len(every), thousands[-1]), every[:, -1])),
            list(cost_usd),
            colours,
            gid="turn-label",
        )
    return figure


def _name_above(axes: Axes, x: float, y: float, text: str) -> None:
    axes.annotate(
        text,
        (x, y),
        xytext=(-4, 5),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=SMALL,
        color=INK,
        gid="turn-ratio",
    )


def plot_idle_gaps(gap_s: FloatColumn, *, limits_s: Mapping[str, float]) -> Figure:
    """Draw which share of the gaps between two turns is longer than a given time, both axes logarithmic.

    Parameters
    ----------
    gap_s
        Start-to-start gaps [s]; NaN, as before a session's first turn, is left out.
    limits_s
        Name -> time limit of a cache [s]; each is drawn and says which share of the gaps outlasts it.

    Returns
    -------
    Figure
        A gap equal to a limit is within it.

    Raises
    ------
    UsageError
        No gap given.
    """
    gaps = np.sort(gap_s[~np.isnan(gap_s)])
    if not len(gaps):
        raise UsageError("there is no gap between two turns to draw", way_out="give sessions of more than one turn")
    times = np.geomspace(1.0, max(float(gaps[-1]), 10.0), _N_POINTS)
    longer = _share_longer(gaps, times)
    with house_style():
        figure = new_figure(7.2, 3.3)
        axes = figure.subplots()
        _prepare(axes, float(times[-1]), len(gaps))
        drawn = longer > 0
        axes.plot(times[drawn], 100 * longer[drawn], color=INK, linewidth=1.6)
        for (name, limit), colour in zip(
            limits_s.items(), list(map_colours(["", *limits_s]).values())[1:], strict=True
        ):
            _draw_limit(axes, name, limit, float(_share_longer(gaps, np.array([limit]))[0]), colour)
        panel_title(axes, "idle gaps", f"{len(gaps):,} pairs of consecutive turns; both axes logarithmic")
    return figure


def _prepare(axes: Axes, last_s: float, n_gaps: int) -> None:
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.grid(visible=True, axis="y")
    axes.set_xlim(1.0, last_s)
    axes.set_ylim(80 / n_gaps, 140)  # a single gap is 100 / n
    axes.set_xticks([tick for tick in _CLOCK if tick <= last_s])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _CLOCK.get(round(value), "")))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("time from one turn to the next, start to start")
    axes.set_ylabel("gaps that are longer [%]")


def _share_longer(gaps: FloatColumn, times: FloatColumn) -> FloatColumn:
    shares: FloatColumn = 1 - np.searchsorted(gaps, times, side="right") / len(gaps)
    return shares


def _draw_limit(axes: Axes, name: str, limit: float, share: float, colour: str) -> None:
    axes.axvline(limit, color=colour, linewidth=1.0, linestyle=(0, (3, 3)), zorder=1)
    if share > 0:
        axes.plot(limit, 100 * share, "o", color=colour, markersize=6)
    axes.annotate(
        f"{percent(share)} outlast\n{name}",
        (limit, 100 * share if share > 0 else axes.get_ylim()[0]),
        xytext=(7, 4),
        textcoords="offset points",
        va="bottom",
        fontsize=SMALL,
        color=MUTED if share == 0 else colour,
        gid="gap-label",
    )

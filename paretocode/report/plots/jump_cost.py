"""What do jumps do to the bill? Its growth with the rate of jumps, under several ways to account for caches."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from paretocode._checks import FloatColumn
from paretocode.errors import InputError, UsageError
from paretocode.report.palette import INK, LINE_STYLES, MARKERS, map_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure
from paretocode.report.plots.through_time_axis import end_labels, panel_title

__all__ = ["plot_jump_cost"]


def plot_jump_cost(jump_share: FloatColumn, added: Mapping[str, FloatColumn], *, note: str = "") -> Figure:
    """Draw what jumps add to the bill against how often they come, a line per way of accounting.

    Parameters
    ----------
    jump_share
        Shape (n,): jumps per turn, rising, the first 0.
    added
        Name -> shape (n_draws, n): the bill over the bill without jumps, less 1. The line is the mean of the draws, the
        band around it their range. The first line's values are written at its marks.
    note
        Beside the title.

    Returns
    -------
    Figure
        The axis of rates is linear up to 1 % and logarithmic beyond.

    Raises
    ------
    UsageError
        No line given.
    InputError
        A line of another number of rates.
    """
    if not added:
        raise UsageError("there is no bill to draw", way_out="give at least one line")
    for name, draws in added.items():
        if draws.ndim != 2 or draws.shape[1] != len(jump_share):
            raise InputError(
                f"{name!r} has the shape {draws.shape} and there are {len(jump_share)} rates",
                where="jump cost",
                way_out="give one row a draw and one column a rate",
            )
    x, means = 100 * jump_share, {name: 100 * draws.mean(axis=0) for name, draws in added.items()}
    with house_style():
        figure = new_figure(7.2, 4.2)
        axes = figure.subplots()
        axes.grid(visible=True, axis="y")
        colours = map_colours(added)
        for place, (name, draws) in enumerate(added.items()):
            axes.fill_between(x, *_range(draws), color=colours[name], alpha=0.15, linewidth=0)
            axes.plot(
                x,
                means[name],
                color=colours[name],
                linestyle=LINE_STYLES[place % len(LINE_STYLES)],
                linewidth=1.6,
                marker=MARKERS[place % len(MARKERS)],
                markersize=5,
            )
        _rate_axis(axes, x)
        axes.set_ylabel("added to the bill [%]")
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+.0f}" if value else "0"))
        panel_title(axes, "the price of jumping", note)
        _write_values(axes, x, np.array(list(means.values())), next(iter(added)))
        ends = np.array([(x[-1], mean[-1]) for mean in means.values()])
        texts = [f"{name}: {mean[-1]:+.0f} %" if round(mean[-1]) else f"{name}: 0 %" for name, mean in means.items()]
        end_labels(figure, axes, ends, texts, list(colours.values()), gid="jump-label")
    return figure


def _range(draws: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
    return 100 * draws.min(axis=0), 100 * draws.max(axis=0)


def _rate_axis(axes: Axes, x: FloatColumn) -> None:
    axes.set_xscale("symlog", linthresh=1.0, linscale=0.5)
    axes.set_xlim(-0.12, x[-1] * 1.06)
    axes.set_xticks(x)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("turns that jump to another model [%, logarithmic beyond 1]")


def _write_values(axes: Axes, x: FloatColumn, means: FloatColumn, name: str) -> None:
    """Write the first line's values under its marks, or above all marks, named, where another runs close below."""
    bottom, top = axes.get_ylim()
    for rate, (value, *others) in zip(x[1:-1], means.T[1:-1], strict=True):
        is_free = all(other >= value or value - other > 0.09 * (top - bottom) for other in others)
        axes.annotate(
            f"{value:+.0f} %" if is_free else f"{name} {value:+.0f} %",
            (rate, value if is_free else max(value, *others)),
            xytext=(6, -5) if is_free else (3, 6),
            textcoords="offset points",
            ha="left" if is_free else "right",
            va="top" if is_free else "bottom",
            fontsize=SMALL,
            color=INK,
            gid="jump-value",
        )

"""What did a fixed score cost through time, and how did the frontier move? Two figures over dates."""

from __future__ import annotations

import itertools
import textwrap
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.frontier.through_time import CheapestAbove, FrontierSeries, PriceFall
from paretocode.report.names import PRICE_NAMES, clip
from paretocode.report.numbers import usd
from paretocode.report.palette import FAINT, INK, MUTED, map_colours
from paretocode.report.plots.style import SMALL, house_style, new_figure, strip_axes
from paretocode.report.plots.through_time_axis import date_axis, day_numbers, end_labels, panel_title, spans_of

__all__ = ["MOST_LANES", "plot_cheapest_above", "plot_frontier_through_time"]

MOST_LANES = 22
"""Of more models than this only those that stood longest on the frontier are drawn; a note counts the others."""

_LEAST_NAMED = 0.08
"""A run of days under one definition that is shorter than this share of all is drawn without its numbers."""


def plot_cheapest_above(table: CheapestAbove) -> Figure:
    """Draw the price of the cheapest model at or above each fixed score, on a logarithmic axis.

    A price holds until the next entry; the axis begins where the first score can be had. A score that could never be
    had is left out and named in a note.

    Parameters
    ----------
    table
        `paretocode.frontier.through_time.cheapest_above`.

    Returns
    -------
    Figure
        Darker lines are higher scores. Hollow marks: first to be had; full marks: first day of the lowest price.
    """
    days = day_numbers(table.dates)
    with house_style():
        figure = new_figure(7.2, 4.3)
        axes = figure.subplots()
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.grid(visible=True, axis="y")
        axes.set_ylabel(f"{PRICE_NAMES[table.price_metric]}\n[USD per million tokens]")
        had = np.flatnonzero((~np.isnan(table.price_usd_per_mtok)).any(axis=1))
        date_axis(axes, days[had[0]] if len(had) else days[0], days[-1])
        falls = {score: table.fall(score) for score in table.scores}
        colours = dict(zip(table.scores, _ramp(len(table.scores)), strict=True))
        ends, texts, inks = [], [], []
        for column, (score, fall) in enumerate(falls.items()):
            if fall is not None:
                price = table.price_usd_per_mtok[:, column]
                _draw_price(axes, days, price, fall, colour=colours[score])
                last = np.flatnonzero(~np.isnan(price))[-1]
                ends.append((days[last], price[last]))
                texts.append(f"{score:g}: {_fall_text(fall)}")
                inks.append(colours[score])
        never = [f"{score:g}" for score, fall in falls.items() if fall is None]
        note = "cheapest model scoring at least …      \N{WHITE CIRCLE} first to be had   \N{BLACK CIRCLE} cheapest"
        note += f"      never to be had: {', '.join(never)}" if never else ""
        axes.set_title(note, fontsize=SMALL, fontweight="normal", color=MUTED, pad=9)
        end_labels(figure, axes, np.array(ends), texts, inks, gid="score-label")
    return figure


def _ramp(n: int) -> list[str]:
    """Return colours from light to dark that stay apart for colour-blind readers and on white paper."""
    return [to_hex(mpl.colormaps["viridis"](place)) for place in np.linspace(0.78, 0.0, n)]


def _draw_price(axes: Axes, days: FloatColumn, price: FloatColumn, fall: PriceFall, *, colour: str) -> None:
    axes.step(days, price, where="post", color=colour, linewidth=1.6, zorder=2)
    first, least = day_numbers(np.array([fall.first_date, fall.least_date]))
    for day, value, fill in (
        (first, fall.first_usd_per_mtok, axes.figure.get_facecolor()),
        (least, fall.least_usd_per_mtok, colour),
    ):
        axes.plot(day, value, "o", markersize=5, markeredgecolor=colour, markerfacecolor=fill, zorder=3)


def _fall_text(fall: PriceFall) -> str:
    if fall.factor == 1:
        return f"{usd(fall.first_usd_per_mtok)}, never less"
    times = f"{fall.factor:.0f}" if fall.factor >= 10 else f"{fall.factor:.2g}"
    prices = f"{usd(fall.first_usd_per_mtok)} \N{RIGHTWARDS ARROW} {usd(fall.least_usd_per_mtok)}"
    return f"{prices}, {times}\N{MULTIPLICATION SIGN} less"


def plot_frontier_through_time(series: FrontierSeries) -> Figure:
    """Draw the hypervolume of the frontier over the days, and under it who stood on the frontier when.

    The line breaks where the scores change their definition: hypervolumes do not compare across it.

    Parameters
    ----------
    series
        `paretocode.frontier.through_time.frontier_through_time`; its reference is printed below.

    Returns
    -------
    Figure
        A lane per model, the highest last score on top; lanes that reach the last day are dark. See `MOST_LANES`.
    """
    days, models = day_numbers(series.dates), _longest(series)
    with house_style():
        lanes = 0.175 * max(len(models), 1) + 0.1
        figure = new_figure(7.2, 3.2 + lanes)
        above, below = figure.subplots(2, sharex=True, height_ratios=[2.0, lanes])
        _draw_hypervolume(above, series, days)
        _draw_lanes(below, series, days, models)
        date_axis(below, days[0], days[-1] + spans_of(days)[-1])
        panel_title(above, "hypervolume of the frontier", "values do not compare across dashed lines")
        panel_title(below, "who stood on the frontier", "highest score on top; coloured: there on the last day")
        n_others = int(series.on_frontier.any(axis=0).sum()) - len(models)
        others = f"\n{n_others} more models stood on the frontier for a shorter time" if n_others else ""
        figure.supxlabel(f"{series.reference_line}{others}", fontsize=SMALL - 1, color=MUTED, x=0.01, ha="left")
    return figure


def _longest(series: FrontierSeries) -> IntColumn:
    """Return the columns to draw: at most `MOST_LANES`, rising last score."""
    n_days = series.on_frontier.sum(axis=0)
    longest = np.argsort(-n_days, kind="stable")[:MOST_LANES]
    chosen = longest[n_days[longest] > 0]
    scores = series.history.numbers["coding_score"][:, chosen]
    seen = np.where(np.isnan(scores), -1, np.arange(len(scores))[:, None]).argmax(axis=0)
    columns: IntColumn = chosen[np.argsort(scores[seen, np.arange(len(chosen))], kind="stable")]
    return columns


def _draw_hypervolume(axes: Axes, series: FrontierSeries, days: FloatColumn) -> None:
    labels = series.history.score_definitions
    for label, run in itertools.groupby(range(len(days)), key=lambda day: labels[day]):
        rows = list(run)
        values = series.hypervolume[rows]
        axes.plot(days[rows], values, color=INK, linewidth=1.4, marker="o" if len(rows) == 1 else "", markersize=4)
        if rows[0]:
            axes.axvline(days[rows[0]], color=MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
        if days[rows[-1]] - days[rows[0]] >= _LEAST_NAMED * (days[-1] - days[0]):
            _name_run(axes, days, series.hypervolume, (rows[0], rows[-1]), label)
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.5 * (high - low), high + 0.25 * (high - low))
    axes.grid(visible=True, axis="y")
    axes.set_ylabel("[points x decades]")


def _name_run(axes: Axes, days: FloatColumn, values: FloatColumn, ends: tuple[int, int], label: str) -> None:
    """Write the first and last value of a run of one definition, and below it the definition."""
    beside: dict[str, Any] = {"textcoords": "offset points", "fontsize": SMALL, "annotation_clip": False}
    rises = values[ends[1]] >= values[ends[0]]
    for row, align in zip(ends, ("left", "right"), strict=True):
        is_last = row == len(days) - 1 and row != ends[0]
        is_below = row == ends[0] and rises  # the line leaves upward
        place: dict[str, Any] = {"xytext": (0, -5), "ha": align, "va": "top"}
        if is_last:
            place = {"xytext": (4, 0), "ha": "left", "va": "center"}
        elif not is_below:
            place = {"xytext": (0, 5), "ha": align}
        axes.annotate(f"{values[row]:.1f}", (days[row], values[row]), gid=f"value-label-{row}", **beside, **place)
    below: dict[str, Any] = {"xycoords": axes.get_xaxis_transform(), "xytext": (3, 2), "color": MUTED}
    axes.annotate(textwrap.fill(label, 16), (days[ends[0]], 0.02), **{**beside, **below, "fontsize": SMALL - 1})


def _draw_lanes(axes: Axes, series: FrontierSeries, days: FloatColumn, models: IntColumn) -> None:
    spans, still = spans_of(days), map_colours(["", "still"])["still"]
    for lane, model in enumerate(models):
        stands = series.on_frontier[:, model]
        colour = still if stands[-1] else MUTED
        axes.broken_barh(_runs(days, spans, stands), (lane - 0.32, 0.64), color=colour, alpha=0.85, linewidth=0)
    names = [clip(series.history.names[model], 30) for model in models]
    axes.set_yticks(range(len(models)), names, fontsize=SMALL - 1)
    axes.set_ylim(-0.7, len(models) - 0.3)
    axes.hlines(range(len(models)), days[0], days[-1] + spans[-1], color=FAINT, linewidth=0.6, zorder=0)
    strip_axes(axes, "left")


def _runs(days: FloatColumn, spans: FloatColumn, stands: BoolColumn) -> list[tuple[float, float]]:
    """Return (start, length) [days] of every run of entries."""
    edge = np.flatnonzero(np.diff(np.concatenate([[False], stands, [False]]).astype(np.int8)))
    return [(days[a], days[b - 1] + spans[b - 1] - days[a]) for a, b in zip(edge[::2], edge[1::2], strict=True)]

"""How far do the axes of a search's figure reach, so that maps fill it and what is far off does not squeeze them?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from paretocode._checks import FloatColumn
from paretocode.report.plots.map_frontier_beyond import far_above
from paretocode.report.plots.map_frontier_points import N_BANDS, MapPoints, NamedPoint
from paretocode.report.search_measures import kind_of, measure_label

__all__ = ["prepare_axes", "shown_place"]

_LOG_FROM = 5.0
_LEAST_PART, _LEAST_PART_OF_FEW, _FEW = 0.2, 0.04, 12
"""Part of an axis that the maps keep, a few of them less: what would leave them less still is drawn at the border."""
_ROOM = 0.09
_BORDER = 0.035


def prepare_axes(
    axes: Axes, search: Mapping[str, Any], maps: MapPoints, references: Mapping[str, NamedPoint]
) -> float | None:
    """Set scales, ranges, ticks and names of both axes; return the second measure's limit if its line is in range."""
    far = [point.x for point in references.values()]
    is_log = _is_log(np.array([*maps.x, *far]), maps.x, far)
    low, high = _range(maps.x, far, is_log=is_log)
    _scale_x(axes, low, high, is_log=is_log)
    axes.set_xlabel(measure_label(search, maps.names[0]))
    axes.grid(visible=True, axis="y")
    second = maps.names[1]
    if second == N_BANDS:
        _count_tiers(axes, [*maps.y, *(p.y for p in references.values())])
        return None
    axes.set_ylabel(measure_label(search, second))
    limit = (search.get("limits") or {}).get(second)
    limit = None if limit is None else limit * kind_of(second).factor
    heights = [point.y for point in references.values() if not math.isnan(point.y)]
    heights += [] if limit is None else [limit]
    inside = maps.y[~far_above(maps, heights)]
    bottom, top = _range(inside, heights, is_log=False)
    axes.set_ylim(bottom, top)
    ticks = np.unique(np.array([*inside, *heights]))
    if len(ticks) == 1:
        axes.set_yticks(ticks)  # one value alone: no other number means anything
    else:
        axes.yaxis.set_major_locator(MaxNLocator(nbins=7))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{round(value, 12) + 0.0:,.6g}"))
    return limit if limit is not None and bottom < limit < top else None


def shown_place(span: tuple[float, float], value: float, *, is_log: bool) -> tuple[float, bool]:
    """Return where a value stands within a span, and whether that is the border because it is off it; NaN stays.

    Examples
    --------
    >>> shown_place((0.0, 100.0), 40.0, is_log=False), shown_place((0.0, 100.0), 900.0, is_log=False)
    ((40.0, False), (96.5, True))
    """
    low, high = (math.log10(end) for end in span) if is_log else span
    at = math.log10(value) if is_log and value > 0 else value
    if math.isnan(at) or low <= at <= high:
        return value, False
    border = high - _BORDER * (high - low) if at > high else low + _BORDER * (high - low)
    return (10**border if is_log else border), True


def _is_log(everything: FloatColumn, values: FloatColumn, far: list[float]) -> bool:
    """Return whether the axis is logarithmic: where what it then shows spans more than the factor."""
    if not len(everything) or everything.min() <= 0:
        return False
    low, high = _range(values, far, is_log=True)
    shown = everything[(low <= everything) & (everything <= high)]
    return bool(shown.max() / shown.min() > _LOG_FROM)


def _range(values: FloatColumn, far: Iterable[float], *, is_log: bool) -> tuple[float, float]:
    """Return the span of an axis: the values, and of what is further off whatever leaves them their part."""
    inside = np.log10(values) if is_log else np.asarray(values)
    others = [math.log10(value) if is_log else value for value in far]
    low, high = (float(inside.min()), float(inside.max())) if len(inside) else (math.inf, -math.inf)
    widest = (high - low) / (_LEAST_PART if len(inside) >= _FEW else _LEAST_PART_OF_FEW)
    for other in sorted(others, key=lambda value: max(low - value, value - high)):
        new_low, new_high = min(low, other), max(high, other)
        if not widest > 0 or new_high - new_low <= widest:
            low, high = new_low, new_high
    if low > high:
        low, high = 0.0, 1.0
    alone = 0.1 if is_log else abs(low) * 0.1 or 1.0
    room = (high - low) * _ROOM if low < high else alone
    low, high = low - room, high + room
    return (10**low, 10**high) if is_log else (low, high)


def _scale_x(axes: Axes, low: float, high: float, *, is_log: bool) -> None:
    if is_log:
        axes.set_xscale("log")
        subs = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0) if high / low < 30 else (1.0, 2.0, 5.0)
        axes.xaxis.set_major_locator(LogLocator(subs=subs))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.set_xlim(low, high)


def _count_tiers(axes: Axes, counts: Iterable[float]) -> None:
    known = sorted({int(count) for count in counts if not math.isnan(count)}) or [1]
    axes.set_ylabel("number of tiers")
    axes.set_ylim(known[0] - 0.6, known[-1] + 0.6)
    axes.set_yticks(range(known[0], known[-1] + 1))

"""Where does each map of a search stand in its figure? Columns in the units of the axes, and the few that have names.

Nothing is drawn here; the module knows no plotting library.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.report import numbers
from paretocode.report.names import clip
from paretocode.report.search_measures import kind_of
from paretocode.report.search_rows import NO_TIERS

__all__ = ["N_BANDS", "MapPoints", "NamedPoint", "map_points", "merged", "pick_points", "reference_points"]

N_BANDS = "n_bands"
"""The column that stands for a second measure where only one is searched."""
_LABEL = 34
_LINE = 26
"""Characters of a line where picks on one spot share a label: a wide one covers its neighbours."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MapPoints:
    """The maps that have a place in the figure; all columns have shape (n_maps,).

    Parameters
    ----------
    names
        The measures on x and y, and the one in colour if there is a third.
    x, y, z
        In the units of the axes; z is NaN where it is unknown or where there is no third measure.
    n_bands, is_within
        Number of tiers, and whether the map keeps all limits.
    n_unknown
        Maps left out, because x or y is unknown.
    """

    names: tuple[str, ...]
    x: FloatColumn
    y: FloatColumn
    z: FloatColumn
    n_bands: IntColumn
    is_within: BoolColumn
    n_unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPoint:
    """A point with a name; x or y may be NaN, and `values` are the two as text."""

    name: str
    x: float
    y: float
    values: tuple[str, str] = ("", "")


def map_points(search: Mapping[str, Any]) -> MapPoints:
    """Return the maps of the frontier and the picks, which may be no maps of it: each place and number of tiers once.

    A map whose number of tiers is unknown counts as one with 0.
    """
    names = _names(search)
    rows = list(_rows(search, names))
    drawn = list(dict.fromkeys(row for row in rows if not (math.isnan(row[0]) or math.isnan(row[1]))))
    table = np.array([row[:3] for row in drawn], dtype=np.float64).reshape(-1, 3)
    return MapPoints(
        names=names,
        x=table[:, 0],
        y=table[:, 1],
        z=np.array([math.nan if row[2] < 0 else row[2] for row in drawn], dtype=np.float64),
        n_bands=np.array([row[3] for row in drawn], dtype=np.int64),
        is_within=np.array([row[4] for row in drawn], dtype=np.bool_),
        n_unknown=sum(math.isnan(row[0]) or math.isnan(row[1]) for row in rows),
    )


def pick_points(search: Mapping[str, Any]) -> list[NamedPoint]:
    """Return the picks that have a place."""
    names = _names(search)
    found = [
        NamedPoint(
            name=clip(pick["name"], _LABEL),
            x=_scaled(pick["measures"].get(names[0]), names[0]),
            y=_scaled(_second(pick, names[1]), names[1]),
        )
        for pick in search.get("picks") or []
    ]
    return [point for point in found if not (math.isnan(point.x) or math.isnan(point.y))]


def reference_points(search: Mapping[str, Any]) -> dict[str, NamedPoint]:
    """Return the incumbent and the router without tiers, where their first measure is known; y may be NaN.

    Examples
    --------
    >>> search = {"measures": ["cost_usd"], "incumbent": {"name": "old", "measures": {"cost_usd": 9.0}},
    ...           "per_request": {"cost_usd": 7.5}}
    >>> [(role, point.name, point.x, point.y) for role, point in reference_points(search).items()]
    [('incumbent', 'old (incumbent)', 9.0, nan), ('no tiers', 'no tiers', 7.5, nan)]
    """
    names, incumbent, alone = _names(search), search["incumbent"], search.get("per_request") or {}
    entries = {
        "incumbent": (f"{clip(incumbent['name'], _LABEL)} (incumbent)", incumbent["measures"], incumbent),
        NO_TIERS: (NO_TIERS, alone, {}),
    }
    found = {}
    for role, (name, measures, entry) in entries.items():
        pair = (measures.get(names[0]), _second({**entry, "measures": measures}, names[1]))
        x, y = (_scaled(value, measure) for value, measure in zip(pair, names[:2], strict=True))
        if not math.isnan(x):
            found[role] = NamedPoint(name=name, x=x, y=y, values=_values(pair, names))
    return found


def merged(points: Sequence[NamedPoint], places: FloatColumn, *, near: float) -> list[NamedPoint]:
    """Return points with those that stand on one spot as one, their names joined in order.

    Parameters
    ----------
    places
        Shape (n, 2): where they stand in the figure, in any unit.
    near
        Two points closer than this in both directions are one; the first keeps its place.

    Examples
    --------
    >>> a, b, c = (NamedPoint(name=name, x=x, y=0.0) for name, x in (("a", 1.0), ("b", 5.0), ("c", 1.0)))
    >>> [point.name for point in merged([a, b, c], np.array([[1.0, 0.0], [5.0, 0.0], [1.0, 0.0]]), near=0.5)]
    ['a, c', 'b']
    """
    groups: list[list[int]] = []
    for i, place in enumerate(places):
        home = next((group for group in groups if (np.abs(places[group[0]] - place) < near).all()), None)
        if home is None:
            groups.append([i])
        else:
            home.append(i)
    names = [", ".join(points[i].name for i in group) for group in groups]
    return [
        NamedPoint(
            name="\n".join(textwrap.wrap(name, _LINE, break_on_hyphens=False, break_long_words=False)),
            x=points[g[0]].x,
            y=points[g[0]].y,
        )
        for name, g in zip(names, groups, strict=True)
    ]


def _names(search: Mapping[str, Any]) -> tuple[str, ...]:
    measures = tuple(search["measures"][:3])
    return measures if len(measures) > 1 else (*measures, N_BANDS)


def _rows(search: Mapping[str, Any], names: tuple[str, ...]) -> list[tuple[float, float, float, int, bool]]:
    """Return (x, y, z, tiers, within) of maps and picks; an unknown z is -1, since NaN equals nothing, not itself."""
    frontier, third = search.get("frontier") or {}, names[2] if len(names) > 2 else ""
    n_maps = len(frontier.get(names[0]) or [])
    unknown: list[float | None] = [None] * n_maps
    columns = [frontier.get(name) or unknown for name in (names[0], names[1], third)]
    within = frontier.get("is_within") or [True] * n_maps
    entries = list(zip(*columns, frontier.get(N_BANDS) or unknown, within, strict=True))
    entries += [
        (p["measures"].get(names[0]), _second(p, names[1]), p["measures"].get(third), p.get(N_BANDS), True)
        for p in search.get("picks") or []
    ]
    return [
        (
            _scaled(x, names[0]),
            _scaled(y, names[1]),
            -1.0 if z is None else _scaled(z, third),
            n or 0,
            is_in is not False,
        )
        for x, y, z, n, is_in in entries
    ]


def _second(entry: Mapping[str, Any], name: str) -> float | None:
    value: float | None = entry.get(N_BANDS) if name == N_BANDS else entry["measures"].get(name)
    return value


def _values(pair: tuple[float | None, float | None], names: tuple[str, ...]) -> tuple[str, str]:
    first = kind_of(names[0]).value(pair[0]) + (" USD" if names[0].endswith("_usd") else "")
    return first, numbers.count(pair[1]) if names[1] == N_BANDS else kind_of(names[1]).value(pair[1])


def _scaled(value: float | None, name: str) -> float:
    return math.nan if value is None else float(value) * (1.0 if name == N_BANDS else kind_of(name).factor)

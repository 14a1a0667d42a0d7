"""Which rows does a comparison of maps have, and what stands in each? The one table behind terminal and page.

Rows come in groups; a cell holds the number as text and its change against the incumbent. The change is taken from the
two numbers of the row, so that what a reader can subtract agrees with what is printed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from paretocode.report import numbers
from paretocode.report.names import short_model_names

__all__ = ["LEAST_SHARE", "Cell", "Group", "Row", "compare_maps", "map_order"]

LEAST_SHARE = 0.005
"""A model is listed when it serves at least this share of the requests under any map."""

_Number = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One number of one map.

    Parameters
    ----------
    value
        As text; `numbers.UNKNOWN` when nobody measured it, empty where the row does not apply to the map.
    change
        Against the incumbent, as text; empty for the incumbent itself.
    verdict
        ``better``, ``worse``, or empty where the change is none, unknown or neither good nor bad.
    """

    value: str
    change: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A label and a cell per map, keyed by map name; `key` is the metric's name, or the tier's, or the model's."""

    key: str
    label: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows under one title."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """How a metric is written, how its change is, and whether more of it is good (1), bad (-1) or neither (0)."""

    value: Callable[[_Number], str]
    change: Callable[[_Number, _Number], str]
    more_is: int = 0


_MONEY = _Kind(value=numbers.usd, change=numbers.relative_change, more_is=-1)
_COUNT = _Kind(value=numbers.count, change=numbers.count_change, more_is=-1)
_AMOUNT = _Kind(value=numbers.usd, change=numbers.usd_change)
_TIME = _Kind(value=numbers.seconds, change=numbers.relative_change, more_is=-1)
_BAD_SHARE = _Kind(value=numbers.percent, change=numbers.points_change, more_is=-1)
_GOOD_SHARE = _Kind(value=numbers.percent, change=numbers.points_change, more_is=1)
_SHARE = _Kind(value=numbers.percent, change=numbers.points_change)
_SHORTFALL = _Kind(value=numbers.axis_score, change=numbers.absolute_change, more_is=-1)
_EXCESS = _Kind(value=numbers.axis_score, change=numbers.absolute_change)

_GROUPS: tuple[tuple[str, tuple[tuple[str, str, _Kind], ...]], ...] = (
    (
        "money",
        (
            ("cost [USD]", "cost_usd", _MONEY),
            ("per 1,000 requests [USD]", "cost_usd_per_krequest", _MONEY),
            ("per 1,000 served [USD]", "cost_usd_per_kserved", _MONEY),
            ("prompt tokens from cache", "cache_hit_share", _GOOD_SHARE),
        ),
    ),
    (
        "time",
        (
            ("latency mean [s]", "latency_mean_s", _TIME),
            ("latency p50 [s]", "latency_p50_s", _TIME),
            ("latency p95 [s]", "latency_p95_s", _TIME),
            ("latency p99 [s]", "latency_p99_s", _TIME),
        ),
    ),
    (
        "jumps, of request pairs",
        (
            ("tier jumps", "tier_jump_rate", _BAD_SHARE),
            ("model jumps", "model_jump_rate", _BAD_SHARE),
            ("model flaps A-B-A [count]", "jumps.model_flaps", _COUNT),
            ("cache lost to jumps [USD]", "jumps.lost_usd", _MONEY),
        ),
    ),
    (
        "the catalogue moves",
        (
            ("catalogue jumps", "motion.catalogue_jumps", _COUNT),
            ("cost of its movement [USD]", "motion.effect_usd", _AMOUNT),
        ),
    ),
    (
        "quality, on the 0..1 axis",
        (
            ("mean shortfall", "shortfall_mean", _SHORTFALL),
            ("mean excess", "excess_mean", _EXCESS),
            ("min score not met", "unmet_share", _BAD_SHARE),
        ),
    ),
    (
        "failures, of requests",
        (
            ("answered by a fallback", "events.fallback_share", _BAD_SHARE),
            ("answered by another tier", "events.other_tier_share", _BAD_SHARE),
            ("given up", "events.given_up_share", _BAD_SHARE),
        ),
    ),
    (
        "coverage, of requests",
        (
            ("unserved", "unserved_share", _BAD_SHARE),
            ("score known", "score_coverage", _GOOD_SHARE),
            ("latency known", "latency_coverage", _GOOD_SHARE),
        ),
    ),
)


_ONLY_WHERE_UNSERVED = ("cost_usd_per_kserved",)


def map_order(document: Mapping[str, Any]) -> list[str]:
    """Return the map names: incumbent first, then the proposed one, then the others as they stand."""
    first = [name for name in (document["incumbent"], document.get("proposed")) if name in document["maps"]]
    return list(dict.fromkeys([*first, *document["maps"]]))


def compare_maps(document: Mapping[str, Any]) -> list[Group]:
    """Return all groups of rows of a metrics document.

    Notes
    -----
    A metric that is null or left out is unknown. A tier that a map does not have is an empty cell; a model that serves
    nothing under a map stands at 0 %.
    """
    names = map_order(document)
    metrics = {name: document["maps"][name]["metrics"] for name in names}
    left_out = () if any(m.get("unserved_share") for m in metrics.values()) else _ONLY_WHERE_UNSERVED
    groups = [
        Group(
            title=title,
            rows=tuple(
                _row(key, label, {name: _looked_up(metrics[name], key) for name in names}, kind, document["incumbent"])
                for label, key, kind in lines
                if key not in left_out and any(_is_recorded(each, key) for each in metrics.values())
            ),
        )
        for title, lines in _GROUPS
    ]
    groups = [group for group in groups if group.rows]
    shares = [("share by tier", _tier_rows(metrics, document)), ("share by model", _model_rows(metrics, document))]
    return groups + [Group(title=title, rows=rows) for title, rows in shares if rows]


def _is_recorded(metrics: Mapping[str, Any], key: str) -> bool:
    """Return whether a metric could have been recorded: those of a section are there only if the section is."""
    section, dot, _ = key.rpartition(".")
    return not dot or isinstance(metrics.get(section), Mapping)


def _looked_up(metrics: Mapping[str, Any], key: str) -> _Number:
    section, dot, name = key.rpartition(".")
    inside = metrics.get(section) if dot else metrics
    return inside.get(name) if isinstance(inside, Mapping) else None


def _row(key: str, label: str, values: Mapping[str, _Number], kind: _Kind, incumbent: str) -> Row:
    old = values.get(incumbent)
    cells = {
        name: Cell(value=kind.value(value))
        if name == incumbent
        else Cell(value=kind.value(value), change=kind.change(value, old), verdict=_verdict(value, old, kind.more_is))
        for name, value in values.items()
    }
    return Row(key=key, label=label, cells=cells)


def _verdict(new: _Number, old: _Number, more_is: int) -> str:
    if new is None or old is None or new == old or more_is == 0:
        return ""
    return "better" if (new > old) == (more_is > 0) else "worse"


def _tier_rows(metrics: Mapping[str, Mapping[str, Any]], document: Mapping[str, Any]) -> tuple[Row, ...]:
    in_order = (tier["name"] for entry in document["maps"].values() for tier in entry.get("tiers") or [])
    counted = (tier for values in metrics.values() for tier in values.get("tier_share") or {})
    tiers = dict.fromkeys((*in_order, *counted))
    return tuple(_tier_row(tier, metrics, document["incumbent"]) for tier in tiers)


def _tier_row(tier: str, metrics: Mapping[str, Mapping[str, Any]], incumbent: str) -> Row:
    shares = {name: values.get("tier_share") for name, values in metrics.items()}
    known = {name: None if values is None else values.get(tier) for name, values in shares.items()}
    row = _row(tier, tier, known, _SHARE, incumbent)
    lacking = {name for name, s in shares.items() if s is not None and tier not in s}
    cells = {
        name: Cell(value="") if name in lacking else Cell(value=cell.value) if incumbent in lacking else cell
        for name, cell in row.cells.items()
    }
    return Row(key=tier, label=tier, cells=cells)


def _model_rows(metrics: Mapping[str, Mapping[str, Any]], document: Mapping[str, Any]) -> tuple[Row, ...]:
    shares: dict[str, dict[str, _Number]] = {
        key: {
            name: None if v.get("model_share") is None else v["model_share"].get(key, 0.0)
            for name, v in metrics.items()
        }
        for key in sorted({key for values in metrics.values() for key in values.get("model_share") or {}})
    }
    top = {key: max(share or 0.0 for share in row.values()) for key, row in shares.items()}
    listed = sorted((key for key in shares if top[key] >= LEAST_SHARE), key=lambda key: (-top[key], key))
    short = short_model_names(shares)
    return tuple(_row(key, short[key], shares[key], _SHARE, document["incumbent"]) for key in listed)

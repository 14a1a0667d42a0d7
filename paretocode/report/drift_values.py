"""How is a drift written? Units of the metrics, where a move stands against its limit, effects by name.

The numbers come from a `DriftReport` as plain values, the output of its ``to_dict``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paretocode.evidence.drift.moves import MetricMove
from paretocode.evidence.drift.verdicts import Limit, Reach, reach_of
from paretocode.report.evidence_values import amount_text, bracket, signed_text, unit_text

__all__ = [
    "METRICS",
    "QUANTITIES",
    "MoveRow",
    "effect_of",
    "limit_text",
    "metric_unit",
    "move_rows",
]

METRICS = {
    "cost_usd_per_krequest": "cost per 1,000 requests",
    "shortfall_mean": "mean shortfall",
    "unmet_share": "not met, of requests",
    "unserved_share": "unserved, of requests",
    "tier_jump_rate": "tier jumps, of pairs",
    "model_jump_rate": "model jumps, of pairs",
    "latency_mean_s": "mean latency",
}
"""Metric -> what it is, in the order of tables."""

QUANTITIES = {
    "min_scores": "min scores",
    "prompt_tokens": "prompt tokens",
    "completion_tokens": "completion tokens",
    "token_pair": "prompt and completion together",
    "gap_s": "gaps within a session",
    "requests_per_session": "requests per session",
    "callers": "callers",
}
"""Quantity -> what it is."""

_REACH_WORDS = {Reach.WITHIN: "within", Reach.BEYOND: "beyond", Reach.OPEN: "undecided"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """One metric of the map, as text, and as numbers in units of its limit.

    Parameters
    ----------
    label, before, after, difference, interval, limit, reach
        For people; ``reach`` is within, beyond or undecided, empty where there is no limit.
    point, low, high
        Over the limit: 1 is the limit, upwards; None where it is not known or nothing bounds it.
    """

    name: str
    label: str
    before: str
    after: str
    difference: str
    interval: str
    limit: str
    reach: str
    point: float | None
    low: float | None
    high: float | None


def metric_unit(name: str) -> str:
    """Return the unit in the form of `paretocode.report.evidence_values`: "" for a share.

    Examples
    --------
    >>> metric_unit("cost_usd_per_krequest"), metric_unit("latency_mean_s"), metric_unit("unmet_share")
    ('USD', 's', '')
    """
    if name.startswith("cost"):
        return "USD"
    return "s" if name.endswith("_s") else "0..1 axis" if name == "shortfall_mean" else ""


def effect_of(test: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return one effect of a test; None where it has none."""
    return next((effect for effect in test["effects"] if effect["name"] == name), None)


def limit_text(limit: Mapping[str, Any] | None, name: str) -> str:
    """Return a limit as text, in the unit of its metric.

    Examples
    --------
    >>> limit_text({"most": 0.05, "is_relative": True}, "cost_usd_per_krequest")
    '5 %'
    >>> limit_text({"most": 0.02, "is_relative": False}, "unmet_share"), limit_text(None, "unmet_share")
    ('2 pp', '')
    """
    if limit is None:
        return ""
    most, unit = limit["most"], metric_unit(name)
    if limit["is_relative"]:
        return f"{100 * most:g} %"
    return f"{100 * most:g} pp" if unit == "" else f"{most:g}" if unit == "0..1 axis" else f"{most:g} {unit}"


def move_rows(moves: Sequence[Mapping[str, Any]], limits: Mapping[str, Mapping[str, Any]]) -> list[MoveRow]:
    """Return one row a metric that has a value on either side."""
    return list(_rows(moves, limits))


def _rows(moves: Sequence[Mapping[str, Any]], limits: Mapping[str, Mapping[str, Any]]) -> Iterator[MoveRow]:
    order = list(METRICS)
    for move in sorted(moves, key=lambda one: order.index(one["name"]) if one["name"] in METRICS else len(order)):
        if move["before"] is None and move["after"] is None:
            continue
        name, limit = move["name"], limits.get(move["name"])
        unit = metric_unit(name)
        is_known = move["difference"] is not None
        written = signed_text(move["difference"], unit) if is_known else "not known"
        size = None if limit is None else Limit(**limit).size(move["before"] or 0.0)
        ends = (_over(move[key], size) for key in ("difference", "low", "high"))
        yield MoveRow(
            **dict(zip(("point", "low", "high"), ends, strict=True)),
            name=name,
            label=METRICS.get(name, name),
            before=amount_text(move["before"], unit),
            after=amount_text(move["after"], unit),
            difference=written if not is_known or unit == "0..1 axis" else f"{written} {unit_text(unit)}",
            interval=bracket(move["low"], move["high"], unit) if is_known else "",
            limit=limit_text(limit, name),
            reach="" if limit is None else _REACH_WORDS[reach_of(MetricMove(**move), Limit(**limit))],
        )


def _over(value: float | None, size: float | None) -> float | None:
    return None if value is None or not size else value / size

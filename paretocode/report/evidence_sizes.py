"""Which rows have the planned sizes and the holdout? What the stream can see, and where the map was judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paretocode.report import numbers
from paretocode.report.evidence_rows import short_name
from paretocode.report.evidence_values import bracket, in_order, point_text, split_text

__all__ = ["HoldoutRow", "SizeRow", "holdout_rows", "size_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRow:
    """What the stream can see of one measure, and how many sessions would tell the observed difference."""

    measure: str
    label: str
    observed: str
    seen: str
    is_seen: bool
    needed: str
    span: str
    rollout: str
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldoutRow:
    """One measure where the map was chosen and where it was judged: differences against the incumbent, and the gap."""

    label: str
    train: str
    test: str
    interval: str
    gap: str
    is_beyond_chance: bool


def size_rows(size: Mapping[str, Any], candidate: str) -> list[SizeRow]:
    """Return one row for each measure that can be planned."""
    entries = (size.get("maps") or {}).get(candidate) or {}
    return [_size_row(name, entries[name]) for name in in_order(entries)]


def _size_row(name: str, entry: Mapping[str, Any]) -> SizeRow:
    label = short_name(name)
    paired, rollout = entry.get("paired"), entry.get("rollout") or {}
    if paired is None:
        return SizeRow(
            measure=name,
            label=label,
            observed="",
            seen="",
            is_seen=False,
            needed="",
            span="",
            rollout="",
            why_not=entry["why_not"],
        )
    unit = _unit_of(name)
    detectable, plan = paired.get("detectable"), paired.get("plan")
    return SizeRow(
        measure=name,
        label=label,
        observed=point_text(paired["difference"], unit),
        seen="" if detectable is None else point_text(detectable["difference"], unit).lstrip("+"),
        is_seen=bool(detectable and detectable["is_seen"]),
        needed="" if plan is None else numbers.count(plan["n_sessions"]),
        span="" if plan is None else _span(paired),
        rollout=numbers.count(rollout["plan"]["n_sessions"]) if rollout.get("plan") else "",
        why_not=_why_not(paired) if plan is None else "",
    )


def _why_not(paired: Mapping[str, Any]) -> str:
    is_same = paired.get("detectable") is None
    return "the same in every session" if is_same else "no difference observed, so none to plan for"


def _span(paired: Mapping[str, Any]) -> str:
    most = paired["n_sessions_most"]
    return f"{numbers.count(paired['n_sessions_least'])} to {'any number' if most is None else numbers.count(most)}"


def _unit_of(measure: str) -> str:
    if measure.startswith("cost"):
        return "USD"
    if measure.endswith("_s"):
        return "s"
    return "0..1 axis" if measure in {"shortfall_mean", "excess_mean"} else ""


def holdout_rows(holdout: Mapping[str, Any]) -> list[HoldoutRow]:
    """Return one row a measure."""
    return [_holdout_row(holdout["measures"][name]) for name in in_order(holdout["measures"])]


def _holdout_row(entry: Mapping[str, Any]) -> HoldoutRow:
    unit = split_text(entry["text"])[1]
    test, gap = entry["test"], entry["optimism_of_difference"]
    low, high = gap["low"], gap["high"]
    return HoldoutRow(
        label=entry["text"],
        train=point_text(entry["train"]["difference"], unit),
        test=point_text(test["difference"], unit),
        interval=bracket(test["low"], test["high"], unit),
        gap=f"{point_text(gap['train_minus_test'], unit)} {bracket(low, high, unit)}",
        is_beyond_chance=(low is not None and low > 0) or (high is not None and high < 0),
    )

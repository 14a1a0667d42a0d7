"""How is a measure of a search written? Its number in people's units, its words on an axis, and its head in a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from paretocode.report import numbers

__all__ = ["PROVIDER_SHARE", "MeasureKind", "kind_of", "measure_head", "measure_label", "measure_meaning"]

PROVIDER_SHARE = "provider_share:"
"""How the name of a measure starts that is the share of requests a provider serves; its name follows."""

_Number = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureKind:
    """How a measure is written, how its change is, and what an axis makes of it; of every measure less is better.

    Parameters
    ----------
    value, change
        Number, or new and old number, to text.
    unit
        On axes, where the measure's own text states none.
    factor
        What an axis multiplies the number by.
    """

    value: Callable[[_Number], str]
    change: Callable[[_Number, _Number], str]
    unit: str
    factor: float = 1.0


_MONEY = MeasureKind(value=numbers.usd, change=numbers.relative_change, unit="USD")
_TIME = MeasureKind(value=numbers.seconds, change=numbers.relative_change, unit="s")
_AXIS = MeasureKind(value=numbers.axis_score, change=numbers.absolute_change, unit="0..1 axis")
_TIERS = MeasureKind(value=numbers.axis_score, change=numbers.absolute_change, unit="tiers")
_SHARE = MeasureKind(value=numbers.percent, change=numbers.points_change, unit="%", factor=100.0)

_HEADS = {
    "cost_usd": "cost [USD]",
    "list_cost_usd": "list cost [USD]",
    "fresh_share": "not cached",
    "short_share": "short",
    "unmet_share": "unmet",
    "unserved_share": "unserved",
    "tier_change_rate": "tier changes",
    "tier_distance_rate": "tiers moved",
    "near_edge_share": "near edge",
    "latency_s": "latency [s]",
    "untimed_share": "untimed",
}
_FAMILY_HEADS = {"above_share:": "> {} s", "short_above_share:": "> {} short", PROVIDER_SHARE: "{}"}


def kind_of(name: str) -> MeasureKind:
    """Return how a measure is written; what is neither money, time, distance nor tiers is a share.

    Examples
    --------
    >>> kind_of("cost_usd").value(917.96), kind_of("provider_share:a_s").value(0.0007), kind_of("shortfall").value(None)
    ('917.96', '0.070 %', '–')
    """
    if ":" in name:  # a family: shares, whatever their argument is called
        return _SHARE
    if name.endswith("_usd"):
        return _MONEY
    if name.endswith("_s"):
        return _TIME
    return {"shortfall": _AXIS, "excess": _AXIS, "tier_distance_rate": _TIERS}.get(name, _SHARE)


def measure_label(search: Mapping[str, Any], name: str) -> str:
    """Return a measure's text with its unit, for axes; its name where the search gives no text.

    Examples
    --------
    >>> texts = {"cost_usd": "cost [USD]", "tier_change_rate": "tier changes, of pairs"}
    >>> [measure_label({"texts": texts}, name) for name in (*texts, "unserved_share")]
    ['cost [USD]', 'tier changes, of pairs [%]', 'unserved_share [%]']
    """
    text = str((search.get("texts") or {}).get(name, name))
    return text if text.endswith("]") else f"{text} [{kind_of(name).unit}]"


def measure_head(name: str) -> str:
    """Return a measure in the few words that stand above a column; an unknown name without its underscores.

    Examples
    --------
    >>> [measure_head(name) for name in ("cost_usd", "above_share:20", "provider_share:deepseek", "new_rate")]
    ['cost [USD]', '> 20 s', 'deepseek', 'new rate']
    """
    if name in _HEADS:
        return _HEADS[name]
    family = next((family for family in _FAMILY_HEADS if name.startswith(family)), None)
    if family is None:
        return name.replace("_", " ")
    return _FAMILY_HEADS[family].format(name.removeprefix(family))


def measure_meaning(search: Mapping[str, Any], name: str) -> str:
    """Return what a column's head stands for: with the name that an experiment calls it by, where that is another one.

    Examples
    --------
    >>> texts = {"cost_usd": "cost, caches by the lag-1 rule [USD]", "shortfall": "mean shortfall [0..1 axis]"}
    >>> [measure_meaning({"texts": texts}, name) for name in texts]
    ['cost [USD] (cost_usd): cost, caches by the lag-1 rule [USD]', 'shortfall: mean shortfall [0..1 axis]']
    """
    head = measure_head(name)
    return f"{head}{'' if head == name else f' ({name})'}: {measure_label(search, name)}"

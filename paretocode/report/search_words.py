"""How is a search for edges said? Its measures in people's units, and its sentences, for terminal, figure and page.

The numbers come from the ``search`` section of a result's ``metrics.json``; this module knows no search, only words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paretocode.report import numbers
from paretocode.report.numbers import UNKNOWN

__all__ = ["MeasureKind", "edges_text", "kind_of", "limit_text", "limits_sentence", "measure_label", "weighed_sentence"]

_Number = float | None
_MOST_NAMED = 3
_MOST_WRITTEN_OUT = 10**12
_MOST_COUNTED = 2**62
"""A search writes this number for itself and everything above."""


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


def kind_of(name: str) -> MeasureKind:
    """Return how a measure is written; what is neither money, time, distance nor tiers is a share.

    Examples
    --------
    >>> kind_of("cost_usd").value(917.96), kind_of("above_share:10").value(0.0007), kind_of("shortfall").value(None)
    ('917.96', '0.070 %', '–')
    """
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


def edges_text(edges: list[float] | None) -> str:
    """Return edges on one line.

    Examples
    --------
    >>> edges_text([0.33, 0.66]), edges_text([]), edges_text(None)
    ('0.33, 0.66', 'none', 'not stated')
    """
    return "not stated" if edges is None else ", ".join(f"{edge:g}" for edge in edges) or "none"


def weighed_sentence(search: Mapping[str, Any]) -> str:
    """Return how many maps were weighed in which settings, how many are on the frontier, and what the answer is worth.

    Settings that ended differently are told apart by name. A number of maps that is not known is said to be unknown.

    Examples
    --------
    >>> one = {"name": "coupled", "n_bands": [2, 3], "n_maps": [17, 66], "verdict": "exact: none is better"}
    >>> weighed_sentence({"settings": [one], "n_frontier_maps": 9})
    '83 maps of 2 to 3 tiers were weighed in 1 setting (coupled); 9 are on the frontier of maps. Exact: none is better.'
    """
    settings = search.get("settings") or []
    names = f" ({'; '.join(setting['name'] for setting in settings)})" if 0 < len(settings) <= _MOST_NAMED else ""
    n_left = search.get("n_frontier_maps")
    left = "how many are" if n_left is None else f"{numbers.count(n_left)} {'is' if n_left == 1 else 'are'}"
    unknown = " is unknown" if n_left is None else ""
    return (
        f"{_weighed(settings)} weighed in {len(settings)} setting{'' if len(settings) == 1 else 's'}{names}; "
        f"{left} on the frontier of maps{unknown}.{_verdicts(settings)}{_thinned(settings)}"
    )


def _thinned(settings: Sequence[Mapping[str, Any]]) -> str:
    """Return how thin the grid was and what that can cost; "" where it was whole."""
    worst = max(settings, key=lambda setting: setting.get("moved_share") or 0, default={})
    share = worst.get("moved_share") or 0
    if not share:
        return ""
    return (
        f" The axis was thinned to {worst['candidates']} edges: to move any edge to the nearest of them re-routes "
        f"at most {numbers.percent(share)} of requests."
    )


def limits_sentence(search: Mapping[str, Any]) -> str:
    """Return the limits and, where the answer is not exact, by how much a shown map may be worse; "" without either.

    Examples
    --------
    >>> limits_sentence({"limits": {"shortfall": 0.1139, "unserved_share": 0.0}, "epsilon": {"cost_usd": 0.5}})
    'Limits: shortfall at most 0.1139; unserved_share at most 0 %. A shown map may be worse by: cost_usd 0.5.'
    """
    limits = "; ".join(limit_text(name, value) for name, value in (search.get("limits") or {}).items())
    slack = "; ".join(f"{name} {kind_of(name).value(value)}" for name, value in (search.get("epsilon") or {}).items())
    parts = [f"Limits: {limits}." if limits else "", f"A shown map may be worse by: {slack}." if slack else ""]
    return " ".join(part for part in parts if part)


def limit_text(name: str, value: float | None) -> str:
    """Return one limit in words.

    Examples
    --------
    >>> limit_text("tier_change_rate", 0.01), limit_text("shortfall", None)
    ('tier_change_rate at most 1.0 %', 'shortfall at most –')
    """
    return f"{name} at most {kind_of(name).value(value)}"


def _verdicts(settings: list[Mapping[str, Any]]) -> str:
    by_verdict: dict[str, list[str]] = {}
    for setting in settings:
        by_verdict.setdefault(setting.get("verdict") or UNKNOWN, []).append(setting["name"])
    if len(by_verdict) == 1:
        return "".join(f" {verdict[:1].upper()}{verdict[1:]}." for verdict in by_verdict)
    return "".join(f" {'; '.join(names)}: {verdict}." for verdict, names in by_verdict.items())


def _weighed(settings: list[Mapping[str, Any]]) -> str:
    """Return "83 maps of 2 to 3 tiers were", rounded where nobody reads the digits."""
    counts = [n for setting in settings for n in setting["n_maps"]]
    bands = [n for setting in settings for n in setting["n_bands"]]
    of = ""
    if bands:
        low, high = min(bands), max(bands)
        of = f" of {low} tier{'' if low == 1 else 's'}" if low == high else f" of {low} to {high} tiers"
    if None in counts:
        return f"an unknown number of maps{of} were"
    n = sum(counts)
    about = "at least" if max(counts, default=0) >= _MOST_COUNTED else "about"
    many = numbers.count(n) if n < _MOST_WRITTEN_OUT else f"{about} {n:.1e}".replace("e+", "e")
    return f"{many} map{of} was" if n == 1 else f"{many} maps{of} were"

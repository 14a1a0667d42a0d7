"""How are a measure, a difference and its interval written? One place for terminal, page and figures.

The numbers come from the ``evidence`` section of a result's ``metrics.json``. Differences are candidate minus
incumbent, and less is better. Money and time are told in percent of change where the document has one, shares in
percentage points, the rest in its own unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from paretocode.report import numbers
from paretocode.report.numbers import UNKNOWN

__all__ = [
    "COST",
    "NO_BOUND",
    "amount_text",
    "bracket",
    "difference_text",
    "in_order",
    "interval_text",
    "point_text",
    "signed_text",
    "split_text",
    "unit_text",
    "wider_text",
]

COST = "cost_usd_per_krequest"
"""The measure that a recommendation speaks of first."""

NO_BOUND = "not bounded"
"""What stands for an end of an interval that nothing bounds."""

_ORDER = (
    COST,
    "latency_mean_s",
    "latency_p50_s",
    "latency_p95_s",
    "latency_p99_s",
    "tier_jump_rate",
    "model_jump_rate",
    "shortfall_mean",
    "excess_mean",
    "unmet_share",
    "unserved_share",
)


def in_order(measures: Iterable[str]) -> list[str]:
    """Return measures as people read them: money, time, jumps, quality, coverage; unknown ones last, by name.

    A file keeps its keys sorted, a run does not: this order is the same for both.

    Examples
    --------
    >>> in_order(["unserved_share", "latency_above_share:10", "cost_usd_per_krequest"])
    ['cost_usd_per_krequest', 'unserved_share', 'latency_above_share:10']
    """
    place = {name: at for at, name in enumerate(_ORDER)}
    return sorted(measures, key=lambda name: (place.get(name, len(place)), name))


def split_text(text: str) -> tuple[str, str]:
    """Return what a measure is and its unit; a share has none.

    Examples
    --------
    >>> split_text("cost per 1,000 requests [USD]"), split_text("tier jumps, of pairs")
    (('cost per 1,000 requests', 'USD'), ('tier jumps, of pairs', ''))
    """
    found = re.fullmatch(r"(.*?)\s*\[([^\]]*)\]", text)
    return (found[1], found[2]) if found else (text, "")


def unit_text(unit: str) -> str:
    """Return the unit in which differences of a measure are told.

    Examples
    --------
    >>> unit_text("USD"), unit_text("")
    ('USD', 'pp')
    """
    return unit or "pp"


def amount_text(value: float | None, unit: str) -> str:
    """Return a value of a measure, its unit only where it is a share.

    Examples
    --------
    >>> amount_text(21.3125, "USD"), amount_text(7.42, "s"), amount_text(0.0397, "0..1 axis"), amount_text(0.05, "")
    ('21.31', '7.42', '0.0397', '5.0 %')
    """
    written = {"USD": numbers.usd, "s": numbers.seconds, "0..1 axis": numbers.axis_score, "": numbers.percent}
    return written.get(unit, _plain)(value)


def signed_text(value: float | None, unit: str) -> str:
    """Return a difference of a measure with its sign and without its unit.

    Examples
    --------
    >>> signed_text(-5.4122, "USD"), signed_text(0.0041, ""), signed_text(0.0, "s"), signed_text(None, "s")
    ('-5.41', '+0.41', '0', 'not bounded')
    """
    if value is None:
        return NO_BOUND
    if value == 0:
        return "0"
    if unit == "":
        return numbers.points_change(value, 0.0).removesuffix(" pp")
    if unit == "0..1 axis":
        return numbers.absolute_change(value, 0.0)
    return "+-"[value < 0] + amount_text(abs(value), unit)


def point_text(value: float | None, unit: str) -> str:
    """Return a difference with its sign and its unit, which an axis of scores needs none of; a missing one is unknown.

    Examples
    --------
    >>> point_text(-14.39, "USD"), point_text(-0.03, "0..1 axis"), point_text(0.0, ""), point_text(None, "s")
    ('-14.39 USD', '-0.0300', '0', '–')
    """
    if value is None:
        return UNKNOWN
    written = signed_text(value, unit)
    return written if unit == "0..1 axis" or value == 0 else f"{written} {unit_text(unit)}"


def bracket(low: float | None, high: float | None, unit: str) -> str:
    """Return an interval of a difference, without its unit.

    Examples
    --------
    >>> bracket(-22.67, 11.85, "USD"), bracket(None, 0.01, "")
    ('[-22.67, +11.85]', '[not bounded, +1.0]')
    """
    return f"[{signed_text(low, unit)}, {signed_text(high, unit)}]"


def difference_text(entry: Mapping[str, Any]) -> str:
    """Return the difference of one measure with its unit: in percent where the document tells a change.

    Parameters
    ----------
    entry
        One measure of one map in ``evidence.comparison.maps``.

    Examples
    --------
    >>> difference_text({"text": "cost [USD]", "difference": -5.41, "change": -0.254})
    '-25.4 %'
    >>> difference_text({"text": "mean shortfall [0..1 axis]", "difference": -0.0971, "change": None})
    '-0.0971'
    """
    if entry.get("change") is not None:
        return _percent(entry["change"])
    unit = split_text(entry["text"])[1]
    written = signed_text(entry["difference"], unit)
    return written if unit == "0..1 axis" else f"{written} {unit_text(unit)}"


def interval_text(entry: Mapping[str, Any]) -> str:
    """Return the own interval of the same difference; the unit is the difference's.

    Examples
    --------
    >>> interval_text({"text": "cost [USD]", "change": -0.25, "change_interval": [-0.857, None]})
    '[-85.7, not bounded]'
    >>> interval_text({"text": "tier jumps, of pairs", "change": None, "interval": [0.0, 0.0]})
    '[0, 0]'
    """
    return _ends_text(entry, "change_interval", "interval")


def wider_text(entry: Mapping[str, Any]) -> str:
    """Return the interval that holds for all measures at once, by which the verdict goes.

    Examples
    --------
    >>> wider_text({"text": "cost [USD]", "change": -0.25, "change_simultaneous": [-0.9, 0.1]})
    '[-90.0, +10.0]'
    """
    return _ends_text(entry, "change_simultaneous", "simultaneous")


def _ends_text(entry: Mapping[str, Any], of_change: str, of_difference: str) -> str:
    if entry.get("change") is not None:
        ends = entry.get(of_change) or (None, None)
        return f"[{', '.join(NO_BOUND if end is None else _percent(end).removesuffix(' %') for end in ends)}]"
    low, high = entry[of_difference]
    return bracket(low, high, split_text(entry["text"])[1])


def _percent(change: float) -> str:
    """Return a relative change in percent, as `numbers.relative_change` writes it."""
    return "0 %" if change == 0 else numbers.points_change(change, 0.0).replace(" pp", " %")


def _plain(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.4g}"

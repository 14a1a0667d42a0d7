"""What changes for whom? Tiers with their share of traffic before and after, models, and the worst-hit requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paretocode.report import numbers
from paretocode.report.differences import difference_lines
from paretocode.report.impact_rows import slice_rows, slice_sentences
from paretocode.report.numbers import UNKNOWN

__all__ = ["TierRow", "change_facts", "min_score_text", "tier_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRow:
    """One serving tier under both maps as text, the new value and the old one; `UNKNOWN` where a map has no such tier.

    Parameters
    ----------
    name
        Of the tier.
    asked
        The stretch of min scores.
    share
        Of all requests.
    usd_per_krequest
        What 1,000 requests served by the tier cost [USD].
    first
        The model that ranks first.
    standing
        ``new`` where only the proposed map has the tier, ``dropped`` where only the incumbent has, else "".
    """

    name: str
    asked: tuple[str, str]
    share: tuple[str, str]
    usd_per_krequest: tuple[str, str]
    first: tuple[str, str]
    standing: str


def change_facts(document: Mapping[str, Any], proposed: str) -> dict[str, Any] | None:
    """Return what the page tells of the proposed map's consequences; None where none is proposed."""
    if proposed == document["incumbent"]:
        return None
    slices = (document.get("evidence") or {}).get("slices")
    if slices is not None and slices["map"] != proposed:
        slices = None
    diff = (document.get("diffs") or {}).get(proposed)
    return {
        "tiers": tier_rows(document, proposed),
        "lines": [] if diff is None else difference_lines(diff),
        "is_known": diff is not None,
        "slices": [] if slices is None else slice_rows(slices),
        "slice_sentences": [] if slices is None else slice_sentences(slices),
        "has_refused": slices is not None and any(entry["newly_unserved"] for entry in slices["slices"]),
    }


def tier_rows(document: Mapping[str, Any], proposed: str) -> list[TierRow]:
    """Return a row a tier, those of the proposed map first, lowest first, then those that only the incumbent has."""
    maps = [document["maps"][name] for name in (proposed, document["incumbent"])]
    order = dict.fromkeys(tier["name"] for each in maps for tier in each["tiers"])
    return [_row(name, *(_tier(each, name) for each in maps)) for name in order]


def _row(name: str, new: Mapping[str, str], old: Mapping[str, str]) -> TierRow:
    return TierRow(
        name=name,
        asked=(new["asked"], old["asked"]),
        share=(new["share"], old["share"]),
        usd_per_krequest=(new["usd"], old["usd"]),
        first=(new["first"], old["first"]),
        standing="new" if old["asked"] == UNKNOWN else "dropped" if new["asked"] == UNKNOWN else "",
    )


def _tier(entry: Mapping[str, Any], name: str) -> dict[str, str]:
    index = next((i for i, tier in enumerate(entry["tiers"]) if tier["name"] == name), None)
    if index is None:
        return dict.fromkeys(("asked", "share", "usd", "first"), UNKNOWN)
    metrics, models = entry["metrics"], entry["tiers"][index]["models"]
    share, cost = (metrics.get("tier_share") or {}).get(name), (metrics.get("tier_cost_usd") or {}).get(name)
    n = None if share is None else share * metrics["requests"]
    return {
        "asked": min_score_text(entry, index),
        "share": numbers.percent(share),
        "usd": numbers.usd(None if cost is None or not n else 1000 * cost / n),
        "first": models[0] if models else "none",
    }


def min_score_text(entry: Mapping[str, Any], index: int) -> str:
    """Return which min scores ask for a tier.

    Examples
    --------
    >>> entry = {"request_edges": [0.33], "tiers": [{"name": "low"}, {"name": "high"}], "default_tier": "high"}
    >>> min_score_text(entry, 0), min_score_text(entry, 1)
    ('0 to below 0.33', '0.33 to 1, omitted')
    """
    edges = [0, *entry["request_edges"], 1]
    is_last = index == len(entry["tiers"]) - 1
    text = f"{edges[index]:g} {'to' if is_last else 'to below'} {edges[index + 1]:g}"
    return f"{text}, omitted" if entry["tiers"][index]["name"] == entry["default_tier"] else text

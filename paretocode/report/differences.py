"""What moves between two maps, in words? (subject, sentence) pairs from a `MapDiff`, for terminal and page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paretocode.report.numbers import percent

__all__ = ["difference_lines"]


def difference_lines(diff: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what differs, what a request feels first; empty when the maps are the same.

    An empty subject continues the one before.

    Parameters
    ----------
    diff
        `paretocode.tiermap.diff.MapDiff.to_dict()` as it is or read back from JSON.
    """
    if diff.get("is_empty"):
        return []
    lines: list[tuple[str, str]] = []
    for key, label in (("request_edges", "request edges"), ("score_edges", "score edges")):
        old, new = diff[key]
        if (None if old is None else list(old)) != (None if new is None else list(new)):
            lines.append((label, f"{_edges(old)} -> {_edges(new)}"))
    old, new = diff["default_tier"]
    if old != new:
        lines.append(("omitted", f"{old} -> {new}"))
    lines += [(f"policy {name}", f"{pair[0]} -> {pair[1]}") for name, pair in diff["policy"].items()]
    if diff.get("moved_share") is not None:
        lines.append(("traffic moved", f"{percent(diff['moved_share'])} of requests change tier"))
    lines += [("", f"{percent(move['share'])} {move['from']} -> {move['to']}") for move in diff["tier_moves"]]
    lines += [
        (f"first in {tier}", f"{old or 'none'} -> {new or 'none'}") for tier, (old, new) in diff["first_choice"].items()
    ]
    moved = {key: f"{old} -> {new}" for key, (old, new) in diff["moved"].items()}
    return lines + _by_place("moved", moved) + _by_place("entered", diff["entered"]) + _by_place("left", diff["left"])


def _by_place(subject: str, places: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return one line a place, with all models that share it; the subject stands on the first line only."""
    members: dict[str, list[str]] = {}
    for key, place in places.items():
        members.setdefault(place, []).append(key)
    lines = [f"{place}: {', '.join(keys)}" for place, keys in members.items()]
    return [(subject if i == 0 else "", line) for i, line in enumerate(lines)]


def _edges(edges: Sequence[float] | None) -> str:
    if edges is None:
        return "not stated"
    return ", ".join(f"{edge:g}" for edge in edges) or "none"

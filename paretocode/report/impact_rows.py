"""What does a diff say, in words and rows? The same for terminal and page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from paretocode.report import numbers
from paretocode.report.evidence_values import NO_BOUND, signed_text
from paretocode.report.numbers import UNKNOWN, percent

__all__ = ["SliceRow", "change_lines", "slice_rows", "slice_sentences", "traffic_lines", "worst_slices"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceRow:
    """One slice as text; `cost_verdict` and `shortfall_verdict` are ``better``, ``worse`` or ""."""

    family: str
    name: str
    share: str
    cost: str
    cost_interval: str
    cost_verdict: str
    shortfall: str
    shortfall_interval: str
    shortfall_verdict: str
    refused: str


def change_lines(changes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (subject, sentence) of what differs between two maps; empty when nothing does.

    An empty subject continues the one before.

    Parameters
    ----------
    changes
        `paretocode.release.map_changes.MapChanges.to_dict`, as it is or read back from JSON.

    Examples
    --------
    >>> same = {"request_edges": None, "score_edges": None, "renamed": {"low": "a"}, "dropped": [], "added": [],
    ...         "default_tier": None, "entered": {}, "left": {}, "moved": {}, "reordered": {}, "policy": {},
    ...         "is_only_names": True}
    >>> change_lines(same)
    [('names', 'only the names of tiers differ; no request and no model moves'), ('renamed', 'low is now called a')]
    """
    lines: list[tuple[str, str]] = []
    if changes.get("is_only_names"):
        lines.append(("names", "only the names of tiers differ; no request and no model moves"))
    for key, label in (("request_edges", "request edges"), ("score_edges", "score edges")):
        if changes[key] is not None:
            lines.append((label, " -> ".join(_edges(edges) for edges in changes[key])))
    lines += _list("dropped", [f"tier {name}" for name in changes["dropped"]])
    lines += _list("added", [f"tier {name}" for name in changes["added"]])
    lines += _list("renamed", [f"{old} is now called {new}" for old, new in changes["renamed"].items()])
    if changes["default_tier"] is not None:
        lines.append(("omitted", " -> ".join(changes["default_tier"])))
    lines += [(f"policy {name}", f"{old} -> {new}") for name, (old, new) in changes["policy"].items()]
    lines += _by_place("moved", {key: f"{old} -> {new}" for key, (old, new) in changes["moved"].items()})
    lines += _by_place("entered", changes["entered"])
    lines += _by_place("left", changes["left"])
    lines += [
        (f"order in {tier}", f"{', '.join(old)} -> {', '.join(new)}")
        for tier, (old, new) in changes["reordered"].items()
    ]
    return lines


def traffic_lines(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return (subject, sentence) of what moves in the traffic."""
    traffic = document["traffic"]
    if traffic is None:
        return []
    lines = [("tier changes", f"{percent(traffic['tier_moved_share'])} of requests, by min score")]
    lines += [("", f"{percent(move['share'])} {move['from']} -> {move['to']}") for move in traffic["moves"]]
    if traffic["model_moved_share"] is not None:
        lines.append(("model changes", f"{percent(traffic['model_moved_share'])} of requests, as served"))
    if traffic["newly_unserved"]:
        n = traffic["newly_unserved"]
        fate = "more" if n > 0 else "fewer"
        lines.append(("unserved", f"{numbers.count(abs(n))} requests {fate}; a refused request costs nothing"))
    return lines


def slice_rows(slices: Mapping[str, Any]) -> list[SliceRow]:
    """Return the slices as text, the one whose cost grows most first."""
    return [
        SliceRow(
            family=entry["family"],
            name=entry["name"],
            share=percent(entry["share"]),
            cost=UNKNOWN if entry["cost_change"] is None else numbers.relative_change(1 + entry["cost_change"], 1),
            cost_interval=_ends(entry["cost_interval"], lambda end: numbers.relative_change(1 + end, 1)),
            cost_verdict=_verdict(entry["cost_interval"]),
            shortfall=UNKNOWN
            if entry["shortfall_difference"] is None
            else signed_text(entry["shortfall_difference"], "0..1 axis"),
            shortfall_interval=_ends(entry["shortfall_interval"], lambda end: signed_text(end, "0..1 axis")),
            shortfall_verdict=_verdict(entry["shortfall_interval"]),
            refused="" if not entry["newly_unserved"] else f"{entry['newly_unserved']:+,}",
        )
        for entry in slices["slices"]
    ]


def slice_sentences(slices: Mapping[str, Any]) -> list[str]:
    """Return which slices are hit worst, and what the intervals mean."""
    entries = slices["slices"]
    found = [sentence for sentence, _ in worst_slices(slices)]
    found.append(
        f"{len(entries)} slices were looked at; the intervals hold at {100 * slices['level']:.4g} % for all "
        f"{slices['n_quantities']} of their numbers at once."
    )
    left_out = [f"{name} ({why})" for name, why in sorted(slices["left_out"].items())]
    return [*found, f"Left out: {', '.join(left_out)}."] if left_out else found


def worst_slices(slices: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """Return where cost and where shortfall grows most, and whether the whole interval lies above 0."""
    entries = slices["slices"]
    costs = [entry for entry in entries if entry["cost_change"] is not None]
    by_shortfall = [entries[at] for at in slices["by_shortfall"]]
    found = []
    for what, key, ordered in (("Cost", "cost_change", costs), ("Shortfall", "shortfall_difference", by_shortfall)):
        if ordered:
            worst, ends = ordered[0], ordered[0]["cost_interval" if what == "Cost" else "shortfall_interval"]
            found.append((_worst(what, worst, key, ends), worst[key] > 0 and _verdict(ends) == "worse"))
    return found


def _worst(what: str, worst: Mapping[str, Any], key: str, ends: Sequence[float | None] | None) -> str:
    if worst[key] <= 0:
        return f"{what} grows in no slice."
    by = numbers.relative_change(1 + worst[key], 1) if what == "Cost" else signed_text(worst[key], "0..1 axis")
    of = f"{worst['family']} {worst['name']} ({percent(worst['share'])} of requests)"
    return f"{what} grows most for {of}: {by}{_told(ends)}."


def _told(ends: Sequence[float | None] | None) -> str:
    return ", the whole interval above 0" if _verdict(ends) == "worse" else ", its interval holds 0 too"


def _verdict(ends: Sequence[float | None] | None) -> str:
    if ends is None:
        return ""
    low, high = ends
    return "worse" if low is not None and low > 0 else "better" if high is not None and high < 0 else ""


def _ends(ends: Sequence[float | None] | None, written: Any) -> str:
    if ends is None:
        return ""
    return f"[{', '.join(NO_BOUND if end is None else written(end).removesuffix(' %') for end in ends)}]"


def _edges(edges: Sequence[float] | None) -> str:
    if edges is None:
        return "not stated"
    return ", ".join(f"{edge:g}" for edge in edges) or "none"


def _list(subject: str, sentences: list[str]) -> list[tuple[str, str]]:
    return [(subject if at == 0 else "", sentence) for at, sentence in enumerate(sentences)]


def _by_place(subject: str, places: Mapping[str, str]) -> list[tuple[str, str]]:
    members: dict[str, list[str]] = {}
    for key, place in places.items():
        members.setdefault(place, []).append(key)
    return _list(subject, [f"{place}: {', '.join(keys)}" for place, keys in members.items()])

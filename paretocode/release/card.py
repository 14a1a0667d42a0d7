"""What would a person want to know before loading the map? One page of Markdown."""

from __future__ import annotations

import unicodedata
from typing import Any

from paretocode.release.approval import Approval
from paretocode.tiermap.file import TierMapFile, sha256_of

__all__ = ["release_card"]


def release_card(file: TierMapFile, content: bytes, metrics: dict[str, Any], approvals: list[Approval]) -> str:
    """Return the card of a release."""
    name = file.name
    entry, incumbent = metrics["maps"][name], metrics["incumbent"]
    lines = [
        f"# Tier map `{_plain(name)}`, serial {file.serial}",
        "",
        f"- sha256 of `tier_map.json`: `{sha256_of(content)}`",
        f"- scores: {_plain(file.score_definition)}; catalogue of {file.catalogue_as_of or 'unknown date'}",
        f"- a request that omits its min score gets **{_plain(file.default_tier)}**",
        "",
        "| tier | min score from | candidates, best first |",
        "|---|---|---|",
        *_tier_lines(file),
        "",
        "## What it does to the stream it was judged on",
        "",
        f"{metrics['stream']['requests']:,} requests in {metrics['stream']['sessions']:,} sessions "
        f"({_plain(metrics['stream']['name'])}); {_change_sentence(entry, incumbent, name)}",
        "",
        "## What is not known",
        "",
        *(f"- {_plain(sentence)}" for sentence in metrics["not_known"]),
        "",
        "## Lint",
        "",
        *(
            [f"- {_plain(f['code'])}, {_plain(f['subject'])}: {_plain(f['message'])}" for f in entry["findings"]]
            or ["- nothing found"]
        ),
        "",
        "## Approved by",
        "",
        *(f"- {_plain(a.by)}, {a.date}: {_plain(a.reason)} (sealed by digests, not signed)" for a in approvals),
        "",
        _plain(file.attribution),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _tier_lines(file: TierMapFile) -> list[str]:
    starts = [0.0, *(edge / 1e6 for edge in file.request_edges_ppm)]
    return [
        f"| {_plain(tier.name)} | {start:g} | {', '.join(_plain(c.key) for c in tier.candidates) or '(none)'} |"
        for tier, start in zip(reversed(file.tiers), reversed(starts), strict=True)
    ]


def _change_sentence(entry: dict[str, Any], incumbent: str, name: str) -> str:
    metrics, change = entry["metrics"], entry["change"]
    jumps = metrics["tier_jump_rate"]
    cost = f"{metrics['cost_usd']:,.2f} USD, {'unknown' if jumps is None else f'{jumps:.3%}'} tier jumps per pair"
    if metrics["unserved"]:
        cost += f", and leaves {metrics['unserved_share']:.1%} of the requests unserved (which cost nothing)"
    if change is None:
        return f"this is the incumbent: {cost}."
    moved = "unknown" if change["cost_usd"] is None else f"{change['cost_usd']:+.1%}"
    return f"`{_plain(name)}` costs {cost}; cost against `{_plain(incumbent)}`: {moved}."


def _plain(text: str) -> str:
    """Return text that cannot open Markdown or HTML constructs; control characters become spaces."""
    text = "".join(" " if unicodedata.category(char).startswith("C") else char for char in text)
    return "".join({"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "\\|", "`": "'", "\n": " "}.get(c, c) for c in text)

"""What would a person want to know before loading the map? One page of Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from paretocode.release.approval import Approval
from paretocode.release.gates import GateReport
from paretocode.release.people import Standing
from paretocode.release.words import is_plain
from paretocode.tiermap.file import TierMapFile, sha256_of

__all__ = ["release_card"]

_ESCAPES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "`": "'"} | {char: f"\\{char}" for char in "\\|*_[]!#~"}
_ADDRESS = re.compile(r"(\b(?:https?|ftp|xmpp|mailto)|\bwww)([:.])", re.IGNORECASE)


def release_card(
    file: TierMapFile,
    content: bytes,
    metrics: dict[str, Any],
    approvals: list[Approval],
    *,
    standing: Standing,
    gates: Sequence[GateReport] = (),
    draft_because: list[str] | None = None,
) -> str:
    """Return the card of a release, or of a draft with the reasons why it is one."""
    name = file.name
    entry, incumbent = metrics["maps"][name], metrics["incumbent"]
    lines = [
        f"# {'' if draft_because is None else 'DRAFT: '}Tier map `{_code(name)}`, serial {file.serial}",
        "",
        *_draft_lines(draft_because),
        f"- sha256 of `tier_map.json`: `{sha256_of(content)}`",
        f"- scores: {_plain(file.score_definition)}; catalogue of {_plain(file.catalogue_as_of or 'unknown date')}",
        f"- a request that omits its min score gets **{_plain(file.default_tier)}**",
        f"- {_succession(file)}",
        f"- {_drift_limits(file)}",
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
        "## Gates",
        "",
        *_gate_lines(gates),
        "",
        "## Approved by",
        "",
        *_approval_lines(approvals, standing),
        "",
        _plain(file.attribution),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _draft_lines(draft_because: list[str] | None) -> list[str]:
    if draft_because is None:
        return []
    return [f"**Routers refuse this draft: {_plain('; '.join(draft_because))}.**", ""]


def _succession(file: TierMapFile) -> str:
    parent = "supersedes no map" if file.supersedes is None else f"supersedes the map with sha256 `{file.supersedes}`"
    days = [f"from {file.valid_from}"] if file.valid_from else []
    days += [f"through {file.valid_until}"] if file.valid_until else []
    return f"{parent}; valid {' '.join(days) or 'on any day'}"


def _drift_limits(file: TierMapFile) -> str:
    limits = file.drift_limits
    if limits is None:
        return "states no drift limits"
    shares = ", ".join(
        f"{_plain(tier.name)} {ppm / 1e4:.3g} %" for tier, ppm in zip(file.tiers, limits.served_ppm, strict=True)
    )
    return (
        f"look at it again when, of {limits.least_requests:,} requests or more, over "
        f"{limits.most_moved_ppm / 1e4:g} % are "
        f"served by other tiers than on the stream it was judged on ({shares})"
    )


def _approval_lines(approvals: list[Approval], standing: Standing) -> list[str]:
    """Return who approved, by whose word, and under which rule; nothing here was checked, so it says what is stated."""
    lines = [f"- {_plain(a.by)}, {_plain(a.date)}: {_plain(a.reason)} ({_plain(_seal(a))})" for a in approvals]
    remarks = [f"- remark: {_plain(remark)}" for remark in standing.remarks]
    return [*(lines or ["- nobody"]), f"- rule: {_plain(standing.rule)}", *remarks]


def _gate_lines(gates: Sequence[GateReport]) -> list[str]:
    """Return each gate with what became of it, as of the day of the last approval; waivers stand in the sentences."""
    lines = [
        f"- {_plain(result.name)} {result.state.name.lower()}: {_plain(result.sentence)}"
        for report in gates
        for result in report.results
    ]
    return lines or ["- none was stated"]


def _seal(approval: Approval) -> str:
    signed = f"signed as {approval.principal}: check it against your own allowed signers"
    return signed if approval.is_signed else "sealed by digests, not signed"


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
    return f"`{_code(name)}` costs {cost}; cost against `{_code(incumbent)}`: {moved}."


def _plain(text: str) -> str:
    """Return text that stays text in Markdown: no tag, image, link, emphasis, nor an address that turns into a link."""
    escaped = "".join(_ESCAPES.get(char, char) for char in _on_one_line(text))
    return _ADDRESS.sub(lambda match: match[1] + f"&#{ord(match[2])};", escaped)


def _code(text: str) -> str:
    """Return text that may stand between backticks, where nothing but a backtick means anything."""
    return _on_one_line(text).replace("`", "'").replace("<", "(").replace(">", ")")


def _on_one_line(text: str) -> str:
    return "".join(char if is_plain(char) else " " for char in text)

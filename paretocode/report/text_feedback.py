"""What does a person read of users' reports? Edges with intervals, warnings, and lines for a search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from paretocode._terminal import filled
from paretocode.report import numbers
from paretocode.report.text_fitted import fitted_table

__all__ = ["VERDICT_WORDS", "feedback_text", "proposal_lines"]


VERDICT_WORDS = {
    "MOVE_DOWN": "move down",
    "MOVE_UP": "move up",
    "SAME_STRETCH": "nothing moves",
    "KEEP": "keep",
    "ONLY_COMPLAINTS": "only complaints",
    "TOO_FEW": "too few",
    "ONE_ATOM": "one min score",
    "ONE_SIDED": "one-sided",
    "ASSUMED": "assumed",
    "TOO_WIDE": "too wide",
    "NOT_FITTED": "not fitted",
}
"""Name of a verdict on an edge -> its short form."""


def feedback_text(summary: Mapping[str, Any]) -> str:
    """Return what reports say, as text.

    Parameters
    ----------
    summary
        `paretocode.evidence.feedback.FeedbackSummary.to_dict`, the file's name under ``reports`` where known.
    """
    parts = [_head(summary), _edges(summary), _sentences(summary), _channels(summary), _warnings(summary)]
    parts.append("\n".join(["proposal for [search]:", *proposal_lines(summary)]))
    return "\n\n".join(part for part in parts if part)


def proposal_lines(summary: Mapping[str, Any]) -> list[str]:
    """Return the proposal as TOML lines that stand under ``[search]`` as they are.

    The forbidden stretches hold; the pins, which would fix the edges altogether, are written as a comment.

    Examples
    --------
    >>> summary = {"n_reports": 1043, "n_writers": 140, "level": 0.95, "zones": [[0.0, 0.55], [0.6, 1.0]],
    ...            "pins": [0.58]}
    >>> print(*proposal_lines(summary), sep="\\n")
    # 1,043 reports by 140 people: edges stay inside their 95 % intervals
    forbidden_request_edges = [[0.0, 0.55], [0.6, 1.0]]
    # or fix those that are placed:
    # pinned_request_edges = [0.58]
    >>> proposal_lines({**summary, "zones": [], "pins": []})
    ['# 1,043 reports by 140 people cannot place any edge: nothing is forbidden', 'forbidden_request_edges = []']
    """
    said = f"# {summary['n_reports']:,} reports by {summary['n_writers']:,} people"
    zones, pins = list(summary["zones"]), list(summary["pins"])
    if not pins:
        said += " cannot place any edge: nothing is forbidden"
        return [said, f"forbidden_request_edges = {_nested(zones)}"]
    inside = f"edges stay inside their {100 * summary['level']:g} % intervals"
    free = "edges that cannot be placed leave all of the axis open: nothing is forbidden"
    return [
        f"{said}: {inside if zones else free}",
        f"forbidden_request_edges = {_nested(zones)}",
        "# or fix those that are placed:",
        f"# pinned_request_edges = {[float(pin) for pin in pins]}",
    ]


def _nested(zones: list[Any]) -> str:
    return str([[float(low), float(high)] for low, high in zones])


def _head(summary: Mapping[str, Any]) -> str:
    left_out = summary["n_left_out"]
    rest = f"; {left_out:,} bear on no edge" if left_out else ""
    said = f"{summary['n_reports']:,} reports by {summary['n_writers']:,} people{rest}"
    named = f"{summary['reports']}: " if summary.get("reports") else ""
    basis = {
        "verdicts": "edges are placed by how often each verdict is written at each min score",
        "balance": "edges are placed by complaints against the demand, since nobody wrote fine",
    }[summary["basis"]]
    return f"{named}{said}\n{basis}"


def _edges(summary: Mapping[str, Any]) -> str:
    rows = [list(_edge_row(edge)) for edge in summary["edges"]]
    half = summary["edges"][0]["needed"]["half_width"]
    header = ["edge", "between", "reports", "weak", "dear", "should lie at", "interval", f"for +-{half:g}", "verdict"]
    note = (
        f"Intervals are for each edge by itself ({100 * summary['level']:g} %). weak: too weak below the edge, dear: "
        f"too dear above it. for +-{half:g}: reports of the same mix that such an interval takes, all edges together."
    )
    return f"{fitted_table(header, rows, 'llrrrrrrl')}\n\n{filled(note)}"


def _edge_row(edge: Mapping[str, Any]) -> Iterator[str]:
    counts, needed = edge["counts"], edge["needed"]["n_reports"]
    yield f"{edge['edge']:g}"
    yield f"{edge['tier_below']} | {edge['tier_above']}"
    yield from (numbers.count(counts[name]) for name in ("n_reports", "n_too_weak", "n_too_dear"))
    yield f"{edge['point']:.3f}" if edge["is_told"] else numbers.UNKNOWN
    yield f"[{edge['low']:.3f}, {edge['high']:.3f}]" if edge["is_told"] else numbers.UNKNOWN
    yield "no number" if needed is None else numbers.count(needed)
    yield VERDICT_WORDS.get(edge["verdict"], edge["verdict"].lower())


def _sentences(summary: Mapping[str, Any]) -> str:
    said = [edge["sentence"] for edge in summary["edges"]]
    said += [effect["sentence"] for effect in summary["weighting"] if effect["low"] > 0 or effect["high"] < 0]
    shift = summary["model"]["asymmetry_shift"]
    if shift is not None and any(edge["is_told"] for edge in summary["edges"]):
        said.append(
            "Reports cannot show whether too weak is written more readily than too dear: if twice as readily, all "
            f"edges are estimated {shift:.3f} too low."
        )
    return "\n".join(filled(sentence, first="- ") for sentence in said)


def _channels(summary: Mapping[str, Any]) -> str:
    """Return what says too slow or jumped, of tiers and models with such reports."""
    told = [rate for rate in summary["channels"] if rate["n_verdict"] and rate["kind"] != "edge"]
    if not told:
        return ""
    rows = [
        [
            rate["verdict"],
            f"{rate['kind']} {rate['name']}",
            f"{rate['n_verdict']:,} of {rate['n_reports']:,}",
            f"{numbers.percent(rate['share'])} [{100 * rate['low']:.1f}, {100 * rate['high']:.1f}]",
        ]
        for rate in told
    ]
    points = dict.fromkeys(f"{rate['verdict']}: {rate['points_to']}" for rate in told)
    table = fitted_table(["verdict", "where", "reports", "share"], rows, "llrr")
    return "\n".join([table, *(filled(point) for point in points)])


def _warnings(summary: Mapping[str, Any]) -> str:
    if not summary["warnings"]:
        return "no sign that the reports do not speak for all"
    return "\n".join(["who writes:", *(filled(warning["sentence"], first="- ") for warning in summary["warnings"])])

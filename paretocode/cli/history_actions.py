"""``paretocode catalogue history FOLDER|FILE``: what changed in the catalogue, and what moved with it?"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from paretocode.cli.shared import add_json, emit, say
from paretocode.errors import InputError, UsageError

if TYPE_CHECKING:
    from paretocode.catalogue.history import History, Rebase

__all__ = ["add_arguments", "add_options", "history_document", "run"]

_SHOWN = 40


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments to a parser of its own."""
    parser.add_argument("source", metavar="FOLDER|FILE", help="dated catalogues, a change log, or monthly copies")
    add_options(parser)
    add_json(parser)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the action's own options to a parser that has ``source`` and ``--json`` already."""
    parser.add_argument("--speeds", metavar="FILE", help="for history: a speed log that goes with a change log")
    parser.add_argument("--since", metavar="DATE", help="for history: first day to compare")
    parser.add_argument("--until", metavar="DATE", help="for history: last day to compare")
    parser.add_argument(
        "--score-edges", metavar="A,B", help="for history: also show what changes tier, and which picks flip and why"
    )
    parser.add_argument("--limit", type=int, default=_SHOWN, help="for history: lines of text a list may have")


def run(args: argparse.Namespace) -> int:
    """Show what changed."""
    from paretocode.catalogue.history import load_history

    if args.source == "bundled":
        raise UsageError(
            "history names no folder or file",
            way_out="give a folder of dated catalogues, a change log or monthly copies",
        )
    edges = _edges(args.score_edges)
    history = load_history(args.source, speeds=args.speeds)
    if args.since or args.until:
        history = _between(history, args.since, args.until)
    document = history_document(history, score_edges=edges)
    emit(args, _text(document, limit=max(args.limit, 0)), document)
    for note in () if getattr(args, "json", False) else history.notes:
        say(f"note: {note}")
    return 0


def _between(history: History, since: str | None, until: str | None) -> History:
    from paretocode.catalogue.history._days import day_of

    first, last = history.dates[0], history.dates[-1]
    start = day_of(since, where="--since") if since else first
    end = day_of(until, where="--until") if until else last
    if start > last or end < first:
        raise InputError(
            f"no entry stands on or after {start}" if start > last else f"no entry stands on or before {end}",
            where="--since" if start > last else "--until",
            way_out=f"ask for days from {first} to {last}",
        )
    return history.between(start, end)


def _edges(words: str | None) -> tuple[float, ...]:
    from paretocode._checks import increasing

    if words is None:
        return ()
    try:
        edges = tuple(float(word) for word in words.split(","))
    except ValueError:
        edges = (math.nan,)
    if not all(math.isfinite(edge) for edge in edges):
        raise UsageError(f"--score-edges is {words!r}", way_out="give numbers with commas, as in 17.3,32.6")
    increasing(edges, name="edges", where="--score-edges")
    return edges


def history_document(history: History, *, score_edges: tuple[float, ...] = ()) -> dict[str, Any]:
    """Return all that the action answers, as plain values.

    Raises
    ------
    InputError
        Score edges out of order, or edges for a history without scores.
    """
    from paretocode.catalogue.history import changes_of, rebases_of

    if score_edges and all(math.isnan(score) for score in history.numbers["coding_score"].flat):
        raise InputError(
            "the history holds no scores for --score-edges to cut",
            where="history",
            way_out="leave the edges out, or give a history with scores",
        )
    changes = changes_of(history)
    rewritten = changes.n_rounded.nonzero()[0]
    document: dict[str, Any] = {
        "first": str(history.dates[0]),
        "last": str(history.dates[-1]),
        "entries": history.n_days,
        "models": history.n_models,
        "gaps": [[str(first), str(last)] for first, last in history.gaps],
        "score_definitions": sorted(set(history.score_definitions) - {"", "none"}),
        "counts": changes.counts(),
        "first_known": [
            {"date": str(history.dates[day]), "field": field, "models": n} for day, field, n in changes.first_known
        ],
        "rewritten": [{"date": str(history.dates[i]), "scores": int(changes.n_rounded[i])} for i in rewritten],
        "rebases": [_rebase(history, rebase, score_edges) for rebase in rebases_of(history)],
        "changes": list(changes.rows()),
        "attribution": history.attribution,
        "notes": list(history.notes),
    }
    return document | (_moves(history, score_edges) if score_edges else {})


def _rebase(history: History, rebase: Rebase, score_edges: tuple[float, ...]) -> dict[str, Any]:
    from paretocode.catalogue.history import reanchor_options

    scores = history.numbers["coding_score"]
    shift = scores[rebase.after_index] - scores[rebase.before_index]
    entry = {
        "before": str(history.dates[rebase.before_index]),
        "after": str(history.dates[rebase.after_index]),
        "definition_before": rebase.definition_before,
        "definition_after": rebase.definition_after,
        "scored_before": rebase.n_before,
        "lost": [history.names[i] for i in rebase.lost_index],
        "survivors": {history.names[i]: round(float(shift[i]), 6) for i in rebase.survivor_index},
        "n_moved": len(rebase.moved_index),
        "median_shift": _number(rebase.median_shift),
        "largest_shift": _number(rebase.largest_shift),
        "rank_correlation": _number(rebase.rank_correlation),
    }
    if score_edges and len(rebase.survivor_index):
        options = reanchor_options(score_edges, scores[rebase.before_index], scores[rebase.after_index])
        entry["reanchored"] = {
            name: {"edges": list(option.edges), "moved": [history.names[i] for i in option.moved_index]}
            for name, option in options.items()
        }
    return entry


def _number(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _moves(history: History, score_edges: tuple[float, ...]) -> dict[str, Any]:
    from paretocode.tiermap.picks import FixedEdges, flips_of, picks_of, tier_changes, track_of_rule

    track = track_of_rule(history, FixedEdges(score_edges))
    flips = {name: flips_of(picks_of(track, ranking=ranking)) for name, ranking in _RANKINGS.items()}
    moved = tier_changes(track)
    return {
        "tier_changes": {"causes": moved.causes(), "rows": list(moved.rows())},
        "flips": {name: {"causes": found.causes(), "rows": list(found.rows())} for name, found in flips.items()},
    }


_FIELD_WORDS = {"context_tokens": "context", "coding_score": "score"}
_RANKINGS = {"cheapest": "price", "fastest": "throughput"}


def _text(document: Mapping[str, Any], *, limit: int) -> str:
    from paretocode.report.text_fitted import fitted_table

    counts = ", ".join(f"{n} {kind}" for kind, n in document["counts"].items())
    head = [
        f"{document['entries']} entries from {document['first']} to {document['last']}, {document['models']} models; "
        f"scores: {', '.join(document['score_definitions']) or 'none'}",
        f"changes: {counts}",
        *(f"no entry from {first} to {last}" for first, last in document["gaps"][:limit]),
        *(
            f"{entry['date']}: {_FIELD_WORDS.get(entry['field'], entry['field'])} known for the first time for "
            f"{entry['models']} models"
            for entry in document["first_known"]
        ),
        *(f"{entry['date']}: {entry['scores']} scores only written anew" for entry in document["rewritten"]),
        *(line for rebase in document["rebases"] for line in _rebase_lines(rebase)),
    ]
    parts = ["\n".join(head)]
    listed = document["changes"][:limit]
    if listed:
        rows = [[c["date"], c["kind"], c["name"] or "all", c["field"], *_values(c)] for c in listed]
        parts.append(fitted_table(["date", "change", "model", "field", "before", "after"], rows, "llllrr"))
    if len(document["changes"]) > limit:
        parts.append(f"{len(document['changes']) - limit} further changes; --limit shows more, --json all.")
    if "flips" in document:
        parts.append(_moves_text(document, limit=limit))
    return "\n\n".join([*parts, document["attribution"]]).rstrip()


def _values(change: Mapping[str, Any]) -> list[str]:
    if change["kind"] in ("entry", "exit"):
        return ["", ""]
    return [_cell(change["before"]), _cell(change["after"])]


def _rebase_lines(rebase: Mapping[str, Any]) -> list[str]:
    lines = [
        f"re-base from {rebase['before']} to {rebase['after']} ({rebase['definition_before']} to "
        f"{rebase['definition_after']}): {len(rebase['lost'])} of {rebase['scored_before']} scores lost, "
        f"{len(rebase['survivors'])} survive, median shift {_cell(rebase['median_shift'])}, largest "
        f"{_cell(rebase['largest_shift'])}, rank correlation {_cell(rebase['rank_correlation'])}"
    ]
    for method, option in rebase.get("reanchored", {}).items():
        edges = ", ".join(f"{edge:g}" for edge in option["edges"])
        lines.append(f"  edges by {method}: {edges}; {len(option['moved'])} survivors change tier")
    return lines


def _moves_text(document: Mapping[str, Any], *, limit: int) -> str:
    from paretocode.report.text_fitted import fitted_table

    moved = document["tier_changes"]
    lines = [f"{len(moved['rows'])} tier changes: {_causes(moved['causes'])}"]
    rows = [[r["date"], r["name"], r["before"], r["after"], r["cause"]] for r in moved["rows"][:limit]]
    lines += [fitted_table(["date", "model", "before", "after", "cause"], rows, "lllll")] if rows else []
    for name, found in document["flips"].items():
        lines.append(f"\n{len(found['rows'])} flips of the {name}: {_causes(found['causes'])}")
        rows = [[r["date"], r["tier"], r["before"], r["after"], r["cause"]] for r in found["rows"][:limit]]
        lines += [fitted_table(["date", "tier", "before", "after", "cause"], rows, "lllll")] if rows else []
    return "\n".join(lines)


def _causes(causes: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {cause}" for cause, n in causes.items() if n) or "none"


def _cell(value: object) -> str:
    if value is None:
        return "missing"
    return f"{value:g}" if isinstance(value, float) else str(value)

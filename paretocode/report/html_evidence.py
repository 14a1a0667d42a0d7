"""What does the page say of evidence? Differences with intervals, sizes, choice, holdout, and what would turn it.

Only sections that the document has are told; everything is text, and the template escapes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.report.evidence_others import OTHER_PARTS, other_sentences
from paretocode.report.evidence_rows import (
    VERDICTS,
    difference_rows,
    has_comparison,
    other_rows,
)
from paretocode.report.evidence_shifts import (
    break_even_clauses,
    moving_rows,
    never_sentence,
    today_sentences,
)
from paretocode.report.evidence_sizes import holdout_rows, size_rows
from paretocode.report.evidence_values import COST, interval_text, split_text
from paretocode.report.evidence_words import (
    holdout_sentences,
    left_out_sentences,
    level_text,
    record_sentences,
    selection_sentences,
    size_sentences,
)

__all__ = ["evidence_facts", "other_parts", "tile_intervals"]

_MOST_CLAUSES = 10
_MOST_SHIFTS = 3


def evidence_facts(document: Mapping[str, Any], proposed: str) -> dict[str, Any] | None:
    """Return the sentences and rows that the page's template sets; None where no candidate is compared.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json``, with the holdout's record where it is to be told.
    proposed
        The map that is told in full; the incumbent where none is proposed.
    """
    if not has_comparison(document):
        return None
    evidence = document["evidence"]
    comparison = evidence["comparison"]
    is_told = proposed in comparison["maps"]
    return {
        "level": level_text(comparison["level"]),
        "left_out": left_out_sentences(comparison),
        "verdicts": VERDICTS,
        "rows": difference_rows(comparison, proposed) if is_told else [],
        "others": other_rows(comparison, proposed),
        "first": _first(comparison),
        "size": _size(evidence, proposed) if is_told else None,
        "holdout": _holdout(evidence),
        "selection": None if "selection" not in evidence else selection_sentences(evidence["selection"]),
        "sensitivity": _sensitivity(evidence.get("sensitivity")),
    }


def other_parts(document: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Return (heading, figure, sentences) of what needs no candidate: today's traffic, users' reports, outcomes."""
    return [(OTHER_PARTS[p], p, said) for p, said in other_sentences(document.get("evidence") or {}).items()]


def tile_intervals(document: Mapping[str, Any], proposed: str) -> dict[str, dict[str, str]]:
    """Return for each measure of the proposed map its interval and verdict; empty where there is none.

    The verdict colours a number only where it is one: ``better`` or ``worse``.
    """
    if not has_comparison(document):
        return {}
    entries = document["evidence"]["comparison"]["maps"].get(proposed, {})
    return {
        measure: {
            "interval": interval_text(entry),
            "word": VERDICTS[entry["verdict"]],
            "verdict": entry["verdict"] if entry["verdict"] in {"better", "worse"} else "",
        }
        for measure, entry in entries.items()
    }


def _first(comparison: Mapping[str, Any]) -> str:
    """Return the measure that the lines of other candidates tell in numbers."""
    texts = {name: entry["text"] for entries in comparison["maps"].values() for name, entry in entries.items()}
    return split_text(texts[COST] if COST in texts else next(iter(texts.values()), ""))[0]


def _size(evidence: Mapping[str, Any], proposed: str) -> dict[str, Any] | None:
    size, comparison = evidence.get("size"), evidence["comparison"]
    if not size or not (size.get("maps") or {}).get(proposed):
        return None
    kind, n = comparison["clusters"], comparison["n_clusters"]
    return {
        "title": f"What {n:,} {kind}s can see",
        "kind": kind,
        "sentences": size_sentences(size, proposed, n_sessions=n, clusters=kind),
        "rows": size_rows(size, proposed),
        "power": level_text(size["power"]),
        "canary": level_text(size["canary_share"]),
    }


def _holdout(evidence: Mapping[str, Any]) -> dict[str, Any] | None:
    holdout = evidence.get("holdout")
    if not holdout:
        return None
    objective = holdout.get("objective", COST)
    record = holdout.get("record") or {}
    return {
        "sentences": holdout_sentences(holdout, objective=objective),
        "record": record_sentences(holdout),
        "is_clean": record.get("is_clean", True),
        "rows": holdout_rows(holdout),
        "candidate": holdout["candidate"],
        "incumbent": holdout["incumbent"],
    }


def _sensitivity(sensitivity: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not sensitivity:
        return None
    if "tornado" not in sensitivity:
        why = f"Left out: {sensitivity.get('left_out', 'it was not asked for')}."
        return {"sentences": [why], "shifts": [], "clauses": [], "never": ""}
    tornado, entries = sensitivity["tornado"], sensitivity.get("break_even") or []
    measure = tornado["sorted_by"]
    clauses = break_even_clauses(entries)
    return {
        "sentences": today_sentences(tornado),
        "shifts": [row["sentences"][measure] for row in moving_rows(tornado)[:_MOST_SHIFTS]],
        "what": split_text(tornado["measures"][measure])[0],
        "clauses": clauses[:_MOST_CLAUSES],
        "n_more": len(clauses) - len(clauses[:_MOST_CLAUSES]),
        "never": never_sentence(entries),
    }

"""What does a person read of the evidence in the terminal? The proposed map in full, one line for each other one."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from paretocode._terminal import page_width
from paretocode.report.evidence_others import other_sentences
from paretocode.report.evidence_rows import (
    VERDICTS,
    candidate_order,
    difference_rows,
    has_comparison,
    other_rows,
)
from paretocode.report.evidence_shifts import break_even_clauses, never_sentence, shift_lines, today_sentences
from paretocode.report.evidence_values import COST
from paretocode.report.evidence_words import (
    holdout_sentences,
    interval_meaning,
    left_out_sentences,
    level_text,
    record_sentences,
    selection_sentences,
    size_sentences,
)
from paretocode.report.names import clip
from paretocode.report.text_fitted import fitted_table

__all__ = ["evidence_text"]

_NAME_WIDTH = 16
_MOST_CLAUSES = 4
_LEAST_WIDTH = 60


def evidence_text(document: Mapping[str, Any], *, width: int | None = None, in_full: bool = False) -> str:
    """Return the evidence of a result as text; one sentence where it was left out, "" where nobody thought of it.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json``.
    width
        Characters a line of prose may have; the terminal's when None, or 100 where there is none. Tables that need more
        are wider.
    in_full
        Every candidate with all its measures, rather than the proposed one alone.

    Examples
    --------
    >>> evidence_text({"evidence": {"left_out": "the stream has one session only"}})
    'evidence: left out, the stream has one session only.'
    """
    evidence = document.get("evidence") or {}
    asked, width = width, max(page_width(width), _LEAST_WIDTH)
    if not has_comparison(document):
        why = evidence.get("left_out")
        left_out = [_filled(f"evidence: left out, {why}.", width)] if why else []
        told = [_filled(f"{part}: {' '.join(said)}", width) for part, said in other_sentences(evidence).items()]
        return "\n".join([*left_out, *told])
    comparison, proposed = evidence["comparison"], document.get("proposed")
    told = [name for name in candidate_order(comparison, proposed) if in_full or name == proposed]
    parts = [_table(comparison, name, is_proposed=name == proposed, width=asked) for name in told]
    if not in_full and (others := _others(comparison, proposed, width)):
        parts.append(others)
    parts.append(_filled(" ".join([interval_meaning(comparison), *left_out_sentences(comparison)]), width))
    paragraphs = _paragraphs(evidence, str(proposed))
    parts.append("\n".join(_filled(f"{head}: {' '.join(said)}", width) for head, said in paragraphs.items() if said))
    return "\n\n".join(part for part in parts if part)


def _table(comparison: Mapping[str, Any], name: str, *, is_proposed: bool, width: int | None) -> str:
    incumbent, shown = clip(comparison["incumbent"], _NAME_WIDTH), clip(name, _NAME_WIDTH)
    header = [
        "evidence",
        incumbent,
        shown + ("*" if is_proposed else ""),
        "difference",
        f"{level_text(comparison['level'])} interval",
        "all at once",
        "verdict",
    ]
    rows = [
        [row.short, row.incumbent, row.candidate, row.difference, row.interval, row.wider, VERDICTS[row.verdict]]
        for row in difference_rows(comparison, name)
    ]
    return fitted_table(header, rows, "lrrrrrl", width=width)


def _others(comparison: Mapping[str, Any], proposed: str | None, width: int) -> str:
    """Return a line a candidate: its first measure, then the others by verdict, wrapped where a line ends."""
    rows = other_rows(comparison, proposed)
    if not rows:
        return ""
    cells = [[clip(r.name, _NAME_WIDTH), f"{r.difference} {r.interval}", VERDICTS[r.verdict], r.told] for r in rows]
    first = "cost" if all(COST in entries for entries in comparison["maps"].values()) else "first measure"
    header = ["other candidates", first, "verdict", "other measures"]
    return fitted_table(header, cells, "lrll", width=width)


def _paragraphs(evidence: Mapping[str, Any], proposed: str) -> Mapping[str, Sequence[str]]:
    comparison = evidence["comparison"]
    found: dict[str, Sequence[str]] = {}
    if evidence.get("selection"):
        found["choice"] = selection_sentences(evidence["selection"])
    if holdout := evidence.get("holdout"):
        objective = holdout.get("objective", COST)
        found["holdout"] = [*holdout_sentences(holdout, objective=objective), *record_sentences(holdout)]
    if evidence.get("size") and proposed in comparison["maps"]:
        found["size"] = size_sentences(
            evidence["size"], proposed, n_sessions=comparison["n_clusters"], clusters=comparison["clusters"]
        )
    if evidence.get("sensitivity"):
        found["sensitivity"] = _sensitivity(evidence["sensitivity"])
    return {**found, **other_sentences(evidence)}


def _sensitivity(sensitivity: Mapping[str, Any]) -> list[str]:
    if "tornado" not in sensitivity:
        return [f"left out, {sensitivity.get('left_out', 'it was not asked for')}."]
    lines = shift_lines(sensitivity["tornado"])
    sentences = today_sentences(sensitivity["tornado"])
    if lines:
        sentences.append(f"The longest bars: {'; '.join(lines)}.")
    entries = sensitivity.get("break_even") or []
    clauses = break_even_clauses(entries)
    if clauses:
        more = f"; and at {len(clauses) - _MOST_CLAUSES} more places" if len(clauses) > _MOST_CLAUSES else ""
        sentences.append(f"It stops being better when {'; when '.join(clauses[:_MOST_CLAUSES])}{more}.")
    return [*sentences, *([never] if (never := never_sentence(entries)) else [])]


def _filled(text: str, width: int) -> str:
    return textwrap.fill(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)

"""What speaks against the proposal? The contrary evidence of a result, a sentence each, for the recommendation's box.

A recommendation that is read alone must not be surer than the page below it. Nothing here is new: every sentence is
told in full further down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from paretocode.evidence.drift.verdicts import DriftVerdict
from paretocode.report import numbers
from paretocode.report.drift_words import metric_sentences
from paretocode.report.evidence_rows import has_comparison
from paretocode.report.evidence_values import COST, bracket, difference_text, in_order, point_text, split_text
from paretocode.report.impact_rows import worst_slices

__all__ = ["against"]


def against(document: Mapping[str, Any]) -> list[str]:
    """Return what speaks against the proposed map; empty where nothing does, or no map is proposed.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json``, with the holdout's record where it is to be told.

    Notes
    -----
    Looked at, in this order: measures in which it is worse, the worst-hit requests, the choice among many maps, the
    holdout, the shifts of the world, today's traffic, users' reports, scores of answers, errors of the lint. What the
    result does not hold is not told.

    Examples
    --------
    >>> against({"incumbent": "a", "proposed": "a", "maps": {"a": {}}})
    []
    """
    proposed: Any = document.get("proposed")
    if proposed not in document["maps"] or proposed == document["incumbent"]:
        return []
    evidence = document.get("evidence") or {}
    return [
        *(_worse(document, proposed) if has_comparison(document) else ()),
        *_hit(evidence, proposed),
        *_choice(evidence),
        *_holdout(evidence),
        *_shifts(evidence, proposed),
        *_drift(evidence),
        *_feedback(evidence, document["maps"][proposed], proposed),
        *_outcomes(evidence),
        *_lint(document["maps"][proposed], proposed),
    ]


def _worse(document: Mapping[str, Any], proposed: str) -> Iterator[str]:
    entries = document["evidence"]["comparison"]["maps"].get(proposed, {})
    told = [
        f"{split_text(entries[name]['text'])[0]} {difference_text(entries[name])}"
        for name in in_order(entries)
        if entries[name]["verdict"] == "worse" and name != COST  # the recommendation itself tells the cost
    ]
    if told:
        yield f"Beyond chance it is worse in {', '.join(told)}."


def _hit(evidence: Mapping[str, Any], proposed: str) -> Iterator[str]:
    slices = evidence.get("slices")
    if slices and slices["map"] == proposed:
        yield from (sentence for sentence, is_worse in worst_slices(slices) if is_worse)


def _choice(evidence: Mapping[str, Any]) -> Iterator[str]:
    selection = evidence.get("selection")
    if not selection:
        return
    best, (what, unit) = selection["best_of_many"], split_text(selection["text"])
    if (best["low"] is None or best["low"] <= 0) and (best["high"] is None or best["high"] >= 0):
        yield (
            f"As the best of {numbers.count(best['n_candidates'])} maps its {what} is "
            f"{bracket(best['low'], best['high'], unit)} against the incumbent, which holds no difference too."
        )


def _holdout(evidence: Mapping[str, Any]) -> Iterator[str]:
    holdout = evidence.get("holdout")
    if not holdout:
        return
    kept = holdout["measures"]
    objective = holdout.get("objective", COST)
    entry = kept[objective if objective in kept else in_order(kept)[0]]
    what, unit = split_text(entry["text"])
    test = entry["test"]
    low, high = test["low"], test["high"]
    if high is None or high >= 0:
        shown = "more" if low is not None and low > 0 else "no less beyond chance"
        yield (
            f"On sessions that did not choose it, {what} is {shown}: {point_text(test['difference'], unit)} "
            f"{bracket(low, high, unit)}."
        )
    record = holdout.get("record") or {}
    if not record.get("is_clean", True):
        yield "The holdout had been opened before, so it is no longer a clean test."


def _shifts(evidence: Mapping[str, Any], proposed: str) -> Iterator[str]:
    tornado = (evidence.get("sensitivity") or {}).get("tornado")
    if not tornado or tornado["candidate"] != proposed:
        return
    measure = tornado["sorted_by"]
    n_turning = sum(bool(row["measures"][measure]["stops_being_better"]) for row in tornado["rows"])
    today = tornado["base"]["difference"][measure]
    if n_turning and today is not None and today < 0:
        yield (
            f"It stops being better in {split_text(tornado['measures'][measure])[0]} under "
            f"{numbers.count(n_turning)} of {numbers.count(len(tornado['rows']))} shifts of the world, one at a time."
        )


def _drift(evidence: Mapping[str, Any]) -> Iterator[str]:
    drift = evidence.get("drift")
    if not drift:
        return
    if drift["verdict"] == DriftVerdict.MOVES.value:
        moved = [said for said in metric_sentences(drift) if " moved beyond its limit" in said]
        yield f"Today's traffic is not that of this comparison: {'; '.join(said.partition(';')[0] for said in moved)}."
    elif drift["verdict"] == DriftVerdict.TOO_LITTLE.value:
        yield "Whether today's traffic is still that of this comparison cannot be told: too little data."


def _feedback(evidence: Mapping[str, Any], entry: Mapping[str, Any], proposed: str) -> Iterator[str]:
    """Yield the edges that users' reports place where the proposed map does not cut."""
    told = [edge for edge in (evidence.get("feedback") or {}).get("edges", []) if edge["is_told"]]
    for edge in told:
        nearest = min(entry["request_edges"], key=lambda own: abs(own - edge["point"]), default=None)
        if nearest is None:
            yield f"Users' reports put the edge {edge['edge']:g} at {_placed(edge)}; {proposed} has no edge."
        elif not edge["low"] <= nearest <= edge["high"]:
            yield (
                f"Users' reports put the edge {edge['edge']:g} at {_placed(edge)}; the nearest edge of {proposed} is "
                f"{nearest:.4g}."
            )


def _placed(edge: Mapping[str, Any]) -> str:
    return f"{edge['point']:.3f} [{edge['low']:.3f}, {edge['high']:.3f}]"


def _outcomes(evidence: Mapping[str, Any]) -> Iterator[str]:
    found = (evidence.get("outcomes") or {}).get("comparison")
    if found and not found.get("is_kept", True):
        yield str(found["sentence"])


def _lint(entry: Mapping[str, Any], proposed: str) -> Iterator[str]:
    errors = [finding for finding in entry.get("findings") or [] if finding["severity"] == "error"]
    if errors:
        yield f"The lint finds {len(errors)} error{'s' if len(errors) > 1 else ''} in {proposed}; see below."

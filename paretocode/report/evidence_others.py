"""What do today's traffic, the users and tables of outcomes say, in a few sentences for page and terminal?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.report.drift_words import factor_word, metric_sentences, verdict_word

__all__ = ["OTHER_PARTS", "other_sentences"]

OTHER_PARTS: Mapping[str, str] = {
    "drift": "Is today's traffic the same?",
    "feedback": "Where users put the edges",
    "outcomes": "Where scores of answers are known",
}
"""Part of the evidence -> its heading, in the order in which they are told."""


def other_sentences(evidence: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the sentences of the parts that the evidence has.

    Examples
    --------
    >>> other_sentences({"feedback": {"edges": [{"sentence": "The edge 0.66 should stay."}], "warnings": []}})
    {'feedback': ['The edge 0.66 should stay.']}
    """
    told = {"drift": _drift, "feedback": _feedback, "outcomes": _outcomes}
    return {part: told[part](evidence[part]) for part in OTHER_PARTS if evidence.get(part)}


def _drift(drift: Mapping[str, Any]) -> list[str]:
    was, now = drift["n_sessions"]
    by_word: dict[str, list[str]] = {}
    for factor in drift["factors"]:
        by_word.setdefault(factor_word(factor, drift["alpha"]), []).append(factor["factor"])
    verdict = verdict_word(drift["verdict"])
    return [
        f"{was:,} sessions of the experiment against {now:,} of today, for map {drift['map']}: {verdict}.",
        *(f"{said[:1].upper()}{said[1:]}." for said in metric_sentences(drift)),
        *(f"{', '.join(factors)}: {word}." for word, factors in by_word.items()),
    ]


def _feedback(feedback: Mapping[str, Any]) -> list[str]:
    return [
        *(edge["sentence"] for edge in feedback["edges"]),
        *(f"Mind: {warning['sentence']}" for warning in feedback["warnings"]),
    ]


def _outcomes(outcomes: Mapping[str, Any]) -> list[str]:
    saving = outcomes.get("saving")
    return [outcomes["comparison"]["sentence"], *([saving["sentence"]] if saving else [])]

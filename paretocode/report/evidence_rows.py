"""Which rows does a comparison with intervals have? One candidate in full, the others on one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paretocode.report.evidence_values import (
    COST,
    amount_text,
    difference_text,
    in_order,
    interval_text,
    split_text,
    wider_text,
)

__all__ = [
    "VERDICTS",
    "DifferenceRow",
    "OtherRow",
    "candidate_order",
    "difference_rows",
    "has_comparison",
    "other_rows",
    "short_name",
]

VERDICTS = {
    "better": "better",
    "worse": "worse",
    "tied": "tied",
    "not_worse": "not worse",
    "same": "the same",
    "not_enough": "not enough data",
}
"""Verdict in a document -> the word for it."""

_SHORT = {
    COST: "cost per 1,000",
    "latency_mean_s": "latency mean",
    "latency_p50_s": "latency p50",
    "latency_p95_s": "latency p95",
    "latency_p99_s": "latency p99",
    "tier_jump_rate": "tier jumps",
    "model_jump_rate": "model jumps",
    "shortfall_mean": "shortfall",
    "excess_mean": "excess",
    "unmet_share": "min score not met",
    "unserved_share": "unserved",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """One measure of one candidate, as text.

    `interval` and `wider`, which holds for all measures at once, are in the unit of `difference`; `verdict` is a key of
    `VERDICTS`.
    """

    measure: str
    label: str
    short: str
    incumbent: str
    candidate: str
    difference: str
    interval: str
    wider: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRow:
    """One candidate on one line: its first measure with interval and verdict, and the measures by verdict."""

    name: str
    difference: str
    interval: str
    verdict: str
    told: str


def short_name(measure: str) -> str:
    """Return what a measure is called where there is little room.

    Examples
    --------
    >>> short_name("unmet_share"), short_name("latency_above_share:10")
    ('min score not met', 'latency_above_share:10')
    """
    return _SHORT.get(measure, measure)


def has_comparison(document: Mapping[str, Any]) -> bool:
    """Return whether a document compares its candidates with intervals."""
    return bool((document.get("evidence") or {}).get("comparison"))


def candidate_order(comparison: Mapping[str, Any], proposed: str | None) -> list[str]:
    """Return the candidates, the proposed one first."""
    return sorted(comparison["maps"], key=lambda name: name != proposed)


def difference_rows(comparison: Mapping[str, Any], candidate: str) -> list[DifferenceRow]:
    """Return one row a measure."""
    entries = comparison["maps"][candidate]
    return [_difference_row(name, entries[name]) for name in in_order(entries)]


def _difference_row(name: str, entry: Mapping[str, Any]) -> DifferenceRow:
    unit = split_text(entry["text"])[1]
    return DifferenceRow(
        measure=name,
        label=entry["text"],
        short=f"{short_name(name)} [{unit}]" if unit else short_name(name),
        incumbent=amount_text(entry["incumbent"], unit),
        candidate=amount_text(entry["candidate"], unit),
        difference=difference_text(entry),
        interval=interval_text(entry),
        wider=wider_text(entry),
        verdict=entry["verdict"],
    )


def other_rows(comparison: Mapping[str, Any], proposed: str | None) -> list[OtherRow]:
    """Return one line for each candidate that is not proposed."""
    found = []
    for name in candidate_order(comparison, proposed):
        entries = comparison["maps"][name]
        if name == proposed or not entries:
            continue
        first = in_order(entries)[0]
        row = _difference_row(first, entries[first])
        found.append(
            OtherRow(
                name=name,
                difference=row.difference,
                interval=row.interval,
                verdict=row.verdict,
                told=_told({key: entry for key, entry in entries.items() if key != first}),
            )
        )
    return found


def _told(entries: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the measures that are decided by name, and how many are the same or not decided."""
    by_verdict: dict[str, list[str]] = {}
    for name in in_order(entries):
        by_verdict.setdefault(entries[name]["verdict"], []).append(short_name(name))
    parts = [
        f"{len(by_verdict[key])} {word}" if key in {"same", "not_enough"} else f"{word}: {', '.join(by_verdict[key])}"
        for key, word in VERDICTS.items()
        if key in by_verdict
    ]
    return "; ".join(parts)

"""What supports a release? An in-toto statement over its files: candidate against incumbent, limits, approvals.

The statement's layout is that of the in-toto Attestation Framework, Statement v1: subjects with digests, and a
predicate of a type of our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from paretocode.release.approval import Approval
from paretocode.release.gates import GateReport
from paretocode.release.people import Standing
from paretocode.release.states import State

__all__ = ["PREDICATE_TYPE", "evidence_statement"]

PREDICATE_TYPE = "urn:paretocode:evidence:1"
_STATEMENT = "https://in-toto.io/Statement/v1"


def evidence_statement(
    metrics: dict[str, Any],
    map_name: str,
    approvals: list[Approval],
    subjects: dict[str, str],
    facts: dict[str, Any],
    *,
    standing: Standing,
    gates: Sequence[GateReport] = (),
    draft_because: list[str] | None = None,
) -> dict[str, Any]:
    """Return the statement.

    Parameters
    ----------
    standing
        Who stands behind the map, under which rule.
    gates
        What became of each gate of the experiment and of the team, waivers by name and reason among them.
    draft_because
        Why this is a draft, which routers refuse; None for a release.
    metrics
        The result's metrics document.
    subjects
        File name -> sha256 of every other file of the release.
    facts
        The result's manifest: where the numbers come from.
    """
    incumbent = metrics["incumbent"]
    return {
        "_type": _STATEMENT,
        "subject": [{"name": name, "digest": {"sha256": digest}} for name, digest in sorted(subjects.items())],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "state": (State.EXPORTED if draft_because is None else State.DRAFT).word,
            "draft_because": draft_because,
            "experiment": metrics["experiment"],
            "question": metrics["question"],
            "scale": metrics["scale"],
            "catalogue": metrics["catalogue"],
            "stream": metrics["stream"],
            "demand": metrics["demand"],
            "score_scale": metrics["score_scale"],
            "candidate": {"name": map_name, **_numbers(metrics, map_name)},
            "incumbent": {"name": incumbent, **_numbers(metrics, incumbent)},
            "known_limits": metrics["not_known"],
            "findings": metrics["maps"][map_name]["findings"],
            "approvals": [
                {
                    "by": a.by,
                    "reason": a.reason,
                    "date": a.date,
                    "signature": a.signature,
                    "principal": a.principal,
                    "author": a.author,
                    "author_from": a.author_from,
                    "commit_author": a.commit_author,
                }
                for a in approvals
            ],
            "rule": standing.rule,
            "remarks": list(standing.remarks),
            "gates": [report.to_dict() for report in gates],
            "result": {
                name: facts.get(name)
                for name in ("digest", "commit", "is_dirty", "code", "versions", "seeds", "started")
            },
        },
    }


def _numbers(metrics: dict[str, Any], name: str) -> dict[str, Any]:
    entry = metrics["maps"][name]
    return {
        "metrics": entry["metrics"],
        "change": entry["change"],
        "tier_map_sha256": entry["tier_map_sha256"],
    }

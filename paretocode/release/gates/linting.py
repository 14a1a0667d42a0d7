"""Is the map clean, or did a named person let each finding pass? An error cannot be waived."""

from __future__ import annotations

from paretocode.catalogue.finding import SEVERITIES
from paretocode.release.gates.limits import missing
from paretocode.release.gates.numbers_read import Reading, at
from paretocode.release.gates.report import GateResult, GateState, UsedWaiver
from paretocode.release.gates.sections import LintGate
from paretocode.release.gates.waiving import Waivers

__all__ = ["lint_result"]


def lint_result(findings: object, gate: LintGate, waivers: Waivers) -> GateResult:
    """Return the gate of the lint.

    Parameters
    ----------
    findings
        Of the map, as in ``metrics.json``; a finding of no known severity counts as an error.
    """
    limit = f"no {gate.severity}"
    if not isinstance(findings, list):
        return missing("lint", "count", limit, Reading(why_missing="the result holds no findings of a lint"))
    gravest = SEVERITIES[: SEVERITIES.index(gate.severity) + 1]
    grave = [finding for finding in findings if _severity(finding) in gravest]
    used: list[UsedWaiver] = []
    left: list[str] = []
    for finding in grave:
        code, subject = str(at(finding, "code")), str(at(finding, "subject"))
        waiver = None if _severity(finding) == "error" else waivers.of_finding(code, subject)
        if waiver is None:
            left.append(f"{_severity(finding)} {code} ({subject}){waivers.why_not_finding(code, subject)}")
        elif waiver not in used:
            used.append(waiver)
    state = GateState.FAILED if left else GateState.WAIVED if grave else GateState.PASSED
    return GateResult(
        name="lint",
        unit="count",
        limit=limit,
        value=float(len(grave)),
        interval=None,
        judged=float(len(left)),
        state=state,
        sentence=_sentence(gate, left, used),
        waivers=tuple(used),
    )


def _severity(finding: object) -> str:
    word = at(finding, "severity")
    return word if word in SEVERITIES else "error"


def _sentence(gate: LintGate, left: list[str], used: list[UsedWaiver]) -> str:
    parts = []
    if left:
        parts.append(f"Not mended and not waived: {'; '.join(left)}.")
    if used:
        parts.append(f"Waived: {'; '.join(f'{w.subject} by {w.by} on {w.date}: {w.reason}' for w in used)}.")
    return " ".join(parts) or f"Nothing found of severity {gate.severity} or graver."

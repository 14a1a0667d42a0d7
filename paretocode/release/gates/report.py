"""What became of each gate? Passed, failed or waived, with its number, its limit and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from paretocode.errors import SealError

__all__ = ["GateReport", "GateResult", "GateState", "UsedWaiver", "refuse_failed_gates"]

_FORMAT = "paretocode-gate-report-1"


class GateState(Enum):
    """What became of a gate."""

    PASSED = "passed: its number keeps the limit"
    FAILED = "failed: its number breaks the limit, or is not known"
    WAIVED = "waived: a named person lets it pass, for a stated reason"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedWaiver:
    """A waiver that let something pass; `subject` names the finding of a lint, "" elsewhere."""

    by: str
    reason: str
    date: str
    expires: str | None
    subject: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "by": self.by,
            "reason": self.reason,
            "date": self.date,
            "expires": self.expires,
            "subject": self.subject,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """One gate.

    Parameters
    ----------
    name
        Its place in `gates.toml`, such as ``cost.most_change``.
    unit
        Of the numbers: ``relative``, ``share``, ``axis``, ``s``, ``USD``, ``count`` or ``word``.
    limit
        What was demanded.
    value, interval
        The estimate and its interval, as the evidence has them; None where there is none.
    judged
        The number that was held against the limit: the bad end of the interval, or the estimate; None where missing.
    state
        What became of it.
    sentence
        The same for people.
    waivers
        Those that let it pass, or part of a lint.
    """

    name: str
    unit: str
    limit: float | str
    value: float | str | None
    interval: tuple[float | None, float | None] | None
    judged: float | str | None
    state: GateState
    sentence: str
    waivers: tuple[UsedWaiver, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "name": self.name,
            "unit": self.unit,
            "limit": self.limit,
            "value": self.value,
            "interval": None if self.interval is None else list(self.interval),
            "judged": self.judged,
            "state": self.state.name.lower(),
            "sentence": self.sentence,
            "waivers": [waiver.to_dict() for waiver in self.waivers],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """All gates of one map.

    Parameters
    ----------
    map, tier_map_sha256
        Which map.
    gates_source, gates_sha256
        Where the gates stand, and their digest.
    judged_on
        The day by which waivers were in force.
    results
        One a gate, in the order of `GatesSpec.gate_names`.
    notes
        Waivers that waived nothing, and why.
    """

    map: str
    tier_map_sha256: str
    gates_source: str
    gates_sha256: str
    judged_on: str
    results: tuple[GateResult, ...]
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[GateResult, ...]:
        """Gates that did not pass and were not waived."""
        return tuple(result for result in self.results if result.state is GateState.FAILED)

    @property
    def is_passed(self) -> bool:
        """Whether every gate passed or was waived; never for a report without gates."""
        return bool(self.results) and not self.failed

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "format": _FORMAT,
            "map": self.map,
            "tier_map_sha256": self.tier_map_sha256,
            "gates_source": self.gates_source,
            "gates_sha256": self.gates_sha256,
            "judged_on": self.judged_on,
            "is_passed": self.is_passed,
            "n_failed": len(self.failed),
            "gates": [result.to_dict() for result in self.results],
            "notes": list(self.notes),
        }


def refuse_failed_gates(report: GateReport) -> None:
    """Refuse a map that does not pass its gates.

    Raises
    ------
    SealError
        Naming every gate that failed; also for a report without gates, which shows nothing.
    """
    if report.is_passed:
        return
    if not report.results:
        raise SealError("no gate was judged", where=f"map {report.map!r}", way_out="state at least one gate")
    raise SealError(
        f"{_counted(len(report.failed))} failed: {' '.join(_sentences(report.failed))}".rstrip("."),
        where=f"map {report.map!r}",
        way_out="mend the map, gather more evidence, or let a named person waive the gate in gates.toml",
    )


def _counted(n: int) -> str:
    return f"{n} gate{'' if n == 1 else 's'}"


def _sentences(results: Iterable[GateResult]) -> list[str]:
    return [f"{result.name}: {result.sentence}" for result in results]

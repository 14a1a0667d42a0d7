"""May this map be approved? Limits that a team writes down beforehand, each held against its number."""

from paretocode.release.gates.judging import judge_gates, judge_result
from paretocode.release.gates.reading import StatedGates, gates_of_metrics, parse_gates, read_gates
from paretocode.release.gates.report import GateReport, GateResult, GateState, UsedWaiver, refuse_failed_gates
from paretocode.release.gates.sections import GatesFile, GatesSpec, WaiverEntry

# In story order: what a team writes, where it stands, how it is judged, what follows.
__all__ = [  # noqa: RUF022
    "GatesSpec",
    "GatesFile",
    "WaiverEntry",
    "StatedGates",
    "read_gates",
    "parse_gates",
    "gates_of_metrics",
    "judge_gates",
    "judge_result",
    "GateState",
    "UsedWaiver",
    "GateResult",
    "GateReport",
    "refuse_failed_gates",
]

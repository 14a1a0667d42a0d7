"""Does the map keep what its team and its experiment demand, on the day it is approved and on the day it leaves?

The demands are the file ``gates.toml`` in the team's folder and the experiment's own section ``[gates]``; where there
is neither, nothing is demanded beyond the lint. A release carries both, judged as of the day of its last approval.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from paretocode.release.approval import Approval
from paretocode.release.gates import (
    GateReport,
    StatedGates,
    gates_of_metrics,
    judge_gates,
    judge_result,
    parse_gates,
    refuse_failed_gates,
)
from paretocode.release.in_force import today_utc
from paretocode.release.team import GATES, Team
from paretocode.result import METRICS, ResultFolder

__all__ = ["gate_reports", "refuse_by_gates"]


def refuse_by_gates(result: ResultFolder, team: Team, map_name: str, *, today: str | None = None) -> None:
    """Refuse a map that fails a gate; a waiver that ran out by `today` lets nothing pass.

    Raises
    ------
    InputError
        A file of gates that is none, or something else in its place.
    SealError
        A gate failed, or its number is missing; the sentence names each.
    """
    day = date.fromisoformat(today or today_utc())
    for stated in _stated(result.metrics(), team.gates_bytes(), where=str(team.folder)):
        refuse_failed_gates(judge_result(result, stated, today=day, map_name=map_name))


def gate_reports(
    metrics: Mapping[str, Any],
    manifest: Mapping[str, Any],
    approvals: Sequence[Approval],
    *,
    map_name: str,
    gates: bytes | None,
    where: str,
) -> tuple[GateReport, ...]:
    """Return what became of each gate as of the day of the last approval: same arguments, same reports.

    Without an approval there is no such day, and nothing is judged.
    """
    if not approvals:
        return ()
    day = max(datetime.fromisoformat(approval.date).astimezone(UTC).date() for approval in approvals)
    return tuple(
        judge_gates(stated, metrics=metrics, manifest=manifest, map_name=map_name, today=day)
        for stated in _stated(metrics, gates, where=where)
    )


def _stated(metrics: Mapping[str, Any], gates: bytes | None, *, where: str) -> list[StatedGates]:
    own = gates_of_metrics(metrics, where=f"{where}: {METRICS}")
    teams = None if gates is None else parse_gates(gates, where=f"{where}: {GATES}")
    return [stated for stated in (own, teams) if stated is not None]

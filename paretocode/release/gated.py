"""Does the map keep what its team demands, on the day it is approved and on the day it leaves?

The demands are the file ``gates.toml`` in the team's folder; without one nothing is demanded beyond the lint.
"""

from __future__ import annotations

from datetime import date

from paretocode.release.in_force import today_utc
from paretocode.release.plain_file import is_plain_file
from paretocode.release.team import Team
from paretocode.result import ResultFolder

__all__ = ["refuse_by_gates"]


def refuse_by_gates(result: ResultFolder, team: Team, map_name: str, *, today: str | None = None) -> None:
    """Refuse a map that fails a gate of its team; a waiver that ran out by `today` lets nothing pass.

    Raises
    ------
    InputError
        A file of gates that is none, or something else in its place.
    SealError
        A gate failed, or its number is missing; the sentence names each.
    """
    if not is_plain_file(team.gates):
        return
    from paretocode.release.gates import judge_result, read_gates, refuse_failed_gates

    day = date.fromisoformat(today or today_utc())
    refuse_failed_gates(judge_result(result, read_gates(team.gates), today=day, map_name=map_name))

"""``paretocode gate RESULT``: does the map keep what its team demands?"""

from __future__ import annotations

import argparse
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from paretocode.cli.shared import add_json, emit
from paretocode.errors import UsageError

if TYPE_CHECKING:
    from paretocode.release.gates import StatedGates
    from paretocode.result import ResultFolder

_FAILED = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("result", metavar="RESULT", help="a finished result folder")
    parser.add_argument(
        "--gates", metavar="FILE", help="a team's gates.toml; without it the section [gates] of the experiment"
    )
    parser.add_argument("--map", metavar="NAME", help="another of the result's maps than the proposed one")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print each gate with its number; 1 when one fails."""
    from paretocode.release.gates import judge_result
    from paretocode.report.text_gates import gates_text
    from paretocode.result import open_result

    result = open_result(args.result)
    report = judge_result(result, stated_gates(result, args.gates), today=today(), map_name=args.map)
    document = report.to_dict()
    emit(args, gates_text(document), document)
    return 0 if report.is_passed else _FAILED


def stated_gates(result: ResultFolder, path: str | None) -> StatedGates:
    """Return the gates of a file, or those of the result's own experiment.

    Raises
    ------
    UsageError
        When nobody states any.
    """
    from paretocode.release.gates import gates_of_metrics, read_gates

    if path is not None:
        return read_gates(path)
    result.refuse_alteration()
    found = gates_of_metrics(result.metrics(), where=str(result.path))
    if found is None:
        raise UsageError(
            "no gates are stated: the result's experiment has no section [gates]",
            way_out="give --gates gates.toml; docs/gates.md has one to start from",
        )
    return found


def today() -> date:
    """Return the day by which waivers are in force, in UTC."""
    return datetime.now(tz=UTC).date()

"""``paretocode approve RESULT --by NAME --reason TEXT``: who stands behind the map?"""

from __future__ import annotations

import argparse

from paretocode.cli.shared import add_json, emit, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("result", metavar="RESULT", help="a finished result folder")
    parser.add_argument("--by", required=True, metavar="NAME", help="who approves")
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why")
    parser.add_argument("--map", metavar="NAME", help="another of the result's maps than the proposed one")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Write the approval and name it."""
    from paretocode.release import approve

    path = approve(args.result, by=args.by, reason=args.reason, map_name=args.map)
    say("sealed by digests; not signed: it proves that nothing changed, not who wrote it")
    emit(args, str(path), {"approval": str(path)})
    return 0

"""``paretocode revoke APPROVAL --by NAME --reason TEXT``: who no longer stands behind the map?"""

from __future__ import annotations

import argparse

from paretocode.cli.release_words import add_person, add_team
from paretocode.cli.shared import add_json, emit, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("approval", metavar="APPROVAL", help="the file of an approval, RESULT/approvals/NAME.json")
    add_person(parser, does="takes it back")
    add_team(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Write the record and name it."""
    from paretocode.release import revoke

    path = revoke(args.approval, by=args.by, reason=args.reason, team=args.team)
    say("the approval counts no more; a map that was handed over stays where it is until another takes its place")
    emit(args, str(path), {"revocation": str(path)})
    return 0

"""``paretocode verify FILE``: is it still what was sealed, and may it be loaded?"""

from __future__ import annotations

import argparse
import dataclasses

from paretocode.cli.release_words import add_team
from paretocode.cli.shared import add_json, emit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("file", metavar="FILE", help="a release folder, a result folder or a tier map file")
    parser.add_argument(
        "--allowed-signers", metavar="FILE", help="whose keys are whose, as in ssh-keygen(1) (without it the team's)"
    )
    parser.add_argument(
        "--in-force", metavar="MAP", help="the map it must supersede: a file, a release folder or a sha256"
    )
    add_team(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print what holds; a seal that does not hold ends with 3."""
    from paretocode.release import verify

    verification = verify(args.file, team=args.team, allowed_signers=args.allowed_signers, in_force=args.in_force)
    lines = [f"{verification.kind} {verification.path}: verified", *(f"  {line}" for line in verification.checked)]
    emit(args, "\n".join(lines), dataclasses.asdict(verification))
    return 0

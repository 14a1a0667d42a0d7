"""``paretocode approve RESULT --by NAME --reason TEXT``: who stands behind the map?"""

from __future__ import annotations

import argparse

from paretocode.cli.release_words import add_person, add_team
from paretocode.cli.shared import add_json, emit, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("result", metavar="RESULT", help="a finished result folder, or a prepared map inside one")
    add_person(parser, does="approves")
    parser.add_argument("--map", metavar="NAME", help="another of the result's maps than the proposed one")
    parser.add_argument(
        "--sign-key", metavar="KEY", help="sign with this private key, or with the .pub of a key in ssh-agent"
    )
    parser.add_argument(
        "--principal", metavar="NAME", help="the signer as in allowed_signers; a team's approvers.toml knows it already"
    )
    parser.add_argument(
        "--author", metavar="NAME", help="who made the experiment (without it the author of the result's commit)"
    )
    add_team(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Write the approval and name it."""
    from paretocode.release import approve

    path = approve(
        args.result,
        by=args.by,
        reason=args.reason,
        map_name=args.map,
        sign_key=args.sign_key,
        principal=args.principal,
        author=args.author,
        team=args.team,
    )
    if args.sign_key is None:
        say("sealed by digests; not signed: it proves that nothing changed, not who wrote it")
    emit(args, str(path), {"approval": str(path), "is_signed": args.sign_key is not None})
    return 0

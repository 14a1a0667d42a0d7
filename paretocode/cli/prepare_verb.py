"""``paretocode prepare RESULT``: which serial, parent, days and drift limits does the map have that people approve?"""

from __future__ import annotations

import argparse

from paretocode.cli.release_words import add_team
from paretocode.cli.shared import add_json, emit, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("result", metavar="RESULT", help="a finished result folder, or a map inside one")
    parser.add_argument("--map", metavar="NAME", help="another of the result's maps than the proposed one")
    parser.add_argument(
        "--supersedes",
        metavar="MAP",
        help="the map it follows: a file, a release folder or a sha256 (without it the map in force by the register)",
    )
    parser.add_argument("--serial", type=int, metavar="N", help="its serial (without it one above its parent's)")
    parser.add_argument("--valid-from", metavar="DAY", help="first day, YYYY-MM-DD")
    parser.add_argument("--valid-until", metavar="DAY", help="last day, YYYY-MM-DD")
    parser.add_argument(
        "--most-moved",
        type=float,
        metavar="SHARE",
        help="drift limit: look at the map again when more than this share of requests is served by other tiers",
    )
    parser.add_argument(
        "--least-requests", type=int, metavar="N", help="fewer served requests say nothing of drift (30000)"
    )
    add_team(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Write the map to be approved and name it."""
    from paretocode.release import prepare

    path = prepare(
        args.result,
        map_name=args.map,
        supersedes=args.supersedes,
        serial=args.serial,
        valid_from=args.valid_from,
        valid_until=args.valid_until,
        most_moved=args.most_moved,
        least_requests=args.least_requests,
        team=args.team,
    )
    say("nothing but serial, parent, validity and drift limits differs from the result's map; approve this file next")
    emit(args, str(path), {"tier_map": str(path)})
    return 0

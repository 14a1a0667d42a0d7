"""``paretocode export TIER_MAP --to TARGET --out FILE``: what does the router get?"""

from __future__ import annotations

import argparse

from paretocode.cli.release_words import add_team
from paretocode.cli.shared import add_json, emit, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments, and a line for each target."""
    from paretocode.release.exporters import TARGETS

    parser.add_argument("tier_map", metavar="TIER_MAP", help="an approved map inside a result folder")
    parser.add_argument("--to", default="release", metavar="TARGET", help="release (a folder), or a target named below")
    parser.add_argument("--out", required=True, metavar="FILE", help="file or, for release, a new folder")
    parser.add_argument("--draft", action="store_true", help="write a draft, OUT.draft, which routers refuse")
    add_team(parser)
    add_json(parser)
    width = max(len(name) for name in TARGETS)
    lines = [f"  {name:<{width}}  {target.what}" for name, target in TARGETS.items()]
    parser.epilog = "\n".join(
        ["targets:", f"  {'release':<{width}}  folder with map, schema, vectors, evidence, card and approvals", *lines]
    )


def run(args: argparse.Namespace) -> int:
    """Write the export, say what it cannot express, and name it."""
    from paretocode.release import export_tier_map

    lost: list[str] = []
    out = export_tier_map(
        args.tier_map, to=args.to, out=args.out, tell=lost.append, team=args.team, is_draft=args.draft
    )
    if lost:
        say(f"{args.to} cannot express:")
    for sentence in lost:
        say(f"- {sentence}")
    emit(args, str(out), {"out": str(out), "format": args.to, "cannot_express": lost})
    return 0

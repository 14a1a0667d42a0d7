"""``paretocode export TIER_MAP --to FORMAT --out FILE``: what does the router get?"""

from __future__ import annotations

import argparse

from paretocode.cli.shared import add_json, emit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("tier_map", metavar="TIER_MAP", help="an approved map inside a result folder")
    parser.add_argument("--to", default="release", metavar="FORMAT", help="release (a folder), json or csv")
    parser.add_argument("--out", required=True, metavar="FILE", help="file or, for release, a new folder")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Write the export and name it."""
    from paretocode.release import export_tier_map

    out = export_tier_map(args.tier_map, to=args.to, out=args.out)
    emit(args, str(out), {"out": str(out), "format": args.to})
    return 0

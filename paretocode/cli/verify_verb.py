"""``paretocode verify FILE``: is it still what was sealed?"""

from __future__ import annotations

import argparse
import dataclasses

from paretocode.cli.shared import add_json, emit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("file", metavar="FILE", help="a release folder, a result folder or a tier map file")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print what holds; a seal that does not hold ends with 3."""
    from paretocode.release import verify

    verification = verify(args.file)
    lines = [f"{verification.kind} {verification.path}: verified", *(f"  {line}" for line in verification.checked)]
    emit(args, "\n".join(lines), dataclasses.asdict(verification))
    return 0

"""``paretocode compare``: several maps on one stream side by side, or the table of a finished result."""

from __future__ import annotations

import argparse
from pathlib import Path

from paretocode.cli.engine_options import add_engine, refuse_engine
from paretocode.cli.replay_verb import replay_maps
from paretocode.cli.shared import add_catalogue, add_json, add_state, add_stream, emit
from paretocode.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "things",
        nargs="+",
        metavar="RESULT | TIER_MAP",
        help="one result folder, or the incumbent's file and others (documented is a map)",
    )
    add_catalogue(parser)
    add_stream(parser)
    add_state(parser)
    add_engine(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the comparison."""
    from paretocode.report.text import metrics_table
    from paretocode.result import open_result

    if len(args.things) == 1:
        refuse_engine(args)
        if not Path(args.things[0]).is_dir():
            raise UsageError(
                f"{args.things[0]!r} is one map and nothing to compare it with",
                way_out="name two maps, or a result folder",
            )
        result = open_result(args.things[0])
        result.refuse_alteration()
        document = result.metrics()
        emit(args, metrics_table(document), document)
        return 0
    return replay_maps(args, args.things)

"""``paretocode diff OLD NEW``: which edges, models and share of traffic move?"""

from __future__ import annotations

import argparse

from paretocode.cli.shared import add_catalogue, add_json, add_stream, adhoc_experiment, emit, say_notes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("old", metavar="OLD", help="a tier map file, or documented")
    parser.add_argument("new", metavar="NEW", help="a tier map file, or documented")
    add_catalogue(parser)
    add_stream(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the differences; traffic is counted on the stream."""
    from paretocode.report.text import diff_text
    from paretocode.tiermap.diff import diff_tier_maps

    experiment = adhoc_experiment(args, [args.old, args.new])
    say_notes(experiment)
    old, new = experiment.tier_maps.values()
    diff = diff_tier_maps(old, new, stream=experiment.stream).to_dict()
    emit(args, diff_text(diff), diff)
    return 0

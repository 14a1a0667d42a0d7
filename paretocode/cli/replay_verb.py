"""``paretocode replay [TIER_MAP]``: what would one map have done to a stream?"""

from __future__ import annotations

import argparse
from contextlib import closing

from paretocode.cli.engine_options import add_engine, asked_engine, is_partitioned, refuse_engine, say_plan
from paretocode.cli.shared import (
    DOCUMENTED,
    add_catalogue,
    add_json,
    add_state,
    add_stream,
    adhoc_experiment,
    emit,
    say_notes,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("tier_map", nargs="?", default=DOCUMENTED, metavar="TIER_MAP", help="a file, or documented")
    add_catalogue(parser)
    add_stream(parser)
    add_state(parser)
    add_engine(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the metrics of one map."""
    return replay_maps(args, [args.tier_map])


def replay_maps(args: argparse.Namespace, maps: list[str]) -> int:
    """Replay the maps named and print their table, the first as incumbent."""
    is_in_parts = is_partitioned(args.stream)
    if not is_in_parts:
        refuse_engine(args)
    from paretocode.experiment.document import metrics_document
    from paretocode.experiment.measuring import measure_resumed
    from paretocode.report.text import metrics_table

    experiment = adhoc_experiment(args, maps, engine=asked_engine(args) if is_in_parts else None)
    say_notes(experiment)
    say_plan(experiment)
    with closing(experiment.traffic):
        document = metrics_document(experiment, measure_resumed(experiment).metrics)
    emit(args, f"{metrics_table(document)}\n\n{experiment.catalogue.attribution}", document)
    return 0

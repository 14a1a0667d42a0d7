"""``paretocode stream describe|synthesise|compare|partition|query``: what was asked, what might be, are they alike?"""

from __future__ import annotations

import argparse

from paretocode.cli import stream_compare, stream_describe, stream_partition, stream_query
from paretocode.cli.shared import add_json, emit, n_requests, seed
from paretocode.cli.stream_log import N_REQUESTS, add_parameters, add_reading, asked_stream
from paretocode.errors import UsageError

_OF_ACTIONS = {
    "edges": ("--edges", ("describe",)),
    "catalogue": ("--catalogue", ("describe", "query")),
    "out": ("--out", ("synthesise", "partition")),
    "parts": ("--parts", ("synthesise", "partition")),
    "requests_per_part": ("--requests-per-part", ("synthesise", "partition")),
    "other": ("--with", ("compare",)),
    "other_reader": ("--with-reader", ("compare",)),
    "other_option": ("--with-option", ("compare",)),
    "prices": ("--prices", ("compare",)),
    "table": ("--table", ("query",)),
    "time_unit": ("--time-unit", ("query",)),
}
"""What only some actions take: said elsewhere it would be ignored, which nobody means."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "action", choices=["describe", "synthesise", "compare", "partition", "query"], help="what to do"
    )
    parser.add_argument(
        "logs", nargs="*", metavar="FILE", help="the log, for partition also several files; without it a preset"
    )
    add_reading(parser)
    add_parameters(parser)
    parser.add_argument("--preset", default="coding_agent", help="the synthetic stream's preset")
    parser.add_argument(
        "--requests",
        type=n_requests,
        default=argparse.SUPPRESS,
        help=f"its number of requests (default: {N_REQUESTS:,}; for compare as many as the log has)",
    )
    parser.add_argument("--seed", type=seed, default=1, help="its seed")
    parser.add_argument(
        "--demand", default="none", help="min scores to add: none, default, hermes_agent, llm_council or mixed"
    )
    stream_describe.add_options(parser)
    stream_compare.add_options(parser)
    parser.add_argument(
        "--out",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="for synthesise: .parquet or .csv to write; for partition, and with --parts: the folder to make",
    )
    stream_partition.add_options(parser)
    stream_query.add_options(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    for name, (option, actions) in _OF_ACTIONS.items():
        if getattr(args, name, None) is not None and args.action not in actions:
            raise UsageError(f"{option} does not go with {args.action}", way_out=f"use it with {', '.join(actions)}")
    if len(args.logs) > 1 and args.action != "partition":
        raise UsageError(
            f"{args.action} takes one log, and {len(args.logs)} are named",
            way_out="name one, or the folder that holds them",
        )
    args.log = args.logs[0] if args.logs else None
    runs = {
        "describe": stream_describe.run,
        "synthesise": _synthesise,
        "compare": stream_compare.run,
        "partition": stream_partition.run,
        "query": stream_query.run,
    }
    return runs[args.action](args)


def _synthesise(args: argparse.Namespace) -> int:
    from paretocode.stream import write_stream_table

    if not getattr(args, "out", None):
        raise UsageError("synthesise has no --out", way_out="name the .parquet or .csv file to write")
    if any(cut is not None for cut in stream_partition.cut_of(args).values()):
        return _synthesise_parts(args)
    stream = asked_stream(args)
    write_stream_table(stream, args.out)
    emit(args, str(args.out), {"out": str(args.out), "requests": len(stream), "sessions": stream.n_sessions})
    return 0


def _synthesise_parts(args: argparse.Namespace) -> int:
    from paretocode._checks import one_of
    from paretocode.cli.words import settings_of
    from paretocode.stream import DEMANDS
    from paretocode.stream.partitioned import synthesise_partitions

    if args.log:
        raise UsageError("parts are made up from a preset here", way_out="use partition for a log, or leave it out")
    one_of(args.demand, ("none", *DEMANDS), name="--demand")
    parts = synthesise_partitions(
        args.preset,
        args.out,
        n_requests=getattr(args, "requests", N_REQUESTS),
        seed=args.seed,
        parameters=settings_of(getattr(args, "parameter", []), "--parameter"),
        demand=DEMANDS.get(args.demand),
        **stream_partition.cut_of(args),
    )
    stream_partition.tell_parts(args, parts)
    return 0

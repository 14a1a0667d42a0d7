"""``paretocode stream describe|synthesise|compare``: what was asked, what might be, and are the two alike?"""

from __future__ import annotations

import argparse

from paretocode.cli import stream_compare, stream_describe
from paretocode.cli.shared import add_json, emit, n_requests, seed
from paretocode.cli.stream_log import N_REQUESTS, add_parameters, add_reading, asked_stream
from paretocode.errors import UsageError

_OF_ACTIONS = {
    "edges": ("--edges", ("describe",)),
    "catalogue": ("--catalogue", ("describe",)),
    "out": ("--out", ("synthesise",)),
    "other": ("--with", ("compare",)),
    "other_reader": ("--with-reader", ("compare",)),
    "other_option": ("--with-option", ("compare",)),
    "prices": ("--prices", ("compare",)),
}
"""What only some actions take: said elsewhere it would be ignored, which nobody means."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("action", choices=["describe", "synthesise", "compare"], help="what to do")
    parser.add_argument(
        "log", nargs="?", metavar="FILE", default=None, help="the log; without it the preset is described"
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
        "--out", metavar="FILE", default=argparse.SUPPRESS, help="for synthesise: .parquet or .csv to write"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    for name, (option, actions) in _OF_ACTIONS.items():
        if getattr(args, name, None) is not None and args.action not in actions:
            raise UsageError(f"{option} does not go with {args.action}", way_out=f"use it with {', '.join(actions)}")
    return {"describe": stream_describe.run, "synthesise": _synthesise, "compare": stream_compare.run}[args.action](
        args
    )


def _synthesise(args: argparse.Namespace) -> int:
    from paretocode.stream import write_stream_table

    if not getattr(args, "out", None):
        raise UsageError("synthesise has no --out", way_out="name the .parquet or .csv file to write")
    stream = asked_stream(args)
    write_stream_table(stream, args.out)
    emit(args, str(args.out), {"out": str(args.out), "requests": len(stream), "sessions": stream.n_sessions})
    return 0

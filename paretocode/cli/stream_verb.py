"""``paretocode stream describe|synthesise``: what was asked, or what might be?"""

from __future__ import annotations

import argparse

from paretocode.cli.shared import add_json, emit, n_requests, say, seed
from paretocode.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("action", choices=["describe", "synthesise"], help="what to do")
    parser.add_argument(
        "log", nargs="?", metavar="FILE", help="for describe: the log; without it the preset is described"
    )
    parser.add_argument("--reader", default="table", help="how to read the log: coding_agent, azure or table")
    parser.add_argument("--preset", default="coding_agent", help="the synthetic stream's preset")
    parser.add_argument("--requests", type=n_requests, default=20_000, help="its number of requests")
    parser.add_argument("--seed", type=seed, default=1, help="its seed")
    parser.add_argument("--demand", default="none", choices=["none", "default"], help="min scores to add")
    parser.add_argument("--out", metavar="FILE", help="for synthesise: .parquet or .csv to write")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Describe or synthesise."""
    from paretocode.stream import (
        DEFAULT_DEMAND,
        apply_demand,
        describe,
        lint_stream,
        load_stream,
        synthesise,
        write_stream_table,
    )

    if args.action == "synthesise" and not args.out:
        raise UsageError("synthesise has no --out", way_out="name the .parquet or .csv file to write")
    if args.log:
        stream = load_stream(args.reader, args.log)
    else:
        stream = synthesise(args.preset, n_requests=args.requests, rng=args.seed)
    if args.demand == "default":
        stream = apply_demand(stream, DEFAULT_DEMAND, rng=args.seed + 1)
    if args.action == "synthesise":
        write_stream_table(stream, args.out)
        emit(args, str(args.out), {"out": str(args.out), "requests": len(stream), "sessions": stream.n_sessions})
        return 0
    description = describe(stream)
    findings = lint_stream(stream)
    for note in stream.notes:
        say(f"note: {note}")
    lines = [
        stream.name,
        *(f"  {name:<32}{_number(value)}" for name, value in description.items()),
        *(f"{f.severity} {f.code}: {f.message}" for f in findings),
    ]
    document = {
        "name": stream.name,
        "description": description,
        "notes": list(stream.notes),
        "findings": [{"code": f.code, "severity": f.severity, "message": f.message} for f in findings],
    }
    emit(args, "\n".join(lines), document)
    return 0


def _number(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.4g}" if isinstance(value, float) else str(value)

"""``paretocode stream partition LOG... --out DIR``: how does a log that outgrows memory come in parts?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from paretocode.cli.shared import emit, say
from paretocode.cli.stream_log import reader_options
from paretocode.errors import UsageError

if TYPE_CHECKING:
    from paretocode.stream.partitioned import PartitionedStream

__all__ = ["add_options", "cut_of", "run", "tell_parts"]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of partition."""
    parser.add_argument(
        "--parts",
        type=int,
        metavar="N",
        default=argparse.SUPPRESS,
        help="for partition and synthesise: into so many parts; --out is then a folder",
    )
    parser.add_argument(
        "--requests-per-part",
        type=int,
        metavar="N",
        default=argparse.SUPPRESS,
        help="for partition and synthesise: into parts of about so many requests (2500000)",
    )


def cut_of(args: argparse.Namespace) -> dict[str, int | None]:
    """Return how the stream is cut."""
    return {name: getattr(args, name.removeprefix("n_"), None) for name in ("n_parts", "requests_per_part")}


def run(args: argparse.Namespace) -> int:
    """Partition the logs."""
    from paretocode.stream.partitioned import partition_logs

    if not args.logs:
        raise UsageError("partition has no log", way_out="name the files of the log")
    if not getattr(args, "out", None):
        raise UsageError("partition has no --out", way_out="name the folder to make")
    options: dict[str, Any] = reader_options(args.reader, getattr(args, "option", []), getattr(args, "columns", []))
    settings: dict[str, Any] = {**cut_of(args), **options}
    tell_parts(args, partition_logs(args.logs, args.out, reader=args.reader, **settings))
    return 0


def tell_parts(args: argparse.Namespace, parts: PartitionedStream) -> None:
    """Say what was made."""
    for note in parts.notes:
        say(f"note: {note}")
    document = {
        "out": str(args.out),
        "parts": len(parts.parts),
        "requests": len(parts),
        "sessions": parts.n_sessions,
        "digest": parts.digest,
        "has_demand": parts.has_demand,
    }
    text = f"{args.out}: {len(parts):,} requests in {parts.n_sessions:,} sessions, {len(parts.parts)} parts"
    emit(args, text, document)

"""``paretocode stream describe``: what is in this stream, and what is odd about it?"""

from __future__ import annotations

import argparse
from typing import Any

from paretocode.cli.shared import emit
from paretocode.cli.stream_log import asked_stream
from paretocode.errors import UsageError

__all__ = ["add_options", "run"]

_DISTANCES = (0.01, 0.02, 0.05)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of describe."""
    parser.add_argument(
        "--edges",
        metavar="E1,E2",
        default=argparse.SUPPRESS,
        help="for describe: request edges; shows how many requests lie near them",
    )
    parser.add_argument(
        "--catalogue",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="a catalogue, or bundled: describe finds requests longer than its contexts, query counts by them",
    )


def run(args: argparse.Namespace) -> int:
    """Describe a log or a preset, and say what is odd about it."""
    from paretocode.cli.stream_page import page
    from paretocode.stream import lint_stream
    from paretocode.stream.describe import describe, near_edge_mass

    edges = _edges(getattr(args, "edges", None))
    longest = _longest_context(getattr(args, "catalogue", None))
    stream = asked_stream(args)
    record = describe(stream)
    near = near_edge_mass(stream, edges, _DISTANCES) if edges else None
    findings = [
        {"code": f.code, "severity": f.severity, "message": f.message}
        for f in lint_stream(stream, longest_context_tokens=longest)
    ]
    document: dict[str, Any] = {
        "name": stream.name,
        "description": record,
        "notes": list(stream.notes),
        "findings": findings,
    }
    if near is not None:
        document["near_edge"] = {
            "edges": list(near.edges),
            "distances": list(near.distances),
            "share": near.share.tolist(),
            "share_of_any": near.share_of_any.tolist(),
        }
    emit(args, "\n".join(page(document)), document)
    return 0


def _edges(text: str | None) -> list[float]:
    if text is None:
        return []
    try:
        return [float(part) for part in text.split(",")]
    except ValueError as error:
        raise UsageError(f"--edges is {text!r}", way_out="write numbers with commas, such as 0.33,0.66") from error


def _longest_context(source: str | None) -> int | None:
    """Return the longest context of a catalogue, None where none is asked for or known."""
    if source is None:
        return None
    from paretocode.catalogue import load_catalogue

    known = [tokens for tokens in load_catalogue(source).context_tokens.tolist() if tokens == tokens]  # noqa: PLR0124
    return int(max(known)) if known else None

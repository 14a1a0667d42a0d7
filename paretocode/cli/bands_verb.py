"""``paretocode bands``: where could the cuts go?"""

from __future__ import annotations

import argparse
import dataclasses
import math
from typing import Any

from paretocode.cli.shared import add_catalogue, add_json, emit
from paretocode.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_catalogue(parser)
    parser.add_argument(
        "--scheme", default="natural", choices=["natural", "quantile", "equal_interval", "fixed"], help="how to cut"
    )
    parser.add_argument("--n-bands", type=int, default=3, help="how many bands; fixed counts its own edges")
    parser.add_argument("--min-members", type=int, default=1, help="natural: least models in a band")
    parser.add_argument("--min-gap", type=float, default=0.0, help="natural: least distance between edges, score units")
    parser.add_argument("--edges", type=float, nargs="+", metavar="SCORE", help="fixed: the edges, score units")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print edges, gaps and fit."""
    from paretocode.bands import bands_by_scheme
    from paretocode.catalogue import load_catalogue

    if args.scheme == "fixed" and not args.edges:
        raise UsageError("scheme fixed has no --edges", way_out="give them, as in --edges 28.6 40.5")
    catalogue = load_catalogue(args.catalogue)
    scores = catalogue.coding_score[catalogue.has_score]
    n_bands = None if args.scheme == "fixed" else args.n_bands
    bands = bands_by_scheme(
        args.scheme, scores, n_bands, edges=args.edges, min_members=args.min_members, min_gap=args.min_gap
    )
    document = dataclasses.asdict(bands)
    document["gaps"] = [[None if math.isinf(x) else x for x in gap] for gap in bands.gaps]
    document["means"] = [None if math.isnan(x) else x for x in bands.means]
    document["score_definition"] = catalogue.score_definition
    document["uniform_variance_explained"] = 1 - 1 / bands.n_bands**2
    emit(args, _text(document), document)
    return 0


def _text(document: dict[str, Any]) -> str:
    lines = [f"{document['scheme']} bands of {sum(document['counts'])} scores ({document['score_definition']})"]
    for edge, (low, high) in zip(document["edges"], document["gaps"], strict=True):
        gap = f"({'-inf' if low is None else f'{low:g}'}, {'inf' if high is None else f'{high:g}'}]"
        lines.append(f"  edge {edge:g}: anywhere in {gap} gives the same bands")
    lines.append(f"  members, lowest band first: {', '.join(str(count) for count in document['counts'])}")
    explained, uniform = document["variance_explained"], document["uniform_variance_explained"]
    lines.append(f"  variance explained: {explained:.3f}; evenly spread scores would give {uniform:.3f}")
    if explained <= uniform:
        lines.append("  no better than an even spread: these bands are a choice, not a finding")
    return "\n".join(lines)

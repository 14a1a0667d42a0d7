"""``paretocode bands``: where could the cuts go, how many are there, and are they there at all?"""

from __future__ import annotations

import argparse
import dataclasses
import math
from typing import Any

from paretocode.cli.shared import add_catalogue, add_json, emit
from paretocode.errors import InputError, UsageError

_SCHEMES = (
    "natural",
    "quantile",
    "equal_interval",
    "head_tail",
    "maximum_gap",
    "density_valley",
    "gaussian_mixture",
    "fixed",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_catalogue(parser)
    parser.add_argument("--scheme", default="natural", choices=_SCHEMES, help="how to cut")
    parser.add_argument("--n-bands", type=int, default=3, help="how many bands; fixed counts its own edges")
    parser.add_argument("--min-members", type=int, default=1, help="natural: least models in a band")
    parser.add_argument("--min-gap", type=float, default=0.0, help="natural: least distance between edges, score units")
    parser.add_argument("--edges", type=float, nargs="+", metavar="SCORE", help="fixed: the edges, score units")
    parser.add_argument("--how-many", action="store_true", help="compare numbers of bands: fit, BIC, stability")
    parser.add_argument("--compare", action="store_true", help="compare the schemes by their loss")
    parser.add_argument("--seed", type=int, default=1, help="of the draws of --how-many and --compare")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print edges, gaps and fit."""
    from paretocode.catalogue import load_catalogue

    if args.how_many and args.compare:
        raise UsageError("--how-many and --compare stand together", way_out="ask one after the other")
    if args.seed < 0:
        raise UsageError(f"--seed is {args.seed}", way_out="give a seed of at least 0")
    if args.scheme == "fixed" and not args.edges:
        raise UsageError("scheme fixed has no --edges", way_out="give them, as in --edges 28.6 40.5")
    catalogue = load_catalogue(args.catalogue)
    scores = catalogue.coding_score[catalogue.has_score]
    if not len(scores):
        raise InputError(
            "the catalogue holds no scores",
            where=str(args.catalogue),
            way_out="join them to it (paretocode.catalogue.join_catalogues) or give a file with scores",
        )
    if args.how_many:
        text, document = _how_many(scores, args)
    elif args.compare:
        text, document = _compared(scores, args)
    else:
        text, document = _cut(scores, args)
    document["score_definition"] = catalogue.score_definition
    emit(args, text.replace("DEFINITION", catalogue.score_definition), document)
    return 0


def _cut(scores: Any, args: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from paretocode.bands import bands_by_scheme

    n_bands = None if args.scheme == "fixed" else args.n_bands
    bands = bands_by_scheme(
        args.scheme, scores, n_bands, edges=args.edges, min_members=args.min_members, min_gap=args.min_gap
    )
    document = _as_document(bands)
    return _text(document), document


def _as_document(bands: Any) -> dict[str, Any]:
    document = dataclasses.asdict(bands)
    document["gaps"] = [[None if math.isinf(x) else x for x in gap] for gap in bands.gaps]
    document["means"] = [None if math.isnan(x) else x for x in bands.means]
    document["uniform_variance_explained"] = 1 - 1 / bands.n_bands**2
    return document


def _text(document: dict[str, Any]) -> str:
    lines = [f"{document['scheme']} bands of {sum(document['counts'])} scores (DEFINITION)"]
    for edge, (low, high) in zip(document["edges"], document["gaps"], strict=True):
        gap = f"({'-inf' if low is None else f'{low:g}'}, {'inf' if high is None else f'{high:g}'}]"
        lines.append(f"  edge {edge:g}: anywhere in {gap} gives the same bands")
    lines.append(f"  members, lowest band first: {', '.join(str(count) for count in document['counts'])}")
    explained, uniform = document["variance_explained"], document["uniform_variance_explained"]
    lines.append(f"  variance explained: {explained:.3f}; evenly spread scores would give {uniform:.3f}")
    if explained <= uniform:
        lines.append("  no better than an even spread: these bands are a choice, not a finding")
    return "\n".join(lines)


def _how_many(scores: Any, args: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from paretocode.bands import choose_n_bands, natural_finding
    from paretocode.report.text_fitted import fitted_table

    found = choose_n_bands(scores, rng=args.seed)
    rows, tried = [], []
    for count in found.tried:
        gaps = " ".join(f"({low:g}, {high:g}]" for low, high in count.bands.gaps)
        bic = None if math.isnan(count.bic) else count.bic
        rows.append(
            [
                str(count.n_bands),
                f"{count.bands.variance_explained:.3f}",
                f"{1 - 1 / count.n_bands**2:.3f}",
                "-" if bic is None else f"{bic:.1f}",
                " ".join(f"{share:.2f}" for share in count.edge_stability),
                gaps,
            ]
        )
        tried.append({**_as_document(count.bands), "bic": bic, "edge_stability": list(count.edge_stability)})
    text = f"natural bands of {sum(found.tried[0].bands.counts)} scores (DEFINITION)\n"
    text += fitted_table(
        ["bands", "explained", "uniform", "BIC (greatest is best)", "stability of each edge", "gaps"], rows, "rrrrll"
    )
    text += (
        f"\nBIC takes {found.by_bic}; {found.by_stability} is the greatest number whose every edge keeps its gap in "
        f"{found.least_stability:.0%} of {found.n_replicates} bootstrap replicates."
    )
    finding = natural_finding(scores, args.n_bands, rng=args.seed) if len(set(scores.tolist())) > 1 else None
    text += f"\n{finding.sentence}" if finding else ""
    document = {
        "tried": tried,
        "by_bic": found.by_bic,
        "by_stability": found.by_stability,
        "least_stability": found.least_stability,
        "n_replicates": found.n_replicates,
        "finding": _finding_document(finding),
    }
    return text, document


def _compared(scores: Any, args: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from paretocode.bands import choose_n_bands, compare_schemes, natural_finding
    from paretocode.report.text_fitted import fitted_table

    results = compare_schemes(scores, args.n_bands)
    rows = [
        [
            result.scheme,
            f"{result.loss_ratio:.3f}",
            " ".join(f"{edge:g}" for edge in result.bands.edges),
            " ".join(str(count) for count in result.bands.counts),
        ]
        if result.bands
        else [result.scheme, "-", result.refusal, ""]
        for result in results
    ]
    natural = choose_n_bands(scores, max_bands=args.n_bands, rng=args.seed).tried[-1]
    text = f"{args.n_bands} bands of {sum(natural.bands.counts)} scores (DEFINITION), loss against the least possible\n"
    text += fitted_table(["scheme", "loss ratio", "edges", "members, lowest first"], rows, "lrll")
    if natural.edge_stability:
        shares = ", ".join(f"{share:.0%}" for share in natural.edge_stability)
        text += f"\nthe natural edges keep their gaps in {shares} of bootstrap replicates."
    finding = natural_finding(scores, args.n_bands, rng=args.seed) if len(set(scores.tolist())) > 1 else None
    text += f"\n{finding.sentence}" if finding else ""
    document = {
        "schemes": [
            {
                "scheme": result.scheme,
                "loss_ratio": result.loss_ratio if math.isfinite(result.loss_ratio) else None,
                "refusal": result.refusal,
                "bands": _as_document(result.bands) if result.bands else None,
            }
            for result in results
        ],
        "edge_stability": list(natural.edge_stability),
        "finding": _finding_document(finding),
    }
    return text, document


def _finding_document(finding: Any) -> dict[str, Any] | None:
    if finding is None:
        return None
    return {**dataclasses.asdict(finding), "are_there": finding.are_there, "sentence": finding.sentence}

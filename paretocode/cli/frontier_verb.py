"""``paretocode frontier``: which models are worth paying for?"""

from __future__ import annotations

import argparse

from paretocode.cli.shared import add_catalogue, add_json, emit

_METRICS = ("prompt", "completion", "blend_3_1", "blend_7_2_1")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_catalogue(parser)
    parser.add_argument("--price-metric", default="blend_3_1", choices=_METRICS, help="what cheap means")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the frontier from the cheapest to the dearest."""
    from paretocode.catalogue import display_price_usd_per_mtok, load_catalogue
    from paretocode.frontier import frontier_of
    from paretocode.report.text import format_table

    catalogue = load_catalogue(args.catalogue)
    frontier = frontier_of(catalogue, price_metric=args.price_metric)
    price = display_price_usd_per_mtok(catalogue, args.price_metric)
    rows = [int(row) for row in frontier.model_index]
    models = [
        {
            "model": catalogue.keys[row],
            "price_usd_per_mtok": float(price[row]),
            "coding_score": float(catalogue.coding_score[row]),
        }
        for row in rows
    ]
    text = format_table(
        ["model", f"{args.price_metric} USD/Mtok", catalogue.score_definition],
        [[catalogue.keys[row], f"{price[row]:g}", f"{catalogue.coding_score[row]:g}"] for row in rows],
        "lrr",
    )
    twins = [[catalogue.keys[int(row)] for row in group] for group in frontier.twins]
    text += "".join(f"\ntwins (same price and score): {', '.join(group)}" for group in twins)
    text += f"\n{len(rows)} of {len(catalogue)} models are on the frontier.\n{catalogue.attribution}"
    emit(args, text, {"price_metric": args.price_metric, "frontier": models, "twins": twins})
    return 0

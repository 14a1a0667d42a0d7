"""``paretocode frontier``: which models are worth paying for, and how sure is that?"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from paretocode.cli.shared import add_catalogue, add_json, emit
from paretocode.errors import InputError, UsageError

_METRICS = ("prompt", "completion", "blend_3_1", "blend_7_2_1")
_AXES = ("price", "score", "throughput", "ttft", "context")
_REPLICATES = 1_000
_NAMED = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    add_catalogue(parser)
    parser.add_argument("--price-metric", default="blend_3_1", choices=_METRICS, help="what cheap means")
    parser.add_argument("--axes", nargs="+", choices=_AXES, metavar="AXIS", help=f"what counts: {', '.join(_AXES)}")
    parser.add_argument("--uncertain", action="store_true", help="show every model's probability of being on it")
    parser.add_argument("--knees", action="store_true", help="show where it bends, by four rules, and its hypervolume")
    parser.add_argument("--seed", type=int, default=1, help="of the draws that --uncertain --knees makes")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the frontier from the cheapest to the dearest."""
    from paretocode.catalogue import load_catalogue

    if args.axes and (args.uncertain or args.knees):
        raise UsageError("--axes goes with neither --uncertain nor --knees", way_out="ask one after the other")
    if args.seed < 0:
        raise UsageError(f"--seed is {args.seed}", way_out="give a seed of at least 0")
    catalogue = load_catalogue(args.catalogue)
    _refuse_empty(catalogue, args)
    if args.axes:
        text, document = _on_axes(catalogue, args)
    else:
        text, document = _uncertain(catalogue, args) if args.uncertain else _measured(catalogue, args)
        if args.knees:
            more, document["knees"] = _knees(catalogue, args)
            text += f"\n{more}"
    emit(args, f"{text}\n{catalogue.attribution}", document)
    return 0


def _refuse_empty(catalogue: Any, args: argparse.Namespace) -> None:
    from paretocode.frontier import frontier_of

    if frontier_of(catalogue, price_metric=args.price_metric).n_compared:
        return
    priced = f"model with a score and a {args.price_metric} price above 0"
    what = priced if catalogue.has_score.any() else "scores"
    raise InputError(
        f"the catalogue holds no {what}",
        where=str(args.catalogue),
        way_out="join scores and prices (paretocode.catalogue.join_catalogues) or give a file with both",
    )


def _left_out_text(left_out: Mapping[str, str]) -> str:
    if not left_out:
        return ""
    reasons = ", ".join(f"{n} {reason}" for reason, n in Counter(left_out.values()).most_common())
    named = ", ".join(list(left_out)[:_NAMED])
    more = f" and {len(left_out) - _NAMED} more" if len(left_out) > _NAMED else ""
    return f"\n{len(left_out)} models were not compared: {reasons} ({named}{more})."


def _measured(catalogue: Any, args: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from paretocode.frontier import frontier_of
    from paretocode.report.text_fitted import fitted_table

    frontier = frontier_of(catalogue, price_metric=args.price_metric)
    columns = (frontier.keys, frontier.price_usd_per_mtok.tolist(), frontier.coding_score.tolist())
    names = ("model", "price_usd_per_mtok", "coding_score")
    models = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    text = fitted_table(
        ["model", f"{args.price_metric} USD/Mtok", catalogue.score_definition],
        [[str(key), f"{price:g}", f"{score:g}"] for key, price, score in zip(*columns, strict=True)],
        "lrr",
    )
    text += "".join(f"\ntwins (same price and score): {', '.join(group)}" for group in frontier.twins)
    text += f"\n{len(frontier)} of {frontier.n_compared} models are on the frontier."
    text += _left_out_text(frontier.left_out)
    document = {
        "price_metric": args.price_metric,
        "frontier": models,
        "twins": [list(group) for group in frontier.twins],
        "left_out": frontier.left_out,
    }
    return text, document


def _uncertain(catalogue: Any, args: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from paretocode.frontier import uncertain_frontier_of
    from paretocode.report.text_fitted import fitted_table

    frontier = uncertain_frontier_of(catalogue, price_metric=args.price_metric)
    models = [
        {
            "model": key,
            "price_usd_per_mtok": float(frontier.price_usd_per_mtok[i]),
            "coding_score": float(frontier.coding_score[i]),
            "coding_score_se": None if math.isnan(frontier.coding_score_se[i]) else float(frontier.coding_score_se[i]),
            "probability": float(frontier.probability[i]),
            "is_on_frontier": bool(frontier.is_on_frontier[i]),
        }
        for i, key in enumerate(frontier.keys)
    ]
    rows = [
        [
            str(m["model"]),
            f"{m['price_usd_per_mtok']:g}",
            f"{m['coding_score']:g}",
            "?" if m["coding_score_se"] is None else f"{m['coding_score_se']:.2f}",
            f"{m['probability']:.3f}",
            "yes" if m["is_on_frontier"] else "",
        ]
        for m in models
    ]
    header = ["model", f"{args.price_metric} USD/Mtok", catalogue.score_definition, "s.e.", "P(on it)", "measured"]
    text = fitted_table(header, rows, "lrrrrl")
    text += (
        f"\n{frontier.measured_size} of {len(frontier)} models are on the frontier as measured; "
        f"{frontier.expected_size:.1f} are expected on that of the true scores (errors independent and normal)."
    )
    text += _left_out_text(frontier.left_out)
    if frontier.without_se:
        text += f"\nno standard error, score taken as exact: {', '.join(frontier.without_se)}"
    document = {
        "price_metric": args.price_metric,
        "models": models,
        "expected_size": frontier.expected_size,
        "measured_size": frontier.measured_size,
        "without_se": list(frontier.without_se),
        "left_out": frontier.left_out,
    }
    return text, document


def _knees(catalogue: Any, args: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from paretocode.frontier import draw_scores, find_knees, frontier_hypervolume, knee_frequency, uncertain_frontier_of

    frontier = uncertain_frontier_of(catalogue, price_metric=args.price_metric)
    price, score = frontier.price_usd_per_mtok, frontier.coding_score
    knees, volume = find_knees(price, score), frontier_hypervolume(price, score)
    named = {rule: None if row is None else frontier.keys[row] for rule, row in knees.row_of.items()}
    lines = [f"knee by {rule}: {key or 'none'}" for rule, key in named.items()]
    agreed = None if knees.agreed is None else frontier.keys[knees.agreed]
    lines.append(f"three rules agree on {agreed}." if agreed else "no three rules agree: there is no clear knee.")
    document: dict[str, Any] = {"by_rule": named, "agreed": agreed, "price_scale": knees.price_scale}
    if args.uncertain:
        draws = draw_scores(score, frontier.coding_score_se, n_replicates=_REPLICATES, rng=args.seed)
        share = knee_frequency(price, draws)["agreed"]
        often = sorted(((float(share[i]), key) for i, key in enumerate(frontier.keys) if share[i] > 0), reverse=True)
        shown = ", ".join(f"{key} in {value:.0%}" for value, key in often[:3]) or "none"
        lines.append(f"agreed knee over {_REPLICATES:,} draws of the scores: {shown}; no clear knee in the rest.")
        document["agreed_share"] = {key: value for value, key in often}
    lines.append(f"hypervolume: {volume}")
    document["hypervolume"] = {
        "value": volume.value,
        "reference_price": volume.reference_price,
        "reference_score": volume.reference_score,
        "price_scale": volume.price_scale,
    }
    return "\n".join(lines), document


def _on_axes(catalogue: Any, args: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    from paretocode.frontier import AXES, frontier_on_axes
    from paretocode.report.text_fitted import fitted_table

    frontier = frontier_on_axes(catalogue, args.axes, price_metric=args.price_metric)
    values = frontier.values.tolist()
    text = fitted_table(
        ["model", *(f"{name} {'up' if AXES[name].is_maximised else 'down'}" for name in frontier.axes)],
        [[key, *(f"{value:,.10g}" for value in row)] for key, row in zip(frontier.keys, values, strict=True)],
        "l" + "r" * len(frontier.axes),
    )
    text += "\n" + "; ".join(f"{name} [{AXES[name].unit}]" for name in frontier.axes)
    text += f"\n{len(frontier)} of {frontier.n_compared} models are dominated by none on these axes."
    text += _left_out_text(frontier.left_out)
    document = {
        "price_metric": args.price_metric,
        "axes": [
            {"name": name, "unit": AXES[name].unit, "is_maximised": AXES[name].is_maximised} for name in frontier.axes
        ],
        "frontier": [
            {"model": key, **dict(zip(frontier.axes, row, strict=True))}
            for key, row in zip(frontier.keys, values, strict=True)
        ],
        "left_out": frontier.left_out,
    }
    return text, document

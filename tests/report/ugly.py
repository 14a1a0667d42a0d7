"""What do figures have to bear? Replays of awkward worlds: one model, five tiers, long names, 600 models, no jumps."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from paretocode.catalogue import load_bundled
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import FractionScale
from paretocode.sim import draw_luck, measure, replay, tally, tier_latencies
from paretocode.sim.jumps import edge_jumps, jump_report, jump_tables, tally_jumps
from paretocode.stream import DEFAULT_DEMAND, apply_demand
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap.build import map_from_edges
from paretocode.tiermap.tier_map import TierMap

LONG = "a-vendor-with-a-very-long-name/a-model-with-a-name-that-nobody-can-read-in-one-breath-{}@reasoning-max"
WORLDS = ("one model", "five tiers", "long names", "600 models", "ties", "no jumps", "no pairs")


def ugly_catalogue(world: str) -> Catalogue:
    """Return the bundled models, cut down, multiplied or made equal."""
    few = load_bundled()
    n = {"one model": 1, "600 models": 600, "five tiers": 13}.get(world, 13)
    rows = np.arange(n) % len(few)
    names = LONG if world == "long names" else "maker/model-{}"
    columns = {name: getattr(few, name)[rows] for name in few.__dataclass_fields__ if _is_column(few, name)}
    if world == "600 models":
        rng = np.random.default_rng(4)
        columns["coding_score"] = rng.uniform(5, 70, n)
        columns["prompt_usd_per_mtok"] = np.round(np.exp(rng.normal(0, 1.4, n)), 6)
    if world == "ties":
        columns["coding_score"] = np.repeat(columns["coding_score"][::4], 4)[:n]
        columns["prompt_usd_per_mtok"] = np.repeat(columns["prompt_usd_per_mtok"][::3], 3)[:n]
    return few.replace(
        **columns,
        model_id=tuple(names.format(i) for i in range(n)),
        effort=("",) * n,
        name=tuple(f"Model {i}" for i in range(n)),
        listed_tier=("",) * n,
        price_steps=(),
    )


def _is_column(catalogue: Catalogue, name: str) -> bool:
    return isinstance(getattr(catalogue, name), np.ndarray)


def ugly_stream(world: str) -> RequestStream:
    """Return 2,000 requests in sessions of 10, of one min score each, or of one request each."""
    rng = np.random.default_rng(5)
    n = 2_000
    session = np.arange(n) if world == "no pairs" else np.repeat(np.arange(n // 10), 10)
    prompt = rng.integers(2_000, 60_000, n)
    bare = request_stream(
        session=session,
        time_s=rng.exponential(60, n).cumsum(),
        prompt_tokens=prompt,
        prefix_tokens=prompt // 2,
        completion_tokens=rng.integers(50, 3_000, n),
        name="ugly",
    )
    stream = apply_demand(bare, DEFAULT_DEMAND, rng=6)
    if world == "no jumps":
        return stream.replace(min_score_ppm=np.full(n, 650_000), is_omitted=np.zeros(n, dtype=bool))
    return stream


def ugly_maps(world: str, catalogue: Catalogue) -> dict[str, TierMap]:
    """Return two maps; of one tier where there is one model, of five where that is the world."""
    if world == "one model":
        return {name: map_from_edges(catalogue, score_edges=[], request_edges=[], name=name) for name in ("a", "b")}
    low, high = np.quantile(catalogue.coding_score, [0.3, 0.7]).round(3)
    five = np.quantile(np.unique(catalogue.coding_score), [0.2, 0.4, 0.6, 0.8]).round(3)
    names = ("the-incumbent-" * 6, "the-candidate-" * 6) if world == "long names" else ("incumbent", "candidate")
    return {
        names[0]: map_from_edges(catalogue, score_edges=[low, high], request_edges=[0.33, 0.66], name=names[0]),
        names[1]: map_from_edges(
            catalogue, score_edges=list(five), request_edges=[0.05, 0.3, 0.64, 0.66], name=names[1]
        )
        if world == "five tiers"
        else map_from_edges(catalogue, score_edges=[low, high], request_edges=[0.31, 0.7], name=names[1]),
    }


@cache
def ugly_document(world: str) -> dict[str, Any]:
    """Return what figures read of a result: maps with all their metrics."""
    catalogue, stream = ugly_catalogue(world), ugly_stream(world)
    luck, scale = draw_luck(stream, rng=7), FractionScale()
    maps = {}
    for name, tier_map in ugly_maps(world, catalogue).items():
        run = replay(stream, tier_map, catalogue, luck=luck)
        maps[name] = {
            "tiers": [{"name": tier.name, "models": list(tier.models)} for tier in tier_map.tiers],
            "metrics": {
                **measure(run, scale=scale).to_dict(),
                "tier_latency": tier_latencies(tally(run, scale=scale)),
                "jumps": jump_report(tally_jumps(run, jump_tables(run))),
                "edges": {"tier_jumps": edge_jumps(stream, tier_map).to_dict()},
            },
        }
    names = list(maps)
    return {"maps": maps, "incumbent": names[0], "proposed": names[1]}

"""What is a robust map worth? It, the cheapest pick and the incumbent, each replayed in every other world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.tables import replayed_totals, scored_models
from paretocode.stream import RequestStream
from paretocode.tiermap import TierMap, map_from_edges
from paretocode.tune import MapQuestion
from paretocode.tune.measures import counts_of
from paretocode.tune.worlds.robust import RobustAnswer

__all__ = ["robust_document"]


def robust_document(robust: RobustAnswer, question: MapQuestion, maps: Mapping[str, TierMap]) -> dict[str, Any]:
    """Return what `metrics.json` says of a robust search.

    Parameters
    ----------
    robust, question
        What was found, and the question with its scenarios.
    maps
        Name -> map; those cut by scores are cut anew where a world moves the scores, listed ones keep their lists.

    Notes
    -----
    All maps are measured alike: replayed without stickiness by the lag-1 rule. Regret is against the best total
    of any map of the search in a world, by the tables. O(n) for each map and world.
    """
    values = {name: _values(robust, question, tier_map) for name, tier_map in maps.items()}
    own_best = np.array(
        [
            robust.worlds.measure.value(int(total), counts)
            for total, counts in zip(robust.own_best, robust.worlds.counts, strict=True)
        ]
    )
    best = robust.best
    return {
        "aim": robust.aim,
        "measure": robust.worlds.measure.name,
        "scenarios": list(robust.worlds.names),
        "maps": [{"name": name, **_map(maps[name], values[name], own_best, robust)} for name in maps],
        "own_best": own_best.tolist(),
        "verdict": None if best is None else best.verdict.value,
    }


def _map(tier_map: TierMap, values: FloatColumn, own_best: FloatColumn, robust: RobustAnswer) -> dict[str, Any]:
    regret, worlds = values - own_best, robust.worlds.names
    return {
        "n_bands": tier_map.n_tiers,
        "request_edges": list(tier_map.request_edges),
        "score_edges": list(tier_map.score_edges or ()),
        "values": values.tolist(),
        "expected": float(np.average(values, weights=np.array(robust.worlds.weights, dtype=np.float64))),
        "worst": float(values.max()),
        "worst_in": worlds[int(np.argmax(values))],
        "regret": float(regret.max()),
        "regret_in": worlds[int(np.argmax(regret))],
    }


def _values(robust: RobustAnswer, question: MapQuestion, tier_map: TierMap) -> FloatColumn:
    """Return the measure of a map in every world that counts."""
    measure = robust.worlds.measure
    worlds = {scenario.name: scenario for scenario in question.scenarios}
    values = []
    for name in robust.worlds.names:
        world = worlds.get(name)
        catalogue = question.catalogue if world is None or world.catalogue is None else world.catalogue
        stream: RequestStream = question.stream if world is None or world.stream is None else world.stream
        models = scored_models(catalogue, question.policy, scale=question.scale, cache=question.cache)
        luck = question.luck
        if luck is not None and world is not None and world.sessions is not None:
            luck = luck.take(question.stream.rows_of(world.sessions))
        totals = replayed_totals(
            stream,
            _cut_anew(tier_map, catalogue),
            models,
            [measure.metric],
            luck=luck,
            near_edge_ppm=question.near_edge_ppm,
        )
        values.append(measure.value(totals[measure.metric], counts_of(stream)))
    return np.array(values)


def _cut_anew(tier_map: TierMap, catalogue: Catalogue) -> TierMap:
    """Return the map with its score edges applied to a world's own scores."""
    if tier_map.score_edges is None:
        return tier_map
    return map_from_edges(
        catalogue,
        score_edges=tier_map.score_edges,
        request_edges=tier_map.request_edges,
        names=[tier.name for tier in tier_map.tiers],
        default_tier=tier_map.default_tier,
        policy=tier_map.policy,
        name=tier_map.name,
    )

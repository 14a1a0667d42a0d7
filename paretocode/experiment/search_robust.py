"""What is a robust map worth? It, the cheapest pick and the incumbent, each replayed in every other world."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.tables import ReplayedTotals, scored_models
from paretocode.sim.tables.countable import LogInMemory
from paretocode.tiermap import TierMap, map_from_edges
from paretocode.tune import MapQuestion, Verdict, measure_named
from paretocode.tune.worlds.over_settings import RobustSettings
from paretocode.tune.worlds.robust import RobustAnswer

__all__ = ["robust_document"]


def robust_document(found: RobustSettings, question: MapQuestion, maps: Mapping[str, TierMap]) -> dict[str, Any]:
    """Return what `metrics.json` says of a robust search.

    Parameters
    ----------
    found, question
        What was found, and the question with its scenarios.
    maps
        Name -> map; those cut by scores are cut anew where a world moves the scores, listed ones keep their lists.

    Notes
    -----
    All maps are measured alike: replayed without stickiness by the lag-1 rule. Regret is against the best total of any
    map of the search in a world, by the tables. O(n) for each map and world.
    """
    setting, robust = found.best_setting
    return {
        "aim": robust.aim,
        "measure": robust.worlds.measure.name,
        "scenarios": list(robust.worlds.names),
        "maps": [
            {"name": name, **_map(tier_map, _totals(robust, question, tier_map), robust, question)}
            for name, tier_map in maps.items()
        ],
        "own_best": _people(robust, robust.own_best),
        "setting": setting.name,
        "note": _note(found, question),
        "verdict": None
        if robust.best is None
        else (robust.best.verdict if found.is_proven else Verdict.UNPROVEN).value,
    }


def _note(found: RobustSettings, question: MapQuestion) -> str:
    """Return what was weighed: settings, how thin the grid was, what was left out."""
    names = "; ".join(setting.name for setting, _ in found.answers)
    thin = question.request_rules.most_candidates
    sentence = (
        f"Weighed with edges {names}, the request axis thinned to at most {thin} edges, limits in the world at hand."
    )
    for name, reason in found.left_out.items():
        sentence += f" Left out: {name}, because {reason}."
    return sentence


def _people(robust: RobustAnswer, totals: IntColumn) -> list[float]:
    worlds = robust.worlds
    return [worlds.measure.value(int(t), counts) for t, counts in zip(totals, worlds.counts, strict=True)]


def _map(tier_map: TierMap, totals: IntColumn, robust: RobustAnswer, question: MapQuestion) -> dict[str, Any]:
    worlds = robust.worlds
    values = np.array(_people(robust, totals))
    regret = np.array(_people(robust, totals - robust.own_best)) if len(robust.own_best) else np.zeros(len(values))
    weighed = sum(w * int(t) for w, t in zip(worlds.weights, totals, strict=True))
    whole = sum(w * per for w, per in zip(worlds.weights, worlds.per, strict=True))
    return {
        "n_bands": tier_map.n_tiers,
        "request_edges": list(tier_map.request_edges),
        "score_edges": list(tier_map.score_edges or ()),
        "values": values.tolist(),
        "expected": float(Fraction(weighed, whole) / worlds.measure.unit),
        "worst": float(values.max()),
        "worst_in": worlds.names[int(np.argmax(values))],
        "regret": float(regret.max()),
        "regret_in": worlds.names[int(np.argmax(regret))],
        "limits": _limited(tier_map, question),
    }


def _limited(tier_map: TierMap, question: MapQuestion) -> dict[str, float]:
    """Return the limited measures of a map in the world at hand."""
    measures = [measure_named(name) for name in question.limits]
    models = scored_models(question.catalogue, question.policy, scale=question.scale, cache=question.cache)
    count = ReplayedTotals(
        tier_map=tier_map,
        models=models,
        names=tuple(measure.metric for measure in measures),
        luck=question.luck,
        near_edge_ppm=question.near_edge_ppm,
    )
    totals = question.counted.total(count)
    return {measure.name: measure.value(totals[measure.metric], question.counts) for measure in measures}


def _totals(robust: RobustAnswer, question: MapQuestion, tier_map: TierMap) -> IntColumn:
    """Return the measure's total of a map in every world that counts."""
    metric = robust.worlds.measure.metric
    worlds = {scenario.name: scenario for scenario in question.scenarios}
    totals = []
    for name in robust.worlds.names:
        world = worlds.get(name)
        catalogue = question.catalogue if world is None or world.catalogue is None else world.catalogue
        log = question.counted if world is None or world.stream is None else LogInMemory(world.stream)
        models = scored_models(catalogue, question.policy, scale=question.scale, cache=question.cache)
        luck = question.luck
        if luck is not None and world is not None and world.sessions is not None:
            luck = luck.take(question.requests.rows_of(world.sessions))
        count = ReplayedTotals(
            tier_map=_cut_anew(tier_map, catalogue),
            models=models,
            names=(metric,),
            luck=luck,
            near_edge_ppm=question.near_edge_ppm,
        )
        totals.append(log.total(count)[metric])
    return np.array(totals, dtype=np.int64)


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

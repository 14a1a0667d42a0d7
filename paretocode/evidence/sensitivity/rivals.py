"""Which models serve today, and which new ones could matter? First choices of the maps, and two made-up rivals."""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.catalogue import SPEED_PERCENTILES
from paretocode.evidence.sensitivity.models import NewModel
from paretocode.evidence.sensitivity.world import World
from paretocode.sim.plan import UNSERVED, routing_plan

__all__ = ["rival_models", "serving_models"]


def serving_models(world: World) -> tuple[str, ...]:
    """Return the models that are first choice somewhere in either map, in catalogue order.

    Under the price metric ``request`` first choices depend on the request, and every model of a shortlist counts.
    """
    rows: set[int] = set()
    for tier_map in world.maps:
        plan = routing_plan(tier_map, world.catalogue)
        rows |= set(plan.best.tolist()) if plan.is_static else {row for rows in plan.shortlists for row in rows}
    return tuple(world.catalogue.keys[row] for row in sorted(rows - {UNSERVED}))


def rival_models(world: World) -> tuple[NewModel, ...]:
    """Return two made-up models: as good as the best one at half the price of the cheapest serving model of its kind.

    The strong one scores as the best model of the maps and costs half of the cheapest first choice that scores in the
    upper half; the small one scores the median and costs half of the cheapest first choice of all. Both hold what the
    largest model holds, read caches at a tenth of the prompt price, and answer at the median speed. A plain listing
    takes the strong one into its highest tier and the small one into its middle tier.
    """
    catalogue = world.catalogue
    rows = np.array([catalogue.index_of(key) for key in world.map_keys], dtype=np.int64)
    rows = rows[catalogue.has_score[rows] & catalogue.has_price[rows]]
    first = np.array([catalogue.index_of(key) for key in serving_models(world)], dtype=np.int64)
    first = first[~catalogue.is_free[first] & catalogue.has_score[first]]
    if not len(rows) or not len(first):
        return ()
    scores, median = catalogue.coding_score[rows], float(np.median(catalogue.coding_score[rows]))
    upper = first[catalogue.coding_score[first] >= median]
    tiers = world.incumbent.tiers
    wanted = [
        ("new/strong", float(scores.max()), upper if len(upper) else first, tiers[-1].name),
        ("new/small", round(median, 3), first, tiers[len(tiers) // 2].name),
    ]
    return tuple(_rival(world, *each) for each in wanted if each[0] not in catalogue)


def _rival(world: World, key: str, score: float, like: IntColumn, tier: str) -> NewModel:
    catalogue = world.catalogue
    row = int(like[np.argmin(catalogue.prompt_usd_per_mtok[like])])
    prompt = float(catalogue.prompt_usd_per_mtok[row])
    return NewModel(
        model_id=key,
        coding_score=score,
        prompt_usd_per_mtok=round(prompt / 2, 6),
        completion_usd_per_mtok=round(float(catalogue.completion_usd_per_mtok[row]) / 2, 6),
        cache_read_usd_per_mtok=round(prompt / 20, 6),
        context_tokens=float(np.nanmax(catalogue.context_tokens)),
        throughput_tps=_median_speed(catalogue.throughput_tps),
        ttft_s=_median_speed(catalogue.ttft_s),
        listed_tier=tier,
    )


def _median_speed(table: FloatColumn) -> float:
    p50 = table[:, SPEED_PERCENTILES.index(50)]
    known = p50[np.isfinite(p50)]
    return float(np.median(known)) if len(known) else float("nan")

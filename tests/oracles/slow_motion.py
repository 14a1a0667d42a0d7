"""The definition of a replay in motion as a loop: a router that holds what is on offer and knows models by key."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from oracles.slow_replay import _is_known, _written_at
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.cache import PrefixCache
from paretocode.sim.motion import Timeline
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import Decision, SessionMemory, Tier, TierMap, remember, route
from paretocode.tiermap.cost import price_in_force

FAR = 1000
"""Row of a remembered model that the catalogue in force lacks: in no shortlist, but not forgotten."""


@dataclass
class World:
    """The catalogue of an epoch without the models that are not on offer, and the map as it reads there."""

    catalogue: Catalogue
    rows: list[int]
    tier_map: TierMap

    def local(self, row: int | None) -> int | None:
        if row is None:
            return None
        return self.rows.index(row) if row in self.rows else FAR + row

    def whole(self, local: int | None) -> int | None:
        if local is None:
            return None
        return local - FAR if local >= FAR else self.rows[local]


def worlds_of(timeline: Timeline, tier_map: TierMap, membership: str) -> list[World]:
    """Return what the router holds in each epoch."""
    worlds = []
    for catalogue in timeline.catalogues:
        rows = [
            row
            for row in range(len(catalogue))
            if not (np.isnan(catalogue.prompt_usd_per_mtok[row]) and np.isnan(catalogue.context_tokens[row]))
        ]
        its = tier_map if membership == "listed" else _recut(tier_map, catalogue)
        worlds.append(World(catalogue.select(rows), rows, its))
    return worlds


def _recut(tier_map: TierMap, catalogue: Catalogue) -> TierMap:
    members: list[list[str]] = [[] for _ in tier_map.tiers]
    for row, key in enumerate(catalogue.keys):
        if catalogue.has_score[row]:
            edges = tier_map.score_edges_milli or ()
            members[sum(edge <= catalogue.score_milli[row] for edge in edges)].append(key)
    tiers = (Tier(name=t.name, models=tuple(keys)) for t, keys in zip(tier_map.tiers, members, strict=True))
    return dataclasses.replace(tier_map, tiers=tuple(tiers))


def slow_epoch(timeline: Timeline, time_us: int) -> int:
    return max([0] + [epoch for epoch, start in enumerate(timeline.starts_us.tolist()) if start <= time_us])


def slow_motion(
    stream: RequestStream, timeline: Timeline, tier_map: TierMap, membership: str
) -> tuple[list[Decision], list[bool]]:
    """Route every request under the catalogue of its time, primaries as rows of the timeline's models.

    Returns
    -------
    decisions
    is_catalogue_jump
        Whether the model changed, and would not have under the catalogue of the session's request before.
    """
    worlds = worlds_of(timeline, tier_map, membership)
    memories: dict[int, SessionMemory] = {}
    before: dict[int, tuple[int, int | None]] = {}
    decisions, jumps = [], []
    for index in range(len(stream)):
        request = stream.row(index)
        epoch, memory = slow_epoch(timeline, request.time_us), memories.get(request.session)

        def asked_of(world: World, memory: SessionMemory | None = memory, index: int = index) -> Decision:
            local = memory and dataclasses.replace(memory, model_index=world.local(memory.model_index))
            return route(stream.row(index), world.tier_map, world.catalogue, memory=local)

        world = worlds[epoch]
        decision = asked_of(world)
        decision = dataclasses.replace(decision, primary=world.whole(decision.primary))
        memories[request.session] = remember(memory, request, decision, tier_map.policy)
        decisions.append(decision)
        jumps.append(False)
        if request.session in before:
            old_epoch, old_model = before[request.session]
            if old_epoch != epoch and None not in (old_model, decision.primary) and old_model != decision.primary:
                jumps[-1] = worlds[old_epoch].whole(asked_of(worlds[old_epoch]).primary) == old_model
        before[request.session] = (epoch, decision.primary)
    return decisions, jumps


def slow_motion_bill(
    stream: RequestStream, models: list[int | None], timeline: Timeline, cache: PrefixCache
) -> tuple[list[int], list[int]]:
    """Bill every request at the prices of its time; what a model holds of a session has no price.

    Returns
    -------
    cost_pusd, cached_tokens
    """
    held: dict[tuple[int, int], list[float]] = {}
    costs, cached_column = [], []
    for index, model in enumerate(models):
        request = stream.row(index)
        for (session, _), state in held.items():
            if session == request.session:
                state[0] = min(state[0], request.prefix_tokens)
        if model is None:
            costs.append(0)
            cached_column.append(0)
            continue
        catalogue = timeline.catalogues[slow_epoch(timeline, request.time_us)]
        prompt, completion, read, write = (
            price_in_force(catalogue, model, f"{name}_usd_per_mtok", request.prompt_tokens)
            for name in ("prompt", "completion", "cache_read", "cache_write")
        )
        rules = cache.of(catalogue.keys[model])
        caches = rules.ttl_s > 0 and _is_known(catalogue, model, "cache_read_usd_per_mtok", request.prompt_tokens)
        if rules.write_to_prompt is not None:
            write = _written_at(catalogue, model, request.prompt_tokens, rules)
        elif not _is_known(catalogue, model, "cache_write_usd_per_mtok", request.prompt_tokens):
            write = prompt
        length, last_use = held.get((request.session, model), [0, float("-inf")])
        is_warm = caches and request.time_us - last_use <= rules.ttl_s * 1e6 and length >= rules.min_tokens
        cached = int(length) if is_warm else 0
        fresh = write if caches and request.prompt_tokens >= rules.min_tokens else prompt
        costs.append(cached * read + (request.prompt_tokens - cached) * fresh + request.completion_tokens * completion)
        cached_column.append(cached)
        held[request.session, model] = [request.prompt_tokens, request.time_us]
    return costs, cached_column

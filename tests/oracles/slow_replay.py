"""The definition of a replay as a loop: route, remember, bill, request by request, in plain Python numbers."""

from __future__ import annotations

import math

from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.cache import PrefixCache
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import Decision, SessionMemory, TierMap, remember, route
from paretocode.tiermap.cost import price_in_force


def slow_decisions(stream: RequestStream, tier_map: TierMap, catalogue: Catalogue) -> list[Decision]:
    """Route every request with the reference router and a memory per session."""
    memories: dict[int, SessionMemory] = {}
    decisions = []
    for index in range(len(stream)):
        request = stream.row(index)
        memory = memories.get(request.session)
        decision = route(request, tier_map, catalogue, memory=memory)
        memories[request.session] = remember(memory, request, decision, tier_map.policy)
        decisions.append(decision)
    return decisions


def slow_bill(
    stream: RequestStream, models: list[int | None], catalogue: Catalogue, cache: PrefixCache
) -> tuple[list[int], list[int]]:
    """Bill every request with a cache per (session, model): its cached length and last use, cut at every turn.

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
        price = {
            name: price_in_force(catalogue, model, f"{name}_usd_per_mtok", request.prompt_tokens)
            for name in ("prompt", "completion", "cache_read", "cache_write")
        }
        has_read, has_write = (
            _is_known(catalogue, model, f"cache_{way}_usd_per_mtok", request.prompt_tokens) for way in ("read", "write")
        )
        rules = cache.of(catalogue.keys[model])
        caches = rules.ttl_s > 0 and has_read
        if rules.write_to_prompt is not None:
            has_write, price["cache_write"] = True, _written_at(catalogue, model, request.prompt_tokens, rules)
        length, last_use = held.get((request.session, model), [0, float("-inf")])
        is_warm = caches and request.time_us - last_use <= rules.ttl_s * 1e6 and length >= rules.min_tokens
        cached = int(length) if is_warm else 0
        writes = caches and request.prompt_tokens >= rules.min_tokens and has_write
        fresh_price = price["cache_write"] if writes else price["prompt"]
        costs.append(
            cached * price["cache_read"]
            + (request.prompt_tokens - cached) * fresh_price
            + request.completion_tokens * price["completion"]
        )
        cached_column.append(cached)
        held[request.session, model] = [request.prompt_tokens, request.time_us]
    return costs, cached_column


def _is_known(catalogue: Catalogue, model: int, name: str, prompt_tokens: int) -> bool:
    """Return whether a price is known for a prompt of this length: the model's own, or the step's in force."""
    steps = [s for s in catalogue.price_steps if s.model_index == model and s.min_prompt_tokens < prompt_tokens]
    in_force = max(steps, key=lambda step: step.min_prompt_tokens, default=None)
    own, stepped = getattr(catalogue, name)[model], float("nan") if in_force is None else getattr(in_force, name)
    return not (math.isnan(own) and math.isnan(stepped))


def _written_at(catalogue: Catalogue, model: int, prompt_tokens: int, rules: PrefixCache) -> int:
    """Return the stated multiple of the prompt price in force, in whole pico-USD per token."""
    prompt = price_in_force(catalogue, model, "prompt_usd_per_mtok", prompt_tokens)
    return round((rules.write_to_prompt or 0.0) * prompt)

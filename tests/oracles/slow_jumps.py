"""The definition of jumps, their causes and their losses as a loop over requests, in plain Python numbers.

Causes are asked of the readable router: would it have kept the model, had it known the session, or had the catalogue
stayed? Nothing here knows plans, states or columns.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from oracles.slow_replay import _is_known, _written_at
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.cache import PrefixCache
from paretocode.stream.stream import RequestRow, RequestStream
from paretocode.tiermap import Decision, SessionMemory, TierMap, route
from paretocode.tiermap.cost import price_in_force
from paretocode.tiermap.router import shortlist

Bill = Callable[[list[int | None]], tuple[list[int], list[int]]]
"""Models of all requests -> their costs and their cached tokens."""


@dataclass
class SlowTally:
    """Counts by name, as a loop finds them."""

    n_pairs: int = 0
    tier_pairs: Counter[tuple[int, int]] = field(default_factory=Counter)
    model_jumps: Counter[tuple[int, int]] = field(default_factory=Counter)
    sessions_with_tier_jump: set[int] = field(default_factory=set)
    sessions_with_model_jump: set[int] = field(default_factory=set)
    n_tier_flaps: int = 0
    n_model_flaps: int = 0
    n_warm_jumps: int = 0
    lost_tokens: list[int] = field(default_factory=list)
    unpriced_tokens: int = 0


def slow_tally(
    stream: RequestStream,
    tiers: Sequence[int | None],
    models: Sequence[int | None],
    *,
    catalogue_at: Callable[[int], Catalogue],
    cache: PrefixCache,
    bill: Bill,
    flap_turns: int,
) -> SlowTally:
    """Count pairs, flaps and losses; what a jump loses is found by billing the stream with that one jump undone."""
    found = SlowTally(lost_tokens=[0] * len(stream))
    _, cached = bill(list(models))
    for index in range(1, len(stream)):
        session = int(stream.session[index])
        if stream.session[index - 1] != session:
            continue
        found.n_pairs += 1
        before, after = models[index - 1], models[index]
        if before is None or after is None:
            continue
        found.tier_pairs[int(tiers[index - 1] or 0), int(tiers[index] or 0)] += 1
        if tiers[index - 1] != tiers[index]:
            found.sessions_with_tier_jump.add(session)
            found.n_tier_flaps += _comes_back(stream, tiers, index, flap_turns)
        if before == after:
            continue
        found.model_jumps[before, after] += 1
        found.sessions_with_model_jump.add(session)
        found.n_model_flaps += _comes_back(stream, models, index, flap_turns)
        catalogue, request = catalogue_at(index), stream.row(index)
        rules = cache.of(catalogue.keys[before])
        caches = rules.ttl_s > 0 and _is_known(catalogue, before, "cache_read_usd_per_mtok", request.prompt_tokens)
        age_us = request.time_us - stream.row(index - 1).time_us
        found.n_warm_jumps += caches and age_us <= rules.ttl_s * 1e6
        _, kept = bill([*models[:index], before, *models[index + 1 :]])
        found.lost_tokens[index] = max(kept[index] - cached[index], 0)
        here = cache.of(catalogue.keys[after])
        if here.ttl_s == 0 or not _is_known(catalogue, after, "cache_read_usd_per_mtok", request.prompt_tokens):
            found.unpriced_tokens += found.lost_tokens[index]
    return found


def _comes_back(stream: RequestStream, values: Sequence[int | None], jump: int, turns: int) -> bool:
    """Walk on from a jump until the session ends, the turns are used up, or it is back."""
    for later in range(jump + 1, len(stream)):
        if later - jump > turns or stream.session[later] != stream.session[jump]:
            return False
        if values[later] == values[jump - 1]:
            return True
    return False


def slow_bill_of_one(request: RequestRow, model: int, cached: int, *, catalogue: Catalogue, cache: PrefixCache) -> int:
    """Return what one request costs at a model that finds so many tokens in its cache."""
    prompt, completion, read, write = (
        price_in_force(catalogue, model, f"{name}_usd_per_mtok", request.prompt_tokens)
        for name in ("prompt", "completion", "cache_read", "cache_write")
    )
    rules = cache.of(catalogue.keys[model])
    if rules.ttl_s == 0 or not _is_known(catalogue, model, "cache_read_usd_per_mtok", request.prompt_tokens):
        return request.prompt_tokens * prompt + request.completion_tokens * completion
    if rules.write_to_prompt is not None:
        write = _written_at(catalogue, model, request.prompt_tokens, rules)
    elif not _is_known(catalogue, model, "cache_write_usd_per_mtok", request.prompt_tokens):
        write = prompt
    fresh = write if request.prompt_tokens >= rules.min_tokens else prompt
    return cached * read + (request.prompt_tokens - cached) * fresh + request.completion_tokens * completion


def slow_causes(
    stream: RequestStream,
    decisions: Sequence[Decision],
    memories: Sequence[SessionMemory | None],
    tier_map: TierMap,
    catalogue: Catalogue,
) -> list[str]:
    """Return the cause of each model jump under one catalogue without failures; "" where there is none."""
    causes = []
    for index, decision in enumerate(decisions):
        before = decisions[index - 1] if index and stream.session[index] == stream.session[index - 1] else None
        if before is None or None in (before.primary, decision.primary) or before.primary == decision.primary:
            causes.append("")
        elif decision.tier_requested != before.tier_requested:
            causes.append("CALLER")
        elif decision.tier_routed != before.tier_routed:
            causes.append("HYSTERESIS")
        else:
            router = _Router(tier_map, catalogue, memories[index])
            causes.append(router.cause_in_one_tier(stream.row(index), stream.row(index - 1), before.primary))
    return causes


@dataclass
class _Router:
    """A router with a map, a catalogue and what it remembers of the session."""

    tier_map: TierMap
    catalogue: Catalogue
    memory: SessionMemory | None

    def cause_in_one_tier(self, request: RequestRow, earlier: RequestRow, left: int | None) -> str:
        policy = self.tier_map.policy
        if policy.stickiness != "none" and self.model_if_known(request, left) == left:
            return "STICKINESS"
        if self.able(earlier) != self.able(request):
            return "CONTEXT"
        return "OWN_TOKENS" if policy.price_metric == "request" else "RANKING"

    def model_if_known(self, request: RequestRow, left: int | None) -> int | None:
        """Return the choice of a router that had known the session: no pause, and an opening that is shared."""
        assert self.memory is not None
        memory = dataclasses.replace(self.memory, model_index=left)
        at_once = request._replace(time_us=memory.time_us, prefix_tokens=max(1, request.prefix_tokens))
        return route(at_once, self.tier_map.with_policy(sticky_ttl_s=1), self.catalogue, memory=memory).primary

    def able(self, request: RequestRow) -> list[frozenset[int]]:
        """Return who can take the request in each tier: among models that can at all, windows decide."""
        tiers = range(self.tier_map.n_tiers)
        return [frozenset(shortlist(request, tier, self.tier_map, self.catalogue)) for tier in tiers]

"""How is one request routed? The definition, in plain Python, meant to be read.

The vectorised replay is held to this file by property tests, request by request. Speed is no concern here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from paretocode.catalogue.catalogue import Catalogue
from paretocode.stream.stream import RequestRow
from paretocode.tiermap.cost import list_cost_pusd
from paretocode.tiermap.policy import Policy
from paretocode.tiermap.ranking import ranked_rows
from paretocode.tiermap.tier_map import TierMap

__all__ = ["Decision", "SessionMemory", "remember", "route", "shortlist"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionMemory:
    """What a router remembers of a session.

    Parameters
    ----------
    model_index
        The model that last served it; None when there is none, or it has expired.
    time_us
        When it last asked [microseconds].
    level_ppm
        Where the play of its min score stands; None until a request states one.
    tier_routed
        The highest tier it was routed to.
    """

    model_index: int | None
    time_us: int
    level_ppm: int | None
    tier_routed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where a request goes.

    Parameters
    ----------
    tier_requested
        Tier of the request's min score.
    tier_routed
        The tier asked in its place: hysteresis and "never downgrade" may hold on to another one.
    level_ppm
        Where the play of the session's min score stands after this request.
    tier_served
        Tier whose shortlist serves it; None when it is refused.
    primary
        Catalogue row of the model that serves it; None when it is refused.
    fallbacks
        Rows of the next models of the same shortlist, best first.
    is_kept
        Whether stickiness, not the ranking, chose the primary.
    """

    tier_requested: int
    tier_routed: int
    level_ppm: int | None
    tier_served: int | None
    primary: int | None
    fallbacks: tuple[int, ...]
    is_kept: bool


def shortlist(request: RequestRow, tier_index: int, tier_map: TierMap, catalogue: Catalogue) -> list[int]:
    """Return the rows of a tier that can take the request, best first.

    Three filters: the model is in the catalogue; the policy's eligibility admits it; its context holds prompt plus
    completion. Then the ranking, which drops models without a known price.
    """
    if tier_map.policy.eligibility == "tier":
        pool = [catalogue.index_of(key) for key in tier_map.tiers[tier_index].models if key in catalogue]
    else:
        floor = tier_map.floor_milli(tier_index)
        pool = [catalogue.index_of(key) for key in tier_map.models if key in catalogue]
        pool = [
            row for row in pool if floor is None or (catalogue.has_score[row] and catalogue.score_milli[row] >= floor)
        ]
    need = request.prompt_tokens + request.completion_tokens
    able = [row for row in pool if catalogue.context_tokens[row] >= need]
    price = None
    if tier_map.policy.price_metric == "request":
        price = np.array([list_cost_pusd(catalogue, row, request) for row in range(len(catalogue))], dtype=np.int64)
    return ranked_rows(catalogue, able, tier_map.policy, price=price)


def route(
    request: RequestRow, tier_map: TierMap, catalogue: Catalogue, *, memory: SessionMemory | None = None
) -> Decision:
    """Route one request.

    Parameters
    ----------
    request
        Its min score in ppm (None = omitted), tokens and time.
    tier_map, catalogue
        The map and the models in force. A model of the map that the catalogue lacks is unavailable.
    memory
        What is remembered of the request's session; None for its first request.

    Notes
    -----
    1. The min score gives the tier (omitted: the default tier; equal to an edge: the tier above).
       Hysteresis routes by the play's level instead; "never downgrade" by the session's highest tier so far.
    2. The tier's shortlist; if it is empty for this request, the next tier up or down that has one, or a refusal.
    3. Stickiness: the remembered model, if it is in the shortlist and the session's last request is less than the
       TTL ago.
    """
    policy = tier_map.policy
    level_ppm = _level(request.min_score_ppm, memory, policy)
    tier_routed = tier_map.tier_of(None if request.min_score_ppm is None else level_ppm)
    if policy.downgrades == "never" and memory is not None:
        tier_routed = max(tier_routed, memory.tier_routed)
    decision = partial(
        Decision,
        tier_requested=tier_map.tier_of(request.min_score_ppm),
        tier_routed=tier_routed,
        level_ppm=level_ppm,
    )
    step = {"up": 1, "down": -1, "refuse": tier_map.n_tiers}[policy.empty_tier]
    tier = tier_routed
    while 0 <= tier < tier_map.n_tiers:
        if models := shortlist(request, tier, tier_map, catalogue):
            break
        tier += step
    else:
        return decision(tier_served=None, primary=None, fallbacks=(), is_kept=False)
    kept = _kept_model(request, tier_map, memory, models)
    primary = models[0] if kept is None else kept
    others = [row for row in models if row != primary]
    return decision(
        tier_served=tier,
        primary=primary,
        fallbacks=tuple(others[: policy.n_fallbacks]),
        is_kept=kept is not None,
    )


def _level(min_score_ppm: int | None, memory: SessionMemory | None, policy: Policy) -> int | None:
    """Return the play operator's next level: L = max(q - h, min(q + h, L before)), L = q at first.

    Source: M. A. Krasnosel'skii and A. V. Pokrovskii, Systems with Hysteresis (1989). A request that omits its min
    score leaves the level where it is.
    """
    before = None if memory is None else memory.level_ppm
    if min_score_ppm is None:
        return before
    if before is None:
        return min_score_ppm
    return max(min_score_ppm - policy.hysteresis_ppm, min(min_score_ppm + policy.hysteresis_ppm, before))


def remember(memory: SessionMemory | None, request: RequestRow, decision: Decision, policy: Policy) -> SessionMemory:
    """Return what a router remembers of a session after a decision.

    A served request leaves its model; a refused one leaves the model remembered before, unless that has expired.
    """
    served = decision.primary
    return SessionMemory(
        model_index=_recent_model(memory, request, policy) if served is None else served,
        time_us=request.time_us,
        level_ppm=decision.level_ppm,
        tier_routed=decision.tier_routed if memory is None else max(decision.tier_routed, memory.tier_routed),
    )


def _recent_model(memory: SessionMemory | None, request: RequestRow, policy: Policy) -> int | None:
    """Return the remembered model if the router still knows the session.

    The session's last request is less than the TTL ago and, where conversations are known by their opening messages,
    the request still shares leading tokens with it.
    """
    if memory is None or request.time_us - memory.time_us >= policy.sticky_ttl_s * 1_000_000:
        return None
    if policy.stickiness == "implicit" and request.prefix_tokens == 0:
        return None
    return memory.model_index


def _kept_model(request: RequestRow, tier_map: TierMap, memory: SessionMemory | None, models: list[int]) -> int | None:
    if tier_map.policy.stickiness == "none":
        return None
    recent = _recent_model(memory, request, tier_map.policy)
    return recent if recent in models else None

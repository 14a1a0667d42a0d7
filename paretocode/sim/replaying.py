"""What would a map have done to this stream? The stream re-decided, request by request, all at once."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.billing import bill
from paretocode.sim.cache import PrefixCache
from paretocode.sim.latency import Luck, latency_s
from paretocode.sim.plan import UNSERVED, RoutingPlan, routing_plan
from paretocode.sim.prices import price_rows, refuse_overflow
from paretocode.sim.stickiness import keep_models
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["Decisions", "Replay", "decide", "replay"]

_CHUNK_CELLS = 4_000_000


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """Where each request goes; columns of shape (n,).

    Parameters
    ----------
    tier_requested
        Tier of the min score.
    tier_served
        Tier whose shortlist serves it, or `UNSERVED`.
    model_index
        Catalogue row that serves it, or `UNSERVED`.
    """

    tier_requested: IntColumn
    tier_served: IntColumn
    model_index: IntColumn


@dataclass(frozen=True, kw_only=True)
class Replay:
    """A stream re-decided under one map: decisions, money, time.

    Parameters
    ----------
    tier_map, catalogue, stream
        What was replayed.
    decisions
        Where each request went.
    cost_pusd, cached_tokens
        Shape (n,) [pico-USD], [tokens]; 0 where unserved.
    latency_s
        Shape (n,) [s]; NaN where unserved or unmeasured; None when no luck was given.
    """

    tier_map: TierMap
    catalogue: Catalogue
    stream: RequestStream
    decisions: Decisions
    cost_pusd: IntColumn
    cached_tokens: IntColumn
    latency_s: FloatColumn | None = field(default=None)


def replay(
    stream: RequestStream,
    tier_map: TierMap,
    catalogue: Catalogue,
    *,
    cache: PrefixCache | None = None,
    luck: Luck | None = None,
) -> Replay:
    """Re-decide and bill a stream under a map.

    Parameters
    ----------
    cache
        Rules of prompt caching; the defaults of `PrefixCache` when None.
    luck
        The stream's latency draws; without them no latency is computed.

    Returns
    -------
    Replay
        Equal, request by request, to routing each with `paretocode.tiermap.route` in order and billing it by hand.

    Raises
    ------
    InputError
        A map that does not fit the catalogue, or requests too large to bill exactly.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> stream = request_stream(session=[1, 1], time_s=[0, 10], prompt_tokens=[10_000, 12_000],
    ...                         completion_tokens=[500, 500], prefix_tokens=[0, 10_000], min_score=[0.65, 0.66])
    >>> run = replay(stream, documented_pareto_code(models), models)
    >>> [models.keys[i] for i in run.decisions.model_index]
    ['moonshotai/kimi-k2.6', 'deepseek/deepseek-v4-pro@max']
    >>> run.cost_pusd.tolist()  # 10,000 x 0.73 + 500 x 3.49, then 12,000 x 0.435 + 500 x 0.87 micro-USD
    [9045000000, 5655000000]
    """
    decisions = decide(stream, routing_plan(tier_map, catalogue))
    billed = bill(stream, decisions.model_index, catalogue, cache if cache is not None else PrefixCache())
    return Replay(
        tier_map=tier_map,
        catalogue=catalogue,
        stream=stream,
        decisions=decisions,
        cost_pusd=billed.cost_pusd,
        cached_tokens=billed.cached_tokens,
        latency_s=None if luck is None else latency_s(stream, decisions.model_index, catalogue, luck),
    )


def decide(stream: RequestStream, plan: RoutingPlan) -> Decisions:
    """Decide every request of a stream. O(n), plus O(n x shortlist) for the price metric ``request``."""
    policy = plan.tier_map.policy
    tier_requested = plan.tier_map.tiers_of(stream)
    state = plan.state(stream, tier_requested)
    model = plan.best[state] if plan.is_static else _best_by_request(stream, plan, state)
    if policy.stickiness == "session":
        model = keep_models(stream, state=state, fresh=model, is_listed=plan.is_listed, ttl_s=policy.sticky_ttl_s)
    return Decisions(tier_requested=tier_requested, tier_served=plan.served_tier[state], model_index=model)


def _best_by_request(stream: RequestStream, plan: RoutingPlan, state: IntColumn) -> IntColumn:
    """Return the first of each request's shortlist when its own tokens set the price."""
    rows = price_rows(plan.catalogue)
    refuse_overflow(stream, rows)
    best = np.full(len(stream), UNSERVED, dtype=np.int64)
    for this, shortlist in enumerate(plan.shortlists):
        models = np.array(_fastest(plan, shortlist), dtype=np.int64)
        if len(models) == 0:
            continue
        requests = np.flatnonzero(state == this)
        chunk = max(1, _CHUNK_CELLS // len(models))
        for start in range(0, len(requests), chunk):
            mine = requests[start : start + chunk]
            prompt, completion = stream.prompt_tokens[mine, None], stream.completion_tokens[mine, None]
            grid = np.broadcast_to(models, (len(mine), len(models)))
            row = rows.row_of(grid.ravel(), np.repeat(prompt.ravel(), len(models))).reshape(grid.shape)
            # Models stand in tie order, so the first of the cheapest is the right one.
            best[mine] = models[np.argmin(prompt * rows.prompt[row] + completion * rows.completion[row], axis=1)]
    return best


def _fastest(plan: RoutingPlan, shortlist: tuple[int, ...]) -> tuple[int, ...]:
    """Return the models that price decides between: all, or under the throughput ranking those that tie as fastest."""
    if plan.tier_map.policy.ranking != "throughput" or not shortlist:
        return shortlist
    speed = plan.catalogue.throughput_milli_tps[list(shortlist)]
    return tuple(row for row, milli_tps in zip(shortlist, speed, strict=True) if milli_tps == speed.max())

"""What would a map have done to this stream? The stream re-decided, request by request, all at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields

import numpy as np

from paretocode._checks import FloatColumn, IndexColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.billing import Bill, billed, tariff
from paretocode.sim.cache import PrefixCache, cached_tokens
from paretocode.sim.latency import UNTIMED, latency_tables, latency_us
from paretocode.sim.levels import routed_tiers
from paretocode.sim.luck import Luck
from paretocode.sim.plan import RoutingPlan, routing_plan
from paretocode.sim.prices import refuse_overflow
from paretocode.sim.ranked import ranked_models
from paretocode.sim.stickiness import keep_models, run_starts
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["Decisions", "Replay", "ReplayColumns", "decide", "replay", "session_blocks"]

_BLOCK_REQUESTS = 1 << 17


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """Where each request goes; columns of shape (n,).

    Parameters
    ----------
    tier_requested
        Tier of the min score.
    tier_routed
        Tier that hysteresis and "never downgrade" ask in its place.
    tier_served
        Tier whose shortlist serves it, or `UNSERVED`.
    ranked_index
        Catalogue row that the ranking alone would choose, or `UNSERVED`.
    model_index
        Catalogue row that serves it, or `UNSERVED`.
    epoch
        Position of the catalogue in force in its timeline; None where one catalogue holds throughout.
    """

    tier_requested: IndexColumn
    tier_routed: IndexColumn
    tier_served: IndexColumn
    ranked_index: IndexColumn
    model_index: IndexColumn
    epoch: IndexColumn | None = None


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
    latency_us
        Shape (n,) [microseconds]; `UNTIMED` where unserved or unmeasured; None when no luck was given.
    """

    tier_map: TierMap
    catalogue: Catalogue
    stream: RequestStream
    decisions: Decisions
    cost_pusd: IntColumn
    cached_tokens: IntColumn
    latency_us: IntColumn | None = field(default=None)

    @property
    def latency_s(self) -> FloatColumn | None:
        """Shape (n,) [s]; NaN where unserved or unmeasured; None when no luck was given."""
        if self.latency_us is None:
            return None
        return np.where(self.latency_us == UNTIMED, np.nan, self.latency_us / 1e6)


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
    plan, prepared = routing_plan(tier_map, catalogue), tariff(catalogue, cache if cache is not None else PrefixCache())
    refuse_overflow(stream, prepared.rows)
    tables = None
    if luck is not None:
        luck.check_length(len(stream))
        tables = latency_tables(catalogue)
    columns = ReplayColumns(len(stream), is_timed=luck is not None)
    for rows in session_blocks(stream):
        part = stream.part(rows.start, rows.stop)
        decisions = decide(part, plan)
        cached = cached_tokens(part, decisions.model_index, prepared.rules)
        bill = billed(part, decisions.model_index, cached, prepared)
        columns.fill(rows, decisions, bill)
        if luck is not None and tables is not None:
            columns.latency_us[rows] = latency_us(
                part, decisions.model_index, bill.cached_tokens, tables, luck.take(rows)
            )
    return columns.replay(stream, tier_map, catalogue)


class ReplayColumns:
    """What a replay leaves of each request, filled block by block."""

    def __init__(self, n_requests: int, *, is_timed: bool, is_moving: bool = False) -> None:
        names = [f.name for f in fields(Decisions) if is_moving or f.name != "epoch"]
        self.decisions = {name: np.empty(n_requests, dtype=np.int32) for name in names}
        self.cost_pusd = np.empty(n_requests, dtype=np.int64)
        self.cached_tokens = np.empty(n_requests, dtype=np.int64)
        self.is_timed = is_timed
        self.latency_us = np.empty(n_requests if is_timed else 0, dtype=np.int64)

    def fill(self, rows: slice, decisions: Decisions, bill: Bill) -> None:
        """Take the decisions and the bill of a block."""
        for name, column in self.decisions.items():
            column[rows] = getattr(decisions, name)
        self.cost_pusd[rows] = bill.cost_pusd
        self.cached_tokens[rows] = bill.cached_tokens

    def replay(self, stream: RequestStream, tier_map: TierMap, catalogue: Catalogue) -> Replay:
        """Return the columns as the replay of a stream."""
        return Replay(
            tier_map=tier_map,
            catalogue=catalogue,
            stream=stream,
            decisions=Decisions(**self.decisions),
            cost_pusd=self.cost_pusd,
            cached_tokens=self.cached_tokens,
            latency_us=self.latency_us if self.is_timed else None,
        )


def session_blocks(stream: RequestStream, size: int = _BLOCK_REQUESTS) -> Iterator[slice]:
    """Yield slices of whole sessions, each of about `size` requests or one longer session.

    Sessions do not know of each other, so a stream can be replayed block by block: temporary columns stay in the
    processor's cache and memory stays flat.
    """
    start, n_requests = 0, len(stream)
    while start < n_requests:
        stop = min(start + size, n_requests)
        if stop < n_requests:
            stop = int(np.searchsorted(stream.session, stream.session[stop - 1], side="right"))
        yield slice(start, stop)
        start = stop


def decide(stream: RequestStream, plan: RoutingPlan) -> Decisions:
    """Decide every request of a stream. O(n), plus O(n x shortlist) for the price metric ``request``."""
    policy = plan.tier_map.policy
    requested, routed = routed_tiers(stream, plan.tier_map)
    epoch = plan.epochs_of(stream)
    state = plan.state(stream, routed, epoch)
    ranked = model = ranked_models(plan, state, stream.prompt_tokens, stream.completion_tokens)
    if policy.stickiness != "none":
        model = keep_models(run_starts(stream, policy), state=state, fresh=ranked, is_listed=plan.is_listed)
    return Decisions(
        tier_requested=requested,
        tier_routed=routed,
        tier_served=plan.served_tier[state],
        ranked_index=ranked,
        model_index=model,
        epoch=epoch,
    )

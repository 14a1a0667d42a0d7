"""What does a map decide, before any request has come? Every shortlist, worked out once.

A request enters a stateless decision only through three things: its tier, which of the distinct context windows hold
it, and, when the price metric is the request's own tokens, its token counts. So the shortlists of all (tier, context
class) pairs are a small table, and routing a request is a look-up in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.ranking import is_rankable, ranked_rows, tie_order
from paretocode.tiermap.tier_map import TierMap

__all__ = [
    "UNSERVED",
    "RoutingPlan",
    "deciding_models",
    "refuse_idle_map",
    "routing_plan",
    "shortlists_of_states",
    "usable_rows",
]

UNSERVED = -1
"""Model and tier index of a request that no model may serve. It is a code, never a number to compute with."""


@dataclass(frozen=True, kw_only=True)
class RoutingPlan:
    """Shortlists by *state*, where state = tier * n_classes + context class.

    Parameters
    ----------
    tier_map, catalogue
        What the plan was made of.
    context_limits
        Shape (n_classes - 1,): the distinct context windows of the map's models, increasing [tokens]. Class c holds
        requests that need more than limit c - 1 and at most limit c; the last class fits nowhere.
    served_tier
        Shape (n_states,): tier whose shortlist serves the state, or `UNSERVED`.
    shortlists
        For each state the catalogue rows that can serve it: best first, or in tie order for the metric ``request``.
    """

    tier_map: TierMap
    catalogue: Catalogue
    context_limits: IntColumn
    served_tier: IndexColumn
    shortlists: tuple[tuple[int, ...], ...]

    @property
    def n_classes(self) -> int:
        """Number of context classes."""
        return len(self.context_limits) + 1

    @property
    def priced(self) -> Catalogue:
        """The catalogue whose rows state what requests cost; see `contenders`."""
        return self.catalogue

    @property
    def is_static(self) -> bool:
        """Whether the best model of a state is the same for all its requests."""
        policy = self.tier_map.policy
        return policy.price_metric != "request"

    @cached_property
    def best(self) -> IndexColumn:
        """Shape (n_states,): first of each shortlist, or `UNSERVED`."""
        return np.array([rows[0] if rows else UNSERVED for rows in self.shortlists], dtype=np.int32)

    @cached_property
    def is_listed(self) -> NDArray[np.bool_]:
        """Shape (n_states, n_models): whether a model is in the shortlist of a state."""
        table = np.zeros((len(self.shortlists), len(self.catalogue)), dtype=np.bool_)
        for state, rows in enumerate(self.shortlists):
            table[state, list(rows)] = True
        return table

    def contenders(self, state: int) -> tuple[IndexColumn, IndexColumn]:
        """Return the models of a state that price decides between, in tie order, and their rows in `priced`."""
        models = deciding_models(self.tier_map, self.catalogue, self.shortlists[state])
        return models, models

    def epochs_of(self, stream: RequestStream) -> IndexColumn | None:
        """Return which catalogue is in force at each request; None where there is only one."""
        return None

    def state(self, stream: RequestStream, tier_routed: IndexColumn, epoch: IndexColumn | None = None) -> IndexColumn:
        """Return each request's state. O(n log n_classes)."""
        need = stream.prompt_tokens + stream.completion_tokens
        state = np.searchsorted(self.context_limits, need, side="left").astype(np.int32)
        state += tier_routed * np.int32(self.n_classes)
        if epoch is not None:
            state += epoch * np.int32(self.n_classes * self.tier_map.n_tiers)
        return state


def routing_plan(tier_map: TierMap, catalogue: Catalogue) -> RoutingPlan:
    """Work out every shortlist of a map on a catalogue. O(n_tiers x n_classes x n_models log n_models).

    Raises
    ------
    InputError
        Another score definition; no model of the map in the catalogue; none of them with a price and a context.
    """
    tier_map.check_against(catalogue)
    usable = usable_rows(tier_map, catalogue)
    if not usable:
        refuse_idle_map(tier_map, catalogue)
    limits = np.unique(catalogue.context_tokens[usable]).astype(np.int64)
    served, lists = shortlists_of_states(tier_map, catalogue, limits)
    return RoutingPlan(
        tier_map=tier_map,
        catalogue=catalogue,
        context_limits=limits,
        served_tier=np.array(served, dtype=np.int32),
        shortlists=tuple(lists),
    )


def usable_rows(tier_map: TierMap, catalogue: Catalogue) -> list[int]:
    """Return the rows of the map's models that have both prices and a context window."""
    rows = [catalogue.index_of(key) for key in tier_map.models if key in catalogue]
    return [row for row in rows if is_rankable(catalogue, row) and catalogue.context_tokens[row] > 0]


def refuse_idle_map(tier_map: TierMap, catalogue: Catalogue) -> NoReturn:
    """Refuse a map without a usable model.

    Raises
    ------
    InputError
        Always, with what its models lack.
    """
    where = f"tier map {tier_map.name!r}"
    if not any(key in catalogue for key in tier_map.models):
        raise InputError(
            "none of its models is in the catalogue", where=where, way_out="use the catalogue it was cut from"
        )
    raise InputError(
        "none of its models has both prices and a context window",
        where=where,
        way_out="fill prompt_usd_per_mtok, completion_usd_per_mtok and context_tokens",
    )


def shortlists_of_states(
    tier_map: TierMap, catalogue: Catalogue, limits: IntColumn
) -> tuple[list[int], list[tuple[int, ...]]]:
    """Return the serving tier and the shortlist of every (tier, context class) pair, for classes between `limits`.

    `limits` hold every context window of the map's usable models, so that a class either fits a model or does not.
    """
    pools = [_pool(tier_map, catalogue, tier) for tier in range(tier_map.n_tiers)]
    served, lists = [], []
    for tier in range(tier_map.n_tiers):
        for need in (*limits.tolist(), int(limits[-1]) + 1):
            tier_served, shortlist = _resolve(tier_map, catalogue, pools, tier, need)
            served.append(tier_served)
            lists.append(shortlist)
    return served, lists


def _pool(tier_map: TierMap, catalogue: Catalogue, tier: int) -> list[int]:
    """Return the tier's admissible, rankable rows in serving order."""
    if tier_map.policy.eligibility == "tier":
        rows = [catalogue.index_of(key) for key in tier_map.tiers[tier].models if key in catalogue]
    else:
        floor = tier_map.floor_milli(tier)
        at_or_above: BoolColumn = (
            np.ones(len(catalogue), dtype=np.bool_)
            if floor is None
            else catalogue.has_score & (catalogue.score_milli >= floor)
        )
        rows = [row for key in tier_map.models if key in catalogue and at_or_above[row := catalogue.index_of(key)]]
    if tier_map.policy.price_metric == "request":
        return [row for row in tie_order(catalogue, rows) if is_rankable(catalogue, row)]
    return ranked_rows(catalogue, rows, tier_map.policy)


def _resolve(
    tier_map: TierMap, catalogue: Catalogue, pools: list[list[int]], tier: int, need: int
) -> tuple[int, tuple[int, ...]]:
    step = {"up": 1, "down": -1, "refuse": tier_map.n_tiers}[tier_map.policy.empty_tier]
    while 0 <= tier < tier_map.n_tiers:
        if able := tuple(row for row in pools[tier] if catalogue.context_tokens[row] >= need):
            return tier, able
        tier += step
    return UNSERVED, ()


def deciding_models(tier_map: TierMap, catalogue: Catalogue, shortlist: tuple[int, ...]) -> IndexColumn:
    """Return the models that price decides between: all, or under the throughput ranking those that tie as fastest."""
    models = np.array(shortlist, dtype=np.int32)
    if tier_map.policy.ranking != "throughput" or not shortlist:
        return models
    speed = catalogue.throughput_milli_tps[models]
    fastest: IndexColumn = models[speed == speed.max()]
    return fastest

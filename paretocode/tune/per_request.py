"""What is the price of having tiers at all? Every request by itself, at the cheapest model that meets what it asked."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.billing import billed, exact_sum, tariff
from paretocode.sim.cache import NO_CACHE, lag1_cached_tokens
from paretocode.sim.plan import UNSERVED, routing_plan
from paretocode.sim.prices import price_rows
from paretocode.sim.replaying import decide
from paretocode.sim.tables import ScoredModels
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap

__all__ = ["PerRequest", "PerRequestCount", "per_request_optimum", "served_models"]

_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True, kw_only=True)
class PerRequest:
    """A router that knows every request's own score and has no tiers.

    Parameters
    ----------
    cost_pusd
        Its lag-1 bill [pico-USD].
    list_cost_pusd
        Its bill without caches: no router has a lower one that serves the omitting requests alike, meets every asked
        score that can be met, and comes as near as can be to the others.
    shortfall_ppm, n_short, n_unserved
        What nobody could have met: requests that ask for more than any model that holds them scores.
    n_model_jumps
        How often it changes model within a session: it looks at each request alone.
    """

    cost_pusd: int
    list_cost_pusd: int
    shortfall_ppm: int
    n_short: int
    n_unserved: int
    n_model_jumps: int

    def __add__(self, other: PerRequest) -> PerRequest:
        """Return the yardstick of both parts of a log, split by session; exact."""
        return PerRequest(**{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(PerRequest)})


@dataclass(frozen=True, slots=True, kw_only=True)
class PerRequestCount:
    """`per_request_optimum` as a count of a log; omitting requests are served as the map in force serves them."""

    models: ScoredModels
    incumbent: TierMap

    def __call__(self, stream: RequestStream) -> PerRequest:
        """Return the yardstick of a stream of whole sessions."""
        served = served_models(stream, self.incumbent, self.models.catalogue)
        return per_request_optimum(stream, self.models, omitted=served)


def served_models(stream: RequestStream, tier_map: TierMap, catalogue: Catalogue) -> IndexColumn:
    """Return the catalogue row that serves each request without stickiness, or `UNSERVED`; shape (n,). O(n)."""
    return decide(stream, routing_plan(tier_map.with_policy(stickiness="none"), catalogue)).model_index


def per_request_optimum(stream: RequestStream, models: ScoredModels, *, omitted: IndexColumn) -> PerRequest:
    """Return what the stream costs when each request gets the cheapest model that meets exactly what it asked.

    Parameters
    ----------
    models
        Who may serve; their policy's eligibility and ranking are set aside.
    omitted
        Shape (n,): the catalogue row that serves a request which omits its min score, such as the incumbent's; one
        that asks for nothing has no cheapest adequate model.

    Notes
    -----
    Cheapest by the request's own tokens at list price; of equal prices the higher score. Where no model that holds the
    request scores enough, the best of those that hold it serves, and the shortfall is one that every map shares.
    O(n x models), in chunks.
    """
    model = np.concatenate(
        [
            _chosen(stream.prompt_tokens[rows], stream.completion_tokens[rows], stream.min_score_ppm[rows], models)
            for rows in (slice(start, start + _CHUNK) for start in range(0, len(stream), _CHUNK))
        ]
    )
    model = np.where(stream.is_omitted, omitted, model)
    catalogue = models.catalogue
    prices, listed = tariff(catalogue, models.cache), tariff(catalogue, NO_CACHE)
    nothing = np.zeros(len(stream), dtype=np.int64)
    cached = lag1_cached_tokens(stream, model, prices.rules)
    axis = np.append(models.scale.to_axis_ppm(catalogue.coding_score), 0)
    below = np.maximum(stream.min_score_ppm - axis[model], 0) * (~stream.is_omitted & (model != UNSERVED))
    pair = ~stream.is_first[1:] & (model[1:] != UNSERVED) & (model[:-1] != UNSERVED)
    return PerRequest(
        cost_pusd=exact_sum(billed(stream, model, cached, prices).cost_pusd),
        list_cost_pusd=exact_sum(billed(stream, model, nothing, listed).cost_pusd),
        shortfall_ppm=int(below.sum()),
        n_short=int(np.count_nonzero(below)),
        n_unserved=int(np.count_nonzero(model == UNSERVED)),
        n_model_jumps=int(np.count_nonzero(pair & (model[1:] != model[:-1]))),
    )


def _chosen(prompt: IntColumn, completion: IntColumn, asked: IntColumn, models: ScoredModels) -> IndexColumn:
    """Return the catalogue row for each request, or `UNSERVED`."""
    rows = price_rows(models.catalogue)
    order = np.argsort(models.tie_rank, kind="stable")  # so that the first of equals is the right one
    row, axis = models.row[order], models.axis_ppm[order]
    best_cost = np.full(len(prompt), np.iinfo(np.int64).max)
    best_axis = np.full(len(prompt), -1, dtype=np.int64)
    best = np.full(len(prompt), UNSERVED, dtype=np.int32)
    for at in range(len(row)):
        holds = models.context_tokens[order[at]] >= np.maximum(prompt + completion, 1)
        price = rows.row_of(np.full(len(prompt), row[at]), prompt)
        cost = prompt * rows.prompt[price] + completion * rows.completion[price]
        better = holds & _is_better(axis[at], cost, asked, best_axis, best_cost)
        best[better], best_cost[better], best_axis[better] = row[at], cost[better], axis[at]
    return best


def _is_better(axis: int, cost: IntColumn, asked: IntColumn, best_axis: IntColumn, best_cost: IntColumn) -> BoolColumn:
    """Return where a model comes before the best so far: it meets what was asked and costs less, or comes nearer."""
    meets, best_meets = axis >= asked, best_axis >= asked
    cheaper: BoolColumn = meets & best_meets & (cost < best_cost)
    nearer = ~meets & ~best_meets & ((axis > best_axis) | ((axis == best_axis) & (cost < best_cost)))
    return cheaper | (meets & ~best_meets) | nearer

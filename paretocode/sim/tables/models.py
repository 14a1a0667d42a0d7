"""Which models can a band hold, and what does each charge? The scored models of a catalogue in the order of score.

Bands cut models by score, so a band's members are a stretch of this order. A model without a score stands in no band;
one without both prices or without a context window may be a member and never serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn, IntColumn, read_only
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.prices import price_metric_micro_usd
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.sim.cache import PrefixCache
from paretocode.sim.prices import PriceRows, price_rows
from paretocode.tiermap.policy import Policy
from paretocode.tiermap.ranking import tie_order

__all__ = ["NEVER", "ModelPrices", "ScoredModels", "scored_models"]

NEVER = np.int64(2**31)
"""Rank of a model that is never taken."""


class ModelPrices(NamedTuple):
    """What models charge for prompts of one length; columns of shape (n_models,) [pico-USD per token].

    Parameters
    ----------
    prompt, completion
        List prices.
    fresh
        Price of a prompt token that no cache holds: the write price where the model caches such a prompt.
    saved
        By how much a cached token is cheaper than a fresh one; 0 where the model has no caches, negative where a cached
        token is dearer.
    caches
        Whether anything is read from a cache.
    """

    prompt: IntColumn
    completion: IntColumn
    fresh: IntColumn
    saved: IntColumn
    caches: BoolColumn


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoredModels:
    """Models by place, 0 .. n - 1, lowest score first, equal scores by place on the axis, then by key.

    Parameters
    ----------
    catalogue, policy, cache, scale
        Under what they are taken, billed and scored. Stickiness of the policy plays no part here.
    row
        Shape (n,): catalogue row of each.
    score_milli, axis_ppm
        Shape (n,): score in thousandths; place on the 0..1 axis of requests in parts per million. Neither decreases.
    context_tokens
        Shape (n,): context window of a model that can serve, 0 of one that cannot.
    """

    catalogue: Catalogue
    policy: Policy
    cache: PrefixCache
    scale: ScoreScale
    row: IndexColumn
    score_milli: IntColumn
    axis_ppm: IntColumn
    context_tokens: IntColumn

    def __len__(self) -> int:
        return len(self.row)

    @property
    def keys(self) -> tuple[str, ...]:
        """Key of each model."""
        return tuple(self.catalogue.keys[row] for row in self.row.tolist())

    @property
    def providers(self) -> tuple[str, ...]:
        """Who offers each model: what stands before the first slash of its id; the whole id where there is none."""
        return tuple(self.catalogue.model_id[row].partition("/")[0] for row in self.row.tolist())

    @cached_property
    def can_serve(self) -> BoolColumn:
        """Shape (n,): whether the model has both prices and a context window."""
        return read_only(self.context_tokens > 0)

    @cached_property
    def tie_rank(self) -> IntColumn:
        """Shape (n,): place in the order that decides equal prices: the higher score, then the key."""
        rank = np.empty(len(self), dtype=np.int64)
        place_of = {int(row): place for place, row in enumerate(self.row)}
        rank[[place_of[row] for row in tie_order(self.catalogue, self.row.tolist())]] = np.arange(len(self))
        return read_only(rank)

    def rank(self, price: IntColumn) -> IntColumn:
        """Return the order in which the policy takes models that cost so much: 0 first; `NEVER` for one that cannot.

        Under the throughput ranking the faster come first and price decides between equally fast ones.
        """
        speed = self.catalogue.throughput_milli_tps[self.row] if self.policy.ranking == "throughput" else 0 * price
        order = np.lexsort((self.tie_rank, price, -speed))
        rank = np.empty(len(self), dtype=np.int64)
        rank[order] = np.arange(len(self))
        rank[~self.can_serve] = NEVER
        return rank

    @cached_property
    def list_price(self) -> IntColumn:
        """Shape (n,): the policy's price metric [micro-USD per million tokens, times its weights].

        Where each request has a price of its own, 3:1 of prompt and completion stands in: it names a tier's price.
        """
        metric = "blend_3_1" if self.policy.price_metric == "request" else self.policy.price_metric
        price, _ = price_metric_micro_usd(self.catalogue, metric)
        return read_only(price[self.row])

    @cached_property
    def tariff(self) -> PriceRows:
        """Prices by price row of the catalogue, writing to caches at the cache rules' price."""
        return price_rows(self.catalogue, self.cache.rules(self.catalogue))

    def tariff_at(self, prompt_tokens: int) -> ModelPrices:
        """Return what each model charges for prompts of this length."""
        rows, rules = self.tariff, self.cache.rules(self.catalogue)
        at = rows.row_of(self.row, np.full(len(self), prompt_tokens, dtype=np.int64))
        caches = rows.has_cache[at] & (rules.ttl_us[self.row] > 0)
        writes = caches & (prompt_tokens >= rules.min_tokens[self.row])
        fresh = np.where(writes, rows.cache_write[at], rows.prompt[at])
        return ModelPrices(
            prompt=rows.prompt[at],
            completion=rows.completion[at],
            fresh=fresh,
            saved=np.where(caches, fresh - rows.cache_read[at], 0),
            caches=caches,
        )


def scored_models(
    catalogue: Catalogue, policy: Policy, *, scale: ScoreScale, cache: PrefixCache | None = None
) -> ScoredModels:
    """Return the scored models of a catalogue in the order of score.

    Raises
    ------
    InputError
        No model has a score, or none of those that have can serve.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> models = load_bundled()
    >>> ours = scored_models(models, Policy(), scale=PercentileScale(field=tuple(models.coding_score)))
    >>> len(ours), ours.score_milli[[0, -1]].tolist(), ours.axis_ppm[[0, -1]].tolist()
    (13, [32610, 59120], [76923, 1000000])
    """
    scored = np.flatnonzero(catalogue.has_score)
    if not len(scored):
        raise InputError("no model has a score", where="catalogue", way_out="bring scores, or another catalogue")
    axis = scale.to_axis_ppm(catalogue.coding_score)
    # Scores that agree to a thousandth may differ on the axis: places rise along both.
    by_score = sorted(
        scored.tolist(), key=lambda row: (int(catalogue.score_milli[row]), int(axis[row]), catalogue.keys[row])
    )
    row = np.array(by_score, dtype=np.int32)
    window = np.nan_to_num(catalogue.context_tokens[row]).astype(np.int64)
    serving = np.where(catalogue.has_price[row], window, 0)
    if not serving.any():
        raise InputError(
            "no scored model has both prices and a context window",
            where="catalogue",
            way_out="fill prompt_usd_per_mtok, completion_usd_per_mtok and context_tokens",
        )
    return ScoredModels(
        catalogue=catalogue,
        policy=policy,
        cache=PrefixCache() if cache is None else cache,
        scale=scale,
        row=read_only(row),
        score_milli=read_only(catalogue.score_milli[row]),
        axis_ppm=read_only(axis[row]),
        context_tokens=read_only(serving),
    )

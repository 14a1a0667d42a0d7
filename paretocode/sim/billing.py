"""What does a served stream cost? Whole pico-USD for each request, exact sums for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paretocode._checks import IndexColumn, IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.cache import CacheRules, PrefixCache, cached_tokens
from paretocode.sim.plan import UNSERVED
from paretocode.sim.prices import PriceRows, price_rows, refuse_overflow
from paretocode.stream.stream import RequestStream

__all__ = ["Bill", "Tariff", "bill", "billed", "exact_sum", "nano_usd", "tariff"]


@dataclass(frozen=True, kw_only=True)
class Bill:
    """Cost and cached tokens of each request.

    Parameters
    ----------
    cost_pusd
        Shape (n,) [pico-USD]; 0 where unserved.
    cached_tokens
        Shape (n,): prompt tokens read from a cache, 0 where unserved.
    """

    cost_pusd: IntColumn
    cached_tokens: IntColumn


class Tariff(NamedTuple):
    """What tokens cost and what caches keep, prepared once for a catalogue."""

    rows: PriceRows
    rules: CacheRules


def tariff(catalogue: Catalogue, cache: PrefixCache) -> Tariff:
    """Return the tariff of a catalogue under rules of caching."""
    rules = cache.rules(catalogue)
    return Tariff(price_rows(catalogue, rules), rules)


def bill(stream: RequestStream, model_index: IndexColumn | IntColumn, catalogue: Catalogue, cache: PrefixCache) -> Bill:
    """Bill a stream whose models are decided.

    Parameters
    ----------
    model_index
        Shape (n,): catalogue rows, or `UNSERVED`.

    Notes
    -----
    cost = cached x read price + fresh x write price + completion x completion price, where fresh = prompt - cached.
    The write price applies to prompts that reach the cache's minimum length at models that cache; else, and where a
    model has none, fresh tokens cost the prompt price. All prices are those of the prompt's length.

    Raises
    ------
    InputError
        A request so large or so dear that its cost does not fit 63 bits.
    """
    prepared = tariff(catalogue, cache)
    refuse_overflow(stream, prepared.rows)
    cached = cached_tokens(stream, model_index, prepared.rules)
    return billed(stream, model_index, cached, prepared)


def billed(stream: RequestStream, model_index: IndexColumn | IntColumn, cached: IntColumn, prepared: Tariff) -> Bill:
    """Bill requests whose models and cached tokens are known; a model without a read price reads nothing. O(n)."""
    rows, rules = prepared
    model = np.maximum(model_index, 0)
    row = rows.row_of(model, stream.prompt_tokens)
    cached = cached * rows.has_cache[row]
    fresh_price = rows.prompt[row]
    if rules.ttl_us.any():
        caches = rows.has_cache[row]
        caches &= stream.prompt_tokens >= _shared(rules.min_tokens, model)
        caches &= _shared(rules.ttl_us, model) > 0
        fresh_price = np.where(caches, rows.cache_write[row], fresh_price)
    cost = cached * rows.cache_read[row]
    cost += (stream.prompt_tokens - cached) * fresh_price
    cost += stream.completion_tokens * rows.completion[row]
    cost[model_index == UNSERVED] = 0
    return Bill(cost_pusd=cost, cached_tokens=cached)


def _shared(by_model: IntColumn, model: IndexColumn | IntColumn) -> IntColumn:
    """Return a rule of each request; one value for all where all models share it."""
    return by_model[:1] if (by_model == by_model[0]).all() else by_model[model]


def exact_sum(values: IntColumn) -> int:
    """Return the sum of a non-negative 64-bit column as a Python integer; it cannot wrap below 2^31 rows.

    Examples
    --------
    >>> exact_sum(np.array([2**62, 2**62, 2**62])) == 3 * 2**62
    True
    """
    return (int(np.sum(values >> 32)) << 32) + int(np.sum(values & 0xFFFFFFFF))


def nano_usd(total_pusd: int) -> int:
    """Return pico-USD as whole nano-USD, rounded half to even, once, at the total."""
    whole, rest = divmod(total_pusd, 1000)
    return whole + (rest > 500 or (rest == 500 and whole % 2 == 1))

"""What does a served stream cost? Whole pico-USD for each request, exact sums for all of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.cache import PrefixCache, cached_tokens
from paretocode.sim.plan import UNSERVED
from paretocode.sim.prices import price_rows, refuse_overflow
from paretocode.stream.stream import RequestStream

__all__ = ["Bill", "bill", "exact_sum", "nano_usd"]


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


def bill(stream: RequestStream, model_index: IntColumn, catalogue: Catalogue, cache: PrefixCache) -> Bill:
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
    rows = price_rows(catalogue)
    refuse_overflow(stream, rows)
    row = rows.row_of(np.maximum(model_index, 0), stream.prompt_tokens)
    cached = cached_tokens(stream, model_index, cache)
    cached *= rows.has_cache[row]
    fresh_price = rows.prompt[row]
    if cache.is_on:
        writes = rows.has_cache[row] & (stream.prompt_tokens >= cache.min_tokens)
        fresh_price = np.where(writes, rows.cache_write[row], fresh_price)
    cost = cached * rows.cache_read[row]
    cost += (stream.prompt_tokens - cached) * fresh_price
    cost += stream.completion_tokens * rows.completion[row]
    cost[model_index == UNSERVED] = 0
    return Bill(cost_pusd=cost, cached_tokens=cached)


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

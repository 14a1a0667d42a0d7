"""What would this stream cost if one model with a prompt cache served all of it?

The plainest bill that still sees caches: it needs tokens, shared prefixes and gaps, and no catalogue. For a single
model it equals that of ``paretocode.sim``, to the pico-dollar; a test holds it there.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream

__all__ = ["OneModelBill", "TokenPrices", "bill_one_model"]

MOST_USD_PER_MTOK = 1e6
LONGEST_TTL_S = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPrices:
    """Prices of one model; taken to the millionth of a dollar per million tokens, which is pico-USD per token.

    Parameters
    ----------
    prompt_usd_per_mtok
        Input of a request when nothing is cached at all (`ttl_s` of 0).
    completion_usd_per_mtok
        Output.
    cache_read_usd_per_mtok, cache_write_usd_per_mtok
        Input found in the cache, and all other input, which is written to it. The defaults are list prices of a
        mid-range coding model with a 5-minute cache: 3 and 15, a tenth and five quarters of the prompt's.

    Raises
    ------
    InputError
        A price below 0 or beyond a million dollars.
    """

    prompt_usd_per_mtok: float = 3.0
    completion_usd_per_mtok: float = 15.0
    cache_read_usd_per_mtok: float = 0.3
    cache_write_usd_per_mtok: float = 3.75

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value <= MOST_USD_PER_MTOK:
                raise InputError(
                    f"{field.name} is {value}", where="prices", way_out="give USD per million tokens, 0 or more"
                )

    def pusd_per_token(self) -> tuple[int, int, int, int]:
        """Return prompt, completion, cache read and cache write [pico-USD per token]."""
        prompt, completion, read, write = (round(getattr(self, field.name) * 1e6) for field in fields(self))
        return prompt, completion, read, write


@dataclass(frozen=True, slots=True, kw_only=True)
class OneModelBill:
    """What a stream costs at one model.

    Parameters
    ----------
    cost_pusd
        Exact total [pico-USD].
    cached_tokens, prompt_tokens
        Prompt tokens read from the cache, and all of them.
    n_requests
        Requests billed.
    """

    cost_pusd: int
    cached_tokens: int
    prompt_tokens: int
    n_requests: int

    @property
    def usd_per_request(self) -> float:
        """Mean cost of a request [USD]."""
        return self.cost_pusd / self.n_requests / 1e12

    @property
    def hit_share(self) -> float | None:
        """Share of the prompt tokens that came from the cache; None where no prompt has a token."""
        return self.cached_tokens / self.prompt_tokens if self.prompt_tokens else None


def bill_one_model(stream: RequestStream, *, prices: TokenPrices | None = None, ttl_s: float = 300.0) -> OneModelBill:
    """Bill a stream at one model whose cache forgets after `ttl_s`. O(n), whole numbers throughout.

    Parameters
    ----------
    prices
        None takes the defaults of `TokenPrices`.
    ttl_s
        Longest start-to-start gap after which the cache still holds the prompt [s], inclusive; 0 turns it off. There is
        no least length.

    Raises
    ------
    InputError
        A time limit below 0 or not finite.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1, 1, 1], time_s=[0, 300, 601], prompt_tokens=[100, 110, 120],
    ...                         completion_tokens=[10, 10, 10], prefix_tokens=[0, 100, 110])
    >>> bill = bill_one_model(stream)
    >>> bill.cached_tokens, bill.cost_pusd == 100 * 300_000 + 230 * 3_750_000 + 30 * 15_000_000
    (100, True)
    """
    if not 0 <= ttl_s <= LONGEST_TTL_S:
        raise InputError(f"ttl_s is {ttl_s}", where="cache", way_out="give seconds >= 0; 0 turns caching off")
    prompt, completion, read, write = (prices or TokenPrices()).pusd_per_token()
    cached = _cached(stream, round(ttl_s * 1e6))
    n_cached, n_prompt, n_completion = (_total(c) for c in (cached, stream.prompt_tokens, stream.completion_tokens))
    fresh_price = write if ttl_s > 0 else prompt
    return OneModelBill(
        cost_pusd=n_cached * read + (n_prompt - n_cached) * fresh_price + n_completion * completion,
        cached_tokens=n_cached,
        prompt_tokens=n_prompt,
        n_requests=len(stream),
    )


def _cached(stream: RequestStream, ttl_us: int) -> IntColumn:
    """Return the tokens found in the cache: what the prompt shares with the one before, if that is young enough."""
    cached = np.zeros(len(stream), dtype=np.int64)
    if ttl_us:
        warm = ~stream.is_first[1:] & (stream.gap_us[1:] <= ttl_us)
        cached[1:] = np.where(warm, np.minimum(stream.prefix_tokens[1:], stream.prompt_tokens[:-1]), 0)
    return cached


def _total(values: IntColumn) -> int:
    """Return the exact sum of whole numbers >= 0: halves cannot wrap where the whole might."""
    return (int(np.sum(values >> 32)) << 32) + int(np.sum(values & 0xFFFFFFFF))

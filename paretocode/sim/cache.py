"""How much of a prompt does the served model still have? Prefix caches per session and model.

Model of record (Anthropic, OpenAI and OpenRouter document the parts; see `PrefixCache`): after a request, the model
that served it holds the whole prompt. A later request of the same session at the same model finds the part that every
prompt in between still shares with its predecessor, if the model was used at most a TTL ago, counted from start to
start and refreshed by every use, and if that part reaches the minimum length. Nothing is shared between sessions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.sim.plan import UNSERVED
from paretocode.stream.stream import RequestStream

__all__ = ["NO_CACHE", "PrefixCache", "cached_tokens"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixCache:
    """The rules of prompt caching.

    Parameters
    ----------
    ttl_s
        Longest start-to-start age of the model's last use in the session [s], inclusive. 0 turns caching off.
        Providers document 3 to 60 minutes; the default is the 5 minutes of Anthropic's standard cache.
    min_tokens
        Shortest prefix that is cached [tokens]: 1,024 to 4,096 by provider; the default is the smaller.
    """

    ttl_s: float = 300.0
    min_tokens: int = 1024

    def __post_init__(self) -> None:
        if not self.ttl_s >= 0 or self.min_tokens < 0:
            raise InputError(
                f"ttl_s is {self.ttl_s} and min_tokens is {self.min_tokens}",
                where="cache",
                way_out="give numbers >= 0; ttl_s = 0 turns caching off",
            )

    @property
    def is_on(self) -> bool:
        """Whether anything is cached at all."""
        return self.ttl_s > 0


NO_CACHE = PrefixCache(ttl_s=0.0)


def cached_tokens(stream: RequestStream, model_index: IntColumn, cache: PrefixCache) -> IntColumn:
    """Return the prompt tokens that each request finds in the cache of the model that serves it.

    Parameters
    ----------
    model_index
        Shape (n,): the served model, or `UNSERVED`.

    Notes
    -----
    Exact, without a loop over requests. For the request before (the common case) the answer is its shared prefix. For
    a model that was left and is used again, it is the least shared prefix since its last use: one `minimum.reduceat`
    over those stretches. O(n x models used in a session) at worst, O(n) when sessions keep their models.
    """
    cached = np.zeros(len(stream), dtype=np.int64)
    if not cache.is_on or len(stream) < 2:
        return cached
    same_model = ~stream.is_first[1:] & (model_index[1:] == model_index[:-1])
    warm = same_model & (stream.gap_s[1:] <= cache.ttl_s)
    cached[1:] = np.where(warm, np.minimum(stream.prefix_tokens[1:], stream.prompt_tokens[:-1]), 0)
    here, before = _returns(stream, model_index, same_model)
    in_time = stream.time_s[here] - stream.time_s[before] <= cache.ttl_s
    here, before = here[in_time], before[in_time]
    if len(here):
        stretches = np.column_stack((before + 1, here + 1)).ravel()
        padded = np.append(stream.prefix_tokens, 0)
        shared = np.minimum.reduceat(padded, stretches)[::2]
        cached[here] = np.minimum(shared, stream.prompt_tokens[before])
    cached[(cached < cache.min_tokens) | (model_index == UNSERVED)] = 0
    return cached


def _returns(stream: RequestStream, model_index: IntColumn, same_model: IntColumn) -> tuple[IntColumn, IntColumn]:
    """Return rows that come back to a model used earlier in the session but not just before, and those earlier rows."""
    changed = np.flatnonzero(~stream.is_first[1:] & ~same_model) + 1
    has_change = np.zeros(stream.n_sessions, dtype=np.bool_)
    has_change[stream.session[changed]] = True
    rows = np.flatnonzero(has_change[stream.session])
    key = stream.session[rows] * (int(model_index.max()) + 2) + model_index[rows] + 1
    order = np.argsort(key, kind="stable")
    rows, key = rows[order], key[order]
    again = np.flatnonzero(key[1:] == key[:-1]) + 1
    here, before = rows[again], rows[again - 1]
    apart = here - before > 1
    return here[apart], before[apart]

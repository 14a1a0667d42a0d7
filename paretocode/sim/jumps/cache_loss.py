"""What does a jump throw away? The cached tokens that the model left behind still held, and their price."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.sim.jumps.parts import Part
from paretocode.sim.jumps.tables import JumpTables

__all__ = ["CacheLoss", "cache_loss"]


class CacheLoss(NamedTuple):
    """What is lost at each of some model jumps; columns of shape (n_jumps,).

    Parameters
    ----------
    is_warm
        Whether the jump comes within the cache's time limit of the model left behind: only then is there anything to
        lose. False where that model caches nothing.
    tokens
        What the request would have found in the cache of the model left behind, less what it finds, at least 0
        [tokens].
    pusd
        `tokens` times the price of a fresh token less that of a cached one, both at the model that serves and for this
        prompt [pico-USD]: by how much the bill would be lower, had the cache moved along. Negative where a cached
        token is dearer than a fresh one.
    is_priced
        Whether the model that serves has a price for cached tokens; where it has none, `pusd` is 0.
    """

    is_warm: BoolColumn
    tokens: IntColumn
    pusd: IntColumn
    is_priced: BoolColumn


def cache_loss(part: Part, tables: JumpTables, at: IntColumn) -> CacheLoss:
    """Return what the model jumps at the rows `at` lose. O(n_jumps).

    Notes
    -----
    The price differences of the models themselves are no part of it: a jump to a cheaper model loses its cache all the
    same. What a request would have found is the prefix that it shares with the request before, cut down to that
    request's prompt, if the gap is at most the time limit of the model left behind, the prefix reaches that model's
    minimum, and the model has a price for cached tokens.
    """
    rows, rules = tables.tariff
    prompt = part.stream.prompt_tokens[at]
    left, serving = _entries(part, tables, at, at - 1), _entries(part, tables, at, at)
    left_row, row = rows.row_of(left, prompt), rows.row_of(serving, prompt)
    is_warm = (part.stream.gap_us[at] <= rules.ttl_us[left]) & (rules.ttl_us[left] > 0) & rows.has_cache[left_row]
    held = np.minimum(part.stream.prefix_tokens[at], part.stream.prompt_tokens[at - 1])
    held[~is_warm | (held < rules.min_tokens[left])] = 0
    tokens = np.maximum(held - part.cached_tokens[at], 0)
    is_priced = rows.has_cache[row] & (rules.ttl_us[serving] > 0)
    writes = is_priced & (prompt >= rules.min_tokens[serving])
    fresh = np.where(writes, rows.cache_write[row], rows.prompt[row])
    return CacheLoss(
        is_warm=is_warm, tokens=tokens, pusd=tokens * (fresh - rows.cache_read[row]) * is_priced, is_priced=is_priced
    )


def _entries(part: Part, tables: JumpTables, at: IntColumn, whose: IntColumn) -> IndexColumn:
    """Return the tariff's entries, at the time of the rows `at`, of the models that served the rows `whose`."""
    epoch = part.decisions.epoch
    now = np.zeros(len(at), dtype=np.int32) if epoch is None else epoch[at]
    entries: IndexColumn = tables.price_index[now, part.decisions.model_index[whose]]
    return entries

"""What does each token of each request cost? Price rows in whole pico-USD per token, long-context steps included."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.catalogue.catalogue import PRICE_FIELDS, Catalogue
from paretocode.errors import InputError
from paretocode.sim.cache import CacheRules
from paretocode.stream.stream import RequestStream

__all__ = ["PriceRows", "price_rows", "refuse_overflow"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRows:
    """Prices by *price row*: one for each model, and one more for each of its long-context steps.

    Parameters
    ----------
    prompt, completion, cache_read, cache_write
        Shape (n_rows,) [pico-USD per token = micro-USD per million tokens]. Where a model has no cache-write price,
        writing costs the prompt price; where it has no cache-read price, nothing is ever read from a cache.
    has_cache
        Shape (n_rows,): whether the model has a cache-read price.
    base
        Shape (n_models,): the price row of a model below its first step.
    step_tokens
        For each model with steps, its increasing `min_prompt_tokens`; empty dict where none has.
    """

    prompt: IntColumn
    completion: IntColumn
    cache_read: IntColumn
    cache_write: IntColumn
    has_cache: BoolColumn
    base: IntColumn
    step_tokens: dict[int, IntColumn]

    def row_of(self, model_index: IndexColumn | IntColumn, prompt_tokens: IntColumn) -> IntColumn:
        """Return each request's price row; a step counts when the prompt is strictly longer. O(n)."""
        row = self.base[model_index]
        for model, tokens in self.step_tokens.items():
            mine = np.flatnonzero(model_index == model)
            row[mine] += np.searchsorted(tokens, prompt_tokens[mine], side="left")
        return row


def price_rows(catalogue: Catalogue, rules: CacheRules | None = None) -> PriceRows:
    """Return the price rows of a catalogue, writing to caches at the rules' price where they state one."""
    columns: dict[str, list[int]] = {name: [] for name in PRICE_FIELDS}
    has_cache: list[bool] = []
    base: list[int] = []
    step_tokens: dict[int, IntColumn] = {}
    own = {name: getattr(catalogue, name) for name in PRICE_FIELDS}
    for model in range(len(catalogue)):
        base.append(len(has_cache))
        steps = sorted(
            (s for s in catalogue.price_steps if s.model_index == model), key=lambda step: step.min_prompt_tokens
        )
        if steps:
            step_tokens[model] = np.array([step.min_prompt_tokens for step in steps], dtype=np.int64)
        for step in (None, *steps):
            prices = {name: float(own[name][model]) for name in PRICE_FIELDS}
            if step is not None:
                prices.update({n: getattr(step, n) for n in PRICE_FIELDS if not np.isnan(getattr(step, n))})
            has_cache.append(not np.isnan(prices["cache_read_usd_per_mtok"]))
            if np.isnan(prices["cache_write_usd_per_mtok"]):
                prices["cache_write_usd_per_mtok"] = prices["prompt_usd_per_mtok"]
            for name in PRICE_FIELDS:
                columns[name].append(0 if np.isnan(prices[name]) else round(prices[name] * 1_000_000))
            if rules is not None and (ratio := rules.write_to_prompt[model]) is not None:
                columns["cache_write_usd_per_mtok"][-1] = round(ratio * columns["prompt_usd_per_mtok"][-1])
    prompt, completion, cache_read, cache_write = (np.array(columns[name], dtype=np.int64) for name in PRICE_FIELDS)
    return PriceRows(
        prompt=prompt,
        completion=completion,
        cache_read=cache_read,
        cache_write=cache_write,
        has_cache=np.array(has_cache, dtype=np.bool_),
        base=np.array(base, dtype=np.int64),
        step_tokens=step_tokens,
    )


def refuse_overflow(stream: RequestStream, rows: PriceRows) -> None:
    """Refuse a stream with a request whose cost might not fit 62 bits of pico-USD.

    Raises
    ------
    InputError
        With the longest request and the dearest price.
    """
    longest = int(stream.prompt_tokens.max()) + int(stream.completion_tokens.max())
    dearest = max(int(p.max()) for p in (rows.prompt, rows.completion, rows.cache_read, rows.cache_write))
    if longest * dearest >= 2**62:
        raise InputError(
            f"a request of {longest:,} tokens at {dearest / 1e6:,.2f} USD per million tokens "
            "is beyond what can be billed exactly",
            where=stream.name,
            way_out="check the units of tokens and prices",
        )

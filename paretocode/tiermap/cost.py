"""What does a request cost at list price? Whole pico-USD, long-context steps included, caches not."""

from __future__ import annotations

import math

from paretocode.catalogue.catalogue import Catalogue
from paretocode.stream.stream import RequestRow

__all__ = ["list_cost_pusd", "price_in_force"]


def price_in_force(catalogue: Catalogue, row: int, field: str, prompt_tokens: int) -> int:
    """Return a model's price [micro-USD per million tokens = pico-USD per token] for a prompt of this length.

    The step with the greatest `min_prompt_tokens` strictly below the prompt replaces the model's own price; a price
    that the step leaves out stays the model's own. Missing prices are 0 here: check `has_price` first.
    """
    price = getattr(catalogue, field)[row]
    best = -1
    for step in catalogue.price_steps:
        if step.model_index == row and best < step.min_prompt_tokens < prompt_tokens:
            replaced = getattr(step, field)
            best = step.min_prompt_tokens
            price = getattr(catalogue, field)[row] if math.isnan(replaced) else replaced
    return 0 if math.isnan(price) else round(float(price) * 1_000_000)


def list_cost_pusd(catalogue: Catalogue, row: int, request: RequestRow) -> int:
    """Return prompt tokens x prompt price + completion tokens x completion price [pico-USD]."""
    prompt = price_in_force(catalogue, row, "prompt_usd_per_mtok", request.prompt_tokens)
    completion = price_in_force(catalogue, row, "completion_usd_per_mtok", request.prompt_tokens)
    return request.prompt_tokens * prompt + request.completion_tokens * completion

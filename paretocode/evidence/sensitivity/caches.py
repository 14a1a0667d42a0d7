"""What if prompt caches work or cost otherwise? No caches, other multiples of the prompt price for reads and writes.

Documented multiples of the prompt price: reads 0.1 (Anthropic, DeepSeek), 0.25 (Gemini, Grok, Moonshot), 0.25 to 0.5
(OpenAI); writes 1.25 to 2 (Anthropic). Shortest cached prompt 1,024 to 4,096 tokens.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

import numpy as np

from paretocode.catalogue.catalogue import PriceStep
from paretocode.errors import InputError
from paretocode.evidence.sensitivity.shift import Parameter, Setting, Shift
from paretocode.evidence.sensitivity.world import World
from paretocode.sim.cache import NO_CACHE, PrefixCache

__all__ = [
    "cache_read_factor",
    "cache_read_multiple",
    "cache_rules",
    "cache_write_multiple",
    "with_cache_read",
    "with_cache_read_factor",
    "with_cache_write",
]


def cache_rules(rules: Mapping[str, PrefixCache] | None = None) -> Shift:
    """Return the shift in which other rules of caching hold, none at all when nothing is given."""
    chosen = rules if rules is not None else {"none": NO_CACHE}
    return Shift(
        name="cache rules",
        group="caches",
        settings=tuple(
            Setting(label=name, change=lambda world, own=own: world.replace(cache=own))  # type: ignore[misc]
            for name, own in chosen.items()
        ),
    )


def with_cache_read(world: World, value: float) -> World:
    """Return the world in which reading from a cache costs a multiple of the prompt price, at every model that caches.

    A model without a cache-read price has no cache and gets none. Long-context steps with a prompt price of their own
    follow it.

    Raises
    ------
    InputError
        A multiple outside 0..1, or no model with a cache-read price.
    """
    if not 0 <= value <= 1:
        raise InputError(
            f"the multiple of cache reads is {value:g}", where="sensitivity", way_out="give a number between 0 and 1"
        )
    catalogue = world.catalogue
    caches = ~np.isnan(catalogue.cache_read_usd_per_mtok)
    if not caches.any():
        raise InputError("no model has a cache-read price", where="catalogue", way_out="fill cache_read_usd_per_mtok")
    reads = np.where(caches, np.round(catalogue.prompt_usd_per_mtok * value, 6), catalogue.cache_read_usd_per_mtok)
    steps = tuple(_read_step(step, value) if caches[step.model_index] else step for step in catalogue.price_steps)
    return world.replace(catalogue=catalogue.replace(cache_read_usd_per_mtok=reads, price_steps=steps))


def _read_step(step: PriceStep, value: float) -> PriceStep:
    read = float("nan") if math.isnan(step.prompt_usd_per_mtok) else round(step.prompt_usd_per_mtok * value, 6)
    return dataclasses.replace(step, cache_read_usd_per_mtok=read)


def cache_read_multiple(*, low: float = 0.1, high: float = 0.5) -> Parameter:
    """Return the price of cache reads as a multiple of the prompt price, the same for all models that cache."""
    return Parameter(
        name="cache read, of the prompt price",
        group="caches",
        at=with_cache_read,
        low=low,
        high=high,
        step=0.001,
        now=None,
        when="cache reads cost {} of the prompt price",
    )


def with_cache_read_factor(world: World, value: float) -> World:
    """Return the world in which every cache-read price is multiplied; 0 makes reads free.

    Raises
    ------
    InputError
        A negative factor, or no model with a cache-read price.
    """
    if not 0 <= value < 1e6:
        raise InputError(f"the factor on cache reads is {value:g}", where="sensitivity", way_out="give a number >= 0")
    catalogue = world.catalogue
    if np.isnan(catalogue.cache_read_usd_per_mtok).all():
        raise InputError("no model has a cache-read price", where="catalogue", way_out="fill cache_read_usd_per_mtok")
    name = "cache_read_usd_per_mtok"
    steps = tuple(
        dataclasses.replace(step, **{name: round(getattr(step, name) * value, 6)}) for step in catalogue.price_steps
    )
    reads = np.round(catalogue.cache_read_usd_per_mtok * value, 6)
    return world.replace(catalogue=catalogue.replace(cache_read_usd_per_mtok=reads, price_steps=steps))


def cache_read_factor(*, low: float = 0.5, high: float = 2.0) -> Parameter:
    """Return the factor on all cache-read prices."""
    return Parameter(
        name="prices of cache reads",
        group="caches",
        at=with_cache_read_factor,
        low=low,
        high=high,
        step=0.001,
        now=1.0,
        when="cache reads cost {} times as much as today",
        label="x {}",
    )


def with_cache_write(world: World, value: float) -> World:
    """Return the world in which writing to a cache costs a multiple of the prompt price, at every model that caches.

    Raises
    ------
    InputError
        A multiple that the rules refuse, or a world without caches.
    """
    if not world.cache.is_on:
        raise InputError("nothing is cached in this world", where="sensitivity", way_out="give rules of caching first")
    own = {key: dataclasses.replace(rules, write_to_prompt=value) for key, rules in world.cache.by_model.items()}
    return world.replace(cache=dataclasses.replace(world.cache, write_to_prompt=value, by_model=own))


def cache_write_multiple(*, low: float = 1.0, high: float = 2.0) -> Parameter:
    """Return the price of cache writes as a multiple of the prompt price, the same for all models that cache."""
    return Parameter(
        name="cache write, of the prompt price",
        group="caches",
        at=with_cache_write,
        low=low,
        high=high,
        step=0.001,
        now=None,
        when="cache writes cost {} of the prompt price",
    )

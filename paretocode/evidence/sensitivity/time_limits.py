"""What if sessions or caches are remembered for a longer or a shorter time? Documentation says 5 and 10 minutes."""

from __future__ import annotations

import dataclasses

from paretocode.errors import InputError
from paretocode.evidence.sensitivity.shift import Parameter
from paretocode.evidence.sensitivity.world import World

__all__ = ["cache_ttl", "sticky_ttl", "with_cache_ttl", "with_sticky_ttl"]

_LONGEST_S = 86_400


def with_sticky_ttl(world: World, value: float) -> World:
    """Return the world in which routers remember a session's model for another time [s, whole].

    Raises
    ------
    InputError
        A time that is not a whole number above 0, or two maps that are not sticky.
    """
    if not 0 < value < 2**53 or value != int(value):
        raise InputError(
            f"the time limit of stickiness is {value:g} s",
            where="sensitivity",
            way_out="give whole seconds above 0; stickiness 'none' is a policy",
        )
    if all(tier_map.policy.stickiness == "none" for tier_map in world.maps):
        raise InputError("neither map is sticky", where="sensitivity", way_out="try a sticky policy first")
    return world.with_policy(sticky_ttl_s=int(value))


def with_cache_ttl(world: World, value: float) -> World:
    """Return the world in which prompt caches live for another time [s]; models with rules of their own keep theirs.

    Raises
    ------
    InputError
        A time that is not above 0, or a world without caches.
    """
    if not 0 < value < 1e9:
        raise InputError(
            f"the time limit of caches is {value:g} s",
            where="sensitivity",
            way_out="give seconds above 0; rules without any cache are a shift of their own",
        )
    if not world.cache.ttl_s > 0:
        raise InputError("nothing is cached in this world", where="sensitivity", way_out="give rules of caching first")
    changed = world.replace(cache=dataclasses.replace(world.cache, ttl_s=float(value)))
    if not world.cache.by_model:
        return changed
    return changed.noted(f"{len(world.cache.by_model)} models keep cache rules of their own")


def sticky_ttl(*, low: float = 300, high: float = 600, now: float | None = None) -> Parameter:
    """Return the time limit of stickiness [s]; two pages of OpenRouter's documentation say 5 and 10 minutes."""
    return Parameter(
        name="sticky TTL [s]",
        group="time limits",
        at=with_sticky_ttl,
        low=low,
        high=min(high, _LONGEST_S),
        step=1,
        now=now,
        when="a session's model is remembered for {} s",
    )


def cache_ttl(*, low: float = 300, high: float = 600, now: float | None = None) -> Parameter:
    """Return the time limit of prompt caches [s]; providers document 3 to 60 minutes."""
    return Parameter(
        name="cache TTL [s]",
        group="time limits",
        at=with_cache_ttl,
        low=low,
        high=min(high, _LONGEST_S),
        step=1,
        now=now,
        when="caches live for {} s",
    )

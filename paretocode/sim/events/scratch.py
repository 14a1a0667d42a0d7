"""Where does the engine keep what is going on? Arrays made outside of it, so that it never asks for memory itself."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paretocode._checks import IndexColumn, IntColumn
from paretocode.sim.events.world import MINUTE_US, NEVER, NONE, World

__all__ = ["Scratch", "scratch_of"]

_HEAP_AT_FIRST = 1024


class Scratch(NamedTuple):
    """The state of a run: events to come; by model its calls, its line, its limits; room for lists of candidates."""

    place: IntColumn
    """How many arrivals were taken, and how many events wait in the heap."""
    heap_time: IntColumn
    heap_code: IntColumn
    in_progress: IntColumn
    filled: IntColumn
    since: IntColumn
    until: IntColumn
    held_requests: IntColumn
    held_tokens: IntColumn
    line_first: IntColumn
    line_last: IntColumn
    line_length: IntColumn
    line_next: IndexColumn
    chain: IntColumn
    chain_tier: IntColumn
    ranking: IntColumn

    def grown(self) -> Scratch:
        """Return the same state with room for twice as many events."""
        return self._replace(
            heap_time=np.concatenate((self.heap_time, np.zeros_like(self.heap_time))),
            heap_code=np.concatenate((self.heap_code, np.zeros_like(self.heap_code))),
        )


def scratch_of(world: World) -> Scratch:
    """Return the state before the first event: nothing in progress, buckets full."""
    n_models, longest = len(world.error_threshold), 2 * world.n_fallbacks + 2

    def zeros(n: int) -> IntColumn:
        return np.zeros(n, dtype=np.int64)

    def full(value: int) -> IntColumn:
        return np.full(n_models, value, dtype=np.int64)

    return Scratch(
        place=zeros(2),
        heap_time=zeros(_HEAP_AT_FIRST),
        heap_code=zeros(_HEAP_AT_FIRST),
        in_progress=zeros(n_models),
        filled=full(-NEVER),
        since=full(NEVER),
        until=full(NEVER),
        held_requests=world.requests_per_minute * MINUTE_US,
        held_tokens=world.tokens_per_minute * MINUTE_US,
        line_first=full(NONE),
        line_last=full(NONE),
        line_length=zeros(n_models),
        line_next=np.full(len(world.is_first) if world.slots.any() else 0, NONE, dtype=np.int32),
        chain=zeros(longest),
        chain_tier=zeros(longest),
        ranking=zeros(max(1, len(world.list_models))),
    )

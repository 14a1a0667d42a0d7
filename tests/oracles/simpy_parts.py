"""What do the processes of the SimPy model share? Models with lines, limits and weather; what is known of a session.

Limits are kept the other way round than in the engine: not what a bucket holds, but when it will be full again (the
virtual scheduling of ITU-T I.371).
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Generator
from dataclasses import dataclass, field

import simpy

from oracles.simpy_asked import MICRO, NOBODY
from paretocode.sim.operations import ModelOperations

MINUTE_US = 60 * MICRO
WEATHER, ENDS = 0, 2  # SimPy grants slots at priority 1, between the two
Steps = Generator[simpy.Event, None, None]


class At(simpy.Event):
    """An event at a given time and of a given rank among those of that time."""

    def __init__(self, env: simpy.Environment, time_us: int, rank: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        env.schedule(self, priority=rank, delay=time_us - env.now)  # type: ignore[arg-type]


class Limit:
    """A bucket known by when it is full again, in parts of 1 / rate microseconds."""

    def __init__(self, rate: int | None) -> None:
        self.rate, self.full_at = rate, -(10**40)

    def opens_at(self, amount: int) -> float | int:
        """Return from when on the amount is let in; infinite if it never is."""
        if self.rate is None:
            return -math.inf
        if amount > self.rate:
            return math.inf
        return -(-(self.full_at + (amount - self.rate) * MINUTE_US) // self.rate)

    def pay(self, amount: int, now: int) -> None:
        """Take the amount out."""
        if self.rate is not None:
            self.full_at = max(self.full_at, now * self.rate) + amount * MINUTE_US


class Endpoint:
    """One model: its lines, its limits, its weather, and what the router knows of that."""

    def __init__(self, env: simpy.Environment, its: ModelOperations) -> None:
        n_lines = its.slots or its.concurrency
        self.its = its
        self.lines = simpy.Resource(env, capacity=n_lines) if n_lines else None
        self.per_minute = (Limit(its.requests_per_minute), Limit(its.tokens_per_minute))
        self.is_out = self.is_suspect = self.is_avoided = False
        self.threshold = round(its.error_share * 2**32)
        for start_s, stop_s in its.outages:
            env.process(self.storm(env, round(start_s * MICRO), round(stop_s * MICRO)))

    def storm(self, env: simpy.Environment, start_us: int, stop_us: int) -> Steps:
        """Be out for a while; one that is over before the first request never comes."""
        if stop_us <= env.now:
            return
        yield At(env, max(start_us, env.now), WEATHER)
        self.is_out = True
        yield At(env, stop_us, WEATHER)
        self.is_out = False

    @property
    def is_full(self) -> bool:
        """Whether all lines are busy and nobody more may wait."""
        if self.lines is None or self.lines.count < self.lines.capacity:
            return False
        if self.its.slots is None:
            return True
        return self.its.longest_queue is not None and len(self.lines.queue) >= self.its.longest_queue

    def opens_at(self, tokens: int) -> float | int:
        """Return from when on both limits let a request in."""
        return max(limit.opens_at(amount) for limit, amount in zip(self.per_minute, (1, tokens), strict=True))

    def pay(self, tokens: int, now: int) -> None:
        """Take a request out of both limits."""
        for limit, amount in zip(self.per_minute, (1, tokens), strict=True):
            limit.pay(amount, now)


@dataclass
class Conversation:
    """A session as router and caches know it: who answered which rows, and the stretch since the router lost it."""

    last: tuple[int, int, int] = (-1, NOBODY, 0)
    """Highest row that was answered, its model, its stretch."""
    stretch: dict[int, int] = field(default_factory=dict)
    n_stretches: int = 0
    rows_of: dict[int, list[int]] = field(default_factory=dict)

    def arrive(self, row: int, *, is_known: bool) -> int:
        """Return the model that the router remembers at a row's arrival."""
        self.n_stretches += not is_known
        self.stretch[row] = self.n_stretches
        return self.last[1] if self.last[2] == self.n_stretches else NOBODY

    def answered(self, row: int, model: int) -> None:
        """Remember who answers."""
        self.last = max(self.last, (row, model, self.stretch[row]))
        insort(self.rows_of.setdefault(model, []), row)

    def row_before(self, row: int, model: int) -> int | None:
        """Return the last row before this one that the model answered."""
        rows = self.rows_of.get(model, [])
        position = bisect_left(rows, row)
        return rows[position - 1] if position else None

"""What does a search ask of a log? Its counts, its levels and its tables, wherever the requests lie.

A log in memory answers at once. One in parts, or in a warehouse, answers the same numbers without its requests ever
being here together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Protocol, TypeVar

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode._counting import counted, summed
from paretocode.sim.tables.log_tables import LogTables
from paretocode.sim.tables.routed import ABOVE_ALL, BELOW_ALL, routed_levels
from paretocode.sim.tables.subject import TableSubject
from paretocode.sim.tables.tabulate import log_tables
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.policy import Policy

__all__ = ["CountableLog", "LevelCounts", "LogInMemory", "level_counts"]

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, eq=False)
class LevelCounts:
    """What a log holds whatever the edges; two of parts that are split by session add up.

    Parameters
    ----------
    n_requests, n_sessions, n_stated, prompt_tokens
        Requests, sessions, requests that state a min score, and all prompt tokens.
    levels_ppm, n_at
        Distinct routed levels, increasing, those off the axis among them, and how many requests stand at each.
    """

    n_requests: int
    n_sessions: int
    n_stated: int
    prompt_tokens: int
    levels_ppm: IntColumn
    n_at: IntColumn

    def __add__(self, other: LevelCounts) -> LevelCounts:
        """Return the counts of both parts; exact, associative and commutative."""
        (levels,), (n_at,) = summed([np.append(self.levels_ppm, other.levels_ppm)], [np.append(self.n_at, other.n_at)])
        numbers = [f.name for f in fields(LevelCounts) if f.name not in ("levels_ppm", "n_at")]
        sums = {name: getattr(self, name) + getattr(other, name) for name in numbers}
        return LevelCounts(**sums, levels_ppm=levels, n_at=n_at)


def level_counts(stream: RequestStream, policy: Policy, *, default_is_highest: bool) -> LevelCounts:
    """Count a log, or a part of it, by routed level. O(n + PPM)."""
    level = routed_levels(stream, policy, default_is_highest=default_is_highest)
    found, n_at, _ = counted(level - BELOW_ALL, [], size=ABOVE_ALL - BELOW_ALL + 1)
    levels = found + BELOW_ALL
    return LevelCounts(
        n_requests=len(stream),
        n_sessions=stream.n_sessions,
        n_stated=int(np.count_nonzero(~stream.is_omitted)),
        prompt_tokens=int(stream.prompt_tokens.sum()),
        levels_ppm=read_only(levels),
        n_at=read_only(n_at),
    )


class CountableLog(Protocol):
    """A log that can be counted."""

    @property
    def name(self) -> str:
        """What people call it."""

    def levels(self, policy: Policy, *, default_is_highest: bool) -> LevelCounts:
        """Return its counts by routed level."""

    def tables(self, subject: TableSubject) -> LogTables:
        """Return its tables."""

    def total(self, count: Callable[[RequestStream], T]) -> T:
        """Return what a count of whole sessions comes to over all of it.

        Parameters
        ----------
        count
            A function of a stream whose results add up (by ``+``; mappings key by key), to the digit, to its result for
            the whole; one that is picklable, where others do the work.

        Raises
        ------
        InputError
            Requests that are nowhere to be looked at.
        """


class LogInMemory:
    """A stream, counted when asked."""

    def __init__(self, stream: RequestStream) -> None:
        self.stream = stream
        self.name = stream.name

    def levels(self, policy: Policy, *, default_is_highest: bool) -> LevelCounts:
        """Return its counts by routed level. O(n log n)."""
        return level_counts(self.stream, policy, default_is_highest=default_is_highest)

    def tables(self, subject: TableSubject) -> LogTables:
        """Return its tables. O(n)."""
        return log_tables(self.stream, subject)

    def total(self, count: Callable[[RequestStream], T]) -> T:
        """Return the count of the stream."""
        return count(self.stream)

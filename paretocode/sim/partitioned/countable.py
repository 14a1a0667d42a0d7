"""How is a log larger than memory counted for a search? Part by part; what a part answered is kept until all have."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Generic, TypeVar

from paretocode.sim.partitioned.asked_parts import AskedPart
from paretocode.sim.partitioned.executors import Engine
from paretocode.sim.partitioned.kept_tables import KeptTables
from paretocode.sim.partitioned.running import done_parts, merged_parts
from paretocode.sim.partitioned.tabulations import table_tasks
from paretocode.sim.tables import LogTables, TableSubject
from paretocode.sim.tables.countable import LevelCounts, level_counts
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.policy import Policy

__all__ = ["LogInParts"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _LevelCount:
    """Counts a stream by routed level."""

    policy: Policy
    default_is_highest: bool

    def __call__(self, stream: RequestStream) -> LevelCounts:
        return level_counts(stream, self.policy, default_is_highest=self.default_is_highest)


@dataclass(frozen=True, slots=True, kw_only=True)
class _CountTask(Generic[T]):
    """Reads one part and counts it."""

    part: AskedPart
    count: Callable[[RequestStream], T]

    def __call__(self) -> T:
        return self.count(self.part.stream())


class LogInParts:
    """A partitioned stream as a `CountableLog`.

    Parameters
    ----------
    parts
        With their demand; see `asked_parts`.
    engine, n_at_once
        Who counts, and how many parts are out at a time.
    kept
        Folder in which tables of finished parts are kept, and a digest of all that they depend on beside the subject;
        None keeps nothing.
    """

    def __init__(
        self, parts: Sequence[AskedPart], engine: Engine, *, n_at_once: int, kept: tuple[Path, str] | None = None
    ) -> None:
        self.parts, self.engine, self.n_at_once, self.kept = parts, engine, n_at_once, kept
        self.name = parts[0].parts.name
        self._levels: dict[tuple[object, ...], LevelCounts] = {}

    def levels(self, policy: Policy, *, default_is_highest: bool) -> LevelCounts:
        """Return its counts by routed level; every part is read once for each filter of the request."""
        key = (policy.hysteresis_ppm, policy.downgrades, default_is_highest)
        if key not in self._levels:
            plain = replace(Policy(), hysteresis_ppm=policy.hysteresis_ppm, downgrades=policy.downgrades)
            self._levels[key] = self.total(_LevelCount(policy=plain, default_is_highest=default_is_highest))
        return self._levels[key]

    def total(self, count: Callable[[RequestStream], T]) -> T:
        """Return what a count comes to over all parts; every part is read once."""
        tasks = [_CountTask(part=part, count=count) for part in self.parts]
        return merged_parts(done_parts(tasks, self.engine, n_at_once=self.n_at_once, what="count"))

    def tables(self, subject: TableSubject) -> LogTables:
        """Return its tables; every part is read once."""
        store = None
        if self.kept is not None:
            folder, question = self.kept
            asked = hashlib.sha256(repr((question, subject.identity)).encode()).hexdigest()
            store = KeptTables(folder=folder / asked[:16], question=asked, subjects=[subject])
        tasks = table_tasks(self.parts, [subject])
        results = done_parts(tasks, self.engine, n_at_once=self.n_at_once, store=store, what="tabulate")
        return merged_parts(results)[0]

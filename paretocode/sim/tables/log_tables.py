"""What is left of a log when only its sums matter? Small tables of whole numbers that add up.

Requests of one cell and one class are decided and priced alike by every map, so their counts and token sums are all
that a map's totals need; consecutive requests of a session are counted by both their cells and classes, for jumps and
for what a cache still holds. Tables of the parts of a log, split by session, add up to the tables of the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import ClassVar, TypeVar

import numpy as np

from paretocode._checks import BoolColumn, IntColumn, read_only
from paretocode._counting import summed
from paretocode.errors import InputError
from paretocode.sim.tables._exact import refuse_dear
from paretocode.sim.tables.subject import TableSubject

__all__ = ["LogTables", "PairTable", "RequestTable"]


@dataclass(frozen=True, kw_only=True, eq=False)
class RequestTable:
    """Requests by (cell, class, mark); columns of shape (n_rows,), sorted, no row empty.

    Parameters
    ----------
    cell, number, mark
        Cell of the routed level, class of the tokens, stretch of the asked min score; the last mark stands for none
        asked.
    n
        Requests.
    prompt_tokens, completion_tokens, asked_ppm
        Sums [tokens], [tokens], [ppm].
    latency_us
        Shape (n_rows, n_timed models): what the requests would take at each model without a cache, summed
        [microseconds]; 0 where the model has no published speed.
    n_above
        Shape (n_rows, n_timed models, n_limits): how many of them would take longer than each limit.
    """

    cell: IntColumn
    number: IntColumn
    mark: IntColumn
    n: IntColumn
    prompt_tokens: IntColumn
    completion_tokens: IntColumn
    asked_ppm: IntColumn
    latency_us: IntColumn
    n_above: IntColumn

    KEYS: ClassVar[tuple[str, ...]] = ("cell", "number", "mark")

    def __len__(self) -> int:
        return len(self.n)


@dataclass(frozen=True, kw_only=True, eq=False)
class PairTable:
    """Pairs of consecutive requests of a session by both cells and classes; columns of shape (n_rows,), sorted.

    Parameters
    ----------
    cell_before, number_before, cell, number
        Cells and classes of the earlier and of the later request.
    n
        Pairs.
    held
        Shape (n_rows, n_rules): what the later requests would find in a cache of the model that served the earlier
        one, summed for each cache rule: prefix shared with it, in time and long enough [tokens].
    n_above_saved
        Shape (n_rows, n_timed models, n_limits): how many of the later requests would take longer than each limit
        without, and not with, what the model would hold.
    """

    cell_before: IntColumn
    number_before: IntColumn
    cell: IntColumn
    number: IntColumn
    n: IntColumn
    held: IntColumn
    n_above_saved: IntColumn

    KEYS: ClassVar[tuple[str, ...]] = ("cell_before", "number_before", "cell", "number")

    def __len__(self) -> int:
        return len(self.n)


_Table = TypeVar("_Table", bound=RequestTable | PairTable)


@dataclass(frozen=True, kw_only=True, eq=False)
class LogTables:
    """A log as tables; make them with `log_tables`, add two with ``+``.

    Parameters
    ----------
    subject
        Under what the log was counted.
    n_requests, n_sessions
        What was counted.
    requests, pairs
        The tables.
    asked_scores_ppm, n_asked
        Shape (n_scores,): the distinct min scores and how many requests state each: what lies near an edge.
    levels_ppm, n_at_level
        The same for the routed levels of requests that state a min score.

    Notes
    -----
    ``+`` is exact, associative and commutative.
    """

    subject: TableSubject
    n_requests: int
    n_sessions: int
    requests: RequestTable
    pairs: PairTable
    asked_scores_ppm: IntColumn
    n_asked: IntColumn
    levels_ppm: IntColumn
    n_at_level: IntColumn

    def __add__(self, other: LogTables) -> LogTables:
        """Return the tables of both parts.

        Raises
        ------
        InputError
            The parts were counted under different models, prices, grids or rules, or their bill might not fit 62 bits.
        """
        if self.subject is not other.subject and self.subject.identity != other.subject.identity:
            raise InputError(
                "tables of two different models, policies, grids or cache rules do not add up",
                where="log tables",
                way_out="count all parts of a log with one subject",
            )
        both = [self.requests, other.requests]
        refuse_dear(
            sum(int(table.prompt_tokens.sum()) for table in both),
            sum(int(table.completion_tokens.sum()) for table in both),
            self.subject,
            where="log tables",
        )
        (asked,), (n_asked,) = summed(
            [np.append(self.asked_scores_ppm, other.asked_scores_ppm)], [np.append(self.n_asked, other.n_asked)]
        )
        (levels,), (n_at,) = summed(
            [np.append(self.levels_ppm, other.levels_ppm)], [np.append(self.n_at_level, other.n_at_level)]
        )
        return LogTables(
            subject=self.subject,
            n_requests=self.n_requests + other.n_requests,
            n_sessions=self.n_sessions + other.n_sessions,
            requests=_joined(self.requests, other.requests),
            pairs=_joined(self.pairs, other.pairs),
            asked_scores_ppm=asked,
            n_asked=n_asked,
            levels_ppm=levels,
            n_at_level=n_at,
        )

    @property
    def n_pairs(self) -> int:
        """Pairs of consecutive requests of one session."""
        return self.n_requests - self.n_sessions

    @cached_property
    def used_classes(self) -> IntColumn:
        """The classes that occur."""
        return read_only(np.unique(self.requests.number))

    @cached_property
    def is_stated(self) -> BoolColumn:
        """Shape (n_rows,): whether the requests of a row of `requests` state a min score."""
        return read_only(self.requests.mark < self.subject.grid.n_marks - 1)


def _joined(one: _Table, other: _Table) -> _Table:
    names = [column.name for column in fields(one)]
    columns = {name: np.concatenate((getattr(one, name), getattr(other, name))) for name in names}
    joined = summed([columns[name] for name in one.KEYS], [columns[name] for name in names if name not in one.KEYS])
    return type(one)(**dict(zip(names, (*joined[0], *joined[1]), strict=True)))

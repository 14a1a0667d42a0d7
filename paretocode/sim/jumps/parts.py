"""What does the accounting of jumps read of a replay? Blocks of whole sessions, each with the columns it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.errors import InputError
from paretocode.sim.plan import UNSERVED
from paretocode.sim.replaying import Decisions, Replay, session_blocks
from paretocode.stream.stream import RequestStream

__all__ = ["OUTAGE", "Failures", "Part", "changes", "parts_of"]

NO_FAILURE, OUTAGE, BUSY = 0, 2, 4
"""Codes of a request's first failure, as `paretocode.sim.events.Failure` has them."""


class Failures(NamedTuple):
    """What failed in a replay of events; columns of shape (n,), as in its outcome.

    Parameters
    ----------
    failure
        Why the first call failed: 0 it did not, 1 error, 2 outage, 3 rate limit, 4 busy.
    primary
        Model asked first, or `UNSERVED`. Where requests of a session overlap it cannot be worked out afterwards.
    """

    failure: NDArray[np.uint8]
    primary: IndexColumn


class Part(NamedTuple):
    """A stretch of whole sessions.

    Parameters
    ----------
    stream
        Its requests.
    decisions, cached_tokens
        What the replay says of them.
    failures
        What failed; None where nothing can fail.
    """

    stream: RequestStream
    decisions: Decisions
    cached_tokens: IntColumn
    failures: Failures | None

    @property
    def is_fallback(self) -> BoolColumn:
        """Whether another model than the one asked first answered, because that one failed."""
        model = self.decisions.model_index
        if self.failures is None:
            return np.zeros(len(model), dtype=np.bool_)
        failure, primary = self.failures
        is_fallback: BoolColumn = (failure != NO_FAILURE) & (primary != model) & (model != UNSERVED)
        return is_fallback

    @property
    def is_outage(self) -> BoolColumn:
        """Whether that failure was an outage."""
        is_fallback = self.is_fallback
        return is_fallback if self.failures is None else is_fallback & (self.failures.failure == OUTAGE)


def parts_of(run: Replay, failures: Failures | None) -> Iterator[tuple[slice, Part]]:
    """Yield the rows and the columns of a replay, block by block.

    Raises
    ------
    InputError
        Failures of another number of requests, or of an unknown kind.
    """
    if failures is not None:
        _check_failures(run, failures)
    for rows in session_blocks(run.stream):
        columns = {name: getattr(run.decisions, name) for name in Decisions.__dataclass_fields__}
        here: dict[str, Any] = {name: None if column is None else column[rows] for name, column in columns.items()}
        part = Part(
            stream=run.stream.part(rows.start, rows.stop),
            decisions=Decisions(**here),
            cached_tokens=run.cached_tokens[rows],
            failures=None if failures is None else Failures(failures.failure[rows], failures.primary[rows]),
        )
        yield rows, part


def _check_failures(run: Replay, failures: Failures) -> None:
    for name, column in failures._asdict().items():
        if len(column) != len(run.stream):
            raise InputError(
                f"{name} has {len(column)} rows and the replay {len(run.stream)}",
                where="failures",
                way_out="give those of this replay",
            )
    if failures.failure.max(initial=NO_FAILURE) > BUSY:
        raise InputError(
            f"failure has the code {failures.failure.max()}", where="failures", way_out=f"give codes from 0 to {BUSY}"
        )


def changes(part: Part, values: IndexColumn) -> IntColumn:
    """Return the rows whose value differs from that of the row before, both of one session and both served."""
    served = part.decisions.model_index != UNSERVED
    is_change: BoolColumn = values[1:] != values[:-1]
    is_change &= served[1:] & served[:-1] & ~part.stream.is_first[1:]
    return np.flatnonzero(is_change) + 1

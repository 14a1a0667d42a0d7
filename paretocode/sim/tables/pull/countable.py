"""How does a search count a log that never left its warehouse? From the answer of one query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from paretocode.errors import InputError
from paretocode.sim.tables.countable import LevelCounts
from paretocode.sim.tables.log_tables import LogTables
from paretocode.sim.tables.pull.reading import answer_of, pulled_tables
from paretocode.sim.tables.routed import ABOVE_ALL, BELOW_ALL
from paretocode.sim.tables.subject import TableSubject
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.policy import Policy

__all__ = ["PulledLog"]


class PulledLog:
    """The answer of `pull_query` as a `CountableLog`.

    Parameters
    ----------
    answer
        Its columns, as for `pulled_tables`.
    subject
        Of the query: another one's classes and cache rules are refused when tables are asked for.
    name
        What people call the log.
    """

    def __init__(self, answer: Mapping[str, NDArray[Any]], subject: TableSubject, *, name: str = "pull") -> None:
        self.answer, self.name = answer, name
        whole = pulled_tables(answer, subject, where=name)
        self._whole = whole
        self._prompt_tokens = int(whole.requests.prompt_tokens.sum())

    @classmethod
    def read(cls, path: Path | str, subject: TableSubject) -> PulledLog:
        """Read the answer from a file.

        Raises
        ------
        InputError
            As `read_pull`.
        """
        return cls(answer_of(path, subject), subject, name=Path(path).name.split(".")[0])

    def levels(self, policy: Policy, *, default_is_highest: bool) -> LevelCounts:
        """Return its counts by routed level.

        Raises
        ------
        InputError
            Hysteresis or "never downgrade", which look at each request in its turn.
        """
        if policy.hysteresis_ppm or policy.downgrades == "never":
            raise InputError(
                "hysteresis and never-downgrade look at each request in its turn, and the answer has none",
                where=self.name,
                way_out="partition the log, or leave them out",
            )
        whole = self._whole
        n_stated = int(whole.n_asked.sum())
        omitted = ABOVE_ALL if default_is_highest else BELOW_ALL
        levels, n_at = whole.asked_scores_ppm, whole.n_asked
        if n_stated < whole.n_requests:
            place = len(levels) if default_is_highest else 0
            levels = np.insert(levels, place, omitted)
            n_at = np.insert(n_at, place, whole.n_requests - n_stated)
        return LevelCounts(
            n_requests=whole.n_requests,
            n_sessions=whole.n_sessions,
            n_stated=n_stated,
            prompt_tokens=self._prompt_tokens,
            levels_ppm=levels,
            n_at=n_at,
        )

    def tables(self, subject: TableSubject) -> LogTables:
        """Return its tables on any grid."""
        return pulled_tables(self.answer, subject, where=self.name)

    def total(self, count: Callable[[RequestStream], object]) -> NoReturn:
        """Refuse: there are no requests here.

        Raises
        ------
        InputError
            Always.
        """
        raise InputError(
            "this looks at single requests, and they are in the warehouse",
            where=self.name,
            way_out="partition the log to replay maps on it",
        )

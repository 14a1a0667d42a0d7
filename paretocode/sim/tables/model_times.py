"""How long would the log take at the models of this map? Each model is timed once, when a map first takes it.

A time is a look-up by each request's luck and cannot be read off sums of tokens, so a model costs one pass over the
log. A search times all models that any band may take; a person who moves one edge meets a few of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode._counting import binned
from paretocode.sim.latency import latency_tables, latency_us
from paretocode.sim.luck import Luck
from paretocode.sim.tables.by_tier import TierSums
from paretocode.sim.tables.log_tables import LogTables
from paretocode.sim.tables.routed import routed_levels
from paretocode.sim.tables.tabulate import keys_of
from paretocode.stream.stream import RequestStream

__all__ = ["ModelTimes"]


class ModelTimes:
    """The times of a log at some models, summed by the rows of its tables.

    Parameters
    ----------
    stream, luck
        The stream that was counted, and its luck.
    sums
        Its tables.

    Raises
    ------
    InputError
        Luck of another length than the stream.
    """

    def __init__(self, stream: RequestStream, luck: Luck, sums: TierSums) -> None:
        luck.check_length(len(stream))
        self.stream, self.luck, self.sums = stream, luck, sums
        subject = sums.tables.subject
        self.models = subject.models
        self.speeds = latency_tables(self.models.catalogue)
        level = routed_levels(stream, self.models.policy, default_is_highest=subject.default_is_highest)
        cell, number, mark = keys_of(stream, level, subject)
        n_classes, n_marks = subject.classes.n_classes, subject.grid.n_marks
        requests = sums.tables.requests
        keys = (requests.cell * n_classes + requests.number) * n_marks + requests.mark
        self._row = np.searchsorted(keys, (cell * n_classes + number) * n_marks + mark)
        self._nothing = np.zeros(len(stream), dtype=np.int64)
        self._timed: dict[int, IntColumn] = {}

    def has_speed(self, place: int) -> bool:
        """Return whether a model's speed is published; one without is never timed."""
        return bool(self.speeds.is_known[self.models.row[place]])

    def are_timed(self, places: Iterable[int]) -> bool:
        """Return whether the times of all these models are at hand."""
        return all(place in self._timed for place in places if self.has_speed(place))

    def _of(self, place: int) -> IntColumn:
        """Return shape (n_rows,): a model's times without a cache, summed by row [microseconds]. O(n), once a model."""
        if place not in self._timed:
            model = np.full(len(self.stream), self.models.row[place], dtype=np.int32)
            time = latency_us(self.stream, model, self._nothing, self.speeds, self.luck)
            self._timed[place] = read_only(binned(self._row, time, size=len(self.sums.tables.requests)))
        return self._timed[place]

    def added(self, tables: LogTables, starts: IntColumn, places: Iterable[int]) -> LogTables:
        """Return tables by tier with the times of some models, each timed now where it was not before.

        Parameters
        ----------
        tables
            Of `TierSums.tables_of`.
        starts
            The first cell of each of their tiers.
        places
            Models that serve, as places in the order of score.
        """
        timed = np.array(sorted({place for place in places if self.has_speed(place)}), dtype=np.int64)
        rows, n_kinds = self.sums.tables.requests, len(self.sums.kind_keys)
        at = (np.searchsorted(starts, rows.cell, side="right") - 1) * n_kinds + self.sums.kind
        n_marks = self.sums.tables.subject.grid.n_marks
        kind = np.searchsorted(self.sums.kind_keys, tables.requests.number * n_marks + tables.requests.mark)
        kept = tables.requests.cell * n_kinds + kind
        times = np.zeros((len(kept), len(timed)), dtype=np.int64)
        for column, place in enumerate(timed.tolist()):
            times[:, column] = binned(at, self._of(place), size=len(starts) * n_kinds)[kept]
        return replace(
            tables,
            subject=replace(tables.subject, timed_models=timed),
            requests=replace(tables.requests, latency_us=times),
        )

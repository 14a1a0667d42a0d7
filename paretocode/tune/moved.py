"""How many requests would another map serve by another model? Traffic that moves, counted once and added by bands.

Whether a request moves depends on its cell, its kind and the model that serves it today, so counts by these three are
enough, and what moves is a sum over bands like any other: it can be searched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IndexColumn, IntColumn
from paretocode._counting import summed
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables import TableSubject, routed_levels
from paretocode.sim.tables.tabulate import keys_of
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap
from paretocode.tune.edges.space import SearchSpace
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.per_request import served_models

__all__ = ["MOVED", "MovedTraffic", "ServedCount", "ServedCounts"]

MOVED = "n_moved"
"""The metric: requests that another model serves than today, or nobody."""

_UNKNOWN = -2
"""Place of a model outside the order of score: no map of a search can serve by it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ServedCounts:
    """Requests by cell, kind and today's model, as one number each; those of parts of a log add up."""

    key: IntColumn
    n: IntColumn

    def __add__(self, other: ServedCounts) -> ServedCounts:
        """Return the counts of both parts; exact."""
        (key,), (n,) = summed([np.append(self.key, other.key)], [np.append(self.n, other.n)])
        return ServedCounts(key=key, n=n)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedCount:
    """Counts a log by cell, kind and the model that serves it today.

    Parameters
    ----------
    subject
        Of the setting's tables in the world at hand.
    kind_of_class, n_kinds
        Of its choices.
    """

    subject: TableSubject
    kind_of_class: IntColumn
    n_kinds: int
    incumbent: TierMap

    @classmethod
    def of(cls, space: SearchSpace, incumbent: TierMap) -> ServedCount:
        """Return the count that goes with a setting's graph; its first scenario is the world at hand."""
        choices = space.choices[0]
        return cls(
            subject=space.metrics[0].tables.subject,
            kind_of_class=choices.kind_of_class,
            n_kinds=choices.n_kinds,
            incumbent=incumbent,
        )

    def __call__(self, stream: RequestStream) -> ServedCounts:
        """Count a stream of whole sessions. O(n log n)."""
        return self.by_model(stream, served_models(stream, self.incumbent, self.subject.models.catalogue))

    def by_model(self, stream: RequestStream, model: IndexColumn) -> ServedCounts:
        """Count a stream whose requests are served by these rows of the catalogue, or `UNSERVED`; shape (n,)."""
        models = self.subject.models
        level = routed_levels(stream, models.policy, default_is_highest=self.subject.default_is_highest)
        cell, number, _ = keys_of(stream, level, self.subject)
        place_of_row = np.full(len(models.catalogue) + 1, _UNKNOWN, dtype=np.int64)
        place_of_row[models.row] = np.arange(len(models))
        place_of_row[-1] = UNSERVED
        kind = cell * self.n_kinds + self.kind_of_class[number]
        key, n = np.unique(kind * _n_places(self.subject) + place_of_row[model] - _UNKNOWN, return_counts=True)
        return ServedCounts(key=key, n=n)


def _n_places(subject: TableSubject) -> int:
    return len(subject.models) - _UNKNOWN


class MovedTraffic:
    """The requests of one setting by cell, kind and today's model.

    Parameters
    ----------
    space
        The setting's graph; its first scenario is the world at hand.
    counts
        Of `ServedCount.of` it.
    """

    def __init__(self, space: SearchSpace, counts: ServedCounts) -> None:
        self.space, self.n = space, counts.n
        subject = space.metrics[0].tables.subject
        self.n_cells = subject.grid.n_cells
        rest, place = np.divmod(counts.key, _n_places(subject))
        self.place = place + _UNKNOWN
        self.cell, self.kind = np.divmod(rest, space.choices[0].n_kinds)

    @cached_property
    def by_arc(self) -> IntColumn:
        """Shape (n_arcs,): requests of each band that it would serve by another model. O(kinds x (cells + arcs))."""
        space = self.space
        low, high = space.lattice.cell[space.low], space.lattice.cell[space.high]
        models = space.models[:, space.kinds_of(0)]
        moved: IntColumn = self._below(self.cell, self.n)[high] - self._below(self.cell, self.n)[low]
        for kind in np.unique(self.kind).tolist():
            mine = self.kind == kind
            chosen = models[space.row, kind]
            for place in np.unique(self.place[mine]).tolist():
                same = mine & (self.place == place)
                below = self._below(self.cell[same], self.n[same])
                moved -= (below[high] - below[low]) * (chosen == place)
        return moved

    def _below(self, cell: IntColumn, n: IntColumn) -> IntColumn:
        """Return shape (n_cells + 1,): the requests below each cell."""
        return np.concatenate(([0], np.cumsum(np.bincount(cell, weights=n, minlength=self.n_cells).astype(np.int64))))

    def share(self, arcs: NDArray[np.int32]) -> float:
        """Return the share of all requests that a map moves."""
        return int(self.by_arc[arcs].sum()) / int(self.n.sum())

    def graph(self) -> BandGraph:
        """Return the setting's graph with what moves as one more metric."""
        graph = self.space.graph
        return BandGraph(
            n_nodes=graph.n_nodes,
            tail=graph.tail,
            head=graph.head,
            metrics=(*graph.metrics, MOVED),
            values=np.column_stack((graph.values, self.by_arc)),
        )

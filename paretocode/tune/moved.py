"""How many requests would another map serve by another model? Traffic that moves, counted once and added by bands.

Whether a request moves depends on its cell, its kind and the model that serves it today, so counts by these three are
enough, and what moves is a sum over bands like any other: it can be searched.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IndexColumn, IntColumn
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables import routed_levels
from paretocode.sim.tables.tabulate import keys_of
from paretocode.stream.stream import RequestStream
from paretocode.tune.edges.space import SearchSpace
from paretocode.tune.paths.graph import BandGraph

__all__ = ["MOVED", "MovedTraffic"]

MOVED = "n_moved"
"""The metric: requests that another model serves than today, or nobody."""

_UNKNOWN = -2
"""Place of a model outside the order of score: no map of a search can serve by it."""


class MovedTraffic:
    """The requests of one setting by cell, kind and today's model.

    Parameters
    ----------
    space
        The setting's graph; its first scenario is the world at hand.
    stream
        The log that was counted.
    model
        Shape (n_requests,): the catalogue row that serves each request today without stickiness, or `UNSERVED`.
    """

    def __init__(self, space: SearchSpace, stream: RequestStream, model: IndexColumn) -> None:
        self.space = space
        tables = space.metrics[0].tables
        models, self.n_cells = tables.subject.models, tables.subject.grid.n_cells
        level = routed_levels(stream, models.policy, default_is_highest=tables.subject.default_is_highest)
        cell, number, _ = keys_of(stream, level, tables.subject)
        kind = space.choices[0].kind_of_class[number]
        place_of_row = np.full(len(models.catalogue) + 1, _UNKNOWN, dtype=np.int64)
        place_of_row[models.row] = np.arange(len(models))
        place_of_row[-1] = UNSERVED
        self.n_places = len(models) - _UNKNOWN
        key = (cell * space.choices[0].n_kinds + kind) * self.n_places + place_of_row[model] - _UNKNOWN
        keys, self.n = np.unique(key, return_counts=True)
        rest, place = np.divmod(keys, self.n_places)
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

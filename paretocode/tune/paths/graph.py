"""What is searched? All maps as the paths of a small graph whose arcs are bands and carry what each band adds up to.

A map is a chain of bands from one end of the score axis to the other. A *node* is a place where a band may end,
together with whatever the bands beyond need to know of it; an *arc* is a band. Every additive metric of a map (money,
shortfall, jumps ...) is the sum of its arcs' whole numbers, so the best map is a shortest path, and the frontier of
maps is the frontier of paths. What the bands mean stands in the `payload` of the graph; the search never looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IndexColumn, IntColumn, one_of, read_only
from paretocode.errors import InputError

__all__ = ["BandGraph"]

_MOST = 2**62


@dataclass(frozen=True, kw_only=True, eq=False)
class BandGraph:
    """A directed graph without cycles; a map of k bands is a path of k arcs from node 0 to the last node.

    Parameters
    ----------
    n_nodes
        At least 2.
    tail, head
        Shape (n_arcs,): the nodes that an arc leads from and to, tail < head; sorted by (head, tail). Two arcs may
        join the same nodes.
    metrics
        Name of each additive metric.
    values
        Shape (n_arcs, n_metrics): what a band adds to each metric; whole numbers >= 0, less is better.

    Raises
    ------
    InputError
        Arrays that do not fit each other, arcs out of order or backwards, or a negative value.

    Examples
    --------
    >>> graph = BandGraph(n_nodes=3, tail=np.array([0, 0, 1]), head=np.array([1, 2, 2]), metrics=("cost", "jumps"),
    ...                   values=np.array([[1, 0], [9, 0], [2, 5]]))
    >>> graph.n_arcs, graph.arcs_into(2)
    (3, slice(1, 3, None))
    """

    n_nodes: int
    tail: IndexColumn
    head: IndexColumn
    metrics: tuple[str, ...]
    values: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.tail.shape != self.head.shape or self.values.shape != (len(self.tail), len(self.metrics)):
            raise InputError(
                f"tail has shape {self.tail.shape}, head {self.head.shape} and values {self.values.shape}",
                where="band graph",
                way_out="give a row per arc and a column per metric",
            )
        order = self.head.astype(np.int64) * self.n_nodes + self.tail
        if self.n_nodes < 2 or (len(order) and (self.tail.min() < 0 or self.head.max() >= self.n_nodes)):
            raise InputError("an arc leaves the graph", where="band graph", way_out="number the nodes from 0")
        if (self.tail >= self.head).any() or (order[1:] < order[:-1]).any():
            raise InputError(
                "arcs run backwards or out of order", where="band graph", way_out="sort them by (head, tail)"
            )
        if len(order) and self.values.min() < 0:
            raise InputError(
                f"{self.metrics[int(np.argmin(self.values.min(axis=0)))]} is negative for some band",
                where="band graph",
                way_out="give metrics of which less is better, >= 0",
            )

    def refuse_overflow(self, n_bands: int) -> None:
        """Refuse a search whose sums might not fit 62 bits.

        Raises
        ------
        InputError
            With the metric and its largest value.
        """
        if self.n_arcs and int(self.values.max()) * n_bands >= _MOST:
            metric = int(np.argmax(self.values.max(axis=0)))
            raise InputError(
                f"{self.metrics[metric]} of one band comes to {int(self.values.max()):,}, "
                f"and {n_bands} such bands do not fit 62 bits",
                where="search",
                way_out="search a part of the stream, or check the units of tokens and prices",
            )

    @property
    def n_arcs(self) -> int:
        """Number of arcs."""
        return len(self.tail)

    @cached_property
    def starts(self) -> IntColumn:
        """Shape (n_nodes + 1,): arcs starts[v] .. starts[v + 1] - 1 lead into node v."""
        return read_only(np.searchsorted(self.head, np.arange(self.n_nodes + 1), side="left"))

    def arcs_into(self, node: int) -> slice:
        """Return the arcs that lead into a node."""
        return slice(int(self.starts[node]), int(self.starts[node + 1]))

    def column(self, metric: str) -> int:
        """Return the position of a metric.

        Raises
        ------
        InputError
            A metric that the graph does not carry: it was not tabulated, or it does not add up over bands.
        """
        return self.metrics.index(one_of(metric, self.metrics, name="metric", where="search"))

    def totals_of(self, arcs: IntColumn | IndexColumn) -> NDArray[np.int64]:
        """Return all metrics of maps given by their arcs: shape (n_maps, n_bands) -> (n_maps, n_metrics)."""
        totals: NDArray[np.int64] = self.values[arcs].sum(axis=1)
        return totals

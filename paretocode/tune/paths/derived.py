"""How does a sum of metrics become a metric? The same graph under other columns, so that every search can read them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.scalar import weighted_sum

__all__ = ["combined"]


def combined(graph: BandGraph, columns: Mapping[str, Mapping[str, int]]) -> BandGraph:
    """Return the graph with other columns, each a weighted sum of its own.

    Parameters
    ----------
    graph
        Whose maps are meant; it is left as it is.
    columns
        New name -> metric -> whole number >= 0, not all 0. Nothing else is carried over: name what is still wanted as
        ``{"cost": {"cost": 1}}``.

    Returns
    -------
    BandGraph
        The same arcs in the same order, so that a path of one is a path of the other.

    Raises
    ------
    UsageError
        A weight that is negative or not whole, or weights that are all 0.
    InputError
        An unknown metric, or a sum of one band that does not fit 62 bits.

    Notes
    -----
    A total is a sum over arcs, and a weighted sum of totals is the total of the weighted sums: what is best in a new
    column is best in the sum, exactly. O(n_arcs x metrics named).

    Examples
    --------
    A metric may stand in several sums, and the one left out is gone.

    >>> graph = BandGraph(n_nodes=2, tail=np.array([0]), head=np.array([1]), metrics=("a", "b", "c"),
    ...                   values=np.array([[7, 2, 5]]))
    >>> made = combined(graph, {"both": {"a": 1, "b": 3}, "a": {"a": 1}})
    >>> made.metrics, made.values.tolist()
    (('both', 'a'), [[13, 7]])
    """
    values = np.empty((graph.n_arcs, len(columns)), dtype=np.int64)
    for at, weights in enumerate(columns.values()):
        # A sum looks through its whole graph for numbers that are too large, so it gets one of its own metrics.
        values[:, at] = weighted_sum(_with(graph, tuple(weights)), weights, n_bands=1)
    return BandGraph(n_nodes=graph.n_nodes, tail=graph.tail, head=graph.head, metrics=tuple(columns), values=values)


def _with(graph: BandGraph, metrics: tuple[str, ...]) -> BandGraph:
    """Return the graph with some of its metrics."""
    values = graph.values[:, [graph.column(metric) for metric in metrics]]
    return BandGraph(n_nodes=graph.n_nodes, tail=graph.tail, head=graph.head, metrics=metrics, values=values)

"""What exactly does a search for the frontier of maps ask? Checked once, and put into columns.

The vectors of the search have a column for each searched metric and, behind them, one for each metric that is limited
without being searched: two ways to a node may be dropped for one another only if no limit can tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import UsageError
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST, least_from_start, least_to_end, refuse_no_bands

__all__ = ["Asked", "asked_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """What is asked of a graph.

    Parameters
    ----------
    n_bands
        Numbers of bands, rising.
    searched
        The metrics that decide; the first columns of the vectors.
    limits, epsilon
        As given.
    values
        Shape (n_arcs, n_columns): what each arc adds.
    bounds
        Shape (n_columns,): largest allowed total; 2^62, which no total reaches, without a limit.
    is_reached
        Shape (deepest + 1, n_nodes): whether some path of so many arcs leads from node 0 to the node.
    least
        Shape (deepest + 1, n_nodes, n_columns): least total to the end with so many arcs; 2^62 where there is no way.
    """

    graph: BandGraph
    n_bands: tuple[int, ...]
    searched: tuple[str, ...]
    limits: Mapping[str, int]
    epsilon: Mapping[str, int]
    values: NDArray[np.int64]
    bounds: IntColumn
    is_reached: BoolColumn
    least: NDArray[np.int64]

    @property
    def deepest(self) -> int:
        """Most arcs that any path of the search may have: what is asked, but no path is longer than the nodes allow."""
        return len(self.least) - 1

    @property
    def slack(self) -> tuple[int, ...]:
        """For each searched metric the amount that pruning may lose."""
        return tuple(int(self.epsilon.get(metric, 0)) for metric in self.searched)

    @property
    def widths(self) -> IntColumn:
        """Shape (n_columns,): cells in which one label stands for all; 1 is full resolution.

        A cell of width w loses at most w - 1, and cells are used in the layers 2 .. deepest - 1: before there is
        nothing to thin out, and the last layer is the answer.
        """
        n_thinned = max(1, self.deepest - 2)
        widths = np.ones(self.values.shape[1], dtype=np.int64)
        widths[: len(self.searched)] = [min(amount, MOST) // n_thinned + 1 for amount in self.slack]
        return widths

    def nodes_at(self, n_arcs: int) -> IntColumn:
        """Return the nodes that some path passes after so many arcs that ends with an asked number of them."""
        left = [n - n_arcs for n in self._asked_from(n_arcs)]
        return np.flatnonzero(self.is_reached[n_arcs] & (self.least[left, :, 0].min(axis=0, initial=MOST) < MOST))

    def may_keep_limits(self, vectors: NDArray[np.int64], n_arcs: int, node: int) -> BoolColumn:
        """Whether each partial map can be completed so that every single limit is kept."""
        left = [n - n_arcs for n in self._asked_from(n_arcs)]
        completions = self.least[left, node]
        keeps = np.zeros(len(vectors), dtype=np.bool_)
        for completion in completions[completions[:, 0] < MOST]:
            keeps |= (vectors <= self.bounds - completion).all(axis=1)
        return keeps

    def _asked_from(self, n_arcs: int) -> list[int]:
        return [n for n in self.n_bands if n_arcs <= n <= self.deepest]


def asked_of(
    graph: BandGraph,
    n_bands: int | Sequence[int],
    metrics: Sequence[str],
    limits: Mapping[str, int],
    epsilon: Mapping[str, int],
) -> Asked:
    """Check what is asked and return it in columns.

    Raises
    ------
    UsageError
        No number of bands or one below 1, no metric or one twice, a limit or slack that is negative or not whole, or
        slack on a metric that is not searched.
    InputError
        A metric that the graph does not carry, or sums that do not fit 62 bits.
    """
    numbers, searched = _numbers(n_bands), _searched(graph, metrics)
    for metric in [*limits, *epsilon]:
        graph.column(metric)
    _refuse_amounts("limit", limits)
    _refuse_amounts("epsilon", epsilon)
    for metric in epsilon:
        if metric not in searched:
            raise UsageError(
                f"epsilon is given for {metric}, which is not searched",
                where="search",
                way_out=f"give it for {', '.join(searched)}, or search {metric} too",
            )
    deepest = min(numbers[-1], graph.n_nodes - 1)
    graph.refuse_overflow(deepest)
    carried = [metric for metric in graph.metrics if metric in limits and metric not in searched]
    columns = [graph.column(metric) for metric in (*searched, *carried)]
    values = np.ascontiguousarray(graph.values[:, columns], dtype=np.int64)
    return Asked(
        graph=graph,
        n_bands=numbers,
        searched=searched,
        limits=limits,
        epsilon=epsilon,
        values=values,
        bounds=np.array([min(limits.get(metric, MOST), MOST) for metric in (*searched, *carried)], dtype=np.int64),
        is_reached=least_from_start(graph, values[:, 0], deepest) < MOST,
        least=np.stack([least_to_end(graph, values[:, k], deepest) for k in range(len(columns))], axis=2),
    )


def _numbers(n_bands: int | Sequence[int]) -> tuple[int, ...]:
    numbers = list(n_bands) if isinstance(n_bands, Iterable) else [n_bands]
    if not numbers:
        raise UsageError("no number of bands was asked for", where="search", way_out="name at least one")
    for number in numbers:
        if not isinstance(number, int | np.integer):
            raise UsageError(f"n_bands is {number!r}", where="search", way_out="give whole numbers")
        refuse_no_bands(number)
    return tuple(sorted({int(number) for number in numbers}))


def _searched(graph: BandGraph, metrics: Sequence[str]) -> tuple[str, ...]:
    searched = (metrics,) if isinstance(metrics, str) else tuple(metrics)
    if not searched:
        raise UsageError("no metric was named", where="search", way_out=f"name some of {', '.join(graph.metrics)}")
    for metric in searched:
        graph.column(metric)
        if searched.count(metric) > 1:
            raise UsageError(f"{metric} was named twice", where="search", way_out="name each metric once")
    return searched


def _refuse_amounts(name: str, amounts: Mapping[str, int]) -> None:
    for metric, amount in amounts.items():
        if not isinstance(amount, int | np.integer) or amount < 0:
            raise UsageError(
                f"the {name} of {metric} is {amount!r}", where="search", way_out="give a whole number, 0 or more"
            )

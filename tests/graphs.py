"""Small band graphs for the tests of the searches: ties, parallel arcs, dead ends; and chains as edges make them."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from paretocode.tune.paths.graph import BandGraph

METRICS = ("cost", "shortfall", "jumps", "latency", "overs", "unserved")


def graph_of(n_nodes: int, arcs: list[tuple[int, int]], values: object, *, n_metrics: int) -> BandGraph:
    """Return a graph from (tail, head) pairs in any order and a row of values for each."""
    pairs = np.array(arcs, dtype=np.int32).reshape(-1, 2)
    table = np.array(values, dtype=np.int64).reshape(-1, n_metrics)
    order = np.lexsort((pairs[:, 0], pairs[:, 1]))
    return BandGraph(
        n_nodes=n_nodes,
        tail=pairs[order, 0],
        head=pairs[order, 1],
        metrics=METRICS[:n_metrics],
        values=table[order],
    )


@st.composite
def band_graphs(
    draw: st.DrawFn, *, max_nodes: int = 6, max_arcs: int = 24, n_metrics: int | None = None, largest: int = 3
) -> BandGraph:
    """Any graph of a few nodes: parallel arcs, nodes that lead nowhere or that nothing leads to, tiny whole numbers.

    How often each pair of nodes is joined is drawn, not which arcs there are: lists of random arcs hold no path at all
    four times in five, and a property that sees no path proves nothing.
    """
    n_nodes = draw(st.sampled_from(range(2, max_nodes + 1)))
    n_columns = draw(st.integers(1, 3)) if n_metrics is None else n_metrics
    pairs = [(tail, head) for head in range(n_nodes) for tail in range(head)]
    times = draw(st.lists(st.sampled_from([1, 1, 0, 2]), min_size=len(pairs), max_size=len(pairs)))
    arcs = [pair for pair, n_arcs in zip(pairs, times, strict=True) for _ in range(n_arcs)][-max_arcs:]
    n_values = len(arcs) * n_columns
    values = draw(st.lists(st.integers(0, largest), min_size=n_values, max_size=n_values))
    return graph_of(n_nodes, arcs, values, n_metrics=n_columns)


def chain_graph(n_edges: int, n_metrics: int, rng: np.random.Generator | int) -> BandGraph:
    """Return the graph of n_edges candidate edges: nodes 0 .. n_edges + 1 and a band for every pair of them.

    The values look like a router's: a band costs what its requests cost, and more the higher its upper end (metrics of
    even index) or the lower its lower end (odd), plus a little noise, so that metrics pull against each other.
    """
    rng = np.random.default_rng(rng)
    n_nodes = n_edges + 2
    head, tail = np.tril_indices(n_nodes, k=-1)
    mass = np.concatenate(([0], rng.integers(0, 1000, size=n_nodes - 1).cumsum()))
    length = mass[head] - mass[tail]
    values = np.empty((len(head), n_metrics), dtype=np.int64)
    for metric in range(n_metrics):
        level = head if metric % 2 == 0 else n_nodes - tail
        values[:, metric] = length * level * (metric + 1) + rng.integers(0, 100, size=len(head))
    return BandGraph(
        n_nodes=n_nodes,
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        metrics=METRICS[:n_metrics],
        values=values,
    )

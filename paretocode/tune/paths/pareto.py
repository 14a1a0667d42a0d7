"""Which maps are worth having? The whole frontier over any additive metrics, by dynamic programming over labels.

L_b[v], the labels of node v after b arcs, are the vectors of metrics of all paths of b arcs from node 0 to v that no
other such path dominates:

    L_0[0] = {0},   L_b[v] = nondominated( union over arcs u -> v of L_{b-1}[u] + values of the arc )

This is right because all metrics add up (Bellman, 1958; for several metrics Hansen, 1980): a path that goes on from a
dominated label is dominated by the same continuation of the dominator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from paretocode._checks import read_only
from paretocode.tune.paths._asked import Asked, asked_of
from paretocode.tune.paths._labels import Labels, undominated
from paretocode.tune.paths._layers import Progress, Trail, labels_at_the_end, paths_of
from paretocode.tune.paths.found import FoundMaps, Verdict
from paretocode.tune.paths.graph import BandGraph

__all__ = ["MOST_LABELS", "frontier_of_maps"]

MOST_LABELS = 20_000_000
"""Partial maps that a search keeps at most unless told otherwise: some 400 MB of them."""


def frontier_of_maps(
    graph: BandGraph,
    *,
    n_bands: int | Sequence[int],
    metrics: Sequence[str],
    limits: Mapping[str, int] | None = None,
    epsilon: Mapping[str, int] | None = None,
    most_labels: int = MOST_LABELS,
    progress: Progress | None = None,
) -> tuple[FoundMaps, ...]:
    """Return the maps that no other map of as many bands dominates, for each number of bands, rising.

    Parameters
    ----------
    graph
        All maps, as paths.
    n_bands
        One number or several, each >= 1; a number given twice counts once.
    metrics
        The metrics that decide, less is better, each once. Any number; more than three cost more time and give more
        maps.
    limits
        Largest allowed total of any metric of the graph, searched or not, inclusive, >= 0.
    epsilon
        For searched metrics the amount, >= 0, by which the answer may be worse; metrics left out are exact.
    most_labels
        Refuse to keep more partial maps than this; one takes 12 bytes to the end, and some dozens more while its layer
        or the next is built.
    progress
        Called after every node with nodes done, nodes in all, and partial maps kept. What it raises passes through, as
        does an interrupt.

    Returns
    -------
    One `FoundMaps` per number of bands: a map for each distinct vector, in lexicographic order. Of maps with equal
    vectors the one shown has the least totals in limited metrics that are not searched, and then, without epsilon, the
    lowest arcs, read from the end. No map: `Verdict.NO_MAP`.

    Raises
    ------
    UsageError
        Numbers of bands, metrics, limits or slacks that do not make a question.
    InputError
        A metric that the graph does not carry, sums that do not fit 62 bits, or more than `most_labels` labels.

    Notes
    -----
    *Sharing.* `n_sharing` is the number of maps with exactly these totals, though dominated ways are forgotten: a map
    that passes through a dominated label is itself dominated, so none that counts is lost, and a map that breaks a
    limit does not count. It is a lower bound in two cases: with a limit on a metric that is not searched (maps that
    share the searched totals and are dominated in the limited metric are dropped) and with epsilon.

    *Limits.* A label goes if, with the least that can follow in some single metric, it breaks the limit. A metric that
    is limited but not searched is one more column in which dominance is asked for, until the last layer is filtered.

    *Epsilon.* With n the most bands asked for, the slack e of a metric is shared by the n - 2 layers between first and
    last: among labels of one node that fall into the same cell of width w = e // (n - 2) + 1, the first stays.
    Guarantee: every map of the grid that keeps the limits, lowered by the slack in searched metrics, has a map in the
    answer that is at most e worse in each searched metric. Proof, by induction over layers: let x be the vector of the
    map's first b arcs, and y <= x + s a label kept at the same node, s the loss so far (0 in columns without epsilon).
    With the next arc y becomes a candidate, at most s above; a label that is nowhere larger survives the filter, and
    the limits, by the lowering; and the label kept for its cell is at most w - 1 above it. Over all layers that is
    (n - 2)(w - 1) <= e. If this leaves no map at all, the search runs again with limited metrics exact, so that
    `NO_MAP` is always true, and the slack that was used stands in the answer.

    *Time.* O(c log c) for c candidates, the sum over layers and arcs of the labels at the tail, for up to three
    columns; more columns as in `nondominated_rows`. The number of labels can grow as that of maps, on integers at most
    as the product of the ranges of all columns but one.

    Hansen, P. (1980), Bicriterion path problems. Warburton, A. (1987), Approximation of Pareto optima in multiple-
    objective shortest-path problems (the cells).

    Examples
    --------
    Of three maps with two bands, two tie at (5, 5) and the third is dominated by them; there is one map of one band.

    >>> import numpy as np
    >>> graph = BandGraph(n_nodes=4, tail=np.array([0, 0, 0, 1, 1, 2]), head=np.array([1, 2, 3, 3, 3, 3]),
    ...                   metrics=("cost", "jumps"), values=np.array([[1, 1], [2, 3], [9, 0], [4, 4], [4, 5], [3, 2]]))
    >>> one, two = frontier_of_maps(graph, n_bands=[2, 1], metrics=["cost", "jumps"])
    >>> one.searched_totals.tolist(), two.searched_totals.tolist(), two.arcs.tolist(), two.n_sharing.tolist()
    ([[9, 0]], [[5, 5]], [[0, 3]], [2])
    >>> frontier_of_maps(graph, n_bands=2, metrics=["cost"], limits={"jumps": 4})[0].verdict.name
    'NO_MAP'
    """
    asked = asked_of(graph, n_bands, metrics, limits or {}, epsilon or {})
    found = _answers(asked, most_labels, progress)
    exact = {metric: slack for metric, slack in asked.epsilon.items() if metric not in asked.limits}
    doubtful = [n for n in asked.n_bands if not len(found[n])]
    if doubtful and len(exact) < len(asked.epsilon):
        # Of two labels in a cell the one that stayed may break, in the end, limits that the other would have kept.
        again = frontier_of_maps(
            graph,
            n_bands=doubtful,
            metrics=metrics,
            limits=limits,
            epsilon=exact,
            most_labels=most_labels,
            progress=progress,
        )
        found |= {each.n_bands: each for each in again}
    return tuple(found[n] for n in asked.n_bands)


def _answers(asked: Asked, most_labels: int, progress: Progress | None) -> dict[int, FoundMaps]:
    n_columns = asked.values.shape[1]
    found = {n: _found_maps(asked, n, Labels.none(n_columns), []) for n in asked.n_bands}
    for n, ends, trail in labels_at_the_end(asked, most_labels, progress):
        found[n] = _found_maps(asked, n, ends, trail)
    return found


def _found_maps(asked: Asked, n_bands: int, ends: Labels, trail: Trail) -> FoundMaps:
    """Return the maps of the labels at the end, less those that only a limited metric held apart."""
    n_searched = len(asked.searched)
    last = undominated(replace(ends, vectors=ends.vectors[:, :n_searched]))
    proven = Verdict.WITHIN_EPSILON if any(asked.slack) else Verdict.EXACT
    return FoundMaps(
        graph=asked.graph,
        n_bands=n_bands,
        searched=asked.searched,
        arcs=read_only(paths_of(last, trail, n_bands)),
        n_sharing=read_only(last.counts),
        slack=asked.slack,
        verdict=proven if len(last) else Verdict.NO_MAP,
    )

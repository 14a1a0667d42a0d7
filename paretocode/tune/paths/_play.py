"""Which mix of worlds is hardest to please? Weights under which the best map bounds the least worst case from below.

For any weights y >= 0, not all 0, the worst case of a map is at least the y-weighted mean of its levels, so the
shortest path of the mean bounds what any map can reach. Good weights come from playing the game: the maps answer the
worlds seen so far, the worlds answer with the one in which that map does worst (Brown, 1951; Robinson, 1951, proved
that this converges to the value of the game).
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from paretocode._checks import IntColumn
from paretocode.tune.paths._levels import Levels
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST, least_from_start
from paretocode.tune.paths.scalar import path_back

__all__ = ["played"]

_MOST_ROUNDS = 40


def played(graph: BandGraph, levels: Levels, n_bands: int) -> tuple[list[int], list[list[int]]]:
    """Return the weights with the highest bound, and the maps met on the way.

    Parameters
    ----------
    graph
        Its first columns are the worlds; some path has n_bands arcs.
    levels
        What a total is worth in each world.

    Returns
    -------
    A whole number >= 0 for each world, all 0 where no mean fits 62 bits; and paths, one for each round.

    Notes
    -----
    At most 40 shortest paths. Whole numbers only: bounds are compared as fractions.
    """
    n_worlds = len(levels.base)
    best, best_bound = [0] * n_worlds, Fraction(-(2**200))
    paths: list[list[int]] = []
    weights, tried = [0] * n_worlds, [1] * n_worlds
    for _ in range(_MOST_ROUNDS):
        summed = _mean(graph, levels, tried, n_bands)
        if summed is None:
            break
        path = path_back(graph, n_bands, summed, least_from_start(graph, summed, n_bands))
        paths.append(path)
        bound = Fraction(int(summed[path].sum()) - levels.offset(tried), sum(tried))
        if bound > best_bound:
            best, best_bound = list(tried), bound
        each = levels.of(graph.values[path, :n_worlds].sum(axis=0)[None])[0]
        if n_worlds == 1 or max(each.tolist()) <= bound:
            break  # this map reaches the bound
        # The first round asks all worlds alike, which also serves as a bound; the game itself starts from nothing.
        weights[int(np.argmax(each))] += 1
        tried = weights
    return best, paths


def _mean(graph: BandGraph, levels: Levels, weights: list[int], n_bands: int) -> IntColumn | None:
    """Return the weighted sum of the worlds on each arc; None where it does not fit."""
    heavy = [weight * scale for weight, scale in zip(weights, levels.scale, strict=True)]
    largest = graph.values[:, : len(weights)].max(axis=0, initial=0).tolist()
    if n_bands * sum(weight * most for weight, most in zip(heavy, largest, strict=True)) >= MOST or max(heavy) >= MOST:
        return None
    summed: IntColumn = graph.values[:, : len(weights)] @ np.array(heavy, dtype=np.int64)
    return summed

"""How much of a limit is a metric worth? One weighted sum whose shortest path nearly keeps every limit.

A map that keeps the limits has metric x + sum of y_m (R_m - limit_m) <= metric x for any y >= 0, so the shortest path
of that sum bounds the best such map from below (Lagrangian relaxation). Any weights give a valid bound; good ones let
a search look at a thousandth of the branches. They are whole numbers, so the bound is exact.
"""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import least_from_start
from paretocode.tune.paths.scalar import path_back

__all__ = ["tight_mix"]

_MOST_ROUNDS, _BITS = 30, 61


def tight_mix(graph: BandGraph, table: NDArray[np.int64], limits: IntColumn, n_bands: int) -> IntColumn:
    """Return the weights of the columns of `table`: whole numbers, the first above 0.

    Parameters
    ----------
    graph
        Where the paths run; some path has n_bands arcs.
    table
        Shape (n_arcs, 1 + n_limits): the metric to minimise, then the limited ones.
    limits
        Shape (n_limits,): most total of each.

    Notes
    -----
    For one limit the line through the cheapest and the most frugal path is turned until no path lies below it
    (Juettner, Szviatovszki, Mecs and Rajko, 2001, "LARAC"); several limits take turns, twice. At most 60 shortest
    paths a limit, usually 10.
    """
    weights = [1] + [0] * len(limits)
    for _ in range(2 if len(limits) > 1 else 1):
        for column, limit in enumerate(limits.tolist(), start=1):
            weights = _turned(graph, table, weights, column, limit, n_bands)
    return np.array(weights, dtype=np.int64)


def _turned(  # noqa: PLR0917 - the parts of one step
    graph: BandGraph, table: NDArray[np.int64], weights: list[int], column: int, limit: int, n_bands: int
) -> list[int]:
    """Return the weights with that of one column chosen anew."""
    base = [0 if i == column else weight for i, weight in enumerate(weights)]
    unit = [int(i == column) for i in range(len(weights))]
    cheap, frugal = (_shortest(graph, table, each, n_bands) for each in (base, unit))
    if cheap[column] <= limit or frugal[column] > limit:
        return base  # the limit costs nothing, or no map keeps it
    best = base
    for _ in range(_MOST_ROUNDS):
        ahead, behind = cheap[column] - frugal[column], _dot(base, frugal) - _dot(base, cheap)
        mixed = _small(table, [ahead * b + behind * u for b, u in zip(base, unit, strict=True)], n_bands)
        if not mixed[0] or not mixed[column]:
            break  # rounded away, or the frugal path is as cheap
        best = mixed
        found = _shortest(graph, table, mixed, n_bands)
        if _dot(mixed, found) >= min(_dot(mixed, cheap), _dot(mixed, frugal)):
            break
        cheap, frugal = (cheap, found) if found[column] <= limit else (found, frugal)
    return best


def _shortest(graph: BandGraph, table: NDArray[np.int64], weights: list[int], n_bands: int) -> list[int]:
    """Return the totals of the columns on the shortest path."""
    summed: IntColumn = table @ np.array(weights, dtype=np.int64)
    path = path_back(graph, n_bands, summed, least_from_start(graph, summed, n_bands))
    totals: list[int] = table[path].sum(axis=0).tolist()
    return totals


def _small(table: NDArray[np.int64], weights: list[int], n_bands: int) -> list[int]:
    """Return weights in nearly the same proportions whose sums fit 62 bits."""
    divisor = gcd(*weights) or 1
    weights = [weight // divisor for weight in weights]
    heaviest = n_bands * _dot(weights, table.max(axis=0).tolist())
    shift = max(0, heaviest.bit_length() - _BITS)
    return [weight >> shift for weight in weights]


def _dot(weights: list[int], totals: list[int]) -> int:
    return sum(weight * total for weight, total in zip(weights, totals, strict=True))

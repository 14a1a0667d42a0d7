"""What does a band add up to? The totals of many bands at once, from prefix sums over cells.

A band takes the requests of the cells from its lower to its upper edge and decides each kind by its row of choices. Its
requests add up cell by cell; pairs that lie in it whole give back what the cache of their common model holds; pairs
that enter it from below are its tier changes. Pairs that straddle bands count as cold, which is exact where different
tiers serve different models, and an upper bound of the bill where they share one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn
from paretocode.sim.tables._band_pairs import take_pairs
from paretocode.sim.tables._band_requests import add_requests
from paretocode.sim.tables._band_set import BandSet
from paretocode.sim.tables.metrics import TableMetrics

__all__ = ["BandSet", "band_values", "n_within", "near_edge_counts"]


def band_values(metrics: TableMetrics, bands: BandSet, *, near_edge: IntColumn) -> NDArray[np.int64]:
    """Return what each band adds to each metric.

    Parameters
    ----------
    bands
        Where each band lies and what it decides.
    near_edge
        Shape (n_bands,): how many requests lie near the lower edge of each band; see `near_edge_counts`.

    Returns
    -------
    values
        Shape (n_bands, n_metrics), whole numbers. The metrics of edges are charged to the band above the edge.

    Notes
    -----
    Every metric of a map is the sum over its bands but ``cost_pusd``, ``fresh_tokens``, ``latency_us`` and
    ``n_above:...``: what a cache saves on a pair of requests that two bands serve with one model is left out. These
    four are exact without caches and wherever no two tiers share a model, as under the eligibility ``tier`` when
    nothing is handed on; else the sum is never less than the total where no cached token costs more than a fresh one.

    O(kinds x models x rows of a kind) for requests, O(rows of choices x pairs) for pairs, O(bands + cells^2) for edges.
    """
    values = np.zeros((len(bands.low), len(metrics.names)), dtype=np.int64)
    add_requests(values, metrics, bands)
    take_pairs(values, metrics, bands)
    _set_edges(values, metrics, bands, near_edge)
    return values


def _set_edges(values: NDArray[np.int64], metrics: TableMetrics, bands: BandSet, near_edge: IntColumn) -> None:
    pairs, n_cells, names = metrics.tables.pairs, metrics.tables.subject.grid.n_cells, metrics.names
    lowest, highest = np.minimum(pairs.cell_before, pairs.cell), np.maximum(pairs.cell_before, pairs.cell)
    if "n_tier_changes" in names:
        stay = _block_counts(lowest, highest, pairs.n, n_cells)
        entering = stay[0]
        values[:, names.index("n_tier_changes")] = (
            entering[bands.high] - entering[bands.low] - stay[bands.low, bands.high]
        )
    if "tier_distance" in names:
        passed = np.bincount(lowest + 1, weights=pairs.n, minlength=n_cells + 2)
        passed -= np.bincount(highest + 1, weights=pairs.n, minlength=n_cells + 2)
        values[:, names.index("tier_distance")] = np.cumsum(passed)[bands.low]
    if "n_near_edge" in names:
        values[:, names.index("n_near_edge")] = near_edge


def _block_counts(lowest: IntColumn, highest: IntColumn, n: IntColumn, n_cells: int) -> NDArray[np.int64]:
    """Return shape (n_cells + 1, n_cells + 1): how many pairs have lowest >= i and highest < j.

    Counts stay far below 2^53, so that bins in 64-bit floats are exact.
    """
    size = n_cells + 1
    block = np.bincount(lowest * size + highest + 1, weights=n, minlength=size * size).astype(np.int64)
    block = np.cumsum(block.reshape(size, size), axis=1)
    return np.cumsum(block[::-1], axis=0)[::-1]


def near_edge_counts(scores_ppm: IntColumn, n_at: IntColumn, edges_ppm: IntColumn, distance_ppm: int) -> IntColumn:
    """Return shape (n_edges,): how many requests lie within a distance of each edge, both ends included.

    Parameters
    ----------
    scores_ppm, n_at
        Shape (n_scores,): distinct min scores, increasing, and how many requests state each.

    Examples
    --------
    >>> near_edge_counts(np.array([650_000, 660_000]), np.array([3, 4]), np.array([660_000, 700_000]), 10_000).tolist()
    [7, 0]
    """
    return n_within(scores_ppm, np.concatenate(([0], np.cumsum(n_at))), edges_ppm, distance_ppm)


def n_within(scores_ppm: IntColumn, n_below: IntColumn, edges_ppm: IntColumn, distance_ppm: int) -> IntColumn:
    """Return the same from how many requests lie below each score, shape (n_scores + 1,), all of them last."""
    first = np.searchsorted(scores_ppm, edges_ppm - distance_ppm, side="left")
    last = np.searchsorted(scores_ppm, edges_ppm + distance_ppm, side="right")
    counts: IntColumn = n_below[last] - n_below[first]
    return counts

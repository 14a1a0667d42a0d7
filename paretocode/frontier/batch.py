"""How often is a model on the frontier when the scores are drawn again? One sort of prices for all replicates.

Prices are fixed, scores are a table of one row per replicate. This is the form for *correlated* scores, as when the
same benchmark items are drawn again for all models; for independent scores `on_frontier_probability` needs no draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.frontier._kernels import BATCH
from paretocode.frontier.scan import number_column

__all__ = ["FrontierFrequency", "frontier_frequency", "frontier_masks"]

_BLOCK = 512
"""Replicates treated at a time, so that the table being scanned stays in the processor's cache."""

_Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FrontierFrequency:
    """How often each model was on the frontier.

    Parameters
    ----------
    n_replicates
        Number of replicates.
    frequency
        Shape (n,), share of the replicates in which the model was on the frontier.
    frequency_se
        Shape (n,), Monte Carlo standard error of that share, sqrt(f (1 - f) / n_replicates).
    size
        Shape (n_replicates,), models on the frontier in each replicate, twins counted.
    """

    n_replicates: int
    frequency: FloatColumn
    frequency_se: FloatColumn
    size: IntColumn

    @property
    def expected_size(self) -> float:
        """Mean number of models on the frontier."""
        return float(self.size.mean())


def frontier_masks(price: ArrayLike, scores: ArrayLike) -> NDArray[np.bool_]:
    """Return which models are on the frontier in every replicate.

    Parameters
    ----------
    price
        Shape (n,), minimised; equal prices are decided as one group.
    scores
        Shape (n_replicates, n), maximised, no NaN.

    Returns
    -------
    masks
        Shape (n_replicates, n); row r equals ``frontier_mask(price, scores[r])``, copies included.

    Raises
    ------
    InputError
        NaN, something that is no number, or shapes that do not fit.

    Notes
    -----
    O(n log n + n_replicates n): prices are sorted once; in price order a group is on the frontier where its best score
    exceeds the greatest of all cheaper groups, a running maximum. With the extra ``fast`` large tables take a compiled
    loop with identical results.

    Examples
    --------
    >>> frontier_masks([1, 1, 2], [[5, 4, 6], [5, 5, 5]]).tolist()
    [[True, False, True], [True, True, False]]
    """
    prices, table = _checked(price, scores)
    order = np.argsort(prices, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(prices[order]) != 0]) if len(prices) else np.arange(0)
    masks = np.zeros(table.shape, dtype=np.bool_)
    kernel = BATCH.for_size(table.size)
    if kernel is not None and table.size:
        kernel(order, np.append(starts[1:], len(prices)).astype(np.int64), table, masks)
        return masks
    for first in range(0, len(table), _BLOCK):
        masks[first : first + _BLOCK] = _scan_block(order, starts, table[first : first + _BLOCK])
    return masks


def frontier_frequency(price: ArrayLike, scores: ArrayLike) -> FrontierFrequency:
    """Return how often each model is on the frontier, over replicates of the scores.

    Parameters
    ----------
    price, scores
        As `frontier_masks`; at least one replicate.

    Raises
    ------
    InputError
        As `frontier_masks`, or no replicate.

    Examples
    --------
    >>> found = frontier_frequency([1, 2], [[5, 6], [5, 4], [5, 7], [5, 5]])
    >>> found.frequency.tolist(), found.expected_size
    ([1.0, 0.5], 1.5)
    """
    masks = frontier_masks(price, scores)
    n_replicates = len(masks)
    if n_replicates == 0:
        raise InputError("there is no replicate of the scores", way_out="draw at least one")
    frequency = np.count_nonzero(masks, axis=0) / n_replicates
    return FrontierFrequency(
        n_replicates=n_replicates,
        frequency=frequency,
        frequency_se=np.sqrt(frequency * (1 - frequency) / n_replicates),
        size=np.count_nonzero(masks, axis=1).astype(np.int64),
    )


def _checked(price: ArrayLike, scores: ArrayLike) -> tuple[NDArray[np.int64] | NDArray[np.float64], _Table]:
    prices = number_column(price, name="price")
    table = np.ascontiguousarray(number_column(scores, name="scores"), dtype=np.float64)
    if prices.ndim != 1 or table.ndim != 2 or table.shape[1] != len(prices):
        raise InputError(
            f"price has shape {prices.shape} and scores {table.shape}",
            way_out="give n prices and a table of (n_replicates, n) scores",
        )
    return prices, table


def _scan_block(order: IntColumn, starts: IntColumn, scores: _Table) -> NDArray[np.bool_]:
    """Return the masks of some replicates, walking the prices upwards with all replicates of the block at once."""
    columns = np.ascontiguousarray(scores.T)
    kept = np.empty(columns.shape, dtype=np.bool_)
    best: FloatColumn | None = None
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(order)], strict=True):
        rows = order[start:stop]
        top = columns[rows[0]] if len(rows) == 1 else columns[rows].max(axis=0)
        # The first price is compared with nothing, so that a score of minus infinity may win it.
        wins = np.ones(len(top), dtype=np.bool_) if best is None else top > best
        for row in rows.tolist():
            kept[row] = wins if len(rows) == 1 else wins & (columns[row] == top)
        best = top if best is None else np.maximum(best, top)
    return kept.T

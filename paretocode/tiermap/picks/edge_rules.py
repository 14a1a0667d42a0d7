"""Where do the score edges stand on each day? Fixed numbers, percentiles of the field, or bands fitted anew.

Fixed edges move when someone moves them; percentiles move when the field grows though no score moved; re-fitted bands
move when the algorithm changes its mind. Each rule answers one question: the edges for these scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from paretocode._checks import FloatColumn, IntColumn, increasing
from paretocode.bands.schemes import bands_by_scheme
from paretocode.catalogue.history import History
from paretocode.errors import InputError

__all__ = ["EdgeRule", "FixedEdges", "PercentileEdges", "RefittedEdges", "edges_through_time", "tiers_of_scores"]


class EdgeRule(Protocol):
    """A way to place edges among scores."""

    @property
    def name(self) -> str:
        """A few words for reports."""

    @property
    def n_edges(self) -> int:
        """How many edges it places."""

    def edges_of(self, scores: FloatColumn) -> FloatColumn:
        """Return the edges for the scores of one day (no NaN), NaN where they allow none."""


@dataclass(frozen=True, slots=True)
class FixedEdges:
    """The same numbers every day.

    Parameters
    ----------
    edges
        In the native unit, strictly increasing; a score equal to an edge stands above it.

    Raises
    ------
    InputError
        Edges out of order.
    """

    edges: tuple[float, ...]

    def __post_init__(self) -> None:
        increasing(self.edges, name="edges")

    @property
    def name(self) -> str:
        """A few words for reports."""
        return f"fixed edges {'/'.join(f'{edge:g}' for edge in self.edges)}"

    @property
    def n_edges(self) -> int:
        """How many edges it places."""
        return len(self.edges)

    def edges_of(self, scores: FloatColumn) -> FloatColumn:
        """Return the numbers given, whatever the scores."""
        return np.array(self.edges, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class PercentileEdges:
    """Percentiles of the scores of the day, linear between two scores (Hyndman and Fan's type 7).

    Parameters
    ----------
    percentiles
        Between 0 and 100, strictly increasing.

    Raises
    ------
    InputError
        Percentiles out of order or out of range.
    """

    percentiles: tuple[float, ...]

    def __post_init__(self) -> None:
        increasing(self.percentiles, name="percentiles")
        if any(not 0 < p < 100 for p in self.percentiles):
            raise InputError(f"percentiles are {self.percentiles}", way_out="give numbers between 0 and 100")

    @property
    def name(self) -> str:
        """A few words for reports."""
        return f"percentile edges {'/'.join(f'{p:g}' for p in self.percentiles)}"

    @property
    def n_edges(self) -> int:
        """How many edges it places."""
        return len(self.percentiles)

    def edges_of(self, scores: FloatColumn) -> FloatColumn:
        """Return the percentiles of the scores; NaN where there are none."""
        if not len(scores):
            return np.full(self.n_edges, np.nan)
        return np.quantile(scores, np.array(self.percentiles) / 100)


@dataclass(frozen=True, slots=True)
class RefittedEdges:
    """Bands fitted anew to the scores of the day.

    Parameters
    ----------
    n_bands
        At least 1.
    scheme
        One of `paretocode.bands.SCHEMES` but ``fixed``.
    """

    n_bands: int
    scheme: str = "natural"

    @property
    def name(self) -> str:
        """A few words for reports."""
        return f"{self.n_bands} {self.scheme} bands, fitted anew"

    @property
    def n_edges(self) -> int:
        """How many edges it places."""
        return self.n_bands - 1

    def edges_of(self, scores: FloatColumn) -> FloatColumn:
        """Return the scheme's edges; NaN where there are fewer distinct scores than bands."""
        if len(np.unique(scores)) < self.n_bands:
            return np.full(self.n_edges, np.nan)
        return np.array(bands_by_scheme(self.scheme, scores, self.n_bands).edges, dtype=np.float64)


def edges_through_time(history: History, rule: EdgeRule) -> FloatColumn:
    """Return the edges of every day, shape (n_days, n_edges); scores equal to yesterday's are not fitted again."""
    scores = history.numbers["coding_score"]
    edges = np.full((history.n_days, rule.n_edges), np.nan)
    for day, row in enumerate(scores):
        if day and np.array_equal(row, scores[day - 1], equal_nan=True):
            edges[day] = edges[day - 1]
        else:
            edges[day] = rule.edges_of(row[~np.isnan(row)])
    return edges


def tiers_of_scores(scores: FloatColumn, edges: FloatColumn | Sequence[float]) -> IntColumn:
    """Return the band of each score, from 0; -1 where the score or an edge is missing.

    Examples
    --------
    >>> tiers_of_scores(np.array([10.0, 20.0, 30.0, np.nan]), [20.0, 25.0]).tolist()
    [0, 1, 2, -1]
    """
    cuts = np.asarray(edges, dtype=np.float64)
    if np.isnan(cuts).any():
        return np.full(len(scores), -1, dtype=np.int64)
    return np.where(np.isnan(scores), -1, np.searchsorted(cuts, scores, side="right")).astype(np.int64)

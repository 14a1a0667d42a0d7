"""Where do the cuts lie, and what do they cut? A set of bands over numbers of any unit; it knows no models."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import IntColumn, increasing

__all__ = ["Bands", "assign_bands"]


def assign_bands(values: ArrayLike, edges: ArrayLike) -> IntColumn:
    """Return each value's band, 0 for the lowest; a value equal to an edge belongs to the band above it.

    Parameters
    ----------
    values
        Any shape, no NaN.
    edges
        Shape (n_bands - 1,), strictly increasing, same unit.

    Examples
    --------
    >>> assign_bands([0.2, 0.33, 0.65, 0.66], [0.33, 0.66]).tolist()
    [0, 1, 1, 2]
    """
    return np.searchsorted(np.asarray(edges), np.asarray(values), side="right").astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Bands of a set of values, and how well they describe it.

    Parameters
    ----------
    scheme
        How they were found: ``natural``, ``quantile``, ``equal_interval``, ``fixed``.
    edges
        Shape (n_bands - 1,), strictly increasing, in the unit of the values.
    gaps
        For each edge the whole gap (below, at_or_above] between data points: every edge in it gives the same bands.
        Infinite where an edge has no data point on that side.
    loss
        Weighted sum of squared distances to the band means, unit squared.
    variance_explained
        1 - loss / (loss of one band), 0..1; 1 for constant values. Jenks calls it the goodness of variance fit.
    counts
        Members of each band, shape (n_bands,).
    means
        Weighted mean of each band, shape (n_bands,); NaN for an empty band.
    """

    scheme: str
    edges: tuple[float, ...]
    gaps: tuple[tuple[float, float], ...]
    loss: float
    variance_explained: float
    counts: tuple[int, ...]
    means: tuple[float, ...] = field(default=())

    def __post_init__(self) -> None:
        increasing(self.edges, name="edges")

    @property
    def n_bands(self) -> int:
        """Number of bands, one more than edges."""
        return len(self.edges) + 1

    def assign(self, values: ArrayLike) -> IntColumn:
        """Return each value's band, 0 for the lowest."""
        return assign_bands(values, np.asarray(self.edges, dtype=np.float64))

"""Which random numbers does traffic need beyond numpy's? Mixtures of lognormals, and normals that move together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn


@dataclass(frozen=True, slots=True, kw_only=True)
class LognormalMixture:
    """A mixture of lognormal laws of positive numbers.

    Parameters
    ----------
    weights
        Share of each component; sums to 1.
    medians
        Median of each component, in the unit of the numbers.
    sigmas
        Standard deviation of the logarithm in each component.
    """

    weights: tuple[float, ...]
    medians: tuple[float, ...]
    sigmas: tuple[float, ...]

    def from_normal(self, normal: FloatColumn) -> FloatColumn:
        """Map standard normal numbers to this law, keeping their order; O(n), interpolated on a grid of 1/400 in log.

        Examples
        --------
        >>> LognormalMixture(weights=(1.0,), medians=(100.0,), sigmas=(0.5,)).from_normal(np.array([0.0])).round(6)
        array([100.])
        """
        from scipy.special import ndtr, ndtri

        centres = np.log(self.medians)
        low = min(c - 6 * s for c, s in zip(centres, self.sigmas, strict=True))
        high = max(c + 6 * s for c, s in zip(centres, self.sigmas, strict=True))
        grid = np.linspace(low, high, math.ceil((high - low) * 400))
        parts = zip(self.weights, centres, self.sigmas, strict=True)
        reached = sum(w * ndtr((grid - c) / s) for w, c, s in parts)
        # On the normal axis the grid stays fine in both tails; the clip keeps infinities out of its ends.
        axis = ndtri(np.clip(reached, 1e-15, 1 - 1e-15))
        return np.asarray(np.exp(np.interp(normal, axis, grid)), dtype=np.float64)

    def draw(self, n: int, rng: np.random.Generator) -> FloatColumn:
        """Return n independent numbers of this law."""
        return self.from_normal(rng.standard_normal(n))


def correlated_normals(
    correlation: tuple[tuple[float, ...], ...], n: int, rng: np.random.Generator
) -> tuple[FloatColumn, ...]:
    """Return standard normal columns of shape (n,) with the given correlations: a Gaussian copula's normals.

    Written out as sums, not as a matrix product, so that no linear algebra library decides on the last bit.
    """
    factor = np.linalg.cholesky(np.array(correlation))
    raw = [rng.standard_normal(n) for _ in correlation]
    return tuple(
        np.sum([factor[i, j] * raw[j] for j in range(i + 1)], axis=0, dtype=np.float64) for i in range(len(raw))
    )

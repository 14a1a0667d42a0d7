"""Which random numbers does traffic need beyond numpy's? Mixtures of lognormals, and normals that move together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.stream.synthetic.limits import positive, summing_to_one

__all__ = ["LognormalMixture", "correlated_normals", "lognormal", "normal_correlation"]


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
        Standard deviation of the logarithm in each component, above 0.

    Raises
    ------
    InputError
        Parts of unequal length, weights outside 0..1 or not summing to 1, medians or sigmas that are not positive.
    """

    weights: tuple[float, ...]
    medians: tuple[float, ...]
    sigmas: tuple[float, ...]

    def __post_init__(self) -> None:
        where = "mixture of lognormals"
        if not len(self.weights) == len(self.medians) == len(self.sigmas):
            counts = f"{len(self.weights)} weights, {len(self.medians)} medians and {len(self.sigmas)} sigmas"
            raise InputError(f"it has {counts}", where=where, way_out="give one of each per component")
        summing_to_one("weights", self.weights, where=where)
        for median, sigma in zip(self.medians, self.sigmas, strict=True):
            positive(where=where, median=median, sigma=sigma)

    @property
    def mean(self) -> float:
        """Mean: the weighted sum of median x exp(sigma^2 / 2).

        Examples
        --------
        >>> round(lognormal(math.exp(1), 1.0).mean, 6) == round(math.exp(1.5), 6)
        True
        """
        parts = zip(self.weights, self.medians, self.sigmas, strict=True)
        return math.fsum(weight * median * math.exp(sigma**2 / 2) for weight, median, sigma in parts)

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

    def draw_residual(self, rng: np.random.Generator) -> float:
        """Return what is left of the gap that covers a moment picked at random, gaps having this law.

        Such a gap has the length-biased law: for a lognormal, its median is multiplied by exp(sigma^2); in a mixture
        the weights go with the means. The moment is uniform within the gap.
        """
        parts = list(zip(self.weights, self.medians, self.sigmas, strict=True))
        biased = LognormalMixture(
            weights=tuple(w * m * math.exp(s**2 / 2) / self.mean for w, m, s in parts),
            medians=tuple(m * math.exp(s**2) for _, m, s in parts),
            sigmas=self.sigmas,
        )
        return float(rng.random() * biased.draw(1, rng)[0])


def lognormal(median: float, sigma: float) -> LognormalMixture:
    """Return a single lognormal law.

    Examples
    --------
    >>> lognormal(100.0, 0.5)
    LognormalMixture(weights=(1.0,), medians=(100.0,), sigmas=(0.5,))
    """
    return LognormalMixture(weights=(1.0,), medians=(median,), sigmas=(sigma,))


def normal_correlation(spearman: float) -> float:
    """Return the correlation of two normals whose rank correlation is `spearman`: 2 sin(pi spearman / 6), exact.

    Examples
    --------
    >>> normal_correlation(0.0), round(normal_correlation(1.0), 12), round(normal_correlation(0.42), 4)
    (0.0, 1.0, 0.4363)
    """
    return 2 * math.sin(math.pi * spearman / 6)


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

"""Where must an integral over scores be evaluated? One grid for many normal laws, narrow and exact ones alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from paretocode._checks import BoolColumn, FloatColumn, IntColumn, float_column, same_length
from paretocode.errors import InputError
from paretocode.frontier.scan import number_column

__all__ = ["ScoreLaws", "price_groups", "quadrature", "score_laws"]

_REACH = 9.0  # standard errors; 1e-19 of a normal law lies beyond
_NODES = 10
_MOST_PANELS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreLaws:
    """Independent normal laws of scores, in price order.

    Parameters
    ----------
    order
        Rows in price order, shape (n,).
    group
        Number of the group of equal prices of each, in that order, from 0.
    mean, width
        Measured score and standard error, in that order; a width of 0 is an exact score.
    """

    order: IntColumn
    group: IntColumn
    mean: FloatColumn
    width: FloatColumn

    @property
    def is_exact(self) -> BoolColumn:
        """Which scores are known exactly."""
        exact: BoolColumn = self.width == 0
        return exact

    def below(self, scores: FloatColumn, *, is_strict: bool = True) -> NDArray[np.float64]:
        """Return P(score of model < s), or <= s, for every model (rows) and s (columns); they differ for exact ones."""
        from scipy.special import ndtr

        exact = self.is_exact[:, None]
        steps = self.mean[:, None] < scores[None, :] if is_strict else self.mean[:, None] <= scores[None, :]
        width = np.where(exact, 1.0, self.width[:, None])
        share: NDArray[np.float64] = np.where(exact, steps, ndtr((scores[None, :] - self.mean[:, None]) / width))
        return share

    def density(self, scores: FloatColumn) -> NDArray[np.float64]:
        """Return the density of every model's score at every s; 0 for exact scores."""
        exact = self.is_exact[:, None]
        width = np.where(exact, 1.0, self.width[:, None])
        z = (scores[None, :] - self.mean[:, None]) / width
        return np.where(exact, 0.0, np.exp(-0.5 * z * z) / (width * np.sqrt(2 * np.pi)))


def score_laws(price: ArrayLike, score: ArrayLike, standard_error: ArrayLike) -> ScoreLaws:
    """Check prices, scores and standard errors and put them into price order.

    Raises
    ------
    InputError
        Columns of unequal length, NaN in price or score, an infinite score, or a standard error that is negative.
    """
    prices = number_column(price, name="price")
    if prices.ndim != 1:
        raise InputError(f"price has shape {prices.shape}", way_out="give one price a model")
    means = float_column(score, name="score")
    errors = float_column(standard_error, name="standard_error", least=0.0, missing_allowed=True)
    same_length({"price": prices, "score": means, "standard_error": errors})
    order, group = price_groups(prices)
    return ScoreLaws(order=order, group=group, mean=means[order], width=np.nan_to_num(errors[order]))


def price_groups(prices: NDArray[np.int64] | NDArray[np.float64]) -> tuple[IntColumn, IntColumn]:
    """Return the rows in price order, equal prices in row order, and the number of each one's group."""
    order = np.argsort(prices, kind="stable")
    ordered = prices[order]
    is_new = np.concatenate(([0], ordered[1:] != ordered[:-1])) if len(order) else np.zeros(0)
    return order, np.cumsum(is_new).astype(np.int64)


def quadrature(laws: ScoreLaws, marks: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
    """Return nodes and weights that integrate the laws' densities times their CDFs over every score.

    Gauss-Legendre panels of 10 nodes, no wider than the narrowest standard error at work there; panels end at every
    mark and every exact score, where the integrand may jump.

    Raises
    ------
    InputError
        Standard errors so much smaller than their scores' range that too many panels would be needed.
    """
    spread = laws.width > 0
    mean, width = laws.mean[spread], laws.width[spread]
    if not len(mean):
        return np.empty(0), np.empty(0)
    # A power of two a class: its panels lie on one lattice and so do the finer ones.
    panel = 2.0 ** np.floor(np.log2(width))
    lattices = [_lattice(mean[panel == size], width[panel == size], float(size)) for size in np.unique(panel)]
    ends = np.concatenate([*lattices, laws.mean[laws.is_exact], marks])
    low, high = float((mean - _REACH * width).min()), float((mean + _REACH * width).max())
    ends = np.unique(np.append(np.clip(ends, low, high), (low, high)))
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    half = np.diff(ends)[:, None] / 2
    nodes = ends[:-1, None] + half * (1 + node[None, :])
    return nodes.ravel(), (half * weight[None, :]).ravel()


def _lattice(mean: FloatColumn, width: FloatColumn, size: float) -> FloatColumn:
    """Return the multiples of `size` within reach of any of the laws."""
    first = np.floor((mean - _REACH * width) / size).astype(np.int64)
    last = np.ceil((mean + _REACH * width) / size).astype(np.int64)
    if len(first) * int((last - first).max()) > _MOST_PANELS:
        raise InputError(f"{len(mean)} models are too many for a closed form", way_out="use replicates")
    places = [np.arange(a, b + 1) for a, b in set(zip(first.tolist(), last.tolist(), strict=True))]
    return np.unique(np.concatenate(places)) * size

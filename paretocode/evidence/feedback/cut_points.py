"""Where should an edge lie, if each report is a noisy statement about it? The model, its probabilities and slopes.

The model
---------
Every request has a *need*: the min score it asked for plus a logistic error, ``need = q + scale x noise``. The sought
edges ``c_1 < .. < c_k`` cut needs into tiers: the *fitting* tier of a request is the number of edges at or below its
need. A request was served by tier ``t`` (0 .. k), and its reporter compares the two. With F the logistic function,

    P(too weak | q, t) = P(fitting > t) = F((q - c_{t+1}) / scale)        0 in the highest tier
    P(too dear | q, t) = P(fitting < t) = F((c_t - q) / scale)            0 in the lowest tier
    P(fine     | q, t) = the rest

so a request just below an edge complains the more, the more its need lies above; one just above complains when its
need lies below; and at ``q = c`` the two pulls are equal: *the sought edge is the crossing*. Two more things happen:

* lapse: with probability `lapse` the verdict is any of the three, each with a third;
* writing: who is content writes less. A fine verdict is written `fine_rate` times as readily as a complaint, so the
  three probabilities are weighted (1, 1, fine_rate) and made to sum to 1 again. What the writers' share of all users is
  cancels out, as in any sample drawn by outcome.

Why it is identified. In the lower tier the odds of too weak to fine are ``exp((q - c) / scale) / fine_rate``, in the
higher tier those of too dear to fine ``exp((c - q) / scale) / fine_rate``. The slopes in q give the scale, the sum of
both intercepts gives `fine_rate`, their difference gives c: an unknown reluctance to write "fine" moves nothing. It
takes two min scores on one side at least, complaints on both sides, and fine verdicts. Without fine verdicts each tier
has one verdict only; then the *balance* of complaints over min scores is used, with the demand at each as exposure:
the report falls on cell (q, t) with verdict y with probability proportional to ``demand(q, t) x P(y | q, t)``. That
takes everybody to write equally readily whatever they asked for, which reports alone cannot show.

What no report can show is who complains more readily. If too weak is written h times as readily as too dear, both
intercepts stay consistent with an edge that lies lower by ``scale x log(h) / 2`` (the other half goes into
`fine_rate`), and nothing in the table tells. What errors cost moves the sought edge by a similar law: the two pulls,
weighted, balance where ``weak_cost x F((q - c)/scale) = dear_cost x F((c - q)/scale)``, that is at

    c + scale x log(dear_cost / weak_cost).

Parameters are ``theta = (c_1 .. c_k, log scale, logit lapse, log fine_rate)``, edges on the 0..1 axis.

Sources: cumulative logit, P. McCullagh, "Regression models for ordinal data", JRSS B 42 (1980); lapse,
F. A. Wichmann and N. J. Hill, "The psychometric function I", Perception & Psychophysics 63 (2001); sampling by outcome,
R. L. Prentice and R. Pyke, "Logistic disease incidence models and case-control studies", Biometrika 66 (1979), and
C. F. Manski and S. R. Lerman, Econometrica 45 (1977).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn

__all__ = [
    "DEAR",
    "FINE",
    "N_NUISANCE",
    "WEAK",
    "CutPointCells",
    "Slopes",
    "option_probabilities",
    "option_slopes",
    "verdict_probabilities",
]

FloatArray = NDArray[np.float64]
WEAK, DEAR, FINE = 0, 1, 2
"""Positions of the three verdicts that speak of edges."""
N_NUISANCE = 3
"""log scale, logit lapse and log fine_rate, after the edges."""


@dataclass(frozen=True, kw_only=True, eq=False)
class CutPointCells:
    """What reports are conditioned on: the distinct pairs of a min score and a serving tier.

    Parameters
    ----------
    min_score
        Shape (n_cells,) in 0..1.
    tier_index
        Shape (n_cells,) in 0..n_edges.
    demand
        Shape (n_cells,): requests in each cell, for the balance of complaints; None uses verdicts cell by cell.
    n_edges
        Number of sought edges.
    """

    min_score: FloatColumn
    tier_index: IntColumn
    demand: FloatColumn | None
    n_edges: int

    def __len__(self) -> int:
        return len(self.min_score)

    @property
    def key(self) -> bytes:
        """Equal for cells that are the same."""
        demand = b"" if self.demand is None else self.demand.tobytes()
        return b"/".join((self.min_score.tobytes(), self.tier_index.tobytes(), demand))


class Slopes(NamedTuple):
    """How likely each (cell, verdict) is, and how its log-probability moves with the parameters.

    Parameters
    ----------
    probability
        Shape (n_fits, n_cells, 3); sums to 1 over each cell's verdicts, or over all where the balance is used.
    slope
        Shape (n_fits, n_cells, 3, n_parameters); its mean under `probability` is 0 over the same options.
    """

    probability: FloatArray
    slope: FloatArray


def _logistic(x: FloatArray) -> FloatArray:
    # tanh neither overflows nor loses the symmetry F(-x) = 1 - F(x).
    half: FloatArray = 0.5 * (1.0 + np.tanh(0.5 * x))
    return half


def verdict_probabilities(theta: FloatArray, cells: CutPointCells) -> FloatArray:
    """Return P(too weak), P(too dear) and P(fine) of every cell, lapses included, before anybody decides to write.

    Parameters
    ----------
    theta
        Shape (n_fits, n_edges + 3), edges strictly increasing.
    cells
        Where.

    Returns
    -------
    FloatArray
        Shape (n_fits, n_cells, 3), positive, summing to 1 over the last axis.

    Examples
    --------
    At the sought edge, the lower tier is too weak as often as the higher one is too dear:

    >>> at_edge = CutPointCells(min_score=np.array([0.6, 0.6]), tier_index=np.array([0, 1]), demand=None, n_edges=1)
    >>> never_lapses = np.array([[0.6, np.log(0.05), -50.0, 0.0]])
    >>> verdict_probabilities(never_lapses, at_edge).round(3).tolist()
    [[[0.5, 0.0, 0.5], [0.0, 0.5, 0.5]]]
    """
    return _mixed(*_pulls(theta, cells)[:2], theta[:, -2])


def _pulls(theta: FloatArray, cells: CutPointCells) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Return P(too weak), P(too dear) without lapses, and their standardised distances; shapes (n_fits, n_cells)."""
    n_edges = cells.n_edges
    scale = np.exp(theta[:, n_edges, None])
    far = np.full((len(theta), 1), np.inf)
    padded = np.concatenate((-far, theta[:, :n_edges], far), axis=1)
    above = (cells.min_score - padded[:, cells.tier_index + 1]) / scale
    below = (padded[:, cells.tier_index] - cells.min_score) / scale
    return _logistic(above), _logistic(below), above, below


def _mixed(weak: FloatArray, dear: FloatArray, logit_lapse: FloatArray) -> FloatArray:
    lapse = _logistic(logit_lapse)[:, None, None]
    fitting = np.stack((weak, dear, np.maximum(1.0 - weak - dear, 0.0)), axis=-1)
    mixed: FloatArray = (1.0 - lapse) * fitting + lapse / 3.0
    return mixed


def option_probabilities(theta: FloatArray, cells: CutPointCells) -> FloatArray:
    """Return the probability of every option a report could have been, as in `option_slopes`, without slopes."""
    weight, axes = _weighted(verdict_probabilities(theta, cells), theta, cells)
    probability: FloatArray = weight / weight.sum(axis=axes, keepdims=True)
    return probability


def _weighted(mixed: FloatArray, theta: FloatArray, cells: CutPointCells) -> tuple[FloatArray, tuple[int, ...]]:
    """Weigh verdicts by how readily they are written, and say over which axes a report's options lie."""
    if cells.demand is None:
        fine_rate = np.exp(theta[:, -1])
        return mixed * np.stack((np.ones_like(fine_rate), np.ones_like(fine_rate), fine_rate), axis=-1)[:, None], (2,)
    return mixed * (cells.demand[:, None] * np.array([1.0, 1.0, 0.0])), (1, 2)


def option_slopes(theta: FloatArray, cells: CutPointCells) -> Slopes:
    """Return the probability of every option a report could have been, and the slopes of its logarithm.

    Parameters
    ----------
    theta
        Shape (n_fits, n_edges + 3), edges strictly increasing.
    cells
        Where; with a demand, fine is no option and the options are all cells' complaints together.

    Notes
    -----
    O(n_fits x n_cells x n_edges). A test holds the slopes to finite differences.
    """
    mixed, slope = _mixture_slopes(theta, cells)
    weight, axes = _weighted(mixed, theta, cells)
    if cells.demand is None:
        slope[:, :, FINE, -1] += 1.0
    probability = weight / weight.sum(axis=axes, keepdims=True)
    mean = (probability[..., None] * slope).sum(axis=axes, keepdims=True)
    return Slopes(probability, slope - mean)


def _mixture_slopes(theta: FloatArray, cells: CutPointCells) -> tuple[FloatArray, FloatArray]:
    """Return verdict probabilities and the slopes of their logarithms, writing left out."""
    n_edges = cells.n_edges
    weak, dear, above, below = _pulls(theta, cells)
    mixed = _mixed(weak, dear, theta[:, -2])
    lapse = _logistic(theta[:, -2])[:, None]
    scale = np.exp(theta[:, n_edges, None])
    d_weak, d_dear = weak * (1.0 - weak), dear * (1.0 - dear)
    slope = np.zeros((*mixed.shape, theta.shape[1]))
    for edge in range(n_edges):
        # Edge `edge` is the upper end of tier `edge` and the lower end of the tier above.
        moved_weak = np.where(cells.tier_index == edge, -d_weak / scale, 0.0)
        moved_dear = np.where(cells.tier_index == edge + 1, d_dear / scale, 0.0)
        slope[..., edge] = np.stack((moved_weak, moved_dear, -moved_weak - moved_dear), axis=-1)
    # Off the ends of the tiers a pull is 0 at an infinite distance, and so is its slope.
    wider_weak = -d_weak * np.where(np.isfinite(above), above, 0.0)
    wider_dear = -d_dear * np.where(np.isfinite(below), below, 0.0)
    slope[..., n_edges] = np.stack((wider_weak, wider_dear, -wider_weak - wider_dear), axis=-1)
    slope[..., : n_edges + 1] *= (1.0 - lapse)[..., None, None]
    fitting = (mixed - lapse[..., None] / 3.0) / (1.0 - lapse[..., None])
    slope[..., n_edges + 1] = (lapse * (1.0 - lapse))[..., None] * (1.0 / 3.0 - fitting)
    slope /= mixed[..., None]
    return mixed, slope

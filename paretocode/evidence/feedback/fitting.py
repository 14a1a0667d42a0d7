"""Which cut points fit the counts best? Penalised maximum likelihood by Fisher scoring, many fits at once.

A profile, a leave-one-out and a thousand synthetic worlds are batches of the same fit, so the loop over fits is inside
numpy. Steps are halved until the penalised likelihood does not fall, so every fit climbs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.evidence.feedback.cut_points import (
    N_NUISANCE,
    CutPointCells,
    FloatArray,
    Slopes,
    option_probabilities,
    option_slopes,
)
from paretocode.evidence.feedback.penalties import LEAST_GAP, penalty, penalty_slopes, start_of

__all__ = ["CutPointFits", "expected_information", "fit_cut_points"]

_MOST_STEPS = 60
_MOST_HALVINGS = 12
_ENOUGH = 1e-9
"""A fit is done when score x step is below this: the objective is then that near its maximum [nats]."""
_NO_FINE = np.array([1.0, 1.0, 0.0])


class CutPointFits(NamedTuple):
    """Fits of one model to many tables of counts.

    Parameters
    ----------
    theta
        Shape (n_fits, n_edges + 3); see `cut_points`.
    objective
        Shape (n_fits,): penalised log-likelihood [nats], constants left out.
    information
        Shape (n_fits, n_parameters, n_parameters): expected information at `theta`, penalties included.
    is_converged
        Shape (n_fits,).
    """

    theta: FloatArray
    objective: FloatColumn
    information: FloatArray
    is_converged: BoolColumn


class _Problem(NamedTuple):
    counts: FloatArray
    cells: CutPointCells
    start: FloatColumn

    def take(self, rows: IntColumn) -> _Problem:
        return self._replace(counts=self.counts[rows])


def fit_cut_points(
    counts: FloatArray, cells: CutPointCells, *, edges: FloatColumn, held: FloatArray | None = None
) -> CutPointFits:
    """Fit the cut points of every table of counts.

    Parameters
    ----------
    counts
        Shape (n_fits, n_cells, 3), >= 0: reports of each verdict, or their weights. Fine counts are not used where the
        cells carry a demand.
    cells
        Where the counts stand.
    edges
        Shape (n_edges,): current edges on the 0..1 axis, strictly increasing.
    held
        Shape (n_fits, n_edges + 3): values that stay fixed, NaN for free. This gives profiles.

    Returns
    -------
    CutPointFits
        A table of zeros gives what the penalties alone say.

    Notes
    -----
    O(n_steps x n_fits x n_cells x n_parameters^2); some ten steps as a rule.

    Examples
    --------
    >>> cells = CutPointCells(min_score=np.array([0.5, 0.6, 0.7, 0.8]), tier_index=np.array([0, 0, 1, 1]),
    ...                       demand=None, n_edges=1)
    >>> counts = np.array([[[10, 0, 90], [30, 0, 70], [0, 30, 70], [0, 10, 90]]], dtype=float)
    >>> fits = fit_cut_points(counts, cells, edges=np.array([0.66]))
    >>> fits.theta[0, :1].round(3).tolist(), fits.is_converged.tolist()
    ([0.65], [True])
    """
    counts = counts if cells.demand is None else counts * _NO_FINE
    problem = _Problem(counts, cells, start_of(edges))
    theta = np.tile(problem.start, (len(counts), 1))
    is_free = np.ones(theta.shape, dtype=np.bool_) if held is None else np.isnan(held)
    if held is not None:
        theta = _in_order(np.where(is_free, theta, held), is_free, cells.n_edges)
    objective = _objective(theta, problem)
    is_done = np.zeros(len(theta), dtype=np.bool_)
    for _ in range(_MOST_STEPS):
        rows = np.flatnonzero(~is_done)
        if not len(rows):
            break
        part = problem.take(rows)
        step, gain = _step(*_score(theta[rows], part), is_free[rows])
        theta[rows], objective[rows], has_moved = _halved(theta[rows], step, objective[rows], part)
        is_done[rows] = (gain < _ENOUGH) | ~has_moved
    return CutPointFits(theta, objective, _score(theta, problem)[1], is_done)


def expected_information(theta: FloatArray, cells: CutPointCells, n_reports: FloatArray) -> FloatArray:
    """Return the information that reports carry about the parameters, penalties left out.

    Parameters
    ----------
    theta
        Shape (n_fits, n_edges + 3).
    cells
        Where.
    n_reports
        Shape (n_fits, n_cells): reports in each cell; where the cells carry a demand only the totals matter.

    Returns
    -------
    FloatArray
        Shape (n_fits, n_parameters, n_parameters): the sum over reports of E[slope slope'].
    """
    return _information(option_slopes(theta, cells), cells, n_reports)


def _information(slopes: Slopes, cells: CutPointCells, n_reports: FloatArray) -> FloatArray:
    probability, slope = slopes
    n_fits, n_parameters = len(slope), slope.shape[-1]
    of_cell = n_reports if cells.demand is None else n_reports.sum(axis=1, keepdims=True)
    flat = slope.reshape(n_fits, -1, n_parameters)
    expected = (probability * of_cell[..., None]).reshape(n_fits, -1, 1)
    information: FloatArray = np.matmul((flat * expected).transpose(0, 2, 1), flat)
    return information


def _in_order(theta: FloatArray, is_free: BoolColumn, n_edges: int) -> FloatArray:
    """Push free edges away from held ones, so that the start is in order."""
    theta = theta.copy()
    for edge in range(1, n_edges):
        theta[:, edge] = np.where(
            is_free[:, edge], np.maximum(theta[:, edge], theta[:, edge - 1] + 0.01), theta[:, edge]
        )
    for edge in range(n_edges - 2, -1, -1):
        theta[:, edge] = np.where(
            is_free[:, edge], np.minimum(theta[:, edge], theta[:, edge + 1] - 0.01), theta[:, edge]
        )
    return theta


def _score(theta: FloatArray, problem: _Problem) -> tuple[FloatArray, FloatArray]:
    """Return the slope of the objective and its expected information."""
    counts, cells, start = problem
    n_fits, n_parameters = theta.shape
    slopes = option_slopes(theta, cells)
    flat = slopes.slope.reshape(n_fits, -1, n_parameters)
    score = np.matmul(counts.reshape(n_fits, 1, -1), flat)[:, 0]
    pull, stiffness = penalty_slopes(theta, start, cells.n_edges)
    return score + pull, _information(slopes, cells, counts.sum(axis=2)) + stiffness


def _objective(theta: FloatArray, problem: _Problem) -> FloatColumn:
    """Return the penalised log-likelihood, -inf where edges are out of order."""
    counts, cells, start = problem
    is_ordered = np.asarray((np.diff(theta[:, : cells.n_edges], axis=1) > LEAST_GAP).all(axis=1))
    safe = np.where(is_ordered[:, None], theta, start)
    probability = option_probabilities(safe, cells)
    log_likelihood = (counts * np.log(np.maximum(probability, 1e-300))).sum(axis=(1, 2))
    return np.where(is_ordered, log_likelihood + penalty(safe, start, cells.n_edges), -np.inf)


def _step(score: FloatArray, information: FloatArray, is_free: BoolColumn) -> tuple[FloatArray, FloatColumn]:
    """Return the step of free parameters and score x step."""
    n_parameters = score.shape[1]
    both = is_free[:, :, None] & is_free[:, None, :]
    held = np.eye(n_parameters) * ~is_free[:, None, :]
    score = np.where(is_free, score, 0.0)
    step = np.linalg.solve(np.where(both, information, held), score[..., None])[..., 0]
    # No jump across the axis or by more than a factor of e^2, however flat the objective.
    limit = np.concatenate((np.full(n_parameters - N_NUISANCE, 0.25), np.full(N_NUISANCE, 2.0)))
    shrink = np.minimum(1.0, (limit / np.maximum(np.abs(step), 1e-300)).min(axis=1))
    return step * shrink[:, None], (score * step).sum(axis=1)


def _halved(
    theta: FloatArray, step: FloatArray, objective: FloatColumn, problem: _Problem
) -> tuple[FloatArray, FloatColumn, BoolColumn]:
    """Take each step, halved until the objective does not fall."""
    moved, reached = theta.copy(), objective.copy()
    left, size = np.arange(len(theta)), 1.0
    for _ in range(_MOST_HALVINGS):
        tried = theta[left] + size * step[left]
        value = _objective(tried, problem.take(left))
        is_better = np.asarray(value >= objective[left])
        moved[left[is_better]], reached[left[is_better]] = tried[is_better], value[is_better]
        left, size = left[~is_better], size / 2.0
        if not len(left):
            break
    has_moved = np.ones(len(theta), dtype=np.bool_)
    has_moved[left] = False
    return moved, reached, has_moved

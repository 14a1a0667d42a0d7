"""How far may an edge be off, when one person writes many reports? A covariance over writers, not reports.

The sandwich of K.-Y. Liang and S. L. Zeger, Biometrika 73 (1986), with each writer's score blown up by that writer's
own leverage: ``u* = (I - H_w H^-1)^-1 u``. That is one Newton step of leaving the writer out, so the covariance is
that of the jackknife over writers, CR3 in J. G. MacKinnon, M. O. Nielsen and M. D. Webb, Journal of Applied
Econometrics 38 (2023), who find it the safest with few or unequal clusters.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from paretocode._checks import FloatColumn, IntColumn
from paretocode.evidence.feedback.cut_points import CutPointCells, FloatArray, option_slopes

__all__ = ["ReportRows", "effective_number", "jackknife_covariance", "writer_influence"]


class ReportRows(NamedTuple):
    """Each report that bears on edges.

    Parameters
    ----------
    cell, verdict, writer
        Shape (n_rows,): positions of its cell, verdict and writer, writers 0 .. n_writers - 1.
    weight
        Shape (n_rows,), > 0; 1 where reports count as they come.
    """

    cell: IntColumn
    verdict: IntColumn
    writer: IntColumn
    weight: FloatColumn

    @property
    def n_writers(self) -> int:
        """How many people wrote them."""
        return int(self.writer.max()) + 1 if len(self.writer) else 0

    def counts(self, n_cells: int) -> FloatArray:
        """Return the summed weights, shape (n_cells, 3)."""
        counts = np.zeros((n_cells, 3))
        np.add.at(counts, (self.cell, self.verdict), self.weight)
        return counts


def effective_number(amounts: ArrayLike) -> float:
    """Return how many equal parts would be as concentrated: (sum)^2 / sum of squares; 0 where all is 0.

    Source: the inverse of Simpson's and Herfindahl's index; M. O. Hill, Ecology 54 (1973), order 2.

    Examples
    --------
    >>> effective_number([5, 5]), effective_number([98, 1, 1]).__round__(2)
    (2.0, 1.04)
    """
    parts = np.asarray(amounts, dtype=np.float64)
    squares = float((parts**2).sum())
    return float(parts.sum()) ** 2 / squares if squares else 0.0


def writer_influence(theta: FloatColumn, information: FloatArray, cells: CutPointCells, rows: ReportRows) -> FloatArray:
    """Return how far the parameters would move without each writer, to one Newton step.

    Parameters
    ----------
    theta
        Shape (n_parameters,): the fit.
    information
        Shape (n_parameters, n_parameters): its information, penalties included.
    cells, rows
        What was fitted.

    Returns
    -------
    FloatArray
        Shape (n_writers, n_parameters): theta minus theta without the writer, about.

    Notes
    -----
    O(n_rows x n_parameters^2 + n_writers x n_parameters^3).
    """
    scores, own = _by_writer(theta, cells, rows)
    bread = np.linalg.inv(information)
    spared = np.eye(len(theta)) - own @ bread
    blown_up = np.linalg.solve(spared, scores[..., None])[..., 0]
    influence: FloatArray = blown_up @ bread
    return influence


def jackknife_covariance(influence: FloatArray) -> FloatArray:
    """Return the covariance that influences make: the jackknife's (n - 1) / n times the sum of squares about the mean.

    Parameters
    ----------
    influence
        Shape (n_writers, n_parameters).

    Returns
    -------
    FloatArray
        Shape (n_parameters, n_parameters); zero for fewer than two writers, and then nothing is known.
    """
    n_writers, n_parameters = influence.shape
    if n_writers < 2:
        return np.zeros((n_parameters, n_parameters))
    moved = influence - influence.mean(axis=0)
    covariance: FloatArray = moved.T @ moved * ((n_writers - 1) / n_writers)
    return covariance


def _by_writer(theta: FloatColumn, cells: CutPointCells, rows: ReportRows) -> tuple[FloatArray, FloatArray]:
    """Return each writer's score (n_writers, p) and expected information (n_writers, p, p)."""
    n_parameters = len(theta)
    probability, slope = (part[0] for part in option_slopes(theta[None], cells))
    scores = np.zeros((rows.n_writers, n_parameters))
    np.add.at(scores, rows.writer, slope[rows.cell, rows.verdict] * rows.weight[:, None])
    of_cell = np.einsum("cv,cvp,cvq->cpq", probability, slope, slope)
    if cells.demand is not None:
        # A complaint could have fallen into any cell, so every report carries the same information.
        of_cell = np.broadcast_to(of_cell.sum(axis=0), of_cell.shape)
    weight = np.zeros((rows.n_writers, len(cells)))
    np.add.at(weight, (rows.writer, rows.cell), rows.weight)
    own = (weight @ of_cell.reshape(len(cells), -1)).reshape(-1, n_parameters, n_parameters)
    return scores, own

"""What do the reports say, fitted once? The fit with its clustered covariance, which all later questions read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.evidence.feedback.clustered import ReportRows, effective_number, jackknife_covariance, writer_influence
from paretocode.evidence.feedback.cut_points import CutPointCells, FloatArray
from paretocode.evidence.feedback.fitting import CutPointFits, fit_cut_points
from paretocode.evidence.feedback.penalties import penalty_slopes, start_of

__all__ = ["FittedReports", "fit_all_reports", "fit_reports"]


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedReports:
    """A fit of the cut-point model to reports.

    Parameters
    ----------
    edges
        Shape (n_edges,): current edges, 0..1.
    cells, rows
        Where reports stand, and each of them.
    theta
        Shape (n_edges + 3,); see `cut_points`.
    objective
        Penalised log-likelihood there [nats].
    information
        Shape (p, p), penalties included.
    influence
        Shape (n_writers, p): what each writer moves.
    is_converged
        Whether the fit stands on a maximum.
    """

    edges: FloatColumn
    cells: CutPointCells
    rows: ReportRows
    theta: FloatColumn
    objective: float
    information: FloatArray
    influence: FloatArray
    is_converged: bool

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return len(self.edges)

    @property
    def scale(self) -> float:
        """Scale of the logistic noise of needs [axis]."""
        return float(np.exp(self.theta[self.n_edges]))

    @property
    def lapse(self) -> float:
        """Share of verdicts that say nothing."""
        return float(1.0 / (1.0 + np.exp(-self.theta[self.n_edges + 1])))

    @property
    def fine_rate(self) -> float:
        """How readily fine is written, complaints being 1; what the penalties assume where the balance is used."""
        return float(np.exp(self.theta[self.n_edges + 2]))

    @cached_property
    def n_effective_writers(self) -> float:
        """How many equally active writers would be as concentrated."""
        writers, weights = self.rows.writer, self.rows.weight
        return effective_number(np.bincount(writers, weights=weights)) if len(writers) else 0.0

    @property
    def degrees_of_freedom(self) -> float:
        """Effective writers minus one, at least 1.

        A. V. Carter, K. T. Schnepel and D. G. Steigerwald, Review of Economics and Statistics 99 (2017), show that it
        is the effective, not the counted, number of clusters that makes a t-test reliable.
        """
        return max(1.0, self.n_effective_writers - 1.0)

    @cached_property
    def covariance(self) -> FloatArray:
        """Covariance of the parameters, clustered by writer, shape (p, p)."""
        return jackknife_covariance(self.influence)

    @cached_property
    def stiffness(self) -> FloatArray:
        """What the penalties add to the information, shape (p, p)."""
        stiffness: FloatArray = penalty_slopes(self.theta[None], start_of(self.edges), self.n_edges)[1][0]
        return stiffness

    @cached_property
    def model_covariance(self) -> FloatArray:
        """Covariance if every report were written by somebody else, shape (p, p)."""
        return np.asarray(np.linalg.inv(self.information), dtype=np.float64)

    @cached_property
    def assumed_share(self) -> FloatColumn:
        """Share of each edge's model variance that the penalties stand for, shape (n_edges,), 0..1.

        With H = information of the reports + P of the penalties, the covariance H^-1 is the sum of H^-1 (H - P) H^-1,
        what reports leave open, and H^-1 P H^-1, what would move if the assumptions moved by their own spread.
        """
        assumed = np.diag(self.model_covariance @ self.stiffness @ self.model_covariance)
        own = slice(self.n_edges)
        return np.divide(assumed[own], np.diag(self.model_covariance)[own], dtype=np.float64)

    @cached_property
    def design_effect(self) -> FloatColumn:
        """Clustered variance of each edge over its model variance, shape (n_edges,); NaN for a single writer."""
        if self.rows.n_writers < 2:
            return np.full(self.n_edges, np.nan)
        own = slice(self.n_edges)
        return np.divide(np.diag(self.covariance)[own], np.diag(self.model_covariance)[own], dtype=np.float64)


def fit_reports(cells: CutPointCells, rows: ReportRows, *, edges: FloatColumn) -> FittedReports:
    """Fit the model to reports and work out what each writer moves.

    Parameters
    ----------
    cells, rows
        From `verdict_cells` or `balance_cells`.
    edges
        Shape (n_edges,): current edges, 0..1.
    """
    return fit_all_reports([(cells, rows)], edges=edges)[0]


def fit_all_reports(
    placed: Sequence[tuple[CutPointCells, ReportRows]], *, edges: FloatColumn
) -> tuple[FittedReports, ...]:
    """Fit many sets of reports about the same edges; those that stand on the same cells are fitted in one batch.

    Parameters
    ----------
    placed
        From `verdict_cells` or `balance_cells`, one a set.
    edges
        Shape (n_edges,): current edges, 0..1.

    Returns
    -------
    tuple of FittedReports
        In the order given.
    """
    batches: dict[bytes, list[int]] = {}
    for at, (cells, _) in enumerate(placed):
        batches.setdefault(cells.key, []).append(at)
    found: dict[int, FittedReports] = {}
    for members in batches.values():
        cells = placed[members[0]][0]
        counts = np.array([placed[at][1].counts(len(cells)) for at in members])
        fits = fit_cut_points(counts, cells, edges=edges)
        for place, at in enumerate(members):
            found[at] = _fitted(fits, place, cells, placed[at][1], edges)
    return tuple(found[at] for at in range(len(placed)))


def _fitted(
    fits: CutPointFits, place: int, cells: CutPointCells, rows: ReportRows, edges: FloatColumn
) -> FittedReports:
    theta, information = fits.theta[place], fits.information[place]
    return FittedReports(
        edges=edges,
        cells=cells,
        rows=rows,
        theta=theta,
        objective=float(fits.objective[place]),
        information=information,
        influence=writer_influence(theta, information, cells, rows),
        is_converged=bool(fits.is_converged[place]),
    )

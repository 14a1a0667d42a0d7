"""Which reports bear on edges, and on which cells of (min score, tier) do they stand? From columns to counts."""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn, IntColumn, one_of, read_only
from paretocode.evidence.feedback.clustered import ReportRows
from paretocode.evidence.feedback.cut_points import FINE, CutPointCells
from paretocode.evidence.feedback.reports import FeedbackReports
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["WEIGHTINGS", "atom_demand", "balance_cells", "verdict_cells", "writer_weights"]

WEIGHTINGS = ("reports", "writers")
"""``reports``: each report counts 1. ``writers``: each writer counts alike, so a report weighs 1 / (the writer's)."""


def atom_demand(stream: RequestStream) -> tuple[IntColumn, IntColumn]:
    """Return the distinct min scores that a stream asks for [ppm] and how many requests ask for each.

    Requests that omit theirs are left out; both are empty where all do.
    """
    atoms, n_requests = np.unique(stream.min_score_ppm[~stream.is_omitted], return_counts=True)
    return read_only(atoms), read_only(n_requests.astype(np.int64))


def writer_weights(writer: IntColumn, weighting: str) -> FloatColumn:
    """Return what each report weighs; the weights sum to the number of reports.

    Raises
    ------
    InputError
        A weighting that we do not know.

    Examples
    --------
    >>> writer_weights(np.array([0, 0, 0, 1]), "writers").round(2).tolist()
    [0.67, 0.67, 0.67, 2.0]
    """
    one_of(weighting, WEIGHTINGS, name="weighting")
    if weighting == "reports" or not len(writer):
        return np.ones(len(writer))
    weight = 1.0 / np.bincount(writer)[writer]
    scaled: FloatColumn = weight * (len(writer) / weight.sum())
    return scaled


def verdict_cells(reports: FeedbackReports, *, weighting: str = "reports") -> tuple[CutPointCells, ReportRows]:
    """Return the cells on which reports stand, and every report that bears on edges.

    Parameters
    ----------
    reports
        With or without fine verdicts.
    weighting
        One of `WEIGHTINGS`.
    """
    rows = np.flatnonzero(reports.is_placed)
    pairs = np.stack((reports.min_score_ppm[rows], reports.tier_index[rows]), axis=1)
    distinct, cell = np.unique(pairs, axis=0, return_inverse=True)
    cells = CutPointCells(
        min_score=distinct[:, 0] / PPM, tier_index=distinct[:, 1], demand=None, n_edges=reports.n_edges
    )
    return cells, _rows(reports, rows, cell.reshape(-1), weighting)


def balance_cells(
    reports: FeedbackReports, stream: RequestStream, *, weighting: str = "reports"
) -> tuple[CutPointCells, ReportRows]:
    """Return the cells of the stream's demand under the map in force, and the complaints that stand on them.

    A complaint served by another tier than the map's, or about a min score that the stream never asks for, has no
    demand to be set against and is left out.
    """
    atoms, n_requests = atom_demand(stream)
    tier = np.searchsorted(np.array(reports.edges_ppm), atoms, side="right")
    cells = CutPointCells(
        min_score=atoms / PPM, tier_index=tier, demand=n_requests / max(1, n_requests.sum()), n_edges=reports.n_edges
    )
    is_complaint = reports.is_placed & (reports.verdict_code < FINE)
    at = np.searchsorted(atoms, reports.min_score_ppm)
    is_known = at < len(atoms)
    at = np.where(is_known, at, 0)
    if len(atoms):
        is_known &= (atoms[at] == reports.min_score_ppm) & (tier[at] == reports.tier_index)
    rows = np.flatnonzero(is_complaint & is_known)
    return cells, _rows(reports, rows, at[rows], weighting)


def _rows(reports: FeedbackReports, rows: IntColumn, cell: IntColumn, weighting: str) -> ReportRows:
    writer = np.unique(reports.writer[rows], return_inverse=True)[1].astype(np.int64)
    return ReportRows(cell, reports.verdict_code[rows], writer, writer_weights(writer, weighting))

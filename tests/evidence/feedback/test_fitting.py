"""The fit: against an optimiser that knows nothing of our slopes, one by one and in batches, and held for profiles."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from evidence.feedback.worlds import ONE_EDGE, TASTES, TWO_EDGES
from paretocode.evidence.feedback import (
    FittedReports,
    edge_profile,
    fit_reports,
    profile_interval,
    synthetic_reports,
    verdict_cells,
)
from paretocode.evidence.feedback.clustered import jackknife_covariance, writer_influence
from paretocode.evidence.feedback.cut_points import CutPointCells, FloatArray
from paretocode.evidence.feedback.fitting import fit_cut_points
from paretocode.evidence.feedback.profile import profile_fall


def slow_objective(theta: np.ndarray, counts: np.ndarray, cells: CutPointCells, edges: list[float]) -> float:
    """The penalised log-likelihood, cell by cell in plain Python, written from the documentation alone."""
    k = len(edges)
    scale, lapse, fine_rate = math.exp(theta[k]), 1 / (1 + math.exp(-theta[k + 1])), math.exp(theta[k + 2])
    cuts = [-math.inf, *theta[:k], math.inf]
    if any(right - left <= 1e-6 for left, right in itertools.pairwise(theta[:k])):
        return -math.inf
    total = 0.0
    for q, tier, row in zip(cells.min_score, cells.tier_index, counts, strict=True):
        weak = 0.0 if tier == k else 1 / (1 + math.exp(-(q - cuts[tier + 1]) / scale))
        dear = 0.0 if tier == 0 else 1 / (1 + math.exp(-(cuts[tier] - q) / scale))
        said = [(1 - lapse) * p + lapse / 3 for p in (weak, dear, 1 - weak - dear)]
        said[2] *= fine_rate
        total += sum(n * math.log(p / sum(said)) for n, p in zip(row, said, strict=True))
    for value, mean, sd in zip(
        theta, [*edges, math.log(0.1), math.log(0.02 / 0.98), 0.0], [0.5] * k + [1, 1, 2], strict=True
    ):
        total -= 0.5 * ((value - mean) / sd) ** 2
    return total + 0.1 * sum(math.log(b - a) for a, b in itertools.pairwise(theta[:k]))


@pytest.mark.parametrize("seed", [1, 2])
def test_no_optimiser_climbs_higher(seed: int) -> None:
    from scipy import optimize

    reports = synthetic_reports(TWO_EDGES, rng=seed).reports
    cells, rows = verdict_cells(reports)
    counts = rows.counts(len(cells))
    edges = reports.edges.tolist()
    fit = fit_cut_points(counts[None], cells, edges=reports.edges)
    theta = fit.theta[0]
    assert fit.objective[0] == pytest.approx(slow_objective(theta, counts, cells, edges), rel=1e-12)
    start = np.array([0.3, 0.7, math.log(0.1), -3.0, -1.0])
    other = optimize.minimize(
        lambda at: -slow_objective(at, counts, cells, edges), start, method="Nelder-Mead",
        options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 20_000, "maxfev": 20_000, "adaptive": True},
    )  # fmt: skip
    assert fit.objective[0] >= -other.fun - 1e-7
    assert theta[:2] == pytest.approx(other.x[:2], abs=1e-5)


def test_a_batch_is_its_fits_one_by_one() -> None:
    tables = []
    for seed in range(4):
        cells, rows = verdict_cells(synthetic_reports(ONE_EDGE, rng=seed).reports)
        tables.append(rows.counts(len(cells)))
    edges = np.array(ONE_EDGE.edges)
    together = fit_cut_points(np.array(tables), cells, edges=edges)
    assert together.is_converged.all()
    for at, table in enumerate(tables):
        alone = fit_cut_points(table[None], cells, edges=edges)
        assert together.theta[at] == pytest.approx(alone.theta[0], abs=1e-9)


def test_no_reports_leave_what_was_assumed() -> None:
    cells = CutPointCells(min_score=np.array([0.5]), tier_index=np.array([0]), demand=None, n_edges=2)
    fit = fit_cut_points(np.zeros((1, 1, 3)), cells, edges=np.array([0.33, 0.66]))
    # The gap's barrier pushes the edges apart: 0.1 / gap against (shift) / 0.25.
    assert fit.is_converged.all()
    assert fit.theta[0, 0] == pytest.approx(0.33, abs=0.07)
    assert fit.theta[0, 2:] == pytest.approx([math.log(0.1), math.log(0.02 / 0.98), 0.0])


def test_held_parameters_stay_and_the_rest_moves() -> None:
    fitted = fit_reports(*verdict_cells(synthetic_reports(TWO_EDGES, rng=3).reports), edges=np.array(TWO_EDGES.edges))
    counts = fitted.rows.counts(len(fitted.cells))
    held = np.full((3, 5), np.nan)
    held[:, 1] = [fitted.theta[1], 0.5, 0.2]  # the last one lies below where the other edge starts
    fits = fit_cut_points(np.tile(counts, (3, 1, 1)), fitted.cells, edges=fitted.edges, held=held)
    assert fits.theta[:, 1].tolist() == held[:, 1].tolist()
    assert fits.objective[0] == pytest.approx(fitted.objective, abs=1e-7)
    assert (np.diff(fits.objective) < -1).all()
    assert (fits.theta[:, 0] < fits.theta[:, 1]).all()


def test_the_profile_agrees_with_the_information_near_the_top() -> None:
    fitted = fit_reports(*verdict_cells(synthetic_reports(TWO_EDGES, rng=3).reports), edges=np.array(TWO_EDGES.edges))
    for edge in range(2):
        error = math.sqrt(fitted.model_covariance[edge, edge])
        at = fitted.theta[edge] + np.array([-0.2, 0.0, 0.2]) * error
        effect = max(1.0, fitted.design_effect[edge])
        assert profile_fall(fitted, edge, at) * effect == pytest.approx([0.02, 0.0, 0.02], abs=0.004)
        low, high = profile_interval(edge_profile(fitted, edge), level=0.95)
        wide = 1.96 * error * math.sqrt(effect)
        assert (low, high) == pytest.approx((fitted.theta[edge] - wide, fitted.theta[edge] + wide), abs=0.2 * wide)


def left_out(fitted: FittedReports) -> FloatArray:
    """Fit anew without each writer, and return how far the edges move."""
    rows = fitted.rows
    without = np.tile(rows.counts(len(fitted.cells)), (rows.n_writers, 1, 1))
    np.subtract.at(without, (rows.writer, rows.cell, rows.verdict), rows.weight)
    fits = fit_cut_points(without, fitted.cells, edges=fitted.edges)
    assert fits.is_converged.all()
    return fitted.theta[:2] - fits.theta[:, :2]


@pytest.mark.parametrize("n_reporters", [150, 12])
def test_influence_is_what_leaving_a_writer_out_does(n_reporters: int) -> None:
    world = replace(TASTES, n_reporters=n_reporters)
    reports = synthetic_reports(world, rng=5).reports
    fitted = fit_reports(*verdict_cells(reports), edges=reports.edges)
    moved = left_out(fitted)
    assert np.corrcoef(moved[:, 1], fitted.influence[:, 1])[0, 1] > 0.97
    slow = np.sqrt(((moved - moved.mean(axis=0)) ** 2).sum(axis=0) * (len(moved) - 1) / len(moved))
    assert np.sqrt(np.diag(fitted.covariance))[:2] == pytest.approx(slow, rel=0.05)


def test_saying_everything_twice_is_no_news() -> None:
    """Each report twice by the same writer: the same edges, the same clustered errors, half the naive variance."""
    reports = synthetic_reports(TWO_EDGES, rng=5).reports
    once = fit_reports(*verdict_cells(reports), edges=reports.edges)
    twice = fit_reports(*verdict_cells(reports.take(np.repeat(np.arange(len(reports)), 2))), edges=reports.edges)
    assert twice.theta[:2] == pytest.approx(once.theta[:2], abs=2e-3)
    assert np.diag(twice.covariance)[:2] == pytest.approx(np.diag(once.covariance)[:2], rel=0.05)
    assert np.diag(twice.model_covariance)[:2] == pytest.approx(np.diag(once.model_covariance)[:2] / 2, rel=0.05)
    assert twice.n_effective_writers == pytest.approx(once.n_effective_writers)


def test_one_writer_has_no_covariance() -> None:
    reports = synthetic_reports(ONE_EDGE, rng=5).reports
    cells, rows = verdict_cells(reports)
    alone = rows._replace(writer=np.zeros(len(rows.writer), dtype=np.int64))
    fitted = fit_reports(cells, rows, edges=reports.edges)
    assert not jackknife_covariance(writer_influence(fitted.theta, fitted.information, cells, alone)).any()

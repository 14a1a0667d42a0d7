"""Where should each edge lie, how sure is that, and do the reports tell at all?

The model stands in `cut_points`. The interval is the point -/+ a t quantile times the standard error clustered by
writer; the profile of the likelihood is the second witness. Beside both stands the identified stretch: between two
neighbouring min scores that anybody asks for, all edges do the same, and only the assumed shape of the noise tells them
apart.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.evidence.feedback.clustered import effective_number
from paretocode.evidence.feedback.cut_points import DEAR, FINE, WEAK
from paretocode.evidence.feedback.edge_verdicts import EdgeCounts, EdgeFacts, judge
from paretocode.evidence.feedback.estimates import EdgeEstimate, EdgeEstimates
from paretocode.evidence.feedback.fitted import FittedReports, fit_reports
from paretocode.evidence.feedback.placing import atom_demand, balance_cells, verdict_cells
from paretocode.evidence.feedback.profile import edge_profile, profile_interval
from paretocode.evidence.feedback.reports import FeedbackReports
from paretocode.evidence.feedback.sentences import said_edge_estimate
from paretocode.evidence.feedback.stretches import identified_stretch, is_same_stretch
from paretocode.evidence.feedback.wald import clustered_interval
from paretocode.stream.stream import RequestStream

__all__ = ["estimate_edges"]


def estimate_edges(
    reports: FeedbackReports,
    *,
    stream: RequestStream | None = None,
    weighting: str = "reports",
    weak_cost: float = 1.0,
    dear_cost: float = 1.0,
    level: float = 0.95,
) -> EdgeEstimates:
    """Estimate where each request edge should lie.

    Parameters
    ----------
    reports
        About the map in force.
    stream
        What was asked in the same time. It gives the atoms of the identified stretches, and the demand against which
        complaints are set where nobody wrote fine; it is not used otherwise.
    weighting
        ``reports`` counts reports as they come, ``writers`` counts every writer alike.
    weak_cost, dear_cost
        Above 0: what one request served too weakly costs against one served too dearly.
    level
        Of the intervals, inside (0, 1).

    Raises
    ------
    InputError
        A level or cost out of range, an unknown weighting, no report that speaks of edges, or no complaint that the
        stream has a demand for where that is needed.

    Notes
    -----
    Intervals are for each edge by itself. O(n_reports) and some hundred small fits for the profiles.

    Examples
    --------
    >>> from paretocode.evidence.feedback.synthetic import FeedbackWorld, synthetic_reports
    >>> asked = tuple((score, 1.0) for score in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.85))
    >>> world = FeedbackWorld(ideal_edges=(0.58,), edges=(0.66,), atoms=asked)
    >>> found = estimate_edges(synthetic_reports(world, rng=7).reports).edges[0]
    >>> found.verdict.name, found.low < 0.58 < found.high, found.stretch_ppm
    ('MOVE_DOWN', True, (550000, 600000))
    """
    _check(weak_cost, dear_cost, level)
    is_rated = bool((reports.is_placed & (reports.verdict_code == FINE)).any())
    basis = "verdicts" if is_rated or stream is None else "balance"
    if basis == "verdicts" or stream is None:
        cells, rows = verdict_cells(reports, weighting=weighting)
    else:
        cells, rows = balance_cells(reports, stream, weighting=weighting)
    if not reports.is_placed.any():
        raise InputError(
            "no report says too weak, too dear or fine about a min score that was asked",
            where=reports.name,
            way_out="bring reports with one of these verdicts and a min score",
        )
    if not len(rows.cell):
        raise InputError(
            "no complaint is about a min score that the stream asks for, served by the map's tier",
            where=reports.name,
            way_out="bring the stream of the same time and map",
        )
    asked = atom_demand(stream)[0] if stream is not None else np.unique(reports.min_score_ppm[reports.is_placed])
    fitted = fit_reports(cells, rows, edges=reports.edges)
    judged = _Judged(fitted, reports, asked, level, dear_cost / weak_cost, has_rates=is_rated or stream is not None)
    return EdgeEstimates(
        edges=tuple(judged.edge(at) for at in range(reports.n_edges)),
        level=level,
        basis=basis,
        weighting=weighting,
        weak_cost=weak_cost,
        dear_cost=dear_cost,
        atoms_ppm=asked,
        n_left_out=len(reports) - len(rows.cell),
        fitted=fitted,
    )


def _check(weak_cost: float, dear_cost: float, level: float) -> None:
    for name, cost in (("weak_cost", weak_cost), ("dear_cost", dear_cost)):
        if not 0 < cost < math.inf:
            raise InputError(f"{name} is {cost}", way_out="give a cost above 0; only the ratio of the two matters")
    if not 0 < level < 1:
        raise InputError(f"level is {level}", way_out="give a share inside (0, 1), such as 0.95")


@dataclass(frozen=True, slots=True)
class _Judged:
    """A fit, looked at edge by edge."""

    fitted: FittedReports
    reports: FeedbackReports
    atoms_ppm: IntColumn
    level: float
    cost_ratio: float
    has_rates: bool

    def edge(self, at: int) -> EdgeEstimate:
        point, error, low, high = clustered_interval(self.fitted, at, level=self.level, cost_ratio=self.cost_ratio)
        counts = self._counts(at)
        profile = profile_interval(edge_profile(self.fitted, at), level=self.level)
        shift = self.fitted.scale * math.log(self.cost_ratio)
        edge, names = float(self.fitted.edges[at]), self.reports.tier_names
        beside = np.concatenate(([0.0], self.fitted.edges, [1.0]))
        facts = EdgeFacts(
            has_rates=self.has_rates,
            is_converged=self.fitted.is_converged,
            counts=counts,
            assumed_share=float(self.fitted.assumed_share[at]),
            edge=edge,
            low=low,
            high=high,
            least=float(beside[at]),
            most=float(beside[at + 2]),
            is_same_stretch=is_same_stretch(edge, point, self.atoms_ppm),
        )
        verdict = judge(facts)
        stretch = identified_stretch(point, self.atoms_ppm)
        return EdgeEstimate(
            edge_index=at,
            tier_below=names[at],
            tier_above=names[at + 1],
            edge=edge,
            point=_clipped(point),
            standard_error=error,
            low=_clipped(low),
            high=_clipped(high),
            profile_low=_clipped(profile[0] + shift),
            profile_high=_clipped(profile[1] + shift),
            stretch_ppm=stretch,
            design_effect=float(self.fitted.design_effect[at]),
            assumed_share=facts.assumed_share,
            verdict=verdict,
            counts=counts,
            sentence=said_edge_estimate(
                verdict, facts, tiers=(names[at], names[at + 1]), point=point, level=self.level, stretch_ppm=stretch
            ),
        )

    def _counts(self, at: int) -> EdgeCounts:
        rows, cells = self.fitted.rows, self.fitted.cells
        tier = cells.tier_index[rows.cell]
        is_near = (tier == at) | (tier == at + 1)
        of_writer = np.bincount(rows.writer[is_near], weights=rows.weight[is_near])
        return EdgeCounts(
            n_reports=int(is_near.sum()),
            n_too_weak=int(((tier == at) & (rows.verdict == WEAK)).sum()),
            n_too_dear=int(((tier == at + 1) & (rows.verdict == DEAR)).sum()),
            n_fine=int((is_near & (rows.verdict == FINE)).sum()),
            n_writers=int((of_writer > 0).sum()),
            n_effective_writers=effective_number(of_writer),
            n_min_scores=len(np.unique(cells.min_score[rows.cell[is_near]])),
        )


def _clipped(value: float) -> float:
    return min(max(value, 0.0), 1.0)

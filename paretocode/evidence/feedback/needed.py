"""How many reports are needed for an interval of a given half width? From the model's information per report.

With n reports of the same mix by people alike, information grows as n, effective writers grow as n, and what one
person's many reports cost (the design effect) stays. The half width is then

    t(writers(n) - 1) x sqrt(design effect x [(n I + P)^-1]_jj)

with I the information of one report and P the penalties. A test simulates worlds of the planned size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence.feedback.cut_points import CutPointCells, FloatArray, verdict_probabilities
from paretocode.evidence.feedback.estimates import EdgeEstimates
from paretocode.evidence.feedback.fitting import expected_information
from paretocode.evidence.feedback.penalties import penalty_slopes, start_of

__all__ = ["ReportsNeeded", "planned_reports", "reports_needed"]

MOST_REPORTS = 10**9
"""Beyond this the answer is that no number of such reports will do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportsNeeded:
    """How many reports an edge needs.

    Parameters
    ----------
    edge_index
        Which edge.
    half_width
        Wanted, of an interval at `level` [axis].
    n_now, half_width_now
        Reports that were fitted, all edges together, and what they give; 0 and NaN for a plan without reports.
    n_reports
        Reports of the same mix in all, None where a billion would not do.
    n_independent
        The same if every report came from somebody else.
    """

    edge_index: int
    half_width: float
    level: float
    n_now: int
    half_width_now: float
    n_reports: int | None
    n_independent: int | None


class _Rate(NamedTuple):
    """What one report brings about one edge."""

    edge_index: int
    information: FloatArray
    stiffness: FloatArray
    design_effect: float
    writers: float

    def half_width(self, n_reports: int, level: float) -> float:
        from scipy import special

        covariance = np.linalg.inv(n_reports * self.information + self.stiffness)
        freedom = max(1.0, n_reports * self.writers - 1.0)
        reach = float(special.stdtrit(freedom, 0.5 + level / 2))
        return reach * float(np.sqrt(self.design_effect * covariance[self.edge_index, self.edge_index]))

    def least(self, half_width: float, level: float) -> int | None:
        """Return the least number of reports, by doubling and halving; the half width falls with n."""
        low, high = 0, 1
        while self.half_width(high, level) > half_width:
            low, high = high, 2 * high
            if high > MOST_REPORTS:
                return None
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.half_width(middle, level) <= half_width else (middle, high)
        return high


def _check(half_width: float) -> None:
    if not 0 < half_width < 0.5:
        raise InputError(f"half_width is {half_width}", way_out="give a part of the 0..1 axis, such as 0.02")


def reports_needed(estimates: EdgeEstimates, *, half_width: float) -> tuple[ReportsNeeded, ...]:
    """Return for each edge how many reports of the same mix, in all, give an interval of that half width.

    Parameters
    ----------
    estimates
        From `estimate_edges`; with costs of errors the answer is that of the plain crossing.
    half_width
        Half the wanted interval [axis], inside (0, 0.5).

    Raises
    ------
    InputError
        Half width out of range.

    Examples
    --------
    >>> from paretocode.evidence.feedback.estimate import estimate_edges
    >>> from paretocode.evidence.feedback.synthetic import FeedbackWorld, synthetic_reports
    >>> asked = tuple((score, 1.0) for score in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.85))
    >>> world = FeedbackWorld(ideal_edges=(0.58,), edges=(0.66,), atoms=asked)
    >>> wide, narrow = (reports_needed(estimate_edges(synthetic_reports(world, rng=7).reports), half_width=half)[0]
    ...                 for half in (0.02, 0.01))
    >>> 3.9 < narrow.n_reports / wide.n_reports < 4.1
    True
    """
    _check(half_width)
    fitted = estimates.fitted
    n_now, level = len(fitted.rows.cell), estimates.level
    information = (fitted.information - fitted.stiffness) / n_now
    needed = []
    for at in range(fitted.n_edges):
        alone = _Rate(at, information, fitted.stiffness, 1.0, 1.0)
        effect = float(np.fmax(1.0, fitted.design_effect[at]))
        rate = alone._replace(design_effect=effect, writers=fitted.n_effective_writers / n_now)
        needed.append(
            ReportsNeeded(
                edge_index=at,
                half_width=half_width,
                level=level,
                n_now=n_now,
                half_width_now=rate.half_width(n_now, level),
                n_reports=rate.least(half_width, level),
                n_independent=alone.least(half_width, level),
            )
        )
    return tuple(needed)


def planned_reports(
    *,
    edges: FloatColumn,
    min_scores: FloatColumn,
    request_shares: FloatColumn,
    half_width: float,
    noise_scale: float = 0.06,
    lapse: float = 0.02,
    fine_rate: float = 0.2,
    design_effect: float = 1.0,
    reports_per_writer: float = 1.0,
    level: float = 0.95,
) -> tuple[ReportsNeeded, ...]:
    """Return how many reports each edge needs, before there is any: under assumed noise and habits of writing.

    Parameters
    ----------
    edges
        Shape (n_edges,): current edges, 0..1, which are taken to be right.
    min_scores, request_shares
        Shape (n_atoms,): what is asked for, 0..1, and how often; shares are scaled to sum to 1.
    half_width, level
        Wanted.
    noise_scale, lapse, fine_rate
        As in `cut_points`; the defaults are assumptions, no measurement.
    design_effect, reports_per_writer
        What correlated reports of one person cost, 1 or more; and how many reports one (effective) writer writes.

    Raises
    ------
    InputError
        Half width out of range.

    Examples
    --------
    >>> plan = planned_reports(edges=np.array([0.66]), min_scores=np.array([0.5, 0.6, 0.65, 0.7, 0.8]),
    ...                        request_shares=np.ones(5), half_width=0.02)[0]
    >>> 100 < plan.n_reports < 10_000, plan.n_reports >= plan.n_independent
    (True, True)
    """
    _check(half_width)
    tier = np.searchsorted(edges, min_scores, side="right").astype(np.int64)
    cells = CutPointCells(min_score=min_scores, tier_index=tier, demand=None, n_edges=len(edges))
    nuisance = (np.log(noise_scale), np.log(lapse / (1.0 - lapse)), np.log(fine_rate))
    theta = np.concatenate((edges, nuisance))[None]
    written = request_shares * (verdict_probabilities(theta, cells)[0] @ np.array([1.0, 1.0, fine_rate]))
    information = expected_information(theta, cells, written[None] / written.sum())[0]
    stiffness = penalty_slopes(theta, start_of(edges), len(edges))[1][0]
    needed = []
    for at in range(len(edges)):
        alone = _Rate(at, information, stiffness, 1.0, 1.0)
        rate = alone._replace(design_effect=design_effect, writers=1.0 / reports_per_writer)
        needed.append(
            ReportsNeeded(
                edge_index=at,
                half_width=half_width,
                level=level,
                n_now=0,
                half_width_now=float("nan"),
                n_reports=rate.least(half_width, level),
                n_independent=alone.least(half_width, level),
            )
        )
    return tuple(needed)

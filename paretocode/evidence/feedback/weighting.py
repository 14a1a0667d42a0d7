"""Would the edges lie elsewhere if everybody had one voice? Reports as they come against every writer alike.

Who writes much may want something else than who writes little. Weighing each report by one over its writer's number of
reports gives every writer one voice (inverse-rate weighting, D. G. Horvitz and D. J. Thompson, JASA 47 (1952), with the
number of reports for the rate). It cannot give a voice to people who never write.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from paretocode.evidence.feedback.clustered import jackknife_covariance
from paretocode.evidence.feedback.estimate import estimate_edges
from paretocode.evidence.feedback.reports import FeedbackReports
from paretocode.stream.stream import RequestStream

__all__ = ["WeightingEffect", "weighting_effects"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightingEffect:
    """What the weighting does to one edge.

    Parameters
    ----------
    edge_index
        Which edge.
    by_reports, by_writers
        The estimate either way, 0..1.
    shift, low, high
        by_writers - by_reports [axis], and its interval: both estimates move with the same people, so the difference
        is known better than either.
    sentence
        What to tell people.
    """

    edge_index: int
    by_reports: float
    by_writers: float
    shift: float
    low: float
    high: float
    sentence: str

    @property
    def is_seen(self) -> bool:
        """Whether the interval of the shift leaves out 0."""
        return self.low > 0 or self.high < 0


def weighting_effects(
    reports: FeedbackReports, *, stream: RequestStream | None = None, level: float = 0.95
) -> tuple[WeightingEffect, ...]:
    """Return what one voice for each writer does to every edge.

    Parameters
    ----------
    reports, stream, level
        As in `estimate_edges`.

    Raises
    ------
    InputError
        What `estimate_edges` refuses.

    Notes
    -----
    The interval of the shift comes from the differences of the writers' influences, as in J. A. Hausman's test,
    Econometrica 46 (1978), without taking either estimate for efficient.

    Examples
    --------
    >>> from paretocode.evidence.feedback.synthetic import FeedbackWorld, synthetic_reports
    >>> asked = tuple((score, 1.0) for score in (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.85))
    >>> world = FeedbackWorld(ideal_edges=(0.6,), edges=(0.66,), atoms=asked, n_requests=40_000, writing_spread=1.0,
    ...                       loud_taste=0.08)
    >>> effect = weighting_effects(synthetic_reports(world, rng=1).reports)[0]
    >>> effect.shift > 0, effect.is_seen
    (True, True)
    """
    from scipy import special

    as_they_come = estimate_edges(reports, stream=stream, level=level).fitted
    alike = estimate_edges(reports, stream=stream, level=level, weighting="writers").fitted
    errors = np.sqrt(np.diag(jackknife_covariance(alike.influence - as_they_come.influence)))
    reach = float(special.stdtrit(as_they_come.degrees_of_freedom, 0.5 + level / 2))
    return tuple(
        _effect(at, float(as_they_come.theta[at]), float(alike.theta[at]), reach * float(errors[at]))
        for at in range(reports.n_edges)
    )


def _effect(edge_index: int, by_reports: float, by_writers: float, half_width: float) -> WeightingEffect:
    shift = by_writers - by_reports
    is_seen = math.fabs(shift) > half_width
    way = "up" if shift > 0 else "down"
    sentence = (
        f"One voice for each writer moves the edge {way} by {abs(shift):.3f}: people who write much want another edge."
        if is_seen
        else f"One voice for each writer moves the edge by {shift:+.3f}, which may be chance."
    )
    return WeightingEffect(
        edge_index=edge_index,
        by_reports=by_reports,
        by_writers=by_writers,
        shift=shift,
        low=shift - half_width,
        high=shift + half_width,
        sentence=sentence,
    )

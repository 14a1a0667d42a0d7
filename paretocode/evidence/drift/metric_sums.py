"""What does a map come to, session by session? The sums from which its metrics and their errors follow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.catalogue.scales import ScoreScale
from paretocode.evidence.map_sums import map_sums
from paretocode.evidence.measures import map_measure
from paretocode.evidence.resampling import FloatMatrix
from paretocode.sim.replaying import Replay

__all__ = ["METRIC_UNITS", "MetricSums", "metric_sums"]

METRIC_UNITS = {
    "cost_usd_per_krequest": "USD per 1,000 requests",
    "shortfall_mean": "of the 0..1 axis",
    "unmet_share": "share",
    "unserved_share": "share",
    "tier_jump_rate": "per pair of requests",
    "model_jump_rate": "per pair of requests",
    "latency_mean_s": "s",
}
"""The metrics that drift is judged by: those of the evidence's measures that are ratios of sums. Less is better."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MetricSums:
    """Ratios of sums over sessions.

    Parameters
    ----------
    names
        Of the metrics, length K.
    numerator, denominator
        Shape (n_sessions, K); numerators in the metric's unit, denominators counts.
    """

    names: tuple[str, ...]
    numerator: FloatMatrix
    denominator: FloatMatrix

    @property
    def n_sessions(self) -> int:
        """How many sessions stand behind it."""
        return len(self.numerator)

    def values(self, weight: FloatColumn | None = None) -> FloatColumn:
        """Return the metrics, shape (K,), sessions weighted; NaN where nothing stands in the denominator."""
        above, below = (
            part.sum(axis=0) if weight is None else weight @ part for part in (self.numerator, self.denominator)
        )
        values: FloatColumn = np.divide(above, below, out=np.full(len(self.names), np.nan), where=below > 0)
        return values

    def residuals(self, weight: FloatColumn | None = None) -> FloatMatrix:
        """Return (numerator - value x denominator) / mean weighted denominator, shape (n_sessions, K).

        Over n_sessions and times the weight it is a session's influence on the metric (Cochran 1977, section 6.3). 0
        where the metric has no value.
        """
        w = np.ones(self.n_sessions) if weight is None else weight
        size = w @ self.denominator / self.n_sessions
        value = np.nan_to_num(self.values(w))
        residual: FloatMatrix = (self.numerator - value * self.denominator) / np.where(size > 0, size, 1.0)
        return np.where(size > 0, residual, 0.0)

    def take(self, names: tuple[str, ...]) -> MetricSums:
        """Return some of the metrics."""
        at = [self.names.index(name) for name in names]
        return MetricSums(names=names, numerator=self.numerator[:, at], denominator=self.denominator[:, at])


def metric_sums(run: Replay, *, scale: ScoreScale) -> MetricSums:
    """Return the sums by session of a replay; latency is among them where the replay has times. O(n).

    Raises
    ------
    InputError
        A stream of one session.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim import replay
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> stream = request_stream(session=[1, 1, 2], time_s=[0, 10, 5], prompt_tokens=[10_000, 12_000, 9_000],
    ...                         completion_tokens=[500] * 3, min_score=[0.65, 0.66, float("nan")])
    >>> run = replay(stream, documented_pareto_code(models), models)
    >>> sums = metric_sums(run, scale=PercentileScale(field=tuple(models.coding_score)))
    >>> sums.values()[sums.names.index("tier_jump_rate")], sums.denominator[:, sums.names.index("shortfall_mean")]
    (np.float64(1.0), array([2., 0.]))
    """
    names = tuple(name for name in METRIC_UNITS if name != "latency_mean_s" or run.latency_us is not None)
    sums = map_sums(run, scale=scale, measures=names)
    measures = [map_measure(name) for name in names]
    return MetricSums(
        names=names,
        numerator=np.column_stack([sums.columns[m.numerator] / m.unit for m in measures]),
        denominator=np.column_stack([sums.columns[m.denominator] for m in measures]).astype(np.float64),
    )

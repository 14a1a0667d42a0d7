"""How much do sessions differ in what a change of map does to them? The variance that every sample size follows from.

A difference of two maps on n sessions has, to first order, the error of a mean of n session contributions. Their
variance on the stream at hand is therefore all that a planner needs to know of it, and that of a request alone is not
enough: requests of one session move together.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters, session_clusters
from paretocode.evidence.map_sums import MapSums, map_sums
from paretocode.evidence.measures import MapMeasure, map_measure
from paretocode.evidence.quantiles import quantile_influence_us
from paretocode.sim.replaying import Replay

__all__ = ["SessionSpread", "influence_of", "session_spread", "spread_of_sums", "value_of"]

_DAY_S = 86_400.0


@dataclass(frozen=True, kw_only=True, eq=False)
class SessionSpread:
    """One measure of candidate and incumbent, session by session.

    Parameters
    ----------
    measure
        What is compared.
    candidate, incumbent
        Sums by session (or coarser cluster) of both maps on the same stream.
    n_requests
        Of the stream.
    sessions_per_day
        Of the stream's own clock; None where sessions have no common clock, or clusters are no sessions.
    design_effect
        Variance of the difference over what it would be if requests were independent (Kish 1965); None where unknown.
    """

    measure: MapMeasure
    candidate: MapSums
    incumbent: MapSums
    n_requests: int
    sessions_per_day: float | None = None
    design_effect: float | None = None

    def __post_init__(self) -> None:
        if self.candidate.n_clusters != self.incumbent.n_clusters:
            raise InputError(
                f"{self.candidate.n_clusters} clusters stand against {self.incumbent.n_clusters}",
                where="sample size",
                way_out="replay both maps on the same stream",
            )
        for sums in (self.candidate, self.incumbent):
            if self.measure.denominator and sums.total(self.measure.denominator) == 0:
                raise InputError(
                    f"{self.measure.name} of map {sums.name!r} is divided by nothing",
                    where="sample size",
                    way_out="plan for another measure: no request speaks about this one",
                )

    @property
    def n_sessions(self) -> int:
        """Sessions (or clusters) of the stream."""
        return self.candidate.n_clusters

    @property
    def kind(self) -> str:
        """What is counted: session, user, ..."""
        return self.candidate.cluster_kind

    @cached_property
    def values(self) -> tuple[float, float]:
        """The measure of candidate and incumbent, in people's units."""
        return value_of(self.candidate, self.measure), value_of(self.incumbent, self.measure)

    @property
    def difference(self) -> float:
        """Candidate minus incumbent."""
        return self.values[0] - self.values[1]

    @cached_property
    def influences(self) -> tuple[FloatColumn, FloatColumn]:
        """Shape (n_sessions,) each, for candidate and incumbent: estimate minus truth is about their mean."""
        n = self.n_sessions
        return n * influence_of(self.candidate, self.measure), n * influence_of(self.incumbent, self.measure)

    @cached_property
    def paired_influence(self) -> FloatColumn:
        """Shape (n_sessions,): the same of the difference."""
        return self.influences[0] - self.influences[1]

    @cached_property
    def sd_paired(self) -> float:
        """Standard deviation between sessions of what the difference is a mean of."""
        return _sd(self.paired_influence)

    @cached_property
    def sd_arms(self) -> tuple[float, float]:
        """The same of candidate and incumbent alone."""
        return _sd(self.influences[0]), _sd(self.influences[1])


def value_of(sums: MapSums, measure: MapMeasure) -> float:
    """Return a measure of a map, in people's units."""
    if measure.per_mille is not None:
        return sums.windows[measure.per_mille].point_us / measure.unit
    return sums.total(measure.numerator) / sums.total(measure.denominator) / measure.unit


def influence_of(sums: MapSums, measure: MapMeasure) -> FloatColumn:
    """Return what each cluster contributes to estimate minus truth, shape (n_clusters,).

    Notes
    -----
    (a_c - (A / B) b_c) / B for a ratio of sums A / B (Woodruff 1971); for quantiles see `quantile_influence_us`.
    """
    if measure.per_mille is not None:
        influence: FloatColumn = quantile_influence_us(sums.windows[measure.per_mille]) / measure.unit
        return influence
    whole = sums.total(measure.denominator)
    ratio = sums.total(measure.numerator) / whole
    return (sums.columns[measure.numerator] - ratio * sums.columns[measure.denominator]) / whole / measure.unit


def spread_of_sums(
    candidate: MapSums, incumbent: MapSums, measure: str, *, n_requests: int, sessions_per_day: float | None = None
) -> SessionSpread:
    """Return the spread between sessions of sums that are there already, such as those of a comparison.

    Raises
    ------
    InputError
        An unknown measure, one that was not summed or that no request speaks about, or sums of other clusters.

    Examples
    --------
    >>> columns = lambda cost: {"cost_pusd": np.array(cost), "n_requests": np.array([1, 2, 1])}
    >>> old, new = (MapSums(name=name, n_clusters=3, cluster_kind="session", columns=columns(cost), windows={})
    ...             for name, cost in (("old", [4, 8, 4]), ("new", [3, 8, 1])))
    >>> spread = spread_of_sums(new, old, "cost_usd_per_krequest", n_requests=4)
    >>> spread.sd_arms[1], round(spread.difference * 1e9, 6)  # each request costs the incumbent 4: no spread at all
    (0.0, -1.0)
    """
    chosen = map_measure(measure)
    for sums in (candidate, incumbent):
        is_there = (
            {chosen.numerator, chosen.denominator} <= set(sums.columns)
            if chosen.per_mille is None
            else chosen.per_mille in sums.windows
        )
        if not is_there:
            raise InputError(
                f"{measure} was not summed",
                where=f"map {sums.name!r}",
                way_out=f"name it in map_sums(..., measures=[{measure!r}])",
            )
    return SessionSpread(
        measure=chosen,
        candidate=candidate,
        incumbent=incumbent,
        n_requests=n_requests,
        sessions_per_day=sessions_per_day,
    )


def session_spread(
    candidate: Replay, incumbent: Replay, measure: str, *, scale: ScoreScale, clusters: Clusters | None = None
) -> SessionSpread:
    """Measure how sessions differ under two maps. O(n).

    Parameters
    ----------
    candidate, incumbent
        Replays of one stream, with the same luck where times are compared.
    measure
        One of `paretocode.evidence.MAP_MEASURES`, or ``latency_above_share:SECONDS``.
    clusters
        What is independent; sessions when None.

    Raises
    ------
    InputError
        Replays of two streams, one session only, an unknown measure, or one that no request speaks about.

    Examples
    --------
    >>> from paretocode.sim import replay
    >>> from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
    >>> stream = many_sessions()
    >>> runs = [replay(stream, tier_map, models()) for tier_map in (two_tiers(), documented())]
    >>> spread = session_spread(*runs, "cost_usd_per_krequest", scale=percentiles())
    >>> spread.sd_paired < spread.sd_arms[0] + spread.sd_arms[1], round(spread.sessions_per_day, 1)
    (True, 86.4)
    """
    stream = candidate.stream
    if stream is not incumbent.stream and stream.digest != incumbent.stream.digest:
        raise InputError(
            f"{candidate.tier_map.name!r} and {incumbent.tier_map.name!r} were replayed on two streams",
            where="sample size",
            way_out="replay both on one",
        )
    whole = session_clusters(stream) if clusters is None else clusters
    rows = Clusters(of_row=np.arange(len(stream)), n=len(stream), kind="request")
    by_cluster = [map_sums(run, scale=scale, measures=[measure], clusters=whole) for run in (candidate, incumbent)]
    by_request = [map_sums(run, scale=scale, measures=[measure], clusters=rows) for run in (candidate, incumbent)]
    start_s = stream.time_s[stream.is_first]
    span_s = float(start_s.max() - start_s.min()) if whole.kind == "session" else 0.0
    spread = spread_of_sums(
        by_cluster[0],
        by_cluster[1],
        measure,
        n_requests=len(stream),
        sessions_per_day=(stream.n_sessions - 1) / span_s * _DAY_S if span_s > 0 else None,
    )
    alone = influence_of(by_request[0], spread.measure) - influence_of(by_request[1], spread.measure)
    together = spread.paired_influence / spread.n_sessions
    independent = float(alone @ alone)
    return SessionSpread(
        measure=spread.measure,
        candidate=spread.candidate,
        incumbent=spread.incumbent,
        n_requests=spread.n_requests,
        sessions_per_day=spread.sessions_per_day,
        design_effect=float(together @ together) / independent if independent > 0 else None,
    )


def _sd(influence: FloatColumn) -> float:
    return float(np.sqrt(influence @ influence / (len(influence) - 1)))

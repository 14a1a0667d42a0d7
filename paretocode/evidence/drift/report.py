"""Has anything drifted, does it matter, and which factor is it? The whole answer, with a verdict per factor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence.drift.attribution import Attribution, attribute
from paretocode.evidence.drift.catalogue_drift import CatalogueDrift, catalogue_drift
from paretocode.evidence.drift.draws import draws_of
from paretocode.evidence.drift.effects import CONVENTIONS
from paretocode.evidence.drift.judging import FactorDrift, graver, judge_factor, judge_stream
from paretocode.evidence.drift.metric_sums import metric_sums
from paretocode.evidence.drift.moves import MetricMove, independent_moves
from paretocode.evidence.drift.quantities import Callers
from paretocode.evidence.drift.strata import session_strata
from paretocode.evidence.drift.stream_tests import drift_tests
from paretocode.evidence.drift.verdicts import DEFAULT_LIMITS, DriftVerdict, Limit, check_limits, level_of_each
from paretocode.sim.cache import PrefixCache
from paretocode.sim.luck import Luck
from paretocode.sim.replaying import replay
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["DriftReport", "drift_report"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftReport:
    """Drift between the tuned and today's world.

    Parameters
    ----------
    tuned, today
        Names of the streams.
    n_sessions
        Sessions, tuned and today.
    factors
        One for each factor that was watched, in the order of `FACTORS`.
    moves
        The map's metrics on the tuned catalogue, from the tuned stream to today's.
    attribution
        Which factor moved them, and what none explains.
    catalogue
        None where no other catalogue was given.
    stream_verdict
        Of the stream alone.
    verdict
        The graver of stream and catalogue.
    limits
        How far each metric may move before it is said to matter.
    alpha, level
        Of the tests (Holm over all quantities) and of the intervals (all limited metrics together).
    """

    tuned: str
    today: str
    n_sessions: tuple[int, int]
    factors: tuple[FactorDrift, ...]
    moves: tuple[MetricMove, ...]
    attribution: Attribution
    catalogue: CatalogueDrift | None
    stream_verdict: DriftVerdict
    verdict: DriftVerdict
    limits: Mapping[str, Limit]
    alpha: float
    level: float

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {
            "tuned": self.tuned,
            "today": self.today,
            "n_sessions": list(self.n_sessions),
            "verdict": self.verdict.value,
            "stream_verdict": self.stream_verdict.value,
            "factors": [factor.to_dict() for factor in self.factors],
            "moves": [move.to_dict() for move in self.moves],
            "joint": self.attribution.joint.to_dict(),
            "unexplained": [move.to_dict() for move in self.attribution.unexplained],
            "catalogue": None if self.catalogue is None else self.catalogue.to_dict(),
            "limits": {name: asdict(limit) for name, limit in self.limits.items()},
            "alpha": self.alpha,
            "level": self.level,
            "conventions": dict(CONVENTIONS),
        }


def drift_report(
    tuned: RequestStream,
    today: RequestStream,
    tier_map: TierMap,
    catalogue: Catalogue,
    *,
    scale: ScoreScale,
    catalogue_today: Catalogue | None = None,
    callers: Callers | None = None,
    cache: PrefixCache | None = None,
    luck: tuple[Luck, Luck] | None = None,
    limits: Mapping[str, Limit] = DEFAULT_LIMITS,
    alpha: float = 0.05,
    level: float = 0.95,
    n_permutations: int = 999,
    rng: np.random.Generator | int,
) -> DriftReport:
    """Compare the world a map was tuned on with today's.

    Parameters
    ----------
    tuned, today
        Streams that share no session.
    catalogue, catalogue_today
        What the map was cut from, and what is in force; None where it is the same.
    callers
        One label a session of either stream.
    luck
        Of either stream, for latency.
    limits
        Metric -> how far it may move before the drift is said to matter.
    alpha
        A factor drifted when one of its tests is at most this after Holm's correction.
    level
        Of all limited metrics' intervals together: each has 1 - (1 - level) / their number (Bonferroni).

    Notes
    -----
    A factor that drifted is cleared where the metrics, had it alone drifted, stay within the limits with their whole
    intervals, and guilty where one lies beyond with its whole interval; else there is too little data. A factor of
    which no test rejects shows no sign, or too little data below 20 sessions. The verdict on the stream looks at
    the metrics' whole moves, whatever explains them, so that it can be graver than every factor's.

    Raises
    ------
    InputError
        A stream of one session, an alpha outside 0 .. 0.5, limits on unknown metrics, or what the parts refuse.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.stream import Demand, apply_demand, synthesise
    >>> from paretocode.tiermap import documented_pareto_code
    >>> models = load_bundled()
    >>> ask = {1: Demand(atoms=((0.2, 1.0),)), 2: Demand(atoms=((0.8, 1.0),))}
    >>> tuned, today = (apply_demand(synthesise("chat", n_sessions=80, rng=seed), ask[seed], rng=seed) for seed in ask)
    >>> report = drift_report(tuned, today, documented_pareto_code(models), models, n_permutations=199, rng=3,
    ...                       scale=PercentileScale(field=tuple(models.coding_score)))
    >>> report.factors[0].factor, report.factors[0].verdict.name, report.verdict.value
    ('min scores', 'TOO_LITTLE', "drift that moves the map's metrics beyond a stated limit")
    >>> report.factors[0].move.uncovered_share  # nobody asked for 0.8 before: no weighting can show what it does
    1.0
    """
    check_limits(limits)
    if not 0 < alpha < 0.5:
        raise InputError(f"alpha is {alpha}", where="drift", way_out="give a share such as 0.05")
    edges = tier_map.request_edges_ppm
    tests = drift_tests(tuned, today, callers=callers, edges_ppm=edges, n_permutations=n_permutations, rng=rng)
    lucks = luck if luck is not None else (None, None)
    before, after = (
        metric_sums(replay(stream, tier_map, catalogue, cache=cache, luck=own), scale=scale)
        for stream, own in zip((tuned, today), lucks, strict=True)
    )
    n_sessions, each = (tuned.n_sessions, today.n_sessions), level_of_each(level, before.names, limits)
    draws = draws_of(*n_sessions)
    strata = session_strata(tuned, today, callers=callers, edges_ppm=edges)
    moves = independent_moves(before, after, level=each, draws=draws)
    attribution = attribute(before, after, strata, level=each, draws=draws)
    factors = tuple(
        judge_factor(tests, move, n_sessions=n_sessions, limits=limits, alpha=alpha) for move in attribution.single
    )
    stream_verdict, moved = judge_stream(moves, factors, limits), None
    if catalogue_today is not None:
        moved = catalogue_drift(
            catalogue,
            catalogue_today,
            tier_map,
            tuned,
            scale=scale,
            cache=cache,
            luck=lucks[0],
            limits=limits,
            level=level,
        )
    return DriftReport(
        tuned=tuned.name,
        today=today.name,
        n_sessions=n_sessions,
        factors=factors,
        moves=moves,
        attribution=attribution,
        catalogue=moved,
        stream_verdict=stream_verdict,
        verdict=stream_verdict if moved is None else graver(stream_verdict, moved.verdict),
        limits=dict(limits),
        alpha=alpha,
        level=level,
    )

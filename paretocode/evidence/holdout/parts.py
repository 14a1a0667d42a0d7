"""What do candidate and incumbent come to on one part of a split? Both replayed on the same sessions and luck."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from paretocode._checks import IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters, label_clusters, session_clusters
from paretocode.evidence.estimates import Estimates
from paretocode.evidence.holdout.split import Split
from paretocode.evidence.map_sums import map_sums
from paretocode.evidence.measures import DEFAULT_MEASURES, map_measure
from paretocode.evidence.of_maps import MapEstimates, estimates_of_maps
from paretocode.evidence.resampling import Resampling
from paretocode.sim.cache import PrefixCache
from paretocode.sim.luck import Luck, draw_luck
from paretocode.sim.metrics import Metrics, measure
from paretocode.sim.replaying import Replay, replay
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["PartMeasures", "Terms", "common_measures", "estimate_pair", "measure_part", "replay_pair"]

_LEAST_CLUSTERS = 2
"""What shows any spread."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Terms:
    """Under which terms are maps replayed and compared? The same for every map and every part.

    Parameters
    ----------
    catalogue, scale, cache
        As in `paretocode.sim.replay` and `paretocode.sim.measure`; the default cache when None.
    luck_seed
        Latency draws of the whole stream, so that a session has the same luck in whichever part it stands; None leaves
        the latency measures out.
    measures
        Names of `paretocode.evidence.MAP_MEASURES`; None takes the default ones that the maps have on every part.
    n_replicates, seed
        Of the resamples; the holdout's are drawn with the next seed, so that the parts are independent.
    level
        Of the intervals.
    groups
        One label a session of the whole stream: sessions of one label are resampled together. None takes sessions.
    """

    catalogue: Catalogue
    scale: ScoreScale
    cache: PrefixCache | None = None
    luck_seed: int | None = 0
    measures: tuple[str, ...] | None = None
    n_replicates: int = 1000
    seed: int = 5
    level: float = 0.95
    groups: Sequence[Hashable] | None = None

    def luck(self, stream: RequestStream) -> Luck | None:
        """Return the luck of the whole stream."""
        return None if self.luck_seed is None else draw_luck(stream, rng=self.luck_seed)

    def clusters(self, stream: RequestStream, sessions: IntColumn) -> Clusters:
        """Return what is resampled on a part that holds the given sessions of the whole stream.

        Raises
        ------
        InputError
            One session, or one group of them, only.
        """
        of_session = range(len(sessions)) if self.groups is None else [self.groups[i] for i in sessions.tolist()]
        if len(set(of_session)) < _LEAST_CLUSTERS:
            kind = "session" if self.groups is None else "group of sessions"
            raise InputError(
                f"a part of the split holds one {kind} only",
                where=stream.name or "holdout",
                way_out="keep back another share, ask for fewer folds, or bring a longer log",
            )
        if self.groups is None:
            return session_clusters(stream)
        return label_clusters(stream, list(of_session), kind="group")

    def check_groups(self, split: Split) -> None:
        """Refuse a split that tears a group apart.

        Raises
        ------
        InputError
            The first label that stands in both parts.
        """
        if self.groups is None:
            return
        if len(self.groups) != split.n_sessions:
            raise InputError(
                f"{len(self.groups)} groups stand against {split.n_sessions} sessions",
                where="holdout",
                way_out="give one label a session",
            )
        known = {self.groups[i] for i in split.train_index.tolist()}
        shared = [self.groups[i] for i in split.test_index.tolist() if self.groups[i] in known]
        if shared:
            raise InputError(
                f"{len(set(shared)):,} groups stand in both parts, the first is {shared[0]!r}",
                where="holdout",
                way_out="split with the same groups",
            )

    def settings(self) -> dict[str, object]:
        """Return plain values that say what the numbers depend on, for the lock."""
        return {
            "catalogue_digest": self.catalogue.digest,
            "scale": repr(self.scale),
            "cache": repr(self.cache if self.cache is not None else PrefixCache()),
            "luck_seed": self.luck_seed,
            "measures": None if self.measures is None else list(self.measures),
            "n_replicates": self.n_replicates,
            "seed": self.seed,
            "level": self.level,
            "is_grouped": self.groups is not None,
        }


@dataclass(frozen=True, kw_only=True, eq=False)
class PartMeasures:
    """One part of a split under both maps.

    Parameters
    ----------
    n_sessions, n_requests
        Of the part.
    metrics
        (candidate, incumbent): everything that `paretocode.sim.measure` says.
    candidate, incumbent
        The compared measures, on common resamples.
    """

    n_sessions: int
    n_requests: int
    metrics: tuple[Metrics, Metrics]
    candidate: MapEstimates
    incumbent: MapEstimates

    @property
    def difference(self) -> Estimates:
        """Candidate minus incumbent."""
        return self.candidate.minus(self.incumbent)


def replay_pair(
    part: RequestStream, maps: tuple[TierMap, TierMap], terms: Terms, luck: Luck | None
) -> tuple[Replay, Replay]:
    """Replay candidate and incumbent on a part with its luck."""
    first, second = (replay(part, m, terms.catalogue, cache=terms.cache, luck=luck) for m in maps)
    return first, second


def common_measures(pairs: Sequence[tuple[Replay, Replay]], terms: Terms) -> tuple[str, ...]:
    """Return the measures to compare: those asked for, or the default ones that no replay lacks.

    Raises
    ------
    InputError
        An unknown measure, or nothing left to compare.
    """
    if terms.measures is not None:
        return tuple(map_measure(name).name for name in terms.measures)
    found = [measure(run, scale=terms.scale) for pair in pairs for run in pair]
    kept = tuple(name for name in DEFAULT_MEASURES if all(getattr(m, name) is not None for m in found))
    if not kept:
        raise InputError("the parts have no measure in common", where="holdout", way_out="name measures")
    return kept


def measure_part(
    pair: tuple[Replay, Replay], clusters: Clusters, measures: Sequence[str], terms: Terms, *, seed: int | None = None
) -> PartMeasures:
    """Measure both replays of one part on common resamples of its clusters.

    Parameters
    ----------
    seed
        Of the resamples, another one for each part; that of the terms when None.

    Raises
    ------
    InputError
        A measure that the part lacks.
    """
    candidate, incumbent = estimate_pair(pair, clusters, measures, terms, seed=seed)
    first, second = (measure(run, scale=terms.scale) for run in pair)
    return PartMeasures(
        n_sessions=pair[0].stream.n_sessions,
        n_requests=len(pair[0].stream),
        metrics=(first, second),
        candidate=candidate,
        incumbent=incumbent,
    )


def estimate_pair(
    pair: tuple[Replay, Replay], clusters: Clusters, measures: Sequence[str], terms: Terms, *, seed: int | None = None
) -> tuple[MapEstimates, MapEstimates]:
    """Estimate the measures of both replays on common resamples.

    Raises
    ------
    InputError
        A measure that the part lacks.
    """
    sums = [map_sums(run, scale=terms.scale, measures=measures, clusters=clusters) for run in pair]
    resampling = Resampling(
        n_clusters=clusters.n, n_replicates=terms.n_replicates, seed=terms.seed if seed is None else seed
    )
    candidate, incumbent = estimates_of_maps(sums, resampling, measures=measures)
    return candidate, incumbent

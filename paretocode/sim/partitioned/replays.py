"""What do maps do to a stream larger than memory? Each part replayed by itself; what it adds up to is added."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import ScoreScale
from paretocode.sim.cache import PrefixCache
from paretocode.sim.jumps import JumpTally, jump_tables, tally_jumps
from paretocode.sim.partitioned.asked_parts import AskedPart
from paretocode.sim.replaying import Replay, replay
from paretocode.sim.tally_record import Tally
from paretocode.sim.tallying import tally
from paretocode.stream.demand.asked_counts import AskedCounts, asked_counts
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["MapTally", "PartReplays", "ReplayTask", "replay_tasks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTally:
    """What a replay under one map adds up to. ``+`` is exact, associative and commutative."""

    tally: Tally
    jumps: JumpTally

    def __add__(self, other: MapTally) -> MapTally:
        """Return the tally of both parts."""
        return MapTally(tally=self.tally + other.tally, jumps=self.jumps + other.jumps)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReplays:
    """What a part adds: its min scores, counted, and each map's tallies. ``+`` is exact, associative, commutative."""

    asked: AskedCounts
    maps: Mapping[str, MapTally]

    def __add__(self, other: PartReplays) -> PartReplays:
        """Return what both parts add."""
        maps = {name: mine + other.maps[name] for name, mine in self.maps.items()}
        return PartReplays(asked=self.asked + other.asked, maps=maps)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTask:
    """Replays one part under several maps, read once; picklable.

    Parameters
    ----------
    part
        Which part.
    maps, catalogue, cache, scale, slo_s
        As for `replay` and `tally`.
    """

    part: AskedPart
    maps: Mapping[str, TierMap]
    catalogue: Catalogue
    cache: PrefixCache
    scale: ScoreScale
    slo_s: tuple[float, ...] = ()

    def __call__(self) -> PartReplays:
        """Read the part and replay it under every map."""
        stream = self.part.stream()
        found = {name: self.tallied(run) for name, run in self.runs(stream)}
        return PartReplays(asked=asked_counts(stream), maps=found)

    def runs(self, stream: RequestStream) -> Iterator[tuple[str, Replay]]:
        """Yield each map's replay of the part's stream, one at a time."""
        luck = self.part.luck(stream)
        for name, tier_map in self.maps.items():
            yield name, replay(stream, tier_map, self.catalogue, cache=self.cache, luck=luck)

    def tallied(self, run: Replay) -> MapTally:
        """Return what a replay adds."""
        jumps = tally_jumps(run, jump_tables(run, self.cache))
        return MapTally(tally=tally(run, scale=self.scale, slo_s=self.slo_s), jumps=jumps)


def replay_tasks(
    parts: Sequence[AskedPart],
    maps: Mapping[str, TierMap],
    catalogue: Catalogue,
    *,
    scale: ScoreScale,
    cache: PrefixCache | None = None,
    slo_s: Sequence[float] = (),
) -> list[ReplayTask]:
    """Return one task a part; their results add up to `tally` and `tally_jumps` of the whole stream.

    Parameters
    ----------
    cache
        Rules of prompt caching; the defaults of `PrefixCache` when None.
    """
    return [
        ReplayTask(
            part=part,
            maps=dict(maps),
            catalogue=catalogue,
            cache=PrefixCache() if cache is None else cache,
            scale=scale,
            slo_s=tuple(slo_s),
        )
        for part in parts
    ]

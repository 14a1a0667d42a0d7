"""What do both maps come to in a world? Replays of the same luck, each done once.

A replay depends on the map, on what the catalogue says of the map's models, on the stream, the luck, the rules of
caching, what fails, and the score scale. Two worlds that agree in these give the same numbers, so they are not replayed
again: a price shock on a model that a map does not know costs nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.evidence.measures import map_measure
from paretocode.evidence.sensitivity.world import World
from paretocode.sim.events import replay_events
from paretocode.sim.luck import Luck
from paretocode.sim.metrics import Metrics, measure
from paretocode.sim.replaying import Replay, replay
from paretocode.tiermap.tier_map import TierMap

__all__ = ["Compared", "Replays", "difference", "settled"]

_ROUNDING = 1e-13

Numbers = Mapping[str, float | None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """Both maps in one world; each a mapping from measure to number, None where nobody can say.

    Parameters
    ----------
    incumbent, candidate
        Of each map.
    difference
        Candidate minus incumbent.
    """

    incumbent: Numbers
    candidate: Numbers
    difference: Numbers

    def to_dict(self) -> dict[str, dict[str, float | None]]:
        """Return plain numbers for JSON."""
        return {name: dict(getattr(self, name)) for name in ("incumbent", "candidate", "difference")}


def difference(candidate: float | None, incumbent: float | None) -> float | None:
    """Return candidate minus incumbent; None where either is not known."""
    return None if candidate is None or incumbent is None else candidate - incumbent


def settled(compared: Compared, base: Compared) -> Compared:
    """Return a comparison whose differences are today's wherever they differ from them by rounding alone.

    A price that moves both maps by the same amount leaves a rest of the last bits of a float, which is no swing.
    """
    kept = {}
    for name, value in compared.difference.items():
        today = base.difference[name]
        sizes = (compared.incumbent[name], compared.candidate[name], base.incumbent[name], base.candidate[name])
        least = _ROUNDING * max(abs(size) for size in sizes if size is not None) if value is not None else 0.0
        is_rest = value is not None and today is not None and abs(value - today) <= least
        kept[name] = today if is_rest else value
    return Compared(incumbent=compared.incumbent, candidate=compared.candidate, difference=kept)


class Replays:
    """The replays of an analysis: each is done once, counted and timed.

    Parameters
    ----------
    measures
        Names as in `paretocode.evidence.measures`.

    Attributes
    ----------
    n_done, n_reused
        Replays done, and those whose numbers were there already.
    n_requests
        Requests replayed.
    seconds
        How long each done replay took, measuring included [s]; the one thing here that differs from run to run.
    """

    def __init__(self, measures: Sequence[str]) -> None:
        self.measures = tuple(dict.fromkeys(measures))
        if not self.measures:
            raise InputError("no measure is given", where="sensitivity", way_out="name at least one")
        limits = [name.partition(":")[2] for name in self.measures if ":" in map_measure(name).name]
        self.slo_s = tuple(float(limit) for limit in limits)
        self.n_done = self.n_reused = self.n_requests = 0
        self.seconds: list[float] = []
        self._known: dict[tuple[str, ...], dict[str, float | None]] = {}
        self._lucks: dict[int, Luck] = {}  # kept, so that no other luck can take the place of one in memory

    def compare(self, world: World) -> Compared:
        """Return both maps in a world."""
        incumbent, candidate = (self.numbers(world, tier_map) for tier_map in world.maps)
        return Compared(
            incumbent=incumbent,
            candidate=candidate,
            difference={name: difference(candidate[name], incumbent[name]) for name in self.measures},
        )

    def numbers(self, world: World, tier_map: TierMap) -> dict[str, float | None]:
        """Return the measures of one map in a world."""
        self._lucks[id(world.luck)] = world.luck
        key = _key(world, tier_map)
        if key in self._known:
            self.n_reused += 1
            return self._known[key]
        started = time.perf_counter()
        metrics = measure(_replayed(world, tier_map), scale=world.scale, slo_s=self.slo_s)
        found = {name: _number(metrics, name) for name in self.measures}
        self.seconds.append(time.perf_counter() - started)
        self.n_done += 1
        self.n_requests += len(world.stream)
        self._known[key] = found
        return found


def _replayed(world: World, tier_map: TierMap) -> Replay:
    if world.operations is None:
        return replay(world.stream, tier_map, world.catalogue, cache=world.cache, luck=world.luck)
    return replay_events(
        world.stream, tier_map, world.catalogue, operations=world.operations, luck=world.luck, cache=world.cache
    ).run


def _number(metrics: Metrics, name: str) -> float | None:
    _, _, limit = name.partition(":")
    if not limit:
        value: float | None = getattr(metrics, name)
        return value
    return metrics.latency_above_share.get(f"{float(limit):.9g}")


def _key(world: World, tier_map: TierMap) -> tuple[str, ...]:
    """Return all that a replay depends on, as text."""
    return (
        repr(tier_map),
        _of_the_map(world.catalogue, tier_map).digest,
        world.stream.digest,
        str(id(world.luck)),
        repr(world.cache),
        repr(world.operations),
        repr(world.scale),
    )


def _of_the_map(catalogue: Catalogue, tier_map: TierMap) -> Catalogue:
    """Return the rows of a catalogue that a map can serve by: no other row enters a decision, a bill or a score."""
    listed = set(tier_map.models)
    return catalogue.select(np.array([key in listed for key in catalogue.keys], dtype=np.bool_))

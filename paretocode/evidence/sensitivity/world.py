"""In which world are the two maps compared? Everything that a replay depends on, for incumbent and candidate alike.

A change of the world gives a new world; nothing is changed in place. When scores or models change, a map whose tiers
follow from score edges can be read in two ways: its tiers stay as listed, or they are cut anew. A listing has no edges
on the scores, so it keeps its lists.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from paretocode._checks import one_of
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.sim.cache import PrefixCache
from paretocode.sim.luck import Luck, draw_luck
from paretocode.sim.operations import Operations
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.ranking import display_order
from paretocode.tiermap.tier_map import Tier, TierMap

__all__ = ["READINGS", "Change", "World", "cut_anew", "follows_edges", "with_catalogue", "world_of"]

READINGS = ("listed", "recut")
"""What becomes of tiers when scores or models change: they stay as listed, or score edges cut them anew."""


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """What both maps are replayed in; make one with `world_of`.

    Parameters
    ----------
    catalogue, stream
        Models and requests.
    incumbent, candidate
        The map in force and the map proposed.
    scale
        From the native score to the 0..1 axis. It stays as stated when scores or models change.
    cache
        Rules of prompt caching.
    luck
        Draws of the stream, common to both maps and to all worlds of the same stream.
    operations
        What fails; None when nothing does.
    notes
        What a change of the world left as it was, one sentence each.
    """

    catalogue: Catalogue
    stream: RequestStream
    incumbent: TierMap
    candidate: TierMap
    scale: ScoreScale
    cache: PrefixCache
    luck: Luck
    operations: Operations | None = None
    notes: tuple[str, ...] = ()

    def replace(self, **changed: object) -> World:
        """Return a copy with some parts changed."""
        return dataclasses.replace(self, **changed)  # type: ignore[arg-type]

    def noted(self, *notes: str) -> World:
        """Return a copy with further notes."""
        return self.replace(notes=(*self.notes, *notes))

    def with_policy(self, **changed: object) -> World:
        """Return the world in which both maps have a changed policy."""
        return self.replace(
            incumbent=self.incumbent.with_policy(**changed), candidate=self.candidate.with_policy(**changed)
        )

    @property
    def maps(self) -> tuple[TierMap, TierMap]:
        """Incumbent and candidate."""
        return self.incumbent, self.candidate

    @property
    def map_keys(self) -> tuple[str, ...]:
        """Keys of the catalogue's models that stand in either map, in catalogue order."""
        listed = {key for tier_map in self.maps for key in tier_map.models}
        return tuple(key for key in self.catalogue.keys if key in listed)


Change = Callable[[World], World]
"""A change of the world."""


def world_of(
    catalogue: Catalogue,
    stream: RequestStream,
    incumbent: TierMap,
    candidate: TierMap,
    *,
    scale: ScoreScale,
    rng: np.random.Generator | int,
    cache: PrefixCache | None = None,
    operations: Operations | None = None,
) -> World:
    """Return the world at hand, with the stream's luck drawn once.

    Parameters
    ----------
    rng
        For the luck; same seed, same bytes.
    cache
        The defaults of `PrefixCache` when None.

    Raises
    ------
    InputError
        Two maps of one name, or a map whose scores mean something else than the catalogue's.
    """
    if incumbent.name == candidate.name:
        raise InputError(
            f"incumbent and candidate are both called {incumbent.name!r}",
            where="sensitivity",
            way_out="rename one of them: tier_map.renamed(...)",
        )
    for tier_map in (incumbent, candidate):
        tier_map.check_against(catalogue)
    return World(
        catalogue=catalogue,
        stream=stream,
        incumbent=incumbent,
        candidate=candidate,
        scale=scale,
        cache=cache if cache is not None else PrefixCache(),
        luck=draw_luck(stream, rng=rng),
        operations=operations,
    )


def follows_edges(tier_map: TierMap, catalogue: Catalogue) -> bool:
    """Return whether a map has score edges and each of its models in the catalogue stands in the band of its score.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.tiermap import documented_pareto_code, map_from_edges
    >>> models = load_bundled()
    >>> follows_edges(documented_pareto_code(models), models)
    False
    >>> follows_edges(map_from_edges(models, score_edges=[45, 50], request_edges=[0.33, 0.66]), models)
    True
    """
    edges = tier_map.score_edges_milli
    if edges is None:
        return False
    for place, tier in enumerate(tier_map.tiers):
        rows = [catalogue.index_of(key) for key in tier.models if key in catalogue]
        band = np.searchsorted(edges, catalogue.score_milli[rows], side="right")
        if not (catalogue.has_score[rows].all() and (band == place).all()):
            return False
    return True


def cut_anew(tier_map: TierMap, catalogue: Catalogue, *, pool: set[str]) -> TierMap:
    """Return the map with the scored models of a pool in the bands of their scores; the edges stay.

    Parameters
    ----------
    pool
        Keys that may stand in the map; a model without a score is in no tier.

    Raises
    ------
    InputError
        A map without score edges.
    """
    if tier_map.score_edges_milli is None:
        raise InputError("it has no score edges", where=f"tier map {tier_map.name!r}", way_out="keep its lists")
    rows = np.array([row for row, key in enumerate(catalogue.keys) if key in pool and catalogue.has_score[row]], int)
    band = np.searchsorted(tier_map.score_edges_milli, catalogue.score_milli[rows], side="right")
    tiers = tuple(
        Tier(
            name=tier.name,
            models=tuple(catalogue.keys[row] for row in display_order(catalogue, rows[band == i], tier_map.policy)),
        )
        for i, tier in enumerate(tier_map.tiers)
    )
    return dataclasses.replace(tier_map, tiers=tiers)


def with_catalogue(world: World, catalogue: Catalogue, *, reading: str = "listed") -> World:
    """Return the world with another catalogue, maps read as listed or cut anew.

    Parameters
    ----------
    reading
        One of `READINGS`. Cut anew, a map that follows its score edges draws on its own models and on models that the
        world's catalogue lacked; any other map keeps its lists, and a note says so.

    Raises
    ------
    InputError
        Another reading.
    """
    one_of(reading, READINGS, name="reading", where="sensitivity")
    if reading == "listed":
        return world.replace(catalogue=catalogue)
    came = set(catalogue.keys) - set(world.catalogue.keys)
    changed: dict[str, object] = {"catalogue": catalogue}
    notes = []
    for role, tier_map in (("incumbent", world.incumbent), ("candidate", world.candidate)):
        if follows_edges(tier_map, world.catalogue):
            changed[role] = cut_anew(tier_map, catalogue, pool=set(tier_map.models) | came)
        else:
            notes.append(f"the {role} {tier_map.name!r} is a listing and keeps its lists")
    return world.replace(**changed).noted(*notes)

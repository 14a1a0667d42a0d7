"""Which tier does a request get, and who is in it? The artefact that a router reads.

Edges are whole numbers inside: request edges in parts per million of the 0..1 axis, score edges in thousandths of the
score's native unit, because those are the units of the exported file. What routes here routes there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paretocode._checks import BoolColumn, IntColumn, increasing
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.policy import Policy

__all__ = ["Tier", "TierMap", "tier_names", "to_ppm"]

_PPM = 1_000_000


def to_ppm(edges: Sequence[float], *, name: str = "request_edges") -> tuple[int, ...]:
    """Return edges of the 0..1 axis as parts per million.

    Raises
    ------
    InputError
        An edge outside 0..1, out of order or doubled, NaN included.

    Examples
    --------
    >>> to_ppm([0.33, 0.66])
    (330000, 660000)
    """
    for edge in edges:
        if not 0 <= edge <= 1:
            raise InputError(f"{name} has {edge:g}", way_out="give edges of the request axis, between 0 and 1")
    increasing(edges, name=name)
    ppm = tuple(round(edge * _PPM) for edge in edges)
    increasing([p / _PPM for p in ppm], name=f"{name}, rounded to parts per million,")
    return ppm


def tier_names(n_tiers: int) -> tuple[str, ...]:
    """Return the names of tiers from the lowest up: low, medium, high for three, else band1 .. bandN.

    Examples
    --------
    >>> tier_names(3), tier_names(2)
    (('low', 'medium', 'high'), ('band1', 'band2'))
    """
    return ("low", "medium", "high") if n_tiers == 3 else tuple(f"band{i + 1}" for i in range(n_tiers))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A band with its shortlist.

    Parameters
    ----------
    name
        Unique in its map.
    models
        Model keys, best first by the map's ranking when the map was built. The router ranks again by the catalogue
        in force; the order here is what people and exporters see.
    """

    name: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierMap:
    """Tiers from the lowest up, the edges between them, the default and the policy.

    Parameters
    ----------
    name
        What people call the map.
    tiers
        Lowest first; at least one. A model stands in one tier only.
    request_edges_ppm
        Shape (n_tiers - 1,), strictly increasing; a min score equal to an edge gets the tier above.
    score_edges_milli
        Shape (n_tiers - 1,) in thousandths of the native score, or None where the cuts on the model axis are not
        known (a listed line-up). A score equal to an edge belongs to the tier above.
    default_tier
        The tier of a request that omits its min score.
    policy
        What a router may do with the map.
    score_definition
        What the scores are.

    Raises
    ------
    InputError
        Unsorted or doubled edges, a tier count that does not fit the edges, an unknown default, a model twice,
        `floor` eligibility without score edges.
    """

    name: str
    tiers: tuple[Tier, ...]
    request_edges_ppm: tuple[int, ...]
    score_edges_milli: tuple[int, ...] | None
    default_tier: str
    policy: Policy
    score_definition: str

    def __post_init__(self) -> None:
        where = f"tier map {self.name!r}"
        for edge in (*self.request_edges_ppm, *(self.score_edges_milli or ())):
            if not isinstance(edge, int) or isinstance(edge, bool):
                raise InputError(
                    f"edge {edge!r} is not whole", where=where, way_out="give parts per million, thousandths"
                )
        increasing(self.request_edges_ppm, name="request_edges_ppm", where=where)
        increasing(self.score_edges_milli or (), name="score_edges_milli", where=where)
        for edges in (self.request_edges_ppm, self.score_edges_milli):
            if edges is not None and len(edges) != len(self.tiers) - 1:
                raise InputError(
                    f"{len(self.tiers)} tiers have {len(edges)} edges",
                    where=where,
                    way_out="give one edge fewer than tiers",
                )
        if any(not 0 <= edge <= _PPM for edge in self.request_edges_ppm):
            raise InputError(
                f"request_edges_ppm is {self.request_edges_ppm}", where=where, way_out="stay between 0 and 1,000,000"
            )
        names = [tier.name for tier in self.tiers]
        if len(set(names)) != len(names) or self.default_tier not in names:
            raise InputError(
                f"default tier {self.default_tier!r} and tiers {names} do not fit",
                where=where,
                way_out="name each tier once and take the default from them",
            )
        self._refuse_double_models(where)
        if self.policy.eligibility == "floor" and self.score_edges_milli is None:
            raise InputError(
                "eligibility 'floor' needs score edges and the map has none",
                where=where,
                way_out="give score_edges, or use eligibility 'tier'",
            )

    def _refuse_double_models(self, where: str) -> None:
        home: dict[str, str] = {}
        for tier in self.tiers:
            for key in tier.models:
                if key in home:
                    raise InputError(
                        f"model {key!r} stands in tier {home[key]!r} and in {tier.name!r}",
                        where=where,
                        way_out="keep it in one of them",
                    )
                home[key] = tier.name

    @property
    def n_tiers(self) -> int:
        """Number of tiers."""
        return len(self.tiers)

    @property
    def request_edges(self) -> tuple[float, ...]:
        """Request edges on the 0..1 axis, for people."""
        return tuple(edge / _PPM for edge in self.request_edges_ppm)

    @property
    def score_edges(self) -> tuple[float, ...] | None:
        """Score edges in the native unit, for people."""
        return None if self.score_edges_milli is None else tuple(e / 1000 for e in self.score_edges_milli)

    @property
    def default_index(self) -> int:
        """Position of the default tier."""
        return [tier.name for tier in self.tiers].index(self.default_tier)

    @property
    def models(self) -> tuple[str, ...]:
        """Every model key of the map, tier by tier."""
        return tuple(key for tier in self.tiers for key in tier.models)

    def floor_milli(self, tier_index: int) -> int | None:
        """Return the tier's score floor in thousandths of the native unit; None for the lowest tier."""
        if tier_index == 0 or self.score_edges_milli is None:
            return None
        return self.score_edges_milli[tier_index - 1]

    def tier_of(self, min_score_ppm: int | None) -> int:
        """Return the tier that a min score asks for; None stands for omitted."""
        if min_score_ppm is None:
            return self.default_index
        return int(np.searchsorted(self.request_edges_ppm, min_score_ppm, side="right"))

    def tiers_of(self, stream: RequestStream) -> IntColumn:
        """Return the tier that each request of a stream asks for. O(n log n_tiers)."""
        return self.tiers_of_scores(stream.min_score_ppm, stream.is_omitted)

    def tiers_of_scores(self, min_score_ppm: IntColumn, is_omitted: BoolColumn) -> IntColumn:
        """Return the tier that each min score asks for. O(n log n_tiers)."""
        tier = np.searchsorted(self.request_edges_ppm, min_score_ppm, side="right").astype(np.int64)
        tier[is_omitted] = self.default_index
        return tier

    def with_policy(self, **changed: object) -> TierMap:
        """Return the map under a changed policy."""
        return dataclasses.replace(self, policy=dataclasses.replace(self.policy, **changed))  # type: ignore[arg-type]

    def renamed(self, name: str) -> TierMap:
        """Return the same map under another name."""
        return dataclasses.replace(self, name=name)

    def check_against(self, catalogue: Catalogue) -> None:
        """Refuse a catalogue whose scores mean something else.

        Raises
        ------
        InputError
            When the two score definitions differ.
        """
        if catalogue.score_definition != self.score_definition:
            raise InputError(
                f"the map cuts {self.score_definition!r} and the catalogue scores {catalogue.score_definition!r}",
                where=f"tier map {self.name!r}",
                way_out="re-anchor the edges to the catalogue's definition first",
            )

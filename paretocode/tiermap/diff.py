"""What moves when one map replaces another? Edges, models, policy, and the share of demand that changes tier."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from paretocode.errors import InputError
from paretocode.stream.demand.asked_counts import OMITTED, AskedCounts, asked_counts
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap
from paretocode.tiermap.tier_pairs import paired_tiers

__all__ = ["MapDiff", "diff_tier_maps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapDiff:
    """Differences from an old map to a new one.

    Parameters
    ----------
    request_edges, score_edges
        (old, new) edges in people's units; score edges None where a map has none.
    tier_names
        (old, new), from the lowest up.
    default_tier
        (old, new).
    policy
        Parameter -> (old, new), changed ones only.
    entered, left
        Model keys -> the tier they are in, were in.
    moved
        Model key -> (old tier, new tier).
    first_choice
        Tier name -> (old, new) first model as listed, changed ones only; None where the tier is empty or absent.
    tier_moves
        (old tier, new tier) -> share of requests, moved ones only: tiers are paired by position (see
        `paretocode.tiermap.tier_pairs`), so that a new name moves no request.
    moved_share
        Share of requests whose tier changes; None when no stream was given.
    """

    request_edges: tuple[tuple[float, ...], tuple[float, ...]]
    score_edges: tuple[tuple[float, ...] | None, tuple[float, ...] | None]
    tier_names: tuple[tuple[str, ...], tuple[str, ...]]
    default_tier: tuple[str, str]
    policy: dict[str, tuple[object, object]]
    entered: dict[str, str]
    left: dict[str, str]
    moved: dict[str, tuple[str, str]]
    first_choice: dict[str, tuple[str | None, str | None]]
    tier_moves: dict[tuple[str, str], float]
    moved_share: float | None

    @property
    def is_empty(self) -> bool:
        """Whether the two maps are the same for every request and every reader."""
        edges_same = self.request_edges[0] == self.request_edges[1] and self.score_edges[0] == self.score_edges[1]
        default_same = self.default_tier[0] == self.default_tier[1] and self.tier_names[0] == self.tier_names[1]
        return (
            edges_same
            and default_same
            and not (self.policy or self.entered or self.left or self.moved or self.first_choice or self.tier_moves)
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        plain = asdict(self)
        plain["tier_moves"] = [{"from": a, "to": b, "share": share} for (a, b), share in self.tier_moves.items()]
        return {**plain, "is_empty": self.is_empty}


def diff_tier_maps(
    old: TierMap, new: TierMap, *, stream: RequestStream | None = None, asked: AskedCounts | None = None
) -> MapDiff:
    """Compare two maps.

    Parameters
    ----------
    stream
        The requests whose tiers are compared by min score; without them no traffic is counted.
    asked
        Their min scores, counted, instead.

    Raises
    ------
    InputError
        When the maps cut different score definitions: their edges cannot be compared.
    """
    if old.score_definition != new.score_definition:
        raise InputError(
            f"{old.name!r} cuts {old.score_definition!r} and {new.name!r} cuts {new.score_definition!r}",
            way_out="re-anchor one of them first",
        )
    home_old, home_new = _homes(old), _homes(new)
    counts = asked_counts(stream) if stream is not None else asked
    moves = {} if counts is None else _tier_moves(old, new, counts)
    return MapDiff(
        request_edges=(old.request_edges, new.request_edges),
        score_edges=(old.score_edges, new.score_edges),
        tier_names=(tuple(t.name for t in old.tiers), tuple(t.name for t in new.tiers)),
        default_tier=(old.default_tier, new.default_tier),
        policy={
            name: (getattr(old.policy, name), getattr(new.policy, name))
            for name in type(old.policy).__dataclass_fields__
            if getattr(old.policy, name) != getattr(new.policy, name)
        },
        entered={key: tier for key, tier in home_new.items() if key not in home_old},
        left={key: tier for key, tier in home_old.items() if key not in home_new},
        moved={k: (t, home_new[k]) for k, t in home_old.items() if k in home_new and home_new[k] != t},
        first_choice=_first_choices(old, new),
        tier_moves=moves,
        moved_share=None if counts is None else sum(moves.values()),
    )


def _homes(tier_map: TierMap) -> dict[str, str]:
    return {key: tier.name for tier in tier_map.tiers for key in tier.models}


def _first_choices(old: TierMap, new: TierMap) -> dict[str, tuple[str | None, str | None]]:
    first_old, first_new = (
        {tier.name: (tier.models[0] if tier.models else None) for tier in tier_map.tiers} for tier_map in (old, new)
    )
    names = [*first_old, *(name for name in first_new if name not in first_old)]
    pairs = {name: (first_old.get(name), first_new.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _tier_moves(old: TierMap, new: TierMap, asked: AskedCounts) -> dict[tuple[str, str], float]:
    tiers = [tier_map.tiers_of_scores(asked.value, asked.value == OMITTED) for tier_map in (old, new)]
    counts = np.zeros((old.n_tiers, new.n_tiers), dtype=np.int64)
    np.add.at(counts, (tiers[0], tiers[1]), asked.n)
    pairs = paired_tiers(old.request_edges_ppm, new.request_edges_ppm)
    return {
        (old.tiers[i].name, new.tiers[j].name): int(counts[i, j]) / asked.n_requests
        for i in range(old.n_tiers)
        for j in range(new.n_tiers)
        if counts[i, j] and pairs.get(i) != j
    }

"""What is different in the new map, traffic aside? Edges, models, order, policy; tiers are paired by position."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from paretocode.errors import InputError
from paretocode.tiermap.tier_map import TierMap
from paretocode.tiermap.tier_pairs import paired_tiers

__all__ = ["MapChanges", "map_changes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapChanges:
    """Differences from an old map to a new one.

    Parameters
    ----------
    request_edges, score_edges
        (old, new) in people's units; None where they are the same, a side of the score edges None where not stated.
    renamed
        Old tier -> new name, of tiers that are paired and called otherwise.
    dropped, added
        Tiers without a partner in the other map.
    default_tier
        (old, new); None where it is the same tier, whatever its name.
    entered, left
        Model key -> the tier it is in, was in.
    moved
        Model key -> (old, new) tier, where the two are not partners.
    reordered
        New tier -> (old, new) order of the models that both have, where it differs.
    policy
        Parameter -> (old, new), changed ones only.
    """

    request_edges: tuple[tuple[float, ...], tuple[float, ...]] | None
    score_edges: tuple[tuple[float, ...] | None, tuple[float, ...] | None] | None
    renamed: dict[str, str]
    dropped: tuple[str, ...]
    added: tuple[str, ...]
    default_tier: tuple[str, str] | None
    entered: dict[str, str]
    left: dict[str, str]
    moved: dict[str, tuple[str, str]]
    reordered: dict[str, tuple[tuple[str, ...], tuple[str, ...]]]
    policy: dict[str, tuple[object, object]]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs, names of tiers included."""
        return not any(asdict(self).values())

    @property
    def is_only_names(self) -> bool:
        """Whether tiers are called otherwise and nothing else differs."""
        others = {key: value for key, value in asdict(self).items() if key != "renamed"}
        return bool(self.renamed) and not any(others.values())

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {**asdict(self), "is_empty": self.is_empty, "is_only_names": self.is_only_names}


def map_changes(old: TierMap, new: TierMap) -> MapChanges:
    """Compare two maps.

    Raises
    ------
    InputError
        When the maps cut different score definitions: their edges cannot be compared.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.tiermap import documented_pareto_code
    >>> old = documented_pareto_code(load_bundled())
    >>> tiers = tuple(replace(tier, name=f"t{at}") for at, tier in enumerate(old.tiers))
    >>> map_changes(old, replace(old, tiers=tiers, default_tier="t2")).is_only_names
    True
    """
    if old.score_definition != new.score_definition:
        raise InputError(
            f"{old.name!r} cuts {old.score_definition!r} and {new.name!r} cuts {new.score_definition!r}",
            way_out="re-anchor one of them first",
        )
    pairs = paired_tiers(old.request_edges_ppm, new.request_edges_ppm)
    home_old, home_new = _homes(old), _homes(new)
    names_old, names_new = [tier.name for tier in old.tiers], [tier.name for tier in new.tiers]
    return MapChanges(
        request_edges=None
        if old.request_edges_ppm == new.request_edges_ppm
        else (old.request_edges, new.request_edges),
        score_edges=None if old.score_edges_milli == new.score_edges_milli else (old.score_edges, new.score_edges),
        renamed={names_old[i]: names_new[j] for i, j in pairs.items() if names_old[i] != names_new[j]},
        dropped=tuple(name for i, name in enumerate(names_old) if i not in pairs),
        added=tuple(name for j, name in enumerate(names_new) if j not in pairs.values()),
        default_tier=None
        if pairs.get(old.default_index) == new.default_index
        else (old.default_tier, new.default_tier),
        entered={key: names_new[j] for key, j in home_new.items() if key not in home_old},
        left={key: names_old[i] for key, i in home_old.items() if key not in home_new},
        moved={
            key: (names_old[i], names_new[home_new[key]])
            for key, i in home_old.items()
            if key in home_new and pairs.get(i) != home_new[key]
        },
        reordered=_reordered(old, new, pairs),
        policy={
            name: (getattr(old.policy, name), getattr(new.policy, name))
            for name in type(old.policy).__dataclass_fields__
            if getattr(old.policy, name) != getattr(new.policy, name)
        },
    )


def _homes(tier_map: TierMap) -> dict[str, int]:
    return {key: at for at, tier in enumerate(tier_map.tiers) for key in tier.models}


def _reordered(old: TierMap, new: TierMap, pairs: dict[int, int]) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    found = {}
    for i, j in pairs.items():
        before, after = old.tiers[i].models, new.tiers[j].models
        kept_before = tuple(key for key in before if key in after)
        kept_after = tuple(key for key in after if key in before)
        if kept_before != kept_after:
            found[new.tiers[j].name] = (kept_before, kept_after)
    return found

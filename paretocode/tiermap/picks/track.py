"""Which tier is each model in, on each day, and what moved it? Membership through time, by edges or by a map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.catalogue.history import History
from paretocode.errors import InputError
from paretocode.tiermap.picks.edge_rules import EdgeRule, edges_through_time, tiers_of_scores
from paretocode.tiermap.tier_map import TierMap, tier_names

__all__ = ["TierTrack", "track_of_map", "track_of_rule"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TierTrack:
    """Tiers of all models on all days.

    Parameters
    ----------
    history
        The catalogue through time.
    name
        What placed the models: an edge rule, or a map.
    tier_names
        From the lowest up.
    tiers
        Shape (n_days, n_models): position in `tier_names`, -1 for none.
    edges
        Shape (n_days, n_edges), NaN where there are none; None where a map lists its models.
    rule
        The edge rule, None for a map.
    """

    history: History
    name: str
    tier_names: tuple[str, ...]
    tiers: IntColumn
    edges: FloatColumn | None
    rule: EdgeRule | None

    @property
    def n_tiers(self) -> int:
        """Number of tiers."""
        return len(self.tier_names)

    def steps(self, day: int) -> tuple[IntColumn, IntColumn, IntColumn]:
        """Return how the tiers of the day before became those of the day, one kind of cause after the other.

        Returns
        -------
        after_exits
            Without the models that left the catalogue, edges placed among those that stay.
        after_scores
            Those that stay at the day's scores; one that gains or loses its score comes into or out of its tier here.
        after_entries
            With the models that came: the day's own tiers.
        """
        before, after = self.tiers[day - 1], self.tiers[day]
        if self.rule is None:
            stays = np.where(self.history.is_listed[day], before, -1)
            return stays, np.where(stays >= 0, after, -1), after
        scores, listed = self.history.numbers["coding_score"][day - 1 : day + 1], self.history.is_listed
        found = []
        for row in scores:
            kept = np.where(listed[day - 1] & listed[day], row, np.nan)
            found.append(tiers_of_scores(kept, self.rule.edges_of(kept[~np.isnan(kept)])))
        return found[0], found[1], after


def track_of_rule(history: History, rule: EdgeRule) -> TierTrack:
    """Return the tiers that an edge rule gives to the scored models of each day."""
    edges = edges_through_time(history, rule)
    scores = history.numbers["coding_score"]
    return TierTrack(
        history=history,
        name=rule.name,
        tier_names=tier_names(rule.n_edges + 1),
        tiers=np.array([tiers_of_scores(row, cut) for row, cut in zip(scores, edges, strict=True)]),
        edges=edges,
        rule=rule,
    )


def track_of_map(history: History, tier_map: TierMap, *, keys: Mapping[str, str] | None = None) -> TierTrack:
    """Return the tiers of a map's own models, which stay where the map lists them.

    Parameters
    ----------
    keys
        Map key -> history key; None takes the map key itself, or else its part before the ``@`` (a price history knows
        no efforts).

    Raises
    ------
    InputError
        When none of the map's models is in the history, or two of one history key stand in different tiers.
    """
    fixed = np.full(history.n_models, -1, dtype=np.int64)
    for tier, entry in enumerate(tier_map.tiers):
        for model in entry.models:
            named = keys.get(model, model) if keys is not None else model
            found = next((key for key in (named, named.rpartition("@")[0]) if key in history), None)
            if found is None:
                continue
            column = history.column_of(found)
            if fixed[column] not in (-1, tier):
                raise InputError(
                    f"model {found!r} stands in two tiers of the map",
                    where=f"tier map {tier_map.name!r}",
                    way_out="name the history key of each effort",
                )
            fixed[column] = tier
    if (fixed < 0).all():
        raise InputError(
            "the history lists none of the map's models",
            where=f"tier map {tier_map.name!r}",
            way_out="give keys from map to history",
        )
    return TierTrack(
        history=history,
        name=f"map {tier_map.name}",
        tier_names=tuple(tier.name for tier in tier_map.tiers),
        tiers=np.where(history.is_listed, fixed, -1),
        edges=None,
        rule=None,
    )

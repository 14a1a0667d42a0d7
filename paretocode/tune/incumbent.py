"""How does a map in force compare with the tables' maps? Its own totals, and how much traffic another would move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IndexColumn, IntColumn
from paretocode.errors import InputError
from paretocode.sim.plan import UNSERVED, routing_plan
from paretocode.sim.replaying import decide
from paretocode.sim.tables import routed_levels, scored_models
from paretocode.sim.tables.replayed import replayed_totals
from paretocode.sim.tables.tabulate import keys_of
from paretocode.tiermap import TierMap
from paretocode.tune.edges.maps import decisions_of
from paretocode.tune.edges.space import SearchSpace
from paretocode.tune.measures import table_metrics
from paretocode.tune.question import MapQuestion
from paretocode.tune.search import MapAnswer, MapPlace

__all__ = ["Incumbent", "incumbent_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Incumbent:
    """The map in force, measured as the search measures.

    Parameters
    ----------
    tier_map
        Any map: its edges need not lie on a grid, its tiers need not be bands of scores.
    totals
        Metric -> total, replayed without stickiness and billed by the lag-1 rule; `n_tier_jumps` and `n_model_jumps`
        among them.
    model
        Shape (n_requests,): the catalogue row that serves each request, or `UNSERVED`.
    """

    tier_map: TierMap
    totals: dict[str, int]
    model: IndexColumn

    def value(self, name: str, question: MapQuestion) -> float:
        """Return a shown measure in people's units."""
        measure = next(m for m in question.shown if m.name == name)
        return measure.value(self.totals[measure.metric], question.counts)

    def moved_shares(self, answer: MapAnswer, places: Sequence[MapPlace]) -> list[float]:
        """Return for each of some maps the share of requests that another model would serve. O(n) for each setting.

        Both are compared without stickiness.
        """
        crossed = {setting: self._crossed(answer, setting) for setting in {place.setting for place in places}}
        return [
            crossed[place.setting].moved(answer.searched[place.setting].prepared.space, place.arcs)
            / len(answer.question.stream)
            for place in places
        ]

    def _crossed(self, answer: MapAnswer, setting: int) -> _Crossed:
        space = answer.searched[setting].prepared.space
        tables = space.metrics[0].tables
        stream, models = answer.question.stream, tables.subject.models
        level = routed_levels(stream, models.policy, default_is_highest=tables.subject.default_is_highest)
        cell, number, _ = keys_of(stream, level, tables.subject)
        kind = space.choices[0].kind_of_class[number]
        place_of_row = np.full(len(models.catalogue) + 1, UNSERVED, dtype=np.int64)
        place_of_row[models.row] = np.arange(len(models))
        served = np.where(self.model == UNSERVED, len(models.catalogue), self.model)
        keys = np.stack((cell, kind, place_of_row[served]), axis=1)
        distinct, n = np.unique(keys, axis=0, return_counts=True)
        return _Crossed(distinct, n)


@dataclass(frozen=True, slots=True, eq=False)
class _Crossed:
    """Requests by cell, kind and the incumbent's model."""

    keys: NDArray[np.int64]
    n: IntColumn

    def moved(self, space: SearchSpace, arcs: IndexColumn) -> int:
        decisions = decisions_of(space, arcs)
        cell, kind, place = self.keys.T
        return int(self.n[decisions.model[decisions.tier[cell], kind] != place].sum())


def incumbent_of(question: MapQuestion, tier_map: TierMap) -> Incumbent:
    """Measure the map in force on the question's stream. O(n).

    Raises
    ------
    InputError
        A map of another score definition, or one whose models the catalogue lacks.
    """
    if tier_map.score_definition != question.catalogue.score_definition:
        tier_map.check_against(question.catalogue)
    stateless = tier_map.with_policy(stickiness="none")
    models = scored_models(
        question.catalogue, replace(question.policy, stickiness="none"), scale=question.scale, cache=question.cache
    )
    names = (*table_metrics(question.shown), "n_tier_jumps", "n_model_jumps")
    if any(name == "latency_us" or name.startswith("n_above:") for name in names) and question.luck is None:
        raise InputError(
            "latency is asked for and there is no luck", where="search", way_out="give luck to the question"
        )
    return Incumbent(
        tier_map=tier_map,
        totals=replayed_totals(
            question.stream, stateless, models, names, luck=question.luck, near_edge_ppm=question.near_edge_ppm
        ),
        model=decide(question.stream, routing_plan(stateless, question.catalogue)).model_index,
    )

"""What is edited? Models, a log, the map in force, candidates and rules; and how edges become a map for a router."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue import Catalogue, PercentileScale, ScoreScale
from paretocode.errors import InputError
from paretocode.report.editor.edges import EdgeState
from paretocode.report.editor.ladder import ScoreLadder
from paretocode.sim.cache import PrefixCache
from paretocode.sim.luck import Luck
from paretocode.sim.tables import ScoredModels, scored_models
from paretocode.stream.demand import Demand, observed_demand
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import Policy, Tier, TierMap, tier_names
from paretocode.tiermap.ranking import display_order
from paretocode.tune.edges.space import NEAR_EDGE_PPM

__all__ = ["EditorWorld", "percentile_of"]

_NO_DEMAND = Demand(atoms=(), smooth_share=1.0)
"""Without a log nothing is known of what is asked, so no edge can be said to stand near it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class EditorWorld:
    """What edges are drawn over.

    Parameters
    ----------
    catalogue, scale
        The models, and where their scores stand on the axis of requests.
    stream
        The log; None where numbers are to speak of models alone.
    luck
        Of each request of the log; without it nothing is said of times.
    policy, cache
        How the router decides, and how prompts are cached.
    incumbent
        The map in force; None where there is none to compare with.
    candidates
        Name -> map, to compare with.
    demand
        What the lint takes for the demand; that of the log where None.
    limits
        Measure -> the most that the best map may have, in people's units; a text ``incumbent`` stands for the
        incumbent's own.
    measures
        What the best map may be best in.
    default_is_highest
        Where requests that omit their min score go.
    near_edge_ppm
        How near to an edge counts as near.
    most_candidates
        To how many edges of the request axis the search is thinned; None for all.
    title
        What the editor is called; the name of an experiment.
    """

    catalogue: Catalogue
    scale: ScoreScale
    stream: RequestStream | None = None
    luck: Luck | None = None
    policy: Policy = field(default_factory=Policy)
    cache: PrefixCache = field(default_factory=PrefixCache)
    incumbent: TierMap | None = None
    candidates: Mapping[str, TierMap] = field(default_factory=dict)
    demand: Demand | None = None
    limits: Mapping[str, float | str] = field(default_factory=dict)
    measures: tuple[str, ...] = ("cost_usd", "shortfall", "tier_change_rate")
    default_is_highest: bool = True
    near_edge_ppm: int = NEAR_EDGE_PPM
    most_candidates: int | None = 60
    title: str = ""

    @cached_property
    def models(self) -> ScoredModels:
        """The scored models, deciding each request afresh: tables know no stickiness."""
        stateless = replace(self.policy, stickiness="none")
        return scored_models(self.catalogue, stateless, scale=self.scale, cache=self.cache)

    @cached_property
    def ladder(self) -> ScoreLadder:
        """The models beside the axis."""
        return ScoreLadder(self.models)

    @cached_property
    def lint_demand(self) -> Demand:
        """What edges must keep a distance from."""
        if self.demand is not None:
            return self.demand
        return _NO_DEMAND if self.stream is None else observed_demand(self.stream)

    def cuts(self, edges: EdgeState) -> IntColumn:
        """Return how many models of the order of score stand below each edge."""
        if edges.score_milli is not None:
            return self.ladder.cuts_of_scores(edges.score_milli)
        return self.ladder.cuts_of_requests(edges.request_ppm)

    def score_edges(self, edges: EdgeState) -> tuple[int, ...]:
        """Return the score edges [thousandths]; of coupled edges those that cut at the same place."""
        if edges.score_milli is not None:
            return edges.score_milli
        return self.ladder.edges_of_cuts(self.cuts(edges))

    def tier_map(self, edges: EdgeState, *, name: str = "edited") -> TierMap:
        """Return the map that a router reads.

        Raises
        ------
        InputError
            Coupled edges between two scores that leave no thousandth between them.
        """
        scores = self.score_edges(edges)
        for (low, high), (left, right) in zip(
            itertools.pairwise(scores), itertools.pairwise(edges.request_ppm), strict=True
        ):
            if low >= high:
                raise InputError(
                    f"the edges {left / 1e6:g} and {right / 1e6:g} stand between two models whose scores leave no room "
                    "for both",
                    where="editor",
                    way_out="move one of them past a model, or let request and score edges stand apart",
                )
        names = tier_names(edges.n_tiers)
        ends = [0, *self.cuts(edges).tolist(), len(self.models)]
        return TierMap(
            name=name,
            tiers=tuple(
                Tier(name=label, models=self._keys(low, high))
                for label, (low, high) in zip(names, itertools.pairwise(ends), strict=True)
            ),
            request_edges_ppm=edges.request_ppm,
            score_edges_milli=scores,
            default_tier=names[-1] if self.default_is_highest else names[0],
            policy=self.policy,
            score_definition=self.catalogue.score_definition,
        )

    @cached_property
    def _keys_of_band(self) -> dict[tuple[int, int], tuple[str, ...]]:
        return {}

    def _keys(self, low: int, high: int) -> tuple[str, ...]:
        """Return the models of a band as a map lists them; each band is put in order once."""
        found = self._keys_of_band.get((low, high))
        if found is None:
            rows = display_order(self.catalogue, self.models.row[low:high], self.policy)
            found = self._keys_of_band[low, high] = tuple(self.catalogue.keys[row] for row in rows)
        return found

    def edges_of(self, tier_map: TierMap) -> tuple[Mapping[str, tuple[int, ...]], bool]:
        """Return the edges of a map by rail, and whether its models are cut where its requests are.

        A map whose tiers are a list, not bands of scores, has request edges alone.
        """
        request, score = tier_map.request_edges_ppm, tier_map.score_edges_milli
        if score is None:
            return {"request": request}, True
        coupled = self.ladder.cuts_of_requests(request)
        is_coupled = bool(np.array_equal(coupled, self.ladder.cuts_of_scores(score)))
        return {"request": request, "score": score}, is_coupled


def percentile_of(catalogue: Catalogue) -> PercentileScale:
    """Return the scale on which a model stands at the share of the catalogue that scores no more.

    Raises
    ------
    InputError
        No model has a score.
    """
    return PercentileScale(field=tuple(float(score) for score in catalogue.coding_score[catalogue.has_score]))

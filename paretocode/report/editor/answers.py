"""What do these edges come to? Exact totals and who is picked, with the incumbent's beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import IntColumn
from paretocode.catalogue.finding import Finding
from paretocode.errors import InputError
from paretocode.report.editor.edges import EdgeState
from paretocode.report.editor.picks import TierPicks, picks_of_bands, picks_of_map
from paretocode.report.editor.world import EditorWorld
from paretocode.sim.plan import UNSERVED, routing_plan
from paretocode.sim.replaying import decide
from paretocode.sim.tables import AnyEdges, ByTier, replayed_totals
from paretocode.tiermap import TierMap
from paretocode.tiermap.lint import lint_tier_map
from paretocode.tune.measures import Counts, counts_of

__all__ = ["METRICS", "Answer", "Answers", "Figures"]

METRICS = (
    "cost_pusd",
    "shortfall_ppm",
    "excess_ppm",
    "n_unserved",
    "n_tier_changes",
    "n_near_edge",
    "n_untimed",
)
"""What is read off the tables for every map; jumps and times besides."""
_JUMPS = ("n_tier_jumps", "n_model_jumps")


@dataclass(frozen=True, kw_only=True, eq=False)
class Figures:
    """What one map comes to on the log.

    Parameters
    ----------
    totals
        Metric -> whole total; ``latency_us`` is absent where times are not known (yet).
    routed, served
        Requests that ask for each tier, and that each one's shortlist serves, lowest first.
    """

    totals: Mapping[str, int]
    routed: tuple[int, ...]
    served: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """What is said of edges.

    Parameters
    ----------
    edges, tier_map
        What was asked about; the map is None where the edges cannot be written down, and the findings say why.
    is_settled
        Whether all is said; else the map, its findings and perhaps its times wait until the edges rest.
    figures
        None without a log.
    picks
        Who serves each tier, lowest first.
    findings
        Of the lint.
    by_tier
        From which the next answer is nearer than from the start.
    """

    edges: EdgeState
    tier_map: TierMap | None
    figures: Figures | None
    picks: tuple[TierPicks, ...]
    findings: tuple[Finding, ...]
    is_settled: bool = True
    by_tier: ByTier | None = None


class Answers:
    """Answers about one world.

    Parameters
    ----------
    world
        What is edited; its log is counted once, here.

    Attributes
    ----------
    notes
        Sentences on what could not be had: an incumbent of another score definition, for one.
    """

    def __init__(self, world: EditorWorld) -> None:
        self.world = world
        self.notes: list[str] = []
        self.table = None if world.stream is None else self._counted()

    def _counted(self) -> AnyEdges | None:
        world = self.world
        if world.stream is None:
            return None
        return AnyEdges.of(
            world.stream,
            world.models,
            METRICS,
            luck=world.luck,
            default_is_highest=world.default_is_highest,
            near_edge_ppm=world.near_edge_ppm,
        )

    @cached_property
    def counts(self) -> Counts | None:
        """What the log holds, whatever the map."""
        return None if self.world.stream is None else counts_of(self.world.stream)

    def of(self, edges: EdgeState, *, before: ByTier | None = None, is_settled: bool = True) -> Answer:
        """Answer.

        Parameters
        ----------
        before
            Of the last answer.
        is_settled
            Whether the edges rest. While they are dragged the map is not judged, and models that no map has taken
            before are not timed: both can wait, and the numbers cannot.
        """
        cuts = self.world.cuts(edges)
        figures, by_tier = self._figures(edges, cuts, before=before, may_time=is_settled)
        tier_map, findings = self._judged(edges) if is_settled else (None, ())
        return Answer(
            edges=edges,
            tier_map=tier_map,
            figures=figures,
            picks=picks_of_bands(self.world, cuts),
            findings=findings,
            is_settled=is_settled,
            by_tier=by_tier,
        )

    def _figures(
        self, edges: EdgeState, cuts: IntColumn, *, before: ByTier | None, may_time: bool
    ) -> tuple[Figures | None, ByTier | None]:
        if self.table is None:
            return None, None
        request_ppm = np.array(edges.request_ppm, dtype=np.int64)
        found = self.table.totals(request_ppm, cuts, before=before, may_time=may_time)
        figures = Figures(
            totals=found.totals, routed=tuple(found.n_routed.tolist()), served=tuple(found.n_served.tolist())
        )
        return figures, found.by_tier

    def _judged(self, edges: EdgeState) -> tuple[TierMap | None, tuple[Finding, ...]]:
        world = self.world
        try:
            tier_map = world.tier_map(edges)
        except InputError as error:
            return None, (Finding("no-such-map", "error", "these edges", f"{error.what}; {error.way_out}"),)
        return tier_map, tuple(lint_tier_map(tier_map, world.catalogue, demand=world.lint_demand))

    @cached_property
    def incumbent(self) -> Figures | None:
        """What the map in force comes to, replayed; None without a log or where it does not fit the models."""
        incumbent = self.world.incumbent
        return None if incumbent is None or not self.incumbent_fits else self.replayed(incumbent)

    @cached_property
    def incumbent_picks(self) -> tuple[TierPicks, ...]:
        """Whom the map in force picks."""
        incumbent = self.world.incumbent
        return picks_of_map(self.world, incumbent) if incumbent is not None and self.incumbent_fits else ()

    @cached_property
    def incumbent_fits(self) -> bool:
        """Whether the map in force cuts these models; what is wrong goes to the notes."""
        incumbent = self.world.incumbent
        if incumbent is None:
            return False
        try:
            routing_plan(incumbent, self.world.catalogue)
        except InputError as error:
            self.notes.append(f"Nothing is compared with the incumbent. {str(error)[:1].upper()}{str(error)[1:]}")
            return False
        return True

    def replayed(self, tier_map: TierMap) -> Figures | None:
        """Return what any map comes to by the same account, request by request. O(n)."""
        world = self.world
        if world.stream is None:
            return None
        names = (*METRICS, *_JUMPS, *(() if world.luck is None else ("latency_us",)))
        stateless = tier_map.with_policy(stickiness="none")
        totals = replayed_totals(
            world.stream, stateless, world.models, names, luck=world.luck, near_edge_ppm=world.near_edge_ppm
        )
        decisions = decide(world.stream, routing_plan(stateless, world.catalogue))
        n_tiers = tier_map.n_tiers
        served = decisions.tier_served[decisions.tier_served != UNSERVED]
        return Figures(
            totals=totals,
            routed=tuple(np.bincount(decisions.tier_routed, minlength=n_tiers).tolist()),
            served=tuple(np.bincount(served, minlength=n_tiers).tolist()),
        )

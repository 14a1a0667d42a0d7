"""What does a map with edges anywhere come to, at once? The exact totals behind an edge that somebody drags.

A search needs a grid of edges, and the coarser it is the smaller its tables. Somebody who drags an edge may let go of
it anywhere, so here every distinct level of the log is a cell, and totals are those of the very map on the screen.
They are worked out by `whole_map` from the tables summed by tier, and they equal the replay to the last nano-dollar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import InputError
from paretocode.sim.luck import Luck
from paretocode.sim.plan import UNSERVED
from paretocode.sim.tables.bands import n_within
from paretocode.sim.tables.by_tier import ByTier, TierSums
from paretocode.sim.tables.choices import ranks_of_classes
from paretocode.sim.tables.classes import request_classes
from paretocode.sim.tables.grid import RequestGrid
from paretocode.sim.tables.log_tables import LogTables
from paretocode.sim.tables.metrics import TableMetrics
from paretocode.sim.tables.model_times import ModelTimes
from paretocode.sim.tables.models import ScoredModels
from paretocode.sim.tables.routed import routed_levels
from paretocode.sim.tables.subject import table_subject
from paretocode.sim.tables.tabulate import log_tables
from paretocode.sim.tables.tier_choices import TierChoices, tier_choices
from paretocode.sim.tables.whole import MapDecisions, WholeMap, whole_map
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["AnyEdges", "EdgeTotals"]


class EdgeTotals(NamedTuple):
    """What one map comes to.

    Parameters
    ----------
    totals
        Metric -> total, exact; `n_tier_jumps` and `n_model_jumps` among them. `latency_us` is left out where it was not
        asked for, or where a model that serves has yet to be timed.
    n_routed, n_served
        Shape (n_tiers,): requests that ask for each tier, and that each tier's shortlist serves.
    choices
        Who serves which class.
    by_tier
        The log by these tiers, from which the next map is nearer than from the start.
    """

    totals: dict[str, int]
    n_routed: IntColumn
    n_served: IntColumn
    choices: TierChoices
    by_tier: ByTier


@dataclass(frozen=True, kw_only=True, eq=False)
class AnyEdges:
    """A log and its models, ready for any edges; make it with `AnyEdges.of`.

    Parameters
    ----------
    models
        Who may serve; their policy decides.
    metrics
        The tables of the whole log, a cell for each distinct level, and what is read off them.
    sums
        The same tables, to be summed by tier.
    ranks
        Shape (n_used_classes, n_models).
    times
        Where luck is given.
    near_edge_ppm
        How near to an edge counts as near.
    """

    models: ScoredModels
    metrics: TableMetrics
    sums: TierSums
    ranks: IntColumn
    times: ModelTimes | None
    near_edge_ppm: int

    @classmethod
    def of(
        cls,
        stream: RequestStream,
        models: ScoredModels,
        names: Sequence[str],
        *,
        luck: Luck | None = None,
        default_is_highest: bool = True,
        near_edge_ppm: int = 10_000,
    ) -> AnyEdges:
        """Count a log. O(n log n).

        Parameters
        ----------
        names
            Additive metrics without times; see `paretocode.sim.tables.metric_names`.
        luck
            Adds `latency_us` and `n_untimed`.
        default_is_highest
            Where requests that omit their min score go.

        Raises
        ------
        InputError
            Whatever the tables refuse; a request for times among the names.
        """
        if timed := [name for name in names if name.partition(":")[0] in {"latency_us", "n_above"}]:
            raise InputError(f"{timed[0]} cannot be named here", where="tables", way_out="give luck instead")
        level = routed_levels(stream, models.policy, default_is_highest=default_is_highest)
        scores = np.unique(models.score_milli, return_index=True)[1]
        classes = request_classes(models, np.append(scores, len(models)))
        grid = RequestGrid(edges_ppm=_cell_edges(level), asked_ppm=np.unique(models.axis_ppm))
        tables = log_tables(stream, table_subject(models, classes, grid, default_is_highest=default_is_highest))
        sums = TierSums(tables)
        return cls(
            models=models,
            metrics=TableMetrics(tables=tables, names=tuple(dict.fromkeys((*names, "n_untimed")))),
            sums=sums,
            ranks=ranks_of_classes(models, classes, tables.used_classes),
            times=None if luck is None else ModelTimes(stream, luck, sums),
            near_edge_ppm=near_edge_ppm,
        )

    @property
    def tables(self) -> LogTables:
        """The tables of the whole log."""
        return self.metrics.tables

    @cached_property
    def _n_asked_below(self) -> IntColumn:
        return np.concatenate(([0], np.cumsum(self.tables.n_asked)))

    def totals(
        self, request_ppm: IntColumn, cuts: IntColumn, *, before: ByTier | None = None, may_time: bool = True
    ) -> EdgeTotals:
        """Return what a map comes to.

        Parameters
        ----------
        request_ppm
            Shape (n_tiers - 1,), strictly increasing within 1 .. 1,000,000: the request edges.
        cuts
            Shape (n_tiers - 1,), not decreasing: how many models of the order of score stand below each score edge.
        before
            The log by the tiers of a map nearby; see `TierSums.by_tier`.
        may_time
            Whether models that no map has taken before are timed now, each by a pass over the log.
        """
        by_tier = self.sums.by_tier(self._starts(request_ppm), before)
        choices = tier_choices(self.ranks, cuts, self.models.policy)
        tables = self.sums.tables_of(by_tier)
        kind = np.zeros(tables.subject.classes.n_classes, dtype=np.int64)
        kind[self.tables.used_classes] = np.arange(len(self.ranks))
        decisions = MapDecisions(tier=np.arange(by_tier.n_tiers), model=choices.model, served_tier=choices.served_tier)
        whole = whole_map(self.metrics.over(tables), kind, decisions)
        totals = dict(zip(self.metrics.names, whole.totals.tolist(), strict=True))
        if "n_near_edge" in totals:
            near = n_within(self.tables.asked_scores_ppm, self._n_asked_below, request_ppm, self.near_edge_ppm)
            totals["n_near_edge"] = int(near.sum())
        totals |= {"n_tier_jumps": whole.n_tier_jumps, "n_model_jumps": whole.n_model_jumps}
        if self.times is not None:
            totals |= self._timed(tables, by_tier, kind, decisions, may_time=may_time)
        return EdgeTotals(totals, *_shares(tables, kind, choices), choices, by_tier)

    def _starts(self, request_ppm: IntColumn) -> IntColumn:
        """Return the first cell of each tier; above all levels there is one cell, of requests that ask for nothing."""
        edges = self.tables.subject.grid.edges_ppm
        cells = np.minimum(np.searchsorted(edges, request_ppm, side="left"), len(edges) - 1) + 1
        return np.concatenate(([0], cells)).astype(np.int64)

    def _timed(
        self, tables: LogTables, by_tier: ByTier, kind: IntColumn, decisions: MapDecisions, *, may_time: bool
    ) -> dict[str, int]:
        """Return the sum of known times, or nothing where a model has yet to be timed."""
        served = np.unique(decisions.model[decisions.tier[tables.requests.cell], kind[tables.requests.number]])
        places = served[served != UNSERVED].tolist()
        if self.times is None or not (may_time or self.times.are_timed(places)):
            return {}
        timed = self.times.added(tables, by_tier.starts, places)
        if not len(timed.subject.timed_models):
            return {"latency_us": 0}
        whole: WholeMap = whole_map(TableMetrics(tables=timed, names=("latency_us",)), kind, decisions)
        return {"latency_us": int(whole.totals[0])}


def _cell_edges(level: IntColumn) -> IntColumn:
    """Return an edge at each distinct level above 0, and one above the highest, below requests that ask for nothing."""
    levels = np.unique(level[(level > 0) & (level <= PPM)])
    last = int(levels[-1]) + 1 if len(levels) else 1
    return np.append(levels, last) if last <= PPM else levels


def _shares(tables: LogTables, kind: IntColumn, choices: TierChoices) -> tuple[IntColumn, IntColumn]:
    """Return how many requests ask for each tier, and how many each one's shortlist serves."""
    requests, n_tiers = tables.requests, len(choices.model)
    routed = np.bincount(requests.cell, weights=requests.n, minlength=n_tiers).astype(np.int64)
    served = choices.served_tier[requests.cell, kind[requests.number]]
    is_served = served != UNSERVED
    by_server = np.bincount(served[is_served], weights=requests.n[is_served], minlength=n_tiers).astype(np.int64)
    return routed, by_server

"""What are the same totals, replayed request by request? The tables' slow twin, and the totals of any map at all.

The tables know maps whose edges lie on their grid and whose tiers are bands of scores; an incumbent may be neither. It
is replayed without stickiness and billed by the lag-1 rule, so that it can be compared with what a search found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from paretocode._checks import BoolColumn, IndexColumn, IntColumn
from paretocode.errors import InputError
from paretocode.sim.billing import Bill, billed, exact_sum, tariff
from paretocode.sim.cache import NO_CACHE, lag1_cached_tokens
from paretocode.sim.latency import UNTIMED, latency_tables, latency_us
from paretocode.sim.luck import Luck
from paretocode.sim.plan import UNSERVED, routing_plan
from paretocode.sim.prices import refuse_overflow
from paretocode.sim.replaying import Decisions, decide
from paretocode.sim.tables.bands import near_edge_counts
from paretocode.sim.tables.metric_names import millionths_of, refuse_unknown_metric
from paretocode.sim.tables.models import ScoredModels
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.tier_map import TierMap

__all__ = ["ReplayedTotals", "replayed_totals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedTotals:
    """`replayed_totals` of one map as a count of a log, for `CountableLog.total`; the parameters are the same."""

    tier_map: TierMap
    models: ScoredModels
    names: tuple[str, ...]
    luck: Luck | None = None
    near_edge_ppm: int = 10_000

    def __call__(self, stream: RequestStream) -> dict[str, int]:
        """Return the totals of a stream of whole sessions."""
        return replayed_totals(
            stream, self.tier_map, self.models, self.names, luck=self.luck, near_edge_ppm=self.near_edge_ppm
        )


def replayed_totals(
    stream: RequestStream,
    tier_map: TierMap,
    models: ScoredModels,
    names: Sequence[str],
    *,
    luck: Luck | None = None,
    near_edge_ppm: int = 10_000,
) -> dict[str, int]:
    """Return additive metrics of a map, replayed without stickiness and billed by the lag-1 rule. O(n).

    Parameters
    ----------
    tier_map
        Any map; its stickiness is set aside.
    models
        Catalogue, cache rules and scale. Its policy plays no part: the map has its own.
    names
        Metrics of `paretocode.sim.tables.metric_names`, and ``n_tier_jumps`` and ``n_model_jumps``, which the replay
        knows and a sum over bands does not.
    luck
        Needed for times.
    near_edge_ppm
        How near to an edge a min score counts for ``n_near_edge`` [ppm], both ends included.

    Raises
    ------
    InputError
        An unknown metric; times without luck; a map that does not fit the catalogue.

    Examples
    --------
    >>> from paretocode.catalogue import PercentileScale, load_bundled
    >>> from paretocode.sim.tables import scored_models
    >>> from paretocode.stream.stream import request_stream
    >>> from paretocode.tiermap import Policy, documented_pareto_code
    >>> catalogue = load_bundled()
    >>> models = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    >>> stream = request_stream(session=[1, 1], time_s=[0, 10], prompt_tokens=[10_000, 12_000],
    ...                         completion_tokens=[500, 500], prefix_tokens=[0, 10_000], min_score=[0.65, 0.66])
    >>> documented = documented_pareto_code(catalogue)
    >>> replayed_totals(stream, documented, models, ("cost_pusd", "n_tier_changes", "n_near_edge"))
    {'cost_pusd': 14700000000, 'n_tier_changes': 1, 'n_near_edge': 2}
    """
    run = _Run(stream, tier_map.with_policy(stickiness="none"), models, luck, near_edge_ppm=near_edge_ppm)
    return {name: run.total(name) for name in names}


class _Run:
    """One map's decisions and what follows from them."""

    def __init__(
        self, stream: RequestStream, tier_map: TierMap, models: ScoredModels, luck: Luck | None, *, near_edge_ppm: int
    ) -> None:
        self.stream, self.tier_map, self.models, self.luck = stream, tier_map, models, luck
        self.near_edge_ppm = near_edge_ppm
        self.catalogue = models.catalogue
        self.decisions: Decisions = decide(stream, routing_plan(tier_map, self.catalogue))
        self.model: IndexColumn = self.decisions.model_index
        self.is_served: BoolColumn = self.model != UNSERVED
        self.is_pair: BoolColumn = ~stream.is_first[1:]

    def total(self, name: str) -> int:
        """Return one metric."""
        if name in {"n_tier_jumps", "n_model_jumps"}:
            return self._jumps(self.decisions.tier_served if name == "n_tier_jumps" else self.model)
        refuse_unknown_metric(name)
        family = name.partition(":")[0]
        find = {
            **dict.fromkeys(("cost_pusd", "list_cost_pusd", "fresh_tokens"), self._billed),
            **dict.fromkeys(("n_tier_changes", "tier_distance", "n_near_edge"), self._edges),
            **dict.fromkeys(("latency_us", "n_above"), self._time),
            **dict.fromkeys(("n_unserved", "n_untimed", "n_served_by"), self._count),
        }
        return find.get(family, self._miss)(name)

    def _count(self, name: str) -> int:
        if name == "n_unserved":
            return int(np.count_nonzero(~self.is_served))
        if name == "n_untimed":
            is_counted = ~latency_tables(self.catalogue).is_known
        else:
            provider = name.partition(":")[2]
            is_counted = np.array([own.partition("/")[0] == provider for own in self.catalogue.model_id])
        return int(np.count_nonzero(self.is_served & is_counted[self.model]))

    @cached_property
    def _bill(self) -> Bill:
        prices = tariff(self.catalogue, self.models.cache)
        refuse_overflow(self.stream, prices.rows)
        return billed(self.stream, self.model, lag1_cached_tokens(self.stream, self.model, prices.rules), prices)

    def _billed(self, name: str) -> int:
        if name == "cost_pusd":
            return exact_sum(self._bill.cost_pusd)
        if name == "fresh_tokens":
            return exact_sum((self.stream.prompt_tokens - self._bill.cached_tokens) * self.is_served)
        prices = tariff(self.catalogue, NO_CACHE)
        refuse_overflow(self.stream, prices.rows)
        nothing = np.zeros(len(self.stream), dtype=np.int64)
        return exact_sum(billed(self.stream, self.model, nothing, prices).cost_pusd)

    @cached_property
    def _above_ppm(self) -> IntColumn:
        """By how much what is served lies above what is asked; 0 where nothing is asked, served, or scored."""
        axis = self.models.scale.to_axis_ppm(self.catalogue.coding_score)
        counts = ~self.stream.is_omitted & np.append(self.catalogue.has_score, False)[self.model]
        above: IntColumn = (np.append(axis, 0)[self.model] - self.stream.min_score_ppm) * counts
        return above

    def _miss(self, name: str) -> int:
        above = self._above_ppm
        if name == "shortfall_ppm":
            return -int(np.minimum(above, 0).sum())
        if name == "excess_ppm":
            return int(np.maximum(above, 0).sum())
        if name == "n_unmet":
            return int(np.count_nonzero((above < 0) | (~self.is_served & ~self.stream.is_omitted)))
        margin = 0 if name == "n_short" else millionths_of(name)
        return int(np.count_nonzero(above < -margin))

    def _edges(self, name: str) -> int:
        if name == "n_near_edge":
            stated = self.stream.min_score_ppm[~self.stream.is_omitted]
            edges = np.array(self.tier_map.request_edges_ppm, dtype=np.int64)
            return int(near_edge_counts(*np.unique(stated, return_counts=True), edges, self.near_edge_ppm).sum())
        routed = self.decisions.tier_routed.astype(np.int64)
        distance = np.abs(routed[1:] - routed[:-1]) * self.is_pair
        return int(distance.sum()) if name == "tier_distance" else int(np.count_nonzero(distance))

    def _jumps(self, column: IndexColumn) -> int:
        both = self.is_pair & self.is_served[1:] & self.is_served[:-1]
        return int(np.count_nonzero(both & (column[1:] != column[:-1])))

    def _time(self, name: str) -> int:
        if self.luck is None:
            raise InputError(f"{name} needs luck", where="search", way_out="draw it: draw_luck(stream, rng=...)")
        tables = latency_tables(self.catalogue)
        time = latency_us(self.stream, self.model, self._bill.cached_tokens, tables, self.luck)
        known = time[time != UNTIMED]
        return exact_sum(known) if name == "latency_us" else int(np.count_nonzero(known > millionths_of(name)))

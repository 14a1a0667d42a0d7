"""What becomes of each tier of a map on another catalogue? Shortlists, who serves, and who would if it were listed."""

from __future__ import annotations

from dataclasses import dataclass

from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.prices import price_metric_micro_usd
from paretocode.sim.plan import RoutingPlan, routing_plan
from paretocode.tiermap.ranking import ranked_rows
from paretocode.tiermap.tier_map import TierMap

__all__ = ["TierMove", "tier_moves"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierMove:
    """One tier, from the tuned catalogue to today's.

    Parameters
    ----------
    tier
        Its name.
    shortlist
        (before, after): keys that may serve a short request, best first; under the price metric ``request``, in which
        each request ranks by its own tokens, by score.
    serving
        (before, after): the first of them, None where nothing serves. Of another tier where this one is empty.
    gone
        Keys of the tier that the catalogue no longer lists.
    challengers
        Models of today's catalogue outside the map that score at least as much as the tier's lowest model did when the
        map was tuned, and would rank before the one that serves: what a map cut today would look at.
    """

    tier: str
    shortlist: tuple[tuple[str, ...], tuple[str, ...]]
    serving: tuple[str | None, str | None]
    gone: tuple[str, ...]
    challengers: tuple[str, ...]

    @property
    def is_moved(self) -> bool:
        """Whether another model serves."""
        return self.serving[0] != self.serving[1]


def tier_moves(tuned: Catalogue, today: Catalogue, tier_map: TierMap) -> tuple[TierMove, ...]:
    """Return what became of every tier, lowest first.

    Raises
    ------
    InputError
        A map that does not fit one of the catalogues.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.tiermap import documented_pareto_code
    >>> was = load_bundled()
    >>> tier_map = documented_pareto_code(was)
    >>> rows = [row for row, key in enumerate(was.keys) if key != tier_map.tiers[0].models[0]]
    >>> low = tier_moves(was, was.select(rows), tier_map)[0]
    >>> low.gone == low.shortlist[0][:1], low.serving[1] == low.shortlist[0][1]
    (True, True)
    """
    plans = routing_plan(tier_map, tuned), routing_plan(tier_map, today)
    moves = []
    for at, tier in enumerate(tier_map.tiers):
        lists = tuple(_keys(plan, at) for plan in plans)
        serving = tuple(keys[0] if keys else None for keys in lists)
        moves.append(
            TierMove(
                tier=tier.name,
                shortlist=lists,  # type: ignore[arg-type]
                serving=serving,  # type: ignore[arg-type]
                gone=tuple(key for key in tier.models if key in tuned and key not in today),
                challengers=_challengers(tuned, today, tier_map, at, serving[1]),
            )
        )
    return tuple(moves)


def _keys(plan: RoutingPlan, tier: int) -> tuple[str, ...]:
    return tuple(plan.catalogue.keys[row] for row in plan.shortlists[tier * plan.n_classes])


def _challengers(
    tuned: Catalogue, today: Catalogue, tier_map: TierMap, tier: int, serving: str | None
) -> tuple[str, ...]:
    members = [tuned.index_of(key) for key in tier_map.tiers[tier].models if key in tuned]
    floor = min((int(tuned.score_milli[row]) for row in members if tuned.has_score[row]), default=None)
    if floor is None:
        return ()
    outside = set(today.keys) - set(tier_map.models)
    able = today.has_score & (today.score_milli >= floor) & (today.context_tokens > 0)
    rows = [row for row, key in enumerate(today.keys) if able[row] and key in outside]
    if serving is not None:
        rows.append(today.index_of(serving))
    metric = tier_map.policy.price_metric
    price, _ = price_metric_micro_usd(today, "prompt" if metric == "request" else metric)
    ranked = [today.keys[row] for row in ranked_rows(today, rows, tier_map.policy, price=price)]
    return tuple(ranked[: ranked.index(serving)] if serving is not None else ranked)

"""Does the shortlist hold with memory? Table, lag-1 bill and stateful replay side by side, and where the order turns.

The search adds bands and forgets what routers remember: that a session keeps its model, that a model left before may
still hold a prompt. A few maps are therefore replayed with everything on.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paretocode.catalogue.catalogue import Catalogue
from paretocode.sim.billing import exact_sum
from paretocode.sim.cache import PrefixCache
from paretocode.sim.replaying import replay
from paretocode.sim.tables import scored_models
from paretocode.sim.tables.replayed import ReplayedTotals
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap
from paretocode.tune.question import MapQuestion

__all__ = ["Confirmed", "ReplayedBills", "confirm_costs", "order_warnings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """Three bills of one map [pico-USD].

    Parameters
    ----------
    name
        The map.
    table_pusd
        The sum over its bands that the search minimised; None for a map that was not searched, such as an incumbent.
    lag1_pusd
        Replayed without stickiness, a request reading from a cache only where the turn before had its model: what the
        table stands for, with nothing left out. Against `replayed_pusd` it is pessimistic about returns to a model.
    replayed_pusd
        Replayed with the policy's stickiness and caches for every model of a session: optimistic about returns.
    """

    name: str
    table_pusd: int | None
    lag1_pusd: int
    replayed_pusd: int


def confirm_costs(
    question: MapQuestion, maps: Mapping[str, TierMap], table_pusd: Mapping[str, int]
) -> tuple[Confirmed, ...]:
    """Replay maps and return their bills. O(n) for each map.

    Parameters
    ----------
    maps
        Name -> map, the incumbent among them if it is to be compared.
    table_pusd
        Name -> the search's own sum; maps that were not searched are left out.
    """
    models = scored_models(question.catalogue, question.policy, scale=question.scale, cache=question.cache)
    replayed = question.counted.total(ReplayedBills(maps=maps, catalogue=question.catalogue, cache=question.cache))
    return tuple(
        Confirmed(
            name=name,
            table_pusd=table_pusd.get(name),
            lag1_pusd=question.counted.total(ReplayedTotals(tier_map=tier_map, models=models, names=("cost_pusd",)))[
                "cost_pusd"
            ],
            replayed_pusd=replayed[name],
        )
        for name, tier_map in maps.items()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedBills:
    """Counts a log's bills under several maps, replayed with their own stickiness and all caches [pico-USD]."""

    maps: Mapping[Any, TierMap]
    catalogue: Catalogue
    cache: PrefixCache

    def __call__(self, stream: RequestStream) -> dict[Any, int]:
        """Return the bill of a stream of whole sessions by the maps' keys."""
        return {
            key: exact_sum(replay(stream, tier_map, self.catalogue, cache=self.cache).cost_pusd)
            for key, tier_map in self.maps.items()
        }


def order_warnings(confirmed: tuple[Confirmed, ...]) -> tuple[str, ...]:
    """Return a sentence for each pair of maps whose order turns: between tables and lag-1 bill, or lag-1 and replay.

    Examples
    --------
    >>> one = Confirmed(name="a", table_pusd=10 * 10**12, lag1_pusd=10 * 10**12, replayed_pusd=9 * 10**12)
    >>> two = Confirmed(name="b", table_pusd=11 * 10**12, lag1_pusd=11 * 10**12, replayed_pusd=8 * 10**12)
    >>> print(order_warnings((one, two))[0])
    a is cheaper than b by the lag-1 rule (10.00 against 11.00 USD), dearer in the stateful replay (9.00 against 8.00)
    """
    sentences = []
    for one, two in itertools.combinations(confirmed, 2):
        if one.table_pusd is not None and two.table_pusd is not None:
            sums, bills = (one.table_pusd, two.table_pusd), (one.lag1_pusd, two.lag1_pusd)
            sentences += _turned(
                one, two, sums, bills, ("by the sum of its bands", "by the lag-1 rule of the whole map")
            )
        bills, replays = (one.lag1_pusd, two.lag1_pusd), (one.replayed_pusd, two.replayed_pusd)
        sentences += _turned(one, two, bills, replays, ("by the lag-1 rule", "in the stateful replay"))
    return tuple(sentences)


def _turned(
    one: Confirmed, two: Confirmed, before: tuple[int, int], after: tuple[int, int], words: tuple[str, str]
) -> list[str]:
    if (before[0] - before[1]) * (after[0] - after[1]) >= 0:
        return []
    low, high = (0, 1) if before[0] < before[1] else (1, 0)
    names = one.name, two.name
    return [
        f"{names[low]} is cheaper than {names[high]} {words[0]} ({before[low] / 1e12:.2f} against "
        f"{before[high] / 1e12:.2f} USD), dearer {words[1]} ({after[low] / 1e12:.2f} against {after[high] / 1e12:.2f})"
    ]

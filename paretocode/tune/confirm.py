"""Does the shortlist hold with memory? Table, lag-1 bill and stateful replay side by side, and where the order turns.

The search adds bands and forgets what routers remember: that a session keeps its model, that a model left before may
still hold a prompt. A few maps are therefore replayed with everything on.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from paretocode.sim.billing import exact_sum
from paretocode.sim.luck import Luck
from paretocode.sim.replaying import replay
from paretocode.sim.tables import scored_models
from paretocode.sim.tables.replayed import replayed_totals
from paretocode.tiermap import TierMap
from paretocode.tune.question import MapQuestion

__all__ = ["Confirmed", "confirm_costs", "order_warnings"]


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
    question: MapQuestion, maps: Mapping[str, TierMap], table_pusd: Mapping[str, int], *, luck: Luck | None = None
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
    found = []
    for name, tier_map in maps.items():
        lag1 = replayed_totals(question.stream, tier_map, models, ["cost_pusd"])["cost_pusd"]
        run = replay(question.stream, tier_map, question.catalogue, cache=question.cache, luck=luck)
        found.append(
            Confirmed(
                name=name,
                table_pusd=table_pusd.get(name),
                lag1_pusd=lag1,
                replayed_pusd=exact_sum(run.cost_pusd),
            )
        )
    return tuple(found)


def order_warnings(confirmed: tuple[Confirmed, ...]) -> tuple[str, ...]:
    """Return a sentence for each pair of maps of which the replay finds the other one cheaper than the search does.

    Examples
    --------
    >>> one = Confirmed(name="a", table_pusd=10 * 10**12, lag1_pusd=10 * 10**12, replayed_pusd=9 * 10**12)
    >>> two = Confirmed(name="b", table_pusd=11 * 10**12, lag1_pusd=11 * 10**12, replayed_pusd=8 * 10**12)
    >>> order_warnings((one, two))[0]
    'a is cheaper than b by the tables (10.00 against 11.00 USD) and dearer in the stateful replay (9.00 against 8.00)'
    """
    sentences = []
    for one, two in itertools.combinations(confirmed, 2):
        first, second = _searched_cost(one), _searched_cost(two)
        low, high = (one, two) if first <= second else (two, one)
        if first != second and low.replayed_pusd > high.replayed_pusd:
            sentences.append(
                f"{low.name} is cheaper than {high.name} by the tables ({min(first, second) / 1e12:.2f} against "
                f"{max(first, second) / 1e12:.2f} USD) and dearer in the stateful replay "
                f"({low.replayed_pusd / 1e12:.2f} against {high.replayed_pusd / 1e12:.2f})"
            )
    return tuple(sentences)


def _searched_cost(one: Confirmed) -> int:
    return one.lag1_pusd if one.table_pusd is None else one.table_pusd

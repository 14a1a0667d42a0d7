"""How does the difference of two maps depend on a price factor, exactly? Linear pieces between switch points.

Under a ranking by list prices, a factor on the prices of some models changes a decision only where the price of one of
them passes that of another model of the same shortlist: at factor = other price / own price. Between two such switch
points all decisions stay, so money is ``a + b x factor`` with a from the other models and b from these at today's
prices, whole pico-USD both, and every other measure is constant.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.catalogue.changed import models_that_fit
from paretocode.catalogue.prices import price_metric_micro_usd
from paretocode.evidence.sensitivity.crossings import Stretch
from paretocode.evidence.sensitivity.prices import WHERE, with_price_factor
from paretocode.evidence.sensitivity.replays import Replays
from paretocode.evidence.sensitivity.words import standing
from paretocode.evidence.sensitivity.world import World
from paretocode.sim.billing import bill, exact_sum
from paretocode.sim.plan import RoutingPlan, routing_plan
from paretocode.sim.replaying import replay
from paretocode.tiermap.tier_map import TierMap

__all__ = ["COST", "PricePiece", "is_piecewise_linear", "price_pieces", "stretches_of", "switch_factors"]

COST = "cost_usd_per_krequest"
_PUSD_PER_UNIT = 10**9
"""A thousand requests are 1,000, a USD is 10^12 pico-USD."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePiece:
    """The difference candidate minus incumbent over an open interval of price factors.

    Parameters
    ----------
    low, high
        Ends of the interval: switch points, or ends of the range.
    at_zero, slope
        The difference is at_zero + slope x factor [units of the measure]; None where it is not known.
    """

    low: Fraction
    high: Fraction
    at_zero: Fraction | None
    slope: Fraction

    def difference(self, factor: Fraction) -> Fraction | None:
        """Return the difference at a factor."""
        return None if self.at_zero is None else self.at_zero + self.slope * factor

    @property
    def roots(self) -> tuple[Fraction, ...]:
        """The factor inside the interval at which the two are level, if there is one and only one."""
        if self.at_zero is None or self.slope == 0:
            return ()
        root = -self.at_zero / self.slope
        return (root,) if self.low < root < self.high else ()


def is_piecewise_linear(world: World) -> bool:
    """Return whether price factors have exact switch points here: both maps rank by list prices and nothing fails."""
    by_list = all(tier_map.policy.price_metric != "request" for tier_map in world.maps)
    return by_list and world.operations is None


def switch_factors(world: World, *, models: str) -> tuple[Fraction, ...]:
    """Return every factor > 0 at which a decision of either map can change, rising.

    Examples
    --------
    Kimi (0.73) passes Grok (1.25), GPT-5.4 mini (0.75) and Sonnet (3.00 USD per million prompt tokens) in its tier.

    >>> from paretocode.catalogue import bundled_scale, load_bundled
    >>> from paretocode.evidence.sensitivity.world import world_of
    >>> from paretocode.stream import request_stream
    >>> from paretocode.tiermap import documented_pareto_code
    >>> asked = request_stream(session=[0], time_s=[0], prompt_tokens=[1], completion_tokens=[1])
    >>> models = load_bundled()
    >>> today = documented_pareto_code(models)
    >>> world = world_of(models, asked, today, today.renamed("same"), scale=bundled_scale(), rng=1)
    >>> [str(factor) for factor in switch_factors(world, models="moonshotai/*")]
    ['75/73', '125/73', '300/73']
    """
    fits = models_that_fit(world.catalogue, models, where=WHERE)
    found: set[Fraction] = set()
    for tier_map in world.maps:
        price, _ = price_metric_micro_usd(world.catalogue, tier_map.policy.price_metric)
        for shortlist in set(routing_plan(tier_map, world.catalogue).shortlists):
            rows = np.array(shortlist, dtype=np.int64)
            own, others = rows[fits[rows]].tolist(), rows[~fits[rows]].tolist()
            found |= {
                Fraction(int(price[other]), int(price[mine]))
                for mine, other in itertools.product(own, others)
                if price[mine] > 0 and price[other] > 0
            }
    return tuple(sorted(found))


def price_pieces(
    world: World, *, models: str, measure: str, low: float, high: float
) -> tuple[tuple[PricePiece, ...], int]:
    """Return the pieces from low to high, and how many replays they took.

    Prices are taken as they are, where a catalogue rounds them to a millionth of a USD per million tokens: the least of
    them that matters sets how far a replay at a factor can stand off.

    Notes
    -----
    A replay for each distinct set of first choices, not for each piece. O(switch points x plan + sets x replay).
    """
    ends = [Fraction(low), *(f for f in switch_factors(world, models=models) if low < f < high), Fraction(high)]
    sums = [
        _MapSums(world, tier_map, models_that_fit(world.catalogue, models, where=WHERE), measure)
        for tier_map in world.maps
    ]
    pieces = []
    for left, right in itertools.pairwise(ends):
        changed = with_price_factor(world, float((left + right) / 2), models=models)
        incumbent, candidate = (each.line(changed) for each in sums)
        if incumbent is None or candidate is None:
            pieces.append(PricePiece(low=left, high=right, at_zero=None, slope=Fraction(0)))
        else:
            at_zero, slope = candidate[0] - incumbent[0], candidate[1] - incumbent[1]
            pieces.append(PricePiece(low=left, high=right, at_zero=at_zero, slope=slope))
    return tuple(pieces), sum(len(each.lines) for each in sums)


class _MapSums:
    """One map's line on every set of first choices that it has met."""

    def __init__(self, world: World, tier_map: TierMap, fits: BoolColumn, measure: str) -> None:
        self.world, self.tier_map, self.measure = world, tier_map, measure
        self.fits = fits
        self.lines: dict[bytes, tuple[Fraction, Fraction] | None] = {}

    def line(self, changed: World) -> tuple[Fraction, Fraction] | None:
        """Return (a, b) of the measure under the decisions of a changed world; None where it is not known."""
        plan = routing_plan(self.tier_map, changed.catalogue)
        key = plan.best.tobytes()
        if key not in self.lines:
            self.lines[key] = self._cost(plan) if self.measure == COST else self._constant(changed)
        return self.lines[key]

    def _cost(self, plan: RoutingPlan) -> tuple[Fraction, Fraction]:
        stream, today = self.world.stream, self.world.catalogue
        run = replay(stream, self.tier_map, plan.catalogue, cache=self.world.cache)
        cost = bill(stream, run.decisions.model_index, today, self.world.cache).cost_pusd
        moves = self.fits[run.decisions.model_index]
        unit = _PUSD_PER_UNIT * len(stream)
        return Fraction(_sum(cost, ~moves), unit), Fraction(_sum(cost, moves), unit)

    def _constant(self, changed: World) -> tuple[Fraction, Fraction] | None:
        value = Replays((self.measure,)).numbers(changed, self.tier_map)[self.measure]
        return None if value is None else (Fraction(value), Fraction(0))


def _sum(cost: IntColumn, rows: BoolColumn) -> int:
    return exact_sum(cost * rows)


def stretches_of(pieces: tuple[PricePiece, ...]) -> tuple[Stretch, ...]:
    """Return the stretches over which the candidate stands alike; single values at which it is level do not count."""
    found: list[Stretch] = []
    for piece in pieces:
        for left, right in itertools.pairwise([piece.low, *piece.roots, piece.high]):
            value = piece.difference((left + right) / 2)
            stands = standing(None if value is None else float((value > 0) - (value < 0)))
            if found and found[-1].standing is stands:
                found[-1] = Stretch(low=found[-1].low, high=float(right), standing=stands)
            else:
                found.append(Stretch(low=float(left), high=float(right), standing=stands))
    return tuple(found)

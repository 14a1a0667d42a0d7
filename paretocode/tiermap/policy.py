"""What may a router do with a tier map? Every unspecified or contradictory rule of the field, as a parameter.

Nothing here is a constant of the router: where the documentation of OpenRouter's Pareto Code router is silent or
contradicts itself, the field's docstring says which reading the default takes.
"""

from __future__ import annotations

from dataclasses import dataclass

from paretocode._checks import one_of
from paretocode.catalogue.prices import PRICE_METRICS
from paretocode.errors import InputError

__all__ = ["DOWNGRADES", "ELIGIBILITIES", "EMPTY_TIER_RULES", "RANKINGS", "STICKINESS", "Policy"]

RANKINGS = ("price", "throughput")
ELIGIBILITIES = ("tier", "floor")
EMPTY_TIER_RULES = ("up", "down", "refuse")
STICKINESS = ("none", "session", "implicit")
DOWNGRADES = ("allowed", "never")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The parameters that a router applies to a tier map.

    Parameters
    ----------
    ranking
        ``price``: the cheapest first; ``throughput``: the fastest p50 first ("Nitro"). Ties: lower price, then
        higher score, then key. A model without a measured throughput ranks behind all that have one.
    price_metric
        What "cheapest" means: ``prompt`` (the documented default of the neighbouring `price_source` option),
        ``completion``, ``blend_3_1``, ``blend_7_2_1``, or ``request`` (the request's own prompt and completion tokens,
        long-context prices included, caches not).
    eligibility
        ``tier``: only the tier's own models; ``floor``: any model of the map that scores at or above the tier's score
        edge. Default ``tier``, the documented rule.
    empty_tier
        Where a request goes when no model of its tier can take it: ``up``, ``down`` (to the next tier that can), or
        ``refuse``. The documentation gives no direction; the default never serves below what was asked.
    n_fallbacks
        How many further models of the same shortlist follow the primary; documented as two.
    stickiness
        ``session``: a session keeps its model while that model stays in the request's shortlist and the time since
        the session's previous request is below `sticky_ttl_s`; ``implicit``: the caller sends no session id and the
        router knows a conversation by its opening messages, so that the same holds only as long as a request still
        shares leading tokens with the one before; ``none``: every request is decided afresh.
    sticky_ttl_s
        Sliding time limit of stickiness [s]. Two pages of documentation say 5 and 10 minutes; the default is 5.
    hysteresis_ppm
        Half-width h of the play that a session's min score has before its tier follows [parts per million]: the level
        that is routed moves only as far as keeps it within h of what is asked. 0, the default, follows at once. What is
        asked, not the level, decides on shortfall.
    downgrades
        ``never``: within a session no request is routed to a lower tier than an earlier one; ``allowed`` (default).

    Raises
    ------
    InputError
        An unknown word or a negative number; the sentence lists what is allowed.
    """

    ranking: str = "price"
    price_metric: str = "prompt"
    eligibility: str = "tier"
    empty_tier: str = "up"
    n_fallbacks: int = 2
    stickiness: str = "session"
    sticky_ttl_s: int = 300
    hysteresis_ppm: int = 0
    downgrades: str = "allowed"

    def __post_init__(self) -> None:
        one_of(self.ranking, RANKINGS, name="ranking", where="policy")
        one_of(self.price_metric, PRICE_METRICS, name="price_metric", where="policy")
        one_of(self.eligibility, ELIGIBILITIES, name="eligibility", where="policy")
        one_of(self.empty_tier, EMPTY_TIER_RULES, name="empty_tier", where="policy")
        one_of(self.stickiness, STICKINESS, name="stickiness", where="policy")
        one_of(self.downgrades, DOWNGRADES, name="downgrades", where="policy")
        for name in ("n_fallbacks", "sticky_ttl_s", "hysteresis_ppm"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
                raise InputError(f"{name} is {value!r}", where="policy", way_out="give a whole number >= 0")

"""Which totals of a map can be read off the tables, and what do their names ask for?

Less is better for every metric, none is negative, and each is a whole number.
"""

from __future__ import annotations

from paretocode.errors import InputError
from paretocode.stream.stream import PPM

__all__ = ["ADDITIVE", "FAMILIES", "METRIC_NAMES", "NOT_ADDITIVE", "millionths_of", "refuse_unknown_metric"]

ADDITIVE = {
    "cost_pusd": "bill with lag-1 caches [pico-USD]: a request reads from a cache where the turn before had its model",
    "list_cost_pusd": "bill without caches [pico-USD]",
    "fresh_tokens": "prompt tokens that no cache held",
    "shortfall_ppm": "sum of max(0, asked - served score) [ppm of the 0..1 axis]",
    "excess_ppm": "sum of max(0, served - asked score) [ppm]",
    "n_short": "requests served below what they asked",
    "n_unserved": "requests that no model took",
    "n_unmet": "requests that state a min score and are served below it or not at all",
    "n_tier_changes": "pairs of consecutive requests of a session that are routed to different tiers",
    "tier_distance": "sum over such pairs of how many tiers lie between, counting the step itself",
    "n_near_edge": "requests that lie near an edge, counted for each such edge",
    "latency_us": "sum of known end-to-end times with lag-1 caches [microseconds]",
    "n_untimed": "served requests whose model has no published speed",
}
"""Metric -> what it sums. Further ones: ``n_above:SECONDS``, ``n_short_above:AXIS`` and ``n_served_by:PROVIDER``."""

FAMILIES = ("n_above", "n_short_above", "n_served_by")
METRIC_NAMES = (*ADDITIVE, *(f"{family}:..." for family in FAMILIES))

_QUANTILE = "a quantile is no sum over bands; limit n_above:SECONDS, or confirm the shortlist"
_MODELS = "whether two bands serve one model depends on both; search n_tier_changes, or confirm the shortlist"
NOT_ADDITIVE = {
    "latency_p50_s": _QUANTILE,
    "latency_p95_s": _QUANTILE,
    "latency_p99_s": _QUANTILE,
    "model_jump_rate": _MODELS,
    "n_model_jumps": _MODELS,
    "tier_jump_rate": "a rate is a quotient; search n_tier_changes",
    "n_tier_jumps": "who answers for an overfull tier depends on other bands; search n_tier_changes, or confirm",
    "shortfall_mean": "a mean is a quotient; search shortfall_ppm",
    "cost_usd": "the search sums cost_pusd; USD is for people",
}
"""Names that people ask for and that do not add up over bands, with the way out."""


def refuse_unknown_metric(name: str) -> None:
    """Refuse a name that is no additive metric.

    Raises
    ------
    InputError
        A metric that is not additive, with what to search instead; an unknown word; a family without its argument.

    Examples
    --------
    >>> refuse_unknown_metric("latency_p95_s")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: search: latency_p95_s does not add up over bands; a quantile is no sum over bands;
    limit n_above:SECONDS, or confirm the shortlist.
    """
    if name in NOT_ADDITIVE:
        raise InputError(f"{name} does not add up over bands", where="search", way_out=NOT_ADDITIVE[name])
    family, _, argument = name.partition(":")
    if name not in ADDITIVE and not (family in FAMILIES and argument):
        known = ", ".join(METRIC_NAMES)
        raise InputError(f"there is no metric {name!r}", where="search", way_out=f"use one of {known}")
    if argument and family != "n_served_by":
        millionths_of(name)


def millionths_of(name: str) -> int:
    """Return the number after a metric's colon in whole millionths: microseconds, or parts per million.

    Raises
    ------
    InputError
        No number, or a negative one.

    Examples
    --------
    >>> millionths_of("n_above:2.5"), millionths_of("n_short_above:0.1")
    (2500000, 100000)
    >>> millionths_of("n_above:soon")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: search: 'soon' in n_above:soon is no number >= 0; write it as in n_above:2.5.
    """
    family, _, argument = name.partition(":")
    try:
        number = float(argument)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e12:
        raise InputError(
            f"{argument!r} in {name} is no number >= 0", where="search", way_out=f"write it as in {family}:2.5"
        )
    return round(number * PPM)

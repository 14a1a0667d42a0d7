"""In which units do people speak of a total? USD, means and shares of fixed numbers of requests.

The search sums whole numbers; a person limits the mean shortfall or the share of pairs that change tier. Each measure
here is a total over a number that no map changes (requests, pairs, requests that state a min score), so that a limit on
the measure is a limit on the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from paretocode.errors import InputError
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["DEFAULT_MEASURES", "MEASURES", "Counts", "Measure", "counts_of", "measure_named"]

_PUSD = 10**12


class Counts(NamedTuple):
    """What a stream holds, whatever the map.

    Parameters
    ----------
    requests, pairs
        Requests, and pairs of consecutive requests of one session.
    stated
        Requests that state a min score.
    prompt_tokens
        All of them.
    """

    requests: int
    pairs: int
    stated: int
    prompt_tokens: int


def counts_of(stream: RequestStream) -> Counts:
    """Return the counts of a stream."""
    return Counts(
        requests=len(stream),
        pairs=len(stream) - stream.n_sessions,
        stated=int((~stream.is_omitted).sum()),
        prompt_tokens=int(stream.prompt_tokens.sum()),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A total in people's units.

    Parameters
    ----------
    name
        What people call it.
    metric
        The additive metric it is made of.
    per
        Which count it is divided by; "" for none.
    unit
        How many units of the metric make one of the measure.
    text
        One line for tables.
    """

    name: str
    metric: str
    per: str
    unit: int
    text: str

    def value(self, total: int, counts: Counts) -> float:
        """Return a total in people's units; 0 where there is nothing to divide by."""
        whole = getattr(counts, self.per) if self.per else 1
        return total / self.unit / whole if whole else 0.0

    def total(self, value: float, counts: Counts) -> int:
        """Return the greatest total whose measure is at most a value: what a limit on the measure allows.

        ``total(value(t)) >= t``: a limit that is a map's own value lets that map through.

        Raises
        ------
        InputError
            A value that is negative or not finite.
        """
        if not 0 <= value < float("inf"):
            raise InputError(f"{self.name} is limited to {value}", where="search", way_out="give a number >= 0")
        whole = getattr(counts, self.per) if self.per else 1
        guess = int(Fraction(value) * self.unit * whole)
        margin = 4 * max(1, guess >> 50)  # floats cannot tell nearer totals apart: two roundings, each of 2^-53
        low, high = max(0, guess - margin), guess + margin + 1
        while whole and high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self.value(middle, counts) <= value else (low, middle)
        return low


_NAMED = {
    m.name: m
    for m in (
        Measure(name="cost_usd", metric="cost_pusd", per="", unit=_PUSD, text="cost, caches by the lag-1 rule [USD]"),
        Measure(name="list_cost_usd", metric="list_cost_pusd", per="", unit=_PUSD, text="cost without caches [USD]"),
        Measure(
            name="fresh_share", metric="fresh_tokens", per="prompt_tokens", unit=1, text="prompt tokens not cached"
        ),
        Measure(name="shortfall", metric="shortfall_ppm", per="stated", unit=PPM, text="mean shortfall [0..1 axis]"),
        Measure(name="excess", metric="excess_ppm", per="stated", unit=PPM, text="mean excess [0..1 axis]"),
        Measure(name="short_share", metric="n_short", per="stated", unit=1, text="served below what was asked"),
        Measure(name="unmet_share", metric="n_unmet", per="stated", unit=1, text="min score not met"),
        Measure(name="unserved_share", metric="n_unserved", per="requests", unit=1, text="unserved"),
        Measure(name="tier_change_rate", metric="n_tier_changes", per="pairs", unit=1, text="tier changes, of pairs"),
        Measure(name="tier_distance_rate", metric="tier_distance", per="pairs", unit=1, text="tiers moved, per pair"),
        Measure(name="near_edge_share", metric="n_near_edge", per="requests", unit=1, text="near an edge"),
        Measure(name="latency_s", metric="latency_us", per="requests", unit=PPM, text="latency per request [s]"),
        Measure(name="untimed_share", metric="n_untimed", per="requests", unit=1, text="served without a known speed"),
    )
}
MEASURES = tuple(_NAMED)
"""Measures by name. Further ones: ``above_share:SECONDS``, ``short_above_share:AXIS``, ``provider_share:PROVIDER``."""

DEFAULT_MEASURES = ("cost_usd", "shortfall", "tier_change_rate")
"""What a frontier of maps is of, unless the question says otherwise; the first one leads."""

_FAMILIES = {
    "above_share": ("n_above", "slower than {} s"),
    "short_above_share": ("n_short_above", "more than {} below what was asked"),
    "provider_share": ("n_served_by", "served by {}"),
}


_QUANTILE = "a quantile is no sum; limit above_share:SECONDS, and read quantiles off the replay of the shortlist"
_NOT_MEASURES = {
    "latency_p50_s": _QUANTILE,
    "latency_p95_s": _QUANTILE,
    "latency_p99_s": _QUANTILE,
    "model_jump_rate": "two bands may serve one model; search tier_change_rate, and read it off the replay",
    "tier_jump_rate": "a full tier hands requests on; search tier_change_rate, and read it off the replay",
    "shortfall_mean": "the search calls it shortfall",
    "cost_usd_per_krequest": "search cost_usd: the number of requests is the same for every map",
    "cache_hit_share": "search fresh_share, of which less is better",
}
"""Names of a replay's metrics that people ask for, with what to search instead."""


def measure_named(name: str) -> Measure:
    """Return a measure by name.

    Raises
    ------
    InputError
        An unknown word, a bad number in it, or a metric that does not add up over bands.

    Examples
    --------
    >>> measure_named("above_share:10").metric, measure_named("shortfall").metric
    ('n_above:10', 'shortfall_ppm')
    """
    if name in _NAMED:
        return _NAMED[name]
    family, colon, argument = name.partition(":")
    if colon and family in _FAMILIES:
        metric, text = _FAMILIES[family]
        if family != "provider_share":
            _refuse_no_number(name, argument)
        if family == "short_above_share" and float(argument) >= 1:
            raise InputError(
                f"{name!r} asks for a shortfall of the whole axis or more",
                where="search",
                way_out="give a distance on the 0..1 axis, as in short_above_share:0.1",
            )
        per = "stated" if family == "short_above_share" else "requests"
        return Measure(name=name, metric=f"{metric}:{argument}", per=per, unit=1, text=text.format(argument))
    if name in _NOT_MEASURES:
        raise InputError(f"{name} does not add up over bands", where="search", way_out=_NOT_MEASURES[name])
    known = (*MEASURES, *(f"{f}:..." for f in _FAMILIES))
    raise InputError(f"there is no measure {name!r}", where="search", way_out=f"use one of {', '.join(known)}")


def _refuse_no_number(name: str, argument: str) -> None:
    try:
        is_number = 0 <= float(argument) < 1e9
    except ValueError:
        is_number = False
    if not is_number:
        raise InputError(f"{name!r} names no number", where="search", way_out="write it like above_share:10")


def table_metrics(measures: Sequence[Measure]) -> tuple[str, ...]:
    """Return the distinct metrics of some measures, in order."""
    return tuple(dict.fromkeys(measure.metric for measure in measures))

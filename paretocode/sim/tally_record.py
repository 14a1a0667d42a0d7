"""What does a part of a replay add up to? Whole numbers only, so that parts can be added in any order.

Money, tokens, counts, shortfalls and times of a stream are sums over its sessions, which do not know of each other.
A tally keeps these sums and nothing that does not add: shares, means and quantiles are worked out at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from functools import reduce
from operator import add
from typing import Any

from paretocode.errors import InputError
from paretocode.sim.histogram import LatencyHistogram
from paretocode.sim.jumps import Jumps
from paretocode.tiermap.tier_map import TierMap

__all__ = ["Subject", "Tally", "merged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What was tallied; only tallies of equal subjects add up.

    Parameters
    ----------
    tier_map
        The map that was replayed.
    catalogue_digest, model_keys
        Of the catalogue; the second names the columns by model.
    axis_ppm
        For each model its place on the score scale [parts per million of the 0..1 axis], 0 where it has no score.
    limits_us
        Latency limits above which requests are counted [microseconds].
    """

    tier_map: TierMap
    catalogue_digest: str
    model_keys: tuple[str, ...]
    axis_ppm: tuple[int, ...]
    limits_us: tuple[int, ...]

    def check_equal(self, other: Subject) -> None:
        """Refuse another subject.

        Raises
        ------
        InputError
            Naming the first thing that differs.
        """
        if self is other or self == other:
            return
        differences = {
            f"maps {self.tier_map.name!r} and {other.tier_map.name!r}": self.tier_map != other.tier_map,
            f"catalogues {self.catalogue_digest[:8]} and {other.catalogue_digest[:8]}": (
                (self.catalogue_digest, self.model_keys) != (other.catalogue_digest, other.model_keys)
            ),
            "different score scales": self.axis_ppm != other.axis_ppm,
            f"latency limits {self.limits_us} and {other.limits_us} microseconds": self.limits_us != other.limits_us,
        }
        what = next(name for name, differs in differences.items() if differs)
        raise InputError(
            f"tallies of the {what} do not add up",
            way_out="replay all parts of a stream with one map, catalogue, score scale and list of limits",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Sums over requests; make one with `paretocode.sim.tally`, add two with ``+``.

    Parameters
    ----------
    subject
        Under what the requests were replayed.
    n_requests, n_sessions, n_unserved
        Counts.
    cost_pusd
        Total [pico-USD].
    prompt_tokens, cached_tokens, completion_tokens
        Totals over served requests [tokens].
    requests_by_tier, cost_pusd_by_tier
        By serving tier, lowest first: served requests and their cost [pico-USD].
    requests_by_model, cost_pusd_by_model
        The same by catalogue row.
    jumps
        Pairs of consecutive requests, and those that change tier or model.
    n_asked, n_short, n_refused
        Requests that state a min score and are served by a scored model; those of them that are served below it; those
        that state one and are not served.
    shortfall_ppm, excess_ppm
        Sums over `n_asked` of max(0, asked - served) and max(0, served - asked) [parts per million of the axis].
    latency, latency_us
        Histogram and exact sum of the known times [microseconds].
    latency_by_tier
        The same histogram by serving tier, lowest first.
    n_above_limit
        For each limit of the subject, how many known times lie above it.

    Notes
    -----
    ``+`` is exact, associative and commutative: the parts of a stream, split by session, give the tally of the whole.
    """

    subject: Subject
    n_requests: int
    n_sessions: int
    n_unserved: int
    cost_pusd: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    requests_by_tier: tuple[int, ...]
    cost_pusd_by_tier: tuple[int, ...]
    requests_by_model: tuple[int, ...]
    cost_pusd_by_model: tuple[int, ...]
    jumps: Jumps
    n_asked: int
    n_short: int
    n_refused: int
    shortfall_ppm: int
    excess_ppm: int
    latency: LatencyHistogram
    latency_by_tier: tuple[LatencyHistogram, ...]
    latency_us: int
    n_above_limit: tuple[int, ...]

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of both parts.

        Raises
        ------
        InputError
            The parts were replayed under different maps, catalogues, score scales or latency limits.
        """
        self.subject.check_equal(other.subject)
        sums = {f.name: _sum(getattr(self, f.name), getattr(other, f.name)) for f in fields(Tally)[1:]}
        return Tally(subject=self.subject, **sums)


def merged(tallies: Iterable[Tally]) -> Tally:
    """Return the tally of all parts of a stream.

    Raises
    ------
    InputError
        No part, or parts that do not add up.
    """
    parts = iter(tallies)
    first = next(parts, None)
    if first is None:
        raise InputError("there is no tally to merge", way_out="give at least one part")
    return reduce(add, parts, first)


def _sum(a: Any, b: Any) -> Any:
    """Return the sum of two whole numbers, tuples of them, or records of them."""
    if isinstance(a, tuple):
        return tuple(map(add, a, b))
    if is_dataclass(a) and not hasattr(a, "__add__"):
        return type(a)(**{f.name: _sum(getattr(a, f.name), getattr(b, f.name)) for f in fields(a)})  # type: ignore[misc]
    return a + b

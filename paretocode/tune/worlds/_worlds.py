"""Which worlds is a map weighed in, and what may it come to there? Columns of the graph, divisors and limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from paretocode._checks import IntColumn, one_of
from paretocode.errors import InputError, UsageError
from paretocode.tune.measures import Counts, Measure, counts_of, measure_named
from paretocode.tune.paths.derived import combined
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.pareto import frontier_of_maps
from paretocode.tune.paths.reachable import MOST
from paretocode.tune.question import MapQuestion
from paretocode.tune.worlds.scenarios import NOW, refuse_clashing

__all__ = ["LIMITS_IN", "Worlds", "worlds_of"]

LIMITS_IN = ("now", "all")
"""Where limits hold: in the world at hand, or in that and in every scenario."""


@dataclass(frozen=True, kw_only=True)
class Worlds:
    """The worlds that an aim is taken over.

    Parameters
    ----------
    measure
        What is weighed.
    names, weights, counts
        Of each world that counts.
    limits
        Metric of the graph -> most total.
    most_unserved
        How many requests may stay unserved in all worlds together; None where nobody limits it. Serving nobody in a
        world where the scores fell costs nothing there, and is no bargain.
    """

    measure: Measure
    names: tuple[str, ...]
    weights: tuple[int, ...]
    counts: tuple[Counts, ...]
    limits: Mapping[str, int]
    most_unserved: int | None = None

    @property
    def per(self) -> tuple[int, ...]:
        """What a total of each world is divided by, 1 where there is nothing to divide by."""
        return tuple(max(1, getattr(each, self.measure.per)) if self.measure.per else 1 for each in self.counts)

    @property
    def limit_totals(self) -> IntColumn:
        """Shape (n_limits,): what a search compares with; no total reaches 2^62."""
        pooled = () if self.most_unserved is None else (self.most_unserved,)
        return np.array([min(limit, MOST - 1) for limit in (*self.limits.values(), *pooled)], dtype=np.int64)

    @property
    def unserved(self) -> dict[str, int]:
        """The columns that sum what stays unserved in all worlds."""
        return {f"n_unserved@{name}": 1 for name in self.names}

    def least_unserved(self, graph: BandGraph, bands: Sequence[int]) -> int | None:
        """Return the least that stays unserved in all worlds, of maps within the limits; None where there is none."""
        limits = {f"limit {name}": {name: 1} for name in self.limits}
        pooled = combined(graph, {"unserved": self.unserved, **limits})
        most = {f"limit {name}": min(limit, MOST - 1) for name, limit in self.limits.items()}
        found = frontier_of_maps(pooled, n_bands=bands, metrics=["unserved"], limits=most)
        return min((int(one.searched_totals[0, 0]) for one in found if len(one)), default=None)

    def with_unserved(self, share: float, least: int | None) -> Worlds:
        """Return the worlds with a limit on the unserved of all: the share of each, or the least that is possible."""
        measure = measure_named("unserved_share")
        allowed = sum(measure.total(share, counts) for counts in self.counts)
        return replace(self, most_unserved=max(allowed, least or 0))

    def graph(self, graph: BandGraph, *, expected: bool = False) -> BandGraph:
        """Return the graph whose columns are the worlds (or their mean), the limits, and the mean that breaks ties."""
        metric = self.measure.metric
        own = {name: f"{metric}@{name}" for name in self.names}
        mean = {own[name]: weight for name, weight in zip(self.names, self.weights, strict=True)}
        shown = {f"world {name}": {own[name]: 1} for name in self.names}
        limited = {f"limit {name}": {name: 1} for name in self.limits}
        if self.most_unserved is not None:
            limited["limit of all worlds"] = self.unserved
        return combined(graph, {**({"expected": mean} if expected else shown), **limited, "tie": mean})


def worlds_of(question: MapQuestion, *, measure: str | None, limits_in: str, now_weight: int) -> Worlds:
    """Return the worlds of a question.

    Raises
    ------
    UsageError
        A weight that is negative or not whole.
    InputError
        No scenario, two of one name, an unknown measure or word.
    """
    one_of(limits_in, LIMITS_IN, name="limits_in", where="search")
    refuse_clashing(question.scenarios)
    if not question.scenarios:
        raise InputError("no scenario is given", where="search", way_out="give score replicates, prices or weeks")
    if isinstance(now_weight, bool) or not isinstance(now_weight, int | np.integer) or now_weight < 0:
        raise UsageError(f"now_weight is {now_weight!r}", where="search", way_out="give a whole number, 0 or more")
    weights = (int(now_weight), *(world.weight for world in question.scenarios))
    names = (NOW, *(world.name for world in question.scenarios))
    counts = (
        question.counts,
        *(question.counts if s.stream is None else counts_of(s.stream) for s in question.scenarios),
    )
    counting = [at for at, weight in enumerate(weights) if weight]
    return Worlds(
        measure=measure_named(question.measures[0] if measure is None else measure),
        names=tuple(names[at] for at in counting),
        weights=tuple(weights[at] for at in counting),
        counts=tuple(counts[at] for at in counting),
        limits={
            f"{measure_named(name).metric}@{world}": measure_named(name).total(most, count)
            for name, most in question.limits.items()
            for world, count in zip(names, counts, strict=True)
            if limits_in == "all" or world == NOW
        },
    )

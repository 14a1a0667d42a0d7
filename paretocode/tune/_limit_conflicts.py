"""Which limits can no map keep? One alone, a pair, or all of them, each with the least value that would do."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING, Context, Decimal
from itertools import combinations

import numpy as np

from paretocode.errors import InputError
from paretocode.tune.measures import Counts, Measure, measure_named
from paretocode.tune.paths._least_worst import least_worst
from paretocode.tune.paths._levels import levels_of
from paretocode.tune.paths.derived import combined
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST
from paretocode.tune.question import MapQuestion
from paretocode.tune.worlds.scenarios import NOW

__all__ = ["LimitConflicts", "many"]

_MOST_STEPS = 100_000


class LimitConflicts:
    """The limits of a question, and what maps can reach."""

    def __init__(self, question: MapQuestion, graphs: Sequence[BandGraph], n_maps: int) -> None:
        self.bands, self.graphs, self.n_maps = sorted(set(question.n_bands)), graphs, n_maps
        self.counts: Counts = question.counts
        self.most = dict(question.limits)
        self.epsilon = dict(question.epsilon)
        self.whole = {name: measure_named(name).total(most, self.counts) for name, most in self.most.items()}

    def explained(self) -> InputError:
        names = list(self.most)
        for name in names:
            if (least := self.least(name, [])) is not None and least > self.whole[name]:
                return self._one(name, least)
        for first, second in combinations(names, 2):
            if (least := self.least(first, [second])) is not None and least > self.whole[first]:
                return self._pair(first, second, least)
        return self._all(names)

    def least(self, name: str, kept: list[str]) -> int | None:
        """Return the least total over all graphs with some limits kept; None where no map is found to keep them."""
        found = [self._least_in(graph, n, name, kept) for graph in self.graphs for n in self.bands]
        return min((total for total in found if total is not None), default=None)

    def _least_in(self, graph: BandGraph, n_bands: int, name: str, kept: list[str]) -> int | None:
        own = {_metric(graph, measure_named(name)): 1}
        limited = {f"limit {other}": {_metric(graph, measure_named(other)): 1} for other in kept}
        columns = combined(graph, {"least": own, **limited, "tie": own})
        columns.refuse_overflow(n_bands)
        found = least_worst(
            columns,
            n_bands=n_bands,
            levels=levels_of(np.zeros(1, dtype=np.int64), (1,), MOST // 2 - 1),
            limits=np.array([min(self.whole[other], MOST - 1) for other in kept], dtype=np.int64),
            most_steps=_MOST_STEPS,
        )
        return int(columns.values[list(found.path), 0].sum()) if found.path else None

    def _one(self, name: str, least: int) -> InputError:
        value = self._rounded_up(name, least)
        return InputError(
            f"none of {many(self.n_maps)} keeps the limit {self._said(name)}: it is at least {value}",
            where="search",
            way_out=f"raise the limit to {value} or more",
        )

    def _pair(self, first: str, second: str, least: int) -> InputError:
        value = self._rounded_up(first, least)
        return InputError(
            f"none of {many(self.n_maps)} keeps the limits {self._said(first)} and {self._said(second)} together: "
            f"with the second kept, {first} is at least {value}",
            where="search",
            way_out=f"raise the limit of {first} to {value} or more, or that of {second}",
        )

    def _all(self, names: list[str]) -> InputError:
        said = f"{', '.join(self._said(name) for name in names[:-1])} and {self._said(names[-1])}" if names else ""
        for name in names:
            least = self.least(name, [other for other in names if other != name])
            if least is None:
                continue
            if least <= self.whole[name]:
                return self._hidden(said)
            value = self._rounded_up(name, least)
            return InputError(
                f"none of {many(self.n_maps)} keeps all limits {said}, though it can any two: with the others kept, "
                f"{name} is at least {value}",
                where="search",
                way_out=f"raise the limit of {name} to {value} or more, or another one",
            )
        if not names:
            return self._hidden("")
        return InputError(
            f"none of {many(self.n_maps)} is found to keep all limits {said}, though some keep any two",
            where="search",
            way_out="raise one of them",
        )

    def _hidden(self, said: str) -> InputError:
        """Return the refusal where maps keep the limits, and an inexact search shows none of them."""
        slack = ", ".join(f"{name} {amount:g}" for name, amount in self.epsilon.items())
        return InputError(
            f"no shown map keeps the limits {said}, though some map does"
            if said
            else "no map is shown, though some exist",
            where="search",
            way_out=f"lower the epsilon ({slack})" if slack else "search again",
        )

    def _said(self, name: str) -> str:
        return f"{name} <= {self.most[name]:.12g}"

    def _rounded_up(self, name: str, total: int) -> str:
        """Return a total in people's units, with as few digits as still allow it when given back as a limit."""
        measure = measure_named(name)
        whole = getattr(self.counts, measure.per) if measure.per else 1
        for digits in range(3, 18):
            value = Context(prec=digits, rounding=ROUND_CEILING).divide(Decimal(total), Decimal(measure.unit * whole))
            if measure.total(float(value), self.counts) >= total:
                break
        return f"{value.normalize():f}"


def _metric(graph: BandGraph, measure: Measure) -> str:
    """Return what a graph calls a measure's metric in the world at hand; several worlds stand side by side in some."""
    return measure.metric if measure.metric in graph.metrics else f"{measure.metric}@{NOW}"


def many(n_maps: int) -> str:
    return "2^62 or more maps" if n_maps >= MOST else "1 map" if n_maps == 1 else f"{n_maps:,} maps"

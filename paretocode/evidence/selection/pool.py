"""Among which maps was one chosen, and by which rule? What must be repeated to know what choosing did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from paretocode._checks import BoolColumn, FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.map_sums import MapSums
from paretocode.evidence.measures import MapMeasure, map_measure
from paretocode.evidence.resampling import FloatMatrix, Limbs, limbs_of

__all__ = ["MapPool", "PoolLimit", "PoolValues", "joined_clusters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolLimit:
    """A limit that a chosen map must keep: measure <= factor x the incumbent's + plus.

    Parameters
    ----------
    measure
        A measure that is a ratio; see `paretocode.evidence.MAP_MEASURES`.
    factor, plus
        0 and the bound for an absolute limit, 1 and 0 for "not more than the incumbent".
    """

    measure: str
    factor: float = 1.0
    plus: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class PoolValues:
    """A pool under some resamples.

    Parameters
    ----------
    difference
        Shape (r, M): the objective of each map minus the incumbent's.
    chosen
        Shape (r,): which map the rule takes.
    """

    difference: FloatMatrix
    chosen: IntColumn


@dataclass(frozen=True, kw_only=True, eq=False)
class MapPool:
    """Maps that might have been chosen, and the rule.

    Parameters
    ----------
    maps
        M of them, summed over the same clusters.
    incumbent
        The map in force, on the same clusters; it may be one of them.
    objective
        The measure of which the least is chosen; a ratio.
    limits
        What a chosen map must keep, judged on the same resample. Where no map keeps all, those count that break them
        least, by the largest excess over a bound as a share of it.
    """

    maps: tuple[MapSums, ...]
    incumbent: MapSums
    objective: str = "cost_usd_per_krequest"
    limits: tuple[PoolLimit, ...] = ()

    def __post_init__(self) -> None:
        if not self.maps:
            raise InputError("the pool holds no map", where="evidence", way_out="give at least one")
        for sums in self.maps:
            if sums.n_clusters != self.incumbent.n_clusters:
                raise InputError(
                    f"it has {sums.n_clusters} clusters and the incumbent {self.incumbent.n_clusters}",
                    where=f"map {sums.name!r}",
                    way_out="sum all maps over the same stream and clusters",
                )
        for measure in self._measures:
            if measure.per_mille is not None:
                raise InputError(
                    f"{measure.name} is a quantile", where="evidence", way_out="choose by a mean, a rate or a share"
                )

    @property
    def n_clusters(self) -> int:
        """How many clusters stand behind the sums."""
        return self.incumbent.n_clusters

    @cached_property
    def _measures(self) -> tuple[MapMeasure, ...]:
        return tuple(map_measure(name) for name in (self.objective, *(limit.measure for limit in self.limits)))

    @cached_property
    def _all(self) -> tuple[MapSums, ...]:
        return (*self.maps, self.incumbent)

    @cached_property
    def _columns(self) -> tuple[Limbs, Limbs]:
        """Numerators and denominators of all maps (the incumbent last), measure by measure."""
        sides = []
        for side in ("numerator", "denominator"):
            columns = [sums.columns[getattr(m, side)] for m in self._measures for sums in self._all]
            sides.append(limbs_of(np.column_stack(columns)))
        return sides[0], sides[1]

    @cached_property
    def influence(self) -> FloatMatrix:
        """Shape (n_clusters, M): contributions to the objective's difference."""
        each = [_influence(sums, self._measures[0]) for sums in self._all]
        return np.column_stack([u - each[-1] for u in each[:-1]])

    @cached_property
    def keeps_limits(self) -> BoolColumn:
        """Shape (M,): which maps keep all limits on the sample itself."""
        keeps: BoolColumn = self._judged(np.ones((1, self.n_clusters)))[1][0] == 0
        return keeps

    @cached_property
    def is_eligible(self) -> BoolColumn:
        """Shape (M,): which maps the rule may take on the sample: those that keep all limits, or break them least."""
        excess = self._judged(np.ones((1, self.n_clusters)))[1][0]
        eligible: BoolColumn = excess <= excess.min()
        return eligible

    def under(self, counts: FloatMatrix) -> PoolValues:
        """Return the objective and the choice under resamples, shape of `counts` (r, n_clusters)."""
        ratios, excess = self._judged(counts)
        objective, base = ratios[:, 0, :-1], ratios[:, 0, -1:]
        allowed = np.where(excess <= excess.min(axis=1, keepdims=True), objective, np.inf)
        return PoolValues(difference=objective - base, chosen=np.argmin(allowed, axis=1))

    def _judged(self, counts: FloatMatrix) -> tuple[FloatMatrix, FloatMatrix]:
        """Return all ratios (r, measures, maps and incumbent), and by how much each map breaks a limit (r, M)."""
        above, below = (limbs.totals(counts) for limbs in self._columns)
        ratios = np.divide(above, below, out=np.zeros_like(above), where=below != 0)
        ratios = (
            ratios.reshape(len(counts), len(self._measures), len(self._all))
            / np.array([m.unit for m in self._measures])[None, :, None]
        )
        excess = np.zeros_like(ratios[:, 0, :-1])
        for at, limit in enumerate(self.limits, start=1):
            bound = limit.factor * ratios[:, at, -1:] + limit.plus
            over = np.maximum(0.0, ratios[:, at, :-1] - bound) / np.maximum(np.abs(bound), 1e-12)
            excess = np.maximum(excess, over)
        return ratios, excess


def _influence(sums: MapSums, measure: MapMeasure) -> FloatColumn:
    whole = sums.total(measure.denominator)
    if whole == 0:
        raise InputError(
            f"{measure.name} is divided by nothing", where=f"map {sums.name!r}", way_out="choose by another measure"
        )
    ratio = sums.total(measure.numerator) / whole
    influence: FloatColumn = (sums.columns[measure.numerator] - ratio * sums.columns[measure.denominator]) / (
        whole * measure.unit
    )
    return influence


def joined_clusters(maps: Sequence[MapSums], *, most: int, seed: int = 6) -> list[MapSums]:
    """Join clusters at random until at most `most` are left; windows of quantiles are left out.

    Clusters that are independent stay so when they are joined at random, and the estimates do not change; only the
    degrees of freedom fall. Nested resampling of 100,000 sessions becomes affordable.
    """
    n = maps[0].n_clusters if maps else 0
    if n <= most:
        return list(maps)
    group = np.random.default_rng(seed).permutation(n) % most
    joined = []
    for sums in maps:
        columns = {}
        for name, column in sums.columns.items():
            total = np.zeros(most, dtype=np.int64)
            np.add.at(total, group, column)
            columns[name] = total
        joined.append(replace(sums, n_clusters=most, columns=columns, windows={}))
    return joined

"""How do maps compare on the same resamples? Each map's measures, and their differences from another map's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.estimates import Estimates, estimates_from
from paretocode.evidence.map_sums import MapSums
from paretocode.evidence.measures import DEFAULT_MEASURES, MapMeasure, map_measure
from paretocode.evidence.quantiles import quantile_influence_us, resampled_quantiles_us
from paretocode.evidence.resampling import FloatMatrix, Limbs, Resampling, limbs_of

__all__ = ["MapEstimates", "differences_of", "estimates_of_maps"]


@dataclass(frozen=True, kw_only=True, eq=False)
class MapEstimates:
    """One map's measures.

    Parameters
    ----------
    name
        The map.
    measures
        K of them.
    point
        Shape (K,), in people's units.
    influence
        Shape (n_clusters, K): each cluster's contribution to estimate minus truth.
    replicates
        Shape (R, K): under each resample.
    influence_totals
        Shape (R, K): what the influences of the clusters drawn add up to in each resample.
    resampling
        Which resamples.
    """

    name: str
    measures: tuple[MapMeasure, ...]
    point: FloatColumn
    influence: FloatMatrix
    replicates: FloatMatrix
    influence_totals: FloatMatrix
    resampling: Resampling

    def take(self, index: Sequence[int]) -> MapEstimates:
        """Return some of the measures, in the order given."""
        at = list(index)
        return MapEstimates(
            name=self.name,
            measures=tuple(self.measures[k] for k in at),
            point=self.point[at],
            influence=self.influence[:, at],
            replicates=self.replicates[:, at],
            influence_totals=self.influence_totals[:, at],
            resampling=self.resampling,
        )

    def alone(self) -> Estimates:
        """Return the measures of the map itself."""
        return self._estimates(self.point, self.influence, self.replicates, self.influence_totals)

    def minus(self, other: MapEstimates) -> Estimates:
        """Return this map's measures minus another's, on the same resamples."""
        return differences_of([self], other)[0]

    def relative_to(self, other: MapEstimates) -> Estimates:
        """Return this map's measures over another's, minus 1; NaN where the other's is 0.

        Notes
        -----
        The influence on A / B is (u_A - (A / B) u_B) / B.
        """
        _refuse_unpaired(self, other)
        base = np.where(other.point == 0, np.nan, other.point)
        ratio = self.point / base
        drawn = np.where(other.replicates == 0, np.nan, other.replicates)
        influence = (self.influence - ratio * other.influence) / base
        totals = (self.influence_totals - ratio * other.influence_totals) / base
        return self._estimates(ratio - 1, influence, self.replicates / drawn - 1, totals)

    def _estimates(
        self, point: FloatColumn, influence: FloatMatrix, replicates: FloatMatrix, totals: FloatMatrix
    ) -> Estimates:
        return estimates_from(
            names=[measure.name for measure in self.measures],
            point=point,
            influence=influence,
            replicates=replicates,
            influence_totals=totals,
            resampling=self.resampling,
        )


def differences_of(maps: Sequence[MapEstimates], other: MapEstimates) -> list[Estimates]:
    """Return each map's measures minus another's, for all of them in one pass over the resamples.

    Raises
    ------
    InputError
        Maps estimated in other measures or on other resamples than the other.
    """
    if not maps:
        return []
    for each in maps:
        _refuse_unpaired(each, other)
    k = len(other.measures)
    together = estimates_from(
        names=[measure.name for each in maps for measure in each.measures],
        point=np.concatenate([each.point - other.point for each in maps]),
        influence=np.concatenate([each.influence - other.influence for each in maps], axis=1),
        replicates=np.concatenate([each.replicates - other.replicates for each in maps], axis=1),
        influence_totals=np.concatenate([each.influence_totals - other.influence_totals for each in maps], axis=1),
        resampling=other.resampling,
    )
    return [together.take(range(at * k, (at + 1) * k)) for at in range(len(maps))]


def _refuse_unpaired(one: MapEstimates, other: MapEstimates) -> None:
    if one.measures != other.measures or one.resampling != other.resampling:
        raise InputError(
            f"it has other measures or resamples than map {other.name!r}",
            where=f"map {one.name!r}",
            way_out="estimate both in one call of estimates_of_maps",
        )


def estimates_of_maps(
    maps: Sequence[MapSums], resampling: Resampling, *, measures: Iterable[str] = DEFAULT_MEASURES
) -> list[MapEstimates]:
    """Estimate the measures of several maps under common resamples.

    Parameters
    ----------
    maps
        Sums of the same clusters under each map.

    Raises
    ------
    InputError
        Sums of other clusters, a measure whose columns were not kept, a measure that no request speaks about.

    Notes
    -----
    One pass over the resamples for all maps and measures: a product of counts and columns, equal columns once.
    O(n_replicates x n_clusters x distinct columns).
    """
    chosen = tuple(map_measure(name) for name in measures)
    for sums in maps:
        _refuse_misfit(sums, chosen, resampling)
    places, limbs = _columns(maps, chosen)
    totals = np.empty((resampling.n_replicates, limbs.n_columns))
    quantiles = np.full((resampling.n_replicates, len(maps), len(chosen)), np.nan)
    has_quantiles = any(measure.per_mille is not None for measure in chosen)
    for rows, counts in resampling.blocks():
        totals[rows] = limbs.totals(counts)
        turned = _turned(counts) if has_quantiles else None
        for at, sums in enumerate(maps):
            for k, measure in enumerate(chosen):
                if measure.per_mille is not None and turned is not None:
                    timed, below = (totals[rows, place] for place in places[at, k][:2])
                    found = resampled_quantiles_us(sums.windows[measure.per_mille], timed, below, turned)
                    quantiles[rows, at, k] = found / measure.unit
    return [
        _estimates(
            sums,
            chosen,
            totals=[totals[:, list(places[at, k])] for k in range(len(chosen))],
            quantiles=quantiles[:, at],
            resampling=resampling,
        )
        for at, sums in enumerate(maps)
    ]


def _turned(counts: FloatMatrix) -> NDArray[np.integer[Any]]:
    """Return counts by cluster, in one byte each where none is drawn more than 255 times."""
    kind = np.uint8 if counts.max(initial=0) <= np.iinfo(np.uint8).max else np.int32
    return np.ascontiguousarray(counts.astype(kind).T)


def _refuse_misfit(sums: MapSums, chosen: tuple[MapMeasure, ...], resampling: Resampling) -> None:
    where = f"map {sums.name!r}"
    if sums.n_clusters != resampling.n_clusters:
        raise InputError(
            f"it has {sums.n_clusters} clusters and {resampling.n_clusters} are resampled",
            where=where,
            way_out="sum all maps over the same stream and clusters",
        )
    for measure in chosen:
        kept = measure.per_mille in sums.windows if measure.per_mille else measure.numerator in sums.columns
        if not kept or (measure.denominator and measure.denominator not in sums.columns):
            raise InputError(
                f"{measure.name} was not summed",
                where=where,
                way_out=f"name it in map_sums(..., measures=[{measure.name!r}])",
            )
        if measure.denominator and sums.total(measure.denominator) == 0:
            raise InputError(
                f"{measure.name} is divided by nothing", where=where, way_out="leave it out: no request speaks about it"
            )


def _columns(
    maps: Sequence[MapSums], chosen: tuple[MapMeasure, ...]
) -> tuple[dict[tuple[int, int], tuple[int, ...]], Limbs]:
    """Return where the columns of each map and measure stand in one table, equal columns once."""
    by_total: dict[int, list[int]] = {}
    columns: list[IntColumn] = []
    places: dict[tuple[int, int], tuple[int, ...]] = {}
    for at, sums in enumerate(maps):
        for k, measure in enumerate(chosen):
            own = []
            for column in _sides(sums, measure):
                alike = by_total.setdefault(int(column.sum()), [])
                place = next((place for place in alike if np.array_equal(columns[place], column)), len(columns))
                if place == len(columns):
                    alike.append(place)
                    columns.append(column)
                own.append(place)
            places[at, k] = tuple(own)
    if not columns:
        return places, limbs_of(np.zeros((maps[0].n_clusters if maps else 0, 0), dtype=np.int64))
    return places, limbs_of(np.array(columns).T)


def _sides(sums: MapSums, measure: MapMeasure) -> tuple[IntColumn, ...]:
    """Return the columns that a measure needs under resamples."""
    if measure.per_mille is not None:
        window = sums.windows[measure.per_mille]
        return window.n_timed, window.n_below, window.n_up_to
    return sums.columns[measure.numerator], sums.columns[measure.denominator]


def _estimates(
    sums: MapSums,
    chosen: tuple[MapMeasure, ...],
    *,
    totals: list[FloatMatrix],
    quantiles: FloatMatrix,
    resampling: Resampling,
) -> MapEstimates:
    """Return one map's measures from the resampled totals of each measure's columns and the resampled quantiles."""
    found = np.empty((len(chosen), resampling.n_replicates, 2))
    point, influence = np.empty(len(chosen)), np.empty((sums.n_clusters, len(chosen)))
    for k, (measure, drawn) in enumerate(zip(chosen, totals, strict=True)):
        if measure.per_mille is not None:
            window = sums.windows[measure.per_mille]
            point[k] = window.point_us / measure.unit
            influence[:, k] = quantile_influence_us(window) / measure.unit
            share = window.n_up_to.sum() / window.n_timed.sum()
            found[k, :, 0] = quantiles[:, k]
            found[k, :, 1] = -(drawn[:, 2] - share * drawn[:, 0]) * (window.us_per_time / measure.unit)
            continue
        whole = sums.total(measure.denominator)
        ratio = sums.total(measure.numerator) / whole
        point[k] = ratio / measure.unit
        influence[:, k] = (sums.columns[measure.numerator] - ratio * sums.columns[measure.denominator]) / (
            whole * measure.unit
        )
        ratios = np.divide(drawn[:, 0], drawn[:, 1], out=np.full(len(drawn), np.nan), where=drawn[:, 1] != 0)
        found[k, :, 0] = ratios / measure.unit
        found[k, :, 1] = (drawn[:, 0] - ratio * drawn[:, 1]) / (whole * measure.unit)
    return MapEstimates(
        name=sums.name,
        measures=chosen,
        point=point,
        influence=influence,
        replicates=found[:, :, 0].T,
        influence_totals=found[:, :, 1].T,
        resampling=resampling,
    )

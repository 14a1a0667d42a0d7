"""Is the new map better, in what, and how sure is that? Maps on the same requests and luck, measure by measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np

from paretocode._checks import BoolColumn
from paretocode.errors import InputError
from paretocode.evidence.confidence import Intervals, intervals, simultaneous_intervals
from paretocode.evidence.estimates import Estimates
from paretocode.evidence.map_sums import MapSums
from paretocode.evidence.measures import DEFAULT_MEASURES, MapMeasure, map_measure
from paretocode.evidence.of_maps import MapEstimates, differences_of, estimates_of_maps
from paretocode.evidence.proportions import clopper_pearson_intervals
from paretocode.evidence.resampling import Resampling
from paretocode.evidence.verdicts import Verdict, verdict_of

__all__ = ["Bounds", "Difference", "MapComparison", "compare_maps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """An interval; an end is None where nothing bounds it."""

    low: float | None
    high: float | None

    def to_dict(self) -> list[float | None]:
        """Return both ends for JSON."""
        return [self.low, self.high]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Candidate minus incumbent in one measure.

    Parameters
    ----------
    measure
        What is compared; less is better.
    incumbent, candidate, difference
        In the measure's unit.
    standard_error
        Of the difference: analytic, clustered; None where nothing tells it.
    interval, simultaneous
        Of the difference: for this measure alone, and for all measures of the candidate at once. Of a measure with a
        change, the second holds together with differences; its verdict goes by `change_simultaneous`.
    change, change_interval, change_simultaneous
        The difference over the incumbent's value, with the same two intervals; None for measures that are shares, and
        where the incumbent's is 0.
    n_differing
        In how many clusters the maps differ.
    most_differing_share
        Where none does: the greatest share of clusters that may differ all the same (Clopper-Pearson); else None.
    margin
        The largest difference that does not matter.
    verdict
        By the simultaneous interval, so that the verdicts of a candidate hold together: that of the change where there
        is one, since in skewed sums the ratio of two maps is far steadier than their difference.
    """

    measure: MapMeasure
    incumbent: float
    candidate: float
    difference: float
    standard_error: float | None
    interval: Bounds
    simultaneous: Bounds
    change: float | None
    change_interval: Bounds | None
    change_simultaneous: Bounds | None
    n_differing: int
    most_differing_share: float | None
    margin: float
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "text": self.measure.text,
            "incumbent": self.incumbent,
            "candidate": self.candidate,
            "difference": self.difference,
            "standard_error": self.standard_error,
            "interval": self.interval.to_dict(),
            "simultaneous": self.simultaneous.to_dict(),
            "change": self.change,
            "change_interval": None if self.change_interval is None else self.change_interval.to_dict(),
            "change_simultaneous": None if self.change_simultaneous is None else self.change_simultaneous.to_dict(),
            "n_differing": self.n_differing,
            "most_differing_share": self.most_differing_share,
            "margin": self.margin,
            "verdict": self.verdict.name.lower(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MapComparison:
    """Candidates against an incumbent.

    Parameters
    ----------
    incumbent
        Its name.
    cluster_kind, n_clusters, n_replicates, level
        What was resampled, how often, and the nominal coverage.
    differences
        Candidate -> one `Difference` a measure.
    left_out
        Measure -> why it is not compared.
    """

    incumbent: str
    cluster_kind: str
    n_clusters: int
    n_replicates: int
    level: float
    differences: dict[str, tuple[Difference, ...]]
    left_out: dict[str, str]

    def of(self, candidate: str, measure: str) -> Difference:
        """Return one difference."""
        return next(each for each in self.differences[candidate] if each.measure.name == measure)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "incumbent": self.incumbent,
            "clusters": self.cluster_kind,
            "n_clusters": self.n_clusters,
            "n_replicates": self.n_replicates,
            "level": self.level,
            "maps": {
                name: {each.measure.name: each.to_dict() for each in found} for name, found in self.differences.items()
            },
            "left_out": dict(self.left_out),
        }


def compare_maps(
    maps: Sequence[MapSums],
    *,
    incumbent: str,
    measures: Sequence[str] = DEFAULT_MEASURES,
    margins: Mapping[str, float] | None = None,
    n_replicates: int = 1000,
    level: float = 0.95,
    seed: int = 5,
) -> MapComparison:
    """Compare maps with an incumbent on the same clusters.

    Parameters
    ----------
    maps
        Their sums by cluster, `map_sums` of replays of one stream under one luck.
    incumbent
        The name of the map in force.
    margins
        Measure -> the largest difference that does not matter [unit of the measure], 0 where not named.

    Raises
    ------
    InputError
        No such incumbent; two maps of one name, or of other clusters; a margin for no measure, negative, or below what
        the data can tell apart.

    Notes
    -----
    A measure that no request speaks about under some map, or whose sums were not kept, is left out and named.
    """
    bases = [sums for sums in maps if sums.name == incumbent]
    if not bases:
        raise InputError(
            f"no map is called {incumbent!r}",
            where="evidence",
            way_out=f"use one of {', '.join(sums.name for sums in maps)}",
        )
    _refuse_mixed(maps)
    margins = dict(margins or {})
    left_out = {name: why for name in measures if (why := _why_not(map_measure(name), maps)) is not None}
    kept = [name for name in measures if name not in left_out]
    for name, margin in margins.items():
        _refuse_margin(name, margin, bases[0], measures)
    ordered = [bases[0], *(sums for sums in maps if sums.name != incumbent)]
    resampling = Resampling(n_clusters=bases[0].n_clusters, n_replicates=n_replicates, seed=seed)
    base, *others = estimates_of_maps(ordered, resampling, measures=kept)
    return MapComparison(
        incumbent=incumbent,
        cluster_kind=bases[0].cluster_kind,
        n_clusters=bases[0].n_clusters,
        n_replicates=n_replicates,
        level=level,
        differences={
            each.name: _differences(found, each, base, sums, bases[0], margins=margins, level=level)
            for found, each, sums in zip(differences_of(others, base), others, ordered[1:], strict=True)
        },
        left_out=left_out,
    )


def _refuse_mixed(maps: Sequence[MapSums]) -> None:
    for at, sums in enumerate(maps):
        if any(sums.name == earlier.name for earlier in maps[:at]):
            raise InputError(
                f"two maps are called {sums.name!r}", where="evidence", way_out="give each a name of its own"
            )
        if sums.cluster_kind != maps[0].cluster_kind:
            raise InputError(
                f"map {sums.name!r} is summed by {sums.cluster_kind} and {maps[0].name!r} by {maps[0].cluster_kind}",
                where="evidence",
                way_out="sum all maps over the same clusters",
            )


def _why_not(measure: MapMeasure, maps: Sequence[MapSums]) -> str | None:
    if measure.per_mille is not None:
        return None if all(measure.per_mille in sums.windows for sums in maps) else "no request has a known time"
    if any(measure.denominator not in sums.columns for sums in maps):
        return "its sums were not kept"
    empty = [sums.name for sums in maps if sums.total(measure.denominator) == 0]
    return f"no request speaks about it under {empty[0]}" if empty else None


def _refuse_margin(name: str, margin: float, base: MapSums, measures: Sequence[str]) -> None:
    where = f"evidence, margin of {name}"
    if name not in measures:
        raise InputError("it is not compared", where=where, way_out=f"use one of {', '.join(measures)}")
    if not (isfinite(margin) and margin >= 0):
        raise InputError(f"it is {margin}", where=where, way_out="give a number >= 0 in the measure's unit")
    measure = map_measure(name)
    if margin == 0:
        return
    if measure.per_mille is not None or measure.denominator not in base.columns:
        least = 1 / measure.unit
    else:
        least = measure.resolution / measure.unit / max(1, base.total(measure.denominator))
    if margin < least:
        raise InputError(
            f"it is {margin:g}, less than the {least:.3g} that one request can change",
            where=where,
            way_out="give a larger margin, or 0 for none",
        )


def _differences(
    found: Estimates,
    map_estimates: MapEstimates,
    base: MapEstimates,
    sums: MapSums,
    base_sums: MapSums,
    *,
    margins: Mapping[str, float],
    level: float,
) -> tuple[Difference, ...]:
    alone, together = intervals(found, level=level), simultaneous_intervals(found, level=level)
    n_differing = [_n_differing(measure, sums, base_sums) for measure in map_estimates.measures]
    judged, is_change = _with_changes(found, map_estimates, base)
    own, all_at_once = intervals(judged, level=level), simultaneous_intervals(judged, level=level)
    scale = np.where(is_change, np.abs(base.point), 1.0)
    return tuple(
        Difference(
            measure=measure,
            incumbent=float(base.point[k]),
            candidate=float(map_estimates.point[k]),
            difference=float(found.point[k]),
            standard_error=float(found.standard_error[k]) if isfinite(found.standard_error[k]) else None,
            interval=_at(alone, k),
            simultaneous=_at(together if is_change[k] else all_at_once, k),
            change=float(judged.point[k]) if is_change[k] else None,
            change_interval=_at(own, k) if is_change[k] else None,
            change_simultaneous=_at(all_at_once, k) if is_change[k] else None,
            n_differing=n_differing[k],
            most_differing_share=None if n_differing[k] else _most_differing_share(sums.n_clusters, level),
            margin=margins.get(measure.name, 0.0),
            verdict=verdict_of(
                float(all_at_once.low[k]),
                float(all_at_once.high[k]),
                margin=margins.get(measure.name, 0.0) / float(scale[k]),
                n_differing=n_differing[k],
            ),
        )
        for k, measure in enumerate(map_estimates.measures)
    )


def _with_changes(found: Estimates, map_estimates: MapEstimates, base: MapEstimates) -> tuple[Estimates, BoolColumn]:
    """Return the differences with relative changes in place of those that people speak of so, and which these are."""
    is_change = np.array([m.is_relative for m in map_estimates.measures], dtype=np.bool_) & (base.point != 0)
    at = np.flatnonzero(is_change)
    if not len(at):
        return found, is_change
    changes = map_estimates.take(at.tolist()).relative_to(base.take(at.tolist()))
    columns = {}
    for name in ("point", "standard_error", "acceleration", "replicates", "replicate_errors"):
        columns[name] = getattr(found, name).copy()
        columns[name][..., at] = getattr(changes, name)
    return replace(found, **columns), is_change


def _most_differing_share(n_clusters: int, level: float) -> float:
    return float(clopper_pearson_intervals([0], [n_clusters], level=level).high[0])


def _n_differing(measure: MapMeasure, one: MapSums, other: MapSums) -> int:
    """Return in how many clusters two maps differ in what a measure is made of."""
    if measure.per_mille is None:
        names = (measure.numerator, measure.denominator)
        differs = [one.columns[name] != other.columns[name] for name in names]
        return int(np.count_nonzero(np.any(differs, axis=0)))
    a, b = one.windows[measure.per_mille], other.windows[measure.per_mille]
    differs = [getattr(a, name) != getattr(b, name) for name in ("sum_us", "n_timed", "n_up_to")]
    return max(int(np.count_nonzero(np.any(differs, axis=0))), int(a.point_us != b.point_us))


def _at(ends: Intervals, k: int) -> Bounds:
    """Return the k-th interval; an end that nothing bounds is None."""
    low, high = float(ends.low[k]), float(ends.high[k])
    return Bounds(low=low if isfinite(low) else None, high=high if isfinite(high) else None)

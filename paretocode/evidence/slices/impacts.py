"""Which requests does the new map hit hardest? Cost and shortfall by min score, prompt length and session length.

Slices were looked at, all of them, to name the worst: their intervals hold for all slices and both measures at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence import (
    Bounds,
    Clusters,
    Estimates,
    Resampling,
    map_sums,
    ratio_estimates,
    session_clusters,
    simultaneous_intervals,
    summed,
)
from paretocode.evidence.slices.masks import slices_of
from paretocode.sim.replaying import Replay

__all__ = ["LEAST_CLUSTERS", "Slice", "SliceImpacts", "slice_impacts"]

LEAST_CLUSTERS = 20
"""A slice that fewer sessions take part in is left out: too few speak for it."""

_PPM = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Candidate minus incumbent on some of the requests.

    Parameters
    ----------
    family, name
        By what they were taken (``min score``, ``prompt tokens``, ``session requests``), and which they are.
    share
        Of all requests.
    n_clusters
        In how many clusters they stand.
    cost_change, cost_interval
        Relative; None where the incumbent's cost is 0.
    shortfall_difference, shortfall_interval
        [0..1 axis]; None where no request asks for a score.
    newly_unserved
        Requests unserved under the candidate minus those under the incumbent: a refused request costs nothing.
    """

    family: str
    name: str
    share: float
    n_clusters: int
    cost_change: float | None
    cost_interval: Bounds | None
    shortfall_difference: float | None
    shortfall_interval: Bounds | None
    newly_unserved: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {
            "family": self.family,
            "name": self.name,
            "share": self.share,
            "n_clusters": self.n_clusters,
            "cost_change": self.cost_change,
            "cost_interval": None if self.cost_interval is None else self.cost_interval.to_dict(),
            "shortfall_difference": self.shortfall_difference,
            "shortfall_interval": None if self.shortfall_interval is None else self.shortfall_interval.to_dict(),
            "newly_unserved": self.newly_unserved,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceImpacts:
    """All slices, the one whose cost grows most first.

    Parameters
    ----------
    slices
        By cost change, falling; those without one last; ties in order of the families.
    n_quantities
        Over how many numbers the intervals hold at once.
    level, cluster_kind, n_replicates
        Of the intervals.
    left_out
        Slice -> why it is not told.
    """

    slices: tuple[Slice, ...]
    n_quantities: int
    level: float
    cluster_kind: str
    n_replicates: int
    left_out: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON; `by_shortfall` are the places of slices, the worst shortfall first."""
        told = [at for at, each in enumerate(self.slices) if each.shortfall_difference is not None]
        return {
            "slices": [each.to_dict() for each in self.slices],
            "by_shortfall": sorted(told, key=lambda at: -(self.slices[at].shortfall_difference or 0.0)),
            "n_quantities": self.n_quantities,
            "level": self.level,
            "clusters": self.cluster_kind,
            "n_replicates": self.n_replicates,
            "left_out": dict(self.left_out),
        }


def slice_impacts(
    old: Replay,
    new: Replay,
    *,
    scale: ScoreScale,
    clusters: Clusters | None = None,
    n_replicates: int = 1000,
    level: float = 0.95,
    seed: int = 5,
) -> SliceImpacts:
    """Compare two replays of one stream slice by slice.

    Parameters
    ----------
    old, new
        Incumbent and candidate.
    clusters
        Sessions when None.

    Raises
    ------
    InputError
        Replays of two streams, or one cluster only.

    Notes
    -----
    The cost change of a slice is sum(new - old) / sum(old), one ratio; the shortfall's is a difference of two ratios,
    since a refused request asks for nothing. The intervals are max-t over all of them
    (`paretocode.evidence.simultaneous_intervals`); no cost falls by more than all of it, so they end at -1.
    O(n_slices x n + n_replicates x n_clusters x n_slices).
    """
    if old.stream is not new.stream and old.stream.digest != new.stream.digest:
        raise InputError("they were replayed on two streams", where="slices", way_out="replay both maps on one")
    stream = new.stream
    clusters = session_clusters(stream) if clusters is None else clusters
    table = _SliceTable(old, new, scale=scale, clusters=clusters)
    left_out: dict[str, str] = {}
    for family, name, mask in slices_of(stream):
        present = int(np.count_nonzero(summed(mask, clusters)))
        if present < LEAST_CLUSTERS:
            left_out[f"{family} {name}"] = f"{present} {clusters.kind}{'' if present == 1 else 's'} only"
        else:
            table.add(family, name, mask, n_clusters=present)
    slices, n_quantities = table.slices(n_replicates=n_replicates, level=level, seed=seed)
    return SliceImpacts(
        slices=tuple(sorted(slices, key=lambda s: (s.cost_change is None, -(s.cost_change or 0.0)))),
        n_quantities=n_quantities,
        level=level,
        cluster_kind=clusters.kind,
        n_replicates=n_replicates,
        left_out=left_out,
    )


class _SliceTable:
    """Sums by cluster of every slice under both maps."""

    def __init__(self, old: Replay, new: Replay, *, scale: ScoreScale, clusters: Clusters) -> None:
        n = len(new.stream)
        rows = Clusters(of_row=np.arange(n, dtype=np.int64), n=n, kind="request")
        measures = ["cost_usd_per_krequest", "shortfall_mean", "unserved_share"]
        self._old, self._new = (
            map_sums(run, scale=scale, measures=measures, clusters=rows).columns for run in (old, new)
        )
        self._clusters, self._n = clusters, n
        self._facts: list[dict[str, Any]] = []
        self._sums: list[dict[str, IntColumn]] = []

    def add(self, family: str, name: str, mask: BoolColumn, *, n_clusters: int) -> None:
        """Sum one slice."""
        sums = {}
        for which, columns in (("old", self._old), ("new", self._new)):
            for column in ("cost_pusd", "shortfall_ppm", "n_asked"):
                sums[f"{which} {column}"] = summed(np.where(mask, columns[column], 0), self._clusters)
        unserved = self._new["n_unserved"][mask].sum() - self._old["n_unserved"][mask].sum()
        facts = {"family": family, "name": name, "share": float(mask.mean()), "n_clusters": n_clusters}
        self._facts.append({**facts, "newly_unserved": int(unserved)})
        self._sums.append(sums)

    def slices(self, *, n_replicates: int, level: float, seed: int) -> tuple[list[Slice], int]:
        """Return the slices with their intervals, and how many numbers these hold for at once."""
        resampling = Resampling(n_clusters=self._clusters.n, n_replicates=n_replicates, seed=seed)
        has_cost = [at for at, sums in enumerate(self._sums) if sums["old cost_pusd"].any()]
        has_asked = [at for at, s in enumerate(self._sums) if s["old n_asked"].any() and s["new n_asked"].any()]
        parts = []
        if has_cost:
            before = self._columns("old cost_pusd", has_cost)
            change = self._columns("new cost_pusd", has_cost) - before
            names = [f"cost {at}" for at in has_cost]
            parts.append(ratio_estimates(change, before, names=names, resampling=resampling))
        if has_asked:
            sides = [
                (self._columns(f"{which} shortfall_ppm", has_asked), self._columns(f"{which} n_asked", has_asked))
                for which in ("new", "old")
            ]
            names = [f"shortfall {at}" for at in has_asked]
            parts.append(ratio_estimates(*sides[0], names=names, resampling=resampling, minus=sides[1]))
        found = _bounded(parts, level)
        return [self._slice(at, found) for at in range(len(self._facts))], len(found)

    def _columns(self, column: str, at: list[int]) -> IntColumn:
        return np.column_stack([self._sums[k][column] for k in at])

    def _slice(self, at: int, found: dict[str, tuple[float, Bounds]]) -> Slice:
        cost, cost_bounds = found.get(f"cost {at}", (None, None))
        short, short_bounds = found.get(f"shortfall {at}", (None, None))
        return Slice(
            **self._facts[at],
            cost_change=cost,
            cost_interval=None if cost_bounds is None else _at_least(cost_bounds, -1.0),
            shortfall_difference=None if short is None else short / _PPM,
            shortfall_interval=None if short_bounds is None else _scaled(short_bounds, 1 / _PPM),
        )


def _bounded(parts: list[Estimates], level: float) -> dict[str, tuple[float, Bounds]]:
    """Return name -> (estimate, interval that holds for all at once)."""
    if not parts:
        return {}
    together = Estimates(
        names=tuple(name for part in parts for name in part.names),
        n_clusters=parts[0].n_clusters,
        **{
            key: np.concatenate([getattr(part, key) for part in parts], axis=-1)
            for key in ("point", "standard_error", "acceleration", "replicates", "replicate_errors")
        },
    )
    ends = simultaneous_intervals(together, level=level)
    return {
        name: (float(point), Bounds(low=_finite(low), high=_finite(high)))
        for name, point, low, high in zip(together.names, together.point, ends.low, ends.high, strict=True)
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _at_least(bounds: Bounds, least: float) -> Bounds:
    return Bounds(low=None if bounds.low is None else max(bounds.low, least), high=bounds.high)


def _scaled(bounds: Bounds, factor: float) -> Bounds:
    ends = (None if end is None else end * factor for end in (bounds.low, bounds.high))
    low, high = ends
    return Bounds(low=low, high=high)

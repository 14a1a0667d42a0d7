"""Does an experiment on parts fit into memory? Parts, and the sums by cluster that its evidence keeps."""

from __future__ import annotations

from paretocode.evidence import map_measure
from paretocode.evidence.clusters import BLOCKS
from paretocode.experiment.spec import ExperimentSpec
from paretocode.sim.partitioned.memory import MemoryPlan, Need, plan_for_parts
from paretocode.stream.partitioned import PartitionedStream
from paretocode.tune.picks import MOST_PICKS

__all__ = ["plan_of"]

_NUMBER_BYTES = 8
_COPIES = 3
"""Sums of parts, sums of all, and each cluster's contribution to every estimate."""
_TIME_BYTES = 12


def plan_of(spec: ExperimentSpec, parts: PartitionedStream, *, n_here: int) -> MemoryPlan:
    """Return what an experiment takes at its peak.

    Parameters
    ----------
    n_here
        How many parts this machine works on at a time.
    """
    reading = plan_for_parts([part.n_requests for part in parts.parts], n_here=n_here)
    evidence = spec.evidence
    n_maps = 1 + len(spec.candidates) + (0 if spec.search is None else MOST_PICKS)
    if evidence.replicates == 0 or n_maps < 2:
        return MemoryPlan((reading,))
    n_compared = n_maps
    if evidence.selection is not None and spec.search is not None:
        n_maps += evidence.selection.most_maps
    clusters = {"session": parts.n_sessions, "block": min(BLOCKS, parts.n_sessions)}.get(evidence.clusters, 10_000)
    columns = 2 * len(evidence.measures) + 2
    sums = Need(
        f"sums of {clusters:,} {evidence.clusters}s under up to {n_maps} maps",
        clusters * columns * n_maps * _NUMBER_BYTES * _COPIES,
        'set evidence.clusters = "block", or ask for fewer measures or maps',
    )
    n_quantiles = sum(map_measure(name).per_mille is not None for name in evidence.measures)
    times = Need(
        f"times around {n_quantiles} quantiles",
        _n_near(len(parts)) * n_quantiles * n_compared * _TIME_BYTES,
        "take quantiles of times out of evidence.measures",
    )
    return MemoryPlan((reading, sums, times) if n_quantiles else (reading, sums))


def _n_near(n_requests: int) -> int:
    """Return how many times are collected around a quantile, from above: 0.29 % of 10^8 were seen, 0.68 % of 10^7."""
    return int(n_requests / 400 + 20 * n_requests**0.5)

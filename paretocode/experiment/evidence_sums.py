"""How do the sums of a replayed map wait for the comparison? In memory, and beside the part file of its numbers."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from paretocode._files import write_atomically
from paretocode.evidence import (
    Clusters,
    MapSums,
    QuantileWindow,
    block_clusters,
    day_clusters,
    map_sums,
    root_clusters,
    session_clusters,
)
from paretocode.experiment.evidence_rule import rule_measures
from paretocode.experiment.resolve import Experiment
from paretocode.sim.replaying import Replay

__all__ = ["CLUSTERS", "SumsOfMaps"]

CLUSTERS = {"session": session_clusters, "day": day_clusters, "root": root_clusters, "block": block_clusters}
"""What may be resampled, by its word in an experiment."""


class SumsOfMaps:
    """Sums by cluster of every replayed map.

    Parameters
    ----------
    experiment
        Whose evidence section says which measures and clusters.
    parts
        Where they are kept until the experiment is finished; None keeps them in memory only.
    digest
        Of the experiment: files of another one are not read.
    """

    def __init__(self, experiment: Experiment, *, parts: Path | None, digest: str) -> None:
        self.experiment, self.parts, self.digest = experiment, parts, digest
        self.of_map: dict[str, MapSums] = {}
        self.rule = rule_measures(experiment.spec)
        self.clusters: Clusters | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether there is anything to compare and more than one cluster to compare it over."""
        spec, n_sessions = self.experiment.spec.evidence, self.experiment.traffic.n_sessions
        return spec.replicates > 0 and len(self.experiment.tier_maps) > 1 and n_sessions > 1

    def add(self, name: str, run: Replay) -> None:
        """Sum a replay and keep the sums."""
        if not self.is_wanted:
            return
        self.of_map[name] = sums = self.sums_of(run)
        if self.parts is not None:
            write_atomically(self.parts / f"{name}.npz", _bytes_of(sums, self.digest))

    def sums_of(self, run: Replay) -> MapSums:
        """Sum a replay over the experiment's clusters."""
        spec = self.experiment.spec.evidence
        if self.clusters is None:
            self.clusters = CLUSTERS[spec.clusters](self.experiment.stream)
        return map_sums(run, scale=self.experiment.scale, measures=self.measures, clusters=self.clusters)

    @property
    def measures(self) -> list[str]:
        """What must be summed: the measures that are compared, and those a map is chosen by."""
        return list(dict.fromkeys((*self.experiment.spec.evidence.measures, *self.rule)))

    def recall(self, name: str, replayed: Callable[[], Replay]) -> None:
        """Take the sums of a map whose numbers are kept; where they are not, replay it once more."""
        if not self.is_wanted:
            return
        kept = None if self.parts is None else _read(self.parts / f"{name}.npz", name, self.digest)
        if kept is None:
            self.add(name, replayed())
        else:
            self.of_map[name] = kept


def _bytes_of(sums: MapSums, digest: str) -> bytes:
    columns = {f"column {name}": column for name, column in sums.columns.items()}
    for per_mille, window in sums.windows.items():
        columns |= {f"window {per_mille} {f.name}": np.asarray(getattr(window, f.name)) for f in fields(window)}
    facts = np.array([digest, str(sums.n_clusters), sums.cluster_kind])
    buffer = io.BytesIO()
    np.savez(buffer, facts=facts, **columns)  # type: ignore[arg-type]
    return buffer.getvalue()


def _read(path: Path, name: str, digest: str) -> MapSums | None:
    """Return kept sums; None where there is nothing, nothing whole, or those of another experiment."""
    if not path.is_file():
        return None
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as kept:
            own, n_clusters, kind = (str(word) for word in kept["facts"])
            if own != digest:
                return None
            columns = {key.partition(" ")[2]: kept[key] for key in kept.files if key.startswith("column ")}
            of_quantile = sorted({int(key.split(" ")[1]) for key in kept.files if key.startswith("window ")})
            windows = {per_mille: _window(kept, per_mille) for per_mille in of_quantile}
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return None
    return MapSums(name=name, n_clusters=int(n_clusters), cluster_kind=kind, columns=columns, windows=windows)


def _window(kept: np.lib.npyio.NpzFile, per_mille: int) -> QuantileWindow:
    found: dict[str, Any] = {f.name: kept[f"window {per_mille} {f.name}"] for f in fields(QuantileWindow)}
    return QuantileWindow(**{**found, "per_mille": int(found["per_mille"]), "place": int(found["place"])})

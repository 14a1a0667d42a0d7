"""How is every map of an experiment measured on a stream in parts? Each part read once, replayed under all maps.

The numbers are those of the same stream in memory, to the last digit. A finished part is kept until all are done.
"""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._files import write_atomically
from paretocode.catalogue import Catalogue, ScoreScale
from paretocode.evidence.part_sums import PartSums, part_sums
from paretocode.experiment.traffic import TrafficInParts
from paretocode.sim.cache import PrefixCache
from paretocode.sim.partitioned import MapTally, PartReplays, ReplayTask, done_parts, merged_parts, replay_tasks
from paretocode.sim.partitioned.kept_replays import KeptReplays
from paretocode.sim.tallying import tally_subject
from paretocode.stream import AskedCounts, asked_counts
from paretocode.tiermap import TierMap
from paretocode.tiermap.file import canonical_bytes, tier_map_file

__all__ = ["AskedSums", "PartedMaps", "measured_parts"]


class AskedSums(NamedTuple):
    """Which sums by cluster the evidence needs: of these measures, over clusters of this kind."""

    measures: tuple[str, ...]
    kind: str


@dataclass(frozen=True, kw_only=True, eq=False)
class PartedMaps:
    """What parts add under all maps; two add up.

    Parameters
    ----------
    replays
        Metrics, jumps and min scores.
    sums
        Map -> sums by cluster, where evidence asks for them.
    seconds
        Map -> how long its replays took, of the parts that were not kept from before.
    """

    replays: PartReplays
    sums: Mapping[str, PartSums]
    seconds: Mapping[str, float] = field(default_factory=dict)

    def __add__(self, other: PartedMaps) -> PartedMaps:
        """Return what both add."""
        names = dict.fromkeys((*self.seconds, *other.seconds))
        return PartedMaps(
            replays=self.replays + other.replays,
            sums={name: sums + other.sums[name] for name, sums in self.sums.items()},
            seconds={name: self.seconds.get(name, 0.0) + other.seconds.get(name, 0.0) for name in names},
        )

    @property
    def asked(self) -> AskedCounts:
        """The min scores, counted."""
        return self.replays.asked

    @property
    def maps(self) -> Mapping[str, MapTally]:
        """Map -> its tallies."""
        return self.replays.maps


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """Replays one part under all maps and sums it by cluster; picklable."""

    replays: ReplayTask
    asked: AskedSums | None
    first_session: int

    def __call__(self) -> PartedMaps:
        stream = self.replays.part.stream()
        tallies, sums, seconds = {}, {}, {}
        started = time.perf_counter()
        for name, run in self.replays.runs(stream):
            tallies[name] = self.replays.tallied(run)
            if self.asked is not None:
                sums[name] = part_sums(
                    run,
                    scale=self.replays.scale,
                    measures=self.asked.measures,
                    kind=self.asked.kind,
                    first_session=self.first_session,
                )
            seconds[name], started = time.perf_counter() - started, time.perf_counter()
        return PartedMaps(replays=PartReplays(asked=asked_counts(stream), maps=tallies), sums=sums, seconds=seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """A folder of finished parts: their tallies, and beside them their sums."""

    replays: KeptReplays
    asked: AskedSums | None

    def recall(self, number: int) -> PartedMaps | None:
        """Return what a part adds; None where there is nothing to trust."""
        replays = self.replays.recall(number)
        if replays is None:
            return None
        sums: dict[str, PartSums] | None = {}
        if self.asked is not None:
            sums = _read_sums(self._file(number), self._seal(number), list(self.replays.subjects))
        return None if sums is None else PartedMaps(replays=replays, sums=sums)

    def keep(self, number: int, result: PartedMaps) -> None:
        """Write what a part adds: the sums first, so that tallies mean that all is there."""
        if self.asked is not None:
            write_atomically(self._file(number), _sums_bytes(result.sums, self._seal(number)))
        self.replays.keep(number, result.replays)

    def _file(self, number: int) -> Path:
        return self.replays.folder / f"sums-{number:05d}.npz"

    def _seal(self, number: int) -> bytes:
        return f"{self.replays.question} {number} ".encode()


def measured_parts(
    traffic: TrafficInParts,
    maps: Mapping[str, TierMap],
    catalogue: Catalogue,
    *,
    scale: ScoreScale,
    cache: PrefixCache,
    asked: AskedSums | None,
    kept: Path | None,
    digest: str,
) -> PartedMaps:
    """Replay maps on every part and add up.

    Parameters
    ----------
    asked
        Which sums by cluster are wanted beside; None for none.
    kept
        Folder in which finished parts are kept until somebody deletes it; None keeps none.
    digest
        Of all that the numbers depend on beside the maps and how the stream is cut.

    Raises
    ------
    EngineError
        Work that was lost with its workers; finished parts are kept and not done again.
    """
    files = b"".join(canonical_bytes(tier_map_file(tier_map, catalogue)) for tier_map in maps.values())
    layout = [part.n_requests for part in traffic.parts.parts]
    question = hashlib.sha256(repr((digest, layout, list(maps), asked)).encode() + files).hexdigest()
    store = None
    if kept is not None:
        subjects = {name: tally_subject(tier_map, catalogue, scale=scale) for name, tier_map in maps.items()}
        replays = KeptReplays(folder=kept / f"replays-{question[:16]}", question=question, subjects=subjects)
        store = _Kept(replays=replays, asked=asked)
    tasks = [
        _Task(replays=task, asked=asked, first_session=part.first_session)
        for task, part in zip(
            replay_tasks(traffic.asked_parts, maps, catalogue, scale=scale, cache=cache),
            traffic.parts.parts,
            strict=True,
        )
    ]
    force = traffic.workforce
    return merged_parts(done_parts(tasks, force.engine, n_at_once=force.n_at_once, store=store, what="replay"))


def _sums_bytes(sums: Mapping[str, PartSums], seal: bytes) -> bytes:
    arrays: dict[str, NDArray[Any]] = {}
    for at, of_map in enumerate(sums.values()):
        ((label, first, columns),) = of_map.pieces
        arrays |= {f"{at} label": label, f"{at} first": first}
        arrays |= {f"{at} column {name}": column for name, column in columns.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    body = buffer.getvalue()
    return hashlib.sha256(seal + body).digest() + body


def _read_sums(path: Path, seal: bytes, names: list[str]) -> dict[str, PartSums] | None:
    """Return kept sums; None where there is nothing, or not what was written."""
    if not path.is_file():
        return None
    content = path.read_bytes()
    digest, body = content[:32], content[32:]
    if digest != hashlib.sha256(seal + body).digest():
        return None
    try:
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            found = dict(arrays)
    except (OSError, ValueError, zipfile.BadZipFile):
        return None
    return {
        name: PartSums(
            pieces=(
                (
                    found[f"{at} label"],
                    found[f"{at} first"],
                    {
                        key.removeprefix(f"{at} column "): values
                        for key, values in found.items()
                        if key.startswith(f"{at} column ")
                    },
                ),
            )
        )
        for at, name in enumerate(names)
    }

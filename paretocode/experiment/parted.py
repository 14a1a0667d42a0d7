"""How is every map of an experiment measured on a stream in parts? Each part read once, replayed under all maps.

The numbers are those of the same stream in memory, to the last digit. A finished part is kept until all are done.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from paretocode.catalogue import Catalogue, ScoreScale
from paretocode.evidence import MapSums, QuantileWindow, map_measure
from paretocode.evidence.part_sums import PartSums, SumsPiece, part_sums
from paretocode.evidence.part_times import Bounds, PartTimes, TimesPiece, TimesRows, bounds_of, part_times
from paretocode.experiment.traffic import TrafficInParts
from paretocode.sim.cache import PrefixCache
from paretocode.sim.partitioned import (
    MapTally,
    PartReplays,
    ReplayTask,
    ResultStore,
    done_parts,
    merged_parts,
    replay_tasks,
)
from paretocode.sim.partitioned.kept_replays import KeptReplays
from paretocode.sim.partitioned.sealed_arrays import read_sealed, write_sealed
from paretocode.sim.tallying import tally_subject
from paretocode.stream import AskedCounts, asked_counts
from paretocode.tiermap import TierMap
from paretocode.tiermap.file import canonical_bytes, tier_map_file

__all__ = ["AskedSums", "PartedMaps", "PartedRun"]

T = TypeVar("T")
_OF_CLUSTERS = ("label", "first", "n_timed", "n_below", "sum_us")
_SPARE, _WIDER = 20.0, 8.0
"""How far from a quantile times are collected at first [standard errors of a rank], and by how much further then."""


class AskedSums(NamedTuple):
    """Which sums by cluster the evidence needs: of these measures, over clusters of this kind."""

    measures: tuple[str, ...]
    kind: str

    def without_quantiles(self) -> AskedSums:
        """Return the sums of the ratios among the measures."""
        return self._replace(measures=tuple(name for name in self.measures if map_measure(name).per_mille is None))


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
        if self.asked is None:
            return PartedMaps(replays=replays, sums={})
        found = read_sealed(self._file(number), question=self._question(number))
        return None if found is None else PartedMaps(replays=replays, sums=_sums(found, list(self.replays.subjects)))

    def keep(self, number: int, result: PartedMaps) -> None:
        """Write what a part adds: the sums first, so that tallies mean that all is there."""
        if self.asked is not None:
            write_sealed(self._file(number), _arrays(result.sums), question=self._question(number))
        self.replays.keep(number, result.replays)

    def _file(self, number: int) -> Path:
        return self.replays.folder / f"sums-{number:05d}.npz"

    def _question(self, number: int) -> str:
        return f"sums {self.replays.question} {number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _TimesTask:
    """Collects the times of one part around the quantiles of all maps; picklable."""

    replays: ReplayTask
    bounds: Mapping[str, Mapping[int, Bounds]]
    kind: str
    first_session: int

    def __call__(self) -> dict[tuple[str, int], PartTimes]:
        stream = self.replays.part.stream()
        return {
            (name, per_mille): part_times(run, bounds, kind=self.kind, first_session=self.first_session)
            for name, run in self.replays.runs(stream)
            for per_mille, bounds in self.bounds[name].items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptTimes:
    """A folder of finished parts of such times."""

    folder: Path
    question: str
    keys: list[tuple[str, int]]

    def recall(self, number: int) -> dict[tuple[str, int], PartTimes] | None:
        """Return the times of a part; None where there are none to trust."""
        found = read_sealed(self._file(number), question=f"{self.question} {number}")
        if found is None:
            return None
        return {key: _times_of(found, at) for at, key in enumerate(self.keys)}

    def keep(self, number: int, result: Mapping[tuple[str, int], PartTimes]) -> None:
        """Write the times of a part."""
        arrays: dict[str, NDArray[Any]] = {}
        for at, key in enumerate(self.keys):
            (piece,) = result[key].pieces
            (rows,) = piece.rows
            arrays |= {f"{at} {name}": getattr(piece, name) for name in _OF_CLUSTERS}
            arrays |= {f"{at} time_us": rows.time_us, f"{at} at": rows.at, f"{at} part": np.array([rows.part])}
        write_sealed(self._file(number), arrays, question=f"{self.question} {number}")

    def _file(self, number: int) -> Path:
        return self.folder / f"times-{number:05d}.npz"


def _times_of(found: Mapping[str, NDArray[Any]], at: int) -> PartTimes:
    rows = TimesRows(int(found[f"{at} part"][0]), found[f"{at} time_us"], found[f"{at} at"])
    return PartTimes(pieces=(TimesPiece(**{name: found[f"{at} {name}"] for name in _OF_CLUSTERS}, rows=(rows,)),))


@dataclass(frozen=True, kw_only=True, eq=False)
class PartedRun:
    """Maps to be replayed on parts.

    Parameters
    ----------
    traffic, maps, catalogue, scale, cache
        What is replayed, and how.
    asked
        Which sums by cluster are wanted beside; None for none.
    kept
        Folder in which finished parts are kept until somebody deletes it; None keeps none.
    digest
        Of all that the numbers depend on beside the maps and how the stream is cut.
    """

    traffic: TrafficInParts
    maps: Mapping[str, TierMap]
    catalogue: Catalogue
    scale: ScoreScale
    cache: PrefixCache
    asked: AskedSums | None
    kept: Path | None
    digest: str

    @cached_property
    def question(self) -> str:
        """Digest of all that the numbers depend on."""
        files = b"".join(canonical_bytes(tier_map_file(each, self.catalogue)) for each in self.maps.values())
        layout = [part.n_requests for part in self.traffic.parts.parts]
        stated = repr((self.digest, layout, list(self.maps), self.asked)).encode()
        return hashlib.sha256(stated + files).hexdigest()

    @cached_property
    def _tasks(self) -> list[tuple[ReplayTask, int]]:
        """The replays of each part, and its first session."""
        tasks = replay_tasks(self.traffic.asked_parts, self.maps, self.catalogue, scale=self.scale, cache=self.cache)
        return [(task, part.first_session) for task, part in zip(tasks, self.traffic.parts.parts, strict=True)]

    @property
    def _folder(self) -> Path | None:
        return None if self.kept is None else self.kept / f"replays-{self.question[:16]}"

    def measured(self) -> PartedMaps:
        """Replay the maps on every part and add up.

        Raises
        ------
        EngineError
            Work that was lost with its workers; finished parts are kept and not done again.
        """
        store = None
        if self._folder is not None:
            subjects = {name: tally_subject(each, self.catalogue, scale=self.scale) for name, each in self.maps.items()}
            replays = KeptReplays(folder=self._folder, question=self.question, subjects=subjects)
            store = _Kept(replays=replays, asked=self.asked)
        tasks = [_Task(replays=task, asked=self.asked, first_session=first) for task, first in self._tasks]
        return merged_parts(self._done(tasks, store, "replay"))

    def sums(self, found: PartedMaps) -> dict[str, MapSums]:
        """Return the sums of every map by cluster, with the windows of the quantiles that are asked for.

        Parameters
        ----------
        found
            What `measured` returned.

        Notes
        -----
        Quantiles take one more pass over the parts, and another where a window is wider than looked for.
        """
        if self.asked is None:
            return {}
        kind, measures = self.asked.kind, map(map_measure, self.asked.measures)
        per_milles = [measure.per_mille for measure in measures if measure.per_mille is not None]
        missing = {
            (name, per_mille): found.maps[name].tally.latency
            for name in self.maps
            for per_mille in per_milles
            if found.maps[name].tally.latency.n_requests
        }
        windows: dict[str, dict[int, QuantileWindow]] = {name: {} for name in self.maps}
        spare = _SPARE
        while missing:
            times = self._times({key: bounds_of(latency, key[1], spare=spare) for key, latency in missing.items()})
            for (name, per_mille), of_parts in times.items():
                window = of_parts.window(per_mille, kind=kind)
                if window is not None:
                    windows[name][per_mille] = window
                    del missing[name, per_mille]
            spare *= _WIDER
        joined = {name: sums.joined(name, kind=kind) for name, sums in found.sums.items()}
        return {name: replace(sums, windows=windows[name]) for name, sums in joined.items()}

    def _times(self, bounds: Mapping[tuple[str, int], Bounds]) -> dict[tuple[str, int], PartTimes]:
        names = dict.fromkeys(name for name, _ in bounds)
        by_map = {name: {key[1]: one for key, one in bounds.items() if key[0] == name} for name in names}
        kind = "" if self.asked is None else self.asked.kind
        tasks = [
            _TimesTask(
                replays=replace(task, maps={name: self.maps[name] for name in names}),
                bounds=by_map,
                kind=kind,
                first_session=first,
            )
            for task, first in self._tasks
        ]
        store = None
        if self._folder is not None:
            question = f"times {self.question} {sorted(bounds.items())}"
            keys = [(name, per_mille) for name in names for per_mille in by_map[name]]
            store = _KeptTimes(folder=self._folder, question=question, keys=keys)
        return merged_parts(self._done(tasks, store, "times around quantiles"))

    def _done(
        self, tasks: Sequence[Callable[[], T]], store: ResultStore[T] | None, what: str
    ) -> Iterator[tuple[int, T]]:
        force = self.traffic.workforce
        return done_parts(tasks, force.engine, n_at_once=force.n_at_once, store=store, what=what)


def _arrays(sums: Mapping[str, PartSums]) -> dict[str, NDArray[Any]]:
    """Return the sums of one part as named columns, maps by number."""
    arrays: dict[str, NDArray[Any]] = {}
    for at, of_map in enumerate(sums.values()):
        (piece,) = of_map.pieces
        arrays |= {f"{at} label": piece.label, f"{at} first": piece.first}
        arrays |= {f"{at} column {name}": column for name, column in piece.columns.items()}
    return arrays


def _sums(arrays: Mapping[str, NDArray[Any]], names: list[str]) -> dict[str, PartSums]:
    found = {}
    for at, name in enumerate(names):
        prefix = f"{at} column "
        columns = {key.removeprefix(prefix): values for key, values in arrays.items() if key.startswith(prefix)}
        found[name] = PartSums(pieces=(SumsPiece(arrays[f"{at} label"], arrays[f"{at} first"], columns),))
    return found

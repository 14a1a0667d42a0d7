"""How does a finished part of a replay outlive its run? One JSON file a part, sealed, of whole numbers only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from paretocode._checks import read_only
from paretocode._files import read_json, write_atomically
from paretocode.errors import InputError
from paretocode.sim.histogram import LatencyHistogram
from paretocode.sim.jumps import Jumps, JumpTally
from paretocode.sim.partitioned.replays import MapTally, PartReplays
from paretocode.sim.tally_record import Subject, Tally
from paretocode.stream.demand.asked_counts import AskedCounts

__all__ = ["KeptReplays"]

_RECORDS = {"subject", "jumps", "latency", "latency_by_tier"}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReplays:
    """A folder of finished parts; a `ResultStore` for `replay_tasks`.

    Parameters
    ----------
    folder
        Where they lie; made when the first is kept.
    question
        Digest of all that the numbers depend on: files of another question are not looked at.
    subjects
        Name of map -> what its tallies speak of.
    """

    folder: Path
    question: str
    subjects: Mapping[str, Subject]

    def _file(self, number: int) -> Path:
        return self.folder / f"part-{number:05d}.json"

    def recall(self, number: int) -> PartReplays | None:
        """Return what a part adds; None where there are none, or where the file is not as it was written."""
        path = self._file(number)
        if not path.is_file():
            return None
        try:
            plain: dict[str, Any] = read_json(path, what="part of a run", way_out="run it again")
        except InputError:
            return None
        part = plain.get("part")
        if plain.get("seal") != self._seal(number, _dense(part)) or not isinstance(part, dict):
            return None
        asked = {name: read_only(np.array(values, dtype=np.int64)) for name, values in part["asked"].items()}
        maps = {name: _map_tally(part["maps"][name], subject) for name, subject in self.subjects.items()}
        return PartReplays(asked=AskedCounts(**asked), maps=maps)

    def keep(self, number: int, result: PartReplays) -> None:
        """Write what a part adds; the file appears whole."""
        asked = {f.name: getattr(result.asked, f.name).tolist() for f in fields(AskedCounts)}
        part = {"asked": asked, "maps": {name: _plain(one) for name, one in result.maps.items()}}
        body = _dense(part)
        seal = self._seal(number, body)
        write_atomically(self._file(number), b'{"part":' + body + f',"seal":"{seal}"}}\n'.encode())

    def _seal(self, number: int, body: bytes) -> str:
        return hashlib.sha256(f"{self.question} {number} ".encode() + body).hexdigest()


def _dense(part: object) -> bytes:
    """Return JSON for no reader's eyes: it is written and read for every part."""
    return json.dumps(part, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _plain(one: MapTally) -> dict[str, Any]:
    return {"tally": _plain_tally(one.tally), "jumps": _plain_jumps(one.jumps)}


def _plain_tally(tally: Tally) -> dict[str, Any]:
    plain = {f.name: getattr(tally, f.name) for f in fields(Tally) if f.name not in _RECORDS}
    by_tier = [_plain_histogram(times) for times in tally.latency_by_tier]
    times = {"latency": _plain_histogram(tally.latency), "latency_by_tier": by_tier}
    return {**plain, **times, "jumps": asdict(tally.jumps)}


def _plain_histogram(times: LatencyHistogram) -> dict[str, list[int]]:
    return {"bucket": times.bucket.tolist(), "requests": times.requests.tolist()}


def _histogram(plain: Mapping[str, list[int]]) -> LatencyHistogram:
    return LatencyHistogram(**{name: read_only(np.array(values, dtype=np.int64)) for name, values in plain.items()})


def _map_tally(plain: dict[str, Any], subject: Subject) -> MapTally:
    counts = plain["tally"]
    times: dict[str, Any] = {
        "latency": _histogram(counts["latency"]),
        "latency_by_tier": tuple(_histogram(one) for one in counts["latency_by_tier"]),
    }
    numbers = {name: _tuples(value) for name, value in counts.items() if name not in _RECORDS}
    return MapTally(
        tally=Tally(subject=subject, jumps=Jumps(**counts["jumps"]), **times, **numbers),
        jumps=_jump_tally(plain["jumps"]),
    )


def _plain_jumps(jumps: JumpTally) -> dict[str, Any]:
    plain = {f.name: getattr(jumps, f.name) for f in fields(JumpTally)}
    return {**plain, "model_jumps": [[*pair, n] for pair, n in sorted(jumps.model_jumps.items())]}


def _jump_tally(plain: dict[str, Any]) -> JumpTally:
    numbers = {name: _tuples(value) for name, value in plain.items() if name != "model_jumps"}
    return JumpTally(**numbers, model_jumps={(before, after): n for before, after, n in plain["model_jumps"]})


def _tuples(value: Any) -> Any:
    """Return lists as the tuples that they were."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value

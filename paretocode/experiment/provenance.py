"""Where do the numbers come from? The digest that names a result's folder, and the facts of its manifest."""

from __future__ import annotations

import hashlib
import platform
from dataclasses import fields
from importlib import metadata, resources
from pathlib import Path

import numpy as np

from paretocode import __version__
from paretocode._source import source_commit
from paretocode.catalogue.history import History
from paretocode.evidence.feedback import FeedbackReports
from paretocode.evidence.outcomes import OutcomeTable
from paretocode.experiment.document import tier_map_bytes
from paretocode.experiment.resolve import Experiment, Today

__all__ = ["code_digest", "digest_of", "facts_of"]

_VERSIONS_OF = ("numpy", "duckdb", "pydantic", "matplotlib")


def digest_of(experiment: Experiment) -> str:
    """Return the sha256 of all that the result depends on: words, maps, demand, scale, models, stream, code."""
    parts: list[bytes] = [
        experiment.name.encode(),
        experiment.spec.model_dump_json().encode(),
        experiment.scale_name.encode(),
        repr((experiment.demand, experiment.scale, experiment.cache)).encode(),
        repr((experiment.operations, experiment.arrivals)).encode(),
        b"" if experiment.history is None else _digest_of_history(experiment.history).encode(),
        b"" if experiment.today is None else _digest_of_today(experiment.today).encode(),
        *(
            b"" if table is None else _digest_of_columns(table).encode()
            for table in (experiment.reports, experiment.outcomes)
        ),
        experiment.catalogue.digest.encode(),
        repr((experiment.catalogue.name, experiment.catalogue.notes)).encode(),
        experiment.traffic.digest.encode(),
        repr((experiment.traffic.name, experiment.traffic.notes)).encode(),
        *(tier_map_bytes(experiment, name) for name in experiment.tier_maps),
        code_digest().encode(),
    ]
    sha = hashlib.sha256()
    for part in parts:
        sha.update(hashlib.sha256(part).digest())
    return sha.hexdigest()


def _digest_of_history(history: History) -> str:
    """Return the sha256 of all that a history holds."""
    sha = hashlib.sha256(repr((history.keys, history.score_definitions, history.cadence, history.notes)).encode())
    for column in (history.dates, history.is_listed, history.is_free, *history.numbers.values()):
        sha.update(np.ascontiguousarray(column).tobytes())
    for snapshot in history.snapshots:
        sha.update(snapshot.digest.encode())
    return sha.hexdigest()


def _digest_of_today(today: Today) -> str:
    return today.stream.digest + ("" if today.catalogue is None else today.catalogue.digest)


def _digest_of_columns(table: FeedbackReports | OutcomeTable) -> str:
    """Return the sha256 of all fields of a table."""
    sha = hashlib.sha256()
    for column in fields(table):
        value = getattr(table, column.name)
        is_array = isinstance(value, np.ndarray)
        sha.update(column.name.encode() + (np.ascontiguousarray(value).tobytes() if is_array else repr(value).encode()))
    return sha.hexdigest()


def code_digest() -> str:
    """Return the sha256 of the package's own source: another code, another result."""
    root = Path(str(resources.files("paretocode")))
    sha = hashlib.sha256()
    for file in sorted(root.rglob("*")):
        if file.suffix in {".py", ".toml", ".j2"} and "__pycache__" not in file.parts:
            sha.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return sha.hexdigest()


def facts_of(experiment: Experiment, digest: str, overrides: list[str]) -> dict[str, object]:
    """Return where the numbers come from: settings, inputs, code, versions."""
    commit, is_dirty = source_commit()
    return {
        "experiment": experiment.name,
        "digest": digest,
        "scale": experiment.scale_name,
        "overrides": overrides,
        "proposed": experiment.proposed,
        "inputs": {"catalogue": experiment.catalogue.digest, "stream": experiment.traffic.digest},
        "code": code_digest(),
        "commit": commit,
        "is_dirty": is_dirty,
        "seeds": experiment.spec.seeds.model_dump(),
        "versions": {
            "paretocode": __version__,
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in _VERSIONS_OF},
        },
    }

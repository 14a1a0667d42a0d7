"""What lies in folders: dated catalogues, a team's register, a holdout's lock, a warehouse's answer, operations.

Each seed is one file of such a folder, read in a folder whose other files are right.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import duckdb
import numpy as np

from hardening.seed import Seed
from paretocode._borders import validated
from paretocode.catalogue import PercentileScale, load_bundled, write_table
from paretocode.catalogue.history import load_history
from paretocode.cli.shared import asked_operations
from paretocode.evidence.holdout import lock_holdout, split_by_draw
from paretocode.evidence.holdout.example import documented, models, small_stream
from paretocode.evidence.holdout.lock import read_lock
from paretocode.experiment.state_sections import OperationsSpec
from paretocode.release.register import append, read_register
from paretocode.sim.tables import RequestGrid, TableSubject, request_classes, scored_models, table_subject
from paretocode.sim.tables.pull import PullColumns, pull_query, read_pull
from paretocode.tiermap import Policy

__all__ = ["team_seeds"]

OPERATIONS = """
[others]
error_share = 0.03
"""


def _beside(name: str, folder: Path, file: str, read: Callable[[Path], object]) -> Seed:
    """Return a seed that is one file of a folder; `read` takes the folder."""
    others = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name != file}

    def read_among(spoilt: Path) -> object:
        for other, content in others.items():
            (spoilt.parent / other).write_bytes(content)
        return read(spoilt.parent)

    return Seed(name, file, (folder / file).read_bytes(), read_among)


def _history_folders(folder: Path) -> list[Seed]:
    """Return a day of a folder of plain tables, in each of their forms, and one of payloads."""
    found = []
    for ending in ("csv", "toml", "parquet"):
        place = folder / f"days-{ending}"
        place.mkdir()
        for day in ("2026-06-16", "2026-06-17"):
            write_table(load_bundled(), place / f"{day}.{ending}")
        found.append(_beside(f"folder of days, {ending}", place, f"2026-06-16.{ending}", load_history))
    place = folder / "days-json"
    place.mkdir()
    model = {"id": "a/b", "name": "B", "created": 1772734352, "context_length": 9, "pricing": {"prompt": "0.000002"}}
    for day in ("2026-06-16", "2026-06-17"):
        (place / f"{day}.json").write_text(json.dumps({"data": [model]}))
    return [*found, _beside("folder of days, json", place, "2026-06-16.json", load_history)]


def _register(folder: Path) -> list[Seed]:
    place = folder / "team"
    place.mkdir()
    register = place / "register.jsonl"
    about = {"map": "documented", "serial": 1, "tier_map_sha256": "a" * 64}
    said = {"by": "Ada", "reason": "cheaper", "date": "2026-06-01T00:00:00+00:00", "approval_sha256": "c" * 64}
    append(register, [{**about, **said, "kind": "approved", "principal": "", "signature": "none"}])
    append(register, [{**about, **said, "kind": "revoked", "approved_by": "Ada"}])
    return [
        _beside(f"register, {file}", place, file, lambda team: read_register(team / "register.jsonl"))
        for file in ("register.jsonl", "register.head")
    ]


def _lock(folder: Path) -> Seed:
    split = split_by_draw(small_stream(), rng=1)
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    path = folder / "lock.json"
    lock_holdout(path, split=split, maps=[documented()], catalogue=models(), question="is it cheaper?", now=now)
    return Seed("holdout lock", path.name, path.read_bytes(), read_lock)


def _subject() -> TableSubject:
    catalogue = load_bundled()
    scored = scored_models(catalogue, Policy(), scale=PercentileScale(field=tuple(catalogue.coding_score)))
    grid = RequestGrid(edges_ppm=np.array([330_000, 660_000]), asked_ppm=np.unique(scored.axis_ppm))
    return table_subject(scored, request_classes(scored, np.array([0, 5, 9, 13])), grid, default_is_highest=True)


def _pulls(folder: Path) -> list[Seed]:
    """Return a warehouse's answer about three requests."""
    subject, found = _subject(), []
    with duckdb.connect() as engine:
        engine.execute(
            "CREATE TABLE log AS SELECT * FROM (VALUES ('a', 0.0, 0.65, 2000, 0, 7, 1), ('a', 9.0, NULL, 3000, 2000, "
            "7, 2), ('b', 1.0, 0.2, 5, 0, 7, 3)) AS rows(session_id, time_s, min_score, prompt_tokens, "
            "prefix_tokens, completion_tokens, place)"
        )
        query = pull_query(subject, PullColumns(table="log", order="place"))
        for ending in ("csv", "parquet"):
            path = folder / f"pull.{ending}"
            engine.execute(f"COPY ({query.rstrip().rstrip(';')}) TO '{path}'")
            found.append(
                Seed(f"pulled tables, {ending}", path.name, path.read_bytes(), partial(read_pull, subject=subject))
            )
    return found


def _operations(path: Path) -> object:
    plain = asked_operations(argparse.Namespace(operations=str(path)))
    return validated(OperationsSpec, plain, where=str(path), way_out="see docs/experiment.md for the keys")


def team_seeds(folder: Path) -> list[Seed]:
    """Return the seeds; `folder` is for what must be written to be had."""
    return [
        *_history_folders(folder),
        *_register(folder),
        _lock(folder),
        *_pulls(folder),
        Seed("operations", "operations.toml", OPERATIONS.encode(), _operations),
    ]

"""How do the tables of a finished part outlive their run? One file of plain arrays a part, sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import read_only
from paretocode.sim.partitioned.sealed_arrays import read_sealed, write_sealed
from paretocode.sim.tables import LogTables, PairTable, RequestTable, TableSubject

__all__ = ["KeptTables"]

_TABLES = {"requests": RequestTable, "pairs": PairTable}
_COLUMNS = ("asked_scores_ppm", "n_asked", "levels_ppm", "n_at_level")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTables:
    """A folder of finished parts; a `ResultStore` for `table_tasks`.

    Parameters
    ----------
    folder
        Where they lie; made when the first is kept.
    question
        Digest of all that the numbers depend on.
    subjects
        As given to `table_tasks`.
    """

    folder: Path
    question: str
    subjects: Sequence[TableSubject]

    def _file(self, number: int) -> Path:
        return self.folder / f"tables-{number:05d}.npz"

    def recall(self, number: int) -> dict[int, LogTables] | None:
        """Return the tables of a part; None where there are none, or where the file is not as it was written."""
        found = read_sealed(self._file(number), question=f"{self.question} {number}")
        if found is None:
            return None
        return {at: _tables(found, at, subject) for at, subject in enumerate(self.subjects)}

    def keep(self, number: int, result: Mapping[int, LogTables]) -> None:
        """Write the tables of a part; the file appears whole."""
        arrays = {name: values for at, tables in result.items() for name, values in _arrays(tables, at).items()}
        write_sealed(self._file(number), arrays, question=f"{self.question} {number}")


def _arrays(tables: LogTables, at: int) -> dict[str, NDArray[Any]]:
    columns = {f"{at}.{name}": getattr(tables, name) for name in _COLUMNS}
    for table, kind in _TABLES.items():
        columns |= {f"{at}.{table}.{f.name}": getattr(getattr(tables, table), f.name) for f in fields(kind)}
    counts = {f"{at}.counts": np.array([tables.n_requests, tables.n_sessions], dtype=np.int64)}
    return {**columns, **counts}


def _tables(arrays: Mapping[str, NDArray[Any]], at: int, subject: TableSubject) -> LogTables:
    n_requests, n_sessions = arrays[f"{at}.counts"].tolist()
    tables: dict[str, Any] = {
        table: kind(**{f.name: read_only(arrays[f"{at}.{table}.{f.name}"]) for f in fields(kind)})
        for table, kind in _TABLES.items()
    }
    columns: dict[str, Any] = {name: read_only(arrays[f"{at}.{name}"]) for name in _COLUMNS}
    return LogTables(subject=subject, n_requests=n_requests, n_sessions=n_sessions, **tables, **columns)

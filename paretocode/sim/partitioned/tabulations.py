"""How does a log larger than memory become the tables of the search? Each part counted by itself; tables are added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from paretocode.sim.partitioned.asked_parts import AskedPart
from paretocode.sim.tables import LogTables, TableSubject, log_tables

__all__ = ["TableTask", "table_tasks"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableTask:
    """Counts one part under several subjects, read once; picklable."""

    part: AskedPart
    subjects: tuple[TableSubject, ...]

    def __call__(self) -> dict[int, LogTables]:
        """Return the tables by position of the subject."""
        stream = self.part.stream()
        return {at: log_tables(stream, subject) for at, subject in enumerate(self.subjects)}


def table_tasks(parts: Sequence[AskedPart], subjects: Sequence[TableSubject]) -> list[TableTask]:
    """Return one task a part; their results add up, subject by subject, to `log_tables` of the whole stream."""
    return [TableTask(part=part, subjects=tuple(subjects)) for part in parts]

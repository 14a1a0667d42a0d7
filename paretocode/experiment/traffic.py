"""Which requests does an experiment speak of? A stream in memory, or one in parts that never is here as a whole.

Both answer what an experiment asks of all its requests: their min scores counted, and any other count that adds up.
What looks at single requests needs the first kind, and says so of the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from paretocode.errors import InputError
from paretocode.evidence import PART_CLUSTERS
from paretocode.experiment.search_sections import needs_luck
from paretocode.experiment.spec import ExperimentSpec
from paretocode.sim.partitioned import AskedPart, LogInParts, Workforce
from paretocode.sim.partitioned.memory import MemoryPlan
from paretocode.sim.tables.countable import CountableLog, LogInMemory
from paretocode.stream import AskedCounts, RequestStream, asked_counts, describe
from paretocode.stream.describe import counted, describe_counts
from paretocode.stream.partitioned import PartitionedStream

__all__ = ["PARTS", "Traffic", "TrafficInMemory", "TrafficInParts", "refuse_in_parts"]

PARTS = "parts"
"""Name by which an experiment asks for a partitioned stream as its reader."""

_WAY_OUT = "leave it out, or read part of them into memory: stream.sizes in an experiment says how many"


class Traffic(Protocol):
    """The requests of an experiment, with their min scores."""

    def __len__(self) -> int:
        """Return the number of requests."""

    @property
    def name(self) -> str:
        """What people call the stream."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader left out or changed."""

    @property
    def digest(self) -> str:
        """Of the stream; of one in parts without the min scores that a demand gave it."""

    @property
    def n_sessions(self) -> int:
        """Number of sessions."""

    @property
    def stream(self) -> RequestStream:
        """The requests.

        Raises
        ------
        InputError
            They lie in parts.
        """

    @property
    def asked(self) -> AskedCounts:
        """Their min scores, counted."""

    @property
    def log(self) -> CountableLog:
        """What a search counts."""

    def description(self) -> dict[str, float | int]:
        """Return `describe` of it, or as much of that as adds up."""

    def close(self) -> None:
        """Send away who works on parts, if anybody does."""


@dataclass(frozen=True, eq=False)
class TrafficInMemory:
    """A stream in memory."""

    stream: RequestStream

    def __len__(self) -> int:
        return len(self.stream)

    @property
    def name(self) -> str:
        """What people call the stream."""
        return self.stream.name

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader left out or changed."""
        return self.stream.notes

    @property
    def digest(self) -> str:
        """Of the stream."""
        return self.stream.digest

    @property
    def n_sessions(self) -> int:
        """Number of sessions."""
        return self.stream.n_sessions

    @cached_property
    def asked(self) -> AskedCounts:
        """Their min scores, counted."""
        return asked_counts(self.stream)

    @cached_property
    def log(self) -> LogInMemory:
        """What a search counts."""
        return LogInMemory(self.stream)

    def description(self) -> dict[str, float | int]:
        """Return `describe` of it."""
        return describe(self.stream)

    def close(self) -> None:
        """Nobody is there to be sent away."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrafficInParts:
    """A stream in parts.

    Parameters
    ----------
    parts, notes
        The folder, and what is said of its stream and demand.
    asked_parts
        Each part with its demand and its luck.
    workforce
        Who reads them.
    plan
        The memory that this takes.
    kept
        Folder in which finished tables are kept, and a digest of what they depend on; None keeps none.
    """

    parts: PartitionedStream
    notes: tuple[str, ...]
    asked_parts: list[AskedPart]
    workforce: Workforce
    plan: MemoryPlan
    kept: tuple[Path, str] | None = None

    def __len__(self) -> int:
        return len(self.parts)

    @property
    def name(self) -> str:
        """What people call the stream."""
        return self.parts.name

    @property
    def digest(self) -> str:
        """Of the stream in the folder."""
        return self.parts.digest

    @property
    def n_sessions(self) -> int:
        """Number of sessions."""
        return self.parts.n_sessions

    @property
    def stream(self) -> RequestStream:
        """Refuse.

        Raises
        ------
        InputError
            Always.
        """
        raise InputError(
            "this looks at single requests, and they lie in parts",
            where=str(self.parts.folder),
            way_out=_WAY_OUT,
        )

    @cached_property
    def _counted(self) -> tuple[AskedCounts, dict[str, int]]:
        found = self.log.total(counted)
        return found["asked"], {name: n for name, n in found.items() if name != "asked"}

    @property
    def asked(self) -> AskedCounts:
        """Their min scores, counted; the parts are read once."""
        return self._counted[0]

    @cached_property
    def log(self) -> LogInParts:
        """What a search counts."""
        force = self.workforce
        return LogInParts(self.asked_parts, force.engine, n_at_once=force.n_at_once, kept=self.kept)

    def description(self) -> dict[str, float | int]:
        """Return as much of `describe` as adds up."""
        return describe_counts(*self._counted)

    def close(self) -> None:
        """Send away who works on the parts; they come again when there is more to do."""
        self.workforce.engine.drop()


def refuse_in_parts(spec: ExperimentSpec, *, where: str) -> None:
    """Refuse what needs single requests of a stream in parts, before anything is read.

    Raises
    ------
    InputError
        The first such thing that the experiment asks for.
    """
    evidence, search = spec.evidence, spec.search
    asked = {
        "[operations]": spec.operations is not None,
        "[motion]": spec.motion is not None,
        "[evidence.holdout]": evidence.holdout is not None,
        "[evidence.sensitivity]": evidence.sensitivity is not None,
        "[evidence.drift]": evidence.drift is not None,
        "[evidence.feedback]": evidence.feedback is not None,
        "evidence.selection.searches": evidence.selection is not None and evidence.selection.searches > 0,
        "evidence.clusters = root": evidence.replicates > 0 and evidence.clusters not in PART_CLUSTERS,
        "search.robust.days": search is not None and search.robust is not None and search.robust.days is not None,
        "a search by times": search is not None and needs_luck(search),
    }
    for what, is_asked in asked.items():
        if is_asked:
            raise InputError(f"{what} looks at single requests, and they lie in parts", where=where, way_out=_WAY_OUT)

"""How far has a map come? Draft, evaluated, approved, exported: derived from what lies there, never written by hand."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from paretocode.release.gates import GateReport
from paretocode.release.people import Standing
from paretocode.release.register import Record

__all__ = ["State", "draft_reasons", "is_dirty", "state_of"]


class State(enum.Enum):
    """The states of a map, each with what it means."""

    DRAFT = "draft: made by code that is in no commit, so nobody can make it again"
    EVALUATED = "evaluated: a finished result speaks of it, and too few people approved it"
    APPROVED = "approved: enough people stand behind these bytes"
    EXPORTED = "exported: approved, and handed over to a router"

    @property
    def word(self) -> str:
        """Its one word."""
        return self.value.partition(":")[0]


def is_dirty(manifest: Mapping[str, object]) -> bool:
    """Return whether a result comes from uncommitted code; an installed package has no commit and is not dirty."""
    flag = manifest.get("is_dirty")
    return flag is not None and flag is not False  # anything else that stands there is no promise


def state_of(
    manifest: Mapping[str, object], standing: Standing, tier_map_sha256: str, records: Sequence[Record]
) -> State:
    """Return the state of a map of a finished result."""
    if is_dirty(manifest):
        return State.DRAFT
    if standing.missing:
        return State.EVALUATED
    handed = {record["tier_map_sha256"] for record in records if record["kind"] == "exported"}
    return State.EXPORTED if tier_map_sha256 in handed else State.APPROVED


def draft_reasons(manifest: Mapping[str, object], standing: Standing, gates: Sequence[GateReport] = ()) -> list[str]:
    """Return why a map can leave the house as a draft only; empty where it may be released."""
    reasons = ["its result was made by uncommitted code"] if is_dirty(manifest) else []
    failed = [f"gate {result.name} failed" for report in gates for result in report.failed]
    return [*reasons, *standing.missing, *failed]

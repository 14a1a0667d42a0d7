"""Who let what pass? Waivers in force on a day, and those that are not, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from paretocode.release.gates.report import UsedWaiver
from paretocode.release.gates.sections import WaiverEntry

__all__ = ["Waivers"]

_Predicate = Callable[[WaiverEntry], bool]


class Waivers:
    """The waivers of a file, for one map on one day; it remembers which were needed.

    Parameters
    ----------
    entries
        As written.
    tier_map_sha256
        Of the map that is judged.
    today
        A waiver is in force from its date until the end of the day on which it expires.
    """

    def __init__(self, entries: Sequence[WaiverEntry], *, tier_map_sha256: str, today: date) -> None:
        self._entries, self._digest, self._today = entries, tier_map_sha256, today
        self._used: set[int] = set()

    def of_gate(self, name: str) -> UsedWaiver | None:
        """Return a waiver of a whole gate that is in force; None where there is none."""
        return self._first(lambda entry: entry.gate == name)

    def of_finding(self, code: str, subject: str) -> UsedWaiver | None:
        """Return a waiver of one finding of the lint that is in force."""
        found = self._first(lambda e: e.gate == "lint" and (e.code, e.subject) == (code, subject))
        return None if found is None else replace(found, subject=f"{code} ({subject})")

    def why_not(self, name: str) -> str:
        """Return why a waiver that names a gate is not in force; "" where none names it."""
        for entry in self._entries:
            if entry.gate == name and (why := self._why_not(entry)):
                return f" The waiver by {entry.by} is not in force: {why}."
        return ""

    def why_not_finding(self, code: str, subject: str) -> str:
        """Return why a waiver that names a finding is not in force; "" where none names it."""
        for entry in self._entries:
            if (entry.code, entry.subject) == (code, subject) and (why := self._why_not(entry)):
                return f", whose waiver by {entry.by} is not in force: {why}"
        return ""

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each waiver that waived nothing."""
        return tuple(
            f"The waiver of {entry.gate}{_finding(entry)} by {entry.by} was not used: "
            f"{self._why_not(entry) or 'there was nothing to waive'}."
            for at, entry in enumerate(self._entries)
            if at not in self._used
        )

    def _first(self, is_meant: _Predicate) -> UsedWaiver | None:
        for at, entry in enumerate(self._entries):
            if is_meant(entry) and not self._why_not(entry):
                self._used.add(at)
                return UsedWaiver(
                    by=entry.by,
                    reason=entry.reason,
                    date=entry.date.isoformat(),
                    expires=None if entry.expires is None else entry.expires.isoformat(),
                )
        return None

    def _why_not(self, entry: WaiverEntry) -> str:
        if entry.map is not None and not self._digest.startswith(entry.map):
            return f"it is for the map {entry.map[:12]}, not for {self._digest[:12]}"
        if entry.date > self._today:
            return f"it is dated {entry.date}, after today"
        if entry.expires is not None and entry.expires < self._today:
            return f"it expired on {entry.expires}"
        return ""


def _finding(entry: WaiverEntry) -> str:
    return "" if entry.code is None else f" {entry.code} ({entry.subject})"

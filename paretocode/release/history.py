"""What does the register tell a person? Its records in order, the map in force, and the digest to note elsewhere."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

from paretocode.errors import InputError
from paretocode.release.in_force import InForce, map_in_force
from paretocode.release.register import REGISTER, Record, read_register
from paretocode.release.states import State
from paretocode.release.team import TEAM_VARIABLE

__all__ = ["History", "history_text", "read_history"]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """A register that holds together."""

    register: str
    records: tuple[Record, ...]
    in_force: InForce | None

    @property
    def states(self) -> dict[str, str]:
        """Digest of each map of the register -> its state, ``approved`` or ``exported``, as the records tell it.

        A map whose approvals were all taken back is ``evaluated`` again, unless it was handed over before.
        """
        given: dict[str, set[str]] = {}
        states: dict[str, str] = {}
        for record in self.records:
            digest, kind = str(record["tier_map_sha256"]), record["kind"]
            if kind in {"approved", "revoked"}:
                change = given.setdefault(digest, set())
                (change.add if kind == "approved" else change.discard)(str(record["approval_sha256"]))
                found = State.APPROVED if change else State.EVALUATED
                states[digest] = states[digest] if states.get(digest) == State.EXPORTED.word else found.word
            elif kind == "exported":
                states[digest] = State.EXPORTED.word
        return states

    def to_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        force = None if self.in_force is None else {**asdict(self.in_force), "before": sorted(self.in_force.before)}
        return {
            "register": self.register,
            "records": list(self.records),
            "in_force": force,
            "states": self.states,
            "last_sha256": self.records[-1]["sha256"] if self.records else None,
        }


def read_history(register: Path | str | None) -> History:
    """Read a register, or the one in a team's folder.

    Parameters
    ----------
    register
        The file or its folder; by default the folder that ``PARETOCODE_TEAM`` names, else the current one.

    Raises
    ------
    InputError
        There is no register.
    SealError
        It does not hold together; the sentence names the first record that does not fit.
    """
    path = Path(register or os.environ.get(TEAM_VARIABLE) or ".")
    path = path / REGISTER if path.is_dir() else path
    records = read_register(path)
    if not records and not path.is_file():
        raise InputError("there is no register", where=str(path), way_out="name it; the first approval begins one")
    return History(register=str(path), records=tuple(records), in_force=map_in_force(records))


def history_text(history: History) -> str:
    """Return the history as text, a line per record."""
    lines = [
        f"register {history.register}: {len(history.records)} records, each follows the one before",
        *(f"  {record['number']:>3}  {record['time']}  {_sentence(record)}" for record in history.records),
        f"in force: {history.in_force or 'no map yet'}",
        *(f"map {digest[:12]} is {state}" for digest, state in history.states.items()),
    ]
    if history.records:
        last = history.records[-1]
        lines.append(f"last record {last['number']} has sha256 {last['sha256']}; note it elsewhere")
    return "\n".join(lines)


def _sentence(record: Record) -> str:
    name = f"{record['map']!r} serial {record['serial']} ({str(record['tier_map_sha256'])[:12]})"
    if record["kind"] == "approved":
        sealed = f"signed as {record['principal']}" if record["signature"] == "ssh" else "sealed, not signed"
        return f"{record['by']} approved {name}, {sealed}: {record['reason']}"
    if record["kind"] == "revoked":
        return f"{record['by']} took the approval of {name} by {record['approved_by']} back: {record['reason']}"
    if record["kind"] == "exported":
        people: object = record["people"]
        names = ", ".join(map(str, people)) if isinstance(people, list) else str(people)
        return f"{name} was exported as {record['to']}, approved by {names}"
    return f"{name} was superseded by {str(record['superseded_by'])[:12]}"

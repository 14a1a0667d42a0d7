"""Where does a team keep what outlives a single result? One folder: register, rule, signers, gates.

It is the folder that is given, or the one that the environment variable ``PARETOCODE_TEAM`` names, or the one in which
the result's folder lies. One folder stands for one router: it has one map in force.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from paretocode.errors import InputError, SealError
from paretocode.release.people import APPROVERS, ApproversFile, parse_approvers
from paretocode.release.plain_file import is_plain_file
from paretocode.release.register import REGISTER, Record, read_register

__all__ = ["ALLOWED_SIGNERS", "GATES", "TEAM_VARIABLE", "Team", "find_team"]

ALLOWED_SIGNERS = "allowed_signers"
GATES = "gates.toml"
TEAM_VARIABLE = "PARETOCODE_TEAM"
_MAX_BYTES = 2**18


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A team's folder."""

    folder: Path

    @property
    def register(self) -> Path:
        """The register's file; it may not exist yet."""
        return self.folder / REGISTER

    @property
    def allowed_signers(self) -> Path | None:
        """The file of allowed signers; None where there is none, refused where something else lies in its place."""
        path = self.folder / ALLOWED_SIGNERS
        return path if is_plain_file(path) else None

    def records(self) -> list[Record]:
        """Return the register's records, checked."""
        return read_register(self.register)

    def rule_bytes(self) -> bytes | None:
        """Return the bytes of the team's rule; None where there is none.

        Raises
        ------
        InputError
            It cannot be read, is too large, or is no plain file.
        """
        return self._bytes_of(APPROVERS)

    def gates_bytes(self) -> bytes | None:
        """Return the bytes of the team's gates; None where there are none.

        Raises
        ------
        InputError
            As `rule_bytes`.
        """
        return self._bytes_of(GATES)

    def _bytes_of(self, name: str) -> bytes | None:
        path = self.folder / name
        try:
            if not is_plain_file(path):
                return None
            if path.stat().st_size > _MAX_BYTES:
                raise InputError(
                    "it is larger than 256 KiB", where=str(path), way_out=f"keep what belongs into {name} alone in it"
                )
            return path.read_bytes()
        except OSError as error:
            raise InputError(
                f"it cannot be read ({error.strerror})", where=str(path), way_out="check its rights"
            ) from error

    def rule(self) -> ApproversFile | None:
        """Return the team's rule; None where one approval suffices."""
        content = self.rule_bytes()
        return None if content is None else parse_approvers(content, where=str(self.folder / APPROVERS))

    def refuse_unchecked(self, allowed_signers: Path | None) -> None:
        """Refuse to count under a rule of signed approvals where nobody can check a signature.

        Raises
        ------
        SealError
            The rule counts signed approvals only, and no signers are known.
        """
        rule = self.rule()
        if rule is not None and not rule.count_unsigned and allowed_signers is None:
            raise SealError(
                "the team's rule counts signed approvals only, and nobody can check them: there is no allowed_signers",
                where=str(self.folder),
                way_out="write that file, as docs/release.md shows",
            )


def find_team(folder: Path | str | None, *, result: Path | None = None) -> Team | None:
    """Return the team of a result, or None where neither folder, variable nor result names one.

    Raises
    ------
    InputError
        A folder that is named and does not exist.
    """
    named = folder or os.environ.get(TEAM_VARIABLE)
    if named:
        if not Path(named).is_dir():
            raise InputError("there is no such folder of a team", where=str(named), way_out="make it, or name another")
        return Team(folder=Path(named))
    return None if result is None else Team(folder=result.absolute().parent)

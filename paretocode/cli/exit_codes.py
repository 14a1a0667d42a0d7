"""With which code does a command end, and what does that mean? The same for every verb."""

from __future__ import annotations

from enum import IntEnum

from paretocode.errors import EngineError, MissingDependencyError, ParetocodeError, SealError

__all__ = ["FINDS", "MEANINGS", "ExitCode", "codes_text"]


class ExitCode(IntEnum):
    """How a command ended."""

    DONE = 0
    FOUND = 1
    REFUSED = ParetocodeError.exit_code
    SEAL = SealError.exit_code
    MISSING = MissingDependencyError.exit_code
    LOST = EngineError.exit_code
    BUG = 70
    """What sysexits.h calls an internal software error."""
    INTERRUPTED = 130
    """128 + SIGINT, as shells count."""
    PIPE = 141
    """128 + SIGPIPE: who reads the answer left before its end, so that it cannot pass for a whole one."""
    TERMINATED = 143
    """128 + SIGTERM: a supervisor or a queue ended the command."""


MEANINGS: dict[ExitCode, str] = {
    ExitCode.DONE: "done",
    ExitCode.FOUND: "done, and the answer is no: a gate failed, a finding is an error, a metric drifted too far",
    ExitCode.REFUSED: "refused: an input or the command itself cannot be used as it stands",
    ExitCode.SEAL: "refused: a seal does not hold, or an approval is missing",
    ExitCode.MISSING: "refused: a library or a program that this needs is not installed",
    ExitCode.LOST: "work was lost with its workers or scheduler; what is finished is kept, the same command goes on",
    ExitCode.BUG: "a bug of paretocode; the message says how to report it",
    ExitCode.INTERRUPTED: "interrupted (Ctrl-C); the same command goes on where it can",
    ExitCode.PIPE: "whoever reads the answer stopped reading, as head does",
    ExitCode.TERMINATED: "terminated (SIGTERM); the same command goes on where it can",
}

FINDS: dict[str, str] = {
    "catalogue": "lint found an error",
    "lint": "a finding is an error",
    "evidence": "drift: a metric has moved beyond its limit",
    "evidence drift": "a metric has moved beyond its limit",
    "gate": "a gate failed",
    "doctor": "something that is needed is broken",
    "notebooks": "with --run: a notebook failed",
}
"""Verb -> what ends it with `ExitCode.FOUND`."""


def codes_text() -> str:
    """Return all codes, one a line, for the end of ``--help``."""
    lines = [f"  {code.value:>3}  {meaning}" for code, meaning in MEANINGS.items()]
    return "\n".join(["exit codes, the same for every verb:", *lines])

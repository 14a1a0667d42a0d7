"""How does whatever happens reach a person? As one sentence on stderr and an exit code, the same for every verb."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from paretocode.cli.exit_codes import ExitCode
from paretocode.cli.talk import refuse
from paretocode.errors import ParetocodeError

__all__ = ["TRACEBACK_VARIABLE", "guarded", "print_anything"]

TRACEBACK_VARIABLE = "PARETOCODE_TRACEBACK"
"""Environment variable: set to anything, an error shows where in the code it was raised."""


def print_anything() -> None:
    """Let a terminal without Unicode show a question mark instead of ending in an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def guarded(job: Callable[[], int]) -> int:
    """Run a job to its last written byte; turn whatever stops it into one sentence and an exit code.

    Notes
    -----
    This is the only place that catches every exception: beyond it stands a person. What is no refusal of ours is a bug
    of ours, and is called one.
    """
    try:
        code = job()
        sys.stdout.flush()  # a reader who left is noticed here at the latest
    except KeyboardInterrupt:
        refuse("interrupted; run the same command again to go on", word="")
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _hush()
        return ExitCode.PIPE
    except Exception as error:  # noqa: BLE001 - the border to a person, see above
        _show_traceback()
        return _refused(error)
    return code


def _refused(error: Exception) -> int:
    if isinstance(error, ParetocodeError):
        refuse(str(error))
        return error.exit_code
    if isinstance(error, ModuleNotFoundError) and error.name and error.name.split(".")[0] != "paretocode":
        refuse(
            f"the library {error.name.split('.')[0]} is not installed; run python3 -m paretocode.bootstrap sim, "
            "which installs everything into .venv, or pip install paretocode."
        )
        return ExitCode.MISSING
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        refuse(f"{place}{error.strerror or error}; check the path, its rights and the disk.")
        return ExitCode.REFUSED
    if isinstance(error, MemoryError):
        refuse("the machine's memory is not enough for this; ask for fewer requests or a smaller search.")
        return ExitCode.REFUSED
    said = str(error).split("\n", maxsplit=1)[0]
    refuse(
        f"this is a bug of paretocode ({type(error).__name__}: {said}); please report it with the command, what "
        f"{TRACEBACK_VARIABLE}=1 adds to it, and the output of paretocode doctor."
    )
    return ExitCode.BUG


def _show_traceback() -> None:
    if os.environ.get(TRACEBACK_VARIABLE):
        import traceback

        traceback.print_exc(file=sys.stderr)


def _hush() -> None:
    """Send what is still to be written nowhere, or the interpreter complains of the pipe when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):  # a standard output of a test has no number
        pass
    finally:
        os.close(nowhere)

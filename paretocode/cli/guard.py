"""How does whatever happens reach a person? As one sentence on stderr and an exit code, the same for every verb."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from paretocode.cli.exit_codes import ExitCode
from paretocode.cli.talk import refuse
from paretocode.errors import ParetocodeError

__all__ = ["TRACEBACK_VARIABLE", "guarded", "print_anything"]

TRACEBACK_VARIABLE = "PARETOCODE_TRACEBACK"
"""Environment variable: set to anything, an error shows where in the code it was raised."""

_ENGINE_STOPPED = "Query interrupted"
"""What the reading engine makes of a Ctrl-C that comes while it works."""


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
    came: list[int] = []
    try:
        with _heard(signal.SIGTERM, came):
            code = job()
            sys.stdout.flush()  # a reader who left is noticed here at the latest
    except KeyboardInterrupt:
        return _stopped(came)
    except BrokenPipeError:
        _hush()
        return ExitCode.PIPE
    except Exception as error:  # noqa: BLE001 - the border to a person, see above
        if isinstance(error, RuntimeError) and str(error) == _ENGINE_STOPPED:
            return _stopped(came)
        _show_traceback()
        return _refused(error)
    return code


@contextmanager
def _heard(number: int, came: list[int]) -> Iterator[None]:
    """Let a signal act like Ctrl-C, so that all is cleaned up on the way out, workers first; note that it came."""

    def stop(found: int, _: FrameType | None) -> None:
        came.append(found)
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread() or signal.getsignal(number) != signal.SIG_DFL:
        yield
        return
    signal.signal(number, stop)
    try:
        yield
    finally:
        signal.signal(number, signal.SIG_DFL)


def _stopped(came: list[int]) -> int:
    refuse(f"{'terminated' if came else 'interrupted'}; run the same command again to go on", word="")
    return ExitCode.TERMINATED if came else ExitCode.INTERRUPTED


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

"""What does a program show on a real terminal? A pseudo-terminal is opened, and read to its end."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["shown_on_a_terminal"]

ROOT = Path(__file__).parents[1]


def shown_on_a_terminal(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, has_stdout: bool = True
) -> str:
    """Run a command at the root of the checkout and return all that its terminal shows, line ends plain.

    Parameters
    ----------
    has_stdout
        Whether its standard output is that terminal too, and not thrown away.
    """
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        command,
        cwd=ROOT,
        env=None if env is None else dict(env),
        stdin=theirs,
        stdout=theirs if has_stdout else subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    parts = []
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        parts.append(part)
    os.close(ours)
    run.wait()
    return b"".join(parts).decode().replace("\r\n", "\n")

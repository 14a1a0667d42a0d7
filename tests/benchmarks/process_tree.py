"""How much memory does a command take with all its children? The peak of what they hold together, looked at often."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

__all__ = ["Ran", "ran"]

_LOOK_S = 0.1


class Ran(NamedTuple):
    """A finished command: what it printed, how long it took [s], the peak of its tree [bytes, 0 where nobody tells]."""

    stdout: str
    seconds: float
    peak_bytes: int


def ran(command: Sequence[str]) -> Ran:
    """Run a command to its end.

    Notes
    -----
    Proportional set sizes are added, so that memory which processes share counts once. Linux only; elsewhere 0.

    Raises
    ------
    subprocess.CalledProcessError
        It failed.
    """
    started = time.perf_counter()
    process = subprocess.Popen(list(command), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    peak = 0
    while process.poll() is None:
        peak = max(peak, sum(map(_held_bytes, _tree(process.pid))))
        time.sleep(_LOOK_S)
    stdout = process.stdout.read() if process.stdout is not None else ""
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command))
    return Ran(stdout, time.perf_counter() - started, peak)


def _tree(pid: int) -> list[int]:
    found = [pid]
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            children = Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
            found += [one for child in children for one in _tree(int(child))]
    except OSError:
        pass
    return found


def _held_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))

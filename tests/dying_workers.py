"""Work that kills the process that does it; in a module of its own, so that a fresh process imports little."""

from __future__ import annotations

import os
import time
from pathlib import Path

__all__ = ["dies", "slow"]


def dies(number: int, folder: Path, n_times: int) -> dict[str, int]:
    """Kill the process that does part 1, the first few times."""
    if number == 1:
        n_before = len(list(folder.glob("died-*")))
        if n_before < n_times:
            (folder / f"died-{n_before}").touch()
            os._exit(9)
    return {"n": number}


def slow(number: int, seconds: float) -> dict[str, int]:
    """Take a while."""
    time.sleep(seconds)
    return {"n": number}

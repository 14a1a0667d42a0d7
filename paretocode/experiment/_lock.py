"""What keeps two runs of one experiment apart? A lock that the operating system frees with the process."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

__all__ = ["one_at_a_time"]


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let one run at a time write into an experiment's folder; a second one waits, then finds what the first made."""
    import fcntl

    name = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"paretocode-{os.getuid()}-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield

"""Places where nothing can be written: a disk without room, a folder that is read-only. For root too."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

__all__ = ["no_room", "read_only_place"]


@contextmanager
def no_room(n_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes: the system refuses the rest, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)  # Python ignores the signal that goes with it
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def read_only_place(folder: Path) -> Iterator[None]:
    """Let nobody write into a folder: by its rights, or for root, whom rights do not bind, by a mount."""
    if os.geteuid() != 0:
        folder.chmod(0o555)
        try:
            yield
        finally:
            folder.chmod(0o755)
        return
    for words in (["--bind", str(folder), str(folder)], ["-o", "remount,ro,bind", str(folder)]):
        if subprocess.run(["mount", *words], check=False, capture_output=True).returncode:
            subprocess.run(["umount", str(folder)], check=False, capture_output=True)
            pytest.skip("root may not mount here: a read-only folder was not tried")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)

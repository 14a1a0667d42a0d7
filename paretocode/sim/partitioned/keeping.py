"""Where do numbers of finished parts lie while others are worked on, and when does that place go? When all are done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from paretocode._files import one_at_a_time

__all__ = ["kept_until_done"]


@contextmanager
def kept_until_done(folder: Path) -> Iterator[None]:
    """Hold a folder of finished parts for one run; it goes when the block ends well, and stays when it does not.

    Parameters
    ----------
    folder
        Made by whoever keeps the first part. The folder around it goes too, when nothing else is left in it.

    Notes
    -----
    A second run of this machine with the same question waits: two would write the same files, and the first to be done
    would take away what the other is writing. Other questions have folders of their own and do not wait.
    """
    with one_at_a_time(folder):
        yield
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # not empty: another question's, or not ours to remove
            folder.parent.rmdir()

"""How many rows fit? A few kilobytes of a packed log may stand for more rows than a machine has memory for."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from paretocode.errors import InputError

__all__ = ["memory_bytes", "refuse_too_many_rows"]

BYTES_PER_ROW = 48
"""What the six columns that every stream has take of a row; a log with more columns needs more."""

_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def memory_bytes() -> int:
    """Return how much memory this process may have at most: the machine's, its container's, or its own limit."""
    found = [2**63]
    with suppress(AttributeError, ValueError, OSError):  # not every system tells
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for file in _CGROUP_LIMITS:
        with suppress(OSError, ValueError):  # no container, or one without a limit ("max")
            found.append(int(Path(file).read_text(encoding="ascii")))
    with suppress(ImportError):
        import resource

        soft = resource.getrlimit(resource.RLIMIT_AS)[0]
        found.append(soft if soft != resource.RLIM_INFINITY else 2**63)
    return min(found)


def refuse_too_many_rows(n_rows: int, *, where: str, n_held: int | None = None) -> None:
    """Refuse more rows than memory can hold as a stream.

    Parameters
    ----------
    n_rows
        How many there are, as far as is known.
    where
        The file that has them.
    n_held
        How many rows must be held at once, where that is more: columns that grow are there twice.

    Raises
    ------
    InputError
        With the number of rows, what they need at least, and what there is.
    """
    needed, there = (n_held or n_rows) * BYTES_PER_ROW, memory_bytes()
    if needed > there:
        raise InputError(
            f"it has {n_rows:,} rows or more, which need at least {needed / 1e9:,.1f} GB as one stream, and there "
            f"are {there / 1e9:,.1f} GB of memory",
            where=where,
            way_out="cut it into parts with paretocode stream partition, or keep fewer rows",
        )

"""How much memory will work on parts take? A plan in numbers, compared with the limit before anything is read."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from paretocode.errors import InputError, UsageError

__all__ = ["MemoryPlan", "Need", "machine_bytes", "memory_asked", "plan_for_parts", "refuse_beyond"]

PROCESS_BYTES = 160_000_000
"""A process with its libraries, before it reads anything; 130 MB were seen."""

REQUEST_BYTES = 220
"""One request of a part while it is replayed or counted; 160 to 200 were seen (`tests/benchmarks/parts.py`)."""

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *([KMGT]?B)?", re.IGNORECASE)


class Need(NamedTuple):
    """What takes memory, in a few words, how much [bytes], and what would make it less."""

    what: str
    n_bytes: int
    way_out: str


class MemoryPlan(NamedTuple):
    """What work on parts will take at its peak, from above."""

    needs: tuple[Need, ...]

    @property
    def n_bytes(self) -> int:
        """All together [bytes]."""
        return sum(need.n_bytes for need in self.needs)

    def sentence(self) -> str:
        """Return the plan in words.

        Examples
        --------
        >>> MemoryPlan((Need("2 processes", 1_400_000_000, ""), Need("sums", 300_000_000, ""))).sentence()
        'about 1.7 GB of memory (2 processes: 1.4 GB; sums: 0.3 GB)'
        """
        parts = "; ".join(f"{need.what}: {_gb(need.n_bytes)}" for need in self.needs)
        return f"about {_gb(self.n_bytes)} of memory ({parts})"


def _gb(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:,.1f} GB"


def plan_for_parts(requests_by_part: Sequence[int], *, n_here: int) -> Need:
    """Return what reading parts takes on this machine.

    Parameters
    ----------
    requests_by_part
        Of every part.
    n_here
        How many this machine works on at a time; 0 where others do, 1 for this very process.

    Examples
    --------
    >>> plan_for_parts([1_000_000, 2_000_000], n_here=2).n_bytes
    1360000000
    """
    largest = max(requests_by_part)
    if not n_here:
        return Need("this process, parts being read elsewhere", PROCESS_BYTES, "")
    processes = n_here + (n_here > 1)
    return Need(
        f"{n_here} {'process' if n_here == 1 else 'processes'} with parts of up to {largest:,} requests",
        processes * PROCESS_BYTES + n_here * largest * REQUEST_BYTES,
        "take fewer --workers, or partition the log into smaller parts",
    )


def refuse_beyond(plan: MemoryPlan, limit_bytes: int, *, where: str, is_asked: bool) -> None:
    """Refuse a plan that does not fit.

    Parameters
    ----------
    limit_bytes, is_asked
        The limit, and whether somebody stated it; else it is what the machine has.

    Raises
    ------
    InputError
        More is needed than that, with the numbers and what would make the greatest of them less.
    """
    if plan.n_bytes <= limit_bytes:
        return
    greatest = max(plan.needs, key=lambda need: need.n_bytes)
    limit = f"--memory is {_gb(limit_bytes)}" if is_asked else f"this machine has {_gb(limit_bytes)}"
    raise InputError(
        f"the work takes {plan.sentence()}, and {limit}", where=where, way_out=greatest.way_out or "allow more"
    )


def memory_asked(word: str) -> int:
    """Return a size in bytes.

    Raises
    ------
    UsageError
        No size.

    Examples
    --------
    >>> memory_asked("2GB"), memory_asked("512 mb")
    (2000000000, 512000000)
    """
    found = _SIZE.fullmatch(word.strip())
    n_bytes = 0 if found is None else int(float(found[1]) * _UNITS[(found[2] or "").upper()])
    if n_bytes < 1:
        raise UsageError(f"--memory is {word!r}", way_out="give a size such as 2GB or 800MB")
    return n_bytes


def machine_bytes() -> int:
    """Return the memory of this machine, or of the container that it is [bytes]; a huge number where nobody tells."""
    found = [2**62]
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for file in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            word = Path(file).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            continue
        if word.isdigit():
            found.append(int(word))
    return min(n for n in found if n > 0)

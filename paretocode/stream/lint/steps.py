"""Do requests come by the clock's ticks, or at one beat, as no real traffic does?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paretocode._checks import IntColumn
from paretocode.stream.description.arrivals import has_common_clock
from paretocode.stream.lint.finding import ENOUGH, NOTE, WARNING, StreamFinding
from paretocode.stream.stream import RequestStream

__all__ = ["check_steps"]

NEARLY_ALL = 0.9
ON_TICK_SHARE = 0.99
ON_TICK = 0.01
"""Distance from a multiple of the tick, over the tick, that still counts as on it: published batches are a few
milliseconds off."""
TICKS_S = (3600, 900, 600, 300, 60, 30, 15, 10, 5, 3, 2, 1)
LEAST_BEAT_US = 100
"""Times are held in whole microseconds; a beat below a hundred of them cannot be told from their rounding."""


def check_steps(stream: RequestStream) -> Iterator[StreamFinding]:
    """Yield the first that holds of ``constant-times``, ``regular-times``; else ``regular-gaps``, ``coarse-times``."""
    times, sizes = np.unique(stream.time_us, return_counts=True)
    if len(stream) < ENOUGH:
        return
    if len(times) == 1:
        message = (
            f"every request is at {stream.time_s[0]:g} s, so that gaps and caches mean nothing; "
            "check which column of the log was read as time."
        )
        yield StreamFinding(code="constant-times", severity=WARNING, message=message)
        return
    steps = np.diff(times)
    is_shared = has_common_clock(stream)
    if is_shared and _beats(steps) and _beats(sizes, tolerance=0):
        what = f"{sizes[0]:,} at a time, " if sizes[0] > 1 else ""
        message = (
            f"requests come {what}{np.median(steps) / 1e6:g} s apart almost without exception, which no real log "
            "shows; ask where the log comes from."
        )
        yield StreamFinding(code="regular-times", severity=WARNING, message=message)
        return
    gaps = stream.gap_us[~stream.is_first]
    yield from _regular_gaps(gaps)
    yield from _coarse(steps if is_shared else gaps[gaps > 0])


def _beats(values: IntColumn, *, tolerance: float = 1e-6) -> bool:
    """Return whether nearly all values are the middle one."""
    if len(values) < ENOUGH - 1:
        return False
    middle = float(np.median(values))
    if tolerance and middle < LEAST_BEAT_US:
        return False
    return bool(np.mean(np.abs(values - middle) <= (middle * tolerance + 1 if tolerance else 0)) >= NEARLY_ALL)


def _regular_gaps(gaps: IntColumn) -> Iterator[StreamFinding]:
    if _beats(gaps):
        message = (
            f"requests of one session come {np.median(gaps) / 1e6:g} s apart in at least {NEARLY_ALL:.0%} of "
            f"{len(gaps):,} cases, which no real log shows; ask where the log comes from."
        )
        yield StreamFinding(code="regular-gaps", severity=WARNING, message=message)


def _coarse(steps: IntColumn) -> Iterator[StreamFinding]:
    tick_s = _tick_s(steps)
    if tick_s is None:
        return
    message = (
        f"times come in steps of {tick_s} s, so that burstiness and gaps below that are the clock's; "
        "export finer times or read nothing from them."
    )
    yield StreamFinding(code="coarse-times", severity=WARNING if tick_s > 1 else NOTE, message=message)


def _tick_s(steps: IntColumn) -> int | None:
    """Return the largest of `TICKS_S` of which nearly all steps are multiples, or None."""
    if len(steps) < ENOUGH:
        return None
    for tick_s in TICKS_S:
        ticks = steps / (tick_s * 1e6)
        if np.mean(np.abs(ticks - np.rint(ticks)) <= ON_TICK) >= ON_TICK_SHARE and np.median(ticks) >= 1 - ON_TICK:
            return tick_s
    return None

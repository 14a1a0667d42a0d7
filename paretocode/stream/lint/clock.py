"""Does the clock jump, or does each session have its own?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from paretocode.stream.description.arrivals import has_common_clock
from paretocode.stream.lint.finding import ENOUGH, NOTE, WARNING, StreamFinding
from paretocode.stream.stream import RequestStream

__all__ = ["check_clock"]

DAY_S = 86_400
JUMP_DAYS = 30
PAUSE_S = 3_600


def check_clock(stream: RequestStream) -> Iterator[StreamFinding]:
    """Yield ``own-clocks``, ``clock-jump`` and ``common-pause``."""
    if not has_common_clock(stream):
        longest_s = float(np.max(stream.gap_us)) / 1e6
        if longest_s == 0:
            return
        message = (
            f"all {stream.n_sessions:,} sessions start at {stream.time_s[0]:g} s, so that rates and burstiness are "
            "not known; read only gaps within sessions."
        )
        yield StreamFinding(code="own-clocks", severity=NOTE, message=message)
        if longest_s > JUMP_DAYS * DAY_S:
            yield _jump("a session", longest_s)
        return
    times = np.sort(stream.time_us)
    if len(times) < 2:
        return
    before = int(np.argmax(np.diff(times)))
    pause_s = float(times[before + 1] - times[before]) / 1e6
    if pause_s > JUMP_DAYS * DAY_S:
        yield _jump("the whole log", pause_s)
    elif pause_s >= PAUSE_S:
        yield from _common_pause(stream, int(times[before]), pause_s)


def _jump(what: str, pause_s: float) -> StreamFinding:
    message = (
        f"{what} pauses for {pause_s / DAY_S:,.0f} days, more than {JUMP_DAYS}: a clock that was set or two logs in "
        "one; split the log there."
    )
    return StreamFinding(code="clock-jump", severity=WARNING, message=message)


def _common_pause(stream: RequestStream, since_us: int, pause_s: float) -> Iterator[StreamFinding]:
    """A night without requests is no news; sessions that all go on after it are."""
    starts = stream.time_us[stream.is_first]
    ends = stream.time_us[np.append(np.flatnonzero(stream.is_first)[1:], len(stream)) - 1]
    n_open = int(np.sum((starts <= since_us) & (ends > since_us)))
    if n_open >= ENOUGH:
        message = (
            f"{n_open:,} open sessions all pause for the same {pause_s / 3600:,.1f} hours: a closed office, lost rows "
            "or a clock that was set; check the log around that time."
        )
        yield StreamFinding(code="common-pause", severity=NOTE, message=message)

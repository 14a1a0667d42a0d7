"""How fast and how unevenly do requests arrive?"""

from __future__ import annotations

import numpy as np

from paretocode._checks import IntColumn
from paretocode.stream.stream import RequestStream

__all__ = ["arrivals", "has_common_clock"]

WINDOWS_S = (1, 60)
PEAK_WINDOW_S = 60
_US = 1_000_000


def has_common_clock(stream: RequestStream) -> bool:
    """Return whether times of different sessions can be compared: false when several sessions all start at one time.

    A log of sessions that were recorded apart counts each from its own start; sorted together such times tell of an
    arrival rate that nobody saw.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> apart = request_stream(session=[1, 1, 2], time_s=[0, 9, 0], prompt_tokens=[1] * 3, completion_tokens=[1] * 3)
    >>> has_common_clock(apart), has_common_clock(apart.take_sessions(np.array([0])))
    (False, True)
    """
    starts = stream.time_us[stream.is_first]
    return len(starts) < 2 or bool((starts != starts[0]).any())


def arrivals(stream: RequestStream) -> dict[str, float | int]:
    """Return `span_s`, `requests_per_s`, `arrival_gap_cv`, `dispersion_1s`, `dispersion_60s`, `peak_to_mean_60s`.

    Notes
    -----
    The coefficient of variation of the times between arrivals is 1 for a Poisson process. The index of dispersion is
    variance over mean of the requests in each window, 1 again for a Poisson process; windows are laid from the first
    request on, and the last, incomplete one is left out. Fewer than two whole windows have no dispersion. Nothing is
    returned where sessions do not share a clock. O(n log n), whatever the span.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1, 2, 3, 4], time_s=[0, 0.5, 1.5, 3], prompt_tokens=[1] * 4,
    ...                         completion_tokens=[1] * 4)
    >>> record = arrivals(stream)
    >>> record["span_s"], round(record["requests_per_s"], 3), record["dispersion_1s"], "dispersion_60s" in record
    (3.0, 1.333, 0.6666666666666666, False)
    """
    if not has_common_clock(stream):
        return {}
    times = np.sort(stream.time_us)
    span_us = int(times[-1] - times[0])
    if span_us == 0:
        return {}
    gaps = np.diff(times)
    record: dict[str, float | int] = {"span_s": span_us / _US, "requests_per_s": len(times) * _US / span_us}
    if len(gaps) > 1:
        record["arrival_gap_cv"] = float(gaps.std() / gaps.mean())
    for window_s in WINDOWS_S:
        record.update(_windows(times - times[0], span_us, window_s))
    return record


def _windows(since_us: IntColumn, span_us: int, window_s: int) -> dict[str, float]:
    """Return dispersion, and peak over mean, of the counts in whole windows; empty windows are counted, not stored."""
    n_windows = span_us // (window_s * _US)
    if n_windows < 2:
        return {}
    window = since_us // (window_s * _US)
    counts = np.unique(window[window < n_windows], return_counts=True)[1]
    total, squares = int(counts.sum()), int((counts.astype(np.int64) ** 2).sum())
    record = {f"dispersion_{window_s}s": (n_windows * squares - total**2) / (n_windows * total)}
    if window_s == PEAK_WINDOW_S:
        record[f"peak_to_mean_{window_s}s"] = int(counts.max()) * n_windows / total
    return record

"""When does the next request of a session come? As logged, or once the answer is there and the caller has thought."""

from __future__ import annotations

import numpy as np

from paretocode._checks import IndexColumn, IntColumn
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream

__all__ = ["arrival_order", "think_us"]


def arrival_order(stream: RequestStream, *, is_closed: bool) -> IndexColumn:
    """Return the requests that come by themselves, by (time, request): all, or in a closed loop each session's first.

    Raises
    ------
    InputError
        More than 2^31 requests.
    """
    if len(stream) >= 2**31:
        raise InputError(
            f"the stream has {len(stream):,} requests, and events are replayed for fewer than 2^31",
            where=stream.name or "stream",
            way_out="split it by session",
        )
    if not is_closed:
        return np.argsort(stream.time_us, kind="stable").astype(np.int32)
    first = np.flatnonzero(stream.is_first)
    return first[np.argsort(stream.time_us[first], kind="stable")].astype(np.int32)


def think_us(stream: RequestStream) -> IntColumn:
    """Return the pause between the answer to the request before and this one [microseconds]; 0 for a session's first.

    Notes
    -----
    Start-to-start gap less the logged answer time of the request before, at least 0: a caller that sent before the
    answer was complete did not wait for it. Where that answer time is unknown, the middle one of the stream counts.

    Raises
    ------
    InputError
        A stream that logs no answer times: what the caller waited for is then unknown.
    """
    answer_s = None if stream.logged is None else stream.logged.answer_s
    if answer_s is None or bool(np.isnan(answer_s).all()):
        raise InputError(
            "a closed loop needs answer_s, and the stream logs none",
            where=stream.name or "stream",
            way_out="replay with open arrivals, or read a log with answer times",
        )
    answer_us = np.rint(np.where(np.isnan(answer_s), np.nanmedian(answer_s), answer_s) * 1e6).astype(np.int64)
    pause = np.zeros(len(stream), dtype=np.int64)
    pause[1:] = np.maximum(stream.gap_us[1:] - answer_us[:-1], 0)
    pause[stream.is_first] = 0
    return pause

"""What of the past holds in the future? The map is chosen before a cut in time and judged after it.

A session that begins before the cut and goes on after it belongs to the part of its first request, whole, or is
dropped: never to both. Dropping is the stricter rule, since then no request after the cut has chosen the map.
"""

from __future__ import annotations

import numpy as np

from paretocode._checks import FloatColumn, one_of
from paretocode.errors import InputError
from paretocode.evidence.holdout.split import Split, split_of
from paretocode.stream.stream import RequestStream

__all__ = ["STRADDLING", "cut_for_share", "split_by_time"]

STRADDLING = ("first_request", "drop")
"""What becomes of a session that straddles the cut: it goes with its first request, or is left out."""


def split_by_time(
    stream: RequestStream, *, cut_s: float, straddling: str = "first_request", embargo_s: float = 0.0
) -> Split:
    """Split at a moment: sessions that begin before it choose, sessions that begin at or after it judge.

    Parameters
    ----------
    cut_s
        Seconds since the stream's origin; a session that begins exactly then belongs to the holdout.
    straddling
        ``first_request``: a session that begins before the cut belongs to the training part whole, with its requests
        after the cut; ``drop``: it belongs to neither.
    embargo_s
        Sessions that begin less than this after the cut belong to neither part [s], >= 0.

    Raises
    ------
    InputError
        One session only, a cut that leaves a part empty, or a stream whose sessions all begin at one moment: such a
        log does not say when its sessions met.

    Examples
    --------
    >>> from paretocode.evidence.holdout.example import small_stream
    >>> stream = small_stream()  # sessions from 0 to 60 s, at 50 s, from 100 to 160 s
    >>> [split_by_time(stream, cut_s=55, straddling=rule).train_index.tolist() for rule in STRADDLING]
    [[0, 1], [1]]
    """
    one_of(straddling, STRADDLING, name="straddling", where="split by time")
    if not (np.isfinite(cut_s) and 0 <= embargo_s < np.inf):
        raise InputError(
            f"cut_s is {cut_s} and embargo_s is {embargo_s}",
            where="split by time",
            way_out="give seconds, and an embargo of 0 or more",
        )
    first_s, last_s = _ends(stream)
    is_train = first_s < cut_s
    if straddling == "drop":
        is_train &= last_s < cut_s
    told = {"cut_s": float(cut_s), "straddling": straddling, "embargo_s": float(embargo_s)}
    return split_of(
        stream,
        kind="time",
        parameters=told,
        train=np.flatnonzero(is_train),
        test=np.flatnonzero(first_s >= cut_s + embargo_s),
    )


def cut_for_share(stream: RequestStream, *, test_share: float) -> float:
    """Return the latest moment [s] after which at least that share of sessions begins.

    Raises
    ------
    InputError
        A share outside 0..1, or sessions that all begin at one moment.

    Examples
    --------
    >>> from paretocode.evidence.holdout.example import small_stream
    >>> cut_for_share(small_stream(), test_share=0.3)
    100.0
    """
    if not 0 < test_share < 1:
        raise InputError(f"test_share is {test_share}", where="split", way_out="give a share above 0 and below 1")
    first_s = np.sort(_ends(stream)[0])
    return float(first_s[len(first_s) - int(np.ceil(test_share * len(first_s)))])


def _ends(stream: RequestStream) -> tuple[FloatColumn, FloatColumn]:
    """Return when each session begins and ends."""
    starts = np.flatnonzero(stream.is_first)
    first_s, last_s = stream.time_s[starts], stream.time_s[np.append(starts[1:], len(stream)) - 1]
    if stream.n_sessions > 1 and first_s.min() == first_s.max():
        raise InputError(
            f"all {stream.n_sessions:,} sessions begin at {first_s[0]:g} s, so there is no past and no future",
            where=stream.name or "stream",
            way_out="give a log with one clock, or split by session",
        )
    return first_s, last_s

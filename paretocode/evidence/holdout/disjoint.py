"""Does the holdout share sessions with the part that chose the map? Then it is none."""

from __future__ import annotations

import hashlib

import numpy as np

from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream

__all__ = ["check_disjoint", "session_digests"]

_COLUMNS = ("time_us", "prompt_tokens", "completion_tokens", "prefix_tokens")


def check_disjoint(train_stream: RequestStream, test_stream: RequestStream) -> None:
    """Refuse a holdout that shares sessions with the training part. O(n).

    Sessions are the same when their names are, where both streams name all of them; else when their rows are: times,
    prompt, completion and prefix tokens. Min scores play no part, for a demand may have been drawn twice on one log.

    Raises
    ------
    InputError
        How many sessions of the holdout are shared, and the first of them.

    Notes
    -----
    Without names, sessions that only look alike (one request, the same tokens, the same moment) count as the same.

    Examples
    --------
    >>> from paretocode.evidence.holdout.example import small_stream
    >>> stream = small_stream()
    >>> check_disjoint(stream.take_sessions(np.array([0, 2])), stream.take_sessions(np.array([1, 2])))
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: small: 1 of 2 sessions of the holdout also chose the map, the first is 'c'; split by
    session, so that none stands in both parts.
    """
    by_name = all(stream.session_ids and all(stream.session_ids) for stream in (train_stream, test_stream))
    keys = [stream.session_ids if by_name else session_digests(stream) for stream in (train_stream, test_stream)]
    known = set(keys[0])
    shared = [at for at, key in enumerate(keys[1]) if key in known]
    if shared:
        name = test_stream.session_ids[shared[0]] if test_stream.session_ids else ""
        first = repr(name) if name else f"number {shared[0]}, by its rows"
        raise InputError(
            f"{len(shared):,} of {test_stream.n_sessions:,} sessions of the holdout also chose the map, the first is "
            f"{first}",
            where=test_stream.name or "holdout",
            way_out="split by session, so that none stands in both parts",
        )


def session_digests(stream: RequestStream) -> tuple[str, ...]:
    """Return a digest of each session's rows, whatever it asked for: equal rows, equal digests. O(n).

    Examples
    --------
    >>> from paretocode.evidence.holdout.example import small_stream
    >>> len(set(session_digests(small_stream())))
    3
    """
    rows = np.column_stack([getattr(stream, name) for name in _COLUMNS]).astype("<i8")
    starts = np.flatnonzero(stream.is_first).tolist()
    stops = [*starts[1:], len(stream)]
    return tuple(
        hashlib.blake2b(rows[a:b].tobytes(), digest_size=16).hexdigest() for a, b in zip(starts, stops, strict=True)
    )

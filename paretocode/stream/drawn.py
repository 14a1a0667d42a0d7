"""What would another draw of sessions have looked like as a stream? Sessions drawn with repetition, each on its own."""

from __future__ import annotations

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode.errors import InputError
from paretocode.stream.stream import RequestStream

__all__ = ["drawn_sessions"]


def drawn_sessions(stream: RequestStream, sessions: IntColumn) -> RequestStream:
    """Return a stream of the given sessions, one for each time a session is named. O(rows).

    Parameters
    ----------
    sessions
        Shape (n,): positions of sessions, in any order, repeated at will. A session that is named twice becomes two
        sessions that do not know of each other.

    Raises
    ------
    InputError
        No session, or one that the stream does not have.

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=["a", "b", "b"], time_s=[0, 0, 1], prompt_tokens=[1, 2, 3],
    ...                         completion_tokens=[1] * 3)
    >>> drawn = drawn_sessions(stream, np.array([1, 1, 0]))
    >>> drawn.session.tolist(), drawn.prompt_tokens.tolist(), drawn.session_ids
    ([0, 0, 1, 1, 2], [2, 3, 2, 3, 1], ('b', 'b', 'a'))
    """
    if not len(sessions) or sessions.min() < 0 or sessions.max() >= stream.n_sessions:
        raise InputError(
            f"sessions {sessions.min()} to {sessions.max()} are drawn" if len(sessions) else "no session is drawn",
            where=stream.name or "stream",
            way_out=f"draw positions from 0 to {stream.n_sessions - 1}",
        )
    start = np.append(np.flatnonzero(stream.is_first), len(stream))
    length = (start[1:] - start[:-1])[sessions]
    number = np.repeat(np.arange(len(sessions)), length)
    ahead = np.repeat(start[sessions] - np.concatenate(([0], np.cumsum(length)[:-1])), length)
    rows = ahead + np.arange(len(number))
    columns = ("time_s", "min_score_ppm", "is_omitted", "prompt_tokens", "completion_tokens", "prefix_tokens")
    return stream.replace(
        session=read_only(number),
        **{name: read_only(getattr(stream, name)[rows]) for name in columns},
        session_ids=tuple(stream.session_ids[i] for i in sessions.tolist()) if stream.session_ids else (),
        logged=None if stream.logged is None else stream.logged.take(rows),
    )

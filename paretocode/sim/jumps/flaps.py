"""How often does a session go back to what it just left? Jumps that were not worth making."""

from __future__ import annotations

import numpy as np

from paretocode._checks import IndexColumn, IntColumn
from paretocode.stream.stream import RequestStream

__all__ = ["count_flaps"]


def count_flaps(stream: RequestStream, values: IndexColumn, at: IntColumn, *, turns: int) -> int:
    """Count the jumps whose session returns to what it left within some further turns.

    Parameters
    ----------
    values
        Shape (n,): the tier or the model that served each request.
    at
        The rows of jumps: row i has another value than row i - 1 of the same session, and both are served.
    turns
        A jump at row i flaps when one of the rows i + 1 .. i + turns of its session has the value of row i - 1.
        Unserved requests are turns too.

    Notes
    -----
    Each jump counts at most once, and in A B A B the first two do: A was left and taken up again, and so was B.
    O(turns x jumps).

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> stream = request_stream(session=[1] * 5, time_s=range(5), prompt_tokens=[1] * 5, completion_tokens=[1] * 5)
    >>> model, jumps = np.array([7, 8, 9, 7, 7], dtype=np.int32), np.array([1, 2, 3])
    >>> count_flaps(stream, model, jumps, turns=1), count_flaps(stream, model, jumps, turns=2)
    (0, 1)
    """
    left = values[at - 1]
    returns = np.zeros(len(at), dtype=np.bool_)
    last = len(stream) - 1
    for turn in range(1, min(turns, last) + 1):
        later = np.minimum(at + turn, last)
        # Beyond the end the last row stands in; it is within reach too, or the jump's own, which never matches.
        returns |= (stream.session[later] == stream.session[at]) & (values[later] == left)
    return int(np.count_nonzero(returns))

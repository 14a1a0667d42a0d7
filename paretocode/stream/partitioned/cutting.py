"""Where does one part end and the next begin? Between sessions, so that parts hold about as many requests each."""

from __future__ import annotations

import numpy as np

from paretocode._checks import IntColumn
from paretocode.errors import UsageError

__all__ = ["DEFAULT_REQUESTS_PER_PART", "first_sessions_of", "n_parts_of"]

DEFAULT_REQUESTS_PER_PART = 2_500_000
"""About 140 MB of columns while a part is worked on."""


def n_parts_of(n_requests: int, *, n_parts: int | None, requests_per_part: int | None) -> int:
    """Return in how many parts a stream is cut: as many as asked for, or so that each has about so many requests.

    Raises
    ------
    UsageError
        Both, or a number below 1.
    """
    if n_parts is not None and requests_per_part is not None:
        raise UsageError("parts and requests per part are both given", way_out="give one of them")
    for name, value in (("n_parts", n_parts), ("requests_per_part", requests_per_part)):
        if value is not None and value < 1:
            raise UsageError(f"{name} is {value}", way_out="give 1 or more")
    if n_parts is not None:
        return n_parts
    return -(-n_requests // (requests_per_part or DEFAULT_REQUESTS_PER_PART))


def first_sessions_of(requests_by_session: IntColumn, n_parts: int) -> IntColumn:
    """Return the first session of each part; fewer parts than asked for where there are fewer sessions. O(n_sessions).

    Parameters
    ----------
    requests_by_session
        Shape (n_sessions,), each 1 or more.
    n_parts
        At least 1.

    Examples
    --------
    >>> first_sessions_of(np.array([4, 1, 1, 2, 4]), 3).tolist()
    [0, 1, 4]
    >>> first_sessions_of(np.array([9, 1]), 3).tolist()
    [0, 1]
    """
    before = np.concatenate(([0], np.cumsum(requests_by_session)[:-1]))
    total = int(requests_by_session.sum())
    wanted = [total * number // n_parts for number in range(n_parts)]
    return np.unique(np.minimum(np.searchsorted(before, wanted, side="left"), len(before) - 1))

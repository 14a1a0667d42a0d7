"""What does a log ask for, counted? Its min scores and its pairs of them: all that demand, edges and noise look at.

The counts of parts that are split by session add up, so a log of any size has them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode._counting import counted, summed
from paretocode.stream.demand.law import DemandTable
from paretocode.stream.stream import PPM, RequestStream

__all__ = ["OMITTED", "AskedCounts", "asked_counts"]

OMITTED = -1
"""Min score of a request that states none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class AskedCounts:
    """The min scores of a stream and of its pairs, counted; two add up. Make one with `asked_counts`.

    Parameters
    ----------
    value, n
        Distinct min scores, increasing [ppm], `OMITTED` for none, and how many requests ask for each.
    first, second, n_pairs
        Distinct pairs of consecutive min scores of a session, in order, and how often each occurs.
    """

    value: IntColumn
    n: IntColumn
    first: IntColumn
    second: IntColumn
    n_pairs: IntColumn

    @property
    def n_requests(self) -> int:
        """All requests, those that omit their min score included."""
        return int(self.n.sum())

    @property
    def demand_table(self) -> DemandTable:
        """The distinct min scores and the share of requests on each."""
        stated, n = self.value != OMITTED, max(self.n_requests, 1)
        n_omitted = int(self.n[~stated].sum())
        return DemandTable(read_only(self.value[stated]), read_only(self.n[stated] / n), n_omitted / n)

    def __add__(self, other: AskedCounts) -> AskedCounts:
        """Return the counts of both parts, split by session; exact, associative and commutative."""
        both = [np.concatenate((getattr(self, f.name), getattr(other, f.name))) for f in fields(AskedCounts)]
        (value,), (n,) = summed([both[0]], [both[1]])
        (first, second), (n_pairs,) = summed(both[2:4], [both[4]])
        return AskedCounts(value=value, n=n, first=first, second=second, n_pairs=n_pairs)


def asked_counts(stream: RequestStream) -> AskedCounts:
    """Count the min scores of a stream and of its pairs. O(n log n).

    Examples
    --------
    >>> from paretocode.stream.stream import request_stream
    >>> counts = asked_counts(request_stream(session=[1, 1, 2], time_s=[0, 1, 0], prompt_tokens=[9] * 3,
    ...                                      completion_tokens=[1] * 3, min_score=[0.65, float("nan"), 0.65]))
    >>> counts.value.tolist(), counts.n.tolist()
    ([-1, 650000], [1, 2])
    >>> counts.first.tolist(), counts.second.tolist(), counts.n_pairs.tolist()
    ([650000], [-1], [1])
    """
    asked = np.where(stream.is_omitted, OMITTED, stream.min_score_ppm)
    found, n, _ = counted(asked - OMITTED, [], size=PPM - OMITTED + 1)
    first, second, n_pairs = _distinct_pairs(stream, asked)
    return AskedCounts(value=found + OMITTED, n=n, first=first, second=second, n_pairs=n_pairs)


def _distinct_pairs(stream: RequestStream, asked: IntColumn) -> tuple[IntColumn, IntColumn, IntColumn]:
    """Return the distinct pairs of consecutive min scores of a session, and how often each occurs."""
    width = PPM + 2
    code = (asked[:-1] - OMITTED) * width + (asked[1:] - OMITTED)
    pair, count = np.unique(code[~stream.is_first[1:]], return_counts=True)
    return pair // width + OMITTED, pair % width + OMITTED, count

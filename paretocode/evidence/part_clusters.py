"""Which clusters does a part of a stream hold, and how are they numbered when all parts are together?

Sessions never straddle parts, but days and blocks of sessions do: so each part goes by the cluster's own label, and the
labels are numbered, as in memory, by the session that bears them first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, Self, TypeVar

import numpy as np

from paretocode._checks import IntColumn
from paretocode._counting import numbered
from paretocode.errors import InputError
from paretocode.evidence.clusters import BLOCKS, day_of_session
from paretocode.stream.stream import RequestStream

__all__ = ["PART_CLUSTERS", "PartClusters", "Together", "merged_pieces", "part_clusters", "together"]

PART_CLUSTERS = ("session", "day", "block")
"""What can be resampled where a stream lies in parts: they carry no names of sessions, so no roots."""


class PartClusters(NamedTuple):
    """The clusters of one part.

    Parameters
    ----------
    label
        Shape (n,): what names each, increasing.
    first
        Shape (n,): the number of its first session, over the whole stream.
    of_session
        Shape (n_sessions of the part,): the position of each session's cluster.
    """

    label: IntColumn
    first: IntColumn
    of_session: IntColumn


def part_clusters(stream: RequestStream, *, kind: str, first_session: int) -> PartClusters:
    """Return the clusters of a part; O(n).

    Parameters
    ----------
    kind
        One of `PART_CLUSTERS`.
    first_session
        Number of the part's first session in the whole stream.
    """
    number = first_session + np.arange(stream.n_sessions)
    label = day_of_session(stream) if kind == "day" else number if kind == "session" else number % BLOCKS
    lowest = int(label.min())
    found, of_session = numbered(label - lowest, size=int(label.max()) - lowest + 1)
    first = np.full(len(found), first_session + stream.n_sessions, dtype=np.int64)
    np.minimum.at(first, of_session, number)
    return PartClusters(label=found + lowest, first=first, of_session=of_session)


class Together(NamedTuple):
    """The clusters of all parts: how many, and the number of each part's own; shape of the parts' labels, joined."""

    n: int
    number: IntColumn


def together(labels: Sequence[IntColumn], firsts: Sequence[IntColumn], *, kind: str) -> Together:
    """Number the clusters of parts by the session that bears their label first. O(n log n).

    Raises
    ------
    InputError
        One cluster only.

    Examples
    --------
    >>> together([np.array([7, 9]), np.array([3, 7])], [np.array([0, 1]), np.array([2, 5])], kind="day").number.tolist()
    [0, 1, 2, 0]
    """
    label, first = np.concatenate(labels), np.concatenate(firsts)
    order = np.lexsort((first, label))
    opens = np.diff(label[order], prepend=label.min() - 1) != 0
    n = int(np.count_nonzero(opens))
    if n < 2:
        raise InputError(
            f"there is one {kind} only",
            where="evidence",
            way_out=f"give at least two: nothing is known of how one {kind} differs from the next",
        )
    rank = np.empty(n, dtype=np.int64)
    rank[np.argsort(first[order][opens], kind="stable")] = np.arange(n)
    number = np.empty(len(label), dtype=np.int64)
    number[order] = rank[np.cumsum(opens) - 1]
    return Together(n, number)


class _Piece(Protocol):
    """What one part, or some, hold of their clusters."""

    @property
    def label(self) -> IntColumn:
        """What names each cluster."""

    def plus(self, other: Self) -> Self:
        """Return what both hold, whose clusters are the same."""


P = TypeVar("P", bound=_Piece)


def merged_pieces(mine: tuple[P, ...], others: tuple[P, ...]) -> tuple[P, ...]:
    """Return the pieces of both, those with the same clusters as the first as one: more parts take no more memory."""
    first, *rest = mine
    for piece in others:
        if np.array_equal(first.label, piece.label):
            first = first.plus(piece)
        else:
            rest.append(piece)
    return (first, *rest)

"""What does each session of a part add under a map? Sums by cluster that are put together when all parts are there.

Sessions never straddle parts, but days and blocks of sessions do: so each part sums by the cluster's own label, and the
labels are numbered, as in memory, by the session that bears them first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn
from paretocode._counting import numbered
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence.clusters import BLOCKS, day_of_session
from paretocode.evidence.map_sums import MapSums, request_columns
from paretocode.evidence.measures import map_measure
from paretocode.sim.replaying import Replay
from paretocode.stream.stream import RequestStream

__all__ = ["PART_CLUSTERS", "PartSums", "part_sums"]

_INT64_MAX = float(2**63)

PART_CLUSTERS = ("session", "day", "block")
"""What can be resampled where a stream lies in parts: they carry no names of sessions, so no roots."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PartSums:
    """One map's sums by cluster, of one or more parts; two add up.

    Parameters
    ----------
    pieces
        For each part: its clusters' labels, the first session of each over the whole stream, and column -> sums; all of
        shape (n_clusters of the part,).
    """

    pieces: tuple[tuple[IntColumn, IntColumn, dict[str, IntColumn]], ...]

    def __add__(self, other: PartSums) -> PartSums:
        """Return the sums of both; commutative once they are joined."""
        return PartSums(pieces=self.pieces + other.pieces)

    def joined(self, name: str, *, kind: str) -> MapSums:
        """Return the sums of all parts, clusters numbered as in memory. O(n log n).

        Raises
        ------
        InputError
            One cluster only.
        """
        label = np.concatenate([piece[0] for piece in self.pieces])
        first = np.concatenate([piece[1] for piece in self.pieces])
        order = np.lexsort((first, label))
        opens = np.flatnonzero(np.diff(label[order], prepend=label.min() - 1))
        if len(opens) < 2:
            raise InputError(
                f"there is one {kind} only",
                where="evidence",
                way_out=f"give at least two: nothing is known of how one {kind} differs from the next",
            )
        place = np.argsort(first[order][opens], kind="stable")
        columns = {}
        for column in self.pieces[0][2]:
            values = np.concatenate([piece[2][column] for piece in self.pieces])
            if float(np.abs(values.astype(np.float64)).sum()) >= _INT64_MAX:
                raise InputError("sums by cluster leave 64 bits", where="evidence", way_out="take a part of the stream")
            columns[column] = np.add.reduceat(values[order], opens)[place]
        return MapSums(name=name, n_clusters=len(opens), cluster_kind=kind, columns=columns, windows={})


def part_sums(run: Replay, *, scale: ScoreScale, measures: Iterable[str], kind: str, first_session: int) -> PartSums:
    """Sum the replay of a part by cluster. O(n).

    Parameters
    ----------
    scale, measures
        As for `map_sums`; quantiles of times, which no sum gives, are left out.
    kind
        One of `PART_CLUSTERS`.
    first_session
        Number of the part's first session in the whole stream.
    """
    stream = run.stream
    label = _labels(stream, kind, first_session)
    lowest = int(label.min())
    found, of_session = numbered(label - lowest, size=int(label.max()) - lowest + 1)
    first = np.full(len(found), stream.n_sessions, dtype=np.int64)
    np.minimum.at(first, of_session, np.arange(stream.n_sessions))
    starts = np.flatnonzero(stream.is_first)
    ratios = [name for name in measures if map_measure(name).per_mille is None]
    columns = {}
    for name, values in request_columns(run, scale=scale, measures=ratios):
        columns[name] = np.zeros(len(found), dtype=np.int64)
        np.add.at(columns[name], of_session, np.add.reduceat(values, starts))
    return PartSums(pieces=((found + lowest, first + first_session, columns),))


def _labels(stream: RequestStream, kind: str, first_session: int) -> IntColumn:
    """Return the label of each session's cluster."""
    if kind == "day":
        return day_of_session(stream)
    number = first_session + np.arange(stream.n_sessions)
    return number if kind == "session" else number % BLOCKS

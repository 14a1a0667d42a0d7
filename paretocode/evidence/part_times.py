"""How does a quantile of times become an estimate where the requests lie in parts? The times around it, collected.

A quantile cannot be added, and its window depends on where it lies. So parts are asked twice: a histogram of all times,
which does add up, says between which bounds the window is; then each part gives its times between these bounds. Cut out
of them, the window is the one that `quantile_window` cuts out of all times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import IntColumn, read_only
from paretocode.errors import InputError
from paretocode.evidence.part_clusters import merged_pieces, part_clusters, together
from paretocode.evidence.quantiles import QuantileWindow, half_of_window
from paretocode.sim.histogram import LatencyHistogram, bucket_bounds_us
from paretocode.sim.latency import UNTIMED
from paretocode.sim.replaying import Replay

__all__ = ["Bounds", "PartTimes", "TimesPiece", "TimesRows", "bounds_of", "part_times"]


class Bounds(NamedTuple):
    """Between which times a window is looked for, both included [microseconds]."""

    low_us: int
    high_us: int


def bounds_of(times: LatencyHistogram, per_mille: int, *, spare: float) -> Bounds:
    """Return bounds around a quantile. O(buckets).

    Parameters
    ----------
    times
        Of the whole stream, not empty.
    spare
        How many standard errors of the rank, as of independent requests, lie within on either side.
    """
    reached = np.cumsum(times.requests)
    n = int(reached[-1])
    rank = -(-n * per_mille // 1000)
    half = 64 + spare * float(np.sqrt(n * per_mille / 1000 * (1 - per_mille / 1000)))
    first, last = np.searchsorted(reached, [max(1.0, rank - half), min(float(n), rank + half)])
    return Bounds(bucket_bounds_us(int(times.bucket[first]))[0], bucket_bounds_us(int(times.bucket[last]))[1])


class TimesRows(NamedTuple):
    """The times of one part between the bounds, in order of its rows, and the position of each one's cluster.

    `part` is the number of the part's first session: rows stand in the order of the parts.
    """

    part: int
    time_us: IntColumn
    at: NDArray[np.int32]


class TimesPiece(NamedTuple):
    """Clusters (see `PartClusters`): their known times, those below the bounds, the sum of all; and the rows."""

    label: IntColumn
    first: IntColumn
    n_timed: IntColumn
    n_below: IntColumn
    sum_us: IntColumn
    rows: tuple[TimesRows, ...]

    def plus(self, other: TimesPiece) -> TimesPiece:
        """Return what both hold, whose clusters are the same."""
        return TimesPiece(
            self.label,
            np.minimum(self.first, other.first),
            self.n_timed + other.n_timed,
            self.n_below + other.n_below,
            self.sum_us + other.sum_us,
            self.rows + other.rows,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class PartTimes:
    """One map's times between bounds, of one or more parts; two add up."""

    pieces: tuple[TimesPiece, ...]

    def __add__(self, other: PartTimes) -> PartTimes:
        """Return the times of both; commutative once a window is cut. Pieces with the same clusters become one."""
        return PartTimes(pieces=merged_pieces(self.pieces, other.pieces))

    def window(self, per_mille: int, *, kind: str) -> QuantileWindow | None:
        """Return the window of a quantile; None where the bounds cut into it. O(w log w) for the w collected times.

        Raises
        ------
        InputError
            One cluster only, or no known time.
        """
        n_clusters, number = together([p.label for p in self.pieces], [p.first for p in self.pieces], kind=kind)
        n_timed, n_below, sum_us = (np.zeros(n_clusters, dtype=np.int64) for _ in range(3))
        for total, name in ((n_timed, "n_timed"), (n_below, "n_below"), (sum_us, "sum_us")):
            np.add.at(total, number, np.concatenate([getattr(piece, name) for piece in self.pieces]))
        time_us, of_row = self._rows(number)
        n, before = int(n_timed.sum()), int(n_below.sum())
        if not n:
            raise InputError("no request has a known time", where="evidence", way_out="leave the latency measures out")
        rank = -(-n * per_mille // 1000)
        n_up_to = n_below + np.bincount(
            of_row[: int(np.searchsorted(time_us, time_us[rank - 1 - before], side="right"))], minlength=n_clusters
        )
        half = half_of_window(n_up_to, n_timed)
        start, stop = max(0, rank - 1 - half) - before, min(n, rank + half) - before
        if start < 0 or stop > len(time_us):
            return None
        return QuantileWindow(
            per_mille=per_mille,
            n_timed=read_only(n_timed),
            n_below=read_only(n_below + np.bincount(of_row[:start], minlength=n_clusters)),
            sum_us=read_only(sum_us),
            time_us=read_only(time_us[start:stop]),
            cluster=read_only(of_row[start:stop]),
            place=min(half, rank - 1),
        )

    def _rows(self, number: IntColumn) -> tuple[IntColumn, IntColumn]:
        """Return all collected times, rising, equal ones in the order of the stream, and the number of each cluster."""
        starts = np.cumsum([0, *(len(piece.label) for piece in self.pieces)])
        found = [
            (rows, number[start : start + len(piece.label)])
            for piece, start in zip(self.pieces, starts.tolist(), strict=False)
            for rows in piece.rows
        ]
        found.sort(key=lambda pair: pair[0].part)
        time_us = np.concatenate([rows.time_us for rows, _ in found])
        of_row = np.concatenate([own[rows.at] for rows, own in found])
        order = np.argsort(time_us, kind="stable")
        return time_us[order], of_row[order]


def part_times(run: Replay, bounds: Bounds, *, kind: str, first_session: int) -> PartTimes:
    """Collect a part's times between bounds, and count those below. O(n).

    Parameters
    ----------
    run
        Replayed with luck.
    kind, first_session
        As for `part_clusters`.
    """
    latency_us, stream = run.latency_us, run.stream
    if latency_us is None:
        raise InputError(
            f"map {run.tier_map.name!r} was replayed without luck", where="evidence", way_out="give its parts luck"
        )
    clusters = part_clusters(stream, kind=kind, first_session=first_session)
    at = clusters.of_session[stream.session]
    is_known = latency_us != UNTIMED
    near = np.flatnonzero(is_known & (latency_us >= bounds.low_us) & (latency_us <= bounds.high_us))

    def by_cluster(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> IntColumn:
        total = np.zeros(len(clusters.label), dtype=np.int64)
        np.add.at(total, at, values)
        return total

    piece = TimesPiece(
        label=clusters.label,
        first=clusters.first,
        n_timed=by_cluster(is_known.astype(np.int64)),
        n_below=by_cluster((is_known & (latency_us < bounds.low_us)).astype(np.int64)),
        sum_us=by_cluster(np.where(is_known, latency_us, 0)),
        rows=(TimesRows(first_session, latency_us[near], at[near].astype(np.int32)),),
    )
    return PartTimes(pieces=(piece,))

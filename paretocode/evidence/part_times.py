"""How does a quantile of times become an estimate where the requests lie in parts? The times around it, collected.

A quantile cannot be added, and its window depends on where it lies. So parts are asked twice: a histogram of all times,
which does add up, says between which bounds the window is; then each part gives its times between these bounds. Cut out
of them, the window is the one that `quantile_window` cuts out of all times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode.errors import InputError
from paretocode.evidence.part_clusters import part_clusters, together
from paretocode.evidence.quantiles import QuantileWindow, half_of_window
from paretocode.sim.histogram import LatencyHistogram, bucket_bounds_us
from paretocode.sim.latency import UNTIMED
from paretocode.sim.replaying import Replay

__all__ = ["Bounds", "PartTimes", "TimesPiece", "bounds_of", "part_times"]


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


class TimesPiece(NamedTuple):
    """One part's clusters with what quantiles need of them, and its times between the bounds, in order of rows."""

    label: IntColumn
    first: IntColumn
    n_timed: IntColumn
    n_below: IntColumn
    sum_us: IntColumn
    time_us: IntColumn
    at: IntColumn


@dataclass(frozen=True, kw_only=True, eq=False)
class PartTimes:
    """One map's times between bounds, of one or more parts; two add up."""

    pieces: tuple[TimesPiece, ...]

    def __add__(self, other: PartTimes) -> PartTimes:
        """Return the times of both; commutative once a window is cut."""
        return PartTimes(pieces=self.pieces + other.pieces)

    def window(self, per_mille: int, *, kind: str) -> QuantileWindow | None:
        """Return the window of a quantile; None where the bounds cut into it. O(w log w) for the w collected times.

        Raises
        ------
        InputError
            One cluster only, or no known time.
        """
        pieces = sorted(self.pieces, key=lambda piece: int(piece.first.min()))
        n_clusters, number = together([p.label for p in pieces], [p.first for p in pieces], kind=kind)
        ends = np.cumsum([len(piece.label) for piece in pieces])
        of_row = np.concatenate([number[end - len(p.label) : end][p.at] for p, end in zip(pieces, ends, strict=True)])
        n_timed, n_below, sum_us = (np.zeros(n_clusters, dtype=np.int64) for _ in range(3))
        for total, name in ((n_timed, "n_timed"), (n_below, "n_below"), (sum_us, "sum_us")):
            np.add.at(total, number, np.concatenate([getattr(piece, name) for piece in pieces]))
        time_us = np.concatenate([piece.time_us for piece in pieces])
        order = np.argsort(time_us, kind="stable")
        time_us, of_row = time_us[order], of_row[order]
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
        time_us=latency_us[near],
        at=at[near],
    )
    return PartTimes(pieces=(piece,))

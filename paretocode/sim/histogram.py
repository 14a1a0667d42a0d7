"""How long did requests take, in a form that adds up? Counts of latencies in buckets of a stated relative width.

Quantiles of parts cannot be merged to the quantile of the whole; counts can. The buckets are fixed beforehand, so that
a stream gives the same counts however it is split. The layout is log-linear, as in HdrHistogram: each doubling of time
is cut into `PER_OCTAVE` buckets of equal width.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paretocode._checks import IntColumn, read_only
from paretocode.sim.latency import UNTIMED

__all__ = ["PER_OCTAVE", "LatencyHistogram", "bucket_bounds_us", "bucket_of", "latency_histogram"]

_BITS = 9
PER_OCTAVE = 2**_BITS
"""Buckets in each doubling of (time + this many microseconds): the ends of a bucket differ by at most 1/512."""

_MANTISSA_BITS, _EXPONENT_BIAS = 52, 1023


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LatencyHistogram:
    """How many requests fall into each bucket of time; empty buckets are left out.

    Parameters
    ----------
    bucket
        Shape (n_used,), strictly increasing; see `bucket_bounds_us`.
    requests
        Shape (n_used,): counts, each at least 1.

    Examples
    --------
    >>> morning, evening = latency_histogram(np.array([300, UNTIMED])), latency_histogram(np.array([2_000_000, 300]))
    >>> (morning + evening).n_requests, (morning + evening).quantile_us(500), (morning + evening).quantile_us(990)
    (3, 300, 1999360)
    """

    bucket: IntColumn
    requests: IntColumn

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LatencyHistogram):
            return NotImplemented
        return np.array_equal(self.bucket, other.bucket) and np.array_equal(self.requests, other.requests)

    __hash__ = None  # type: ignore[assignment]  # it holds columns

    def __add__(self, other: LatencyHistogram) -> LatencyHistogram:
        """Return the counts of both. O(buckets); associative and commutative."""
        dense = np.zeros(1 + int(max(self.bucket.max(initial=0), other.bucket.max(initial=0))), dtype=np.int64)
        dense[self.bucket] = self.requests
        dense[other.bucket] += other.requests
        return _sparse(dense)

    @property
    def n_requests(self) -> int:
        """How many requests have a known time."""
        return int(self.requests.sum())

    def quantile_us(self, per_mille: int) -> int | None:
        """Return a quantile of the known times [microseconds]; None when there is none.

        Parameters
        ----------
        per_mille
            Which one, 1 .. 1000: 950 is p95.

        Notes
        -----
        The true quantile is an order statistic, the r-th smallest of n with r = ceil(n x per_mille / 1000); no two
        values are mixed (numpy calls it "inverted_cdf"). The answer lies in the bucket that holds it, where the j-th
        of c values is put at (2 j - 1) / (2 c) of the width, rounded down. Both lie in one bucket, so it differs from
        the true one by at most 1/512 of it, and is exact below 512 microseconds.
        """
        counted = np.cumsum(self.requests)
        if len(counted) == 0:
            return None
        rank = -(-int(counted[-1]) * per_mille // 1000)
        at = int(np.searchsorted(counted, rank, side="left"))
        within = int(self.requests[at])
        j = rank - (int(counted[at]) - within)
        low, high = bucket_bounds_us(int(self.bucket[at]))
        return low + (2 * j - 1) * (high - low + 1) // (2 * within)

    def to_dict(self) -> dict[str, list[int]]:
        """Return plain columns for JSON: bounds of each used bucket [microseconds], both inclusive, and its count."""
        bounds = [bucket_bounds_us(bucket) for bucket in self.bucket.tolist()]
        return {
            "low_us": [low for low, _ in bounds],
            "high_us": [high for _, high in bounds],
            "requests": self.requests.tolist(),
        }


def latency_histogram(latency_us: IntColumn) -> LatencyHistogram:
    """Count latencies by bucket. O(n).

    Parameters
    ----------
    latency_us
        Shape (n,) [microseconds], >= 0 and below 2^62, or `UNTIMED`, which never enters.
    """
    return _sparse(np.bincount(bucket_of(latency_us[latency_us != UNTIMED])))


def _sparse(dense: IntColumn) -> LatencyHistogram:
    bucket = np.flatnonzero(dense)
    return LatencyHistogram(bucket=read_only(bucket), requests=read_only(dense[bucket]))


def bucket_of(time_us: IntColumn) -> IntColumn:
    """Return the bucket of each time. O(n), exact.

    Parameters
    ----------
    time_us
        Shape (n,) [microseconds], >= 0 and below 2^62.

    Notes
    -----
    The bucket of time t is read off the bits of t + 512 as a floating-point number: the exponent and the first nine
    bits of the mantissa, counted from those of 512.

    Examples
    --------
    >>> bucket_of(np.array([0, 1, 511, 512, 513, 514, 1535, 1536])).tolist()
    [0, 1, 511, 512, 512, 513, 1023, 1024]
    """
    shifted = time_us + PER_OCTAVE
    huge = shifted >= 2 ** (_MANTISSA_BITS + 1)
    if huge.any():
        # A float would round such a number, perhaps up into the next bucket; without its last ten bits it is exact.
        shifted[huge] &= -1024
    bits: IntColumn = shifted.astype(np.float64).view(np.int64)
    bits >>= _MANTISSA_BITS - _BITS
    bits -= (_EXPONENT_BIAS + _BITS) << _BITS
    return bits


def bucket_bounds_us(bucket: int) -> tuple[int, int]:
    """Return the least and the greatest time of a bucket [microseconds], both inclusive.

    Examples
    --------
    >>> bucket_bounds_us(0), bucket_bounds_us(1023), bucket_bounds_us(1024)
    ((0, 0), (1534, 1535), (1536, 1539))
    """
    octave, place = divmod(bucket, PER_OCTAVE)
    low = ((PER_OCTAVE + place) << octave) - PER_OCTAVE
    return low, low + (1 << octave) - 1

"""How sure is a quantile of times? What sorting every resample would give, at the price of one more column.

A quantile does not add up over sessions. But a resample moves it only a little: to know it, one needs how many
requests of each session lie below a window around it, and the times inside the window. A resample that leaves the
window counts as undefined rather than being cut off at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn, read_only
from paretocode.errors import InputError
from paretocode.evidence.clusters import Clusters, summed
from paretocode.sim.latency import UNTIMED

__all__ = ["QuantileWindow", "half_of_window", "quantile_influence_us", "quantile_window", "resampled_quantiles_us"]

_WIDTH = 6.0
"""Half width of a window in standard errors of the distribution function."""

_STEP = 2.0
"""Half width of the difference quotient of the density, in the same unit."""

_LEAST = 64
_STRETCH = 128


@dataclass(frozen=True, kw_only=True, eq=False)
class QuantileWindow:
    """The times around a quantile.

    Parameters
    ----------
    per_mille
        Which quantile, 1 .. 999: 950 is p95, the r-th smallest of n known times with r = ceil(0.95 n).
    n_timed, n_below, sum_us
        Shape (n_clusters,): known times, those that stand before the window in order of time, and their sum
        [microseconds], by which one sees whether two maps differ in a cluster.
    time_us, cluster
        Shape (n_window,): the times of the window, rising [microseconds], and whose they are.
    place
        Where the quantile stands in the window.
    """

    per_mille: int
    n_timed: IntColumn
    n_below: IntColumn
    sum_us: IntColumn
    time_us: IntColumn
    cluster: IntColumn
    place: int

    @property
    def point_us(self) -> int:
        """The quantile [microseconds]."""
        return int(self.time_us[self.place])

    @cached_property
    def n_up_to(self) -> IntColumn:
        """Shape (n_clusters,): known times up to the quantile, all of the window that equal it included."""
        last = int(np.searchsorted(self.time_us, self.point_us, side="right"))
        return self.n_below + np.bincount(self.cluster[:last], minlength=len(self.n_below))

    @cached_property
    def us_per_time(self) -> float:
        """By how much the quantile rises for each known time that moves above it [microseconds]: 1 / (n f)."""
        gap = self.n_up_to - self.n_timed * (self.n_up_to.sum() / self.n_timed.sum())
        step = max(1, round(_STEP * float(np.sqrt(gap @ gap))))
        last = len(self.time_us) - 1
        while True:
            low, high = max(0, self.place - step), min(last, self.place + step)
            width_us = int(self.time_us[high] - self.time_us[low])
            if width_us or (low == 0 and high == last):
                return width_us / max(1, high - low)
            step *= 2


def quantile_window(latency_us: IntColumn, clusters: Clusters, *, per_mille: int) -> QuantileWindow:
    """Cut the window of a quantile out of known times. O(n), and O(w log w) for the w times of the window.

    Parameters
    ----------
    latency_us
        Shape (n_rows,) [microseconds], `UNTIMED` where unknown.
    per_mille
        1 .. 999.

    Raises
    ------
    InputError
        No known time.

    Examples
    --------
    >>> clusters = Clusters(of_row=np.array([0, 0, 1, 1]), n=2, kind="session")
    >>> quantile_window(np.array([5, UNTIMED, 9, 7]), clusters, per_mille=500).point_us
    7
    """
    is_known = latency_us != UNTIMED
    n = int(np.count_nonzero(is_known))
    if not n:
        raise InputError("no request has a known time", where="evidence", way_out="leave the latency measures out")
    known = latency_us if n == len(latency_us) else latency_us[is_known]
    rank = -(-n * per_mille // 1000)
    is_up_to = is_known & (latency_us <= np.partition(known, rank - 1)[rank - 1])
    n_timed, n_up_to = summed(is_known, clusters), summed(is_up_to, clusters)
    half = half_of_window(n_up_to, n_timed)
    start, stop = max(0, rank - 1 - half), min(n, rank + half)
    lowest, highest = np.partition(known, [start, stop - 1])[[start, stop - 1]]
    near = np.flatnonzero(is_known & (latency_us >= lowest) & (latency_us <= highest))
    near = near[np.argsort(latency_us[near], kind="stable")]
    is_below = is_known & (latency_us < lowest)
    start -= int(np.count_nonzero(is_below))  # from here on places among the near ones: equals at the ends stay out
    is_below[near[:start]] = True
    near = near[start : start + min(n, rank + half) - max(0, rank - 1 - half)]
    return QuantileWindow(
        per_mille=per_mille,
        n_timed=n_timed,
        n_below=summed(is_below, clusters),
        sum_us=summed(np.where(is_known, latency_us, 0), clusters),
        time_us=read_only(latency_us[near]),
        cluster=read_only(clusters.of_row[near]),
        place=min(half, rank - 1),
    )


def half_of_window(n_up_to: IntColumn, n_timed: IntColumn) -> int:
    """Return how many times a window holds on either side of its quantile, from the columns of those names by cluster.

    Both of shape (n_clusters,), two clusters or more.
    """
    n_clusters = len(n_timed)
    gap = n_up_to - n_timed * (n_up_to.sum() / n_timed.sum())
    return max(_LEAST, int(np.ceil(_WIDTH * np.sqrt(float(gap @ gap) * n_clusters / (n_clusters - 1)))))


def quantile_influence_us(window: QuantileWindow) -> FloatColumn:
    """Return what each cluster contributes to quantile minus truth, shape (n_clusters,) [microseconds].

    Notes
    -----
    u_c = -(times of c up to q - F(q) x times of c) / (n f(q)) (Bahadur 1966), the density f as the difference quotient
    of the sorted times two standard errors either side (Woodruff 1952); where times stand on one value so far around,
    further out. All times equal: 0. A quantile that is the last of the known times has no time above it to tell how
    far it may move: NaN.
    """
    if window.n_up_to.sum() == window.n_timed.sum() and window.us_per_time > 0:
        return np.full(len(window.n_timed), np.nan)
    gap: FloatColumn = window.n_up_to - window.n_timed * (window.n_up_to.sum() / window.n_timed.sum())
    return -gap * window.us_per_time


def resampled_quantiles_us(
    window: QuantileWindow, n_timed: FloatColumn, n_below: FloatColumn, counts_by_cluster: NDArray[np.integer[Any]]
) -> FloatColumn:
    """Return the quantile of each resample [microseconds], shape (r,); NaN where it lies outside the window.

    Parameters
    ----------
    n_timed, n_below
        Shape (r,): totals of the window's columns of the same names under each resample.
    counts_by_cluster
        Shape (n_clusters, r), contiguous: how often each cluster is drawn; the fewer bytes the faster.

    Notes
    -----
    Equal to sorting the resampled times and taking the r-th of n, r = ceil(n x per mille / 1000): the stretch with it
    is found by sums over stretches, then the place in the stretch. O(r x n_window).
    """
    missing = (np.ceil(n_timed * window.per_mille / 1000) - n_below).astype(np.int64)
    drawn = counts_by_cluster.take(window.cluster, axis=0)  # three times as fast as by indexing
    starts = np.arange(0, len(drawn), _STRETCH)
    reached = np.cumsum(_by_stretch(drawn), axis=0, dtype=np.int64)
    stretch = (reached < missing).sum(axis=0)
    is_inside = (stretch < len(starts)) & (missing > 0)
    stretch = np.minimum(stretch, len(starts) - 1)
    before = np.where(stretch > 0, np.take_along_axis(reached, np.maximum(stretch - 1, 0)[None, :], axis=0)[0], 0)
    rows = np.minimum(starts[stretch] + np.arange(_STRETCH)[:, None], len(drawn) - 1)
    within = np.cumsum(np.take_along_axis(drawn, rows, axis=0), axis=0, dtype=np.int64)
    place = rows[0] + (before + within < missing).sum(axis=0)
    return np.where(is_inside, window.time_us[np.minimum(place, len(drawn) - 1)].astype(np.float64), np.nan)


def _by_stretch(drawn: NDArray[np.integer[Any]]) -> NDArray[Any]:
    """Sum rows in stretches, the last as long as it is; in 16 bits where they hold every sum, which is much faster."""
    kind = np.int16 if drawn.max(initial=0) < (1 << 15) // _STRETCH else np.int64
    n_full = len(drawn) // _STRETCH
    full: NDArray[Any] = drawn[: n_full * _STRETCH].reshape(n_full, _STRETCH, drawn.shape[1]).sum(axis=1, dtype=kind)
    if n_full * _STRETCH == len(drawn):
        return full
    return np.concatenate([full, drawn[n_full * _STRETCH :].sum(axis=0, dtype=kind)[None]])

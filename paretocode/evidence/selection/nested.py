"""What is the chosen map worth, when another sample would have chosen another one? The choice is made again and again.

Choosing the best of a sample makes it look better than it is: the optimism. A resample shows it, since there the
choice is repeated and its map can be judged on the whole sample. A second resampling inside each resample shows how
well the first one does at that, and sets both the centre and the width of the interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

import numpy as np

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.resampling import FloatMatrix
from paretocode.evidence.selection.pool import MapPool

__all__ = ["ChosenMap", "nested_bootstrap"]

_LEAST_OUTER, _LEAST_INNER = 100, 30
_BLOCK_NUMBERS = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenMap:
    """The map that a rule chose from a pool, with what choosing did.

    Parameters
    ----------
    name
        The map.
    n_candidates
        Size of the pool.
    estimate
        Its objective minus the incumbent's, as the sample says.
    optimism
        How much better a chosen map looks than it is, on average: negative where it flatters, since less is better.
    corrected
        The estimate without it.
    low, high
        Of its true difference, around a centre of its own (see `nested_bootstrap`); None where nothing bounds it.
    naive_low, naive_high
        What its own standard error would say, the choice forgotten.
    level
        Nominal coverage.
    chosen_share
        How often a resample chooses the same map.
    n_chosen
        How many different maps are chosen.
    """

    name: str
    n_candidates: int
    estimate: float
    optimism: float
    corrected: float
    low: float | None
    high: float | None
    naive_low: float
    naive_high: float
    level: float
    chosen_share: float
    n_chosen: int


def nested_bootstrap(
    pool: MapPool,
    *,
    n_outer: int = 400,
    n_inner: int = 60,
    level: float = 0.95,
    seed: int = 7,
    progress: Callable[[int, int], None] | None = None,
) -> ChosenMap:
    """Repeat the choice in resamples, and in resamples of those.

    Parameters
    ----------
    n_outer, n_inner
        At least 100 and 30.
    progress
        Called with the outer resamples done and all.

    Raises
    ------
    InputError
        Too few resamples, or a level that is none.

    Notes
    -----
    In a resample let t = (value there - value in the sample) / standard error there, of the map chosen there (Efron
    1983 on optimism, studentised). Taking the median of t, in standard errors, off the estimate gives a centre.
    The same is done inside each resample, and the distribution of (inner centre - value in the sample) / standard error
    gives what is still wrong with centres, and how wide the interval must be (prepivoting: Beran 1987). One level alone
    leaves about a third of the optimism where maps tie. The optimism that is stated is that of the plain differences,
    twice its mean over the resamples less its mean over theirs (Hall and Martin 1988). O(n_outer x n_inner x n_clusters
    x maps).
    """
    if n_outer < _LEAST_OUTER or n_inner < _LEAST_INNER:
        raise InputError(
            f"{n_outer} resamples of {n_inner} resamples are too few",
            where="evidence",
            way_out=f"ask for at least {_LEAST_OUTER} and {_LEAST_INNER}",
        )
    if not 0.5 <= level < 1:
        raise InputError(f"the level is {level}", where="evidence", way_out="give a share such as 0.95")
    n = pool.n_clusters
    whole = pool.under(np.ones((1, n)))
    point, chosen = whole.difference[0], int(whole.chosen[0])
    errors = _Errors(pool.influence)
    error = float(errors.under(np.ones((1, n)), np.array([chosen]))[0])
    outer, inner = np.random.default_rng(seed).spawn(2)
    gaps, deeper, away, pivots = (np.empty(n_outer) for _ in range(4))
    taken = np.empty(n_outer, dtype=np.int64)
    for at in range(n_outer):
        counts = np.bincount(outer.integers(0, n, size=n), minlength=n).astype(np.float64)[None, :]
        drawn = pool.under(counts)
        taken[at] = own = int(drawn.chosen[0])
        own_error = float(errors.under(counts, drawn.chosen)[0])
        gaps[at] = drawn.difference[0, own] - point[own]
        away[at] = _studentised(gaps[at], own_error)
        again = np.repeat(np.arange(n), counts[0].astype(np.int64))
        below = _below(pool, errors, inner.integers(0, n, size=(n_inner, n)), again, drawn.difference[0])
        deeper[at] = below.mean_gap
        centre = drawn.difference[0, own] - below.median_away * own_error
        pivots[at] = _studentised(centre - point[own], own_error)
        if progress is not None:
            progress(at + 1, n_outer)
    shift, half = _centre_and_half(away, pivots, level)
    value = float(point[chosen])
    plain = _student(level, n) * error
    centre, optimism = value - shift * error, (2 * float(gaps.mean()) - float(deeper.mean())) * (error > 0)
    is_bounded = isfinite(half) and isfinite(shift)
    return ChosenMap(
        name=pool.maps[chosen].name,
        n_candidates=len(pool.maps),
        estimate=value,
        optimism=optimism,
        corrected=value - optimism,
        low=centre - half * error if is_bounded else None,
        high=centre + half * error if is_bounded else None,
        naive_low=value - plain,
        naive_high=value + plain,
        level=level,
        chosen_share=float(np.mean(taken == chosen)),
        n_chosen=len(np.unique(taken)),
    )


def _centre_and_half(away: FloatColumn, pivots: FloatColumn, level: float) -> tuple[float, float]:
    """Return by how many standard errors the centre lies off the estimate, and the half width in standard errors."""
    middle = float(np.median(pivots))
    ordered = np.sort(np.abs(pivots - middle))
    rank = min(len(ordered), int(np.ceil((len(ordered) + 1) * level)))
    return float(np.median(away)) + middle, float(ordered[rank - 1])


def _student(level: float, n_clusters: int) -> float:
    from scipy.stats import t

    return float(t.ppf((1 + level) / 2, n_clusters - 1))


class _Errors:
    """Standard errors of chosen maps under resamples, from each cluster's contribution in the whole."""

    def __init__(self, influence: FloatMatrix) -> None:
        self.influence, self.squares = influence, influence**2

    def under(self, counts: FloatMatrix, chosen: IntColumn) -> FloatColumn:
        """Return shape (r,): the standard error of the map chosen in each resample."""
        n = counts.shape[1]
        sums = np.einsum("rc,cr->r", counts, self.influence[:, chosen])
        squares = np.einsum("rc,cr->r", counts, self.squares[:, chosen])
        found: FloatColumn = np.sqrt(np.maximum(0.0, squares - sums**2 / n) * n / (n - 1))
        return found


class _Below(NamedTuple):
    """How far off the chosen map lies in resamples of a resample: mean, and median in standard errors."""

    mean_gap: float
    median_away: float


def _below(pool: MapPool, errors: _Errors, places: IntColumn, members: IntColumn, point: FloatColumn) -> _Below:
    """Choose in resamples of a resample.

    Parameters
    ----------
    places
        Shape (n_inner, n_clusters): which draws of the outer resample each inner one draws.
    members
        Shape (n_clusters,): the clusters of the outer resample.
    point
        Shape (M,): the objective in the outer resample.
    """
    n = len(members)
    gaps, away = np.empty(len(places)), np.empty(len(places))
    step = max(1, _BLOCK_NUMBERS // n)
    for start in range(0, len(places), step):
        drawn = members[places[start : start + step]]
        r = len(drawn)
        drawn += (np.arange(r) * n)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=r * n).reshape(r, n).astype(np.float64)
        values = pool.under(counts)
        rows = slice(start, start + r)
        gaps[rows] = values.difference[np.arange(r), values.chosen] - point[values.chosen]
        own = errors.under(counts, values.chosen)
        away[rows] = np.divide(gaps[rows], own, out=np.zeros(r), where=own > 0)
    return _Below(float(gaps.mean()), float(np.median(away)))


def _studentised(gap: float, error: float) -> float:
    if error > 0:
        return gap / error
    return 0.0 if gap == 0 else float(np.copysign(np.inf, gap))

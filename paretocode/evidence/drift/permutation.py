"""Would this difference have come about by dealing the sessions out at random? A permutation of whole sessions.

A test that takes requests for independent finds drift everywhere: requests of one session ask for the same. Here
sessions, not requests, are dealt out anew.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paretocode._checks import FloatColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.drift.quantities import Quantity
from paretocode.progress import task

__all__ = ["PermutationTest", "permutation_test", "psi_of_counts"]

_BLOCK_NUMBERS = 1 << 22
_LEAST_PERMUTATIONS = 99
_NOISE = 1e-12
"""Below this share of its parts a variance is the rounding of one that is 0."""

FloatMatrix = NDArray[np.float64]


class PermutationTest(NamedTuple):
    """What a permutation of sessions says.

    Parameters
    ----------
    statistic
        Largest difference of a share over its clustered standard error; infinite where there is no spread.
    p_value
        (1 + permutations at least as large) / (1 + permutations), in (0, 1].
    psi
        Population stability index over the classes.
    psi_by_chance
        95 % quantile of the same index when sessions are dealt out at random: what no drift looks like here.
    """

    statistic: float
    p_value: float
    psi: float
    psi_by_chance: float


def permutation_test(
    quantity: Quantity, *, n_permutations: int = 999, rng: np.random.Generator | int
) -> PermutationTest:
    """Test whether both streams have the same shares of classes, sessions being what is drawn.

    Parameters
    ----------
    n_permutations
        At least 99; the smallest p-value is 1 / (1 + n_permutations).

    Notes
    -----
    The statistic is the largest over the columns of |difference of shares| / sqrt(sum of squared clustered standard
    errors), where columns are the classes, or for numbers the shares below each cut (a studentised Kolmogorov-Smirnov
    distance on a grid). Where sessions of both streams come from one law the test is exact, whatever correlates within
    a session (Lehmann and Romano 2005, section 15.2); where only the shares agree and, say, the lengths of sessions do
    not, studentising keeps its level in large samples (Janssen 1997; Chung and Romano 2013). The observed deal counts
    among the permutations (Phipson and Smyth 2010). O(n_permutations x n_sessions x n_classes).

    Raises
    ------
    InputError
        Fewer than 99 permutations.

    Examples
    --------
    Four sessions of ten requests ask for a, four for b: not 40 requests differ but four sessions.

    >>> from paretocode.evidence.drift.quantities import Quantity
    >>> a, b = np.array([[10, 0]] * 4), np.array([[0, 10]] * 4)
    >>> quantity = Quantity(name="x", factor="min scores", labels=("a", "b"), is_ordered=False, tuned=a, today=b)
    >>> 0.01 < permutation_test(quantity, rng=1).p_value < 0.06
    True
    """
    if n_permutations < _LEAST_PERMUTATIONS:
        raise InputError(
            f"{n_permutations} permutations are asked for",
            where="drift",
            way_out=f"ask for {_LEAST_PERMUTATIONS} or more",
        )
    counts = np.concatenate((quantity.tuned, quantity.today)).astype(np.float64)
    sums = _SessionSums(counts, is_ordered=quantity.is_ordered)
    n_tuned = len(quantity.tuned)
    mask = np.zeros((1, len(counts)))
    mask[:, :n_tuned] = 1.0
    observed, psi = (float(values[0]) for values in sums.statistics(mask))
    generator = np.random.default_rng(rng)
    step = max(1, _BLOCK_NUMBERS // len(counts))
    found = []
    with task("deal sessions", total=n_permutations, unit="deal") as work:
        for start in range(0, n_permutations, step):
            rows = min(step, n_permutations - start)
            found.append(sums.statistics(generator.permuted(np.repeat(mask, rows, axis=0), axis=1)))
            work.advance(rows)
    statistic, by_chance = (np.concatenate(parts) for parts in zip(*found, strict=True))
    n_as_large = int(np.count_nonzero(statistic >= observed * (1 - 1e-9)))
    return PermutationTest(
        statistic=observed,
        p_value=(1 + n_as_large) / (1 + n_permutations),
        psi=psi,
        psi_by_chance=float(np.quantile(by_chance, 0.95)),
    )


def psi_of_counts(tuned: FloatMatrix | IntColumn, today: FloatMatrix | IntColumn) -> FloatColumn:
    """Return the population stability index: sum over classes of (p - q) ln(p / q); counts of 0 are taken as a half.

    Parameters
    ----------
    tuned, today
        Shape (r, K): counts.

    Examples
    --------
    >>> psi_of_counts(np.array([[50, 50]]), np.array([[40, 60]])).round(4).tolist()
    [0.0405]
    """
    p, q = (np.maximum(side, 0.5) for side in (tuned, today))
    p, q = p / p.sum(axis=1, keepdims=True), q / q.sum(axis=1, keepdims=True)
    index: FloatColumn = ((p - q) * np.log(p / q)).sum(axis=1)
    return index


class _SessionSums:
    """Sums over sessions from which shares and their clustered errors follow for any way of dealing them out."""

    def __init__(self, counts: FloatMatrix, *, is_ordered: bool) -> None:
        size = counts.sum(axis=1, keepdims=True)
        columns = np.cumsum(counts, axis=1)[:, :-1] if is_ordered else counts
        self.k = columns.shape[1]
        self.n_sessions = len(counts)
        # One product of matrices gives all that is needed; the last block is for the stability index.
        self.parts = np.hstack((columns, columns**2, columns * size, size, size**2, counts))
        self.whole = self.parts.sum(axis=0)

    def statistics(self, mask: FloatMatrix) -> tuple[FloatColumn, FloatColumn]:
        """Return the largest studentised difference and the stability index for each row of a mask of sessions."""
        one = mask @ self.parts
        other = self.whole - one
        n_one = mask[0].sum()
        shares, variances = zip(self._share(one, n_one), self._share(other, self.n_sessions - n_one), strict=True)
        away = np.abs(shares[0] - shares[1])
        error = np.sqrt(variances[0] + variances[1])
        tiny = away <= _NOISE
        ratio = np.divide(away, error, out=np.full_like(away, np.inf), where=error > 0)
        return np.where(tiny, 0.0, ratio).max(axis=1), psi_of_counts(
            one[:, 3 * self.k + 2 :], other[:, 3 * self.k + 2 :]
        )

    def _share(self, sums: FloatMatrix, n_sessions: float) -> tuple[FloatMatrix, FloatMatrix]:
        k = self.k
        y, yy, ym = sums[:, :k], sums[:, k : 2 * k], sums[:, 2 * k : 3 * k]
        m, mm = sums[:, 3 * k, None], sums[:, 3 * k + 1, None]
        size = np.maximum(m, 1.0)
        share = y / size
        squares = yy - 2 * share * ym + share**2 * mm
        squares = np.where(squares > _NOISE * (yy + share**2 * mm), squares, 0.0)
        return share, squares / size**2 * n_sessions / max(n_sessions - 1, 1)

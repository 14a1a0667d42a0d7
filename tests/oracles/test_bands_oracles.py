"""Are natural bands optimal? Against enumeration of all cuts, a plain dynamic programme and two other libraries.

Optima are compared by their loss; which of several tied bandings is found is our own rule and is tested elsewhere.
"""

from __future__ import annotations

import itertools

import ckwrap
import kmeans1d
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.bands import natural_bands
from paretocode.errors import InputError


def loss_of(values: np.ndarray, weights: np.ndarray, edges: tuple[float, ...]) -> float:
    band = np.searchsorted(edges, values, side="right")
    total = 0.0
    for b in set(band.tolist()):
        inside = band == b
        mean = np.average(values[inside], weights=weights[inside])
        total += float(np.sum(weights[inside] * (values[inside] - mean) ** 2))
    return total


def least_loss(values: np.ndarray, weights: np.ndarray, n_bands: int, min_members: int, min_gap: float) -> float:
    """The definition: try every set of gaps; infinite where none is allowed."""
    distinct = np.unique(values)
    best = np.inf
    for edges in itertools.combinations((distinct[1:] + distinct[:-1]) / 2, n_bands - 1):
        counts = np.bincount(np.searchsorted(edges, values, side="right"), minlength=n_bands)
        if counts.min() >= min_members and all(b - a >= min_gap for a, b in itertools.pairwise(edges)):
            best = min(best, loss_of(values, weights, edges))
    return best


def natural_bands_slow(values: np.ndarray, weights: np.ndarray, n_bands: int) -> float:
    """The O(k n^2) programme over rows, ties and all, with two-pass losses and no prefix sums."""
    order = np.argsort(values, kind="stable")
    x, w = values[order], weights[order]
    n = len(x)
    cost = np.full((n + 1, n + 1), np.inf)
    for i, j in itertools.combinations(range(n + 1), 2):
        mean = np.average(x[i:j], weights=w[i:j])
        cost[i, j] = np.sum(w[i:j] * (x[i:j] - mean) ** 2)
    best = cost[0].copy()
    for _ in range(n_bands - 1):
        best = np.array([min((best[i] + cost[i, j] for i in range(j)), default=np.inf) for j in range(n + 1)])
    return float(best[n])


small_worlds = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 4)), min_size=1, max_size=9)


@given(small_worlds, st.integers(1, 5), st.integers(1, 3), st.sampled_from([0.0, 0.5, 1.0, 1.5, 3.0]))
def test_no_allowed_cut_is_better(rows: list[tuple[int, int]], n_bands: int, min_members: int, min_gap: float) -> None:
    values, weights = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    expected = least_loss(values, weights, n_bands, min_members, min_gap)
    if np.isinf(expected):
        with pytest.raises(InputError):
            natural_bands(values, n_bands, weights=weights, min_members=min_members, min_gap=min_gap)
        return
    bands = natural_bands(values, n_bands, weights=weights, min_members=min_members, min_gap=min_gap)
    assert bands.loss == pytest.approx(expected, abs=1e-9)
    assert loss_of(values, weights, bands.edges) == pytest.approx(expected, abs=1e-9)
    assert min(bands.counts) >= min_members
    assert all(b - a >= min_gap for a, b in itertools.pairwise(bands.edges))


@pytest.mark.parametrize("seed", range(6))
def test_the_plain_programme_agrees(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.normal(1e6 * (seed % 2), 1, 60), seed % 3)
    weights = rng.integers(1, 5, 60).astype(float)
    for n_bands in range(1, 7):
        expected = natural_bands_slow(values, weights, n_bands)
        # Rows may part equal values, which never lowers the loss; a band may not be empty on either side.
        if n_bands <= len(np.unique(values)):
            assert natural_bands(values, n_bands, weights=weights).loss == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("n_bands", [2, 3, 5, 8])
@pytest.mark.parametrize("seed", range(4))
def test_other_libraries_find_no_better_bands(seed: int, n_bands: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.concatenate((rng.normal(0, 1, 300), rng.normal(4, 2, 200), np.round(rng.normal(9, 1, 200), 1)))
    bands = natural_bands(values, n_bands)
    for label in (kmeans1d.cluster(values, n_bands).clusters, ckwrap.ckmeans(values, n_bands).labels):
        theirs = [values[np.asarray(label) == b] for b in range(n_bands)]
        assert bands.loss == pytest.approx(sum(float(np.sum((x - x.mean()) ** 2)) for x in theirs), rel=1e-9)

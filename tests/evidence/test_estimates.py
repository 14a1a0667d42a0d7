"""Are estimates, their clustered standard errors and their resamples what slow loops and the textbook say?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.evidence import Resampling, estimates_from, ratio_estimates

COST, REQUESTS = [4, 2, 6, 0], [2, 1, 3, 2]


def test_a_ratio_by_hand() -> None:
    # 12 / 8 = 1.5; influences (4 - 3, 2 - 1.5, 6 - 4.5, 0 - 3) / 8 = (1, 0.5, 1.5, -3) / 8.
    found = ratio_estimates(
        np.array(COST), np.array(REQUESTS), names=["cost"], resampling=Resampling(n_clusters=4, n_replicates=100)
    )
    assert found.point.tolist() == [1.5]
    assert found.standard_error[0] == pytest.approx(math.sqrt(4 / 3 * (1 + 0.25 + 2.25 + 9) / 64))
    assert found.acceleration[0] == pytest.approx((1 + 0.125 + 3.375 - 27) / (6 * 12.5**1.5))
    assert (len(found), found.n_clusters, found.names) == (1, 4, ("cost",))


def test_the_clustered_error_is_the_one_of_a_slow_loop_over_rows() -> None:
    """Liang and Zeger's sandwich for a mean of rows, with n / (n - 1): residuals summed by cluster, squared, summed."""
    rng = np.random.default_rng(3)
    cluster = np.sort(rng.integers(0, 12, 90))
    rows = rng.integers(0, 9, 90) + 5 * (cluster % 2)
    mean = float(rows.mean())
    meat = 0.0
    for c in range(12):
        residual = 0.0
        for row, owner in zip(rows.tolist(), cluster.tolist(), strict=True):
            if owner == c:
                residual += row - mean
        meat += residual**2
    by_cluster = np.bincount(cluster, weights=rows, minlength=12).astype(np.int64)
    found = ratio_estimates(
        by_cluster, np.bincount(cluster, minlength=12), names=["x"], resampling=Resampling(n_clusters=12)
    )
    assert found.standard_error[0] == pytest.approx(math.sqrt(12 / 11 * meat) / 90, rel=1e-12)


def test_every_resample_by_a_slow_loop() -> None:
    rng = np.random.default_rng(4)
    cost, requests = rng.integers(0, 9, (9, 2)), rng.integers(1, 4, 9)
    other = (rng.integers(0, 9, (9, 2)), rng.integers(1, 4, (9, 2)))
    resampling = Resampling(n_clusters=9, n_replicates=100)
    found = ratio_estimates(cost, requests, names=["a", "b"], resampling=resampling, minus=other)
    (counts,) = [counts.copy() for _, counts in resampling.blocks()]
    for r in range(100):
        drawn = np.repeat(np.arange(9), counts[r].astype(int))
        for k in range(2):
            first = cost[drawn, k].sum() / requests[drawn].sum()
            second = other[0][drawn, k].sum() / other[1][drawn, k].sum()
            assert found.replicates[r, k] == pytest.approx(first - second, rel=1e-13, abs=1e-15)
    whole = cost.sum(axis=0) / requests.sum() - other[0].sum(axis=0) / other[1].sum(axis=0)
    assert found.point == pytest.approx(whole)


@pytest.mark.parametrize("has_totals", [False, True])
def test_the_error_that_a_resample_states_by_a_slow_loop(has_totals: bool) -> None:
    rng = np.random.default_rng(5)
    influence = rng.integers(-5, 6, (15, 3)) / 7.0
    influence -= influence.mean(axis=0)
    resampling = Resampling(n_clusters=15, n_replicates=100)
    (counts,) = [counts.copy() for _, counts in resampling.blocks()]
    found = estimates_from(
        names=["a", "b", "c"],
        point=np.ones(3),
        influence=influence,
        replicates=np.ones((100, 3)),
        resampling=resampling,
        influence_totals=counts @ influence if has_totals else None,
    )
    for r in range(100):
        drawn = np.repeat(influence, counts[r].astype(int), axis=0)
        for k in range(3):
            assert found.replicate_errors[r, k] == pytest.approx(drawn[:, k].std(ddof=1) * math.sqrt(15), rel=1e-5)


def test_a_resample_that_misses_the_only_cluster_that_speaks_states_no_error() -> None:
    jumps = np.zeros(40, dtype=np.int64)
    jumps[3] = 5
    resampling = Resampling(n_clusters=40)
    found = ratio_estimates(jumps, np.full(40, 7), names=["rate"], resampling=resampling)
    misses = np.concatenate([counts[:, 3] == 0 for _, counts in resampling.blocks()])
    np.testing.assert_array_equal(found.replicate_errors[:, 0] == 0, misses)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.7, 1e-9, 3.0])
def test_constant_values_have_no_spread_whatever_the_rounding(value: float) -> None:
    found = ratio_estimates(np.full(40, value), np.ones(40), names=["x"], resampling=Resampling(n_clusters=40))
    assert found.point[0] == pytest.approx(value, rel=1e-15)
    assert (found.standard_error[0], found.acceleration[0]) == (0, 0)


def test_a_resample_that_divides_by_nothing_is_undefined() -> None:
    found = ratio_estimates(
        np.array([1, 1, 0]), np.array([0, 0, 2]), names=["x"], resampling=Resampling(n_clusters=3, n_replicates=100)
    )
    missing = np.concatenate([c[:, 2] == 0 for _, c in Resampling(n_clusters=3, n_replicates=100).blocks()])
    np.testing.assert_array_equal(np.isnan(found.replicates[:, 0]), missing)
    assert 0 < missing.sum() < 100


def test_taking_some_keeps_their_columns() -> None:
    rng = np.random.default_rng(6)
    found = ratio_estimates(
        rng.random((8, 3)), np.ones(8), names=["a", "b", "c"], resampling=Resampling(n_clusters=8, n_replicates=100)
    )
    taken = found.take([2, 0])
    assert taken.names == ("c", "a")
    for name in ("point", "standard_error", "acceleration"):
        np.testing.assert_array_equal(getattr(taken, name), getattr(found, name)[[2, 0]])
    for name in ("replicates", "replicate_errors"):
        np.testing.assert_array_equal(getattr(taken, name), getattr(found, name)[:, [2, 0]])


@pytest.mark.parametrize(
    ("numerator", "denominator", "sentence"),
    [
        ([1, 2, 3], [1, 1], "the numerator has shape (3,); give (2, 1), a row for each cluster"),
        ([1, 2], [[1, 1], [1, 1]], "the denominator has shape (2, 2)"),
        ([1.0, math.nan], [1, 1], "the numerator of cluster 1 is not finite; drop or fill it"),
        ([1.0, 2.0], [math.inf, 1], "the denominator of cluster 0 is not finite"),
        ([1, 2], [0, 0], "cost is divided by nothing; leave it out: no row of the data speaks about it"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(numerator: list[float], denominator: list[float], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        ratio_estimates(np.array(numerator), np.array(denominator), names=["cost"], resampling=Resampling(n_clusters=2))
    assert sentence in str(caught.value)

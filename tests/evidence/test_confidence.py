"""Do intervals agree with other libraries, with slow loops, and with what the awkward cases demand?"""

from __future__ import annotations

import math
from dataclasses import replace
from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from paretocode.errors import InputError
from paretocode.evidence import (
    Estimates,
    Resampling,
    bca_intervals,
    critical_values,
    intervals,
    percentile_intervals,
    ratio_estimates,
    simultaneous_intervals,
    student_intervals,
)

METHODS = (intervals, simultaneous_intervals, student_intervals, bca_intervals, percentile_intervals)


def mean_of(values: np.ndarray, *, n_replicates: int = 1000, seed: int = 5) -> Estimates:
    k = 1 if values.ndim == 1 else values.shape[1]
    return ratio_estimates(
        values,
        np.ones(len(values), dtype=np.int64),
        names=[f"q{at}" for at in range(k)],
        resampling=Resampling(n_clusters=len(values), n_replicates=n_replicates, seed=seed),
    )


def of(**columns: list[float] | list[list[float]]) -> Estimates:
    """Return estimates from the parts that a test names; n_clusters 10."""
    point = np.array(columns["point"], dtype=float)
    return Estimates(
        names=tuple(f"q{at}" for at in range(len(point))),
        point=point,
        standard_error=np.array(columns["standard_error"], dtype=float),
        acceleration=np.zeros(len(point)),
        replicates=np.array(columns["replicates"], dtype=float),
        replicate_errors=np.array(columns["replicate_errors"], dtype=float),
        n_clusters=10,
    )


def test_student_by_hand() -> None:
    found = student_intervals(mean_of(np.array([1, 2, 3, 4])))  # mean 2.5, sd 1.29099, t(3) = 3.182446
    half = 3.182446305284263 * math.sqrt(5 / 3 / 4)
    assert (found.low[0], found.high[0]) == pytest.approx((2.5 - half, 2.5 + half), rel=1e-12)


def test_bootstrap_t_and_max_t_by_a_slow_loop() -> None:
    values = np.random.default_rng(1).exponential(size=(25, 4)) @ np.triu(np.ones((4, 4)))
    resampling = Resampling(n_clusters=25, n_replicates=399)
    found = ratio_estimates(values, np.ones(25), names=list("abcd"), resampling=resampling)
    (counts,) = [counts.copy() for _, counts in resampling.blocks()]
    away = np.empty((399, 4))
    for r in range(399):
        drawn = np.repeat(values, counts[r].astype(int), axis=0)
        error = drawn.std(axis=0, ddof=1) / 5
        away[r] = np.abs(drawn.mean(axis=0) - values.mean(axis=0)) / error
    alone = np.array([sorted(away[:, k].tolist())[380 - 1] for k in range(4)])  # ceil(400 x 0.95) = 380
    error = values.std(axis=0, ddof=1) / 5
    assert intervals(found).high - found.point == pytest.approx(alone * error, rel=1e-5)
    scale = np.maximum(alone, NormalDist().inv_cdf(0.975))
    together = sorted((away / scale).max(axis=1).tolist())[380 - 1] * scale
    assert simultaneous_intervals(found).high - found.point == pytest.approx(together * error, rel=1e-5)
    assert critical_values(found) == pytest.approx(together, rel=1e-5)
    assert (together > alone).all()


@pytest.mark.parametrize(("ours", "theirs"), [(bca_intervals, "BCa"), (percentile_intervals, "percentile")])
@pytest.mark.parametrize("draw", ["exponential", "standard_normal", "poisson"])
def test_bca_and_percentile_agree_with_scipy(ours: object, theirs: str, draw: str) -> None:
    values = getattr(np.random.default_rng(2), draw)(size=60).astype(float)
    found = ours(mean_of(values, n_replicates=20_000))  # type: ignore[operator]
    peer = stats.bootstrap((values,), np.mean, method=theirs, n_resamples=20_000, rng=np.random.default_rng(3))
    ends = peer.confidence_interval
    # An end of 20,000 resamples has a Monte Carlo error of about 0.02 standard errors; two differ by 1.4 times that.
    tolerance = 0.1 * values.std() / math.sqrt(60)
    assert found.low[0] == pytest.approx(ends.low, abs=tolerance)
    assert found.high[0] == pytest.approx(ends.high, abs=tolerance)
    if theirs == "BCa" and draw == "exponential":  # and the correction is much larger than the tolerance
        plain = percentile_intervals(mean_of(values, n_replicates=20_000))
        assert found.high[0] - plain.high[0] > 1.5 * tolerance


def test_the_acceleration_is_the_jackknife_s() -> None:
    values = np.random.default_rng(4).exponential(size=200)
    left_out = (values.sum() - values) / 199
    gap = left_out.mean() - left_out
    assert mean_of(values).acceleration[0] == pytest.approx((gap**3).sum() / (6 * (gap**2).sum() ** 1.5), rel=1e-9)


def test_independent_quantities_need_what_sidak_says_and_equal_ones_nothing_more() -> None:
    rng = np.random.default_rng(6)
    twenty = critical_values(mean_of(rng.standard_normal((4000, 20)), n_replicates=4000))
    sidak = NormalDist().inv_cdf((1 + 0.95 ** (1 / 20)) / 2)
    assert twenty == pytest.approx(np.full(20, sidak), abs=0.15)
    same = critical_values(mean_of(np.repeat(rng.standard_normal((4000, 1)), 20, axis=1), n_replicates=4000))
    assert same == pytest.approx(np.full(20, 1.96), abs=0.1)


def test_sides() -> None:
    found = mean_of(np.random.default_rng(7).exponential(size=(50, 1)), n_replicates=4000)
    above, below, both = (critical_values(found, side=side)[0] for side in ("above", "below", "both"))
    # A sample that misses the large of skewed values states a small error too: estimates lie further below than above.
    # Above, the absolute deviations decide: the short tail of a skewed sample is not trusted.
    assert above == critical_values(found, level=0.9)[0]
    assert above < below
    away = (found.point - found.replicates[:, 0]) / found.replicate_errors[:, 0]
    assert below == pytest.approx(sorted(away.tolist())[math.ceil(4001 * 0.95) - 1])
    assert above < both


def test_a_rate_that_rests_on_few_clusters_does_not_widen_the_others() -> None:
    rng = np.random.default_rng(8)
    cost = rng.standard_normal((200, 2))
    rare = np.zeros((200, 1))
    rare[0] = 1.0
    alone, joined = critical_values(mean_of(cost)), critical_values(mean_of(np.hstack([cost, rare])))
    assert joined[:2] == pytest.approx(alone)
    assert joined[2] == math.inf
    ends = simultaneous_intervals(mean_of(np.hstack([cost, rare])))
    assert (ends.low[2], ends.high[2]) == (-math.inf, math.inf)


@pytest.mark.parametrize("value", [0.1, 1 / 3, 0.7, 5.0, 0.0])
@pytest.mark.parametrize("method", METHODS)
def test_constant_values_give_the_estimate_itself(value: float, method: object) -> None:
    found = mean_of(np.full((30, 2), value))
    ends = method(found)  # type: ignore[operator]
    np.testing.assert_array_equal(ends.low, found.point)
    np.testing.assert_array_equal(ends.high, found.point)


def test_constant_columns_do_not_touch_the_others() -> None:
    values = np.random.default_rng(9).standard_normal((30, 1))
    joined = simultaneous_intervals(mean_of(np.hstack([values, np.full((30, 1), 0.1)])))
    assert joined.low[0] == simultaneous_intervals(mean_of(values)).low[0]


def test_undefined_resamples_count_up_to_a_twentieth() -> None:
    rng = np.random.default_rng(10)
    replicates = rng.standard_normal((1000, 2))
    replicates[:50, 0] = np.nan
    replicates[:51, 1] = np.nan
    found = of(
        point=[0.0, 0.0],
        standard_error=[1.0, 1.0],
        replicates=replicates.tolist(),
        replicate_errors=np.ones((1000, 2)).tolist(),
    )
    for method in (intervals, percentile_intervals, bca_intervals):
        ends = method(found)
        assert np.isfinite([ends.low[0], ends.high[0]]).all()
        assert np.isnan([ends.low[1], ends.high[1]]).all()
    kept = np.sort(np.abs(replicates[50:, 0]))
    assert intervals(found).high[0] == kept[math.ceil(951 * 0.95) - 1]


def test_a_lower_level_is_a_shorter_interval() -> None:
    found = mean_of(np.random.default_rng(11).exponential(size=(40, 3)))
    for method in METHODS:
        narrow, wide = method(found, level=0.8), method(found, level=0.99)
        assert (narrow.low > wide.low).all()
        assert (narrow.high < wide.high).all()
        assert (narrow.level, wide.level) == (0.8, 0.99)


@pytest.mark.parametrize("level", [0.49, 1.0, math.nan, 95])
@pytest.mark.parametrize("method", [*METHODS, critical_values])
def test_a_level_that_is_none_is_refused(level: float, method: object) -> None:
    with pytest.raises(InputError, match=f"the level is {level}; give a share such as 0.95"):
        method(mean_of(np.arange(5)), level=level)  # type: ignore[operator]


def test_bca_by_its_formula_on_a_biased_and_accelerated_sample() -> None:
    replicates = np.arange(1, 1001) / 1000
    found = of(
        point=[0.7], standard_error=[1.0], replicates=replicates[:, None].tolist(), replicate_errors=[[1.0]] * 1000
    )
    found = replace(found, acceleration=np.array([0.1]))
    normal = NormalDist()
    centre = normal.inv_cdf((699 + 0.5) / 1000)
    for z, end in zip((-1.959964, 1.959964), (bca_intervals(found).low[0], bca_intervals(found).high[0]), strict=True):
        place = normal.cdf(centre + (centre + z) / (1 - 0.1 * (centre + z)))
        assert end == pytest.approx(np.quantile(replicates, place), abs=1e-6)

"""Latency histograms: buckets hold what falls into them, parts add up, quantiles keep their stated error."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from paretocode.sim import UNTIMED
from paretocode.sim.histogram import LatencyHistogram, bucket_bounds_us, bucket_of, latency_histogram

LARGEST = 2**62 - 1
# Every power of two has its neighbours here: that is where buckets and floats change their width.
EDGES = sorted({t for k in range(63) for d in (-513, -512, -1, 0, 1) if 0 <= (t := 2**k + d) <= LARGEST})
TIMES = st.one_of(st.integers(0, 2000), st.sampled_from(EDGES), st.integers(0, LARGEST))
REALISTIC = st.one_of(st.integers(0, 3), st.integers(0, 5000), st.integers(10**6, 10**6 + 3000), st.integers(0, 10**11))


def histogram(times: list[int]) -> LatencyHistogram:
    return latency_histogram(np.array(times, dtype=np.int64))


def test_buckets_hold_their_values_at_every_change_of_width() -> None:
    buckets = bucket_of(np.array(EDGES)).tolist()
    assert buckets == sorted(buckets)
    for time, bucket in zip(EDGES, buckets, strict=True):
        low, high = bucket_bounds_us(bucket)
        assert low <= time <= high


def test_buckets_follow_each_other_without_a_hole() -> None:
    bounds = [bucket_bounds_us(bucket) for bucket in range(20_000)]
    assert bounds[0][0] == 0
    assert all(left[1] + 1 == right[0] for left, right in itertools.pairwise(bounds))
    assert all((high - low) * 512 <= low for low, high in bounds)


@given(times=st.lists(TIMES, min_size=1, max_size=30))
def test_a_bucket_contains_its_times_and_is_as_narrow_as_stated(times: list[int]) -> None:
    for time, bucket in zip(times, bucket_of(np.array(times)).tolist(), strict=True):
        low, high = bucket_bounds_us(bucket)
        assert low <= time <= high
        assert (high - low) * 512 <= time


@given(times=st.lists(REALISTIC, min_size=1, max_size=60), per_mille=st.integers(1, 1000))
@example(times=[0, 0, 1], per_mille=667)
@example(times=[2_000_000] * 7, per_mille=500)
def test_a_quantile_is_an_order_statistic_within_its_error(times: list[int], per_mille: int) -> None:
    true = sorted(times)[math.ceil(len(times) * per_mille / 1000) - 1]
    found = histogram(times).quantile_us(per_mille)
    assert found is not None
    assert abs(found - true) * 512 <= true


@given(times=st.lists(REALISTIC, min_size=1, max_size=60), eighth=st.integers(1, 8))
def test_a_quantile_is_numpys_inverted_cdf(times: list[int], eighth: int) -> None:
    # Eighths are whole in binary, so numpy's rank is not rounded either.
    true = int(np.quantile(np.array(times), eighth / 8, method="inverted_cdf"))
    found = histogram(times).quantile_us(eighth * 125)
    assert found is not None
    assert abs(found - true) * 512 <= true


def test_quantiles_of_many_times_in_one_bucket_spread_over_it() -> None:
    times = list(range(1_998_336, 2_000_384))  # one bucket, each of its 2,048 times once
    for per_mille in (1, 250, 500, 999):
        assert histogram(times).quantile_us(per_mille) == times[math.ceil(2048 * per_mille / 1000) - 1]


@given(parts=st.lists(st.lists(st.one_of(REALISTIC, st.just(UNTIMED)), max_size=20), min_size=1, max_size=5))
def test_parts_add_up_in_any_order_and_untimed_requests_never_enter(parts: list[list[int]]) -> None:
    whole = histogram([time for part in parts for time in part])
    for order in (parts, parts[::-1]):
        total = histogram([])
        for part in order:
            total = total + histogram(part)
        assert total == whole
    assert whole.n_requests == sum(time != UNTIMED for part in parts for time in part)
    assert (np.diff(whole.bucket) > 0).all()
    assert (whole.requests > 0).all()


def test_nothing_known_has_no_quantile() -> None:
    empty = histogram([UNTIMED, UNTIMED])
    assert empty.quantile_us(500) is None
    assert empty.n_requests == 0
    assert empty == histogram([]) + histogram([])
    assert empty.to_dict() == {"low_us": [], "high_us": [], "requests": []}


def test_a_histogram_is_small_columns_for_a_file() -> None:
    assert histogram([1536, 3, 1539, 3]).to_dict() == {"low_us": [3, 1536], "high_us": [3, 1539], "requests": [2, 2]}


def test_histograms_are_equal_by_content_and_frozen() -> None:
    assert histogram([3, 3]) != histogram([3])
    assert histogram([3]) != histogram([4])
    assert histogram([3]) != 3
    with pytest.raises(ValueError, match="read-only"):
        histogram([3]).requests[0] = 2

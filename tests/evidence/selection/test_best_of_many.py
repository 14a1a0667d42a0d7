"""Does the best of many get the interval that holds for whichever is picked?"""

from __future__ import annotations

import math

import numpy as np
import pytest

from evidence.selection.worlds import COST, JUMPS, map_of, noisy_maps
from paretocode.errors import InputError
from paretocode.evidence import Resampling, critical_values, estimates_of_maps, intervals, ratio_estimates
from paretocode.evidence.selection import best_of_many, measure_across

RESAMPLING = Resampling(n_clusters=120, n_replicates=400)


def test_it_is_the_least_with_its_own_and_the_common_interval() -> None:
    maps, incumbent = noisy_maps(12, 120)
    *estimates, base = estimates_of_maps([*maps, incumbent], RESAMPLING, measures=[COST])
    candidates = measure_across(estimates, COST, minus=base)
    best = best_of_many(candidates)
    costs = [sums.total("cost_pusd") for sums in maps]
    assert best.index == int(np.argmin(costs))
    assert (best.name, best.n_candidates) == (f"m{best.index}", 12)
    assert best.estimate == pytest.approx((min(costs) - incumbent.total("cost_pusd")) / 1200 / 1e9)
    own = intervals(candidates.take([best.index]))
    assert (best.naive_low, best.naive_high) == (own.low[0], own.high[0])
    half = critical_values(candidates)[best.index] * candidates.standard_error[best.index]
    assert (best.low, best.high) == pytest.approx((best.estimate - half, best.estimate + half))
    assert best.low < best.naive_low < best.naive_high < best.high
    one_sided = critical_values(candidates, side="below")[best.index] * candidates.standard_error[best.index]
    assert best.at_most == pytest.approx(best.estimate + one_sided)
    assert best.estimate < best.at_most < best.high


def test_one_candidate_pays_nothing() -> None:
    maps, _ = noisy_maps(1, 120)
    best = best_of_many(estimates_of_maps(maps, RESAMPLING, measures=[COST])[0].alone())
    assert (best.low, best.high) == pytest.approx((best.naive_low, best.naive_high))


def test_the_first_of_equals_is_taken() -> None:
    cost = np.arange(120) % 7
    found = ratio_estimates(
        np.stack([cost + 1, cost, cost], 1), np.ones(120), names=["a", "b", "c"], resampling=RESAMPLING
    )
    assert best_of_many(found).name == "b"


def test_what_one_session_decides_is_unbounded() -> None:
    cost = np.full(120, 9)
    cheap = cost.copy()
    cheap[0] = 0
    *maps, base = estimates_of_maps([map_of("a", cheap), map_of("old", cost)], RESAMPLING, measures=[COST])
    best = best_of_many(measure_across(maps, COST, minus=base))
    assert (best.low, best.high) == (-math.inf, math.inf)


def test_bad_input_is_refused_in_a_sentence() -> None:
    maps = estimates_of_maps(noisy_maps(2, 120)[0], RESAMPLING, measures=[COST])
    with pytest.raises(InputError, match="there is no map to compare; give at least one candidate"):
        measure_across([], COST)
    with pytest.raises(InputError, match=f"{JUMPS} was not estimated; use one of {COST}"):
        measure_across(maps, JUMPS)
    with pytest.raises(InputError, match="there is no candidate; give at least one"):
        best_of_many(measure_across(maps, COST).take([]))

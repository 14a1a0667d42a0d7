"""Does the rule of a pool choose what a slow loop over maps and resamples chooses?"""

from __future__ import annotations

import numpy as np
import pytest

from evidence.selection.worlds import COST, JUMPS, map_of, noisy_maps
from paretocode.errors import InputError
from paretocode.evidence import MapSums
from paretocode.evidence.selection import MapPool, PoolLimit, joined_clusters


def slow_choice(
    maps: list[MapSums], incumbent: MapSums, limits: list[PoolLimit], counts: np.ndarray
) -> tuple[int, float]:
    """Return the chosen map and its cost minus the incumbent's under one resample, one map after another."""

    def value(sums: MapSums, name: str) -> float:
        above, below = {COST: ("cost_pusd", "n_requests"), JUMPS: ("n_tier_jumps", "n_pairs")}[name]
        return float(counts @ sums.columns[above]) / float(counts @ sums.columns[below]) / (1e9 if name == COST else 1)

    broken = []
    for sums in maps:
        worst = 0.0
        for limit in limits:
            bound = limit.factor * value(incumbent, limit.measure) + limit.plus
            worst = max(worst, max(0.0, value(sums, limit.measure) - bound) / max(abs(bound), 1e-12))
        broken.append(worst)
    allowed = [k for k in range(len(maps)) if broken[k] == min(broken)]
    best = min(allowed, key=lambda k: value(maps[k], COST))
    return best, value(maps[best], COST) - value(incumbent, COST)


@pytest.mark.parametrize("limits", [[], [PoolLimit(measure=JUMPS)], [PoolLimit(measure=JUMPS, factor=0.0, plus=0.2),
                                    PoolLimit(measure=COST, factor=1.01)]])  # fmt: skip
def test_choices_by_a_slow_loop(limits: list[PoolLimit]) -> None:
    rng = np.random.default_rng(1)
    maps = [map_of(f"m{k}", rng.integers(0, 9, 20), rng.integers(0, 5, 20)) for k in range(6)]
    incumbent = map_of("old", rng.integers(0, 9, 20), rng.integers(0, 5, 20))
    pool = MapPool(maps=tuple(maps), incumbent=incumbent, limits=tuple(limits))
    counts = rng.multinomial(20, np.full(20, 1 / 20), size=80).astype(float)
    found = pool.under(counts)
    for r in range(80):
        chosen, difference = slow_choice(maps, incumbent, limits, counts[r])
        assert found.chosen[r] == chosen
        assert found.difference[r, chosen] == pytest.approx(difference, abs=1e-12)
    assert len(set(found.chosen.tolist())) > 1


def test_limits_that_no_map_keeps_take_those_that_break_them_least() -> None:
    cost, jumps = np.arange(12), np.ones(12, dtype=np.int64)
    maps = (
        map_of("cheap", cost, 4 * jumps),
        map_of("dear", cost + 9, 2 * jumps),
        map_of("dearer", cost + 10, 2 * jumps),
    )
    pool = MapPool(maps=maps, incumbent=map_of("old", cost, jumps), limits=(PoolLimit(measure=JUMPS),))
    assert pool.under(np.ones((1, 12))).chosen.tolist() == [1]


def test_joined_clusters_keep_every_total() -> None:
    maps, _ = noisy_maps(3, 103)
    joined = joined_clusters(maps, most=10)
    for before, after in zip(maps, joined, strict=True):
        assert after.n_clusters == 10
        assert {k: v.sum() for k, v in after.columns.items()} == {k: v.sum() for k, v in before.columns.items()}
        assert sorted(after.columns["n_requests"].tolist()) == [100] * 7 + [110] * 3  # as even as can be
    assert joined_clusters(maps, most=103) == maps
    assert joined_clusters([], most=5) == []


def test_bad_input_is_refused_in_a_sentence() -> None:
    maps, incumbent = noisy_maps(2, 30)
    with pytest.raises(InputError, match="the pool holds no map; give at least one"):
        MapPool(maps=(), incumbent=incumbent)
    with pytest.raises(InputError, match="map 'm0': it has 30 clusters and the incumbent 20"):
        MapPool(maps=tuple(maps), incumbent=noisy_maps(1, 20)[1])
    for more in ({"objective": "latency_p95_s"}, {"limits": (PoolLimit(measure="latency_p50_s"),)}):
        with pytest.raises(InputError, match="is a quantile; choose by a mean, a rate or a share"):
            MapPool(maps=tuple(maps), incumbent=incumbent, **more)

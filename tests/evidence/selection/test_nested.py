"""Does the nested bootstrap do what its definition says, and what chance demands?"""

from __future__ import annotations

import numpy as np
import pytest

from evidence.selection.worlds import map_of, noisy_maps
from paretocode.errors import InputError
from paretocode.evidence.selection import MapPool, nested_bootstrap


def slow_nested(cost: np.ndarray, base: np.ndarray, *, n_outer: int, n_inner: int, seed: int) -> dict[str, float]:
    """Return what `nested_bootstrap` must say of maps with equal sessions: draw, choose, draw again."""
    n, gaps = len(base), (cost - base[:, None]).astype(float)
    outer, inner = np.random.default_rng(seed).spawn(2)

    def error(rows: np.ndarray, k: int) -> float:
        # As everywhere on this floor, contributions are those in the whole.
        return float((gaps[rows, k] - gaps[:, k].mean()).std(ddof=1) / np.sqrt(n))

    def chosen(rows: np.ndarray) -> int:
        return int(np.argmin(gaps[rows].mean(axis=0).round(12)))

    whole = gaps.mean(axis=0)
    best = chosen(np.arange(n))
    away, pivots, taken, gaps_above, gaps_below = [], [], [], [], []
    for _ in range(n_outer):
        rows = np.sort(outer.integers(0, n, size=n))
        k = chosen(rows)
        mean, own = gaps[rows].mean(axis=0), error(rows, k)
        again, below = [], []
        for places in inner.integers(0, n, size=(n_inner, n)):
            deeper = rows[places]
            j = chosen(deeper)
            below.append(gaps[deeper, j].mean() - mean[j])
            again.append(below[-1] / error(deeper, j))
        gaps_above.append(mean[k] - whole[k])
        gaps_below.append(np.mean(below))
        away.append((mean[k] - whole[k]) / own)
        pivots.append((mean[k] - np.median(again) * own - whole[k]) / own)
        taken.append(k)
    centre = whole[best] - (np.median(away) + np.median(pivots)) * error(np.arange(n), best)
    optimism = 2 * np.mean(gaps_above) - np.mean(gaps_below)
    half = np.sort(np.abs(pivots - np.median(pivots)))[int(np.ceil((n_outer + 1) * 0.95)) - 1]
    return {
        "estimate": whole[best],
        "optimism": optimism,
        "corrected": whole[best] - optimism,
        "low": centre - half * error(np.arange(n), best),
        "high": centre + half * error(np.arange(n), best),
        "chosen_share": float(np.mean(np.array(taken) == best)),
        "n_chosen": len(set(taken)),
    }


def test_it_is_the_definition_draw_by_draw() -> None:
    rng = np.random.default_rng(3)
    cost, base = rng.integers(80, 121, (25, 7)), rng.integers(80, 121, 25)
    pool = MapPool(maps=tuple(map_of(f"m{k}", cost[:, k]) for k in range(7)), incumbent=map_of("old", base))
    found = nested_bootstrap(pool, n_outer=100, n_inner=30, seed=4)
    slow = slow_nested(cost, base, n_outer=100, n_inner=30, seed=4)
    assert {name: getattr(found, name) for name in slow} == pytest.approx(slow, rel=1e-9)
    assert slow["n_chosen"] > 2


def test_choosing_among_equals_flatters_and_the_correction_takes_it_off() -> None:
    maps, incumbent = noisy_maps(20, 80, seed=5)
    found = nested_bootstrap(MapPool(maps=tuple(maps), incumbent=incumbent), n_outer=150, n_inner=30)
    assert found.optimism < -0.3 * (
        found.naive_high - found.estimate
    )  # about as much as the best of twenty is too good
    assert found.corrected == pytest.approx(found.estimate - found.optimism)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.corrected < found.high
    assert found.naive_low < found.estimate < found.naive_high
    assert found.chosen_share < 0.9


def test_one_map_leaves_nothing_to_flatter() -> None:
    maps, incumbent = noisy_maps(1, 80, seed=6)
    found = nested_bootstrap(MapPool(maps=tuple(maps), incumbent=incumbent), n_outer=200, n_inner=30)
    assert (found.chosen_share, found.n_chosen, found.n_candidates) == (1.0, 1, 1)
    assert abs(found.optimism) < 0.3 * (found.naive_high - found.naive_low)
    assert found.high is not None
    assert found.low is not None
    assert found.high - found.low == pytest.approx(found.naive_high - found.naive_low, rel=0.25)


def test_a_clear_winner_is_always_chosen() -> None:
    rng = np.random.default_rng(7)
    noise = rng.integers(0, 9, 60)
    maps = (map_of("cheap", 10 + noise), map_of("dear", 90 + noise), map_of("dearer", 95 + rng.integers(0, 9, 60)))
    pool = MapPool(maps=maps, incumbent=map_of("old", 90 + rng.integers(0, 9, 60)))
    found = nested_bootstrap(pool, n_outer=100, n_inner=30)
    assert (found.name, found.chosen_share, found.n_chosen) == ("cheap", 1.0, 1)


def test_constant_metrics_give_the_estimate_itself() -> None:
    cost = np.full(40, 9)
    found = nested_bootstrap(
        MapPool(maps=(map_of("new", cost),), incumbent=map_of("old", cost + 1)), n_outer=100, n_inner=30
    )
    assert (found.estimate, found.optimism, found.low, found.high) == (-1, 0, -1, -1)


def test_what_one_session_decides_is_unbounded() -> None:
    cost = np.full(40, 9)
    cheap = cost.copy()
    cheap[0] = 0
    found = nested_bootstrap(
        MapPool(maps=(map_of("new", cheap),), incumbent=map_of("old", cost)), n_outer=100, n_inner=30
    )
    assert (found.low, found.high) == (None, None)


def test_same_seed_same_numbers_and_progress_to_the_end() -> None:
    maps, incumbent = noisy_maps(3, 30)
    pool, seen = MapPool(maps=tuple(maps), incumbent=incumbent), []
    one = nested_bootstrap(pool, n_outer=100, n_inner=30, progress=lambda done, of: seen.append((done, of)))
    assert seen == [(at + 1, 100) for at in range(100)]
    assert one == nested_bootstrap(pool, n_outer=100, n_inner=30)
    assert one != nested_bootstrap(pool, n_outer=100, n_inner=30, seed=8)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"n_outer": 99}, "99 resamples of 60 resamples are too few; ask for at least 100 and 30"),
        ({"n_inner": 29}, "400 resamples of 29 resamples are too few"),
        ({"level": 1.0}, "the level is 1.0; give a share such as 0.95"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(more: dict[str, object], sentence: str) -> None:
    maps, incumbent = noisy_maps(2, 30)
    with pytest.raises(InputError, match=sentence):
        nested_bootstrap(MapPool(maps=tuple(maps), incumbent=incumbent), **more)  # type: ignore[arg-type]

"""Do closed forms agree with draws, covers with enumeration, areas and more axes with other libraries?"""

from __future__ import annotations

import itertools

import moocore
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.frontier import (
    draw_scores,
    epsilon_cover,
    find_knees,
    frontier_frequency,
    frontier_hypervolume,
    frontier_mask,
    hypervolume_of_points,
    non_dominated_mask,
    non_dominated_rank,
    on_frontier_probability,
    served_probability,
)

DRAWS = 40_000


def uncertain_models(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    score = np.round(rng.normal(40, 12, n))
    se = np.where(rng.random(n) < 0.25, 0.0, rng.uniform(0.3, 6, n))
    return rng.integers(1, max(2, n // 2), n), score, se


@pytest.mark.parametrize(("seed", "n"), [(0, 2), (1, 5), (2, 12), (3, 40), (4, 150)])
def test_the_probability_agrees_with_draws(seed: int, n: int) -> None:
    price, score, se = uncertain_models(seed, n)
    found = on_frontier_probability(price, score, se)
    drawn = frontier_frequency(price, draw_scores(score, se, n_replicates=DRAWS, rng=seed))
    assert np.abs(found - drawn.frequency).max() < 4.5 * 0.5 / np.sqrt(DRAWS)
    assert found.sum() == pytest.approx(drawn.expected_size, abs=0.05)


@pytest.mark.parametrize(("seed", "n"), [(0, 3), (1, 6), (2, 15)])
def test_the_served_model_agrees_with_draws(seed: int, n: int) -> None:
    price, score, se = uncertain_models(seed, n)
    floors = np.array([30.0, score.max() - 5, score.max(), score.max() + 4])
    found = served_probability(price, score, se, floors)
    draws = draw_scores(score, se, n_replicates=4_000, rng=seed)
    for floor, row in zip(floors, found, strict=True):
        count = np.zeros(n)
        for scores in draws:
            able = np.flatnonzero(scores >= floor).tolist()
            if able:
                count[min(able, key=lambda k: (price[k], -scores[k], k))] += 1
        assert np.abs(count / len(draws) - row).max() < 4.5 * 0.5 / np.sqrt(len(draws))
        assert row.sum() <= 1 + 1e-9


def test_the_integral_agrees_with_an_adaptive_one() -> None:
    from scipy.integrate import quad
    from scipy.stats import norm

    price, score, se = [1, 2, 2, 3], [40.0, 45.0, 44.0, 47.0], [3.0, 0.5, 2.0, 6.0]
    found = on_frontier_probability(price, score, se)
    for j in range(4):
        others = [i for i in range(4) if i != j and price[i] <= price[j]]

        def integrand(s: float, j: int = j, others: list[int] = others) -> float:
            return float(norm.pdf(s, score[j], se[j]) * np.prod([norm.cdf(s, score[i], se[i]) for i in others]))

        expected, _ = quad(integrand, 0, 90, points=[score[j]], limit=400, epsabs=1e-12)
        assert found[j] == pytest.approx(expected, abs=1e-9)


front_points = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=9)


@given(front_points, st.sampled_from([0.0, 0.5, 1.0, 2.0]), st.integers(0, 4))
def test_no_smaller_cover_exists(cloud: list[tuple[int, int]], price_share: float, score_points: int) -> None:
    price, score = (np.array(column) for column in zip(*cloud, strict=True))
    members = np.flatnonzero(frontier_mask(price, score)).tolist()

    def covers(kept: tuple[int, ...]) -> bool:
        return all(
            any(price[j] <= (1 + price_share) * price[i] and score[j] >= score[i] - score_points for j in kept)
            for i in members
        )

    found = epsilon_cover(price, score, price_share=price_share, score_points=score_points).tolist()
    assert covers(tuple(found))
    assert set(found) <= set(members)
    assert not any(covers(kept) for kept in itertools.combinations(members, len(found) - 1))


@given(front_points)
def test_the_area_agrees_with_moocore(cloud: list[tuple[int, int]]) -> None:
    price, score = (np.array(column, dtype=float) for column in zip(*cloud, strict=True))
    found = frontier_hypervolume(price, score, reference_price=10, reference_score=-1, log_price=False)
    table = np.column_stack((price, -score))
    assert found.value == pytest.approx(moocore.hypervolume(table, ref=[10, 1]))
    assert found.value == pytest.approx(
        hypervolume_of_points(np.column_stack((price, score)), [False, True], reference=[10, -1])
    )
    # What a point adds is what the frontier loses without it and its copies; nothing dominated moves up.
    is_member = frontier_mask(price, score)
    for row, share in zip(found.row.tolist(), found.contribution.tolist(), strict=True):
        rest = is_member & ((price != price[row]) | (score != score[row]))
        less = frontier_hypervolume(
            price[rest], score[rest], reference_price=10, reference_score=-1, log_price=False
        ).value
        assert share == pytest.approx(found.value - less)


@given(st.integers(1, 4), st.data())
def test_more_axes_are_the_definition(d: int, data: st.DataObject) -> None:
    cloud = data.draw(st.lists(st.tuples(*[st.integers(0, 4)] * d), min_size=1, max_size=14))
    maximise = data.draw(st.lists(st.booleans(), min_size=d, max_size=d))
    table = np.array(cloud, dtype=float)
    cost = np.where(maximise, -table, table)
    beaten = [any((a <= b).all() and (a < b).any() for a in cost) for b in cost]
    mask = non_dominated_mask(table, maximise)
    assert mask.tolist() == [not is_beaten for is_beaten in beaten]
    assert (non_dominated_rank(table, maximise) == 0).tolist() == mask.tolist()


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 30)), min_size=1, max_size=12))
def test_the_utility_knee_is_the_most_often_best_by_random_weights(cloud: list[tuple[int, int]]) -> None:
    price, score = (np.array(column, dtype=float) for column in zip(*cloud, strict=True))
    named = find_knees(price, score, log_price=False).row_of["utility"]
    if named is None:
        return
    members = np.flatnonzero(frontier_mask(price, score))
    x = (price - price[members].min()) / np.ptp(price[members])
    y = (score - score[members].min()) / np.ptp(score[members])
    angle = (np.arange(20_000) + 0.5) / 20_000 * np.pi / 2
    worth = np.sin(angle)[:, None] * y[members] - np.cos(angle)[:, None] * x[members]
    best, count = np.unique(worth.argmax(axis=1), return_counts=True)
    share = {(price[members[b]], score[members[b]]): c for b, c in zip(best.tolist(), count.tolist(), strict=True)}
    inner = {point: c for point, c in share.items() if price[members].min() < point[0] < price[members].max()}
    assert inner.get((price[named], score[named]), 0) >= max(inner.values(), default=0) - 2

"""The closed forms by hand: two and three models, ties of price, exact scores, nothing at all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from paretocode.catalogue import load_bundled
from paretocode.errors import InputError
from paretocode.frontier import (
    draw_scores,
    frontier_mask,
    on_frontier_probability,
    resample_items,
    served_probability,
    uncertain_frontier_of,
)
from strategies import catalogue_of

NAN = float("nan")


def phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def test_two_models_are_one_normal_difference() -> None:
    found = on_frontier_probability([1, 2], [50.0, 53.0], [3.0, 4.0])
    assert found == pytest.approx([1.0, phi(3 / 5)], abs=1e-12)


def test_two_models_of_one_price_share_the_certainty() -> None:
    found = on_frontier_probability([1, 1], [50.0, 53.0], [3.0, 4.0])
    assert found == pytest.approx([phi(-3 / 5), phi(3 / 5)], abs=1e-12)


def test_of_n_equal_models_in_a_row_the_j_th_has_one_chance_in_j() -> None:
    found = on_frontier_probability(np.arange(200), np.full(200, 40.0), np.full(200, 2.5))
    assert found == pytest.approx(1 / np.arange(1, 201), abs=1e-10)


def test_very_different_errors_are_integrated_alike() -> None:
    found = on_frontier_probability([1, 2, 3], [50.0, 50.0, 50.0], [5.0, 1e-4, 5.0])
    # The last one beats two independent ones, one of them practically fixed at 50: 3/8 by the angle of an orthant.
    assert found == pytest.approx([1.0, 0.5, 0.375], abs=1e-4)


def test_exact_scores_beat_equal_ones_only_when_dearer() -> None:
    # A twin at the same price stays; a dearer model of the same exact score goes.
    assert on_frontier_probability([1, 1, 2], [50.0, 50.0, 50.0], [0, NAN, 0]).tolist() == [1, 1, 0]
    # An exact score cuts the law of a dearer one, and a cheaper law passes below it or not.
    found = on_frontier_probability([1, 2, 3], [50.0, 52.0, 51.0], [4.0, 0.0, 3.0])
    assert found[1] == pytest.approx(phi(2 / 4), abs=1e-12)
    assert found[2] < phi(-1 / 3)


def test_no_errors_make_the_measured_frontier() -> None:
    rng = np.random.default_rng(0)
    price, score = rng.integers(0, 6, 40), rng.integers(0, 6, 40).astype(float)
    found = on_frontier_probability(price, score, np.full(40, NAN))
    assert found.tolist() == frontier_mask(price, score).astype(float).tolist()


def test_nothing_is_an_empty_answer() -> None:
    assert on_frontier_probability([], [], []).tolist() == []
    assert served_probability([], [], [], [1.0]).shape == (1, 0)


def test_the_cheapest_at_a_floor() -> None:
    found = served_probability([2, 1, 1], [60.0, 50.0, 50.0], [0.0, 5.0, 5.0], [50.0])
    # Two equal models at one price: each best with 3/8 of the chances above the floor; the dear one serves the rest.
    assert found[0] == pytest.approx([0.25, 0.375, 0.375], abs=1e-10)
    assert served_probability([1, 1], [5.0, 5.0], [0, 0], [4.0, 5.0, 6.0]).tolist() == [[1, 0], [1, 0], [0, 0]]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: on_frontier_probability([1], [NAN], [1]), "score is nan in row 1"),
        (lambda: on_frontier_probability([NAN], [1], [1]), "price is missing in row 1"),
        (lambda: on_frontier_probability([1], [1], [-1]), "standard_error is -1.0 in row 1"),
        (lambda: on_frontier_probability([1, 2], [1], [1]), "score has 1 rows and price has 2"),
        (lambda: on_frontier_probability([[1]], [1], [1]), r"price has shape \(1, 1\)"),
        (lambda: served_probability([1], [1], [1], [math.inf]), "floors is inf"),
        (lambda: draw_scores([1], [1], n_replicates=0, rng=1), "n_replicates is 0"),
        (lambda: draw_scores([1], [1], n_replicates=1, rng=1, correlation=2), "correlation is 2"),
        (lambda: resample_items([[NAN]], n_replicates=1, rng=1), "not finite"),
    ],
)
def test_refusals(call: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        call()


def test_the_thirteen_models() -> None:
    frontier = uncertain_frontier_of(load_bundled())
    chance = dict(zip((key.partition("@")[0] for key in frontier.keys), frontier.probability.tolist(), strict=True))
    assert chance["deepseek/deepseek-v4-flash"] == pytest.approx(1.0)  # the cheapest is on every frontier
    assert chance["deepseek/deepseek-v4-pro"] == pytest.approx(0.5715, abs=5e-4)
    assert chance["xiaomi/mimo-v2.5-pro"] == pytest.approx(0.3750, abs=5e-4)  # dominated as measured
    assert chance["openai/gpt-5.5"] == pytest.approx(0.4451, abs=5e-4)
    assert frontier.measured_size == 6
    assert frontier.expected_size == pytest.approx(4.606, abs=1e-3)
    assert frontier.without_se == ()


def test_missing_errors_are_stated() -> None:
    catalogue = catalogue_of({"model_id": ["a", "b"], "coding_score": [10.0, 20.0], "coding_score_se": [NAN, 1.0]})
    frontier = uncertain_frontier_of(catalogue)
    assert frontier.keys == ("b", "a")  # one price: the higher score first
    assert frontier.without_se == ("a",)
    assert frontier.probability == pytest.approx([1.0, 0.0], abs=1e-9)


def test_seeds_draw_the_same_and_correlation_moves_models_together() -> None:
    one, two = (draw_scores([50, 40], [3, 3], n_replicates=500, rng=7, correlation=0.9) for _ in range(2))
    assert one.tobytes() == two.tobytes()
    assert np.corrcoef(one.T)[0, 1] == pytest.approx(0.9, abs=0.03)
    assert np.std(one, axis=0) == pytest.approx([3, 3], rel=0.1)
    items = np.random.default_rng(0).integers(0, 2, (2, 60))
    draws = resample_items(items, n_replicates=4_000, rng=1)
    assert draws.mean(axis=0) == pytest.approx(items.mean(axis=1), abs=0.01)
    assert draws.std(axis=0) == pytest.approx(items.std(axis=1) / np.sqrt(60), rel=0.05)

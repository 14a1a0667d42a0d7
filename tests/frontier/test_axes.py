"""More than two axes: directions, holes, and prices of one's own."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.catalogue import load_bundled
from paretocode.errors import InputError
from paretocode.frontier import frontier_of, frontier_on_axes, non_dominated_mask, non_dominated_rank
from strategies import catalogue_of

NAN = float("nan")


def test_price_and_score_alone_are_the_two_dimensional_frontier() -> None:
    catalogue = load_bundled()
    assert frontier_on_axes(catalogue, ["price", "score"]).keys == frontier_of(catalogue).keys


def test_each_axis_has_its_direction() -> None:
    catalogue = catalogue_of(
        {
            "model_id": ["base", "fast", "wide", "worse"],
            "coding_score": [50.0] * 4,
            "tps": [10.0, 20.0, 10.0, 10.0],
            "context_tokens": [100.0, 100.0, 200.0, 50.0],
        }
    )
    assert frontier_on_axes(catalogue, ["throughput"]).keys == ("fast",)
    assert frontier_on_axes(catalogue, ["context"]).keys == ("wide",)
    assert frontier_on_axes(catalogue, ["throughput", "context"]).keys == ("fast", "wide")
    assert frontier_on_axes(catalogue, []).keys == ("base", "fast", "wide", "worse")  # twins all stay


def test_unknown_speed_is_left_out_and_named() -> None:
    catalogue = catalogue_of({"model_id": ["a", "b"], "coding_score": [1.0, 2.0], "tps": [NAN, 5.0]})
    frontier = frontier_on_axes(catalogue, ["throughput"])
    assert (frontier.keys, frontier.left_out, frontier.n_compared) == (("b",), {"a": "no throughput"}, 1)
    assert frontier_on_axes(catalogue, ["ttft"]).keys == ()


def test_a_cost_to_run_replaces_the_price() -> None:
    catalogue = catalogue_of({"model_id": ["a", "b", "c", "d"], "coding_score": [1.0, 2.0, 3.0, 4.0]})
    frontier = frontier_of(catalogue, price=[5.0, 1.5, 9.0, NAN])
    assert frontier.price_metric == "given"
    assert (frontier.keys, frontier.price_usd_per_mtok.tolist()) == (("b", "c"), [1.5, 9.0])
    assert frontier.left_out == {"d": "no price"}
    assert frontier_of(catalogue, price=[0.0, 1.0, 2.0, 3.0]).left_out == {"a": "no price"}  # 0 is not free
    assert frontier_on_axes(catalogue, ["score"], price=[5.0, 1.5, 9.0, NAN]).keys == ("b", "c")


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: frontier_on_axes(load_bundled(), ["colour"]), "axis is 'colour'"),
        (lambda: frontier_on_axes(load_bundled(), ["ttft", "ttft"]), "an axis stands twice"),
        (lambda: frontier_of(load_bundled(), price=[1.0]), "price has 1 rows and the catalogue 13"),
        (lambda: frontier_of(load_bundled(), price=[-1.0] * 13), "price is -1.0 in row 1"),
        (lambda: non_dominated_mask([[1, NAN, 2]], [True] * 3), "axis 2 is missing in row 1"),
        (lambda: non_dominated_mask([["x"]], [True]), "not a number"),
        (lambda: non_dominated_mask([[1, 2]], [True]), r"points has shape \(1, 2\)"),
        (lambda: non_dominated_rank([1, 2], [True]), r"points has shape \(2,\)"),
    ],
)
def test_refusals(call: object, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        call()


def test_inputs_stay_as_they_are() -> None:
    points = np.array([[1.0, 2.0], [2.0, 1.0]])
    before = points.copy()
    non_dominated_mask(points, [False, True])
    assert (points == before).all()
    assert non_dominated_mask(np.empty((0, 3)), [True] * 3).tolist() == []

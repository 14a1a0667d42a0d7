"""The model: probabilities worked by hand, slopes against finite differences, and what it cannot tell apart."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.evidence.feedback.cut_points import (
    DEAR,
    FINE,
    WEAK,
    CutPointCells,
    option_probabilities,
    option_slopes,
    verdict_probabilities,
)


def cells_of(scores: list[float], tiers: list[int], n_edges: int, demand: list[float] | None = None) -> CutPointCells:
    return CutPointCells(
        min_score=np.array(scores),
        tier_index=np.array(tiers),
        demand=None if demand is None else np.array(demand),
        n_edges=n_edges,
    )


@st.composite
def settings_of(draw: st.DrawFn) -> tuple[np.ndarray, CutPointCells]:
    """Parameters in order and cells full of ties, on edges and off them, with and without a demand."""
    n_edges = draw(st.integers(1, 3))
    edges = sorted(draw(st.sets(st.sampled_from([0.1, 0.3, 0.5, 0.6, 0.65, 0.9]), min_size=n_edges, max_size=n_edges)))
    nuisance = [
        draw(st.sampled_from([math.log(0.02), math.log(0.1), 0.0])),
        draw(st.sampled_from([-4.0, -1.0])),
        draw(st.sampled_from([-2.0, 0.0, 1.0])),
    ]
    n_cells = draw(st.integers(1, 5))
    scores = draw(st.lists(st.sampled_from([0.0, 0.3, 0.5, 0.65, 1.0]), min_size=n_cells, max_size=n_cells))
    tiers = draw(st.lists(st.integers(0, n_edges), min_size=n_cells, max_size=n_cells))
    demand = draw(st.none() | st.lists(st.sampled_from([0.25, 1.0, 3.0]), min_size=n_cells, max_size=n_cells))
    return np.array([[*edges, *nuisance]]), cells_of(scores, tiers, n_edges, demand)


def test_the_middle_tier_by_hand() -> None:
    # q = 0.5 in tier 1 of edges 0.4 and 0.7, scale 0.1: too weak F(-2), too dear F(-1); a lapse of 0.3 adds 0.1 each.
    theta = np.array([[0.4, 0.7, math.log(0.1), math.log(0.3 / 0.7), 0.0]])
    weak, dear = 1 / (1 + math.exp(2)), 1 / (1 + math.exp(1))
    found = verdict_probabilities(theta, cells_of([0.5], [1], 2))[0, 0]
    assert found == pytest.approx([0.7 * weak + 0.1, 0.7 * dear + 0.1, 0.7 * (1 - weak - dear) + 0.1], abs=1e-14)


def test_the_ends_have_one_pull_only() -> None:
    theta = np.array([[0.5, math.log(0.1), -60.0, 0.0]])
    low, high = verdict_probabilities(theta, cells_of([0.5, 0.5], [0, 1], 1))[0]
    assert low == pytest.approx([0.5, 0.0, 0.5], abs=1e-12)
    assert high == pytest.approx([0.0, 0.5, 0.5], abs=1e-12)


def test_the_balance_is_complaints_against_demand() -> None:
    theta = np.array([[0.5, math.log(0.1), -60.0, 0.7]])
    found = option_probabilities(theta, cells_of([0.4, 0.6], [0, 1], 1, [3.0, 1.0]))[0]
    # Both complaints are as likely, and the lower cell has three times the requests.
    assert found[0, WEAK] == pytest.approx(0.75, abs=1e-12)
    assert found[1, DEAR] == pytest.approx(0.25, abs=1e-12)
    assert (found[:, FINE] == 0).all()


@given(settings_of())
def test_options_sum_to_one_and_slopes_to_nothing(setting: tuple[np.ndarray, CutPointCells]) -> None:
    theta, cells = setting
    probability, slope = option_slopes(theta, cells)
    axes = (2,) if cells.demand is None else (1, 2)
    assert probability.sum(axis=axes) == pytest.approx(1.0)
    assert probability == pytest.approx(option_probabilities(theta, cells))
    assert (probability[..., None] * slope).sum(axis=axes) == pytest.approx(0.0, abs=1e-9)


@given(settings_of())
def test_slopes_are_finite_differences(setting: tuple[np.ndarray, CutPointCells]) -> None:
    theta, cells = setting
    step = 1e-6
    slope = option_slopes(theta, cells).slope[0]
    used = slice(None) if cells.demand is None else slice(0, 2)  # fine is no option beside a demand
    for at in range(theta.shape[1]):
        shift = np.zeros_like(theta)
        shift[0, at] = step
        up, down = (np.log(option_probabilities(theta + sign * shift, cells)[0, :, used]) for sign in (1, -1))
        assert slope[:, used, at] == pytest.approx((up - down) / (2 * step), rel=2e-4, abs=2e-4)


@given(st.integers(-5, 5), st.integers(-5, 5), st.sampled_from([0.25, 1.0, 4.0, 9.0]))
def test_an_unequal_readiness_to_complain_hides_in_the_edge(below: int, above: int, ratio: float) -> None:
    """Two tiers, no lapse: too weak written h times as readily is an edge lower by scale x log(h) / 2, exactly."""
    cells = cells_of([0.6 + below / 20, 0.6 + above / 20], [0, 1], 1)
    truth = np.array([[0.6, math.log(0.05), -60.0, math.log(0.3)]])
    written = verdict_probabilities(truth, cells)[0] * np.array([ratio, 1.0, 0.3])
    written /= written.sum(axis=1, keepdims=True)
    shift = 0.05 * math.log(ratio) / 2
    hidden = truth + np.array([[-shift, 0.0, 0.0, -math.log(ratio) / 2]])
    assert option_probabilities(hidden, cells)[0] == pytest.approx(written, abs=1e-9)

"""Candidate edges, worked by hand: where they stand, what pins and forbidden stretches do, what thinning moves."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.catalogue.scales import FractionScale
from paretocode.errors import InputError
from paretocode.sim.tables import ABOVE_ALL, BELOW_ALL, ScoredModels, scored_models
from paretocode.tiermap import Policy
from paretocode.tune.edges.candidates import EdgeRules, coupled_values, request_candidates, score_candidates
from paretocode.tune.edges.places import most_moved, outside, roundest, thinned
from strategies import NAN, catalogue_of

LEVELS = np.array([200_000, 500_000, 650_000])
N_AT = np.array([10, 20, 30])
NO_PIN = np.zeros(0, dtype=np.int64)


def models_of(scores: list[float]) -> ScoredModels:
    """Return models of given scores on a scale of 100."""
    catalogue = catalogue_of({"model_id": [f"p/{at}" for at in range(len(scores))], "coding_score": scores})
    return scored_models(catalogue, Policy(), scale=FractionScale(full=100.0))


@pytest.mark.parametrize(
    ("low", "high", "edge"),
    [
        (0, 1, 1),  # one whole number only
        (9, 10, 10),
        (0, 2, 1),
        (0, 3, 2),  # the middle is 1.5: the number above it
        (0, 1_000_000, 500_000),
        (500_000, 650_000, 600_000),  # 600,000 lies within the middle half, 500,000 is not inside
        (500_000, 700_000, 600_000),
        (490_000, 560_000, 530_000),  # 500,000 is rounder and too far from the middle
        (640_000, 660_001, 650_000),
        (-30, -10, -20),
    ],
)
def test_the_roundest_number_near_the_middle(low: int, high: int, edge: int) -> None:
    assert roundest(low, high) == edge
    assert low < edge <= high


def test_the_widest_allowed_part_the_lowest_of_equal_ones() -> None:
    assert outside(0, 100, []) == (0, 100)
    assert outside(0, 100, [(40, 61)]) == (0, 40)  # 1 .. 40 and 61 .. 100 are forty each
    assert outside(0, 100, [(40, 60)]) == (59, 100)
    assert outside(0, 100, [(30, 50), (10, 35), (90, 200)]) == (49, 90)  # overlapping zones, in any order
    assert outside(0, 100, [(100, 200), (-50, 1)]) == (0, 100)  # ends are allowed
    assert outside(4, 5, [(0, 5)]) == (4, 5)
    assert outside(4, 5, [(0, 6)]) is None


def test_thinning_keeps_pins_and_takes_the_farthest() -> None:
    below = np.array([0, 10, 30, 60])
    assert thinned(below, NO_PIN, 1).tolist() == [2]  # the middle of 0 .. 60 is 30
    assert thinned(below, NO_PIN, 2).tolist() == [0, 2]  # 0 and 60 are both 30 away: more candidates lie before it
    assert thinned(below, np.array([1]), 2).tolist() == [1, 3]
    assert thinned(below, np.array([0, 1]), 1).tolist() == [0, 1]  # pins stay, whatever the number
    assert thinned(below, NO_PIN, 9).tolist() == [0, 1, 2, 3]
    assert thinned(np.zeros(3, dtype=np.int64), np.array([0]), 2).tolist() == [0, 2]


def test_what_thinning_moves_beyond_the_last_kept_one() -> None:
    below = np.array([0, 10, 30, 60])
    assert most_moved(below, np.array([1])) == 50  # 60 has no kept one above it
    assert most_moved(below, np.array([0, 3])) == 30
    assert most_moved(below, np.arange(4)) == 0


def test_thinned_candidates_say_how_much_traffic_an_edge_may_move() -> None:
    found = request_candidates(LEVELS, N_AT, EdgeRules(most_candidates=2))
    # Below the edges lie 0, 10 and 30 of 60 requests; the one at 10 is nearest to the middle, then the one at 30.
    assert found.high.tolist() == [500_000, 650_000]
    assert found.moved_share == 10 / 60
    assert request_candidates(LEVELS, N_AT, EdgeRules(most_candidates=3)).moved_share == 0


def test_levels_off_the_axis_and_at_zero_have_no_edge() -> None:
    levels = np.array([BELOW_ALL, 0, 300_000, ABOVE_ALL])
    assert request_candidates(levels, np.ones(4, dtype=np.int64), EdgeRules()).high.tolist() == [300_000]


def test_a_pin_stands_where_it_is_and_splits_its_stretch() -> None:
    found = request_candidates(LEVELS, N_AT, EdgeRules(pinned=(450_000, 500_000)))
    assert found.edge.tolist() == [100_000, 450_000, 500_000, 600_000]
    assert found.is_pinned.tolist() == [False, True, True, False]
    assert list(zip(found.low.tolist(), found.high.tolist(), strict=True))[1:3] == [
        (449_999, 450_000),
        (499_999, 500_000),
    ]


def test_a_forbidden_stretch_moves_an_edge_or_leaves_it_out() -> None:
    found = request_candidates(LEVELS, N_AT, EdgeRules(forbidden=((510_000, 700_000), (-1, 250_000))))
    assert (found.low.tolist(), found.high.tolist(), found.left_out) == ([249_999, 500_000], [500_000, 510_000], 1)


def test_score_edges_part_neighbours_and_equal_scores_never() -> None:
    found = score_candidates(models_of([50.0, 40.0, 50.0, 40.001, NAN]), EdgeRules())
    assert found.edge.tolist() == [40_001, 45_000]
    assert found.high.tolist() == [40_001, 50_000]


def test_coupled_values_are_levels_and_places() -> None:
    values, weight = coupled_values(models_of([40.0, 50.0]), LEVELS, N_AT)
    assert values.tolist() == [200_000, 400_000, 500_000, 650_000]
    assert weight.tolist() == [10, 0, 20, 30]


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (EdgeRules(forbidden=((7, 7),)), "the forbidden request interval runs from 7e-06 to 7e-06; give its lower end"),
        (EdgeRules(pinned=(0,)), "the pinned request edge 0 cuts nothing; pin it above 0 and at most 1"),
        (EdgeRules(pinned=(1_100_000,)), "search: the pinned request edge 1.1 cuts nothing"),
        (
            EdgeRules(pinned=(500_000,), forbidden=((400_000, 600_000),)),
            "request edge 0.5 lies in the forbidden interval 0.4",
        ),
        (
            EdgeRules(pinned=(500_000,) * 2),
            "the pinned request edges 0.5 and 0.5 are nearer than 1e-06; unpin one of them",
        ),
        (EdgeRules(pinned=(90_000, 50_000), least_gap=60_000), "request edges 0.05 and 0.09 are nearer than 0.06"),
        (EdgeRules(most_candidates=0), "search: most_candidates is 0; give at least 1, or None for all"),
        (EdgeRules(forbidden=((-1, 1_000_001),)), "no candidate edge is left on the request axis; narrow"),
    ],
)
def test_rules_that_are_refused(rules: EdgeRules, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        request_candidates(LEVELS, N_AT, rules)
    assert sentence in str(refusal.value)


def test_one_score_has_no_edge_and_pins_stay_between_scores() -> None:
    with pytest.raises(InputError, match="left on the score axis; bring two values to cut between"):
        score_candidates(models_of([40.0, 40.0]), EdgeRules())
    with pytest.raises(InputError, match="score edge 40 cuts nothing; pin it above 40 and at most 50"):
        score_candidates(models_of([40.0, 50.0]), EdgeRules(pinned=(40_000,)))

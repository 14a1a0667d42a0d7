"""Positions and the bands between them, worked by hand: pins, gaps, members, providers."""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.catalogue.scales import FractionScale
from paretocode.errors import InputError
from paretocode.sim.tables import ScoredModels, scored_models
from paretocode.tiermap import Policy
from paretocode.tune.edges import bands as bands_module
from paretocode.tune.edges.bands import allowed_bands
from paretocode.tune.edges.candidates import EdgeRules, coupled_values, request_candidates, score_candidates
from paretocode.tune.edges.lattice import Lattice, TierRules, apart, coupled
from strategies import NAN, catalogue_of


def models_of(scores: list[float], ids: list[str] | None = None, prices: list[float] | None = None) -> ScoredModels:
    """Return models of given scores on a scale of 100."""
    columns: dict[str, list[object]] = {
        "model_id": [*(ids or [f"p/{at}" for at in range(len(scores))])],
        "coding_score": [*scores],
    }
    if prices is not None:
        columns["prompt_usd_per_mtok"] = [*prices]
    return scored_models(catalogue_of(columns), Policy(), scale=FractionScale(full=100.0))


FOUR = models_of([20.0, 40.0, 60.0, 80.0])
LEVELS, N_AT = np.array([300_000, 500_000, 550_000]), np.array([1, 1, 1])


def coupled_lattice(models: ScoredModels, rules: EdgeRules | None = None) -> Lattice:
    """Return the whole coupled lattice over the levels."""
    return coupled(request_candidates(*coupled_values(models, LEVELS, N_AT), rules or EdgeRules()), models)


def apart_lattice(models: ScoredModels, requests: EdgeRules | None = None, scores: EdgeRules | None = None) -> Lattice:
    """Return the whole lattice of edges that stand apart."""
    return apart(
        request_candidates(LEVELS, N_AT, requests or EdgeRules()), score_candidates(models, scores or EdgeRules())
    )


def pairs(lattice: Lattice, models: ScoredModels, rules: TierRules) -> list[tuple[int, int]]:
    """Return the allowed bands."""
    found = allowed_bands(lattice, models, rules)
    return list(zip(found.low.tolist(), found.high.tolist(), strict=True))


def test_coupled_edges_cut_both_axes_at_one_place() -> None:
    lattice = coupled_lattice(FOUR)
    # Points 200, 300, 400, 500, 550, 600, 800 thousand ppm; models stand at 200, 400, 600 and 800.
    assert lattice.cell.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert lattice.places_of(FOUR).tolist() == [0, 0, 1, 1, 2, 2, 2, 3, 4]
    # One edge in its gap is round; three in one gap rise through it; below the lowest score there is room as well.
    assert lattice.score_milli[1:-1].tolist() == [20_000, 30_000, 40_000, 46_667, 53_333, 60_000, 70_000]
    assert lattice.score_milli[2:4].tolist() == [30_000, 40_000]


def test_apart_every_request_edge_meets_every_score_edge() -> None:
    lattice = apart_lattice(FOUR)
    assert len(lattice) == 3 * 3 + 2
    assert lattice.cell.tolist() == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4]
    assert lattice.places_of(FOUR).tolist() == [0, 1, 2, 3, 1, 2, 3, 1, 2, 3, 4]


def test_scores_that_agree_to_a_thousandth_are_not_parted() -> None:
    twins = models_of([20.0, 40.0001, 40.0004])
    lattice = coupled_lattice(twins)
    assert 2 not in lattice.places_of(twins)[1:-1].tolist()
    with pytest.raises(InputError, match="400,002 parts models whose scores agree to a thousandth"):
        coupled_lattice(twins, EdgeRules(pinned=(400_002,)))
    only_twins = models_of([40.0001, 40.0004])
    points = request_candidates(np.array([400_001, 400_004]), np.array([0, 0]), EdgeRules(forbidden=((0, 400_002),)))
    with pytest.raises(InputError, match="no edge parts two scores that differ by a thousandth"):
        coupled(points, only_twins)


def test_places_rise_on_the_axis_where_thousandths_tie() -> None:
    twins = models_of([40.0004, 40.0001])
    assert twins.axis_ppm.tolist() == sorted(twins.axis_ppm.tolist())
    assert twins.keys == ("p/1", "p/0")


def test_without_rules_every_pair_is_a_band_and_empty_ones_are_not() -> None:
    lattice = coupled_lattice(FOUR)
    free = pairs(lattice, FOUR, TierRules(least_members=0, least_serving=0))
    assert len(free) == 9 * 8 // 2
    place = lattice.places_of(FOUR)
    assert pairs(lattice, FOUR, TierRules()) == [(low, high) for low, high in free if place[high] > place[low]]


def test_members_and_gaps() -> None:
    lattice, place = coupled_lattice(FOUR), coupled_lattice(FOUR).places_of(FOUR)
    two = pairs(lattice, FOUR, TierRules(least_members=2, most_members=2))
    assert {int(place[high] - place[low]) for low, high in two} == {2}
    near = pairs(lattice, FOUR, TierRules(least_request_gap_ppm=200_000))
    inner = [(low, high) for low, high in near if low > 0 and high < len(lattice) - 1]
    assert inner
    assert all(lattice.request_ppm[high] - lattice.request_ppm[low] >= 200_000 for low, high in inner)
    # The ends of the axes keep no distance.
    assert [pair in near for pair in ((0, 1), (0, 2), (7, 8))] == [False, True, True]
    far = pairs(lattice, FOUR, TierRules(least_score_gap_milli=30_000))
    assert all(
        low == 0 or high == 8 or lattice.score_milli[high] - lattice.score_milli[low] >= 30_000 for low, high in far
    )


def test_both_edges_rise_where_they_stand_apart() -> None:
    lattice = apart_lattice(FOUR)
    inner = [(low, high) for low, high in pairs(lattice, FOUR, TierRules()) if low > 0 and high < 10]
    assert inner == [(1, 5), (1, 6), (1, 8), (1, 9), (2, 6), (2, 9), (4, 8), (4, 9), (5, 9)]


def test_no_band_passes_over_a_pin() -> None:
    lattice = apart_lattice(FOUR, EdgeRules(pinned=(500_000,)), EdgeRules(pinned=(50_000,)))
    at_pin = lattice.is_pinned_request & lattice.is_pinned_score
    (pin,) = np.flatnonzero(at_pin).tolist()
    found = pairs(lattice, FOUR, TierRules())
    last = len(lattice) - 1
    assert (0, last) not in found
    assert {(0, pin), (pin, last)} <= set(found)
    for low, high in found:
        passes_request = (low == 0 or lattice.request_ppm[low] < 500_000) and (
            high == last or lattice.request_ppm[high] > 500_000
        )
        passes_score = (low == 0 or lattice.score_milli[low] < 50_000) and (
            high == last or lattice.score_milli[high] > 50_000
        )
        assert (passes_request, passes_score) == (False, False)


def test_providers_are_counted_among_models_that_serve() -> None:
    models = models_of([20.0, 40.0, 60.0, 80.0], ["a/1", "a/2", "b/1", "c/1"], [1.0, 1.0, NAN, 1.0])
    lattice = apart_lattice(models)
    place = lattice.places_of(models)
    found = pairs(lattice, models, TierRules(least_providers=2))
    # The third model belongs to b and has no price: only bands with a model of a and that of c have two providers.
    assert found == [(low, high) for low, high in found if place[low] <= 1 and place[high] == 4]
    assert (0, len(lattice) - 1) in found
    serving = pairs(lattice, models, TierRules(least_serving=2))
    assert (int(np.flatnonzero(place == 2)[0]), len(lattice) - 1) not in serving


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"least_members": 3, "most_members": 2}, "a tier must have at least 3 and at most 2 models"),
        ({"least_serving": -1}, "least_serving is -1; give a number >= 0"),
        ({"least_price_step_ppm": -5}, "least_price_step_ppm is -5; give a number >= 0"),
        ({"least_price_step_ppm": 0, "least_serving": 0}, "a price step is asked for and a tier may have no model"),
    ],
)
def test_rules_that_are_refused(given: dict[str, int], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        TierRules(**given)


def test_too_many_and_too_few_bands_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    lattice = coupled_lattice(FOUR)
    with pytest.raises(InputError, match="no band keeps the rules of tiers; loosen them one by one"):
        allowed_bands(lattice, FOUR, TierRules(least_members=5))
    monkeypatch.setattr(bands_module, "_MOST_BANDS", 10)
    with pytest.raises(InputError, match="36 bands are too many; thin the grid with most_candidates"):
        allowed_bands(lattice, FOUR, TierRules(least_members=0, least_serving=0))
    monkeypatch.setattr(bands_module, "_MOST_BANDS", 4)
    with pytest.raises(InputError, match="7 positions make 36 pairs; thin the grid with most_candidates"):
        allowed_bands(lattice, FOUR, TierRules())

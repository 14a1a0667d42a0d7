"""Which maps are tied with the best, and which of them is taken?"""

from __future__ import annotations

import numpy as np
import pytest

from evidence.selection.worlds import COST, map_of, noisy_maps
from paretocode.errors import InputError
from paretocode.evidence import MapEstimates, Resampling, estimates_of_maps
from paretocode.evidence.selection import plateau_of

RESAMPLING = Resampling(n_clusters=200, n_replicates=400)


def estimates(worse: int = 60) -> list[MapEstimates]:
    return estimates_of_maps(noisy_maps(5, 200, worse=worse)[0], RESAMPLING, measures=[COST])


def test_maps_that_do_not_differ_are_tied_and_the_worse_one_is_not() -> None:
    maps = estimates()
    plateau = plateau_of(maps, COST, instability=[5, 1, 2, 3, 0])
    assert plateau.is_tied.tolist() == [True] * 4 + [False]
    assert (plateau.n_tied, plateau.measure, plateau.names) == (4, COST, ("m0", "m1", "m2", "m3", "m4"))
    costs = np.array([each.point[0] for each in maps])
    assert plateau.best == int(np.argmin(costs))
    assert plateau.gap == pytest.approx(costs - costs.min())
    assert plateau.recommended == 1  # the steadiest of those that are tied: m4 is steadier and not among them
    assert (plateau.gap_low[:4] == 0).all()
    assert 40 < plateau.gap_low[4] < plateau.gap[4]


def test_a_margin_lets_worse_maps_in() -> None:
    maps = estimates()
    least = plateau_of(maps, COST, instability=[0] * 5).gap_low[4]
    for margin, is_tied in ((least - 1e-6, False), (least + 1e-6, True)):
        assert plateau_of(maps, COST, instability=[1] * 5, margin=margin).is_tied[4] == is_tied


def test_the_recommended_map_looks_no_worse_than_a_standard_error_or_the_margin() -> None:
    maps = estimates(worse=1)
    far = plateau_of(maps, COST, instability=[1, 1, 1, 1, 0])
    error = float(maps[4].minus(maps[far.best]).standard_error[0])
    assert far.is_tied[4]  # the data do not tell it from the best
    assert far.gap[4] > error  # and yet it looks clearly worse
    assert not far.is_near[4]
    assert far.recommended != 4
    for name in ("margin", "near"):
        within = plateau_of(maps, COST, instability=[1, 1, 1, 1, 0], **{name: float(far.gap[4]) + 1e-9})
        assert (bool(within.is_near[4]), within.recommended) == (True, 4)


def test_what_is_near_but_not_tied_is_not_recommended() -> None:
    plateau = plateau_of(estimates(), COST, instability=[1, 1, 1, 1, 0], near=1000)
    assert (bool(plateau.is_tied[4]), plateau.recommended == 4) == (False, False)


def test_equal_instability_goes_to_the_smaller_gap_then_to_the_earlier_map() -> None:
    maps = estimates()
    plateau = plateau_of(maps, COST, instability=[1] * 5)
    assert plateau.recommended == plateau.best
    same = np.arange(200) % 9
    twins = estimates_of_maps([map_of("a", same), map_of("b", same)], RESAMPLING, measures=[COST])
    assert plateau_of(twins, COST, instability=[1, 1]).recommended == 0
    assert plateau_of(twins, COST, instability=[1, 0.5]).recommended == 1


def test_a_map_worse_in_one_session_alone_is_tied() -> None:
    cost = np.arange(200) % 9
    worse = cost.copy()
    worse[3] += 50
    maps = estimates_of_maps([map_of("a", cost), map_of("b", worse)], RESAMPLING, measures=[COST])
    assert plateau_of(maps, COST, instability=[1, 0]).is_tied.tolist() == [True, True]


def test_a_constant_gap_is_no_tie_beyond_the_margin() -> None:
    cost = np.arange(200) % 9
    maps = estimates_of_maps([map_of("a", cost), map_of("b", cost + 2)], RESAMPLING, measures=[COST])
    assert plateau_of(maps, COST, instability=[1, 0]).is_tied.tolist() == [True, False]
    assert plateau_of(maps, COST, instability=[1, 0], margin=2.0).is_tied.tolist() == [True, True]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"instability": [1, 2]}, r"instability has shape \(2,\) for 5 maps"),
        ({"instability": [1, 2, 3, 4, float("nan")]}, "or holds what is no number; give one number a map"),
        ({"instability": [1] * 5, "margin": -1.0}, "the margin is -1.0; give a number >= 0"),
        ({"instability": [1] * 5, "margin": float("nan")}, "the margin is nan"),
        ({"instability": [1] * 5, "level": 2.0}, "the level is 2.0"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(more: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        plateau_of(estimates(), COST, **more)  # type: ignore[arg-type]

"""Are tier jumps counted right with an edge elsewhere? By hand, and against the tiers of a map that has it there."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.sim.jumps import edge_jumps, expected_flips
from paretocode.stream.stream import RequestStream
from paretocode.tiermap import TierMap
from sim.test_jumps_noise import NAN, STREAM, a_map, asking
from strategies import streams, worlds


def test_one_edge_by_hand() -> None:
    stream = asking([0.3, 0.4], [0.4, 0.4], [0.9])
    (sweep,) = edge_jumps(stream, a_map(500_000), step_ppm=50_000).edges
    assert sweep.edge_ppm == 500_000
    # 0.3 is below and 0.4 not: the edge parts them at 0.35 and at 0.4 itself.
    assert [at for at, n in zip(sweep.at_ppm, sweep.jumps, strict=True) if n] == [350_000, 400_000]


def test_an_omitted_score_stays_with_the_default_tier() -> None:
    (sweep,) = edge_jumps(asking([NAN, 0.4, NAN]), a_map(500_000), step_ppm=100_000).edges
    assert dict(zip(sweep.at_ppm, sweep.jumps, strict=True)) == {
        at: 0 if at <= 400_000 else 2 for at in range(100_000, 1_000_000, 100_000)
    }


def test_at_its_own_place_it_is_what_the_map_does() -> None:
    tier_map = a_map(333_333, 660_000)
    found = edge_jumps(STREAM, tier_map)
    stated = expected_flips(STREAM, tier_map, 0.0)
    assert found.n_pairs == stated.n_pairs
    for sweep in found.edges:
        assert sweep.jumps[sweep.at_ppm.index(sweep.edge_ppm)] == stated.tier_jumps_stated


def test_no_edge_and_no_pair() -> None:
    assert edge_jumps(STREAM, a_map()).edges == ()
    (sweep,) = edge_jumps(asking([0.1], [0.9]), a_map(0)).edges
    assert sweep.at_ppm[0] == 0
    assert not any(sweep.jumps)
    with pytest.raises(InputError, match="step_ppm is 0"):
        edge_jumps(STREAM, a_map(1), step_ppm=0)


def asked_jumps(stream: RequestStream, tier_map: TierMap) -> int:
    tiers = tier_map.tiers_of(stream)
    return int(np.count_nonzero((tiers[1:] != tiers[:-1]) & ~stream.is_first[1:]))


@given(world=worlds(), stream=streams(), step=st.sampled_from([30_000, 170_000]))
def test_every_place_equals_a_map_with_the_edge_there(
    world: tuple[TierMap, object], stream: RequestStream, step: int
) -> None:
    tier_map, _ = world
    edges = tier_map.request_edges_ppm
    for place, sweep in enumerate(edge_jumps(stream, tier_map, step_ppm=step).edges):
        for at, jumps in zip(sweep.at_ppm, sweep.jumps, strict=True):
            moved = dataclasses.replace(tier_map, request_edges_ppm=(*edges[:place], at, *edges[place + 1 :]))
            assert jumps == asked_jumps(stream, moved)

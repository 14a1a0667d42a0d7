"""Does noise in min scores move as many requests as the formula says? Sampled, and at the ends of the axis."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.sim.jumps import expected_flips, near_edge_ppm
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy, Tier, TierMap
from strategies import NAN

N_SAMPLES = 4_000


def a_map(*edges_ppm: int) -> TierMap:
    names = [f"t{i}" for i in range(len(edges_ppm) + 1)]
    return TierMap(
        name="any", tiers=tuple(Tier(name=name, models=()) for name in names), request_edges_ppm=edges_ppm,
        score_edges_milli=None, default_tier=names[-1], policy=Policy(), score_definition="test-1",
    )  # fmt: skip


def asking(*sessions: list[float]) -> RequestStream:
    session = np.repeat(np.arange(len(sessions)), [len(s) for s in sessions])
    n = len(session)
    return request_stream(
        session=session, time_s=range(n), prompt_tokens=[1] * n, completion_tokens=[1] * n,
        min_score=[score for scores in sessions for score in scores],
    )  # fmt: skip


STREAM = asking([0.3, 0.34, 0.34, NAN], [0.66, 0.6, 0.9], [0.02, 0.98, 0.33], [0.5])


def sampled(stream: RequestStream, tier_map: TierMap, draw: Callable[[], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return flips and tier jumps of each of many noisy streams."""
    flips, jumps = np.empty(N_SAMPLES), np.empty(N_SAMPLES)
    stated, is_pair = tier_map.tiers_of(stream), ~stream.is_first[1:]
    edges = np.array(tier_map.request_edges_ppm) / 1e6
    for sample in range(N_SAMPLES):
        noisy = np.clip(stream.min_score_ppm / 1e6 + draw(), 0, 1)
        tier = np.where(stream.is_omitted, tier_map.default_index, np.searchsorted(edges, noisy, side="right"))
        flips[sample] = np.count_nonzero(tier != stated)
        jumps[sample] = np.count_nonzero((tier[1:] != tier[:-1]) & is_pair)
    return flips, jumps


@pytest.mark.parametrize("noise_sd", [0.01, 0.05, 0.4])
@pytest.mark.parametrize("edges", [(330_000, 660_000), (0, 340_000, 1_000_000)])
def test_sampling_agrees(noise_sd: float, edges: tuple[int, ...]) -> None:
    rng, tier_map = np.random.default_rng(7), a_map(*edges)
    found = expected_flips(STREAM, tier_map, noise_sd)
    flips, by_turn = sampled(STREAM, tier_map, lambda: rng.normal(0, noise_sd, len(STREAM)))
    again, by_session = sampled(STREAM, tier_map, lambda: rng.normal(0, noise_sd, STREAM.n_sessions)[STREAM.session])
    for seen, expected in [
        (flips, found.flips), (again, found.flips),
        (by_turn, found.tier_jumps_by_turn), (by_session, found.tier_jumps_by_session),
    ]:  # fmt: skip
        # Six standard errors of the mean, and one sample's worth where nothing varies.
        assert abs(seen.mean() - expected) <= 6 * seen.std() / N_SAMPLES**0.5 + 1 / N_SAMPLES


def test_on_an_edge_half_of_the_requests_flip() -> None:
    found = expected_flips(asking([0.66, 0.66, 0.66], [NAN]), a_map(330_000, 660_000), 0.01)
    assert found.flips == pytest.approx(1.5)
    assert found.flip_share == pytest.approx(1.5 / 4)
    assert (found.n_pairs, found.tier_jumps_stated, found.tier_jumps_by_session) == (2, 0, 0.0)
    assert found.rate_by_turn == pytest.approx(0.5)
    assert (found.rate_stated, found.rate_by_session) == (0.0, 0.0)


def test_nothing_falls_below_an_edge_at_zero() -> None:
    found = expected_flips(asking([0.0, 0.0]), a_map(0), 0.3)
    assert (found.flips, found.tier_jumps_by_turn) == (0.0, 0.0)


def test_without_a_pair_there_is_no_rate() -> None:
    found = expected_flips(asking([0.5]), a_map(500_000), 0.1)
    assert (found.rate_stated, found.rate_by_turn, found.rate_by_session) == (None, None, None)


@pytest.mark.parametrize("noise_sd", [-0.1, float("nan"), float("inf")])
def test_refuses_a_noise_that_is_none(noise_sd: float) -> None:
    with pytest.raises(InputError, match=r"noise_sd is .*; give a finite number, 0 or more"):
        expected_flips(STREAM, a_map(500_000), noise_sd)


def test_mass_near_any_edge() -> None:
    stream = asking([0.32, 0.33, 0.5], [0.67, NAN])
    assert near_edge_ppm(stream, a_map(330_000, 660_000), [0.0, 0.01, 0.2]) == (200_000, 600_000, 800_000)
    assert near_edge_ppm(stream, a_map(), [0.0, 0.5]) == (0, 0)

"""Tallies worked out by hand: what adds up, what is refused, and sums beyond 64 bits."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest

from paretocode.catalogue import Catalogue, FractionScale
from paretocode.errors import InputError
from paretocode.sim import NO_CACHE, UNTIMED, Replay, draw_luck, replay
from paretocode.sim.metrics import metrics_of
from paretocode.sim.tally_record import Tally, merged
from paretocode.sim.tallying import tally
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import Policy, Tier, TierMap
from strategies import catalogue_of

SCALE = FractionScale(full=100.0)


def models(**more: object) -> Catalogue:
    return catalogue_of(
        {
            "model_id": ["cheap", "dear", "idle"],
            "coding_score": [40.0, 80.0, float("nan")],
            "prompt_usd_per_mtok": [1.0, 2.0, 9.0],
            "completion_usd_per_mtok": [0.5, 1.0, 9.0],
            "context_tokens": [100.0, 200.0, 10.0],
        },
        **more,
    )


def two_tiers(name: str = "two") -> TierMap:
    return TierMap(
        name=name, tiers=(Tier(name="low", models=("cheap",)), Tier(name="high", models=("dear", "idle"))),
        request_edges_ppm=(500_000,), score_edges_milli=None, default_tier="high",
        policy=Policy(empty_tier="up"), score_definition="test-1",
    )  # fmt: skip


def four_requests() -> RequestStream:
    return request_stream(
        session=[0, 0, 1, 1], time_s=[0, 1, 0, 1], prompt_tokens=[90, 150, 300, 10], completion_tokens=[10, 10, 7, 0],
        min_score=[0.3, 0.3, 0.9, 0.9],
    )  # fmt: skip


def run_of(stream: RequestStream, **changed: object) -> Replay:
    return dataclasses.replace(replay(stream, two_tiers(), models(), cache=NO_CACHE), **changed)  # type: ignore[arg-type]


def test_a_tally_by_hand() -> None:
    run = run_of(four_requests(), latency_us=np.array([5, 7, UNTIMED, 3_000_000]))
    found = tally(run, scale=SCALE, slo_s=[0.000005, 3])
    # Row 0 goes low; row 1 fits only the dear model, one tier up; row 2 fits nothing; row 3 asks 0.9 and gets 0.8.
    assert (found.n_requests, found.n_sessions, found.n_unserved) == (4, 2, 1)
    assert found.requests_by_tier == (1, 2)
    assert found.requests_by_model == (1, 2, 0)
    assert found.cost_pusd_by_tier == (95_000_000, 310_000_000 + 20_000_000)
    assert found.cost_pusd_by_model == (95_000_000, 330_000_000, 0)
    assert found.cost_pusd == 425_000_000
    assert (found.prompt_tokens, found.cached_tokens, found.completion_tokens) == (250, 0, 20)
    assert (found.n_asked, found.n_short, found.n_refused) == (3, 1, 1)
    assert (found.shortfall_ppm, found.excess_ppm) == (100_000, 100_000 + 500_000)
    assert (found.jumps.n_pairs, found.jumps.n_tier_jumps, found.jumps.n_model_jumps) == (2, 1, 1)
    assert (found.latency.n_requests, found.latency_us) == (3, 3_000_012)
    assert found.n_above_limit == (2, 0)  # a time equal to a limit keeps it


def test_sums_beyond_64_bits_are_exact() -> None:
    huge = 2**62 - 1
    run = run_of(
        four_requests(), cost_pusd=np.array([huge, huge, 0, huge]), latency_us=np.array([huge, huge, UNTIMED, huge])
    )
    found = tally(run, scale=SCALE)
    assert found.cost_pusd == found.latency_us == 3 * huge
    assert found.cost_pusd_by_tier == (huge, 2 * huge)
    twice = found + found
    assert twice.cost_pusd == 6 * huge
    assert metrics_of(twice).latency_mean_s == metrics_of(found).latency_mean_s


def test_a_stream_of_several_blocks_adds_up_to_the_plain_sums() -> None:
    n = 300_000  # replays and tallies go through such a stream in three blocks
    rng = np.random.default_rng(5)
    stream = request_stream(
        session=np.sort(rng.integers(0, 900, n)), time_s=np.arange(n), prompt_tokens=rng.integers(0, 220, n),
        completion_tokens=rng.integers(0, 20, n), min_score=rng.choice([0.3, 0.9, np.nan], n),
    )  # fmt: skip
    timed = models(ttft_s=np.full((3, 7), 1.0), throughput_tps=np.full((3, 7), 50.0))
    run = replay(stream, two_tiers(), timed, luck=draw_luck(stream, rng=1))
    found = tally(run, scale=SCALE)
    model, known = run.decisions.model_index, run.latency_us[run.latency_us != UNTIMED]  # type: ignore[index]
    assert found.requests_by_model == tuple(np.bincount(model + 1, minlength=4)[1:].tolist())
    assert found.cost_pusd_by_model == tuple(int(run.cost_pusd[model == row].sum()) for row in range(3))
    assert found.prompt_tokens == int(stream.prompt_tokens[model >= 0].sum())
    assert (found.n_sessions, found.jumps.n_pairs) == (stream.n_sessions, n - stream.n_sessions)
    assert (found.latency_us, found.latency.n_requests) == (int(known.sum()), len(known))
    assert 0 < found.n_unserved < n


def _tally(**changed: object) -> Tally:
    made = {"tier_map": two_tiers(), "catalogue": models(), "scale": SCALE, "slo_s": (), **changed}
    run = replay(four_requests(), made["tier_map"], made["catalogue"], cache=NO_CACHE)  # type: ignore[arg-type]
    return tally(run, scale=made["scale"], slo_s=made["slo_s"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tier_map": two_tiers("three")}, "maps 'two' and 'three'"),
        ({"catalogue": models(prompt_usd_per_mtok=[1.0, 2.5, 9.0])}, "catalogues"),
        ({"scale": FractionScale(full=90.0)}, "different score scales"),
        ({"slo_s": [1.5]}, r"latency limits \(\) and \(1500000,\) microseconds"),
    ],
)
def test_tallies_of_different_things_do_not_add_up(changed: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=f"tallies of the {words}.* do not add up; replay all parts"):
        _tally() + _tally(**changed)


def test_tallies_of_equal_subjects_add_up_across_processes() -> None:
    here, there = _tally(), pickle.loads(pickle.dumps(_tally()))
    assert here == there
    assert (here + there).n_requests == 8


def test_nothing_to_merge_is_refused() -> None:
    with pytest.raises(InputError, match="give at least one part"):
        merged([])


@pytest.mark.parametrize("limit", [-1.0, float("inf"), float("nan")])
def test_a_limit_is_a_time(limit: float) -> None:
    with pytest.raises(InputError, match="give seconds, 0 or more"):
        tally(run_of(four_requests()), scale=SCALE, slo_s=[limit])

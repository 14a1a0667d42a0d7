"""The demand law, its application and its table."""

from __future__ import annotations

import time

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.stream import DEFAULT_DEMAND, Demand, RequestStream, apply_demand, demand_of, request_stream


def plain_stream(n_sessions: int, turns: int) -> RequestStream:
    n = n_sessions * turns
    return request_stream(
        session=np.repeat(np.arange(n_sessions), turns),
        time_s=np.tile(np.arange(turns), n_sessions),
        prompt_tokens=np.ones(n, dtype=np.int64),
        completion_tokens=np.ones(n, dtype=np.int64),
    )


def changes(stream: RequestStream) -> np.ndarray:
    """Return whether each request asks for something else than the one before it in its session."""
    asked = np.where(stream.is_omitted, -1, stream.min_score_ppm)
    return np.concatenate(([False], asked[1:] != asked[:-1])) & ~stream.is_first


def test_shares_come_out_as_stated() -> None:
    stream = apply_demand(plain_stream(200_000, 1), DEFAULT_DEMAND, rng=1)
    table = demand_of(stream)
    share = dict(zip(table.min_score_ppm.tolist(), table.share.tolist(), strict=True))
    for score, stated in DEFAULT_DEMAND.atoms:
        # The smooth part adds 0.015 % to every value of three decimals.
        assert share[round(score * 1e6)] == pytest.approx(stated + 0.00015, abs=0.004)
    assert table.omitted_share == pytest.approx(0.15, abs=0.004)
    assert (table.min_score_ppm % 1000 == 0).all()
    assert len(share) > 900


@pytest.mark.parametrize(
    "demand",
    [
        DEFAULT_DEMAND,
        Demand(atoms=((0.5, 0.9),), omitted_share=0.1, switch_rate=0.02),
        Demand(atoms=(), smooth_share=1.0, smooth_low=0.2, smooth_high=0.4, smooth_a=2.0, smooth_b=5.0),
    ],
)
def test_the_expected_table_is_what_many_requests_show(demand: Demand) -> None:
    expected = demand.table()
    seen = demand_of(apply_demand(plain_stream(100_000, 3), demand, rng=2))
    assert expected.share.sum() + expected.omitted_share == pytest.approx(1)
    assert set(seen.min_score_ppm.tolist()) <= set(expected.min_score_ppm.tolist())
    below = [float(t.share[t.min_score_ppm < 300_000].sum()) for t in (expected, seen)]
    assert below[1] == pytest.approx(below[0], abs=0.006)
    assert seen.omitted_share == pytest.approx(expected.omitted_share, abs=0.006)


@pytest.mark.parametrize("rate", [0.0, 0.0009, 0.05])
def test_visible_switches_come_at_the_stated_rate(rate: float) -> None:
    demand = Demand(atoms=((0.2, 0.2), (0.65, 0.7)), omitted_share=0.1, switch_rate=rate)
    stream = apply_demand(plain_stream(20_000, 50), demand, rng=3)
    later = int((~stream.is_first).sum())
    assert changes(stream).sum() / later == pytest.approx(rate, abs=4 * np.sqrt(rate / later) + 1e-12)


def test_one_value_never_switches() -> None:
    stream = apply_demand(plain_stream(10, 100), Demand(atoms=((0.65, 1.0),), switch_rate=0.5), rng=3)
    assert (stream.min_score_ppm == 650_000).all()
    assert not stream.is_omitted.any()


def test_same_seed_same_bytes_and_the_stream_is_left_alone() -> None:
    stream = plain_stream(1000, 3)
    before = stream.digest
    digests = {apply_demand(stream, DEFAULT_DEMAND, rng=rng).digest for rng in (4, np.random.default_rng(4))}
    assert len(digests) == 1
    assert apply_demand(stream, DEFAULT_DEMAND, rng=5).digest not in digests
    assert stream.digest == before
    assert not apply_demand(stream, DEFAULT_DEMAND, rng=5).min_score_ppm.flags.writeable


def test_a_million_requests_take_well_under_a_second() -> None:
    stream = plain_stream(20_000, 50)
    start = time.process_time()
    apply_demand(stream, DEFAULT_DEMAND, rng=1)
    assert time.process_time() - start < 1


def test_the_default_is_an_assumption_that_adds_up() -> None:
    assert DEFAULT_DEMAND.atoms == ((0.2, 0.05), (0.5, 0.10), (0.65, 0.35), (0.8, 0.15), (0.9, 0.05))
    assert (DEFAULT_DEMAND.omitted_share, DEFAULT_DEMAND.smooth_share) == (0.15, 0.15)
    assert DEFAULT_DEMAND.switch_rate == 0.0009


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"atoms": ((0.5, 0.5),)}, "the shares of atoms, omitted and smooth sum to 0.5; make them sum to 1."),
        ({"atoms": ((0.5, 0.5), (0.5, 0.5))}, "atoms has 0.5 twice; write the edges in strictly increasing order."),
        ({"atoms": ((65, 1.0),)}, "atoms holds 65, which is outside 0..1; correct it."),
        ({"atoms": (), "smooth_share": 1.0, "smooth_low": 0.6, "smooth_high": 0.4}, None),
        (
            {"atoms": (), "smooth_share": 1.0, "smooth_a": 0.0},
            "smooth_a is 0, which is not positive; correct it.",
        ),
        (
            {"atoms": (), "omitted_share": 1.0, "switch_rate": 2},
            "switch_rate holds 2, which is outside 0..1; correct it.",
        ),
    ],
)
def test_refusals(settings: dict[str, object], sentence: str | None) -> None:
    with pytest.raises(InputError) as refusal:
        Demand(**settings)
    expected = sentence or "smooth_low is 0.6 and smooth_high 0.4; give the lower bound first."
    assert str(refusal.value) == f"demand: {expected}"


def test_a_negative_share_is_refused() -> None:
    with pytest.raises(InputError, match=r"^demand: share is -0.5 in row 1, which is below 0; correct it.$"):
        Demand(atoms=((0.5, -0.5),), omitted_share=1.5)

"""Parts get the min scores and the luck that the whole stream would get."""

from __future__ import annotations

import tempfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paretocode.sim.luck import draw_luck, luck_sources
from paretocode.stream import DEMANDS, Demand, apply_demand, synthesise
from paretocode.stream.partitioned import partition_stream
from paretocode.stream.partitioned.asking import askers

STREAM = synthesise("chat", n_requests=300, rng=2)
ODD = Demand(atoms=((0.2, 0.3), (0.65, 0.1)), omitted_share=0.1, smooth_share=0.5, smooth_a=2.0, switch_rate=0.2)


@settings(max_examples=8, deadline=None)
@given(demand=st.sampled_from([ODD, *DEMANDS.values()]), n_parts=st.sampled_from([1, 3, 8]), seed=st.integers(0, 99))
def test_parts_ask_for_what_the_whole_stream_asks_for(demand: Demand, n_parts: int, seed: int) -> None:
    whole = apply_demand(STREAM, demand, rng=seed)
    with tempfile.TemporaryDirectory() as folder:
        parts = partition_stream(STREAM, folder + "/parts", n_parts=n_parts)
        asked = [
            asker.apply(part) for asker, part in zip(askers(parts, demand, rng=seed), parts.streams(), strict=True)
        ]
        again = askers(parts, demand, rng=seed)[-1]
        last = parts.part(len(parts.parts) - 1)
    for name in ("min_score_ppm", "is_omitted"):
        np.testing.assert_array_equal(np.concatenate([getattr(part, name) for part in asked]), getattr(whole, name))
    np.testing.assert_array_equal(again.apply(last).min_score_ppm, again.apply(last).min_score_ppm)


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.9])
def test_parts_have_the_luck_of_the_whole_stream(correlation: float) -> None:
    whole = draw_luck(STREAM, rng=5, correlation=correlation)
    cut = np.searchsorted(STREAM.session, [0, 1, 40, 41, STREAM.n_sessions])
    drawing, skipping = luck_sources(5), luck_sources(5)
    for start, stop in zip(cut[:-1].tolist(), cut[1:].tolist(), strict=True):
        part = STREAM.part(start, stop)
        luck = drawing.draw(part, correlation=correlation)
        for name in ("ttft", "throughput", "bits"):
            np.testing.assert_array_equal(getattr(luck, name), getattr(whole, name)[start:stop])
        if start == 0:
            skipping.skip(len(part))
        elif start == cut[1]:
            np.testing.assert_array_equal(skipping.draw(part, correlation=correlation).bits, luck.bits)


def test_luck_remembers_within_a_session_by_the_recursion_of_its_definition() -> None:
    from scipy.special import ndtr

    normal = luck_sources(7).ttft.standard_normal(len(STREAM))
    expected = []
    for row, value in enumerate(normal.tolist()):
        expected.append(value if STREAM.is_first[row] else 0.3 * expected[-1] + np.sqrt(1 - 0.3**2) * value)
    levels = np.minimum(np.floor(ndtr(np.array(expected)) * 4096), 4095)
    np.testing.assert_array_equal(draw_luck(STREAM, rng=7).ttft, levels)

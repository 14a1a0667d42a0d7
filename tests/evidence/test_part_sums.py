"""Sums and windows of parts, put together, are those of the stream in memory: any cut, any cluster, ties on purpose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.errors import InputError
from paretocode.evidence import block_clusters, day_clusters, map_sums, part_sums, part_times, session_clusters
from paretocode.evidence import clusters as clusters_module
from paretocode.evidence.part_times import bounds_of
from paretocode.sim import draw_luck, replay
from paretocode.sim.histogram import latency_histogram
from paretocode.sim.latency import UNTIMED
from paretocode.sim.luck import Luck
from paretocode.sim.replaying import Replay
from paretocode.stream.stream import request_stream
from paretocode.tiermap import documented_pareto_code

CATALOGUE = load_bundled()
SCALE = PercentileScale(field=tuple(CATALOGUE.coding_score))
MAP = documented_pareto_code(CATALOGUE)
MEASURES = ("cost_usd_per_krequest", "latency_mean_s", "latency_p50_s", "latency_p95_s", "tier_jump_rate")
CLUSTERS = {"session": session_clusters, "day": day_clusters, "block": block_clusters}


def pieces(run: Replay, luck: Luck, cuts: list[int]) -> list[tuple[Replay, int]]:
    """Cut a replay between sessions; return each part, with the times of the whole, and its first session."""
    assert run.latency_us is not None
    first = np.flatnonzero(run.stream.is_first)
    starts = sorted({0, *cuts})
    found = []
    for start, stop in zip(starts, [*starts[1:], len(first)], strict=True):
        rows = slice(first[start], len(run.stream) if stop == len(first) else first[stop])
        part = run.stream.part(rows.start, rows.stop)
        own = luck.take(np.arange(rows.start, rows.stop))
        again = replay(part, MAP, CATALOGUE, luck=own)
        found.append((replace(again, latency_us=run.latency_us[rows]), start))
    return found


@settings(deadline=None, max_examples=60)
@given(data=st.data(), kind=st.sampled_from(sorted(CLUSTERS)), spare=st.sampled_from([0.0, 3.0, 1000.0]))
def test_parts_together_are_the_whole(data: st.DataObject, kind: str, spare: float) -> None:
    turns = data.draw(st.lists(st.integers(1, 4), min_size=2, max_size=9))
    days = data.draw(st.lists(st.sampled_from([0, 1, 2, 5]), min_size=len(turns), max_size=len(turns)))
    cuts = data.draw(st.lists(st.integers(1, len(turns) - 1), max_size=3))
    session = np.repeat(np.arange(len(turns)), turns)
    time_s = np.concatenate([day * 86_400 + np.arange(n) * 60.0 for day, n in zip(days, turns, strict=True)])
    scores = data.draw(st.lists(st.sampled_from([0.1, 0.5, 0.7]), min_size=len(session), max_size=len(session)))
    stream = request_stream(
        session=session.tolist(),
        time_s=time_s,
        prompt_tokens=[5_000] * len(session),
        completion_tokens=[100] * len(session),
        min_score=scores,
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(clusters_module, "BLOCKS", 3)
        patched.setattr("paretocode.evidence.part_clusters.BLOCKS", 3)
        luck = draw_luck(stream, rng=1)
        times = st.lists(st.sampled_from([5, 5, 700, UNTIMED]), min_size=len(session), max_size=len(session))
        latency_us = np.array(data.draw(times), dtype=np.int64)
        run = replace(replay(stream, MAP, CATALOGUE, luck=luck), latency_us=latency_us)
        parts = pieces(run, luck, cuts)
        sums = [part_sums(part, scale=SCALE, measures=MEASURES, kind=kind, first_session=at) for part, at in parts]
        try:
            whole = map_sums(run, scale=SCALE, measures=MEASURES, clusters=CLUSTERS[kind](stream))
        except InputError as refusal:
            with pytest.raises(InputError, match=refusal.what):
                sum(sums[1:], sums[0]).joined(MAP.name, kind=kind)
            return
        together = sum(sums[:-1], sums[-1]).joined(MAP.name, kind=kind)
        assert (together.n_clusters, together.cluster_kind) == (whole.n_clusters, whole.cluster_kind)
        assert list(together.columns) == list(whole.columns)
        for name, column in whole.columns.items():
            np.testing.assert_array_equal(together.columns[name], column)
        assert run.latency_us is not None
        for per_mille, expected in whole.windows.items():
            bounds = bounds_of(latency_histogram(run.latency_us), per_mille, spare=spare)
            times = [part_times(part, bounds, kind=kind, first_session=at) for part, at in reversed(parts)]
            window = sum(times[1:], times[0]).window(per_mille, kind=kind)
            assert window is not None  # so few times all lie within 64 places
            for field in ("n_timed", "n_below", "sum_us", "time_us", "cluster"):
                np.testing.assert_array_equal(getattr(window, field), getattr(expected, field))
            assert (window.per_mille, window.place) == (expected.per_mille, expected.place)


def test_bounds_that_cut_into_the_window_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = request_stream(
        session=list(range(2_000)), time_s=[0.0] * 2_000, prompt_tokens=[5_000] * 2_000, completion_tokens=[50] * 2_000
    )
    run = replay(stream, MAP, CATALOGUE, luck=draw_luck(stream, rng=1))
    assert run.latency_us is not None
    whole = latency_histogram(run.latency_us)
    narrow, wide = (
        part_times(run, bounds_of(whole, 500, spare=spare), kind="session", first_session=0) for spare in (0.0, 60.0)
    )
    assert narrow.window(500, kind="session") is None
    expected = map_sums(run, scale=SCALE, measures=["latency_p50_s"]).windows[500]
    found = wide.window(500, kind="session")
    assert found is not None
    np.testing.assert_array_equal(found.time_us, expected.time_us)


def test_sums_beyond_64_bits_are_refused() -> None:
    stream = request_stream(session=[0, 1], time_s=[0.0, 0.0], prompt_tokens=[9] * 2, completion_tokens=[1] * 2)
    run = replay(stream, MAP, CATALOGUE)
    sums = part_sums(run, scale=SCALE, measures=["cost_usd_per_krequest"], kind="session", first_session=0)
    huge = replace(sums, pieces=tuple(p._replace(columns={"cost_pusd": np.array([2**62, 2**62])}) for p in sums.pieces))
    with pytest.raises(InputError, match="sums by cluster leave 64 bits"):
        huge.joined("m", kind="session")

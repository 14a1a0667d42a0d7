"""What holds for all evidence: exact sums, one set of resamples, quantiles as if sorted, metrics as measured."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from paretocode.catalogue import Catalogue, FractionScale
from paretocode.evidence import (
    MAP_MEASURES,
    Clusters,
    Resampling,
    bca_intervals,
    estimates_of_maps,
    intervals,
    label_clusters,
    map_measure,
    map_sums,
    percentile_intervals,
    ratio_estimates,
    resampled_totals,
    simultaneous_intervals,
    student_intervals,
    summed,
    verdict_of,
)
from paretocode.evidence import quantiles as quantiles_module
from paretocode.evidence import resampling as resampling_module
from paretocode.evidence.quantiles import quantile_window, resampled_quantiles_us
from paretocode.sim import PrefixCache, Replay, draw_luck, measure, metrics_of, replay, tally
from paretocode.sim.latency import UNTIMED
from paretocode.stream import RequestStream
from paretocode.tiermap import TierMap
from strategies import streams, timed, worlds

R = 100
SCALE = FractionScale(full=40.0)
LIMITS_S = (1.0, 3.0)
EVERY = (*MAP_MEASURES, *(f"latency_above_share:{limit:g}" for limit in LIMITS_S))
RATIOS = tuple(name for name in EVERY if map_measure(name).per_mille is None)
UNTIMED_RATIOS = tuple(name for name in RATIOS if "latency" not in name)


@st.composite
def whole_columns(draw: st.DrawFn) -> np.ndarray:
    """Columns of any size of number: bits, small ones that share a float, and ones up to 2^62 of either sign."""
    n, k = draw(st.integers(2, 9)), draw(st.integers(1, 7))
    columns = []
    for _ in range(k):
        bits = draw(st.sampled_from([0, 1, 3, 26, 36, 47, 50, 53, 62]))
        least = draw(st.sampled_from([0, -(2**bits)]))
        edges = st.sampled_from([0, least, 2**bits, 2**bits - 1])
        columns.append(draw(st.lists(st.one_of(edges, st.integers(least, 2**bits)), min_size=n, max_size=n)))
    return np.array(columns, dtype=np.int64).T


@given(columns=whole_columns())
def test_totals_of_resamples_are_python_s_sums_rounded_at_most_twice(columns: np.ndarray) -> None:
    resampling = Resampling(n_clusters=len(columns), n_replicates=R)
    totals = resampled_totals(columns, resampling)
    (counts,) = [block.astype(int).tolist() for _, block in resampling.blocks()]
    n_limbs = -(-columns.max(initial=1).item().bit_length() // (53 - len(columns).bit_length()))
    for r in range(0, R, 9):
        for k in range(columns.shape[1]):
            exact = sum(w * v for w, v in zip(counts[r], columns[:, k].tolist(), strict=True))
            if np.abs(columns[:, k]).max() <= 2 ** (53 - len(columns).bit_length()):
                assert totals[r, k] == exact
            else:  # half a unit in the last place for each rounding, of a partial sum that may be larger than the total
                size = sum(w * abs(v) for w, v in zip(counts[r], columns[:, k].tolist(), strict=True))
                assert abs(int(totals[r, k]) - exact) <= max(1, n_limbs - 1) * size / 2**53
                if columns[:, k].min() >= 0:
                    assert totals[r, k] == pytest.approx(exact, rel=2**-52)


@given(n=st.integers(2, 40), seed=st.integers(0, 9), block=st.integers(1, 500), kept=st.sampled_from([0, 1 << 28]))
@settings(max_examples=40)
def test_resamples_are_the_same_however_they_are_cut(n: int, seed: int, block: int, kept: int) -> None:
    whole = [counts.copy() for _, counts in Resampling(n_clusters=n, n_replicates=R, seed=seed).blocks()]
    with (
        mock.patch.object(resampling_module, "_BLOCK_NUMBERS", block),
        mock.patch.object(resampling_module, "_MOST_KEPT", kept),
    ):
        cut = [(rows, counts.copy()) for rows, counts in Resampling(n_clusters=n, n_replicates=R, seed=seed).blocks()]
    assert [row for rows, _ in cut for row in range(rows.start, rows.stop)] == list(range(R))
    np.testing.assert_array_equal(np.concatenate([counts for _, counts in cut]), np.concatenate(whole))


@st.composite
def times_of_clusters(draw: st.DrawFn) -> tuple[np.ndarray, Clusters]:
    """Few times with many ties, some unknown, in clusters that need not stand together."""
    n = draw(st.integers(2, 24))
    times = draw(st.lists(st.sampled_from([UNTIMED, 0, 1, 1, 2, 5, 5, 5, 9, 10**12]), min_size=n, max_size=n))
    owner = np.array(draw(st.lists(st.integers(0, 4), min_size=n, max_size=n)))
    numbers = np.unique(owner, return_inverse=True)[1]
    assume(len(set(numbers.tolist())) > 1)
    assume(any(time != UNTIMED for time in times))
    return np.array(times), Clusters(of_row=numbers, n=int(numbers.max()) + 1, kind="session")


@given(
    world=times_of_clusters(),
    per_mille=st.sampled_from([1, 250, 500, 501, 950, 999]),
    least=st.sampled_from([0, 1, 3, 64]),
    stretch=st.sampled_from([1, 2, 128]),
)
@settings(max_examples=100)
def test_quantiles_of_resamples_are_those_of_sorting_or_undefined(
    world: tuple[np.ndarray, Clusters], per_mille: int, least: int, stretch: int
) -> None:
    times, clusters = world
    counts = np.concatenate([c.copy() for _, c in Resampling(n_clusters=clusters.n, n_replicates=R).blocks()])
    width = 6.0 if least == 64 else 0.0
    with (
        mock.patch.object(quantiles_module, "_LEAST", least),
        mock.patch.object(quantiles_module, "_WIDTH", width),
        mock.patch.object(quantiles_module, "_STRETCH", stretch),
    ):
        window = quantile_window(times, clusters, per_mille=per_mille)
        turned = np.ascontiguousarray(counts.T, dtype=np.int16)
        found = resampled_quantiles_us(window, counts @ window.n_timed, counts @ window.n_below, turned)
    whole = np.sort(times[times != UNTIMED])
    assert window.point_us == whole[-(-len(whole) * per_mille // 1000) - 1]
    if least == 64:
        assert window.n_up_to.sum() == (whole <= window.point_us).sum()
    n_known = len(window.time_us) + window.n_below.sum()
    for r in range(R):
        drawn = np.repeat(times, counts[r][clusters.of_row].astype(int))
        drawn = np.sort(drawn[drawn != UNTIMED])
        if not len(drawn):
            assert np.isnan(found[r])
            continue
        quantile = drawn[-(-len(drawn) * per_mille // 1000) - 1]
        if np.isnan(found[r]):  # only where the quantile stands at or beyond an end that was cut
            is_below = quantile <= window.time_us[0] and window.n_below.sum() > 0
            is_above = quantile >= window.time_us[-1] and n_known < len(whole)
            assert is_below or is_above
        else:
            assert found[r] == quantile


@st.composite
def replayed(draw: st.DrawFn) -> tuple[RequestStream, TierMap, Catalogue, Replay]:
    """A small world under its map, with luck: unserved and untimed requests, missing and omitted scores."""
    tier_map, catalogue = draw(worlds())
    catalogue, stream = draw(timed(catalogue)), draw(streams())
    assume(stream.n_sessions > 1)
    serves = catalogue.has_price & (catalogue.context_tokens > 0)
    assume(any(key in tier_map.models for key, is_usable in zip(catalogue.keys, serves, strict=True) if is_usable))
    cache = draw(st.sampled_from([None, PrefixCache(ttl_s=4.0, min_tokens=15)]))
    more = {} if cache is None else {"cache": cache}
    return stream, tier_map, catalogue, replay(stream, tier_map, catalogue, luck=draw_luck(stream, rng=1), **more)


@given(world=replayed())
@settings(max_examples=60)
def test_sums_of_sessions_give_the_metrics(world: tuple[RequestStream, TierMap, Catalogue, Replay]) -> None:
    *_, run = world
    total = tally(run, scale=SCALE, slo_s=LIMITS_S)
    metrics = metrics_of(total)
    assert metrics == measure(run, scale=SCALE, slo_s=LIMITS_S)
    sums = map_sums(run, scale=SCALE, measures=RATIOS)
    assert {name: sums.total(name) for name in sums.columns} == {
        "cost_pusd": total.cost_pusd,
        "n_requests": total.n_requests,
        "latency_us": total.latency_us,
        "n_timed": total.latency.n_requests,
        "n_tier_jumps": total.jumps.n_tier_jumps,
        "n_model_jumps": total.jumps.n_model_jumps,
        "n_pairs": total.jumps.n_pairs,
        "shortfall_ppm": total.shortfall_ppm,
        "excess_ppm": total.excess_ppm,
        "n_asked": total.n_asked,
        "n_unmet": total.n_short + total.n_refused,
        "n_judged": total.n_asked + total.n_refused,
        "n_unserved": total.n_unserved,
        **{f"n_above:{round(s * 1e6)}": n for s, n in zip(LIMITS_S, total.n_above_limit, strict=True)},
    }
    kept = [name for name in RATIOS if sums.total(map_measure(name).denominator)]
    (found,) = estimates_of_maps([sums], Resampling(n_clusters=sums.n_clusters, n_replicates=R), measures=kept)
    known = metrics.to_dict() | {f"latency_above_share:{k}": v for k, v in metrics.latency_above_share.items()}
    assert {name: known[name] for name in RATIOS if name not in kept and name in known} == dict.fromkeys(
        (name for name in RATIOS if name not in kept and name in known), None
    )
    for name, value in zip(kept, found.point.tolist(), strict=True):
        # Metrics round money to whole nano-USD once, at the total.
        slack = 0.5 / 1e6 / total.n_requests if name == "cost_usd_per_krequest" else 0.0
        assert value == pytest.approx(known[name], rel=1e-12, abs=slack)


@given(world=replayed(), data=st.data())
@settings(max_examples=30)
def test_coarser_clusters_keep_totals_and_estimates(
    world: tuple[RequestStream, TierMap, Catalogue, Replay], data: st.DataObject
) -> None:
    stream, *_, run = world
    labels = data.draw(st.lists(st.sampled_from("ab"), min_size=stream.n_sessions, max_size=stream.n_sessions))
    assume(len(set(labels)) == 2)
    users = label_clusters(stream, labels, kind="user")
    fine = map_sums(run, scale=SCALE, measures=UNTIMED_RATIOS)
    coarse = map_sums(run, scale=SCALE, measures=UNTIMED_RATIOS, clusters=users)
    for name, column in fine.columns.items():
        by_label = {
            label: sum(v for v, own in zip(column.tolist(), labels, strict=True) if own == label) for label in "ab"
        }
        assert sorted(coarse.columns[name].tolist()) == sorted(by_label.values())
    kept = [name for name in UNTIMED_RATIOS if fine.total(map_measure(name).denominator)]
    one, other = (
        estimates_of_maps([sums], Resampling(n_clusters=sums.n_clusters, n_replicates=R), measures=kept)[0]
        for sums in (fine, coarse)
    )
    np.testing.assert_array_equal(one.point, other.point)


@given(
    values=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), min_size=2, max_size=8),
    other=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), min_size=8, max_size=8),
)
def test_swapping_two_maps_turns_every_interval_round(
    values: list[tuple[int, int]], other: list[tuple[int, int]]
) -> None:
    one, two = np.array(values), np.array(other[: len(values)])
    resampling = Resampling(n_clusters=len(one), n_replicates=R)
    there, back = (
        ratio_estimates(a[:, 0], a[:, 1], names=["x"], resampling=resampling, minus=(b[:, 0], b[:, 1]))
        for a, b in ((one, two), (two, one))
    )
    for method in (intervals, simultaneous_intervals, student_intervals, percentile_intervals, bca_intervals):
        first, second = method(there), method(back)
        np.testing.assert_allclose(first.low, -second.high, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(first.high, -second.low, rtol=1e-9, atol=1e-12)
        assert (first.low <= first.high).all()
    alone, together = intervals(there), simultaneous_intervals(there)
    np.testing.assert_allclose(alone.low, together.low, rtol=1e-9)  # one quantity pays nothing for being alone


@given(
    values=st.lists(st.integers(-3, 3), min_size=1, max_size=30),
    owner=st.data(),
)
def test_sums_by_cluster_are_python_s(values: list[int], owner: st.DataObject) -> None:
    n = len(values)
    numbers = np.unique(owner.draw(st.lists(st.integers(0, 5), min_size=n, max_size=n)), return_inverse=True)[1]
    assume(numbers.max() > 0)
    clusters = Clusters(of_row=numbers, n=int(numbers.max()) + 1, kind="session")
    sums = [sum(v for v, c in zip(values, numbers.tolist(), strict=True) if c == at) for at in range(clusters.n)]
    assert summed(np.array(values), clusters).tolist() == sums
    assert clusters.is_contiguous == (sorted(numbers.tolist()) == numbers.tolist())


@given(ends=st.tuples(st.integers(-4, 4), st.integers(-4, 4)), margin=st.integers(0, 3))
def test_a_verdict_is_what_holds_for_every_point_of_the_interval(ends: tuple[int, int], margin: int) -> None:
    low, high = sorted(ends)
    points = range(low, high + 1)
    is_within = all(-margin <= point <= margin for point in points)
    expected = (
        "TIED"
        if margin and is_within
        else "BETTER"
        if all(point < 0 for point in points)
        else "WORSE"
        if all(point > 0 for point in points)
        else "NOT_WORSE"
        if margin and all(point <= margin for point in points)
        else "NOT_ENOUGH"
    )
    assert verdict_of(low, high, margin=margin).name == expected

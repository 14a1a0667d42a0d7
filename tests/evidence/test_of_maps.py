"""Are the measures of maps, and their differences, those of a slow loop over resampled sessions?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.evidence import MapSums, Resampling, estimates_of_maps, map_sums, ratio_estimates
from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
from paretocode.evidence.of_maps import differences_of
from paretocode.sim import Replay, draw_luck, replay

MEASURES = ("cost_usd_per_krequest", "tier_jump_rate", "latency_p50_s", "shortfall_mean", "latency_mean_s")


@pytest.fixture(scope="module")
def runs() -> list[Replay]:
    stream = many_sessions(60)
    luck = draw_luck(stream, rng=1)
    return [replay(stream, tier_map, models(), luck=luck) for tier_map in (documented(), two_tiers())]


@pytest.fixture(scope="module")
def sums(runs: list[Replay]) -> list[MapSums]:
    return [map_sums(run, scale=percentiles(), measures=MEASURES) for run in runs]


RESAMPLING = Resampling(n_clusters=60, n_replicates=200)


def test_every_resample_by_a_slow_loop(runs: list[Replay], sums: list[MapSums]) -> None:
    found = estimates_of_maps(sums, RESAMPLING, measures=MEASURES)
    (counts,) = [counts.copy() for _, counts in RESAMPLING.blocks()]
    for run, each, own in zip(runs, found, sums, strict=True):
        assert run.latency_us is not None
        for r in range(0, 200, 7):
            times = np.sort(np.repeat(run.latency_us, counts[r][run.stream.session].astype(int)))
            slow = {
                "cost_usd_per_krequest": _ratio(own, "cost_pusd", "n_requests", counts[r]) / 1e9,
                "tier_jump_rate": _ratio(own, "n_tier_jumps", "n_pairs", counts[r]),
                "latency_p50_s": times[-(-len(times) // 2) - 1] / 1e6,
                "shortfall_mean": _ratio(own, "shortfall_ppm", "n_asked", counts[r]) / 1e6,
                "latency_mean_s": times.mean() / 1e6,
            }
            assert dict(zip(MEASURES, each.replicates[r].tolist(), strict=True)) == pytest.approx(slow, rel=1e-12)


def _ratio(sums: MapSums, above: str, below: str, counts: np.ndarray) -> float:
    return float(counts @ sums.columns[above] / (counts @ sums.columns[below]))


def test_influences_add_up_over_each_resample(sums: list[MapSums]) -> None:
    for each in estimates_of_maps(sums, RESAMPLING, measures=MEASURES):
        (counts,) = [counts.copy() for _, counts in RESAMPLING.blocks()]
        scale = np.abs(each.influence).max(axis=0)
        np.testing.assert_allclose(each.influence.sum(axis=0) / scale, 0, atol=1e-9)
        np.testing.assert_allclose(each.influence_totals / scale, counts @ each.influence / scale, atol=1e-9)


def test_differences_are_those_of_the_plain_estimator(sums: list[MapSums]) -> None:
    one, other = estimates_of_maps(sums, RESAMPLING, measures=MEASURES)
    found = other.minus(one)
    tables = [(s.columns["cost_pusd"], s.columns["n_requests"]) for s in sums]
    plain = ratio_estimates(*tables[1], names=["cost"], resampling=RESAMPLING, minus=tables[0])
    assert found.point[0] == pytest.approx(plain.point[0] / 1e9)
    assert found.standard_error[0] == pytest.approx(plain.standard_error[0] / 1e9)
    assert found.acceleration[0] == pytest.approx(plain.acceleration[0])
    np.testing.assert_allclose(found.replicates[:, 0], plain.replicates[:, 0] / 1e9, rtol=1e-9)
    np.testing.assert_allclose(found.replicate_errors[:, 0], plain.replicate_errors[:, 0] / 1e9, rtol=1e-4)


def test_many_differences_in_one_pass_are_each_by_itself(sums: list[MapSums]) -> None:
    one, other = estimates_of_maps(sums, RESAMPLING, measures=MEASURES)
    for joint, alone in zip(differences_of([other, one, other], one), (other, one, other), strict=True):
        own = alone.minus(one)
        assert joint.names == own.names == MEASURES
        for name in ("point", "standard_error", "acceleration", "replicates"):
            np.testing.assert_array_equal(getattr(joint, name), getattr(own, name))
        np.testing.assert_allclose(joint.replicate_errors, own.replicate_errors, rtol=1e-5)
    assert differences_of([], one) == []


def test_a_map_minus_itself_is_nothing(sums: list[MapSums]) -> None:
    (one,) = estimates_of_maps(sums[:1], RESAMPLING, measures=MEASURES)
    found = one.minus(one)
    for part in (found.point, found.standard_error, found.replicates, found.replicate_errors):
        assert (part == 0).all()


def test_relative_changes_agree_with_differences(sums: list[MapSums]) -> None:
    one, other = estimates_of_maps(sums, RESAMPLING, measures=MEASURES)
    relative, difference = other.relative_to(one), other.minus(one)
    assert relative.point == pytest.approx(difference.point / one.point)
    np.testing.assert_allclose(relative.replicates, difference.replicates / one.replicates, rtol=1e-9, atol=1e-12)
    # The linearised error against the spread of the resamples, which knows nothing of influences.
    assert relative.standard_error[0] == pytest.approx(relative.replicates[:, 0].std(), rel=0.2)
    assert other.relative_to(other).point.tolist() == [0.0] * len(MEASURES)


def test_a_change_from_nothing_is_undefined(sums: list[MapSums]) -> None:
    still = replace(sums[0], columns={**sums[0].columns, "n_tier_jumps": np.zeros(60, dtype=np.int64)})
    base, other = estimates_of_maps([still, sums[1]], RESAMPLING, measures=["tier_jump_rate"])
    assert np.isnan(other.relative_to(base).point).all()
    assert other.minus(base).point[0] > 0


def test_the_maps_beside_it_change_nothing(sums: list[MapSums]) -> None:
    alone = estimates_of_maps(sums[1:], RESAMPLING, measures=MEASURES)[0]
    for beside in (sums, [*sums, sums[0], sums[1]]):
        again = estimates_of_maps(beside, RESAMPLING, measures=MEASURES)[1]
        np.testing.assert_array_equal(alone.replicates, again.replicates)
        np.testing.assert_array_equal(alone.influence, again.influence)


def test_taking_some_measures(sums: list[MapSums]) -> None:
    one, other = estimates_of_maps(sums, RESAMPLING, measures=MEASURES)
    taken = other.take([2, 0])
    assert [measure.name for measure in taken.measures] == ["latency_p50_s", "cost_usd_per_krequest"]
    np.testing.assert_array_equal(taken.minus(one.take([2, 0])).point, other.minus(one).point[[2, 0]])
    assert taken.alone().standard_error == pytest.approx(other.alone().standard_error[[2, 0]], rel=1e-12)


def test_bad_input_is_refused_in_a_sentence(sums: list[MapSums]) -> None:
    with pytest.raises(InputError, match="it has 60 clusters and 61 are resampled; sum all maps over the same stream"):
        estimates_of_maps(sums, Resampling(n_clusters=61), measures=MEASURES)
    for name in ("unmet_share", "latency_p95_s"):
        with pytest.raises(
            InputError, match=rf"{name} was not summed; name it in map_sums\(..., measures=\['{name}'\]\)"
        ):
            estimates_of_maps(sums, RESAMPLING, measures=[name])
    empty = replace(sums[0], columns={**sums[0].columns, "n_pairs": np.zeros(60, dtype=np.int64)})
    with pytest.raises(InputError, match="tier_jump_rate is divided by nothing; leave it out"):
        estimates_of_maps([empty], RESAMPLING, measures=["tier_jump_rate"])
    one, other = estimates_of_maps(sums, RESAMPLING, measures=MEASURES)
    (elsewhere,) = estimates_of_maps(sums[:1], replace(RESAMPLING, seed=6), measures=MEASURES)
    for unpaired in (elsewhere, one.take([0, 1])):
        for way in (other.minus, other.relative_to):
            with pytest.raises(InputError, match="it has other measures or resamples than map"):
                way(unpaired)

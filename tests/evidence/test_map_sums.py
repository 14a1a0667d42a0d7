"""Are sums by cluster those of the replay, and of measures by hand?"""

from __future__ import annotations

import numpy as np
import pytest

from paretocode.errors import InputError
from paretocode.evidence import DEFAULT_MEASURES, MAP_MEASURES, day_clusters, label_clusters, map_measure, map_sums
from paretocode.evidence.holdout.example import documented, models, percentiles, small_stream, two_tiers
from paretocode.sim import draw_luck, replay

EVERY = (*MAP_MEASURES, "latency_above_share:10")


def test_sums_by_session_by_hand() -> None:
    """Sessions a, b, c of 2, 1 and 3 requests; documented edges 0.33 and 0.66 send them to 1 2 | 2 | 0 0 1."""
    run = replay(small_stream(), documented(), models())
    assert run.decisions.tier_served.tolist() == [1, 2, 2, 0, 0, 1]
    sums = map_sums(run, scale=percentiles(), measures=["tier_jump_rate", "unserved_share", "cost_usd_per_krequest"])
    assert (sums.name, sums.n_clusters, sums.cluster_kind) == (documented().name, 3, "session")
    assert {name: column.tolist() for name, column in sums.columns.items() if name != "cost_pusd"} == {
        "n_tier_jumps": [1, 0, 1],
        "n_pairs": [1, 0, 2],
        "n_unserved": [0, 0, 0],
        "n_requests": [2, 1, 3],
    }
    cost = run.cost_pusd
    assert sums.columns["cost_pusd"].tolist() == [cost[:2].sum(), cost[2], cost[3:].sum()]
    assert sums.total("cost_pusd") == cost.sum()


def test_coarser_clusters_keep_totals_and_quantiles() -> None:
    stream = small_stream()
    run = replay(stream, two_tiers(), models(), luck=draw_luck(stream, rng=1))
    fine = map_sums(run, scale=percentiles(), measures=EVERY)
    users = map_sums(
        run, scale=percentiles(), measures=EVERY, clusters=label_clusters(stream, ["x", "y", "x"], kind="user")
    )
    assert users.cluster_kind == "user"
    for name, column in fine.columns.items():
        assert users.columns[name].tolist() == [column[0] + column[2], column[1]]
    assert [w.point_us for w in users.windows.values()] == [w.point_us for w in fine.windows.values()]


def test_only_what_is_asked_for_is_kept() -> None:
    run = replay(small_stream(), documented(), models())
    assert list(map_sums(run, scale=percentiles(), measures=["tier_jump_rate"]).columns) == ["n_tier_jumps", "n_pairs"]


def test_every_measure_has_a_name_and_a_text_of_its_own() -> None:
    assert set(DEFAULT_MEASURES) <= set(MAP_MEASURES)
    assert [map_measure(name).name for name in EVERY] == list(EVERY)
    assert len({map_measure(name).text for name in EVERY}) == len(EVERY)
    assert map_measure("latency_above_share:2.5").numerator == "n_above:2500000"


@pytest.mark.parametrize(
    "name",
    ["cost", "latency_above_share", "tier_jump_rate:3", *(f"latency_above_share:{x}" for x in ("soon", -1, "inf"))],
)
def test_unknown_measures_are_refused(name: str) -> None:
    with pytest.raises(InputError, match=r"there is no measure .*; use one of cost_usd_per_krequest, "):
        map_measure(name)


def test_times_need_luck() -> None:
    run = replay(small_stream(), documented(), models())
    for measure in ("latency_p95_s", "latency_mean_s", "latency_above_share:3"):
        with pytest.raises(InputError, match="was replayed without luck, so there are no times; replay with luck="):
            map_sums(run, scale=percentiles(), measures=[measure])


def test_one_day_only_is_refused() -> None:
    stream = small_stream()
    with pytest.raises(InputError, match="there is one day only; give at least two"):
        map_sums(replay(stream, documented(), models()), scale=percentiles(), clusters=day_clusters(stream))


def test_equal_luck_is_what_makes_maps_comparable() -> None:
    stream = small_stream()
    one, two, other = (
        map_sums(
            replay(stream, documented(), models(), luck=draw_luck(stream, rng=seed)),
            scale=percentiles(),
            measures=["latency_mean_s"],
        )
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one.columns["latency_us"], two.columns["latency_us"])
    assert (one.columns["latency_us"] != other.columns["latency_us"]).any()

"""Does a comparison of maps say what the intervals say, and refuse what cannot be compared?"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from evidence.selection.worlds import COST, JUMPS, map_of
from paretocode.errors import InputError
from paretocode.evidence import (
    DEFAULT_MEASURES,
    MapSums,
    Resampling,
    Verdict,
    compare_maps,
    estimates_of_maps,
    intervals,
    map_sums,
    simultaneous_intervals,
)
from paretocode.evidence.holdout.example import documented, many_sessions, models, percentiles, two_tiers
from paretocode.sim import draw_luck, measure, replay


def test_a_comparison_of_replays_holds_the_metrics_and_the_intervals() -> None:
    stream = many_sessions(80)
    luck = draw_luck(stream, rng=1)
    runs = [replay(stream, tier_map, models(), luck=luck) for tier_map in (documented(), two_tiers())]
    sums = [map_sums(run, scale=percentiles()) for run in runs]
    found = compare_maps(sums[::-1], incumbent=sums[0].name, n_replicates=300)
    one, other = estimates_of_maps(sums, Resampling(n_clusters=80, n_replicates=300), measures=DEFAULT_MEASURES)
    alone, together = intervals(other.minus(one)), simultaneous_intervals(other.minus(one))
    numbers = [measure(run, scale=percentiles()).to_dict() for run in runs]
    for k, name in enumerate(DEFAULT_MEASURES):
        each = found.of(sums[1].name, name)
        tolerance = 1 / 256 if "_p" in name else 1e-9  # the metrics' histogram has steps
        assert each.incumbent == pytest.approx(numbers[0][name], rel=tolerance)
        assert each.candidate == pytest.approx(numbers[1][name], rel=tolerance)
        assert each.difference == pytest.approx(each.candidate - each.incumbent, abs=1e-12)
        if each.standard_error:
            assert [each.interval.low, each.interval.high] == pytest.approx([alone.low[k], alone.high[k]], rel=1e-5)
            if each.change is not None:
                assert each.simultaneous.low == pytest.approx(together.low[k], rel=1e-5)
    assert found.of(sums[1].name, "unserved_share").verdict is Verdict.SAME
    assert (found.incumbent, found.n_clusters, found.cluster_kind, found.left_out) == (sums[0].name, 80, "session", {})


def test_verdicts_of_maps_that_are_far_apart() -> None:
    noise = np.random.default_rng(1).integers(0, 10, 50)
    cheaper, dearer = 100 + noise - 20, 100 + noise + 20 + noise % 3
    maps = [map_of("old", 100 + noise), map_of("cheap", cheaper - noise % 2), map_of("dear", dearer)]
    found = compare_maps(maps, incumbent="old", measures=[COST, JUMPS], n_replicates=200)
    assert found.of("cheap", COST).verdict is Verdict.BETTER
    assert found.of("dear", COST).verdict is Verdict.WORSE
    change = found.of("dear", COST)
    assert change.change == pytest.approx(change.difference / change.incumbent)
    assert change.change_interval is not None
    assert change.change_interval.low is not None
    assert 0 < change.change_interval.low < (change.change or 0)
    assert found.of("dear", JUMPS).change is None
    wide = compare_maps(maps, incumbent="old", measures=[COST], margins={COST: 30.0}, n_replicates=200)
    assert wide.of("cheap", COST).verdict is wide.of("dear", COST).verdict is Verdict.TIED


def test_constant_metrics_are_the_same_and_say_how_much_may_have_been_missed() -> None:
    same = [map_of("old", [7] * 60), map_of("new", [7] * 60)]
    for each in compare_maps(same, incumbent="old", measures=[COST, JUMPS], n_replicates=100).differences["new"]:
        assert (each.difference, each.standard_error, each.n_differing) == (0, 0, 0)
        assert each.verdict is Verdict.SAME
        assert each.most_differing_share == pytest.approx(1 - 0.025 ** (1 / 60))  # Clopper-Pearson of 0 in 60
        assert each.verdict.value == "the same: no cluster of this stream tells the maps apart"


def test_a_rate_that_few_sessions_tell_apart_does_not_hide_a_sure_saving() -> None:
    rng = np.random.default_rng(2)
    old = rng.integers(90, 110, 300)
    jumps = np.zeros(300, dtype=np.int64)
    jumps[5] = 3
    found = compare_maps(
        [map_of("old", old), map_of("new", old - rng.integers(0, 9, 300), jumps)],
        incumbent="old",
        measures=[COST, JUMPS],
    )
    assert found.of("new", COST).verdict is Verdict.BETTER
    rare = found.of("new", JUMPS)
    assert (rare.verdict, rare.n_differing, rare.simultaneous.high) == (Verdict.NOT_ENOUGH, 1, None)


def test_measures_that_nothing_speaks_about_are_named() -> None:
    maps = [map_of("old", [1, 2, 3]), replace(map_of("new", [1, 2, 4]))]
    maps[1].columns["n_pairs"] = np.zeros(3, dtype=np.int64)
    found = compare_maps(
        maps, incumbent="old", measures=[COST, JUMPS, "unmet_share", "latency_p95_s"], n_replicates=100
    )
    assert [each.measure.name for each in found.differences["new"]] == [COST]
    assert found.left_out == {
        JUMPS: "no request speaks about it under new",
        "unmet_share": "its sums were not kept",
        "latency_p95_s": "no request has a known time",
    }
    nothing = compare_maps(maps, incumbent="old", measures=["unmet_share"], n_replicates=100)
    assert nothing.differences == {"new": ()}
    assert compare_maps(maps[:1], incumbent="old", measures=[COST], n_replicates=100).differences == {}


def test_it_is_plain_json() -> None:
    maps = [map_of("old", [1, 2, 3, 9]), map_of("new", [1, 2, 4, 9])]  # one session differs: nothing bounds it
    found = compare_maps(maps, incumbent="old", measures=[COST], n_replicates=100).to_dict()
    again = json.loads(json.dumps(found, allow_nan=False))
    assert again["maps"]["new"][COST]["interval"] == [None, None]
    assert again["maps"]["new"][COST]["verdict"] == "not_enough"
    assert (again["n_replicates"], again["level"]) == (100, 0.95)


MAPS = [map_of("old", [1, 2, 3]), map_of("new", [1, 2, 4])]


@pytest.mark.parametrize(
    ("maps", "more", "sentence"),
    [
        (MAPS, {"incumbent": "older"}, "no map is called 'older'; use one of old, new"),
        ([*MAPS, MAPS[1]], {}, "two maps are called 'new'; give each a name of its own"),
        ([MAPS[0], replace(MAPS[1], cluster_kind="user")], {}, "map 'new' is summed by user and 'old' by session"),
        ([MAPS[0], map_of("new", [1, 2])], {}, "it has 2 clusters and 3 are resampled"),
        (MAPS, {"margins": {"unmet_share": 1.0}}, "margin of unmet_share: it is not compared; use one of"),
        (MAPS, {"margins": {JUMPS: -0.1}}, "it is -0.1; give a number >= 0 in the measure's unit"),
        (MAPS, {"margins": {JUMPS: float("nan")}}, "it is nan; give a number >= 0"),
        (
            MAPS,
            {"margins": {JUMPS: 0.03}},
            "it is 0.03, less than the 0.037 that one request can change; give a larger",
        ),
        (MAPS, {"level": 95.0}, "the level is 95.0; give a share such as 0.95"),
        (MAPS, {"n_replicates": 10}, "10 replicates say nothing about the ends of an interval"),
        (MAPS, {"measures": ["cost"]}, "there is no measure 'cost'"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(maps: list[MapSums], more: dict[str, object], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        compare_maps(maps, **{"incumbent": "old", "measures": [COST, JUMPS], **more})  # type: ignore[arg-type]
    assert sentence in str(caught.value)


def test_a_margin_of_one_request_is_allowed() -> None:
    compare_maps(MAPS, incumbent="old", measures=[JUMPS], margins={JUMPS: 1 / 27}, n_replicates=100)

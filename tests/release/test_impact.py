"""What a diff says: worked by hand on four requests, against a slow loop, and with names that mean harm."""

from __future__ import annotations

import dataclasses
import json
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.errors import InputError
from paretocode.evidence import map_sums
from paretocode.evidence.slices import slice_impacts, slices_of
from paretocode.release.impact import impact_from_result, impact_of_replays, traffic_moves
from paretocode.release.map_changes import map_changes
from paretocode.report.html_diff import render_diff
from paretocode.report.text_impact import impact_text
from paretocode.sim import draw_luck, replay
from paretocode.stream.stream import RequestStream, request_stream
from paretocode.tiermap import TierMap, documented_pareto_code, map_from_edges, map_from_listing
from paretocode.tiermap.diff import diff_tier_maps
from paretocode.tiermap.tier_pairs import paired_tiers

CATALOGUE = load_bundled()
SCALE = PercentileScale(field=tuple(CATALOGUE.coding_score))
OLD = documented_pareto_code(CATALOGUE)
NEW = map_from_listing(CATALOGUE, request_edges=[0.33, 0.64]).renamed("new")


def renamed_tiers(tier_map: TierMap, names: list[str]) -> TierMap:
    tiers = tuple(dataclasses.replace(t, name=name) for t, name in zip(tier_map.tiers, names, strict=True))
    return dataclasses.replace(tier_map, tiers=tiers, default_tier=names[tier_map.default_index])


def many_sessions(n_sessions: int = 60, seed: int = 1) -> RequestStream:
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 15, n_sessions)
    n = int(lengths.sum())
    score = rng.choice([0.1, 0.5, 0.65, 0.9, np.nan], n)
    return request_stream(
        session=np.repeat(np.arange(n_sessions), lengths).tolist(),
        time_s=np.arange(n, dtype=float).tolist(),
        prompt_tokens=rng.integers(500, 60_000, n).tolist(),
        completion_tokens=rng.integers(10, 900, n).tolist(),
        min_score=score.tolist(),
    )


STREAM = many_sessions()
RUNS = tuple(replay(STREAM, m, CATALOGUE, luck=draw_luck(STREAM, rng=1)) for m in (OLD, NEW))

edges = st.lists(st.integers(1, 20), unique=True, max_size=5).map(lambda found: sorted(50_000 * e for e in found))


@given(edges, edges)
def test_pairs_keep_their_order_and_share_most_of_the_axis(old: list[int], new: list[int]) -> None:
    pairs = paired_tiers(old, new)
    assert list(pairs) == sorted(pairs)
    assert list(pairs.values()) == sorted(set(pairs.values()))
    if len(old) == len(new):
        assert pairs == {at: at for at in range(len(old) + 1)}
    else:
        assert sum(overlap(old, i, new, j) for i, j in pairs.items()) == best_overlap(old, new, 0, 0)


def overlap(old: list[int], i: int, new: list[int], j: int) -> int:
    a, b = [0, *old, 1_000_001], [0, *new, 1_000_001]
    return max(0, min(a[i + 1], b[j + 1]) - max(a[i], b[j]))


def best_overlap(old: list[int], new: list[int], i: int, j: int) -> int:
    """The definition, by trying everything."""
    if i > len(old) or j > len(new):
        return 0
    return max(
        overlap(old, i, new, j) + best_overlap(old, new, i + 1, j + 1),
        best_overlap(old, new, i + 1, j),
        best_overlap(old, new, i, j + 1),
    )


def test_new_names_alone_move_nothing_and_are_told() -> None:
    other = renamed_tiers(OLD, ["a", "b", "c"]).renamed("other")
    changes = map_changes(OLD, other)
    assert changes.is_only_names
    assert changes.renamed == {"low": "a", "medium": "b", "high": "c"}
    run = replay(STREAM, other, CATALOGUE, luck=draw_luck(STREAM, rng=1))
    traffic = traffic_moves(RUNS[0], run)
    assert (traffic.tier_moved_share, traffic.model_moved_share, traffic.moves) == (0.0, 0.0, {})
    assert diff_tier_maps(OLD, other, stream=STREAM).moved_share == 0.0
    told = impact_text(impact_of_replays(RUNS[0], run, scale=SCALE, source="a test").to_dict(), width=100)
    assert "only the names of tiers differ" in told


def test_the_same_map_has_no_changes() -> None:
    assert map_changes(OLD, OLD.renamed("again")).is_empty
    document = impact_of_replays(RUNS[0], replay(STREAM, OLD.renamed("again"), CATALOGUE), scale=SCALE, source="s")
    assert impact_text(document.to_dict(), width=80).startswith("maps  the two maps are the same")
    assert "Nothing: the two maps are the same." in render_diff(document.to_dict())


def test_edges_models_order_and_policy_by_hand() -> None:
    low, medium, high = OLD.tiers
    tiers = (
        dataclasses.replace(low, models=(low.models[1], low.models[0], *low.models[3:])),  # two swapped, one gone
        dataclasses.replace(medium, models=medium.models[1:]),
        dataclasses.replace(high, models=(*high.models, medium.models[0], "vendor/new")),
    )
    new = dataclasses.replace(OLD, tiers=tiers, default_tier="medium").with_policy(n_fallbacks=1)
    changes = map_changes(OLD, new)
    assert changes.request_edges is None
    assert changes.default_tier == ("high", "medium")
    assert changes.entered == {"vendor/new": "high"}
    assert changes.left == {low.models[2]: "low"}
    assert changes.moved == {medium.models[0]: ("medium", "high")}
    kept = low.models[3:]
    assert changes.reordered == {"low": ((low.models[0], low.models[1], *kept), (low.models[1], low.models[0], *kept))}
    assert changes.policy == {"n_fallbacks": (2, 1)}
    with pytest.raises(InputError, match="re-anchor one of them first"):
        map_changes(OLD, dataclasses.replace(OLD, score_definition="another"))


def test_traffic_by_hand() -> None:
    stream = request_stream(
        session=[1, 2, 3, 4], time_s=[0] * 4, prompt_tokens=[1000] * 4, completion_tokens=[1] * 4,
        min_score=[0.65, 0.64, 0.639, float("nan")],
    )  # fmt: skip
    old, new = (replay(stream, tier_map, CATALOGUE) for tier_map in (OLD, NEW))
    traffic = traffic_moves(old, new)
    assert traffic.moves == {("medium", "high"): 0.5}
    assert traffic.tier_moved_share == traffic.model_moved_share == 0.5
    with pytest.raises(InputError, match="two streams"):
        traffic_moves(old, RUNS[1])


def test_merging_tiers_moves_only_those_who_lose_their_partner() -> None:
    two = map_from_edges(CATALOGUE, score_edges=[50.0], request_edges=[0.66]).renamed("two")
    changes = map_changes(OLD, two)
    assert changes.renamed == {"low": "band1", "high": "band2"}
    assert (changes.dropped, changes.added) == (("medium",), ())
    assert changes.moved["deepseek/deepseek-v4-pro@max"] == ("high", "band1")
    assert "openai/gpt-5.5@xhigh" not in changes.moved, "the highest tier is the highest tier still"
    traffic = traffic_moves(RUNS[0], replay(STREAM, two, CATALOGUE))
    score = STREAM.min_score_ppm[~STREAM.is_omitted]
    medium = np.count_nonzero((score >= 330_000) & (score < 660_000)) / len(STREAM)
    assert traffic.tier_moved_share == pytest.approx(medium)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_slices_of_a_family_cover_the_stream_once(seed: int) -> None:
    stream = many_sessions(25, seed)
    families: dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]] = {}
    for family, name, mask in slices_of(stream):
        assert mask.any(), name
        families[family] = families.get(family, np.zeros(len(stream), dtype=np.int64)) + mask
    assert set(families) == {"min score", "prompt tokens", "session requests"}
    assert all((count == 1).all() for count in families.values())


def test_a_value_on_the_bound_of_a_class_belongs_below_it() -> None:
    stream = request_stream(
        session=[1, 2, 2], time_s=[0, 0, 1], prompt_tokens=[1000, 1001, 8000], completion_tokens=[1] * 3
    )
    found = {(family, name): mask.tolist() for family, name, mask in slices_of(stream)}
    assert found["prompt tokens", "1,000 or fewer"] == [True, False, False]
    assert found["prompt tokens", "1,001 to 8,000"] == [False, True, True]
    assert found["session requests", "1 or fewer"] == [True, False, False]
    assert found["session requests", "2 to 10"] == [False, True, True]


def test_slices_against_a_slow_loop() -> None:
    found = slice_impacts(*RUNS, scale=SCALE, n_replicates=200)
    old, new = RUNS
    axis = SCALE.to_axis_ppm(CATALOGUE.coding_score)
    for each in found.slices:
        if (each.family, each.name) not in {("min score", "0.65"), ("min score", "omitted")}:
            continue
        rows = [
            at
            for at in range(len(STREAM))
            if (each.name == "omitted" and STREAM.is_omitted[at])
            or (not STREAM.is_omitted[at] and f"{STREAM.min_score_ppm[at] / 1e6:g}" == each.name)
        ]
        before, after = (sum(int(run.cost_pusd[at]) for at in rows) for run in (old, new))
        assert each.cost_change == pytest.approx(after / before - 1)
        assert each.share == pytest.approx(len(rows) / len(STREAM))
        assert each.n_clusters == len({int(STREAM.session[at]) for at in rows})
        if each.name == "omitted":
            assert each.shortfall_difference is None
            continue
        short = [
            sum(max(0, 650_000 - int(axis[run.decisions.model_index[at]])) for at in rows) / len(rows) / 1e6
            for run in (old, new)
        ]
        assert each.shortfall_difference == pytest.approx(short[1] - short[0])
    names = {(each.family, each.name) for each in found.slices}
    assert {("min score", "0.65"), ("min score", "omitted")} <= names


def test_the_worst_slice_comes_first_and_intervals_hold_their_estimate() -> None:
    found = slice_impacts(*RUNS, scale=SCALE, n_replicates=200)
    changes = [each.cost_change for each in found.slices if each.cost_change is not None]
    assert changes == sorted(changes, reverse=True)
    scores = [each for each in found.slices if each.family == "min score"]
    assert scores[-1].name == "0.65", "the only ones whose tier moved, to a cheaper first choice"
    for each in found.slices:
        if each.cost_interval is not None and each.cost_change is not None:
            low, high = each.cost_interval.low, each.cost_interval.high
            assert low is None or -1 <= low <= each.cost_change + 1e-12
            assert high is None or high >= each.cost_change - 1e-12


def test_intervals_of_slices_are_wider_than_each_would_be_alone() -> None:
    wide = slice_impacts(*RUNS, scale=SCALE, n_replicates=400)
    each = next(s for s in wide.slices if (s.family, s.name) == ("min score", "0.65"))
    mask = ~STREAM.is_omitted & (STREAM.min_score_ppm == 650_000)
    from paretocode.evidence import Resampling, intervals, ratio_estimates, session_clusters, summed

    clusters = session_clusters(STREAM)
    before, after = (summed(np.where(mask, run.cost_pusd, 0), clusters) for run in RUNS)
    alone = intervals(
        ratio_estimates(
            after - before, before, names=["cost"], resampling=Resampling(n_clusters=60, n_replicates=400, seed=5)
        )
    )
    assert each.cost_interval is not None
    assert each.cost_interval.high is not None
    assert each.cost_change is not None
    half, half_alone = each.cost_interval.high - each.cost_change, float(alone.high[0] - alone.low[0]) / 2
    assert half > 1.1 * half_alone


def test_slices_of_few_sessions_are_left_out_and_named() -> None:
    stream = many_sessions(19)
    runs = [replay(stream, tier_map, CATALOGUE) for tier_map in (OLD, NEW)]
    found = slice_impacts(runs[0], runs[1], scale=SCALE, n_replicates=100)
    assert not found.slices
    assert found.left_out["prompt tokens 8,001 to 32,000"].endswith("sessions only")
    document = impact_of_replays(runs[0], runs[1], scale=SCALE, source="s", n_replicates=100).to_dict()
    assert "0 slices were looked at" in impact_text(document, width=100)


def test_the_prediction_is_the_comparison_of_the_evidence() -> None:
    document = impact_of_replays(*RUNS, scale=SCALE, source="a test", n_replicates=100).to_dict()
    sums = [map_sums(run, scale=SCALE) for run in RUNS]
    entry = document["comparison"]["maps"]["new"]["cost_usd_per_krequest"]
    totals = [each.total("cost_pusd") / len(STREAM) / 1e9 for each in sums]
    assert entry["difference"] == pytest.approx(totals[1] - totals[0])
    assert json.loads(json.dumps(document, allow_nan=False))["format"] == "paretocode-diff-1"


def test_one_session_has_no_intervals_and_says_so() -> None:
    stream = request_stream(session=[1, 1], time_s=[0, 1], prompt_tokens=[9] * 2, completion_tokens=[1] * 2)
    runs = [replay(stream, tier_map, CATALOGUE) for tier_map in (OLD, NEW)]
    document = impact_of_replays(runs[0], runs[1], scale=SCALE, source="s").to_dict()
    assert document["comparison"] is None
    assert "prediction: left out, the stream has one session only" in impact_text(document, width=200)


def test_a_result_speaks_only_of_maps_with_its_digests_and_its_incumbent() -> None:
    comparison = impact_of_replays(*RUNS, scale=SCALE, source="s", n_replicates=100).to_dict()["comparison"]
    metrics = {
        "incumbent": OLD.name,
        "experiment": "made up",
        "stream": {"requests": len(STREAM)},
        "maps": {OLD.name: {"tier_map_sha256": "a"}, "new": {"tier_map_sha256": "b"}},
        "diffs": {"new": diff_tier_maps(OLD, NEW, stream=STREAM).to_dict()},
        "evidence": {"comparison": comparison},
    }
    found = impact_from_result(OLD, NEW, metrics, sha256=("a", "b"))
    assert found is not None
    assert found.traffic is not None
    assert found.traffic.tier_moved_share == pytest.approx(traffic_moves(*RUNS).tier_moved_share)
    assert "the result has none of this map" in impact_text(found.to_dict(), width=200)
    slices = {"map": "new", "incumbent": OLD.name, **slice_impacts(*RUNS, scale=SCALE, n_replicates=100).to_dict()}
    told = {**metrics, "evidence": {"comparison": comparison, "slices": slices}}
    sliced = impact_from_result(OLD, NEW, told, sha256=("a", "b"))
    assert sliced is not None
    assert sliced.slices == slices
    other = {**metrics, "evidence": {"comparison": comparison, "slices": {**slices, "map": "third"}}}
    unsliced = impact_from_result(OLD, NEW, other, sha256=("a", "b"))
    assert unsliced is not None
    assert unsliced.slices is None
    metrics["maps"] = {**metrics["maps"], "third": {"tier_map_sha256": "d"}}  # type: ignore[dict-item]
    for digests in (("b", "a"), ("a", "c"), ("c", "b"), ("d", "b")):
        assert impact_from_result(OLD, NEW, metrics, sha256=digests) is None
    assert impact_from_result(OLD, NEW, {**metrics, "evidence": {"left_out": "x"}}, sha256=("a", "b")) is None


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


def test_names_that_are_markup_are_escaped_on_the_page() -> None:
    evil = "<script>alert(1)</script>"
    low, *others = OLD.tiers
    new = dataclasses.replace(
        OLD,
        name=f'"{evil}',
        tiers=(dataclasses.replace(low, name=evil, models=(*low.models, evil)), *others),
    )
    document = impact_of_replays(
        RUNS[0], dataclasses.replace(RUNS[1], tier_map=new), scale=SCALE, source=evil, n_replicates=100
    ).to_dict()
    document["left_out"] = {evil: evil}
    page = render_diff(document)
    assert evil not in page
    assert page.count("&lt;script&gt;") >= 6
    parser = _Tags()
    parser.feed(page)
    assert "script" not in parser.tags
    assert {"html", "table", "style"} <= set(parser.tags)
    assert "http" not in page, "the page needs no network"
    assert page == render_diff(document)

"""An experiment with a section [search]: what it finds, leaves, resumes and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

import paretocode.tune.search
from paretocode.errors import InputError
from paretocode.experiment import run as run_module
from paretocode.experiment import run_experiment

EXACT_EDGES = Path(__file__).parents[2] / "experiments" / "exact_edges.toml"
SMALL = ["search.most_candidates=12", "search.n_bands=[2,3]", "search.robust="]


def searched(tmp_path: Path, *overrides: str, out: str = "results") -> dict[str, Any]:
    result = run_experiment(
        EXACT_EDGES, out=tmp_path / out, scale_name="smoke", overrides=[*SMALL, *overrides], figures=False
    )
    return {"document": result.metrics(), "path": result.path, "manifest": result.manifest}


def refusal(tmp_path: Path, *overrides: str) -> str:
    with pytest.raises(InputError) as caught:
        searched(tmp_path, *overrides)
    return str(caught.value)


def test_the_picks_are_replayed_and_the_first_is_proposed(tmp_path: Path) -> None:
    found = searched(tmp_path)
    document, search = found["document"], found["document"]["search"]
    picks = {pick["name"]: pick for pick in search["picks"]}
    assert "cheapest" in picks
    assert set(document["maps"]) == {"documented", "quantile", *picks}
    assert document["proposed"] == found["manifest"]["proposed"] == search["picks"][0]["name"]
    assert json.loads((found["path"] / "tier_map.json").read_text())["name"] == document["proposed"]
    for name, pick in picks.items():
        metrics = document["maps"][name]["metrics"]
        assert pick["replayed_cost_usd"] == metrics["cost_usd"]
        # Without a session that leaves its model and comes back, the three bills are one.
        assert pick["lag1_cost_usd"] <= pick["table_cost_usd"]
        assert metrics["unserved"] == 0
        assert pick["measures"]["shortfall"] == pytest.approx(metrics["shortfall_mean"], rel=1e-12)


def test_limits_about_the_incumbent_are_kept(tmp_path: Path) -> None:
    search = searched(tmp_path, 'search.limits.shortfall="incumbent * 0.5"')["document"]["search"]
    half = search["incumbent"]["measures"]["shortfall"] / 2
    assert search["limits"]["shortfall"] == half
    assert all(pick["measures"]["shortfall"] <= half for pick in search["picks"])
    within = [s for s, ok in zip(search["frontier"]["shortfall"], search["frontier"]["is_within"], strict=True) if ok]
    assert within
    assert max(within) <= half
    assert max(search["frontier"]["shortfall"]) > half, "the frontier shows what the limit costs"


def test_every_map_of_the_frontier_stands_in_the_table(tmp_path: Path) -> None:
    found = searched(tmp_path)
    with duckdb.connect() as engine:
        path = str(found["path"] / "maps.parquet")
        named, listed = engine.execute(
            "select count(map), count(*) - count(map) from read_parquet(?)", [path]
        ).fetchall()[0]
        edges = engine.execute(
            "select request_edges, score_edges, n_bands from read_parquet(?) where map is null", [path]
        ).fetchall()
    assert named == len(found["document"]["maps"])
    assert listed == found["document"]["search"]["n_frontier_maps"]
    assert all(len(r) == len(s) == n - 1 for r, s, n in edges)


def test_the_same_words_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = searched(tmp_path, out="one"), searched(tmp_path, out="two")
    for name in ("metrics.json", "tier_map.json"):
        assert (one["path"] / name).read_bytes() == (two["path"] / name).read_bytes()


def test_an_interrupted_search_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(run_module, "measure_maps", interrupted)
        with pytest.raises(KeyboardInterrupt):
            searched(tmp_path)
    kept = list((tmp_path / "results").rglob("search-*.npz"))
    assert len(kept) == 2  # coupled and apart
    assert not list((tmp_path / "results").rglob("manifest.json"))

    calls = []
    whole = paretocode.tune.search.frontier_of_maps

    def counted(*args: Any, **kwargs: Any) -> Any:
        calls.append(kwargs["n_bands"])
        return whole(*args, **kwargs)

    kept[0].write_bytes(kept[0].read_bytes()[:100])  # half written: made anew
    with monkeypatch.context() as patch:
        patch.setattr(paretocode.tune.search, "frontier_of_maps", counted)
        resumed = searched(tmp_path)
    assert len(calls) == 1
    assert not list((tmp_path / "results").rglob("search-*.npz"))
    afresh = searched(tmp_path, out="afresh")
    assert (resumed["path"] / "metrics.json").read_bytes() == (afresh["path"] / "metrics.json").read_bytes()


def test_a_proposed_pick_must_be_one(tmp_path: Path) -> None:
    assert searched(tmp_path, "propose=least-shortfall")["document"]["proposed"] == "least-shortfall"
    assert "propose is 'nothing', which the search did not pick; use one of documented" in refusal(
        tmp_path, "propose=nothing"
    )


def test_knobs_and_rules_are_taken(tmp_path: Path) -> None:
    search = searched(
        tmp_path,
        "search.hysteresis=[0.0, 0.05]",
        "search.edges=coupled",
        "search.pinned_request_edges=[0.66]",
        "search.n_bands=3",
        "search.limits={unserved_share=0.0}",
        "search.least_members=2",
    )["document"]["search"]
    assert [setting["name"] for setting in search["settings"]] == ["coupled", "coupled, hysteresis 0.05"]
    assert all(0.66 in pick["request_edges"] for pick in search["picks"])
    assert all(min(len(tier) for tier in pick["tiers"]) >= 2 for pick in search["picks"])


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("search.measures=speed", "there is no measure 'speed'; use one of cost_usd"),
        (
            "search.measures=latency_p95_s",
            "latency_p95_s does not add up over bands; a quantile is no sum; limit above_share",
        ),
        ('search.limits.shortfall="half"', "the limit of shortfall is 'half'; give a number, or a text such as"),
        ("search.limits.nothing=1", "there is no measure 'nothing'"),
        ("search.n_bands=20", "20 tiers of at least 1 models need 20 scored models and there are 13"),
        ("search.n_bands=[2,2]", "name each once, and at least one"),
        ("search.least_member=2", "there is no such key; did you mean least_members"),
        ("search.edges=[diagonal]", "input should be 'coupled' or 'apart'"),
        ('search.measures=["short_above_share:2"]', "asks for a shortfall of the whole axis or more; give a distance"),
        ('search.measures=["above_share:soon"]', "'above_share:soon' names no number"),
    ],
)
def test_bad_words_get_one_sentence(tmp_path: Path, override: str, sentence: str) -> None:
    said = refusal(tmp_path, override)
    assert sentence in said
    assert "\n" not in said


def test_contradictions_are_named(tmp_path: Path) -> None:
    pinned = "search.pinned_request_edges=[0.65]"
    assert "the pinned request edge 0.65 lies in the forbidden interval 0.64 .. 0.66" in refusal(
        tmp_path, pinned, "search.forbidden_request_edges=[[0.64, 0.66]]"
    )
    assert "are nearer than" in refusal(
        tmp_path, "search.pinned_request_edges=[0.6, 0.65]", "search.least_request_gap=0.1", "search.n_bands=3"
    )
    assert "2 edges are pinned and 2 tiers have 1" in refusal(tmp_path, "search.pinned_request_edges=[0.3, 0.65]")
    assert "a tier must have at least 5 and at most 2 models" in refusal(
        tmp_path, "search.least_members=5", "search.most_members=2", "search.n_bands=2"
    )


def test_a_robust_map_is_weighed_in_every_world(tmp_path: Path) -> None:
    shock = '[{models="deepseek/*", factor=4.0}, {models="openai/*", factor=0.5, name="cheap openai"}]'
    document = searched(tmp_path, f"search.robust.prices={shock}", "search.robust.aim=regret")["document"]
    robust = document["search"]["robust"]
    assert robust["scenarios"] == ["now", "deepseek/* x 4", "cheap openai"]
    maps = {each["name"]: each for each in robust["maps"]}
    assert list(maps)[-1] == "documented"
    assert set(maps) <= set(document["maps"])
    first = robust["maps"][0]
    assert first["regret"] == min(each["regret"] for each in maps.values())
    for each in maps.values():
        assert each["worst"] == max(each["values"])
        assert each["values"][robust["scenarios"].index(each["worst_in"])] == each["worst"]
        gaps = [value - best for value, best in zip(each["values"], robust["own_best"], strict=True)]
        assert each["regret"] == pytest.approx(max(gaps), rel=1e-12)
    assert robust["note"].startswith("Weighed with edges coupled; apart, the request axis thinned")
    assert robust["setting"] in {"coupled", "apart"}
    # The world at hand is the replay without stickiness: its bill stands beside the incumbent's.
    now = maps["documented"]["values"][0]
    assert now == pytest.approx(document["search"]["incumbent"]["measures"]["cost_usd"], rel=1e-12)


def test_times_and_stickiness_are_told_where_they_are_asked(tmp_path: Path) -> None:
    document = searched(
        tmp_path,
        'search.measures=["cost_usd", "above_share:20"]',
        'search.limits={"above_share:20"="incumbent", latency_s="incumbent"}',
        'search.stickiness=["none", "session"]',
        "search.edges=coupled",
    )["document"]
    search = document["search"]
    incumbent = search["incumbent"]["measures"]
    for pick in search["picks"]:
        assert pick["measures"]["above_share:20"] <= incumbent["above_share:20"]
        assert pick["measures"]["latency_s"] <= incumbent["latency_s"]
        assert pick["measures"]["untimed_share"] == 0
        assert set(pick["replayed_by_stickiness"]) == {"none", "session"}
        assert pick["replayed_by_stickiness"]["session"] == pick["replayed_cost_usd"]
        metrics = document["maps"][pick["name"]]["metrics"]
        if pick["lag1_cost_usd"] == pick["replayed_cost_usd"] == pick["table_cost_usd"]:
            assert pick["latency_quantiles_s"]["p95"] == metrics["latency_p95_s"]


def test_names_of_picks_never_take_those_of_the_file(tmp_path: Path) -> None:
    """Nor names that differ in case only: they would be one file on some disks."""
    clash = '[{name="cheapest", kind="scheme", scheme="quantile"}, {name="Robust", kind="scheme", scheme="natural"}]'
    shock = '[{models="deepseek/*", factor=8.0}]'
    document = searched(tmp_path, f"candidates={clash}", f"search.robust.prices={shock}")["document"]
    names = list(document["maps"])
    assert len({name.lower() for name in names}) == len(names)
    assert {"cheapest", "cheapest-found", "Robust"} <= set(names)
    assert document["maps"]["cheapest"]["tiers"] != document["maps"]["cheapest-found"]["tiers"]


def test_propose_knows_a_pick_by_each_of_its_names(tmp_path: Path) -> None:
    document = searched(tmp_path, "propose=simplest")["document"]
    pick = next(p for p in document["search"]["picks"] if "simplest" in (p["name"], *p["also"]))
    assert document["proposed"] == pick["name"]


def test_the_bills_of_picks_speak_of_one_world_where_failures_are_replayed(tmp_path: Path) -> None:
    calm = searched(tmp_path, out="calm")["document"]["search"]
    failing = searched(tmp_path, "operations.others.error_share=0.3", 'search.stickiness="session"', out="failing")
    for one, other in zip(calm["picks"], failing["document"]["search"]["picks"], strict=True):
        assert one["replayed_cost_usd"] == other["replayed_cost_usd"] == other["replayed_by_stickiness"]["session"]
        assert failing["document"]["maps"][other["name"]]["metrics"]["cost_usd"] != other["replayed_cost_usd"]


def test_unknown_speed_is_no_speed(tmp_path: Path) -> None:
    """With a measure of time, requests of unknown speed are limited as today: they would add nothing to its sum."""
    search = searched(tmp_path, 'search.measures=["cost_usd", "latency_s"]')["document"]["search"]
    assert search["limits"]["untimed_share"] == search["incumbent"]["measures"]["untimed_share"] == 0


def test_nearly_best_maps_are_listed_best_first(tmp_path: Path) -> None:
    search = searched(tmp_path, "search.near_optimal=0.05")["document"]["search"]
    listed = search["alternatives"]
    best = search["picks"][0]["table_cost_usd"]
    costs = [each["cost_usd"] for each in listed["maps"]]
    assert costs == sorted(costs)
    assert costs[0] == pytest.approx(best, rel=1e-9)
    assert costs[-1] <= best * 1.05
    assert len(costs) > 1
    assert all(each["shortfall"] <= search["limits"]["shortfall"] for each in listed["maps"])


def test_an_epsilon_and_other_worlds_go_together(tmp_path: Path) -> None:
    shock = '[{models="deepseek/*", factor=4.0}]'
    search = searched(tmp_path, "search.epsilon={shortfall=0.001}", f"search.robust.prices={shock}")["document"][
        "search"
    ]
    assert all(setting["verdict"].startswith("within epsilon") for setting in search["settings"])
    assert search["robust"]["verdict"].startswith("exact")


def test_a_name_is_an_alias_only_of_what_it_says(tmp_path: Path) -> None:
    for pick in searched(tmp_path)["document"]["search"]["picks"]:
        of = [name.removeprefix("best-of-") for name in (pick["name"], *pick["also"]) if name.startswith("best-of-")]
        assert all(int(n) == pick["n_bands"] for n in of)

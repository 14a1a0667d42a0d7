"""Sessions stay in as stages grow, numbers follow the plan of the evidence, and the plan is the same twice."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError
from paretocode.evidence.map_sums import MapSums
from paretocode.evidence.size import Rollout, sessions_to_see, spread_of_sums, telling_of
from paretocode.release.canary import PPM, bucket_ppm, bucket_vectors, is_canary
from paretocode.release.rollout import rollout_bytes, rollout_plan
from paretocode.release.rollout_sizes import sessions_at_share
from paretocode.release.rollout_text import rollout_text
from paretocode.result import open_result
from paretocode.tiermap.file import read_tier_map, sha256_of

DIGEST = "ab" * 32
DOCS = Path(__file__).parents[2] / "docs" / "gates.md"


@given(st.text(max_size=20), st.text(max_size=20))
def test_the_bucket_is_that_of_the_definition(salt: str, session_id: str) -> None:
    """The hex digits of the digest, read as a number of base 16: an independent reading of the same definition."""
    digest = hashlib.sha256(salt.encode() + session_id.encode()).hexdigest()
    assert bucket_ppm(salt, session_id) == int(digest[:16], 16) % 1_000_000


@given(st.text(max_size=20), st.integers(0, PPM), st.integers(0, PPM))
def test_a_session_of_a_small_stage_stays_in_a_larger_one(session_id: str, one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert is_canary("salt", session_id, small) <= is_canary("salt", session_id, large)
    assert not is_canary("salt", session_id, 0)
    bucket = bucket_ppm("salt", session_id)
    assert not is_canary("salt", session_id, bucket)
    assert is_canary("salt", session_id, bucket + 1)
    assert is_canary("salt", session_id, PPM)


def test_a_stage_gets_its_share_of_sessions_and_another_salt_gets_others() -> None:
    names = [f"session-{at}" for at in range(20_000)]
    members = [{name for name in names if is_canary(salt, name, 100_000)} for salt in ("a", "b")]
    for found in members:
        assert abs(len(found) - 2000) < 5 * (20_000 * 0.1 * 0.9) ** 0.5  # five standard errors
    assert 100 < len(members[0] & members[1]) < 300


def test_the_reader_of_the_page_reproduces_the_vectors() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", DOCS.read_text(encoding="utf-8"), re.M | re.S)
    names: dict[str, Any] = {}
    exec(code, names)
    for vector in bucket_vectors(DIGEST):
        assert names["bucket_ppm"](DIGEST, vector["session_id"]) == vector["bucket_ppm"]


def two_maps(spread: int = 3) -> tuple[MapSums, MapSums]:
    rng = np.random.default_rng(1)
    base = rng.integers(10, 40, 60)
    costs = (base + rng.integers(-4, 4 * spread, 60), base)
    old_new = [
        MapSums(
            name=name,
            n_clusters=60,
            cluster_kind="session",
            columns={"cost_pusd": cost, "n_requests": np.ones(60, dtype=np.int64)},
            windows={},
        )
        for name, cost in zip(("new", "old"), costs, strict=True)
    ]
    return old_new[0], old_new[1]


@pytest.mark.parametrize("share", [0.01, 0.1, 0.25, 0.5, 0.9])
def test_sessions_follow_the_plan_of_the_evidence(share: float) -> None:
    spread = spread_of_sums(*two_maps(), "cost_usd_per_krequest", n_requests=60)
    truth = sessions_to_see(spread, difference=spread.difference, design=Rollout(canary_share=share)).n_sessions
    telling = telling_of(spread, Rollout(canary_share=0.1), power=0.8, alpha=0.05).to_dict()
    entry = {"rollout": telling}
    scaled = sessions_at_share(entry, share)
    assert truth <= 1.02 * scaled["n_sessions_at_most"]  # Student's correction is not in the bound
    anew = sessions_at_share({"rollout": {**telling, "sd_arms": list(spread.sd_arms)}}, share)
    assert anew["n_sessions"] == anew["n_sessions_at_most"] == truth


def test_equal_arms_need_what_the_formula_says_and_the_planned_share_what_was_planned() -> None:
    plan = {"n_sessions": 900, "design": {"canary_share": 0.1}, "n_days": 9.0, "difference": 1, "power": 0.8}
    found = sessions_at_share({"rollout": {"plan": plan}}, 0.1)
    assert found == {"n_sessions": 900, "n_sessions_at_most": 900, "sessions_per_day": 100.0}
    assert sessions_at_share({"rollout": {"plan": plan}}, 0.5)["n_sessions"] == 324  # 900 x 0.09 / 0.25


METRICS: dict[str, Any] = {
    "incumbent": "old",
    "maps": {"old": {}, "new": {}},
    "evidence": {
        "comparison": {
            "maps": {
                "new": {
                    "cost_usd_per_krequest": {
                        "text": "cost per 1,000 requests [USD]",
                        "difference": -2.0,
                        "change": -0.2,
                        "interval": [-3.0, -1.0],
                        "change_interval": [-0.3, -0.1],
                        "change_simultaneous": [-0.35, -0.05],
                        "n_differing": 9,
                    },
                    "shortfall_mean": {
                        "text": "mean shortfall [0..1 axis]",
                        "difference": 0.0,
                        "change": None,
                        "interval": [-0.1, 0.1],
                        "simultaneous": [None, None],
                        "n_differing": 9,
                    },
                    "unserved_share": {
                        "text": "unserved, of requests",
                        "difference": 0.0,
                        "change": None,
                        "interval": [0.0, 0.0],
                        "simultaneous": [0.0, 0.0],
                        "n_differing": 0,
                    },
                }
            }
        },
        "size": {
            "maps": {
                "new": {
                    "cost_usd_per_krequest": {
                        "rollout": {"plan": {"n_sessions": 1000, "design": {"canary_share": 0.1}, "n_days": None}}
                    },
                    "unserved_share": {"rollout": {"plan": None, "sentence": "there is no spread to plan with."}},
                }
            }
        },
    },
}


def plan_of(metrics: Any = METRICS, **changed: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {"map_name": "new", "tier_map_sha256": DIGEST, "serial": 4, "supersedes": "cd" * 32}
    return rollout_plan(metrics, **{**settings, **changed})


def test_a_plan_has_stages_numbers_stop_conditions_and_a_way_back() -> None:
    plan = plan_of(sessions_per_day=50, stages_ppm=[100_000, 1_000_000], parent_serial=3)
    first, last = plan["stages"]
    assert (first["n_sessions"], first["n_canary"], first["n_days"]) == (1000, 100, 20.0)
    assert (last["n_sessions"], last["share_ppm"]) == (None, PPM)
    assert first["sessions_to_see"]["unserved_share"]["why_not"] == "there is no spread to plan with."
    stops = {stop["measure"]: stop for stop in plan["stop_when"]}
    assert stops["cost_usd_per_krequest"]["limit"] == -0.05
    assert "above -5 %" in stops["cost_usd_per_krequest"]["sentence"]
    assert stops["shortfall_mean"]["limit"] is None
    assert "set one by hand" in stops["shortfall_mean"]["sentence"]
    assert stops["unserved_share"]["limit"] == 0.0
    assert "any difference is news" in stops["unserved_share"]["sentence"]
    assert plan["rollback"]["tier_map_sha256"] == "cd" * 32
    assert plan["rollback"]["serial"] == 3
    assert plan["hash"]["salt"] == DIGEST
    text = rollout_text(plan, width=80)
    assert "1,000 sessions in all, 100 of them on the new map" in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_a_map_without_a_parent_and_without_evidence_says_so() -> None:
    plan = plan_of({"incumbent": "old", "maps": {"new": {}}, "evidence": {"left_out": "one session"}}, supersedes=None)
    assert "supersedes none" in plan["rollback"]["sentence"]
    assert plan["stop_when"] == []
    assert plan["stages"][0]["n_sessions"] is None
    assert any("one session" in sentence for sentence in plan["not_known"])
    assert "no number of sessions is known" in rollout_text(plan)
    own = plan_of(map_name="old")
    assert any("the incumbent itself" in sentence for sentence in own["not_known"])


@pytest.mark.parametrize(
    "stages", [[], [1], [0, PPM], [PPM, 10], [10, 10, PPM], [10.0, PPM], [True, PPM], [-5, PPM], [10, PPM, 2 * PPM]]
)
def test_stages_that_do_not_grow_to_everybody_are_refused(stages: list[int]) -> None:
    with pytest.raises(InputError, match="growing whole numbers that end with 1000000"):
        plan_of(stages_ppm=stages)


def test_unknown_maps_and_rates_are_refused() -> None:
    with pytest.raises(InputError, match="use one of new, old"):
        plan_of(map_name="third")
    for rate in (0.0, -1.0, float("nan")):
        with pytest.raises(InputError, match="give a rate above 0"):
            plan_of(sessions_per_day=rate)


def test_the_plan_of_a_result_is_plain_json_and_the_same_twice(finished: Path) -> None:
    result = open_result(finished)
    content = (finished / "tier_map.json").read_bytes()
    file, metrics = read_tier_map(finished / "tier_map.json"), result.metrics()
    one = rollout_bytes(metrics, file, sha256_of(content))
    assert one == rollout_bytes(copy.deepcopy(metrics), file, sha256_of(content))
    plan = json.loads(one)
    assert plan["tier_map_sha256"] == metrics["maps"][file.name]["tier_map_sha256"]  # type: ignore[index]
    assert [stage["share_ppm"] for stage in plan["stages"]] == [10_000, 100_000, 500_000, 1_000_000]
    assert {stop["measure"] for stop in plan["stop_when"]} == set(plan["expected"])

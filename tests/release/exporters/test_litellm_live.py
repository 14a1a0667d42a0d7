"""LiteLLM itself loads the exported config, picks each tier's first model and falls back in order on 500 and 429."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from paretocode.release.exporters import TARGETS
from paretocode.tiermap.file import TierMapFile

Routed = Callable[[TierMapFile, list[dict[str, Any]]], list[dict[str, Any]]]
_DRIVER = Path(__file__).with_name("litellm_driver.py")


def python_with_litellm() -> str | None:
    if named := os.environ.get("PARETOCODE_LITELLM"):
        return named
    return sys.executable if importlib.util.find_spec("litellm") and importlib.util.find_spec("yaml") else None


pytestmark = pytest.mark.skipif(
    python_with_litellm() is None,
    reason="LiteLLM is not installed: install the extra routers, or name a python that has it in PARETOCODE_LITELLM",
)


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Routed]:
    """Return a function that routes cases under a map; LiteLLM is loaded once, in a process of its own."""
    config = tmp_path_factory.mktemp("litellm") / "config.yaml"
    command = [str(python_with_litellm()), str(_DRIVER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as driver:
        assert driver.stdin is not None
        assert driver.stdout is not None
        stdin, stdout = driver.stdin, driver.stdout

        def route(file: TierMapFile, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
            config.write_bytes(TARGETS["litellm"].export(file).content)
            stdin.write(json.dumps({"config": str(config), "cases": cases}) + "\n")
            stdin.flush()
            results: list[dict[str, Any]] = json.loads(stdout.readline())
            return results

        yield route
        stdin.close()


def ids(file: TierMapFile, tier: str) -> list[str]:
    return [c.model_id for t in file.tiers if t.name == tier for c in t.candidates]


def test_every_tier_is_routed_and_falls_back_in_order(documented: TierMapFile, routed: Routed) -> None:
    cases, expected = [], []
    for tier in ("low", "medium", "high"):
        models = ids(documented, tier)[:3]
        cases.append({"model": f"tier/{tier}"})
        expected.append((models[0], models[:1]))
        for status in (500, 429):
            for n_failing in (1, 2):
                cases.append({"model": f"tier/{tier}", "failing": dict.fromkeys(models[:n_failing], status)})
                expected.append((models[n_failing], models[: n_failing + 1]))
        cases.append({"model": f"tier/{tier}", "failing": dict.fromkeys(models, 500)})
        expected.append((None, models))
    results = routed(documented, cases)
    assert [(r["served"], r["tried"]) for r in results] == expected
    high = results[cases.index({"model": "tier/high"})]
    assert high["reasoning"] == [{"effort": "max"}]


def test_a_min_score_is_a_model_name(documented: TierMapFile, routed: Routed) -> None:
    names = {"min-score": "high", "min-score/0.00": "low", "min-score/0.32": "low", "min-score/0.33": "medium"}
    names |= {"min-score/0.65": "medium", "min-score/0.66": "high", "min-score/1.00": "high"}
    results = routed(documented, [{"model": name} for name in names])
    assert [r["served"] for r in results] == [ids(documented, tier)[0] for tier in names.values()]


def shrunk(plain: dict[str, Any]) -> None:
    """Windows of 1,200 tokens for the lowest tier's first three models, 3,000 for its others, 9,000 elsewhere."""
    for tier in plain["tiers"]:
        for rank, candidate in enumerate(tier["candidates"]):
            candidate["context_tokens"] = 9000 if tier["name"] != "low" else 1200 if rank < 3 else 3000


def test_a_long_prompt_goes_to_a_larger_window_and_then_up(changed: Callable[..., TierMapFile], routed: Routed) -> None:
    file = changed(shrunk)
    low, medium = ids(file, "low"), ids(file, "medium")
    cases = [{"model": name, "n_words": n} for name in ("tier/low", "min-score/0.10") for n in (10, 2000, 5000, 20_000)]
    results = routed(file, cases)
    served = [low[0], low[3], medium[0], None]
    assert [r["served"] for r in results] == [*served, *served]
    assert [r["tried"] for r in results[:4]] == [[low[0]], [low[3]], [medium[0]], []]


def test_an_empty_tier_is_an_alias_and_a_refused_one_has_no_name(
    changed: Callable[..., TierMapFile], routed: Routed
) -> None:
    def empty(rule: str) -> Callable[[dict[str, Any]], None]:
        def edit(plain: dict[str, Any]) -> None:
            plain["tiers"][1]["candidates"] = []
            plain["policy"]["empty_tier"] = rule

        return edit

    names = ["tier/medium", "min-score/0.50"]
    for rule, tier in (("up", "high"), ("down", "low"), ("refuse", None)):
        file = changed(empty(rule))
        results = routed(file, [{"model": name} for name in names])
        assert [r["served"] for r in results] == [None if tier is None else ids(file, tier)[0]] * 2
        assert all(r["error"] == ("BadRequestError" if tier is None else None) for r in results)

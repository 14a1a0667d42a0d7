"""Conformance vectors: a case for everything that readers get wrong, and readers in other languages that pass them."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paretocode._files import json_bytes
from paretocode.catalogue import load_bundled
from paretocode.errors import SealError
from paretocode.release.reader import Reason, TierMapError, run_vectors
from paretocode.release.vectors import STRANGER, VECTORS_FORMAT, conformance_vectors, failing_vectors
from paretocode.tiermap import documented_pareto_code
from paretocode.tiermap.file import TierMapFile, canonical_bytes, parse_tier_map, tier_map_file
from release_folders import documented_file, seal, write_release

READERS = Path(__file__).parents[2] / "docs" / "readers"


def odd_file(**policy: object) -> TierMapFile:
    """Return a map full of what readers get wrong, under a policy.

    Score edges cut models out of their listed tier; names need code-point order (U+FFFD sorts below U+1F600, in UTF-16
    above it); prices, scores and speeds tie or are unknown; a step changes the order of costs; a tier has no model.
    """
    catalogue = load_bundled()
    document: dict[str, Any] = json.loads(canonical_bytes(tier_map_file(documented_pareto_code(catalogue), catalogue)))
    document["score_edges_milli"] = [40_000, 47_000, 90_000]
    document["request_edges_ppm"] = [250_000, 500_000, 1_000_000]
    document["tiers"].append({"name": 'top "<&>"\\ \u00e9', "floor_milli": None, "candidates": []})
    for tier, floor in zip(document["tiers"], (None, *document["score_edges_milli"]), strict=True):
        tier["floor_milli"] = floor
    low, cached = document["tiers"][0]["candidates"], "cache_read_micro_usd_per_mtok"
    tied = {**low[0], "effort": "", "score_milli": low[0]["score_milli"], "throughput_milli_tps_p50": None}
    low += [{**tied, "model_id": "tie/\U0001f600"}, {**tied, "model_id": "tie/\ufffd"}]
    low += [
        {**tied, "model_id": "tie/unscored", "score_milli": None},
        {**tied, "model_id": "tie/worse", "score_milli": -1},
    ]
    low += [{**tied, "model_id": f"tie/{name}", cached: usd} for name, usd in (("cached", 1), ("uncached", None))]
    low += [{**tied, "model_id": "tie/unpriced", "completion_micro_usd_per_mtok": None}]
    low += [{**tied, "model_id": "tie/unsized", "context_tokens": None}]
    high = document["tiers"][2]["candidates"]
    own, dear = high[0]["completion_micro_usd_per_mtok"], 10**12
    nothing = dict.fromkeys(("cache_read_micro_usd_per_mtok", "cache_write_micro_usd_per_mtok"))
    high[0]["price_steps"] = [
        {"min_prompt_tokens": n, "prompt_micro_usd_per_mtok": p, "completion_micro_usd_per_mtok": c, **nothing}
        for n, p, c in ((2000, dear, own), (500, None, dear), (900_000, 1, None))
    ]
    document["policy"] |= policy
    return parse_tier_map(canonical_bytes(document), where="odd")


MAPS: dict[str, Callable[[], TierMapFile]] = {
    "documented": documented_file,
    "own costs, any model above the floor, up": lambda: odd_file(price_metric="request", eligibility="floor"),
    "blend, own models, down": lambda: odd_file(price_metric="blend_7_2_1", empty_tier="down", n_fallbacks=100),
    "speed, refuse": lambda: odd_file(ranking="throughput", price_metric="blend_3_1", empty_tier="refuse"),
    "speed, own costs, no fallback": lambda: odd_file(ranking="throughput", price_metric="request", n_fallbacks=0),
    "completion, floor": lambda: odd_file(price_metric="completion", eligibility="floor", empty_tier="down"),
}


def cases_of(file: TierMapFile) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = conformance_vectors(file, canonical_bytes(file))["cases"]
    return cases


@pytest.mark.parametrize("name", MAPS)
def test_there_is_a_case_for_everything(name: str) -> None:
    file = MAPS[name]()
    cases = cases_of(file)
    scores = {case["min_score_ppm"] for case in cases}
    edges = {edge + step for edge in file.request_edges_ppm for step in (-1, 0, 1)}
    assert edges | {None, 0, 1_000_000, -1, 1_000_001} <= scores
    assert [c["min_score_ppm"] for c in cases if c["is_malformed"]] == [
        s for s in (-1, 1_000_001, 1_000_002) if s in scores
    ]
    candidates = [candidate for tier in file.tiers for candidate in tier.candidates]
    limits = {c.context_tokens for c in candidates if c.context_tokens}
    needs = {case["prompt_tokens"] + case["completion_tokens"] for case in cases}
    assert limits | {limit + 1 for limit in limits} <= needs
    steps = {step.min_prompt_tokens for c in candidates for step in c.price_steps}
    assert steps | {step + 1 for step in steps} <= {case["prompt_tokens"] for case in cases}
    keys = {candidate.key for candidate in candidates}
    without = {frozenset(case["unavailable"]) for case in cases}
    assert {frozenset(), frozenset({STRANGER}), frozenset(keys)} <= without
    assert {frozenset(c.key for c in tier.candidates) for tier in file.tiers} <= without
    asked = [
        tuple(json.dumps(case[k]) for k in ("min_score_ppm", "prompt_tokens", "completion_tokens", "unavailable"))
        for case in cases
    ]
    assert len(set(asked)) == len(asked), "no case twice"


def test_an_empty_tier_goes_where_the_policy_says() -> None:
    for rule, served in (("up", "medium"), ("down", None), ("refuse", None)):
        file = odd_file(empty_tier=rule)
        low = sorted(candidate.key for candidate in file.tiers[0].candidates)
        (case,) = [c for c in cases_of(file) if c["min_score_ppm"] == 0 and c["unavailable"] == low]
        assert case["tier"] == served


def test_a_wrong_expectation_is_found_and_another_format_refused() -> None:
    file = documented_file()
    document = conformance_vectors(file, canonical_bytes(file))
    for case in document["cases"]:
        assert failing_vectors(file, {**document, "cases": [case]}) == []
        assert failing_vectors(file, {**document, "cases": [{**case, "tier": "other"}]}) == [0]
        assert failing_vectors(file, {**document, "cases": [{**case, "is_malformed": not case["is_malformed"]}]}) == [0]
    with pytest.raises(SealError, match="the vectors have format 'paretocode-vectors-1'; export the map again"):
        failing_vectors(file, {**document, "format": "paretocode-vectors-1"})


def python_reader(folder: Path) -> int:
    try:
        n_cases, differing = run_vectors(folder)
    except TierMapError:
        return 2
    return 1 if differing or not n_cases else 0


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Callable[[Path], int]]:
    """Return the reader of a language as a function from release folder to exit code; skip where it cannot run."""
    built: dict[str, list[str]] = {}

    def reader(language: str) -> Callable[[Path], int]:
        if language == "python":
            return python_reader
        tool = {"javascript": "node", "rust": "rustc"}[language]
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: the {language} reader was not run")
        if language == "rust" and language not in built:
            program = tmp_path_factory.mktemp("rust") / "reader"
            build = ["rustc", "--edition", "2021", "-D", "warnings", "-o", str(program), str(READERS / "reader.rs")]
            subprocess.run(build, check=True, capture_output=True, text=True)
            built[language] = [str(program)]
        command = built.get(language, ["node", str(READERS / "reader.mjs")])

        def run(folder: Path) -> int:
            return subprocess.run([*command, str(folder)], capture_output=True, check=False, timeout=60).returncode

        return run

    return reader


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize("language", ["python", "javascript", "rust"])
def test_readers_of_every_language_pass(
    language: str, name: str, readers: Callable[[str], Callable[[Path], int]], tmp_path: Path
) -> None:
    run = readers(language)
    folder = write_release(tmp_path, canonical_bytes(MAPS[name]()))
    assert run(folder) == 0


@pytest.mark.parametrize("language", ["python", "javascript", "rust"])
def test_readers_of_every_language_can_fail(
    language: str, readers: Callable[[str], Callable[[Path], int]], tmp_path: Path
) -> None:
    """A wrong expectation of any kind is told, and what is no release of ours is refused."""
    run = readers(language)
    folder = write_release(tmp_path, canonical_bytes(odd_file()))
    good = json.loads((folder / "vectors.json").read_bytes())
    changes: list[dict[str, Any]] = [
        {"tier": "other"},
        {"primary": "other"},
        {"fallbacks": []},
        {"is_malformed": True},
        {"min_score_ppm": 1_000_001},
    ]
    for change in changes:
        cases = [{**good["cases"][0], **change}]
        (folder / "vectors.json").write_bytes(json_bytes({**good, "cases": cases}))
        seal(folder)
        assert run(folder) == 1, change
    for broken in ({**good, "cases": []}, {**good, "format": "paretocode-vectors-9"}):
        (folder / "vectors.json").write_bytes(json_bytes(broken))
        seal(folder)
        assert run(folder) > 0
    assert run(tmp_path / "nothing") == 2


def test_vectors_of_another_map_are_refused(tmp_path: Path) -> None:
    folder = write_release(tmp_path, canonical_bytes(documented_file()))
    vectors = json.loads((folder / "vectors.json").read_bytes())
    (folder / "vectors.json").write_bytes(json_bytes({**vectors, "tier_map_sha256": "0" * 64}))
    seal(folder)
    with pytest.raises(TierMapError, match=r"vectors.json: it does not belong to the map") as refusal:
        run_vectors(folder)
    assert refusal.value.reason is Reason.BAD_VECTORS
    (folder / "vectors.json").write_bytes(json_bytes({"format": "other"}))
    seal(folder)
    with pytest.raises(TierMapError, match=f"it holds no {VECTORS_FORMAT}"):
        run_vectors(folder)

"""docs/metrics.md explains every key of a result's metrics, and no row is left over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from pages.blocks import ROOT, blocks_of
from paretocode.experiment import run_experiment

PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S))
TABLES = {title: text for title, text in SECTIONS.items() if "\n| key |" in text}


@pytest.fixture(scope="module")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Metrics of the tutorial's experiment on few requests: a search, with evidence."""
    folder = tmp_path_factory.mktemp("metrics")
    (block,) = (b for b in blocks_of("docs/tutorial.md") if b.file == "experiments/first.toml")
    (folder / "first.toml").write_text(block.text, encoding="utf-8")
    small = ["stream.sizes.smoke=600", "search.n_bands=[2]", "search.most_candidates=8", "evidence.replicates=100"]
    done = run_experiment(
        folder / "first.toml", out=folder / "results", scale_name="smoke", overrides=small, figures=False
    )
    found: dict[str, Any] = json.loads((done.path / "metrics.json").read_bytes())
    return found


def at(value: Any, path: str) -> Iterator[dict[str, Any]]:
    """Yield the objects at a path of the page; a word in capitals or a star stands for every name there."""
    if not path:
        yield value
        return
    name, _, rest = path.partition(".")
    if name.isupper() or name == "*":
        for inner in value.values() if isinstance(value, dict) else value:
            yield from at(inner, rest)
    else:
        yield from at(value[name], rest)


def rows(title: str) -> list[str]:
    cells = re.findall(r"^\| (`[^|]*`) \|", TABLES[title], re.M)
    return [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("title", TABLES)
def test_every_key_has_its_row_and_no_row_is_left_over(title: str, metrics: dict[str, Any]) -> None:
    path = found[1] if (found := re.search(r"\(`(.+)`\)", title)) else ""
    keys = {key for inner in at(metrics, path) if inner is not None for key in inner}
    names = rows(title)
    assert len(names) == len(set(names)), "a key has two rows"
    assert {key for key in keys if not any(fnmatchcase(key, name) for name in names)} == set(), "not explained"
    assert {name for name in names if not any(fnmatchcase(key, name) for key in keys)} == set(), "left over"


@pytest.mark.parametrize("title", TABLES)
def test_every_row_has_all_its_cells(title: str) -> None:
    lines = [line for line in TABLES[title].splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {lines[0].count("|")}


def test_the_page_looks_into_every_part_of_a_map(metrics: dict[str, Any]) -> None:
    one = metrics["maps"]["documented"]["metrics"]
    told = " ".join(TABLES)
    for part in ("jumps", "edges"):
        assert isinstance(one[part], dict)
        assert f"metrics.{part}`" in told


def test_the_arithmetic_of_the_page_holds(metrics: dict[str, Any]) -> None:
    """The formulas that need nothing but other keys."""
    for one in (m["metrics"] for m in metrics["maps"].values()):
        assert one["cost_usd_per_krequest"] == pytest.approx(1000 * one["cost_usd"] / one["requests"])
        assert one["cache_hit_share"] == pytest.approx(one["cached_tokens"] / one["prompt_tokens"])
        assert one["n_pairs"] == one["requests"] - one["sessions"]
        assert sum(one["tier_share"].values()) == pytest.approx(1 - one["unserved_share"])
        jumps = one["jumps"]
        assert jumps["tier_jumps"] == jumps["tier_jumps_up"] + jumps["tier_jumps_down"]
        driven = jumps["request_driven"] + jumps["catalogue_driven"] + jumps["failure_driven"]
        assert jumps["model_jumps"] == driven == jumps["warm_jumps"] + jumps["cold_jumps"]


def test_the_page_is_where_readers_look() -> None:
    assert "metrics.md" in Path(ROOT / "docs" / "files.md").read_text(encoding="utf-8")

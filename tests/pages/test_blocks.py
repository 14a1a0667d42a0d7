"""Every block of every page runs, or says in one visible way what it would need."""

from __future__ import annotations

import dataclasses
import re
import shutil
import sys
from pathlib import Path

import pytest

from pages.blocks import ROOT, blocks_of, not_run, pages
from pages.files import bring_files
from pages.shell import run_block
from pages.worlds import clone, smoke_result

__all__ = ["clone", "smoke_result"]

ELSEWHERE = {
    "docs/cli.md": "tests/cli/test_help.py",
    "docs/tier_map.md": "tests/release/test_tier_map_page.py",
    "docs/tutorial.md": "tests/pages/test_tutorial.py",
    **{page: "tests/pages/test_how_to.py" for page in pages() if page.startswith("docs/how_to_")},
}
"""Pages whose blocks are run by another test."""

REASONS = (
    *("the network", "the clone", "the environment", ".venv-routers", "minutes"),
    *("the trace", "the logs", "a log of yours", "the answer of a warehouse"),
    *("the keys", "the signature", "the rule"),
    *("jq", "LiteLLM", "vllm-sr", "a cluster", "a scheduler", "Node.js", "Rust"),
)
"""What a block may need that tests do not have."""

LANGUAGES = {"sh", "python", "toml", "csv", "text"}
RUN = [page for page in pages() if page not in ELSEWHERE and {b.language for b in blocks_of(page)} & {"sh", "python"}]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize("page", RUN)
def test_what_the_page_shows_runs(page: str, clone: Path, smoke_result: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(smoke_result, clone / "results" / "quickstart" / smoke_result.name)
    bring_files(clone)
    monkeypatch.delitem(sys.modules, "reader", raising=False)
    if page == "docs/exporters.md":
        approve_alone(clone)
    blocks = blocks_of(page)
    names: dict[str, object] = {}
    for block in sorted(blocks, key=lambda b: b.file is None):  # a file may stand below the command that reads it
        run_block(block, names)


def approve_alone(folder: Path) -> None:
    """Do what the page counts on: its exports are of an approved map."""
    from paretocode.release import approve

    (result,) = (path.parent for path in folder.glob("results/*/*/manifest.json"))
    approve(result, by="A. Name", reason="cheaper", author="B. Name")


@pytest.mark.parametrize("page", pages())
def test_every_block_says_what_it_is(page: str) -> None:
    assert {block.language for block in blocks_of(page)} <= LANGUAGES
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.M | re.S)
    assert "```" not in text, "a fence is not closed"
    assert not re.search(r"\n\n    \S", text), "code stands in a fence, not in an indented block"


def test_what_does_not_run_says_why() -> None:
    """The reasons are known ones: a block that is marked for any other is looked at before it is let through."""
    found = [f"{page}: needs {why.removeprefix('needs ')}" for page, why in not_run()]
    assert found
    print("\n".join(found))
    assert [line for line in found if not line.split(": needs ")[1].startswith(REASONS)] == []


@pytest.mark.data
def test_what_needs_the_trace_runs_where_it_is(data_dir: Path, clone: Path) -> None:
    folder, n_run = data_dir / "traces", 0
    names: dict[str, object] = {}
    for block in blocks_of("docs/logs_public_traces.md"):
        text = re.sub(r"^# not run: needs the trace$", "", block.text, flags=re.M)
        files = set(re.findall(r"[\w.]+\.(?:parquet|csv|jsonl\.gz)", text))
        if files and all((folder / name).is_file() for name in files):
            for name in files:
                (clone / name).unlink(missing_ok=True)
                (clone / name).symlink_to(folder / name)
            run_block(dataclasses.replace(block, text=text), names)
            n_run += 1
    assert n_run >= 2


@pytest.mark.parametrize("page", ELSEWHERE)
def test_the_other_tests_are_there(page: str) -> None:
    assert (ROOT / ELSEWHERE[page]).is_file()
    assert (ROOT / page).is_file()

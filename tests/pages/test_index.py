"""Every page stands in the index, and every file that we write or read on the page of files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from pages.blocks import ROOT
from pages.worlds import smoke_result
from paretocode.release import approve, export_tier_map, prepare, revoke
from paretocode.stream import synthesise, write_stream_table
from paretocode.stream.partitioned import partition_logs

__all__ = ["smoke_result"]

DOCS = ROOT / "docs"
FILES = (DOCS / "files.md").read_text(encoding="utf-8")
NO_FILE = {"paretocode-notebook-"}
"""Texts in the code that look like a format and are none."""


def test_every_page_stands_in_the_index_once() -> None:
    """A new page gets a row in docs/README.md, under its kind."""
    linked = re.findall(r"\]\(([\w./]+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8"))
    assert sorted(linked) == sorted({path.name for path in DOCS.glob("*.md")} - {"README.md"})


def test_the_page_of_files_has_every_format_of_the_code_and_no_other() -> None:
    code = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "paretocode").rglob("*.py"))
    formats = set(re.findall(r'"(paretocode-[a-z-]+-\d+)"', code)) - NO_FILE
    assert set(re.findall(r"`(paretocode-[a-z-]+-\d+)`", FILES)) == formats


def names_in(section: str) -> set[str]:
    found = re.search(rf"^## {section}\n(.*?)(?=^## |\Z)", FILES, re.M | re.S)
    assert found
    rows = re.findall(r"^\| (`[^|]*`) \|", found[1], re.M)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def pattern_of(name: str) -> str:
    """Return a name of the page as a pattern: words in capitals stand for anything, a folder for all in it."""
    escaped = re.sub(r"NAME|SERIAL|DIGEST|NNNNN", "[^/]+", re.escape(name))
    return escaped + ".*" if name.endswith("/") else escaped


def files_of(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]


@pytest.fixture(scope="module")
def life(smoke_result: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Return the files of a result, its team's folder, its release and a stream in parts, all at the end of a life."""
    here = tmp_path_factory.mktemp("life")
    result = shutil.copytree(smoke_result, here / "results" / "one")
    approval = approve(result, by="Ada", reason="cheaper")
    export_tier_map(result, to="release", out=here / "release")
    prepare(result, map_name="natural")
    revoke(approval, by="Ben", reason="a slip")
    team = [name for name in files_of(here / "results") if not name.startswith("one/")]
    log = here / "log.parquet"
    write_stream_table(synthesise("chat", n_requests=50, rng=1), log)
    partition_logs([log], here / "parts", n_parts=2)
    found = {"A result": files_of(result), "A release": files_of(here / "release"), "A team's folder": team}
    return {**found, "A stream in parts": files_of(here / "parts")}


@pytest.mark.parametrize("section", ["A result", "A release", "A team's folder", "A stream in parts"])
def test_every_file_there_is_on_the_page(section: str, life: dict[str, list[str]]) -> None:
    assert life[section]
    patterns = [pattern_of(name) for name in names_in(section)]
    assert [name for name in life[section] if not any(re.fullmatch(p, name) for p in patterns)] == []


def test_the_main_files_of_the_page_are_there(life: dict[str, list[str]]) -> None:
    assert {"manifest.json", "metrics.json", "tier_map.json", "maps.parquet"} <= set(life["A result"])
    absent = names_in("A release") - set(life["A release"])
    assert absent == {"approvals/"}

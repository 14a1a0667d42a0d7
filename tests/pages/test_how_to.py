"""The how-to pages are run from top to bottom, and print what they show."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from pages.blocks import ROOT, blocks_of
from pages.shell import run_block
from pages.worlds import clone, smoke_result

__all__ = ["clone", "smoke_result"]

PAGES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("how_to_*.md"))
needs_programs = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("bash", "ssh-keygen", "sha256sum")),
    reason="bash, ssh-keygen or sha256sum is not installed",
)


@needs_programs
@pytest.mark.parametrize("page", PAGES)
def test_the_recipe_prints_what_it_shows(
    page: str, clone: Path, smoke_result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(smoke_result, clone / "results" / "quickstart" / smoke_result.name)
    monkeypatch.delitem(sys.modules, "reader", raising=False)
    names: dict[str, object] = {}
    for block in blocks_of(page):
        run_block(block, names)


def test_there_is_a_recipe_for_every_step_of_the_story() -> None:
    assert [Path(page).stem for page in PAGES] == [
        f"how_to_{name}" for name in ("approve", "catalogue", "export", "log", "tune")
    ]

"""The tutorial is run from top to bottom, and prints what it shows."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from pages.blocks import blocks_of
from pages.shell import run_block
from pages.worlds import clone

__all__ = ["clone"]

needs_programs = pytest.mark.skipif(
    not all(shutil.which(name) for name in ("bash", "ssh-keygen")), reason="bash or ssh-keygen is not installed"
)


@needs_programs
def test_the_tutorial_prints_what_it_shows(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "reader", raising=False)
    names: dict[str, object] = {}
    for block in blocks_of("docs/tutorial.md"):
        run_block(block, names)
    assert (clone / "release" / "tier_map.json").is_file()

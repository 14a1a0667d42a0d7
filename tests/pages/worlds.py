"""What lies in the folder where a page is run? A clone's folders, a finished result, the files that a page names."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from committed_code import made_by_committed_code
from pages.blocks import ROOT
from paretocode.cli.sim_door import main as sim

__all__ = ["clone", "smoke_result"]


@pytest.fixture(scope="module")
def smoke_result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the bundled quickstart at smoke scale; nobody writes into it."""
    out = tmp_path_factory.mktemp("pages") / "results"
    assert sim(["--scale", "smoke", "--no-figures", "--quiet", "--out", str(out)]) == 0
    return made_by_committed_code(next((out / "quickstart").iterdir()))


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a folder that looks like a clone; nothing that a page writes reaches the real one."""
    shutil.copytree(ROOT / "experiments", tmp_path / "experiments")
    for name in ("docs", "notebooks", "paretocode"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv("PARETOCODE_TEAM", raising=False)
    return tmp_path

"""A finished result for the tests of the command line, made once; nobody writes into it."""

from __future__ import annotations

from pathlib import Path

import pytest

from committed_code import made_by_committed_code
from paretocode.cli.sim_door import main as sim


@pytest.fixture(scope="session")
def smoke_result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the bundled quickstart at smoke scale."""
    out = tmp_path_factory.mktemp("manners") / "results"
    assert sim(["--scale", "smoke", "--no-figures", "--quiet", "--out", str(out)]) == 0
    return made_by_committed_code(next((out / "quickstart").iterdir()))

"""A finished result to release: the quickstart at smoke scale, as made by committed code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from committed_code import made_by_committed_code
from paretocode.experiment import run_experiment

QUICKSTART = Path(__file__).parents[2] / "experiments" / "quickstart.toml"


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results")
    return made_by_committed_code(run_experiment(QUICKSTART, out=out, scale_name="smoke", figures=False).path)


@pytest.fixture
def result(finished: Path, tmp_path: Path) -> Path:
    return shutil.copytree(finished, tmp_path / "result")

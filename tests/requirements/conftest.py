"""The scripts beside the locks, as modules: they belong to no package and run by their path."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

REQUIREMENTS = Path(__file__).parents[2] / "requirements"


@pytest.fixture(scope="session")
def requirements() -> Path:
    """Return the folder of the locks."""
    return REQUIREMENTS


@pytest.fixture(scope="module")
def audit() -> Iterator[ModuleType]:
    yield from _script("audit")


@pytest.fixture(scope="module")
def lock() -> Iterator[ModuleType]:
    yield from _script("lock")


def _script(name: str) -> Iterator[ModuleType]:
    spec = importlib.util.spec_from_file_location(f"{name}_script", REQUIREMENTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, spec.name, module)  # where frozen types look up their names
        spec.loader.exec_module(module)
        yield module

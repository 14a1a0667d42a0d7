"""What do all tests share? The real data's folder, the goldens and hypothesis's profiles."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

from one_thread import ONE_THREAD

# pytest-xdist has a worker on every core; there a library with a thread per core only waits for the others.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))

# A shell, or a worker's parent, may say how wide its terminal is; tests read what is written where there is none.
for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)

# In CI the same examples run every time; at the desk hypothesis looks for new ones. No test is timed: a busy machine
# is no bug.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev"))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Return the folder of real data that PARETOCODE_DATA names; skip where it names none."""
    named = os.environ.get("PARETOCODE_DATA", "")
    if not named:
        pytest.skip("PARETOCODE_DATA is not set: real data absent")
    folder = Path(named)
    if not folder.is_dir():
        # Someone meant to test with data: a silent skip would hide the slip.
        pytest.fail(f"PARETOCODE_DATA is {named!r}, which is no folder; correct it or unset it")
    return folder


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Return how many workers `-n auto` means: the cores this process may use, and not all of a large machine.

    Every worker computes the fixtures of the session for itself and holds its own libraries, so beyond eight little is
    won. PYTEST_XDIST_AUTO_NUM_WORKERS overrides it.
    """
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, 8)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true", help="write the goldens anew instead of comparing with them")


@pytest.fixture
def check_golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return a function that compares a text with the frozen observation of that name in tests/golden/."""
    folder = Path(__file__).parent / "golden"

    def check(name: str, text: str) -> None:
        path = folder / name
        if request.config.getoption("--regenerate"):
            folder.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"tests/golden/{name} is not there; run pytest with --regenerate and read what it wrote"
        assert text == path.read_text(encoding="utf-8")

    return check

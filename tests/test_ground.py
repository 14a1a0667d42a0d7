"""Does the ground hold: locks of hashes without hosts, a light package, and a set-up that needs nothing?"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"[a-z0-9][a-z0-9._-]*==[^ ]+( ; .+)?")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def entries(lock: Path) -> list[str]:
    """Return the lock's requirements, one joined line each."""
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return "\n".join(lines).replace("\\\n", "").splitlines()


def test_the_locks_are_there() -> None:
    assert [lock.stem for lock in LOCKS] == ["audit", "notebooks", "routers", "run", "test"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_and_hashes_every_package(lock: Path) -> None:
    for entry in entries(lock):
        requirement, *hashes = re.split(r"\s+(?=--hash)", entry.strip())
        assert PINNED.fullmatch(requirement.strip()), requirement
        assert hashes, requirement
        assert all(HASH.fullmatch(text) for text in hashes), requirement


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_names_no_host_and_no_option(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|^-|index-url|find-links|trusted-host| @ |[/]", text, flags=re.MULTILINE)
    assert len(text) < 2**20


def test_every_lock_holds_what_a_run_needs() -> None:
    # The set-up counts on it: an environment made for the tests also serves the simulation.
    run = set(entries(ROOT / "requirements" / "run.txt"))
    for lock in ("test", "notebooks"):
        assert run <= set(entries(ROOT / "requirements" / f"{lock}.txt")), lock


@pytest.mark.parametrize("lock", ["routers", "audit"])
def test_what_stands_apart_holds_nothing_of_ours(lock: str) -> None:
    held = {entry.split("==")[0] for entry in entries(ROOT / "requirements" / f"{lock}.txt")}
    assert not held & {"numpy", "duckdb", "pytest", "paretocode"}


def loaded_after(statement: str, *flags: str) -> set[str]:
    """Return the top-level modules that a bare interpreter holds after one statement run from the checkout."""
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{statement}\n"
        "import json; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, *flags, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("statement", ["import paretocode", "import paretocode.bootstrap"])
def test_the_door_loads_only_the_standard_library(statement: str) -> None:
    # -I and -S: no environment, no site-packages, as on a bare machine.
    ours = {"paretocode", "__main__", "__mp_main__"}
    assert loaded_after(statement, "-I", "-S") - ours <= set(sys.stdlib_module_names)


def test_the_package_alone_loads_nothing_more() -> None:
    nothing = loaded_after("pass", "-I", "-S")
    assert loaded_after("import paretocode", "-I", "-S") - nothing == {"paretocode"}


@pytest.mark.parametrize("name", ["__init__.py", "bootstrap.py"])
def test_an_old_python_can_read_the_door(name: str) -> None:
    ast.parse((ROOT / "paretocode" / name).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_continuous_check_runs_the_readme_command() -> None:
    assert "python3 -m paretocode.bootstrap test\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")

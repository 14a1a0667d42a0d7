"""Do the locks hold what the project asks for, and does locking keep what is there? No package is resolved here."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

PIN = "one==1.0 \\\n    --hash=sha256:0\n"


class FakeUv:
    """Stand in for uv: adds a pin to the draft; can be told to fail for the draft of that name."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.fails_for = ""

    def __call__(self, command: list[str], **_settings: object) -> None:
        self.commands.append(command)
        draft = Path(command[command.index("--output-file") + 1])
        if draft.stem == self.fails_for:
            raise subprocess.CalledProcessError(1, command)
        draft.write_text(draft.read_text(encoding="utf-8") + "new==2.0\n", encoding="utf-8")


@pytest.fixture
def uv(monkeypatch: pytest.MonkeyPatch) -> FakeUv:
    fake = FakeUv()
    monkeypatch.setattr(subprocess, "run", fake)
    return fake


@pytest.fixture
def folder(lock: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder whose lock of a run holds one package, and no other lock."""
    monkeypatch.setattr(lock, "FOLDER", tmp_path)
    (tmp_path / "run.txt").write_text(PIN, encoding="utf-8")
    return tmp_path


def test_every_lock_holds_what_the_project_asks_for(lock: ModuleType, requirements: Path) -> None:
    """A dependency that somebody added without `make lock` is found here, and not by whoever imports it first."""
    more = lock.PROJECT["optional-dependencies"]
    asked = {name: lock.wanted(extras) for name, extras in lock.TOGETHER.items()}
    asked |= {name: more[name] for name in lock.APART}
    assert set(asked) == {path.stem for path in requirements.glob("*.txt")}
    for name, lines in asked.items():
        held = set(re.findall(r"^([a-z0-9._-]+)==", (requirements / f"{name}.txt").read_text(encoding="utf-8"), re.M))
        assert {re.split(r"[\[>=<;~ ]", line)[0].lower() for line in lines} <= held, name


def test_locking_starts_from_what_is_there(lock: ModuleType, uv: FakeUv, folder: Path) -> None:
    assert lock.main([]) == 0
    assert {path.stem for path in folder.glob("*.txt")} == {*lock.TOGETHER, *lock.APART}
    assert (folder / "run.txt").read_text(encoding="utf-8") == f"{lock.FIRST_LINE}{PIN}new==2.0\n"
    assert (folder / "test.txt").read_text(encoding="utf-8") == f"{lock.FIRST_LINE}{PIN}new==2.0\n"
    assert (folder / "routers.txt").read_text(encoding="utf-8") == f"{lock.FIRST_LINE}new==2.0\n"
    whole = uv.commands[0][uv.commands[0].index("--output-file") + 1]
    bound = [command for command in uv.commands if "--constraint" in command]
    assert [command[command.index("--constraint") + 1] for command in bound] == [whole] * len(lock.TOGETHER)


def test_a_wish_to_move_reaches_every_resolution(lock: ModuleType, uv: FakeUv, folder: Path) -> None:
    assert lock.main(["--upgrade-package", "one"]) == 0
    assert len(uv.commands) == 1 + len(lock.TOGETHER) + len(lock.APART)
    assert all("--upgrade-package" in command for command in uv.commands)


def test_a_failure_leaves_all_locks_as_they_were(lock: ModuleType, uv: FakeUv, folder: Path) -> None:
    uv.fails_for = "audit"
    assert lock.main([]) == 1
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*")} == {"run.txt": PIN}

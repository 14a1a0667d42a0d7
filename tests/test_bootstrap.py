"""Does the set-up build once, start at once, repair itself, and leave other people's folders alone?

No package is installed here: the programs that would do it are replaced, and what is tested is the order of things.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from paretocode import bootstrap

ROOT = Path(__file__).resolve().parent.parent


class FakePrograms:
    """Stand in for uv, pip and venv: notes which locks were installed; can be told to fail or to die."""

    def __init__(self) -> None:
        self.installed: list[str] = []
        self.trouble: BaseException | None = None

    def run(self, command: list[str], venv: Path) -> None:
        (venv / "bin").mkdir(exist_ok=True)
        (venv / "bin" / "python").touch()
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        (venv / "lib" / version / "site-packages").mkdir(parents=True, exist_ok=True)
        if "-r" in command:
            if self.trouble is not None:
                raise self.trouble
            self.installed.append(Path(command[-1]).stem)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> FakePrograms:
    fake = FakePrograms()
    monkeypatch.setattr(bootstrap, "_run", fake.run)
    return fake


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    files = {name: tmp_path / f"{name}.txt" for name in ("run", "test", "notebooks", "routers", "audit")}
    for name, path in files.items():
        path.write_text(name, encoding="utf-8")
    monkeypatch.setattr(bootstrap, "LOCKS", files)
    return files


@pytest.fixture
def venv(tmp_path: Path, locks: dict[str, Path]) -> Path:
    assert locks
    return tmp_path / "a folder" / "venv"


def test_the_second_call_installs_nothing(venv: Path, programs: FakePrograms) -> None:
    bootstrap.prepare(venv, ["run"])
    bootstrap.prepare(venv, ["run"])
    assert programs.installed == ["run"]


def test_an_environment_for_tests_serves_the_simulation(venv: Path, programs: FakePrograms) -> None:
    bootstrap.prepare(venv, ["test"])
    bootstrap.prepare(venv, ["run"])
    assert programs.installed == ["test"]


def test_only_what_is_missing_is_added(venv: Path, programs: FakePrograms) -> None:
    bootstrap.prepare(venv, ["run"])
    (venv / "kept").touch()
    bootstrap.prepare(venv, ["test"])
    bootstrap.prepare(venv, ["notebooks"])
    bootstrap.prepare(venv, ["test"])
    assert programs.installed == ["run", "test", "notebooks"]
    assert (venv / "kept").exists()


def test_what_stands_apart_gets_a_folder_of_its_own(
    venv: Path, programs: FakePrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARETOCODE_VENV", str(venv))
    for _ in range(2):
        assert bootstrap.main(["setup", "test", "routers", "audit"]) == 0
    assert programs.installed == ["test", "routers", "audit"]
    routers = venv.with_name("venv-routers")
    assert bootstrap.is_ready(routers, ["routers"])
    assert not bootstrap.is_ready(routers, ["run"])
    assert not list(routers.glob("lib/*/site-packages/paretocode.pth"))
    assert not bootstrap.is_ready(venv, ["routers"])


def test_a_changed_lock_brings_all_installed_ones_up_to_date(
    venv: Path, programs: FakePrograms, locks: dict[str, Path]
) -> None:
    bootstrap.prepare(venv, ["test"])
    for path in locks.values():
        path.write_text("newer", encoding="utf-8")
    bootstrap.prepare(venv, ["run"])
    assert programs.installed == ["test", "test"]


def test_an_interrupted_build_starts_from_nothing(venv: Path, programs: FakePrograms) -> None:
    programs.trouble = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        bootstrap.prepare(venv, ["run"])
    (venv / "half a package").mkdir()
    programs.trouble = None
    bootstrap.prepare(venv, ["run"])
    assert not (venv / "half a package").exists()
    assert bootstrap.is_ready(venv, ["run"])


def test_a_failed_addition_leaves_what_was_there(venv: Path, programs: FakePrograms) -> None:
    bootstrap.prepare(venv, ["run"])
    programs.trouble = bootstrap.SetupError("no network")
    with pytest.raises(bootstrap.SetupError):
        bootstrap.prepare(venv, ["test"])
    assert bootstrap.is_ready(venv, ["run"])
    assert not bootstrap.is_ready(venv, ["test"])


def test_a_moved_environment_is_built_again(venv: Path, programs: FakePrograms) -> None:
    bootstrap.prepare(venv, ["run"])
    moved = venv.rename(venv.with_name("moved"))
    bootstrap.prepare(moved, ["run"])
    assert programs.installed == ["run", "run"]


def test_a_folder_of_somebody_else_is_left_alone(venv: Path, programs: FakePrograms) -> None:
    venv.mkdir(parents=True)
    (venv / "pyvenv.cfg").touch()
    with pytest.raises(bootstrap.SetupError, match="was not made by this command; delete it, or set PARETOCODE_VENV"):
        bootstrap.prepare(venv, ["run"])
    assert [path.name for path in venv.iterdir()] == ["pyvenv.cfg"]
    assert programs.installed == []


def test_two_set_ups_take_turns(venv: Path, programs: FakePrograms, monkeypatch: pytest.MonkeyPatch) -> None:
    is_held, may_go = threading.Event(), threading.Event()

    def set_up_slowly() -> None:
        # The claim is held by an open file, not by a process: a thread is another as well, and a fork of a process
        # with threads, which every numeric library starts, may hang.
        with bootstrap._alone(venv):
            is_held.set()
            may_go.wait()
            bootstrap._write_stamp(venv, {"run": bootstrap._digest("run")})
            (venv / "bin").mkdir()
            (venv / "bin" / "python").touch()

    # We say that we wait, and only then does the other go on: so we did wait.
    monkeypatch.setattr(bootstrap, "_say", lambda _line: may_go.set())
    other = threading.Thread(target=set_up_slowly)
    other.start()
    is_held.wait()
    bootstrap.prepare(venv, ["run"])
    other.join()
    assert programs.installed == []


def test_the_command_and_the_import_work_from_a_folder_with_a_space(
    venv: Path, tmp_path: Path, programs: FakePrograms
) -> None:
    bootstrap.prepare(venv, ["run"])
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(sys.executable)
    stand_in = tmp_path / "stand-in" / "paretocode"
    stand_in.mkdir(parents=True)
    (stand_in / "__init__.py").touch()
    (stand_in / "cli.py").write_text("import sys\n\ndef main():\n    return len(sys.argv)\n", encoding="utf-8")
    settings = {**os.environ, "PYTHONPATH": str(stand_in.parent)}
    done = subprocess.run([venv / "bin" / "paretocode", "two words", "--third"], env=settings, check=False)
    assert done.returncode == 3
    links = list(venv.glob("lib/*/site-packages/paretocode.pth"))
    assert [link.read_text(encoding="utf-8") for link in links] == [f"{ROOT}\n"]
    assert programs.installed == ["run"]


def test_a_damaged_stamp_counts_as_none(venv: Path, programs: FakePrograms) -> None:
    bootstrap.prepare(venv, ["run"])
    for damaged in ("", "[]", "{", json.dumps({"made_for": [], "locks": 1})):
        (venv / bootstrap.STAMP).write_text(damaged, encoding="utf-8")
        assert not bootstrap.is_ready(venv, ["run"])


def test_a_failed_program_shows_its_end_and_its_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program = "print('NewConnectionError: no route'); raise SystemExit(1)"
    with pytest.raises(bootstrap.SetupError, match="registry cannot be reached; connect"):
        bootstrap._run([sys.executable, "-c", program], tmp_path)
    assert "no route" in capfd.readouterr().err
    assert "no route" in (tmp_path / bootstrap.LOG).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full; free"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "does not have the hash"),
        ("NewConnectionError\nERROR: No matching distribution found", "cannot be reached; connect"),
        ("ERROR: No matching distribution found for x==1", "no ready-made build"),
        ("something else", "pip failed; read"),
    ],
)
def test_a_trouble_becomes_a_sentence_with_a_way_out(said: str, sentence: str) -> None:
    assert sentence in bootstrap._sentence(said, program="pip", log=Path("log"))


def test_an_old_python_is_told_so() -> None:
    with pytest.raises(bootstrap.SetupError, match=r"needs Python 3\.11 or newer and this is 3\.8; run it with"):
        bootstrap._refuse_old_python((3, 8))


@pytest.mark.parametrize(
    ("words", "code", "out", "err"),
    [
        (["--help"], 0, "usage: python3 -m paretocode.bootstrap", ""),
        ([], 2, "", "usage: python3 -m paretocode.bootstrap"),
        (["dance"], 2, "", "error: there is no job 'dance'; use sim, test, lab or setup, or ask --help.\n"),
        (["setup", "all"], 2, "", "error: there is no lock 'all'; use one of run, test, notebooks, routers, audit.\n"),
    ],
)
def test_words_that_start_no_job(
    words: list[str], code: int, out: str, err: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main(words) == code
    said = capsys.readouterr()
    assert said.out.startswith(out)
    assert said.err.startswith(err)


@pytest.mark.parametrize(
    ("words", "became"),
    [
        (["sim", "--seed", "1", "--help"], ["paretocode.sim", "--seed", "1", "--help"]),
        (["test", "tests/golden", "-x"], ["pytest", "tests/golden", "-x"]),
        (["test"], ["pytest", *bootstrap.ON_ALL_CORES]),
    ],
)
def test_the_job_replaces_the_process_and_gets_its_words(
    words: list[str], became: list[str], venv: Path, programs: FakePrograms, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    monkeypatch.setenv("PARETOCODE_VENV", str(venv))
    monkeypatch.setattr(os, "execve", lambda path, words, env: calls.append((path, words, env["VIRTUAL_ENV"])))
    monkeypatch.setattr(os, "chdir", lambda _folder: None)
    bootstrap.main(words)
    python = str(venv / "bin" / "python")
    assert calls == [(python, [python, "-m", *became], str(venv))]
    assert programs.installed == ["run" if words[0] == "sim" else "test"]

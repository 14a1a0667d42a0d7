"""Does the doctor find what is broken, say what is lost without the rest, and keep secrets?"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from paretocode.cli import doctor_libraries, doctor_programs, doctor_verb
from paretocode.cli.doctor_libraries import Requirement, libraries, requirements
from paretocode.cli.doctor_machine import places
from paretocode.cli.main import main

ROOT = Path(__file__).parents[2]


def test_a_sound_machine_is_called_sound(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTIFICIAL_ANALYSIS_API_KEY", "k-secret-4711")
    monkeypatch.setenv("SOMETHING_ELSE", "v-private-4712")
    assert main(["doctor", "--json"]) == 0
    shown = capsys.readouterr().out
    document = json.loads(shown)
    assert document["is_sound"]
    assert document["broken"] == []
    assert {each["state"] for each in document["libraries"]} == {"ok"}
    assert document["data"]["models"] == 13
    assert document["variables"]["ARTIFICIAL_ANALYSIS_API_KEY"] == "set"
    assert "4711" not in shown
    assert "4712" not in shown


def test_it_knows_every_library_that_the_package_states() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stated = {re.split("[<>=]", text)[0] for text in project["dependencies"]}
    assert {each.name for each in requirements() if not each.extra} == stated
    # What the doctor cannot read it would pass over: every bound is written as it expects.
    texts = [text for extra in project["optional-dependencies"].values() for text in extra]
    assert len(requirements()) == len(project["dependencies"]) + len(texts)
    for name in doctor_libraries.OPTIONAL:
        assert name in {each.name for each in requirements()}, name


def test_missing_old_and_broken_libraries_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, code in {"falls": "raise ImportError('no symbol x')", "kills": "import os; os._exit(9)"}.items():
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
        info = tmp_path / f"{name}-2.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    needs = [
        Requirement("nowhere", "1", ""),
        Requirement("tqdm", "999.0", ""),
        Requirement("falls", "1", ""),
        Requirement("kills", "1", ""),
    ]
    monkeypatch.setattr(doctor_libraries, "requirements", lambda: needs)
    found = {each["name"]: each for each in libraries()}
    assert {name: each["state"] for name, each in found.items()} == {
        "nowhere": "missing",
        "tqdm": "too old",
        "falls": "does not load",
        "kills": "does not load",
    }
    assert found["falls"]["fault"] == "ImportError: no symbol x"
    assert found["kills"]["fault"] == "importing it ended the interpreter (code 9)"


def test_something_broken_is_a_sentence_with_a_way_out_and_a_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = {"name": "numpy", "version": "1.0", "least": "1.26", "state": "too old", "fault": None}
    monkeypatch.setattr(doctor_verb, "libraries", lambda: [broken])
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out.startswith(
        "BROKEN: numpy 1.0 is too old; run pip install 'numpy>=1.26', or python3 -m paretocode.bootstrap setup.\n"
    )


def test_what_is_optional_is_no_fault_and_says_what_is_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor_programs.shutil, "which", lambda name: None)
    monkeypatch.setattr(doctor_verb, "libraries", list)
    assert main(["doctor", "--json"]) == 0
    optional = {each["name"]: each for each in json.loads(capsys.readouterr().out)["optional"]}
    assert optional["git"]["state"] == "missing"
    assert "draft" in optional["git"]["lost_without"]
    assert optional["ssh-keygen"]["version"] is None


def test_places_say_whether_results_can_be_written(tmp_path: Path) -> None:
    found = {each["what"]: each["state"] for each in places(tmp_path)}
    assert found["results"] == "will be made"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "results").mkdir()
    assert {each["what"]: each["state"] for each in places(tmp_path)}["results"] == "ok"
    (tmp_path / "file").touch()
    assert {each["what"]: each["state"] for each in places(tmp_path / "file")}["results"] == "not writable"

"""A full disk, a read-only folder, a clock that is set: one sentence, or the same result as ever."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from paretocode.cli import main
from paretocode.experiment import run_experiment
from paretocode.sim.partitioned.keeping import kept_until_done
from paretocode.stream import synthesise, write_stream_table
from paretocode.stream.partitioned import partition_stream
from places import no_room, read_only_place

EXPERIMENT = """
format = "paretocode-experiment-1"
question = "q"
[stream]
preset = "coding_agent"
sizes = { full = 300, smoke = 200 }
[incumbent]
name = "documented"
kind = "documented"
"""
ROOM = "make room there and run the same command again"


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(EXPERIMENT)
    return path


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    return partition_stream(synthesise("chat", n_requests=300, rng=3), tmp_path / "parts", n_parts=3).folder


def orphans(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.endswith(".part")]


def partition(folder: Path) -> list[str]:
    log = folder / "log.parquet"
    if not log.exists():
        write_stream_table(synthesise("chat", n_requests=2_000, rng=1), log)
    return ["stream", "partition", str(log), "--parts", "2", "--out", str(folder / "made")]


def made_up(folder: Path) -> list[str]:
    words = ["stream", "synthesise", "--preset", "chat", "--requests", "4000", "--parts", "2"]
    return [*words, "--out", str(folder / "made")]


def replay(folder: Path) -> list[str]:
    parts = partition_stream(synthesise("chat", n_requests=300, rng=3), folder / "parts", n_parts=3).folder
    return ["replay", "--engine", "serial", "--json", "--stream", str(parts)]


@pytest.mark.parametrize(("command", "n_bytes"), [(partition, 9_000), (made_up, 9_000), (replay, 2_000)])
def test_a_full_disk_is_told_and_the_same_command_goes_on(
    command: Callable[[Path], list[str]], n_bytes: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = command(tmp_path)
    with no_room(n_bytes):
        assert main([*words, "--quiet"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.endswith(f"{ROOM}.\n")
    assert not orphans(tmp_path)
    assert main([*words, "--quiet"]) == 0
    after = capsys.readouterr().out
    assert not list(tmp_path.rglob(".work")) + list(tmp_path.rglob(".kept")) + orphans(tmp_path)
    for made in ("made", "parts"):
        shutil.rmtree(tmp_path / made, ignore_errors=True)
    assert main([*command(tmp_path), "--quiet"]) == 0
    assert capsys.readouterr().out == after


def test_a_run_on_a_full_disk_leaves_nothing_that_looks_finished(
    experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from paretocode.cli.sim_door import main as sim

    words = [str(experiment), "--no-figures", "--quiet", "--json"]
    assert sim([*words, "--out", str(tmp_path / "other")]) == 0
    undisturbed = capsys.readouterr().out
    with no_room(3_000):
        assert sim([*words, "--out", str(tmp_path / "results")]) == 2
    assert ROOM in capsys.readouterr().err
    assert not list((tmp_path / "results").rglob("manifest.json")) + orphans(tmp_path)
    assert sim([*words, "--out", str(tmp_path / "results")]) == 0
    assert capsys.readouterr().out == undisturbed


def test_parts_that_are_read_only_are_replayed_and_keep_nothing(
    parts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["replay", "--engine", "serial", "--json", "--quiet", "--stream", str(parts)]
    assert main(words) == 0
    writable = capsys.readouterr().out
    before = sorted(parts.iterdir())
    with read_only_place(parts):
        assert main(words) == 0
    assert capsys.readouterr().out == writable
    assert sorted(parts.iterdir()) == before


def test_a_result_folder_that_is_read_only_is_told(
    experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from paretocode.cli.sim_door import main as sim

    (tmp_path / "results").mkdir()
    words = [str(experiment), "--no-figures", "--quiet", "--out", str(tmp_path / "results")]
    with read_only_place(tmp_path / "results"):
        assert sim(words) == 2
    said = capsys.readouterr().err
    assert "it cannot be written" in said
    assert said.endswith("; name a place you can write to.\n")
    assert sim(words) == 0
    with read_only_place(tmp_path / "results"):
        assert sim(words) == 0  # a finished result is only read


def test_a_clock_that_is_set_changes_no_number(
    experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run_experiment(experiment, out=tmp_path / "a", figures=False)
    moments = iter(range(4_000_000_000, 0, -100_000_000))  # each look at the clock is three years earlier
    monkeypatch.setattr("time.time", lambda: float(next(moments)))
    after = run_experiment(experiment, out=tmp_path / "b", figures=False)
    assert (after.path / "metrics.json").read_bytes() == (before.path / "metrics.json").read_bytes()
    assert after.manifest["started"] == "2096-10-02T07:06:40+00:00"
    assert 0 <= after.manifest["seconds"] < 600  # type: ignore[operator]
    assert run_experiment(experiment, out=tmp_path / "b", figures=False).manifest == after.manifest


def test_numbers_of_parts_that_were_tampered_with_are_worked_out_again(
    parts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["replay", "--engine", "serial", "--json", "--quiet", "--stream", str(parts)]
    assert main(words) == 0
    right = capsys.readouterr().out
    with monkeypatch.context() as patched:
        patched.setattr("paretocode.experiment.parted.merged_parts", lambda results: [next(results)] and 1 / 0)
        assert main(words) == 70
    kept = next(parts.glob(".kept/**/part-*.json"))
    plain = json.loads(kept.read_bytes())
    plain["part"]["maps"]["documented"]["tally"]["cost_pusd"] += 10**12
    kept.write_text(json.dumps(plain))
    capsys.readouterr()
    assert main(words) == 0
    assert capsys.readouterr().out == right
    assert not (parts / ".kept").exists()


def test_a_second_run_with_the_same_question_waits_for_the_first(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    entered, heard = threading.Event(), []

    def second() -> None:
        with kept_until_done(tmp_path / "link" / "kept" / "question"):  # the same folder by another name
            heard.append((tmp_path / "kept").exists())
            entered.set()

    thread = threading.Thread(target=second)
    with kept_until_done(tmp_path / "kept" / "question"):
        (tmp_path / "kept" / "question").mkdir(parents=True)
        thread.start()
        assert not entered.wait(0.3)
    thread.join()
    assert heard == [False]


def test_a_scheduler_that_does_not_answer_is_told(
    parts: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed", reason="dask and distributed are not installed: no scheduler was asked")
    monkeypatch.setattr("paretocode.sim.partitioned.executors._CONNECT_S", 1)
    words = ["replay", "--quiet", "--engine", "dask", "--scheduler", "tcp://127.0.0.1:1", "--stream", str(parts)]
    assert main(words) == 5
    assert capsys.readouterr().err.startswith("error: tcp://127.0.0.1:1: the scheduler does not answer (")

"""``gate``, ``rollout`` and ``diff`` at the command line: exit codes, files, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paretocode.cli.main import main
from paretocode.experiment import run_experiment

QUICKSTART = Path(__file__).parents[2] / "experiments" / "quickstart.toml"
LAX = 'format = "paretocode-gates-1"\n[coverage]\nleast_score = 0.1\n[evidence]\nleast_replicates = 100\n'


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results")
    return run_experiment(QUICKSTART, out=out, scale_name="smoke", figures=False).path


def test_gates_that_pass_end_with_0_and_one_that_fails_with_1(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gates = tmp_path / "gates.toml"
    gates.write_text(LAX)
    assert main(["gate", str(result), "--gates", str(gates)]) == 0
    assert "Gates: 2 passed, 0 waived, 0 failed." in capsys.readouterr().out
    gates.write_text(LAX + "least_sessions = 1000000\n")
    assert main(["gate", str(result), "--gates", str(gates), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [gate["name"] for gate in report["gates"] if gate["state"] == "failed"] == ["evidence.least_sessions"]
    assert report["map"] == "quantile"
    assert main(["gate", str(result), "--gates", str(gates), "--map", "documented", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["map"] == "documented"


def test_a_result_without_gates_needs_a_file(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["gate", str(result)]) == 2
    assert "no gates are stated" in capsys.readouterr().err


def test_an_altered_result_is_not_judged(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import shutil

    copy = shutil.copytree(result, tmp_path / "copy")
    (tmp_path / "gates.toml").write_text(LAX)
    (copy / "metrics.json").write_bytes((copy / "metrics.json").read_bytes() + b" ")
    assert main(["gate", str(copy), "--gates", str(tmp_path / "gates.toml")]) == 3
    assert "changed after the run" in capsys.readouterr().err


def test_a_rollout_is_planned_and_bad_stages_are_refused(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rollout", str(result), "--stages", "2,100", "--sessions-per-day", "100"]) == 0
    assert "2 % of sessions" in capsys.readouterr().out
    assert main(["rollout", str(result), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["format"] == "paretocode-rollout-1"
    for stages in ("2,x", "2", "nan,100"):
        assert main(["rollout", str(result), "--stages", stages]) == 2


def test_a_diff_predicts_from_a_result_or_by_a_replay(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["diff", "documented", str(result)]
    page = tmp_path / "diff.html"
    assert main([*words, "--result", str(result), "--html", str(page), "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)
    assert kept["source"] == "the evidence of experiment quickstart"
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert main([*words, "--experiment", str(QUICKSTART), "--scale", "smoke", "--json"]) == 0
    replayed = json.loads(capsys.readouterr().out)
    for measure, entry in kept["comparison"]["maps"]["quantile"].items():  # same stream, luck and resamples
        again = replayed["comparison"]["maps"]["quantile"][measure]
        assert (again["difference"], again["verdict"]) == (entry["difference"], entry["verdict"])
        # Errors of resamples are in single precision, whose rounding depends on how many maps stand side by side.
        assert again["interval"] == pytest.approx(entry["interval"], rel=1e-5)
    lows = [each["cost_interval"][0] for each in replayed["slices"]["slices"]]
    assert min(lows) == -1, "no cost falls by more than all of it"
    assert replayed["traffic"]["tier_moved_share"] == pytest.approx(kept["traffic"]["tier_moved_share"])


def test_a_result_that_compares_other_maps_is_refused(result: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(result), "documented", "--result", str(result)]) == 2
    assert "does not compare" in capsys.readouterr().err
    assert main(["diff", "documented", "documented", "--result", "x", "--experiment", "y"]) == 2

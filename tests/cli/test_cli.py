"""The command line: every verb answers, in text and in JSON; refusals are one line on stderr and an exit code."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from committed_code import made_by_committed_code
from paretocode._files import sha256_of_file
from paretocode.cli.main import VERBS, main
from paretocode.cli.sim_door import main as sim

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("results")
    assert sim(["--scale", "smoke", "--out", str(out), str(ROOT / "experiments" / "quickstart.toml")]) == 0
    return made_by_committed_code(next((out / "quickstart").iterdir()))


def test_the_main_job_prints_a_table_and_ends_by_naming_its_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim(["--scale", "smoke", "--out", str(tmp_path), "--no-figures"]) == 0
    out = capsys.readouterr().out
    for word in ("cost [USD]", "latency p99", "tier jumps", "model jumps", "shortfall", "excess", "unserved", "known"):
        assert word in out
    assert "Artificial Analysis" in out
    assert out.splitlines()[-1] == f"result: {next((tmp_path / 'quickstart').iterdir())}"


def test_the_main_job_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sim(["--scale", "smoke", "--out", str(tmp_path), "--no-figures", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["incumbent"] == "documented"
    assert "result: " in captured.err


@pytest.mark.parametrize(
    "words",
    [
        ["catalogue"],
        ["frontier"],
        ["bands", "--scheme", "quantile"],
        ["bands", "--scheme", "fixed", "--edges", "40", "50"],
        ["stream", "describe", "--requests", "500"],
        ["lint"],
        ["replay", "--requests", "500"],
        ["compare", "documented", "RESULT", "--requests", "500"],
        ["compare", "RESULT"],
        ["diff", "documented", "RESULT", "--requests", "500"],
        ["verify", "RESULT"],
    ],
)
def test_reading_verbs_answer_in_text_and_json(
    words: list[str], result: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [str(result) if word == "RESULT" else word for word in words]
    assert main(words) == 0
    assert capsys.readouterr().out.strip()
    assert main([*words, "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)


def test_lint_finds_the_three_known_defects(capsys: pytest.CaptureFixture[str]) -> None:
    main(["lint", "--json"])
    codes = [(f["code"], f["subject"]) for f in json.loads(capsys.readouterr().out)["findings"]]
    assert codes[:3] == [
        ("dominated-tier", "medium"),
        ("edge-near-atom", "request edge 0.66"),
        ("pick-flips", "medium"),
    ]


def test_from_result_to_verified_release(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    release = tmp_path / "release"
    assert main(["export", str(result / "tier_map.json"), "--to", "release", "--out", str(release)]) == 3
    assert "approve it first" in capsys.readouterr().err
    assert main(["approve", str(result), "--by", "A. Name", "--reason", "because"]) == 0
    assert main(["export", str(result / "tier_map.json"), "--to", "release", "--out", str(release)]) == 0
    assert main(["verify", str(release)]) == 0
    (release / "CARD.md").write_text("forged")
    assert main(["verify", str(release)]) == 3
    assert capsys.readouterr().err.endswith("CARD.md changed after it was released; take the release again.\n")


def test_convert_and_synthesise_write_files_that_read_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "convert", "bundled", "--out", str(tmp_path / "c.csv")]) == 0
    assert (
        main(["stream", "synthesise", "--requests", "200", "--demand", "default", "--out", str(tmp_path / "s.parquet")])
        == 0
    )
    capsys.readouterr()
    words = [
        "replay",
        "--catalogue",
        str(tmp_path / "c.csv"),
        "--stream",
        str(tmp_path / "s.parquet"),
        "--demand",
        "log",
    ]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stream"]["requests"] == 200


def test_report_is_one_file(result: Path, tmp_path: Path) -> None:
    assert main(["report", str(result), "--out", str(tmp_path / "r.html")]) == 0
    text = (tmp_path / "r.html").read_text()
    assert "<svg" in text
    assert "<script" not in text
    assert len(text.encode()) < 3_000_000
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(set(ids)) == len(ids)
    assert text.count("<figure") == text.count('role="img" aria-label="') == text.count("<figcaption>") > 8


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (
            ["lint", "none.json"],
            2,
            "error: none.json: it cannot be read (No such file or directory); check the path.\n",
        ),
        (
            ["bands", "--scheme", "fixed"],
            2,
            "error: scheme fixed has no --edges; give them, as in --edges 28.6 40.5.\n",
        ),
        (["catalogue", "convert", "bundled"], 2, "error: convert has no --out; name the table to write"),
        (
            ["compare", "documented"],
            2,
            "is one map and nothing to compare it with; name two maps, or a result folder.\n",
        ),
        (["replay", "--stream", "x.csv", "--reader", "kafka"], 2, "reader is 'kafka'; use one of "),
    ],
)
def test_refusals_are_one_line_and_a_code(
    words: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sentence in captured.err
    assert captured.err.count("\n") == 1


def _modules_after(code: str) -> set[str]:
    program = f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["replay", "--help"]])
def test_help_and_version_import_nothing_heavy(words: list[str]) -> None:
    modules = _modules_after(f"from paretocode.cli.main import main; main({words!r})")
    assert not {"numpy", "duckdb", "pydantic", "matplotlib", "scipy"} & modules
    modules = _modules_after("from paretocode.cli.sim_door import main; main(['--help'])")
    assert not {"numpy", "duckdb", "pydantic", "matplotlib", "scipy"} & modules


def test_without_the_libraries_the_main_job_says_what_to_run() -> None:
    program = "import sys; sys.modules['numpy'] = None; from paretocode.cli.sim_door import main; sys.exit(main([]))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 4
    assert done.stderr.startswith("error: the library numpy is not installed; run python3 -m paretocode.bootstrap sim")


def test_every_verb_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in VERBS:
        with pytest.raises(SystemExit) as done:
            main([verb, "--help"])
        assert done.value.code == 0
        assert verb in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["--requests", "0"], ["--requests", "99999999999"], ["--seed", "-1"], ["--seed", "x"]]
)
def test_whole_numbers_have_ranges(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["replay", *words])
    assert done.value.code == 2
    assert "is no whole number from" in capsys.readouterr().err


def test_a_log_with_min_scores_is_taken_at_its_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "time_s,session_id,min_score,prompt_tokens,completion_tokens\n0,a,0.2,10,1\n1,a,0.2,10,1\n0,b,0.9,10,1\n"
    )
    assert main(["replay", "--stream", str(log), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["demand"]["origin"] == "log"
    assert document["demand"]["switch_rate"] == 0
    assert document["maps"]["documented"]["metrics"]["tier_share"] == {"low": 2 / 3, "medium": 0.0, "high": 1 / 3}
    assert main(["replay", "--stream", str(log), "--demand", "default", "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["demand"]["origin"] == "assumed"
    assert "the log's own min scores were replaced by the stated demand" in captured.err


def copied(result: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(result, tmp_path / "copy"))


def test_report_gives_the_page_that_the_run_wrote(result: Path, tmp_path: Path) -> None:
    assert main(["report", str(result), "--out", str(tmp_path / "r.html")]) == 0
    made, written = ((folder / name).read_text() for folder, name in ((tmp_path, "r.html"), (result, "report.html")))
    commit = r'<tr><th scope="row">commit</th>.*\n'  # the fixture takes it out of the manifest
    assert re.sub(commit, "", made) == re.sub(commit, "", written)
    assert 'class="banner"' not in made


def test_report_of_an_altered_result_is_written_and_says_so(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(result, tmp_path)
    (folder / "figures" / "costs.svg").unlink()
    (folder / "figures" / "demand.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html")]) == 3
    said = capsys.readouterr().err
    assert "warning: This result is not as its run left it: figures/costs.svg, figures/demand.svg" in said
    page = (tmp_path / "r.html").read_text()
    assert 'class="banner"' in page
    assert "figures/costs.svg, figures/demand.svg changed or went missing since" in page
    assert "<script" not in page
    assert "Proposed is" in page


def test_report_of_altered_numbers_is_refused(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(result, tmp_path)
    (folder / "metrics.json").write_bytes((folder / "metrics.json").read_bytes() + b" ")
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html")]) == 3
    assert "metrics.json changed after the run sealed it; run the experiment again." in capsys.readouterr().err
    assert not (tmp_path / "r.html").exists()


def test_report_of_an_unfinished_run_is_refused(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(result, tmp_path)
    (folder / "manifest.json").unlink()
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html")]) == 2
    assert "this run has not finished: there is no manifest.json" in capsys.readouterr().err


def reseal(folder: Path, **changed: object) -> None:
    """Change `metrics.json` and seal it, as a run of another version would have."""
    metrics = json.loads((folder / "metrics.json").read_text()) | changed
    (folder / "metrics.json").write_text(json.dumps(metrics))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["outputs"]["metrics.json"] = sha256_of_file(folder / "metrics.json")
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_report_of_another_format_names_both(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = copied(result, tmp_path)
    reseal(folder, format="paretocode-metrics-0")
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html")]) == 2
    said = capsys.readouterr().err
    assert "its format is 'paretocode-metrics-0', and this version reads paretocode-metrics-1" in said


def test_report_of_an_older_result_tells_what_it_holds(result: Path, tmp_path: Path) -> None:
    folder = copied(result, tmp_path)
    metrics = json.loads((folder / "metrics.json").read_text())
    for entry in metrics["maps"].values():
        for newer in ("tier_latency", "edges"):
            del entry["metrics"][newer]
    del metrics["evidence"]["slices"]
    reseal(folder, **metrics)
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html")]) == 0
    assert "Who is hit hardest" not in (tmp_path / "r.html").read_text()


def test_report_of_a_run_without_figures_says_why_there_are_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sim(["--scale", "smoke", "--out", str(tmp_path), "--no-figures"]) == 0
    folder = next(path for path in (tmp_path / "quickstart").iterdir() if path.is_dir())
    assert main(["report", str(folder), "--out", str(tmp_path / "r.html")]) == 0
    assert "made without figures" in capsys.readouterr().err
    assert "<figure" not in (tmp_path / "r.html").read_text()

"""``paretocode evidence``: every action answers in text and in JSON, refuses in one line, and writes whole files."""

from __future__ import annotations

import csv
import json
import math
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from paretocode.catalogue import load_bundled
from paretocode.cli.evidence_verb import ACTIONS
from paretocode.cli.main import main
from paretocode.evidence.feedback import VERDICTS, FeedbackWorld, synthetic_reports
from paretocode.experiment.run import run_experiment
from paretocode.experiment.search_sections import SearchSpec
from paretocode.sim import replay
from paretocode.stream import Demand, RequestStream, apply_demand, load_stream, synthesise, write_stream_table
from paretocode.tiermap import documented_pareto_code
from paretocode.tiermap.file import read_tier_map

EXPERIMENT = """\
format = "paretocode-experiment-1"
question = "May the strongest tier begin lower?"

[stream]
preset = "chat"
sizes = { full = 900, smoke = 900 }

[demand]
kind = "law"
atoms = [[0.2, 0.5], [0.65, 0.5]]

[incumbent]
name = "documented"
kind = "documented"

[[candidates]]
name = "quantile"
kind = "scheme"
scheme = "quantile"
n_bands = 3

[evidence]
replicates = 100
measures = ["cost_usd_per_krequest", "shortfall_mean", "unserved_share"]
"""


@dataclass(frozen=True)
class World:
    """A finished result, and the experiment it came from."""

    experiment: Path
    result: Path


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("evidence")
    experiment = folder / "small.toml"
    experiment.write_text(EXPERIMENT)
    return World(experiment, run_experiment(experiment, out=folder / "results", figures=False).path)


def answer(capsys: pytest.CaptureFixture[str], *words: object, code: int = 0) -> str:
    assert main(["evidence", *map(str, words)]) == code
    return capsys.readouterr().out


def refusal(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """Return the last line on stderr of a refused command, which has answered nothing."""
    assert main(["evidence", *map(str, words)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    last = captured.err.splitlines()[-1]
    assert last.startswith("error: ")
    assert last.endswith(".")
    return last


def chat(folder: Path, name: str, *, high_share: float, seed: int) -> Path:
    """Write a log of 300 sessions that asks for 0.2 or 0.65."""
    demand = Demand(atoms=((0.2, 1 - high_share), (0.65, high_share)))
    stream = apply_demand(synthesise("chat", n_sessions=300, rng=seed), demand, rng=seed)
    write_stream_table(stream, folder / name)
    return folder / name


# --- the verb


def test_the_help_of_every_action_shows_examples_and_loads_nothing_heavy() -> None:
    for action in ACTIONS:
        program = (
            "import sys\nfrom paretocode.cli.main import main\n"
            f"try:\n    main(['evidence', '{action}', '--help'])\nexcept SystemExit:\n    pass\n"
            "print(*sys.modules, file=sys.stderr)"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert f"paretocode evidence {action} " in done.stdout.partition("examples:")[2]
        assert "(default: None)" not in done.stdout
        assert not {"numpy", "duckdb", "pydantic", "matplotlib", "scipy"} & set(done.stderr.split())


def test_an_action_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["evidence"])
    assert done.value.code == 2
    assert "ACTION" in capsys.readouterr().err


# --- show


def test_show_prints_the_evidence_of_a_result(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    text = answer(capsys, "show", world.result)
    assert "quantile" in text
    assert "shortfall" in text
    kept = json.loads((world.result / "metrics.json").read_text())["evidence"]
    assert json.loads(answer(capsys, "show", world.result, "--json")) == kept


def test_show_refuses_what_is_no_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no such result folder" in refusal(capsys, "show", tmp_path / "nowhere")


def test_the_folder_above_results_names_them(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, "show", world.result.parent).endswith(f"but holds one; name {world.result}.")
    parent = tmp_path / "many"
    for name in "abcd":
        shutil.copytree(world.result, parent / "small" / name)
    said = refusal(capsys, "size", parent)
    assert "it is no result itself, but holds 4; name one of them: " in said
    assert said.endswith(f"{parent / 'small' / 'c'} or one of 1 more.")
    assert "this run has not finished" in refusal(capsys, "show", tmp_path / "many" / "small" / "a" / "maps")


# --- size


def test_size_reads_the_plan_of_a_result(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    kept = json.loads((world.result / "metrics.json").read_text())["evidence"]["size"]
    assert main(["evidence", "size", str(world.result), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == kept
    assert "replaying" not in captured.err
    assert "quantile: sessions to tell it from the incumbent" in answer(capsys, "size", world.result)


def test_size_replays_for_other_plans_and_agrees_with_the_kept_one(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("size", world.result, "--change", "0.05", "0.1", "--margin", "0.1", "--canary", "0.5")
    document = json.loads(answer(capsys, *words, "--json"))
    kept = json.loads((world.result / "metrics.json").read_text())["evidence"]["size"]["maps"]["quantile"]
    cost = document["maps"]["quantile"]["cost_usd_per_krequest"]
    assert cost["paired"]["plan"]["n_sessions"] == kept["cost_usd_per_krequest"]["paired"]["plan"]["n_sessions"]
    assert [(row["goal"], row["share"]) for row in cost["asked"]] == [("see", 0.05), ("see", 0.1), ("keep", 0.1)]
    few, many = (cost["asked"][at]["paired"]["n_sessions"] for at in (1, 0))
    assert many == pytest.approx(4 * few, rel=0.02)  # half the difference, four times the sessions
    assert document["canary_share"] == 0.5
    text = answer(capsys, *words)
    assert "see a change of 5 %" in text
    assert "keep a margin of 10 %" in text
    assert "the incumbent's value is 0" in text  # unserved: a share of nothing cannot be planned for


def test_size_names_slips(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no map 'natural'" in refusal(capsys, "size", world.result, "--candidate", "natural")
    assert "is the incumbent itself" in refusal(capsys, "size", world.result, "--candidate", "documented")
    assert "latency_p96_s" in refusal(capsys, "size", world.result, "--measure", "latency_p96_s")
    assert "power" in refusal(capsys, "size", world.result, "--power", "0")


def test_size_of_a_file_plans_for_the_map_that_a_run_would_propose(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    second = '[[candidates]]\nname = "natural"\nkind = "scheme"\nscheme = "natural"\nn_bands = 3\n'
    rule = '[evidence.selection]\nouter = 100\ninner = 30\nlimits = {}\nobjective = "shortfall_mean"\n'
    head, _, rest = EXPERIMENT.partition("[evidence]")
    for order in (False, True):
        parts = head.split("[[candidates]]")
        listed = ["[[candidates]]" + parts[1], second]
        path = tmp_path / f"chosen{order}.toml"
        path.write_text(parts[0] + "".join(listed[::-1] if order else listed) + "[evidence]" + rest + rule)
        proposed = run_experiment(path, out=tmp_path / "results", figures=False).manifest["proposed"]
        assert main(["evidence", "size", str(path), "--change", "0.1", "--json"]) == 0
        captured = capsys.readouterr()
        assert list(json.loads(captured.out)["maps"]) == [proposed]
        assert f"map: {proposed}, the proposed one" in captured.err


def test_a_result_whose_log_is_gone_asks_where_paths_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = chat(tmp_path, "log.csv", high_share=0.5, seed=9)
    head, _, rest = EXPERIMENT.partition("[stream]")
    path = tmp_path / "own.toml"
    stream = '[stream]\nreader = "table"\npath = "log.csv"\n[demand]\nkind = "log"\n'
    path.write_text(head + stream + rest[rest.index("[incumbent]") :])
    result = run_experiment(path, out=tmp_path / "results", figures=False).path
    log.unlink()
    assert "say with --base where" in refusal(capsys, "size", result, "--change", "0.1", "--base", tmp_path)


def test_a_change_of_more_than_everything_is_a_slip(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["evidence", "size", str(world.result), "--change", "5"])
    assert done.value.code == 2
    assert "'5' is more than 100 %; give a share such as 0.05" in capsys.readouterr().err


@pytest.mark.parametrize("share", ["0", "nan", "-0.1", "inf", "much"])
def test_a_share_lies_above_nothing(share: str, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["evidence", "size", str(world.result), "--change", share])
    assert done.value.code == 2
    assert "such as 0.05" in capsys.readouterr().err


def test_a_result_whose_stream_is_another_is_refused(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(capsys, "size", world.result, "--set", "seeds.stream=77", "--change", "0.1")
    assert "the stream that its experiment names is not the one it was made from" in said


def test_a_search_needs_its_result(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "search.toml"
    path.write_text(EXPERIMENT + "\n[search]\nn_bands = 3\n")
    assert "name the result" in refusal(capsys, "size", path)


# --- drift


def test_drift_beyond_a_limit_ends_with_1(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today = chat(tmp_path, "today.csv", high_share=0.97, seed=8)
    figure = tmp_path / "drift.svg"
    words = ("drift", world.result, "--stream", today, "--permutations", 199)
    document = json.loads(answer(capsys, *words, "--figure", figure, "--json", code=1))
    assert document["map"] == "quantile"
    assert document["verdict"] == "drift that moves the map's metrics beyond a stated limit"
    assert document["factors"][0]["tests"][0]["p_holm"] <= 0.05
    assert figure.read_text().startswith("<?xml")
    assert "min scores" in figure.read_text()


def test_drift_within_loose_limits_ends_with_0(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today = chat(tmp_path, "today.csv", high_share=0.5, seed=9)
    catalogue = tmp_path / "dearer.csv"
    assert main(["catalogue", "convert", "bundled", "--out", str(catalogue)]) == 0
    words = ("drift", world.experiment, "--stream", today, "--permutations", 199, "--catalogue", catalogue)
    limits = ("--limit", "cost_usd_per_krequest=400%", "--limit", "shortfall_mean=0.9", "--map", "documented")
    capsys.readouterr()
    assert main(["evidence", *map(str, words), *limits]) == 0
    captured = capsys.readouterr()
    assert "drift of map documented" in captured.out
    assert "catalogue: nothing changed" in captured.out
    assert "400 %" in captured.out
    assert "tier jumps" in captured.out
    assert max(len(line) for line in captured.out.splitlines()) <= 100
    assert "testing" in captured.err
    assert "are assumed" in captured.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--limit", "cost_usd_per_krequest=much"], "give a number, or a percentage"),
        (["--limit", "beauty=1"], "a limit is stated for 'beauty'"),
        (["--figure", "drift.pdf"], "end the name with .svg or .png"),
        (["--map", "natural"], "use one of"),
    ],
)
def test_drift_names_slips(
    words: list[str], said: str, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today = chat(tmp_path, "today.csv", high_share=0.5, seed=9)
    assert said in refusal(capsys, "drift", world.result, "--stream", today, *words)


def test_drift_against_itself_is_said_and_finds_nothing(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = chat(tmp_path, "log.csv", high_share=0.5, seed=9)
    experiment = tmp_path / "own.toml"
    stream = f'[stream]\nreader = "table"\npath = "{log.name}"\n'
    head, _, rest = EXPERIMENT.partition("[stream]")
    experiment.write_text(head + stream + "[demand]\nkind = 'log'\n" + rest[rest.index("[incumbent]") :])
    assert main(["evidence", "drift", str(experiment), "--stream", str(log), "--permutations", "99"]) == 0
    assert "it is the very stream that the map was tuned on" in capsys.readouterr().err


def test_drift_names_a_log_of_one_session_and_a_column_that_is_not_there(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    few, lines = tmp_path / "few.csv", ["session_id,time_s,prompt_tokens,completion_tokens", "a,1,10,5", "a,2,30,5"]
    few.write_text("\n".join(lines) + "\n")
    said = refusal(capsys, "drift", world.experiment, "--stream", few)
    assert f"{few}: it has 1 session" in said
    few.write_text("\n".join(lines).replace("prompt_tokens", "taken") + "\n")
    said = refusal(capsys, "drift", world.experiment, "--stream", few)
    assert said.endswith("name the file's column with --columns prompt_tokens=THEIRS.")
    said = refusal(capsys, "drift", world.experiment, "--stream", few, "--columns", "prompt_tokens=takn")
    assert said.endswith("did you mean taken, name the file's column with --columns prompt_tokens=THEIRS.")


# --- feedback


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of users who want the documented edges at 0.38 and 0.6, and the log of what they asked."""
    atoms = ((0.2, 0.05), (0.33, 0.1), (0.4, 0.1), (0.5, 0.15), (0.6, 0.1), (0.65, 0.25), (0.7, 0.1), (0.8, 0.15))
    world = FeedbackWorld(ideal_edges=(0.38, 0.6), edges=(0.33, 0.66), atoms=atoms, slow_share=0.05)
    drawn = synthetic_reports(world, rng=3)
    path = tmp_path_factory.mktemp("feedback") / "reports.csv"
    said = drawn.reports
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["min_score", "verdict", "tier", "user", "time_s"])
        for at in range(len(said)):
            tier = ("low", "medium", "high")[said.tier_index[at]]
            name = said.reporter_names[said.reporter_code[at]]
            rows.writerow([said.min_score_ppm[at] / 1e6, VERDICTS[said.verdict_code[at]], tier, name, said.time_s[at]])
    write_stream_table(drawn.stream(), path.parent / "asked.csv")
    return path


def test_feedback_finds_the_known_truth_and_proposes_it(
    reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, figure = tmp_path / "edges.toml", tmp_path / "feedback.png"
    words = ("feedback", reports, "--map", "documented", "--columns", "reporter=user")
    text = answer(capsys, *words, "--log", reports.parent / "asked.csv", "--out", out, "--figure", figure)
    assert "should lie at" in text
    assert "who writes:" in text
    proposed = tomllib.loads(out.read_text())["forbidden_request_edges"]
    assert out.read_text().rstrip() in text
    SearchSpec(forbidden_request_edges=proposed)
    for truth in (0.38, 0.6):
        assert not any(low < truth < high for low, high in proposed)
    assert all(any(low < edge < high for low, high in proposed) for edge in (0.33, 0.66))
    assert figure.read_bytes().startswith(b"\x89PNG")


def test_feedback_in_json_without_a_log(reports: Path, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("feedback", reports, "--map", world.experiment, "--columns", "reporter=user", "--half-width", "0.01")
    document = json.loads(answer(capsys, *words, "--json"))
    assert [edge["edge"] for edge in document["edges"]] == [0.33, 0.66]
    assert document["edges"][0]["needed"]["half_width"] == 0.01
    assert document["atoms"] is None
    assert document["n_writers"] < document["n_reports"]


def test_feedback_judges_the_incumbent_of_a_result_and_not_what_it_proposes(
    reports: Path, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figure = tmp_path / "f.svg"
    words = ("--columns", "reporter=user", "--json", "--figure", str(figure))
    assert main(["evidence", "feedback", str(reports), "--map", str(world.result), *words]) == 0
    captured = capsys.readouterr()
    assert [edge["edge"] for edge in json.loads(captured.out)["edges"]] == [0.33, 0.66]
    assert f"read from {world.result / 'maps' / 'documented.json'}" in captured.err
    assert f"written: {figure}" in captured.err
    proposed = read_tier_map(world.result / "tier_map.json").tier_map()
    assert proposed.request_edges_ppm != (330_000, 660_000)
    # The file of a map is what it says it is.
    assert main(["evidence", "feedback", str(reports), "--map", str(world.result / "tier_map.json"), *words]) == 0
    found = json.loads(capsys.readouterr().out)["edges"]
    assert [edge["edge"] for edge in found] == [ppm / 1e6 for ppm in proposed.request_edges_ppm]


def test_feedback_names_the_map_and_the_column_that_are_not_there(
    reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = refusal(capsys, "feedback", reports, "--map", "unknown")
    assert said.startswith("error: --map unknown: there is no such map; give documented, a tier map's file, a result")
    other = tmp_path / "other.csv"
    other.write_text("asked,tier,verdict\n0.5,medium,fine\n")
    said = refusal(capsys, "feedback", other, "--map", "documented")
    assert said.endswith("name the file's column with --columns min_score=THEIRS.")
    words = ("feedback", reports, "--map", "documented", "--log", reports.parent / "asked.csv")
    said = refusal(capsys, *words, "--log-columns", "min_score=wanted")
    assert said.endswith("name the file's column with --log-columns min_score=THEIRS.")


def test_feedback_names_slips_and_leaves_nothing_behind(
    reports: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "edges.toml"
    bare = tmp_path / "bare.csv"
    bare.write_text("min_score,tier,verdict\n0.5,medium,\n0.6,medium,\n")
    assert "feedback without verdicts" in refusal(capsys, "feedback", bare, "--map", "documented", "--out", out)
    log = tmp_path / "log.csv"
    write_stream_table(synthesise("chat", n_sessions=5, rng=1), log)
    words = ("feedback", reports, "--map", "documented", "--out", out)
    assert "no request of it states a min score" in refusal(capsys, *words, "--log", log)
    assert "none is named" in refusal(capsys, *words, "--log-columns", "min_score=q")
    assert "--figure is" in refusal(capsys, *words, "--figure", tmp_path / "x.gif")
    assert not out.exists()


# --- outcomes


def test_known_numbers_of_gsm8k(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weak, strong = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"
    words = ("outcomes", data_dir / "outcomes" / "routellm_gsm8k.csv", "--format", "routellm-pair", "--margin", 0.02)
    pair = ("--candidate", weak, "--baseline", strong, "--replicates", 300)
    assert "--contaminated drop" in refusal(capsys, *words, *pair)
    document = json.loads(
        answer(capsys, *words, *pair, "--contaminated", "drop", "--router-score", "prompt_chars", "--json")
    )
    found = document["comparison"]
    assert round(found["candidate_score"], 4) == 0.6373
    assert round(found["baseline_score"], 4) == 0.8577
    assert found["verdict"] == "inferior"
    assert round(document["oracle"]["oracle_score"], 4) == 0.9296
    assert document["saving"] is None
    assert document["router"]["aiq"] is None
    assert document["router"]["weak"] == weak
    parts = document["quadrants"]["parts"]
    assert sum(part["n"] for part in parts.values()) == 1307
    assert parts["rescue"]["n"] - parts["loss"]["n"] == round(1307 * found["difference"]["value"])


def test_the_sentinel_is_refused_by_name_until_it_is_dropped(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = data_dir / "outcomes" / "routellm_mtbench_commercial.csv"
    words = ("outcomes", path, "--format", "routellm-mtbench", "--candidate", "unify", "--baseline", "martian")
    rest = ("--margin", 0.5, "--replicates", 300)
    assert "give --drop-sentinel -1" in refusal(capsys, *words, *rest)
    document = json.loads(answer(capsys, *words, *rest, "--drop-sentinel", "-1", "--json"))
    assert document["comparison"]["candidate_score"] == pytest.approx(8.757862, abs=5e-7)
    assert (document["table"]["n_questions"], document["table"]["n_clusters"]) == (159, 80)


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """Eight answers of a cheap and a dear model; the router knows where the cheap one fails."""
    path = tmp_path / "wide.csv"
    lines = ["q,s,l,cs,cl,r", *(f"{i},{int(i % 4 != 0)},1,0.001,0.02,{1 - (i % 4) / 10}" for i in range(80))]
    path.write_text("\n".join(lines) + "\n")
    return path


WIDE = (
    *("--format", "wide", "--score-of", "small=s", "--score-of", "large=l", "--cost-of", "small=cs"),
    *("--cost-of", "large=cl", "--range", "0", "1", "--margin", "0.05"),
)


def test_a_wide_table_with_costs_and_a_router(wide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("outcomes", wide, *WIDE, "--candidate", "small", "--baseline", "large", "--router-score", "r")
    document = json.loads(answer(capsys, *words, "--replicates", "300", "--json"))
    assert document["comparison"]["difference"]["value"] == -0.25
    assert document["comparison"]["cost"]["cost_saved_share"]["value"] == pytest.approx(0.95)
    assert document["router"]["cpt"] == {"0.2": 0.25, "0.5": 0.25, "0.8": 0.25}
    low, high = document["router"]["aiq"]["cost_range_usd"]
    assert (low, high) == pytest.approx((0.001, 0.02))
    # A quarter of strong calls keeps all of the quality: 0.25 x 0.02 + 0.75 x 0.001 against 0.02.
    assert document["saving"]["best"] == "router at 1"
    saved = {row["name"]: row["saved"]["value"] for row in document["saving"]["candidates"]}
    assert saved["router at 1"] == pytest.approx(1 - (0.25 * 0.02 + 0.75 * 0.001) / 0.02)
    text = answer(capsys, *words, "--replicates", "300")
    assert "no saving at equal quality" in text
    assert "router at 1 saves" in text
    assert "APGR" in text


def test_a_long_table_pairs_what_both_answered(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "long.csv"
    rows = [f"q{i},{model},{score}" for i in range(12) for model, score in (("a", i % 2), ("b", 1))]
    path.write_text("question,model,score\n" + "\n".join([*rows, "q99,a,1"]) + "\n")
    words = ("outcomes", path, "--range", 0, 1, "--candidate", "a", "--baseline", "b", "--margin", 0.1)
    assert main(["evidence", *map(str, words), "--json"]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["comparison"]["difference"]["value"] == -0.5
    assert "1 of 13 questions left out" in captured.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--candidate", "small", "--baseline", "huge"], "there is no model 'huge'"),
        (["--candidate", "small", "--baseline", "large", "--cost-column", "c"], "has no use for --cost-column"),
        (["--candidate", "small", "--baseline", "large", "--router-score", "x"], "there is no column x"),
        (["--candidate", "small", "--baseline", "large", "--margin", "0.001"], "below the resolution of the data"),
    ],
)
def test_outcomes_names_slips(words: list[str], said: str, wide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in refusal(capsys, "outcomes", wide, *WIDE, *words)


def test_a_scale_is_never_guessed(wide: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--format", "wide", "--score-of", "small=s", "--score-of", "large=l", "--margin", "0.1")
    pair = ("--candidate", "small", "--baseline", "large")
    assert "give its ends" in refusal(capsys, "outcomes", wide, *words, *pair)
    assert "the least score first" in refusal(capsys, "outcomes", wide, *words, *pair, "--range", 1, 0)


# --- coverage


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of the documented map that strays at random, rows shuffled, with propensities and outcomes."""
    models = load_bundled()
    demand = Demand(atoms=((0.2, 0.5), (0.65, 0.5)))
    stream = apply_demand(synthesise("chat", n_sessions=200, rng=4), demand, rng=5)
    run = replay(stream, documented_pareto_code(models), models)
    random = np.random.default_rng(1)
    path = tmp_path_factory.mktemp("coverage") / "log.csv"
    names = "session_id,time_s,min_score,prompt_tokens,completion_tokens,prefix_tokens,model,p,passed"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(names.split(","))
        for at in random.permutation(len(stream)).tolist():
            own = int(run.decisions.model_index[at])
            model = int(random.integers(len(models))) if random.random() < 0.5 else own
            chance = 0.5 / len(models) + (0.5 if model == own else 0.0)
            numbers = (stream.prompt_tokens[at], stream.completion_tokens[at], stream.prefix_tokens[at])
            score = stream.min_score_ppm[at] / 1e6
            passed = int(random.random() < 0.3 + models.coding_score[model] / 150)
            session = f"s{stream.session[at]:04d}"
            rows.writerow([session, float(stream.time_s[at]), score, *numbers, models.keys[model], chance, passed])
    return path


def slow_ips(log: Path, world: World) -> tuple[float, float]:
    """Return the share of requests that the log decided as the candidate would, and IPS, row by row."""
    stream: RequestStream = load_stream("table", log)
    models = load_bundled()
    candidate = read_tier_map(world.result / "tier_map.json").tier_map()
    chosen = replay(stream, candidate, models).decisions.model_index
    key_of = {
        (stream.session_ids[stream.session[at]], float(stream.time_s[at])): models.keys[chosen[at]]
        for at in range(len(stream))
    }
    assert len(key_of) == len(stream)
    with log.open() as file:
        rows = list(csv.DictReader(file))
    same = [row for row in rows if key_of[row["session_id"], float(row["time_s"])] == row["model"]]
    return len(same) / len(rows), math.fsum(int(row["passed"]) / float(row["p"]) for row in same) / len(rows)


def test_coverage_and_weighted_estimates_follow_the_rows(
    log: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("coverage", log, "--experiment", world.result)
    document = json.loads(answer(capsys, *words, "--propensity", "p", "--outcome", "passed", "--range", 0, 1, "--json"))
    share, ips = slow_ips(log, world)
    assert document["coverage"]["total"]["identical"] == pytest.approx(share)
    assert document["value"]["covered_share"] == 1.0
    values = {estimate["name"]: estimate["value"] for estimate in document["value"]["estimates"]}
    assert values["ips"] == pytest.approx(ips)
    text = answer(capsys, *words)
    assert "could be estimated if the log chose at random" in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_a_log_with_names_of_its_own(
    log: Path, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = "deepseek/deepseek-v4-flash@max"
    renamed = tmp_path / "log.csv"
    renamed.write_text(log.read_text().replace(key, "flash"))
    words = ("coverage", renamed, "--experiment", world.result)
    before = json.loads(answer(capsys, *words, "--json"))
    assert before["unknown_models"] == ["flash"]
    assert "say with --model LOGGED=KEY" in answer(capsys, *words)
    after = json.loads(answer(capsys, *words, "--model", f"flash={key}", "--json"))
    assert after["unknown_models"] == []
    assert after["coverage"]["total"]["identical"] > before["coverage"]["total"]["identical"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--propensity", "p"], "go together"),
        (["--clip", "5"], "is for outcomes"),
        (["--propensity", "prefix_tokens", "--outcome", "passed"], "outside (0, 1]"),
        (["--propensity", "q", "--outcome", "passed"], "there is no column q among"),
        (["--propensity", "p", "--outcome", "prefix_tokens", "--range", "0", "1"], "outside --range 0 1"),
        (["--model", "flash=nobody"], "give a key of the catalogue"),
    ],
)
def test_coverage_names_slips(
    words: list[str], said: str, log: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evidence", "coverage", str(log), "--experiment", str(world.result), *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err.splitlines()[-1]
    assert "replaying" not in captured.err


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("p=0", "p is 0 in row 7, outside (0, 1]"),
        ("p=", "p is empty or NaN in row 7"),
        ("passed=x", "passed is 'x' in row 7"),
        ("passed=-1", "passed is -1 in row 7, below 0"),
    ],
)
def test_coverage_names_the_row_of_the_file(
    cell: str, said: str, log: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    column, _, value = cell.partition("=")
    broken = with_cell(log, log.parent / "broken.csv", column, value)
    words = ("--propensity", "p", "--outcome", "passed")
    assert f"{broken}: {said}" in refusal(capsys, "coverage", broken, "--experiment", world.result, *words)


def test_coverage_names_the_request_whose_outcome_is_missing(
    log: Path, world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = with_cell(log, tmp_path / "broken.csv", "passed", "", covered_by=world)
    words = ("--propensity", "p", "--outcome", "passed")
    said = refusal(capsys, "coverage", broken, "--experiment", world.result, *words)
    with broken.open() as file:
        row = next(row for row in csv.DictReader(file) if row["passed"] == "")
    assert f"at {float(row['time_s']):.12g} s of session {row['session_id']}" in said


def with_cell(log: Path, path: Path, column: str, cell: str, *, covered_by: World | None = None) -> Path:
    """Write the log with one other cell: in row 7, or in the first row that names the model most in use."""
    with log.open() as file:
        rows = list(csv.DictReader(file))
    at = 6
    if covered_by is not None:
        names = [row["model"] for row in rows]
        at = names.index(max(sorted(set(names)), key=names.count))
    rows[at][column] = cell
    with path.open("w", newline="") as file:
        written = csv.DictWriter(file, list(rows[0]))
        written.writeheader()
        written.writerows(rows)
    return path


def test_columns_that_are_used_are_not_called_left_out(
    log: Path, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evidence", "coverage", str(log), "--experiment", str(world.result)]
    assert main(words) == 0
    assert "columns left out: p, passed" in capsys.readouterr().err
    assert main([*words, "--propensity", "p", "--outcome", "passed"]) == 0
    assert "left out" not in capsys.readouterr().err


def test_a_log_without_models_says_nothing(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = chat(tmp_path, "plain.csv", high_share=0.5, seed=3)
    assert "the log names no model" in refusal(capsys, "coverage", path, "--experiment", world.result)

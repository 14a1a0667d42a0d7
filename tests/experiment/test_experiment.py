"""An experiment: same question, same bytes; killed, it resumes; a folder that changed is no result."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from paretocode.catalogue import load_bundled, write_table
from paretocode.errors import InputError, SealError, UsageError
from paretocode.experiment import measuring, quickstart_path, read_experiment, run_experiment
from paretocode.release import approve
from paretocode.result import MANIFEST, open_result

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
BASE = """
format = "paretocode-experiment-1"
question = "q"
[stream]
preset = "coding_agent"
sizes = { full = 300, smoke = 200 }
[incumbent]
name = "documented"
kind = "documented"
[[candidates]]
name = "two"
kind = "edges"
score_edges = [45.0]
request_edges = [0.6]
"""


@pytest.fixture
def question(tmp_path: Path) -> Path:
    path = tmp_path / "small.toml"
    path.write_text(BASE)
    return path


def test_quickstart_is_the_one_in_experiments() -> None:
    assert quickstart_path().read_bytes() == (EXPERIMENTS / "quickstart.toml").read_bytes()


@pytest.mark.parametrize("name", ["quickstart", "documented_map"])
def test_shipped_experiments_run_at_smoke_scale(name: str, tmp_path: Path) -> None:
    result = run_experiment(EXPERIMENTS / f"{name}.toml", out=tmp_path, scale_name="smoke", figures=False)
    document = result.metrics()
    assert document["scale"] == "smoke"
    assert {"documented", "natural", "quantile"} <= set(document["maps"])  # type: ignore[call-overload]
    assert not result.altered_files()


def test_a_result_is_a_folder_of_plain_files(question: Path, tmp_path: Path) -> None:
    result = run_experiment(question, out=tmp_path / "results")
    names = set(result.digests)
    assert {"experiment.toml", "metrics.json", "maps.parquet", "tier_map.json", "report.html"} <= names
    assert {"maps/documented.json", "maps/two.json", "figures/frontier.svg", "figures/demand.png"} <= names
    assert result.path.parent.name == "small"
    assert result.path.name == str(result.manifest["digest"])[:8]
    assert not [p for p in result.path.rglob("*") if p.name.startswith(".") or "parts" in p.parts]


def test_same_question_same_bytes(question: Path, tmp_path: Path) -> None:
    first = run_experiment(question, out=tmp_path / "one", figures=False)
    second = run_experiment(question, out=tmp_path / "two", figures=False)
    assert first.path.name == second.path.name
    for name in ("metrics.json", "tier_map.json"):
        assert (first.path / name).read_bytes() == (second.path / name).read_bytes()


def test_another_seed_or_policy_is_another_result(question: Path, tmp_path: Path) -> None:
    names = {
        run_experiment(question, out=tmp_path, overrides=overrides, figures=False).path.name
        for overrides in ([], ["seeds.demand=9"], ["policy.price_metric=completion"], ["cache.ttl_s=600"])
    }
    assert len(names) == 4


def test_a_finished_result_is_not_computed_again(
    question: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_experiment(question, out=tmp_path, figures=False)
    before = (first.path / MANIFEST).read_bytes()
    monkeypatch.setattr(measuring, "replay", lambda *_, **__: pytest.fail("it was replayed again"))
    assert (run_experiment(question, out=tmp_path, figures=False).path / MANIFEST).read_bytes() == before


def test_a_killed_run_is_no_result_and_resumes(question: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class KilledError(BaseException):
        pass

    whole = run_experiment(question, out=tmp_path / "whole", figures=False)
    calls: list[str] = []
    real = measuring.replay

    def dies_at_the_second(stream, tier_map, *args, **settings):  # type: ignore[no-untyped-def]
        calls.append(tier_map.name)
        if len(calls) == 2:
            raise KilledError
        return real(stream, tier_map, *args, **settings)

    monkeypatch.setattr(measuring, "replay", dies_at_the_second)
    with pytest.raises(KilledError):
        run_experiment(question, out=tmp_path / "killed", figures=False)
    folder = tmp_path / "killed" / "small" / whole.path.name
    with pytest.raises(
        InputError, match=r"this run has not finished: there is no manifest.json; run the experiment again"
    ):
        open_result(folder)
    resumed = run_experiment(question, out=tmp_path / "killed", figures=False)
    assert calls[:3] == ["documented", "two", "two"], "the finished map is not replayed again"
    assert calls[3:] == ["documented", "two"], "once more for the slices, when the proposed map is known"
    assert (resumed.path / "metrics.json").read_bytes() == (whole.path / "metrics.json").read_bytes()


def test_an_altered_result_is_named_and_made_anew(question: Path, tmp_path: Path) -> None:
    result = run_experiment(question, out=tmp_path, figures=False)
    good = (result.path / "metrics.json").read_bytes()
    (result.path / "metrics.json").write_bytes(good.replace(b"quickstart", b"x") + b" ")
    with pytest.raises(SealError, match=r"metrics.json changed after the run sealed it; run the experiment again"):
        open_result(result.path).refuse_alteration()
    assert (run_experiment(question, out=tmp_path, figures=False).path / "metrics.json").read_bytes() == good


def test_the_real_trace_by_a_path_given_with_set(data_dir: Path, tmp_path: Path) -> None:
    trace = data_dir / "traces" / "claude_code_weka_requests_nohash_derived.parquet"
    result = run_experiment(
        EXPERIMENTS / "coding_agent_trace.toml", out=tmp_path, overrides=[f"stream.path={trace}"], figures=False
    )
    document = result.metrics()
    assert document["stream"]["requests"] == 49_334  # type: ignore[index, call-overload]
    documented = document["maps"]["documented"]["metrics"]  # type: ignore[index, call-overload]
    assert documented["unserved"] == 0
    assert documented["cache_hit_share"] == pytest.approx(0.914, abs=0.002)


REFUSALS = [
    ("format", 'format = "paretocode-experiment-9"', "its format is 'paretocode-experiment-9'; write format = "),
    ("question", 'question = ""', "key question: string should have at least 1 character"),
    ('preset = "coding_agent"', 'preset = "chatty"', "preset is 'chatty'; use one of "),
    ('preset = "coding_agent"', 'reader = "coding_agent"', "key stream: path is not given; add path under [stream]"),
    ('kind = "documented"', 'kind = "documentd"', "key incumbent.kind: input should be 'documented', 'listed'"),
    ("score_edges", "score_edge", "key candidates.0.score_edge: there is no such key; did you mean score_edges"),
    ("score_edges = [45.0]", "score_edges = [45.0, 40.0]", "score_edges has 45 before 40; write the edges in strictly"),
    ("request_edges = [0.6]", "request_edges = [0.6, 0.6]", "request_edges has 0.6 twice; write the edges in strictly"),
    ("request_edges = [0.6]", "request_edges = [60]", "request_edges has 60; give edges of the request axis"),
    ('name = "two"', 'name = "documented"', "two maps are called 'documented'"),
    ('name = "two"', 'name = "../../two"', "key candidates.0.name: string should match pattern"),
    ("full = 300", "full = 0", "key stream.sizes.full: input should be greater than or equal to 1"),
    ("[incumbent]", "[incumbent", "it is not TOML ("),
]


@pytest.mark.parametrize(("old", "new", "sentence"), REFUSALS)
def test_refusals(old: str, new: str, sentence: str, question: Path, tmp_path: Path) -> None:
    line = next(line for line in BASE.splitlines() if old in line)
    text = new if old in {"format", "question"} else line.replace(old, new)
    question.write_text(BASE.replace(line, text, 1))
    with pytest.raises((InputError, UsageError)) as refusal:
        run_experiment(question, out=tmp_path / "results", figures=False)
    assert sentence in str(refusal.value)
    assert str(refusal.value).count("\n") == 0
    assert not (tmp_path / "results").exists(), "nothing half-written"


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("stream", "--set 'stream' is not key=value; write it like --set stream.path=log.parquet."),
        ("stream.sises.full=1", "key stream.sises: there is no such key; did you mean sizes."),
        ("question.why=1", "--set 'question.why=1' goes into 'question', which holds no keys; name a table."),
        ("policy.ranking=fastest", "policy: ranking is 'fastest'; use one of price, throughput."),
    ],
)
def test_override_refusals(override: str, sentence: str, question: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        run_experiment(question, out=tmp_path, overrides=[override], figures=False)
    assert str(refusal.value).endswith(sentence)


def test_an_experiment_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"the experiment cannot be read \(No such file or directory\); check the path"
    ):
        read_experiment(tmp_path / "none.toml")


def test_a_place_that_cannot_be_written(question: Path, tmp_path: Path) -> None:
    (tmp_path / "results").write_text("a file, not a folder")
    with pytest.raises(InputError, match="it cannot be written"):
        run_experiment(question, out=tmp_path / "results", figures=False)


def test_manifest_says_where_it_came_from(question: Path, tmp_path: Path) -> None:
    result = run_experiment(question, out=tmp_path, overrides=["seeds.luck=5"], figures=False)
    manifest = json.loads((result.path / MANIFEST).read_bytes())
    assert manifest["status"] == "finished"
    assert manifest["overrides"] == ["seeds.luck=5"]
    assert manifest["seeds"] == {"stream": 1, "demand": 2, "luck": 5}
    assert {"numpy", "python", "paretocode"} <= set(manifest["versions"])
    shutil.rmtree(result.path)


def test_an_empty_override_takes_a_key_out(question: Path) -> None:
    spec = read_experiment(question, overrides=["stream.preset=", "stream.reader=azure", "stream.path=log.csv"])
    assert spec.stream.preset is None
    assert spec.stream.path == str(Path("log.csv").absolute())


def test_a_map_file_that_changes_is_another_result(question: Path, tmp_path: Path) -> None:
    first = run_experiment(question, out=tmp_path / "first", figures=False)
    for name in ("two", "documented"):
        shutil.copy(first.path / "maps" / f"{name}.json", tmp_path / "map.json")
        overrides = ["incumbent.kind=file", f"incumbent.path={tmp_path / 'map.json'}"]
        result = run_experiment(question, out=tmp_path / "results", overrides=overrides, figures=False)
        edges = result.metrics()["maps"]["documented"]["request_edges"]  # type: ignore[index]
        assert edges == ([0.6] if name == "two" else [0.33, 0.66])


def test_a_log_that_changes_is_another_result(question: Path, tmp_path: Path) -> None:
    names = set()
    for tokens in (10, 11):
        (tmp_path / "log.csv").write_text(f"time_s,prompt_tokens,completion_tokens\n0,{tokens},1\n")
        overrides = ["stream.preset=", "stream.reader=table", f"stream.path={tmp_path / 'log.csv'}"]
        names.add(run_experiment(question, out=tmp_path / "results", overrides=overrides, figures=False).path.name)
    assert len(names) == 2


def test_a_catalogue_that_changes_is_another_result(question: Path, tmp_path: Path) -> None:
    names = set()
    for as_of in ("2026-05-29", "2026-05-30"):
        write_table(load_bundled().replace(as_of=as_of), tmp_path / "models.toml")
        overrides = [f"catalogue.source={tmp_path / 'models.toml'}"]
        names.add(run_experiment(question, out=tmp_path / "results", overrides=overrides, figures=False).path.name)
    assert len(names) == 2


def test_changes_are_relative_for_money_and_differences_for_shares(question: Path, tmp_path: Path) -> None:
    maps = run_experiment(question, out=tmp_path, figures=False).metrics()["maps"]
    new, old = maps["two"], maps["documented"]["metrics"]  # type: ignore[index, call-overload]
    assert new["change"]["cost_usd"] == pytest.approx((new["metrics"]["cost_usd"] - old["cost_usd"]) / old["cost_usd"])
    assert new["change"]["unmet_share"] == pytest.approx(new["metrics"]["unmet_share"] - old["unmet_share"])


def test_a_part_that_was_touched_is_made_anew(question: Path, tmp_path: Path) -> None:
    good = run_experiment(question, out=tmp_path, figures=False)
    (good.path / MANIFEST).unlink()
    parts = good.path / "parts"
    parts.mkdir()
    for name in ("documented", "two"):
        (parts / f"{name}.json").write_text('{"metrics": {"cost_usd": 1.0}, "seal": "forged"}')
    again = run_experiment(question, out=tmp_path, figures=False)
    assert again.digests == good.digests


def test_figures_do_not_void_an_approval(question: Path, tmp_path: Path) -> None:
    result = run_experiment(question, out=tmp_path, figures=False)
    approve(result.path, by="Ada", reason="cheaper")
    before = (result.path / MANIFEST).read_bytes()
    assert (run_experiment(question, out=tmp_path, figures=True).path / MANIFEST).read_bytes() == before


def test_two_runs_at_once_make_one_result(question: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "paretocode.sim", str(question), "--out", str(tmp_path / "results"), "--no-figures"]
    runs = [
        subprocess.Popen(words, cwd=EXPERIMENTS.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in "ab"
    ]
    ends = [run.communicate() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], ends
    (folder,) = (tmp_path / "results" / "small").iterdir()
    assert not open_result(folder).altered_files()
    assert not open_result(folder).extra_files()


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ("[scale]\nfull = 50.0", "scale percentile does not use full; take it out"),
        ("[demand]\natoms = [[0.5, 1.0]]", "demand auto does not use atoms; take it out"),
        ('[catalogue]\nscore_definition = "x"', "score_definition is used with scores only"),
        ('[scale]\nkind = "fraction"\nfull = 10.0', "scale: a score of 59.12 lies above full = 10"),
        ("[cache]\nttl_s = inf", "key cache.ttl_s: input should be a finite number"),
    ],
)
def test_settings_are_never_ignored(extra: str, sentence: str, question: Path, tmp_path: Path) -> None:
    question.write_text(f"{BASE}\n{extra}\n")
    with pytest.raises(InputError, match=re.escape(sentence)):
        run_experiment(question, out=tmp_path, figures=False)


def test_refusals_name_the_map(question: Path, tmp_path: Path) -> None:
    question.write_text(BASE.replace("request_edges = [0.6]", "request_edges = [0.3, 0.6]"))
    with pytest.raises(InputError, match=r"^map 'two': 2 tiers have 2 edges; give one edge fewer than tiers"):
        run_experiment(question, out=tmp_path, figures=False)

"""An experiment's evidence: what `metrics.json` says of it, what is kept, resumed, put on record and refused."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from paretocode.errors import InputError
from paretocode.evidence.feedback import VERDICTS, FeedbackWorld, synthetic_reports
from paretocode.evidence.holdout import read_lock
from paretocode.experiment import run as run_module
from paretocode.experiment import run_experiment
from paretocode.experiment.evidence_sections import MEASURES
from paretocode.report.html import render_report
from paretocode.report.text_evidence import evidence_text
from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise, write_stream_table

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
SMALL = ["stream.sizes.full=6000", "evidence.replicates=200"]
BARE = ["evidence.selection=", "evidence.holdout=", "evidence.sensitivity="]


def made(tmp_path: Path, *overrides: str, file: str = "evidence.toml", out: str = "results") -> dict[str, Any]:
    result = run_experiment(EXPERIMENTS / file, out=tmp_path / out, overrides=[*SMALL, *overrides], figures=False)
    document: Any = result.metrics()
    return {"document": document, "evidence": document["evidence"], "path": result.path, "manifest": result.manifest}


def refusal(tmp_path: Path, *overrides: str) -> str:
    with pytest.raises(InputError) as caught:
        made(tmp_path, *BARE, *overrides)
    return str(caught.value)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The whole of what can be asked, once."""
    return made(
        tmp_path_factory.mktemp("evidence"),
        "evidence.selection.outer=100",
        "evidence.selection.inner=30",
        "evidence.sensitivity.break_even=false",
        "evidence.holdout.folds=2",
    )


def test_the_values_compared_are_those_of_the_metrics(whole: dict[str, Any]) -> None:
    maps = whole["document"]["maps"]
    for name, differences in whole["evidence"]["comparison"]["maps"].items():
        assert list(differences) == sorted(MEASURES)
        for measure, found in differences.items():
            exact = pytest.approx(maps[name]["metrics"][measure], rel=1 / 500 if "_p" in measure else 1e-12)
            assert found["candidate"] == exact  # quantiles of the metrics are read off a histogram
            assert found["difference"] == pytest.approx(found["candidate"] - found["incumbent"], abs=1e-12)
    assert set(whole["evidence"]["comparison"]["maps"]) == {"natural", "quantile"}


def test_every_part_that_is_asked_for_is_there(whole: dict[str, Any]) -> None:
    evidence = whole["evidence"]
    assert set(evidence) == {"comparison", "size", "slices", "selection", "holdout", "sensitivity"}
    assert evidence["selection"]["plateau"]["recommended"] in {"natural", "quantile"}
    assert evidence["selection"]["n_candidates"] == 2
    assert evidence["holdout"]["folds"]["n_splits"] == 2
    assert evidence["sensitivity"]["tornado"]["candidate"] == "quantile"
    plan = evidence["size"]["maps"]["natural"]["cost_usd_per_krequest"]["paired"]["plan"]
    assert plan["n_sessions"] > plan["n_sessions_now"] > 2


def test_when_the_holdout_was_opened_stands_in_the_manifest_and_not_in_the_metrics(whole: dict[str, Any]) -> None:
    record = whole["manifest"]["holdout"]
    assert (record["n_openings"], record["is_clean"]) == (1, True)
    assert "record" not in whole["evidence"]["holdout"]
    assert "opened" not in json.dumps(whole["evidence"]["holdout"])


def test_the_same_question_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = (made(tmp_path, "evidence.sensitivity=", out=out)["path"] for out in ("one", "two"))
    assert (first / "metrics.json").read_bytes() == (again / "metrics.json").read_bytes()


def test_looking_at_one_holdout_with_two_maps_is_put_on_record(tmp_path: Path) -> None:
    plain = ["evidence.sensitivity=", "evidence.selection="]
    first = made(tmp_path, *plain)
    second = made(tmp_path, *plain, "policy.price_metric=completion")
    assert first["path"] != second["path"]
    assert second["manifest"]["holdout"]["n_openings"] == 2
    assert not second["manifest"]["holdout"]["is_clean"]
    locks = list(first["path"].parent.glob("holdout-*.json"))
    assert len(locks) == 1
    assert "opened 2 times" in read_lock(locks[0]).sentence


def test_an_interrupted_run_takes_up_the_sums_it_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = made(tmp_path, *BARE, out="whole")

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(run_module, "evidence_document", interrupt)
        with pytest.raises(KeyboardInterrupt):
            made(tmp_path, *BARE, out="cut")
    parts = next((tmp_path / "cut").rglob("parts"))
    kept = sorted(file.name for file in parts.glob("*.npz"))
    assert kept == ["documented.npz", "natural.npz", "quantile.npz"]
    (parts / "natural.npz").write_bytes((parts / "natural.npz").read_bytes()[:100])  # torn: it is summed again
    resumed = made(tmp_path, *BARE, out="cut")
    assert (resumed["path"] / "metrics.json").read_bytes() == (whole["path"] / "metrics.json").read_bytes()
    assert not (resumed["path"] / "parts").exists()


def test_the_recommended_map_of_a_search_gets_a_file_and_is_proposed(tmp_path: Path) -> None:
    found = made(
        tmp_path,
        "stream.sizes.full=4000",
        "search.most_candidates=10",
        "search.n_bands=[2]",
        "search.robust=",
        "evidence.selection={most_maps=8,searches=2,outer=100,inner=30}",
        file="exact_edges.toml",
    )
    selection, document = found["evidence"]["selection"], found["document"]
    name = selection["plateau"]["recommended"]
    assert document["proposed"] == name
    assert name in document["maps"]
    assert (found["path"] / "maps" / f"{name}.json").is_file()
    near = {one["name"]: one for one in selection["plateau"]["maps"] if one["is_near"]}
    assert set(near) >= {name, selection["plateau"]["best"]}
    assert all(one["is_tied"] for one in near.values())
    assert min(one["instability"] for one in near.values()) == near[name]["instability"]
    assert selection["n_searched_again"] == 2
    assert found["evidence"]["comparison"]["maps"][name]["cost_usd_per_krequest"]["difference"] < 0


def test_a_proposal_of_the_file_stands(tmp_path: Path) -> None:
    found = made(tmp_path, "evidence.holdout=", "evidence.sensitivity=", "propose=natural")
    assert found["document"]["proposed"] == "natural"


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["evidence.replicates=0"], "the experiment asks for no evidence (evidence.replicates = 0)"),
        (["candidates=[]", "propose=documented"], "there is no candidate to compare with the incumbent"),
    ],
)
def test_what_is_left_out_says_why(tmp_path: Path, overrides: list[str], sentence: str) -> None:
    assert made(tmp_path, *BARE, *overrides)["evidence"] == {"left_out": sentence}


def test_one_session_says_that_nothing_is_known_of_the_next(tmp_path: Path) -> None:
    stream = apply_demand(synthesise("coding_agent", n_requests=300, rng=1), DEFAULT_DEMAND, rng=2)
    write_stream_table(stream.first_sessions(1), tmp_path / "one.parquet")
    log = [f"stream.path={tmp_path / 'one.parquet'}", "stream.preset=", "stream.reader=table", "stream.sizes="]
    found = made(tmp_path, *BARE, *log)
    assert "one session only" in found["evidence"]["left_out"]
    assert any("carries an interval" in sentence for sentence in found["document"]["not_known"])


def test_todays_log_and_the_users_reports_join_the_evidence(tmp_path: Path) -> None:
    today = apply_demand(synthesise("coding_agent", n_requests=3000, rng=9), DEFAULT_DEMAND, rng=8)
    write_stream_table(today, tmp_path / "today.parquet")
    asked = tuple((score, 1.0) for score in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8, 0.9))
    world = FeedbackWorld(ideal_edges=(0.25, 0.58), edges=(0.33, 0.66), atoms=asked)
    drawn = synthetic_reports(world, rng=7).reports
    lines = ["min_score,tier,verdict,reporter"]
    names = ("low", "medium", "high")
    for at in range(len(drawn)):
        row = (drawn.min_score_ppm[at] / 1e6, names[drawn.tier_index[at]], VERDICTS[drawn.verdict_code[at]])
        lines.append(",".join([*map(str, row), f"r{drawn.reporter_code[at]}"]))
    (tmp_path / "reports.csv").write_text("\n".join(lines) + "\n")
    found = made(
        tmp_path,
        *BARE,
        f"evidence.drift.path={tmp_path / 'today.parquet'}",
        "evidence.drift.permutations=99",
        f"evidence.feedback.path={tmp_path / 'reports.csv'}",
    )
    drift, feedback = found["evidence"]["drift"], found["evidence"]["feedback"]
    assert drift["map"] == "quantile"
    assert [edge["tier_below"] for edge in feedback["edges"]] == ["low", "medium"]
    assert feedback["edges"][1]["low"] < 0.58 < feedback["edges"][1]["high"]
    page = render_report(found["document"], figures={})
    assert "today&#39;s traffic" in page
    assert html.escape(feedback["edges"][1]["sentence"]).replace("95 %", "95\u00a0%") in page
    assert "drift: " in evidence_text(found["document"])
    (tmp_path / "reports.csv").write_text("\n".join(lines[:-1]) + "\n")
    again = made(
        tmp_path,
        *BARE,
        f"evidence.drift.path={tmp_path / 'today.parquet'}",
        "evidence.drift.permutations=99",
        f"evidence.feedback.path={tmp_path / 'reports.csv'}",
    )
    assert again["path"] != found["path"], "the digest covers the reports"


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["evidence.replicates=50"], "replicates is 50; give at least 100, or 0 for no evidence"),
        (
            ['evidence.measures=["cost"]', "evidence.margins="],
            "there is no measure 'cost'; use one of cost",
        ),
        (["evidence.margins.cost_usd=1"], "a margin is given for 'cost_usd', which is none of the measures"),
        (["evidence.margins.unmet_share=1e-9"], "less than the .* that one request can change"),
        (["evidence.clusters=day", "stream.sizes.full=300"], "there is one day only; give at least two"),
        (["evidence.clusters=root"], "its sessions have no ids; take sessions or days as clusters"),
        (["evidence.selection.limits.p95=1"], "there is no measure 'p95'"),
        (["evidence.selection.objective=latency_p95_s"], "latency_p95_s is a quantile; choose by a mean"),
        (["evidence.drift.path=nowhere.parquet"], "nowhere.parquet"),
        (["evidence.nonsense=1"], "nonsense"),
    ],
)
def test_bad_words_are_refused_in_one_sentence(tmp_path: Path, overrides: list[str], sentence: str) -> None:
    said = refusal(tmp_path, *overrides)
    assert re.search(sentence, said), said
    assert "\n" not in said


def test_a_table_of_outcomes_joins_the_evidence(tmp_path: Path) -> None:
    rows = ["question,model,score"]
    for at in range(60):
        rows += [f"q{at},small,{int(at % 4 > 0)}", f"q{at},large,{int(at % 10 > 0)}"]
    (tmp_path / "outcomes.csv").write_text("\n".join(rows) + "\n")
    words = [f"evidence.outcomes.path={tmp_path / 'outcomes.csv'}", "evidence.outcomes.candidate=small"]
    words += ["evidence.outcomes.baseline=large", "evidence.outcomes.margin=0.05", "evidence.outcomes.range=[0,1]"]
    outcomes = made(tmp_path, *BARE, *words)["evidence"]["outcomes"]
    comparison = outcomes["comparison"]
    assert (comparison["candidate_score"], comparison["baseline_score"]) == (0.75, 0.9)
    assert comparison["difference"]["low"] < -0.15 < comparison["difference"]["high"]
    assert [outcomes["quadrants"]["parts"][name]["n"] for name in ("safe", "hard")] == [42, 3]


def test_a_limit_on_the_total_cost_is_one_on_the_cost_by_requests(tmp_path: Path) -> None:
    words = ["stream.sizes.full=2000", "search.most_candidates=10", "search.n_bands=[2]", "search.robust="]
    asked = ["evidence.selection={most_maps=5,outer=100,inner=30}", "search.limits={cost_usd=12.0}"]
    found = made(tmp_path, *words, *asked, file="exact_edges.toml")
    kept = [one for one in found["evidence"]["selection"]["plateau"]["maps"] if one["is_near"]]
    total = {name: entry["metrics"]["cost_usd"] for name, entry in found["document"]["maps"].items()}
    assert found["evidence"]["selection"]["n_within_limits"] > 1
    assert all(total[one["name"]] <= 12.0 for one in kept if one["name"] in total)


def test_a_search_by_times_sums_what_its_rule_looks_at(tmp_path: Path) -> None:
    words = ["stream.sizes.full=2000", "search.most_candidates=8", "search.n_bands=[2]", "search.robust="]
    asked = ["evidence.selection={most_maps=5,outer=100,inner=30}", 'search.measures=["latency_s","cost_usd"]']
    selection = made(tmp_path, *words, *asked, "evidence.holdout={}", file="exact_edges.toml")["evidence"]["selection"]
    assert selection["objective"] == "latency_mean_s"


def test_a_resample_without_a_map_is_counted_and_stops_nothing(tmp_path: Path) -> None:
    words = ["stream.sizes.full=2000", "search.most_candidates=8", "search.n_bands=[2]", "search.robust="]
    asked = ["evidence.selection={most_maps=5,searches=4,outer=100,inner=30}", "search.limits.shortfall=0.0901"]
    selection = made(tmp_path, *words, *asked, file="exact_edges.toml")["evidence"]["selection"]
    assert selection["n_searched_again"] + selection["n_without_map"] == 4


def test_limits_that_no_candidate_keeps_are_told_and_the_nearest_is_taken(tmp_path: Path) -> None:
    words = ["evidence.holdout=", "evidence.sensitivity=", "propose="]
    found = made(tmp_path, *words, "evidence.selection.limits={shortfall_mean=0.0001}")
    selection = found["evidence"]["selection"]
    assert selection["n_within_limits"] == 0
    assert selection["chosen"]["name"] == selection["best_of_many"]["name"] == found["document"]["proposed"]
    assert "No map keeps all limits" in evidence_text(found["document"], width=200)


def test_a_holdout_by_days_tears_no_day_apart(tmp_path: Path) -> None:
    stream = apply_demand(synthesise("coding_agent", n_requests=3000, rng=1), DEFAULT_DEMAND, rng=2)
    spread = stream.replace(time_s=stream.time_s + 86_400.0 * (stream.session % 6))
    write_stream_table(spread, tmp_path / "days.parquet")
    log = [f"stream.path={tmp_path / 'days.parquet'}", "stream.preset=", "stream.reader=table", "stream.sizes="]
    words = ["evidence.clusters=day", "evidence.sensitivity=", "evidence.selection=", "evidence.holdout.folds=0"]
    found = made(tmp_path, *log, *words)
    assert found["evidence"]["comparison"]["clusters"] == "day"
    assert (
        found["evidence"]["holdout"]["split"]["parameters"]["n_groups"] == found["evidence"]["comparison"]["n_clusters"]
    )


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["evidence.holdout={}", "operations.others.error_share=0.1"], "evidence.holdout replays without operations"),
        (["evidence.size.power=0.3"], "power"),
    ],
)
def test_evidence_of_another_world_is_refused(tmp_path: Path, overrides: list[str], sentence: str) -> None:
    assert sentence in refusal(tmp_path, *overrides)


def test_what_can_be_refused_is_refused_before_the_holdout_opens(tmp_path: Path) -> None:
    (tmp_path / "outcomes.csv").write_text("question,model,score\nq1,small,1\nq1,large,0\nq2,small,0\nq2,large,1\n")
    words = [f"evidence.outcomes.path={tmp_path / 'outcomes.csv'}", "evidence.outcomes.candidate=smal"]
    words += ["evidence.outcomes.baseline=large", "evidence.outcomes.margin=0.6", "evidence.outcomes.range=[0,1]"]
    with pytest.raises(InputError, match="there is no model 'smal' in it; use one of"):
        made(tmp_path, "evidence.sensitivity=", "evidence.selection=", *words)
    assert not list((tmp_path / "results").rglob("holdout-*.json"))

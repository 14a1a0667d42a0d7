"""No rule is dodged by leaving it out: whose an experiment is, what an approval seals, what a release carries."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from paretocode._files import json_bytes
from paretocode.cli.main import main
from paretocode.errors import SealError
from paretocode.experiment.spec import read_experiment
from paretocode.release import approve, export_tier_map, prepare, read_register, verify
from paretocode.release.approval import parse_approval
from paretocode.tiermap.file import sha256_of

RULE = """
format = "paretocode-approvers-1"
team = "Prod Router"
required = 1
count_unsigned = true
people = [{ name = "Ada" }, { name = "Ben" }]
"""
WAIVED = """
format = "paretocode-gates-1"
[evidence]
least_sessions = 1000000000

[[waivers]]
gate = "evidence.least_sessions"
map = "{digest}"
by = "Cleo <b>"
reason = "the whole point"
date = 2026-01-01
"""


@pytest.fixture
def team(tmp_path: Path) -> Path:
    folder = tmp_path / "team"
    folder.mkdir()
    (folder / "approvers.toml").write_text(RULE)
    return folder


def with_metrics(result: Path, **changed: Any) -> Path:
    """Write other metrics as a run would have: the manifest seals them."""
    metrics, manifest = (json.loads((result / name).read_bytes()) for name in ("metrics.json", "manifest.json"))
    (result / "metrics.json").write_bytes(json_bytes({**metrics, **changed}))
    manifest["outputs"]["metrics.json"] = sha256_of((result / "metrics.json").read_bytes())
    (result / "manifest.json").write_bytes(json_bytes(manifest))
    return result


def evidence_of(release: Path) -> dict[str, Any]:
    predicate: dict[str, Any] = json.loads((release / "evidence.json").read_bytes())["predicate"]
    return predicate


def test_what_a_team_approved_does_not_leave_without_the_team(result: Path, team: Path, tmp_path: Path) -> None:
    path = approve(result, by="Ada", reason="cheaper", team=team, author="Zoe")
    assert parse_approval(path.read_bytes(), where="x").rule_sha256 == sha256_of(RULE.encode())
    sentence = r"Ada approved it under a team's approvers.toml, and there is none here \(name the team's folder"
    for to in ("release", "litellm", "json"):
        with pytest.raises(SealError, match=sentence):
            export_tier_map(result, to=to, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    assert verify(result).state == "evaluated"
    draft = export_tier_map(result, to="release", out=tmp_path / "trial", is_draft=True)
    assert any(re.search(sentence, reason) for reason in evidence_of(draft)["draft_because"])
    release = export_tier_map(result, to="release", out=tmp_path / "release", team=team)
    assert verify(release, team=team).kind == "release"
    (team / "approvers.toml").write_text(RULE + "# changed\n")
    assert "remark: Ada approved it under another approvers.toml" in verify(result, team=team).checked


def test_an_experiment_says_whose_it_is(result: Path, team: Path, tmp_path: Path) -> None:
    with_metrics(result, team="prod  ROUTER")
    for other, sentence in ((None, "no approvers.toml of that team is here"), (tmp_path / "other", "is of 'Lab'")):
        if other is not None:
            other.mkdir()
            (other / "approvers.toml").write_text(RULE.replace("Prod Router", "Lab"))
        with pytest.raises(SealError, match=f"its experiment belongs to the team 'prod  ROUTER', and .*{sentence}"):
            approve(result, by="Ada", reason="cheaper", team=other)
    approve(result, by="Ada", reason="cheaper", team=team, author="Zoe")
    with pytest.raises(SealError, match="belongs to the team"):
        export_tier_map(result, to="json", out=tmp_path / "map.json")
    assert export_tier_map(result, to="json", out=tmp_path / "map.json", team=team).is_file()


def test_an_experiment_file_may_name_its_team_and_its_gates(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "experiments" / "quickstart.toml").read_text(encoding="utf-8")
    path = tmp_path / "mine.toml"
    path.write_text('team = "Prod Router"\n' + text + "\n[gates.unserved]\nmost = 0.0\n")
    spec = read_experiment(path)
    assert (spec.team, spec.gates and spec.gates.gate_names) == ("Prod Router", ("unserved.most",))


def test_the_gates_of_the_experiment_bind_too(result: Path, tmp_path: Path) -> None:
    with_metrics(result, gates={"evidence": {"least_sessions": 10**9}})
    with pytest.raises(SealError, match=r"1 gate failed: evidence.least_sessions"):
        approve(result, by="Ada", reason="cheaper")
    with_metrics(result, gates={"unserved": {"most": 0.0}})
    approve(result, by="Ada", reason="cheaper")
    release = export_tier_map(result, to="release", out=tmp_path / "release")
    (report,) = evidence_of(release)["gates"]
    assert (report["gates_source"], [gate["state"] for gate in report["gates"]]) == ("experiment", ["passed"])


def test_a_waiver_goes_into_the_release_by_name_and_reason(result: Path, team: Path, tmp_path: Path) -> None:
    digest = sha256_of((result / "tier_map.json").read_bytes())
    (team / "gates.toml").write_text(WAIVED.format(digest=digest[:12]))
    approve(result, by="Ada", reason="cheaper", team=team, author="Zoe")
    release = export_tier_map(result, to="release", out=tmp_path / "release", team=team)
    (report,) = evidence_of(release)["gates"]
    (gate,) = report["gates"]
    assert (gate["name"], gate["state"], gate["waivers"][0]["by"]) == ("evidence.least_sessions", "waived", "Cleo <b>")
    card = (release / "CARD.md").read_text(encoding="utf-8")
    assert "evidence.least\\_sessions waived:" in card
    assert "Waived by Cleo &lt;b&gt; on 2026-01-01: the whole point" in card
    assert verify(release, team=team).kind == "release"
    (team / "gates.toml").unlink()
    with pytest.raises(SealError, match=r"Ada approved it under a team's gates.toml, and there is none here"):
        export_tier_map(result, to="release", out=tmp_path / "again", team=team)


def test_a_release_under_other_gates_is_refused(result: Path, team: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper", team=team, author="Zoe")
    release = export_tier_map(result, to="release", out=tmp_path / "release", team=team)
    (team / "gates.toml").write_text('format = "paretocode-gates-1"\n[unserved]\nmost = 0.0\n')
    with pytest.raises(SealError, match=r"it was released under another gates.toml than the team's"):
        verify(release, team=team)
    forged = 'format = "paretocode-gates-1"\n[evidence]\nleast_sessions = 1000000000\n'
    (release / "approvals" / "gates.toml").write_text(forged)
    with pytest.raises(SealError, match=r"can leave as a draft only: gate evidence.least_sessions failed"):
        verify(release)


def test_an_author_that_is_given_does_not_hide_the_commit_s(
    result: Path, team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = json.loads((result / "manifest.json").read_bytes())
    (result / "manifest.json").write_bytes(json_bytes({**manifest, "commit": "a" * 40}))
    monkeypatch.setattr("paretocode.release.author._git_author", lambda commit: "Ada <ada@example.org>")
    path = approve(result, by="Ada", reason="mine", team=team, author="Somebody Else")
    found = parse_approval(path.read_bytes(), where="x")
    assert (found.author, found.author_from, found.commit_author) == ("Somebody Else", "given", "Ada <ada@example.org>")
    with pytest.raises(SealError, match="only its author approved it"):
        export_tier_map(result, to="release", out=tmp_path / "release", team=team)
    approve(result, by="Ben", reason="fine", team=team, author="Somebody Else")
    release = export_tier_map(result, to="release", out=tmp_path / "release", team=team)
    assert {one["commit_author"] for one in evidence_of(release)["approvals"]} == {"Ada <ada@example.org>"}


def test_a_forged_approval_is_no_history(result: Path, team: Path) -> None:
    true = approve(result, by="Ada", reason="cheaper", team=team)
    plain = json.loads(true.read_bytes())
    for name, lie in (
        ("stranger", {"by": "Eve"}),
        ("signed", {"signature": "ssh", "principal": "ben@example.org", "by": "Ben"}),
    ):
        (true.parent / f"{name}.json").write_bytes(json_bytes({**plain, **lie}))
    approve(result, by="Ada", reason="still cheaper", team=team)
    assert [record["by"] for record in read_register(team / "register.jsonl")] == ["Ada", "Ada"]


def test_drift_limits_are_prepared_from_the_result(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = prepare(result, most_moved=0.1, least_requests=500)
    limits = json.loads(path.read_bytes())["drift_limits"]
    served = json.loads((result / "metrics.json").read_bytes())["maps"]["quantile"]["metrics"]["tier_share"]
    assert limits["served_ppm"] == pytest.approx([1e6 * served[name] for name in ("low", "medium", "high")], abs=1)
    assert (sum(limits["served_ppm"]), limits["most_moved_ppm"], limits["least_requests"]) == (1_000_000, 100_000, 500)
    approve(path, by="Ada", reason="cheaper")
    release = export_tier_map(path, to="release", out=tmp_path / "release")
    assert "look at it again when, of 500 requests or more, over 10 % are served by other tiers" in (
        release / "CARD.md"
    ).read_text(encoding="utf-8")
    assert verify(release).kind == "release"
    for words, sentence in (
        (["--most-moved", "1.5"], "error: --most-moved: 1.5 is no share; give a number from 0 to 1."),
        (["--least-requests", "5"], "error: --least-requests: it limits nothing alone; give --most-moved too."),
        (["--most-moved", "0.1", "--least-requests", "0"], "error: --least-requests: 0 is no number of requests; give"),
    ):
        assert main(["prepare", str(result), *words]) == 2
        assert sentence in capsys.readouterr().err

"""What does the command line answer about a history? Text, JSON and refusals, through the action's own functions."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from catalogue_history.worlds import NAN, history_of
from paretocode.catalogue import load_bundled, write_table
from paretocode.cli import history_actions
from paretocode.cli.guard import guarded
from paretocode.cli.main import main


def answer(*words: str) -> int:
    parser = argparse.ArgumentParser()
    history_actions.add_arguments(parser)
    return guarded(lambda: history_actions.run(parser.parse_args(words)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    today = load_bundled()
    write_table(today, tmp_path / "2026-05-29.toml")
    dearer = today.prompt_usd_per_mtok.copy()
    dearer[today.index_of("deepseek/deepseek-v4-pro@max")] = 9.0
    write_table(today.replace(prompt_usd_per_mtok=dearer).select(range(12)), tmp_path / "2026-06-01.toml")
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    return tmp_path


def test_text_says_gaps_changes_and_flips(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(str(folder), "--score-edges", "46", "--limit", "1") == 0
    out, err = capsys.readouterr()
    assert "2 entries from 2026-05-29 to 2026-06-01, 13 models; scores: aa-coding-4.0" in out
    assert "no entry from 2026-05-30 to 2026-05-31" in out
    assert "1 further changes; --limit shows more, --json all." in out
    assert "1 flips of the cheapest: 1 price" in out
    assert err == "note: notes.txt has no day in its name: left out.\n"


def test_json_says_everything(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(str(folder), "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["counts"] == {"entry": 0, "exit": 1, "definition": 0, "score": 0, "price": 1, "context": 0}
    assert document["gaps"] == [["2026-05-30", "2026-05-31"]]
    assert {row["kind"]: row["after"] for row in document["changes"]} == {"exit": None, "price": 9.0}


def test_entries_and_exits_have_no_values(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(str(folder)) == 0
    out = capsys.readouterr().out
    assert " exit " in out
    assert "missing" not in out


def test_no_path_and_no_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["catalogue", "history"]) == 2
    assert "history names no folder or file; give a folder" in capsys.readouterr().err
    path = tmp_path / "copies.json"
    path.write_text('{"snapshots": [{"date": "2025-01-03", "prices": {"a/b": [1, 2]}}]}', encoding="utf-8")
    assert answer(str(path), "--score-edges", "3") == 2
    assert "the history holds no scores for --score-edges to cut" in capsys.readouterr().err


def test_a_column_that_comes_is_one_line() -> None:
    document = history_actions.history_document(history_of([[NAN] * 3, [10, 20, 30]]))
    assert document["first_known"] == [{"date": "2026-01-02", "field": "coding_score", "models": 3}]
    assert "2026-01-02: score known for the first time for 3 models" in history_actions._text(document, limit=1)


def test_some_days_only(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(str(folder), "--since", "2026-06-01") == 0
    assert "1 entries from 2026-06-01 to 2026-06-01" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--score-edges", "a,b"], "--score-edges is 'a,b'; give numbers with commas, as in 17.3,32.6."),
        (["--score-edges", "2,1"], "edges has 2 before 1"),
        (["--score-edges", "inf", "--json"], "--score-edges is 'inf'; give numbers"),
        (["--score-edges", "nan"], "--score-edges is 'nan'; give numbers"),
        (["--since", "2030-01-01"], "--since: no entry stands on or after 2030-01-01; ask for days from 2026-05-29"),
        (["--until", "2020-01-01"], "--until: no entry stands on or before 2020-01-01"),
        (["--since", "2026-06-01", "--until", "2026-05-29"], "first day 2026-06-01 lies after the last day 2026-05-29"),
        (["--since", "yesterday"], "'yesterday' is not a date"),
    ],
)
def test_refusals_are_one_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], sentence: str
) -> None:
    assert answer(str(folder), *words) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1


def test_a_rebase_names_its_models_and_what_each_way_moves() -> None:
    history = history_of([[10, 20, 30, 40], [15, 26, NAN, 40]])
    (rebase,) = history_actions.history_document(history, score_edges=(22.0,))["rebases"]
    assert rebase["lost"] == ["c"]
    assert rebase["survivors"] == {"a": 5.0, "b": 6.0, "d": 0.0}
    assert rebase["reanchored"]["keep"]["moved"] == ["b"]
    assert rebase["reanchored"]["rank"]["moved"] == []

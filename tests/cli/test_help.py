"""Is every help of one look, every example true, and the reference page what the parser says?"""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from paretocode.cli.examples import EXAMPLES
from paretocode.cli.json_keys import JSON_KEYS
from paretocode.cli.main import VERBS, command_parser, main
from paretocode.cli.options import COMMON
from paretocode.cli.reference import reference_page
from paretocode.cli.sim_door import main as sim
from paretocode.cli.sim_door import sim_parser

ROOT = Path(__file__).parents[2]
LINES = [(name, line) for name, lines in EXAMPLES.items() for line in lines]
ELSEWHERE = {"tune", "doctor", "notebooks", "approve", "revoke", "export", "prepare", "log", "gate"}
"""Verbs whose examples take long, open a program or write into a result; tests of their own run them."""


def parsers() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of every verb, and of every action that has one."""
    return {"": (whole := command_parser()), "sim": sim_parser(), **dict(_below(whole, ""))}


def _below(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, child in action.choices.items():
                yield f"{name} {word}".strip(), child
                yield from _below(child, f"{name} {word}".strip())


def words_of(line: str) -> tuple[bool, list[str]]:
    """Return whether a command line is that of the main job, and its words without where its output goes."""
    words = shlex.split(re.sub(r" > .*", "", line))
    is_sim = words[:3] == ["python", "-m", "paretocode.sim"]
    assert is_sim or words[0] == "paretocode"
    return is_sim, words[3:] if is_sim else words[1:]


def test_every_verb_and_action_has_examples_of_its_own() -> None:
    assert set(parsers()) == set(EXAMPLES)
    for name, line in LINES:
        if name not in {"", "sim"}:
            assert line.startswith(f"paretocode {name}"), line


@pytest.mark.parametrize(("name", "line"), LINES)
def test_every_example_is_a_command(name: str, line: str) -> None:
    is_sim, words = words_of(line)
    parser = sim_parser() if is_sim else command_parser([words[0]])
    parsed = parser.parse_args(words)
    assert is_sim or parsed.verb == words[0]


def _runnable() -> list[str]:
    """Return the examples that need nothing but the package and a result, without those of which others are tests."""
    found = []
    for line in dict.fromkeys(line for _, line in LINES):
        is_sim, words = words_of(line)
        files = {word for word in words[1:] if re.search(r"\.(csv|parquet|json|toml)$|/$", word)} - _outputs(words)
        is_of_theirs = any(not word.startswith("results/quickstart/DIGEST") for word in files)
        if not (is_sim or is_of_theirs or words[0] in ELSEWHERE or "pull" in words):
            found.append(line)
    return found


def _outputs(words: list[str]) -> set[str]:
    return {after for before, after in pairwise(words) if before in {"--out", "--html", "--figure"}}


def test_most_verbs_have_an_example_that_runs_here() -> None:
    assert {line.split()[1] for line in _runnable()} == set(VERBS) - ELSEWHERE


@pytest.mark.parametrize("line", _runnable())
def test_examples_on_what_is_there_run(
    line: str, smoke_result: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results" / "quickstart").mkdir(parents=True)
    (tmp_path / "results" / "quickstart" / "DIGEST").symlink_to(smoke_result)
    assert main(words_of(line)[1]) == 0


def test_the_first_example_of_the_main_job_runs_from_the_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    is_sim, words = words_of(next(line for line in EXAMPLES[""] if "sim" in line))
    assert is_sim
    assert sim([*words, "--no-figures"]) == 0
    assert (tmp_path / "results" / "quickstart").is_dir()


@pytest.mark.parametrize("name", sorted(parsers()))
def test_every_help_has_one_look(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in (60, 80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        shown = parsers()[name].format_help()
        assert shown.startswith("usage: ")
        for option in COMMON:
            assert option in shown
        assert "\nexamples:\n  " in shown
        assert shown.index("\nexamples:") < shown.index("\nexit codes")
        assert max(map(len, shown.splitlines())) <= columns
        examples = re.sub(r" \\\n +", " ", shown)
        for line in EXAMPLES[name]:
            assert f"\n  {line}\n" in examples


def test_the_reference_page_is_current() -> None:
    """`python -m paretocode.cli.reference > docs/cli.md` writes it anew."""
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == reference_page()


def test_the_reference_page_names_every_verb_and_option() -> None:
    page = reference_page()
    for name, parser in parsers().items():
        assert name in page
        for action in parser._actions:
            for option in action.option_strings:
                assert option in {"-h", "--help", "--version"} or f"`{option}" in page, f"{name} {option}"


@pytest.mark.parametrize(
    "words",
    [
        "catalogue",
        "catalogue lint",
        "catalogue convert bundled --out c.csv",
        "frontier",
        "bands",
        "stream describe --requests 300",
        "stream synthesise --requests 300 --out s.csv",
        "lint",
        "evidence size RESULT",
        "diff documented RESULT --result RESULT",
        "rollout RESULT",
        "verify RESULT",
        "report RESULT --out r.html",
        "notebooks --to copies --no-open",
        "completion fish",
    ],
)
def test_json_has_the_keys_that_the_page_names(
    words: str,
    smoke_result: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "RESULT").symlink_to(smoke_result)
    assert main([*words.split(), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    name = next(n for n in (" ".join(words.split()[:2]), words.split(maxsplit=1)[0]) if n in JSON_KEYS)
    assert set(found) == set(JSON_KEYS[name])


def test_the_table_of_keys_knows_every_verb() -> None:
    assert {name.split()[0] for name in JSON_KEYS} == {*VERBS, "sim"}


def test_json_of_a_release_has_the_keys_that_the_page_names(
    smoke_result: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    result = tmp_path / "quickstart" / "result"
    shutil.copytree(smoke_result, result)
    (tmp_path / "gates.toml").write_text('format = "paretocode-gates-1"\n[unserved]\nmost = 0.5\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    story = [
        "prepare quickstart/result",
        "gate quickstart/result --gates gates.toml",
        "approve quickstart/result/tier_map.json --by ada --reason because",
        "export quickstart/result/tier_map.json --out release",
        "verify release",
        "log quickstart",
        "revoke APPROVAL --by ada --reason mistaken",
    ]
    answers = {}
    for line in story:
        words = [answers["approve"]["approval"] if word == "APPROVAL" else word for word in line.split()]
        assert main([*words, "--json"]) == 0, line
        answers[words[0]] = json.loads(capsys.readouterr().out)
    for verb, answer in answers.items():
        assert "" in JSON_KEYS[verb] or set(answer) == set(JSON_KEYS[verb]), verb

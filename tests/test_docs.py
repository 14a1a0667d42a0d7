"""What the pages show runs: the story of the README, the experiment of docs/experiment.md, the words, the verbs."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from paretocode.cli.main import VERBS, main
from paretocode.experiment import read_experiment, run_experiment
from paretocode.experiment.search_sections import RobustSpec, SearchSpec

ROOT = Path(__file__).parents[1]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").glob("*.md")),
    "experiments/README.md",
]


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.M | re.S)


def test_the_story_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (story,) = blocks("README.md", "python")
    exec(compile(ast.parse(story), "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["documented", "edges"]
    documented, quantile = (float(line.split()[1]) for line in lines)
    assert quantile < documented


def test_the_search_of_the_docs_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = blocks("docs/search.md", "python")
    exec(compile(ast.parse(code), "docs/search.md", "exec"), {})
    assert capsys.readouterr().out.startswith("cheapest (")


def test_the_section_of_the_search_page_is_whole(tmp_path: Path) -> None:
    """Every key of the page exists, comments included, and every key that exists stands on the page."""
    (section,) = blocks("docs/search.md", "toml")
    told = re.sub(r"^# (?=[a-z_]+ = )", "", section, flags=re.M)
    # Keys that rule each other out: score rules and coupled edges, stretches of days and worlds beside the log.
    told = told.replace('edges = ["coupled", "apart"]', 'edges = ["apart"]').replace("days = 7 ", "# days")
    spec = SearchSpec.model_validate(tomllib.loads(told)["search"])
    assert set(SearchSpec.model_fields) == set(spec.model_fields_set)
    assert spec.robust is not None
    assert set(RobustSpec.model_fields) - {"seed", "days"} == set(spec.robust.model_fields_set)


def test_the_experiment_of_the_docs_runs(tmp_path: Path) -> None:
    whole = blocks("docs/experiment.md", "toml")[0]
    (tmp_path / "shown.toml").write_text(whole, encoding="utf-8")
    spec = read_experiment(tmp_path / "shown.toml")
    assert spec.proposed == "two"
    result = run_experiment(tmp_path / "shown.toml", out=tmp_path / "results", scale_name="smoke", figures=False)
    assert set(result.metrics()["maps"]) == {"documented", "two", "natural"}  # type: ignore[call-overload]


def test_every_command_of_the_readme_is_a_verb_with_such_options(capsys: pytest.CaptureFixture[str]) -> None:
    commands = [
        line for block in blocks("README.md", "sh") for line in block.splitlines() if line.startswith("paretocode ")
    ]
    assert commands
    for command in commands:
        verb = command.split()[1]
        assert verb in VERBS
        with pytest.raises(SystemExit):
            main([verb, "--help"])
        shown = capsys.readouterr().out
        for option in re.findall(r"--[a-z-]+", command):
            assert option in shown, f"{command}: {option}"


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", (ROOT / page).read_text(encoding="utf-8")):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        linked = (ROOT / page).parent / name if name else ROOT / page
        assert linked.exists(), target
        assert not anchor or anchor in anchors_of(linked), target

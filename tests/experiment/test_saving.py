"""A saved candidate is a section at the end of the file; whatever cannot be saved leaves every byte as it was."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from paretocode.errors import InputError
from paretocode.experiment import edit, read_experiment, resolve
from paretocode.experiment.saving import add_candidate
from paretocode.tiermap import TierMap, documented_pareto_code, map_from_edges

TEXT = """# A comment that stays.
format = "paretocode-experiment-1"
question = "Which?"   # and this one

[stream]
preset = "coding_agent"
sizes = { full = 400, smoke = 200 }

[policy]
stickiness = "none"

[incumbent]
name = "documented"
kind = "documented"

[seeds]
luck = 7"""


def written(folder: Path, text: str = TEXT) -> Path:
    path = folder / "asked.toml"
    path.write_bytes(text.encode())
    return path


def test_what_is_saved_in_the_editor_is_what_the_file_then_says(tmp_path: Path) -> None:
    path = written(tmp_path)
    os.chmod(path, 0o640)
    editor = edit(path, scale="smoke")
    editor.set_edges([0.4, 0.7])
    assert editor.save_as("mine") == "Saved as candidate mine in asked.toml."
    content = path.read_bytes()
    assert content.startswith(TEXT.encode() + b"\n\n[[candidates]]\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(tmp_path.iterdir()) == [path]
    spec = read_experiment(path)
    again = resolve(spec, name="asked", scale_name="smoke", base=tmp_path).tier_maps["mine"]
    assert again == editor.tier_map.renamed("mine")
    editor.set_edges([0.123456], [47.3])
    editor.save_as("apart")
    spec = read_experiment(path)
    assert [candidate.name for candidate in spec.candidates] == ["mine", "apart"]
    assert spec.candidates[1].request_edges == [0.123456]


def test_a_link_stays_a_link_and_line_endings_stay(tmp_path: Path) -> None:
    path = written(tmp_path, TEXT.replace("\n", "\r\n"))
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    editor = edit(link, scale="smoke")
    editor.save_as("mine")
    assert link.is_symlink()
    assert path.read_bytes().count(b"\n") == path.read_bytes().count(b"\r\n")
    assert [candidate.name for candidate in read_experiment(link).candidates] == ["mine"]


@pytest.mark.parametrize(
    ("more", "name", "says"),
    [
        ("", "Documented", "already"),
        ("", "a name", "should match pattern"),
        ("", "", "should match pattern"),
        ("\n[[candidates]]\nname = 'taken'\nkind = 'edges'\nscore_edges = [47.3]\n", "taken", "already"),
    ],
)
def test_a_name_that_is_taken_or_none_is_refused(tmp_path: Path, more: str, name: str, says: str) -> None:
    path = written(tmp_path, TEXT + more)
    before = path.read_bytes()
    with pytest.raises(InputError, match=says):
        edit(path, scale="smoke").save_as(name)
    assert path.read_bytes() == before


def test_candidates_in_an_inline_array_are_left_alone(tmp_path: Path) -> None:
    inline = 'candidates = [{ name = "two", kind = "edges", score_edges = [47.3] }]\n'
    path = written(tmp_path, TEXT.replace("\n[stream]", inline + "\n[stream]"))
    before = path.read_bytes()
    with pytest.raises(InputError, match="instead of an inline array"):
        edit(path, scale="smoke").save_as("mine")
    assert path.read_bytes() == before


def test_a_name_that_somebody_else_took_meanwhile_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    one, other = edit(path, scale="smoke"), edit(path, scale="smoke")
    one.save_as("mine")
    with pytest.raises(InputError, match="already"):
        other.save_as("mine")


def test_a_map_that_edges_cannot_state_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    experiment = resolve(read_experiment(path), name="asked", scale_name="smoke", base=tmp_path)
    models = experiment.catalogue
    with pytest.raises(InputError, match="no bands of scores"):
        add_candidate(path, documented_pareto_code(models), name="mine", experiment=experiment)
    other = map_from_edges(models, score_edges=[47.3], request_edges=[0.5])
    swapped = TierMap(
        name="odd",
        tiers=other.tiers[::-1],
        request_edges_ppm=other.request_edges_ppm,
        score_edges_milli=other.score_edges_milli,
        default_tier="band1",
        policy=other.policy,
        score_definition=other.score_definition,
    )
    with pytest.raises(InputError, match="come back as another map"):
        add_candidate(path, swapped, name="mine", experiment=experiment)
    assert path.read_text() == TEXT


def test_a_lower_default_and_a_policy_of_its_own_come_back(tmp_path: Path) -> None:
    path = written(tmp_path)
    experiment = resolve(read_experiment(path), name="asked", scale_name="smoke", base=tmp_path)
    tier_map = map_from_edges(
        experiment.catalogue,
        score_edges=[47.3],
        request_edges=[0.5],
        default_tier="band1",
        policy=experiment.tier_maps["documented"].with_policy(eligibility="tier", n_fallbacks=1).policy,
    )
    add_candidate(path, tier_map, name="mine", experiment=experiment)
    text = path.read_text()
    assert 'default_tier = "band1"' in text
    assert "policy = { n_fallbacks = 1 }" in text


def test_a_scale_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="use full or smoke"):
        edit(written(tmp_path), scale="huge")

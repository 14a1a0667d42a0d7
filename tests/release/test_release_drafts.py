"""A draft leaves as a draft: named so, said so on its card and in its evidence, refused by routers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from committed_code import made_by_committed_code
from paretocode._files import json_bytes
from paretocode.cli.main import main
from paretocode.errors import SealError, UsageError
from paretocode.release import State, approve, export_tier_map, verify
from paretocode.release.reader import Reason, TierMapError, load


def test_uncommitted_code_exports_only_as_a_draft(
    result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made_by_committed_code(result, is_dirty=True)
    approve(result, by="Ada", reason="cheaper")
    words = ["export", str(result), "--out", str(tmp_path / "release")]
    assert main(words) == 3
    assert "can leave as a draft only: its result was made by uncommitted code" in capsys.readouterr().err
    assert main([*words, "--to", "litellm"]) == 3
    assert main([*words, "--draft"]) == 0
    draft = tmp_path / "release.draft"
    assert [path.name for path in tmp_path.glob("release*")] == ["release.draft"]
    assert (draft / "CARD.md").read_text().startswith("# DRAFT: Tier map `quantile`")
    assert "**Routers refuse this draft: its result was made by uncommitted code.**" in (draft / "CARD.md").read_text()
    assert json.loads((draft / "evidence.json").read_bytes())["predicate"]["state"] == "draft"
    verification = verify(draft)
    assert (verification.kind, verification.state) == ("draft", "draft")
    assert verification.checked[-1] == "DRAFT: routers refuse it"
    with pytest.raises(TierMapError) as refusal:
        load(draft)
    assert refusal.value.reason is Reason.DRAFT
    assert verify(result).state == "draft"


def test_a_draft_does_not_become_a_release_by_saying_so(result: Path, tmp_path: Path) -> None:
    draft = export_tier_map(result, to="release", out=tmp_path / "release", is_draft=True)
    evidence = json.loads((draft / "evidence.json").read_bytes())
    assert evidence["predicate"]["draft_because"] == ["nobody approved it"]
    evidence["predicate"] = {**evidence["predicate"], "state": "exported", "draft_because": None}
    (draft / "evidence.json").write_bytes(json_bytes(evidence))
    with pytest.raises(SealError, match="can leave as a draft only: nobody approved it"):
        verify(draft)


@pytest.mark.parametrize("is_dirty", [True, "no", 0, []])
def test_only_false_and_unknown_are_clean(is_dirty: object, result: Path, tmp_path: Path) -> None:
    made_by_committed_code(result, is_dirty=is_dirty)
    approve(result, by="Ada", reason="cheaper")
    with pytest.raises(SealError, match="uncommitted code"):
        export_tier_map(result, to="release", out=tmp_path / "release")
    made_by_committed_code(result, is_dirty=None)
    approve(result, by="Ada", reason="installed, so of no commit")


def test_a_draft_stands_in_no_register_and_is_a_folder_only(result: Path, tmp_path: Path) -> None:
    export_tier_map(result, to="release", out=tmp_path / "one.draft", is_draft=True)
    assert (tmp_path / "one.draft" / "evidence.json").is_file()
    assert not (tmp_path / "register.jsonl").exists()
    with pytest.raises(UsageError, match="a draft can say that it is one as a release folder only"):
        export_tier_map(result, to="json", out=tmp_path / "map.json", is_draft=True)


def test_an_approved_map_can_be_a_draft_too(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    draft = export_tier_map(result, to="release", out=tmp_path / "release", is_draft=True)
    assert verify(draft).kind == "draft"
    assert "it was asked for as a draft" in (draft / "CARD.md").read_text()
    with pytest.raises(TierMapError, match="it was released as a draft"):
        load(draft)
    assert load(export_tier_map(result, to="release", out=tmp_path / "release")).name == "quantile"


def test_each_state_has_a_word_and_a_meaning() -> None:
    assert [state.word for state in State] == ["draft", "evaluated", "approved", "exported"]
    assert all(len(state.value) > len(state.word) + 10 for state in State)

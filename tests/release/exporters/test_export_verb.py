"""``paretocode export --to TARGET``: approved maps only, losses on stderr, the nearest name for a wrong one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paretocode.cli.main import main
from paretocode.errors import InputError, SealError
from paretocode.release import EXPORT_FORMATS, approve, export_tier_map
from paretocode.release.exporters import TARGETS
from paretocode.tiermap.file import read_tier_map


def test_every_target_is_listed_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["export", "--help"])
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in EXPORT_FORMATS)
    assert ("release", *TARGETS) == EXPORT_FORMATS


def test_every_target_writes_an_approved_map(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tier_map = result / "tier_map.json"
    for name in TARGETS:
        with pytest.raises(SealError, match="no approval covers the map"):
            export_tier_map(tier_map, to=name, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    approve(result, by="Ada", reason="cheaper")
    capsys.readouterr()
    for name, target in TARGETS.items():
        expected = target.export(read_tier_map(tier_map))
        for out in (tmp_path / f"{name}-1", tmp_path / f"{name}-2"):
            assert main(["export", str(tier_map), "--to", name, "--out", str(out), "--json"]) == 0
            assert out.read_bytes() == expected.content
            said = capsys.readouterr()
            assert json.loads(said.out)["cannot_express"] == list(expected.cannot_express)
            assert all(f"- {sentence}\n" in said.err for sentence in expected.cannot_express)
            assert (f"{name} cannot express:" in said.err) == bool(expected.cannot_express)
    assert (tmp_path / "json-1").read_bytes() == tier_map.read_bytes()


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("litelm", "--to is 'litelm'; did you mean litellm, of release, json, csv, litellm,"),
        ("Portkey", "--to is 'Portkey'; did you mean portkey, of release, json,"),
        ("envoy-gateway", "did you mean envoy-ai-gateway"),
        ("xyz", "--to is 'xyz'; use one of release, json, csv, litellm, vllm-semantic-router, portkey,"),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(word: str, sentence: str, result: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        export_tier_map(result, to=word, out=tmp_path / "x")
    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)

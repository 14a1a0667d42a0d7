"""An approval is taken back by a record; nothing is deleted, and it counts no more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from paretocode.cli.main import main
from paretocode.errors import InputError, SealError, UsageError
from paretocode.release import approve, export_tier_map, revoke, verify


def test_a_revoked_approval_counts_no_more(result: Path, tmp_path: Path) -> None:
    path = approve(result, by="Ada", reason="cheaper")
    release = export_tier_map(result, to="release", out=tmp_path / "before")
    revoked = revoke(path, by="Ben", reason="the log was wrong")
    assert path.exists()
    record = json.loads(revoked.read_bytes())
    assert (record["by"], record["reason"]) == ("Ben", "the log was wrong")
    with pytest.raises(SealError, match=r"no approval covers .*; Ben took one back on 2.*: the log was wrong"):
        export_tier_map(result, to="release", out=tmp_path / "after")
    assert verify(result).checked[-1] == "quantile is not approved"
    assert verify(result).state == "evaluated"
    assert verify(release).state == "exported", "without the register nobody can know"
    with pytest.raises(SealError, match=r"Ben took the approval by Ada back on 2.*: the log was wrong"):
        verify(release, team=tmp_path)
    approve(result, by="Ada", reason="the log was right")
    assert export_tier_map(result, to="release", out=tmp_path / "after").is_dir()


def test_deleting_the_record_beside_it_does_not_bring_it_back(result: Path, tmp_path: Path) -> None:
    path = approve(result, by="Ada", reason="cheaper")
    revoke(path, by="Ada", reason="no").unlink()
    with pytest.raises(SealError, match="Ada took one back"):
        export_tier_map(result, to="release", out=tmp_path / "release")
    assert revoke(path, by="Ada", reason="no").exists(), "and it can be written again"


def test_another_register_does_not_bring_it_back(result: Path, tmp_path: Path) -> None:
    revoke(approve(result, by="Ada", reason="cheaper"), by="Ada", reason="no")
    (tmp_path / "other").mkdir()
    with pytest.raises(SealError, match="no approval covers"):
        export_tier_map(result, to="release", out=tmp_path / "release", team=tmp_path / "other")


def test_refusals_of_revoking(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = approve(result, by="Ada", reason="cheaper")
    with pytest.raises(UsageError, match="a revocation needs a name and a reason"):
        revoke(path, by="", reason="no")
    with pytest.raises(UsageError, match="--reason holds a control character"):
        revoke(path, by="Ada", reason="no\x1b[31m")
    for name in (result / "tier_map.json", path.parent / ".." / "metrics.json"):
        with pytest.raises(InputError, match="it is no approval of a result"):
            revoke(name, by="Ada", reason="no")
    assert main(["revoke", str(path), "--by", "Ada", "--reason", "no"]) == 0
    assert main(["revoke", str(path), "--by", "Ada", "--reason", "no"]) == 3
    assert "it was taken back already" in capsys.readouterr().err
    (tmp_path / "approvers.toml").write_text(
        'format = "paretocode-approvers-1"\nrequired = 1\ncount_unsigned = true\npeople = [{ name = "Ben" }]\n'
    )
    with pytest.raises(SealError, match="'Eve' is none of the people"):
        revoke(path, by="Eve", reason="no")

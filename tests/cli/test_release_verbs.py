"""From the command line: two people, signatures, a successor, a revocation, the log."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from committed_code import made_by_committed_code
from paretocode.cli.main import main
from paretocode.experiment import run_experiment
from ssh_keys import make_key, needs_ssh_keygen, signer

RULE = """
format = "paretocode-approvers-1"
required = 2
roles = ["owner"]

[[people]]
name = "Ada"
principal = "ada@example.org"
roles = ["author", "data"]

[[people]]
name = "Ben"
principal = "ben@example.org"
roles = ["owner"]
"""


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    quickstart = Path(__file__).parents[2] / "experiments" / "quickstart.toml"
    out = tmp_path_factory.mktemp("results")
    return made_by_committed_code(run_experiment(quickstart, out=out, scale_name="smoke", figures=False).path)


@needs_ssh_keygen
def test_the_life_of_a_map(finished: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result, team = shutil.copytree(finished, tmp_path / "results" / "one"), tmp_path / "team"
    team.mkdir()
    keys = {name: make_key(tmp_path / "keys", name) for name in ("ada", "ben")}
    (team / "approvers.toml").write_text(RULE)
    (team / "allowed_signers").write_text("".join(signer(f"{name}@example.org", key) for name, key in keys.items()))
    with_team = ["--team", str(team)]

    def said(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        assert main([*words, *with_team] if words[0] != "log" else [*words]) == code
        printed = capsys.readouterr()
        return (printed.out if code == 0 else printed.err).strip()

    prepared = said("prepare", str(result), "--valid-until", "2999-12-31")
    reason = ["--reason", "cheaper, no more shortfall"]
    assert "counts signed approvals only" in said("approve", prepared, "--by", "Ada", *reason, code=2)
    first = said("approve", prepared, "--by", "Ada", *reason, "--sign-key", str(keys["ada"]))
    release = str(tmp_path / "release")
    assert "1 of 2 approvals required; nobody with role owner" in said("export", prepared, "--out", release, code=3)
    signed = json.loads(said("approve", prepared, "--by", "Ben", *reason, "--sign-key", str(keys["ben"]), "--json"))
    assert signed["is_signed"]
    assert said("export", prepared, "--out", release) == release
    verification = json.loads(said("verify", release, "--json"))
    assert verification["state"] == "exported"
    assert verification["checked"][-1].count("checked)") == 2
    assert said("revoke", first, "--by", "Ben", "--reason", "a slip").endswith(".revoked")
    assert "Ben took the approval by Ada back" in said("verify", release, code=3)
    assert "in force: 'quantile' serial 1" in said("log", str(team))
    successor = said("prepare", str(result), "--map", "natural")
    assert Path(successor).name.startswith("natural-2-")
    assert "1 of 2" in said("verify", prepared)

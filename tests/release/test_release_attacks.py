"""Forged releases, files that only look absent, and texts that would be markup: each is refused with its reason."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from paretocode._files import json_bytes
from paretocode.errors import InputError, SealError, UsageError
from paretocode.release import approve, export_tier_map, read_register, revoke, verify
from paretocode.release.approval import Approval, parse_approval
from paretocode.release.build import release_files
from paretocode.release.card import _code, _plain, release_card
from paretocode.release.people import parse_approvers, standing
from paretocode.release.signing import check_integrity, sign, signing_key
from paretocode.result import open_result
from paretocode.tiermap.file import read_tier_map
from ssh_keys import make_key, needs_ssh_keygen, signer

ADA, BEN = "ada@example.org", "ben@example.org"
SIGNED_RULE = f"""
format = "paretocode-approvers-1"
required = 2
people = [{{ name = "Ada", principal = "{ADA}" }}, {{ name = "Ben", principal = "{BEN}" }}]
"""
UNSIGNED_RULE = SIGNED_RULE.replace("required = 2", "required = 1\ncount_unsigned = true")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return {name: make_key(folder, name) for name in ("ada", "ben")}


def signed_release(result: Path, team: Path, keys: dict[str, Path]) -> Path:
    team.mkdir()
    (team / "approvers.toml").write_text(SIGNED_RULE)
    (team / "allowed_signers").write_text(signer(ADA, keys["ada"]) + signer(BEN, keys["ben"]))
    for name in ("Ada", "Ben"):
        approve(result, by=name, reason="x", sign_key=keys[name.lower()], team=team, author="Zoe")
    return export_tier_map(result, to="release", out=team.parent / "release", team=team)


def forged(release: Path, target: Path, *, rule: str | None) -> Path:
    """Write a whole release anew, as somebody without a key can: one unsigned approval in Ada's name."""
    files = {name: (release / name).read_bytes() for name in ("tier_map.json", "result/metrics.json")}
    manifest = (release / "result" / "manifest.json").read_bytes()
    true = json.loads(next((release / "approvals").glob("ada-*.json")).read_bytes())
    lies = {"signature": "none", "principal": "", "rule_sha256": ""}
    approvals = {"ada-0.json": json_bytes({**true, **lies})}
    if rule is not None:
        approvals["approvers.toml"] = rule.encode()
    made = release_files(
        tier_map=files["tier_map.json"],
        metrics=files["result/metrics.json"],
        manifest=manifest,
        approvals=approvals,
        where="here",
    )
    for name, content in made.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)
    return target


@needs_ssh_keygen
@pytest.mark.parametrize(
    ("rule", "sentence"),
    [(None, "signature: nobody approved it"), (UNSIGNED_RULE, "signature: 0 of 1 approvals required")],
)
def test_unsigned_approvals_count_nothing_where_signers_are_known(
    rule: str | None, sentence: str, result: Path, tmp_path: Path, keys: dict[str, Path]
) -> None:
    team = tmp_path / "team"
    release = signed_release(result, team, keys)
    assert verify(release, allowed_signers=team / "allowed_signers").kind == "release"
    assert verify(release, team=team).kind == "release"
    forgery = forged(release, tmp_path / "forged", rule=rule)
    assert verify(forgery).kind == "release"  # by its own bytes it holds together
    with pytest.raises(SealError, match=sentence):
        verify(forgery, allowed_signers=team / "allowed_signers")
    (tmp_path / "signers only").mkdir()
    shutil.copy(team / "allowed_signers", tmp_path / "signers only")
    with pytest.raises(SealError, match=sentence):
        verify(forgery, team=tmp_path / "signers only")


@needs_ssh_keygen
def test_a_team_that_counts_signed_approvals_needs_its_signers(
    result: Path, tmp_path: Path, keys: dict[str, Path]
) -> None:
    team = tmp_path / "team"
    release = signed_release(result, team, keys)
    (team / "allowed_signers").rename(tmp_path / "mine")
    with pytest.raises(SealError, match="nobody can check them: there is no allowed_signers"):
        verify(release, team=team)
    assert verify(release, team=team, allowed_signers=tmp_path / "mine").kind == "release"


@needs_ssh_keygen
def test_one_key_is_one_approval(result: Path, tmp_path: Path, keys: dict[str, Path]) -> None:
    team = tmp_path / "team"
    team.mkdir()
    (team / "approvers.toml").write_text(SIGNED_RULE)
    (team / "allowed_signers").write_text(signer("*@example.org", keys["ada"]) + signer(BEN, keys["ben"]))
    for name in ("Ada", "Ben"):
        approve(result, by=name, reason="x", sign_key=keys["ada"], team=team, author="Zoe")
    with pytest.raises(SealError, match=r"can leave as a draft only: 1 of 2 approvals required"):
        export_tier_map(result, to="release", out=tmp_path / "release", team=team)
    shared = "remark: the approval by Ben does not count: another's counts under the same key"
    assert shared in verify(result, team=team).checked
    approve(result, by="Ben", reason="y", sign_key=keys["ben"], team=team, author="Zoe")
    for path in (result / "approvals").glob("ben-*.json"):
        if json.loads(path.read_bytes())["reason"] == "x":
            revoke(path, by="Ada", reason="not Ben's key", team=team)
    assert export_tier_map(result, to="release", out=tmp_path / "release", team=team).is_dir()


@needs_ssh_keygen
def test_the_key_of_a_signature_is_that_of_ssh_keygen(keys: dict[str, Path]) -> None:
    signature = sign(b"x", keys["ada"])
    assert signing_key(signature) == check_integrity(b"x", signature, where="here")
    assert signing_key(b"trust me") == ""
    assert signing_key(signature[:60]) == ""


@pytest.mark.parametrize("other", ["ADA  lovelace", "\uff21da Lovelace", "Ada\u00a0Lovelace", " Ada Lovelace"])
def test_two_spellings_of_a_name_are_one_person(other: str) -> None:
    text = """
format = "paretocode-approvers-1"
required = 1
count_unsigned = true
people = [{ name = "Ada Lovelace" }, { name = "Ben" }]
"""
    with pytest.raises(InputError, match="stands twice"):
        parse_approvers(text.replace("Ben", other).encode(), where="here")
    found = standing(parse_approvers(text.encode(), where="here"), [approval(by="Ada Lovelace"), approval(by=other)])
    assert found.people == ("Ada Lovelace",)


def test_principals_that_differ_by_case_and_names_with_hidden_signs_are_refused() -> None:
    with pytest.raises(InputError, match="stands twice"):
        parse_approvers(SIGNED_RULE.replace(BEN, "ADA@example.org").encode(), where="here")
    with pytest.raises(InputError, match="no plain line"):
        parse_approvers(SIGNED_RULE.replace('"Ben"', '"Ada\u200b"').encode(), where="here")


def approval(**changed: Any) -> Approval:
    plain = dict.fromkeys(("map", "reason", "tier_map_sha256", "metrics_sha256", "manifest_sha256"), "x")
    said = {"by": "Ada", "date": "2026-01-01T00:00:00+00:00", "author": "Zoe", "author_from": "given"}
    return Approval(format="paretocode-approval-1", **{**plain, **said, **changed})


def dangling(path: Path) -> None:
    path.symlink_to("/nonexistent/file")


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


UNPLAIN = [dangling, folder, pipe]


@pytest.mark.parametrize("lay", UNPLAIN)
@pytest.mark.parametrize(
    "name", ["approvers.toml", "gates.toml", "allowed_signers", "register.jsonl", "register.head", ".register.lock"]
)
def test_a_team_file_that_is_no_plain_file_is_not_taken_for_none(
    name: str, lay: Callable[[Path], None], result: Path, tmp_path: Path
) -> None:
    approve(result, by="Ada", reason="cheaper")
    team = tmp_path / "team"
    team.mkdir()
    lay(team / name)
    with pytest.raises(InputError, match=rf"{name}: it is no plain file"):
        export_tier_map(result, to="release", out=tmp_path / "release", team=team)
    assert not (tmp_path / "release").exists()
    if name != "allowed_signers":
        with pytest.raises(InputError, match=rf"{name}: it is no plain file"):
            approve(result, by="Ben", reason="cheaper", team=team)
    if name not in {"gates.toml", ".register.lock"}:
        with pytest.raises(InputError, match=rf"{name}: it is no plain file"):
            verify(result, team=team)


def test_a_link_to_a_plain_file_is_one(result: Path, tmp_path: Path) -> None:
    (tmp_path / "rule").write_text(UNSIGNED_RULE)
    (tmp_path / "approvers.toml").symlink_to(tmp_path / "rule")
    with pytest.raises(SealError, match="none of the people"):
        approve(result, by="Eve", reason="mine")


@pytest.mark.parametrize("lay", UNPLAIN)
@pytest.mark.parametrize("suffix", ["", ".sig"])
def test_an_approval_that_is_no_plain_file_is_not_opened(
    lay: Callable[[Path], None], suffix: str, result: Path, tmp_path: Path
) -> None:
    path = approve(result, by="Ada", reason="cheaper")
    place = path.with_name((path.name if suffix else "x.json") + suffix)
    lay(place)
    for act in (
        lambda: verify(result),
        lambda: export_tier_map(result, to="release", out=tmp_path / "release"),
    ):
        with pytest.raises(InputError, match="it is no plain file"):
            act()
    if not suffix:
        with pytest.raises(InputError, match="it is no plain file"):
            revoke(place, by="Ada", reason="x")


def test_a_revocation_that_leads_nowhere_still_takes_back(result: Path) -> None:
    path = approve(result, by="Ada", reason="cheaper")
    dangling(path.with_name(path.name + ".revoked"))
    assert verify(result).state == "evaluated"


@pytest.mark.parametrize(
    "changed",
    [
        {"by": "Ada\u202eeve"},
        {"by": "Ada\u200b"},
        {"reason": "a\nb"},
        {"reason": "a\u2028b"},
        {"map": "a\u2029b"},
        {"author": "\x1b[2JZoe"},
        {"date": "2026-01-01"},
        {"date": "2026-01-01T00:00:00"},
        {"date": "2026-02-30T00:00:00+00:00"},
        {"date": "2026-01-01<00:00:00+00:00"},
        {"date": "<b>2026</b>"},
    ],
)
def test_an_approval_is_plain_text_with_a_moment(changed: dict[str, str], result: Path) -> None:
    path = approve(result, by="Ada", reason="cheaper", author="Zoe")
    plain = json.loads(path.read_bytes())
    parse_approval(json_bytes({**plain, "date": "2026-01-01T00:00:00.5Z"}), where="here")
    with pytest.raises(SealError, match=r"is no plain line of text|is no ISO time with a zone"):
        parse_approval(json_bytes({**plain, **changed}), where="here")


def test_a_line_separator_stands_in_no_name(result: Path) -> None:
    with pytest.raises(UsageError, match="--by holds a control character"):
        approve(result, by="a\u2028b", reason="x")


def test_the_card_shows_markup_as_text(result: Path, tmp_path: Path) -> None:
    approve(result, by="![x](//e.org/p.png)", reason="[here](https://e.org) <img src=x> \\| www.e.org *b*")
    card = (export_tier_map(result, to="release", out=tmp_path / "release") / "CARD.md").read_text()
    line = next(line for line in card.splitlines() if "e.org/p.png" in line)
    assert line.startswith("- \\!\\[x\\](//e.org/p.png), 20")
    assert "\\[here\\](https&#58;//e.org) &lt;img src=x&gt; \\\\\\| www&#46;e.org \\*b\\*" in line
    file = read_tier_map(result / "tier_map.json").model_copy(
        update={"catalogue_as_of": "<b>", "attribution": "[a](b)"}
    )
    metrics = json.loads((result / "metrics.json").read_bytes())
    odd = release_card(file, b"", metrics, [approval(date="<i>")], standing=standing(None, []))
    assert "catalogue of &lt;b&gt;" in odd
    assert "- Ada, &lt;i&gt;: x" in odd
    assert odd.endswith("\\[a\\](b)\n")
    assert _plain("a\u202eb\u2028c`d`") == "a b c'd'"
    assert _code("a`b_c<d>") == "a'b_c(d)"


@pytest.mark.parametrize(
    "name",
    [
        *("../../secret", "/etc/hostname", "a/./b", "a//b", "", "a\\b", "a\x00b", "a\ud800b"),
        *("maps/../evil.json", "maps/.evil.json", "maps/a b.json", "maps/x/y.json", "maps", "maps/a.txt"),
    ],
)
def test_a_manifest_names_files_inside_its_folder_only(name: str, result: Path) -> None:
    assert open_result(result).altered_files() == []
    manifest = json.loads((result / "manifest.json").read_bytes())
    manifest["outputs"][name] = "0" * 64
    (result / "manifest.json").write_text(json.dumps(manifest))
    for act in (lambda: verify(result), lambda: approve(result, by="Ada", reason="x", map_name="quantile")):
        with pytest.raises(SealError, match="no file that a run writes into its folder"):
            act()
    assert read_register(result.parent / "register.jsonl") == []

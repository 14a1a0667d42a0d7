"""Who counts: k of n, roles, the author never alone; without a rule one approval suffices and says so."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paretocode.errors import InputError, SealError, UsageError
from paretocode.release import approve, export_tier_map, reader, verify
from paretocode.release.approval import Approval, parse_approval
from paretocode.release.people import ApproversFile, parse_approvers, standing

RULE = """
format = "paretocode-approvers-1"
required = 2
roles = ["owner"]
count_unsigned = true

[[people]]
name = "Ada"
roles = ["author", "data"]

[[people]]
name = "Ben"
principal = "ben@example.org"
roles = ["router"]

[[people]]
name = "Cleo"
roles = ["owner"]
"""


def approval(by: str, **changed: Any) -> Approval:
    plain = dict.fromkeys(("map", "reason", "date", "tier_map_sha256", "metrics_sha256", "manifest_sha256"), "x")
    return Approval(format="paretocode-approval-1", by=by, **{**plain, **changed})


def rule(text: str = RULE):  # type: ignore[no-untyped-def]
    return parse_approvers(text.encode(), where="approvers.toml")


@pytest.mark.parametrize(
    ("by", "missing"),
    [
        ((), ("0 of 2 approvals required", "nobody with role owner approved it")),
        (("Ada",), ("1 of 2 approvals required", "nobody with role owner approved it", "only its author approved it")),
        (("Ada", "Ada", "Cleo"), ()),
        (("Ben", "Ben"), ("1 of 2 approvals required", "nobody with role owner approved it")),
        (("Ben", "Cleo"), ()),
        (("Ben", "Eve"), ("1 of 2 approvals required", "nobody with role owner approved it")),
    ],
)
def test_the_rule_counts_people_roles_and_others_than_the_author(by: tuple[str, ...], missing: tuple[str, ...]) -> None:
    found = standing(rule(), [approval(name, author="Zoe", author_from="given") for name in by])
    assert found.missing == missing


@given(st.lists(st.sampled_from(["Ada", "Ben", "Cleo", "Eve", "Fay"]), max_size=6), st.integers(1, 3), st.booleans())
def test_the_count_is_that_of_the_definition(by: list[str], required: int, needs_owner: bool) -> None:
    text = RULE.replace("required = 2", f"required = {required}")
    text = text if needs_owner else text.replace('roles = ["owner"]\ncount', "roles = []\ncount")
    found = standing(rule(text), [approval(name, author="Zoe", author_from="given") for name in by])
    people = set(by) & {"Ada", "Ben", "Cleo"}
    is_met = len(people) >= required and people != {"Ada"} and (not needs_owner or "Cleo" in people)
    assert (not found.missing) == is_met
    assert set(found.people) == people


NAMES = st.sampled_from(["Ada", "ada", "Ben", "Cleo", "Eve"])
APPROVALS = st.lists(
    st.fixed_dictionaries(
        {
            "by": NAMES,
            "date": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]),
            "signature": st.sampled_from(["none", "ssh"]),
            "principal": st.sampled_from(["", "ben@example.org", "ada@example.org"]),
            "author": st.sampled_from(["", "Ada", "Zoe <ben@example.org>"]),
            "commit_author": st.sampled_from(["", "Cleo <c@example.org>"]),
        }
    ),
    max_size=4,
)


@given(plain=APPROVALS, required=st.integers(1, 3), is_unsigned_counted=st.booleans(), key=st.integers(1, 3))
def test_a_router_counts_as_the_package_does(
    plain: list[dict[str, str]], required: int, is_unsigned_counted: bool, key: int
) -> None:
    people = [
        {"name": "Ada", "principal": "ada@example.org", "roles": ["data"]},
        {"name": "Ben", "principal": "ben@example.org", "roles": ["author", "router"]},
        {"name": "Cleo", "principal": "cleo@example.org", "roles": ["owner"]},
    ]
    rule_ = {"required": required, "roles": ["router"], "count_unsigned": is_unsigned_counted, "people": people}
    stated = ApproversFile.model_validate({"format": "paretocode-approvers-1", **rule_})
    given_ = [Approval(**{**vars_of(approval("x")), **fields}) for fields in plain]
    keys = {one: f"SHA256:{place % key}" for place, one in enumerate(given_) if one.is_signed}
    expected = standing(stated, given_, keys=keys).missing
    seals = [(vars_of(one), keys.get(one, True)) for one in given_]
    assert tuple(reader._missing(rule_, seals)) == expected


def vars_of(one: Approval) -> dict[str, Any]:
    return dataclasses.asdict(one)


def test_an_author_is_known_by_role_name_or_address() -> None:
    one = rule(RULE.replace("required = 2", "required = 1").replace('roles = ["owner"]\n', "", 1))
    for author in ("Ben", "ben@example.org", "Benjamin <BEN@example.org>", "Ben <b@x.org>"):
        assert standing(one, [approval("Ben", author=author)]).missing == ("only its author approved it",)
    assert standing(one, [approval("Ben", author="Zoe <z@x.org>")]).missing == ()
    assert standing(one, [approval("Ben")]).missing == ("nobody knows whether its only approver is its author",)


def test_where_unsigned_ones_do_not_count_only_the_own_principal_does() -> None:
    text = """
format = "paretocode-approvers-1"
required = 1
people = [{ name = "Ben", principal = "ben@example.org" }]
"""
    signed = {"signature": "ssh", "author": "Zoe", "author_from": "given"}
    assert standing(rule(text), [approval("Ben", principal="ben@example.org", **signed)]).missing == ()
    for other in (approval("Ben", author="Zoe"), approval("Ben", principal="eve@example.org", **signed)):
        found = standing(rule(text), [other])
        assert found.missing == ("0 of 1 approvals required",)
        assert found.remarks == ("the approval by Ben does not count under the rule",)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("required = 2", "required = 4", "required is 4, and 3 people may approve"),
        ("required = 2", "required = 0", "greater than or equal to 1"),
        ("required = 2", "needed = 2", "key required: field required"),
        ('roles = ["owner"]\ncount', 'roles = ["boss"]\ncount', "nobody has role 'boss'"),
        ("count_unsigned = true", "", "'Ada' has no principal, and unsigned approvals do not count"),
        ('name = "Cleo"', 'name = "ada"', "name 'ada' stands twice"),
        ('"ben@example.org"', '"*@example.org"', "'*@example.org' is no principal"),
        ('"ben@example.org"', '"-f/etc/passwd"', "'-f/etc/passwd' is no principal"),
        ("count_unsigned", "count_unsined", "there is no such key; did you mean count_unsigned"),
        ('name = "Cleo"', 'name = "Cl\\u001beo"', "string should match pattern"),
        ("[[people]]", "[[people", "it is not TOML"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(old: str, new: str, sentence: str) -> None:
    with pytest.raises(InputError) as refusal:
        rule(RULE.replace(old, new, 1))
    assert sentence in str(refusal.value)


def test_two_people_release_a_map_and_one_does_not(result: Path, tmp_path: Path) -> None:
    (tmp_path / "approvers.toml").write_text(RULE)
    approve(result, by="Ada", reason="my own map")
    with pytest.raises(
        SealError, match=r"can leave as a draft only: 1 of 2 approvals required; nobody with role owner"
    ):
        export_tier_map(result, to="release", out=tmp_path / "release")
    assert verify(result).state == "evaluated"
    approve(result, by="Cleo", reason="cheaper")
    assert verify(result).state == "approved"
    release = export_tier_map(result, to="release", out=tmp_path / "release")
    assert verify(result).state == "exported"
    verification = verify(release, team=tmp_path)
    assert "rule: 2 of 3 people must approve, signed or not, roles owner among them, never its author alone" in (
        verification.checked
    )
    assert (release / "approvals" / "approvers.toml").read_text() == RULE
    assert "2 of 3 people must approve" in (release / "CARD.md").read_text()


def test_a_stranger_to_the_rule_does_not_approve(result: Path, tmp_path: Path) -> None:
    (tmp_path / "approvers.toml").write_text(RULE)
    with pytest.raises(SealError, match=r"'Eve' is none of the people who may approve; use one of Ada, Ben, Cleo"):
        approve(result, by="Eve", reason="mine")
    (tmp_path / "approvers.toml").write_text(
        RULE.replace("count_unsigned = true", "")
        .replace('name = "Ada"', 'name = "Ada"\nprincipal = "ada"')
        .replace('name = "Cleo"', 'name = "Cleo"\nprincipal = "cleo"')
    )
    with pytest.raises(UsageError, match="counts signed approvals only; give --sign-key KEY"):
        approve(result, by="Ben", reason="mine")


def test_a_release_under_another_rule_is_refused(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    release = export_tier_map(result, to="release", out=tmp_path / "release")
    assert "rule: one approval suffices (no approvers.toml)" in verify(release).checked
    (tmp_path / "approvers.toml").write_text(RULE)
    with pytest.raises(SealError, match=r"it was released under another approvers.toml than the team's"):
        verify(release, team=tmp_path)
    (release / "approvals" / "approvers.toml").write_text(RULE)
    with pytest.raises(SealError, match="can leave as a draft only: 1 of 2 approvals required"):
        verify(release)


def test_the_author_is_given_or_unknown_and_alone_is_remarked(result: Path, tmp_path: Path) -> None:
    path = approve(result, by="Ada", reason="cheaper", author="Ada")
    found = parse_approval(path.read_bytes(), where="here")
    assert (found.author, found.author_from) == ("Ada", "given")
    release = export_tier_map(result, to="release", out=tmp_path / "release")
    assert "remark: only its author approved it" in verify(release).checked
    assert "remark: only its author approved it" in (release / "CARD.md").read_text()
    unknown = parse_approval(approve(result, by="Ben", reason="x").read_bytes(), where="here")
    assert (unknown.author, unknown.author_from) == ("", "unknown")
    assert "remark: only its author approved it" not in verify(result).checked


def test_the_author_of_a_known_commit_is_asked_of_git(result: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = json.loads((result / "manifest.json").read_bytes())
    (result / "manifest.json").write_text(json.dumps({**manifest, "commit": "c0ffee" + "0" * 34}))
    monkeypatch.setattr("paretocode.release.author._git_author", lambda commit: f"Ada <{commit[:6]}@x.org>")
    found = parse_approval(approve(result, by="Ben", reason="x").read_bytes(), where="here")
    assert (found.author, found.author_from) == ("Ada <c0ffee@x.org>", "commit")
    (result / "manifest.json").write_text(json.dumps({**manifest, "commit": "--output=/tmp/x"}))
    assert parse_approval(approve(result, by="Cleo", reason="x").read_bytes(), where="here").author_from == "unknown"


@pytest.mark.parametrize(
    "changed",
    [
        {"signature": "ssh"},
        {"principal": "ada"},
        {"signature": "gpg", "principal": "ada"},
        {"author": "Ada"},
        {"author_from": "guess"},
        {"by": " "},
        {"date": 3},
        {"format": "paretocode-approval-2"},
        {"more": "x"},
    ],
)
def test_an_incomplete_approval_is_refused(changed: dict[str, object], result: Path, tmp_path: Path) -> None:
    path = approve(result, by="Ada", reason="cheaper")
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    with pytest.raises(SealError, match="it is no"):
        export_tier_map(result, to="release", out=tmp_path / "release")
    with pytest.raises(SealError, match="it is no"):
        verify(result)


def test_a_map_that_fails_a_gate_of_the_team_is_neither_approved_nor_exported(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    (tmp_path / "gates.toml").write_text(
        'format = "paretocode-gates-1"\n[unserved]\nmost = 1.0\n[evidence]\nleast_sessions = 1000000000\n'
    )
    with pytest.raises(SealError, match=r"1 gate failed: .*sessions"):
        approve(result, by="Ben", reason="cheaper")
    with pytest.raises(SealError, match=r"1 gate failed: .*sessions"):
        export_tier_map(result, to="release", out=tmp_path / "release")
    assert export_tier_map(result, to="release", out=tmp_path / "release", is_draft=True).is_dir()
    (tmp_path / "gates.toml").write_text('format = "paretocode-gates-1"\n[unserved]\nmost = 1.0\n')
    approve(result, by="Ben", reason="cheaper")


def test_the_rule_of_the_page_is_one() -> None:
    page = (Path(__file__).parents[2] / "docs" / "release.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", page, flags=re.M | re.S)
    (shown,) = [block for block in blocks if "paretocode-approvers-1" in block]
    found = rule(shown)
    assert [person.name for person in found.people] == ["Ada Lovelace", "Ben Bitdiddle"]
    assert standing(found, []).rule.startswith("2 of 2 people must approve, signed, roles owner among them")

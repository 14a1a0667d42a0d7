"""What must be impossible to ship: each refused with its reason, by `verify` and by `export`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paretocode._files import json_bytes
from paretocode.errors import InputError, ParetocodeError, SealError, UsageError
from paretocode.release import approve, export_tier_map, prepare, read_register, verify
from paretocode.tiermap.file import canonical_bytes, read_tier_map, sha256_of

LAST_DAY = "2999-12-31"


@pytest.fixture
def prepared(result: Path) -> Path:
    """Return a map with a last day, approved by Ada."""
    path = prepare(result, valid_until=LAST_DAY)
    approve(path, by="Ada", reason="cheaper")
    return path


@pytest.fixture
def release(prepared: Path, tmp_path: Path) -> Path:
    (tmp_path / "team").mkdir()
    return export_tier_map(prepared, to="release", out=tmp_path / "release", team=tmp_path / "team")


def changed_byte(content: bytes) -> bytes:
    return content.replace(b'"serial":1', b'"serial":2')


def reordered_key(content: bytes) -> bytes:
    plain = json.loads(content)
    return json.dumps(dict(reversed(plain.items())), separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def swapped_model(content: bytes) -> bytes:
    plain = json.loads(content)
    low, high = plain["tiers"][0]["candidates"], plain["tiers"][-1]["candidates"]
    low[0]["model_id"], high[0]["model_id"] = high[0]["model_id"], low[0]["model_id"]
    return canonical_bytes(plain)


def future_version(content: bytes) -> bytes:
    return canonical_bytes({**json.loads(content), "format_version": 2})


def expired(content: bytes) -> bytes:
    return canonical_bytes({**json.loads(content), "valid_until": "2001-01-01"})


FORGERIES: list[tuple[Callable[[bytes], bytes], str, str]] = [
    (changed_byte, r"ada-\w+\.json: it approves another map", r"no approval covers .*; Ada approved other bytes of it"),
    (reordered_key, r"not in canonical form", r"not in canonical form"),
    (swapped_model, r"does not seal this map", r"it is no map of this result"),
    (
        future_version,
        r"its format version is 2; this release reads version 1",
        r"its format version is 2; this release",
    ),
    (expired, r"it approves another map", r"it expired on 2001-01-01"),
]


@pytest.mark.parametrize(("forge", "of_verify", "of_export"), FORGERIES)
def test_a_forged_map_is_refused(
    forge: Callable[[bytes], bytes], of_verify: str, of_export: str, release: Path, prepared: Path
) -> None:
    out = release.parent / "map.json"
    good = prepared.read_bytes()
    assert forge(good) != good
    for file in (release / "tier_map.json", prepared):
        file.write_bytes(forge(good))
    with pytest.raises(ParetocodeError, match=of_verify):
        verify(release)
    with pytest.raises(ParetocodeError, match=of_export):
        export_tier_map(prepared, to="json", out=out)
    assert not out.exists()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_no_mutated_map_is_exported(prepared: Path, tmp_path: Path, data: st.DataObject) -> None:
    good = prepared.read_bytes()
    mutated = bytearray(good)
    position = data.draw(st.integers(0, len(mutated) - 1))
    kind = data.draw(st.sampled_from(["flip", "delete", "insert", "digit"]))
    if kind == "flip":
        mutated[position] ^= data.draw(st.integers(1, 255))
    elif kind == "delete":
        del mutated[position]
    elif kind == "insert":
        mutated.insert(position, data.draw(st.integers(0, 255)))
    else:
        digits = [at for at, byte in enumerate(mutated) if 48 <= byte <= 57]
        at = data.draw(st.sampled_from(digits))
        mutated[at] = 48 + (mutated[at] - 48 + data.draw(st.integers(1, 9))) % 10
    try:
        prepared.write_bytes(mutated)
        with pytest.raises(ParetocodeError):
            export_tier_map(prepared, to="json", out=tmp_path / "map.json")
        assert not (tmp_path / "map.json").exists()
    finally:
        prepared.write_bytes(good)


def test_a_stale_approval_is_refused(release: Path, prepared: Path, result: Path, tmp_path: Path) -> None:
    metrics = json.loads((release / "result" / "metrics.json").read_bytes())
    (release / "result" / "metrics.json").write_bytes(json_bytes({**metrics, "question": "another"}))
    manifest = json.loads((release / "result" / "manifest.json").read_bytes())
    manifest["outputs"]["metrics.json"] = sha256_of((release / "result" / "metrics.json").read_bytes())
    (release / "result" / "manifest.json").write_bytes(json_bytes(manifest))
    for name in ("metrics.json", "manifest.json"):
        (result / name).write_bytes((release / "result" / name).read_bytes())
    sentence = r"manifest.json changed after Ada approved it; approve again"
    with pytest.raises(SealError, match=sentence):
        verify(release)
    with pytest.raises(SealError, match=sentence):
        verify(prepared)
    with pytest.raises(SealError, match=sentence):
        export_tier_map(prepared, to="release", out=tmp_path / "again")


def test_an_expired_map_is_refused(
    release: Path, prepared: Path, result: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert verify(release, today=LAST_DAY).state == "exported"
    with pytest.raises(SealError, match=f"it expired on {LAST_DAY}; approve and export a newer map"):
        verify(release, today="3000-01-01")
    monkeypatch.setattr("paretocode.release.in_force.today_utc", lambda: "3000-01-01")
    with pytest.raises(SealError, match=f"it expired on {LAST_DAY}"):
        export_tier_map(prepared, to="json", out=result.parent / "map.json")
    with pytest.raises(SealError, match=f"it expired on {LAST_DAY}"):
        approve(prepared, by="Ben", reason="late")


def test_a_map_that_is_not_valid_yet_is_released_and_says_so(result: Path, tmp_path: Path) -> None:
    path = prepare(result, valid_from=LAST_DAY)
    approve(path, by="Ada", reason="cheaper")
    release = export_tier_map(path, to="release", out=tmp_path / "release")
    assert f"NOT YET VALID: routers refuse it before {LAST_DAY}" in verify(release).checked
    assert "NOT YET VALID" not in " ".join(verify(release, today=LAST_DAY).checked)


def test_a_parent_that_is_not_the_map_in_force_is_refused(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    early = prepare(result, map_name="natural")
    approve(early, by="Ada", reason="fewer jumps")
    first = export_tier_map(result, to="release", out=tmp_path / "first")
    sentence = r"it supersedes no map, and 'quantile' serial 1 \(.*\) is in force; prepare it against the map in force"
    with pytest.raises(SealError, match=sentence):
        export_tier_map(early, to="release", out=tmp_path / "second")
    child = prepare(result, map_name="natural")
    file = read_tier_map(child)
    assert (file.serial, file.supersedes) == (2, sha256_of((result / "tier_map.json").read_bytes()))
    approve(child, by="Ada", reason="fewer jumps")
    second = export_tier_map(child, to="release", out=tmp_path / "second")
    assert verify(second, team=tmp_path).state == "exported"
    assert verify(second, in_force=first).state == "exported"
    with pytest.raises(SealError, match=rf"it supersedes map {file.supersedes[:12]}, and map 0000.* is in force"):
        verify(second, in_force="0" * 64)
    with pytest.raises(SealError, match=r"it was in force once, and 'natural' serial 2 .* took its place"):
        verify(first, team=tmp_path)
    with pytest.raises(SealError, match=r"it was in force once, .*; to go back to it, prepare it again"):
        export_tier_map(result, to="release", out=tmp_path / "third")


def test_a_serial_that_is_not_above_the_one_in_force_is_refused(result: Path, tmp_path: Path) -> None:
    (tmp_path / "unaware").mkdir()
    first = prepare(result, serial=5)
    approve(first, by="Ada", reason="cheaper")
    digest = sha256_of(export_tier_map(first, to="json", out=tmp_path / "5.json").read_bytes())
    child = prepare(result, map_name="natural", supersedes=digest, serial=3, team=tmp_path / "unaware")
    approve(child, by="Ada", reason="fewer jumps", team=tmp_path / "unaware")
    for refused in (
        lambda: export_tier_map(child, to="json", out=tmp_path / "3.json"),
        lambda: verify(child),
        lambda: verify(child, in_force=tmp_path / "5.json"),
    ):
        with pytest.raises(SealError, match="its serial 3 is not above 5, which is in force"):
            refused()


def test_a_rollback_is_a_new_serial(result: Path, tmp_path: Path) -> None:
    for name, serial in (("quantile", 1), ("natural", 2), ("quantile", 3)):
        path = prepare(result, map_name=name)
        approve(path, by="Ada", reason="because")
        assert read_tier_map(export_tier_map(path, to="json", out=tmp_path / f"{serial}.json")).serial == serial
    kinds = [record["kind"] for record in read_register(tmp_path / "register.jsonl")]
    assert kinds.count("superseded") == 2


def test_two_children_of_one_parent_are_not_both_exported(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    export_tier_map(result, to="json", out=tmp_path / "1.json")
    children = [prepare(result, map_name=name) for name in ("natural", "documented")]
    for child in children:
        approve(child, by="Ada", reason="because")
    export_tier_map(children[0], to="json", out=tmp_path / "2.json")
    with pytest.raises(SealError, match=r"it supersedes map .*, and 'natural' serial 2 .* is in force"):
        export_tier_map(children[1], to="json", out=tmp_path / "3.json")
    with pytest.raises(SealError, match="is in force"):
        approve(children[1], by="Ben", reason="late")
    with pytest.raises(SealError, match="is in force"):
        verify(children[1])


def test_a_table_for_people_puts_no_map_in_force(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    approve(result, by="Ada", reason="fewer jumps", map_name="natural")
    export_tier_map(result, to="csv", out=tmp_path / "map.csv")
    assert export_tier_map(result / "maps" / "natural.json", to="json", out=tmp_path / "map.json").is_file()


def test_preparing_changes_nothing_else(result: Path) -> None:
    digest = "ab" * 32
    path = prepare(result, supersedes=digest, serial=7, valid_from="2026-01-01", valid_until="2026-12-31")
    old, new = (json.loads(p.read_bytes()) for p in (result / "tier_map.json", path))
    assert {key for key in old if old[key] != new[key]} == {"serial", "supersedes", "valid_from", "valid_until"}
    again = prepare(path, supersedes=digest, serial=7, valid_from="2026-01-01", valid_until="2026-12-31")
    assert again == path


def test_refusals_of_preparing(result: Path, tmp_path: Path) -> None:
    digest = "ab" * 32
    for settings_, kind, sentence in (
        ({"supersedes": digest}, UsageError, "a digest alone has no serial; give --serial too"),
        ({"supersedes": str(result)}, UsageError, "serial 1 is not above its parent's 1"),
        ({"serial": 0}, InputError, "greater than or equal to 1"),
        ({"valid_from": "2026-02-30"}, InputError, "--valid-from: '2026-02-30' is no day; give it as YYYY-MM-DD"),
        (
            {"valid_from": "2026-02-02", "valid_until": "2026-01-01"},
            InputError,
            "valid_until 2026-01-01 is before valid_from",
        ),
        ({"map_name": "best"}, InputError, "it has no map called 'best'"),
        ({"supersedes": str(tmp_path / "none.json")}, InputError, "it cannot be read"),
    ):
        with pytest.raises(kind, match=sentence):
            prepare(result, **{"serial": 1, **settings_} if "serial 1" in sentence else settings_)  # type: ignore[arg-type]
    approve(result, by="Ada", reason="cheaper")
    export_tier_map(result, to="json", out=tmp_path / "map.json")
    with pytest.raises(SealError, match=r"--supersedes: map abab.* is not the one in force, which is 'quantile'"):
        prepare(result, supersedes=digest, serial=2)
    with pytest.raises(UsageError, match="serial 1 is not above its parent's 1"):
        prepare(result, serial=1)

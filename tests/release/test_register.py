"""The register: only added to, and whoever edits, removes, moves or cuts a record off is found."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from paretocode._files import write_atomically
from paretocode.cli.main import main
from paretocode.errors import InputError, ParetocodeError, SealError
from paretocode.release import approve, export_tier_map, prepare, read_register, revoke
from paretocode.release.history import history_text, read_history
from paretocode.release.register import append, locked


def content(number: int, **changed: Any) -> dict[str, object]:
    named = {"map": "a", "serial": 1, "tier_map_sha256": f"{number:064x}"}
    said = {"by": "Ada", "reason": "cheaper", "date": "2026-01-01", "principal": "", "signature": "none"}
    return {"kind": "approved", **named, **said, "approval_sha256": f"{number:064x}", **changed}


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "register.jsonl"
    for number in range(4):
        append(path, [content(number)])
    return path


def test_records_are_added_and_the_old_bytes_stay(register: Path) -> None:
    before = register.read_bytes()
    append(register, [content(4), content(5)])
    assert register.read_bytes().startswith(before)
    records = read_register(register)
    assert [record["number"] for record in records] == [1, 2, 3, 4, 5, 6]
    assert [r["previous"] for r in records[1:]] == [r["sha256"] for r in records[:-1]]
    assert read_register(register.with_name("none.jsonl")) == []


def edited(lines: list[bytes]) -> list[bytes]:
    return [lines[0], lines[1].replace(b"cheaper", b"cheapes"), *lines[2:]]


def removed(lines: list[bytes]) -> list[bytes]:
    return [lines[0], *lines[2:]]


def moved(lines: list[bytes]) -> list[bytes]:
    return [lines[1], lines[0], *lines[2:]]


def doubled(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[-1]]


def cut_off(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], lines[3][:20]]


def shortened(lines: list[bytes]) -> list[bytes]:
    return lines[:2]


def emptied(lines: list[bytes]) -> list[bytes]:
    return []


def spaced(lines: list[bytes]) -> list[bytes]:
    return [lines[0].replace(b'{"', b'{ "'), *lines[1:]]


def sealed_anew(lines: list[bytes]) -> list[bytes]:
    record = {**json.loads(lines[1]), "by": "Eve"}
    own = {key: value for key, value in record.items() if key != "sha256"}
    text = [json.dumps(r, sort_keys=True, separators=(",", ":")).encode() + b"\n" for r in (own, record)]
    text[1] = text[1].replace(record["sha256"].encode(), hashlib.sha256(text[0]).hexdigest().encode())
    return [lines[0], text[1], *lines[2:]]


@pytest.mark.parametrize(
    ("tamper", "sentence"),
    [
        (sealed_anew, "record 3 does not follow the one before it"),
        (edited, "record 2 was edited after it was written"),
        (removed, "record 2 does not follow the one before it, so a record was removed, inserted or moved"),
        (moved, "record 1 does not follow the one before it"),
        (doubled, "record 5 does not follow the one before it"),
        (cut_off, "record 4 is cut off in the middle"),
        (shortened, "it ends with record 2, and later ones were removed"),
        (emptied, "all its records were removed"),
        (spaced, "record 1 was edited after it was written"),
    ],
)
def test_log_shows_tampering(
    tamper: Any, sentence: str, register: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["log", str(register)]) == 0
    assert "4 records, each follows the one before" in capsys.readouterr().out
    register.write_bytes(b"".join(tamper(register.read_bytes().splitlines(keepends=True))))
    assert main(["log", str(tmp_path)]) == 3
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    before = register.read_bytes()
    with pytest.raises(SealError):
        append(register, [content(9)])
    assert register.read_bytes() == before


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found(register: Path, data: st.DataObject) -> None:
    good = register.read_bytes()
    changed = bytearray(good)
    position = data.draw(st.integers(0, len(changed) - 1))
    changed[position] ^= data.draw(st.integers(1, 255))
    try:
        register.write_bytes(changed)
        with pytest.raises(ParetocodeError):
            read_register(register)
    finally:
        register.write_bytes(good)


def test_a_crash_at_any_write_of_an_append_is_no_tampering(
    register: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(path: Path, data: bytes) -> None:
        if not left:
            raise KeyboardInterrupt
        left.pop()
        write_atomically(path, data)

    monkeypatch.setattr("paretocode.release.register.write_atomically", dies)
    for place, n_before in ((register, 4), (tmp_path / "new" / "register.jsonl", 0)):
        for n_writes in range(3):
            left, before = [None] * n_writes, len(read_register(place))
            with pytest.raises(KeyboardInterrupt):
                append(place, [content(4), content(5)])
            assert len(read_register(place)) == before + (2 if n_writes == 2 else 0)
        assert len(read_register(place)) == n_before + 2


def test_a_register_without_its_head_or_cut_behind_it_is_refused(register: Path) -> None:
    whole, head = register.read_bytes(), register.with_suffix(".head")
    register.write_bytes(b"".join(whole.splitlines(keepends=True)[:3]))
    with pytest.raises(SealError, match="it ends with record 3, and later ones were removed"):
        read_register(register)
    kept = head.read_bytes()
    head.unlink()
    for content_ in (whole, register.read_bytes()):
        register.write_bytes(content_)
        with pytest.raises(SealError, match=r"its end is not sealed: register.head is missing"):
            read_register(register)
    head.write_bytes(kept)
    register.write_bytes(whole)
    append(register, [content(4)])
    head.write_bytes(kept)
    with pytest.raises(SealError, match="record 5 was added by something else"):
        read_register(register)
    register.unlink()
    with pytest.raises(SealError, match="all its records were removed"):
        read_register(register)


def test_a_record_of_no_known_kind_is_not_added(register: Path) -> None:
    before = register.read_bytes()
    for wrong in ({**content(4), "kind": "forgotten"}, {**content(4), "more": 1}):
        with pytest.raises(SealError, match=r"record \d is no record of paretocode-register-1"):
            append(register, [content(4), wrong])
    assert register.read_bytes() == before


def test_the_lock_keeps_two_apart(register: Path) -> None:
    import fcntl

    with locked(register), register.with_name(".register.lock").open("ab") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    with register.with_name(".register.lock").open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_the_whole_story_of_a_map(result: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = approve(result, by="Ada", reason="cheaper")
    export_tier_map(result, to="json", out=tmp_path / "map.json")
    export_tier_map(result, to="json", out=tmp_path / "map.json")
    second = prepare(result, map_name="natural")
    approve(second, by="Ben", reason="fewer jumps")
    export_tier_map(second, to="release", out=tmp_path / "release")
    revoke(first, by="Cleo", reason="found a mistake")
    kinds = [record["kind"] for record in read_register(tmp_path / "register.jsonl")]
    assert kinds == ["approved", "exported", "approved", "exported", "superseded", "revoked"]
    assert main(["log", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    for line in (
        "Ada approved 'quantile' serial 1",
        "'quantile' serial 1",
        "was exported as json, approved by Ada",
        "Ben approved 'natural' serial 2",
        "was superseded by",
        "Cleo took the approval of 'quantile' serial 1",
        "in force: 'natural' serial 2",
    ):
        assert line in told
    assert main(["log", str(tmp_path), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["in_force"]["map"] == "natural"
    assert sorted(document["states"].values()) == ["exported", "exported"]
    assert document["last_sha256"] == document["records"][-1]["sha256"]


def test_the_register_is_where_the_team_is(
    result: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    team = tmp_path / "team"
    team.mkdir()
    monkeypatch.setenv("PARETOCODE_TEAM", str(team))
    approve(result, by="Ada", reason="cheaper")
    assert (team / "register.jsonl").is_file()
    assert not (tmp_path / "register.jsonl").exists()
    assert main(["log"]) == 0
    assert "Ada approved" in capsys.readouterr().out
    with pytest.raises(InputError, match="there is no such folder of a team"):
        approve(result, by="Ada", reason="cheaper", team=tmp_path / "none")
    with pytest.raises(InputError, match="there is no register"):
        read_history(tmp_path)


def test_approvals_that_a_crash_left_out_are_entered_later(result: Path, tmp_path: Path) -> None:
    approve(result, by="Ada", reason="cheaper")
    (tmp_path / "register.jsonl").unlink()
    (tmp_path / "register.head").unlink()
    approve(result, by="Ben", reason="cheaper")
    assert sorted(str(r["by"]) for r in read_register(tmp_path / "register.jsonl")) == ["Ada", "Ben"]
    assert "in force: no map yet" in history_text(read_history(tmp_path))

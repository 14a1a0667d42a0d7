"""Does the lock keep what it says, and does every change of its file show?"""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from paretocode._files import json_bytes
from paretocode.errors import InputError, SealError
from paretocode.evidence.holdout import HoldoutLock, lock_holdout, map_digest, open_holdout, read_lock, split_by_draw
from paretocode.evidence.holdout.example import documented, many_sessions, models, two_tiers
from paretocode.tiermap import TierMap

STREAM = many_sessions(20)
SPLIT = split_by_draw(STREAM, rng=1)
TEST = SPLIT.test(STREAM)
MORNING = datetime(2026, 11, 2, 9, tzinfo=UTC)
SETTINGS = {"luck_seed": 3, "limits": [1.5, 2]}


def locked(path: Path) -> HoldoutLock:
    return lock_holdout(
        path,
        split=SPLIT,
        maps=[two_tiers(), documented()],
        catalogue=models(),
        question="Is it cheaper?",
        now=MORNING,
        settings=SETTINGS,
    )


def opened(path: Path, *maps: TierMap, at: int = 1, **more: Any) -> HoldoutLock:
    given = {"settings": SETTINGS, **more}
    return open_holdout(
        path, test_stream=TEST, maps=maps, catalogue=models(), now=MORNING + timedelta(hours=at), **given
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    locked(tmp_path / "lock.json")
    return tmp_path / "lock.json"


def test_the_story_of_a_lock(path: Path) -> None:
    lock = read_lock(path)
    assert (lock.sentence, lock.is_clean, lock.question) == ("never opened", True, "Is it cheaper?")
    assert lock.test_digest == TEST.digest
    assert lock.locked_digests == {map_digest(m, models()) for m in (two_tiers(), documented())}
    once = opened(path, two_tiers(), documented())
    assert (once.sentence, once.is_clean) == ("opened once, for what was locked", True)
    twice = opened(path, two_tiers(), at=2)
    assert (twice.sentence, twice.is_clean) == ("opened 2 times, always as locked", False)
    again = read_lock(path, expected_head=once.head)
    assert again.records == twice.records
    told = json.loads(json.dumps(again.to_dict()))
    assert [o["time"][:13] for o in told["openings"]] == ["2026-11-02T10", "2026-11-02T11"]


def test_a_map_that_was_not_locked_is_refused_or_goes_on_record(path: Path) -> None:
    opened(path, two_tiers())
    before = path.read_bytes()
    other = two_tiers().with_policy(sticky_ttl_s=600)
    with pytest.raises(SealError, match="map 'two tiers' is not among the 2 locked for this holdout; evaluate what"):
        opened(path, other, at=2)
    assert path.read_bytes() == before  # a refusal opens nothing
    lock = opened(path, other, at=2, unlocked_reason="the router changed its time limit")
    assert lock.sentence == "opened 2 times; opening 2 evaluates a map that was not locked"
    assert lock.openings[1]["reason"] == (
        "map 'two tiers' is not among the 2 locked for this holdout: the router changed its time limit"
    )
    assert not lock.is_clean
    assert opened(path, other, at=3, unlocked_reason="once more").sentence == (
        "opened 3 times; 2 openings evaluate a map that was not locked"
    )


def test_a_new_name_is_no_new_map(path: Path) -> None:
    assert opened(path, two_tiers().renamed("after lunch")).is_clean


def test_other_prices_are_another_map(path: Path) -> None:
    catalogue = models()
    dearer = catalogue.replace(prompt_usd_per_mtok=catalogue.prompt_usd_per_mtok * 2)
    with pytest.raises(SealError, match="is not among the 2 locked"):
        open_holdout(path, test_stream=TEST, maps=[two_tiers()], catalogue=dearer, now=MORNING, settings=SETTINGS)


def test_other_settings_are_refused(path: Path) -> None:
    with pytest.raises(SealError, match="the settings of the replay are not the locked ones"):
        opened(path, two_tiers(), settings={"luck_seed": 4, "limits": [1.5, 2]})
    with pytest.raises(SealError, match="no map is named"):
        opened(path)


def test_another_holdout_is_refused(path: Path) -> None:
    with pytest.raises(SealError, match=r"the holdout has the digest .* was locked; give the holdout of the split"):
        open_holdout(
            path,
            test_stream=SPLIT.train(STREAM),
            maps=[two_tiers()],
            catalogue=models(),
            now=MORNING,
            settings=SETTINGS,
        )


def test_a_holdout_is_locked_once(path: Path) -> None:
    with pytest.raises(InputError, match="there is a lock already, and a holdout is locked once"):
        locked(path)


Change = Callable[[dict[str, Any]], None]


def _edit(document: dict[str, Any]) -> None:
    document["records"][1]["is_locked"] = False


def _edit_question(document: dict[str, Any]) -> None:
    document["records"][0]["question"] = "Is it faster?"


def _drop_middle(document: dict[str, Any]) -> None:
    del document["records"][1]


def _drop_last(document: dict[str, Any]) -> None:
    del document["records"][-1]


def _drop_all(document: dict[str, Any]) -> None:
    document["records"] = []


def _swap(document: dict[str, Any]) -> None:
    document["records"][1:] = reversed(document["records"][1:])


def _double(document: dict[str, Any]) -> None:
    document["records"].append(copy.deepcopy(document["records"][1]))


def _strange_key(document: dict[str, Any]) -> None:
    document["records"][1]["note"] = "x"


def _head(document: dict[str, Any]) -> None:
    document["head"] = "0" * 64


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (_edit, "record 2 of '2026-11-02T10.*' was changed after it was written"),
        (_edit_question, "record 1 of .* was changed after it was written"),
        (_drop_middle, "record 2 does not follow the one before it, so a record was removed, inserted or moved"),
        (_drop_last, "it ends with record 2, which is not the last that was written"),
        (_drop_all, "it holds no records"),
        (_swap, "record 2 does not follow the one before it"),
        (_double, "record 4 does not follow the one before it"),
        (_strange_key, "record 2 is no opening"),
        (_head, "it ends with record 3, which is not the last that was written"),
    ],
)
def test_every_change_shows(path: Path, change: Change, match: str) -> None:
    opened(path, two_tiers())
    opened(path, documented(), at=2)
    document = json.loads(path.read_bytes())
    change(document)
    path.write_bytes(json_bytes(document))
    with pytest.raises(SealError, match=match) as told:
        read_lock(path)
    assert str(told.value).endswith("restore the file from a copy; if there is none, draw and lock a new holdout.")
    with pytest.raises(SealError):
        opened(path, two_tiers(), at=3)


def test_a_file_written_anew_is_told_by_a_digest_kept_elsewhere(path: Path) -> None:
    """Whoever works all digests out anew makes a file that is sound in itself."""
    head = opened(path, two_tiers()).head
    path.unlink()
    locked(path)
    assert read_lock(path).sentence == "never opened"
    with pytest.raises(SealError, match=f"it lacks the record {head[:12]}, so it was written anew"):
        read_lock(path, expected_head=head)
    with pytest.raises(SealError, match="it was written anew"):
        opened(path, two_tiers(), expected_head=head)


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "it is no holdout lock"),
        (b"[1]", "it is no holdout lock"),
        (b'{"format": "other"}', "its format is 'other'; name a holdout lock"),
        (b'{"format": "paretocode-holdout-lock", "format_version": 2}', "its format version is 2; this release reads"),
        (b'{"format": "paretocode-holdout-lock", "format_version": true}', "its format version is True"),
        (b'{"format": "paretocode-holdout-lock"}', "its format version is None"),
    ],
)
def test_what_is_no_lock(tmp_path: Path, content: bytes, match: str) -> None:
    path = tmp_path / "lock.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=match):
        read_lock(path)


@pytest.mark.parametrize("records", ['"x"', '["x"]', '[{"kind": "lock"}]', "{}", "null"])
def test_records_that_are_none(tmp_path: Path, records: str) -> None:
    path = tmp_path / "lock.json"
    path.write_text(f'{{"format": "paretocode-holdout-lock", "format_version": 1, "records": {records}}}')
    with pytest.raises(SealError, match=r"it holds no records|record 1 is no lock"):
        read_lock(path)


def test_refusals(tmp_path: Path, path: Path) -> None:
    with pytest.raises(InputError, match="holdout lock cannot be read"):
        read_lock(tmp_path / "absent.json")
    with pytest.raises(InputError, match="the time 2026-11-02T09:00:00 has no time zone"):
        open_holdout(
            path,
            test_stream=TEST,
            maps=[two_tiers()],
            catalogue=models(),
            now=MORNING.replace(tzinfo=None),
            settings=SETTINGS,
        )
    with pytest.raises(InputError, match=r"it would be opened at 2026-11-02T08.*, before its last record of"):
        opened(path, two_tiers(), at=-1)
    with pytest.raises(InputError, match="the settings are no plain values"):
        opened(path, two_tiers(), settings={"x": float("nan")})
    with pytest.raises(InputError, match="there is no map to lock"):
        lock_holdout(tmp_path / "b", split=SPLIT, maps=[], catalogue=models(), question="?", now=MORNING)
    with pytest.raises(InputError, match="there is no question"):
        lock_holdout(tmp_path / "b", split=SPLIT, maps=[two_tiers()], catalogue=models(), question=" ", now=MORNING)


def test_times_are_compared_in_one_zone(path: Path) -> None:
    east = timezone(timedelta(hours=5))
    lock = open_holdout(
        path,
        test_stream=TEST,
        maps=[two_tiers()],
        catalogue=models(),
        now=datetime(2026, 11, 2, 14, 30, tzinfo=east),
        settings=SETTINGS,
    )
    assert str(lock.openings[0]["time"]).startswith("2026-11-02T09:30:00")


def test_openings_at_once_are_all_on_record(path: Path) -> None:
    threads = [threading.Thread(target=opened, args=(path, two_tiers())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_lock(path).openings) == 8

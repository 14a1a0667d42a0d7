"""When may a holdout be opened? Maps are locked before it opens, and every opening is put on record.

A holdout is honest once: whoever sees its numbers and then changes the map has chosen on it. So the maps, the settings
of the replay and the holdout itself are written down first, by digest; every opening is written down before anything is
computed; and what was not locked is refused, unless someone says so on the record.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from paretocode._files import json_bytes, one_at_a_time
from paretocode.catalogue.catalogue import Catalogue
from paretocode.errors import InputError, SealError
from paretocode.evidence.holdout.lock import HoldoutLock, read_lock
from paretocode.evidence.holdout.lock_record import sealed, write_records
from paretocode.evidence.holdout.split import Split
from paretocode.stream.stream import RequestStream
from paretocode.tiermap.file import canonical_bytes, sha256_of, tier_map_file
from paretocode.tiermap.tier_map import TierMap

__all__ = ["lock_holdout", "map_digest", "open_holdout"]


def map_digest(tier_map: TierMap, catalogue: Catalogue) -> str:
    """Return the digest of what a router would read: tiers, edges, policy, prices and scores; the name plays no part.

    Raises
    ------
    InputError
        A map that does not fit the catalogue, or that the file format cannot hold.

    Examples
    --------
    >>> from paretocode.evidence.holdout.example import documented, models
    >>> first, again = documented(), documented().renamed("again")
    >>> map_digest(first, models()) == map_digest(again, models())
    True
    >>> map_digest(first, models()) == map_digest(first.with_policy(sticky_ttl_s=600), models())
    False
    """
    return sha256_of(canonical_bytes(tier_map_file(tier_map.renamed("map"), catalogue)))


def lock_holdout(
    path: Path | str,
    *,
    split: Split,
    maps: Sequence[TierMap],
    catalogue: Catalogue,
    question: str,
    now: datetime,
    settings: Mapping[str, object] | None = None,
) -> HoldoutLock:
    """Write down what the holdout will judge, before it is opened.

    Parameters
    ----------
    path
        A new file; a holdout is locked once.
    maps
        Candidate and incumbent: everything that may be judged.
    question
        One sentence.
    now
        With a time zone.
    settings
        How the maps are replayed and compared, plain values for JSON; an opening must give the same.

    Raises
    ------
    InputError
        The file is there already, no map, no question, a time without a zone, or a place that cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import UTC, datetime
    >>> from pathlib import Path
    >>> from paretocode.evidence.holdout import split_by_draw
    >>> from paretocode.evidence.holdout.example import documented, models, small_stream, two_tiers
    >>> stream, morning = small_stream(), datetime(2026, 11, 2, 9, tzinfo=UTC)
    >>> split = split_by_draw(stream, rng=1)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     lock = lock_holdout(Path(folder) / "lock.json", split=split, maps=[documented()], catalogue=models(),
    ...                         question="is it cheaper?", now=morning)
    ...     opened = open_holdout(lock.path, test_stream=split.test(stream), maps=[documented()], catalogue=models(),
    ...                           now=morning)
    ...     try:
    ...         open_holdout(lock.path, test_stream=split.test(stream), maps=[two_tiers()], catalogue=models(),
    ...                      now=morning)
    ...     except SealError as refusal:
    ...         what = refusal.what
    >>> opened.sentence
    'opened once, for what was locked'
    >>> what
    "map 'two tiers' is not among the 1 locked for this holdout"
    """
    path = Path(path)
    if not maps or not question.strip():
        raise InputError(
            "there is no map to lock" if not maps else "there is no question",
            where=str(path),
            way_out="say which maps will be judged, and for what question",
        )
    content = {
        "kind": "lock",
        "time": _stamp(now, path),
        "question": question,
        "maps": _named_digests(maps, catalogue),
        "settings": _plain(settings, path),
        "split": split.to_dict(),
    }
    with one_at_a_time(path):  # of two openings at once, none may be lost
        if path.exists():
            raise InputError(
                "there is a lock already, and a holdout is locked once",
                where=str(path),
                way_out="open that one, or name a new file for a new holdout",
            )
        records = [sealed(content, previous="")]
        write_records(path, records)
    return HoldoutLock(path=path, records=tuple(records))


def open_holdout(
    path: Path | str,
    *,
    test_stream: RequestStream,
    maps: Sequence[TierMap],
    catalogue: Catalogue,
    now: datetime,
    settings: Mapping[str, object] | None = None,
    unlocked_reason: str = "",
    expected_head: str = "",
) -> HoldoutLock:
    """Record that the holdout is looked at, and for which maps. Call it before anything is computed on the holdout.

    Parameters
    ----------
    maps
        What will be evaluated.
    settings
        As given to `lock_holdout`.
    unlocked_reason
        Why maps or settings that were not locked are evaluated all the same. It is recorded, and every report says so.
    expected_head
        Digest of a record that the file must hold, such as the `HoldoutLock.head` of an earlier report.

    Returns
    -------
    HoldoutLock
        With this opening as its last record.

    Raises
    ------
    InputError
        No such lock, another version, a time without a zone or before the last record.
    SealError
        A file that was changed, another holdout than the locked one, or maps or settings that were not locked and no
        reason given.
    """
    path = Path(path)
    with one_at_a_time(path):  # of two openings at once, none may be lost
        lock = read_lock(path, expected_head=expected_head)
        stamp = _stamp(now, path)
        if stamp < str(lock.records[-1]["time"]):
            raise InputError(
                f"it would be opened at {stamp}, before its last record of {lock.records[-1]['time']}",
                where=str(path),
                way_out="set the clock right",
            )
        if test_stream.digest != lock.test_digest:
            raise SealError(
                f"the holdout has the digest {test_stream.digest[:12]} and {lock.test_digest[:12]} was locked",
                where=str(path),
                way_out="give the holdout of the split that was locked",
            )
        evaluated = _named_digests(maps, catalogue)
        difference = _difference(lock, evaluated, _plain(settings, path))
        if difference and not unlocked_reason.strip():
            raise SealError(
                difference,
                where=str(path),
                way_out="evaluate what was locked, or give unlocked_reason, which is put on record",
            )
        content = {
            "kind": "opening",
            "time": stamp,
            "maps": evaluated,
            "is_locked": not difference,
            "reason": f"{difference}: {unlocked_reason}" if difference else unlocked_reason,
        }
        records = [*lock.records, sealed(content, previous=lock.head)]
        write_records(path, records)
    return HoldoutLock(path=path, records=tuple(records))


def _difference(lock: HoldoutLock, evaluated: list[dict[str, str]], settings: dict[str, object]) -> str:
    """Return what is not as it was locked, as a clause; "" where all is."""
    if not evaluated:
        return "no map is named"
    for named in evaluated:
        if named["sha256"] not in lock.locked_digests:
            return f"map {named['name']!r} is not among the {len(lock.locked_digests)} locked for this holdout"
    if json_bytes(settings) != json_bytes(lock.records[0]["settings"]):
        return "the settings of the replay are not the locked ones"
    return ""


def _plain(settings: Mapping[str, object] | None, path: Path) -> dict[str, object]:
    plain = dict(settings or {})
    try:
        json_bytes(plain)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"the settings are no plain values ({error})", where=str(path), way_out="give numbers, texts, lists"
        ) from error
    return plain


def _named_digests(maps: Sequence[TierMap], catalogue: Catalogue) -> list[dict[str, str]]:
    return [{"name": tier_map.name, "sha256": map_digest(tier_map, catalogue)} for tier_map in maps]


def _stamp(now: datetime, path: Path) -> str:
    if now.tzinfo is None:
        raise InputError(
            f"the time {now.isoformat()} has no time zone", where=str(path), way_out="give datetime.now(UTC)"
        )
    return now.astimezone(UTC).isoformat(timespec="microseconds")

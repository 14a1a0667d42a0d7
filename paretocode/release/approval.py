"""Who stands behind a map, for what, and over which bytes?

An approval is a small file in the result's ``approvals`` folder. It names a person, a reason and a date, and seals the
exact bytes of the map, of the metrics and of the manifest by their sha256. With a signature beside it
(``NAME.json.sig``) it also proves whose key approved; without one it proves only that nothing changed since, and says
so itself.

Beside an approval may lie ``NAME.json.revoked``: it was taken back. Neither is ever deleted.
"""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from paretocode._files import parse_json
from paretocode.errors import SealError
from paretocode.release.plain_file import is_plain_file
from paretocode.release.words import is_plain
from paretocode.result import APPROVALS, MANIFEST, ResultFolder, open_result

__all__ = [
    "APPROVAL_FORMAT",
    "APPROVAL_NAME",
    "MAX_APPROVAL_BYTES",
    "REVOKED",
    "SIGNATURE",
    "Approval",
    "approval_files",
    "approvals_of",
    "find_result",
    "parse_approval",
]

APPROVAL_FORMAT = "paretocode-approval-1"
APPROVAL_NAME = re.compile(r"[A-Za-z0-9-]{1,64}\.json")
MAX_APPROVAL_BYTES = 2**16
SIGNATURE, REVOKED = ".sig", ".revoked"
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
_MAY_BE_EMPTY = {"principal", "author", "commit_author", "rule_sha256", "gates_sha256"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One person's approval of one map of one result.

    Parameters
    ----------
    map
        The map's name.
    by, reason, date
        Who, why, and when (UTC, ISO).
    tier_map_sha256, metrics_sha256, manifest_sha256
        What was approved, byte for byte.
    signature
        ``none``: sealed by digests only; ``ssh``: a signature lies beside the file, and without it the file is worth
        nothing.
    principal
        Whose key signed, as in a file of allowed signers; empty where nobody did.
    author, author_from
        Who made the experiment, and how that is known: ``given``, ``commit`` or ``unknown`` (then it is empty).
    commit_author
        The author of the result's commit, where git knows it: a name that is given cannot take the place of this one.
    rule_sha256, gates_sha256
        Under which ``approvers.toml`` and ``gates.toml`` of a team it was given; empty where there was none.
    """

    format: str
    map: str
    by: str
    reason: str
    date: str
    tier_map_sha256: str
    metrics_sha256: str
    manifest_sha256: str
    signature: str = "none"
    principal: str = ""
    author: str = ""
    author_from: str = "unknown"
    commit_author: str = ""
    rule_sha256: str = ""
    gates_sha256: str = ""

    @property
    def is_signed(self) -> bool:
        """Whether it says that a signature lies beside it."""
        return self.signature == "ssh"

    @property
    def author_words(self) -> frozenset[str]:
        """What an author may be called by: the whole text, and its name and address where it is ``Name <address>``."""
        words: set[str] = set()
        for author in (self.author, self.commit_author):
            name, _, address = author.partition("<")
            words |= {author.strip(), name.strip(), address.strip(" >")}
        return frozenset(words - {""})


def find_result(tier_map: Path) -> ResultFolder:
    """Return the result that a tier map file lies in: its folder, the one above ``maps``, or above ``approvals/maps``.

    Raises
    ------
    SealError
        When it lies in no result.
    """
    for folder in list(tier_map.absolute().parents)[:3]:
        if (folder / MANIFEST).is_file():
            return open_result(folder)
    raise SealError(
        "it lies in no finished result, so nobody can have approved it",
        where=str(tier_map),
        way_out="name the tier_map.json inside a result folder",
    )


def approval_files(result: ResultFolder) -> dict[str, bytes]:
    """Return the approvals of all maps of a result that nobody took back, name -> bytes.

    Raises
    ------
    SealError
        A file that is larger than an approval is.
    InputError
        Something that is no plain file in an approval's place; it is not opened.
    """
    files = {}
    for path in sorted((result.path / APPROVALS).glob("*.json")):
        if not is_plain_file(path):
            continue
        if path.stat().st_size > MAX_APPROVAL_BYTES:
            raise SealError("it is larger than an approval is", where=str(path), way_out="approve again")
        if not os.path.lexists(path.with_name(path.name + REVOKED)):
            files[path.name] = path.read_bytes()
    return files


def approvals_of(result: ResultFolder, tier_map_sha256: str) -> dict[str, bytes]:
    """Return the approvals of a map and their signatures, name -> bytes; empty when nobody approved these bytes."""
    found: dict[str, bytes] = {}
    for name, content in approval_files(result).items():
        place = result.path / APPROVALS / name
        if parse_approval(content, where=str(place)).tier_map_sha256 == tier_map_sha256:
            found[name] = content
            signature = place.with_name(name + SIGNATURE)
            if is_plain_file(signature) and signature.stat().st_size <= MAX_APPROVAL_BYTES:
                found[signature.name] = signature.read_bytes()
    return found


def parse_approval(content: bytes, *, where: str) -> Approval:
    """Parse and check an approval.

    Raises
    ------
    SealError
        Not JSON, unknown or missing keys, another format, an empty name or reason, a text with a control character, a
        mark of direction or a line separator, a date that is no ISO time with a zone.
    """
    try:
        plain = parse_json(content)
        approval = Approval(**plain) if isinstance(plain, dict) else None
    except (ValueError, TypeError, RecursionError) as error:
        raise SealError(f"it is no approval ({error})", where=where, way_out="approve again") from error
    if approval is None or approval.format != APPROVAL_FORMAT or not _is_complete(asdict(approval)):
        raise SealError("it is no complete approval", where=where, way_out="approve again")
    if unplain := [key for key, value in asdict(approval).items() if not is_plain(value)]:
        raise SealError(f"its {unplain[0]} is no plain line of text", where=where, way_out="approve again")
    if not _is_moment(approval.date):
        raise SealError(
            f"its date {approval.date[:40]!r} is no ISO time with a zone", where=where, way_out="approve again"
        )
    return approval


def _is_moment(date: str) -> bool:
    if not _MOMENT.fullmatch(date):
        return False
    try:
        datetime.fromisoformat(date)
    except ValueError:
        return False
    return True


def _is_complete(plain: dict[str, object]) -> bool:
    if not all(isinstance(value, str) for value in plain.values()):
        return False
    is_signed = (plain["signature"], bool(plain["principal"])) in {("none", False), ("ssh", True)}
    has_author = bool(plain["author"]) == (plain["author_from"] in {"given", "commit"})
    known_origin = plain["author_from"] in {"given", "commit", "unknown"}
    filled = all(str(value).strip() for key, value in plain.items() if key not in _MAY_BE_EMPTY)
    return filled and is_signed and has_author and known_origin

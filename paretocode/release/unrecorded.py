"""What does the register lack of a result? Approvals that a crash left without a record, or that were copied there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from paretocode.errors import SealError
from paretocode.release.approval import MAX_APPROVAL_BYTES, SIGNATURE, Approval, approval_files, parse_approval
from paretocode.release.people import counts_under
from paretocode.release.plain_file import is_plain_file
from paretocode.release.preparing import serial_of
from paretocode.release.register import Record
from paretocode.release.signing import check_signer
from paretocode.release.team import Team
from paretocode.result import APPROVALS, ResultFolder
from paretocode.tiermap.file import sha256_of

__all__ = ["unrecorded"]


def unrecorded(result: ResultFolder, records: list[Record], team: Team) -> Iterator[dict[str, object]]:
    """Yield the records that the register lacks of a result.

    Files that the team would not count are no history: a name that its rule does not know, a signature missing where
    it asks for one, or one that its signers do not bear out.
    """
    known = {record["approval_sha256"] for record in records if record["kind"] == "approved"}
    rule, signers = team.rule(), team.allowed_signers
    for name, content in sorted(approval_files(result).items(), key=lambda item: item[0]):
        digest, approval = sha256_of(content), parse_approval(content, where=name)
        is_counted = rule is None or counts_under(rule, approval)
        if digest not in known and is_counted and _is_borne_out(result, name, content, approval, signers):
            yield _record(approval, digest, result)


def _is_borne_out(
    result: ResultFolder, name: str, content: bytes, approval: Approval, allowed_signers: Path | None
) -> bool:
    """Return whether a signature that should be there is, and is of one of the signers where they are known."""
    if not approval.is_signed:
        return True
    path = result.path / APPROVALS / (name + SIGNATURE)
    if not is_plain_file(path) or path.stat().st_size > MAX_APPROVAL_BYTES:
        return False
    if allowed_signers is None:
        return True
    try:
        check_signer(
            content,
            path.read_bytes(),
            principal=approval.principal,
            date=approval.date,
            allowed_signers=allowed_signers,
            where=name,
        )
    except SealError:
        return False
    return True


def _record(approval: Approval, digest: str, result: ResultFolder) -> dict[str, object]:
    return {
        "kind": "approved",
        "map": approval.map,
        "serial": serial_of(result, approval.tier_map_sha256),
        "tier_map_sha256": approval.tier_map_sha256,
        "by": approval.by,
        "reason": approval.reason,
        "date": approval.date,
        "principal": approval.principal,
        "signature": approval.signature,
        "approval_sha256": digest,
    }

"""Does every signature hold, and whose is it? Approvals of one map, checked together.

An approval that says it is signed is worth nothing without its signature, and one that says it is not may have none: so
a signature can be neither taken away nor added unseen.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from paretocode.errors import MissingDependencyError, SealError
from paretocode.release.approval import SIGNATURE, Approval, parse_approval
from paretocode.release.signing import check_integrity, check_signer
from paretocode.result import APPROVALS

__all__ = ["NOT_SIGNED", "checked_signatures", "label", "paired"]

NOT_SIGNED = "sealed, not signed"


def label(approval: Approval) -> str:
    """Return what an approval says of its signature, checked or not."""
    return f"signed as {approval.principal}" if approval.is_signed else NOT_SIGNED


def paired(approvals: Mapping[str, bytes], *, where: str) -> list[tuple[str, Approval, bytes, bytes | None]]:
    """Return name, approval, its bytes and its signature, in the order of names.

    Raises
    ------
    SealError
        A signature that is missing, or one too many.
    """
    names = sorted(name for name in approvals if name.endswith(".json"))
    pairs = []
    for name in names:
        approval = parse_approval(approvals[name], where=f"{where}: {APPROVALS}/{name}")
        signature = approvals.get(name + SIGNATURE)
        if approval.is_signed != (signature is not None):
            what = (
                "its signature is missing" if approval.is_signed else "it says it is not signed, and a .sig lies by it"
            )
            raise SealError(what, where=f"{where}: {APPROVALS}/{name}", way_out=f"let {approval.by} approve again")
        pairs.append((name, approval, approvals[name], signature))
    return pairs


def checked_signatures(approvals: Mapping[str, bytes], *, allowed_signers: Path | None, where: str) -> dict[str, str]:
    """Check all signatures; return the name of each approval file and what is now known of its signature, in words.

    Parameters
    ----------
    allowed_signers
        Without such a file a signature is only held against the bytes: whose key it is stays open, and the words say
        so.

    Raises
    ------
    SealError
        A signature that does not hold, with the reason.
    MissingDependencyError
        There is no ssh-keygen, and allowed signers are given.
    """
    words = {}
    for name, approval, content, signature in paired(approvals, where=where):
        place = f"{where}: {APPROVALS}/{name}"
        if signature is None:
            words[name] = NOT_SIGNED
        elif allowed_signers is None:
            words[name] = _integrity(approval, content, signature, place)
        else:
            check_signer(
                content,
                signature,
                principal=approval.principal,
                date=approval.date,
                allowed_signers=allowed_signers,
                where=place,
            )
            words[name] = f"{label(approval)}, checked"
    return words


def _integrity(approval: Approval, content: bytes, signature: bytes, place: str) -> str:
    try:
        key = check_integrity(content, signature, where=place)
    except MissingDependencyError:
        return f"says {label(approval)}; not checked: there is no ssh-keygen"
    return f"says {label(approval)}; by key {key}, whose it is was not checked: there is no allowed_signers file"

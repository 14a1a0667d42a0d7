"""How does a person come to stand behind a map? Checks first, then the signature, the approval, the register.

In this order, so that a crash leaves either nothing that counts (a signature without its approval) or a whole approval;
what the register then lacks is entered by the next command that writes to it.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

from paretocode._files import json_bytes, sha256_of_file, write_atomically
from paretocode.errors import SealError, UsageError
from paretocode.release.approval import (
    APPROVAL_FORMAT,
    SIGNATURE,
    Approval,
)
from paretocode.release.author import author_of
from paretocode.release.gated import refuse_by_gates
from paretocode.release.in_force import map_in_force, refuse_expired, refuse_wrong_parent
from paretocode.release.ownership import refuse_other_team
from paretocode.release.people import ApproversFile
from paretocode.release.preparing import as_run, map_of_result, refuse_stranger
from paretocode.release.register import append, locked, now
from paretocode.release.signing import check_principal, check_signer, sign
from paretocode.release.team import Team, find_team
from paretocode.release.unrecorded import unrecorded
from paretocode.release.words import name_and_reason
from paretocode.result import APPROVALS, MANIFEST, METRICS, ResultFolder
from paretocode.tiermap.file import TierMapFile, canonical_bytes, read_tier_map, sha256_of

__all__ = ["approve"]


def approve(
    path: Path | str,
    *,
    by: str,
    reason: str,
    map_name: str | None = None,
    sign_key: Path | str | None = None,
    principal: str | None = None,
    author: str | None = None,
    team: Path | str | None = None,
) -> Path:
    """Seal a result's proposed map, or another of its maps, with a name and a reason; return the approval file.

    Parameters
    ----------
    path
        A finished result, or a map inside one: a prepared map is approved by its file.
    by, reason
        Who and why. Under a team's rule the name is that of one of its people.
    map_name
        Another of the result's maps than the proposed one.
    sign_key, principal
        Sign with this key (see `signing.sign`) as this principal, which a team's rule knows already.
    author
        Who made the experiment; without it the author of the result's commit, where git knows it.
    team
        The team's folder, see `paretocode.release.team`.

    Raises
    ------
    UsageError
        An empty name or reason, a control character in one of them; a key without a principal, or one that others
        can read; no key where the rule counts signed approvals only.
    InputError
        An unfinished result, or a map that it does not have.
    SealError
        A result whose files changed after the run, or whose experiment belongs to another team; a map in which the
        lint found an error, that fails a gate of the team or of the experiment, that expired, or that supersedes
        another map than the one in force; somebody whom the team's rule does not know; a key that is not allowed.
    """
    by, reason = name_and_reason(by, reason, what="an approval")
    result, file = map_of_result(path, map_name)
    result.refuse_alteration()
    content, tier_map = _candidate(result, file)
    place = find_team(team, result=result.path) or Team(folder=result.path.absolute().parent)
    refuse_other_team(result, place)
    refuse_by_gates(result, place, tier_map.name)
    signer = _signer(place.rule(), by, principal, is_signing=sign_key is not None)
    made_by = author_of(result, author)
    approval = Approval(
        format=APPROVAL_FORMAT,
        map=tier_map.name,
        by=by,
        reason=reason,
        date=now(),
        tier_map_sha256=sha256_of(content),
        metrics_sha256=sha256_of_file(result.path / METRICS),
        manifest_sha256=sha256_of_file(result.path / MANIFEST),
        signature="none" if sign_key is None else "ssh",
        principal=signer,
        **asdict(made_by),
        rule_sha256=_digest(place.rule_bytes()),
        gates_sha256=_digest(place.gates_bytes()),
    )
    sealed = json_bytes(asdict(approval))
    signature = None if sign_key is None else _signature(sealed, sign_key, approval, place)
    slug = re.sub(r"[^A-Za-z0-9]+", "-", by).strip("-").lower()[:40] or "somebody"
    target = result.path / APPROVALS / f"{slug}-{sha256_of(sealed)[:12]}.json"
    with locked(place.register):
        records = place.records()
        refuse_wrong_parent(tier_map, sha256_of(content), map_in_force(records), where=str(file))
        if signature is not None:
            write_atomically(target.with_name(target.name + SIGNATURE), signature)
        write_atomically(target, sealed)
        append(place.register, list(unrecorded(result, records, place)))
    return target


def _digest(content: bytes | None) -> str:
    return "" if content is None else sha256_of(content)


def _candidate(result: ResultFolder, path: Path) -> tuple[bytes, TierMapFile]:
    """Return a map's bytes and file, or refuse it."""
    tier_map = read_tier_map(path)
    content = canonical_bytes(tier_map)
    if path.read_bytes() != content:
        raise SealError("its bytes are not in canonical form", where=str(path), way_out="prepare the map again")
    refuse_stranger(result, tier_map, where=str(path))
    refuse_expired(tier_map, where=str(path))
    _refuse_errors(result, tier_map.name, sha256_of(canonical_bytes(as_run(tier_map))))
    return content, tier_map


def _refuse_errors(result: ResultFolder, name: str, digest: str) -> None:
    """Refuse a map that the result's numbers do not speak of, or in which its lint found an error."""
    entry = result.metrics()["maps"].get(name)  # type: ignore[attr-defined]
    if entry is None or entry["tier_map_sha256"] != digest:
        raise SealError(
            f"{METRICS} speaks of another map than this {name!r}",
            where=str(result.path),
            way_out="run the experiment again",
        )
    errors = [f"{f['code']} ({f['subject']})" for f in entry["findings"] if f["severity"] == "error"]
    if errors:
        raise SealError(
            f"the lint found an error in map {name!r}: {', '.join(errors)}",
            where=str(result.path),
            way_out="mend the map and run the experiment again",
        )


def _signer(rule: ApproversFile | None, by: str, principal: str | None, *, is_signing: bool) -> str:
    """Return whose key signs, empty where nobody's does; refuse an approval that the rule would not count."""
    if rule is not None:
        person = rule.person(by)
        if person is None:
            raise SealError(
                f"{by!r} is none of the people who may approve",
                where="approvers.toml",
                way_out=f"use one of {', '.join(p.name for p in rule.people)}",
            )
        if principal not in {None, person.principal}:
            raise UsageError(
                f"{by}'s principal is {person.principal or 'not given'}", where="approvers.toml", way_out="use that one"
            )
        if not is_signing and not rule.count_unsigned:
            raise UsageError("the team's rule counts signed approvals only", way_out="give --sign-key KEY")
        principal = person.principal or None
    if not is_signing:
        return ""
    if principal is None:
        raise UsageError("a signature needs the name it is made in", way_out="give --principal, e.g. ada@example.org")
    return check_principal(principal)


def _signature(sealed: bytes, key: Path | str, approval: Approval, team: Team) -> bytes:
    signature = sign(sealed, key)
    if team.allowed_signers is not None:
        check_signer(
            sealed,
            signature,
            principal=approval.principal,
            date=approval.date,
            allowed_signers=team.allowed_signers,
            where=f"approval by {approval.by}",
        )
    return signature

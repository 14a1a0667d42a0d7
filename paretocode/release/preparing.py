"""How does a map of a result get serial, parent, days of validity and drift limits, before anybody approves it?

They are part of the bytes that are approved, and a run cannot know them. So `prepare` writes the map once more, into
the result's ``approvals/maps``, with these five keys set and nothing else changed. That nothing else changed needs no
trust: set back to what a run writes, the map must have the digest that the run sealed (`as_run`).
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from paretocode._borders import validated
from paretocode._files import sha256_of_file, write_atomically
from paretocode.errors import InputError, SealError, UsageError
from paretocode.release.approval import find_result
from paretocode.release.drift_limits import drift_limits_of
from paretocode.release.in_force import InForce, map_in_force
from paretocode.release.plain_file import is_plain_file
from paretocode.release.team import find_team
from paretocode.result import APPROVALS, TIER_MAP, ResultFolder, open_result
from paretocode.tiermap.file import TierMapFile, canonical_bytes, read_tier_map, sha256_of

__all__ = ["MAPS", "as_run", "map_of_result", "prepare", "refuse_stranger", "serial_of"]

MAPS = "maps"
_AFTER_THE_RUN = ("supersedes", "valid_from", "valid_until", "drift_limits")
_DIGEST = re.compile("[0-9a-f]{64}")


def as_run(file: TierMapFile) -> TierMapFile:
    """Return the map as a run writes it: serial 1, superseding nothing, valid always, without drift limits."""
    return file.model_copy(update={"serial": 1, **dict.fromkeys(_AFTER_THE_RUN)})


def prepare(
    path: Path | str,
    *,
    map_name: str | None = None,
    supersedes: Path | str | None = None,
    serial: int | None = None,
    valid_from: str | None = None,
    valid_until: str | None = None,
    most_moved: float | None = None,
    least_requests: int | None = None,
    team: Path | str | None = None,
) -> Path:
    """Write the release candidate of a result's map, to be approved next; return its file.

    Parameters
    ----------
    path
        A finished result, or a map inside one.
    map_name
        Another of the result's maps than the proposed one.
    supersedes
        The map it follows: a tier map file, a release folder, or a digest. By default the map in force by the team's
        register; where the register knows none, it supersedes nothing.
    serial
        By default one above the parent's, 1 where there is none.
    valid_from, valid_until
        First and last day, YYYY-MM-DD; without them it is valid always.
    most_moved, least_requests
        Drift limits, see `drift_limits_of`; without the first the map states none.
    team
        The team's folder, see `paretocode.release.team`.

    Raises
    ------
    UsageError
        A serial that is not above the parent's, a digest without a serial, or a drift limit out of range.
    InputError
        A map, day or parent that is not there or not one.
    SealError
        An altered result, or a parent that is not the map in force.
    """
    result, source = map_of_result(path, map_name)
    result.refuse_alteration()
    file = as_run(read_tier_map(source))
    refuse_stranger(result, file, where=str(source))
    place = find_team(team, result=result.path)
    in_force = map_in_force(place.records()) if place is not None else None
    parent, parent_serial = _parent(supersedes, in_force)
    if parent is not None and serial is None and parent_serial is None:
        raise UsageError("a digest alone has no serial", where="--supersedes", way_out="give --serial too, or the file")
    chosen = serial if serial is not None else 1 + (parent_serial or 0)
    if parent_serial is not None and chosen <= parent_serial:
        raise UsageError(f"serial {chosen} is not above its parent's {parent_serial}", way_out="give a higher --serial")
    days = {"valid_from": _day(valid_from, "--valid-from"), "valid_until": _day(valid_until, "--valid-until")}
    limits = drift_limits_of(result, file, most_moved=most_moved, least_requests=least_requests)
    changed = {
        **file.model_dump(mode="json"),
        **days,
        "serial": chosen,
        "supersedes": parent,
        "drift_limits": limits,
    }
    candidate = _validated(changed, str(source))
    content = canonical_bytes(candidate)
    slug = re.sub(r"[^A-Za-z0-9]+", "-", candidate.name).strip("-").lower()[:40] or "map"
    target = result.path / APPROVALS / MAPS / f"{slug}-{chosen}-{sha256_of(content)[:12]}.json"
    write_atomically(target, content)
    return target


def map_of_result(path: Path | str, map_name: str | None = None) -> tuple[ResultFolder, Path]:
    """Return the result and the file of one of its maps: the proposed one, a named one, or the file that `path` is.

    Raises
    ------
    InputError
        No such result, or no such map in it.
    UsageError
        Both a file and a name.
    SealError
        A map file that lies in no result.
    """
    path = Path(path)
    if path.is_file():
        if map_name is not None:
            raise UsageError("a map file and --map name two maps", way_out="give the result's folder with --map")
        return find_result(path), path
    result = open_result(path)
    if map_name is None:
        return result, result.path / TIER_MAP
    prefix = f"{MAPS}/"
    names = sorted(n.removeprefix(prefix).removesuffix(".json") for n in result.digests if n.startswith(prefix))
    if map_name not in names:
        raise InputError(
            f"it has no map called {map_name!r}", where=str(result.path), way_out=f"use one of {', '.join(names)}"
        )
    return result, result.path / MAPS / f"{map_name}.json"


def refuse_stranger(result: ResultFolder, file: TierMapFile, *, where: str) -> None:
    """Refuse a map that, set back to what a run writes, is none that this run sealed.

    Raises
    ------
    SealError
        An edge, a model or anything else than what `prepare` sets is not the run's.
    """
    if sha256_of(canonical_bytes(as_run(file))) not in result.digests.values():
        raise SealError("it is no map of this result", where=where, way_out="prepare it again from the result")


def serial_of(result: ResultFolder, tier_map_sha256: str) -> int | None:
    """Return the serial of a map of the result by its digest; None where the map is not there any more."""
    for path in sorted((result.path / APPROVALS / MAPS).glob("*.json")):
        if is_plain_file(path) and sha256_of_file(path) == tier_map_sha256:
            return read_tier_map(path).serial
    return 1 if tier_map_sha256 in result.digests.values() else None


def _parent(supersedes: Path | str | None, in_force: InForce | None) -> tuple[str | None, int | None]:
    """Return digest and serial of the parent, as far as they are known."""
    if supersedes is None:
        return (None, None) if in_force is None else (in_force.sha256, in_force.serial)
    if isinstance(supersedes, str) and _DIGEST.fullmatch(supersedes):
        digest, serial = supersedes, None
    else:
        path = Path(supersedes)
        path = path / TIER_MAP if path.is_dir() else path
        file = read_tier_map(path)
        digest, serial = sha256_of(canonical_bytes(file)), file.serial
        if sha256_of(path.read_bytes()) != digest:
            raise SealError("its bytes are not in canonical form", where=str(path), way_out="name an unchanged map")
    if in_force is not None and digest != in_force.sha256:
        raise SealError(
            f"map {digest[:12]} is not the one in force, which is {in_force}",
            where="--supersedes",
            way_out="name the map in force, or leave it out",
        )
    return digest, serial if in_force is None else in_force.serial


def _day(text: str | None, name: str) -> str | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise InputError(f"{text[:40]!r} is no day", where=name, way_out="give it as YYYY-MM-DD") from error


def _validated(plain: dict[str, object], where: str) -> TierMapFile:
    return validated(TierMapFile, plain, where=where, way_out="correct serial, validity or limits")

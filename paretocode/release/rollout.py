"""How does the new map reach everybody without surprise? Stages, what to expect, when to stop, where to go back.

A pure function of the result's metrics and the map's own facts: same arguments, same bytes. Numbers that the evidence
does not have are None, with the reason beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from paretocode._files import json_bytes
from paretocode.errors import InputError
from paretocode.release.canary import PPM, bucket_vectors
from paretocode.release.gates.numbers_read import at, number
from paretocode.release.rollout_sizes import sessions_at_share
from paretocode.tiermap.file import TierMapFile

__all__ = ["DEFAULT_STAGES_PPM", "rollout_bytes", "rollout_plan"]

_FORMAT = "paretocode-rollout-1"
DEFAULT_STAGES_PPM = (10_000, 100_000, 500_000, 1_000_000)
_PLANNED_BY = "cost_usd_per_krequest"
_HASH = (
    "a session sees the new map when the first 8 bytes of sha256(salt + session id, UTF-8), as a big-endian whole "
    "number, modulo 1000000 lie below share_ppm"
)
_JUDGE = (
    "Judge a stage once, when it has its sessions: looking earlier and stopping at will makes false alarms of what is "
    "luck. A stop condition holds when the whole interval of canary minus control lies above its limit."
)


def rollout_bytes(metrics: Mapping[str, Any], file: TierMapFile, tier_map_sha256: str) -> bytes:
    """Return ``rollout.json`` of a release.

    Parameters
    ----------
    metrics
        The content of the result's ``metrics.json``.
    file, tier_map_sha256
        The map that is released, and the digest of its bytes.
    """
    plan = rollout_plan(
        metrics,
        map_name=file.name,
        tier_map_sha256=tier_map_sha256,
        serial=file.serial,
        supersedes=file.supersedes,
    )
    return json_bytes(plan)


def rollout_plan(
    metrics: Mapping[str, Any],
    *,
    map_name: str,
    tier_map_sha256: str,
    serial: int,
    supersedes: str | None,
    parent_serial: int | None = None,
    stages_ppm: Sequence[int] = DEFAULT_STAGES_PPM,
    salt: str | None = None,
    sessions_per_day: float | None = None,
) -> dict[str, Any]:
    """Return the plan, as plain values for JSON.

    Parameters
    ----------
    metrics
        The content of a result's ``metrics.json``.
    map_name
        The map in it.
    tier_map_sha256, serial, supersedes
        Of the file that is rolled out; `supersedes` is where a rollback goes.
    parent_serial
        Of the superseded map, where known.
    stages_ppm
        Shares of sessions [parts per million], growing, the last one all of them.
    salt
        Of the hash; the map's digest when None, so that every map picks its sessions anew and keeps them.
    sessions_per_day
        Of the live traffic; None leaves days out, unless the evidence knows the stream's own rate.

    Raises
    ------
    InputError
        Stages that do not grow to 1,000,000; a map that the metrics do not speak of; a rate that is not above 0.
    """
    stages = _checked_stages(stages_ppm)
    if not isinstance(at(metrics, "maps", map_name), Mapping):
        names = ", ".join(sorted(at(metrics, "maps") or {}))
        raise InputError(f"the metrics speak of no map {map_name!r}", where="rollout", way_out=f"use one of {names}")
    if sessions_per_day is not None and not sessions_per_day > 0:
        raise InputError(f"sessions_per_day is {sessions_per_day}", where="rollout", way_out="give a rate above 0")
    salt = tier_map_sha256 if salt is None else salt
    compared = at(metrics, "evidence", "comparison", "maps", map_name)
    compared = compared if isinstance(compared, Mapping) else {}
    sizes = at(metrics, "evidence", "size", "maps", map_name)
    return {
        "format": _FORMAT,
        "map": map_name,
        "tier_map_sha256": tier_map_sha256,
        "serial": serial,
        "incumbent": metrics.get("incumbent"),
        "hash": {"rule": _HASH, "salt": salt, "vectors": bucket_vectors(salt)},
        "expected": {name: _expected(entry) for name, entry in sorted(compared.items())},
        "stages": [_stage(place, ppm, sizes, sessions_per_day) for place, ppm in enumerate(stages, start=1)],
        "judging": _JUDGE,
        "stop_when": [_stop(name, entry) for name, entry in sorted(compared.items())],
        "rollback": _rollback(supersedes, parent_serial),
        "not_known": _not_known(metrics, map_name, compared, sessions_per_day),
    }


def _checked_stages(stages_ppm: Sequence[int]) -> list[int]:
    stages = list(stages_ppm)
    is_whole = all(isinstance(ppm, int) and not isinstance(ppm, bool) and ppm > 0 for ppm in stages)
    if not stages or not is_whole or stages != sorted(set(stages)) or stages[-1] != PPM:
        raise InputError(
            f"stages_ppm is {stages}", where="rollout", way_out="give growing whole numbers that end with 1000000"
        )
    return stages


def _expected(entry: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("text", "incumbent", "candidate", "difference", "interval", "change", "change_interval", "verdict")
    return {key: entry.get(key) for key in keys}


def _stage(place: int, share_ppm: int, sizes: object, sessions_per_day: float | None) -> dict[str, Any]:
    """Return one stage: how many sessions, in all and on the canary, show the expected difference."""
    whole = {"stage": place, "share_ppm": share_ppm}
    if share_ppm == PPM:
        said = "Everybody: there is no control left to compare with, so watch for drift instead."
        return {**whole, "sessions_to_see": {}, "n_sessions": None, "n_canary": None, "n_days": None, "sentence": said}
    found = {
        name: sessions_at_share(entry, share_ppm / PPM)
        for name, entry in sorted(sizes.items() if isinstance(sizes, Mapping) else ())
    }
    main = found.get(_PLANNED_BY) or {}
    n = main.get("n_sessions")
    rate = sessions_per_day or main.get("sessions_per_day")
    days = None if n is None or rate is None else n / rate
    return {
        **whole,
        "sessions_to_see": found,
        "n_sessions": n,
        "n_canary": None if n is None else -(-n * share_ppm // PPM),
        "n_days": days,
        "sentence": _stage_sentence(share_ppm, n, days, main),
    }


def _stage_sentence(share_ppm: int, n: int | None, days: float | None, main: Mapping[str, Any]) -> str:
    share = f"{share_ppm / 1e4:g} % of sessions"
    if n is None:
        why = str(main.get("why_not") or "the evidence planned no sample size for cost").rstrip(".")
        return f"{share}: no number of sessions is known to show the cost difference ({why})."
    on_canary = -(-n * share_ppm // PPM)
    told = f"{share}: {n:,} sessions in all, {on_canary:,} of them on the new map, show the expected cost difference"
    more = f", {days:.2g} days" if days is not None else ""
    most = main.get("n_sessions_at_most")
    bound = f"; {most:,} are enough in any case" if most is not None and most != n else ""
    return f"{told}{more}{bound}."


def _stop(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stop condition: the end of the predicted interval beyond which the prediction was wrong."""
    is_relative = number(entry.get("change")) is not None
    key = "change_simultaneous" if is_relative else "simultaneous"
    ends = entry.get(key) or entry.get("change_interval" if is_relative else "interval") or (None, None)
    limit = number(ends[1])
    text = str(entry.get("text", name))
    kind = "relative" if is_relative else "difference"
    if limit is None:
        said = f"{text}: nothing bounds the prediction, so no stop condition can be taken from it; set one by hand."
    else:
        amount = f"{100 * limit:+.3g} %" if is_relative else f"{limit:+.4g}"
        limit_text = "0" if limit == 0 else amount
        said = f"{text}: stop when canary minus control lies above {limit_text} with its whole interval."
    if entry.get("n_differing") == 0:
        said += " The replay found no session in which the two maps differ here: any difference is news."
    return {"measure": name, "kind": kind, "limit": limit, "sentence": said}


def _rollback(supersedes: str | None, parent_serial: int | None) -> dict[str, Any]:
    if supersedes is None:
        said = "This map supersedes none: keep what the router runs today, since nothing here can bring it back."
    else:
        serial = "" if parent_serial is None else f", serial {parent_serial}"
        said = (
            f"Set the share to 0, then release the parent {supersedes[:12]}{serial} again under a new serial that "
            "supersedes this map: a serial never runs backwards."
        )
    return {"tier_map_sha256": supersedes, "serial": parent_serial, "sentence": said}


def _not_known(
    metrics: Mapping[str, Any], map_name: str, compared: Mapping[str, Any], sessions_per_day: float | None
) -> list[str]:
    found = []
    if not compared:
        why = at(metrics, "evidence", "left_out") or "the result does not compare this map with its incumbent"
        if map_name == metrics.get("incumbent"):
            why = "the map is the incumbent itself"
        found.append(f"No difference is expected and no stop condition taken: {why}.")
    if sessions_per_day is None:
        found.append("Days are not told where no rate of live sessions is known.")
    found.append("The expectation is a replay: it knows nothing of users who act otherwise under other answers.")
    return found

"""By which counts can a router notice that its traffic is no longer the one its map was judged on?

A router knows how many requests each tier served. The map states what share it was on the stream of the result, how far
the shares may move, and how few requests say nothing. That sees drift between tiers, and only that: what moves inside a
tier takes the log and `paretocode evidence drift`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paretocode.errors import InputError, SealError, UsageError
from paretocode.result import METRICS, ResultFolder
from paretocode.tiermap.file import TierMapFile

__all__ = ["DEFAULT_LEAST_REQUESTS", "drift_limits_of", "whole_ppm"]

_PPM = 1_000_000
DEFAULT_LEAST_REQUESTS = 30_000
"""Requests of one session go together, so luck moves shares by percents even of many (table in docs/release.md)."""


def drift_limits_of(
    result: ResultFolder, file: TierMapFile, *, most_moved: float | None, least_requests: int | None
) -> dict[str, object] | None:
    """Return the limits of a map as its file states them; None where `most_moved` is None.

    Parameters
    ----------
    most_moved
        Largest share of served requests, 0 to 1, that may be served by other tiers: half the sum of the absolute
        differences of the shares (total variation distance).
    least_requests
        Fewer served requests than this say nothing; `DEFAULT_LEAST_REQUESTS` when None.

    Raises
    ------
    UsageError
        A share outside 0 to 1, a count below 1, or a count without a share.
    SealError
        The result's numbers do not say which tiers served its stream.
    """
    if most_moved is None:
        if least_requests is not None:
            raise UsageError("it limits nothing alone", where="--least-requests", way_out="give --most-moved too")
        return None
    if not 0 <= most_moved <= 1:
        raise UsageError(f"{most_moved} is no share", where="--most-moved", way_out="give a number from 0 to 1")
    least = DEFAULT_LEAST_REQUESTS if least_requests is None else least_requests
    if not 1 <= least < 2**53:
        raise UsageError(f"{least} is no number of requests", where="--least-requests", way_out="give 1 or more")
    return {
        "served_ppm": _served_ppm(result, file),
        "most_moved_ppm": round(most_moved * _PPM),
        "least_requests": least,
    }


def whole_ppm(shares: list[float]) -> list[int]:
    """Return shares as parts per million that add up to a million: rounded down, the largest remainders first up.

    Parameters
    ----------
    shares
        Numbers >= 0, not all 0; they need not add up to 1. Ties of remainders: the earlier one.

    Raises
    ------
    InputError
        No share above 0, or one below.

    Examples
    --------
    >>> whole_ppm([1, 1, 1])
    [333334, 333333, 333333]
    """
    total = sum(shares)
    if not total > 0 or min(shares) < 0:
        raise InputError(f"the shares are {shares}", where="drift limits", way_out="give shares that add up to 1")
    exact = [share / total * _PPM for share in shares]
    whole = [int(value) for value in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_remainder[: _PPM - sum(whole)]:
        whole[place] += 1
    return whole


def _served_ppm(result: ResultFolder, file: TierMapFile) -> list[int]:
    entry: Any = result.metrics()["maps"].get(file.name)  # type: ignore[attr-defined]
    shares: Mapping[str, float] = entry["metrics"]["tier_share"] if entry else {}
    served = [float(shares.get(tier.name, 0.0)) for tier in file.tiers]
    if not sum(served) > 0:
        raise SealError(
            f"{METRICS} does not say which tiers of {file.name!r} served the stream",
            where=str(result.path),
            way_out="run the experiment again, or leave --most-moved out",
        )
    return whole_ppm(served)

"""How many sessions show the expected difference when the canary is larger or smaller than planned?"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from paretocode.errors import InputError
from paretocode.evidence.size.power import least_count, power_of
from paretocode.release.gates.numbers_read import at, number

__all__ = ["sessions_at_share"]


def sessions_at_share(entry: object, share: float) -> dict[str, Any]:
    """Return the sessions that a measure takes at a canary's share.

    Parameters
    ----------
    entry
        One measure in ``evidence.size.maps`` of ``metrics.json``.
    share
        Of sessions under the candidate, above 0 and below 1.

    Returns
    -------
    dict
        `n_sessions` in all, `n_sessions_at_most`, both None with a `why_not` where the evidence has no plan;
        `sessions_per_day` of the stream where it is known.

    Notes
    -----
    The error of two arms is sqrt(s1^2 / (n c) + s0^2 / (n (1 - c))). Where the document has both spreads (``sd_arms``)
    the number is planned anew with it, as `paretocode.evidence.size.Rollout` does (Welch 1947). Where it has only the
    plan for one share c0, the number for another is that of arms that vary alike, n0 c0 (1 - c0) / (c (1 - c)), and in
    any case no more than n0 max(c0 / c, (1 - c0) / (1 - c)), whatever the two spreads are.

    Examples
    --------
    >>> plan = {"n_sessions": 1000, "difference": -1.0, "power": 0.8, "alpha": 0.05, "n_days": None}
    >>> entry = {"rollout": {"plan": {**plan, "design": {"kind": "rollout", "canary_share": 0.1}}}}
    >>> [sessions_at_share(entry, share)["n_sessions"] for share in (0.1, 0.5, 0.01)]
    [1000, 360, 9091]
    >>> sessions_at_share(entry, 0.01)["n_sessions_at_most"], sessions_at_share({}, 0.5)["n_sessions"]
    (10000, None)
    """
    telling = at(entry, "rollout")
    plan = at(telling, "plan")
    n_planned, planned = number(at(plan, "n_sessions")), number(at(plan, "design", "canary_share"))
    if n_planned is None or planned is None or not 0 < planned < 1:
        why = at(telling, "sentence") or at(entry, "why_not") or "the evidence planned no rollout"
        return {"n_sessions": None, "n_sessions_at_most": None, "sessions_per_day": None, "why_not": str(why)}
    days = number(at(plan, "n_days"))
    rate = {"sessions_per_day": n_planned / days if days else None}
    exact = _planned_anew(telling, plan, share)
    if exact is not None:
        return {"n_sessions": exact, "n_sessions_at_most": exact, **rate}
    alike = n_planned * planned * (1 - planned) / (share * (1 - share))
    most = n_planned * max(planned / share, (1 - planned) / (1 - share))
    # A hair below: 0.1 x 0.9 / (0.1 x 0.9) must not be rounded up to one session more.
    return {"n_sessions": ceil(alike - 1e-6), "n_sessions_at_most": ceil(most - 1e-6), **rate}


def _planned_anew(telling: object, plan: Mapping[str, Any], share: float) -> int | None:
    """Return the number planned from both arms' spreads; None where the document lacks them."""
    arms = at(telling, "sd_arms")
    spreads = [number(sd) for sd in arms] if isinstance(arms, list | tuple) and len(arms) == 2 else [None]
    difference, power, alpha = (number(plan.get(key)) for key in ("difference", "power", "alpha"))
    if None in spreads or not difference or power is None or alpha is None:
        return None
    variances = [float(sd or 0.0) ** 2 / part for sd, part in zip(spreads, (share, 1 - share), strict=True)]
    if not sum(variances) > 0:
        return None

    def power_at(n: int) -> float:
        each = [variance / n for variance in variances]
        parts = sum(v**2 / (n * part - 1) for v, part in zip(each, (share, 1 - share), strict=True))
        return power_of(difference / sum(each) ** 0.5, sum(each) ** 2 / parts, alpha=alpha)

    try:
        return least_count(power_at, power, least=int(-(-2 // min(share, 1 - share))))
    except InputError:
        return None

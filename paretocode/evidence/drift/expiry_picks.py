"""How long does the pick of every tier last? The rate of its flips in the past, and how long none is to be expected."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from paretocode.errors import InputError
from paretocode.evidence.drift.expiry import Expiry, ExpiryReason, last_day_to_extrapolate
from paretocode.tiermap.picks import FLIP_CAUSES, Flips

__all__ = ["expiry_of_picks"]


def expiry_of_picks(
    flips: Flips, *, least_unflipped: float = 0.5, causes: Collection[str] | None = None, level: float = 0.95
) -> Expiry:
    """Return the day until which it is likely enough that no tier's pick flips.

    Parameters
    ----------
    flips
        Of the map's tiers over a dated history (`paretocode.tiermap.picks.flips_of`).
    least_unflipped
        Smallest accepted probability that every tier still has its pick, within 0..1.
    causes
        Which flips count, of `FLIP_CAUSES`; None counts all. A change of definition (``definition``) is an event that
        a rate does not foresee.
    level
        One-sided confidence of the upper bound of the rate.

    Notes
    -----
    Flips of all tiers are taken for a Poisson process of constant rate. With k flips in D days the upper bound is half
    the chi-square quantile of 2 (k + 1) degrees of freedom over D (Garwood 1936); without a flip at 95 % it is 3.0 / D,
    the rule of three. The map expires when exp(-rate x days) falls below the probability, counted from the history's
    last day, and never further ahead than the history is long. A flip need not matter: what it costs is another
    question.

    Raises
    ------
    InputError
        One date only, a probability outside 0..1, an unknown cause.

    Examples
    --------
    >>> from paretocode.catalogue import load_bundled
    >>> from paretocode.catalogue.history import history_of_catalogues
    >>> from paretocode.tiermap import documented_pareto_code
    >>> from paretocode.tiermap.picks import flips_of, picks_of, track_of_map
    >>> history = history_of_catalogues([("2026-03-01", load_bundled()), ("2026-05-30", load_bundled())])
    >>> flips = flips_of(picks_of(track_of_map(history, documented_pareto_code(load_bundled()))))
    >>> found = expiry_of_picks(flips, least_unflipped=0.5)  # 90 days without a flip, 3.0 / 90 a day at most
    >>> found.expires_on, round(found.numbers["rate_per_day_at_most"], 4)
    ('2026-06-20', 0.0333)
    """
    from scipy.stats import chi2

    dates = flips.path.track.history.dates
    if len(dates) < 2:
        raise InputError("the history has one date", where="expiry", way_out="give two or more: one date shows no flip")
    if not (0 < least_unflipped < 1 and 0.5 <= level < 1):
        raise InputError(
            f"least_unflipped is {least_unflipped} and level {level}",
            where="expiry",
            way_out="give a probability between 0 and 1, and a level from 0.5",
        )
    counted = set(FLIP_CAUSES) if causes is None else set(causes)
    if unknown := sorted(counted - set(FLIP_CAUSES)):
        raise InputError(
            f"{unknown[0]!r} is no cause of a flip", where="expiry", way_out=f"use {', '.join(FLIP_CAUSES)}"
        )
    n_flips = sum(flip.cause in counted for flip in flips.flips)
    observed_days = int((dates[-1] - dates[0]).astype(np.int64))
    most = float(chi2.ppf(level, 2 * (n_flips + 1))) / 2 / observed_days
    days = math.floor(-math.log(least_unflipped) / most) + 1
    by_rate, horizon = dates[-1] + np.timedelta64(days, "D"), last_day_to_extrapolate(dates[0], dates[-1])
    return Expiry(
        expires_on=str(min(by_rate, horizon)),
        reason=ExpiryReason.DRIFT if by_rate <= horizon else ExpiryReason.HORIZON,
        subject="picks",
        rule=(
            f"first day on which the chance that no pick has flipped may be below {least_unflipped:g}, at the "
            f"{level:.0%} upper bound of the rate of flips"
        ),
        numbers={
            "n_flips": float(n_flips),
            "observed_days": float(observed_days),
            "rate_per_day": n_flips / observed_days,
            "rate_per_day_at_most": most,
            "least_unflipped": least_unflipped,
            "level": level,
        },
    )

"""When did the pick of a tier change, and why? Flips of the cheapest and of the fastest, each with its cause."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.catalogue.history import History, price_matrix_micro_usd, rebased_days
from paretocode.tiermap.picks.picks import PickPath, carried_picks, first_of_tiers

__all__ = ["FLIP_CAUSES", "Flip", "Flips", "flips_of", "speed_noise"]

FLIP_CAUSES = ("exit", "score", "definition", "entry", "price", "speed", "speed noise")
"""Why a pick changes: a model left; scores moved a model into or out of the tier; they changed their meaning; a model
came; a price moved; a speed moved by more, or by no more, than the two models' speeds move from day to day anyway."""


@dataclass(frozen=True, slots=True)
class Flip:
    """One change of a pick.

    Parameters
    ----------
    day_index
        Row of the day of the new pick.
    tier
        Position of the tier.
    before, after
        Columns of the old and the new pick.
    cause
        One of `FLIP_CAUSES`.
    """

    day_index: int
    tier: int
    before: int
    after: int
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flips:
    """All flips of a path, in order of time, then tier."""

    path: PickPath
    flips: tuple[Flip, ...]

    def __len__(self) -> int:
        return len(self.flips)

    def causes(self) -> dict[str, int]:
        """Return cause -> how many."""
        count = Counter(flip.cause for flip in self.flips)
        return {cause: count[cause] for cause in FLIP_CAUSES}

    def by_tier(self) -> dict[str, int]:
        """Return tier -> how many."""
        count = Counter(flip.tier for flip in self.flips)
        return {name: count[i] for i, name in enumerate(self.path.track.tier_names)}

    def rows(self) -> Iterator[dict[str, object]]:
        """Yield every flip as plain values, with price and speed of the two models on the day."""
        track = self.path.track
        history = track.history
        price, is_known = price_matrix_micro_usd(history, self.path.price_metric)
        for flip in self.flips:
            day, pair = flip.day_index, (flip.before, flip.after)
            yield {
                "date": str(history.dates[day]),
                "tier": track.tier_names[flip.tier],
                "before": history.names[flip.before],
                "after": history.names[flip.after],
                "cause": flip.cause,
                "price_micro_usd": [int(price[day, i]) if is_known[day, i] else None for i in pair],
                "throughput_tps": [_or_none(history.numbers["throughput_tps"][day, i]) for i in pair],
            }


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def flips_of(path: PickPath) -> Flips:
    """Return every flip: a day whose pick is not the last pick of the tier before it.

    A tier that is empty for some days flips when it comes back with another pick. The day is played in a fixed order:
    exits, scores, entries, prices, speeds; the cause is the last step that brings the final pick. Another order may
    name another cause where several act at once. A speed flip is ``speed noise`` when the new pick is faster than the
    old one by a factor within one joint standard deviation of the two models' day-to-day changes (`speed_noise`).
    """
    carried = carried_picks(path.model_index)
    moved = (path.model_index[1:] != carried[:-1]) & (path.model_index[1:] >= 0) & (carried[:-1] >= 0)
    noise = speed_noise(path.track.history) if moved.any() and path.ranking == "throughput" else np.zeros(0)
    is_rebased = rebased_days(path.track.history) if moved.any() else np.zeros(0, dtype=np.bool_)
    flips: list[Flip] = []
    for day in np.flatnonzero(moved.any(axis=1)) + 1:
        scored_as = "definition" if is_rebased[day] else "score"
        for tier, cause in _causes(path, int(day), scored_as).items():
            if moved[day - 1, tier]:
                before, after = int(carried[day - 1, tier]), int(path.model_index[day, tier])
                flip = Flip(int(day), tier, before, after, cause)
                flips.append(_noise_named(flip, path.track.history, noise) if cause == "speed" else flip)
    return Flips(path=path, flips=tuple(flips))


def _causes(path: PickPath, day: int, scored_as: str) -> dict[int, str]:
    """Play the day step by step; return for each tier the step that brings its final pick."""
    track, history = path.track, path.track.history
    price, is_known = price_matrix_micro_usd(history.select(days=[day - 1, day]), path.price_metric)
    scores = history.numbers["coding_score"][day - 1 : day + 1]
    speeds = history.numbers["throughput_tps"][day - 1 : day + 1]
    after_exits, after_scores, after_entries = track.steps(day)
    came = history.is_listed[day] & ~history.is_listed[day - 1]
    tiers = np.array([track.tiers[day - 1], after_exits, after_scores, after_entries, after_entries, after_entries])
    # A model that came brings its price and speed along; everybody else keeps yesterday's until that step.
    is_new = np.array([np.zeros_like(came)] * 3 + [came, np.ones_like(came), np.ones_like(came)])
    has_speed = np.array([np.zeros_like(came)] * 3 + [came, came, np.ones_like(came)])
    picks = first_of_tiers(
        history,
        tiers,
        track.n_tiers,
        price=np.where(is_new, price[1], price[0]),
        is_known=np.where(is_new, is_known[1], is_known[0]),
        speed=np.where(has_speed, speeds[1], speeds[0]) if path.ranking == "throughput" else None,
        scores=np.array([scores[0], scores[0], scores[1], scores[1], scores[1], scores[1]]),
    )
    steps = ("exit", scored_as, "entry", "price", "speed")
    changed = picks[1:] != picks[:-1]
    return {t: steps[int(np.flatnonzero(changed[:, t])[-1])] for t in range(track.n_tiers) if changed[:, t].any()}


def speed_noise(history: History) -> FloatColumn:
    """Return each model's day-to-day spread of speed: root mean square of the changes of log throughput.

    Returns
    -------
    noise
        Shape (n_models,), natural log; NaN where the speed was never measured on two consecutive entries.
    """
    change = np.diff(np.log(history.numbers["throughput_tps"]), axis=0)
    n_known = (~np.isnan(change)).sum(axis=0)
    square = np.nansum(change**2, axis=0)
    return np.where(n_known > 0, np.sqrt(square / np.maximum(n_known, 1)), np.nan)


def _noise_named(flip: Flip, history: History, noise: FloatColumn) -> Flip:
    old, new = history.numbers["throughput_tps"][flip.day_index, [flip.before, flip.after]]
    joint = math.hypot(noise[flip.before], noise[flip.after])
    is_noise = not math.isnan(new / old) and math.log(new / old) <= joint
    return dataclasses.replace(flip, cause="speed noise") if is_noise else flip

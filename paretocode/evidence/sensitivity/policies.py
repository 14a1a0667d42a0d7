"""What if the router's unspecified rules are others than we take? Each reading of a rule, for both maps alike.

The documentation of OpenRouter's Pareto Code router leaves these open or contradicts itself: which price is "cheapest",
where a request of an empty tier goes, how sessions are recognised, how many fallbacks there are, and on which axis
scores stand (a percentile of the field, or a fixed scale).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial

from paretocode._checks import one_of
from paretocode.catalogue.prices import PRICE_METRICS
from paretocode.catalogue.scales import ScoreScale
from paretocode.errors import InputError
from paretocode.evidence.sensitivity.shift import Setting, Shift
from paretocode.evidence.sensitivity.world import World
from paretocode.tiermap.policy import ELIGIBILITIES, EMPTY_TIER_RULES, RANKINGS, STICKINESS
from paretocode.tiermap.tier_map import TierMap

__all__ = ["DEFAULT_PLACES", "POLICY_CHOICES", "default_tier", "policy_choice", "score_scale", "with_default_tier"]

POLICY_CHOICES: dict[str, tuple[str | int, ...]] = {
    "price_metric": PRICE_METRICS,
    "empty_tier": EMPTY_TIER_RULES,
    "stickiness": STICKINESS,
    "eligibility": ELIGIBILITIES,
    "ranking": RANKINGS,
    "n_fallbacks": (0, 1, 2),
}
"""Rules of a policy that are unspecified or contradictory, and their readings."""

DEFAULT_PLACES = ("lowest", "middle", "highest")
"""Which tier an omitted min score may get, in words that fit maps of any tiers."""


def policy_choice(field: str, *values: str | int) -> Shift:
    """Return the shift in which both maps take another reading of one rule.

    Parameters
    ----------
    field
        One of `POLICY_CHOICES`.
    values
        The readings; all known ones when none is given.

    Raises
    ------
    InputError
        An unknown field. What a policy refuses is refused when the shift is applied.

    Examples
    --------
    >>> [setting.label for setting in policy_choice("empty_tier", "down", "refuse").settings]
    ['down', 'refuse']
    """
    one_of(field, tuple(POLICY_CHOICES), name="policy field", where="sensitivity")
    return Shift(
        name=field.replace("_", " ").replace("n fallbacks", "number of fallbacks"),
        group="policy",
        settings=tuple(
            Setting(label=str(value), change=partial(_with_choice, field=field, value=value))
            for value in values or POLICY_CHOICES[field]
        ),
        note="fallbacks act only where calls fail" if field == "n_fallbacks" else "",
    )


def _with_choice(world: World, *, field: str, value: str | int) -> World:
    return world.with_policy(**{field: value})


def with_default_tier(world: World, *, place: str) -> World:
    """Return the world in which an omitted min score gets the lowest, middle or highest tier of either map.

    Of an even number of tiers the middle one is the upper of the two.
    """
    one_of(place, DEFAULT_PLACES, name="default tier", where="sensitivity")
    incumbent, candidate = (_with_default(tier_map, place) for tier_map in world.maps)
    return world.replace(incumbent=incumbent, candidate=candidate)


def _with_default(tier_map: TierMap, place: str) -> TierMap:
    index = {"lowest": 0, "middle": tier_map.n_tiers // 2, "highest": tier_map.n_tiers - 1}[place]
    return dataclasses.replace(tier_map, default_tier=tier_map.tiers[index].name)


def default_tier(*places: str) -> Shift:
    """Return the shift of the tier that an omitted min score gets; all places when none is given."""
    return Shift(
        name="default tier",
        group="policy",
        settings=tuple(
            Setting(label=place, change=partial(with_default_tier, place=place)) for place in places or DEFAULT_PLACES
        ),
    )


def score_scale(scales: Mapping[str, ScoreScale]) -> Shift:
    """Return the shift in which scores stand on another axis; edges on requests stay where the maps have them.

    Parameters
    ----------
    scales
        What each is called -> the scale.

    Raises
    ------
    InputError
        No scale.
    """
    if not scales:
        raise InputError("no score scale is given", where="sensitivity", way_out="give at least one other scale")
    return Shift(
        name="score scale",
        group="policy",
        settings=tuple(Setting(label=name, change=partial(_with_scale, scale=scale)) for name, scale in scales.items()),
        note="request edges stay where the maps have them",
    )


def _with_scale(world: World, *, scale: ScoreScale) -> World:
    return world.replace(scale=scale)

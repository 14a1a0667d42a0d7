"""What is known when a search is done? Its answer, its shortlist, and the experiment with the found maps among its."""

from __future__ import annotations

from dataclasses import dataclass

from paretocode.experiment.resolve import Experiment
from paretocode.tiermap import TierMap
from paretocode.tune import Incumbent, MapAnswer, MapQuestion, PerRequest, Pick
from paretocode.tune.worlds.over_settings import RobustSettings

__all__ = ["Robust", "Searched"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Robust:
    """A robust search that is done.

    Parameters
    ----------
    found, question
        What was found, and the question with its other worlds.
    tier_maps
        The robust map by its name; empty where there is none, or where a pick is the same map.
    compared
        Names of the maps to compare in every world, the robust one first.
    """

    found: RobustSettings
    question: MapQuestion
    tier_maps: dict[str, TierMap]
    compared: list[str]


@dataclass(frozen=True, kw_only=True, eq=False)
class Searched:
    """An experiment whose search is done.

    Parameters
    ----------
    experiment
        The experiment, with the picked maps among its maps and the proposed one named.
    answer, incumbent, optimum, picks, robust
        What was found, what it is compared with, and what a person should look at.
    near_optimal
        By how large a share an alternative may be worse than the best map.
    stickiness
        Under which further kinds of stickiness the picks are billed.
    """

    experiment: Experiment
    answer: MapAnswer
    incumbent: Incumbent
    optimum: PerRequest
    picks: tuple[Pick, ...]
    robust: Robust | None
    near_optimal: float
    stickiness: list[str]

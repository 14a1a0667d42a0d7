"""By which rule does an experiment choose its map, so that the choice can be made again on other requests?

With a search the rule is the search: its first measure, within its limits. Without one, the candidate with the least
objective within the limits of `[evidence.selection]`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from paretocode.errors import InputError
from paretocode.evidence import MapSums, map_measure, map_sums
from paretocode.evidence.selection import MapPool, PoolLimit
from paretocode.experiment.evidence_rule import AS_REPLAYED
from paretocode.experiment.evidence_sections import SelectionSpec
from paretocode.experiment.resolve import Experiment
from paretocode.experiment.search_done import Searched
from paretocode.experiment.search_question import asked_question
from paretocode.experiment.traffic import TrafficInMemory
from paretocode.sim.luck import draw_luck
from paretocode.sim.replaying import replay
from paretocode.stream import RequestStream
from paretocode.tiermap import TierMap
from paretocode.tune import search_maps

__all__ = ["Chooser", "NoMapError"]


class NoMapError(InputError):
    """On these requests no map keeps the limits."""


class Chooser:
    """The experiment's rule of choice.

    Parameters
    ----------
    experiment
        With its candidates.
    searched
        The search, where there is one.
    """

    def __init__(self, experiment: Experiment, searched: Searched | None) -> None:
        self.experiment, self.searched = experiment, searched
        self.spec = experiment.spec.evidence.selection or SelectionSpec()

    @property
    def objective(self) -> str:
        """The measure of which the least is chosen, as a replay measures it."""
        if self.searched is None:
            return self.spec.objective
        return _as_replayed(self.searched.answer.question.measures[0])

    @property
    def limits(self) -> tuple[PoolLimit, ...]:
        """What a chosen map must keep, as a replay measures it."""
        search = self.experiment.spec.search
        stated = self.spec.limits if self.searched is None or search is None else search.limits
        found = []
        for name, value in stated.items():
            measure = name if self.searched is None else AS_REPLAYED.get(name, "")
            if not measure or (isinstance(value, str) and value.strip() != "incumbent"):
                continue
            if isinstance(value, str):
                found.append(PoolLimit(measure=measure, factor=1.0, plus=0.0))
            else:
                per = 1000 / len(self.experiment.traffic) if name == "cost_usd" else 1.0  # a total, here by requests
                found.append(PoolLimit(measure=measure, factor=0.0, plus=value * per))
        return tuple(found)

    @property
    def measures(self) -> list[str]:
        """What the rule looks at, as a replay measures it."""
        return list(dict.fromkeys((self.objective, *(limit.measure for limit in self.limits))))

    @property
    def unjudged(self) -> list[str]:
        """Limits of a search that no replay measures in the same words; they bind the search, not the pool."""
        search = self.experiment.spec.search
        if self.searched is None or search is None:
            return []
        return [
            name
            for name, value in search.limits.items()
            if name not in AS_REPLAYED or (isinstance(value, str) and value.strip() != "incumbent")
        ]

    def rule(self) -> str:
        """Return the rule in words."""
        limits = ", ".join(
            f"{map_measure(one.measure).text} at most {'the incumbent' if one.factor else f'{one.plus:g}'}"
            for one in self.limits
        )
        among = "the maps of the search" if self.searched is not None else "the candidates"
        return f"the least {map_measure(self.objective).text} among {among}{f', with {limits}' if limits else ''}"

    def choose(self, stream: RequestStream) -> TierMap:
        """Make the choice on another stream.

        Raises
        ------
        InputError
            A stream on which no map keeps the limits of the search.
        """
        if self.searched is not None:
            return self._searched_on(stream)
        incumbent = self.experiment.spec.incumbent.name
        names = [name for name in self.experiment.tier_maps if name != incumbent]
        sums = {name: self.sums_on(stream, self.experiment.tier_maps[name]) for name in (*names, incumbent)}
        pool = MapPool(
            maps=tuple(sums[name] for name in names),
            incumbent=sums[incumbent],
            objective=self.objective,
            limits=self.limits,
        )
        chosen = int(pool.under(np.ones((1, pool.n_clusters))).chosen[0])
        return self.experiment.tier_maps[names[chosen]]

    def _searched_on(self, stream: RequestStream) -> TierMap:
        spec = self.experiment.spec.search
        if spec is None:  # a search was made, so there is a section
            raise InputError("the experiment has no section [search]", where="evidence", way_out="add one")
        question, _ = asked_question(replace(self.experiment, traffic=TrafficInMemory(stream)), spec)
        answer = search_maps(question)
        best = answer.best()
        if best is None:
            raise NoMapError(
                "no map keeps the limits of the search on a part of the stream",
                where=stream.name or "stream",
                way_out="loosen the limits, or keep back less",
            )
        return answer.tier_map(best.place, name="chosen")

    def sums_on(self, stream: RequestStream, tier_map: TierMap) -> MapSums:
        """Replay a map on a stream and sum what the rule looks at."""
        experiment = self.experiment
        measures = self.measures
        luck = None
        if any(name.startswith("latency") for name in measures):
            luck = draw_luck(stream, rng=experiment.spec.seeds.luck)
        run = replay(stream, tier_map, experiment.catalogue, cache=experiment.cache, luck=luck)
        return map_sums(run, scale=experiment.scale, measures=measures)


def _as_replayed(measure: str) -> str:
    if measure not in AS_REPLAYED:
        raise InputError(
            f"the search's first measure is {measure}, of which a replay has no mean",
            where="evidence.selection",
            way_out=f"search for one of {', '.join(AS_REPLAYED)} first",
        )
    return AS_REPLAYED[measure]

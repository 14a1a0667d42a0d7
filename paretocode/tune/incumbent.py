"""How does a map in force compare with the tables' maps? Its totals by the same account."""

from __future__ import annotations

from dataclasses import dataclass, replace

from paretocode.errors import InputError
from paretocode.sim.tables import scored_models
from paretocode.sim.tables.replayed import ReplayedTotals
from paretocode.tiermap import TierMap
from paretocode.tune.measures import table_metrics
from paretocode.tune.question import MapQuestion

__all__ = ["Incumbent", "incumbent_of"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Incumbent:
    """The map in force, measured as the search measures.

    Parameters
    ----------
    tier_map
        Any map: its edges need not lie on a grid, its tiers need not be bands of scores.
    totals
        Metric -> total, replayed without stickiness and billed by the lag-1 rule; `n_tier_jumps` and `n_model_jumps`
        among them.
    """

    tier_map: TierMap
    totals: dict[str, int]

    def value(self, name: str, question: MapQuestion) -> float:
        """Return a shown measure in people's units."""
        measure = next(m for m in question.shown if m.name == name)
        return measure.value(self.totals[measure.metric], question.counts)


def incumbent_of(question: MapQuestion, tier_map: TierMap) -> Incumbent:
    """Measure the map in force on the question's log. O(n).

    Raises
    ------
    InputError
        A map of another score definition, or one whose models the catalogue lacks.
    """
    if tier_map.score_definition != question.catalogue.score_definition:
        tier_map.check_against(question.catalogue)
    stateless = tier_map.with_policy(stickiness="none")
    models = scored_models(
        question.catalogue, replace(question.policy, stickiness="none"), scale=question.scale, cache=question.cache
    )
    names = (*table_metrics(question.shown), "n_tier_jumps", "n_model_jumps")
    if any(name == "latency_us" or name.startswith("n_above:") for name in names) and question.luck is None:
        raise InputError(
            "latency is asked for and there is no luck", where="search", way_out="give luck to the question"
        )
    count = ReplayedTotals(
        tier_map=stateless, models=models, names=names, luck=question.luck, near_edge_ppm=question.near_edge_ppm
    )
    return Incumbent(tier_map=tier_map, totals=question.counted.total(count))

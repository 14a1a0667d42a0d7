"""Why is there no map? The rule, the limit, or the pair of them that no map of any setting keeps, and what would do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from paretocode.errors import InputError
from paretocode.tune._limit_conflicts import LimitConflicts, many
from paretocode.tune._loosened import longest_map, maps_without, rules_of
from paretocode.tune.answer import MapAnswer
from paretocode.tune.paths.graph import BandGraph
from paretocode.tune.paths.reachable import MOST, count_maps
from paretocode.tune.prepare import Prepared, prepared
from paretocode.tune.question import MapQuestion

__all__ = ["explain_no_map", "refuse_no_map"]


def refuse_no_map(answer: MapAnswer) -> None:
    """Refuse an answer without a map within the limits, and say why there is none.

    Raises
    ------
    InputError
        As `explain_no_map` returns; not where some map of the answer keeps all limits.
    """
    if not answer.is_within.any():
        raise explain_no_map(answer.question, [one.prepared for one in answer.searched])


def explain_no_map(question: MapQuestion, ready: Sequence[Prepared]) -> InputError:
    """Return the refusal of a question that no map answers.

    Parameters
    ----------
    question
        Which rules and limits are set.
    ready
        All of its settings, prepared; where none is given they are prepared here, less those that the rules refuse.

    Returns
    -------
    InputError
        The first that holds: no map has so many tiers (with the first single rule, else the first pair, without which
        some would); a limit that no map keeps; a pair of limits that no map keeps together; all limits. Least values
        are exact over all settings and numbers of tiers, rounded up, and may be given back as limits.

    Notes
    -----
    Without a path the log is counted anew for every rule and pair, O(n) for each setting. Limits are weighed in the
    world at hand.

    Examples
    --------
    A limit below the cheapest map, and a rule that no line-up of so few models keeps.

    >>> from dataclasses import replace
    >>> from paretocode.tune.edges.lattice import TierRules
    >>> from paretocode.catalogue import bundled_scale, load_bundled
    >>> from paretocode.stream import DEFAULT_DEMAND, apply_demand, synthesise
    >>> stream = apply_demand(synthesise("coding_agent", n_sessions=5, rng=1), DEFAULT_DEMAND, rng=2)
    >>> asked = MapQuestion(stream=stream, catalogue=load_bundled(), scale=bundled_scale(), limits={"cost_usd": 0.5})
    >>> print(explain_no_map(asked, []))
    search: none of 77 maps keeps the limit cost_usd <= 0.5: it is at least 0.814; raise the limit to 0.814 or more.
    >>> print(explain_no_map(replace(asked, tier_rules=TierRules(least_providers=8)), []))
    search: no map of 3 tiers keeps all rules, and 77 maps would without at least 8 providers in a tier; loosen
    least_providers.
    """
    graphs = [one.space.graph for one in ready] or _graphs_of(question)
    deepest = max(question.n_bands)
    n_maps = min(MOST, sum(count_maps(graph, deepest)[n] for graph in graphs for n in set(question.n_bands)))
    if not n_maps:
        return _no_path(question)
    return LimitConflicts(question, graphs, n_maps).explained()


def _graphs_of(question: MapQuestion) -> list[BandGraph]:
    graphs = []
    for setting in question.settings:
        try:
            graphs.append(prepared(question, setting).space.graph)
        except InputError:
            continue  # rules that leave no candidate or no band leave no map
    return graphs


def _no_path(question: MapQuestion) -> InputError:
    """Return the refusal where the rules leave no map of the asked numbers of tiers."""
    tiers = " or ".join(str(n) for n in sorted(set(question.n_bands)))
    rules = rules_of(question)
    if not maps_without(question, rules):
        longest = longest_map(question, rules)
        return InputError(
            f"no map has {tiers} tiers: even without any rule, models and requests allow {longest}",
            where="search",
            way_out="ask for fewer tiers" if longest else "bring more models or a longer stream",
        )
    for size in (1, 2):
        for some in combinations(rules, size):
            if n_maps := maps_without(question, some):
                return InputError(
                    f"no map of {tiers} tiers keeps all rules, and {many(n_maps)} would without "
                    + " and without ".join(rule.text for rule in some),
                    where="search",
                    way_out=" and ".join(dict.fromkeys(rule.way_out for rule in some)),
                )
    return InputError(
        f"no map of {tiers} tiers keeps all {len(rules)} rules, nor all but two of them",
        where="search",
        way_out="loosen several rules, or ask for fewer tiers",
    )

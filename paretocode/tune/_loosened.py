"""Which rules may a question do without? Each rule on edges and tiers that is set, and the question without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from paretocode.errors import InputError
from paretocode.tune.edges.edge_rules import said_edge
from paretocode.tune.paths.reachable import MOST, count_maps
from paretocode.tune.prepare import prepared
from paretocode.tune.question import MapQuestion

__all__ = ["Rule", "longest_map", "maps_without", "rules_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that is set.

    Parameters
    ----------
    text
        What it says, with its value.
    way_out
        How to loosen it.
    without
        The question without it.
    """

    text: str
    way_out: str
    without: Callable[[MapQuestion], MapQuestion]


def rules_of(question: MapQuestion) -> tuple[Rule, ...]:
    """Return the rules that are set, those on edges first."""
    edges = [rule for axis in ("request", "score") for rule in _edge_rules(question, axis)]
    return (*edges, *_gap_rules(question), *_tier_rules(question))


def _edge_rules(question: MapQuestion, axis: str) -> list[Rule]:
    field = f"{axis}_rules"
    rules = getattr(question, field)
    said_of = partial(said_edge, axis)
    pins = ", ".join(map(said_of, rules.pinned))
    zones = ", ".join(f"{said_of(low)} .. {said_of(high)}" for low, high in rules.forbidden)
    said = [
        ("pinned", (), f"the pinned {axis} edges {pins}", "unpin some"),
        ("forbidden", (), f"the forbidden {axis} intervals {zones}", "narrow them"),
        ("most_candidates", None, f"the limit of {rules.most_candidates} {axis} candidates", "raise most_candidates"),
    ]
    return [
        Rule(text=text, way_out=way_out, without=_without(field, {name: loose}))
        for name, loose, text, way_out in said
        if getattr(rules, name) != loose
    ]


def _gap_rules(question: MapQuestion) -> list[Rule]:
    """Return the least gaps, each of which may stand with the edges or with the tiers."""
    found = []
    for axis, name in (("request", "least_request_gap_ppm"), ("score", "least_score_gap_milli")):
        rules = getattr(question, f"{axis}_rules")
        gap = max(rules.least_gap, getattr(question.tier_rules, name))
        if gap > 1:
            edges, tiers = _without(f"{axis}_rules", {"least_gap": 0}), _without("tier_rules", {name: 1})
            text = f"the least gap of {said_edge(axis, gap)} between {axis} edges"
            found.append(Rule(text=text, way_out="lower it", without=lambda q, a=edges, b=tiers: a(b(q))))  # type: ignore[misc]
    return found


def _tier_rules(question: MapQuestion) -> list[Rule]:
    rules = question.tier_rules
    step = (rules.least_price_step_ppm or 0) / 1e4
    said = [
        ("least_price_step_ppm", None, f"a price step of more than {step:g} % between tiers"),
        ("least_providers", 0, f"at least {rules.least_providers} providers in a tier"),
        ("most_members", None, f"at most {rules.most_members} models in a tier"),
        ("least_members", 0, f"at least {rules.least_members} models in a tier"),
        ("least_serving", 0, f"at least {rules.least_serving} models in a tier that can serve"),
    ]
    return [
        Rule(text=text, way_out=f"loosen {name.removesuffix('_ppm')}", without=_without("tier_rules", {name: loose}))
        for name, loose, text in said
        if getattr(rules, name) != loose
    ]


def _without(field: str, changes: dict[str, object]) -> Callable[[MapQuestion], MapQuestion]:
    def without(question: MapQuestion) -> MapQuestion:
        return replace(question, **{field: replace(getattr(question, field), **changes)})

    return without


def maps_without(question: MapQuestion, rules: tuple[Rule, ...]) -> int:
    """Return how many maps of an asked number of tiers there are without some rules. O(n) for each setting."""
    counts = _counts(question, rules)
    return min(MOST, sum(count[n] for count in counts for n in set(question.n_bands)))


def longest_map(question: MapQuestion, rules: tuple[Rule, ...]) -> int:
    """Return the most tiers, up to the most asked for, that any map has without some rules; 0 where there is none."""
    return max((n for count in _counts(question, rules) for n, maps in enumerate(count) if maps), default=0)


def _counts(question: MapQuestion, rules: tuple[Rule, ...]) -> list[tuple[int, ...]]:
    # Whether there is a path does not hang on what is measured, so the cheapest measure will do.
    loose = replace(question, scenarios=(), measures=("cost_usd",), limits={}, epsilon={}, luck=None)
    for rule in rules:
        loose = rule.without(loose)
    found = []
    for setting in loose.settings:
        try:
            graph = prepared(loose, setting).space.graph
        except InputError:
            continue  # rules that leave no candidate or no band leave no map
        found.append(count_maps(graph, max(loose.n_bands)))
    return found

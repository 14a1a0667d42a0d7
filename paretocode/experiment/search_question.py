"""From the words of `[search]` to a question of `paretocode.tune`: whole numbers, zones, limits, other worlds."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from paretocode.errors import InputError
from paretocode.experiment.resolve import Experiment
from paretocode.experiment.search_sections import RobustSpec, SearchSpec, needs_luck
from paretocode.experiment.traffic import TrafficInMemory
from paretocode.sim.luck import draw_luck
from paretocode.stream import PPM
from paretocode.stream.demand.asked_counts import OMITTED
from paretocode.tune import (
    EdgeRules,
    Incumbent,
    MapQuestion,
    Scenario,
    TierRules,
    incumbent_of,
    price_shock,
    score_replicates,
    weeks,
)

__all__ = ["asked_question", "robust_question"]

_LIMIT = re.compile(r"^incumbent(?:\s*([*+-])\s*([0-9.eE+-]+))?$")
_MILLI = 1000


def asked_question(experiment: Experiment, spec: SearchSpec) -> tuple[MapQuestion, Incumbent]:
    """Return the question that a search section asks of an experiment, and the incumbent as the search measures it.

    Raises
    ------
    InputError
        An unknown measure, a limit that is neither a number nor about the incumbent, rules that contradict each other.
    """
    incumbent_map = experiment.tier_maps[experiment.spec.incumbent.name]
    policy = replace(incumbent_map.policy, **spec.policy.model_dump(exclude_none=True))
    has_times = needs_luck(spec)
    traffic = experiment.traffic
    is_here = isinstance(traffic, TrafficInMemory)
    limits = dict.fromkeys(spec.limits, 0.0) | _provider_limits(experiment, spec)
    question = MapQuestion(
        stream=traffic.stream if is_here else None,
        log=None if is_here else traffic.log,
        catalogue=experiment.catalogue,
        scale=experiment.scale,
        policy=policy,
        cache=experiment.cache,
        luck=draw_luck(experiment.stream, rng=experiment.spec.seeds.luck) if has_times else None,
        n_bands=tuple(sorted(spec.n_bands)),
        measures=tuple(spec.measures),
        limits=limits,
        edges=tuple(spec.edges),
        hysteresis_ppm=_ppm(spec.hysteresis),
        downgrades=tuple(spec.downgrades),
        request_rules=_request_rules(experiment, spec),
        score_rules=_score_rules(experiment, spec),
        tier_rules=_tier_rules(spec),
        default_is_highest=_default_is_highest(experiment),
        epsilon=dict(spec.epsilon),
        near_edge_ppm=round(spec.near_edge * PPM),
        most_labels=spec.most_labels,
    )
    incumbent = incumbent_of(question, incumbent_map)
    stated = {name: _limit(name, value, incumbent, question) for name, value in spec.limits.items()}
    if has_times and "untimed_share" not in stated:
        # A request of unknown speed adds nothing to a sum of times: without this limit, unknown would be fastest.
        stated["untimed_share"] = incumbent.value("untimed_share", question)
    return replace(question, limits={**limits, **stated}), incumbent


def _limit(name: str, value: float | str, incumbent: Incumbent, question: MapQuestion) -> float:
    if not isinstance(value, str):
        return value
    found = _LIMIT.match(value.strip())
    if found is None:
        raise InputError(
            f"the limit of {name} is {value!r}",
            where="search",
            way_out='give a number, or a text such as "incumbent" or "incumbent * 0.9"',
        )
    base = incumbent.value(name, question)
    if found[1] is None:
        return base
    try:
        number = float(found[2])
    except ValueError:
        raise InputError(
            f"the limit of {name} is {value!r}", where="search", way_out="give a number after it"
        ) from None
    return {"*": base * number, "+": base + number, "-": max(0.0, base - number)}[found[1]]


def _ppm(values: list[float]) -> tuple[int, ...]:
    return tuple(round(value * PPM) for value in values)


def _provider_limits(experiment: Experiment, spec: SearchSpec) -> dict[str, float]:
    """Return a limit for every provider, where one may serve only so large a share."""
    if spec.most_provider_share is None:
        return {}
    catalogue = experiment.catalogue
    providers = {catalogue.model_id[row].partition("/")[0] for row in np.flatnonzero(catalogue.has_score).tolist()}
    return {f"provider_share:{provider}": spec.most_provider_share for provider in sorted(providers)}


def _request_rules(experiment: Experiment, spec: SearchSpec) -> EdgeRules:
    zones = [(round(low * PPM), round(high * PPM)) for low, high in spec.forbidden_request_edges]
    if spec.avoid_atoms_share is not None:
        zones += _atom_zones(experiment, spec.avoid_atoms_share, round(spec.avoid_atoms_distance * PPM))
    return EdgeRules(
        pinned=_ppm(spec.pinned_request_edges),
        forbidden=tuple(zones),
        least_gap=round(spec.least_request_gap * PPM),
        most_candidates=spec.most_candidates,
    )


def _atom_zones(experiment: Experiment, share: float, distance: int) -> list[tuple[int, int]]:
    """Return the intervals around min scores that at least a share of all requests state."""
    asked = experiment.traffic.asked
    is_atom = (asked.value != OMITTED) & (asked.n >= share * asked.n_requests)
    return [(atom - distance, atom + distance) for atom in asked.value[is_atom].tolist()]


def _score_rules(experiment: Experiment, spec: SearchSpec) -> EdgeRules:
    zones = [(round(low * _MILLI), round(high * _MILLI)) for low, high in spec.forbidden_score_edges]
    if spec.avoid_scores_se > 0:
        catalogue = experiment.catalogue
        reach = np.rint(np.nan_to_num(catalogue.coding_score_se) * spec.avoid_scores_se * _MILLI).astype(np.int64)
        rows = np.flatnonzero(catalogue.has_score & (reach > 0)).tolist()
        zones += [(int(catalogue.score_milli[r] - reach[r]), int(catalogue.score_milli[r] + reach[r])) for r in rows]
    return EdgeRules(
        pinned=tuple(round(edge * _MILLI) for edge in spec.pinned_score_edges),
        forbidden=tuple(zones),
        least_gap=round(spec.least_score_gap * _MILLI),
    )


def _tier_rules(spec: SearchSpec) -> TierRules:
    return TierRules(
        least_members=spec.least_members,
        most_members=spec.most_members,
        least_serving=min(1, spec.least_members),
        least_providers=spec.least_providers,
        least_price_step_ppm=None if spec.least_price_step is None else round(spec.least_price_step * PPM),
        least_request_gap_ppm=max(1, round(spec.least_request_gap * PPM)),
        least_score_gap_milli=max(1, round(spec.least_score_gap * _MILLI)),
    )


def _default_is_highest(experiment: Experiment) -> bool:
    """Return where the searched maps send requests that omit their min score: where the incumbent does.

    Raises
    ------
    InputError
        An incumbent whose default tier is neither its highest nor its lowest.
    """
    incumbent = experiment.tier_maps[experiment.spec.incumbent.name]
    if incumbent.default_index not in {0, incumbent.n_tiers - 1}:
        raise InputError(
            f"the incumbent's default tier is {incumbent.default_tier!r}, neither its highest nor its lowest",
            where="search",
            way_out="the search knows these two; choose one of them",
        )
    return incumbent.default_index == incumbent.n_tiers - 1


def robust_question(question: MapQuestion, spec: RobustSpec) -> MapQuestion:
    """Return the question with the other worlds that a robust search is asked to weigh."""
    worlds: list[Scenario] = []
    if spec.scores:
        worlds += score_replicates(question.catalogue, n=spec.scores, rng=spec.seed)
    for shock in spec.prices:
        worlds.append(
            price_shock(
                question.catalogue, models=shock.models, factor=shock.factor, name=shock.name, weight=shock.weight
            )
        )
    if spec.days is not None:
        worlds += weeks(question.requests, days=spec.days)
    most = question.request_rules.most_candidates
    thinner = spec.most_candidates if most is None else min(most, spec.most_candidates)
    return replace(
        question,
        measures=question.measures[:1],
        epsilon={},
        scenarios=tuple(worlds),
        request_rules=replace(question.request_rules, most_candidates=thinner),
    )

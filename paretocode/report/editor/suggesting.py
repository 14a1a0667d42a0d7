"""Which is the best map from here? The exact search with the pinned edges fixed, and what it found in a sentence."""

from __future__ import annotations

from dataclasses import dataclass, replace

from paretocode.errors import InputError
from paretocode.report import numbers
from paretocode.report.editor.answers import Answers
from paretocode.report.editor.edges import EdgeState
from paretocode.report.editor.world import EditorWorld
from paretocode.sim.tables import replayed_totals
from paretocode.tune import BestMap, EdgeRules, MapAnswer, MapQuestion, measure_named, search_maps
from paretocode.tune.conflicts import refuse_no_map

__all__ = ["Suggestion", "best_from_here"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the search says.

    Parameters
    ----------
    edges
        The best edges, or those that were there where none are better.
    said
        How good they are, out of how many, and how exact that is.
    """

    edges: EdgeState
    said: str


def best_from_here(answers: Answers, edges: EdgeState, *, measure: str) -> Suggestion:
    """Search all maps of as many tiers that keep the pinned edges and the limits.

    Parameters
    ----------
    measure
        What to have least of; see `paretocode.tune.MEASURES`.

    Raises
    ------
    InputError
        No log, an unknown measure, pins that a file cannot hold, or limits that no map keeps, with those in the way.

    Notes
    -----
    The request axis is thinned to the world's `most_candidates`, so an edge that somebody placed by hand may do better
    than any the search knows. Both are compared by the exact account, and the better one stays.
    """
    question = _question(answers, edges, measure)
    found = search_maps(question)
    best = found.best()
    if best is None:
        refuse_no_map(found)
        raise InputError("no map keeps all limits", where="search", way_out="loosen them")
    better = _state(found, best, edges)
    if _is_no_better(answers, better, edges, question, measure):
        return Suggestion(edges=edges, said=f"The edges stay: {_weighed(found)}, and none has less {_text(measure)}.")
    return Suggestion(edges=better, said=f"{_least(answers, better, edges, measure)} {_weighed(found)}.")


def _question(answers: Answers, edges: EdgeState, measure: str) -> MapQuestion:
    world = answers.world
    if world.stream is None:
        raise InputError("there is no log to search on", where="editor", way_out="open the editor with a stream")
    pins = tuple(at for at, held in zip(edges.request_ppm, edges.pinned_request, strict=True) if held)
    score_pins = tuple(at for at, held in zip(edges.score_milli or (), edges.pinned_score, strict=True) if held)
    times = {measure_named(name).metric.partition(":")[0] for name in (measure, *world.limits)}
    question = MapQuestion(
        stream=world.stream,
        catalogue=world.catalogue,
        scale=world.scale,
        policy=world.policy,
        cache=world.cache,
        luck=world.luck if times & {"latency_us", "n_above"} else None,
        n_bands=(edges.n_tiers,),
        measures=(measure,),
        edges=("coupled",) if edges.is_coupled else ("apart",),
        request_rules=EdgeRules(pinned=pins, most_candidates=_most(world, len(pins))),
        score_rules=EdgeRules(pinned=score_pins),
        default_is_highest=world.default_is_highest,
        near_edge_ppm=world.near_edge_ppm,
    )
    limits = {name: _limit(answers, question, name, value) for name, value in world.limits.items()}
    return replace(question, limits={name: value for name, value in limits.items() if value is not None})


def _most(world: EditorWorld, n_pins: int) -> int | None:
    return None if world.most_candidates is None else max(world.most_candidates, n_pins + 1)


def _limit(answers: Answers, question: MapQuestion, name: str, value: float | str) -> float | None:
    """Return a limit as a number; None where it is the incumbent's and there is no incumbent to ask."""
    if not isinstance(value, str):
        return value
    if answers.incumbent is None or answers.world.incumbent is None:
        return None
    measure = measure_named(name)
    totals = answers.incumbent.totals
    if measure.metric not in totals:
        world = answers.world
        stateless = answers.world.incumbent.with_policy(stickiness="none")
        totals = replayed_totals(question.requests, stateless, world.models, (measure.metric,), luck=world.luck)
    return measure.value(totals[measure.metric], question.counts)


def _state(found: MapAnswer, best: BestMap, edges: EdgeState) -> EdgeState:
    """Return the best map's edges, those pinned that were."""
    tier_map = found.tier_map(best.place, name="best")
    held = {at for at, on in zip(edges.request_ppm, edges.pinned_request, strict=True) if on}
    request = tier_map.request_edges_ppm
    state = EdgeState(request_ppm=request, pinned_request=tuple(at in held for at in request))
    if edges.score_milli is None or tier_map.score_edges_milli is None:
        return state
    held = {at for at, on in zip(edges.score_milli, edges.pinned_score, strict=True) if on}
    score = tier_map.score_edges_milli
    return replace(state, score_milli=score, pinned_score=tuple(at in held for at in score))


def _is_no_better(answers: Answers, better: EdgeState, edges: EdgeState, question: MapQuestion, measure: str) -> bool:
    """Return whether the edges that were there keep all limits and have no more of the measure, exactly."""
    metric, limits = measure_named(measure).metric, question.totals_at_most(question.limits)
    there, here = (_totals(answers, each) for each in (better, edges))
    if metric not in here or not set(limits) <= set(here):
        return False
    return here[metric] <= there[metric] and all(here[name] <= most for name, most in limits.items())


def _totals(answers: Answers, edges: EdgeState) -> dict[str, int]:
    figures = answers.of(edges).figures
    return {} if figures is None else dict(figures.totals)


def _least(answers: Answers, better: EdgeState, edges: EdgeState, measure: str) -> str:
    metric = measure_named(measure).metric
    there, here = (_totals(answers, each).get(metric) for each in (better, edges))
    if there is None or here is None:
        return f"Least {_text(measure)}:"
    return f"Least {_text(measure)}, {numbers.relative_change(there, here)} against the edges before:"


def _text(measure: str) -> str:
    return measure_named(measure).text.partition(" [")[0]


def _weighed(found: MapAnswer) -> str:
    """Return out of how many maps and edges the best one is."""
    one = found.searched[0]
    grid = one.prepared.request_candidates
    n_maps = sum(one.n_maps)
    if found.question.request_rules.most_candidates is None or not grid.moved_share:
        thinned = f"all {len(grid)} request edges that differ on this log"
    else:
        thinned = f"{len(grid)} request edges, each other one within {numbers.percent(grid.moved_share)} of the traffic"
    return f"{n_maps:,} maps weighed over {thinned}"

"""What is left of the chosen map when the choosing is allowed for? The pool, the correction, the plateau."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from paretocode._checks import FloatColumn
from paretocode.errors import InputError
from paretocode.evidence import MapSums, Resampling, estimates_of_maps, map_measure
from paretocode.evidence.selection import (
    ChosenMap,
    MapPool,
    Plateau,
    best_of_many,
    joined_clusters,
    measure_across,
    nested_bootstrap,
    plateau_of,
)
from paretocode.experiment.evidence_choosing import Chooser, NoMapError
from paretocode.experiment.evidence_sections import SelectionSpec
from paretocode.experiment.measuring import SCORE_NOISE_SD, Measured, sums_of_maps
from paretocode.experiment.resolve import Experiment
from paretocode.experiment.search_done import Searched
from paretocode.progress import task, tracked
from paretocode.sim.jumps.noise import expected_flips_of
from paretocode.stream import PPM, RequestStream, drawn_sessions
from paretocode.tiermap import TierMap

__all__ = ["Selected", "selection", "with_recommended"]

_MOST_CLUSTERS = 4000
"""Sessions beyond so many are joined at random for the nested resamples, whose number is a product."""


class Selected(NamedTuple):
    """What choosing did, for `metrics.json`, and the map that is recommended."""

    document: dict[str, Any]
    recommended: TierMap


def selection(
    experiment: Experiment,
    measured: Measured,
    searched: Searched | None,
    chooser: Chooser,
    *,
    parts: Path | None = None,
    digest: str = "",
) -> Selected:
    """Return what choosing did: best of many, nested bootstrap, plateau and recommendation.

    Parameters
    ----------
    parts, digest
        As for `measure_maps`.

    Raises
    ------
    InputError
        Fewer than two maps to choose from.
    """
    spec = experiment.spec.evidence.selection or SelectionSpec()
    maps = _pool_maps(experiment, searched, spec)
    again = _searched_again(experiment, chooser, spec) if searched is not None else []
    _join(maps, again)
    if len(maps) < 2:
        raise InputError(
            f"there is {len(maps)} map to choose from",
            where="evidence.selection",
            way_out="name two candidates or more",
        )
    known = measured.sums.of_map
    others = {name: tier_map for name, tier_map in maps.items() if name not in known}
    more = sums_of_maps(experiment, others, measured.sums, parts=parts, digest=digest)
    sums = [known[name] if name in known else more[name] for name in maps]
    base = measured.sums.of_map[experiment.spec.incumbent.name]
    *joined, joined_base = joined_clusters([*sums, base], most=_MOST_CLUSTERS)
    pool = MapPool(maps=tuple(joined), incumbent=joined_base, objective=chooser.objective, limits=chooser.limits)
    within = np.flatnonzero(pool.is_eligible).tolist()
    found = _best_and_plateau(experiment, [sums[at] for at in within], base, chooser.objective, maps)
    document = {
        "rule": chooser.rule(),
        "objective": chooser.objective,
        "text": map_measure(chooser.objective).text,
        "unjudged_limits": chooser.unjudged,
        "n_candidates": len(maps),
        "n_searched_again": len(again),
        "n_without_map": spec.searches - len(again) if searched is not None else 0,
        "n_within_limits": int(np.count_nonzero(pool.keeps_limits)),
        "incumbent": base.name,
        "incumbent_value": _value(base, chooser.objective),
        "chosen": asdict(_nested(pool, spec, level=experiment.spec.evidence.level)),
        **found,
    }
    return Selected(document, maps[found["plateau"]["recommended"]])


def with_recommended(experiment: Experiment, selected: Selected) -> Experiment:
    """Return the experiment with the recommended map among its maps, and proposed where the file proposes none.

    A map that the pool took from the frontier is called ``plateau-pick``, so that it gets a file, a row in every table
    and, once a person agrees, a release.
    """
    maps = dict(experiment.tier_maps)
    name = selected.recommended.name
    if name not in maps:
        taken = {known.lower() for known in maps}
        names = ("plateau-pick", *(f"plateau-pick-{at}" for at in range(2, 1000)))
        name = next(free for free in names if free not in taken)
        maps[name] = selected.recommended.renamed(name)
        _rename(selected.document, selected.recommended.name, name)
    proposed = experiment.proposed if experiment.spec.propose is not None else name
    return replace(experiment, tier_maps=maps, proposed=proposed)


def _rename(document: dict[str, Any], old: str, new: str) -> None:
    plateau = document["plateau"]
    for place in (document["chosen"], document["best_of_many"], *plateau["maps"]):
        if place["name"] == old:
            place["name"] = new
    for key in ("best", "recommended"):
        if plateau[key] == old:
            plateau[key] = new


def _value(sums: MapSums, name: str) -> float:
    measure = map_measure(name)
    return sums.total(measure.numerator) / sums.total(measure.denominator) / measure.unit


def _nested(pool: MapPool, spec: SelectionSpec, *, level: float) -> ChosenMap:
    with task("choose again", total=spec.outer, unit="resample") as work:
        return nested_bootstrap(pool, n_outer=spec.outer, n_inner=spec.inner, level=level, progress=work.at)


def _join(maps: dict[str, TierMap], found: list[TierMap]) -> None:
    """Add maps that are not known yet."""
    for tier_map in found:
        if not any(tier_map.renamed("") == known.renamed("") for known in maps.values()):
            name = f"resampled-{len(maps) + 1}"
            maps[name] = tier_map.renamed(name)


def _pool_maps(experiment: Experiment, searched: Searched | None, spec: SelectionSpec) -> dict[str, TierMap]:
    """Return the experiment's candidates and the best maps of a search's frontier that keep its limits."""
    incumbent = experiment.spec.incumbent.name
    maps = {name: tier_map for name, tier_map in experiment.tier_maps.items() if name != incumbent}
    if searched is None:
        return maps
    answer = searched.answer
    rows = np.flatnonzero(answer.is_within)
    order = rows[np.argsort(answer.total(answer.question.measures[0])[rows], kind="stable")]
    for row in order.tolist():
        if len(maps) >= len(experiment.tier_maps) - 1 + spec.most_maps:
            break
        name = f"frontier-{row + 1}"
        tier_map = answer.tier_map(answer.place_of(row), name=name)
        if not any(tier_map.renamed("") == known.renamed("") for known in maps.values()):
            maps[name] = tier_map
    return maps


def _searched_again(experiment: Experiment, chooser: Chooser, spec: SelectionSpec) -> list[TierMap]:
    """Return the maps that the search finds in resamples of the sessions; in some, no map may keep the limits."""
    if not spec.searches:
        return []
    stream: RequestStream = experiment.stream
    rng = np.random.default_rng(experiment.spec.evidence.seed)
    found = []
    for _ in tracked(range(spec.searches), "search again", unit="resample"):
        drawn = np.sort(rng.integers(0, stream.n_sessions, size=stream.n_sessions))
        with suppress(NoMapError):
            found.append(chooser.choose(drawn_sessions(stream, drawn)))
    return found


def _best_and_plateau(
    experiment: Experiment, sums: list[MapSums], base: MapSums, objective: str, maps: dict[str, TierMap]
) -> dict[str, Any]:
    """Return the best of the maps within the limits, corrected for having looked, and those that are as good."""
    evidence = experiment.spec.evidence
    spec = evidence.selection or SelectionSpec()
    resampling = Resampling(n_clusters=base.n_clusters, n_replicates=evidence.replicates, seed=evidence.seed)
    *each, incumbent = estimates_of_maps([*sums, base], resampling, measures=[objective])
    differences = measure_across(each, objective, minus=incumbent)
    unsteady = [_instability(experiment, maps[one.name]) for one in each]
    plateau = plateau_of(
        each,
        objective,
        instability=unsteady,
        margin=spec.margin,
        near=spec.near * min(abs(float(one.point[0])) for one in each),
        level=evidence.level,
    )
    return {
        "best_of_many": asdict(best_of_many(differences, level=evidence.level)),
        "plateau": _plateau(plateau, maps, differences.point),
    }


def _instability(experiment: Experiment, tier_map: TierMap) -> float:
    """Return the share of requests that a little noise in their min scores would move to another tier."""
    return float(expected_flips_of(experiment.traffic.asked, tier_map, SCORE_NOISE_SD).flip_share)


def _plateau(plateau: Plateau, maps: dict[str, TierMap], difference: FloatColumn) -> dict[str, Any]:
    order = np.lexsort((plateau.instability, plateau.gap))
    return {
        "margin": plateau.margin,
        "n_tied": plateau.n_tied,
        "best": plateau.names[plateau.best],
        "recommended": plateau.names[plateau.recommended],
        "score_noise_sd": SCORE_NOISE_SD,
        "maps": [
            {
                "name": plateau.names[at],
                "difference": float(difference[at]),
                "gap": float(plateau.gap[at]),
                "gap_low": float(plateau.gap_low[at]),
                "is_tied": bool(plateau.is_tied[at]),
                "is_near": bool(plateau.is_near[at]),
                "instability": float(plateau.instability[at]),
                "request_edges": [edge / PPM for edge in maps[plateau.names[at]].request_edges_ppm],
                "score_edges": maps[plateau.names[at]].score_edges,
            }
            for at in order.tolist()
        ],
    }

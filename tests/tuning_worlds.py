"""Small worlds to tune: models, a stream, caches, luck and a lattice, with ties on purpose and holes everywhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from random import Random

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from paretocode._checks import IntColumn
from paretocode.catalogue.catalogue import Catalogue
from paretocode.catalogue.scales import FractionScale, PercentileScale, ScoreScale, TableScale
from paretocode.errors import InputError
from paretocode.sim.cache import NO_CACHE, PrefixCache
from paretocode.sim.luck import Luck, draw_luck
from paretocode.sim.tables import (
    LogTables,
    RequestGrid,
    ScoredModels,
    band_choices,
    log_tables,
    request_classes,
    routed_levels,
    scored_models,
    table_subject,
    with_times,
)
from paretocode.stream.stream import PPM, RequestStream
from paretocode.tiermap import Policy
from paretocode.tune.edges.candidates import Candidates, EdgeRules, coupled_values, request_candidates, score_candidates
from paretocode.tune.edges.lattice import Lattice, TierRules, apart, coupled
from paretocode.tune.paths.graph import BandGraph
from strategies import catalogues, streams, timed

MARGIN_PPM = 100_000
LIMITS_S = (1.0, 1.001, 2.0, 7.0)
EXACT_SUMS = (
    "list_cost_pusd",
    "shortfall_ppm",
    "excess_ppm",
    "n_short",
    "n_unserved",
    "n_unmet",
    "n_tier_changes",
    "tier_distance",
    "n_near_edge",
    "n_untimed",
    "n_short_above:0.1",
    "n_served_by:m00-0",
)
"""Metrics that bands add up to exactly, always."""
CACHED_SUMS = ("cost_pusd", "fresh_tokens", "latency_us", *(f"n_above:{limit}" for limit in LIMITS_S))
"""Metrics that bands bound from above where caches are worth their price: tiers that share a model count as cold."""
METRICS = (*EXACT_SUMS, *CACHED_SUMS)
NEAR_EDGE_PPM = 10_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class World:
    """What a search starts from."""

    models: ScoredModels
    stream: RequestStream
    luck: Luck
    points: Candidates
    scores: Candidates | None
    lattice: Lattice
    rules: TierRules
    default_is_highest: bool

    def tables(
        self,
        stream: RequestStream | None = None,
        luck: Luck | None = None,
        models: ScoredModels | None = None,
        limits_s: tuple[float, ...] = LIMITS_S,
    ) -> LogTables:
        """Return the tables of a log, with times of every model that some band takes."""
        stream, luck, models = stream or self.stream, luck or self.luck, models or self.models
        cuts = np.unique(self.lattice.places_of(models))
        marks = np.unique(np.concatenate((models.axis_ppm, models.axis_ppm + MARGIN_PPM)))
        subject = table_subject(
            models,
            request_classes(models, cuts),
            RequestGrid(edges_ppm=self.points.edge, asked_ppm=marks[marks <= PPM]),
            default_is_highest=self.default_is_highest,
        )
        counted = log_tables(stream, subject)
        used = band_choices(models, subject.classes, cuts, np.arange(subject.classes.n_classes)).used_models
        return with_times(counted, stream, luck, places=used, limits_us=[round(limit * 1e6) for limit in limits_s])


RULES = {
    "ttl_s": st.sampled_from([0.0, 1.0, 4.0, 300.0]),
    "min_tokens": st.sampled_from([0, 1, 15, 20, 60]),
    "write_to_prompt": st.sampled_from([None, None, 0.05, 1.25]),
}


@st.composite
def caches_of(draw: st.DrawFn, catalogue: Catalogue) -> PrefixCache:
    """No caches, or rules for all and others for some models."""
    if draw(st.integers(0, 3)) == 0:
        return NO_CACHE
    rules = st.builds(PrefixCache, **RULES)
    return dataclasses.replace(draw(rules), by_model={k: draw(rules) for k in catalogue.keys if draw(st.booleans())})


@st.composite
def scored_catalogues(draw: st.DrawFn) -> Catalogue:
    """Catalogues with at least one model that can serve; scores that differ by less than a thousandth among them."""
    catalogue = draw(timed(draw(catalogues())))
    values = st.sampled_from([10.0, 20.0, 20.0002, 20.0004, 20.001, 30.0, float("nan")])
    scores = [draw(values) for _ in catalogue.keys]
    catalogue = catalogue.replace(
        coding_score=np.array(scores),
        model_id=tuple(f"m{draw(st.integers(0, 3)):02d}-{at}" for at in range(len(scores))),
    )
    assume(bool((catalogue.has_score & catalogue.has_price & (catalogue.context_tokens > 0)).any()))
    return catalogue


@st.composite
def scales_of(draw: st.DrawFn, catalogue: Catalogue) -> ScoreScale:
    """Any of the three scales."""
    known = tuple(catalogue.coding_score[catalogue.has_score].tolist())
    return draw(
        st.sampled_from(
            [
                PercentileScale(field=known),
                FractionScale(full=40.0),
                TableScale(points=((10.0, 0.25), (20.001, 0.5), (25.0, 0.5), (30.0, 1.0))),
            ]
        )
    )


@st.composite
def stateless_policies(draw: st.DrawFn) -> Policy:
    """Any policy without stickiness."""
    return Policy(
        ranking=draw(st.sampled_from(["price", "throughput"])),
        price_metric=draw(st.sampled_from(["prompt", "completion", "blend_3_1", "blend_7_2_1", "request"])),
        eligibility=draw(st.sampled_from(["tier", "floor"])),
        empty_tier=draw(st.sampled_from(["up", "down", "refuse"])),
        stickiness="none",
        hysteresis_ppm=draw(st.sampled_from([0, 0, 100_000, 250_000])),
        downgrades=draw(st.sampled_from(["allowed", "never"])),
    )


@st.composite
def edge_rules(draw: st.DrawFn) -> EdgeRules:
    """Rules for the request axis: a pin off the data, a pin on it, a forbidden stretch, a thinner grid."""
    return EdgeRules(
        pinned=draw(st.sampled_from([(), (), (300_000,), (250_000, 700_000)])),
        forbidden=draw(st.sampled_from([(), (), ((400_000, 600_000),)])),
        most_candidates=draw(st.sampled_from([None, None, 2, 3])),
    )


@st.composite
def tier_rules(draw: st.DrawFn) -> TierRules:
    """Rules of tiers that leave something to search."""
    least_serving = draw(st.sampled_from([0, 0, 1]))
    return TierRules(
        least_members=draw(st.sampled_from([0, 1])),
        least_serving=least_serving,
        least_price_step_ppm=draw(st.sampled_from([None, None, 0, 100_000])) if least_serving else None,
    )


def lattice_of(
    models: ScoredModels, stream: RequestStream, rules: EdgeRules, *, is_coupled: bool, default_is_highest: bool
) -> tuple[Candidates, Candidates | None, Lattice]:
    """Return the candidates on the request axis, those on the score axis where they are apart, and the lattice."""
    level = routed_levels(stream, models.policy, default_is_highest=default_is_highest)
    values, weight = np.unique(level[~stream.is_omitted], return_counts=True)
    if is_coupled:
        points = request_candidates(*coupled_values(models, values, weight), rules)
        return points, None, coupled(points, models)
    points, scores = request_candidates(values, weight, rules), score_candidates(models, EdgeRules())
    return points, scores, apart(points, scores)


@st.composite
def tuning_worlds(draw: st.DrawFn) -> World:
    """Any world with at least one candidate edge."""
    catalogue, stream = draw(scored_catalogues()), draw(streams())
    models = scored_models(
        catalogue, draw(stateless_policies()), scale=draw(scales_of(catalogue)), cache=draw(caches_of(catalogue))
    )
    default_is_highest, is_coupled, rules = draw(st.booleans()), draw(st.booleans()), draw(edge_rules())
    asked = stream.min_score_ppm[~stream.is_omitted]
    assume(bool((asked > 0).any()) or bool(rules.pinned))
    # An edge must part two scores that the file can tell apart.
    assume(len(np.unique(models.score_milli)) > 1)
    try:
        points, scores, lattice = lattice_of(
            models, stream, rules, is_coupled=is_coupled, default_is_highest=default_is_highest
        )
    except InputError as error:
        assume("thousandth" not in str(error) and "no candidate edge" not in str(error))
        raise
    return World(
        models=models,
        stream=stream,
        luck=draw_luck(stream, rng=draw(st.integers(0, 9))),
        points=points,
        scores=scores,
        lattice=lattice,
        rules=draw(tier_rules()),
        default_is_highest=default_is_highest,
    )


def paths_of(graph: BandGraph, *, most: int) -> list[IntColumn]:
    """Return up to `most` paths of a graph, in any order."""
    rng = Random(1)
    out: list[list[int]] = [[] for _ in range(graph.n_nodes)]
    for arc, tail in enumerate(graph.tail.tolist()):
        out[tail].append(arc)
    leads_on = np.zeros(graph.n_nodes, dtype=np.bool_)
    leads_on[-1] = True
    for arc in range(graph.n_arcs - 1, -1, -1):
        leads_on[graph.tail[arc]] |= leads_on[graph.head[arc]]

    def walk(node: int, path: list[int]) -> Iterator[IntColumn]:
        if node == graph.n_nodes - 1:
            yield np.array(path)
            return
        arcs = [arc for arc in out[node] if leads_on[graph.head[arc]]]
        for arc in rng.sample(arcs, len(arcs)):
            yield from walk(int(graph.head[arc]), [*path, arc])

    found = []
    for path in walk(0, []):
        found.append(path)
        if len(found) == most:
            break
    return found

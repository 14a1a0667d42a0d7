"""From the words of an experiment to its things: catalogue, scale, stream, demand, maps."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from paretocode._checks import one_of
from paretocode.bands import Bands, bands_by_scheme
from paretocode.catalogue import (
    Catalogue,
    FractionScale,
    PercentileScale,
    ScoreScale,
    TableScale,
    bundled_scale,
    join_openrouter_aa,
    load_catalogue,
    read_artificial_analysis,
    read_openrouter_models,
)
from paretocode.catalogue.history import History, load_history
from paretocode.errors import InputError, ParetocodeError, UsageError
from paretocode.evidence.feedback import FeedbackReports, read_feedback
from paretocode.evidence.outcomes import OutcomeTable
from paretocode.experiment.evidence_outcomes import asked_outcomes
from paretocode.experiment.map_sections import MapSpec, PolicySpec
from paretocode.experiment.memory import plan_of
from paretocode.experiment.spec import ExperimentSpec
from paretocode.experiment.traffic import PARTS, Traffic, TrafficInMemory, TrafficInParts, refuse_in_parts
from paretocode.experiment.world_sections import CatalogueSpec, ScaleSpec
from paretocode.sim.cache import PrefixCache
from paretocode.sim.operations import Operations
from paretocode.sim.partitioned import EngineChoice, asked_parts
from paretocode.sim.partitioned.memory import machine_bytes, refuse_beyond
from paretocode.stream import (
    DEFAULT_DEMAND,
    DEMANDS,
    Demand,
    DemandMixture,
    RequestStream,
    apply_demand,
    load_stream,
    observed_demand,
    observed_demand_of,
    synthesise,
)
from paretocode.stream.partitioned import open_partitions
from paretocode.tiermap import Policy, TierMap, documented_pareto_code, map_from_edges, map_from_listing
from paretocode.tiermap.file import read_tier_map

__all__ = ["Experiment", "Today", "map_of_section", "resolve", "resolve_catalogue", "resolve_scale"]


_REPLACED = "the log's own min scores were replaced by the stated demand"


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """An experiment with everything loaded.

    Parameters
    ----------
    name, scale_name
        The experiment's name and its size, ``full`` or ``smoke``.
    spec
        The words.
    tier_maps
        Name -> map, the incumbent first.
    proposed
        The map put forward; with a search it is settled when that is done.
    today, reports, outcomes
        Today's stream and catalogue, users' reports, and a table of outcomes, where the evidence section names them.
    """

    name: str
    scale_name: str
    spec: ExperimentSpec
    catalogue: Catalogue
    scale: ScoreScale
    traffic: Traffic
    demand: Demand
    demand_origin: str
    cache: PrefixCache
    operations: Operations | None
    arrivals: str
    history: History | None
    tier_maps: dict[str, TierMap]
    proposed: str
    bands: Bands | None
    today: Today | None = None
    reports: FeedbackReports | None = None
    outcomes: OutcomeTable | None = None

    @property
    def stream(self) -> RequestStream:
        """The requests in memory.

        Raises
        ------
        InputError
            They lie in parts.
        """
        return self.traffic.stream


class Today(NamedTuple):
    """What runs now, to be compared with what the map was chosen on."""

    stream: RequestStream
    catalogue: Catalogue | None


def resolve(
    spec: ExperimentSpec, *, name: str, scale_name: str, base: Path, engine: EngineChoice | None = None
) -> Experiment:
    """Load all that an experiment names; relative paths are relative to `base`, the experiment's folder.

    Parameters
    ----------
    engine
        Who works on a stream in parts; this process where it is None.

    Raises
    ------
    InputError
        Whatever a reader, a scheme or a map refuses.
    """
    catalogue = resolve_catalogue(spec.catalogue, base)
    scale = resolve_scale(spec.scale, catalogue)
    traffic, demand, origin = _traffic(spec, scale_name, base, engine or EngineChoice(name="serial"))
    maps = [spec.incumbent, *spec.candidates]
    tier_maps = resolve_maps(spec, catalogue, scale, base)
    return Experiment(
        name=name,
        scale_name=scale_name,
        spec=spec,
        catalogue=catalogue,
        scale=scale,
        traffic=traffic,
        demand=demand,
        demand_origin=origin,
        cache=spec.cache.rules(),
        operations=None if spec.operations is None else spec.operations.operations(),
        history=None if spec.motion is None else load_history(base / spec.motion.history),
        arrivals="open" if spec.operations is None else spec.operations.arrivals,
        tier_maps=tier_maps,
        proposed=spec.proposed,
        bands=next((_bands(m, catalogue) for m in maps if m.kind == "scheme"), None),
        today=_today(spec, base),
        reports=_reports(spec, tier_maps[spec.incumbent.name], base),
        outcomes=None if spec.evidence.outcomes is None else asked_outcomes(spec.evidence.outcomes, base),
    )


def _today(spec: ExperimentSpec, base: Path) -> Today | None:
    """Load today's log; min scores that it does not state are drawn as the experiment's are, from a seed of its own."""
    drift = spec.evidence.drift
    if drift is None:
        return None
    raw = load_stream(drift.reader, base / drift.path, **drift.options)
    seeds = spec.seeds.model_copy(update={"demand": spec.seeds.demand + 1})
    stream, _, _ = _with_demand(spec.model_copy(update={"seeds": seeds}), raw)
    return Today(stream, None if drift.catalogue is None else load_catalogue(base / drift.catalogue))


def _reports(spec: ExperimentSpec, incumbent: TierMap, base: Path) -> FeedbackReports | None:
    feedback = spec.evidence.feedback
    if feedback is None:
        return None
    return read_feedback(base / feedback.path, tier_map=incumbent, columns=feedback.columns or None)


def resolve_maps(spec: ExperimentSpec, catalogue: Catalogue, scale: ScoreScale, base: Path) -> dict[str, TierMap]:
    """Return the incumbent and the candidates that are stated, by name."""
    maps = [spec.incumbent, *spec.candidates]
    return {m.name: _tier_map(m, catalogue, scale, spec.policy, base) for m in maps}


def resolve_demand(spec: ExperimentSpec, *, has_demand: bool, where: str) -> Demand | DemandMixture | None:
    """Return the demand to draw min scores from; None where the log's own count.

    Raises
    ------
    InputError
        The log's own are asked for, and it has none.
    """
    if spec.demand.kind == "log" or (spec.demand.kind == "auto" and has_demand):
        if not has_demand:
            raise InputError(
                "no request of it states a min score",
                where=where,
                way_out='use [demand] kind = "default" or "law"',
            )
        return None
    return _stated_demand(spec)


def resolve_catalogue(spec: CatalogueSpec, base: Path) -> Catalogue:
    """Load the catalogue; with `scores`, OpenRouter prices joined with an Artificial Analysis payload."""
    if spec.scores is None:
        if spec.source.startswith("bundled"):
            return load_catalogue(spec.source)
        return load_catalogue(base / spec.source)
    scores = read_artificial_analysis(base / spec.scores, score_definition=spec.score_definition)
    return join_openrouter_aa(read_openrouter_models(base / spec.source), scores)


def resolve_scale(spec: ScaleSpec, catalogue: Catalogue) -> ScoreScale:
    """Return the score scale; the percentile is that of the catalogue's own scored models."""
    if spec.kind == "fraction":
        highest = float(np.nanmax(catalogue.coding_score, initial=-np.inf))
        if highest > spec.full:
            raise InputError(
                f"a score of {highest:g} lies above full = {spec.full:g}",
                where="scale",
                way_out="give the score's maximum",
            )
        return FractionScale(full=spec.full)
    if spec.kind == "table":
        return TableScale(points=tuple((float(s), float(a)) for s, a in spec.points))
    if spec.kind == "field_percentile":
        return bundled_scale()
    return PercentileScale(field=tuple(float(score) for score in catalogue.coding_score[catalogue.has_score]))


def _stream(spec: ExperimentSpec, scale_name: str, base: Path) -> RequestStream:
    size = getattr(spec.stream.sizes, scale_name)
    if spec.stream.preset is not None:
        return synthesise(spec.stream.preset, n_requests=size, rng=spec.seeds.stream, parameters=spec.stream.parameters)
    path = base / (spec.stream.path or "")
    if spec.stream.reader == PARTS and size is not None:
        return open_partitions(path).first_sessions(size)
    stream = load_stream(spec.stream.reader or "", path, **spec.stream.options)
    return stream if size is None else stream.first_sessions(size)


def _traffic(spec: ExperimentSpec, scale_name: str, base: Path, engine: EngineChoice) -> tuple[Traffic, Demand, str]:
    """Return the requests, in parts where they lie in parts and all are asked for, and what is asked of them."""
    if spec.stream.reader != PARTS and engine not in (EngineChoice(), EngineChoice(name="serial")):
        raise UsageError(
            "an engine or a limit of memory is asked for, and the stream does not lie in parts",
            way_out='leave it out, or partition the log: [stream] reader = "parts"',
        )
    if spec.stream.reader != PARTS or getattr(spec.stream.sizes, scale_name) is not None:
        stream, demand, origin = _with_demand(spec, _stream(spec, scale_name, base))
        return TrafficInMemory(stream), demand, origin
    if spec.stream.options:
        raise UsageError(f"reader {PARTS!r} takes no options", way_out="take out stream.options")
    parts = open_partitions(base / (spec.stream.path or ""))
    refuse_in_parts(spec, where=str(parts.folder))
    workforce = engine.workforce(len(parts.parts))
    plan = plan_of(spec, parts, n_here=workforce.n_here)
    limit_bytes = machine_bytes() if engine.memory_bytes is None else engine.memory_bytes
    refuse_beyond(plan, limit_bytes, where=str(parts.folder), is_asked=engine.memory_bytes is not None)
    stated = resolve_demand(spec, has_demand=parts.has_demand, where=parts.name)
    asked = asked_parts(parts, demand=stated, demand_rng=spec.seeds.demand, luck_rng=spec.seeds.luck)
    is_replaced = stated is not None and parts.has_demand
    notes = (*parts.notes, _REPLACED) if is_replaced else parts.notes
    traffic = TrafficInParts(parts=parts, notes=notes, asked_parts=asked, workforce=workforce, plan=plan)
    if stated is None:
        return traffic, observed_demand_of(traffic.asked), "log"
    return traffic, stated.marginal() if isinstance(stated, DemandMixture) else stated, "assumed"


def _with_demand(spec: ExperimentSpec, stream: RequestStream) -> tuple[RequestStream, Demand, str]:
    demand = resolve_demand(spec, has_demand=stream.has_demand, where=stream.name)
    if demand is None:
        return stream, observed_demand(stream), "log"
    if stream.has_demand:
        stream = stream.replace(notes=(*stream.notes, _REPLACED))
    asked = apply_demand(stream, demand, rng=spec.seeds.demand)
    return asked, demand.marginal() if isinstance(demand, DemandMixture) else demand, "assumed"


def _stated_demand(spec: ExperimentSpec) -> Demand | DemandMixture:
    if spec.demand.kind == "law":
        return _law(spec)
    if spec.demand.kind != "named":
        return DEFAULT_DEMAND
    name = spec.demand.name or ""
    one_of(name, tuple(DEMANDS), name="name", where="demand")
    return DEMANDS[name]


def _law(spec: ExperimentSpec) -> Demand:
    law = spec.demand
    return Demand(
        atoms=tuple(sorted((float(score), float(share)) for score, share in law.atoms)),
        omitted_share=law.omitted_share,
        smooth_share=law.smooth_share,
        smooth_low=law.smooth_low,
        smooth_high=law.smooth_high,
        smooth_a=law.smooth_a,
        smooth_b=law.smooth_b,
        switch_rate=law.switch_rate,
    )


def _policy(base: Policy, spec: PolicySpec) -> Policy:
    return dataclasses.replace(base, **spec.model_dump(exclude_none=True))


def _bands(spec: MapSpec, catalogue: Catalogue) -> Bands:
    scores = catalogue.coding_score[catalogue.has_score]
    return bands_by_scheme(spec.scheme or "", scores, spec.n_bands, min_members=spec.min_members, min_gap=spec.min_gap)


@contextmanager
def _naming(spec: MapSpec) -> Iterator[None]:
    """Say which of the experiment's maps a refusal is about."""
    try:
        yield
    except ParetocodeError as error:
        place = f"map {spec.name!r}"
        inner = "" if error.where.startswith("tier map ") or not error.where else f", {error.where}"
        raise type(error)(error.what, where=place + inner, way_out=error.way_out) from error


def map_of_section(spec: MapSpec, experiment: Experiment, *, base: Path) -> TierMap:
    """Return the map that a section of an experiment's file would stand for.

    Raises
    ------
    InputError
        Whatever a scheme or a map refuses.
    """
    return _tier_map(spec, experiment.catalogue, experiment.scale, experiment.spec.policy, base)


def _tier_map(spec: MapSpec, catalogue: Catalogue, scale: ScoreScale, policy: PolicySpec, base: Path) -> TierMap:
    with _naming(spec):
        return _built(spec, catalogue, scale, _policy(_policy(Policy(), policy), spec.policy), base)


def _built(spec: MapSpec, catalogue: Catalogue, scale: ScoreScale, policy: Policy, base: Path) -> TierMap:
    if spec.kind == "documented":
        tier_map = documented_pareto_code(catalogue, policy=policy)
    elif spec.kind == "listed":
        tier_map = map_from_listing(
            catalogue, request_edges=spec.request_edges or [], default_tier=spec.default_tier, policy=policy
        )
    elif spec.kind == "file":
        tier_map = read_tier_map(base / (spec.path or "")).tier_map()
        tier_map = tier_map.with_policy(**spec.policy.model_dump(exclude_none=True))
    else:
        score_edges = spec.score_edges if spec.kind == "edges" else list(_bands(spec, catalogue).edges)
        tier_map = map_from_edges(
            catalogue,
            score_edges=score_edges or [],
            request_edges=spec.request_edges,
            scale=scale,
            default_tier=spec.default_tier,
            policy=policy,
        )
    return tier_map.renamed(spec.name)

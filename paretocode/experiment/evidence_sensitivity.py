"""What else could be true? The default shifts of the world for incumbent and proposed map, and break-even points."""

from __future__ import annotations

from typing import Any

from paretocode.errors import InputError
from paretocode.evidence.sensitivity import break_even, default_parameters, default_shifts, sensitivity, world_of
from paretocode.experiment.evidence_sections import SensitivitySpec
from paretocode.experiment.resolve import Experiment
from paretocode.progress import task, tracked

__all__ = ["sensitivity_document"]


def sensitivity_document(experiment: Experiment, spec: SensitivitySpec) -> dict[str, Any]:
    """Return the tornado and the break-even points of the proposed map against the incumbent."""
    incumbent, proposed = experiment.spec.incumbent.name, experiment.proposed
    if proposed == incumbent:
        return {"left_out": "the incumbent is proposed, so there is no candidate to be sensitive"}
    world = world_of(
        experiment.catalogue,
        experiment.stream,
        experiment.tier_maps[incumbent],
        experiment.tier_maps[proposed],
        scale=experiment.scale,
        rng=experiment.spec.seeds.luck,
        cache=experiment.cache,
        operations=experiment.operations,
    )
    with task("sensitivity", unit="replay") as work:
        shifts = default_shifts(world, has_failures=experiment.operations is not None)
        tornado = sensitivity(world, shifts, measures=spec.measures, progress=work.at)
    document: dict[str, Any] = {"tornado": tornado.to_dict()}
    if spec.break_even:
        document["break_even"] = [
            _break_even(world, parameter, spec.measures[0])
            for parameter in tracked(default_parameters(world), "break-even", unit="parameter")
        ]
    return document


def _break_even(world: Any, parameter: Any, measure: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = break_even(world, parameter, measure=measure).to_dict()
    except InputError as refusal:
        return {"parameter": parameter.name, "why_not": str(refusal)}
    return found

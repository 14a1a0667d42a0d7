"""Whom does the proposed map hit hardest? The slices of `metrics.json`, proposed against incumbent."""

from __future__ import annotations

from typing import Any

from paretocode.evidence.slices import slice_impacts
from paretocode.experiment.evidence_sums import CLUSTERS
from paretocode.experiment.measuring import MapReplays
from paretocode.experiment.resolve import Experiment

__all__ = ["slices_document"]


def slices_document(experiment: Experiment) -> dict[str, Any] | None:
    """Return cost and shortfall slice by slice; None where no map is proposed in the incumbent's place.

    Notes
    -----
    The two maps are replayed once more: which map is proposed is known only after all are measured, and the requests of
    all maps are too many to keep.
    """
    spec, names = experiment.spec.evidence, (experiment.spec.incumbent.name, experiment.proposed)
    if names[0] == names[1]:
        return None
    replays = MapReplays(experiment)
    old, new = (replays.run(experiment.tier_maps[name]) for name in names)
    found = slice_impacts(
        old,
        new,
        scale=experiment.scale,
        clusters=CLUSTERS[spec.clusters](experiment.stream),
        n_replicates=spec.replicates,
        level=spec.level,
        seed=spec.seed,
    )
    return {"incumbent": names[0], "map": names[1], **found.to_dict()}

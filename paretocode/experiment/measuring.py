"""How is every map of an experiment measured? One after the other, on the same luck; a finished one is kept."""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from paretocode._files import json_bytes, read_json, write_atomically
from paretocode.catalogue.history import History
from paretocode.errors import InputError
from paretocode.experiment.resolve import Experiment
from paretocode.experiment.state_sections import MotionSpec
from paretocode.sim.billing import nano_usd
from paretocode.sim.events import replay_events, tally_events
from paretocode.sim.luck import Luck, draw_luck
from paretocode.sim.metrics import measure
from paretocode.sim.motion import jump_causes, motion_effect, replay_in_motion, timeline_of
from paretocode.sim.replaying import replay
from paretocode.tiermap import TierMap

__all__ = ["Measured", "measure_maps"]


class Measured(NamedTuple):
    """The metrics of each map, and how long its replay and measuring took [s]; no time for a resumed one."""

    metrics: dict[str, dict[str, Any]]
    seconds: dict[str, float]


def measure_maps(experiment: Experiment, *, parts: Path | None = None, digest: str = "") -> Measured:
    """Replay and measure every map of an experiment.

    Parameters
    ----------
    parts
        A folder in which each finished map leaves its numbers; a map that is there already is not replayed again.
    digest
        The experiment's digest; a part of another digest, or one that was touched, is made anew.
    """
    from tqdm import tqdm

    luck = None
    metrics: dict[str, dict[str, Any]] = {}
    seconds: dict[str, float] = {}
    bar = tqdm(experiment.tier_maps.items(), desc="replay", unit="map", disable=not sys.stderr.isatty())
    for name, tier_map in bar:
        part = parts / f"{name}.json" if parts is not None else None
        if part is not None and (kept := _kept_part(part, digest)):
            metrics[name] = kept
            continue
        luck = luck or draw_luck(experiment.stream, rng=experiment.spec.seeds.luck)
        started = time.perf_counter()
        metrics[name] = _measured(experiment, tier_map, luck)
        seconds[name] = time.perf_counter() - started
        if part is not None:
            write_atomically(part, json_bytes({"metrics": metrics[name], "seal": _part_seal(metrics[name], digest)}))
    return Measured(metrics, seconds)


def _measured(experiment: Experiment, tier_map: TierMap, luck: Luck) -> dict[str, Any]:
    """Replay one map, with its failures where the experiment states any, and return all its numbers."""
    stream, catalogue, cache = experiment.stream, experiment.catalogue, experiment.cache
    if experiment.history is not None and experiment.spec.motion is not None:
        return _measured_in_motion(experiment, tier_map, luck, history=experiment.history, spec=experiment.spec.motion)
    if experiment.operations is None:
        run = replay(stream, tier_map, catalogue, cache=cache, luck=luck)
        return measure(run, scale=experiment.scale).to_dict()
    replayed = replay_events(
        stream,
        tier_map,
        catalogue,
        operations=experiment.operations,
        luck=luck,
        cache=cache,
        arrivals=experiment.arrivals,
    )
    found = measure(replayed.run, scale=experiment.scale).to_dict()
    return {**found, "events": tally_events(replayed).to_dict()}


def _measured_in_motion(
    experiment: Experiment, tier_map: TierMap, luck: Luck, *, history: History, spec: MotionSpec
) -> dict[str, Any]:
    """Replay one map while the catalogue moves, and say what its movement did."""
    timeline = timeline_of(
        history,
        tier_map,
        origin=spec.origin,
        keys=spec.keys or None,
        fill_from=experiment.catalogue,
        first=spec.first,
        last=spec.last,
    )
    motion = replay_in_motion(
        experiment.stream,
        tier_map,
        timeline,
        membership=spec.membership,
        cache=experiment.cache,
        luck=luck,
    )
    causes, effect = jump_causes(motion), motion_effect(motion)
    return {
        **measure(motion.run, scale=experiment.scale).to_dict(),
        "motion": {
            "epochs": len(timeline.catalogues),
            "catalogue_jumps": causes.n_catalogue_jumps,
            "request_jumps": causes.n_request_jumps,
            "effect_usd": nano_usd(effect.cost_pusd) / 1e9,
            "notes": list(motion.notes),
        },
    }


def _part_seal(metrics: dict[str, Any], digest: str) -> str:
    return hashlib.sha256(digest.encode() + json_bytes(metrics)).hexdigest()


def _kept_part(part: Path, digest: str) -> dict[str, Any] | None:
    """Return the numbers of a part file, or None where there is none that can be trusted."""
    if not part.is_file():
        return None
    try:
        plain: dict[str, Any] = read_json(part, what="part of a run", way_out="run the experiment again")
    except InputError:
        return None
    metrics = plain.get("metrics")
    return metrics if isinstance(metrics, dict) and plain.get("seal") == _part_seal(metrics, digest) else None

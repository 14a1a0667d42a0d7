"""How is every map of an experiment measured? One after the other, on the same luck; a finished one is kept."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from paretocode._files import json_bytes, read_json, write_atomically
from paretocode.catalogue.history import History
from paretocode.errors import InputError
from paretocode.evidence import MapSums
from paretocode.experiment.evidence_sums import SumsOfMaps
from paretocode.experiment.parted import AskedSums, PartedRun
from paretocode.experiment.provenance import digest_of
from paretocode.experiment.resolve import Experiment
from paretocode.experiment.state_sections import MotionSpec
from paretocode.experiment.traffic import TrafficInParts
from paretocode.progress import task
from paretocode.sim.billing import nano_usd
from paretocode.sim.events import EventReplay, replay_events, tally_events
from paretocode.sim.jumps import (
    Failures,
    JumpTables,
    JumpTally,
    jump_report,
    jump_tables,
    tally_jumps,
)
from paretocode.sim.jumps.edge_jumps import edge_jumps_of
from paretocode.sim.jumps.noise import expected_flips_of, near_edge_ppm_of
from paretocode.sim.luck import Luck, draw_luck
from paretocode.sim.metrics import metrics_of
from paretocode.sim.motion import (
    MotionReplay,
    jump_causes,
    motion_effect,
    moving_jump_tables,
    replay_in_motion,
    timeline_of,
)
from paretocode.sim.operations import Operations
from paretocode.sim.partitioned.keeping import kept_until_done
from paretocode.sim.replaying import Replay, replay
from paretocode.sim.tally_record import Tally
from paretocode.sim.tallying import tally
from paretocode.sim.tier_latency import tier_latencies
from paretocode.stream import PPM, AskedCounts, asked_counts
from paretocode.tiermap import TierMap

__all__ = [
    "KEPT",
    "NEAR_EDGE_DISTANCES",
    "SCORE_NOISE_SD",
    "MapReplays",
    "Measured",
    "MeasuredMap",
    "measure_maps",
    "measure_resumed",
    "numbers_of",
    "sums_of_maps",
]

KEPT = ".kept"
"""Folder beside the parts in which finished ones leave their numbers until all are done."""

NEAR_EDGE_DISTANCES = (0.01, 0.02, 0.05)
"""How near to an edge a min score stands, on the 0..1 axis: one and a few steps of what people write."""

SCORE_NOISE_SD = 0.02
"""Standard deviation of the noise in min scores for which flips are expected; our choice, not a measurement."""


class Measured(NamedTuple):
    """The metrics of each map, how long its replay and measuring took [s] (no time for a resumed one), and the sums by
    session of all maps, for the evidence."""

    metrics: dict[str, dict[str, Any]]
    seconds: dict[str, float]
    sums: SumsOfMaps


def measure_maps(experiment: Experiment, *, parts: Path | None = None, digest: str = "") -> Measured:
    """Replay and measure every map of an experiment.

    Parameters
    ----------
    parts
        A folder in which each finished map leaves its numbers; a map that is there already is not replayed again.
    digest
        The experiment's digest; a part of another digest, or one that was touched, is made anew.
    """
    if isinstance(experiment.traffic, TrafficInParts):
        return _measured_in_parts(experiment, experiment.traffic, parts=parts, digest=digest)
    metrics: dict[str, dict[str, Any]] = {}
    seconds: dict[str, float] = {}
    replays = MapReplays(experiment)
    sums = SumsOfMaps(experiment, parts=parts, digest=digest)
    for name, tier_map in _told_maps(experiment):
        part = parts / f"{name}.json" if parts is not None else None
        if part is not None and (kept := _kept_part(part, digest)):
            metrics[name] = kept
            sums.recall(name, lambda tier_map=tier_map: replays.measured(tier_map).run)  # type: ignore[misc]
            continue
        started = time.perf_counter()
        found = replays.measured(tier_map)
        metrics[name] = found.numbers
        seconds[name] = time.perf_counter() - started
        sums.add(name, found.run)
        if part is not None:
            write_atomically(part, json_bytes({"metrics": metrics[name], "seal": _part_seal(metrics[name], digest)}))
    return Measured(metrics, seconds, sums)


def measure_resumed(experiment: Experiment) -> Measured:
    """Measure maps on their own, outside of a result: a stream in parts keeps what is finished beside its parts.

    Nothing is kept where the folder cannot be written to, or once all is done.
    """
    traffic = experiment.traffic
    if not isinstance(traffic, TrafficInParts) or not os.access(traffic.parts.folder, os.W_OK):
        return measure_maps(experiment)
    digest = digest_of(experiment)
    folder = traffic.parts.folder / KEPT / digest[:16]
    with kept_until_done(folder):
        return measure_maps(experiment, parts=folder, digest=digest)


def _measured_in_parts(experiment: Experiment, traffic: TrafficInParts, *, parts: Path | None, digest: str) -> Measured:
    """Replay all maps part by part; finished parts are kept in the folder."""
    sums = SumsOfMaps(experiment, parts=None, digest=digest)
    asked = sums if sums.is_wanted else None
    run = _run_on_parts(experiment, traffic, experiment.tier_maps, asked, kept=parts, digest=digest)
    found = run.measured()
    sums.of_map = run.sums(found)
    metrics = {name: numbers_of(one.tally, one.jumps, found.asked) for name, one in found.maps.items()}
    return Measured(metrics, dict(found.seconds), sums)


def _run_on_parts(
    experiment: Experiment,
    traffic: TrafficInParts,
    maps: Mapping[str, TierMap],
    sums: SumsOfMaps | None,
    *,
    kept: Path | None,
    digest: str,
) -> PartedRun:
    kind = experiment.spec.evidence.clusters
    return PartedRun(
        traffic=traffic,
        maps=maps,
        catalogue=experiment.catalogue,
        scale=experiment.scale,
        cache=experiment.cache,
        asked=None if sums is None else AskedSums(tuple(sums.measures), kind),
        kept=kept,
        digest=digest,
    )


def sums_of_maps(
    experiment: Experiment, maps: Mapping[str, TierMap], sums: SumsOfMaps, *, parts: Path | None, digest: str
) -> dict[str, MapSums]:
    """Return the sums by cluster of further maps, from which one is chosen; no choice goes by a quantile."""
    traffic = experiment.traffic
    if isinstance(traffic, TrafficInParts) and maps:
        run = _run_on_parts(experiment, traffic, maps, sums, kept=parts, digest=digest)
        run = replace(run, asked=run.asked and run.asked.without_quantiles())
        return run.sums(run.measured())
    replays = MapReplays(experiment)
    return {name: replace(sums.sums_of(replays.measured(each).run), name=name) for name, each in maps.items()}


def _told_maps(experiment: Experiment) -> Iterator[tuple[str, TierMap]]:
    """Yield the maps by name while a bar counts the requests that are replayed under them."""
    n_requests = len(experiment.stream)
    with task("replay", total=n_requests * len(experiment.tier_maps), unit="request") as work:
        for name, tier_map in experiment.tier_maps.items():
            work.named("replay", name)
            yield name, tier_map
            work.advance(n_requests)


class MeasuredMap(NamedTuple):
    """One map's replay and all its numbers."""

    run: Replay
    numbers: dict[str, Any]


class MapReplays:
    """Replays of an experiment's maps on one luck, drawn when first needed."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment

    @cached_property
    def luck(self) -> Luck:
        """The stream's luck, the same for every map."""
        return draw_luck(self.experiment.stream, rng=self.experiment.spec.seeds.luck)

    def measured(self, tier_map: TierMap) -> MeasuredMap:
        """Replay one map, with failures or a moving catalogue where the experiment states them, and measure it."""
        experiment, spec = self.experiment, self.experiment.spec
        if experiment.history is not None and spec.motion is not None:
            return _measured_in_motion(experiment, self._in_motion(tier_map, experiment.history, spec.motion))
        if experiment.operations is not None:
            return _measured_with_failures(experiment, self._with_failures(tier_map, experiment.operations))
        run = self.plain(tier_map)
        return MeasuredMap(run, _numbers(experiment, run, jump_tables(run, experiment.cache)))

    def run(self, tier_map: TierMap) -> Replay:
        """Replay one map as `measured` does, and measure nothing."""
        experiment, spec = self.experiment, self.experiment.spec
        if experiment.history is not None and spec.motion is not None:
            return self._in_motion(tier_map, experiment.history, spec.motion).run
        if experiment.operations is not None:
            return self._with_failures(tier_map, experiment.operations).run
        return self.plain(tier_map)

    def plain(self, tier_map: TierMap) -> Replay:
        """Replay one map with nothing failing and no catalogue moving."""
        experiment = self.experiment
        return replay(experiment.stream, tier_map, experiment.catalogue, cache=experiment.cache, luck=self.luck)

    def _with_failures(self, tier_map: TierMap, operations: Operations) -> EventReplay:
        experiment = self.experiment
        return replay_events(
            experiment.stream,
            tier_map,
            experiment.catalogue,
            operations=operations,
            luck=self.luck,
            cache=experiment.cache,
            arrivals=experiment.arrivals,
        )

    def _in_motion(self, tier_map: TierMap, history: History, spec: MotionSpec) -> MotionReplay:
        experiment = self.experiment
        timeline = timeline_of(
            history,
            tier_map,
            origin=spec.origin,
            keys=spec.keys or None,
            fill_from=experiment.catalogue,
            first=spec.first,
            last=spec.last,
        )
        return replay_in_motion(
            experiment.stream,
            tier_map,
            timeline,
            membership=spec.membership,
            cache=experiment.cache,
            luck=self.luck,
        )


def _numbers(
    experiment: Experiment, run: Replay, tables: JumpTables, failures: Failures | None = None
) -> dict[str, Any]:
    """Return the metrics of a replay, the account of its jumps, and what hangs on the edges of its map."""
    jumps = tally_jumps(run, tables, failures=failures)
    return numbers_of(tally(run, scale=experiment.scale), jumps, asked_counts(run.stream))


def numbers_of(total: Tally, jumps: JumpTally, asked: AskedCounts) -> dict[str, Any]:
    """Return all numbers of a map: its metrics, the account of its jumps, and what hangs on its edges."""
    tier_map = total.subject.tier_map
    near_ppm = near_edge_ppm_of(asked, tier_map, NEAR_EDGE_DISTANCES)
    flips = expected_flips_of(asked, tier_map, SCORE_NOISE_SD)
    return {
        **metrics_of(total).to_dict(),
        "tier_latency": tier_latencies(total),
        "jumps": jump_report(jumps),
        "edges": {
            "near_edge_share": {f"{d:g}": ppm / PPM for d, ppm in zip(NEAR_EDGE_DISTANCES, near_ppm, strict=True)},
            "score_noise_sd": SCORE_NOISE_SD,
            "expected_flip_share": flips.flip_share,
            "tier_jumps": edge_jumps_of(asked, tier_map).to_dict(),
        },
    }


def _measured_with_failures(experiment: Experiment, replayed: EventReplay) -> MeasuredMap:
    run, failures = replayed.run, Failures(replayed.outcome.failure, replayed.outcome.primary)
    numbers = _numbers(experiment, run, jump_tables(run, experiment.cache), failures)
    return MeasuredMap(run, {**numbers, "events": tally_events(replayed).to_dict()})


def _measured_in_motion(experiment: Experiment, motion: MotionReplay) -> MeasuredMap:
    """Measure a map while the catalogue moves, and say what its movement did."""
    causes, effect = jump_causes(motion), motion_effect(motion)
    numbers = {
        **_numbers(experiment, motion.run, moving_jump_tables(motion)),
        "motion": {
            "epochs": len(motion.plan.timeline.catalogues),
            "catalogue_jumps": causes.n_catalogue_jumps,
            "request_jumps": causes.n_request_jumps,
            "effect_usd": nano_usd(effect.cost_pusd) / 1e9,
            "notes": list(motion.notes),
        },
    }
    return MeasuredMap(motion.run, numbers)


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

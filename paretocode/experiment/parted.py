"""What do an experiment's maps do to a stream larger than memory? The numbers of `measure_maps`, part by part."""

from __future__ import annotations

import hashlib
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from paretocode.errors import InputError
from paretocode.experiment.measuring import numbers_of
from paretocode.experiment.provenance import code_digest
from paretocode.experiment.resolve import resolve_catalogue, resolve_demand, resolve_maps, resolve_scale
from paretocode.experiment.spec import ExperimentSpec
from paretocode.sim.partitioned import Engine, asked_parts, done_parts, merged_parts, replay_tasks
from paretocode.sim.partitioned.keeping import kept_until_done
from paretocode.sim.partitioned.kept_replays import KeptReplays
from paretocode.sim.tallying import tally_subject
from paretocode.stream.partitioned import PartitionedStream
from paretocode.tiermap.file import canonical_bytes, tier_map_file

__all__ = ["KEPT", "replay_partitions"]

KEPT = ".kept"
"""Folder beside the parts in which finished ones leave their numbers until all are done."""

_NOT_BY_PARTS = ("operations", "motion", "search")


def replay_partitions(
    spec: ExperimentSpec, parts: PartitionedStream, *, base: Path, engine: Engine, n_at_once: int
) -> dict[str, Any]:
    """Replay all maps of an experiment on a partitioned stream and return their numbers, as a document.

    Parameters
    ----------
    spec
        The experiment; its own stream is not looked at.
    base
        The experiment's folder.
    engine, n_at_once
        Who does the work, and how many parts are out at a time.

    Returns
    -------
    dict
        With ``maps``: name -> metrics, equal to those of the same stream in memory, number by number.

    Raises
    ------
    InputError
        What parts cannot answer (failures, a moving catalogue, a search), or what a reader refuses.
    EngineError
        Work that was lost with its workers; finished parts are kept and not done again.
    """
    for section in _NOT_BY_PARTS:
        if getattr(spec, section) is not None:
            raise InputError(
                f"[{section}] needs the stream in memory", where=str(parts.folder), way_out="take the section out"
            )
    catalogue = resolve_catalogue(spec.catalogue, base)
    scale, cache = resolve_scale(spec.scale, catalogue), spec.cache.rules()
    maps = resolve_maps(spec, catalogue, scale, base)
    demand = resolve_demand(spec, has_demand=parts.has_demand, where=parts.name)
    files = b"".join(canonical_bytes(tier_map_file(tier_map, catalogue)) for tier_map in maps.values())
    layout = [part.n_requests for part in parts.parts]
    stated = (parts.digest, layout, spec.model_dump_json(), catalogue.digest, code_digest())
    question = hashlib.sha256(repr(stated).encode() + files).hexdigest()
    asked = asked_parts(parts, demand=demand, demand_rng=spec.seeds.demand, luck_rng=spec.seeds.luck)
    tasks = replay_tasks(asked, maps, catalogue, scale=scale, cache=cache)
    folder = parts.folder / KEPT / question[:16]
    subjects = {name: tally_subject(tier_map, catalogue, scale=scale) for name, tier_map in maps.items()}
    store = KeptReplays(folder=folder, question=question, subjects=subjects)
    is_kept = os.access(parts.folder, os.W_OK)
    with kept_until_done(folder):
        results = done_parts(tasks, engine, n_at_once=n_at_once, store=store if is_kept else None, what="replay")
        total = merged_parts(results)
    return {
        "format": "paretocode-parts-metrics-1",
        "stream": {
            "name": parts.name,
            "requests": len(parts),
            "sessions": parts.n_sessions,
            "digest": parts.digest,
            "parts": len(parts.parts),
            "notes": list(parts.notes),
        },
        "demand": "log" if demand is None else asdict(demand),
        "seeds": spec.seeds.model_dump(),
        "catalogue": {"digest": catalogue.digest, "attribution": catalogue.attribution},
        "incumbent": spec.incumbent.name,
        "maps": {
            name: {
                "metrics": numbers_of(found.tally, found.jumps, total.asked),
                "tiers": [{"name": tier.name, "models": list(tier.models)} for tier in maps[name].tiers],
            }
            for name, found in total.maps.items()
        },
    }

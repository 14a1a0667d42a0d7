"""How is made-up traffic of any size written? Part by part, each from a seed of its own, never whole in memory."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from paretocode.errors import UsageError
from paretocode.progress import tracked
from paretocode.stream.demand import Demand, DemandMixture, apply_demand
from paretocode.stream.partitioned.cutting import n_parts_of
from paretocode.stream.partitioned.folder import PartitionedStream, open_partitions
from paretocode.stream.partitioned.manifest import PartEntry, part_name
from paretocode.stream.partitioned.part_file import write_part
from paretocode.stream.partitioned.partitioning import seal
from paretocode.stream.partitioned.work import opened_work
from paretocode.stream.synthetic import synthesise

__all__ = ["synthesise_partitions"]


def synthesise_partitions(
    preset: str,
    out: Path | str,
    *,
    n_requests: int,
    seed: int,
    n_parts: int | None = None,
    requests_per_part: int | None = None,
    parameters: Mapping[str, object] | None = None,
    demand: Demand | DemandMixture | None = None,
) -> PartitionedStream:
    """Write a synthetic stream as parts; an interrupted call goes on where it was.

    Parameters
    ----------
    preset, parameters
        As for `paretocode.stream.synthesise`.
    out
        The folder to make.
    n_requests
        At least so many; each part ends with a whole session.
    seed
        Part k is drawn from the k-th child of it, so the stream depends on the number of parts.
    demand
        What requests ask for, drawn part by part; None leaves min scores out.
    n_parts, requests_per_part
        In how many parts, or of about how many requests each (2,500,000).

    Raises
    ------
    UsageError
        Fewer requests than parts, both ways of cutting, or what `synthesise` refuses.
    InputError
        A folder that holds something else, or a place that cannot be written to.
    """
    wanted = n_parts_of(n_requests, n_parts=n_parts, requests_per_part=requests_per_part)
    if n_requests < wanted:
        raise UsageError(f"{n_requests} requests are fewer than {wanted} parts", way_out="ask for fewer parts")
    folder = Path(out)
    question = {"preset": preset, "parameters": repr(parameters), "n": n_requests, "seed": seed, "n_parts": wanted}
    question["demand"] = repr(demand)
    children = np.random.default_rng(seed).spawn(wanted)
    sizes = np.diff([n_requests * number // wanted for number in range(wanted + 1)]).tolist()
    entries: list[PartEntry] = []
    name, notes = preset, ()  # type: tuple[str, tuple[str, ...]]
    with opened_work(folder, (), question) as work:
        if work is None:
            return open_partitions(folder)
        first_request = first_session = 0
        for number, (child, size) in enumerate(
            tracked(list(zip(children, sizes, strict=True)), "make up", unit="part")
        ):
            entry = work.kept_part(number)
            if entry is None:
                for_stream, for_demand = child, child.spawn(1)[0]
                stream = synthesise(preset, n_requests=size, rng=for_stream, parameters=dict(parameters or {}))
                if demand is not None:
                    stream = apply_demand(stream, demand, rng=for_demand)
                path = folder / part_name(number)
                entry = write_part(stream, path, first_request=first_request, first_session=first_session)
                work.keep_part(number, entry)
            entries.append(entry)
            first_request, first_session = first_request + entry.n_requests, first_session + entry.n_sessions
        note = f"made up from preset {preset}, seed {seed}, in {wanted} parts, each from a seed of its own"
        seal(folder, entries, name=name, notes=(*notes, note))
    return open_partitions(folder)

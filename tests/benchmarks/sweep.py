"""What do two cores give a sweep of stateful replays over parts? The same sweep by one worker and by two, in turn.

    python tests/benchmarks/sweep.py [--requests 2e6] [--parts 16] [--maps 12] [--repeat 3]

Every map keeps the model of a session (stickiness "session"), so each replay remembers; every part is read once and
replayed under all maps, with luck, jumps and tallies. Seconds hold everything: starting workers, reading, adding up.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import median

from paretocode.catalogue import Catalogue, PercentileScale, load_bundled
from paretocode.sim.partitioned import EngineChoice, asked_parts, done_parts, merged_parts, replay_tasks
from paretocode.stream import DEFAULT_DEMAND
from paretocode.stream.partitioned import PartitionedStream, synthesise_partitions
from paretocode.tiermap import TierMap, documented_pareto_code


def swept_maps(models: Catalogue, n: int) -> dict[str, TierMap]:
    """Return the documented map with its lower edge moved to n places, sessions keeping their model."""
    base = documented_pareto_code(models).with_policy(stickiness="session")
    places = [200_000 + 400_000 * at // n for at in range(n)]
    return {f"edge-{ppm}": replace(base, name=f"edge-{ppm}", request_edges_ppm=(ppm, 660_000)) for ppm in places}


def swept(
    parts: PartitionedStream, maps: Mapping[str, TierMap], models: Catalogue, *, workers: int
) -> tuple[float, int]:
    """Return how long a sweep takes [s], and the sum of all bills [pico-USD]."""
    scale = PercentileScale(field=tuple(models.coding_score))
    started = time.perf_counter()
    force = EngineChoice(name="processes", workers=workers).workforce(len(parts.parts))
    tasks = replay_tasks(asked_parts(parts, luck_rng=1), maps, models, scale=scale)
    total = merged_parts(done_parts(tasks, force.engine, n_at_once=force.n_at_once))
    force.engine.drop()
    return time.perf_counter() - started, sum(one.tally.cost_pusd for one in total.maps.values())


def main() -> None:
    """Run the sweep by one and by two workers in turn and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=float, default=2e6)
    parser.add_argument("--parts", type=int, default=16)
    parser.add_argument("--maps", type=int, default=12)
    parser.add_argument("--repeat", type=int, default=3)
    args = parser.parse_args()
    models = load_bundled()
    maps = swept_maps(models, args.maps)
    with tempfile.TemporaryDirectory() as place:
        parts = synthesise_partitions(
            "chat",
            Path(place) / "chat",
            n_requests=int(args.requests),
            seed=1,
            n_parts=args.parts,
            demand=DEFAULT_DEMAND,
        )
        seconds: dict[int, list[float]] = {1: [], 2: []}
        bills = set()
        for _ in range(args.repeat):
            for workers, taken in seconds.items():
                took, bill = swept(parts, maps, models, workers=workers)
                taken.append(took)
                bills.add(bill)
    one, two = (median(taken) for taken in seconds.values())
    print(
        f"{len(parts):,} requests in {len(parts.parts)} parts under {len(maps)} sticky maps; {args.repeat} runs in turn"
    )
    print(
        f"1 worker {one:.1f} s, 2 workers {two:.1f} s (medians): {one / two:.2f} times; bills equal: {len(bills) == 1}"
    )
    print("every run [s]: " + "; ".join(f"{n}: {', '.join(f'{s:.1f}' for s in taken)}" for n, taken in seconds.items()))


if __name__ == "__main__":
    main()

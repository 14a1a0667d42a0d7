"""How fast is the exact search of maps, and how near do Optuna and pymoo come? Prints Markdown.

``python tests/benchmarks/search.py [--scale S] [--repeats N] [--seeds N] [--seconds S]``. Peers take part where they
are installed: ``pip install 'paretocode[compare]'``.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from benchmarks.harness import Race

PEERS = ("optuna", "pymoo")


def search_races(scale: float) -> Iterator[Race]:
    """Yield the races, sizes multiplied by the scale; the grid of edges and the models keep their size."""
    from benchmarks.search_every import every_map_race, frontier_of_maps_race
    from benchmarks.search_tables import tables_race
    from benchmarks.search_world import search_world

    n_requests, n_small = int(1e6 * scale), int(2e4 * scale)
    world = search_world(n_requests)
    yield tables_race(world)
    yield every_map_race(world, n_small=n_small)
    yield frontier_of_maps_race(world)


def figures(scale: float, *, repeats: int, n_seeds: int, seconds: float) -> Iterator[str]:
    """Yield the tables; everything is compared with one replay of the same requests under the documented rules."""
    from benchmarks.search_figures import Measured, frontiers_table, replay_seconds, scalar_table, steps_table
    from benchmarks.search_scores import Effort, frontier_table, one_map_table
    from benchmarks.search_world import search_world

    n_requests = int(1e6 * scale)
    floor, tier = search_world(n_requests), search_world(n_requests, eligibility="tier")
    replay_s = replay_seconds(tier, max(repeats, 5))
    yield f"One stateless replay of {n_requests:,} requests without caches takes {replay_s * 1e3:.3g} ms."
    measured = Measured(worlds={"floor": floor, "tier, up": tier}, repeats=repeats, replay_s=replay_s)
    own_price = search_world(n_requests, price_metric="request")
    worlds = {**measured.worlds, "floor, price of each request": own_price}
    yield steps_table(Measured(worlds=worlds, repeats=repeats, replay_s=replay_s))
    yield frontiers_table(measured)
    fine = {"floor": search_world(n_requests, n_edges=999), "floor, every edge": search_world(n_requests, n_edges=None)}
    yield scalar_table(Measured(worlds=fine, repeats=repeats, replay_s=replay_s))
    effort = Effort(n_seeds=n_seeds, seconds=seconds, replay_s=replay_s)
    yield one_map_table(floor, 4, effort)
    yield one_map_table(floor, 6, replace(effort, seconds=seconds / 6))
    yield frontier_table(floor, 4, effort)


def absent() -> str:
    """Return who does not take part, as a sentence; nothing where all do."""
    missing = [name for name in PEERS if not importlib.util.find_spec(name)]
    return f"Not installed, and so absent below: {' and '.join(missing)}.\n" if missing else ""


def main() -> int:
    """Print the machine, then a table for each race and each figure as it ends."""
    from benchmarks.run import machine, use_one_core

    parser = argparse.ArgumentParser(description="Measure the exact search of maps on one core.")
    parser.add_argument("--repeats", type=int, default=5, help="timed calls of each step (default: 5)")
    parser.add_argument("--scale", type=float, default=1.0, help="of the log (default: 1, a million requests)")
    parser.add_argument("--seeds", type=int, default=5, help="runs of each optimiser (default: 5)")
    parser.add_argument("--seconds", type=float, default=60.0, help="longest budget of an optimiser (default: 60)")
    args = parser.parse_args()
    how = use_one_core()
    from benchmarks.harness import hold, markdown

    print(f"Machine: {machine(PEERS)}.\n\n{how[:1].upper()}{how[1:]}; {args.repeats} timed calls each.\n")
    print(absent())
    for race in search_races(args.scale):
        print(f"{markdown(race, hold(race, repeats=args.repeats))}\n", flush=True)
    for text in figures(args.scale, repeats=args.repeats, n_seeds=args.seeds, seconds=args.seconds):
        print(f"{text}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

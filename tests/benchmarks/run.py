"""Run every race on one core and print Markdown: ``python tests/benchmarks/run.py``.

Numbers belong to the machine they were taken on. No test asserts one; `tests/test_benchmarks.py` only checks, at tiny
size, that all contenders still give the same answers.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.harness import Race

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("numpy", "scipy", "polars", "pandas", "simpy", "paretoset", "moocore", "kmeans1d", "ckwrap", "numba")


def races(scale: float) -> Iterator[Race]:
    """Yield the races in the order of the table, sizes multiplied by the scale."""
    from benchmarks.band_cuts import bands_race, scores
    from benchmarks.bootstrap import bootstrap_race
    from benchmarks.events import events_race
    from benchmarks.frontier_points import efficient_points, frontier_race, random_points
    from benchmarks.search import search_races
    from benchmarks.stateful import stateful_race
    from benchmarks.stateless import stateless_race

    million, many, few = int(1e6 * scale), int(1e5 * scale), int(1e4 * scale)
    small, oracle = int(2e4 * scale), int(1e3 * scale)
    yield stateless_race(million, n_small=small, n_oracle=oracle)
    yield stateful_race(million, n_small=small, n_oracle=oracle)
    yield events_race(million, n_small=small, n_simpy=small)
    yield frontier_race(random_points(few), title=f"Frontier: {few:,} random points")
    yield frontier_race(efficient_points(few), title=f"Frontier: {few:,} points, all efficient")
    yield frontier_race(random_points(million), title=f"Frontier: {million:,} random points")
    for n in (int(1e3 * scale), many):
        for decimals, how in ((3, "of 3 decimals"), (None, "unrounded")):
            yield bands_race(scores(n, decimals=decimals), title=f"Natural bands: {n:,} scores {how}, 3 bands")
    yield from search_races(scale)
    yield bootstrap_race(7 * million)


def use_one_core() -> str:
    """Bind this process to one core and all libraries to one thread; return how it was done."""
    from one_thread import ONE_THREAD

    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    if not hasattr(os, "sched_setaffinity"):
        return "one thread (this system binds no process to a core)"
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return "one core, bound"


def machine(more: tuple[str, ...] = ()) -> str:
    """Return the processor's name and number of cores, and the versions of what races."""
    info = Path("/proc/cpuinfo")
    names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    versions = []
    for name in (*LIBRARIES, *more):
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{name} not installed")
    cpu = names[0] if names else platform.processor()
    return f"{cpu}, {os.cpu_count()} cores; Python {platform.python_version()}; {', '.join(versions)}"


def main() -> int:
    """Print the machine, then a table for each race as it ends."""
    parser = argparse.ArgumentParser(description="Race the fast paths against their peers on one core.")
    parser.add_argument("--repeats", type=int, default=9, help="timed calls of each contender (default: 9)")
    parser.add_argument("--scale", type=float, default=1.0, help="of all sizes (default: 1, a million requests)")
    args = parser.parse_args()
    sys.path[:0] = [str(ROOT / "tests"), str(ROOT)]
    how = use_one_core()
    from benchmarks.harness import hold, markdown

    print(f"Machine: {machine()}.\n\n{how[:1].upper()}{how[1:]}; {args.repeats} timed calls each, in turns.\n")
    for race in races(args.scale):
        print(f"{markdown(race, hold(race, repeats=args.repeats))}\n", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

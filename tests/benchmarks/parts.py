"""What does a search over a stream larger than memory cost, against a streaming script that bills one map?

    python tests/benchmarks/parts.py 1e6 1e7 [1e8] [--workers 2] [--keep FOLDER]

Ours counts the log in parts and searches all maps of 2 to 4 tiers for the frontier of cost, shortfall and tier changes.
The script is what a user would write in polars: prices and jumps of one map of three tiers by list price, no caches, no
shortfall, with the streaming engine. Memory is the peak of the process and its children.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS = """
import json, resource, sys, time
from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.sim.partitioned import LogInParts, asked_parts, engine_named
from paretocode.stream.partitioned import open_partitions
from paretocode.tune import EdgeRules, MapQuestion, search_maps

if __name__ == "__main__":
    started = time.perf_counter()
    models = load_bundled()
    parts, workers = open_partitions(sys.argv[1]), int(sys.argv[2])
    engine = engine_named("processes" if workers > 1 else "serial", workers=workers)
    log = LogInParts(asked_parts(parts), engine, n_at_once=workers + 1)
    question = MapQuestion(
        log=log, catalogue=models, scale=PercentileScale(field=tuple(models.coding_score)), n_bands=(2, 3, 4),
        request_rules=EdgeRules(most_candidates=100),
    )
    answer = search_maps(question)
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    maps = sum(n for one in answer.searched for n in one.n_maps)
    print(json.dumps({"s": time.perf_counter() - started, "peak_mb": peak / 1e3, "maps": maps}))
"""

POLARS = """
import json, resource, sys, time
import polars as pl

started = time.perf_counter()
tier = pl.when(pl.col("min_score_ppm") >= 660000).then(2).when(pl.col("min_score_ppm") >= 330000).then(1).otherwise(0)
tier = pl.when(pl.col("is_omitted")).then(2).otherwise(tier)
lazy = pl.scan_parquet(sys.argv[1] + "/part-*.parquet").with_columns(tier=tier)
price = pl.col("tier").replace_strict({0: 100000, 1: 730000, 2: 435000}, return_dtype=pl.Int64)
answer = pl.col("tier").replace_strict({0: 200000, 1: 3490000, 2: 870000}, return_dtype=pl.Int64)
before, same = pl.col("tier").shift(), pl.col("session") == pl.col("session").shift()
found = lazy.select(
    cost=(pl.col("prompt_tokens") * price + pl.col("completion_tokens") * answer).sum(),
    jumps=((pl.col("tier") != before) & same).sum(),
).collect(engine="streaming")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"s": time.perf_counter() - started, "peak_mb": peak / 1e3, "found": found.rows()[0]}))
"""


def timed(script: str, *words: str) -> dict[str, float]:
    """Run a script in a fresh process and return what it says of itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.py"
        path.write_text(script)
        done = subprocess.run([sys.executable, str(path), *words], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Make each stream, run both, and print a row."""
    from paretocode.stream import DEFAULT_DEMAND
    from paretocode.stream.partitioned import synthesise_partitions

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="+", type=float)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", metavar="FOLDER", help="where streams are made and left, to be used again")
    args = parser.parse_args()
    print("| requests | made [s] | ours [s] | peak [MB] | maps | polars [s] | peak [MB] | ours / polars |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as passing:
        for size in map(int, args.sizes):
            folder = Path(args.keep or passing) / f"chat-{size}"
            started = time.perf_counter()
            synthesise_partitions("chat", folder, n_requests=size, seed=1, demand=DEFAULT_DEMAND)
            made = time.perf_counter() - started
            ours, theirs = timed(OURS, str(folder), str(args.workers)), timed(POLARS, str(folder))
            print(
                f"| {size:,} | {made:.0f} | {ours['s']:.1f} | {ours['peak_mb']:.0f} | {ours['maps']:,} | "
                f"{theirs['s']:.1f} | {theirs['peak_mb']:.0f} | {ours['s'] / theirs['s']:.1f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

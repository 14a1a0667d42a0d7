"""What does a search over a stream larger than memory cost, against a streaming script that bills one map?

    python tests/benchmarks/parts.py 1e5 1e6 1e7 [1e8] [--workers 1 2] [--repeat 3] [--keep FOLDER] [--out FILE.ndjson]

Ours counts the log in parts and searches all maps of 2 to 4 tiers for the frontier of cost, shortfall and tier changes.
The script is what a user would write in polars: prices and jumps of one map of three tiers by list price, no caches, no
shortfall, with the streaming engine. Seconds are those within a started process, medians of the repeats; memory is the
peak of all its processes together. `--out` leaves every run for `tests/benchmarks/cost_model.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from process_tree import ran

OURS = """
import json, sys, time
from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.sim.partitioned import EngineChoice, LogInParts, asked_parts
from paretocode.stream.partitioned import open_partitions
from paretocode.tune import EdgeRules, MapQuestion, search_maps

if __name__ == "__main__":
    started = time.perf_counter()
    models = load_bundled()
    parts, workers = open_partitions(sys.argv[1]), int(sys.argv[2])
    force = EngineChoice(name="processes" if workers > 1 else "serial", workers=workers).workforce(len(parts.parts))
    log = LogInParts(asked_parts(parts), force.engine, n_at_once=force.n_at_once)
    question = MapQuestion(
        log=log, catalogue=models, scale=PercentileScale(field=tuple(models.coding_score)), n_bands=(2, 3, 4),
        request_rules=EdgeRules(most_candidates=100),
    )
    answer = search_maps(question)
    maps = sum(n for one in answer.searched for n in one.n_maps)
    print(json.dumps({"s": time.perf_counter() - started, "maps": maps}))
"""

POLARS = """
import json, sys, time
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
print(json.dumps({"s": time.perf_counter() - started, "found": found.rows()[0]}))
"""


def timed(script: str, *words: str) -> dict[str, Any]:
    """Run a script in a fresh process; return what it says of itself and the peak of its memory [MB]."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "script.py"
        path.write_text(script)
        done = ran([sys.executable, str(path), *words])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {**found, "peak_mb": done.peak_bytes / 1e6}


def main() -> None:
    """Make each stream, run both in turn, and print a row for each number of workers."""
    from paretocode.stream import DEFAULT_DEMAND
    from paretocode.stream.partitioned import synthesise_partitions

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="+", type=float)
    parser.add_argument("--workers", type=int, nargs="+", default=[2])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--keep", metavar="FOLDER", help="where streams are made and left, to be used again")
    parser.add_argument("--out", metavar="FILE.ndjson", type=Path, help="where every run leaves a line")
    args = parser.parse_args()
    print("| requests | parts | workers | ours [s] | peak [MB] | maps | polars [s] | peak [MB] | ours / polars |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as passing:
        for size in map(int, args.sizes):
            folder = Path(args.keep or passing) / f"chat-{size}"
            parts = synthesise_partitions("chat", folder, n_requests=size, seed=1, demand=DEFAULT_DEMAND)
            runs: list[dict[str, Any]] = []
            for _ in range(args.repeat):
                runs.append({"what": "polars", "workers": 0, **timed(POLARS, str(folder))})
                for workers in args.workers:
                    runs.append({"what": "ours", "workers": workers, **timed(OURS, str(folder), str(workers))})
            if args.out is not None:
                with args.out.open("a", encoding="utf-8") as file:
                    for run in runs:
                        file.write(json.dumps({"requests": len(parts), "parts": len(parts.parts), **run}) + "\n")
            theirs = [run for run in runs if run["what"] == "polars"]
            script_s, script_mb = (median(run[key] for run in theirs) for key in ("s", "peak_mb"))
            for workers in args.workers:
                mine = [run for run in runs if run["workers"] == workers]
                ours_s, ours_mb = (median(run[key] for run in mine) for key in ("s", "peak_mb"))
                print(
                    f"| {len(parts):,} | {len(parts.parts)} | {workers} | {ours_s:.1f} | {ours_mb:.0f} | "
                    f"{mine[0]['maps']:,} | {script_s:.1f} | {script_mb:.0f} | {ours_s / script_s:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"\n{time.perf_counter() - started:.0f} s in all")

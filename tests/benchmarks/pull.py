"""What does the warehouse's query cost, and how much comes back? DuckDB in place of a warehouse, on streams in parts.

    python tests/benchmarks/pull.py 1e6 1e7 [--keep FOLDER]

Seconds of the query, of writing its answer, and of the search over the answer read again; peak memory of all of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from process_tree import ran

SCRIPT = """
import json, sys, time
import duckdb, numpy as np
from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.sim.tables import RequestGrid, request_classes, scored_models, table_subject
from paretocode.sim.tables.pull import PullColumns, PulledLog, pull_query
from paretocode.tiermap import Policy
from paretocode.tune import EdgeRules, MapQuestion, search_maps

catalogue = load_bundled()
scale = PercentileScale(field=tuple(catalogue.coding_score))
models = scored_models(catalogue, Policy(), scale=scale)
grid = RequestGrid(edges_ppm=np.array([1]), asked_ppm=np.unique(models.axis_ppm))
subject = table_subject(models, request_classes(models, np.arange(len(models) + 1)), grid)
query = pull_query(subject, PullColumns())
started = time.perf_counter()
with duckdb.connect() as engine:
    engine.execute(
        "CREATE VIEW requests AS "
        "SELECT session AS session_id, time_s, prompt_tokens, completion_tokens, prefix_tokens, "
        f"CASE WHEN is_omitted THEN NULL ELSE min_score_ppm / 1e6 END AS min_score FROM '{sys.argv[1]}/part-*.parquet'"
    )
    engine.execute(f"COPY ({query}) TO '{sys.argv[2]}' (FORMAT parquet)")
queried = time.perf_counter()
log = PulledLog.read(sys.argv[2], subject)
answer = search_maps(MapQuestion(log=log, catalogue=catalogue, scale=scale, n_bands=(2, 3, 4),
                                 request_rules=EdgeRules(most_candidates=100)))
found = {"query_s": queried - started, "search_s": time.perf_counter() - queried}
rows, maps = len(next(iter(log.answer.values()))), sum(n for one in answer.searched for n in one.n_maps)
print(json.dumps({**found, "rows": rows, "maps": maps}))
"""


def main() -> None:
    """Make each stream, query and search it, and print a row."""
    from paretocode.stream import DEFAULT_DEMAND
    from paretocode.stream.partitioned import synthesise_partitions

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="+", type=float)
    parser.add_argument("--keep", metavar="FOLDER", help="where streams are made and left, to be used again")
    args = parser.parse_args()
    print("| requests | query [s] | rows that come back | search [s] | maps | peak [MB] |\n|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as passing:
        script, answer = Path(passing) / "script.py", Path(passing) / "answer.parquet"
        script.write_text(SCRIPT)
        for size in map(int, args.sizes):
            folder = Path(args.keep or passing) / f"chat-{size}"
            parts = synthesise_partitions("chat", folder, n_requests=size, seed=1, demand=DEFAULT_DEMAND)
            done = ran([sys.executable, str(script), str(folder), str(answer)])
            found = json.loads(done.stdout)
            print(
                f"| {len(parts):,} | {found['query_s']:.1f} | {found['rows']:,} | {found['search_s']:.1f} | "
                f"{found['maps']:,} | {done.peak_bytes / 1e6:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()

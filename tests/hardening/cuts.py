"""Does a result depend on how its stream is cut, or on who does the work? All ways side by side, byte for byte.

    python tests/hardening/cuts.py [--requests 60000]

One experiment (search, replays with luck, evidence with intervals, choice) on one stream: in memory, in 1, 7 and 40
parts, by 1 and 2 processes, by a Dask cluster of 2 workers; and its frontier from a warehouse's answer to one query.
Prints the digest of what each says of maps, search, differences and evidence.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import numpy as np

from paretocode.catalogue import PercentileScale, load_bundled
from paretocode.experiment.run import run_experiment
from paretocode.sim.partitioned import EngineChoice
from paretocode.sim.tables import request_classes, scored_models, table_subject
from paretocode.sim.tables.pull import PullColumns, PulledLog, pull_query
from paretocode.stream import DEFAULT_DEMAND, RequestStream, apply_demand, synthesise, write_stream_table
from paretocode.stream.partitioned import partition_stream
from paretocode.tiermap import Policy
from paretocode.tune import EdgeRules, MapQuestion, search_maps

WORDS = """
format = "paretocode-experiment-1"
question = "Does it matter how the stream is cut?"
stream = {{ reader = "{reader}", path = "{path}" }}
incumbent = {{ name = "documented", kind = "documented" }}
search = {{ n_bands = [2, 3], most_candidates = 30, stickiness = ["session"] }}
[evidence]
replicates = 200
clusters = "block"
selection = {{ most_maps = 5, outer = 100, inner = 30 }}
"""
SAME = ("maps", "search", "diffs", "evidence")
WAYS = [
    ("in memory", "whole.parquet", None),
    ("1 part", "parts-1", EngineChoice(name="serial")),
    ("7 parts", "parts-7", EngineChoice(name="serial")),
    ("40 parts", "parts-40", EngineChoice(name="serial")),
    ("40 parts, 1 process", "parts-40", EngineChoice(name="processes", workers=1)),
    ("40 parts, 2 processes", "parts-40", EngineChoice(name="processes", workers=2)),
    ("40 parts, Dask with 2 workers", "parts-40", EngineChoice(name="dask", workers=2)),
]


def main() -> int:
    """Run all ways and return 1 where two differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=60_000)
    args = parser.parse_args()
    stream = apply_demand(synthesise("chat", n_requests=args.requests, rng=1), DEFAULT_DEMAND, rng=2)
    digests = set()
    print(f"{len(stream):,} requests, {stream.n_sessions:,} sessions\n\n| way | seconds | sha256 |\n|---|--:|---|")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_stream_table(stream, folder / "whole.parquet")
        for n_parts in (1, 7, 40):
            partition_stream(stream, folder / f"parts-{n_parts}", n_parts=n_parts)
        for at, (way, path, engine) in enumerate(WAYS):
            started = time.perf_counter()
            digest = said(folder, path, engine, out=folder / f"out-{at}")
            digests.add(digest)
            print(f"| {way} | {time.perf_counter() - started:.1f} | {digest[:16]} |", flush=True)
        frontiers = {frontier_of(stream, folder, is_pulled=is_pulled) for is_pulled in (False, True)}
        print(f"| frontier, in memory and pulled | | {', '.join(digest[:16] for digest in frontiers)} |")
    is_same = len(digests) == 1 and len(frontiers) == 1
    print(f"\n{len(WAYS)} ways and 2 frontiers: {'the same bytes' if is_same else 'not the same'}")
    return 0 if is_same else 1


def said(folder: Path, path: str, engine: EngineChoice | None, *, out: Path) -> str:
    """Return the digest of what the experiment says on a stream."""
    file = out / "cut.toml"
    out.mkdir()
    reader = "table" if path.endswith("parquet") else "parts"
    file.write_text(WORDS.format(reader=reader, path=folder / path), encoding="utf-8")
    document = json.loads(
        (run_experiment(file, out=out, figures=False, engine=engine).path / "metrics.json").read_text()
    )
    document["evidence"].pop("slices", None)  # they look at single requests
    return hashlib.sha256(json.dumps([document[name] for name in SAME], sort_keys=True).encode()).hexdigest()


def frontier_of(stream: RequestStream, folder: Path, *, is_pulled: bool) -> str:
    """Return the digest of the frontier, searched on the stream or on a warehouse's answer."""
    catalogue = load_bundled()
    scale = PercentileScale(field=tuple(catalogue.coding_score))
    rules = EdgeRules(most_candidates=30)
    question = MapQuestion(stream=stream, catalogue=catalogue, scale=scale, n_bands=(2, 3), request_rules=rules)
    if is_pulled:
        models = scored_models(catalogue, Policy(), scale=scale)
        grid = search_maps(question).searched[0].prepared.space.metrics[0].tables.subject.grid
        subject = table_subject(models, request_classes(models, np.arange(len(models) + 1)), grid)
        with duckdb.connect() as engine:
            engine.execute(f"CREATE TABLE requests AS SELECT * FROM read_parquet('{folder / 'whole.parquet'}')")
            columns = PullColumns(time="time_s", order="")
            answer = engine.execute(pull_query(subject, columns)).fetchnumpy()
        log = PulledLog({name: np.ma.getdata(column) for name, column in answer.items()}, subject)
        question = MapQuestion(log=log, catalogue=catalogue, scale=scale, n_bands=(2, 3), request_rules=rules)
    return hashlib.sha256(search_maps(question).totals.tobytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())

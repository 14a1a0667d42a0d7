"""Which files do pages name that a reader would bring? Small ones of the same kinds, made on the spot."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import duckdb

from paretocode.catalogue import load_bundled
from paretocode.stream import synthesise, write_stream_table
from paretocode.tiermap import documented_pareto_code
from paretocode.tiermap.file import canonical_bytes, tier_map_file

__all__ = ["bring_files"]

_OPERATIONS = "n_retries = 1\n[others]\nerror_share = 0.02\n"


def bring_files(folder: Path) -> None:
    """Write what the pages name and do not make: a coding agent's trace, plain logs, catalogues, a map, failures."""
    _trace(folder / "requests.parquet")
    _log(folder / "log.parquet")
    _listing(folder / "models.json", prompt="0.0000004")
    for day, prompt in (("2026-05-28", "0.0000004"), ("2026-05-29", "0.0000005")):
        for name in ("raw", "catalogues"):
            (folder / name).mkdir(exist_ok=True)
            _listing(folder / name / f"{day}.json.gz", prompt=prompt)
    for seed, month in enumerate(("january", "february")):
        write_stream_table(synthesise("chat", n_requests=300, rng=seed), folder / f"{month}.parquet")
    models = load_bundled()
    (folder / "map.json").write_bytes(canonical_bytes(tier_map_file(documented_pareto_code(models), models)))
    (folder / "failures.toml").write_text(_OPERATIONS, encoding="utf-8")


def _trace(path: Path) -> None:
    """Write a stream in the words of the public coding-agent trace."""
    plain = path.with_name("plain.parquet")
    write_stream_table(synthesise("coding_agent", n_requests=600, rng=1), plain)
    query = f"""
        SELECT session_id AS trace_id, NULL::VARCHAR AS agent_id,
               row_number() OVER (PARTITION BY session_id ORDER BY time_s) - 1 AS turn,
               time_s - min(time_s) OVER (PARTITION BY session_id) AS t,
               prompt_tokens AS "in", completion_tokens AS out, prefix_tokens AS d_prefix_prev
        FROM '{plain}'"""
    duckdb.sql(query).write_parquet(str(path))
    plain.unlink()


def _log(path: Path) -> None:
    rows = "SELECT i AS created_at, 1000 + i AS input, 50 AS output FROM range(100) AS rows(i)"
    rows = f"SELECT TIMESTAMP '2026-01-31' + to_seconds(created_at) AS created_at, input, output FROM ({rows})"
    duckdb.sql(rows).write_parquet(str(path))


def _listing(path: Path, *, prompt: str) -> None:
    """Write an answer of OpenRouter's list of models."""
    models = [
        {
            "id": f"vendor/{name}",
            "name": name,
            "context_length": 100_000,
            "pricing": {"prompt": price, "completion": "0.000002"},
        }
        for name, price in (("small", "0.0000001"), ("large", prompt))
    ]
    content = json.dumps({"data": models}).encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)

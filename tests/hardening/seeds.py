"""What is there to read? One small right file for each reader of files, from which the fuzzer makes wrong ones."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from hardening.seed import Seed
from hardening.team_seeds import team_seeds
from paretocode.catalogue import load_bundled, load_catalogue, write_table
from paretocode.catalogue.history import load_history, read_price_changes, read_price_snapshots
from paretocode.evidence.feedback import read_feedback
from paretocode.evidence.outcomes import read_outcomes
from paretocode.experiment.spec import read_experiment
from paretocode.release import reader
from paretocode.release.approval import parse_approval
from paretocode.release.gates.reading import read_gates
from paretocode.release.people import parse_approvers
from paretocode.stream import load_stream, read_coding_agent_sessions, write_stream_table
from paretocode.stream.partitioned import open_partitions, partition_stream
from paretocode.stream.stream import request_stream
from paretocode.tiermap import documented_pareto_code
from paretocode.tiermap.file import canonical_bytes, read_tier_map, tier_map_file
from release_folders import approval_bytes, write_release

__all__ = ["Seed", "log_files", "seeds"]


EXPERIMENTS = Path(__file__).parents[2] / "experiments"


def _lines(*records: object) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def log_files() -> dict[str, tuple[str, bytes]]:
    """Return reader -> (name of a file, its content) for logs written as text."""
    spend = {
        "request_id": "r1",
        "call_type": "acompletion",
        "prompt_tokens": 18_000,
        "completion_tokens": 120,
        "startTime": "2026-05-01T10:00:00.250000Z",
        "endTime": "2026-05-01T10:00:03.750000Z",
        "model": "vendor/small",
        "session_id": "a",
        "status": "success",
        "cache_hit": "False",
        "metadata": {"usage_object": {"prompt_tokens_details": {"cached_tokens": 12_000}}, "attempted_retries": 1},
    }
    generation = {
        "id": "gen-1",
        "created_at": "2026-05-01T10:00:00.250Z",
        "session_id": "a",
        "model": "vendor/small",
        "native_tokens_prompt": 18_000,
        "native_tokens_completion": 120,
        "native_tokens_cached": 12_000,
        "latency": 1250,
        "generation_time": 1200,
        "total_cost": 0.0055,
        "finish_reason": "stop",
        "provider_responses": [{"provider_name": "P", "status": 429}, {"provider_name": "Q", "status": 200}],
        "plugins": [{"id": "web"}, {"id": "pareto-router", "min_coding_score": 0.65}],
    }
    decision = {
        "ts": "2026-05-01T10:00:00.250",
        "event": "routing_decision",
        "request_id": "r1",
        "selected_model": "small",
        "decision": "code",
        "routing_latency_ms": 250,
    }
    usage = {
        "ts": "2026-05-01T10:00:02.000",
        "event": "llm_usage",
        "request_id": "r1",
        "model": "small",
        "prompt_tokens": 18_000,
        "completion_tokens": 120,
        "completion_latency_ms": 2_000,
        "cost": 0.0055,
    }
    attributes = [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "auto"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1200"}},
        {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "80"}},
    ]
    span = {
        "traceId": "t1",
        "spanId": "s1",
        "name": "chat",
        "startTimeUnixNano": "1777629600000000000",
        "endTimeUnixNano": "1777629602500000000",
        "attributes": attributes,
        "status": {"code": 1},
    }
    spans = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {}, "spans": [span]}]}]}
    block = {"timestamp": 0, "input_length": 1030, "output_length": 5, "hash_ids": [1, 2, 3]}
    azure = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9,12,7\n"
    burst = (
        "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
        "100.0,b,43,GPT-4,906,446,1352,Conversation log\n101.0,,2,ChatGPT,36,29,65,API log\n"
    )
    table = (
        "session,time_s,prompt_tokens,completion_tokens,prefix_tokens,min_score\n"
        "a,0,100,10,0,0.65\na,5.5,130,10,100,\nb,2026,90,1,0,0.8\n"
    )
    return {
        "azure": ("azure.csv", azure.encode()),
        "burstgpt": ("burst.csv", burst.encode()),
        "mooncake": ("trace.jsonl", _lines(block, {**block, "timestamp": 3000, "input_length": 1500})),
        "openrouter_generations": ("log.ndjson", _lines(generation, {**generation, "id": "gen-2"})),
        "otel": ("spans.json", json.dumps(spans).encode()),
        "litellm": ("spend.jsonl", _lines(spend, {**spend, "request_id": "r2"})),
        "vllm_semantic_router": ("router.log", _lines(decision, usage)),
        "table": ("log.csv", table.encode()),
    }


def _priced(day: str) -> dict[str, object]:
    return {"input": 1, "output": 6, "from_date": None, "to_date": day, "input_cached": 0.1}


def _catalogues(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Return what is read -> (name of a file, its content) for lists of models, prices and scores."""
    openrouter = {
        "id": "a/b",
        "name": "B",
        "created": 1772734352,
        "context_length": 1_050_000,
        "pricing": {"prompt": "0.0000025", "completion": "0.000015", "input_cache_read": "0.00000025"},
        "top_provider": {"max_completion_tokens": 128_000},
    }
    endpoint = {
        "provider_name": "x",
        "tag": "x",
        "context_length": 100_000,
        "pricing": {"prompt": "0.000001", "completion": "0.00001"},
        "latency_last_30m": {"p50": 250, "p75": 350, "p90": 480, "p99": 850},
        "throughput_last_30m": {"p50": 45.2, "p75": 38.5, "p90": 28.3, "p99": 15.1},
        "uptime_last_30m": 99.5,
    }
    analysis = {
        "id": "uuid-x",
        "name": "X",
        "slug": "x",
        "release_date": "2026-04-23",
        "deprecated": False,
        "evaluations": {"artificial_analysis_coding_index": 59.1, "terminal_bench_hard": 0.606, "scicode": 0.561},
        "pricing": {"price_1m_input_tokens": 5, "price_1m_output_tokens": 30},
        "speed": {"output_tokens_per_second": 59.7, "time_to_first_token_seconds": 64.0},
        "capabilities": {"context_window_tokens": 922_000},
        "open_weights": {"openrouter_api_id": None},
    }
    litellm = {
        "litellm_provider": "x",
        "mode": "chat",
        "input_cost_per_token": 5e-06,
        "output_cost_per_token": 3e-05,
        "input_cost_per_token_above_272k_tokens": 1e-05,
        "max_input_tokens": 1_050_000,
    }
    tree = io.BytesIO()
    with tarfile.open(fileobj=tree, mode="w:gz") as archive:
        text = b'name = "M"\nrelease_date = "2026-01-02"\n[cost]\ninput = 3\noutput = 15\n[limit]\ncontext = 1000\n'
        member = tarfile.TarInfo("providers/p/models/m.toml")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    api = {"p": {"id": "p", "models": {"m": {"id": "m", "cost": {"input": 3, "output": 15}, "limit": {"context": 1}}}}}
    tiered = {"input_mtok": {"base": 1, "tiers": [{"start": 100, "price": 2}]}, "output_mtok": 6}
    genai = [{"id": "p", "api_pattern": "x", "models": [{"id": "m", "prices": tiered, "context_window": 5000}]}]
    vendor = {
        "vendor": "v",
        "models": [
            {
                "id": "m",
                "name": "M",
                "price_history": [_priced("2026-07-30"), {**_priced(""), "from_date": "2026-07-30", "to_date": None}],
            }
        ],
    }
    rates = {"rates": {"input": 2.0, "output": 8.0, "valid_from": "2026-09-17T00:42:36Z"}, "start": None}
    snapshot = {
        "schema": 1,
        "prices": {"p": {"m": {"standard": [rates]}}},
        "schedules": {},
        "updated_at": "2026-10-26T18:46:35Z",
    }
    aider = (
        "- dirname: x\n  test_cases: 225\n  model: gpt-5 (high)\n  pass_rate_2: 88.0\n  date: 2025-08-23\n"
        "- model: b\n  test_cases: 225\n  pass_rate_2: 8\n"
    )
    arena = {
        "fetched_at": "2026-10-05T06:00:00",
        "pages": {"webdev/overall": [["m", 1500.0, 1480.4, 1519.6, 900, 1, 5]]},
    }
    board = {"meta": {"leaderboard": "code"}, "models": [{"model": "m", "score": 1300, "ci": 9, "votes": 200}]}
    for ending in ("toml", "csv", "parquet"):
        write_table(load_bundled(), folder / f"catalogue.{ending}")
    return {
        "openrouter": ("models.json", json.dumps({"data": [openrouter]}).encode()),
        "openrouter packed": ("models.json.gz", gzip.compress(json.dumps({"data": [openrouter]}).encode(), mtime=0)),
        "endpoints": (
            "endpoints.json",
            json.dumps({"data": {"id": "a/b", "name": "B", "endpoints": [endpoint]}}).encode(),
        ),
        "artificial analysis": (
            "llms.json",
            json.dumps({"meta": {"fetched_at": "2026-05-29"}, "models": [analysis]}).encode(),
        ),
        "litellm prices": ("prices.json", json.dumps({"a": litellm}).encode()),
        "models.dev tree": ("models.dev_2026-07-02.tar.gz", tree.getvalue()),
        "models.dev api": ("api.json", json.dumps(api).encode()),
        "genai-prices": ("genai.json", json.dumps(genai).encode()),
        "llm-prices": ("vendor.json", json.dumps(vendor).encode()),
        "model-prices": ("snapshot.json", json.dumps(snapshot).encode()),
        "aider": ("polyglot_leaderboard.yml", aider.encode()),
        "arena": ("arena.json", json.dumps(arena).encode()),
        "arena board": ("board.json", json.dumps(board).encode()),
        **{
            f"catalogue {e}": (f"catalogue.{e}", (folder / f"catalogue.{e}").read_bytes())
            for e in ("toml", "csv", "parquet")
        },
    }


def _histories() -> list[Seed]:
    log = (
        "date,event,aa_id,slug,coding_index,intelligence_index,price_in,price_out,context,deprecated,release_date\n"
        "2026-06-16,initial,1,one,40.5,50,1,2,1000,False,2026-01-01\n"
        "2026-06-18,changed,1,uno,41.5,50,1,3,1000,False,2026-01-01\n"
        "2026-06-20,removed,1,uno,,,,,,,\n"
    )
    cell = '"{""prompt"": ""0.000001"", ""completion"": ""0.000002""}"'
    changes = (
        "date,event,model_id,pricing_json_raw_usd_per_token\n"
        f"2026-06-16,initial,a/b,{cell}\n2026-06-18,changed,a/b,{cell}\n"
    )
    months = {
        "snapshots": [{"date": "2026-06-16", "prices": {"a/b": [1.0, 2.0]}}, {"date": "2026-07-16", "prices": {}}]
    }
    return [
        Seed("history of Artificial Analysis", "log.csv", log.encode(), load_history),
        Seed("history of OpenRouter", "changes.csv", changes.encode(), read_price_changes),
        Seed("monthly prices", "months.json", json.dumps(months).encode(), read_price_snapshots),
    ]


def _routed(tier_map: bytes, approval: Path) -> object:
    """Load a release whose only approval is the given one."""
    folder = write_release(approval.parent / "release", tier_map, {"ada.json": approval.read_bytes()})
    return reader.load(folder)


def _texts() -> list[Seed]:
    catalogue = load_bundled()
    documented = documented_pareto_code(catalogue)
    tier_map = canonical_bytes(tier_map_file(documented, catalogue))
    gates = (
        'format = "paretocode-gates-1"\nintervals = "own"\n\n[lint]\nseverity = "warning"\n\n'
        "[cost]\nmost_change = 0.0\n\n[latency_p95]\nmost_change = 0.10\n"
    )
    approvers = (
        'format = "paretocode-approvers-1"\nrequired = 1\nroles = ["owner"]\ncount_unsigned = false\n\n'
        '[[people]]\nname = "Ada"\nprincipal = "ada@example.org"\nroles = ["owner"]\n'
    )
    approval = approval_bytes(tier_map)
    reports = "min_score,tier,verdict,reporter\n0.65,medium,too weak,ann\n,high,fine,ben\n"
    outcomes = "question,model,score\nq1,a,0.5\nq1,b,1\nq2,a,0\nq2,b,1\n"
    return [
        Seed("tier map", "tier_map.json", tier_map, read_tier_map),
        Seed(
            "tier map, by the router's reader", "tier_map.json", tier_map, lambda path: reader.parse(path.read_bytes())
        ),
        Seed("approval", "ada.json", approval, lambda path: parse_approval(path.read_bytes(), where="ada.json")),
        Seed("approval, by the router's reader", "ada.json", approval, partial(_routed, tier_map)),
        Seed("experiment", "experiment.toml", (EXPERIMENTS / "exact_edges.toml").read_bytes(), read_experiment),
        Seed("gates", "gates.toml", gates.encode(), read_gates),
        Seed(
            "approvers",
            "approvers.toml",
            approvers.encode(),
            lambda path: parse_approvers(path.read_bytes(), where="it"),
        ),
        Seed("approvers, by the router's reader", "approvers.toml", approvers.encode(), reader.read_rule),
        Seed("reports", "said.csv", reports.encode(), partial(read_feedback, tier_map=documented)),
        Seed("outcomes", "outcomes.csv", outcomes.encode(), partial(read_outcomes, score_range=(0, 1))),
    ]


def _parts(folder: Path, stream: Any) -> list[Seed]:
    """Return the manifest and a part of a partitioned stream, read in a folder whose other files are right."""
    right = folder / "parts"
    partition_stream(stream, right, n_parts=2)
    found = []
    for path in sorted(p for p in right.iterdir() if p.is_file()):
        others = [(other.name, other.read_bytes()) for other in right.iterdir() if other.is_file() and other != path]

        def read(spoilt: Path, others: list[tuple[str, bytes]] = others) -> object:
            for name, content in others:
                (spoilt.parent / name).write_bytes(content)
            return [len(part) for part in open_partitions(spoilt.parent).streams()]

        found.append(Seed(f"partitioned stream, {path.name}", path.name, path.read_bytes(), read))
    return found


def _coding_agent(folder: Path) -> list[Seed]:
    """Return the coding agent's two files, of one session each."""
    spent = '"parent_tokens": {"input": 30, "output": 5}, "subagent_tokens": {"input": 0, "output": 0}'
    totals = f'{{{spent}, "subagent_count": 0}}'
    requests = (
        "SELECT 'a' AS trace_id, NULL::VARCHAR AS agent_id, unnest([0, 1]) AS turn, unnest([0.0, 9.0]) AS t, "
        "'m' AS model, unnest([10, 20]) AS \"in\", unnest([2, 3]) AS out, unnest([0, 8]) AS d_prefix_prev, "
        "1.5 AS api_time"
    )
    sessions = f"SELECT 'a' AS trace_id, ['m'] AS models, 12 AS tool_tokens, 3 AS system_tokens, '{totals}' AS totals"
    read = {"requests": partial(load_stream, "coding_agent"), "sessions": read_coding_agent_sessions}
    found = []
    for name, query in (("requests", requests), ("sessions", sessions)):
        path = folder / f"{name}.parquet"
        with duckdb.connect() as engine:
            engine.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        found.append(Seed(f"log coding_agent, {name}", path.name, path.read_bytes(), read[name]))
    return found


def seeds(folder: Path) -> list[Seed]:
    """Return a right file for each reader; `folder` is for what must be written to be had."""
    found = [Seed(f"log {r}", file, content, partial(load_stream, r)) for r, (file, content) in log_files().items()]
    found += [Seed(f"models, {w}", file, content, load_catalogue) for w, (file, content) in _catalogues(folder).items()]
    stream = request_stream(
        session=[0, 0, 1], time_s=[0.0, 5.0, 1.0], prompt_tokens=[100, 130, 90], completion_tokens=[10, 10, 1]
    )
    for ending in ("parquet", "csv.gz"):
        write_stream_table(stream, folder / f"log.{ending}")
        content = (folder / f"log.{ending}").read_bytes()
        found.append(Seed(f"log table, {ending}", f"log.{ending}", content, partial(load_stream, "table")))
    return [*found, *_histories(), *_texts(), *_coding_agent(folder), *_parts(folder, stream), *team_seeds(folder)]

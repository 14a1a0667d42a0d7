"""``paretocode catalogue show|convert [FILE]``: which models are there, and what is odd about them?"""

from __future__ import annotations

import argparse
import dataclasses
import math
from typing import Any

from paretocode.cli.shared import add_json, emit, say
from paretocode.errors import UsageError

_COLUMNS = (
    "coding_score",
    "coding_score_se",
    "prompt_usd_per_mtok",
    "completion_usd_per_mtok",
    "cache_read_usd_per_mtok",
    "context_tokens",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("action", nargs="?", choices=["show", "convert"], default="show", help="what to do")
    parser.add_argument(
        "source", nargs="?", default="bundled", metavar="FILE", help="TOML, CSV, Parquet or JSON; or bundled"
    )
    parser.add_argument("--out", metavar="FILE", help="for convert: the plain table to write (.toml, .csv, .parquet)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Show or convert."""
    from paretocode.catalogue import lint_catalogue, load_catalogue, write_table

    catalogue = load_catalogue(args.source)
    if args.action == "convert":
        if not args.out:
            raise UsageError(
                "convert has no --out", way_out="name the table to write, ending in .toml, .csv or .parquet"
            )
        write_table(catalogue, args.out)
        emit(args, str(args.out), {"out": str(args.out), "models": len(catalogue)})
        return 0
    findings = lint_catalogue(catalogue)
    document = {
        "as_of": catalogue.as_of,
        "score_definition": catalogue.score_definition,
        "attribution": catalogue.attribution,
        "digest": catalogue.digest,
        "models": [_row(catalogue, row) for row in range(len(catalogue))],
        "notes": list(catalogue.notes),
        "findings": [dataclasses.asdict(finding) for finding in findings],
    }
    emit(args, _text(document), document)
    for note in () if args.json else catalogue.notes:
        say(f"note: {note}")
    return 0


def _row(catalogue: Any, row: int) -> dict[str, Any]:
    numbers = {name: float(getattr(catalogue, name)[row]) for name in _COLUMNS}
    speed = {
        "throughput_tps_p50": float(catalogue.throughput_tps[row, 2]),
        "ttft_s_p50": float(catalogue.ttft_s[row, 2]),
    }
    return {
        "model": catalogue.keys[row],
        "listed_tier": catalogue.listed_tier[row],
        **{name: None if math.isnan(value) else value for name, value in (numbers | speed).items()},
    }


def _text(document: dict[str, Any]) -> str:
    from paretocode.report.text import findings_table, format_table

    header = ["model", "tier", "score", "se", "prompt", "completion", "cache read", "context", "tokens/s", "TTFT s"]
    rows = [
        [
            m["model"],
            m["listed_tier"] or "",
            *(
                "" if m[name] is None else _number(name, m[name])
                for name in (*_COLUMNS, "throughput_tps_p50", "ttft_s_p50")
            ),
        ]
        for m in document["models"]
    ]
    as_of = document["as_of"] or "an unknown day"
    title = f"{len(rows)} models, {document['score_definition']}, as of {as_of}; prices in USD per million tokens"
    parts = [title, format_table(header, rows, "ll" + "r" * 8), document["attribution"]]
    if document["findings"]:
        parts.append(findings_table(document["findings"]))
    return "\n\n".join(part for part in parts if part)


def _number(name: str, value: float) -> str:
    return f"{value:,.0f}" if name.endswith("_tokens") else f"{value:g}"

"""``python -m paretocode.sim``: run an experiment, print its table, name its folder."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from paretocode import __version__
from paretocode.cli.engine_options import add_engine, ran_experiment
from paretocode.cli.main import mannered
from paretocode.cli.parser import Parser, dressed
from paretocode.cli.talk import emit, say

__all__ = ["main", "sim_parser"]


def sim_parser() -> argparse.ArgumentParser:
    """Return the parser of the main job."""
    parser = Parser(
        prog="python -m paretocode.sim",
        description="Replay a stream under the incumbent and the candidate tier maps of an experiment.",
    )
    parser.add_argument("--version", action="version", version=f"paretocode {__version__}")
    parser.add_argument("experiment", nargs="?", metavar="EXPERIMENT.toml", help="default: the bundled quickstart")
    parser.add_argument("--out", default="results", metavar="DIR", help="parent of all results")
    parser.add_argument("--scale", default="full", choices=["full", "smoke"], help="which of the experiment's sizes")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a key; repeatable")
    parser.add_argument("--no-figures", action="store_true", help="leave out figures and report")
    add_engine(parser)
    parser.set_defaults(run=_run)
    return dressed(parser, "sim")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the main job and return its exit code."""
    return mannered(list(sys.argv[1:] if argv is None else argv), sim_parser)


def _timing(manifest: dict[str, Any], document: dict[str, Any]) -> str:
    seconds: dict[str, float] = manifest["replay_seconds"]
    requests = document["stream"]["requests"]
    done = f"replayed {requests:,} requests under {len(seconds)} maps in {sum(seconds.values()):.2f} s of computing"
    return f"note: {done} (the run of {manifest['started']}, {manifest['seconds']:.1f} s in all)"


def _run(args: argparse.Namespace) -> int:
    from paretocode.experiment.document import with_holdout_record
    from paretocode.experiment.run import quickstart_path
    from paretocode.report.text import metrics_table
    from paretocode.report.text_evidence import evidence_text
    from paretocode.report.text_search import search_table

    path = Path(args.experiment) if args.experiment else quickstart_path()
    result = ran_experiment(args, path)
    document = result.metrics()
    for note in (*document["catalogue"]["notes"], *document["stream"]["notes"]):  # type: ignore[index]
        say(f"note: {note}")
    say(_timing(result.manifest, document))
    for name, entry in document["maps"].items():  # type: ignore[attr-defined]
        for finding in entry["findings"]:
            if finding["severity"] == "error":
                say(f"lint error in {name}: {finding['code']}, {finding['subject']}: {finding['message']}")
    table = search_table(document["search"]) if "search" in document else metrics_table(document)  # type: ignore[arg-type]
    record: Any = result.manifest.get("holdout")
    evidence = evidence_text(with_holdout_record(document, record))
    parts = (table, evidence, document["catalogue"]["attribution"])  # type: ignore[index]
    emit(args, "\n\n".join(part for part in parts if part), document)
    if args.json:
        say(f"result: {result.path}")
    else:
        print(f"\nresult: {result.path}")
    return 0

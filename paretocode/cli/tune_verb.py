"""``paretocode tune EXPERIMENT.toml``: search for edges, print the maps to look at, name the folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from paretocode.cli.engine_options import add_engine, ran_experiment
from paretocode.cli.shared import add_json, emit, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("experiment", metavar="EXPERIMENT.toml", help="an experiment with a section [search]")
    parser.add_argument("--out", default="results", metavar="DIR", help="parent of all results")
    parser.add_argument("--scale", default="full", choices=["full", "smoke"], help="which of the experiment's sizes")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="override a key; repeatable")
    parser.add_argument("--no-figures", action="store_true", help="leave out figures and report")
    add_engine(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Search and print; an interrupted search goes on with the same command."""
    from paretocode.errors import InputError
    from paretocode.experiment.document import with_holdout_record
    from paretocode.experiment.spec import read_experiment
    from paretocode.report.text_evidence import evidence_text
    from paretocode.report.text_search import search_table

    path = Path(args.experiment)
    if read_experiment(path, overrides=args.set).search is None:
        raise InputError(
            "it has no section [search]", where=str(path), way_out="add one, or replay it: python -m paretocode.sim"
        )
    result = ran_experiment(args, path)
    document = result.metrics()
    for note in (*document["catalogue"]["notes"], *document["stream"]["notes"]):  # type: ignore[index]
        say(f"note: {note}")
    text = search_table(document["search"])  # type: ignore[arg-type]
    record: Any = result.manifest.get("holdout")
    evidence = evidence_text(with_holdout_record(document, record))
    parts = (text, evidence, document["catalogue"]["attribution"])  # type: ignore[index]
    emit(args, "\n\n".join(part for part in parts if part), document["search"])
    if args.json:
        say(f"result: {result.path}")
    else:
        print(f"\nresult: {result.path}")
    return 0

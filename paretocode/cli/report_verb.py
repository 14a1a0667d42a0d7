"""``paretocode report RESULT``: the result as one HTML file for a person who was not there."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from paretocode.cli.shared import add_json, emit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("result", metavar="RESULT", help="a finished result folder")
    parser.add_argument("--out", metavar="FILE", help="where to write it (default: EXPERIMENT-DIGEST.html here)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Write the report and name it."""
    from paretocode._files import write_atomically
    from paretocode.experiment.document import with_holdout_record
    from paretocode.report.html import render_report
    from paretocode.result import open_result

    result = open_result(args.result)
    result.refuse_alteration()
    figures = {path.stem: path.read_text(encoding="utf-8") for path in sorted((result.path / "figures").glob("*.svg"))}
    record: Any = result.manifest.get("holdout")
    document = with_holdout_record(result.metrics(), record)
    out = Path(args.out or f"{document['experiment']}-{result.path.absolute().name}.html")
    write_atomically(out, render_report(document, figures=figures).encode())
    emit(args, str(out), {"out": str(out)})
    return 0

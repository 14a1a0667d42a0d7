"""``paretocode evidence show RESULT``: what does a finished result say about how sure it is?"""

from __future__ import annotations

import argparse
from typing import Any

from paretocode.cli.evidence_refusals import opened_result
from paretocode.cli.shared import emit
from paretocode.errors import InputError

__all__ = ["EPILOG", "SUMMARY", "add_arguments", "run"]

SUMMARY = "show how sure a finished result is"
EPILOG = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("result", metavar="RESULT", help="a finished result folder")


def run(args: argparse.Namespace) -> int:
    """Print the evidence of a result."""
    from paretocode.experiment.document import with_holdout_record
    from paretocode.report.text_evidence import evidence_text

    result = opened_result(args.result)
    record: Any = result.manifest.get("holdout")
    document: Any = with_holdout_record(result.metrics(), record)
    if "evidence" not in document:
        raise InputError(
            "it was made before results carried evidence",
            where=str(result.path),
            way_out="run the experiment again",
        )
    emit(args, evidence_text(document), document["evidence"])
    return 0

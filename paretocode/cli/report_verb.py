"""``paretocode report RESULT``: the result as one HTML file for a person who was not there."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paretocode.cli.shared import add_json, emit, say

if TYPE_CHECKING:
    from paretocode.result import ResultFolder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("result", metavar="RESULT", help="a finished result folder")
    parser.add_argument("--out", metavar="FILE", help="where to write it (default: EXPERIMENT-DIGEST.html here)")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Write the report and name it; that of an altered result says so on top, and the exit code is a broken seal's."""
    from paretocode._files import write_atomically
    from paretocode.errors import SealError
    from paretocode.experiment.document import with_holdout_record
    from paretocode.report.html import render_report
    from paretocode.result import METRICS, open_result

    result = open_result(args.result)
    altered = result.altered_files()
    if METRICS in altered:  # nothing of it can be believed
        result.refuse_alteration()
    record: Any = result.manifest.get("holdout")
    document = with_holdout_record(_metrics(result), record)
    out = Path(args.out or f"{document['experiment']}-{result.path.absolute().name}.html")
    figures = _figures(result, without=altered)
    warnings = _warnings(result, altered)
    page = render_report(document, figures=figures, manifest=result.manifest, warnings=warnings)
    write_atomically(out, page.encode())
    for warning in warnings:
        say(f"warning: {warning}")
    emit(args, str(out), {"out": str(out), "warnings": warnings})
    return SealError.exit_code if altered else 0


def _metrics(result: ResultFolder) -> dict[str, Any]:
    """Return the numbers of a result, if they are of a form that this version reads."""
    from paretocode.errors import InputError
    from paretocode.experiment.document import METRICS_FORMAT
    from paretocode.result import METRICS

    found: dict[str, Any] = result.metrics()
    if found.get("format") != METRICS_FORMAT:
        raise InputError(
            f"its format is {found.get('format')!r}, and this version reads {METRICS_FORMAT}",
            where=str(result.path / METRICS),
            way_out="run the experiment again with this version, or read it with the one that made it",
        )
    return found


def _figures(result: ResultFolder, *, without: list[str]) -> dict[str, str]:
    """Return the figures that are as the run left them."""
    names = [name for name in sorted(result.digests) if name.startswith("figures/") and name.endswith(".svg")]
    return {Path(n).stem: (result.path / n).read_text(encoding="utf-8") for n in names if n not in without}


def _warnings(result: ResultFolder, altered: list[str]) -> list[str]:
    """Return what a reader has to know before reading, a sentence each."""
    found = []
    if altered:
        found.append(
            f"This result is not as its run left it: {', '.join(altered)} changed or went missing since. Figures among "
            "them are left out here; run the experiment again before anybody decides by this page."
        )
    if not result.manifest.get("has_figures"):
        found.append(
            "This result was made without figures, so the page has none; run the experiment again to draw them."
        )
    return found

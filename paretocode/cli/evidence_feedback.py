"""``paretocode evidence feedback REPORTS``: where do users think the boundaries should lie?"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from paretocode.cli.evidence_inputs import add_figure, figure_suffix, write_figure
from paretocode.cli.evidence_maps import map_in_force
from paretocode.cli.evidence_refusals import naming_columns
from paretocode.cli.shared import emit, say
from paretocode.cli.stream_log import read_log
from paretocode.cli.words import pairs_of

if TYPE_CHECKING:
    from paretocode.stream import RequestStream

__all__ = ["EPILOG", "SUMMARY", "add_arguments", "run"]

SUMMARY = "turn users' reports about boundaries into edges with intervals, and a proposal for a search"
EPILOG = """\
A report is a row with min_score, verdict (too weak, too dear, fine, too slow, jumped) and tier or model; reporter,
time_s or ts, session and comment are of use. The log of the same time says what was asked: with it complaints can be
set against the demand where nobody writes that all is fine.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    parser.add_argument("reports", metavar="REPORTS", help="a table of reports: .csv, .ndjson or .parquet")
    parser.add_argument(
        "--map",
        required=True,
        metavar="FILE",
        help="the map that was in force: a tier map, documented, or a result or an experiment for its incumbent",
    )
    parser.add_argument("--catalogue", default="bundled", metavar="FILE", help="for documented: the catalogue")
    parser.add_argument(
        "--columns",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help="the reports' name of one of our columns; repeatable",
    )
    parser.add_argument("--log", metavar="FILE", help="what was asked in the same time, a log")
    parser.add_argument("--reader", default="table", help="how to read the log")
    parser.add_argument(
        "--option", action="append", default=[], metavar="KEY=VALUE", help="what its reader takes; repeatable"
    )
    parser.add_argument(
        "--log-columns",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help="the log's name of one of our columns; repeatable",
    )
    parser.add_argument("--half-width", type=float, default=0.02, help="of the interval that reports are counted for")
    parser.add_argument("--weak-cost", type=float, default=1.0, help="what one request served too weakly costs")
    parser.add_argument("--dear-cost", type=float, default=1.0, help="what one request served too dearly costs")
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals")
    parser.add_argument("--out", metavar="FILE", help="write the proposal as lines for [search]")
    add_figure(parser)


def run(args: argparse.Namespace) -> int:
    """Print estimates, warnings and the proposal."""
    from paretocode._files import write_atomically
    from paretocode.evidence.feedback import read_feedback, summarise_feedback
    from paretocode.report.text_feedback import feedback_text, proposal_lines

    figure_suffix(args.figure)
    columns, tier_map = pairs_of(args.columns, "--columns"), map_in_force(args.map, args.catalogue)
    with naming_columns("--columns", columns):
        reports = read_feedback(args.reports, tier_map=tier_map, columns=columns or None)
    stream = _log(args)
    for note in (*reports.notes, *(stream.notes if stream is not None else ())):
        say(f"note: {note}")
    say(f"fitting {len(reports):,} reports")
    summary = summarise_feedback(
        reports,
        stream=stream,
        half_width=args.half_width,
        weak_cost=args.weak_cost,
        dear_cost=args.dear_cost,
        level=args.level,
    )
    document: dict[str, Any] = {"reports": Path(args.reports).name, **summary.to_dict()}
    write_figure(args.figure, lambda: _drawn(document))
    if args.out:
        write_atomically(Path(args.out), ("\n".join(proposal_lines(document)) + "\n").encode())
        say(f"written: {args.out}")
    emit(args, feedback_text(document), document)
    return 0


def _drawn(document: dict[str, Any]) -> Any:
    from paretocode.report.plots.feedback import plot_feedback

    return plot_feedback(document)


def _log(args: argparse.Namespace) -> RequestStream | None:
    from paretocode.errors import InputError, UsageError

    if args.log is None:
        if args.option or args.log_columns:
            raise UsageError(
                "--option and --log-columns are for a log, and none is named", way_out="name it with --log"
            )
        return None
    with naming_columns("--log-columns", pairs_of(args.log_columns, "--log-columns")):
        stream = read_log(args.reader, args.log, args.option, args.log_columns)
    if not stream.has_demand:
        raise InputError(
            "no request of it states a min score, so that it says nothing of what was asked",
            where=args.log,
            way_out="name the column with --log-columns min_score=THEIRS, or leave the log out",
        )
    return stream

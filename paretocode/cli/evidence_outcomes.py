"""``paretocode evidence outcomes TABLE``: is the candidate as good where scores are known, and what does it save?"""

from __future__ import annotations

import argparse

from paretocode.cli.evidence_tables import add_table, asked_table, router_column
from paretocode.cli.shared import emit, say, seed

__all__ = ["EPILOG", "SUMMARY", "add_arguments", "run"]

SUMMARY = "compare two models where their scores on the same questions are known"
EPILOG = """\
A difference of scores is candidate minus baseline, and more is better. Questions of one cluster, such as the turns of
one conversation, are resampled together.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action's arguments."""
    add_table(parser)
    parser.add_argument("--candidate", required=True, metavar="MODEL", help="which model may take over")
    parser.add_argument("--baseline", required=True, metavar="MODEL", help="which model answers today")
    parser.add_argument(
        "--margin", required=True, type=float, metavar="SCORE", help="loss of mean score that is still called equal"
    )
    parser.add_argument(
        "--right-at", type=float, metavar="SCORE", help="least score that counts as right (default: top)"
    )
    parser.add_argument("--router-score", metavar="COLUMN", help="a router's score; more asks for the stronger model")
    parser.add_argument("--level", type=float, default=0.95, help="of the intervals")
    parser.add_argument("--replicates", type=int, default=2000, metavar="N", help="resamples of the clusters")
    parser.add_argument("--seed", type=seed, default=0, help="their seed")


def run(args: argparse.Namespace) -> int:
    """Print the comparison."""
    from paretocode.experiment.evidence_outcomes import OutcomeQuestion, answered_by_both, outcome_document
    from paretocode.report.text_outcomes import outcomes_text

    whole = asked_table(args)
    for note in whole.notes:
        say(f"note: {note}")
    table = answered_by_both(whole, args.candidate, args.baseline)
    for note in table.notes[len(whole.notes) :]:
        say(f"note: {note}")
    score = None if args.router_score is None else router_column(args, args.router_score, table)
    say(f"resampling {table.clusters.n:,} clusters ({table.cluster_kind}) {args.replicates:,} times")
    asked = OutcomeQuestion(
        candidate=args.candidate,
        baseline=args.baseline,
        margin=args.margin,
        right_at=args.right_at,
        level=args.level,
        replicates=args.replicates,
        seed=args.seed,
    )
    document = outcome_document(table, asked, router_score=score)
    emit(args, outcomes_text(document), document)
    return 0

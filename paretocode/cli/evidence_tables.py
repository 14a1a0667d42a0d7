"""Which outcome table is meant? Long, wide, or as RouteLLM published it; and a router's score beside it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from paretocode.cli.words import pairs_of
from paretocode.errors import InputError, UsageError

if TYPE_CHECKING:
    from paretocode._checks import FloatColumn
    from paretocode.evidence.outcomes import OutcomeTable

__all__ = ["FORMATS", "add_table", "asked_table", "router_column"]

FORMATS = ("long", "wide", "routellm-pair", "routellm-mtbench")
_OF_FORMATS = {
    "range": ("--range", ("long", "wide")),
    "question": ("--question", ("long", "wide")),
    "cluster": ("--cluster", ("long", "wide")),
    "domain_column": ("--domain-column", ("long", "wide", "routellm-pair")),
    "contaminated_column": ("--contaminated-column", ("long", "wide")),
    "model_column": ("--model-column", ("long",)),
    "score_column": ("--score-column", ("long",)),
    "cost_column": ("--cost-column", ("long",)),
    "score_of": ("--score-of", ("wide",)),
    "cost_of": ("--cost-of", ("wide",)),
    "drop_sentinel": ("--drop-sentinel", ("long", "wide", "routellm-mtbench")),
}


def add_table(parser: argparse.ArgumentParser) -> None:
    """Add the table and how it is read."""
    parser.add_argument("table", metavar="TABLE.csv", help="outcomes; may end in .csv.gz")
    parser.add_argument("--format", default="long", choices=FORMATS, help="one outcome a row, one question a row, ...")
    parser.add_argument("--range", nargs=2, type=float, metavar=("LOW", "HIGH"), help="ends of the score's scale")
    parser.add_argument(
        "--drop-sentinel", type=float, metavar="VALUE", help="a score that stands for none, such as -1: left out, noted"
    )
    parser.add_argument("--contaminated", choices=["keep", "drop"], help="what to do with marked questions")
    for option, metavar, what in (
        ("--contaminated-column", "COLUMN", "marks questions that are known from training"),
        ("--question", "COLUMN,...", "together name a question (long: question; wide: the row)"),
        ("--cluster", "COLUMN,...", "together name what is independent (default: each question)"),
        ("--domain-column", "COLUMN", "subject of a question"),
        ("--model-column", "COLUMN", "long: who answered (default: model)"),
        ("--score-column", "COLUMN", "long: the score (default: score)"),
        ("--cost-column", "COLUMN", "long: the cost [USD] of one answer"),
    ):
        parser.add_argument(option, metavar=metavar, help=what)
    for option, what in (("--score-of", "scores"), ("--cost-of", "costs [USD]")):
        parser.add_argument(
            option, action="append", default=[], metavar="MODEL=COLUMN", help=f"wide: where a model's {what} stand"
        )


def asked_table(args: argparse.Namespace) -> OutcomeTable:
    """Read the table that the command line names.

    Raises
    ------
    UsageError
        An option that the format has no use for, or one that it needs and that is not there.
    InputError
        What the reader refuses.
    """
    for name, (option, formats) in _OF_FORMATS.items():
        if getattr(args, name) not in (None, []) and args.format not in formats:
            raise UsageError(
                f"--format {args.format} has no use for {option}", way_out=f"it is for {' and '.join(formats)}"
            )
    try:
        return _read(args)
    except InputError as refusal:
        way_out = refusal.way_out
        for ours, theirs in _IN_OPTIONS.items():
            way_out = way_out.replace(ours, theirs)
        raise InputError(refusal.what, where=refusal.where, way_out=way_out) from refusal


_IN_OPTIONS = {
    "pass sentinel=": "give --drop-sentinel ",
    "say contaminated='drop' or 'keep'": "say --contaminated drop or --contaminated keep",
}
"""What a reader asks for -> the same on the command line."""


def _read(args: argparse.Namespace) -> OutcomeTable:
    from paretocode.evidence import outcomes

    if args.format == "routellm-pair":
        return outcomes.read_routellm_pair(args.table, contaminated=args.contaminated, domain=args.domain_column)
    if args.format == "routellm-mtbench":
        return outcomes.read_routellm_mtbench(
            args.table,
            contaminated=args.contaminated,
            sentinel=args.drop_sentinel,
            has_categories="category" in _cells(args.table).columns,
        )
    if args.format == "long":
        return outcomes.read_outcomes(
            args.table,
            model=args.model_column or "model",
            score=args.score_column or "score",
            cost_usd=args.cost_column,
            **_common(args),
        )
    scores = pairs_of(args.score_of, "--score-of")
    if not scores:
        raise UsageError("a wide table needs --score-of", way_out="write --score-of MODEL=COLUMN for each model")
    costs = pairs_of(args.cost_of, "--cost-of") or None
    return outcomes.read_wide_outcomes(args.table, scores=scores, costs_usd=costs, **_common(args))


def _common(args: argparse.Namespace) -> dict[str, Any]:
    if args.range is None:
        raise UsageError("the score's scale is not stated", way_out="give its ends, such as --range 0 1")
    if not args.range[0] < args.range[1]:
        raise UsageError(f"--range is {args.range[0]:g} {args.range[1]:g}", way_out="give the least score first")
    return {
        "score_range": tuple(args.range),
        "question": _question(args),
        "domain": args.domain_column,
        "cluster": _split(args.cluster),
        "contaminated_flag": args.contaminated_column,
        "contaminated": args.contaminated,
        "sentinel": args.drop_sentinel,
    }


def _question(args: argparse.Namespace) -> tuple[str, ...]:
    fixed = {"routellm-pair": ("row",), "routellm-mtbench": ("question_id", "turn")}
    by_default = {"long": ("question",), "wide": ()}
    return fixed.get(args.format) or _split(args.question) or by_default[args.format]


def _split(words: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",")) if words else ()


def _cells(path: str) -> Any:
    from paretocode.evidence.outcomes._csv import read_csv

    return read_csv(path)


def router_column(args: argparse.Namespace, column: str, table: OutcomeTable) -> FloatColumn:
    """Return a router's score for each question of the table.

    Raises
    ------
    InputError
        No such column, an empty cell, or rows of one question that disagree.
    """
    import numpy as np

    cells = _cells(args.table)
    names = _question(args)
    labels = cells.labels(names) if names else [str(row + 1) for row in range(cells.n_rows)]
    found: dict[str, float] = {}
    for row, (label, score) in enumerate(zip(labels, cells.numbers(column).tolist(), strict=True)):
        if score != score:  # noqa: PLR0124 - an empty cell is NaN
            raise InputError("the router's score is empty", where=cells.place(row, column), way_out="fill it")
        if found.setdefault(label, score) != score:
            raise InputError(
                f"question {label!r} has {score:g} here and {found[label]:g} before",
                where=cells.place(row, column),
                way_out="give all rows of a question the same",
            )
    return np.array([found[question] for question in table.questions])

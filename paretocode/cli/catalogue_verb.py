"""``paretocode catalogue show|lint|convert|pull|history``: which models are there, what is odd, how do we get them?"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from paretocode.cli import history_actions
from paretocode.cli.shared import add_json, emit, say
from paretocode.errors import UsageError

_ACTIONS = ("show", "lint", "convert", "pull", "history")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("action", nargs="?", choices=_ACTIONS, default="show", help="what to do")
    parser.add_argument(
        "source",
        nargs="?",
        default="bundled",
        metavar="FILE",
        help="a plain table, a saved file of a source, or bundled; for pull: the source; for history: a folder or log",
    )
    parser.add_argument(
        "--source",
        dest="source_name",
        metavar="NAME",
        help="read FILE as this source, whatever it looks like",
    )
    parser.add_argument("--score-definition", metavar="NAME", help="what the score is, where FILE does not say")
    parser.add_argument(
        "--out", metavar="PATH", help="convert: the table to write (.toml, .csv, .parquet); pull: the folder"
    )
    parser.add_argument("--earlier", metavar="FILE", help="lint: an earlier file of the same source, to compare with")
    parser.add_argument("--url", help="pull: another address than the public one")
    history_actions.add_options(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    actions = {"show": _show, "lint": _lint, "convert": _convert, "pull": _pull, "history": history_actions.run}
    return actions[args.action](args)


def _show(args: argparse.Namespace) -> int:
    from paretocode.catalogue import lint_catalogue, load_catalogue
    from paretocode.cli.catalogue_text import catalogue_document, catalogue_text, shortened

    catalogue = load_catalogue(args.source, args.source_name, score_definition=args.score_definition)
    document = catalogue_document(catalogue, lint_catalogue(catalogue))
    emit(args, catalogue_text(document), document)
    for note in () if args.json else catalogue.notes:
        say(f"note: {shortened(note)}")
    return 0


def _lint(args: argparse.Namespace) -> int:
    from paretocode.catalogue import lint_catalogue, lint_catalogue_change, lint_file, load_catalogue
    from paretocode.catalogue.finding import SEVERITIES
    from paretocode.cli.catalogue_text import findings_text

    catalogue = load_catalogue(args.source, args.source_name, score_definition=args.score_definition)
    findings = [*lint_catalogue(catalogue, edges=_edges(args.score_edges))]
    if not args.source.startswith("bundled"):
        findings += lint_file(args.source, args.source_name, earlier=args.earlier)
    if args.earlier:
        earlier = load_catalogue(args.earlier, args.source_name, score_definition=args.score_definition)
        findings += lint_catalogue_change(earlier, catalogue)
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    plain = [dataclasses.asdict(finding) for finding in findings]
    emit(args, findings_text(plain), {"findings": plain})
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _edges(words: str | None) -> list[float]:
    try:
        return [float(word) for word in words.split(",")] if words else []
    except ValueError as error:
        raise UsageError(f"--score-edges is {words!r}", way_out="give numbers with commas, as in 17.3,32.6") from error


def _convert(args: argparse.Namespace) -> int:
    from paretocode.catalogue import load_catalogue, write_table
    from paretocode.cli.catalogue_text import shortened

    if not args.out:
        raise UsageError("convert has no --out", way_out="name the table to write, ending in .toml, .csv or .parquet")
    catalogue = load_catalogue(args.source, args.source_name, score_definition=args.score_definition)
    write_table(catalogue, args.out)
    emit(args, str(args.out), {"out": str(args.out), "models": len(catalogue)})
    for note in () if args.json else catalogue.notes:
        say(f"note: {shortened(note)}")
    return 0


def _pull(args: argparse.Namespace) -> int:
    from paretocode.catalogue import load_catalogue
    from paretocode.cli.catalogue_pull import PULLS, pull
    from paretocode.cli.catalogue_text import pull_document, pull_text

    if args.source == "bundled":
        raise UsageError("pull has no source", way_out=f"name one of {', '.join(PULLS)}")
    path = pull(args.source, out=Path(args.out or "catalogues"), url=args.url)
    say(f"saved: {path}")
    catalogue = load_catalogue(path, args.source, score_definition=args.score_definition)
    document = pull_document(path, args.source, catalogue)
    emit(args, pull_text(document), document)
    return 0

"""``paretocode catalogue show|lint|convert|pull|history``: which models are there, what is odd, how do we get them?"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import math
from pathlib import Path
from typing import TYPE_CHECKING

from paretocode.cli import history_actions
from paretocode.cli.shared import add_json, emit, say
from paretocode.errors import InputError, UsageError

if TYPE_CHECKING:
    from paretocode.catalogue import Catalogue

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
    _refuse_idle(args)
    actions = {"show": _show, "lint": _lint, "convert": _convert, "pull": _pull, "history": history_actions.run}
    return actions[args.action](args)


_OF_ACTIONS = {
    "source_name": ("--source", ("show", "lint", "convert")),
    "score_definition": ("--score-definition", ("show", "lint", "convert", "pull")),
    "out": ("--out", ("convert", "pull")),
    "earlier": ("--earlier", ("lint",)),
    "url": ("--url", ("pull",)),
    "speeds": ("--speeds", ("history",)),
    "since": ("--since", ("history",)),
    "until": ("--until", ("history",)),
    "score_edges": ("--score-edges", ("lint", "history")),
    "limit": ("--limit", ("lint", "history")),
}


def _refuse_idle(args: argparse.Namespace) -> None:
    """Refuse an option that the action would pass over in silence."""
    defaults = argparse.ArgumentParser()
    history_actions.add_options(defaults)
    for name, (option, actions) in _OF_ACTIONS.items():
        if args.action not in actions and getattr(args, name) != defaults.get_default(name):
            raise UsageError(f"{args.action} has no use for {option}", way_out=f"it is for {' and '.join(actions)}")


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
    earlier = _earlier(args)
    findings = [*lint_catalogue(catalogue, edges=_edges(args.score_edges))]
    said = {(finding.code, finding.subject) for finding in findings}
    if not args.source.startswith("bundled"):
        of_records = lint_file(args.source, args.source_name, earlier=args.earlier, beside=catalogue)
        findings += [finding for finding in of_records if (finding.code, finding.subject) not in said]
    if earlier is not None:
        findings += lint_catalogue_change(earlier, catalogue)
    findings = list(dict.fromkeys(findings))
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    plain = [dataclasses.asdict(finding) for finding in findings]
    emit(args, findings_text(plain, limit=max(args.limit, 0)), {"findings": plain})
    return 1 if any(finding.severity == "error" for finding in findings) else 0


def _earlier(args: argparse.Namespace) -> Catalogue | None:
    """Return the earlier catalogue; --score-definition is the later one's, and its own where it cannot say it."""
    from paretocode.catalogue import load_catalogue
    from paretocode.catalogue.load import kind_of

    if not args.earlier:
        return None
    kinds = [kind_of(spec, args.source_name) for spec in (args.earlier, args.source)]
    if len(set(kinds)) > 1:
        raise UsageError(f"--earlier is of {kinds[0]} and FILE of {kinds[1]}", way_out="compare two of one source")
    try:
        return load_catalogue(args.earlier, args.source_name)
    except InputError:
        if args.score_definition is None:
            raise
        return load_catalogue(args.earlier, args.source_name, score_definition=args.score_definition)


def _edges(words: str | None) -> list[float]:
    way_out = "give increasing numbers with commas, as in 17.3,32.6"
    try:
        edges = [float(word) for word in words.split(",")] if words else []
    except ValueError as error:
        raise UsageError(f"--score-edges is {words!r}", way_out=way_out) from error
    if not all(map(math.isfinite, edges)) or any(low >= high for low, high in itertools.pairwise(edges)):
        raise UsageError(f"--score-edges is {words!r}", way_out=way_out)
    return edges


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

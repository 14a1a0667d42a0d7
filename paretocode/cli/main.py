"""``paretocode VERB``: which verbs are there, and how does a command run?

The answer goes to stdout, talk and progress to stderr. `paretocode.cli.exit_codes` says how a command may end.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Collection, Sequence

from paretocode import __version__
from paretocode._bars import Estimates, bars_on
from paretocode.cli.guard import guarded, print_anything
from paretocode.cli.manners import MANNERS, Manners, has_colours
from paretocode.cli.options import with_defaults
from paretocode.cli.parser import Parser, dressed, sentence
from paretocode.progress import listening

__all__ = ["VERBS", "command_parser", "main", "mannered"]

VERBS = {
    "catalogue": "show or convert a catalogue, and lint it",
    "frontier": "show the Pareto frontier of price and score",
    "bands": "cut the scores into bands by a scheme",
    "stream": "describe a log, or make a synthetic stream",
    "lint": "find what is wrong with a tier map",
    "tune": "search for the best edges, exactly",
    "replay": "replay a stream under one tier map",
    "compare": "replay a stream under several maps, or show a result",
    "evidence": "say how sure a comparison is, and what users, logs and outcomes add",
    "diff": "show what changes between two tier maps, what moves, and what is predicted",
    "prepare": "give a result's map its serial, parent and days of validity",
    "gate": "hold a result's map against the limits that its team states",
    "approve": "seal a result's map with a name and a reason, and sign it",
    "revoke": "take an approval back",
    "rollout": "plan in which steps the map reaches everybody, and when to stop",
    "export": "write an approved map for a router",
    "verify": "recompute every digest of a release, a result or a map, and check signatures",
    "log": "tell what happened to a team's maps, and whether the register is whole",
    "report": "write a result's report as one HTML file",
    "notebooks": "copy the notebooks and open them in JupyterLab, or run them all",
    "doctor": "say what is installed, what is lost without the rest, and what is broken",
    "completion": "print a script by which a shell completes verbs and options",
}
"""Verb -> what it does, in the order of the story; each lives in ``paretocode.cli.<verb>_verb``."""


def command_parser(loaded: Collection[str] = VERBS) -> argparse.ArgumentParser:
    """Return the parser of the whole command.

    Parameters
    ----------
    loaded
        Verbs whose arguments are known; loading one imports its module.
    """
    parser = Parser(
        prog="paretocode", description="Choose, prove and hand over the tier boundaries of a score-tiered model router."
    )
    parser.add_argument("--version", action="version", version=f"paretocode {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=Parser)
    for name, summary in VERBS.items():
        child = verbs.add_parser(name, help=summary, description=sentence(summary))
        if name in loaded:
            module = importlib.import_module(f"paretocode.cli.{name}_verb")
            module.add_arguments(child)
            child.set_defaults(run=module.run)
            dressed(child, name)
    return dressed(parser, "", has_all_codes=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    if argv is None:
        _leave_script_to_itself()
    words = list(sys.argv[1:] if argv is None else argv)
    verb = next((word for word in words if word in VERBS), None)
    return mannered(words, lambda: command_parser([verb] if verb else []))


def _leave_script_to_itself() -> None:
    """Keep worker processes from running the command's script again: some installers write it without a guard.

    A process that is started afresh imports the script it comes from, where that has a file. Nothing of ours is in it.
    """
    script = sys.modules["__main__"]
    if getattr(script, "__spec__", None) is None:  # with `python -m` there is a name, which is imported without running
        script.__file__ = None


def mannered(words: list[str], parser: Callable[[], argparse.ArgumentParser]) -> int:
    """Parse the words of a command and run it, with progress, notes and colours as they ask, and every end a code."""
    print_anything()
    # What is refused before anything is parsed is coloured or not as well.
    before = MANNERS.set(Manners(may_colour=has_colours() and "--no-color" not in words))
    try:
        return guarded(lambda: _run(with_defaults(parser().parse_args(words))))
    finally:
        MANNERS.reset(before)


def _run(args: argparse.Namespace) -> int:
    bars = bars_on(sys.stderr, is_quiet=args.quiet)
    MANNERS.set(Manners(is_quiet=args.quiet, may_colour=has_colours() and not args.no_color, bars=bars))
    with listening(bars if bars is not None or args.quiet else Estimates(sys.stderr)):
        code: int = args.run(args)
    return code

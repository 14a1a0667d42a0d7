"""``paretocode VERB``: which verbs are there, and how do refusals reach a person?

The answer goes to stdout, talk and progress to stderr. Exit codes: 0 done; 1 `lint` found an error, or `evidence drift`
a metric beyond its limit; 2 bad input or usage; 3 a seal that does not hold; 4 a library is missing; 130 interrupted.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence

from paretocode import __version__
from paretocode.errors import MissingDependencyError, ParetocodeError

__all__ = ["VERBS", "guarded", "main", "print_anything"]

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
}
"""Verb -> what it does, in the order of the story; each lives in ``paretocode.cli.<verb>_verb``."""

_EPILOG = """\
the story, on what ships with the package:
  paretocode lint
  paretocode frontier
  paretocode bands --scheme natural --n-bands 3
  python -m paretocode.sim --scale smoke
  paretocode approve results/quickstart/DIGEST --by "A. Name" --reason "because"
  paretocode export results/quickstart/DIGEST/tier_map.json --to release --out release/
  paretocode verify release/
"""


def _parser(verb: str | None) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="paretocode",
        description="Choose, prove and hand over the tier boundaries of a score-tiered model router.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"paretocode {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, summary in VERBS.items():
        child = verbs.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.", formatter_class=_Formatter
        )
        if name == verb:
            module = importlib.import_module(f"paretocode.cli.{name}_verb")
            module.add_arguments(child)
            child.set_defaults(run=module.run)
    return parser


class _Formatter(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """Keep examples as written, and show defaults."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    print_anything()
    words = list(sys.argv[1:] if argv is None else argv)
    verb = next((word for word in words if word in VERBS), None)
    return guarded(lambda: _run(words, verb))


def _run(words: list[str], verb: str | None) -> int:
    args = _parser(verb).parse_args(words)
    code: int = args.run(args)
    return code


def print_anything() -> None:
    """Let a terminal without Unicode show a question mark instead of ending in an error."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def guarded(job: Callable[[], int]) -> int:
    """Run a job; turn refusals, a missing library and Ctrl-C into one line on stderr and an exit code."""
    try:
        return job()
    except ParetocodeError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "paretocode":
            raise
        print(
            f"error: the library {error.name.split('.')[0]} is not installed; run python3 -m paretocode.bootstrap sim, "
            "which installs everything into .venv, or pip install paretocode.",
            file=sys.stderr,
        )
        return MissingDependencyError.exit_code
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror or error}; check the path, its rights and the disk.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted; run the same command again to go on", file=sys.stderr)
        return 130

"""``paretocode evidence ACTION``: how sure is a comparison, and what do users, logs and outcomes add to it?"""

from __future__ import annotations

import argparse
from types import ModuleType

from paretocode.cli import (
    evidence_coverage,
    evidence_drift,
    evidence_feedback,
    evidence_outcomes,
    evidence_show,
    evidence_size,
)
from paretocode.cli.parser import dressed, sentence

ACTIONS: dict[str, ModuleType] = {
    "show": evidence_show,
    "size": evidence_size,
    "drift": evidence_drift,
    "feedback": evidence_feedback,
    "outcomes": evidence_outcomes,
    "coverage": evidence_coverage,
}
"""Action -> its module, in the order of the story; each has `SUMMARY`, `EPILOG`, `add_arguments` and `run`."""


_EPILOG = "paretocode evidence ACTION --help says more."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, module in ACTIONS.items():
        child = actions.add_parser(
            name, help=module.SUMMARY, description=sentence(module.SUMMARY), epilog=" ".join(module.EPILOG.split())
        )
        module.add_arguments(child)
        dressed(child, f"evidence {name}")


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    code: int = ACTIONS[args.action].run(args)
    return code

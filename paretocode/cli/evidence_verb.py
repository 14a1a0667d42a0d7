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
from paretocode.cli.shared import add_json

ACTIONS: dict[str, ModuleType] = {
    "show": evidence_show,
    "size": evidence_size,
    "drift": evidence_drift,
    "feedback": evidence_feedback,
    "outcomes": evidence_outcomes,
    "coverage": evidence_coverage,
}
"""Action -> its module, in the order of the story; each has `SUMMARY`, `EPILOG`, `add_arguments` and `run`."""


class _Formatter(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """Keep examples as written, and show the defaults that say something."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default in (None, False, []) else super()._get_help_string(action)


_EPILOG = """\
examples:
  paretocode evidence show results/quickstart/DIGEST
  paretocode evidence size results/quickstart/DIGEST --change 0.02
  paretocode evidence drift results/quickstart/DIGEST --stream today.parquet
  paretocode evidence feedback reports.csv --map documented
  paretocode evidence outcomes outcomes.csv --candidate small --baseline large --margin 0.02 --range 0 1
  paretocode evidence coverage log.parquet --experiment results/quickstart/DIGEST

paretocode evidence ACTION --help says more. drift ends with exit code 1 where a metric has moved beyond its limit.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, module in ACTIONS.items():
        child = actions.add_parser(
            name,
            help=module.SUMMARY,
            description=f"{module.SUMMARY[0].upper()}{module.SUMMARY[1:]}.",
            epilog=module.EPILOG,
            formatter_class=_Formatter,
        )
        module.add_arguments(child)
        add_json(child)


def run(args: argparse.Namespace) -> int:
    """Do the action."""
    code: int = ACTIONS[args.action].run(args)
    return code

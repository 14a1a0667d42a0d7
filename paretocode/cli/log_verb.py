"""``paretocode log [REGISTER]``: what happened to a team's maps, and is the story whole?"""

from __future__ import annotations

import argparse

from paretocode.cli.shared import add_json, emit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument(
        "register",
        metavar="REGISTER",
        nargs="?",
        help="register.jsonl or the team's folder that holds it (without it PARETOCODE_TEAM, else this folder)",
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the history; a register that does not hold together ends with 3."""
    from paretocode.release.history import history_text, read_history

    history = read_history(args.register)
    emit(args, history_text(history), history.to_dict())
    return 0

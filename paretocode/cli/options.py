"""Which options does every command take, before its verb or after it? Output as JSON, less talk, no colours."""

from __future__ import annotations

import argparse

__all__ = ["COMMON", "add_common", "with_defaults"]

COMMON = ("--json", "--quiet", "--no-color")


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the common options, once.

    They have no default of their own, so that a verb does not undo what stands before it; see `with_defaults`.
    """
    if "--json" in parser._option_string_actions:
        return
    group = parser.add_argument_group("common options")
    for option, what in (
        ("--json", "print the answer as one JSON object"),
        ("--quiet", "print the answer and errors only: no notes, no progress"),
        ("--no-color", "use no colours; NO_COLOR=1 and TERM=dumb say the same"),
    ):
        group.add_argument(option, action="store_true", default=argparse.SUPPRESS, help=what)


def with_defaults(args: argparse.Namespace) -> argparse.Namespace:
    """Return parsed arguments in which every common option has a value."""
    for option in COMMON:
        name = option.removeprefix("--").replace("-", "_")
        setattr(args, name, getattr(args, name, False))
    return args

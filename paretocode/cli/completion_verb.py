"""``paretocode completion SHELL``: how does a shell complete our verbs, options and files at the tab key?

The script is made by shtab from the parser itself, once; at a tab nothing of ours is started.
"""

from __future__ import annotations

import argparse
import re

from paretocode.cli.exit_codes import ExitCode
from paretocode.cli.talk import emit

__all__ = ["SHELLS", "add_arguments", "run"]

SHELLS = ("bash", "zsh", "fish")
_FOLDERS = re.compile(r"\b(?:DIR|FOLDER)\b")
_FILES = re.compile(
    r"\b(?:FILE|PATH|RESULT|TIER_MAP|OLD|NEW|MAP|EXPERIMENT(?:\.toml)?|REPORTS|LOG|TABLE\.csv|APPROVAL|REGISTER|KEY)\b"
)
"""What arguments are called that name a folder, or a file or folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}")
    parser.epilog = "Make it anew after an update of paretocode."


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    script = completion_script(args.shell)
    emit(args, script.rstrip("\n"), {"shell": args.shell, "script": script})
    return ExitCode.DONE


def completion_script(shell: str) -> str:
    """Return the script for a shell, by the parser with all its verbs."""
    import shtab

    from paretocode.cli.main import command_parser

    parser = command_parser()
    _complete_files(parser, {"file": shtab.FILE, "folder": shtab.DIRECTORY})
    script: str = shtab.complete(parser, shell=shell)
    return script


def _complete_files(parser: argparse.ArgumentParser, kinds: dict[str, object]) -> None:
    """Mark each argument that names a file or a folder, in all verbs."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                _complete_files(child, kinds)
        elif isinstance(action.metavar, str) and action.choices is None and action.nargs != 0:
            if _FOLDERS.search(action.metavar):
                action.complete = kinds["folder"]  # type: ignore[attr-defined]
            elif _FILES.search(action.metavar):
                action.complete = kinds["file"]  # type: ignore[attr-defined]

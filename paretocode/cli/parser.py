"""How do all helps look, and how is a wrong command refused? One parser for every verb."""

from __future__ import annotations

import argparse
import re
import shutil
from typing import Any, NoReturn

from paretocode._terminal import filled
from paretocode.cli.examples import examples_text
from paretocode.cli.exit_codes import FINDS, ExitCode, codes_text
from paretocode.cli.options import add_common

__all__ = ["Parser", "dressed", "sentence"]

_LEAST_WIDTH = 40
_HELD = "\0"
_LONG = 24
"""Choices of more characters than these make a usage that does not wrap."""


class _Formatter(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """Keep examples as written, and show the defaults that say something."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        says_nothing = action.default in (None, False, [], argparse.SUPPRESS)
        is_told = "default:" in (action.help or "") or "without it" in (action.help or "")
        return action.help if says_nothing or is_told else super()._get_help_string(action)


class Parser(argparse.ArgumentParser):
    """A parser whose refusals are one sentence with the way out, as those of the library are."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter, **settings})

    def format_help(self) -> str:
        """Return the help in lines that fit; a command that goes on says so with a backslash, for it to be pasted."""
        width = max(shutil.get_terminal_size().columns - 2, _LEAST_WIDTH)
        return "\n".join(_fitted(line, width) for line in super().format_help().split("\n"))

    def add_argument(self, *names: str, **settings: Any) -> argparse.Action:
        """Add an argument; many choices are listed in its help, where they can be wrapped, and not in the usage."""
        choices = [str(choice) for choice in settings.get("choices") or ()]
        if len(",".join(choices)) > _LONG and "metavar" not in settings:
            settings["metavar"] = names[-1].lstrip("-").replace("-", "_").upper()
            settings["help"] = f"{settings.get('help', '')}: {', '.join(choices)}".removeprefix(": ")
        return super().add_argument(*names, **settings)

    def error(self, message: str) -> NoReturn:
        """End with the sentence and the code of a refusal."""
        from paretocode.cli.talk import refuse

        refuse(f"{self.prog}: {_with_guess(message)}; see {self.prog} --help.")
        self.exit(ExitCode.REFUSED)


def _fitted(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    if line.startswith(("  paretocode ", "  python ")):
        whole = re.sub(r'"[^"]*"', lambda found: found[0].replace(" ", _HELD), line)  # a quoted text is not broken
        return " \\\n".join(filled(whole, width - 2, hang=" " * 6).split("\n")).replace(_HELD, " ")
    found = re.match(r" *(?:[\w-]+  +)?", line)  # a list of words and what they mean
    first = found[0] if found else ""
    return filled(line[len(first) :], width, first=first)


def _with_guess(message: str) -> str:
    """Return argparse's words; where a choice is misspelt, with the one that was meant."""
    message = re.sub(r"^argument (\S+):", r"\1:", message.rstrip("."))
    found = re.search(r"invalid choice: '([^']*)' \(choose from (.*)\)$", message)
    if not found:
        return message
    import difflib

    near = difflib.get_close_matches(found[1], [word.strip("' ") for word in found[2].split(",")], n=1)
    return f"{message}, did you mean {near[0]}" if near else message


def sentence(summary: str) -> str:
    """Return a summary as a sentence.

    Examples
    --------
    >>> sentence("take an approval back")
    'Take an approval back.'
    """
    return f"{summary[0].upper()}{summary[1:]}."


def dressed(parser: argparse.ArgumentParser, name: str, *, has_all_codes: bool = False) -> argparse.ArgumentParser:
    """Give a parser what every help has: the common options, examples, and with which codes it ends.

    Parameters
    ----------
    name
        Verb, or verb and action, as in `EXAMPLES`; "" for the command itself.
    has_all_codes
        Whether all exit codes are listed, rather than the verb's own.
    """
    add_common(parser)
    codes = codes_text() if has_all_codes else _own_codes(name)
    parts = [(parser.epilog or "").strip("\n"), examples_text(name), codes]
    parser.epilog = "\n\n".join(part for part in parts if part)
    return parser


def _own_codes(name: str) -> str:
    found = f", {ExitCode.FOUND.value} {FINDS[name]}" if name in FINDS else ""
    return f"exit codes: 0 done{found}, 2 refused; paretocode --help lists all."

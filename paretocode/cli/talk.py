"""What goes where? The answer to stdout, talk and refusals to stderr; lines fit a terminal, a pipe gets them whole."""

from __future__ import annotations

import argparse
import json
import re
import sys
from typing import TextIO

from paretocode._terminal import filled, shown_width
from paretocode.cli.manners import MANNERS, coloured

__all__ = ["emit", "encodable", "fitted_lines", "refuse", "say"]


def emit(args: argparse.Namespace, text: str, document: object) -> None:
    """Print the answer: text for people, JSON where asked."""
    from paretocode._files import json_text

    if getattr(args, "json", False):
        sys.stdout.write(encodable(json_text(document), sys.stdout))
    else:
        print(coloured(fitted_lines(text, sys.stdout), sys.stdout))


def encodable(text: str, stream: TextIO) -> str:
    """Return JSON as a stream can write it: where letters are missing, as escapes, never as a question mark.

    A name of a file may hold bytes that are no text, which no encoding writes.
    """
    try:
        text.encode(stream.encoding or "utf-8")
    except UnicodeEncodeError:
        return "".join(c if c.isascii() else json.dumps(c)[1:-1] for c in text)
    return text


def say(text: str) -> None:
    """Talk to the person at the terminal, beside the answer; not where quiet is asked for."""
    manners = MANNERS.get()
    if manners.is_quiet:
        return
    shown = _beside(text)
    if manners.bars is None:
        print(shown, file=sys.stderr)
    else:
        manners.bars.say(shown)


def refuse(sentence: str, *, word: str = "error: ") -> None:
    """Say why nothing, or nothing more, is done; always heard."""
    print(_beside(f"{word}{sentence}"), file=sys.stderr)


def _beside(text: str) -> str:
    """Return a line of talk as standard error shows it; a log gets it on one line, whatever COLUMNS says."""
    return coloured(fitted_lines(text, sys.stderr) if sys.stderr.isatty() else text, sys.stderr)


def fitted_lines(text: str, stream: TextIO) -> str:
    """Return a text whose long lines go on in the next one, after a word, where a stream has a width.

    Tables fit already; what is left are sentences. A path or a digest is never broken.
    """
    width = shown_width(stream)
    if width is None:
        return text
    return "\n".join(line if len(line) <= width else _fitted(line, width) for line in text.split("\n"))


def _fitted(line: str, width: int) -> str:
    found = re.match(r" *(?:[-*] )?", line)
    indent = found[0] if found else ""
    return filled(line[len(indent) :], width, first=indent, hang=" " * len(indent) or "  ")

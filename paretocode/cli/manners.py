"""How may the command line speak? Quietly or not, in colours or not; decided once, before a verb runs.

Colours are for what a person must not overlook: refusals, failed gates, errors of a lint, verdicts. They are laid over
the finished text, so that no table is measured with signs that take no room.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from typing import NamedTuple, TextIO

from paretocode._bars import Bars

__all__ = ["MANNERS", "Manners", "coloured", "has_colours"]

_RED, _GREEN, _YELLOW = 31, 32, 33

_RULES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), colour)
    for pattern, colour in (
        (r"^(?:error|FAIL)\b", _RED),
        (r"^(?:warning|waived)\b", _YELLOW),
        (r"^(?:pass)\b", _GREEN),
        (r"(?<=  )(?:worse|BROKEN|beyond its limit|failed)$", _RED),
        (r"(?<=  )(?:better|ok)$", _GREEN),
    )
)
"""Words at the start of a line, or alone in the last cell of a table's row -> their colour."""


class Manners(NamedTuple):
    """How a command speaks.

    Parameters
    ----------
    is_quiet
        Only the answer and errors.
    may_colour
        Whether colours may be used where a stream is a terminal.
    bars
        What shows progress; None where nothing does.
    """

    is_quiet: bool = False
    may_colour: bool = False
    bars: Bars | None = None


MANNERS: ContextVar[Manners] = ContextVar("paretocode_manners", default=Manners())  # noqa: B039 - a tuple
"""Of the command that runs; plain outside of one."""


def has_colours(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the environment allows colours (https://no-color.org: NO_COLOR, set to anything, forbids them).

    Examples
    --------
    >>> has_colours({"TERM": "xterm"}), has_colours({"TERM": "dumb"}), has_colours({"TERM": "xterm", "NO_COLOR": "1"})
    (True, False, False)
    """
    return not environment.get("NO_COLOR") and environment.get("TERM", "") not in ("", "dumb")


def coloured(text: str, stream: TextIO) -> str:
    """Return a text as it may be shown on a stream: with colours on a terminal that has them, else as it is."""
    if not (MANNERS.get().may_colour and stream.isatty()):
        return text
    for pattern, colour in _RULES:
        text = pattern.sub(lambda found, colour=colour: f"\x1b[{colour}m{found[0]}\x1b[0m", text)  # type: ignore[misc]
    return text

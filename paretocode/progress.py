"""What does long work say while it runs, and who hears it?

Work that may take seconds opens a `task` and says how far it is. It knows no terminal: whoever shows progress (the
command line, a notebook) puts a listener in place with `listening`, and where nobody listens a task costs next to
nothing. So nothing on a lower floor imports what shows it, and whether anything is shown is decided in one place,
`paretocode._bars`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

__all__ = ["Listener", "Task", "Told", "listening", "task", "tracked"]

_Item = TypeVar("_Item")


class Told(Protocol):
    """What a listener shows of one task."""

    def at(self, done: int, total: int | None) -> None:
        """Show how many units are done, of how many; None where nobody knows."""

    def named(self, what: str, note: str) -> None:
        """Show another name, and a few words behind the bar."""

    def close(self) -> None:
        """Show nothing more."""


class Listener(Protocol):
    """Who shows progress."""

    def opened(self, what: str, *, total: int | None, unit: str) -> Told:
        """Begin to show a task."""


_LISTENER: ContextVar[Listener | None] = ContextVar("paretocode_progress", default=None)


class Task:
    """Work that runs: what is done of it.

    Parameters
    ----------
    told
        Who shows it; None where nobody does.
    total
        Units of the whole; None where nobody knows.
    """

    def __init__(self, told: Told | None, total: int | None) -> None:
        self._told, self.done, self.total = told, 0, total

    def advance(self, n: int = 1) -> None:
        """Say that n more units are done."""
        self.at(self.done + n, self.total)

    def at(self, done: int, total: int | None) -> None:
        """Say how many units are done of how many; fits where a function is asked for that is told both."""
        self.done, self.total = done, total
        if self._told is not None:
            self._told.at(done, total)

    def named(self, what: str, note: str = "") -> None:
        """Call the task something else, with a few words behind its bar."""
        if self._told is not None:
            self._told.named(what, note)


@contextmanager
def task(what: str, *, total: int | None = None, unit: str) -> Iterator[Task]:
    """Open a task, and close it whatever happens.

    Parameters
    ----------
    what
        A word or two for a person, such as ``replay``.
    total
        How many units it has; None where nobody knows.
    unit
        What is counted, in the singular.

    Examples
    --------
    >>> with task("replay", total=3, unit="map") as replays:
    ...     replays.advance()
    ...     replays.done, replays.total
    (1, 3)
    """
    listener = _LISTENER.get()
    told = None if listener is None else listener.opened(what, total=total, unit=unit)
    try:
        yield Task(told, total)
    finally:
        if told is not None:
            told.close()


def tracked(items: Iterable[_Item], what: str, *, total: int | None = None, unit: str) -> Iterator[_Item]:
    """Yield items, one unit of a task each; it is done when the next one is asked for.

    Parameters
    ----------
    total
        How many there are; their length where they have one.

    Examples
    --------
    >>> list(tracked("ab", "draw", unit="figure"))
    ['a', 'b']
    """
    known = len(items) if total is None and isinstance(items, Sized) else total
    with task(what, total=known, unit=unit) as work:
        for item in items:
            yield item
            work.advance()


@contextmanager
def listening(listener: Listener | None) -> Iterator[None]:
    """Let a listener hear every task that is opened inside; None hears nothing."""
    before = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(before)

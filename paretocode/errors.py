"""What we refuse, and why: one base class, one sentence, one way out.

Every refusal of the package is a `ParetocodeError` whose text is one sentence of three parts: where the trouble
stands (file, row, column), what it is (with the offending value), and the way out. The command line prints it
after ``error:`` and ends with the class's exit code.
"""

from __future__ import annotations

__all__ = [
    "EngineError",
    "InputError",
    "MissingDependencyError",
    "ParetocodeError",
    "SealError",
    "UsageError",
]

_LONGEST_PART = 600
"""Characters of one part of a sentence; beyond, it would bury the place and the way out."""


class ParetocodeError(Exception):
    """Base of all refusals.

    Parameters
    ----------
    what
        What is wrong, with the value that is wrong.
    where
        Where it stands: file, row, column, key. Empty when there is no place to name.
    way_out
        What the reader can do about it, as an imperative clause.

    Examples
    --------
    >>> print(InputError("price is -1, which is no price", where="models.csv, row 3", way_out="leave it empty"))
    models.csv, row 3: price is -1, which is no price; leave it empty.
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", way_out: str = "") -> None:
        self.what = what
        self.where = where
        self.way_out = way_out
        what, where, way_out = (_shown(part) for part in (what, where, way_out))
        sentence = f"{where}: {what}" if where else what
        super().__init__(f"{sentence}; {way_out}." if way_out else f"{sentence}.")

    def __reduce__(self) -> tuple[object, ...]:
        """Keep the parts when the error crosses a process border."""
        return (_rebuild, (type(self), self.what, self.where, self.way_out))


def _shown(part: str) -> str:
    """Return a part of a sentence as a terminal may show it: one line, no control characters, of bounded length.

    A part quotes what stands in a file, and that may be anything: what cannot be printed is shown as its escape.
    """
    part = part[: _LONGEST_PART + 1]
    if not part.isprintable():
        one_line = part.replace("\n", " ")
        part = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in one_line)
    return part if len(part) <= _LONGEST_PART else f"{part[:_LONGEST_PART]} ..."


def _rebuild(kind: type[ParetocodeError], what: str, where: str, way_out: str) -> ParetocodeError:
    return kind(what, where=where, way_out=way_out)


class InputError(ParetocodeError):
    """A file, column, number or setting that we cannot use as it stands."""


class UsageError(ParetocodeError):
    """A command or call whose arguments do not fit together."""


class SealError(ParetocodeError):
    """Something that should be sealed is altered, unapproved, expired or not ours."""

    exit_code = 3


class MissingDependencyError(ParetocodeError):
    """An optional or uninstalled library is needed for what was asked."""

    exit_code = 4


class EngineError(ParetocodeError):
    """Work that was lost with its workers or its scheduler; what was finished is kept, and the same command goes on."""

    exit_code = 5

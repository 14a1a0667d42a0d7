"""How is something odd in a stream reported?"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ENOUGH", "NOTE", "WARNING", "StreamFinding", "by_share"]

ENOUGH = 10
"""Fewer values than this may be alike by chance."""

WARNING, NOTE = "warning", "note"
WARNING_SHARE = 0.01
"""Single odd rows are worth a note; from this share on they move totals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamFinding:
    """One thing worth knowing about a stream.

    Parameters
    ----------
    code
        Stable short name, such as ``constant-tokens``.
    severity
        ``warning``: results may mislead; ``note``: worth knowing.
    message
        One sentence with its numbers and a way out.
    """

    code: str
    severity: str
    message: str


def by_share(n_odd: int, n_all: int) -> str:
    """Return ``warning`` from 1 % on, else ``note``.

    Examples
    --------
    >>> by_share(1, 100), by_share(1, 101)
    ('warning', 'note')
    """
    return WARNING if n_odd >= WARNING_SHARE * n_all else NOTE

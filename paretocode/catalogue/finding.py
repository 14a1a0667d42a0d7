"""What does a lint say? One finding: a code to look up, how grave it is, what it is about, and a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from paretocode._checks import one_of

__all__ = ["SEVERITIES", "Finding"]

SEVERITIES = ("error", "warning", "note")
"""From grave to slight: results would be wrong; results may mislead; worth knowing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of a lint.

    Parameters
    ----------
    code
        Short, stable name, for example ``missing-price``.
    severity
        One of `SEVERITIES`.
    subject
        What it is about: a model key, a tier, a file.
    message
        One sentence with the offending value.

    Raises
    ------
    InputError
        An unknown severity.

    Examples
    --------
    >>> print(Finding("missing-price", "warning", "a/b", "it has no price"))
    warning missing-price: a/b: it has no price.
    """

    code: str
    severity: str
    subject: str
    message: str

    def __post_init__(self) -> None:
        one_of(self.severity, SEVERITIES, name="severity")

    def __str__(self) -> str:
        return f"{self.severity} {self.code}: {self.subject}: {self.message.rstrip('.')}."

"""How is a reasoning effort asked for? As OpenRouter's request field `reasoning`.

Source: OpenRouter documentation, "Reasoning tokens" (`reasoning.effort`, `reasoning.enabled`), as read on 2026-11-26.
"""

from __future__ import annotations

from collections.abc import Iterable

from paretocode.catalogue.effort import LEVELS
from paretocode.tiermap.file_schema import CandidateEntry

__all__ = ["effort_level", "reasoning_field", "unknown_efforts"]


def effort_level(effort: str) -> str | None:
    """Return the level that an effort states, ``none`` without reasoning; None where it states no level."""
    if effort.startswith("non-reasoning"):
        return "none"
    return effort if effort in (*LEVELS, "none") else None


def reasoning_field(effort: str) -> dict[str, object] | None:
    """Return the value of `reasoning`; None where nothing is to be said, or the effort is in no words we know.

    Examples
    --------
    >>> reasoning_field("xhigh"), reasoning_field("reasoning"), reasoning_field("non-reasoning"), reasoning_field("")
    ({'effort': 'xhigh'}, {'enabled': True}, {'effort': 'none'}, None)
    """
    if effort == "reasoning":
        return {"enabled": True}
    level = effort_level(effort)
    return None if level is None else {"effort": level}


def unknown_efforts(models: Iterable[CandidateEntry], *, levels_only: bool = False) -> tuple[str, ...]:
    """Return the sentence about models whose effort could not be asked for, if there are any.

    Parameters
    ----------
    levels_only
        Whether the target knows levels only, so that plain ``reasoning`` cannot be asked for either.
    """
    known = effort_level if levels_only else reasoning_field
    keys = sorted({model.key for model in models if model.effort and known(model.effort) is None})
    return (f"The effort in these names is not asked for; set it where the model is hosted: {', '.join(keys)}.",)[
        : bool(keys)
    ]

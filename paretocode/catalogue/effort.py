"""Which reasoning effort does a name state? ``GPT-5.5 (xhigh)`` is the model GPT-5.5 at effort ``xhigh``."""

from __future__ import annotations

__all__ = ["LEVELS", "base_slug", "split_effort"]

LEVELS = ("minimal", "low", "medium", "high", "xhigh", "max")
"""Levels of reasoning effort, from least to most."""

_MODES = {
    "reasoning": "reasoning",
    "adaptive reasoning": "reasoning",
    "thinking": "reasoning",
    "non-reasoning": "non-reasoning",
}


def split_effort(name: str) -> tuple[str, str]:
    """Return a name without its last parenthesis, and the effort stated there ("" where it states none).

    A level stands for itself; without a level, ``reasoning`` or ``non-reasoning``; a level without reasoning is
    ``non-reasoning-<level>``. A parenthesis that holds anything else, such as a date, belongs to the name.

    Examples
    --------
    >>> split_effort("GPT-5.5 (xhigh)")
    ('GPT-5.5', 'xhigh')
    >>> split_effort("Claude Opus 4.8 (Adaptive Reasoning, Max Effort)")
    ('Claude Opus 4.8', 'max')
    >>> split_effort("Claude Opus 4.6 (Non-reasoning, High Effort)")
    ('Claude Opus 4.6', 'non-reasoning-high')
    >>> split_effort("GPT-4o (Aug '24)")
    ("GPT-4o (Aug '24)", '')
    """
    stem, opening, inside = name.rpartition(" (")
    if not opening or not inside.endswith(")"):
        return name, ""
    words = [word.strip().lower().removesuffix(" effort") for word in inside[:-1].split(",")]
    levels = [word for word in words if word in LEVELS]
    modes = [_MODES[word] for word in words if word in _MODES]
    if len(levels) + len(modes) != len(words) or len(levels) > 1 or len(modes) > 1:
        return name, ""
    if levels and modes != ["non-reasoning"]:
        return stem, levels[0]
    return stem, "-".join(modes + levels)


def base_slug(slug: str) -> str:
    """Return a slug in lower case with dots as dashes and without words of effort at its end.

    Examples
    --------
    >>> base_slug("gpt-5-5-high"), base_slug("GPT-5.5"), base_slug("glm-5-1-non-reasoning"), base_slug("o3-mini")
    ('gpt-5-5', 'gpt-5-5', 'glm-5-1', 'o3-mini')
    """
    base = slug.lower().replace(".", "-").removesuffix("-low-effort").removesuffix("-high-effort")
    for ending in ("-adaptive", "-non-reasoning", "-reasoning", "-thinking", *(f"-{level}" for level in LEVELS)):
        base = base.removesuffix(ending)
    return base

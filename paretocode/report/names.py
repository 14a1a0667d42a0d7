"""What do we call a model where there is little room? Its key without the vendor, as long as that stays unique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

__all__ = ["clip", "short_model_names"]


def short_model_names(keys: Iterable[str]) -> dict[str, str]:
    """Return key -> name without the vendor prefix; a name that two vendors share keeps its prefix.

    Examples
    --------
    >>> short_model_names(["openai/gpt-5.5@xhigh", "a/kimi", "b/kimi"])
    {'openai/gpt-5.5@xhigh': 'gpt-5.5@xhigh', 'a/kimi': 'a/kimi', 'b/kimi': 'b/kimi'}
    """
    bare = {key: key.rpartition("/")[2] or key for key in keys}
    times = Counter(bare.values())
    return {key: name if times[name] == 1 else key for key, name in bare.items()}


def clip(text: str, width: int) -> str:
    """Return a text of at most `width` characters, its middle left out, so that an effort at the end stays visible.

    Examples
    --------
    >>> clip("claude-opus-4.8@max", 12), clip("short", 12)
    ('claude…8@max', 'short')
    """
    if len(text) <= width:
        return text
    tail = (width - 1) // 2
    return text[: width - 1 - tail] + "…" + text[len(text) - tail :]

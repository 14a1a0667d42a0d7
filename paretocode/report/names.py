"""What do we call models and prices where there is little room? Keys without the vendor, where that stays unique."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

__all__ = ["PRICE_NAMES", "clip", "clip_apart", "short_model_names"]

PRICE_NAMES = {
    "prompt": "prompt price",
    "completion": "completion price",
    "blend_3_1": "price, 3 prompt : 1 completion",
    "blend_7_2_1": "price, 7 cached : 2 prompt : 1 completion",
}
"""Price metrics in words, for axes."""


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


def clip_apart(texts: Sequence[str], width: int) -> list[str]:
    """Return texts of at most `width` characters, those that `clip` would make equal cut where they begin to differ.

    Examples
    --------
    >>> clip_apart(["a-very-long-name-1@reasoning-max", "a-very-long-name-2@reasoning-max", "short"], 16)
    ['a-ver…-1@reason…', 'a-ver…-2@reason…', 'short']
    """
    clipped = [clip(text, width) for text in texts]
    alike = {short: [text for text, own in zip(texts, clipped, strict=True) if own == short] for short in clipped}
    return [
        short if len(set(alike[short])) == 1 else _cut_at(text, _first_difference(alike[short]), width)
        for text, short in zip(texts, clipped, strict=True)
    ]


def _cut_at(text: str, place: int, width: int) -> str:
    head = width // 3
    rest = text[max(place - 1, head) :]
    room = width - head - 1
    return text[:head] + "…" + (rest if len(rest) <= room else rest[: room - 1] + "…")


def _first_difference(texts: Sequence[str]) -> int:
    pairs = enumerate(zip(*texts, strict=False))
    return next((place for place, letters in pairs if len(set(letters)) > 1), min(map(len, texts)))

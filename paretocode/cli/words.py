"""How are settings written on a command line? ``KEY=VALUE`` words, values as TOML or plain text."""

from __future__ import annotations

from collections.abc import Sequence

from paretocode.errors import UsageError

__all__ = ["pairs_of", "settings_of"]


def pairs_of(words: Sequence[str], option: str) -> dict[str, str]:
    """Return ``KEY=VALUE`` words as a mapping.

    Raises
    ------
    UsageError
        A word without key, ``=`` or value, or a key given twice.
    """
    pairs: dict[str, str] = {}
    for word in words:
        key, sign, value = word.partition("=")
        if not (key and sign and value):
            raise UsageError(f"{option} is {word!r}", way_out="write KEY=VALUE")
        if key in pairs:
            raise UsageError(f"{option} gives {key} twice", way_out="give it once")
        pairs[key] = value
    return pairs


def settings_of(words: Sequence[str], option: str) -> dict[str, object]:
    """Return ``KEY=VALUE`` words with values as TOML reads them, and as plain text where it does not.

    Examples
    --------
    >>> settings_of(["sticky_ttl_s=600", "stickiness=none"], "--policy")
    {'sticky_ttl_s': 600, 'stickiness': 'none'}
    """
    from paretocode._files import parse_toml

    found: dict[str, object] = {}
    for key, text in pairs_of(words, option).items():
        try:
            found[key] = parse_toml(f"value = {text}".encode())["value"]
        except ValueError:
            found[key] = text
    return found

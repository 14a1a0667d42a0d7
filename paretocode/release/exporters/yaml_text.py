"""How is YAML written so that every reader reads the same? A small subset, every text in double quotes.

Block mappings and lists, flow lists of plain values, numbers without exponents. Texts are written as JSON strings,
which YAML reads as double-quoted scalars (YAML 1.2.2, section 1.3), so ``yes``, ``1e3``, ``<script>`` and ``a: b``
stay texts. There are no anchors, tags or types: nothing for a loader to build objects from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

__all__ = ["comment", "yaml_text"]

_PLAIN_KEY = re.compile(r"^[A-Za-z_][A-Za-z0-9_.-]*$")
_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def comment(lines: Sequence[str]) -> str:
    """Return lines as YAML comments; the lines must hold no line breaks."""
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def yaml_text(document: Mapping[str, object]) -> str:
    """Return a document as YAML, keys in the order given.

    Parameters
    ----------
    document
        Mappings with text keys, lists, texts, whole numbers, finite floats, booleans and None. Texts must have been
        checked for control characters.

    Raises
    ------
    TypeError
        Anything else: an exporter's own mistake.

    Examples
    --------
    >>> print(yaml_text({"a": {"yes": [1, "1e3"], "empty": []}, "models": [{"name": "x: y", "cost": 1e-7}]}), end="")
    a:
      "yes": [1, "1e3"]
      empty: []
    models:
      - name: "x: y"
        cost: 0.0000001
    """
    return "\n".join(_mapping_lines(document)) + "\n"


def _mapping_lines(mapping: Mapping[str, object]) -> list[str]:
    lines = []
    for key, value in mapping.items():
        if _is_block(value):
            lines += [f"{_key(key)}:", *(f"  {line}" for line in _block_lines(value))]
        else:
            lines.append(f"{_key(key)}: {_flow(value)}")
    return lines


def _is_block(value: object) -> bool:
    """Whether a value needs lines of its own: a mapping that holds something, or a list that holds a mapping."""
    if isinstance(value, Mapping):
        return bool(value)
    return isinstance(value, list) and any(isinstance(item, Mapping | list) for item in value)


def _block_lines(value: object) -> list[str]:
    if isinstance(value, Mapping):
        return _mapping_lines(value)
    lines = []
    for item in value if isinstance(value, list) else ():
        inner = _block_lines(item) if _is_block(item) else [_flow(item)]
        lines += [f"{'- ' if i == 0 else '  '}{line}" for i, line in enumerate(inner)]
    return lines


def _key(key: str) -> str:
    return key if _PLAIN_KEY.match(key) and key.lower() not in _WORDS else _flow(key)


def _flow(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        number = format(Decimal(repr(value)), "f")
        return number if "." in number else f"{number}.0"
    if isinstance(value, list):
        return f"[{', '.join(_flow(item) for item in value)}]"
    if isinstance(value, Mapping) and not value:
        return "{}"
    raise TypeError(f"YAML of {type(value).__name__} is not written here")

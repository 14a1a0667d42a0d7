"""How is a flat YAML list read without a YAML library? Strictly: a list of records of ``key: scalar`` lines.

The leaderboards that come as YAML need no more than that, and a YAML library would be a dependency for two files.
Whatever else YAML can say (nesting, block texts, anchors, flow lists) is refused with its line.
"""

from __future__ import annotations

import re

from paretocode.errors import InputError

__all__ = ["read_flat_yaml"]

_LINE = re.compile(r"(- |  )([A-Za-z_][\w-]*):(?:[ \t]+(.*))?")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_NULLS = ("", "~", "null", "Null", "NULL")
_TRUTHS = {"true": True, "True": True, "false": False, "False": False}

Scalar = str | float | bool | None


def read_flat_yaml(text: str, *, where: str) -> list[dict[str, Scalar]]:
    """Return the records of a flat YAML list, in order; numbers as floats, dates as texts.

    Raises
    ------
    InputError
        A line that is no ``- key: scalar`` or ``  key: scalar``, or a key that stands twice in a record.

    Examples
    --------
    >>> read_flat_yaml("- model: gpt-5 (high)\\n  pass_rate_2: 88.0 # measured\\n", where="x.yml")
    [{'model': 'gpt-5 (high)', 'pass_rate_2': 88.0}]
    """
    records: list[dict[str, Scalar]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#") or line.strip() == "---":
            continue
        found = _LINE.fullmatch(line.rstrip())
        place = f"{where}, line {number}"
        if found is None or (found[1] == "  " and not records):
            raise InputError(
                f"{line.strip()[:60]!r} is no 'key: value' of a flat list", where=place, way_out="give it as fetched"
            )
        if found[1] == "- ":
            records.append({})
        if found[2] in records[-1]:
            raise InputError(f"key {found[2]} stands twice in a record", where=place, way_out="keep one of them")
        records[-1][found[2]] = _scalar(found[3] or "", where=place)
    return records


def _scalar(text: str, *, where: str) -> Scalar:
    if text[:1] in {'"', "'"}:
        inside, closing, rest = text[1:].partition(text[0])
        if not closing or "\\" in inside or (rest.strip() and not rest.lstrip().startswith("#")):
            raise InputError(f"{text[:60]!r} is no plain quoted text", where=where, way_out="write it without escapes")
        return inside
    plain = re.split(r"(?:^|\s)#", text, maxsplit=1)[0].strip()
    if plain[:1] and plain[0] in "[{|>&*!%@`":
        raise InputError(f"{plain[:60]!r} is more than a plain value", where=where, way_out="give it as fetched")
    if plain in _NULLS:
        return None
    if plain in _TRUTHS:
        return _TRUTHS[plain]
    return float(plain) if _NUMBER.fullmatch(plain) else plain

"""How is a file spoilt? Bytes of any kind; cells of a table; values and keys of a JSON document."""

from __future__ import annotations

import gzip
import json
import random
from typing import Any

__all__ = ["HOSTILE_TEXT", "HOSTILE_VALUES", "mutated"]

HOSTILE_TEXT = (
    *("", " ", "-1", "-0", "0", "1e999", "-1e999", "NaN", "Infinity", "null", "true", "1_000", "0x10", "1,5", "٣"),
    *("9" * 25, "1e-400", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1" + "0" * 400),
    *("\x00", "\x1b[31mred", "\u202egnp", "\ufeff", "\ud7ff\uffff", "a\nb", "a\rb", '"', "'", "`", "\\", "../../x"),
    *(
        "=1+1",
        "<script>alert(1)</script>",
        "{{x}}",
        "%s%n",
        "2026-02-30",
        "0000-00-00",
        "9999-12-31T23:59:60Z",
        "x" * 5000,
    ),
)
"""What a cell or a text may hold that nobody expects."""

HOSTILE_VALUES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 2**53 + 1, 2**63, 2**64, -(2**63) - 1, 10**400, 0.5, -0.0, 1e308, float("nan")),
    *(float("inf"), float("-inf"), [], {}, [[]], [None], {"": None}, {"a": {"b": [1]}}, *HOSTILE_TEXT),
)
"""What a JSON value may be that nobody expects."""

_TOKENS = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"{",
    b"[",
    b"}",
    b"]",
    b'"',
    b",",
    b"\n",
    b"\r\n",
    b"NaN",
    b"-",
    b"#",
    b"=",
)


def _spoilt_bytes(content: bytes, rng: random.Random) -> bytes:
    """Cut short, take out, repeat, put in, overwrite, flip a bit, or copy from elsewhere."""
    if not content:
        return rng.choice(_TOKENS)
    start = rng.randrange(len(content))
    end = min(len(content), start + rng.choice((1, 1, 2, 8, 64, 4096)))
    before, chosen, after = content[:start], content[start:end], content[end:]
    other = rng.randrange(len(content))
    spoilt = (
        lambda: before,
        lambda: before + after,
        lambda: before + chosen * rng.choice((2, 3, 50)) + after,
        lambda: before + rng.choice(_TOKENS) * rng.choice((1, 1, 3, 20_000)) + chosen + after,
        lambda: before + rng.randbytes(len(chosen)) + after,
        lambda: before + bytes([chosen[0] ^ (1 << rng.randrange(8))]) + content[start + 1 :],
        lambda: before + content[other : other + len(chosen)] + after,
    )
    return rng.choice(spoilt)()


def _places(document: Any) -> list[tuple[Any, Any]]:
    """Return every (container, key) of a document."""
    found: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        at = waiting.pop()
        keys = list(at) if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else ()
        found += [(at, key) for key in keys]
        waiting += [at[key] for key in keys]
    return found


def _spoil_value(document: Any, rng: random.Random) -> Any:
    """Change a document at one place, in itself; return it, or what stands in its stead."""
    places = _places(document)
    if not places or rng.randrange(40) == 0:
        return rng.choice(HOSTILE_VALUES)
    at, key = rng.choice(places)
    match rng.randrange(5):
        case 0:
            del at[key]
        case 1 if isinstance(at, dict):
            at[rng.choice(HOSTILE_TEXT)] = at[key]
        case 1 | 2 if isinstance(at, list):
            at.append(at[key])
        case 3:
            other, other_key = rng.choice(places)
            at[key] = json.loads(json.dumps(other[other_key]))
        case _:
            at[key] = rng.choice(HOSTILE_VALUES)
    return document


def _spoilt_json(content: bytes, rng: random.Random) -> bytes:
    """Spoil a document, or one line of a file that has one a line."""
    lines = content.splitlines(keepends=True)
    try:
        json.loads(content)
        chosen, lines = 0, [content]
    except ValueError:
        chosen = rng.randrange(len(lines)) if lines else 0
    try:
        document = json.loads(lines[chosen])
    except (ValueError, IndexError):
        return _spoilt_bytes(content, rng)
    lines[chosen] = json.dumps(_spoil_value(document, rng), ensure_ascii=bool(rng.randrange(2))).encode() + b"\n"
    return b"".join(lines)


def _spoilt_cells(content: bytes, rng: random.Random) -> bytes:
    """Change one cell of a table, or one column's name, or swap two columns of a row."""
    rows = [line.split(b",") for line in content.split(b"\n")]
    row = rng.choice(rows)
    cell = rng.randrange(len(row))
    match rng.randrange(5):
        case 0:
            del row[cell]
        case 1:
            row.append(row[cell])
        case 2:
            other = rng.randrange(len(row))
            row[cell], row[other] = row[other], row[cell]
        case _:
            row[cell] = rng.choice(HOSTILE_TEXT).encode()
    return b"\n".join(b",".join(row) for row in rows)


def _spoilt_setting(content: bytes, rng: random.Random) -> bytes:
    """Change one value of a TOML or YAML file, or take a line out, or write it twice."""
    lines = content.decode().split("\n")
    at = rng.randrange(len(lines))
    for mark in (" = ", ": "):
        if mark in lines[at] and rng.randrange(3):
            value = json.dumps(rng.choice(HOSTILE_VALUES)).replace("null", '""').replace("NaN", "nan")
            lines[at] = lines[at].split(mark, 1)[0] + mark + value.replace("Infinity", "inf")
            return "\n".join(lines).encode()
    lines[at : at + 1] = rng.choice(([], [lines[at]] * 2, [f"{lines[at]} {rng.choice(HOSTILE_TEXT)}"]))
    return "\n".join(lines).encode()


def mutated(content: bytes, name: str, rng: random.Random) -> bytes:
    """Return a file's bytes spoilt in one to three places; what is packed is spoilt inside or outside.

    Deterministic in `rng`. It may return a file that is still right: a reader then just reads it.
    """
    if name.endswith(".gz") and rng.randrange(4):
        return gzip.compress(mutated(gzip.decompress(content), name.removesuffix(".gz"), rng), mtime=0)
    by_shape = _spoilt_bytes
    if name.endswith((".json", ".ndjson", ".jsonl", ".log")):
        by_shape = _spoilt_json
    elif name.endswith(".csv"):
        by_shape = _spoilt_cells
    elif name.endswith((".toml", ".yml", ".yaml")):
        by_shape = _spoilt_setting
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        spoil = by_shape if rng.randrange(4) else _spoilt_bytes
        try:
            content = spoil(content, rng)
        except (UnicodeDecodeError, ValueError, RecursionError):
            content = _spoilt_bytes(content, rng)
    return content

"""How can the page be made again, and what was it made from? The command, the digests, the versions."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

__all__ = ["origin_rows", "reproduce_command"]


def reproduce_command(document: Mapping[str, Any], manifest: Mapping[str, Any] | None = None) -> str:
    """Return the command that makes this report again, with the scale and the settings of its run.

    Parameters
    ----------
    document
        The content of a result's ``metrics.json``; a ``command`` of its own goes first.
    manifest
        Of the result, or what will stand in it.

    Examples
    --------
    >>> reproduce_command({"experiment": "edges", "scale": "smoke"}, {"overrides": ["stream.path=my log.csv"]})
    "python -m paretocode.sim experiments/edges.toml --scale smoke --set 'stream.path=my log.csv'"
    """
    if document.get("command"):
        return str(document["command"])
    words = ["python", "-m", "paretocode.sim", f"experiments/{document['experiment']}.toml"]
    if document.get("scale", "full") != "full":
        words += ["--scale", str(document["scale"])]
    for setting in (manifest or {}).get("overrides") or []:
        words += ["--set", str(setting)]
    return shlex.join(words)


def origin_rows(document: Mapping[str, Any], manifest: Mapping[str, Any] | None) -> list[tuple[str, str, bool]]:
    """Return (what, value, whether it is code) of what the page was made from; what is not known has no row."""
    facts = manifest or {}
    cache = document["cache"]
    seeds = ", ".join(f"{name} {seed}" for name, seed in document["seeds"].items()) or "none"
    ordered = sorted((facts.get("versions") or {}).items(), key=lambda each: (each[0] != "paretocode", each[0]))
    versions = ", ".join(f"{name} {version}" for name, version in ordered)  # a file sorts its keys, a run does not
    rows = [
        ("score scale", document["score_scale"], False),
        ("prompt cache", f"time to live {cache['ttl_s']:g} s, at least {cache['min_tokens']:,} tokens", False),
        ("seeds", seeds, False),
        ("catalogue sha256", document["catalogue"]["digest"], True),
        ("stream sha256", document["stream"]["digest"], True),
        ("result", facts.get("digest"), True),
        ("code sha256", facts.get("code"), True),
        ("commit", _commit(facts), True),
        ("versions", versions, False),
    ]
    return [(what, str(value), is_code) for what, value, is_code in rows if value]


def _commit(facts: Mapping[str, Any]) -> str:
    if not facts.get("commit"):
        return ""
    return f"{facts['commit']}{', with uncommitted changes' if facts.get('is_dirty') else ''}"

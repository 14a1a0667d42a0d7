"""Where do the gates stand? In a `gates.toml` that a team owns, or in the experiment's section `[gates]`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paretocode._borders import validated
from paretocode._files import json_bytes, parse_toml, plain_bytes
from paretocode.errors import InputError
from paretocode.release.gates.sections import FORMAT, GatesFile, GatesSpec
from paretocode.tiermap.file import sha256_of

__all__ = ["StatedGates", "gates_of_metrics", "parse_gates", "read_gates"]

_MAX_BYTES = 1 << 20
_WAY_OUT = "see docs/gates.md for the keys"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedGates:
    """Gates and where they come from.

    Parameters
    ----------
    spec
        The gates.
    source
        ``gates.toml`` or ``experiment``: no path, so that it may be handed on.
    sha256
        Of the file's bytes; of a section, of its canonical JSON.
    """

    spec: GatesSpec
    source: str
    sha256: str


def read_gates(path: Path | str) -> StatedGates:
    """Read a `gates.toml`.

    Raises
    ------
    InputError
        No such file, larger than 1 MiB, no TOML, another format, an unknown key, a value out of range, no gate at all.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InputError("it is larger than 1 MiB", where=str(path), way_out="give a file of gates")
        content = plain_bytes(path, limit=_MAX_BYTES, way_out="give a file of gates")
    except OSError as error:
        raise InputError(
            f"the gates cannot be read ({error.strerror})", where=str(path), way_out="check the path"
        ) from error
    return parse_gates(content, where=str(path))


def parse_gates(content: bytes, *, where: str) -> StatedGates:
    """Parse the bytes of a `gates.toml`; `where` names them in errors.

    Raises
    ------
    InputError
        As `read_gates`.

    Examples
    --------
    >>> text = b'format = "paretocode-gates-1"\\n[cost]\\nmost_change = 0.0\\n[holdout]\\nclean = true'
    >>> parse_gates(text, where="gates.toml").spec.gate_names
    ('cost.most_change', 'holdout.clean')
    >>> parse_gates(b'format = "paretocode-gates-1"', where="gates.toml")
    Traceback (most recent call last):
    paretocode.errors.InputError: gates.toml: it states no gate, so anything would pass; state at least one limit; ...
    """
    if len(content) > _MAX_BYTES:
        raise InputError("it is larger than 1 MiB", where=where, way_out="give a file of gates")
    try:
        plain = parse_toml(content)
    except ValueError as error:
        raise InputError(f"it is not TOML ({error})", where=where, way_out="correct the line named") from error
    if plain.get("format") != FORMAT:
        raise InputError(f"its format is {plain.get('format')!r}", where=where, way_out=f'write format = "{FORMAT}"')
    spec = validated(GatesFile, plain, where=where, way_out=_WAY_OUT)
    return StatedGates(spec=spec, source="gates.toml", sha256=sha256_of(content))


def gates_of_metrics(metrics: Mapping[str, Any], *, where: str) -> StatedGates | None:
    """Return the gates that a result's experiment stated, as its metrics repeat them; None where it stated none.

    Raises
    ------
    InputError
        As `read_gates`.
    """
    section = metrics.get("gates")
    if section is None:
        return None
    spec = validated(GatesSpec, section, where=f"{where}, gates", way_out=_WAY_OUT)
    return StatedGates(spec=spec, source="experiment", sha256=sha256_of(json_bytes(spec.model_dump(mode="json"))))

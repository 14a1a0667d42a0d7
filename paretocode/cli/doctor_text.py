"""What does a person read of a diagnosis? What is broken first, then a table for each thing that was looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["bytes_text", "doctor_text"]


def doctor_text(document: Mapping[str, Any]) -> str:
    """Return a diagnosis of `paretocode.cli.doctor_verb.diagnosis` as text."""
    from paretocode.report.text_fitted import fitted_table

    head = [f"BROKEN: {sentence}" for sentence in document["broken"]] or ["Everything that is needed is there."]
    parts = ["\n".join(head)]
    for title, header, rows, align in _tables(document):
        parts.append(f"{title}\n{fitted_table(header, rows, align)}" if title else fitted_table(header, rows, align))
    return "\n\n".join(parts)


_Table = tuple[str, list[str], list[list[str]], str]


def _tables(document: Mapping[str, Any]) -> Iterator[_Table]:
    own, python, data = document["paretocode"], document["python"], document["data"]
    commit = f", commit {own['commit'][:12]}{', changed since' if own['is_dirty'] else ''}" if own["commit"] else ""
    rows = [
        ["paretocode", f"{own['version']}{commit}", "", "ok"],
        ["Python", python["version"], python["least"], python["state"]],
        *([each["name"], each["version"] or "", each["least"], each["state"]] for each in document["libraries"]),
        ["bundled catalogue", "" if data["models"] is None else f"{data['models']} models", "", data["state"]],
    ]
    yield "", ["needed", "version", "at least", "state"], _marked(rows), "llrl"
    optional = [
        [each["name"], each["version"] or "", each["state"], "" if each["state"] == "ok" else each["lost_without"]]
        for each in document["optional"]
    ]
    yield "", ["optional", "version", "state", "lost without it"], optional, "lrll"
    places = [
        [each["what"], each["state"], bytes_text(each["free_bytes"]), each["path"] or ""] for each in document["places"]
    ]
    yield "", ["place", "state", "free", "path"], places, "llrl"
    caches = [[each["what"], bytes_text(each["bytes"]), each["path"]] for each in document["caches"]]
    yield "", ["cache", "size", "path"], caches, "lrl"
    yield "", ["machine", ""], list(_machine(document)), "ll"
    told = [[name, "not set" if value is None else value] for name, value in document["variables"].items()]
    yield "", ["variable", "value"], told, "ll"


def _marked(rows: list[list[str]]) -> list[list[str]]:
    """Write what is broken in capitals, for eyes that run down a column."""
    return [[*row[:-1], row[-1] if row[-1] == "ok" else row[-1].upper()] for row in rows]


def _machine(document: Mapping[str, Any]) -> Iterator[list[str]]:
    machine, terminal = document["machine"], document["terminal"]
    yield ["system", machine["system"]]
    yield ["cores", f"{machine['usable_cores']} usable of {machine['cores']}"]
    free, whole = bytes_text(machine["free_memory_bytes"]), bytes_text(machine["memory_bytes"])
    yield ["memory", f"{free} free of {whole}" if whole else "not known"]
    yield ["locale", f"{machine['locale']}, output in {terminal['encoding']}"]
    yield ["time zone", f"{machine['time_zone']}, {machine['utc_offset_s'] / 3600:+g} h from UTC"]
    if terminal["is_terminal"]:
        colours = "with" if terminal["has_colours"] else "without"
        yield ["terminal", f"{terminal['columns']} columns, {terminal['lines']} lines, {colours} colours"]
    else:
        yield ["terminal", "none: output goes to a file or a pipe"]


def bytes_text(n_bytes: int | None) -> str:
    """Return a number of bytes for people, in powers of 1000; "" where it is not known.

    Examples
    --------
    >>> bytes_text(0), bytes_text(999), bytes_text(1_234_567), bytes_text(None)
    ('0 B', '999 B', '1.2 MB', '')
    """
    if n_bytes is None:
        return ""
    size, unit = float(n_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"

"""What is this machine like? Places, caches, terminal, locale, clock, cores, memory; no value but those named."""

from __future__ import annotations

import locale
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from paretocode._source import source_folder
from paretocode.cli.manners import has_colours

__all__ = ["SECRETS", "TOLD", "caches", "machine", "places", "terminal", "variables"]

TOLD = (
    "PARETOCODE_DATA",
    "PARETOCODE_TEAM",
    "PARETOCODE_VENV",
    "PARETOCODE_COMPILED",
    "PARETOCODE_NOTEBOOK_SCALE",
    "PARETOCODE_TRACEBACK",
    "NO_COLOR",
    "TERM",
    "COLUMNS",
    "LANG",
    "LC_ALL",
    "TZ",
)
"""Environment variables whose values are told."""

SECRETS = ("ARTIFICIAL_ANALYSIS_API_KEY",)
"""Those of which only is told whether they are set."""


def variables(environment: Mapping[str, str] = os.environ) -> dict[str, str | None]:
    """Return the values of the variables in `TOLD`, and of those in `SECRETS` that they are set.

    Examples
    --------
    >>> found = variables({"TERM": "xterm", "ARTIFICIAL_ANALYSIS_API_KEY": "k-1", "OTHER": "x"})
    >>> found["TERM"], found["ARTIFICIAL_ANALYSIS_API_KEY"], found["TZ"], "OTHER" in found
    ('xterm', 'set', None, False)
    """
    told = {name: environment.get(name) for name in TOLD}
    return told | {name: "set" if environment.get(name) else None for name in SECRETS}


def places(folder: Path) -> list[dict[str, Any]]:
    """Return where data is looked for and where results go, with whether it is there and can be written.

    Parameters
    ----------
    folder
        Where the command runs.
    """
    data, team = os.environ.get("PARETOCODE_DATA"), os.environ.get("PARETOCODE_TEAM")
    return [
        _place("package", source_folder() / "paretocode", must_write=False),
        _place("real data (PARETOCODE_DATA)", Path(data) if data else None, must_write=False),
        _place("team's folder (PARETOCODE_TEAM)", Path(team) if team else None, must_write=True),
        _place("results", folder / "results", must_write=True),
        _place("temporary files", Path(tempfile.gettempdir()), must_write=True),
    ]


def _place(what: str, path: Path | None, *, must_write: bool) -> dict[str, Any]:
    if path is None:
        return {"what": what, "path": None, "state": "not named", "free_bytes": None}
    near = next((each for each in (path, *path.absolute().parents) if each.exists()), Path("/"))
    if not path.exists():
        state = "will be made" if must_write and _can_write(near) else "not there"
    else:
        state = "ok" if not must_write or _can_write(path) else "not writable"
    if must_write and not _can_write(near):
        state = "not writable"
    return {"what": what, "path": str(path), "state": state, "free_bytes": shutil.disk_usage(near).free}


def _can_write(folder: Path) -> bool:
    """Return whether a file can be made; only trying tells on every kind of disk."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".paretocode-"):
            return True
    except OSError:
        return False


def caches() -> list[dict[str, Any]]:
    """Return where compiled loops and fonts are kept, and how large that is [bytes]."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    numba = os.environ.get("NUMBA_CACHE_DIR")
    compiled = [file for pattern in ("*.nbi", "*.nbc") for file in _files(source_folder() / "paretocode", pattern)]
    return [
        {
            "what": "compiled loops, beside the code",
            "path": str(source_folder() / "paretocode"),
            "bytes": sum(map(_size, compiled)),
        },
        _cache("compiled loops, elsewhere", Path(numba) if numba else home / "numba"),
        _cache("fonts of matplotlib", Path(os.environ.get("MPLCONFIGDIR") or home / "matplotlib")),
    ]


def _cache(what: str, path: Path) -> dict[str, Any]:
    return {"what": what, "path": str(path), "bytes": sum(map(_size, _files(path, "*"))) if path.is_dir() else 0}


def _files(folder: Path, pattern: str) -> list[Path]:
    return [path for path in folder.rglob(pattern) if path.is_file()]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # it went while we looked
        return 0


def terminal() -> dict[str, Any]:
    """Return what the terminal can show."""
    size = shutil.get_terminal_size()
    is_terminal = sys.stdout.isatty()
    return {
        "is_terminal": is_terminal,
        "columns": size.columns if is_terminal else None,
        "lines": size.lines if is_terminal else None,
        "has_colours": is_terminal and has_colours(),
        "encoding": sys.stdout.encoding,
    }


def machine() -> dict[str, Any]:
    """Return system, cores, memory [bytes], locale and clock."""
    here = datetime.now().astimezone()
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "usable_cores": usable,
        "memory_bytes": _memory("SC_PHYS_PAGES"),
        "free_memory_bytes": _memory("SC_AVPHYS_PAGES"),
        "locale": ".".join(part for part in locale.getlocale() if part) or "C",
        "time_zone": here.tzname(),
        "utc_offset_s": int(here.utcoffset().total_seconds()),  # type: ignore[union-attr]
    }


def _memory(name: str) -> int | None:
    try:
        return os.sysconf(name) * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):  # not every system tells
        return None

"""Which other programs are there, and what is lost without them?"""

from __future__ import annotations

import re
import shutil
import subprocess
import webbrowser
from collections.abc import Sequence
from typing import Any

__all__ = ["programs"]

_PATIENCE_S = 10
_PROGRAMS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("git", ("git", "--version"), "a result cannot say of which commit its code was, and its release is a draft"),
    ("ssh-keygen", ("ssh", "-V"), "approvals can be sealed, and neither signed nor their signatures checked"),
    ("uv", ("uv", "--version"), "python3 -m paretocode.bootstrap uses pip, which takes a little longer"),
)
"""Program -> what tells its version -> what is lost without it; ssh-keygen has no such option, ssh is its sister."""


def programs() -> list[dict[str, Any]]:
    """Return each program with its path, version, state and what is lost without it."""
    found = [_looked_at(name, command, lost) for name, command, lost in _PROGRAMS]
    return [*found, _browser()]


def _looked_at(name: str, command: Sequence[str], lost: str) -> dict[str, Any]:
    path = shutil.which(name)
    return {
        "name": name,
        "path": path,
        "version": None if path is None else _said(command),
        "state": "missing" if path is None else "ok",
        "lost_without": lost,
    }


def _said(command: Sequence[str]) -> str | None:
    """Return the version in what a program says of itself, on either stream."""
    try:
        run = subprocess.run(
            command,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_PATIENCE_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\d+\.[\w.]+", run.stdout + run.stderr)
    return found[0] if found else None


def _browser() -> dict[str, Any]:
    try:
        name: str | None = str(getattr(webbrowser.get(), "name", "one without a name"))
    except webbrowser.Error:
        name = None
    return {
        "name": "browser",
        "path": name,
        "version": None,
        "state": "missing" if name is None else "ok",
        "lost_without": "JupyterLab and reports do not open by themselves; open the address or the file by hand",
    }

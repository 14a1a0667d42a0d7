"""Who made the experiment? As given, or as git knows the author of the commit that the result was made from.

A result's manifest names the commit of the checkout it was made in. That commit's author is the best guess there is,
and no more: the experiment may be another's, and git believes whatever name it is told. So an approval says how it was
known.
"""

from __future__ import annotations

import re
import subprocess
from importlib import resources
from pathlib import Path

from paretocode.release.words import one_line
from paretocode.result import ResultFolder

__all__ = ["author_of"]


def author_of(result: ResultFolder, given: str | None) -> tuple[str, str]:
    """Return the author of a result and how it is known: ``given``, ``commit``, or ``unknown`` with an empty name.

    Raises
    ------
    UsageError
        A given name with a control character, or too long.
    """
    if given is not None and given.strip():
        return one_line(given, "--author"), "given"
    commit = result.manifest.get("commit")
    if isinstance(commit, str) and re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", commit):
        author = _git_author(commit)
        if author:
            return author, "commit"
    return "", "unknown"


def _git_author(commit: str) -> str:
    root = Path(str(resources.files("paretocode"))).parent
    command = ["git", "-C", str(root), "show", "--no-patch", "--format=%an <%ae>", commit]
    if not (root / ".git").exists():
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""  # no git, or a commit of another checkout
    return "".join(char for char in done.stdout.strip() if char.isprintable())[:200]

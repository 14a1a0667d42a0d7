"""Who made the experiment? As given, or as git knows the author of the commit that the result was made from.

A result's manifest names the commit of the checkout it was made in. That commit's author is the best guess there is,
and no more: the experiment may be another's, and git believes whatever name it is told. So an approval says how it was
known, and a name that is given stands beside the commit's author, never in its place.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from paretocode.release.words import one_line
from paretocode.result import ResultFolder

__all__ = ["Author", "author_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who made an experiment, how that is known (``given``, ``commit``, ``unknown``), and the commit's author."""

    author: str
    author_from: str
    commit_author: str


def author_of(result: ResultFolder, given: str | None) -> Author:
    """Return the author of a result; empty words are unknown.

    Raises
    ------
    UsageError
        A given name with a control character, or too long.
    """
    commit = result.manifest.get("commit")
    is_commit = isinstance(commit, str) and re.fullmatch("[0-9a-f]{40}|[0-9a-f]{64}", commit) is not None
    known = _git_author(str(commit)) if is_commit else ""
    if given is not None and given.strip():
        return Author(author=one_line(given, "--author"), author_from="given", commit_author=known)
    return Author(author=known, author_from="commit" if known else "unknown", commit_author=known)


def _git_author(commit: str) -> str:
    root = Path(str(resources.files("paretocode"))).parent
    command = ["git", "-C", str(root), "show", "--no-patch", "--format=%an <%ae>", commit]
    if not (root / ".git").exists():
        return ""
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=10)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""  # no git, or a commit of another checkout
    return "".join(char for char in done.stdout.strip() if char.isprintable())[:200]

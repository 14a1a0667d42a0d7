"""Which code is this? The commit of the checkout it runs from, and whether that was changed since."""

from __future__ import annotations

import subprocess
from pathlib import Path

__all__ = ["source_commit", "source_folder"]


def source_folder() -> Path:
    """Return the folder that holds the package: the checkout, or the library folder of an installation."""
    return Path(__file__).resolve().parent.parent


def source_commit() -> tuple[str | None, bool | None]:
    """Return the commit of the source and whether it is dirty; None, None outside a checkout or without git."""
    root = source_folder()
    if not (root / ".git").exists():
        return None, None
    commands = (["rev-parse", "HEAD"], ["status", "--porcelain", "--untracked-files=no"])
    try:
        head, status = (
            subprocess.run(
                ["git", "-C", str(root), *c],
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=True,
                timeout=10,
            ).stdout
            for c in commands
        )
    except (OSError, subprocess.SubprocessError):
        return None, None
    return head.strip(), bool(status.strip())

"""Is this a file that can be read, is nothing there, or is it something else that must not pass for nothing?

A link into nowhere, a folder or a pipe in a file's place would look like no file to a test that only asks for one, and
a rule, a list of signers or a register would silently count as never written. A pipe would also be waited for.
"""

from __future__ import annotations

import stat
from pathlib import Path

from paretocode.errors import InputError

__all__ = ["is_plain_file"]


def is_plain_file(path: Path) -> bool:
    """Return whether a regular file, or a link to one, lies there; False where nothing lies there. Nothing is opened.

    Raises
    ------
    InputError
        Something else lies there (a link into nowhere, a folder, a pipe), or it cannot be told.

    Examples
    --------
    >>> is_plain_file(Path("no such folder") / "approvers.toml")
    False
    >>> is_plain_file(Path("/"))
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: /: it is no plain file; put a plain file there, or nothing.
    """
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise InputError(
            f"it cannot be read ({error.strerror})", where=str(path), way_out="check its rights"
        ) from error
    try:
        is_regular = stat.S_ISREG(path.stat().st_mode)
    except OSError:
        is_regular = False  # a link into nowhere, or in a circle
    if not is_regular:
        raise InputError("it is no plain file", where=str(path), way_out="put a plain file there, or nothing")
    return True

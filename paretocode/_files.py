"""How do we write so that a crash leaves the old file or the new one, and know afterwards that nothing changed?

Digests are of bytes as they lie on disk, never of objects written again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import stat
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from paretocode.errors import InputError

__all__ = [
    "engine_path",
    "json_bytes",
    "json_text",
    "literal_path",
    "one_at_a_time",
    "parse_json",
    "parse_toml",
    "plain_bytes",
    "read_json",
    "replacing",
    "sha256_of_file",
    "unwritable",
    "write_atomically",
]

_MAX_JSON_BYTES = 64 * 2**20
_MOST_KEY_PARTS = 100
_LONG_KEY = re.compile(rb"(?:\.[ \t]*[\"']?[A-Za-z0-9_-]+[\"']?[ \t]*){100}")


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file by way of a temporary neighbour and one rename; parents are made.

    Raises
    ------
    InputError
        The place cannot be written: read-only, full, or a file where a folder should be.
    """
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary neighbour to write; it takes the file's place when all went well, else nothing is left of it.

    Raises
    ------
    InputError
        As `write_atomically`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "new" / "numbers.csv") as part:
    ...         _ = part.write_text("1,2")
    ...     [file.name for file in (Path(folder) / "new").iterdir()]
    ['numbers.csv']
    """
    if path.name in ("", ".."):
        raise InputError("it names a folder", where=str(path), way_out="name the file to write")
    # No name that another one could guess, and plant a link to somewhere else under.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            yield temporary
            os.replace(temporary, path)
        finally:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> InputError:
    """Return the refusal of a place that cannot be written to, with the way out that fits.

    Examples
    --------
    >>> print(unwritable(Path("parts"), OSError(errno.ENOSPC, "No space left on device")))
    parts: it cannot be written (No space left on device); make room there and run the same command again.
    """
    is_full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return InputError(
        f"it cannot be written ({error.strerror or error})",
        where=str(path),
        way_out="make room there and run the same command again" if is_full else "name a place you can write to",
    )


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Let one process of this machine at a time work on a file or folder, by whatever name; others wait.

    The system frees the lock with the process, so none can go stale, and no clock is asked.
    """
    import fcntl

    name = hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"paretocode-{os.getuid()}-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def engine_path(path: Path, *, where: Path | str | None = None) -> str:
    """Return a path as the reading engine must be told where to write.

    Parameters
    ----------
    path
        The place.
    where
        What the error calls it, where a temporary neighbour is written.

    Raises
    ------
    InputError
        A name with bytes that are no UTF-8: the engine takes text only.
    """
    name = str(path.absolute())
    try:
        name.encode()
    except UnicodeEncodeError as error:
        raise InputError(
            "its name, or that of a folder above, holds bytes that are no UTF-8",
            where=str(path if where is None else where),
            way_out="rename it, or work in another folder",
        ) from error
    return name


def literal_path(path: Path) -> str:
    """Return the path as a reader with wildcards must be told it, so that no character acts as one.

    Raises
    ------
    InputError
        As `engine_path`.

    Examples
    --------
    >>> literal_path(Path("/logs/a[1]*.csv"))
    '/logs/a[[]1][*].csv'
    """
    return re.sub(r"[*?\[]", lambda match: f"[{match[0]}]", engine_path(path))


def plain_bytes(path: Path, *, limit: int, way_out: str) -> bytes:
    """Return the bytes of a regular file, or of one that a link leads to; never more than a limit of them.

    Whoever reads what only looks like a file waits for a pipe that nobody writes to, and never ends with a device such
    as /dev/zero, whose size is 0.

    Raises
    ------
    OSError
        It cannot be opened or read; callers say what they asked for.
    InputError
        A folder, a pipe, a socket or a device; more bytes than the limit.

    Examples
    --------
    >>> plain_bytes(Path("/dev/zero"), limit=10, way_out="name a tier map")
    Traceback (most recent call last):
    ...
    paretocode.errors.InputError: /dev/zero: it is no plain file; name a tier map.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        content = file.read(limit + 1) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    if content is None:
        raise InputError("it is no plain file", where=str(path), way_out=way_out)
    if len(content) > limit:
        raise InputError(f"it has more than {limit:,} bytes", where=str(path), way_out=way_out)
    return content


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def parse_toml(content: bytes) -> dict[str, Any]:
    """Parse TOML.

    Raises
    ------
    ValueError
        Not UTF-8, not TOML, a number of more digits than Python reads, nested too deeply, or a key of very many parts,
        whose square the library takes in memory.
    """
    if content.count(b".") >= _MOST_KEY_PARTS and _LONG_KEY.search(content):
        raise ValueError(f"a key has more than {_MOST_KEY_PARTS} parts")
    with _plainly():
        return tomllib.loads(content.decode("utf-8"))


@contextmanager
def _plainly() -> Iterator[None]:
    """Say in plain words what the interpreter's own limits stop."""
    try:
        yield
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    except ValueError as error:
        if "set_int_max_str_digits" in str(error):
            raise ValueError("a number has too many digits") from error
        raise


def sha256_of_file(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def json_bytes(document: object) -> bytes:
    """Return readable JSON that is the same bytes for the same values: sorted keys, no NaN, one final newline."""
    return json_text(document).encode()


def json_text(document: object) -> str:
    """Return the same as text, which may hold what no encoding writes: a name of a file with bytes that are no text."""
    return json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_json(path: Path, *, what: str, way_out: str) -> dict[str, object]:
    """Read a JSON object.

    Raises
    ------
    InputError
        No such file, too large, not JSON, or not an object; `what` names the kind of file, `way_out` what to do.
    """
    try:
        if path.stat().st_size > _MAX_JSON_BYTES:
            raise InputError(f"it is too large for {what}", where=str(path), way_out=way_out)
        document = parse_json(plain_bytes(path, limit=_MAX_JSON_BYTES, way_out=way_out))
    except OSError as error:
        raise InputError(f"{what} cannot be read ({error.strerror})", where=str(path), way_out=way_out) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"it is no {what} ({error})", where=str(path), way_out=way_out) from error
    if not isinstance(document, dict):
        raise InputError(f"it is no {what}", where=str(path), way_out=way_out)
    return document


def parse_json(content: bytes) -> object:
    """Parse JSON strictly.

    Raises
    ------
    ValueError
        Not JSON, nested too deeply, a number of more digits than Python reads, a key twice in one object, or NaN and
        Infinity, which are not JSON.
    """
    with _plainly():
        return json.loads(content, object_pairs_hook=_without_doubles, parse_constant=_refuse_constant)


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    plain = dict(pairs)
    if len(plain) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise ValueError(f"key {next(key for key, _ in pairs if counts[key] > 1)!r} stands twice")
    return plain


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is not JSON")

"""Which sessions see the new map first? The same ones on every router, and more of them at every stage.

A session's bucket is the first eight bytes of sha256(salt + session id, both UTF-8), read as a big-endian whole number,
modulo 1,000,000. It sees the new map when its bucket lies below the stage's share in parts per million. So a session of
the 1 % stage stays in at 10 %, no router needs to ask another, and nothing is stored. This module needs nothing but the
standard library: copy `bucket_ppm`, or write it anew and check it against `bucket_vectors`.
"""

from __future__ import annotations

import hashlib

__all__ = ["PPM", "bucket_ppm", "bucket_vectors", "is_canary"]

PPM = 1_000_000
_SESSION_IDS = ("", "0", "session-1", "session-2", "run1/main", "a b", "é", "日本", "x" * 300)


def bucket_ppm(salt: str, session_id: str) -> int:
    """Return a session's bucket, 0 .. 999,999.

    Notes
    -----
    2**64 is no multiple of 1,000,000; the low 551,616 buckets are likelier than the others by less than 1e-13 of their
    share, which no rollout notices.

    Examples
    --------
    >>> bucket_ppm("", "")  # sha256 of nothing begins e3b0c44298fc1c14
    261652
    """
    return int.from_bytes(hashlib.sha256((salt + session_id).encode()).digest()[:8], "big") % PPM


def is_canary(salt: str, session_id: str, share_ppm: int) -> bool:
    """Return whether a session sees the new map at a stage.

    Examples
    --------
    >>> [is_canary("", "", share) for share in (0, 261_652, 261_653, 1_000_000)]
    [False, False, True, True]
    """
    return bucket_ppm(salt, session_id) < share_ppm


def bucket_vectors(salt: str) -> list[dict[str, object]]:
    """Return cases that a router's own code must reproduce: empty, plain, non-ASCII and long ids."""
    return [{"session_id": name, "bucket_ppm": bucket_ppm(salt, name)} for name in _SESSION_IDS]

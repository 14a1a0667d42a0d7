"""How are sessions shared out? By a seeded draw, by a hash of their names that lasts, or in folds."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence

import numpy as np

from paretocode._checks import BoolColumn, IntColumn
from paretocode.errors import InputError
from paretocode.evidence.holdout.split import Split, split_of
from paretocode.stream.stream import RequestStream

__all__ = ["folds_by_draw", "split_by_draw", "split_by_hash"]

_HASHED_BITS = 53


def split_by_draw(
    stream: RequestStream,
    *,
    test_share: float = 0.3,
    rng: np.random.Generator | int,
    groups: Sequence[Hashable] | None = None,
) -> Split:
    """Draw the sessions of the holdout.

    Parameters
    ----------
    test_share
        Share of sessions (or groups) in the holdout, above 0 and below 1; rounded to whole ones.
    rng
        Same seed, same split of the same stream.
    groups
        One label a session: sessions of one label stay together. None takes each session alone.

    Raises
    ------
    InputError
        One session or group only, a share outside 0..1, or one that leaves a part empty.

    Examples
    --------
    >>> from paretocode.evidence.holdout.example import small_stream
    >>> split = split_by_draw(small_stream(), test_share=0.3, rng=1)
    >>> len(split.train_index), len(split.test_index)
    (2, 1)
    """
    _check_share(test_share)
    unit, n_units = _units(stream, groups)
    n_test = round(test_share * n_units)
    is_test = np.zeros(n_units, dtype=np.bool_)
    is_test[np.random.default_rng(rng).permutation(n_units)[:n_test]] = True
    return _split(stream, is_test[unit], "draw", {"test_share": test_share, "n_groups": n_units})


def split_by_hash(
    stream: RequestStream, *, test_share: float = 0.3, salt: str = "", groups: Sequence[Hashable] | None = None
) -> Split:
    """Put the sessions into the holdout whose name hashes below the share.

    A session stays in its part when the log grows, whoever splits it and in whatever order it is read.

    Parameters
    ----------
    test_share
        Expected share, above 0 and below 1.
    salt
        Another salt, another split.
    groups
        One label a session, hashed as text in place of its name.

    Raises
    ------
    InputError
        As `split_by_draw`; sessions without names and no groups.

    Notes
    -----
    The first 53 bits of sha256(salt, a zero byte, name), read as a fraction of 1.

    Examples
    --------
    >>> from paretocode.evidence.holdout.example import many_sessions
    >>> stream = many_sessions()
    >>> first = stream.first_sessions(50)
    >>> whole, start = split_by_hash(stream, test_share=0.5), split_by_hash(first, test_share=0.5)
    >>> bool((whole.test_index[: len(start.test_index)] == start.test_index).all())
    True
    """
    _check_share(test_share)
    if groups is None and (not stream.session_ids or not all(stream.session_ids)):
        raise InputError(
            "its sessions have no names to hash",
            where=stream.name or "stream",
            way_out="give groups, or use split_by_draw",
        )
    _units(stream, groups)
    names = stream.session_ids if groups is None else [str(group) for group in groups]
    is_test = np.array([_fraction(salt, name) for name in names]) < test_share
    return _split(stream, is_test, "hash", {"test_share": test_share, "salt": salt, "is_grouped": groups is not None})


def folds_by_draw(
    stream: RequestStream,
    *,
    n_folds: int = 5,
    rng: np.random.Generator | int,
    groups: Sequence[Hashable] | None = None,
) -> tuple[Split, ...]:
    """Share the sessions out over folds, each the holdout of one split; every session is judged once.

    Raises
    ------
    InputError
        Fewer than two folds, or more folds than sessions (or groups).

    Examples
    --------
    >>> from paretocode.evidence.holdout.example import small_stream
    >>> [split.test_index.tolist() for split in folds_by_draw(small_stream(), n_folds=3, rng=1)]
    [[0], [1], [2]]
    """
    unit, n_units = _units(stream, groups)
    if not 2 <= n_folds <= n_units:
        raise InputError(
            f"{n_folds} folds cannot be made of {n_units} sessions or groups",
            where=stream.name or "stream",
            way_out=f"ask for 2 to {n_units} folds",
        )
    fold = np.empty(n_units, dtype=np.int64)
    fold[np.random.default_rng(rng).permutation(n_units)] = np.arange(n_units) % n_folds
    of_session = fold[unit]
    return tuple(
        _split(stream, of_session == at, "fold", {"fold": at, "n_folds": n_folds, "n_groups": n_units})
        for at in range(n_folds)
    )


def _split(stream: RequestStream, is_test: BoolColumn, kind: str, told: dict[str, object]) -> Split:
    return split_of(stream, kind=kind, parameters=told, train=np.flatnonzero(~is_test), test=np.flatnonzero(is_test))


def _units(stream: RequestStream, groups: Sequence[Hashable] | None) -> tuple[IntColumn, int]:
    """Return the unit of each session, numbered in order of appearance, and how many there are."""
    if groups is None:
        return np.arange(stream.n_sessions), stream.n_sessions
    if len(groups) != stream.n_sessions:
        raise InputError(
            f"{len(groups)} groups stand against {stream.n_sessions} sessions",
            where=stream.name or "stream",
            way_out="give one label a session",
        )
    number: dict[Hashable, int] = {}
    unit = np.array([number.setdefault(group, len(number)) for group in groups], dtype=np.int64)
    if len(number) < 2:
        raise InputError(
            f"all sessions belong to the group {groups[0]!r}",
            where=stream.name or "stream",
            way_out="give at least two groups, or split without groups",
        )
    return unit, len(number)


def _check_share(test_share: float) -> None:
    if not 0 < test_share < 1:
        raise InputError(f"test_share is {test_share}", where="split", way_out="give a share above 0 and below 1")


def _fraction(salt: str, name: str) -> float:
    digest = hashlib.sha256(f"{salt}\0{name}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> (64 - _HASHED_BITS)) / float(1 << _HASHED_BITS)
